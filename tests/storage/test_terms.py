"""How restaurants take orders: defaults, what was set, and stations in their order."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, update

from collab.orders.terms import Station, Terms
from storage.order_tables import stations
from storage.tables import restaurants
from storage.terms import load_terms


async def test_restaurant_that_set_nothing_has_the_defaults(store: Any) -> None:
    async with store.database.read() as connection:
        found = await load_terms(connection, {"bistro", "nowhere"})
    assert found == {"bistro": Terms("bistro")}


async def test_what_was_set_is_what_counts(store: Any) -> None:
    rows = [
        {"id": "hot", "name": "Hot", "warn_seconds": 60, "late_seconds": 90, "position": 2},
        {"id": "bar", "name": "Bar", "warn_seconds": 30, "late_seconds": 45, "position": 1},
    ]
    async with store.database.write() as connection:
        await connection.execute(
            update(restaurants).values(currency="CHF", tax=770, recall_seconds=5)
        )
        await connection.execute(
            insert(stations), [{"restaurant_id": "bistro", **row} for row in rows]
        )
    async with store.database.read() as connection:
        found = (await load_terms(connection, ["bistro"]))["bistro"]
    assert (found.currency, found.tax, found.recall_seconds) == ("CHF", 770, 5)
    assert list(found.stations.values()) == [
        Station("bar", "Bar", 30, 45),
        Station("hot", "Hot", 60, 90),
    ]
