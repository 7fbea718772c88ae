"""Visits: one live one a table, codes that are kept as hashes, and orders that hold a table."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from collab.orders.terms import Visit
from storage.dining_tables import DiningTable, DiningTableStore
from storage.order_tables import desks, orders, visits
from storage.visits import Closed, Ended, OpenAlready, Opened, OrderStands, VisitStore
from tests.storage.conftest import NOW

HOUR = timedelta(hours=1)
T1 = DiningTable("bistro", "t1", "Window", 4, "Hall", 1)


def visit(id: str = "v1", at: datetime = NOW) -> Visit:
    return Visit(id, "bistro", "t1", None, "wil", at, at + 3 * HOUR)


async def add_order(store: Any, id: str, table: str | None = "t1", at: datetime = NOW) -> None:
    row = {
        "id": id,
        "restaurant_id": "bistro",
        "table_id": table,
        "is_open": True,
        "payment_state": "unpaid",
        "total": 0,
        "last_seq": 1,
        "business_day": "2026-01-02",
        "opened_at": at,
        "updated_at": at,
        "state": {},
    }
    async with store.database.write() as connection:
        await connection.execute(insert(orders).values(row))


async def close_order(store: Any, id: str) -> None:
    async with store.database.write() as connection:
        await connection.execute(update(orders).where(orders.c.id == id).values(is_open=False))


@pytest.fixture
async def tables(store: Any) -> DiningTableStore:
    tables = DiningTableStore(store.database)
    await tables.create(T1)
    return tables


@pytest.fixture
async def book(store: Any, tables: DiningTableStore) -> VisitStore:
    return VisitStore(store.database)


async def test_code_is_kept_as_its_hash_only(book: VisitStore, store: Any) -> None:
    assert await book.open(visit(), "the code") == Opened(visit())
    assert await book.find_by_code("the code") == visit()
    assert await book.find_by_code("the cod") is None
    assert await book.find("v1") == visit()
    async with store.database.read() as connection:
        row = (await connection.execute(select(visits))).one()
    assert b"the code" not in row.code_hash and len(row.code_hash) == 32


async def test_table_that_is_open_is_not_opened_again(book: VisitStore) -> None:
    await book.open(visit(), "one")
    assert await book.open(visit("v2", NOW + HOUR), "two") == OpenAlready(visit())
    assert await book.find_by_code("two") is None


async def test_of_many_who_open_at_once_one_wins(book: VisitStore) -> None:
    outcomes = await asyncio.gather(*(book.open(visit(f"v{n}"), f"c{n}") for n in range(5)))
    assert sorted(type(one).__name__ for one in outcomes) == ["OpenAlready"] * 4 + ["Opened"]


async def test_visit_past_its_time_makes_room_for_the_next(book: VisitStore) -> None:
    await book.open(visit(), "one")
    later = NOW + 3 * HOUR
    assert await book.open(visit("v2", later), "two") == Opened(visit("v2", later))
    assert await book.find("v1") == replace(visit(), closed_at=later)


async def test_unknown_table_is_not_opened(book: VisitStore, tables: DiningTableStore) -> None:
    assert await book.open(replace(visit(), table_id="t9"), "one") is None
    assert await book.open(replace(visit(), restaurant_id="nowhere"), "one") is None
    assert await tables.delete("bistro", "t1", NOW) is True
    assert await book.open(visit(), "one") is None


async def test_visit_takes_the_open_order_of_its_table(book: VisitStore, store: Any) -> None:
    await add_order(store, "before")
    await close_order(store, "before")
    await add_order(store, "o1", at=NOW + HOUR)
    await add_order(store, "o2", table=None)
    assert await book.open(visit(), "one") == Opened(replace(visit(), order_id="o1"))


async def test_rotated_code_is_worthless_and_the_visit_goes_on(book: VisitStore) -> None:
    await book.open(visit(), "one")
    until = NOW + 5 * HOUR
    assert await book.rotate("bistro", "t1", "two", until, NOW) == replace(
        visit(), expires_at=until
    )
    assert await book.find_by_code("one") is None
    found = await book.find_by_code("two")
    assert found is not None and found.id == "v1"


async def test_visit_that_is_over_gets_no_other_code(book: VisitStore) -> None:
    assert await book.rotate("bistro", "t1", "two", NOW + HOUR, NOW) is None
    await book.open(visit(), "one")
    assert await book.rotate("bistro", "t1", "two", NOW + 9 * HOUR, NOW + 3 * HOUR) is None
    await book.close("bistro", "t1", NOW)
    assert await book.rotate("bistro", "t1", "two", NOW + HOUR, NOW) is None


async def test_table_with_an_open_order_stays_open(book: VisitStore, store: Any) -> None:
    await add_order(store, "o1")
    await book.open(visit(), "one")
    assert await book.close("bistro", "t1", NOW) == OrderStands("o1")
    await close_order(store, "o1")
    assert await book.close("bistro", "t1", NOW + HOUR) == Closed(("v1",))
    assert await book.close("bistro", "t1", NOW + HOUR) is None
    assert await book.find_by_code("one") == replace(visit(), order_id="o1", closed_at=NOW + HOUR)


async def test_ended_visits_are_listed_from_a_time_on(book: VisitStore) -> None:
    await book.open(visit(), "one")
    await book.close("bistro", "t1", NOW + HOUR)
    await book.open(visit("v2", NOW + 2 * HOUR), "two")
    assert await book.ended_since(NOW) == [Ended("v1", "bistro", NOW + HOUR)]
    assert await book.ended_since(NOW + HOUR) == [Ended("v1", "bistro", NOW + HOUR)]
    assert await book.ended_since(NOW + 2 * HOUR) == []


async def test_old_visits_are_forgotten_and_living_ones_stay(book: VisitStore) -> None:
    await book.open(visit(), "one")
    await book.close("bistro", "t1", NOW + HOUR)
    await book.open(visit("v2", NOW + 2 * HOUR), "two")
    assert await book.forget(NOW + HOUR) == 0
    assert await book.forget(NOW + 2 * HOUR) == 1
    assert await book.find("v1") is None and await book.find("v2") is not None


async def test_opening_leaves_the_numbering_of_the_log_alone(book: VisitStore, store: Any) -> None:
    async with store.database.write() as connection:
        await connection.execute(desks.delete())
        await connection.execute(insert(desks).values(restaurant_id="bistro", top=7))
    await book.open(visit(), "one")
    async with store.database.read() as connection:
        assert await connection.scalar(select(desks.c.top)) == 7


async def test_code_of_a_visit_that_is_over_can_be_given_again(book: VisitStore) -> None:
    await book.open(visit(), "code")
    await book.forget_code("code", NOW + HOUR)
    assert (await book.find_by_code("code")) is not None  # it still lets guests in
    await book.close("bistro", "t1", NOW + HOUR)
    await book.forget_code("code", NOW + HOUR)
    assert await book.find_by_code("code") is None
    assert isinstance(await book.open(visit("v2", NOW + HOUR), "code"), Opened)
