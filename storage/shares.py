"""Master menus of a chain: which restaurants show them, and what differs there.

Rule 1: overrides belong to a share; without the share nobody sees them, and they are there again
when it comes back.
Rule 2: every change is an event of the menu's stream, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.records import Document, StreamEvent, stream_of
from collab.versions.overrides import Override
from storage.database import Database
from storage.documents import document_of
from storage.menu_tables import menu_overrides, menu_shares
from storage.streams import append_events, draw_epoch
from storage.tables import menus, upsert


@dataclass(frozen=True, slots=True)
class Share:
    """A restaurant that shows somebody else's menu."""

    document_id: str
    restaurant_id: str
    created_at: datetime
    created_by: str  # user id


class ShareStore:
    """Shares and overrides. Every call may be cancelled: it is done or not. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def share(self, share: Share) -> bool:
        """Let a restaurant show a menu; False when it does already.

        Raises StoreError, reason "rejected", when the restaurant is not known.
        """
        statement = upsert(self._database.dialect, menu_shares).values(
            document_id=share.document_id,
            restaurant_id=share.restaurant_id,
            created_at=share.created_at,
            created_by=share.created_by,
        )
        adding = statement.on_conflict_do_nothing().returning(menu_shares.c.document_id)
        event = StreamEvent(
            "menu.shared", share.created_by, {"restaurant": share.restaurant_id}, share.created_at
        )
        return await self._with_event(share.document_id, adding, event)

    async def unshare(
        self, document_id: str, restaurant_id: str, user_id: str, at: datetime
    ) -> bool:
        """The restaurant does not show it any more; False when it did not."""
        removing = (
            delete(menu_shares)
            .where(_is_share(document_id, restaurant_id))
            .returning(menu_shares.c.document_id)
        )
        event = StreamEvent("menu.unshared", user_id, {"restaurant": restaurant_id}, at)
        return await self._with_event(document_id, removing, event)

    async def list(self, document_id: str) -> list[Share]:
        """The restaurants that show a menu."""
        query = select(menu_shares).where(menu_shares.c.document_id == document_id)
        async with self._database.read() as connection:
            rows = await connection.execute(query.order_by(menu_shares.c.restaurant_id))
            return [
                Share(row.document_id, row.restaurant_id, row.created_at, row.created_by)
                for row in rows
            ]

    async def shared_with(self, restaurant_id: str) -> Sequence[Document]:
        """The menus of others that a restaurant shows, by id."""
        query = (
            select(menus)
            .join(menu_shares, menu_shares.c.document_id == menus.c.id)
            .where(menu_shares.c.restaurant_id == restaurant_id, menus.c.deleted_at.is_(None))
            .order_by(menus.c.id)
        )
        async with self._database.read() as connection:
            return [document_of(row) for row in await connection.execute(query)]

    async def overrides(self, document_id: str, restaurant_id: str) -> Sequence[Override] | None:
        """What differs there, by item; None when the restaurant does not show the menu."""
        query = select(menu_overrides).where(
            menu_overrides.c.document_id == document_id,
            menu_overrides.c.restaurant_id == restaurant_id,
        )
        query = query.order_by(menu_overrides.c.item_id, menu_overrides.c.variation_id)
        async with self._database.read() as connection:
            if not await connection.scalar(_has_share(document_id, restaurant_id)):
                return None
            return [
                Override(
                    item_id=row.item_id,
                    variation_id=row.variation_id,
                    price=row.price,
                    is_hidden=row.is_hidden,
                    changed_at=row.changed_at,
                    changed_by=row.changed_by,
                )
                for row in await connection.execute(query)
            ]

    async def override(
        self,
        document_id: str,
        restaurant_id: str,
        item_id: str,
        overrides: Sequence[Override],
        user_id: str,
        at: datetime,
    ) -> bool:
        """Put these in the place of all overrides of an item; False when there is no share.

        overrides: of that item; none: it is as in the master again.
        """
        place = {"document_id": document_id, "restaurant_id": restaurant_id, "item_id": item_id}
        change = {"changed_at": at, "changed_by": user_id}
        rows = [
            {
                **place,
                **change,
                "variation_id": one.variation_id,
                "price": one.price,
                "is_hidden": one.is_hidden,
            }
            for one in overrides
        ]
        event = StreamEvent(
            "menu.overridden", user_id, {"restaurant": restaurant_id, "item": item_id}, at
        )

        async def work(connection: AsyncConnection) -> bool:
            locked = select(menu_shares).where(_is_share(document_id, restaurant_id))
            if (await connection.execute(locked.with_for_update())).first() is None:
                return False
            table = menu_overrides.c
            await connection.execute(
                delete(menu_overrides).where(
                    table.document_id == document_id,
                    table.restaurant_id == restaurant_id,
                    table.item_id == item_id,
                )
            )
            if rows:
                await connection.execute(insert(menu_overrides), rows)
            await self._tell(connection, document_id, event)
            return True

        return await self._database.transact(work)

    async def _with_event(self, document_id: str, statement: Any, event: StreamEvent) -> bool:
        """Run a statement; when it did something, append the event."""

        async def work(connection: AsyncConnection) -> bool:
            if (await connection.execute(statement)).first() is None:
                return False
            await self._tell(connection, document_id, event)
            return True

        return await self._database.transact(work)

    async def _tell(
        self, connection: AsyncConnection, document_id: str, event: StreamEvent
    ) -> None:
        stream = stream_of(document_id)
        await append_events(connection, stream, draw_epoch(), [event])


def _is_share(document_id: str, restaurant_id: str) -> ColumnElement[bool]:
    return and_(
        menu_shares.c.document_id == document_id, menu_shares.c.restaurant_id == restaurant_id
    )


def _has_share(document_id: str, restaurant_id: str) -> Any:
    return select(exists().where(_is_share(document_id, restaurant_id)))
