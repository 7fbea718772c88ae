"""A restaurant that takes orders, for tests: its menu, its tables, and short ways to command."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import func, insert, select

from collab.orders.command import Actor, ActorKind, Command, Result
from collab.orders.executed import Executed
from collab.records import Document, DocumentKind, Restaurant
from collab.versions.schedule import Window
from collab.versions.version import fingerprint
from storage.database import Database
from storage.documents import DocumentStore
from storage.order_tables import desks, dining_tables, order_log, stations
from storage.orders import OrderStore
from storage.publications import PublicationStore
from storage.streams import StreamStore
from storage.versions import Snapshot, VersionStore

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
WAITER = Actor(ActorKind.WAITER, "wil", "tablet")
COOK = Actor(ActorKind.KITCHEN, "kim", "wall")
MANAGER = Actor(ActorKind.MANAGER, "max", "office")

_commands = count(1)


def content(price: int = 900) -> dict[str, object]:
    """A menu with a soup and a steak for the kitchen, and a beer for the bar."""
    dishes = [("soup", price, "kitchen"), ("steak", 2400, "kitchen"), ("beer", 450, "bar")]
    return {
        "locale": "de",
        "currency": "EUR",
        "sections": [
            {
                "id": "all",
                "name": "All",
                "items": [
                    {"id": id, "name": id.title(), "price": cost, "station": station}
                    for id, cost, station in dishes
                ],
            }
        ],
    }


class House:
    """One restaurant with its order store."""

    def __init__(self, database: Database, restaurant_id: str = "bistro") -> None:
        self.database = database
        self.id = restaurant_id
        self.menu_id = f"menu-{restaurant_id}"
        self.orders = OrderStore(database)
        self.streams = StreamStore(database)
        self.versions = VersionStore(database, PublicationStore(database))

    async def furnish(self, tables: Sequence[str] = ("t1", "t2", "t3")) -> None:
        """Set up the restaurant, its stations, its tables and a published menu."""
        documents = DocumentStore(self.database)
        await documents.create_restaurant(Restaurant(self.id, self.id.title(), NOON))
        menu = Document(self.menu_id, DocumentKind.MENU, self.id, "Menu", 1, NOON)
        await documents.create(menu, None, "ann")
        await self.publish(NOON - timedelta(days=1))
        async with self.database.write() as connection:
            for id in ("kitchen", "bar"):
                station = {"id": id, "name": id, "warn_seconds": 60, "late_seconds": 120}
                await connection.execute(
                    insert(stations).values(restaurant_id=self.id, position=1, **station)
                )
            for id in tables:
                table = {"id": id, "name": id, "seats": 4, "area": "", "position": 1}
                await connection.execute(
                    insert(dining_tables).values(restaurant_id=self.id, **table)
                )

    async def publish(self, at: datetime, price: int = 900) -> int:
        """Publish the menu at once; the number of the version."""
        plain = content(price)
        made = await self.versions.publish(
            self.menu_id, Snapshot(plain, fingerprint(plain), b"\x00"), None, Window(at), "ann", at
        )
        return made.version.number

    def command(
        self,
        type: str,
        order_id: str | None,
        body: dict[str, Any] | None = None,
        actor: Actor = WAITER,
        id: str | None = None,
    ) -> Command:
        """A command as the desk makes it; with an id of its own unless one is given."""
        said = body or {}
        text = json.dumps([type, order_id, said], sort_keys=True)
        return Command(
            id or f"c{next(_commands)}",
            self.id,
            type,
            order_id,
            said,
            actor,
            hashlib.sha256(text.encode()).digest(),
            NOON,
        )

    def open(self, order_id: str, table: str | None = None, **more: Any) -> Command:
        """`order.open`."""
        return self.command("order.open", order_id, {"table": table} if table else {}, **more)

    def add(
        self, order_id: str, line: str, item: str = "soup", quantity: int = 1, **more: Any
    ) -> Command:
        """`line.add`."""
        body = {"line": line, "menu": self.menu_id, "menu_version": 1, "item": item}
        return self.command("line.add", order_id, {**body, "quantity": quantity}, **more)

    def place(self, order_id: str, **more: Any) -> Command:
        """`order.place`."""
        return self.command("order.place", order_id, **more)

    async def do(self, *commands: Command, at: datetime = NOON) -> Executed:
        """Execute one batch."""
        return await self.orders.execute(commands, at)

    async def say(self, *commands: Command, at: datetime = NOON) -> tuple[Result, ...]:
        """Execute one batch; the answers."""
        return (await self.do(*commands, at=at)).results

    async def check(self) -> None:
        """Positions, seqs and offsets have no gaps; orders are what their log adds up to."""
        async with self.database.read() as connection:
            top = await connection.scalar(
                select(desks.c.top).where(desks.c.restaurant_id == self.id)
            )
            rows = await connection.execute(
                select(order_log.c.order_id, order_log.c.seq, order_log.c.position)
                .where(order_log.c.restaurant_id == self.id)
                .order_by(order_log.c.position)
            )
            entries = rows.all()
            names = await connection.scalars(select(func.distinct(order_log.c.order_id)))
            ids = [id for id in names if id is not None]
        assert [row.position for row in entries] == list(range(1, (top or 0) + 1))
        for id in ids:
            seqs = [row.seq for row in entries if row.order_id == id]
            assert seqs == list(range(1, len(seqs) + 1))
