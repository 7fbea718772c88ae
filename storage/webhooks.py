"""Webhooks: who wants to be told of events, and how far each was told.

Rule 1: a cursor per webhook and stream says up to which offset everything was delivered, skipped
or buried (`storage.dead_letters`). It only ever grows, and it is saved after each delivery: at
least once, in order.
Rule 2: `next_at` is a pause after a failure, or the lease of whoever delivers now; nobody else
touches the pair before. A process that dies leaves a lease that ends by itself.
Rule 3: a webhook begins where the streams of its restaurant end when it is made. A stream that is
made later has no cursor, and is told from its first event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Row,
    Update,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.records import stream_of
from storage.database import Database
from storage.menu_tables import dead_letters, streams, webhook_cursors, webhooks
from storage.tables import menus, upsert


@dataclass(frozen=True, slots=True)
class Webhook:
    """Somebody to be told of the events of one restaurant."""

    id: str
    restaurant_id: str
    url: str
    secret: str
    types: tuple[str, ...]  # of events; empty: all
    created_at: datetime
    created_by: str
    disabled_at: datetime | None = None  # since then nothing is delivered


@dataclass(frozen=True, slots=True)
class Errand:
    """A webhook that has not been told everything of one stream."""

    webhook: Webhook
    document_id: str
    told: int  # offset up to which it was told
    attempts: int  # failed ones for the event after that
    failing_since: datetime | None

    @property
    def stream_id(self) -> str:
        """The stream to tell of."""
        return stream_of(self.document_id)


@dataclass(frozen=True, slots=True)
class Failing:
    """A stream that a webhook does not take at the moment."""

    webhook_id: str
    stream_id: str
    attempts: int
    since: datetime
    reason: str
    next_at: datetime | None


class WebhookStore:
    """Webhooks, their cursors and their dead letters."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, webhook: Webhook) -> None:
        """Insert a webhook that begins where its restaurant's streams end now.

        Cancelling is safe: it waits for the end of the transaction. Raises StoreError, reason
        "rejected" when the restaurant does not exist.
        """
        values = {each.name: getattr(webhook, each.name) for each in fields(Webhook)}
        values["types"] = list(webhook.types)
        tops = select(literal(webhook.id), streams.c.id, streams.c.top, literal(0)).select_from(
            _STREAMS_OF_MENUS
        )
        tops = tops.where(menus.c.restaurant_id == webhook.restaurant_id)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(insert(webhooks).values(values))
            names = ["webhook_id", "stream_id", "offset", "attempts"]
            await connection.execute(insert(webhook_cursors).from_select(names, tops))

        await self._database.transact(work)

    async def find(self, webhook_id: str) -> Webhook | None:
        """One webhook; None when there is none. Cancelling is safe. Raises StoreError."""
        query = select(webhooks).where(webhooks.c.id == webhook_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else _webhook_of(row)

    async def of_restaurant(self, restaurant_id: str) -> list[Webhook]:
        """All webhooks of a restaurant, by id. Cancelling is safe. Raises StoreError."""
        query = select(webhooks).where(webhooks.c.restaurant_id == restaurant_id)
        async with self._database.read() as connection:
            rows = await connection.execute(query.order_by(webhooks.c.id))
            return [_webhook_of(row) for row in rows]

    async def failing(self, webhook_ids: Sequence[str]) -> list[Failing]:
        """What these webhooks do not take at the moment. Cancelling is safe. Raises StoreError."""
        columns = webhook_cursors.c
        query = select(
            columns.webhook_id,
            columns.stream_id,
            columns.attempts,
            columns.failing_since,
            columns.reason,
            columns.next_at,
        ).where(columns.webhook_id.in_(webhook_ids), columns.attempts > 0)
        async with self._database.read() as connection:
            ordered = query.order_by(columns.webhook_id, columns.stream_id)
            return [Failing(*row) for row in await connection.execute(ordered)]

    async def delete(self, webhook_id: str) -> bool:
        """Remove a webhook with its cursors and dead letters; False when there was none.

        Cancelling is safe. Raises StoreError.
        """

        async def work(connection: AsyncConnection) -> bool:
            gone = await connection.execute(delete(webhooks).where(webhooks.c.id == webhook_id))
            return gone.rowcount == 1

        return await self._database.transact(work)

    async def disable(self, webhook_id: str, now: datetime) -> None:
        """Deliver nothing more. Cancelling is safe. Raises StoreError."""
        off = update(webhooks).where(webhooks.c.id == webhook_id).values(disabled_at=now)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(off)

        await self._database.transact(work)

    async def errands(self, now: datetime, limit: int = 500) -> list[Errand]:
        """Pairs of webhook and stream with something to tell that nobody is at, oldest first.

        Cancelling is safe. Raises StoreError.
        """
        async with self._database.read() as connection:
            rows = (await connection.execute(_ERRANDS, {"now": now, "n": limit})).all()
        return [
            Errand(_webhook_of(row), row.menu_id, row.told, row.attempts, row.failing_since)
            for row in rows
        ]

    async def claim(self, errand: Errand, now: datetime, until: datetime) -> bool:
        """Take an errand for oneself until a time; False when somebody else has it, or the webhook
        was deleted or disabled since.

        Cancelling is safe. Raises StoreError.
        """
        added = upsert(self._database.dialect, webhook_cursors).values(
            webhook_id=errand.webhook.id,
            stream_id=errand.stream_id,
            offset=0,
            attempts=0,
            next_at=until,
        )
        taken = added.on_conflict_do_update(
            index_elements=[webhook_cursors.c.webhook_id, webhook_cursors.c.stream_id],
            set_={"next_at": until},
            where=and_(
                webhook_cursors.c.offset == errand.told,
                or_(webhook_cursors.c.next_at.is_(None), webhook_cursors.c.next_at <= now),
            ),
        ).returning(webhook_cursors.c.offset)
        still_there = select(webhooks.c.id).where(
            webhooks.c.id == errand.webhook.id, webhooks.c.disabled_at.is_(None)
        )

        async def work(connection: AsyncConnection) -> bool:
            # Locked until the commit, so that it is not deleted in between (PostgreSQL).
            if await connection.scalar(still_there.with_for_update(read=True)) is None:
                return False
            return (await connection.execute(taken)).first() is not None

        return await self._database.transact(work)

    async def told(self, errand: Errand, offset: int, until: datetime | None) -> bool:
        """Everything up to `offset` is dealt with.

        until: the lease goes on to this time; None: it ends.
        Returns False when the webhook is gone or another node was faster. Cancelling is safe: it
        waits for the end of the transaction. Raises StoreError.
        """
        moved = _cursor(errand).where(webhook_cursors.c.offset <= offset)

        async def work(connection: AsyncConnection) -> bool:
            done = await connection.execute(moved.values(_anew(offset, until)))
            return done.rowcount == 1

        return await self._database.transact(work)

    async def failed(self, errand: Errand, reason: str, now: datetime, next_at: datetime) -> None:
        """The event after `errand.told` could not be delivered; try again at `next_at`.

        Cancelling is safe: it waits for the end of the transaction. Raises StoreError.
        """
        moved = _cursor(errand).where(webhook_cursors.c.offset <= errand.told)
        values = {
            "offset": errand.told,
            "attempts": errand.attempts + 1,
            "failing_since": errand.failing_since or now,
            "reason": reason,
            "next_at": next_at,
        }

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(moved.values(values))

        await self._database.transact(work)

    async def bury(
        self, errand: Errand, offset: int, reason: str, now: datetime, until: datetime
    ) -> bool:
        """List an event as dead and go on behind it, in one transaction.

        until: the lease goes on to this time. Returns and raises as `told` does.
        """
        letter = insert(dead_letters).values(
            webhook_id=errand.webhook.id,
            stream_id=errand.stream_id,
            offset=offset,
            reason=reason,
            at=now,
        )
        moved = _cursor(errand).where(webhook_cursors.c.offset < offset)

        async def work(connection: AsyncConnection) -> bool:
            done = await connection.execute(moved.values(_anew(offset, until)))
            if done.rowcount == 0:
                return False
            await connection.execute(letter)
            return True

        return await self._database.transact(work)


def _anew(offset: int, until: datetime | None) -> dict[str, Any]:
    """The columns of a cursor for whose next event nothing was tried yet."""
    return {
        "offset": offset,
        "attempts": 0,
        "failing_since": None,
        "reason": None,
        "next_at": until,
    }


def _cursor(errand: Errand) -> Update:
    return update(webhook_cursors).where(
        webhook_cursors.c.webhook_id == errand.webhook.id,
        webhook_cursors.c.stream_id == errand.stream_id,
    )


def _webhook_of(row: Row[Any]) -> Webhook:
    values = {each.name: getattr(row, each.name) for each in fields(Webhook)}
    return Webhook(**{**values, "types": tuple(row.types)})


_STREAMS_OF_MENUS = streams.join(
    menus, streams.c.id == literal("menu:").concat(menus.c.id).concat(":events")
)
_ERRANDS = (
    select(
        webhooks,
        menus.c.id.label("menu_id"),
        func.coalesce(webhook_cursors.c.offset, 0).label("told"),
        func.coalesce(webhook_cursors.c.attempts, 0).label("attempts"),
        webhook_cursors.c.failing_since,
    )
    .select_from(
        webhooks.join(menus, menus.c.restaurant_id == webhooks.c.restaurant_id)
        .join(streams, streams.c.id == literal("menu:").concat(menus.c.id).concat(":events"))
        .outerjoin(
            webhook_cursors,
            and_(
                webhook_cursors.c.webhook_id == webhooks.c.id,
                webhook_cursors.c.stream_id == streams.c.id,
            ),
        )
    )
    .where(
        webhooks.c.disabled_at.is_(None),
        streams.c.top > func.coalesce(webhook_cursors.c.offset, 0),
        or_(webhook_cursors.c.next_at.is_(None), webhook_cursors.c.next_at <= bindparam("now")),
    )
    # Who waits longest comes first; a pair without a cursor has waited since its first event.
    .order_by(webhook_cursors.c.next_at.is_not(None), webhook_cursors.c.next_at, webhooks.c.id)
    .limit(bindparam("n"))
)
