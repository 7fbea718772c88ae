"""What goes into a batch of commands, and what comes out of it.

No behaviour is here: the store fills a `Ledger` from what `Needs` names, and saves a `Settlement`.
The rules between them begin in collab/orders/settling.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from collab.orders.command import Result
from collab.orders.order import Order
from collab.orders.stock import StockEntry
from collab.orders.terms import OnSale, Terms, Visit
from collab.records import StreamEvent


@dataclass(frozen=True, slots=True)
class Needs:
    """What has to be loaded for a batch."""

    restaurants: frozenset[str]  # terms and all stock entries of these
    keys: frozenset[tuple[str, str]]  # (restaurant id, command id): answers of before
    orders: frozenset[str]
    menus: frozenset[tuple[str, int | None]]  # (menu id, version the client saw)
    tables: frozenset[tuple[str, str]]  # (restaurant id, table id): visit and open order
    # Orders (all of them in `orders` too) whose table is needed as if it stood in `tables`.
    tables_of: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answered:
    """A command that was answered before."""

    fingerprint: bytes
    result: Result


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is stored, as far as a batch needs it. What is not there is missing from the maps."""

    terms: Mapping[str, Terms] = field(default_factory=dict)  # by restaurant id
    answered: Mapping[tuple[str, str], Answered] = field(default_factory=dict)
    orders: Mapping[str, Order] = field(default_factory=dict)
    stock: Mapping[str, Mapping[str, StockEntry]] = field(default_factory=dict)  # by restaurant
    menus: Mapping[str, OnSale] = field(default_factory=dict)  # by menu id
    visits: Mapping[tuple[str, str], Visit] = field(default_factory=dict)  # live, by table
    # (restaurant id, table id) of tables that exist -> the order that is open there.
    tables: Mapping[tuple[str, str], str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One event for the ordered log of a restaurant; its position is given when it is saved."""

    restaurant_id: str
    order_id: str | None  # None: about the stock
    seq: int | None  # within the order
    command_id: str
    type: str
    actor_kind: str
    actor_id: str
    device: str
    client_at: datetime | None
    at: datetime
    body: Mapping[str, object]  # everything that `apply` needs, plain JSON


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a batch does."""

    results: tuple[Result, ...]  # one a command, in their order; offsets are filled in by the store
    entries: tuple[LogEntry, ...] = ()
    orders: Mapping[str, Order] = field(default_factory=dict)  # those that changed
    # (restaurant id, target) -> the entry; None: it is gone.
    stock: Mapping[tuple[str, str], StockEntry | None] = field(default_factory=dict)
    # Stream id -> its new events, in the order in which they happened.
    told: Mapping[str, Sequence[StreamEvent]] = field(default_factory=dict)
    # Indexes into `results` of answers to keep, and for each the stream whose offset it gets.
    kept: Mapping[int, str | None] = field(default_factory=dict)
    # Index into `results` -> place within `told[kept[index]]` of the event whose offset it gets.
    places: Mapping[int, int] = field(default_factory=dict)
    # Index of a `dup` whose first answer is in this very batch -> index of that one: it gets the
    # same offset.
    repeats: Mapping[int, int] = field(default_factory=dict)
    visits: Mapping[str, Visit] = field(default_factory=dict)  # by visit id: those that changed
