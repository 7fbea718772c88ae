"""Opening, placing, closing an order: what the whole table does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from collab.orders.business_days import business_day
from collab.orders.command import Actor, ActorKind, Command
from collab.orders.forms import AddNote, CloseOrder, Nothing, OneUser, OpenOrder, Pay, PlaceOrder
from collab.orders.guests import table_refusal
from collab.orders.order import Line, LineState, Order
from collab.orders.refusal import Refusal, forbidden, wrong_state
from collab.orders.scene import NOOP, Decision, Event, Scene, Verdict, happened
from collab.orders.stock_rules import shortage, taken_off
from collab.orders.table_of_rights import is_managing
from collab.orders.transitions import UNFINISHED

Plain = dict[str, object]
NOTE_LIMIT = 200
PAYMENT_LIMIT = 200
STAFF_LIMIT = 50


def open_order(existing: Order | None, command: Command, form: OpenOrder, scene: Scene) -> Verdict:
    """`order.open`. existing: of the same id, perhaps of another restaurant."""
    actor, table = command.actor, form.table
    if actor.kind is ActorKind.GUEST:
        refusal = table_refusal(table, actor, scene)
        if refusal is not None:
            return refusal
    if table is not None and (scene.terms.restaurant_id, table) not in scene.tables:
        return Refusal("unknown_table", "There is no such table.")
    there = scene.order_at(table)
    visit = scene.visit_at(table)
    if there is not None:
        is_new = visit is not None and visit.order_id is None
        joined = replace(visit, order_id=there) if visit is not None and is_new else None
        return Decision(visit=joined, current={"order": there})
    if existing is not None and _is_same(existing, table, scene):
        return Decision(current={"order": existing.id})
    if existing is not None:
        return Refusal("order_exists", "The id of the order is taken; draw another one.")
    assert command.order_id is not None
    body: Mapping[str, object] = {
        "table_id": table,
        "currency": scene.terms.currency,
        "business_day": business_day(scene.terms, scene.at).isoformat(),
        "staff": [actor.user_id] if actor.kind is ActorKind.WAITER else [],
    }
    seated = None if visit is None else replace(visit, order_id=command.order_id)
    return Decision((Event("order.opened", body),), visit=seated)


def _is_same(order: Order, table: str | None, scene: Scene) -> bool:
    is_here = (order.restaurant_id, order.table_id) == (scene.terms.restaurant_id, table)
    return is_here and order.closed_at is None


def _place(order: Order, form: PlaceOrder, actor: Actor, scene: Scene) -> Verdict:
    if form.lines is None:
        wanted = [line for line in order.lines.values() if line.state is LineState.DRAFT]
    else:
        unknown = [id for id in form.lines if id not in order.lines]
        if unknown:
            return Refusal("unknown_line", "There is no such line.", {"lines": unknown})
        named = [order.lines[id] for id in dict.fromkeys(form.lines)]
        wanted = [line for line in named if line.state is LineState.DRAFT]
        if named and not wanted:
            return NOOP
    if not wanted:
        return Refusal("nothing_to_place", "There is nothing on the list to place.")
    short = shortage(wanted, scene.shelf)
    left_out: list[Plain] = [
        {"line": id, "target": target, "remaining": left} for id, (target, left) in short.items()
    ]
    placed = [line for line in wanted if line.id not in short]
    if not placed:
        return Refusal("sold_out", "All of it is sold out.", _left_out(left_out))
    events = [Event("line.rejected", {"lines": [id], "reason": "sold_out"}) for id in short]
    batch = order.batches + 1
    events.append(Event("order.placed", {"lines": [one.id for one in placed], "batch": batch}))
    events += _fired_at_once(order, placed)
    current = _left_out(left_out) if left_out else None
    return Decision(tuple(events), taken_off(placed, scene), current=current)


def _left_out(lines: list[Plain]) -> Mapping[str, object]:
    return {"rejected": lines, "remaining": lines[0]["remaining"]}


def _fired_at_once(order: Order, placed: list[Line]) -> list[Event]:
    """Courses up to the last one that was fired, or else the first one that is not held."""
    courses = sorted({line.course for line in placed} - order.held_courses)
    fired = [line.course for line in order.lines.values() if line.fired_at is not None]
    waiting = [one.course for one in order.lines.values() if one.state is LineState.PLACED]
    free = {*courses, *waiting} - order.held_courses
    if not free:
        return []
    last = max(fired) if fired else min(free)
    return [
        Event(
            "line.fired",
            {"course": course, "lines": [one.id for one in placed if one.course == course]},
        )
        for course in courses
        if course <= last
    ]


def _close(order: Order, form: CloseOrder, actor: Actor, scene: Scene) -> Verdict:
    if order.closed_at is not None:
        return NOOP
    if form.force and not is_managing(actor):
        return forbidden("Only managers can close an order that is not paid or not finished.")
    if form.force and not form.reason:
        return Refusal("bad_command", "Say why: `reason` is missing.")
    unfinished = [id for id, line in order.lines.items() if line.state in UNFINISHED]
    if order.paid < order.total and not form.force:
        current = {"total": order.total, "paid": order.paid, "due": order.total - order.paid}
        return Refusal("unpaid", "The order is not paid.", current)
    if unfinished and not form.force:
        return wrong_state("The kitchen has not finished.", {"lines": unfinished})
    visit = scene.unclosed_visit_at(order.table_id)
    if visit is not None and visit.order_id not in (None, order.id):
        visit = None  # others sit there by now
    ended = None if visit is None else replace(visit, closed_at=scene.at)
    body = {"force": form.force, "reason": form.reason}
    return Decision((Event("order.closed", body),), visit=ended)


def _reopen(order: Order, form: Nothing, actor: Actor, scene: Scene) -> Verdict:
    if order.closed_at is None:
        return NOOP
    there = scene.order_at(order.table_id)
    if there not in (None, order.id):
        return Refusal("order_exists", "Another order is open at this table.", {"order": there})
    return happened("order.reopened")


def _add_note(order: Order, form: AddNote, actor: Actor, scene: Scene) -> Verdict:
    if any(note.id == form.note for note in order.notes):
        return NOOP
    if len(order.notes) >= NOTE_LIMIT:
        return Refusal("too_many", f"An order has at most {NOTE_LIMIT} notes.")
    return happened("note.added", note=form.note, text=form.text)


def _request_bill(order: Order, form: Nothing, actor: Actor, scene: Scene) -> Verdict:
    return NOOP if order.is_bill_requested else happened("bill.requested")


def _record_payment(order: Order, form: Pay, actor: Actor, scene: Scene) -> Verdict:
    return _pay(order, form, form.amount, "payment.recorded")


def _refund_payment(order: Order, form: Pay, actor: Actor, scene: Scene) -> Verdict:
    is_known = any(one.id == form.payment for one in order.payments)
    if not is_known and form.amount > order.paid:
        return wrong_state("No more than was paid can be given back.", {"paid": order.paid})
    return _pay(order, form, -form.amount, "payment.refunded")


def _pay(order: Order, form: Pay, amount: int, event_type: str) -> Verdict:
    for known in order.payments:
        if known.id == form.payment:
            same = (known.amount, known.tip, known.method) == (amount, form.tip, form.method)
            return NOOP if same else wrong_state("The id of the payment is taken; draw another.")
    if len(order.payments) >= PAYMENT_LIMIT:
        return Refusal("too_many", f"An order has at most {PAYMENT_LIMIT} payments.")
    return happened(
        event_type,
        payment=form.payment,
        amount=amount,
        method=form.method,
        tip=form.tip,
        reason=form.reason,
    )


def _assign(order: Order, form: OneUser, actor: Actor, scene: Scene) -> Verdict:
    user = form.user or actor.user_id
    if actor.kind is ActorKind.WAITER and user != actor.user_id:
        return forbidden("Waiters can only take an order over themselves.")
    if user in order.staff:
        return NOOP
    if len(order.staff) >= STAFF_LIMIT:
        return Refusal("too_many", f"At most {STAFF_LIMIT} people look after an order.")
    return happened("staff.assigned", user=user)


def _unassign(order: Order, form: OneUser, actor: Actor, scene: Scene) -> Verdict:
    user = form.user or actor.user_id
    if actor.kind is ActorKind.WAITER and user != actor.user_id:
        return forbidden("Waiters can only give an order up themselves.")
    return happened("staff.unassigned", user=user) if user in order.staff else NOOP


ORDER_RULES: Mapping[str, Callable[[Order, Any, Actor, Scene], Verdict]] = {
    "order.place": _place,
    "order.close": _close,
    "order.reopen": _reopen,
    "note.add": _add_note,
    "bill.request": _request_bill,
    "payment.record": _record_payment,
    "payment.refund": _refund_payment,
    "staff.assign": _assign,
    "staff.unassign": _unassign,
}
