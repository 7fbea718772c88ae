"""Restaurants and documents: creating, finding, listing, deleting. Their content is in `updates`.

Rule 1: a document, its head and its first update appear in one transaction, so that nobody can
meet a document without its first content.
Rule 2: deleting keeps the row and the log; the id stays taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.errors import DocumentExists
from collab.records import Document, DocumentKind, Restaurant, StreamEvent, stream_of
from storage.database import Database
from storage.heads import record_hole
from storage.renewal import RENEWED
from storage.streams import append_events, draw_epoch
from storage.tables import (
    heads,
    menu_snapshots,
    menu_updates,
    menus,
    quarantined_updates,
    restaurants,
    upsert,
)


@dataclass(frozen=True, slots=True)
class DocumentSize:
    """What one document takes in the store."""

    rows: int  # updates in the log
    log_bytes: int  # bytes of these updates
    snapshot_seq: int  # 0 when there is no snapshot
    snapshot_bytes: int
    top: int  # updates ever acknowledged
    quarantined: int  # updates and snapshots set aside because something is wrong with them


class DocumentStore:
    """Restaurants and documents."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create_restaurant(self, restaurant: Restaurant) -> Restaurant:
        """Insert unless the id is taken; returns what is stored.

        Cancelling is safe. Raises StoreError.
        """

        async def work(connection: AsyncConnection) -> Row[Any]:
            await connection.execute(
                upsert(self._database.dialect, restaurants)
                .values(
                    id=restaurant.id,
                    name=restaurant.name,
                    created_at=restaurant.created_at,
                    time_zone=restaurant.time_zone,
                )
                .on_conflict_do_nothing()
            )
            found = select(restaurants).where(restaurants.c.id == restaurant.id)
            return (await connection.execute(found)).one()

        return _restaurant_of(await self._database.transact(work))

    async def find_restaurant(self, restaurant_id: str) -> Restaurant | None:
        """One restaurant; None when there is none. Cancelling is safe. Raises StoreError."""
        query = select(restaurants).where(restaurants.c.id == restaurant_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else _restaurant_of(row)

    async def list_restaurants(self) -> list[Restaurant]:
        """All restaurants by id. Cancelling is safe. Raises StoreError."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(restaurants).order_by(restaurants.c.id))
            return [_restaurant_of(row) for row in rows]

    async def create(
        self, document: Document, first_update: bytes | None, user_id: str
    ) -> Document:
        """Insert a document with its head and, if given, its first update.

        first_update: one Yjs update_v1; its author is user_id and its time the document's.
        Returns the document. Cancelling is safe: it waits for the end of the transaction.
        Raises DocumentExists when the id is taken, also by a deleted document; StoreError,
        reason "rejected" when the restaurant does not exist.
        """

        # The first content comes without its rows; they are made from it later.
        lacks_rows = document.kind is DocumentKind.MENU and first_update is not None

        async def work(connection: AsyncConnection) -> int:
            added = await connection.execute(
                upsert(self._database.dialect, menus)
                .values(**_values(document), projection_dirty=lacks_rows)
                .on_conflict_do_nothing()
                .returning(menus.c.id)
            )
            if added.first() is None:
                raise DocumentExists(f"There is a document {document.id!r} already.")
            return await self._begin_log(connection, document, first_update, user_id)

        top = await self._database.transact(work)
        if self._database.heads is not None:
            self._database.heads.write({document.id: top})
        return document

    async def find(self, document_id: str) -> Document | None:
        """One document; None when there is none (any more). Cancelling is safe.

        Raises StoreError.
        """
        query = select(menus).where(menus.c.id == document_id, menus.c.deleted_at.is_(None))
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else document_of(row)

    async def list(
        self, restaurant_id: str | None = None, after: str | None = None, limit: int = 100
    ) -> list[Document]:
        """Documents that are not deleted, by id.

        restaurant_id: None lists those of all restaurants. after: the last id of the page
        before. limit: rows of one page. Cancelling is safe. Raises StoreError.
        """
        query = select(menus).where(menus.c.deleted_at.is_(None)).order_by(menus.c.id).limit(limit)
        if restaurant_id is not None:
            query = query.where(menus.c.restaurant_id == restaurant_id)
        if after is not None:
            query = query.where(menus.c.id > after)
        async with self._database.read() as connection:
            return [document_of(row) for row in await connection.execute(query)]

    async def rename(self, document_id: str, title: str, by: str, at: datetime) -> bool:
        """Give a document another title. Returns False when there is none.

        by: id of the user who does it. Of a menu it is told as `menu.renamed`, in the same
        transaction. Cancelling is safe. Raises StoreError.
        """
        naming = (
            update(menus)
            .where(menus.c.id == document_id, menus.c.deleted_at.is_(None))
            .values(title=title)
            .returning(menus.c.kind)
        )

        async def work(connection: AsyncConnection) -> bool:
            kind = await connection.scalar(naming)
            if kind == DocumentKind.MENU:
                event = StreamEvent("menu.renamed", by, {"title": title}, at)
                await append_events(connection, stream_of(document_id), draw_epoch(), [event])
            return kind is not None

        return await self._database.transact(work)

    async def delete(self, document_id: str, now: datetime) -> bool:
        """Hide a document for ever; its id stays taken and its log stays in the store.

        Returns False when there was none. Cancelling is safe. Raises StoreError.
        """

        async def work(connection: AsyncConnection) -> bool:
            marked = await connection.execute(
                update(menus)
                .where(menus.c.id == document_id, menus.c.deleted_at.is_(None))
                .values(deleted_at=now)
            )
            return marked.rowcount == 1

        return await self._database.transact(work)

    async def size(self, document_id: str) -> DocumentSize | None:
        """What a document takes; None when there is none. Cancelling is safe.

        Raises StoreError.
        """
        log = select(
            func.count(), func.coalesce(func.sum(func.length(menu_updates.c.data)), 0)
        ).where(menu_updates.c.document_id == document_id)
        snapshot = (
            select(menu_snapshots.c.upto_seq, func.length(menu_snapshots.c.data))
            .where(menu_snapshots.c.document_id == document_id)
            .order_by(menu_snapshots.c.upto_seq.desc())
        )
        aside = (
            select(func.count())
            .select_from(quarantined_updates)
            .where(
                quarantined_updates.c.document_id == document_id,
                quarantined_updates.c.reason != RENEWED,
            )
        )
        head = (
            select(heads.c.top)
            .join(menus, menus.c.id == heads.c.document_id)
            .where(menus.c.id == document_id, menus.c.deleted_at.is_(None))
        )
        async with self._database.read() as connection:
            top = await connection.scalar(head)
            if top is None:
                return None
            rows, log_bytes = (await connection.execute(log)).one()
            upto, snapshot_bytes = (await connection.execute(snapshot)).first() or (0, 0)
            quarantined = await connection.scalar(aside) or 0
        return DocumentSize(rows, int(log_bytes), upto, snapshot_bytes, top, quarantined)

    async def _begin_log(
        self,
        connection: AsyncConnection,
        document: Document,
        first_update: bytes | None,
        user_id: str,
    ) -> int:
        # A promise about an id without a row: the document itself was lost with a damaged disk.
        # Numbering goes on above it, so that no old number comes back with another meaning.
        file = self._database.heads
        top = 0 if file is None else file.promised.get(document.id, 0)
        if top > 0:
            now = self._database.clock()
            await record_hole(connection, document.id, 1, top, now)
        if first_update is not None:
            top += 1
        await connection.execute(insert(heads).values(document_id=document.id, top=top))
        if first_update is not None:
            await connection.execute(
                insert(menu_updates).values(
                    document_id=document.id,
                    seq=top,
                    data=first_update,
                    user_id=user_id,
                    session_id="",
                    at=document.created_at,
                )
            )
        return top


def document_of(row: Row[Any]) -> Document:
    """The record of a row of `menus`."""
    return Document(
        id=row.id,
        kind=DocumentKind(row.kind),
        restaurant_id=row.restaurant_id,
        title=row.title,
        epoch=row.epoch,
        created_at=row.created_at,
    )


def _restaurant_of(row: Row[Any]) -> Restaurant:
    return Restaurant(row.id, row.name, row.created_at, row.time_zone)


def _values(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "kind": document.kind.value,
        "restaurant_id": document.restaurant_id,
        "title": document.title,
        "epoch": document.epoch,
        "created_at": document.created_at,
    }
