"""Who may give which command: one table. What depends on the order is decided after it.

Further rules, each where it belongs: guests act on their own order only, kitchens on the lines of
their stations; `line.serve` by a kitchen needs the expediter's station; guests, and waiters once
somebody cooks, can only ask for a void; waiters assign themselves only.
"""

from __future__ import annotations

from collections.abc import Mapping

from collab.orders.command import Actor, ActorKind
from collab.orders.terms import EXPO

_G, _W, _K, _M = ActorKind.GUEST, ActorKind.WAITER, ActorKind.KITCHEN, ActorKind.MANAGER
_ORDERING = frozenset({_G, _W, _M})
_FLOOR = frozenset({_W, _M})
_STAFF = frozenset({_W, _K, _M})
_COOKING = frozenset({_K, _M})
_MANAGING = frozenset({_M})

RIGHTS: Mapping[str, frozenset[ActorKind]] = {
    "order.open": _ORDERING,
    "order.place": _ORDERING,
    "order.close": _FLOOR,
    "order.reopen": _MANAGING,
    "line.add": _ORDERING,
    "line.change": _ORDERING,
    "line.remove": _ORDERING,
    "line.start": _COOKING,
    "line.ready": _COOKING,
    "line.serve": _STAFF,
    "line.recall": _STAFF,
    "line.void": _ORDERING,
    "line.reject": _COOKING,
    "line.comp": _MANAGING,
    "ticket.start": _COOKING,
    "ticket.bump": _COOKING,
    "ticket.recall": _STAFF,
    "course.fire": _STAFF,
    "course.hold": _STAFF,
    "note.add": _ORDERING | {_K},
    "bill.request": _ORDERING,
    "payment.record": _FLOOR,
    "payment.refund": _MANAGING,
    "staff.assign": _STAFF,
    "staff.unassign": _STAFF,
    "item.86": _STAFF,
    "item.un86": _STAFF,
    "stock.set": _STAFF,
}


def has_right(kind: ActorKind, command_type: str) -> bool:
    """Whether the table lets somebody give a command. The server may do what managers may."""
    granted = RIGHTS.get(command_type, frozenset())
    return kind in granted or (kind is ActorKind.SERVER and _M in granted)


def is_managing(actor: Actor) -> bool:
    """Whether somebody stands in the manager's column."""
    return actor.kind in (ActorKind.MANAGER, ActorKind.SERVER)


def is_own_station(actor: Actor, station: str) -> bool:
    """Whether a kitchen cooks for a station; everybody else has no stations to keep to."""
    return actor.kind is not ActorKind.KITCHEN or not actor.stations or station in actor.stations


def may_expedite(actor: Actor) -> bool:
    """Whether somebody may send out what is ready."""
    return is_own_station(actor, EXPO)
