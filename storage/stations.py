"""The stations of a kitchen: where tickets go, and from which age on they are shown as late.

A dish names its station itself (in the menu); a station that nobody set up still gets its
tickets, with the thresholds of `collab.orders.terms.Station`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.order_tables import stations
from storage.tables import upsert


@dataclass(frozen=True, slots=True)
class KitchenStation:
    """One station as it is set up."""

    restaurant_id: str
    id: str  # what menus say: "kitchen", "bar"
    name: str
    warn_seconds: int  # a ticket older than this is shown amber
    late_seconds: int  # and older than this red
    position: int  # order on screens


class StationStore:
    """Stations of restaurants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, restaurant_id: str) -> list[KitchenStation]:
        """By their order on screens. Cancelling is safe. Raises StoreError."""
        query = select(stations).where(stations.c.restaurant_id == restaurant_id)
        async with self._database.read() as connection:
            rows = await connection.execute(query.order_by(stations.c.position, stations.c.id))
            return [_station_of(row) for row in rows]

    async def count(self, restaurant_id: str) -> int:
        """How many there are. Cancelling is safe. Raises StoreError."""
        query = select(func.count()).where(stations.c.restaurant_id == restaurant_id)
        async with self._database.read() as connection:
            return await connection.scalar(query) or 0

    async def find(self, restaurant_id: str, station_id: str) -> KitchenStation | None:
        """One station; None when there is none. Cancelling is safe. Raises StoreError."""
        query = select(stations).where(
            stations.c.restaurant_id == restaurant_id, stations.c.id == station_id
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else _station_of(row)

    async def create(self, station: KitchenStation) -> bool:
        """Insert a station; False when the id is taken.

        Cancelling is safe. Raises StoreError, reason "rejected" without such a restaurant.
        """
        row = upsert(self._database.dialect, stations).values(_values(station))
        added = row.on_conflict_do_nothing().returning(stations.c.id)

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(added)).first() is not None

        return await self._database.transact(work)

    async def save(self, station: KitchenStation) -> bool:
        """Change a station to this; False when there is none.

        Cancelling is safe. Raises StoreError.
        """
        changed = (
            update(stations)
            .where(stations.c.restaurant_id == station.restaurant_id, stations.c.id == station.id)
            .values({name: getattr(station, name) for name in _CHANGEABLE})
        )

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(changed)).rowcount == 1

        return await self._database.transact(work)

    async def delete(self, restaurant_id: str, station_id: str) -> bool:
        """Forget a station; its tickets keep its id. False when there was none.

        Cancelling is safe. Raises StoreError.
        """
        gone = delete(stations).where(
            stations.c.restaurant_id == restaurant_id, stations.c.id == station_id
        )

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(gone)).rowcount == 1

        return await self._database.transact(work)


_CHANGEABLE = ("name", "warn_seconds", "late_seconds", "position")


def _values(station: KitchenStation) -> dict[str, Any]:
    return {each.name: getattr(station, each.name) for each in fields(station)}


def _station_of(row: Row[Any]) -> KitchenStation:
    return KitchenStation(**row._mapping)
