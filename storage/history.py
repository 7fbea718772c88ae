"""The history of menus: who changed which field from what to what, when, and through which door.

Entries are written by the commit that saves the edit (storage/consequences.py); this reads them
and forgets the oldest. An entry may still grow while its author types, so its `at` moves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.records import FieldChange
from storage.database import Database
from storage.menu_tables import menu_changes

SESSION_GAP = timedelta(minutes=15)

_COLUMNS = [menu_changes.c[each.name] for each in fields(FieldChange)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries of a menu; None: any."""

    part_id: str | None = None  # of an item, section or group; "" for the menu itself
    field: str | None = None
    user_id: str | None = None
    door: str | None = None
    since: datetime | None = None  # changed at this time or later
    until: datetime | None = None  # changed before this time


@dataclass(frozen=True, slots=True)
class Stretch:
    """Entries of one connection without a long pause, the latest first."""

    user_id: str
    session_id: str
    door: str
    changes: tuple[FieldChange, ...]

    @property
    def since(self) -> datetime:
        """When its first change began."""
        return min(change.since for change in self.changes)

    @property
    def at(self) -> datetime:
        """When its last change was made."""
        return self.changes[0].at


class HistoryStore:
    """Reads the history of menus, and trims it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def entries(
        self,
        document_id: str,
        wanted: Wanted,
        *,
        before: tuple[datetime, str] | None = None,
        limit: int = 100,
    ) -> list[FieldChange]:
        """Entries of a menu, the latest first.

        before: (at, id) of the last entry of the page before. limit: entries of one page.
        Cancelling is safe. Raises StoreError.
        """
        query = _chosen(document_id, wanted)
        place = tuple_(menu_changes.c.at, menu_changes.c.id)
        if before is not None:
            query = query.where(place < tuple_(*before))
        query = query.order_by(menu_changes.c.at.desc(), menu_changes.c.id.desc()).limit(limit)
        async with self._database.read() as connection:
            return [FieldChange(*row) for row in await connection.execute(query)]

    async def find(self, document_id: str, entry_id: str) -> FieldChange | None:
        """One entry; None when there is none (any more). Cancelling is safe. Raises StoreError."""
        query = select(*_COLUMNS).where(
            menu_changes.c.document_id == document_id, menu_changes.c.id == entry_id
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else FieldChange(*row)

    async def blame(self, document_id: str, part_id: str | None = None) -> list[FieldChange]:
        """The last change of each field, by part and field.

        part_id: only of this item, section or group; None: of the whole menu.
        Cancelling is safe. Raises StoreError.
        """
        place = (menu_changes.c.root, menu_changes.c.part_id, menu_changes.c.field)
        latest = (
            _chosen(document_id, Wanted(part_id=part_id))
            .add_columns(
                func.row_number()
                .over(
                    partition_by=place,
                    order_by=(menu_changes.c.at.desc(), menu_changes.c.id.desc()),
                )
                .label("age")
            )
            .subquery()
        )
        columns = [latest.c[column.name] for column in _COLUMNS]
        query = select(*columns).where(latest.c.age == 1)
        query = query.order_by(latest.c.root, latest.c.part_id, latest.c.field)
        async with self._database.read() as connection:
            return [FieldChange(*row) for row in await connection.execute(query)]

    async def writers(self, document_id: str) -> set[str]:
        """The user ids of all who stand in the history of a menu.

        Cancelling is safe. Raises StoreError.
        """
        query = select(menu_changes.c.user_id).where(menu_changes.c.document_id == document_id)
        async with self._database.read() as connection:
            return set(await connection.scalars(query.distinct()))

    async def aged(self, before: datetime) -> list[str]:
        """Ids of the menus, also deleted ones, with entries that changed last before a time.

        Cancelling is safe. Raises StoreError.
        """
        query = select(menu_changes.c.document_id).where(menu_changes.c.at < before).distinct()
        async with self._database.read() as connection:
            return sorted((await connection.execute(query)).scalars())

    async def trim(self, document_id: str, before: datetime, limit: int = 1000) -> int:
        """Forget up to `limit` entries of a menu that changed last before a time; how many.

        Cancelling is safe. Raises StoreError.
        """
        old = (
            select(menu_changes.c.id)
            .where(menu_changes.c.document_id == document_id, menu_changes.c.at < before)
            .order_by(menu_changes.c.at)
            .limit(limit)
        )
        dropped = delete(menu_changes).where(
            menu_changes.c.document_id == document_id, menu_changes.c.id.in_(old)
        )

        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(dropped)).rowcount

        return await self._database.transact(work)


def stretches(changes: Iterable[FieldChange]) -> list[Stretch]:
    """Group entries by connection, cut where more than 15 minutes lie between two of them.

    changes: the latest first, as `HistoryStore.entries` gives them. The stretch with the latest
    change comes first.
    """
    groups: list[list[FieldChange]] = []
    open_groups: dict[tuple[str, str, str], list[FieldChange]] = {}
    for change in changes:
        connection = (change.user_id, change.session_id, change.door)
        group = open_groups.get(connection)
        if group is None or group[-1].since - change.at > SESSION_GAP:
            group = open_groups[connection] = []
            groups.append(group)
        group.append(change)
    return [
        Stretch(group[0].user_id, group[0].session_id, group[0].door, tuple(group))
        for group in groups
    ]


def _chosen(document_id: str, wanted: Wanted) -> Select[Any]:
    query = select(*_COLUMNS).where(menu_changes.c.document_id == document_id)
    exactly = {
        menu_changes.c.part_id: wanted.part_id,
        menu_changes.c.field: wanted.field,
        menu_changes.c.user_id: wanted.user_id,
        menu_changes.c.door: wanted.door,
    }
    for column, value in exactly.items():
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(menu_changes.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(menu_changes.c.at < wanted.until)
    return query
