"""Who works in a restaurant, as its managers wrote it down.

Rule 1: what somebody may do is in their token, whoever issued it; a row gives no right. Making a
        row inactive ends the tokens of its person (api/rest/staff.py).
Rule 2: rows are people: `storage.retention` takes out of them what a person wants forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.identity import Role
from storage.database import Database
from storage.order_tables import staff
from storage.tables import upsert


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One person of the staff."""

    restaurant_id: str
    user_id: str  # `sub` of their tokens
    name: str
    roles: tuple[Role, ...]
    stations: tuple[str, ...]  # of a kitchen screen; empty: all
    locales: tuple[str, ...]  # of a translator; empty: all
    is_active: bool
    created_at: datetime
    updated_at: datetime


class StaffStore:
    """The staff of restaurants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(
        self, restaurant_id: str, after: str | None = None, limit: int = 100
    ) -> list[StaffMember]:
        """By user id. after: the last user id of the page before. limit: rows of one page.

        Cancelling is safe. Raises StoreError.
        """
        query = select(staff).where(staff.c.restaurant_id == restaurant_id)
        if after is not None:
            query = query.where(staff.c.user_id > after)
        async with self._database.read() as connection:
            rows = await connection.execute(query.order_by(staff.c.user_id).limit(limit))
            return [_member_of(row) for row in rows]

    async def count(self, restaurant_id: str) -> int:
        """How many there are, inactive ones too. Cancelling is safe. Raises StoreError."""
        query = select(func.count()).where(staff.c.restaurant_id == restaurant_id)
        async with self._database.read() as connection:
            return await connection.scalar(query) or 0

    async def find(self, restaurant_id: str, user_id: str) -> StaffMember | None:
        """One person; None when there is none. Cancelling is safe. Raises StoreError."""
        query = select(staff).where(
            staff.c.restaurant_id == restaurant_id, staff.c.user_id == user_id
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else _member_of(row)

    async def create(self, member: StaffMember) -> bool:
        """Insert a person; False when the user id is there already.

        Cancelling is safe. Raises StoreError, reason "rejected" without such a restaurant.
        """
        row = upsert(self._database.dialect, staff).values(_values(member))
        added = row.on_conflict_do_nothing().returning(staff.c.user_id)

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(added)).first() is not None

        return await self._database.transact(work)

    async def save(self, member: StaffMember) -> bool:
        """Change a person to this, except `created_at`; False when there is none.

        Cancelling is safe. Raises StoreError.
        """
        values = _values(member)
        changed = (
            update(staff)
            .where(staff.c.restaurant_id == member.restaurant_id, staff.c.user_id == member.user_id)
            .values({name: values[name] for name in _CHANGEABLE})
        )

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(changed)).rowcount == 1

        return await self._database.transact(work)

    async def delete(self, restaurant_id: str, user_id: str) -> bool:
        """Forget a row; what the person did keeps their user id. False when there was none.

        Cancelling is safe. Raises StoreError.
        """
        gone = delete(staff).where(
            staff.c.restaurant_id == restaurant_id, staff.c.user_id == user_id
        )

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(gone)).rowcount == 1

        return await self._database.transact(work)


_CHANGEABLE = ("name", "roles", "stations", "locales", "is_active", "updated_at")


def _values(member: StaffMember) -> dict[str, Any]:
    values = {each.name: getattr(member, each.name) for each in fields(member)}
    lists = {
        "roles": [role.value for role in member.roles],
        "stations": list(member.stations),
        "locales": list(member.locales),
    }
    return values | lists


def _member_of(row: Row[Any]) -> StaffMember:
    values = dict(row._mapping)
    values["roles"] = tuple(Role(role) for role in row.roles)
    values["stations"] = tuple(row.stations)
    values["locales"] = tuple(row.locales)
    return StaffMember(**values)
