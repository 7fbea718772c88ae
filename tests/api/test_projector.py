"""Rows that lag behind are made anew, also while somebody edits."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import select, update

from api.composition import open_house
from api.config import Config
from api.exchange import create_menu
from api.house import House
from api.menu_edits import change_menu
from collab.edits.changes import SetRegister
from collab.identity import Identity
from collab.menus.plain_menu import PlainItem, PlainMenu, PlainSection
from storage.menu_tables import menu_items
from storage.tables import menus

PLAIN = PlainMenu(
    "de",
    "EUR",
    sections=(
        PlainSection({"de": "Suppen"}, id="s", items=(PlainItem({"de": "A"}, id="a", price=1),)),
    ),
)


async def prices(house: House) -> dict[str, int]:
    async with house.database.read() as connection:
        rows = await connection.execute(select(menu_items.c.item_id, menu_items.c.price))
        return {row.item_id: row.price for row in rows}


async def is_dirty(house: House) -> bool:
    async with house.database.read() as connection:
        return bool(await connection.scalar(select(menus.c.projection_dirty)))


async def test_new_menu_has_its_rows_soon(tmp_path: Path) -> None:
    async with open_house(Config(database=str(tmp_path / "m.db"), dev=True)) as house:
        await create_menu(house, PLAIN, "bistro", "lunch", "Lunch", "ann")
        assert await is_dirty(house)
        await house.projector.look()
        assert await prices(house) == {"a": 1} and not await is_dirty(house)


async def test_rows_made_anew_never_go_behind_an_edit(tmp_path: Path) -> None:
    async with open_house(Config(database=str(tmp_path / "m.db"), dev=True)) as house:
        await create_menu(house, PLAIN, "bistro", "lunch", "Lunch", "ann")
        document = await house.documents.find("lunch")
        assert document is not None
        me = Identity.developer()

        async def edit() -> None:
            for price in range(2, 40):
                change = SetRegister("items", "a", "price", price)
                await change_menu(house, document, me, lambda menu, c=change: [c])

        async def project() -> None:
            while True:
                async with house.database.write() as connection:
                    await connection.execute(update(menus).values(projection_dirty=True))
                await house.projector.look()

        work = asyncio.create_task(project())
        await edit()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        assert await prices(house) == {"a": 39}
