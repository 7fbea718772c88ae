"""How busy one kitchen is: its queue and its pace, told when they changed and not too often."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from collab.records import StreamEvent

QUEUE_SECONDS = 5.0
METRICS_SECONDS = 60.0
WINDOW = timedelta(hours=1)  # the pace is that of the last hour
ORDERS_LIMIT = 10

Plain = dict[str, object]


@dataclass(frozen=True, slots=True)
class Queued:
    """One ticket that waits."""

    ticket_id: str
    order_id: str
    table_id: str | None
    opened_at: datetime


class KitchenFigures:
    """The figures of one kitchen."""

    def __init__(self) -> None:
        self._ready: deque[tuple[datetime, float]] = deque()  # (when, seconds it took)
        self._told: dict[str, Plain] = {"queue.updated": _EMPTY_QUEUE, "metrics.updated": {}}
        self._told_at: dict[str, float] = {}  # monotonic seconds

    def ready(self, opened_at: datetime, at: datetime) -> None:
        """A ticket was finished."""
        self._ready.append((at, max((at - opened_at).total_seconds(), 0.0)))

    def due(self, queue: Collection[Queued], at: datetime, now: float) -> list[StreamEvent]:
        """What is to be told now. Call `told` once it was. now: monotonic seconds."""
        found = []
        for type, seconds, body in (
            ("queue.updated", QUEUE_SECONDS, _queue(queue)),
            ("metrics.updated", METRICS_SECONDS, self._metrics(queue, at)),
        ):
            is_early = now - self._told_at.get(type, float("-inf")) < seconds
            if not is_early and body != self._told[type]:
                oldest = min((one.opened_at for one in queue), default=at)
                age = max(int((at - oldest).total_seconds()), 0)
                found.append(StreamEvent(type, "server", {**body, "oldest_seconds": age}, at))
        return found

    def told(self, events: Sequence[StreamEvent], now: float) -> None:
        """These are on disk."""
        for event in events:
            self._told[event.type] = {
                key: value for key, value in event.body.items() if key != "oldest_seconds"
            }
            self._told_at[event.type] = now

    def _metrics(self, queue: Collection[Queued], at: datetime) -> Plain:
        while self._ready and self._ready[0][0] < at - WINDOW:
            self._ready.popleft()
        took = [seconds for _, seconds in self._ready]
        return {
            "open_tickets": len(queue),
            "ready_last_hour": len(took),
            "median_seconds_to_ready": round(median(took)) if took else None,
        }


_EMPTY_QUEUE: Plain = {"queue_length": 0, "orders": []}


def _queue(queue: Collection[Queued]) -> Plain:
    """Oldest orders first; their age is left out, because it changes all the time."""
    orders: dict[str, Plain] = {}
    counts: dict[str, int] = {}
    for one in sorted(queue, key=lambda one: (one.opened_at, one.ticket_id)):
        counts[one.order_id] = counts.get(one.order_id, 0) + 1
        since = int(one.opened_at.timestamp() * 1000)
        orders.setdefault(
            one.order_id, {"order_id": one.order_id, "table_id": one.table_id, "since": since}
        )
    first = list(orders.items())[:ORDERS_LIMIT]
    shown = [{**order, "tickets": counts[order_id]} for order_id, order in first]
    return {"queue_length": len(queue), "orders": shown}
