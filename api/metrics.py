"""What is counted, for Prometheus.

Rooms and doors call the plain methods and know nothing of Prometheus. Each `Metrics` has its own
registry, so that two applications in one process (tests) do not share counters.
Label values are bounded: a client can choose neither a new label nor many of them.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from api.figures import Figures

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LABELS_LIMIT = 100  # distinct values of one label; further ones count as "other"
LOOP_LAG_INTERVAL_SECONDS = 0.25

_SLUG = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.04, 0.06, 0.1, 0.25, 0.5, 1, 2.5, 5)
_LAG_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_ROWS_BUCKETS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


class Metrics:
    """All counters of one application."""

    def __init__(self) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        ProcessCollector(registry=registry)
        self._labels: dict[str, set[str]] = {}
        self.figures = Figures()  # the same for the page of operations, second by second
        self._connections = Gauge(
            "mirepoix_connections", "Open sockets", ["door"], registry=registry
        )
        self._rooms = Gauge("mirepoix_rooms", "Documents in memory", registry=registry)
        self._updates = Counter(
            "mirepoix_updates", "Updates applied that came from clients", registry=registry
        )
        self._deliveries = Counter(
            "mirepoix_deliveries", "Messages handed to sockets", registry=registry
        )
        self._commit_seconds = Histogram(
            "mirepoix_commit_seconds",
            "Time of one group commit",
            buckets=_LATENCY_BUCKETS,
            registry=registry,
        )
        self._commit_rows = Histogram(
            "mirepoix_commit_rows",
            "Updates in one group commit",
            buckets=_ROWS_BUCKETS,
            registry=registry,
        )
        self._ack_seconds = Histogram(
            "mirepoix_ack_seconds",
            "Time from receiving an update to acknowledging it",
            buckets=_LATENCY_BUCKETS,
            registry=registry,
        )
        self._refused = Counter(
            "mirepoix_refused", "Frames and requests refused", ["reason"], registry=registry
        )
        self._loop_lag_seconds = Histogram(
            "mirepoix_loop_lag_seconds",
            "How much later than asked the event loop woke up",
            buckets=_LAG_BUCKETS,
            registry=registry,
        )
        self._awareness = Counter(
            "mirepoix_awareness", "Awareness entries shown", registry=registry
        )
        self._journal_pending = Gauge(
            "mirepoix_journal_pending", "Updates not yet on disk", registry=registry
        )
        self._quarantined = Counter(
            "mirepoix_quarantined", "Stored updates set aside", registry=registry
        )
        self._webhooks = Counter(
            "mirepoix_webhooks", "Deliveries to webhooks", ["outcome"], registry=registry
        )
        self._rate_pauses = Counter(
            "mirepoix_rate_pauses", "Times a fast socket was not read", registry=registry
        )
        self._saving_paused = Gauge(
            "mirepoix_saving_paused", "1 while the store cannot save", registry=registry
        )
        self._commands = Counter(
            "mirepoix_commands", "Commands answered", ["result"], registry=registry
        )
        self._rejected = Counter(
            "mirepoix_commands_rejected", "Commands refused, by why", ["code"], registry=registry
        )
        self._operations = Counter(
            "mirepoix_operations", "What operators did", ["action"], registry=registry
        )

    @contextmanager
    def connected(self, door: str) -> Iterator[None]:
        """A socket is open for as long as the context lasts."""
        self.connection_opened(door)
        try:
            yield
        finally:
            self.connection_closed(door)

    def connection_opened(self, door: str) -> None:
        """A socket was accepted."""
        self._connections.labels(self._bounded("door", door)).inc()

    def connection_closed(self, door: str) -> None:
        """A socket that was accepted ended."""
        self._connections.labels(self._bounded("door", door)).dec()

    def room_opened(self) -> None:
        """A document was loaded."""
        self._rooms.inc()

    def room_closed(self) -> None:
        """A document left the memory."""
        self._rooms.dec()

    def updates(self, count: int) -> None:
        """Updates were applied."""
        self._updates.inc(count)
        self.figures.updates(count)

    def deliveries(self, count: int) -> None:
        """Messages were handed to sockets."""
        self._deliveries.inc(count)
        self.figures.deliveries(count)

    def committed(self, seconds: float, rows: int) -> None:
        """One group commit returned."""
        self._commit_seconds.observe(seconds)
        self._commit_rows.observe(rows)
        self.figures.committed()

    def acknowledged(self, seconds: float) -> None:
        """An update was acknowledged, `seconds` after it came in."""
        self._ack_seconds.observe(seconds)
        self.figures.acknowledged(seconds)

    def refused(self, reason: str) -> None:
        """A frame or a request was refused."""
        reason = self._bounded("reason", reason)
        self._refused.labels(reason).inc()
        self.figures.refused(reason)

    def answered(self, result: str, code: str | None) -> None:
        """A command was answered; code: of a refusal."""
        self._commands.labels(self._bounded("result", result)).inc()
        code = None if code is None else self._bounded("code", code)
        if code is not None:
            self._rejected.labels(code).inc()
        self.figures.answered(result, code)

    def operated(self, action: str) -> None:
        """An operator did something."""
        self._operations.labels(self._bounded("action", action)).inc()

    def awareness(self, count: int) -> None:
        """Awareness entries were shown."""
        self._awareness.inc(count)

    def journal_pending(self, count: int) -> None:
        """So many updates wait for their commit now."""
        self._journal_pending.set(count)

    def quarantined(self, count: int) -> None:
        """Stored updates were set aside."""
        self._quarantined.inc(count)

    def webhook(self, outcome: str) -> None:
        """A delivery to a webhook was "delivered", "failed" or became "dead"."""
        self._webhooks.labels(self._bounded("outcome", outcome)).inc()

    def rate_paused(self) -> None:
        """A socket sent faster than allowed and was not read for a moment."""
        self._rate_pauses.inc()

    def saving_paused(self, is_paused: bool) -> None:
        """Saving became impossible, or possible again."""
        self._saving_paused.set(int(is_paused))

    def loop_lagged(self, seconds: float) -> None:
        """The event loop woke up late."""
        self._loop_lag_seconds.observe(seconds)
        self.figures.lagged(seconds)

    def render(self) -> bytes:
        """Everything, as text for CONTENT_TYPE."""
        return generate_latest(self._registry)

    def _bounded(self, label: str, value: str) -> str:
        seen = self._labels.setdefault(label, set())
        if value in seen:
            return value
        if len(seen) >= LABELS_LIMIT or _SLUG.fullmatch(value) is None:
            return "other"
        seen.add(value)
        return value


async def watch_loop_lag(
    metrics: Metrics, interval_seconds: float = LOOP_LAG_INTERVAL_SECONDS
) -> None:
    """Measure for ever how late the event loop is; cancelling is how it ends."""
    loop = asyncio.get_running_loop()
    while True:
        asked = loop.time() + interval_seconds
        await asyncio.sleep(interval_seconds)
        metrics.loop_lagged(max(0.0, loop.time() - asked))
