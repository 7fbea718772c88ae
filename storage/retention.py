"""Forgetting closed orders, and before that the people in them, as each restaurant says.

Rule 1: an order that is open is never touched, however old it is.
Rule 2: after `personal_retention_days` a closed order loses its guests: their user ids become
        pseudonyms that are drawn for this order alone, and notes, seat names and devices go, the
        staff's too. How far this has come is kept per restaurant, by the time of closing: an order
        that is opened and closed again is looked at again.
Rule 3: after `order_retention_days` an order goes as a whole: state, log, and its room. Answers to
        its commands go with `OrderStore.forget_commands`, when they are a week old.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.orders.command import ActorKind
from collab.orders.erasing import Erasure
from collab.orders.ledger import LogEntry
from storage.database import Database
from storage.menu_tables import stream_events, streams
from storage.order_erasing import rewrite_orders
from storage.order_tables import order_log, orders
from storage.tables import meta, restaurants, upsert
from storage.visits import lock_desk

_RETENTIONS = select(
    restaurants.c.id, restaurants.c.order_retention_days, restaurants.c.personal_retention_days
).order_by(restaurants.c.id)


def draw_pseudonym() -> str:
    """A name that says nothing; two are never the same."""
    return f"erased-{secrets.token_hex(8)}"


class RetentionStore:
    """What is forgotten with time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def forget(self, now: datetime, limit: int = 100) -> int:
        """One step of both, of up to `limit` orders of each restaurant; 0: nothing was left to do.

        Cancelling is safe. Raises StoreError.
        """
        return await self.forget_orders(now, limit) + await self.forget_people(now, limit)

    async def forget_orders(self, now: datetime, limit: int = 100) -> int:
        """Forget up to `limit` orders of each restaurant that were closed too long ago; how many.

        Cancelling is safe: whole orders are forgotten, or not. Raises StoreError.
        """
        count = 0
        for row in await self._retentions():
            before = now - timedelta(days=row.order_retention_days)
            count += await self._forget_orders(row.id, before, limit)
        return count

    async def forget_people(self, now: datetime, limit: int = 100) -> int:
        """Take the people out of up to `limit` orders of each restaurant; how many were looked at.

        Cancelling is safe. Raises StoreError.
        """
        count = 0
        for row in await self._retentions():
            before = now - timedelta(days=row.personal_retention_days)
            count += await self._forget_people(row.id, before, limit)
        return count

    async def _retentions(self) -> Sequence[Any]:
        async with self._database.read() as connection:
            return (await connection.execute(_RETENTIONS)).all()

    async def _forget_orders(self, restaurant_id: str, before: datetime, limit: int) -> int:
        old = _closed_before(restaurant_id, before, None)
        chosen = await self._choose(old, limit)

        async def work(connection: AsyncConnection) -> int:
            await lock_desk(connection, self._database.dialect, restaurant_id)
            still = await connection.execute(old.where(orders.c.id.in_(chosen)))
            ids = [row.id for row in still]
            await connection.execute(delete(order_log).where(order_log.c.order_id.in_(ids)))
            await connection.execute(delete(orders).where(orders.c.id.in_(ids)))
            rooms = [f"order:{id}" for id in ids]
            told = exists().where(stream_events.c.stream_id == streams.c.id)
            await connection.execute(delete(streams).where(streams.c.id.in_(rooms), ~told))
            return len(ids)

        return await self._database.transact(work) if chosen else 0

    async def _forget_people(self, restaurant_id: str, before: datetime, limit: int) -> int:
        key = _mark_of(restaurant_id)
        async with self._database.read() as connection:
            done = await connection.scalar(select(meta.c.value).where(meta.c.key == key))
        old = _closed_before(restaurant_id, before, done)
        chosen = await self._choose(old, limit)

        async def work(connection: AsyncConnection) -> int:
            await lock_desk(connection, self._database.dialect, restaurant_id)
            found = (await connection.execute(old.where(orders.c.id.in_(chosen)))).all()
            if not found:
                return 0
            await rewrite_orders(connection, [row.id for row in found], _without_guests)
            last = found[-1]
            mark = f"{last.closed_at.isoformat()}|{last.id}"
            saved = upsert(self._database.dialect, meta).values(key=key, value=mark)
            await connection.execute(
                saved.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": mark})
            )
            return len(found)

        return await self._database.transact(work) if chosen else 0

    async def _choose(self, old: Select[Any], limit: int) -> list[str]:
        """Whom to look at: found by reading, because nobody's commands wait for a reader."""
        async with self._database.read() as connection:
            return [row.id for row in await connection.execute(old.limit(limit))]


def _closed_before(restaurant_id: str, before: datetime, mark: str | None) -> Select[Any]:
    """Orders by the time of closing. mark: of the last one that was looked at."""
    query = select(orders.c.id, orders.c.closed_at).where(
        orders.c.restaurant_id == restaurant_id,
        orders.c.opened_at < before,  # follows from the next line, and has an index
        orders.c.closed_at < before,
        ~orders.c.is_open,
    )
    if mark is not None:
        text, _, last_id = mark.partition("|")
        closed_at = datetime.fromisoformat(text)
        same = and_(orders.c.closed_at == closed_at, orders.c.id > last_id)
        query = query.where(or_(orders.c.closed_at > closed_at, same))
    return query.order_by(orders.c.closed_at, orders.c.id)


def _mark_of(restaurant_id: str) -> str:
    """A key of `meta` has 64 characters, a restaurant's id may have as many."""
    return f"people:{hashlib.sha256(restaurant_id.encode()).hexdigest()[:40]}"


def _without_guests(entries: Sequence[LogEntry]) -> Erasure:
    guests = sorted({one.actor_id for one in entries if one.actor_kind == ActorKind.GUEST})
    return Erasure({guest: draw_pseudonym() for guest in guests}, is_all_texts=True)
