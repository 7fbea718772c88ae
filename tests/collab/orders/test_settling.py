"""Keys that come twice, what a batch needs, and how it is put together."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from collab.orders.applying import fold
from collab.orders.command import Outcome
from collab.orders.ledger import Needs
from collab.orders.settling import needs, settle
from tests.collab.orders.evening import (
    BISTRO,
    GUEST,
    KITCHEN,
    TERMS,
    WAITER,
    Evening,
    command,
    fired,
    seated,
)

ADD = {"line": "l1", "item": "soup", "menu": "menu", "menu_version": 1}


def test_a_batch_names_what_it_needs() -> None:
    found = needs(
        [
            command("a", "order.open", WAITER, "o1", table="t3"),
            command("b", "line.add", GUEST, "o2", **ADD),
            command("c", "line.change", WAITER, "o3", line="l1", menu="menu", menu_version="x"),
            command("d", "order.close", WAITER, "o4"),
            command("e", "item.86", KITCHEN, None, target="item:soup"),
        ]
    )
    assert found == Needs(
        frozenset({BISTRO}),
        frozenset((BISTRO, key) for key in "abcde"),
        frozenset({"o1", "o2", "o3", "o4"}),
        frozenset({("menu", 1), ("menu", None)}),
        frozenset({(BISTRO, "t3"), (BISTRO, "t1")}),
        frozenset({"o4"}),
    )


@pytest.mark.parametrize("odd", [None, 7, "a\x00", "\ud800", "a" * 65, [], {}])
def test_what_can_be_no_id_never_comes_near_a_database(odd: object) -> None:
    found = needs(
        [
            command("a", "order.open", WAITER, "o1", table=odd),
            command("b", "line.add", WAITER, "o1", menu=odd, menu_version=10**30),
        ]
    )
    assert not found.tables and not found.menus
    assert needs([command("c", "line.add", menu="m", menu_version=10**30)]).menus == {("m", None)}


def test_the_same_command_again_gets_the_first_answer() -> None:
    evening = seated()
    first = command("key", "line.add", **ADD)
    evening.settle([first])
    log = list(evening.log)
    again = evening.settle([first])
    (result,) = again.results
    assert (result.outcome, result.seq, result.offset) == (Outcome.DUP, 2, 2)
    assert evening.log == log and not again.told and not again.kept


def test_the_same_command_twice_in_one_batch_happens_once() -> None:
    evening = seated()
    first = command("key", "line.add", **ADD)
    settlement = evening.settle([first, first, first])
    assert [one.outcome for one in settlement.results] == [Outcome.OK, Outcome.DUP, Outcome.DUP]
    assert [one.seq for one in settlement.results] == [2, 2, 2]
    assert settlement.repeats == {1: 0, 2: 0}
    assert list(evening.order.lines) == ["l1"]


def test_a_refusal_is_repeated_as_a_refusal_even_when_it_would_be_possible_by_now() -> None:
    evening = seated()
    first = command("key", "order.place")
    assert evening.settle([first, first]).results[1].code == "nothing_to_place"
    evening.add("l1")
    (again,) = evening.settle([first]).results
    assert (again.outcome, again.code) == (Outcome.REJECTED, "nothing_to_place")
    assert evening.states() == {"l1": "draft"}


def test_the_same_key_with_another_body_is_refused_and_the_first_answer_stays() -> None:
    evening = seated()
    first = command("key", "line.add", **ADD)
    other = command("key", "line.add", **{**ADD, "quantity": 2})
    settlement = evening.settle([first, other])
    assert settlement.results[1].code == "key_reused"
    (again,) = evening.settle([other]).results
    assert (again.outcome, again.code) == (Outcome.REJECTED, "key_reused")
    assert evening.settle([first]).results[0].outcome is Outcome.DUP
    assert evening.order.lines["l1"].quantity == 1


def test_each_command_sees_what_those_before_it_changed() -> None:
    evening = Evening()
    results = evening.settle(
        [
            command("a", "order.open", WAITER, "o1", table="t1"),
            command("b", "line.add", **ADD),
            command("c", "order.place"),
            command("d", "ticket.bump", KITCHEN, ticket="o1.1.1.kitchen"),
            command("e", "payment.record", payment="p", amount=650, method="cash"),
            command("f", "order.close"),
            command("g", "order.open", WAITER, "o2", table="t1"),
        ]
    ).results
    assert [one.outcome for one in results] == [Outcome.OK] * 7
    assert [one.seq for one in results] == [1, 2, 4, 5, 6, 7, 1]


def test_the_server_says_when_it_happened_to_the_millisecond() -> None:
    evening = seated()
    evening.now = datetime(2026, 3, 5, 12, 0, 0, 123_456, tzinfo=UTC)
    evening.add("l1")
    evening.done("order.place")
    assert evening.order.lines["l1"].placed_at == datetime(
        2026, 3, 5, 12, 0, 0, 123_000, tzinfo=UTC
    )
    entries = [entry for entry in evening.log if entry.order_id == "o1"]
    assert fold(entries) == evening.order


def test_what_was_loaded_is_not_changed_in_place() -> None:
    evening = fired()
    one = command("x", "line.start", KITCHEN, line="l1")
    ledger = evening.ledger(needs([one]))
    before = evening.order
    settlement = settle(ledger, [one], evening.now)
    assert ledger.orders["o1"] is before and before.lines["l1"].state.value == "fired"
    assert settlement.orders["o1"].lines["l1"].state.value == "preparing"
    assert ledger.terms[BISTRO] is TERMS


def test_an_order_without_its_beginning_cannot_be_folded() -> None:
    with pytest.raises(ValueError, match=r"order\.opened"):
        fold([])
