"""Which version of a menu guests see when: rows of `publications`, and the events about them.

Rule 1: rows are never changed but to cancel them, so what guests saw at any moment can be told.
Rule 2: every event says in `effective` which version guests see from then on (null: none). The
        last of them is what was told; whoever finds that guests see another one by now, because
        a schedule passed, tells it (`tell_effective`), in one transaction, so it is told once.
Rule 3: under the lock of the menu's head, as everything that numbers or orders.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Row, and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.errors import DocumentGone
from collab.records import Document, StreamEvent, stream_of
from collab.versions.schedule import Publication, Window, effective, zone_of
from storage.database import Database
from storage.documents import document_of
from storage.menu_tables import publications, stream_events
from storage.streams import append_events, draw_epoch
from storage.tables import heads, menus, restaurants

PUBLISHED, CANCELLED, EFFECTIVE = "menu.published", "publication.cancelled", "menu.effective"
SERVER = "server"
# A flip that nobody told of because the server was down is told when it is back; for longer no
# events are kept.
LOOK_BACK = timedelta(days=7)


class Schedule(NamedTuple):
    """The publications of one menu and the time zone that its daily windows are in."""

    document_id: str
    publications: Sequence[Publication]
    zone: ZoneInfo


class PublicationStore:
    """Publications of menus."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, document_id: str) -> Schedule | None:
        """The publications of a menu that can be shown now or later; None: no such menu.

        Cancelling is safe. Raises StoreError.
        """
        async with self._database.read() as connection:
            return await load_schedule(connection, document_id, self._database.clock())

    async def menus_of(self, restaurant_id: str, now: datetime, limit: int) -> list[Document]:
        """The menus of a restaurant with a publication that did not end, by id.

        Whether guests see one now, its schedule says. Cancelling is safe. Raises StoreError.
        """
        standing = (
            select(publications.c.document_id)
            .where(
                publications.c.cancelled_at.is_(None),
                or_(publications.c.ends_at.is_(None), publications.c.ends_at > now),
            )
            .distinct()
        )
        query = (
            select(menus)
            .where(
                menus.c.restaurant_id == restaurant_id,
                menus.c.deleted_at.is_(None),
                menus.c.id.in_(standing),
            )
            .order_by(menus.c.id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [document_of(row) for row in await connection.execute(query)]

    async def find(self, document_id: str, publication_id: str) -> Publication | None:
        """One publication, also a cancelled one. Cancelling is safe. Raises StoreError."""
        query = select(publications).where(
            publications.c.document_id == document_id, publications.c.id == publication_id
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else publication_of(row)

    async def cancel(
        self, document_id: str, publication_id: str, user_id: str, at: datetime
    ) -> bool:
        """End a publication at once; False when there is none (any more).

        Cancelling is safe: it waits for the end of the transaction. Raises StoreError.
        """

        async def work(connection: AsyncConnection) -> bool:
            await lock_menu(connection, document_id)
            ended = (
                update(publications)
                .where(
                    publications.c.document_id == document_id,
                    publications.c.id == publication_id,
                    publications.c.cancelled_at.is_(None),
                )
                .values(cancelled_at=at)
                .returning(publications.c.number)
            )
            number = await connection.scalar(ended)
            if number is None:
                return False
            body = {"publication": publication_id, "number": number}
            await self._tell(connection, document_id, CANCELLED, user_id, body, at)
            return True

        return await self._database.transact(work)

    async def publish(
        self,
        connection: AsyncConnection,
        document_id: str,
        number: int,
        window: Window,
        user_id: str,
        at: datetime,
        facts: Mapping[str, object],
    ) -> Publication:
        """Publish a version inside the transaction of `connection`, which holds the menu's lock.

        window: checked. facts: what `menu.published` says of the version.
        """
        last = await connection.scalar(
            select(func.max(publications.c.created_at)).where(
                publications.c.document_id == document_id
            )
        )
        # Later than all others also when the clock of the server was set back: it has to win.
        created_at = at if last is None else max(at, last + timedelta(microseconds=1))
        made = Publication(secrets.token_hex(8), number, window, created_at, user_id)
        await connection.execute(insert(publications).values(_values(document_id, made)))
        body = {**facts, "publication": made.id, "number": number, **window_json(window)}
        await self._tell(connection, document_id, PUBLISHED, user_id, body, at)
        return made

    async def scheduled(self, now: datetime) -> list[Schedule]:
        """All menus of which guests may see another version later, or have done so lately.

        Cancelling is safe. Raises StoreError.
        """
        table = publications
        since = now - LOOK_BACK
        has_time = or_(
            and_(table.c.starts_at > table.c.created_at, table.c.starts_at > since),
            table.c.ends_at.is_not(None),
            table.c.daily_from.is_not(None),
        )
        may_change = and_(has_time, or_(table.c.ends_at.is_(None), table.c.ends_at > since))
        wanted = (
            select(table.c.document_id)
            .join(menus, menus.c.id == table.c.document_id)
            .where(table.c.cancelled_at.is_(None), menus.c.deleted_at.is_(None), may_change)
            .distinct()
            .order_by(table.c.document_id)
        )
        async with self._database.read() as connection:
            ids = (await connection.execute(wanted)).scalars().all()
            found = [await load_schedule(connection, id, now) for id in ids]
        return [schedule for schedule in found if schedule is not None]

    async def tell_effective(self, document_id: str, at: datetime) -> bool:
        """Tell which version guests see at `at`, unless that was told already.

        Cancelling is safe: it waits for the end of the transaction. Raises StoreError.
        """

        async def work(connection: AsyncConnection) -> bool:
            await lock_menu(connection, document_id)
            schedule = await load_schedule(connection, document_id, at)
            if schedule is None:
                return False
            told = await connection.scalar(
                select(stream_events.c.body)
                .where(
                    stream_events.c.stream_id == stream_of(document_id),
                    stream_events.c.type.in_((PUBLISHED, CANCELLED, EFFECTIVE)),
                )
                .order_by(stream_events.c.offset.desc())
                .limit(1)
            )
            if told is not None and told.get("effective") == _effective_number(schedule, at):
                return False
            await self._tell(connection, document_id, EFFECTIVE, SERVER, {}, at)
            return True

        return await self._database.transact(work)

    async def _tell(
        self,
        connection: AsyncConnection,
        document_id: str,
        type: str,
        user_id: str,
        body: Mapping[str, object],
        at: datetime,
    ) -> None:
        schedule = await load_schedule(connection, document_id, at)
        number = None if schedule is None else _effective_number(schedule, at)
        event = StreamEvent(type, user_id, {**body, "effective": number}, at)
        stream = stream_of(document_id)
        await append_events(connection, stream, draw_epoch(), [event])


async def lock_menu(connection: AsyncConnection, document_id: str) -> None:
    """Hold the head of a menu until the transaction ends. Raises DocumentGone."""
    head = select(heads.c.top).where(heads.c.document_id == document_id).with_for_update()
    if await connection.scalar(head) is None:
        raise DocumentGone("There is no such menu.", reason="menu_not_found")


async def load_schedule(
    connection: AsyncConnection, document_id: str, at: datetime
) -> Schedule | None:
    """The publications of a menu that can be shown at `at` or later, inside a transaction.

    None: there is no such menu. Those that something newer stands before for ever are left out:
    a menu that was published a thousand times has one that counts.
    """
    zone = await connection.scalar(
        select(restaurants.c.time_zone)
        .join(menus, menus.c.restaurant_id == restaurants.c.id)
        .where(menus.c.id == document_id, menus.c.deleted_at.is_(None))
    )
    if zone is None:
        return None
    table = publications
    standing = (table.c.document_id == document_id) & table.c.cancelled_at.is_(None)
    everyday = table.c.daily_from.is_(None) & table.c.ends_at.is_(None) & (table.c.starts_at <= at)
    newest = (
        select(table.c.created_at, table.c.id)
        .where(standing, everyday)
        .order_by(table.c.created_at.desc(), table.c.id.desc())
        .limit(1)
    )
    query = (
        select(table)
        .where(standing, or_(table.c.ends_at.is_(None), table.c.ends_at > at))
        .order_by(table.c.created_at, table.c.id)
    )
    found = (await connection.execute(newest)).first()
    if found is not None:
        is_later = or_(
            table.c.created_at > found.created_at,
            and_(table.c.created_at == found.created_at, table.c.id >= found.id),
        )
        query = query.where(or_(table.c.daily_from.is_not(None), is_later))
    rows = await connection.execute(query)
    return Schedule(document_id, [publication_of(row) for row in rows], zone_of(zone))


def window_json(window: Window) -> dict[str, object]:
    """A window as plain JSON, times as ISO 8601."""
    return {
        "starts_at": window.starts_at.isoformat(),
        "ends_at": None if window.ends_at is None else window.ends_at.isoformat(),
        "daily_from": window.daily_from,
        "daily_to": window.daily_to,
    }


def _effective_number(schedule: Schedule, at: datetime) -> int | None:
    found = effective(schedule.publications, at, schedule.zone)
    return None if found is None else found.number


def publication_of(row: Row[Any]) -> Publication:
    """The record of a row of `publications`."""
    return Publication(
        id=row.id,
        number=row.number,
        window=Window(row.starts_at, row.ends_at, row.daily_from, row.daily_to),
        created_at=row.created_at,
        created_by=row.created_by,
        cancelled_at=row.cancelled_at,
    )


def _values(document_id: str, made: Publication) -> dict[str, Any]:
    window = made.window
    return {
        "id": made.id,
        "document_id": document_id,
        "number": made.number,
        "starts_at": window.starts_at,
        "ends_at": window.ends_at,
        "daily_from": window.daily_from,
        "daily_to": window.daily_to,
        "created_at": made.created_at,
        "created_by": made.created_by,
    }
