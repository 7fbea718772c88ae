"""The load of orders measures what it says: a tiny run on a real server, no matter how fast."""

from __future__ import annotations

from random import Random

from benchmarks.orders import OrdersPlan, order_doubts, orders
from benchmarks.orders_house import OrderBook
from benchmarks.orders_mix import menu_file
from benchmarks.report import report

TINY = OrdersPlan(
    per_second=40.0,
    pace_seconds=1.0,
    listeners=5,
    connections=2,
    window=4,
    rush_seconds=1.0,
    resumed=50,
    resumes=1,
)


def test_tiny_run_counts_every_command_and_every_listener_has_all() -> None:
    pace, rush, resume = orders(TINY)
    assert (pace["phase"], rush["phase"], resume["phase"]) == ("pace", "rush", "resume")
    commands = pace["commands"]
    assert isinstance(commands, int)
    assert 40 <= commands < 60  # a few that were sent while it warmed up are answered later
    assert pace["refused"] == rush["refused"] == 0
    assert pace["listener_tops"] == 1
    assert pace["screen_samples"]
    assert rush["commands"]
    assert resume["events"] == 50


def test_order_of_the_book_is_paid_to_the_cent_and_closed() -> None:
    book = OrderBook(menu_file(1), Random(1), "w")
    first, second = list(book.order()), list(book.order())
    assert first[0].type == "order.open"
    assert [one.type for one in first[-2:]] == ["payment.record", "order.close"]
    assert {one.room for one in first} == {"order:w-1"}
    assert {one.room for one in second} == {"order:w-2"}


def test_same_seed_makes_the_same_orders() -> None:
    first, again = (OrderBook(menu_file(1), Random(5), "w") for _ in range(2))
    assert [list(first.order()) for _ in range(9)] == [list(again.order()) for _ in range(9)]


def test_busy_generator_refusals_and_late_listeners_are_said() -> None:
    bad = {"generator_load": 0.9, "others_load": 0.6, "refused": 1, "listener_tops": 2}
    assert len(order_doubts(bad)) == 4
    assert order_doubts({"events": 1}) == []


def test_report_has_a_row_for_each_figure() -> None:
    line = '{"verb": "orders", "phase": "rush", "run": 1, "commands_per_second": 2500}'
    assert "| rush | 1 | commands_per_second | 2,500 |" in report([line])
