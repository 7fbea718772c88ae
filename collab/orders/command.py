"""What somebody wants done with an order or with the stock, and who they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ActorKind(StrEnum):
    """Which column of the table of rights somebody stands in."""

    GUEST = "guest"
    WAITER = "waiter"
    KITCHEN = "kitchen"
    MANAGER = "manager"  # owners too
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command: from the verified identity, never from what was sent."""

    kind: ActorKind
    user_id: str
    device: str = ""  # what the client calls itself; for the log only
    stations: frozenset[str] = frozenset()  # of a kitchen screen; empty: all of them
    table_id: str | None = None  # a guest's table
    order_id: str | None = None  # a guest's order
    guest_session_id: str | None = None  # a guest's visit: ends with the order


@dataclass(frozen=True, slots=True)
class Command:
    """One command, checked for form and not yet for meaning."""

    id: str  # the client's idempotency key, [A-Za-z0-9._~-]{1,64}
    restaurant_id: str
    type: str  # "line.add", ...
    order_id: str | None  # None: about the stock
    body: Mapping[str, object]  # plain JSON values
    actor: Actor
    fingerprint: bytes  # sha256 of type, order and body: the same key with another one is refused
    client_at: datetime | None = None  # the client's clock, for the log only


class Outcome(StrEnum):
    """What became of a command."""

    OK = "ok"
    NOOP = "noop"  # it was so already
    DUP = "dup"  # this very command was done before; the answer is that of the first time
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one command."""

    command_id: str
    outcome: Outcome
    seq: int | None = None  # of the last event that it made in its order
    offset: int | None = None  # of that event in the room of the order, or of the stock
    code: str | None = None  # why it was rejected: a slug
    reason: str | None = None  # the same as a sentence that says what to do
    # What there is instead, plain JSON: the new price, the state of the line, the order that is
    # there already, lines that were left out of what was placed.
    current: Mapping[str, object] | None = None
