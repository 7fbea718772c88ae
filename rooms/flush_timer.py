"""When a room ends its turn: with the loop turn, or in a busy large room a moment later.

Each flush costs one write a seat, and a write costs more than everything else (measured, see
benchmarks/README.md). People who type at random moments hardly ever share a loop turn, so joining
frames needs a moment of gathering. Small rooms, and an edit after a pause, are shown at once.
"""

from __future__ import annotations

from collections.abc import Callable

from rooms.clock import Clock

SPACED_FROM_SEATS = 8
SPACING_SECONDS_PER_SEAT = 0.0004
SPACING_LIMIT_SECONDS = 0.006  # below what anybody sees: a screen shows a frame in 0.016


class FlushTimer:
    """Schedules the flushes of one room."""

    def __init__(
        self,
        flush: Callable[[], None],
        clock: Clock,
        call_soon: Callable[[Callable[[], None]], object],
        call_later: Callable[[float, Callable[[], None]], object],
    ) -> None:
        self.is_set = False
        self._flush = flush
        self._clock = clock
        self._call_soon = call_soon
        self._call_later = call_later
        self._shown_at = float("-inf")  # monotonic seconds of the last flush that cost writes

    def set(self, seats: int) -> None:
        """Flush soon, unless that is going to happen anyway."""
        if self.is_set:
            return
        self.is_set = True
        crowd = seats - SPACED_FROM_SEATS
        if crowd > 0:
            spacing = min(crowd * SPACING_SECONDS_PER_SEAT, SPACING_LIMIT_SECONDS)
            wait_seconds = self._shown_at + spacing - self._clock.monotonic()
            if wait_seconds > 0:
                self._call_later(wait_seconds, self._flush)
                return
        self._call_soon(self._flush)

    def clear(self) -> None:
        """The flush takes place now."""
        self.is_set = False

    def shown(self, now: float) -> None:
        """The flush wrote to the seats. now: monotonic seconds."""
        self._shown_at = now
