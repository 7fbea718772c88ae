"""Visits: a table that staff opened, and the code that lets its guests in.

Rule 1: of a code only the SHA-256 is kept; who reads the database or a backup cannot use it.
Rule 2: at most one visit of a table is live: neither closed nor past its time.
Rule 3: what changes a visit holds the desk of its restaurant, as the commands about orders do, so
        that a visit and the order that is opened at the same moment always find each other.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.orders.terms import Visit
from storage.database import Database
from storage.order_tables import desks, dining_tables, orders, visits
from storage.tables import restaurants, upsert


@dataclass(frozen=True, slots=True)
class Opened:
    """The table is open from now on."""

    visit: Visit


@dataclass(frozen=True, slots=True)
class OpenAlready:
    """The table was open; nothing was changed."""

    visit: Visit


@dataclass(frozen=True, slots=True)
class Closed:
    """These visits are over."""

    visit_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OrderStands:
    """The table has an order that is not closed; nothing was changed."""

    order_id: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A visit that was closed, for whoever shuts its guests out."""

    visit_id: str
    restaurant_id: str
    closed_at: datetime


def code_hash(code: str) -> bytes:
    """What is kept of a code."""
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).digest()


class VisitStore:
    """Visits of tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, visit: Visit, code: str) -> Opened | OpenAlready | None:
        """Open a table; None when there is no such table.

        visit: `opened_at` is now. Its `order_id` is filled in when the table has an open order.
        Cancelling is safe: it waits for the end of the transaction. Raises StoreError.
        """
        now = visit.opened_at
        table = select(dining_tables.c.id).where(
            dining_tables.c.restaurant_id == visit.restaurant_id,
            dining_tables.c.id == visit.table_id,
            dining_tables.c.deleted_at.is_(None),
        )

        async def work(connection: AsyncConnection) -> Opened | OpenAlready | None:
            await lock_desk(connection, self._database.dialect, visit.restaurant_id)
            if (await connection.execute(table)).first() is None:
                return None
            standing = _at_table(visit.restaurant_id, visit.table_id)
            for row in (await connection.execute(standing)).all():
                if row.expires_at > now:
                    return OpenAlready(visit_of(row))
                ended = update(visits).where(visits.c.id == row.id)
                await connection.execute(ended.values(closed_at=now))
            order = _open_order(visit.restaurant_id, visit.table_id, None)
            values = _values(visit) | {
                "order_id": await connection.scalar(order),
                "code_hash": code_hash(code),
            }
            await connection.execute(insert(visits).values(values))
            made = await connection.execute(_VISITS.where(visits.c.id == visit.id))
            return Opened(visit_of(made.one()))

        return await self._database.transact(work)

    async def rotate(
        self, restaurant_id: str, table_id: str, code: str, expires_at: datetime, now: datetime
    ) -> Visit | None:
        """Give the live visit of a table another code and a later end; None when there is none.

        Cancelling is safe: it waits for the end of the transaction. Raises StoreError.
        """
        changed = (
            update(visits)
            .where(
                visits.c.restaurant_id == restaurant_id,
                visits.c.table_id == table_id,
                visits.c.closed_at.is_(None),
                visits.c.expires_at > now,
            )
            .values(code_hash=code_hash(code), expires_at=expires_at)
            .returning(*VISIT_COLUMNS)
        )

        async def work(connection: AsyncConnection) -> Visit | None:
            await lock_desk(connection, self._database.dialect, restaurant_id)
            row = (await connection.execute(changed)).first()
            return None if row is None else visit_of(row)

        return await self._database.transact(work)

    async def close(
        self, restaurant_id: str, table_id: str, now: datetime
    ) -> Closed | OrderStands | None:
        """End the visit of a table; None when it has none.

        Cancelling is safe: it waits for the end of the transaction. Raises StoreError.
        """

        async def work(connection: AsyncConnection) -> Closed | OrderStands | None:
            await lock_desk(connection, self._database.dialect, restaurant_id)
            rows = (await connection.execute(_at_table(restaurant_id, table_id))).all()
            if not rows:
                return None
            for row in rows:
                order = _open_order(restaurant_id, table_id, row.order_id)
                order_id = await connection.scalar(order)
                if order_id is not None:
                    return OrderStands(order_id)
            ids = tuple(row.id for row in rows)
            ended = update(visits).where(visits.c.id.in_(ids)).values(closed_at=now)
            await connection.execute(ended)
            return Closed(ids)

        return await self._database.transact(work)

    async def find(self, visit_id: str) -> Visit | None:
        """One visit, also one that is over. Cancelling is safe. Raises StoreError."""
        return await self._first(_VISITS.where(visits.c.id == visit_id))

    async def find_by_code(self, code: str) -> Visit | None:
        """The visit of a code, also one that is over. Cancelling is safe. Raises StoreError.

        The search is by hash: how long it takes says nothing about the code.
        """
        return await self._first(_VISITS.where(visits.c.code_hash == code_hash(code)))

    async def forget_code(self, code: str, now: datetime) -> None:
        """Take a code from a visit that is over, so that another one can have it.

        Cancelling is safe. Raises StoreError.
        """
        over = or_(visits.c.closed_at.is_not(None), visits.c.expires_at <= now)
        nobody = code_hash(secrets.token_urlsafe())
        freed = (
            update(visits)
            .where(visits.c.code_hash == code_hash(code), over)
            .values(code_hash=nobody)
        )

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(freed)

        await self._database.transact(work)

    async def ended_since(self, since: datetime) -> list[Ended]:
        """Visits that were closed at this time or later, oldest first.

        Cancelling is safe. Raises StoreError.
        """
        query = (
            select(visits.c.id, visits.c.restaurant_id, visits.c.closed_at)
            .where(visits.c.closed_at >= since)
            .order_by(visits.c.closed_at, visits.c.id)
        )
        async with self._database.read() as connection:
            return [Ended(*row) for row in await connection.execute(query)]

    async def forget(self, before: datetime, limit: int = 1000) -> int:
        """Drop up to `limit` visits that ended before a time; how many.

        Cancelling is safe. Raises StoreError.
        """
        old = select(visits.c.id).where(
            or_(visits.c.closed_at < before, visits.c.expires_at < before)
        )
        dropped = delete(visits).where(visits.c.id.in_(old.limit(limit)))

        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(dropped)).rowcount

        return await self._database.transact(work)

    async def _first(self, query: Select[Any]) -> Visit | None:
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else visit_of(row)


async def lock_desk(connection: AsyncConnection, dialect: str, restaurant_id: str) -> None:
    """Hold the desk of a restaurant until the transaction ends; without the restaurant, nothing.

    One that nobody ordered at yet has no desk; it is made, with nothing in its log.
    """
    known = select(restaurants.c.id).where(restaurants.c.id == restaurant_id)
    if (await connection.execute(known)).first() is None:
        return
    held = upsert(dialect, desks).values(restaurant_id=restaurant_id, top=0)
    await connection.execute(
        held.on_conflict_do_update(
            index_elements=[desks.c.restaurant_id], set_={"top": desks.c.top}
        )
    )


def visit_of(row: Row[Any]) -> Visit:
    """The record of `VISIT_COLUMNS`."""
    return Visit(**row._mapping)


def _at_table(restaurant_id: str, table_id: str) -> Select[Any]:
    return _VISITS.where(
        visits.c.restaurant_id == restaurant_id,
        visits.c.table_id == table_id,
        visits.c.closed_at.is_(None),
    )


def _open_order(restaurant_id: str, table_id: str, order_id: str | None) -> Select[Any]:
    """The newest open order of a table, or the one that a visit names, if it is open."""
    return (
        select(orders.c.id)
        .where(
            orders.c.restaurant_id == restaurant_id,
            orders.c.is_open,
            or_(orders.c.table_id == table_id, orders.c.id == order_id),
        )
        .order_by(orders.c.opened_at.desc(), orders.c.id.desc())
        .limit(1)
    )


def _values(visit: Visit) -> dict[str, Any]:
    return {each.name: getattr(visit, each.name) for each in fields(visit)}


VISIT_COLUMNS = tuple(visits.c[each.name] for each in fields(Visit))
_VISITS = select(*VISIT_COLUMNS)
