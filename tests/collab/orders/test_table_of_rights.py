"""Who may give which command: every role with every command."""

from __future__ import annotations

from dataclasses import replace

import pytest

from collab.orders.command import Actor, ActorKind, Outcome
from collab.orders.forms import FORMS
from collab.orders.refusal import CODES
from collab.orders.table_of_rights import RIGHTS
from tests.collab.orders.evening import (
    EXPEDITER,
    GUEST,
    KITCHEN,
    MANAGER,
    WAITER,
    Evening,
    fired,
    seated,
)

SERVER = Actor(ActorKind.SERVER, "server")
COOK = replace(KITCHEN, stations=frozenset())

# Command -> who may: guest, waiter, kitchen, manager; written down once more, by hand.
TABLE = {
    "order.open": "gw-m",
    "order.place": "gw-m",
    "order.close": "-w-m",
    "order.reopen": "---m",
    "line.add": "gw-m",
    "line.change": "gw-m",
    "line.remove": "gw-m",
    "line.start": "--km",
    "line.ready": "--km",
    "line.serve": "-wkm",
    "line.recall": "-wkm",
    "line.void": "gw-m",
    "line.reject": "--km",
    "line.comp": "---m",
    "ticket.start": "--km",
    "ticket.bump": "--km",
    "ticket.recall": "-wkm",
    "course.fire": "-wkm",
    "course.hold": "-wkm",
    "note.add": "gwkm",
    "bill.request": "gw-m",
    "payment.record": "-w-m",
    "payment.refund": "---m",
    "staff.assign": "-wkm",
    "staff.unassign": "-wkm",
    "item.86": "-wkm",
    "item.un86": "-wkm",
    "stock.set": "-wkm",
}
ROLES = {"g": GUEST, "w": WAITER, "k": COOK, "m": MANAGER, "s": SERVER}
LINE = {"line": "l1"}
BODIES: dict[str, dict[str, object]] = {
    "order.open": {"table": "t1"},
    "line.add": {"line": "new", "item": "soup", "menu": "menu", "menu_version": 1},
    "line.change": {"line": "draft", "quantity": 3},
    "line.remove": {"line": "draft"},
    "line.start": LINE,
    "line.ready": LINE,
    "line.serve": LINE,
    "line.recall": LINE,
    "line.void": LINE,
    "line.reject": LINE,
    "line.comp": LINE,
    "ticket.start": {"ticket": "o1.1.1.kitchen"},
    "ticket.bump": {"ticket": "o1.1.1.kitchen"},
    "ticket.recall": {"ticket": "o1.1.1.kitchen"},
    "course.fire": {"course": 2},
    "course.hold": {"course": 1},
    "note.add": {"note": "n1", "text": "no salt"},
    "order.close": {},
    "payment.record": {"payment": "p1", "amount": 100, "method": "cash"},
    "payment.refund": {"payment": "p1", "amount": 100, "method": "cash"},
    "staff.unassign": {},
    "item.86": {"target": "item:soup"},
    "item.un86": {"target": "item:soup"},
    "stock.set": {"target": "item:soup", "remaining": 3},
}


def ready_for(type: str) -> Evening:
    """An evening in which the command makes sense."""
    evening = seated() if type == "order.open" else fired()
    if type == "order.open":
        evening = Evening(visits=evening.visits)
        evening.visits = {key: replace(one, order_id=None) for key, one in evening.visits.items()}
    elif type in ("line.change", "line.remove", "order.place"):
        evening.add("draft")
    elif type in ("line.serve", "line.recall", "ticket.recall"):
        evening.done("ticket.bump", MANAGER, ticket="o1.1.1.kitchen")
    elif type == "course.fire":
        evening.add("later", course=2)
        evening.done("order.place")
    elif type == "payment.refund":
        evening.done("payment.record", payment="p0", amount=500, method="cash")
    elif type in ("order.close", "order.reopen"):
        evening.done("ticket.bump", MANAGER, ticket="o1.1.1.kitchen")
        evening.done("payment.record", payment="p0", amount=650, method="cash")
        if type == "order.reopen":
            evening.done("order.close")
    elif type == "item.un86":
        evening.done("item.86", order=None, target="item:soup")
    elif type == "staff.assign":
        evening.done("staff.unassign")
    elif type == "staff.unassign":
        for actor in (COOK, MANAGER, SERVER):
            evening.done("staff.assign", actor)
    return evening


def test_the_table_names_every_command() -> None:
    assert TABLE.keys() == FORMS.keys() == RIGHTS.keys()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("type", TABLE)
def test_every_role_with_every_command(type: str, role: str) -> None:
    evening = ready_for(type)
    order = None if type in ("item.86", "item.un86", "stock.set") else "o1"
    result = evening.do(type, ROLES[role], order, **BODIES.get(type, {}))
    if role in TABLE[type] or (role == "s" and "m" in TABLE[type]):
        assert result.outcome is Outcome.OK, result
    elif role == "g" and type == "order.reopen":
        assert result.code == "forbidden"
    else:
        assert (result.outcome, result.code) == (Outcome.REJECTED, "forbidden")
    assert result.code is None or result.code in CODES


def test_kitchen_cooks_for_its_own_stations_only() -> None:
    evening = fired("soup", "beer")
    for type in ("line.start", "line.ready", "line.reject"):
        assert evening.refused(type, KITCHEN, line="l2") == "forbidden"
    assert evening.refused("ticket.bump", KITCHEN, ticket="o1.1.1.bar") == "forbidden"
    evening.done("ticket.bump", KITCHEN, ticket="o1.1.1.kitchen")
    assert evening.refused("line.serve", KITCHEN, line="l1") == "forbidden"
    evening.done("line.serve", EXPEDITER, line="l1")


def test_waiters_assign_only_themselves_and_the_kitchen_anybody() -> None:
    evening = seated()
    assert evening.order.staff == ("wanda",)
    assert evening.refused("staff.assign", WAITER, user="will") == "forbidden"
    assert evening.refused("staff.unassign", WAITER, user="will") == "forbidden"
    evening.done("staff.assign", KITCHEN, user="will")
    evening.done("staff.unassign", WAITER)
    assert evening.order.staff == ("will",)


def test_guests_and_waiters_ask_for_a_void_once_somebody_cooks() -> None:
    evening = fired("soup", "soup")
    evening.done("line.void", GUEST, line="l1", reason="too long")
    assert evening.order.lines["l1"].is_void_asked
    assert evening.states()["l1"] == "fired"
    evening.done("line.void", WAITER, line="l1")
    assert evening.states()["l1"] == "voided"
    assert evening.order.lines["l1"].reason == "too long"
    evening.done("line.start", KITCHEN, line="l2")
    evening.done("line.void", WAITER, line="l2", reason="gone")
    assert evening.states()["l2"] == "preparing"
    evening.done("line.void", MANAGER, line="l2")
    assert evening.states()["l2"] == "voided"
    assert evening.order.total == 0
