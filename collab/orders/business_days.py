"""Business days and hours by the restaurant's own clock.

The clock on the wall decides, also on the two days a year on which it is changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from collab.orders.terms import Terms


def business_day(terms: Terms, at: datetime) -> date:
    """The day that a sale belongs to: after midnight, up to the business-day hour, yesterday."""
    wall = at.astimezone(ZoneInfo(terms.time_zone))
    return wall.date() - timedelta(days=1 if wall.hour < terms.business_day_hour else 0)


def business_day_start(terms: Terms, at: datetime) -> datetime:
    """When the business day of a moment began."""
    start = time(terms.business_day_hour)
    return datetime.combine(business_day(terms, at), start, ZoneInfo(terms.time_zone))


def is_served(hours: Iterable[tuple[int, str, str]] | None, zone: str, at: datetime) -> bool:
    """Whether a moment lies in one of the windows (day 1 is Monday, from, to); None: always.

    A window that ends before it begins, or when it begins, runs past midnight.
    """
    if hours is None:
        return True
    wall = at.astimezone(ZoneInfo(zone))
    day, now = wall.isoweekday(), wall.strftime("%H:%M")
    before = 7 if day == 1 else day - 1
    return any(
        (first == day and (opens <= now < closes or (closes <= opens and opens <= now)))
        or (first == before and closes <= opens and now < closes)
        for first, opens, closes in hours
    )
