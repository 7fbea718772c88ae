"""What a dish is called, looked up by its id."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import insert, update

from collab.records import Document, DocumentKind, Restaurant
from storage.database import Database
from storage.documents import DocumentStore
from storage.item_names import ItemNames
from storage.menu_tables import menu_items
from storage.tables import menus
from tests.storage.conftest import Store

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


async def add(database: Database, restaurant: str, menu: str, item: str, name: str) -> None:
    documents = DocumentStore(database)
    await documents.create_restaurant(Restaurant(restaurant, restaurant, NOON))
    record = Document(menu, DocumentKind.MENU, restaurant, menu, 1, NOON)
    await documents.create(record, None, "ann")
    row = {
        "document_id": menu,
        "item_id": item,
        "section_id": "",
        "position": "",
        "name": {"en": name},
        "description": {},
        "currency": "EUR",
        "is_hidden": False,
        "is_deleted": False,
        "body": {},
    }
    async with database.write() as connection:
        await connection.execute(insert(menu_items).values(row))


async def test_a_dish_is_found_in_the_menus_of_its_own_restaurant(store: Store) -> None:
    database = store.database
    await add(database, "bistro", "lunch", "soup", "Soup")
    await add(database, "trattoria", "cena", "pizza", "Pizza")
    names = ItemNames(database)
    assert await names.find("bistro", "soup") == {"en": "Soup"}
    assert await names.find("bistro", "pizza") is None
    assert await names.find("trattoria", "pizza") == {"en": "Pizza"}
    assert await names.find("nowhere", "soup") is None


async def test_a_menu_that_is_there_goes_before_one_that_was_deleted(store: Store) -> None:
    database = store.database
    await add(database, "bistro", "a-former", "soup", "Old soup")
    await add(database, "bistro", "lunch", "soup", "Soup")
    async with database.write() as connection:
        gone = update(menus).where(menus.c.id == "a-former").values(deleted_at=NOON)
        await connection.execute(gone)
    assert await ItemNames(database).find("bistro", "soup") == {"en": "Soup"}
