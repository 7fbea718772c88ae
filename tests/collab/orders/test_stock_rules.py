"""What is sold out cannot be ordered, what is counted is never sold twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from collab.orders.command import Outcome
from collab.orders.stock import StockEntry, standing_stock
from tests.collab.orders.evening import (
    GUEST,
    KITCHEN,
    MANAGER,
    NOON,
    TERMS,
    WAITER,
    Evening,
    command,
    seated,
)

SOUP: dict[str, object] = {"item": "soup", "menu": "menu", "menu_version": 1}


def counted(remaining: int, target: str = "item:soup") -> Evening:
    evening = seated()
    evening.done("stock.set", KITCHEN, None, target=target, remaining=remaining)
    return evening


def left(evening: Evening, target: str = "item:soup") -> int | None:
    entry = evening.stock.get(target)
    return None if entry is None else entry.remaining


def test_what_is_sold_out_is_refused_and_comes_back() -> None:
    evening = seated()
    evening.done("item.86", KITCHEN, None, target="item:soup", reason="burnt")
    result = evening.do("line.add", **SOUP, line="l1")
    assert result.code == "sold_out"
    assert result.current == {"target": "item:soup", "remaining": None}
    assert evening.do("item.86", WAITER, None, target="item:soup", reason="burnt").outcome is (
        Outcome.NOOP
    )
    evening.done("item.un86", WAITER, None, target="item:soup")
    assert evening.do("item.un86", WAITER, None, target="item:soup").outcome is Outcome.NOOP
    evening.add("l1")
    assert evening.stock == {}


def test_a_variation_or_an_option_can_be_sold_out() -> None:
    evening = seated()
    evening.done("item.86", KITCHEN, None, target="variation:small")
    evening.done("item.86", KITCHEN, None, target="option:fries")
    dish = {"menu": "menu", "menu_version": 1, "line": "l1"}
    assert evening.refused("line.add", **dish, item="pizza", variation="small") == "sold_out"
    options = [{"group": "doneness", "option": "rare"}, {"group": "sides", "option": "fries"}]
    assert evening.refused("line.add", **dish, item="steak", options=options) == "sold_out"
    evening.add("l1", "pizza", variation="large")
    evening.add("l2", "steak", options=options[:1])


def test_a_sold_out_line_is_left_out_and_the_rest_is_placed() -> None:
    evening = seated()
    evening.add("l1")
    evening.add("l2", "beer")
    evening.done("item.86", KITCHEN, None, target="item:soup")
    result = evening.done("order.place", GUEST)
    assert result.current == {
        "rejected": [{"line": "l1", "target": "item:soup", "remaining": None}],
        "remaining": None,
    }
    assert evening.states() == {"l1": "rejected", "l2": "fired"}
    assert evening.order.lines["l1"].reason == "sold_out"
    assert evening.types("user:bistro:wanda") == ["line.rejected"]


def test_when_all_of_it_is_sold_out_nothing_is_placed() -> None:
    evening = counted(3)
    evening.add("l1", quantity=3)
    evening.done("stock.set", KITCHEN, None, target="item:soup", remaining=2)
    result = evening.do("order.place")
    assert (result.outcome, result.code) == (Outcome.REJECTED, "sold_out")
    assert result.current is not None and result.current["remaining"] == 2
    assert evening.states() == {"l1": "draft"} and left(evening) == 2


def test_counts_fall_and_what_runs_out_is_sold_out() -> None:
    evening = counted(7)
    evening.add("l1", quantity=2)
    evening.done("order.place")
    assert left(evening) == 5
    stock = ["stock.set", "stock.counted", "stock.low"]
    assert evening.types("stock:bistro") == stock
    assert evening.refused("line.add", **SOUP, line="l2", quantity=6) == "sold_out"
    evening.add("l2", quantity=5)
    evening.done("order.place")
    assert evening.stock["item:soup"].is_sold_out and left(evening) == 0
    assert evening.types("stock:bistro") == [*stock, "stock.counted", "item.86"]
    assert evening.refused("line.add", **SOUP, line="l3") == "sold_out"


def test_two_tables_in_one_batch_cannot_have_the_same_last_dish() -> None:
    evening = counted(1)
    evening.done("order.open", WAITER, "o2", table="t2")
    evening.add("l1")
    evening.done("line.add", WAITER, "o2", **SOUP, line="l1")
    settlement = evening.settle(
        [command("a", "order.place"), command("b", "order.place", WAITER, "o2")]
    )
    assert [one.outcome for one in settlement.results] == [Outcome.OK, Outcome.REJECTED]
    assert left(evening) == 0


def test_options_count_for_every_dish() -> None:
    evening = counted(5, "option:fries")
    options = [
        {"group": "doneness", "option": "rare"},
        {"group": "sides", "option": "fries", "quantity": 2},
    ]
    evening.add("l1", "steak", options=options, quantity=2)
    evening.done("order.place")
    assert left(evening, "option:fries") == 1


@pytest.mark.parametrize("type", ["line.void", "line.reject"])
def test_what_nobody_cooked_is_given_back(type: str) -> None:
    evening = counted(2)
    evening.add("l1", quantity=2)
    evening.done("order.place")
    assert left(evening) == 0
    evening.done(type, MANAGER, line="l1")
    assert left(evening) == 2 and not evening.stock["item:soup"].is_sold_out
    assert evening.types("stock:bistro")[-2:] == ["stock.counted", "item.un86"]
    evening.add("l2", quantity=2)


def test_what_was_begun_or_counted_afterwards_is_not_given_back() -> None:
    evening = counted(2)
    evening.add("l1")
    evening.add("l2")
    evening.done("order.place")
    evening.done("line.start", KITCHEN, line="l1")
    evening.done("line.void", MANAGER, line="l1")
    assert left(evening) == 0
    evening.pass_time(minutes=1)
    evening.done("stock.set", KITCHEN, None, target="item:soup", remaining=4)
    evening.done("line.void", MANAGER, line="l2")
    assert left(evening) == 4


def test_what_is_sold_out_until_then_is_on_sale_then() -> None:
    evening = seated()
    until = NOON + timedelta(minutes=30)
    milliseconds = int(until.timestamp() * 1000)
    evening.done("item.86", KITCHEN, None, target="item:soup", until=milliseconds)
    evening.now = until - timedelta(milliseconds=1)
    assert evening.refused("line.add", **SOUP, line="l1") == "sold_out"
    evening.now = until
    evening.add("l1")
    late = evening.do("item.86", KITCHEN, None, target="item:soup", until=milliseconds)
    assert late.outcome is Outcome.NOOP


@pytest.mark.parametrize(
    ("at", "is_over"),
    [
        (datetime(2026, 3, 6, 2, 59, tzinfo=UTC), False),  # 3:59 in Berlin
        (datetime(2026, 3, 6, 3, 0, tzinfo=UTC), True),  # 4:00: the next business day
    ],
)
def test_without_an_end_it_ends_with_the_business_day(at: datetime, is_over: bool) -> None:
    entries = {"item:soup": StockEntry("item:soup", True, at=NOON)}
    standing = standing_stock(entries, TERMS, at)
    assert standing == (() if is_over else tuple(entries.values()))
    evening = Evening(stock=entries, now=at)
    evening.done("order.open")
    result = evening.do("line.add", **SOUP, line="l1")
    assert result.code == (None if is_over else "sold_out")


def test_setting_a_count_to_nothing_ends_it() -> None:
    evening = counted(3)
    assert evening.do("stock.set", WAITER, None, target="item:soup", remaining=3).outcome is (
        Outcome.NOOP
    )
    evening.done("stock.set", WAITER, None, target="item:soup", remaining=0)
    assert evening.types("stock:bistro")[-2:] == ["stock.set", "item.86"]
    evening.done("stock.set", WAITER, None, target="item:soup", remaining=2)
    assert evening.types("stock:bistro")[-2:] == ["stock.set", "item.un86"]
    evening.done("stock.set", WAITER, None, target="item:soup", remaining=None)
    assert evening.stock == {}
