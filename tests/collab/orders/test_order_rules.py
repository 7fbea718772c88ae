"""Opening, placing, paying and closing; and what guests may touch."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from collab.orders.command import Outcome
from collab.orders.order import PaymentState
from tests.collab.orders.evening import (
    BISTRO,
    GUEST,
    KITCHEN,
    MANAGER,
    NOON,
    WAITER,
    Evening,
    command,
    fired,
    seated,
    visit,
)

SOUP: dict[str, object] = {"item": "soup", "menu": "menu", "menu_version": 1}
PAID: dict[str, object] = {"payment": "p1", "amount": 650, "method": "card"}


def test_an_order_is_opened_at_a_table_and_joins_its_visit() -> None:
    evening = seated()
    order = evening.order
    assert (order.table_id, order.currency, order.opened_by) == ("t1", "EUR", "wanda")
    assert (order.business_day, order.last_seq) == (date(2026, 3, 5), 1)
    assert evening.visits[(BISTRO, "t1")].order_id == "o1"


def test_a_second_order_at_the_table_is_the_first_one() -> None:
    evening = seated()
    for actor in (WAITER, GUEST):
        result = evening.do("order.open", actor, "o2", table="t1")
        assert (result.outcome, result.current) == (Outcome.NOOP, {"order": "o1"})
    assert set(evening.orders) == {"o1"}


def test_two_devices_that_open_a_table_at_once_get_one_order() -> None:
    evening = Evening()
    both = [command(id, "order.open", WAITER, id, table="t1") for id in ("o1", "o2")]
    results = evening.settle(both).results
    assert [one.outcome for one in results] == [Outcome.OK, Outcome.NOOP]
    assert results[1].current == {"order": "o1"} and set(evening.orders) == {"o1"}


def test_a_visit_that_begins_at_an_open_order_gets_it() -> None:
    evening = Evening()
    evening.done("order.open", table="t1")
    evening.visits[(BISTRO, "t1")] = visit()
    result = evening.do("order.open", GUEST, "o9", table="t1")
    assert result.current == {"order": "o1"}
    assert evening.visits[(BISTRO, "t1")].order_id == "o1"
    evening.add("l1", actor=GUEST)


def test_pickups_have_no_table_and_ids_are_taken_once() -> None:
    evening = Evening()
    evening.done("order.open")
    assert evening.do("order.open").current == {"order": "o1"}
    assert evening.refused("order.open", table="t1") == "order_exists"
    assert evening.refused("order.open", order="o2", table="nowhere") == "unknown_table"
    evening.orders["foreign"] = replace(evening.order, id="foreign", restaurant_id="elsewhere")
    assert evening.refused("order.open", order="foreign") == "order_exists"
    assert evening.refused("line.add", order="foreign", **SOUP, line="l1") == "unknown_order"
    assert evening.refused("order.place", order="none") == "unknown_order"


def test_guests_act_at_their_own_table_while_the_visit_lasts() -> None:
    evening = seated()
    evening.add("l1", actor=GUEST)
    elsewhere = replace(GUEST, table_id="t2")
    earlier = replace(GUEST, guest_session_id="visit-0")
    stranger = replace(GUEST, guest_session_id=None)
    line = {**SOUP, "line": "l2"}
    assert evening.refused("line.add", elsewhere, **line) == "forbidden"
    assert evening.refused("order.open", elsewhere, "o2", table="t1") == "forbidden"
    assert evening.refused("order.open", GUEST, "o2") == "forbidden"
    assert evening.refused("line.add", earlier, **line) == "table_closed"
    assert evening.refused("order.open", earlier, "o2", table="t1") == "table_closed"
    assert evening.refused("line.add", stranger, **line) == "table_closed"
    evening.now = evening.visits[(BISTRO, "t1")].expires_at
    assert evening.refused("line.add", GUEST, **line) == "table_closed"
    evening.add("l2", actor=WAITER)


def test_guests_do_not_touch_another_order_of_their_table() -> None:
    evening = seated()
    evening.orders["old"] = replace(evening.order, id="old")
    assert evening.refused("order.place", GUEST, "old") == "forbidden"


def test_closing_needs_payment_and_a_finished_kitchen_and_ends_the_visit() -> None:
    evening = fired()
    result = evening.do("order.close")
    assert result.code == "unpaid"
    assert result.current == {"total": 650, "paid": 0, "due": 650}
    evening.done("payment.record", **PAID, tip=50)
    assert evening.refused("order.close") == "wrong_state"
    evening.done("line.ready", MANAGER, line="l1")
    evening.done("order.close")
    assert evening.order.closed_at == NOON
    assert evening.visits[(BISTRO, "t1")].closed_at == NOON
    assert evening.do("order.close").outcome is Outcome.NOOP
    assert evening.refused("line.add", GUEST, **SOUP, line="l2") == "table_closed"
    for actor in (WAITER, MANAGER):
        assert evening.refused("line.add", actor, **SOUP, line="l2") == "order_closed"
    assert evening.refused("line.start", KITCHEN, line="l1") == "order_closed"
    evening.done("order.open", WAITER, "o2", table="t1")
    assert evening.refused("order.reopen", MANAGER) == "order_exists"


def test_managers_close_by_force_with_a_reason() -> None:
    evening = fired()
    assert evening.refused("order.close", WAITER, force=True, reason="left") == "forbidden"
    assert evening.refused("order.close", MANAGER, force=True) == "bad_command"
    evening.done("order.close", MANAGER, force=True, reason="left")
    assert evening.order.total == 650 and evening.order.payment_state is PaymentState.UNPAID
    assert evening.types("kitchen:bistro") == ["ticket.opened", "ticket.closed"]
    evening.done("order.reopen", MANAGER)
    assert evening.order.closed_at is None
    assert evening.types("kitchen:bistro")[-1] == "ticket.opened"
    assert evening.do("order.reopen", MANAGER).outcome is Outcome.NOOP


def test_payments_are_an_axis_of_their_own() -> None:
    evening = fired()
    states = [evening.order.payment_state]
    for body in ({"payment": "p1", "amount": 300}, {"payment": "p2", "amount": 350}):
        evening.done("payment.record", **body, method="cash")
        states.append(evening.order.payment_state)
    refund = {"payment": "r1", "method": "cash"}
    assert evening.refused("payment.refund", MANAGER, **refund, amount=651) == "wrong_state"
    evening.done("payment.refund", MANAGER, **refund, amount=650)
    states.append(evening.order.payment_state)
    assert states == ["unpaid", "part_paid", "paid", "refunded"]
    assert evening.do("payment.refund", MANAGER, **refund, amount=650).outcome is Outcome.NOOP
    assert evening.refused("payment.record", **PAID) == "wrong_state"  # the id is taken


def test_a_comped_dish_is_cooked_and_not_charged() -> None:
    evening = fired("soup", "beer")
    evening.done("line.comp", MANAGER, line="l1", reason="late")
    assert evening.states()["l1"] == "fired" and evening.order.total == 420
    assert evening.do("line.comp", MANAGER, line="l1").outcome is Outcome.NOOP


def test_later_courses_wait_until_they_are_fired() -> None:
    evening = seated()
    for course in (1, 2, 3):
        evening.add(f"l{course}", course=course)
    evening.done("order.place")
    assert evening.states() == {"l1": "fired", "l2": "placed", "l3": "placed"}
    evening.done("course.fire", KITCHEN, course=2)
    assert evening.do("course.fire", KITCHEN, course=2).outcome is Outcome.NOOP
    evening.add("l4", course=2)
    evening.add("l5", course=3)
    evening.done("order.place")
    states = {"l1": "fired", "l2": "fired", "l3": "placed", "l4": "fired", "l5": "placed"}
    assert evening.states() == states
    assert evening.order.lines["l4"].batch == 2
    assert evening.refused("course.fire", course=9) == "unknown_line"


def test_a_held_course_waits_and_comes_back_unless_somebody_cooks() -> None:
    evening = seated()
    evening.done("course.hold", course=1)
    evening.add("l1")
    evening.add("l2", course=2)
    evening.done("order.place")
    assert evening.states() == {"l1": "placed", "l2": "fired"}
    evening.done("course.fire", course=1)
    assert not evening.order.held_courses
    evening.done("line.start", KITCHEN, line="l1")
    evening.add("l3")
    evening.done("order.place")
    evening.done("course.hold", course=1)
    assert evening.states() == {"l1": "preparing", "l2": "fired", "l3": "placed"}
    assert evening.order.lines["l3"].fired_at is None


def test_placing_takes_named_lines_or_all_of_the_list() -> None:
    evening = seated()
    assert evening.refused("order.place") == "nothing_to_place"
    evening.add("l1")
    evening.add("l2")
    assert evening.refused("order.place", lines=["l9"]) == "unknown_line"
    evening.done("order.place", lines=["l2"])
    assert evening.states() == {"l1": "draft", "l2": "fired"}
    evening.done("bill.request", GUEST)
    assert evening.do("bill.request").outcome is Outcome.NOOP
    evening.done("order.place")
    assert not evening.order.is_bill_requested


def test_a_recall_is_possible_for_a_quarter_of_an_hour() -> None:
    evening = fired()
    evening.done("ticket.bump", KITCHEN, ticket="o1.1.1.kitchen")
    evening.pass_time(seconds=900)
    evening.done("ticket.recall", KITCHEN, ticket="o1.1.1.kitchen")
    assert evening.states() == {"l1": "preparing"}
    evening.done("ticket.bump", KITCHEN, ticket="o1.1.1.kitchen")
    evening.pass_time(seconds=901)
    assert evening.refused("ticket.recall", KITCHEN, ticket="o1.1.1.kitchen") == "too_late"
    assert evening.refused("line.recall", KITCHEN, line="l1") == "too_late"
    evening.done("line.serve", line="l1")
    evening.done("line.recall", line="l1")
    assert evening.states() == {"l1": "ready"}
    assert evening.refused("line.recall", line="l1") == "too_late"


def test_an_order_has_at_most_two_hundred_lines() -> None:
    taken = 200
    evening = seated()
    lines = [command(f"a{n}", "line.add", **SOUP, line=f"l{n}") for n in range(taken + 1)]
    results = evening.settle(lines).results
    assert [one.code for one in results] == [None] * taken + ["too_many"]
    assert evening.refused("line.add", **SOUP, line="l0") == "line_exists"
