"""Rooms and their surroundings for tests, all moved by hand."""

from __future__ import annotations

import pytest

from tests.rooms.doubles import MemoryLog, Meter, Time
from tests.rooms.house import House


@pytest.fixture
def house() -> House:
    """A room, its seats and a journal that commits by hand."""
    return House()


@pytest.fixture
def new_house() -> type[House]:
    """For tests that make their own, such as state machines."""
    return House


@pytest.fixture
def memory_log() -> MemoryLog:
    """An update log in memory that fails when it is told to."""
    return MemoryLog()


@pytest.fixture
def meter() -> Meter:
    """Counts."""
    return Meter()


@pytest.fixture
def hand_time() -> Time:
    """A clock that is moved by hand."""
    return Time()
