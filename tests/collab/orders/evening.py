"""A small restaurant for tests, a store that only remembers, and commands in short."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from collab.orders.command import Actor, ActorKind, Command, Outcome, Result
from collab.orders.ledger import Answered, Ledger, LogEntry, Needs, Settlement
from collab.orders.order import Order
from collab.orders.pricing import price_list
from collab.orders.settling import needs, settle
from collab.orders.stock import StockEntry
from collab.orders.terms import OnSale, Station, Terms, Visit
from collab.records import StreamEvent

NOON = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)  # a Thursday
BISTRO = "bistro"
TERMS = Terms(
    BISTRO,
    time_zone="Europe/Berlin",
    tax=1900,
    stations={"kitchen": Station("kitchen", "Kitchen"), "bar": Station("bar", "Bar", 60, 120)},
)

WAITER = Actor(ActorKind.WAITER, "wanda", "tablet-1")
MANAGER = Actor(ActorKind.MANAGER, "mona")
KITCHEN = Actor(ActorKind.KITCHEN, "kim", stations=frozenset({"kitchen"}))
EXPEDITER = Actor(ActorKind.KITCHEN, "eva", stations=frozenset({"expo"}))
GUEST = Actor(ActorKind.GUEST, "guest-1", table_id="t1", guest_session_id="visit-1")

MENU: dict[str, object] = {
    "locale": "en",
    "currency": "EUR",
    "sections": [
        {
            "id": "mains",
            "name": "Mains",
            "available_at": None,
            "items": [
                {
                    "id": "soup",
                    "name": {"en": "Soup", "de": "Suppe"},
                    "price": 650,
                    "allergens": ["celery"],
                    "may_contain": ["milk"],
                },
                {
                    "id": "steak",
                    "name": "Steak",
                    "price": 2400,
                    "tax": 700,
                    "modifiers": ["doneness", "sides"],
                },
                {
                    "id": "pizza",
                    "name": "Pizza",
                    "price": None,
                    "variations": [
                        {"id": "small", "name": "small", "price": 800},
                        {"id": "large", "name": "large", "price": 1100},
                    ],
                },
                {"id": "secret", "name": "Secret", "price": 100, "hidden": True},
            ],
        },
        {
            "id": "drinks",
            "name": "Drinks",
            "station": "bar",
            "items": [{"id": "beer", "name": "Beer", "price": 420}],
        },
        {
            "id": "breakfast",
            "name": "Breakfast",
            "available_at": [{"day": "Thursday", "from": "08:00", "to": "11:00"}],
            "items": [{"id": "eggs", "name": "Eggs", "price": 500}],
        },
    ],
    "unplaced": [{"id": "stray", "name": "Stray", "price": 300}],
    "modifiers": [
        {
            "id": "doneness",
            "name": "Doneness",
            "min": 1,
            "max": 1,
            "options": [
                {"id": "rare", "name": "rare", "price": None},
                {"id": "done", "name": "done", "price": 0},
            ],
        },
        {
            "id": "sides",
            "name": "Sides",
            "min": 0,
            "max": 3,
            "options": [
                {"id": "fries", "name": "Fries", "price": 350},
                {"id": "salad", "name": "Salad", "price": 400},
            ],
        },
    ],
}


def raised(content: Mapping[str, object], by: int) -> dict[str, object]:
    """The same menu with every dish dearer."""
    copy: Any = json.loads(json.dumps(content))
    for section in copy["sections"]:
        for item in section["items"]:
            if item["price"] is not None:
                item["price"] += by
    return dict(copy)


def on_sale(effective: int = 1, superseded_at: Mapping[int, datetime] | None = None) -> OnSale:
    """Version 1, and version 2 in which everything costs 1.00 more."""
    lists = {
        1: price_list("menu", 1, MENU),
        2: price_list("menu", 2, raised(MENU, 100)),
    }
    return OnSale(BISTRO, effective, lists, superseded_at or {})


def visit(**changes: Any) -> Visit:
    """Table 1 was opened at eleven."""
    opened = NOON - timedelta(hours=1)
    first = Visit("visit-1", BISTRO, "t1", None, "wanda", opened, opened + timedelta(hours=3))
    return replace(first, **changes)


@dataclass
class Evening:
    """A store in memory that keeps what settlements say, and checks what must always hold."""

    terms: Terms = TERMS
    orders: dict[str, Order] = field(default_factory=dict)
    stock: dict[str, StockEntry] = field(default_factory=dict)
    answered: dict[tuple[str, str], Answered] = field(default_factory=dict)
    menu: OnSale = field(default_factory=on_sale)
    visits: dict[tuple[str, str], Visit] = field(default_factory=dict)
    tables: dict[tuple[str, str], str | None] = field(
        default_factory=lambda: {(BISTRO, f"t{n}"): None for n in range(1, 5)}
    )
    log: list[LogEntry] = field(default_factory=list)
    streams: dict[str, list[StreamEvent]] = field(default_factory=dict)
    now: datetime = NOON
    keys: count[int] = field(default_factory=count)

    def ledger(self, wanted: Needs) -> Ledger:
        """What was asked for, and nothing else: who needs more has to say so in `needs`."""
        assert wanted.restaurants <= {BISTRO}
        tables = set(wanted.tables)
        for id in wanted.tables_of & self.orders.keys():
            tables.add((BISTRO, self.orders[id].table_id or ""))
        return Ledger(
            {BISTRO: self.terms},
            {key: self.answered[key] for key in wanted.keys & self.answered.keys()},
            {id: self.orders[id] for id in wanted.orders & self.orders.keys()},
            {BISTRO: dict(self.stock)},
            {"menu": self.menu} if any(menu == "menu" for menu, _ in wanted.menus) else {},
            {key: self.visits[key] for key in tables & self.visits.keys()},
            {key: self.tables[key] for key in tables & self.tables.keys()},
        )

    def settle(self, commands: Sequence[Command]) -> Settlement:
        """Settle a batch and keep what it says."""
        settlement = settle(self.ledger(needs(commands)), commands, self.now)
        assert len(settlement.results) == len(commands)
        tops = {stream: len(events) for stream, events in self.streams.items()}
        for stream, events in settlement.told.items():
            self.streams.setdefault(stream, []).extend(events)
        for index, stream in settlement.kept.items():
            result = settlement.results[index]
            if stream is not None:
                offset = tops.get(stream, 0) + settlement.places[index] + 1
                result = replace(result, offset=offset)
            key = (BISTRO, commands[index].id)
            assert key not in self.answered
            self.answered[key] = Answered(commands[index].fingerprint, result)
        self.log += settlement.entries
        self.orders.update(settlement.orders)
        for (_, target), entry in settlement.stock.items():
            if entry is None:
                self.stock.pop(target, None)
            else:
                self.stock[target] = entry
        for one in settlement.visits.values():
            self.visits[(one.restaurant_id, one.table_id)] = one
        for order in settlement.orders.values():
            if order.table_id is not None:
                is_open = order.closed_at is None
                self.tables[(BISTRO, order.table_id)] = order.id if is_open else None
        return settlement

    def do(self, type: str, actor: Actor = WAITER, order: str | None = "o1", **body: object
           ) -> Result:  # fmt: skip
        """One command in a batch of its own, under a new key."""
        return self.settle([command(f"k{next(self.keys)}", type, actor, order, **body)]).results[0]

    def done(self, type: str, actor: Actor = WAITER, order: str | None = "o1", **body: object
             ) -> Result:  # fmt: skip
        """The same; it has to be accepted."""
        result = self.do(type, actor, order, **body)
        assert result.outcome is Outcome.OK, result
        return result

    def add(self, line: str, item: str = "soup", actor: Actor = WAITER, **body: object) -> Result:
        """`line.add` to order o1, accepted."""
        wish = {"line": line, "item": item, "menu": "menu", "menu_version": 1, **body}
        return self.done("line.add", actor, **wish)

    def refused(self, type: str, actor: Actor = WAITER, order: str | None = "o1", **body: object
                ) -> str:  # fmt: skip
        """The code with which a command is rejected; it has to be."""
        log = list(self.log)
        result = self.do(type, actor, order, **body)
        assert result.outcome is Outcome.REJECTED and result.code and result.reason, result
        assert self.log == log
        return result.code

    @property
    def order(self) -> Order:
        """Order o1."""
        return self.orders["o1"]

    def states(self) -> dict[str, str]:
        """Line -> its state, in order o1."""
        return {id: line.state.value for id, line in self.order.lines.items()}

    def types(self, stream: str) -> list[str]:
        """What a stream heard."""
        return [event.type for event in self.streams.get(stream, [])]

    def pass_time(self, **duration: float) -> None:
        """Let the server's clock run."""
        self.now += timedelta(**duration)


def command(
    key: str, type: str, actor: Actor = WAITER, order: str | None = "o1", **body: object
) -> Command:
    """A command the way the doors make them."""
    written = json.dumps([type, order, body], sort_keys=True, default=str).encode()
    return Command(key, BISTRO, type, order, body, actor, hashlib.sha256(written).digest(), None)


def seated() -> Evening:
    """Table 1 has been opened, and a waiter has opened order o1 there."""
    evening = Evening(visits={(BISTRO, "t1"): visit()})
    evening.done("order.open", table="t1")
    return evening


def fired(*items: str) -> Evening:
    """The same with lines l1, l2, ... that the kitchen has."""
    evening = seated()
    for place, item in enumerate(items or ("soup",), start=1):
        evening.add(f"l{place}", item)
    evening.done("order.place")
    return evening
