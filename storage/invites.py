"""Links with which a manager lets somebody of the staff in.

Rule 1: a link is stored as its hash only; who reads the database or a backup cannot use it.
Rule 2: a use is taken in one statement, so of two that come at once with the last one exactly one
        gets it; the person and the device are made in the same transaction, or nothing is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.identity import Role
from storage.database import Database
from storage.devices import Device, add_device
from storage.order_tables import staff
from storage.sign_in_tables import invites
from storage.tables import upsert

KEPT = timedelta(days=30)  # after the end, so that it can be told who was let in by whom


@dataclass(frozen=True, slots=True)
class Invite:
    """One link that is open."""

    id: str
    restaurant_id: str
    name: str
    roles: tuple[Role, ...]
    stations: tuple[str, ...]
    uses_left: int
    created_by: str  # user id
    created_at: datetime
    expires_at: datetime
    user_id: str | None = None  # of the staff, for another device; None: somebody new


class InviteStore:
    """Invites. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, invite: Invite, secret: str) -> None:
        """Insert a link; those that ended long ago are removed by the way.

        Cancelling is safe. StoreError has the reason "rejected" without such a restaurant.
        """
        row = {
            "id": invite.id,
            "restaurant_id": invite.restaurant_id,
            "secret_hash": _hash(secret),
            "name": invite.name,
            "roles": [role.value for role in invite.roles],
            "stations": list(invite.stations),
            "uses_left": invite.uses_left,
            "created_by": invite.created_by,
            "created_at": invite.created_at,
            "expires_at": invite.expires_at,
            "user_id": invite.user_id,
        }
        old = invites.c.expires_at < invite.created_at - KEPT

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(invites).where(old))
            await connection.execute(insert(invites).values(row))

        await self._database.transact(work)

    async def redeem(
        self, invite_id: str, secret: str, now: datetime, make: Callable[[Invite], Device]
    ) -> Device | None:
        """Use a link once: its device is there then, and its person on the staff.

        make: the device that comes in. None: the link is unknown, used, revoked or too old.
        Cancelling may use the link up.
        """
        used = (
            update(invites)
            .where(
                invites.c.id == invite_id,
                invites.c.secret_hash == _hash(secret),
                invites.c.uses_left > 0,
                invites.c.expires_at > now,
                invites.c.revoked_at.is_(None),
            )
            .values(uses_left=invites.c.uses_left - 1)
            .returning(*_COLUMNS)
        )

        async def work(connection: AsyncConnection) -> Device | None:
            row = (await connection.execute(used)).first()
            if row is None:
                return None
            device = make(_invite_of(row))
            await connection.execute(self._employ(device))
            await add_device(connection, device)
            return device

        return await self._database.transact(work)

    async def list(self, restaurant_id: str, now: datetime) -> list[Invite]:
        """Those that are open, the newest first. Cancelling is safe."""
        query = (
            select(*_COLUMNS)
            .where(
                invites.c.restaurant_id == restaurant_id,
                invites.c.uses_left > 0,
                invites.c.expires_at > now,
                invites.c.revoked_at.is_(None),
            )
            .order_by(invites.c.created_at.desc(), invites.c.id)
        )
        async with self._database.read() as connection:
            return [_invite_of(row) for row in await connection.execute(query)]

    async def revoke(self, restaurant_id: str, invite_id: str, now: datetime) -> bool:
        """End a link; False when there is none of that id there. Cancelling is safe."""
        ended = (
            update(invites)
            .where(invites.c.id == invite_id, invites.c.restaurant_id == restaurant_id)
            .values(revoked_at=now)
        )

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(ended)).rowcount == 1

        return await self._database.transact(work)

    def _employ(self, device: Device) -> Any:
        row = {
            "restaurant_id": device.restaurant_id,
            "user_id": device.user_id,
            "name": device.name,
            "roles": [role.value for role in device.roles],
            "stations": list(device.stations),
            "locales": [],
            "is_active": True,
            "created_at": device.created_at,
            "updated_at": device.created_at,
        }
        return upsert(self._database.dialect, staff).values(row).on_conflict_do_nothing()


_COLUMNS = tuple(
    invites.c[name]
    for name in ("id", "restaurant_id", "name", "roles", "stations", "uses_left", "created_by",
                 "created_at", "expires_at", "user_id")
)  # fmt: skip


def _invite_of(row: Row[Any]) -> Invite:
    values = dict(row._mapping)
    values["roles"] = tuple(Role(role) for role in row.roles)
    values["stations"] = tuple(row.stations)
    return Invite(**values)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
