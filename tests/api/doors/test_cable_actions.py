"""Setting a status in the original's pages is the commands that reach it."""

from __future__ import annotations

import pytest

from api.doors.cable_actions import (
    Wish,
    command_id_of,
    wishes_for_station,
    wishes_for_status,
)
from collab.errors import ProtocolViolation
from collab.orders.order import LineState, Order
from tests.api.doors.cable_orders_made import (
    DRAFT,
    FIRED,
    NOON,
    PREPARING,
    READY,
    SERVED,
    of,
    paid,
)

TICKET = "o1.1.1.kitchen"


@pytest.mark.parametrize(
    ("whole", "status", "wishes"),
    [
        (of(DRAFT), "ordered", [("order.place", {})]),
        (of(FIRED), "ordered", []),
        (of(FIRED), "preparing", [("ticket.start", {"ticket": TICKET})]),
        (of(PREPARING), "preparing", []),
        (of(PREPARING, READY), "preparing", []),
        (of(READY), "preparing", [("ticket.recall", {"ticket": TICKET})]),
        (of(FIRED), "ready", [("ticket.bump", {"ticket": TICKET})]),
        (of(READY), "ready", []),
        (of(READY, SERVED, FIRED), "delivered", [("line.serve", {"line": "l0"})]),
        (of(SERVED), "billrequested", [("bill.request", {})]),
        (of(SERVED, is_bill_requested=True), "billrequested", []),
        (of(SERVED, payments=(paid(450),)), "paid", []),
        (of(SERVED), "closed", [("order.close", {})]),
        (of(SERVED, closed_at=NOON), "closed", []),
    ],
)
def test_setting_a_status_is_the_commands_that_reach_it(
    whole: Order, status: str, wishes: list[tuple[str, dict[str, str]]]
) -> None:
    found = wishes_for_status(whole, status, "cash")
    assert [(wish.type, wish.body) for wish in found] == wishes


def test_paid_is_what_is_still_owed() -> None:
    (wish,) = wishes_for_status(of(SERVED, SERVED, payments=(paid(100),)), "paid", "card")
    assert wish.type == "payment.record"
    assert (wish.body["amount"], wish.body["method"]) == (800, "card")


@pytest.mark.parametrize("status", ["opened", "removed", "burnt", ""])
def test_a_status_that_nobody_can_set_is_refused(status: str) -> None:
    with pytest.raises(ProtocolViolation):
        wishes_for_status(of(FIRED), status, "cash")


@pytest.mark.parametrize(
    ("state", "step", "type"),
    [
        (FIRED, ("ordered", "preparing"), "ticket.start"),
        (FIRED, ("ordered", "ready"), "ticket.bump"),
        (PREPARING, ("preparing", "ready"), "ticket.bump"),
        (READY, ("ready", "preparing"), "ticket.recall"),
        (READY, ("ready", "collected"), "line.serve"),
    ],
)
def test_a_station_advances_the_tickets_that_stand_where_it_says(
    state: LineState, step: tuple[str, str], type: str
) -> None:
    assert [wish.type for wish in wishes_for_station(of(state), "kitchen", *step)] == [type]
    assert wishes_for_station(of(state), "bar", *step) == ()
    assert wishes_for_station(of(SERVED), "kitchen", *step) == ()


def test_a_step_that_there_is_not_is_refused() -> None:
    with pytest.raises(ProtocolViolation):
        wishes_for_station(of(READY), "kitchen", "ordered", "collected")


def test_keys_of_several_commands_depend_on_what_they_are_about_only() -> None:
    first, second = Wish("ticket.bump", {"ticket": "a"}), Wish("ticket.bump", {"ticket": "b"})
    keys = {command_id_of("k", one, is_only=False) for one in (first, second)}
    assert len(keys) == 2
    assert command_id_of("k", second, is_only=False) in keys
    assert command_id_of("k", first, is_only=True) == "k"
    assert all(len(key) <= 64 for key in keys)
