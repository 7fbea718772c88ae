"""The tables that guests sit at, and what goes on at each of them.

A table that was deleted keeps its row: orders of earlier evenings name it, and its id is not given
to another one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.orders.terms import Visit
from storage.database import Database
from storage.order_tables import dining_tables, orders, visits
from storage.tables import upsert
from storage.visits import VISIT_COLUMNS, lock_desk, visit_of


@dataclass(frozen=True, slots=True)
class DiningTable:
    """One table."""

    restaurant_id: str
    id: str
    name: str
    seats: int
    area: str  # "": no area of its own
    position: int  # order in lists


@dataclass(frozen=True, slots=True)
class TableState:
    """What goes on at one table."""

    table: DiningTable
    visit: Visit | None  # None: it is not open for guests
    order_ids: tuple[str, ...]  # open orders, the oldest first


class DiningTableStore:
    """Tables of restaurants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def floor(self, restaurant_id: str, now: datetime) -> list[TableState]:
        """All tables in their order, as they stand at one moment.

        Cancelling is safe. Raises StoreError.
        """
        standing = select(*_COLUMNS).where(
            dining_tables.c.restaurant_id == restaurant_id, dining_tables.c.deleted_at.is_(None)
        )
        live = select(*VISIT_COLUMNS).where(
            visits.c.restaurant_id == restaurant_id,
            visits.c.closed_at.is_(None),
            visits.c.expires_at > now,
        )
        ordered = (
            select(orders.c.table_id, orders.c.id)
            .where(
                orders.c.restaurant_id == restaurant_id,
                orders.c.is_open,
                orders.c.table_id.is_not(None),
            )
            .order_by(orders.c.opened_at, orders.c.id)
        )
        by_place = standing.order_by(dining_tables.c.position, dining_tables.c.id)
        async with self._database.read() as connection:
            tables = (await connection.execute(by_place)).all()
            visited = (await connection.execute(live)).all()
            pairs = [(row.table_id, row.id) for row in await connection.execute(ordered)]
        return _states(map(_table_of, tables), map(visit_of, visited), pairs)

    async def count(self, restaurant_id: str) -> int:
        """How many there are. Cancelling is safe. Raises StoreError."""
        query = select(func.count()).where(
            dining_tables.c.restaurant_id == restaurant_id, dining_tables.c.deleted_at.is_(None)
        )
        async with self._database.read() as connection:
            return await connection.scalar(query) or 0

    async def find(self, restaurant_id: str, table_id: str) -> DiningTable | None:
        """One table; None when there is none (any more). Cancelling is safe. Raises StoreError."""
        query = select(*_COLUMNS).where(
            dining_tables.c.restaurant_id == restaurant_id,
            dining_tables.c.id == table_id,
            dining_tables.c.deleted_at.is_(None),
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else _table_of(row)

    async def create(self, table: DiningTable) -> bool:
        """Insert a table; False when the id is taken, also by one that was deleted.

        Cancelling is safe. Raises StoreError, reason "rejected" without such a restaurant.
        """
        values = {each.name: getattr(table, each.name) for each in fields(table)}
        row = upsert(self._database.dialect, dining_tables).values(values)
        added = row.on_conflict_do_nothing().returning(dining_tables.c.id)

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(added)).first() is not None

        return await self._database.transact(work)

    async def save(self, table: DiningTable) -> bool:
        """Change a table to this; False when there is none.

        Cancelling is safe. Raises StoreError.
        """
        names = ("name", "seats", "area", "position")
        changed = (
            update(dining_tables)
            .where(
                dining_tables.c.restaurant_id == table.restaurant_id,
                dining_tables.c.id == table.id,
                dining_tables.c.deleted_at.is_(None),
            )
            .values({name: getattr(table, name) for name in names})
        )

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(changed)).rowcount == 1

        return await self._database.transact(work)

    async def delete(self, restaurant_id: str, table_id: str, now: datetime) -> bool | None:
        """Hide a table for good. None: there is none; False: somebody sits at it.

        Cancelling is safe. Raises StoreError.
        """
        table = dining_tables.c
        gone = (
            update(dining_tables)
            .where(
                table.restaurant_id == restaurant_id,
                table.id == table_id,
                table.deleted_at.is_(None),
            )
            .values(deleted_at=now)
        )
        live = select(visits.c.id).where(
            visits.c.restaurant_id == restaurant_id,
            visits.c.table_id == table_id,
            visits.c.closed_at.is_(None),
            visits.c.expires_at > now,
        )
        open_orders = select(orders.c.id).where(
            orders.c.restaurant_id == restaurant_id, orders.c.table_id == table_id, orders.c.is_open
        )

        async def work(connection: AsyncConnection) -> bool | None:
            await lock_desk(connection, self._database.dialect, restaurant_id)
            for query in (live, open_orders):
                if (await connection.execute(query.limit(1))).first() is not None:
                    return False
            return True if (await connection.execute(gone)).rowcount else None

        return await self._database.transact(work)


_COLUMNS = tuple(dining_tables.c[each.name] for each in fields(DiningTable))


def _states(
    tables: Iterable[DiningTable], live: Iterable[Visit], pairs: Iterable[tuple[str, str]]
) -> list[TableState]:
    visit_at = {visit.table_id: visit for visit in live}
    orders_at: defaultdict[str, list[str]] = defaultdict(list)
    for table_id, order_id in pairs:
        orders_at[table_id].append(order_id)
    return [
        TableState(table, visit_at.get(table.id), tuple(orders_at[table.id])) for table in tables
    ]


def _table_of(row: Row[Any]) -> DiningTable:
    return DiningTable(**row._mapping)
