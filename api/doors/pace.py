"""How fast one socket may be read.

Rates are kept by not reading: TCP holds the sender back, and nothing is dropped or closed. Only
somebody who is over the limit without a pause for `overload_seconds` is sent away.
Pure: `now` is a monotonic time in seconds.
"""

from __future__ import annotations

from collab.errors import MirepoixError

BURST_SECONDS = 1.0  # this much of the rate may come at once


class Pace:
    """One socket's allowance: frames and bytes a second, whichever is used up first."""

    __slots__ = ("_bytes_per_second", "_excess_since", "_frames_per_second", "_overload", "_owed")

    def __init__(
        self, frames_per_second: float, bytes_per_second: float, overload_seconds: float
    ) -> None:
        self._frames_per_second = frames_per_second
        self._bytes_per_second = bytes_per_second
        self._overload = overload_seconds
        self._owed = float("-inf")  # the time at which everything read so far would be due
        self._excess_since: float | None = None

    def spend(self, size: int, now: float) -> float:
        """A frame of `size` bytes was read: seconds to wait before the next one, usually 0.

        Raises MirepoixError (1013) after constant excess.
        """
        cost = max(1 / self._frames_per_second, size / self._bytes_per_second)
        if self._owed <= now:  # caught up: whatever excess there was is over
            self._owed = now
            self._excess_since = None
        self._owed += cost
        ahead = self._owed - now - BURST_SECONDS
        if ahead <= 0:
            return 0.0
        if self._excess_since is None:
            self._excess_since = now
        elif now - self._excess_since >= self._overload:
            raise MirepoixError("sending too much for too long", reason="overload")
        return ahead
