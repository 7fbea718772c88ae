"""How often something happened lately."""

from __future__ import annotations

import pytest

from rooms.recent_rate import RecentRate


def test_only_whole_seconds_count_and_the_one_under_way_does_not() -> None:
    rate = RecentRate()
    rate.add(100.2, 5)
    rate.add(100.9, 5)
    assert rate.per_second(100.95, 10) == 0
    assert rate.per_second(101.0, 10) == 1.0
    rate.add(101.5, 20)
    assert rate.per_second(102.0, 10) == 3.0


def test_what_is_older_than_asked_for_counts_only_in_the_longer_mean() -> None:
    rate = RecentRate()
    rate.add(10, 60)
    assert rate.per_second(20, 10) == 6.0
    assert rate.per_second(21, 10) == 0
    assert rate.per_second(21, 60) == 1.0
    assert rate.per_second(71, 60) == 0


def test_steady_pace_is_the_same_in_every_window() -> None:
    rate = RecentRate()
    for tenth in range(2000):
        rate.add(50 + tenth / 10, 3)
    for seconds in (1, 10, 60):
        assert rate.per_second(250, seconds) == pytest.approx(30)


def test_something_late_does_not_wipe_out_what_is_newer() -> None:
    rate = RecentRate()
    rate.add(164, 10)
    rate.add(100, 99)  # the same counter, 64 s before
    assert rate.per_second(165, 10) == 1.0
