"""One-time tickets and revocations: what must hold on every node and after a restart.

Rule 1: a ticket is stored as its hash only; who reads the database or a backup cannot use it.
Rule 2: redeeming is one statement, so of two that come at once exactly one wins.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, assert_never

from sqlalchemy import Update, case, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.sign_in_tables import devices
from storage.tables import revocations, tickets, upsert

TICKET_BYTES = 32  # 256 bits: guessing is hopeless, so no attempt counter is needed


class RevocationKind(StrEnum):
    """What a revocation names."""

    USER = "user"  # every token of this `sub`
    SESSION = "session"  # one connection
    TOKEN = "token"  # one `jti`


@dataclass(frozen=True, slots=True)
class Revocation:
    """Tokens that ended before their time."""

    kind: RevocationKind
    value: str
    at: datetime
    expires_at: datetime  # when no token it could concern is valid any more


def new_ticket() -> str:
    """A fresh ticket, safe in a URL."""
    return secrets.token_urlsafe(TICKET_BYTES)


class AccessStore:
    """Tickets and revocations."""

    def __init__(self, database: Database, make_ticket: Callable[[], str] = new_ticket) -> None:
        self._database = database
        self._make_ticket = make_ticket

    async def issue_ticket(
        self, claims: Mapping[str, Any], ttl_seconds: float, now: datetime
    ) -> str:
        """Make a ticket that stands for `claims` once, within `ttl_seconds`.

        claims: JSON. Tickets that ended are removed by the way.
        Cancelling is safe: at worst a ticket that nobody knows stays until it ends.
        Raises StoreError.
        """
        ticket = self._make_ticket()
        row = {
            "hash": _hash(ticket),
            "claims": dict(claims),
            "expires_at": now + timedelta(seconds=ttl_seconds),
        }

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(tickets).where(tickets.c.expires_at <= now))
            await connection.execute(insert(tickets).values(row))

        await self._database.transact(work)
        return ticket

    async def redeem_ticket(self, ticket: str, now: datetime) -> dict[str, Any] | None:
        """The claims of a ticket, once; None when it is unknown, used or ended.

        Cancelling may use the ticket up. Raises StoreError.
        """
        statement = (
            update(tickets)
            .where(
                tickets.c.hash == _hash(ticket),
                tickets.c.used_at.is_(None),
                tickets.c.expires_at > now,
            )
            .values(used_at=now)
            .returning(tickets.c.claims)
        )

        async def work(connection: AsyncConnection) -> dict[str, Any] | None:
            claims = (await connection.execute(statement)).scalar_one_or_none()
            return None if claims is None else dict(claims)

        return await self._database.transact(work)

    async def revoke(
        self, kind: RevocationKind, value: str, until: datetime, now: datetime
    ) -> None:
        """End tokens before their time.

        value: `restaurant/subject`. until: the latest expiry of a token this may concern; then the
        row may go. A second revocation moves `at` to now and keeps the later `until`. Ended ones
        are removed. The devices of the user, or of the token, do not come back.
        Cancelling is safe. Raises StoreError.
        """
        statement = upsert(self._database.dialect, revocations).values(
            kind=RevocationKind(kind).value, value=value, at=now, expires_at=until
        )
        new = statement.excluded
        later = case(
            (new.expires_at > revocations.c.expires_at, new.expires_at),
            else_=revocations.c.expires_at,
        )
        replacing = statement.on_conflict_do_update(
            index_elements=[revocations.c.kind, revocations.c.value],
            set_={"at": new.at, "expires_at": later},
        )

        shut_out = _devices_shut_out(kind, value, now)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(revocations).where(revocations.c.expires_at <= now))
            await connection.execute(replacing)
            if shut_out is not None:
                await connection.execute(shut_out)

        await self._database.transact(work)

    async def revocations(self, since: datetime) -> list[Revocation]:
        """Revocations made at or after `since`, oldest first.

        Poll with an overlap of a minute: another node's clock may be behind, and its row
        becomes visible only at its commit. Cancelling is safe. Raises StoreError.
        """
        query = select(revocations).where(revocations.c.at >= since).order_by(revocations.c.at)
        async with self._database.read() as connection:
            return [
                Revocation(RevocationKind(row.kind), row.value, row.at, row.expires_at)
                for row in await connection.execute(query)
            ]


def _devices_shut_out(kind: RevocationKind, value: str, now: datetime) -> Update | None:
    """A device's tokens carry its id. None: this is about no device."""
    restaurant_id, _, subject = value.partition("/")  # a restaurant id holds no slash
    match kind:
        case RevocationKind.USER:
            concerned = devices.c.user_id == subject
        case RevocationKind.TOKEN:
            concerned = devices.c.id == subject
        case RevocationKind.SESSION:
            return None
        case _:
            assert_never(kind)
    own = devices.c.restaurant_id == restaurant_id
    return (
        update(devices).where(own, concerned, devices.c.revoked_at.is_(None)).values(revoked_at=now)
    )


def _hash(ticket: str) -> bytes:
    return hashlib.sha256(ticket.encode("utf-8", "surrogatepass")).digest()
