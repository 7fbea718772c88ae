"""Tickets by station, course and batch; what stays on which screen; all-day counts; ageing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collab.orders.command import Outcome
from collab.orders.tickets import Age, age_of, all_day, open_tickets, tickets_of
from collab.orders.views import ticket_json
from tests.collab.orders.evening import (
    EXPEDITER,
    KITCHEN,
    MANAGER,
    NOON,
    TERMS,
    WAITER,
    Evening,
    fired,
    seated,
)


def ids(evening: Evening, station: str | None = None) -> list[str]:
    return [ticket.id for ticket in open_tickets(evening.order, station)]


def test_one_ticket_for_each_station_course_and_batch() -> None:
    evening = seated()
    evening.add("l1")
    evening.add("l2", "beer")
    evening.add("l3", "pizza", variation="small")
    evening.add("l4", "soup", course=2)
    evening.done("order.place")
    assert sorted(ids(evening)) == ["o1.1.1.bar", "o1.1.1.kitchen"]
    assert ids(evening, "bar") == ["o1.1.1.bar"]
    assert sorted(ids(evening, "expo")) == ["o1.1.1.bar", "o1.1.1.kitchen"]
    first = open_tickets(evening.order, "kitchen")[0]
    assert [line.id for line in first.lines] == ["l1", "l3"] and not first.is_add_on
    evening.pass_time(minutes=5)
    evening.done("course.fire", course=2)
    evening.add("l5")
    evening.done("order.place")
    assert ids(evening, "kitchen") == ["o1.1.1.kitchen", "o1.1.2.kitchen", "o1.2.1.kitchen"]
    assert tickets_of(evening.order)[-1].is_add_on


def test_a_ticket_leaves_the_station_when_all_is_ready_and_the_expediter_when_all_is_served() -> (
    None
):
    evening = fired("soup", "soup")
    evening.done("line.ready", KITCHEN, line="l1")
    assert ids(evening, "kitchen") == ["o1.1.1.kitchen"]
    evening.done("ticket.start", KITCHEN, ticket="o1.1.1.kitchen")
    assert evening.states() == {"l1": "ready", "l2": "preparing"}
    evening.done("ticket.bump", KITCHEN, ticket="o1.1.1.kitchen")
    assert evening.do("ticket.bump", KITCHEN, ticket="o1.1.1.kitchen").outcome is Outcome.NOOP
    assert ids(evening, "kitchen") == [] and ids(evening, "expo") == ["o1.1.1.kitchen"]
    evening.done("line.serve", EXPEDITER, line="l1")
    evening.done("line.serve", WAITER, line="l2")
    assert ids(evening, "expo") == []
    assert len(tickets_of(evening.order)) == 1
    assert evening.refused("ticket.recall", KITCHEN, ticket="o1.1.1.kitchen") == "wrong_state"
    assert evening.refused("ticket.bump", KITCHEN, ticket="o9.1.1.kitchen") == "unknown_line"


def test_a_void_after_firing_stays_until_it_is_bumped() -> None:
    evening = fired("soup", "soup")
    evening.done("line.void", line="l1", reason="changed their mind")
    evening.done("ticket.start", KITCHEN, ticket="o1.1.1.kitchen")
    shown = ticket_json(open_tickets(evening.order, "kitchen")[0])
    lines = shown["lines"]
    assert isinstance(lines, list)
    assert [(one["state"], one["reason"], one["is_cleared"]) for one in lines] == [
        ("voided", "changed their mind", False),
        ("preparing", "", False),
    ]
    evening.done("line.ready", KITCHEN, line="l2")
    assert ids(evening, "kitchen") == ["o1.1.1.kitchen"]
    evening.done("ticket.bump", KITCHEN, ticket="o1.1.1.kitchen")
    assert ids(evening, "kitchen") == []
    assert evening.types("kitchen:bistro:kitchen")[-1] == "ticket.closed"


def test_what_was_voided_before_firing_or_rejected_is_on_no_ticket() -> None:
    evening = seated()
    evening.add("l1", course=2)
    evening.add("l2")
    evening.add("l3")
    evening.done("order.place")
    evening.done("line.void", line="l1")
    evening.done("line.reject", KITCHEN, line="l2", reason="sold_out")
    assert [line.id for ticket in tickets_of(evening.order) for line in ticket.lines] == ["l3"]
    evening.done("line.reject", KITCHEN, line="l3")
    assert evening.types("kitchen:bistro") == ["ticket.opened", "ticket.changed", "ticket.closed"]
    last = evening.streams["kitchen:bistro"][-1].body["ticket"]
    assert isinstance(last, dict) and (last["lines"], last["is_open"]) == ([], False)
    assert tickets_of(evening.order) == ()


def test_a_recalled_ticket_comes_back_in_its_old_place() -> None:
    evening = fired()
    evening.pass_time(minutes=4)
    evening.add("l2")
    evening.done("order.place")
    evening.done("ticket.bump", KITCHEN, ticket="o1.1.1.kitchen")
    evening.done("ticket.recall", KITCHEN, ticket="o1.1.1.kitchen")
    assert ids(evening, "kitchen") == ["o1.1.1.kitchen", "o1.2.1.kitchen"]
    assert evening.do("ticket.recall", KITCHEN, ticket="o1.1.1.kitchen").outcome is Outcome.NOOP
    assert open_tickets(evening.order)[0].opened_at == NOON


def test_a_closed_order_is_on_no_screen() -> None:
    evening = fired("soup", "beer")
    evening.done("order.close", MANAGER, force=True, reason="fire alarm")
    assert ids(evening) == [] and ids(evening, "expo") == []
    assert all_day(evening.orders.values()) == ()


def test_notes_of_the_order_are_on_its_tickets() -> None:
    evening = fired()
    evening.done("note.add", note="n1", text="nut allergy")
    assert open_tickets(evening.order)[0].notes == ("nut allergy",)
    assert evening.types("kitchen:bistro:kitchen") == ["ticket.opened", "ticket.changed"]
    assert evening.do("note.add", note="n1", text="again").outcome is Outcome.NOOP


def test_all_day_counts_what_still_has_to_be_cooked() -> None:
    evening = seated()
    evening.add("l1", quantity=2)
    evening.add("l2", quantity=3)
    evening.add("l3", "pizza", variation="small")
    evening.add("l4", "pizza", variation="large", quantity=4)
    evening.add("l5", "beer", quantity=5)
    evening.add("l6", quantity=9, course=2)
    evening.done("order.place")
    evening.done("line.start", KITCHEN, line="l1")
    evening.done("line.ready", KITCHEN, line="l3")
    counts = [(one.station, one.item_id, one.variation_id, one.quantity)
              for one in all_day(evening.orders.values())]  # fmt: skip
    assert counts == [
        ("bar", "beer", None, 5),
        ("kitchen", "pizza", "large", 4),
        ("kitchen", "soup", None, 5),
    ]


@pytest.mark.parametrize(
    ("item", "seconds", "age"),
    [
        ("soup", 299, Age.FRESH),
        ("soup", 300, Age.WARN),
        ("soup", 600, Age.LATE),
        ("beer", 59, Age.FRESH),
        ("beer", 60, Age.WARN),
        ("beer", 120, Age.LATE),
    ],
)
def test_tickets_age_by_the_thresholds_of_their_station(item: str, seconds: int, age: Age) -> None:
    (ticket,) = tickets_of(fired(item).order)
    assert age_of(ticket, TERMS, NOON + timedelta(seconds=seconds)) is age
