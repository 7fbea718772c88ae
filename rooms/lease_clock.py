"""The clock that leases are measured on: it starts at the wall clock's time and only runs forward.

A jump of the wall clock must not end every lock at once, nor keep one for an hour. So the time of
day is read once, and from then on the monotonic clock counts. Where several servers share a
database, `follow` keeps them together (a suspended machine's monotonic clock stands still).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from collab.guard.locks import Moment
from rooms.clock import Clock


class LeaseClock:
    """Lease time of one process. clock: its sources."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._anchor = clock.utc()
        self._anchored_at = clock.monotonic()

    def now(self) -> datetime:
        """Lease time, as an aware datetime in UTC."""
        elapsed = self._clock.monotonic() - self._anchored_at
        return self._anchor + timedelta(seconds=elapsed)

    def moment(self) -> Moment:
        """Lease time and wall time."""
        return Moment(self.now(), self._clock.utc())

    def monotonic_of(self, at: datetime) -> float:
        """What the monotonic clock will show at a lease time."""
        return self._anchored_at + (at - self._anchor).total_seconds()

    def follow(self, shared: datetime) -> None:
        """Take over the time of a clock that others follow too. shared: aware, UTC, read just now.

        It may be a little behind: then leases last a little longer.
        """
        self._anchor = shared
        self._anchored_at = self._clock.monotonic()
