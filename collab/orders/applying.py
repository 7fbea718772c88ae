"""What events make of an order. No event is ever refused here: it has happened.

The same entries in the same order always fold to the same order, on any day and any machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from collab.orders.ledger import LogEntry
from collab.orders.order import Line, LineState, Note, Order, Payment
from collab.orders.plain import line_of
from collab.orders.transitions import TRANSITIONS

Changes = dict[str, Any]


def apply(order: Order | None, entry: LogEntry) -> Order:
    """The order after an event. order: None before `order.opened`."""
    if order is None:
        return _opened(entry)
    assert entry.seq is not None  # only entries about the stock have none
    return replace(order, last_seq=entry.seq, **_CHANGES[entry.type](order, entry))


def fold(entries: Iterable[LogEntry]) -> Order:
    """The order that all its entries make, from the first one on. Raises ValueError for none."""
    order: Order | None = None
    for entry in entries:
        order = apply(order, entry)
    if order is None:
        raise ValueError("An order begins with order.opened.")
    return order


def _opened(entry: LogEntry) -> Order:
    body: Mapping[str, Any] = entry.body
    assert entry.type == "order.opened" and entry.order_id is not None and entry.seq is not None
    return Order(
        entry.order_id,
        entry.restaurant_id,
        body["table_id"],
        body["currency"],
        entry.actor_id,
        entry.at,
        date.fromisoformat(body["business_day"]),
        entry.seq,
        staff=tuple(body["staff"]),
    )


def _line_set(order: Order, entry: LogEntry) -> Changes:
    line = line_of(_body(entry)["line"])
    return {"lines": {**order.lines, line.id: line}}


def _line_removed(order: Order, entry: LogEntry) -> Changes:
    gone = entry.body["line"]
    return {"lines": {id: line for id, line in order.lines.items() if id != gone}}


def _moved(order: Order, entry: LogEntry) -> Changes:
    """Every line that the event names takes the step that the table says."""
    steps, stamp = TRANSITIONS[entry.type], _STAMPS[entry.type]
    lines = dict(order.lines)
    for id in _body(entry)["lines"]:
        line = lines[id]
        lines[id] = replace(line, state=steps[line.state], **stamp(line, entry))
    return {"lines": lines}


def _placed(order: Order, entry: LogEntry) -> Changes:
    batch = entry.body["batch"]
    return {**_moved(order, entry), "batches": batch, "is_bill_requested": False}


def _fired(order: Order, entry: LogEntry) -> Changes:
    held = order.held_courses - {_body(entry)["course"]}
    return {**_moved(order, entry), "held_courses": held}


def _held(order: Order, entry: LogEntry) -> Changes:
    held = order.held_courses | {_body(entry)["course"]}
    return {**_moved(order, entry), "held_courses": held}


def _flagged(**flags: Any) -> Callable[[Order, LogEntry], Changes]:
    """Lines get flags, and the reason when the event has one."""

    def change(order: Order, entry: LogEntry) -> Changes:
        lines = dict(order.lines)
        body = _body(entry)
        for id in body["lines"]:
            reason = body.get("reason", lines[id].reason)
            lines[id] = replace(lines[id], reason=reason, **flags)
        return {"lines": lines}

    return change


def _noted(order: Order, entry: LogEntry) -> Changes:
    body = _body(entry)
    note = Note(body["note"], body["text"], entry.actor_id, entry.at, entry.actor_kind)
    return {"notes": (*order.notes, note)}


def _paid(order: Order, entry: LogEntry) -> Changes:
    body = _body(entry)
    payment = Payment(
        body["payment"], body["amount"], body["method"], entry.actor_id, entry.at, body["tip"]
    )
    return {"payments": (*order.payments, payment)}


def _assigned(order: Order, entry: LogEntry) -> Changes:
    return {"staff": (*order.staff, entry.body["user"])}


def _unassigned(order: Order, entry: LogEntry) -> Changes:
    return {"staff": tuple(id for id in order.staff if id != entry.body["user"])}


def _recalled(line: Line, entry: LogEntry) -> Changes:
    return {"served_at": None} if line.state is LineState.SERVED else {"ready_at": None}


def _ended(line: Line, entry: LogEntry) -> Changes:
    return {"ended_at": entry.at, "reason": entry.body["reason"], "is_void_asked": False}


def _body(entry: LogEntry) -> Mapping[str, Any]:
    return entry.body


# What a step leaves on a line besides its state.
_STAMPS: Mapping[str, Callable[[Line, LogEntry], Changes]] = {
    "order.placed": lambda line, entry: {"placed_at": entry.at, "batch": entry.body["batch"]},
    "line.fired": lambda line, entry: {"fired_at": entry.at},
    "course.held": lambda line, entry: {"fired_at": None},
    "line.started": lambda line, entry: {"started_at": entry.at},
    "line.ready": lambda line, entry: {"ready_at": entry.at},
    "line.served": lambda line, entry: {"served_at": entry.at},
    "line.recalled": _recalled,
    "line.rejected": _ended,
    "line.voided": _ended,
}

_CHANGES: Mapping[str, Callable[[Order, LogEntry], Changes]] = {
    "line.added": _line_set,
    "line.changed": _line_set,
    "line.removed": _line_removed,
    "order.placed": _placed,
    "line.fired": _fired,
    "course.held": _held,
    "line.started": _moved,
    "line.ready": _moved,
    "line.served": _moved,
    "line.recalled": _moved,
    "line.rejected": _moved,
    "line.voided": _moved,
    "line.comped": _flagged(is_comped=True),
    "line.void_asked": _flagged(is_void_asked=True),
    "ticket.cleared": _flagged(is_cleared=True),
    "note.added": _noted,
    "bill.requested": lambda order, entry: {"is_bill_requested": True},
    "payment.recorded": _paid,
    "payment.refunded": _paid,
    "staff.assigned": _assigned,
    "staff.unassigned": _unassigned,
    "order.closed": lambda order, entry: {"closed_at": entry.at},
    "order.reopened": lambda order, entry: {"closed_at": None},
}
ORDER_EVENTS = frozenset({"order.opened", *_CHANGES})
