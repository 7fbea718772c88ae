"""Which version of a menu guests see, and when that changes.

Rule 1: of the publications that apply now the one made last wins, except that one with a daily
        window ("breakfast until 11:00") beats those without: an everyday menu that is published
        later must not put an end to breakfast.
Rule 2: a publication applies from `starts_at` up to `ends_at`, not at `ends_at` itself; a daily
        window from its first minute up to its last time, by the clock on the wall of the
        restaurant. A window that ends before it begins runs past midnight.
Rule 3: the wall decides when clocks change, too. A wall time that comes twice is inside both
        times, one that is skipped never comes; a window that begins in the skipped hour begins
        with the jump.
Rolling back is publishing an older version again, so it is a later publication and wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from collab.errors import StructureRefused

# Without a start or an end in between, every day is like the one before, but for the skipped hour
# of one day a year. So whatever changes by daily windows does so within three days.
_LOOK_AHEAD = timedelta(days=3)
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, slots=True)
class Window:
    """When a publication applies."""

    starts_at: datetime  # aware, UTC
    ends_at: datetime | None = None  # None: until something later
    daily_from: str | None = None  # HH:MM on the wall; None: all day
    daily_to: str | None = None  # HH:MM, up to 24:00


@dataclass(frozen=True, slots=True)
class Publication:
    """One version that guests are or were to see."""

    id: str
    number: int  # of the version
    window: Window
    created_at: datetime
    created_by: str
    cancelled_at: datetime | None = None


def check_window(window: Window) -> None:
    """Raises StructureRefused, reason "bad_window", unless it can apply at some moment."""
    if window.ends_at is not None and window.ends_at <= window.starts_at:
        raise _bad("ends_at must be later than starts_at")
    first, last = window.daily_from, window.daily_to
    if (first is None) != (last is None):
        raise _bad("daily_from and daily_to go together")
    if first is None or last is None:
        return
    if _TIME.fullmatch(first) is None or (_TIME.fullmatch(last) is None and last != "24:00"):
        raise _bad("daily times have the form HH:MM, daily_to up to 24:00")
    if first == last:
        raise _bad("daily_from and daily_to must differ; leave both out for the whole day")


def zone_of(name: str) -> ZoneInfo:
    """The time zone of an IANA name such as `Europe/Berlin`.

    Raises StructureRefused, reason "bad_time_zone", when there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise StructureRefused(
            "The time zone must be an IANA name such as Europe/Berlin.", reason="bad_time_zone"
        ) from None


def effective(
    publications: Iterable[Publication], at: datetime, zone: ZoneInfo
) -> Publication | None:
    """The publication that guests see; None: nothing.

    at: aware. zone: that of the restaurant.
    """
    found = [one for one in publications if one.cancelled_at is None and _applies(one, at, zone)]
    return max(found, key=_weight, default=None)


def next_change(
    publications: Iterable[Publication], at: datetime, zone: ZoneInfo
) -> datetime | None:
    """When guests will see another publication than at `at`; None: never.

    at: aware. Returns aware, UTC. Publications that are made later are not foreseen.
    """
    standing = [one for one in publications if one.cancelled_at is None]
    now = effective(standing, at, zone)
    for moment in sorted({one for one in _moments(standing, at, zone) if one > at}):
        if effective(standing, moment, zone) != now:
            return moment
    return None


def _weight(publication: Publication) -> tuple[bool, datetime, str]:
    is_daily = publication.window.daily_from is not None
    return is_daily, publication.created_at, publication.id


def _applies(publication: Publication, at: datetime, zone: ZoneInfo) -> bool:
    window = publication.window
    if at < window.starts_at or (window.ends_at is not None and at >= window.ends_at):
        return False
    first, last = window.daily_from, window.daily_to
    if first is None or last is None:
        return True
    wall = at.astimezone(zone).strftime("%H:%M")
    return first <= wall < last if first < last else wall >= first or wall < last


def _moments(
    publications: Iterable[Publication], at: datetime, zone: ZoneInfo
) -> Iterator[datetime]:
    """Every moment at which something may change: the first change is among them."""
    stretches = [at]
    times: set[str] = set()
    for one in publications:
        window = one.window
        stretches += [moment for moment in (window.starts_at, window.ends_at) if moment]
        times |= {text for text in (window.daily_from, window.daily_to) if text}
    for start in stretches:
        if start >= at:
            yield start.astimezone(UTC)
            if times:
                yield from _daily_moments(times, start, zone)


def _daily_moments(times: set[str], start: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    yield from _jumps(start, start + _LOOK_AHEAD, zone)
    first = start.astimezone(zone).date()
    for days in range(_LOOK_AHEAD.days + 1):
        for text in times:
            hours, minutes = map(int, text.split(":"))
            day = first + timedelta(days=days + hours // 24)
            for fold in (0, 1):
                wall = datetime.combine(day, time(hours % 24, minutes), zone).replace(fold=fold)
                yield wall.astimezone(UTC)


def _jumps(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """The moments at which the clocks of the zone are changed, to the second."""
    step = timedelta(hours=6)
    low = start.astimezone(UTC).replace(microsecond=0)
    while low < end:
        high = low + step
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            yield _jump_between(low, high, zone)
        low = high


def _jump_between(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def _bad(what: str) -> StructureRefused:
    return StructureRefused(f"In a publication, {what}.", reason="bad_window")
