"""Lines after they are placed: cooking, serving, undoing, and leaving the kitchen's hands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from collab.orders.command import Actor, ActorKind
from collab.orders.forms import LineWithReason, OneCourse, OneLine, OneTicket
from collab.orders.order import Line, LineState, Order
from collab.orders.refusal import Refusal, forbidden, wrong_state
from collab.orders.scene import NOOP, Decision, Event, Scene, Verdict, happened
from collab.orders.stock_rules import given_back
from collab.orders.table_of_rights import is_managing, is_own_station, may_expedite
from collab.orders.tickets import Ticket, is_uncleared, tickets_of
from collab.orders.transitions import ENDED, UNSTARTED, moves

_TARGETS: Mapping[str, LineState] = {
    "line.started": LineState.PREPARING,
    "line.ready": LineState.READY,
    "line.served": LineState.SERVED,
    "line.recalled": LineState.PREPARING,
    "line.rejected": LineState.REJECTED,
    "line.voided": LineState.VOIDED,
}


def _start(order: Order, form: OneLine, actor: Actor, scene: Scene) -> Verdict:
    return _step(order, form.line, actor, "line.started")


def _make_ready(order: Order, form: OneLine, actor: Actor, scene: Scene) -> Verdict:
    return _step(order, form.line, actor, "line.ready")


def _serve(order: Order, form: OneLine, actor: Actor, scene: Scene) -> Verdict:
    if not may_expedite(actor):
        return forbidden("Sending out is for waiters and the expediter.")
    verdict = _unfit(order.lines.get(form.line), "line.served")
    return verdict or happened("line.served", lines=[form.line])


def _recall(order: Order, form: OneLine, actor: Actor, scene: Scene) -> Verdict:
    line = order.lines.get(form.line)
    if line is not None and not (is_own_station(actor, line.station) or may_expedite(actor)):
        return _other_station()
    verdict = _unfit(line, "line.recalled")
    if verdict is not None:
        return verdict
    assert line is not None
    if _is_too_late(line, scene):
        return _too_late()
    return happened("line.recalled", lines=[line.id])


def _reject(order: Order, form: LineWithReason, actor: Actor, scene: Scene) -> Verdict:
    line = order.lines.get(form.line)
    if line is not None and not is_own_station(actor, line.station):
        return _other_station()
    if line is not None and line.state is LineState.DRAFT:
        return _wrong(line)  # only placing turns down what was never ordered
    verdict = _unfit(line, "line.rejected")
    if verdict is not None:
        return verdict
    assert line is not None
    body = {"lines": [line.id], "reason": form.reason or "other"}
    return Decision((Event("line.rejected", body),), given_back((line,), scene))


def _void(order: Order, form: LineWithReason, actor: Actor, scene: Scene) -> Verdict:
    line = order.lines.get(form.line)
    verdict = _unfit(line, "line.voided")
    if verdict is not None:
        return verdict
    assert line is not None
    is_allowed = is_managing(actor) or (actor.kind is ActorKind.WAITER and line.state in UNSTARTED)
    if not is_allowed:
        if line.is_void_asked:
            return NOOP
        return happened("line.void_asked", lines=[line.id], reason=form.reason)
    body = {"lines": [line.id], "reason": form.reason or line.reason}
    return Decision((Event("line.voided", body),), given_back((line,), scene))


def _comp(order: Order, form: LineWithReason, actor: Actor, scene: Scene) -> Verdict:
    line = order.lines.get(form.line)
    if line is None:
        return _unknown_line()
    if line.is_comped:
        return NOOP
    if line.state is LineState.DRAFT or line.state in ENDED:
        return _wrong(line)
    return happened("line.comped", lines=[line.id], reason=form.reason)


def _fire_course(order: Order, form: OneCourse, actor: Actor, scene: Scene) -> Verdict:
    lines = [one for one in order.lines.values() if one.course == form.course]
    waiting = [one.id for one in lines if one.state is LineState.PLACED]
    if waiting or form.course in order.held_courses:
        return happened("line.fired", course=form.course, lines=waiting)
    if any(one.fired_at is not None for one in lines):
        return NOOP
    return Refusal("unknown_line", "Nothing of this course was placed.")


def _hold_course(order: Order, form: OneCourse, actor: Actor, scene: Scene) -> Verdict:
    lines = [one for one in order.lines.values() if one.course == form.course]
    taken_back = [one.id for one in lines if one.state is LineState.FIRED]
    if form.course in order.held_courses and not taken_back:
        return NOOP
    return happened("course.held", course=form.course, lines=taken_back)


def _start_ticket(order: Order, form: OneTicket, actor: Actor, scene: Scene) -> Verdict:
    ticket = _ticket(order, form.ticket, actor)
    if isinstance(ticket, Refusal):
        return ticket
    waiting = [line.id for line in ticket.lines if line.state is LineState.FIRED]
    return happened("line.started", lines=waiting) if waiting else NOOP


def _bump_ticket(order: Order, form: OneTicket, actor: Actor, scene: Scene) -> Verdict:
    ticket = _ticket(order, form.ticket, actor)
    if isinstance(ticket, Refusal):
        return ticket
    cooking = [line.id for line in ticket.lines if moves("line.ready", line.state)]
    voided = [line.id for line in ticket.lines if is_uncleared(line)]
    # What was voided first: the last event of a bump is the one that empties the screen.
    events = [Event("ticket.cleared", {"lines": voided})] if voided else []
    if cooking:
        events.append(Event("line.ready", {"lines": cooking}))
    return Decision(tuple(events))


def _recall_ticket(order: Order, form: OneTicket, actor: Actor, scene: Scene) -> Verdict:
    ticket = _ticket(order, form.ticket, actor)
    if isinstance(ticket, Refusal):
        return ticket
    ready = [line for line in ticket.lines if line.state is LineState.READY]
    if not ready:
        if ticket.is_open:
            return NOOP
        return wrong_state("Nothing of this ticket waits to be sent out.", {"ticket": ticket.id})
    recent = [line.id for line in ready if not _is_too_late(line, scene)]
    return happened("line.recalled", lines=recent) if recent else _too_late()


def _step(order: Order, line_id: str, actor: Actor, event_type: str) -> Verdict:
    line = order.lines.get(line_id)
    if line is not None and not is_own_station(actor, line.station):
        return _other_station()
    verdict = _unfit(line, event_type)
    return verdict or happened(event_type, lines=[line_id])


def _unfit(line: Line | None, event_type: str) -> Verdict | None:
    """The answer when an event of this type cannot happen to a line; None: it can."""
    if line is None:
        return _unknown_line()
    if moves(event_type, line.state):
        return None
    return NOOP if line.state is _TARGETS[event_type] else _wrong(line)


def _ticket(order: Order, ticket_id: str, actor: Actor) -> Ticket | Refusal:
    for ticket in tickets_of(order):
        if ticket.id == ticket_id:
            own = is_own_station(actor, ticket.station)
            return ticket if own else _other_station()
    return Refusal("unknown_line", "There is no such ticket (any more).")


def _is_too_late(line: Line, scene: Scene) -> bool:
    done_at: datetime | None = line.served_at or line.ready_at
    limit = timedelta(seconds=scene.terms.recall_seconds)
    return done_at is not None and scene.at - done_at > limit


def _unknown_line() -> Refusal:
    return Refusal("unknown_line", "There is no such line (any more).")


def _other_station() -> Refusal:
    return forbidden("This belongs to another station.")


def _too_late() -> Refusal:
    return Refusal("too_late", "It is too late to take that back.")


def _wrong(line: Line) -> Refusal:
    return wrong_state(
        f"The line is {line.state.value}.", {"line": line.id, "state": line.state.value}
    )


KITCHEN_RULES: Mapping[str, Callable[[Order, Any, Actor, Scene], Verdict]] = {
    "line.start": _start,
    "line.ready": _make_ready,
    "line.serve": _serve,
    "line.recall": _recall,
    "line.void": _void,
    "line.reject": _reject,
    "line.comp": _comp,
    "ticket.start": _start_ticket,
    "ticket.bump": _bump_ticket,
    "ticket.recall": _recall_ticket,
    "course.fire": _fire_course,
    "course.hold": _hold_course,
}
