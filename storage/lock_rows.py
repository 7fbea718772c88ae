"""The rows of locks: single statements, to be run inside a transaction of `storage.locks`.

Each statement names what must still be true of the row (its token, the end of its lease); when it
is not, nothing happens and None comes back.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.guard.locks import Lock, LockHolder, lease_end
from storage.menu_tables import fencing_tokens, resource_locks
from storage.tables import upsert

MENU = "menu"  # the resource type of all rows here

_rows = resource_locks.c


def is_row(document_id: str, path: str) -> ColumnElement[bool]:
    """The condition that names one row."""
    return and_(_rows.resource_type == MENU, _rows.resource_id == document_id, _rows.field == path)


async def find(connection: AsyncConnection, document_id: str, path: str) -> Lock | None:
    """The row of a field, live or not."""
    query = select(resource_locks).where(is_row(document_id, path))
    return lock_or_none((await connection.execute(query)).first())


async def count_others(
    connection: AsyncConnection, document_id: str, path: str, user_id: str, now: datetime
) -> int:
    """How many other fields a user holds, in all menus."""
    query = select(func.count()).where(
        _rows.user_id == user_id, _rows.expires_at > now, ~is_row(document_id, path)
    )
    return await connection.scalar(query) or 0


async def begin(
    connection: AsyncConnection,
    dialect: str,
    document_id: str,
    path: str,
    claimant: LockHolder,
    now: datetime,
) -> Lock | None:
    """A new lock with a new token, if the field is free or its lock is over."""
    row = {
        "resource_type": MENU,
        "resource_id": document_id,
        "field": path,
        "session_id": claimant.session_id,
        "user_id": claimant.user_id,
        "user_name": claimant.user_name,
        "token": await _next_token(connection, dialect, document_id),
        "acquired_at": now,
        "expires_at": lease_end(now),
    }
    statement = upsert(dialect, resource_locks).values(row)
    statement = statement.on_conflict_do_update(
        index_elements=[_rows.resource_type, _rows.resource_id, _rows.field],
        set_={name: statement.excluded[name] for name in row},
        where=_rows.expires_at <= now,
    )
    return lock_or_none((await connection.execute(statement.returning(resource_locks))).first())


async def extend(
    connection: AsyncConnection,
    document_id: str,
    path: str,
    token: int,
    user_id: str,
    now: datetime,
    session_id: str | None = None,
) -> Lock | None:
    """Begin the lease of a live lock again. session_id: None leaves it with its session."""
    values: dict[str, object] = {"expires_at": lease_end(now)}
    if session_id is not None:
        values["session_id"] = session_id
    statement = update(resource_locks).where(
        is_row(document_id, path),
        _rows.token == token,
        _rows.user_id == user_id,
        _rows.expires_at > now,
    )
    renewed = await connection.execute(statement.values(values).returning(resource_locks))
    return lock_or_none(renewed.first())


async def remove_if_over(connection: AsyncConnection, lock: Lock, now: datetime) -> bool:
    """Remove a row unless it was renewed, or is another lock by now."""
    removed = await connection.execute(
        delete(resource_locks).where(
            is_row(lock.document_id, lock.path),
            _rows.token == lock.token,
            _rows.expires_at <= now,
        )
    )
    return removed.rowcount == 1


def lock_or_none(row: Row[Any] | None) -> Lock | None:
    """The record of a row, if there is one."""
    return None if row is None else lock_of(row)


def lock_of(row: Row[Any]) -> Lock:
    """The record of a row."""
    return Lock(
        document_id=row.resource_id,
        path=row.field,
        holder=LockHolder(row.session_id, row.user_id, row.user_name),
        token=row.token,
        acquired_at=row.acquired_at,
        expires_at=row.expires_at,
    )


async def _next_token(connection: AsyncConnection, dialect: str, document_id: str) -> int:
    counter = upsert(dialect, fencing_tokens).values(
        resource_type=MENU, resource_id=document_id, top=1
    )
    raised = counter.on_conflict_do_update(
        index_elements=[fencing_tokens.c.resource_type, fencing_tokens.c.resource_id],
        set_={"top": fencing_tokens.c.top + 1},
    )
    token = await connection.scalar(raised.returning(fencing_tokens.c.top))
    assert isinstance(token, int)
    return token
