"""Who is and was connected: `rooms.ports.SessionLog` on the database, one row per connection.

Rows are written behind, in batches, and each write carries the whole row: the last one wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.records import EditSession, SessionStatus, UserSession
from storage.database import Database
from storage.tables import menu_edit_sessions, upsert, user_sessions


class SessionStore:
    """User sessions and edit sessions. Satisfies `rooms.ports.SessionLog`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, sessions: Sequence[UserSession], edits: Sequence[EditSession]) -> None:
        """Insert or update by id, in one transaction.

        The session of an edit session must be in the store or in this call.
        Cancelling is safe: it waits for the end of the transaction. Raises StoreError.
        """
        # Of two states of one row only the newer is worth a statement.
        session_rows = list({entry.id: _session_values(entry) for entry in sessions}.values())
        edit_rows = list({entry.id: _edit_values(entry) for entry in edits}.values())
        if not session_rows and not edit_rows:
            return

        async def work(connection: AsyncConnection) -> None:
            if session_rows:
                await connection.execute(self._replacing(user_sessions), session_rows)
            if edit_rows:
                await connection.execute(self._replacing(menu_edit_sessions), edit_rows)

        await self._database.transact(work)

    async def sweep(self, stale_before: datetime, now: datetime) -> int:
        """Mark sessions offline that had no activity since `stale_before`; how many.

        Their open edit sessions end with them. now: becomes `ended_at`.
        Cancelling is safe. Raises StoreError.
        """
        stale = (user_sessions.c.status != SessionStatus.OFFLINE.value) & (
            user_sessions.c.last_activity_at < stale_before
        )

        async def work(connection: AsyncConnection) -> int:
            swept = await connection.execute(
                update(user_sessions)
                .where(stale)
                .values(status=SessionStatus.OFFLINE.value, ended_at=now)
            )
            offline = select(user_sessions.c.id).where(
                user_sessions.c.status == SessionStatus.OFFLINE.value
            )
            await connection.execute(
                update(menu_edit_sessions)
                .where(
                    menu_edit_sessions.c.ended_at.is_(None),
                    menu_edit_sessions.c.last_edit_at < stale_before,
                    menu_edit_sessions.c.session_id.in_(offline),
                )
                .values(ended_at=now)
            )
            return swept.rowcount

        return await self._database.transact(work)

    async def list(
        self,
        *,
        restaurant_id: str | None = None,
        user_id: str | None = None,
        resource_id: str | None = None,
        status: SessionStatus | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> list[UserSession]:
        """Sessions by id that match every filter given.

        after: the last id of the page before. limit: rows of one page.
        Cancelling is safe. Raises StoreError.
        """
        wanted = {
            user_sessions.c.restaurant_id: restaurant_id,
            user_sessions.c.user_id: user_id,
            user_sessions.c.resource_id: resource_id,
            user_sessions.c.status: None if status is None else status.value,
        }
        query = select(user_sessions).order_by(user_sessions.c.id).limit(limit)
        for column, value in wanted.items():
            if value is not None:
                query = query.where(column == value)
        if after is not None:
            query = query.where(user_sessions.c.id > after)
        async with self._database.read() as connection:
            return [_session_of(row) for row in await connection.execute(query)]

    async def names(self, resource_id: str) -> dict[str, str]:
        """What everybody was called who was at a resource, last: by user id.

        Those whose name says no more than their id are left out. Sessions are kept for a time
        only (storage/retention.py). Cancelling is safe. Raises StoreError.
        """
        user, name = user_sessions.c.user_id, user_sessions.c.user_name
        query = (
            select(user, name)
            .where(user_sessions.c.resource_id == resource_id, name != "", name != user)
            .group_by(user, name)
            .order_by(func.max(user_sessions.c.started_at))
        )
        async with self._database.read() as connection:
            found = await connection.execute(query)
            return {row.user_id: row.user_name for row in found}

    def _replacing(self, table: Table) -> Any:
        statement = upsert(self._database.dialect, table)
        new = {
            column.name: statement.excluded[column.name]
            for column in table.columns
            if not column.primary_key
        }
        return statement.on_conflict_do_update(index_elements=[table.c.id], set_=new)


def _session_values(session: UserSession) -> dict[str, Any]:
    return {
        "id": session.id,
        "user_id": session.user_id,
        "user_name": session.user_name,
        "restaurant_id": session.restaurant_id,
        "resource_type": session.resource_type,
        "resource_id": session.resource_id,
        "door": session.door,
        "status": session.status.value,
        "started_at": session.started_at,
        "last_activity_at": session.last_activity_at,
        "ended_at": session.ended_at,
        "metadata": dict(session.metadata),
    }


def _edit_values(edit: EditSession) -> dict[str, Any]:
    return {
        "id": edit.id,
        "session_id": edit.session_id,
        "document_id": edit.document_id,
        "user_id": edit.user_id,
        "started_at": edit.started_at,
        "last_edit_at": edit.last_edit_at,
        "updates": edit.updates,
        "ended_at": edit.ended_at,
    }


def _session_of(row: Row[Any]) -> UserSession:
    values = dict(row._mapping)
    values["status"] = SessionStatus(values["status"])
    return UserSession(**values)
