"""Tables: what stands where, what goes on there, and that one in use stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from storage.dining_tables import DiningTableStore
from storage.visits import VisitStore
from tests.storage.conftest import NOW
from tests.storage.test_visits import HOUR, T1, add_order, close_order, visit


@pytest.fixture
async def tables(store: Any) -> DiningTableStore:
    tables = DiningTableStore(store.database)
    await tables.create(T1)
    return tables


@pytest.fixture
async def book(store: Any, tables: DiningTableStore) -> VisitStore:
    return VisitStore(store.database)


async def test_floor_shows_what_goes_on_at_each_table(
    book: VisitStore, tables: DiningTableStore, store: Any
) -> None:
    await tables.create(replace(T1, id="t0", name="Door", position=0))
    await tables.create(replace(T1, id="t2", name="Bar", position=2))
    await book.open(visit(), "one")
    await add_order(store, "o2", "t2", NOW + HOUR)
    await add_order(store, "o1", "t2", NOW)
    await add_order(store, "o3", "t2")
    await close_order(store, "o3")
    await tables.delete("bistro", "t0", NOW)
    floor = await tables.floor("bistro", NOW + HOUR)
    assert [(one.table.id, one.visit, one.order_ids) for one in floor] == [
        ("t1", visit(), ()),
        ("t2", None, ("o1", "o2")),
    ]
    assert [one.visit for one in await tables.floor("bistro", NOW + 3 * HOUR)] == [None, None]


async def test_table_that_is_in_use_is_not_deleted(
    book: VisitStore, tables: DiningTableStore, store: Any
) -> None:
    await book.open(visit(), "one")
    assert await tables.delete("bistro", "t1", NOW) is False
    await book.close("bistro", "t1", NOW)
    await add_order(store, "o1")
    assert await tables.delete("bistro", "t1", NOW) is False
    await close_order(store, "o1")
    assert await tables.delete("bistro", "t1", NOW) is True
    assert await tables.delete("bistro", "t1", NOW) is None
    assert await tables.find("bistro", "t1") is None
    assert not await tables.create(T1)  # its id stays taken


async def test_table_comes_back_as_it_was_saved(tables: DiningTableStore) -> None:
    assert await tables.find("bistro", "t1") == T1
    changed = replace(T1, name="Terrace", seats=2, area="", position=9)
    assert await tables.save(changed)
    assert await tables.find("bistro", "t1") == changed
    assert not await tables.save(replace(T1, id="t9"))
    assert await tables.count("bistro") == 1
