"""The plain rows of menus that lag behind their bytes: which they are, and making them anew."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.records import ItemRow
from storage.consequences import item_values
from storage.database import Database
from storage.menu_tables import menu_items
from storage.outbox import note_change
from storage.tables import heads, menus


class ProjectionStore:
    """Menus whose rows must be rebuilt."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def dirty(self) -> list[str]:
        """Ids of the menus whose rows lag behind. Cancelling is safe. Raises StoreError."""
        query = select(menus.c.id).where(menus.c.projection_dirty, menus.c.deleted_at.is_(None))
        async with self._database.read() as connection:
            return list((await connection.execute(query.order_by(menus.c.id))).scalars())

    async def rebuild(
        self, document_id: str, rows: Sequence[ItemRow], *, top: int | None = None
    ) -> bool:
        """Put `rows` in the place of all rows of a menu, which is clean then.

        rows: all items of the menu. top: seq of the last update that they know of; when the log
        has gone on since, or the menu is not there, nothing changes and the answer is False.
        `menu.changed` will be told, because events of the failed commits were lost with them.
        Cancelling is safe: it waits for the end of the transaction. Raises StoreError.
        """

        async def work(connection: AsyncConnection) -> bool:
            locked = select(heads.c.top).where(heads.c.document_id == document_id)
            stored = await connection.scalar(locked.with_for_update())
            if stored is None or top not in (None, stored):
                return False
            await connection.execute(
                delete(menu_items).where(menu_items.c.document_id == document_id)
            )
            if rows:
                values = [item_values(document_id, row) for row in rows]
                await connection.execute(insert(menu_items), values)
            clean = update(menus).where(menus.c.id == document_id).values(projection_dirty=False)
            await connection.execute(clean)
            await note_change(
                connection,
                self._database.dialect,
                document_id,
                [row.item_id for row in rows],
                self._database.clock(),
            )
            return True

        return await self._database.transact(work)
