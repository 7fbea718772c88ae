"""What a room knows of locks, in whatever order it hears of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from collab.guard.locks import Lock, LockHolder
from rooms.clock import Clock
from rooms.lease_clock import LeaseClock
from rooms.lock_table import LockTable

NOW = datetime(2026, 1, 2, tzinfo=UTC)
ANN = LockHolder("a", "ann", "Ann")
BO = LockHolder("b", "bo", "Bo")


def lock(token: int, holder: LockHolder = ANN, path: str = "items/soup/price") -> Lock:
    return Lock("lunch", path, holder, token, NOW, NOW + timedelta(seconds=30))


def holder(table: LockTable, now: float = 0) -> LockHolder | None:
    return table.holder("items", "soup", "price", now)


def test_nobody_holds_anything_at_first() -> None:
    table = LockTable()
    assert holder(table) is None
    assert table.listed(0) == []
    assert not table.is_strict


def test_holder_is_known_until_the_lease_ends() -> None:
    table = LockTable()
    table.put(lock(1), 30)
    assert holder(table, 29.9) == ANN
    assert holder(table, 30) is None
    assert table.holder("items", "soup", "note", 0) is None
    table.put(lock(1), 60)
    assert holder(table, 30) == ANN


def test_list_has_the_live_locks_by_field() -> None:
    table = LockTable()
    table.put(lock(1, path="sections/s/hours"), 30)
    table.put(lock(2, BO, "items/soup/price"), 40)
    table.put(lock(3, path="items/soup/note"), 5)
    assert [(one["field"], one["seconds_left"]) for one in table.listed(10)] == [
        ("items/soup/price", 30),
        ("sections/s/hours", 20),
    ]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_order_of_the_news_does_not_matter(order: tuple[int, ...]) -> None:
    table = LockTable()
    news = [
        lambda: table.put(lock(1), 30),
        lambda: table.drop("items/soup/price", 1),
        lambda: table.put(lock(2, BO), 35),
        lambda: table.put(lock(1), 40),  # a renewal that was overtaken
    ]
    for number in order:
        news[number]()
    assert holder(table) == BO
    table.drop("items/soup/price", 2)
    assert holder(table) is None


def test_every_change_is_a_new_version() -> None:
    table = LockTable()
    versions = [table.version]
    table.put(lock(1), 30)
    versions.append(table.version)
    table.drop("items/soup/price", 1)
    versions.append(table.version)
    table.fill([(lock(2), 30)])
    versions.append(table.version)
    assert len(set(versions)) == 4
    assert holder(table) == ANN


def test_lease_clock_runs_with_the_monotonic_clock_only() -> None:
    shown = {"monotonic": 50.0, "utc": NOW}
    clock = LeaseClock(Clock(lambda: shown["monotonic"], lambda: shown["utc"]))
    assert clock.now() == NOW
    shown["utc"] = NOW + timedelta(hours=1)
    assert clock.now() == NOW
    assert clock.moment().wall == NOW + timedelta(hours=1)
    shown["monotonic"] = 60.0
    assert clock.now() == NOW + timedelta(seconds=10)
    assert clock.monotonic_of(NOW + timedelta(seconds=30)) == 80.0
    clock.follow(NOW + timedelta(seconds=100))
    shown["monotonic"] = 61.0
    assert clock.now() == NOW + timedelta(seconds=101)
