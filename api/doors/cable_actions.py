"""From a status that somebody sets in the original's pages to the commands that do it. Pure.

Those pages set one status for a whole order or ticket; here dishes change, one by one, and each
command is decided by the rules for it. What is so already needs no command.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from api.doors import cable_payloads as shown
from collab.errors import ProtocolViolation
from collab.orders.order import LineState, Order
from collab.orders.terms import EXPO
from collab.orders.tickets import Ticket, tickets_of

_UNREADY = frozenset({LineState.FIRED, LineState.PREPARING})


@dataclass(frozen=True, slots=True)
class Wish:
    """One command about an order."""

    type: str
    body: Mapping[str, object]


def wishes_for_status(order: Order, new_status: str, method: str) -> tuple[Wish, ...]:
    """What takes an order to a status.

    method: how it was paid, for "paid". Raises ProtocolViolation for a status that nobody can set.
    """
    tickets = [ticket for ticket in tickets_of(order) if ticket.station != EXPO]
    match new_status:
        case shown.ORDERED:
            is_new = any(line.state is LineState.DRAFT for line in order.lines.values())
            return (Wish("order.place", {}),) if is_new else ()
        case shown.PREPARING:
            is_back = shown.kitchen_status(order) == shown.READY  # undone: nothing else is left
            return _recalled(tickets) if is_back else _begun(tickets)
        case shown.READY:
            return _bumped(tickets)
        case shown.DELIVERED:
            return _served(tickets)
        case shown.BILL_REQUESTED:
            return () if order.is_bill_requested else (Wish("bill.request", {}),)
        case shown.PAID:
            return _paid(order, method)
        case shown.CLOSED:
            return () if order.closed_at is not None else (Wish("order.close", {}),)
        case _:
            raise ProtocolViolation("Nobody can set this status.", reason="bad_status")


def wishes_for_station(
    order: Order, station: str, from_status: str, to_status: str
) -> tuple[Wish, ...]:
    """What takes the tickets of a station from a status to another one.

    Raises ProtocolViolation for a step that there is not.
    """
    step = _STEPS.get((from_status, to_status))
    if step is None:
        raise ProtocolViolation("There is no such step.", reason="bad_status")
    return step(
        [
            ticket
            for ticket in tickets_of(order)
            if station in (ticket.station, EXPO) and shown.ticket_status(ticket) == from_status
        ]
    )


def command_id_of(base: str, wish: Wish, is_only: bool) -> str:
    """The idempotency key of one command of an action.

    base: the key of the action. Several commands of one action have a key each, which depends on
    what they are about and not on their place: a repeated action may need fewer of them.
    """
    if is_only:
        return base
    about = "\0".join([base, wish.type, *(str(value) for value in wish.body.values())])
    return "cable-" + hashlib.sha256(about.encode()).hexdigest()[:48]


def _begun(tickets: Iterable[Ticket]) -> tuple[Wish, ...]:
    return _each("ticket.start", tickets, frozenset({LineState.FIRED}))


def _bumped(tickets: Iterable[Ticket]) -> tuple[Wish, ...]:
    return _each("ticket.bump", tickets, _UNREADY)


def _recalled(tickets: Iterable[Ticket]) -> tuple[Wish, ...]:
    return _each("ticket.recall", tickets, frozenset({LineState.READY}))


def _served(tickets: Iterable[Ticket]) -> tuple[Wish, ...]:
    return tuple(
        Wish("line.serve", {"line": line.id})
        for ticket in tickets
        for line in ticket.lines
        if line.state is LineState.READY
    )


def _paid(order: Order, method: str) -> tuple[Wish, ...]:
    owed = order.total - order.paid
    if owed <= 0:
        return ()
    payment = f"cable-{order.last_seq}-{order.id}"[:64]  # unique within the order
    return (Wish("payment.record", {"payment": payment, "amount": owed, "method": method}),)


def _each(type: str, tickets: Iterable[Ticket], states: frozenset[LineState]) -> tuple[Wish, ...]:
    return tuple(
        Wish(type, {"ticket": ticket.id})
        for ticket in tickets
        if any(line.state in states for line in ticket.lines)
    )


_STEPS: Mapping[tuple[str, str], Callable[[Iterable[Ticket]], tuple[Wish, ...]]] = {
    (shown.ORDERED, shown.PREPARING): _begun,
    (shown.ORDERED, shown.READY): _bumped,
    (shown.PREPARING, shown.READY): _bumped,
    (shown.READY, shown.PREPARING): _recalled,
    (shown.READY, shown.COLLECTED): _served,
}
