"""Rows that lag behind are found and made anew."""

from __future__ import annotations

from typing import Any

from collab.records import Consequences
from storage.menu_tables import menu_items, outbox
from storage.projection import ProjectionStore
from tests.storage.conftest import NOW
from tests.storage.test_consequences import BAD_ITEMS, item, meant, rows_of


async def dirty_store(store: Any) -> ProjectionStore:
    for name in ("a", "b", "gone"):
        await store.document(name)
    await store.updates.append([meant("b", Consequences(items=(item("old"), item("i1", 1))))])
    broken = Consequences(items=(BAD_ITEMS[0],))
    done = await store.updates.append([meant("b", broken), meant("gone", broken)])
    assert done.dirty == {"b", "gone"}
    await store.documents.delete("gone", NOW)
    return ProjectionStore(store.database)


async def test_dirty_menus_are_listed_unless_they_are_deleted(store: Any) -> None:
    projection = await dirty_store(store)
    assert await projection.dirty() == ["b"]


async def test_rebuilt_menu_has_exactly_the_rows_given_and_is_told_of(store: Any) -> None:
    projection = await dirty_store(store)
    assert await projection.rebuild("b", [item("i1", 7), item("i2")], top=2)
    assert await projection.dirty() == []
    rows = await rows_of(store, menu_items)
    assert [(row.item_id, row.price) for row in rows] == [("i1", 7), ("i2", 500)]
    [row] = await rows_of(store, outbox)
    assert (row.document_id, row.parts) == ("b", ["old", "i1", "i2"])


async def test_rows_that_are_late_change_nothing(store: Any) -> None:
    projection = await dirty_store(store)
    assert not await projection.rebuild("b", [], top=1)
    assert not await projection.rebuild("never", [])
    assert await projection.dirty() == ["b"]
    assert [row.item_id for row in await rows_of(store, menu_items)] == ["i1", "old"]


async def test_menu_may_be_empty(store: Any) -> None:
    projection = await dirty_store(store)
    assert await projection.rebuild("b", [])
    assert await rows_of(store, menu_items) == []
