"""Versions of menus: rows of `menu_versions`. Their content never changes.

Rule 1: a version gets its number under the lock of the menu's head, in the transaction that also
        publishes it and tells of it.
Rule 2: an automatic version is only made when it differs from the newest one.
Rule 3: what guests were ever shown stays; thinning takes automatic versions only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.records import DocumentKind
from collab.versions.schedule import Publication, Window
from collab.versions.version import Version, VersionKind
from storage.database import Database
from storage.menu_tables import menu_versions, publications
from storage.publications import PublicationStore, lock_menu
from storage.tables import menu_edit_sessions, menus


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A menu as it stood, to become a version."""

    content: Mapping[str, object]  # plain menu JSON
    sha256: str  # of its canonical JSON
    state_vector: bytes  # of the document it was read from


class FullVersion(NamedTuple):
    """A version with its content."""

    version: Version
    content: Mapping[str, object]


class Published(NamedTuple):
    """A version, and its publication."""

    version: Version
    publication: Publication


class EndedEditing(NamedTuple):
    """Somebody stopped editing a menu after its newest version was made."""

    document_id: str
    user_id: str  # who stopped last
    ended_at: datetime


_META = tuple(
    menu_versions.c[name]
    for name in ("number", "kind", "name", "sha256", "created_at", "created_by")
)


class VersionStore:
    """Versions of menus."""

    def __init__(self, database: Database, publications: PublicationStore) -> None:
        self._database = database
        self._publications = publications

    async def publish(
        self,
        document_id: str,
        snapshot: Snapshot,
        name: str | None,
        window: Window,
        user_id: str,
        at: datetime,
    ) -> Published:
        """Make a version and publish it, in one transaction with its event.

        window: checked. Cancelling is safe: it waits for the end of the transaction.
        Raises DocumentGone, StoreError.
        """

        async def work(connection: AsyncConnection) -> Published:
            await lock_menu(connection, document_id)
            kind = VersionKind.PUBLISHED
            version = await _add(connection, document_id, snapshot, kind, name, user_id, at)
            made = await self._publications.publish(
                connection, document_id, version.number, window, user_id, at, _facts(version)
            )
            return Published(version, made)

        return await self._database.transact(work)

    async def publish_again(
        self, document_id: str, number: int, window: Window, user_id: str, at: datetime
    ) -> Published | None:
        """Publish a version that is there, to roll back or to schedule it; None: there is none.

        window: checked. Cancelling is safe: it waits for the end of the transaction.
        Raises DocumentGone, StoreError.
        """

        async def work(connection: AsyncConnection) -> Published | None:
            await lock_menu(connection, document_id)
            row = (await connection.execute(_one(document_id, number, *_META))).first()
            if row is None:
                return None
            await connection.execute(
                update(menu_versions)
                .where(_is(document_id, number))
                .values(kind=VersionKind.PUBLISHED.value)
            )
            version = _version_of(row, VersionKind.PUBLISHED)
            made = await self._publications.publish(
                connection, document_id, number, window, user_id, at, _facts(version)
            )
            return Published(version, made)

        return await self._database.transact(work)

    async def save_automatic(
        self, document_id: str, snapshot: Snapshot, user_id: str, at: datetime
    ) -> Version | None:
        """Make an automatic version; None when the newest one reads the same.

        user_id: who edited last. Cancelling is safe: it waits for the end of the transaction.
        Raises DocumentGone, StoreError.
        """

        async def work(connection: AsyncConnection) -> Version | None:
            await lock_menu(connection, document_id)
            newest = (
                select(menu_versions.c.sha256)
                .where(menu_versions.c.document_id == document_id)
                .order_by(menu_versions.c.number.desc())
                .limit(1)
            )
            if await connection.scalar(newest) == snapshot.sha256:
                return None
            kind = VersionKind.AUTOMATIC
            return await _add(connection, document_id, snapshot, kind, None, user_id, at)

        return await self._database.transact(work)

    async def find(self, document_id: str, number: int) -> FullVersion | None:
        """One version with its content. Cancelling is safe. Raises StoreError."""
        query = _one(document_id, number, *_META, menu_versions.c.content)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else FullVersion(_version_of(row), row.content)

    async def list(
        self,
        document_id: str,
        *,
        kind: VersionKind | None = None,
        before: int | None = None,
        limit: int | None = 100,
    ) -> list[Version]:
        """Versions of a menu, the newest first.

        kind: None lists all. before: a number; only older ones. limit: rows of one page; None:
        all. Cancelling is safe. Raises StoreError.
        """
        query = (
            select(*_META)
            .where(menu_versions.c.document_id == document_id)
            .order_by(menu_versions.c.number.desc())
            .limit(limit)
        )
        if kind is not None:
            query = query.where(menu_versions.c.kind == kind.value)
        if before is not None:
            query = query.where(menu_versions.c.number < before)
        async with self._database.read() as connection:
            return [_version_of(row) for row in await connection.execute(query)]

    async def name(self, document_id: str, number: int, name: str | None) -> Version | None:
        """Name a version, or take its name away; None when there is none.

        An automatic version with a name is kept for ever.
        Cancelling is safe: it waits for the end of the transaction. Raises StoreError.
        """

        async def work(connection: AsyncConnection) -> Version | None:
            row = (
                await connection.execute(_one(document_id, number, *_META).with_for_update())
            ).first()
            if row is None:
                return None
            kind = VersionKind(row.kind)
            if kind is not VersionKind.PUBLISHED:
                kind = VersionKind.AUTOMATIC if name is None else VersionKind.NAMED
            await connection.execute(
                update(menu_versions)
                .where(_is(document_id, number))
                .values(name=name, kind=kind.value)
            )
            return _version_of(row, kind, name)

        return await self._database.transact(work)

    async def thin(self, document_id: str, numbers: Collection[int]) -> int:
        """Drop automatic versions; how many. Others of these numbers stay.

        Cancelling is safe: it waits for the end of the transaction. Raises StoreError.
        """
        gone = delete(menu_versions).where(
            menu_versions.c.document_id == document_id,
            menu_versions.c.number.in_(sorted(numbers)),
            menu_versions.c.kind == VersionKind.AUTOMATIC.value,
            menu_versions.c.number.not_in(
                select(publications.c.number).where(publications.c.document_id == document_id)
            ),
        )

        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(gone)).rowcount

        return await self._database.transact(work)

    async def ended_editing(self) -> Sequence[EndedEditing]:
        """Menus that somebody stopped editing after their newest version was made, by id.

        Cancelling is safe. Raises StoreError.
        """
        edits, versions = menu_edit_sessions, menu_versions
        newest = (
            select(versions.c.document_id, func.max(versions.c.created_at).label("at"))
            .group_by(versions.c.document_id)
            .subquery()
        )
        query = (
            select(edits.c.document_id, edits.c.user_id, edits.c.ended_at)
            .join(menus, menus.c.id == edits.c.document_id)
            .outerjoin(newest, newest.c.document_id == edits.c.document_id)
            .where(
                menus.c.kind == DocumentKind.MENU.value,
                menus.c.deleted_at.is_(None),
                edits.c.ended_at.is_not(None),
                edits.c.updates > 0,
                or_(newest.c.at.is_(None), edits.c.ended_at > newest.c.at),
            )
            .order_by(edits.c.document_id, edits.c.ended_at)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        last = {row.document_id: EndedEditing(*row) for row in rows}
        return list(last.values())


async def _add(
    connection: AsyncConnection,
    document_id: str,
    snapshot: Snapshot,
    kind: VersionKind,
    name: str | None,
    user_id: str,
    at: datetime,
) -> Version:
    top = await connection.scalar(
        select(func.max(menu_versions.c.number)).where(menu_versions.c.document_id == document_id)
    )
    version = Version((top or 0) + 1, kind, name, snapshot.sha256, at, user_id)
    await connection.execute(
        insert(menu_versions).values(
            document_id=document_id,
            number=version.number,
            kind=kind.value,
            name=name,
            content=dict(snapshot.content),
            sha256=snapshot.sha256,
            state_vector=snapshot.state_vector,
            created_at=at,
            created_by=user_id,
        )
    )
    return version


def _facts(version: Version) -> dict[str, object]:
    return {"name": version.name, "sha256": version.sha256}


def _is(document_id: str, number: int) -> Any:
    return (menu_versions.c.document_id == document_id) & (menu_versions.c.number == number)


def _one(document_id: str, number: int, *columns: Any) -> Any:
    return select(*columns).where(_is(document_id, number))


_KEPT: Any = object()


def _version_of(row: Row[Any], kind: VersionKind | None = None, name: Any = _KEPT) -> Version:
    return Version(
        number=row.number,
        kind=kind or VersionKind(row.kind),
        name=row.name if name is _KEPT else name,
        sha256=row.sha256,
        created_at=row.created_at,
        created_by=row.created_by,
    )
