"""To which day a sale belongs, and when a section is served."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from collab.orders.business_days import business_day, business_day_start, is_served
from tests.collab.orders.evening import TERMS

NIGHT = ((5, "22:00", "02:00"),)  # Friday night
LATE = ((7, "18:00", "24:00"),)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 3, 5, 2, 59, tzinfo=UTC), date(2026, 3, 4)),
        (datetime(2026, 3, 5, 3, 0, tzinfo=UTC), date(2026, 3, 5)),
        (datetime(2026, 3, 5, 23, 30, tzinfo=UTC), date(2026, 3, 5)),
        (datetime(2026, 7, 5, 2, 0, tzinfo=UTC), date(2026, 7, 5)),  # summer time
    ],
)
def test_the_small_hours_belong_to_the_day_before(at: datetime, day: date) -> None:
    assert business_day(TERMS, at) == day
    start = business_day_start(TERMS, at)
    assert start <= at and start.hour == 4 and start.date() == day


def test_a_business_day_may_begin_at_midnight() -> None:
    at = datetime(2026, 3, 4, 23, 0, tzinfo=UTC)
    assert business_day(replace(TERMS, business_day_hour=0), at) == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("hours", "at", "expected"),
    [
        (None, datetime(2026, 3, 6, 12, 0, tzinfo=UTC), True),
        (NIGHT, datetime(2026, 3, 6, 21, 59, tzinfo=UTC), False),
        (NIGHT, datetime(2026, 3, 6, 22, 0, tzinfo=UTC), True),
        (NIGHT, datetime(2026, 3, 7, 1, 59, tzinfo=UTC), True),
        (NIGHT, datetime(2026, 3, 7, 2, 0, tzinfo=UTC), False),
        (NIGHT, datetime(2026, 3, 7, 22, 30, tzinfo=UTC), False),
        (NIGHT, datetime(2026, 3, 6, 1, 0, tzinfo=UTC), False),
        (LATE, datetime(2026, 3, 8, 23, 59, tzinfo=UTC), True),
        (LATE, datetime(2026, 3, 9, 0, 0, tzinfo=UTC), False),
        (((7, "20:00", "01:00"),), datetime(2026, 3, 9, 0, 30, tzinfo=UTC), True),
    ],
)
def test_windows_are_read_off_the_clock_on_the_wall(
    hours: tuple[tuple[int, str, str], ...] | None, at: datetime, expected: bool
) -> None:
    assert is_served(hours, "UTC", at) is expected
