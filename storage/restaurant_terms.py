"""How restaurants are set up: name, money, clock, and how long their orders are kept.

`collab.orders.terms.Terms` says what the settings about orders mean; this is where people read
and change them. A change holds from the next batch of commands on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.tables import restaurants, upsert


@dataclass(frozen=True, slots=True)
class RestaurantSettings:
    """Everything that can be said about one restaurant."""

    id: str
    name: str
    created_at: datetime
    time_zone: str = "UTC"  # IANA name
    currency: str = "EUR"  # ISO 4217
    business_day_hour: int = 4  # a business day begins at this hour by the restaurant's clock
    tax: int = 0  # basis points, contained in the price of dishes that name none
    price_grace_seconds: int = 1800
    recall_seconds: int = 900
    low_stock: int = 5
    guest_session_seconds: int = 3 * 3600
    order_retention_days: int = 3650  # closed orders are forgotten after so long
    personal_retention_days: int = 90  # and what they say about people after so long


CHANGEABLE = frozenset(each.name for each in fields(RestaurantSettings)) - {"id", "created_at"}


class RestaurantStore:
    """The settings of restaurants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, wanted: RestaurantSettings) -> bool:
        """Insert a restaurant; False when the id is taken. Cancelling is safe. Raises StoreError.

        Whoever makes a menu makes its restaurant by the way (`DocumentStore.create_restaurant`);
        that one has the settings of a new one.
        """
        values = {each.name: getattr(wanted, each.name) for each in fields(wanted)}
        row = upsert(self._database.dialect, restaurants).values(values)
        added = row.on_conflict_do_nothing().returning(restaurants.c.id)

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(added)).first() is not None

        return await self._database.transact(work)

    async def find(self, restaurant_id: str) -> RestaurantSettings | None:
        """One restaurant; None when there is none. Cancelling is safe. Raises StoreError."""
        query = select(*_COLUMNS).where(restaurants.c.id == restaurant_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else _settings_of(row)

    async def list(self) -> list[RestaurantSettings]:
        """All restaurants by id. Cancelling is safe. Raises StoreError."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(*_COLUMNS).order_by(restaurants.c.id))
            return [_settings_of(row) for row in rows]

    async def change(
        self, restaurant_id: str, given: Mapping[str, object]
    ) -> RestaurantSettings | None:
        """Change what is given; None when there is no such restaurant.

        given: by field name, checked, only of `CHANGEABLE`; anything else raises ValueError.
        Cancelling is safe: it waits for the end of the transaction. Raises StoreError.
        """
        if not given.keys() <= CHANGEABLE:
            raise ValueError(f"not changeable: {sorted(given.keys() - CHANGEABLE)}")
        if not given:
            return await self.find(restaurant_id)
        changed = update(restaurants).where(restaurants.c.id == restaurant_id).values(dict(given))

        async def work(connection: AsyncConnection) -> RestaurantSettings | None:
            row = (await connection.execute(changed.returning(*_COLUMNS))).first()
            return None if row is None else _settings_of(row)

        return await self._database.transact(work)


_COLUMNS = tuple(restaurants.c[each.name] for each in fields(RestaurantSettings))


def _settings_of(row: Row[Any]) -> RestaurantSettings:
    return RestaurantSettings(**row._mapping)
