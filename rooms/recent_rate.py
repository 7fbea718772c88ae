"""How often something happened lately: one counter a second, for the last minute.

Adding costs two comparisons and an addition, whatever happened before; nothing is kept of a single
event. What lies further back than `KEPT_SECONDS` is forgotten by being written over.
"""

from __future__ import annotations

KEPT_SECONDS = 60
_SLOTS = KEPT_SECONDS + 4  # more than is read, so that the second under way overwrites none of it


class RecentRate:
    """One thing's counters. All times are seconds of one clock, whichever it is."""

    __slots__ = ("_counts", "_seconds")

    def __init__(self) -> None:
        self._counts = [0] * _SLOTS
        self._seconds = [-1] * _SLOTS  # which second a counter is for

    def add(self, now: float, count: int = 1) -> None:
        """It happened so many times. What is older than the minute counts nowhere."""
        second = int(now)
        slot = second % _SLOTS
        if self._seconds[slot] == second:
            self._counts[slot] += count
        elif self._seconds[slot] < second:
            self._seconds[slot] = second
            self._counts[slot] = count

    def per_second(self, now: float, seconds: int) -> float:
        """The mean over the last whole seconds; the one under way is not over. At most 60."""
        until = int(now)
        counted = (
            count
            for second, count in zip(self._seconds, self._counts, strict=True)
            if until - seconds <= second < until
        )
        return sum(counted) / seconds
