"""How often one address may be wrong: a burst, a pause, and never who is right."""

from __future__ import annotations

import pytest

from api import attempts
from api.attempts import Attempts
from collab.errors import TooManyAttempts


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def limited(time: Time) -> Attempts:
    return Attempts(time, limit=3, pause_seconds=10.0)


def is_free(limited: Attempts, address: str) -> bool:
    try:
        limited.begin(address)
    except TooManyAttempts:
        return False
    return True


def test_burst_is_followed_by_pauses(limited: Attempts, time: Time) -> None:
    assert [is_free(limited, "192.0.2.1") for _ in range(5)] == [True] * 3 + [False] * 2
    time.now = 9.9
    assert not is_free(limited, "192.0.2.1")
    time.now = 10.0
    assert [is_free(limited, "192.0.2.1") for _ in range(2)] == [True, False]
    time.now = 1000.0
    assert [is_free(limited, "192.0.2.1") for _ in range(4)] == [True] * 3 + [False]


def test_whoever_is_right_never_waits(limited: Attempts) -> None:
    for _ in range(100):
        assert is_free(limited, "192.0.2.1")
        limited.right("192.0.2.1")


def test_right_attempt_does_not_forgive_wrong_ones(limited: Attempts) -> None:
    for _ in range(2):
        limited.begin("192.0.2.1")
    limited.begin("192.0.2.1")
    limited.right("192.0.2.1")
    assert [is_free(limited, "192.0.2.1") for _ in range(2)] == [True, False]


def test_addresses_are_counted_apart_and_ipv6_by_network(limited: Attempts) -> None:
    assert [is_free(limited, f"2001:db8::{n}") for n in range(4)] == [True] * 3 + [False]
    assert is_free(limited, "2001:db8:0:1::1")
    assert is_free(limited, "192.0.2.1")


def test_memory_is_bounded(limited: Attempts, time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "ADDRESSES_LIMIT", 10)
    for number in range(100):
        time.now += 0.01
        limited.begin(f"192.0.2.{number}")
        assert len(limited._wrong) <= 10
    time.now += 1000
    limited.begin("198.51.100.1")
    assert len(limited._wrong) == 1
