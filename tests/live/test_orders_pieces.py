"""The tools of the order tests: the order mix, the hand-made bill, and checks that do turn red."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any, Final

import pytest

from api.menu_file import read_menu_file
from benchmarks.orders_mix import (
    BASE,
    DISHES,
    LINES_PER_ORDER,
    SAUCES,
    Mix,
    Wish,
    dishes_of,
    drawn,
    menu_file,
)
from tests.live.order_histories import (
    Asked,
    DoubledCommand,
    LogRow,
    LostCommand,
    OutOfOrder,
    Shown,
    UnequalScreens,
    Viewing,
    check_commands,
    check_numbers,
    check_real_time,
    check_steps,
    check_viewing,
)
from tests.live.order_ledger import Bill, PriceBook

ORDERS: Final = 4000


def test_histogram_of_lines_is_that_of_the_data_set() -> None:
    orders = sum(LINES_PER_ORDER.values())
    assert orders == 1834
    lines = sum(count * weight for count, weight in LINES_PER_ORDER.items())
    assert lines / orders == pytest.approx(2.5, abs=0.05)
    assert max(LINES_PER_ORDER) == 23


def test_drawn_orders_have_the_published_shape() -> None:
    mix = Mix(menu_file(1), Random(2))
    orders = [mix.order() for _ in range(ORDERS)]
    lines = [wish for order in orders for wish in order]
    assert len(lines) / ORDERS == pytest.approx(2.5, abs=0.15)
    with_choices = [wish for wish in lines if wish.options]
    assert len(with_choices) / len(lines) == pytest.approx(0.73, abs=0.02)
    choices = [wish.choices for wish in with_choices]
    assert sum(choices) / len(choices) == pytest.approx(4.7, abs=0.15)
    assert max(choices) == 10
    many = sum(wish.quantity > 1 for wish in lines)
    assert many / len(lines) == pytest.approx(0.06, abs=0.015)
    assert len({wish.item for wish in lines}) == DISHES


def test_every_wish_can_be_had() -> None:
    mix = Mix(menu_file(3), Random(4))
    for _ in range(ORDERS):
        wish = mix.wish()
        count = {group: 0 for group, _, _ in wish.options}
        for group, _, quantity in wish.options:
            count[group] += quantity
        assert count.get(BASE, 0) == bool(wish.options)
        assert count.get(SAUCES, 0) <= 2


def test_wish_can_leave_out_what_is_sold_out() -> None:
    menu = menu_file(5)
    every = [dish["id"] for dish in dishes_of(menu)]
    mix = Mix(menu, Random(6))
    gone = frozenset(every[::2])
    assert not {mix.wish(without=gone).item for _ in range(500)} & gone


def test_same_seed_makes_the_same_menu_and_orders() -> None:
    assert menu_file(7) == menu_file(7)
    assert menu_file(7) != menu_file(8)
    first, again = (Mix(menu_file(7), Random(9)) for _ in range(2))
    assert [first.order() for _ in range(50)] == [again.order() for _ in range(50)]


def test_menu_file_is_one_that_the_server_takes() -> None:
    plain = read_menu_file(json.dumps(menu_file(1)).encode())
    assert sum(1 for _ in plain.items()) == DISHES
    assert len(plain.modifier_groups) == 3


def test_draw_follows_its_weights() -> None:
    random = Random(1)
    found = [drawn({1: 1, 5: 9}, random) for _ in range(2000)]
    assert found.count(5) / len(found) == pytest.approx(0.9, abs=0.03)


PUBLISHED: Final[dict[str, Any]] = {
    "sections": [
        {
            "items": [
                {"id": "bowl", "price": 990, "modifiers": ["extras"]},
                {
                    "id": "beer",
                    "price": 400,
                    "variations": [
                        {"id": "small", "price": 300},
                        {"id": "usual", "price": None},
                    ],
                },
            ]
        }
    ],
    "modifiers": [
        {
            "id": "extras",
            "options": [{"id": "egg", "price": 120}, {"id": "chives", "price": None}],
        }
    ],
}


@pytest.mark.parametrize(
    ("wish", "price"),
    [
        (Wish("bowl"), 990),
        (Wish("bowl", 3), 2970),
        (Wish("bowl", 2, options=(("extras", "egg", 2), ("extras", "chives", 1))), 2460),
        (Wish("beer", variation="small"), 300),
        (Wish("beer", 2, variation="usual"), 800),
    ],
)
def test_price_book_adds_dish_size_and_options(wish: Wish, price: int) -> None:
    assert PriceBook(PUBLISHED).price(wish) == price


def test_bill_counts_what_was_placed_and_stands() -> None:
    book, bill = PriceBook(PUBLISHED), Bill()
    for line, wish in (("a", Wish("bowl")), ("b", Wish("beer", 2, "small")), ("c", Wish("bowl"))):
        bill.added(line, wish, book)
    bill.removed("c")
    assert bill.total == 0
    bill.placed(rejected=["b"])
    assert bill.total == 990
    assert (bill.portions("bowl"), bill.portions("beer")) == (1, 0)
    bill.added("d", Wish("beer", variation="usual"), book)
    assert bill.total == 990
    bill.placed()
    assert bill.total == 1390
    bill.freed("a")
    assert bill.total == 400


def asked(id: str, sent_at: float, answered_at: float | None, *outcomes: str) -> Asked:
    one = Asked(id, "line.add", sent_at)
    for outcome in outcomes:
        assert answered_at is not None
        is_done = outcome in ("ok", "dup")
        one.answered(answered_at, outcome, 1 if is_done else None, 7 if is_done else None, None)
    return one


def row(position: int, command: str, *, order: str = "o", seq: int | None = None) -> LogRow:
    return LogRow(position, order, seq or position, command, "line.added", {})


def test_good_history_passes() -> None:
    commands = [
        asked("a", 1, 2, "ok"),
        asked("b", 3, 4, "dup", "dup"),
        asked("c", 5, None),
        asked("d", 5, 6, "rejected", "rejected"),
    ]
    log = [row(1, "a"), row(2, "b"), row(3, "b")]
    assert check_commands(commands, log) == 2
    check_numbers(log, {"r": [Shown(1, "t", 1, "x", 0, {}), Shown(2, "t", 2, "x", 0, {})]})
    assert check_real_time(commands, log) == 1


@pytest.mark.parametrize(
    ("commands", "log", "error"),
    [
        ([asked("a", 1, 2, "ok")], [], LostCommand),
        ([asked("a", 1, 2, "dup")], [], LostCommand),
        ([asked("a", 1, 2, "ok", "ok")], [row(1, "a")], DoubledCommand),
        ([asked("a", 1, 2, "ok")], [row(1, "a"), row(2, "b"), row(3, "a")], DoubledCommand),
        ([asked("a", 1, 2, "rejected")], [row(1, "a")], DoubledCommand),
        ([asked("a", 1, 2, "rejected", "dup")], [], DoubledCommand),
    ],
)
def test_lost_and_doubled_commands_are_found(
    commands: list[Asked], log: list[LogRow], error: type[AssertionError]
) -> None:
    with pytest.raises(error):
        check_commands(commands, log)


def test_two_places_of_one_command_are_found() -> None:
    one = asked("a", 1, 2, "ok")
    one.answered(3, "dup", 2, 8, None)
    with pytest.raises(DoubledCommand, match="several places"):
        check_commands([one], [row(1, "a")])


@pytest.mark.parametrize(
    "check",
    [
        lambda: check_numbers([row(2, "a")], {}),
        lambda: check_numbers([row(1, "a"), row(2, "b", seq=3)], {}),
        lambda: check_numbers([row(1, "a", seq=2)], {}),
        lambda: check_numbers([], {"r": [Shown(2, "t", 1, "x", 0, {})]}),
        lambda: check_real_time(
            [asked("a", 1, 2, "ok"), asked("b", 3, 4, "ok")], [row(1, "b"), row(2, "a")]
        ),
        lambda: check_steps("o", [("l", "line.added"), ("l", "line.ready"), ("l", "line.fired")]),
        lambda: check_steps("o", [("l", "line.added"), ("l", "line.added")]),
        lambda: check_steps("o", [("l", "line.voided"), ("l", "line.served")]),
    ],
)
def test_gaps_and_wrong_order_are_found(check: Callable[[], object]) -> None:
    with pytest.raises(OutOfOrder):
        check()


def test_commands_that_overlap_may_stand_either_way() -> None:
    commands = [asked("a", 1, 3, "ok"), asked("b", 2, 4, "ok")]
    assert check_real_time(commands, [row(1, "b"), row(2, "a")]) == 0


def test_recall_and_hold_may_take_a_line_back() -> None:
    forth = ["line.added", "order.placed", "line.fired", "line.started", "line.ready"]
    again = ["line.recalled", "line.ready", "line.served", "line.recalled", "line.ready"]
    check_steps("o", [("l", type) for type in (*forth, *again)])
    held = ["course.held", "line.fired", "line.started"]
    check_steps("o", [("l", type) for type in (*forth[:3], *held)])


def test_screens_are_held_against_what_is_stored() -> None:
    stream = [Shown(n, "t", n, "x", 0, {"n": n}) for n in range(1, 6)]
    viewing = Viewing("pass", "kitchen:r")
    viewing.begins(0)
    for event in stream[:2]:
        viewing.sees(event)
    viewing.begins(2)
    viewing.sees(stream[2])
    assert check_viewing(viewing, stream) == 3
    viewing.sees(stream[4])
    with pytest.raises(OutOfOrder):
        check_viewing(viewing, stream)
    viewing.begins(3)
    del viewing.runs[1]
    viewing.sees(replace(stream[3], body={"n": 0}))
    with pytest.raises(UnequalScreens):
        check_viewing(viewing, stream)
