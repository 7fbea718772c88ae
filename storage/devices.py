"""Devices that came in with a link, and may come back for a while without one.

Rule 1: what a device shows is a key of some generation, made outside with a key of the server's;
        here is only which generation was given out last. So a stolen database lets nobody in.
Rule 2: the newest key is replaced when it is used. The one before it still gets the same newest
        key: its answer may have been lost. An older one is a copy; then the device is shut out,
        because nobody can tell which of two holders is the right one.
Rule 3: a device that is shut out stays so; `AccessStore.revoke` of its id or of its user does it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.identity import Role
from storage.database import Database
from storage.sign_in_tables import devices

LIFE = timedelta(days=60)  # after the last use
# Pages that ask at the same time, each with what it has, get the same key.
ROTATE_AFTER = timedelta(seconds=60)
LABEL_LIMIT_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Device:
    """One browser of somebody."""

    id: str  # `jti` of its tokens
    restaurant_id: str
    user_id: str
    name: str | None
    roles: tuple[Role, ...]  # that it came in with
    stations: tuple[str, ...]
    label: str  # what the browser calls itself
    generation: int  # of the newest key that it was given
    rotated_at: datetime
    created_at: datetime
    used_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


class DeviceStore:
    """Devices. Every method raises StoreError; cancelling is safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, device: Device) -> None:
        """Insert a device; those that ended long ago are removed by the way."""

        async def work(connection: AsyncConnection) -> None:
            await add_device(connection, device)

        await self._database.transact(work)

    async def use(self, device_id: str, generation: int, now: datetime) -> Device | None:
        """Take a device's key, and say which one it gets; None: it does not let in (any more).

        generation: of the key that was shown. The answer's `generation` is that of the key to
        hand out.
        """

        async def work(connection: AsyncConnection) -> Device | None:
            row = (await connection.execute(_one(device_id).with_for_update())).first()
            if row is None or row.revoked_at is not None or row.expires_at <= now:
                return None
            if generation < row.generation - 1:
                await connection.execute(_changed(device_id, revoked_at=now))
                return None
            is_newest = generation >= row.generation
            is_due = now - row.rotated_at >= ROTATE_AFTER
            values: dict[str, Any] = {"used_at": now, "expires_at": now + LIFE}
            if is_newest and is_due:  # above the newest: the database is an older backup
                values |= {"generation": generation + 1, "rotated_at": now}
            changed = _changed(device_id, **values).returning(*_COLUMNS)
            return _device_of((await connection.execute(changed)).one())

        return await self._database.transact(work)

    async def find(self, device_id: str) -> Device | None:
        """One device, also one that is shut out."""
        async with self._database.read() as connection:
            row = (await connection.execute(_one(device_id))).first()
        return None if row is None else _device_of(row)

    async def list(
        self, restaurant_id: str, now: datetime, user_id: str | None = None
    ) -> list[Device]:
        """Those that may come back, the newest first. user_id: only this person's."""
        query = select(*_COLUMNS).where(
            devices.c.restaurant_id == restaurant_id,
            devices.c.revoked_at.is_(None),
            devices.c.expires_at > now,
        )
        if user_id is not None:
            query = query.where(devices.c.user_id == user_id)
        async with self._database.read() as connection:
            rows = await connection.execute(query.order_by(devices.c.created_at.desc()))
            return [_device_of(row) for row in rows]


async def add_device(connection: AsyncConnection, device: Device) -> None:
    """Insert a device inside a transaction."""
    old = device.created_at - LIFE
    over = or_(devices.c.revoked_at < old, devices.c.expires_at < old)
    await connection.execute(delete(devices).where(over))
    values = {each.name: getattr(device, each.name) for each in fields(device)}
    lists = {"roles": [role.value for role in device.roles], "stations": list(device.stations)}
    await connection.execute(insert(devices).values(values | lists))


_COLUMNS = tuple(devices.c[each.name] for each in fields(Device))


def _one(device_id: str) -> Any:
    return select(*_COLUMNS).where(devices.c.id == device_id)


def _changed(device_id: str, **values: Any) -> Any:
    return update(devices).where(devices.c.id == device_id).values(values)


def _device_of(row: Row[Any]) -> Device:
    values = dict(row._mapping)
    values["roles"] = tuple(Role(role) for role in row.roles)
    values["stations"] = tuple(row.stations)
    return Device(**values)
