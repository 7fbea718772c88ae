"""Figures of a kitchen: told when they changed, not too often, and again when they were lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from rooms.kitchen_figures import METRICS_SECONDS, QUEUE_SECONDS, KitchenFigures, Queued

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def queued(order: int, batch: int = 1) -> Queued:
    opened_at = NOW - timedelta(minutes=order)
    return Queued(f"o{order}.{batch}.1.grill", f"o{order}", "t1", opened_at)


def types(figures: KitchenFigures, queue: list[Queued], now: float, tell: bool = True) -> list[str]:
    events = figures.due(queue, NOW, now)
    if tell:
        figures.told(events, now)
    return [event.type for event in events]


def test_empty_kitchen_has_an_empty_queue_and_that_is_no_news() -> None:
    assert types(KitchenFigures(), [], 0) == ["metrics.updated"]


def test_what_was_not_told_is_due_again_and_what_was_told_waits_its_time() -> None:
    figures = KitchenFigures()
    assert types(figures, [queued(1)], 0, tell=False) == ["queue.updated", "metrics.updated"]
    assert types(figures, [queued(1)], 0) == ["queue.updated", "metrics.updated"]
    assert types(figures, [], QUEUE_SECONDS - 1) == []
    assert types(figures, [], QUEUE_SECONDS) == ["queue.updated"]
    assert types(figures, [], METRICS_SECONDS) == ["metrics.updated"]
    assert types(figures, [], METRICS_SECONDS * 9) == []


def test_queue_shows_the_ten_oldest_orders_and_counts_every_ticket() -> None:
    queue = [queued(order) for order in range(1, 13)] + [queued(12, 2)]
    event = KitchenFigures().due(queue, NOW, 0)[0]
    body: Any = event.body
    assert (body["queue_length"], body["oldest_seconds"]) == (13, 720)
    assert [one["order_id"] for one in body["orders"]] == [f"o{n}" for n in range(12, 2, -1)]
    assert [one["tickets"] for one in body["orders"]] == [2] + [1] * 9


def test_pace_is_the_median_of_the_last_hour() -> None:
    figures = KitchenFigures()
    figures.ready(NOW - timedelta(hours=2), NOW - timedelta(minutes=61))
    for minutes in (4, 6, 20):
        figures.ready(NOW - timedelta(minutes=minutes + 30), NOW - timedelta(minutes=30))
    (event,) = figures.due([], NOW, 0)
    assert event.body["median_seconds_to_ready"] == 360 and event.body["ready_last_hour"] == 3
