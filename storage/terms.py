"""How restaurants take orders, read inside a transaction. Set by `restaurant_terms`, `stations`."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.orders.terms import Station, Terms
from storage.order_tables import stations
from storage.tables import restaurants

_COLUMNS = (
    "time_zone",
    "currency",
    "business_day_hour",
    "tax",
    "price_grace_seconds",
    "recall_seconds",
    "low_stock",
    "guest_session_seconds",
)


async def load_terms(
    connection: AsyncConnection, restaurant_ids: Collection[str]
) -> dict[str, Terms]:
    """The terms of restaurants, by id; those that do not exist are missing."""
    return await connection.run_sync(read_terms, restaurant_ids)


def read_terms(connection: Connection, restaurant_ids: Collection[str]) -> dict[str, Terms]:
    """The same, without `await`."""
    key = {"ids": sorted(restaurant_ids)}
    kitchens: dict[str, dict[str, Station]] = {}
    for row in connection.execute(_STATIONS, key).all():
        station = Station(row.id, row.name, row.warn_seconds, row.late_seconds)
        kitchens.setdefault(row.restaurant_id, {})[row.id] = station
    return {
        row.id: Terms(
            restaurant_id=row.id,
            stations=kitchens.get(row.id, {}),
            **{name: row._mapping[name] for name in _COLUMNS},
        )
        for row in connection.execute(_TERMS, key).all()
    }


_TERMS = select(restaurants.c.id, *(restaurants.c[name] for name in _COLUMNS)).where(
    restaurants.c.id.in_(bindparam("ids", expanding=True))
)
_STATIONS = (
    select(stations)
    .where(stations.c.restaurant_id.in_(bindparam("ids", expanding=True)))
    .order_by(stations.c.restaurant_id, stations.c.position, stations.c.id)
)
