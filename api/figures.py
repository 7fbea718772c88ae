"""What happened in each of the last five minutes' seconds, for the page of operations.

Rule 1: measured where it happens and nothing kept of a single event: each call adds to a number, a
        latency to one of the counters of its second (`BOUNDS_SECONDS`, a quarter more each).
Rule 2: `close_second` ends a second. When the loop was blocked it comes late and the second is
        longer: it says how long it was, and rates are by that.
Rule 3: a percentile is the upper bound of the counter it falls into, so it is never too good.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

KEPT_SECONDS = 300
# 0.2 ms to 11 s; what took longer counts as the last one.
BOUNDS_SECONDS = tuple(0.0002 * 1.25**step for step in range(50))
PERCENTILES = (0.5, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Second:
    """One second, or a little more."""

    at_ms: int  # its end, since 1970
    seconds: float  # how long it was
    updates: int
    commands: int
    deliveries: int
    commits: int
    acknowledged: int
    latencies: tuple[float | None, ...]  # in seconds, of PERCENTILES; None: nothing happened
    slowest: float | None  # upper bound, in seconds
    lag_seconds: float | None  # the longest by which the loop was late; None: it never woke up
    memory_bytes: int | None
    cpu_share: float  # of one core


class Figures:
    """The seconds of one process, and what was counted since it started."""

    def __init__(self) -> None:
        self.history: deque[Second] = deque(maxlen=KEPT_SECONDS)
        self.results: Counter[str] = Counter()  # of commands
        self.rejections: Counter[str] = Counter()  # by code
        self.refusals: Counter[str] = Counter()  # of frames and requests, by reason
        self.updates_total = 0
        self.deliveries_total = 0
        self.committed_at_ms: int | None = None  # the end of the second of the last commit
        self._updates = 0
        self._commands = 0
        self._deliveries = 0
        self._commits = 0
        self._latencies = [0] * len(BOUNDS_SECONDS)
        self._lag_seconds: float | None = None

    def updates(self, count: int) -> None:
        """Updates were applied."""
        self._updates += count

    def deliveries(self, count: int) -> None:
        """Messages were handed to sockets."""
        self._deliveries += count

    def committed(self) -> None:
        """One group commit returned."""
        self._commits += 1

    def acknowledged(self, seconds: float) -> None:
        """An update or a command was acknowledged, `seconds` after it came in."""
        self._latencies[min(bisect_left(BOUNDS_SECONDS, seconds), len(BOUNDS_SECONDS) - 1)] += 1

    def answered(self, result: str, code: str | None) -> None:
        """A command was answered; code: of a refusal."""
        self._commands += 1
        self.results[result] += 1
        if code is not None:
            self.rejections[code] += 1

    def refused(self, reason: str) -> None:
        """A frame or a request was refused; reason: one of few."""
        self.refusals[reason] += 1

    def lagged(self, seconds: float) -> None:
        """The event loop woke up late."""
        if self._lag_seconds is None or seconds > self._lag_seconds:
            self._lag_seconds = seconds

    def close_second(
        self, at_ms: int, seconds: float, memory_bytes: int | None, cpu_seconds: float
    ) -> None:
        """End the second under way, which was so long, and begin the next one."""
        counts = self._latencies
        if self._commits:
            self.committed_at_ms = at_ms
        self.history.append(
            Second(
                at_ms=at_ms,
                seconds=seconds,
                updates=self._updates,
                commands=self._commands,
                deliveries=self._deliveries,
                commits=self._commits,
                acknowledged=sum(counts),
                latencies=percentiles(counts, PERCENTILES),
                slowest=percentiles(counts, (1.0,))[0],
                lag_seconds=self._lag_seconds,
                memory_bytes=memory_bytes,
                cpu_share=cpu_seconds / seconds,
            )
        )
        self.updates_total += self._updates
        self.deliveries_total += self._deliveries
        self._updates = self._commands = self._deliveries = self._commits = 0
        self._latencies = [0] * len(BOUNDS_SECONDS)
        self._lag_seconds = None


def percentiles(counts: Sequence[int], wanted: Sequence[float]) -> tuple[float | None, ...]:
    """Upper bounds of percentiles, in seconds; None for each when nothing was counted.

    counts: by BOUNDS_SECONDS. wanted: from 0 to 1, ascending.
    """
    total = sum(counts)
    if not total:
        return (None,) * len(wanted)
    found: list[float | None] = []
    below = index = 0
    for share in wanted:
        while below + counts[index] < share * total:
            below += counts[index]
            index += 1
        found.append(BOUNDS_SECONDS[index])
    return tuple(found)
