"""What dishes are called now, by the id that stock and orders know them by."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from storage.database import Database
from storage.menu_tables import menu_items
from storage.tables import menus


class ItemNames:
    """Names of the dishes of all menus."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, restaurant_id: str, item_id: str) -> Mapping[str, str] | None:
        """Locale -> name of a dish of any menu of a restaurant; None when there is none.

        Cancelling is safe. Raises StoreError.
        """
        query = (
            select(menu_items.c.name)
            .join(menus, menus.c.id == menu_items.c.document_id)
            .where(
                menus.c.restaurant_id == restaurant_id,
                menus.c.deleted_at.is_(None),
                menu_items.c.item_id == item_id,
            )
            .order_by(menu_items.c.is_deleted, menus.c.id)
            .limit(1)
        )
        async with self._database.read() as connection:
            found: Mapping[str, str] | None = await connection.scalar(query)
        return found
