"""Conflicts of menus, as they were saved with the edits that caused and ended them.

The rows themselves are written by the commit of those edits (storage/consequences.py); here they
are read. A conflict that comes back later has a row of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, or_, select

from collab.records import ConflictRow
from storage.database import Database
from storage.menu_tables import menu_conflicts


class ConflictState(StrEnum):
    """Which conflicts are meant."""

    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


class FoundConflict(NamedTuple):
    """One conflict, and whose it is."""

    document_id: str
    row: ConflictRow


class ConflictStore:
    """Reads `menu_conflicts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(
        self,
        document_id: str,
        *,
        state: ConflictState = ConflictState.OPEN,
        severity: str | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> list[ConflictRow]:
        """Conflicts of a menu, the newest first.

        severity: "error", "warning" or "info"; None: all. after: the id of the last conflict of
        the page before; an unknown one is as none. limit: rows of one page.
        Cancelling is safe. Raises StoreError.
        """
        table = menu_conflicts
        query = (
            select(table)
            .where(table.c.document_id == document_id)
            .order_by(table.c.opened_at.desc(), table.c.id)
            .limit(limit)
        )
        if state is not ConflictState.ALL:
            is_open = table.c.closed_at.is_(None)
            query = query.where(is_open if state is ConflictState.OPEN else ~is_open)
        if severity is not None:
            query = query.where(table.c.severity == severity)
        async with self._database.read() as connection:
            if after is not None:
                last = select(table.c.opened_at).where(table.c.id == after)
                opened_at: datetime | None = await connection.scalar(last)
                if opened_at is not None:
                    same = and_(table.c.opened_at == opened_at, table.c.id > after)
                    query = query.where(or_(table.c.opened_at < opened_at, same))
            return [conflict_of(row) for row in await connection.execute(query)]

    async def standing(self, document_id: str) -> Sequence[ConflictRow]:
        """All conflicts of a menu that are open, the oldest first; what a room begins with.

        Cancelling is safe. Raises StoreError.
        """
        table = menu_conflicts
        query = (
            select(table)
            .where(table.c.document_id == document_id, table.c.closed_at.is_(None))
            .order_by(table.c.opened_at, table.c.id)
        )
        async with self._database.read() as connection:
            return [conflict_of(row) for row in await connection.execute(query)]

    async def find(self, conflict_id: str) -> FoundConflict | None:
        """One conflict; None when there is none. Cancelling is safe. Raises StoreError."""
        query = select(menu_conflicts).where(menu_conflicts.c.id == conflict_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else FoundConflict(row.document_id, conflict_of(row))


def conflict_of(row: Row[Any]) -> ConflictRow:
    """The record of a row of `menu_conflicts`."""
    values = dict(row._mapping)
    del values["document_id"]
    values["candidates"] = tuple(values["candidates"])
    return ConflictRow(**values)
