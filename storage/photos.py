"""Photos: their files, which restaurant brought them, and which are not used any more.

Rule 1: a photo's id is the sha256 of its detail size, so the same photo is stored once, also when
two restaurants bring it; the row belongs to the first.
Rule 2: a photo is used while an item has it, a version shows it, or the history remembers it, so
that whatever can be restored finds its photo.
Rule 3: one that nobody uses is marked first and deleted a day later, if it is still unused then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    cast,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.errors import TooLarge
from storage.database import Database
from storage.menu_tables import menu_changes, menu_items, menu_versions, photo_files, photos
from storage.tables import menus, upsert

SWEPT_AT_ONCE = 50  # each costs a look through the versions


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo without its files."""

    sha256: str
    restaurant_id: str
    width: int  # of the detail size
    height: int
    created_at: datetime
    created_by: str  # user id


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """One size of a photo."""

    size: str
    media_type: str
    data: bytes


class PhotoStore:
    """The photos of all restaurants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, photo: Photo, files: Sequence[PhotoFile], limit: int) -> bool:
        """Store a photo; False when it is there already (then its day begins again).

        limit: how many photos its restaurant may have. Cancelling is safe: it is done or not.
        Raises TooLarge, reason "too_many_photos"; StoreError, reason "rejected" when the restaurant
        is not known.
        """

        async def work(connection: AsyncConnection) -> bool:
            if await connection.scalar(_known(photo.sha256)):
                again = update(photos).where(_is_among([photo.sha256]), photos.c.unused_since < now)
                await connection.execute(again.values(unused_since=now))
                return False
            await _check_limit(connection, photo.restaurant_id, limit)
            statement = upsert(self._database.dialect, photos).values(_values(photo))
            added = await connection.execute(
                statement.on_conflict_do_nothing().returning(photos.c.sha256)
            )
            if added.first() is None:  # another server was faster
                return False
            await connection.execute(insert(photo_files), [_row(photo, file) for file in files])
            return True

        now = photo.created_at
        return await self._database.transact(work)

    async def file(self, sha256: str, size: str) -> PhotoFile | None:
        """One size of a photo; None when there is none. Cancelling is safe. Raises StoreError."""
        query = select(photo_files).where(
            photo_files.c.sha256 == sha256, photo_files.c.size == size
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else PhotoFile(row.size, row.media_type, row.data)

    async def find(self, sha256: str) -> Photo | None:
        """A photo without its files. Cancelling is safe. Raises StoreError."""
        query = select(photos).where(photos.c.sha256 == sha256)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            return None
        return Photo(
            row.sha256, row.restaurant_id, row.width, row.height, row.created_at, row.created_by
        )

    async def sweep(self, now: datetime, unused_before: datetime, after: str = "") -> str | None:
        """Look at some photos: mark those nobody uses, delete those that were marked long ago.

        unused_before: what is unused since then is deleted. after: the last id of the call before.
        Returns the id to go on after; None when all were looked at, or while the rows of some menu
        lag behind, because then nobody knows what it uses.
        Cancelling is safe. Raises StoreError.
        """
        query = select(photos.c.sha256).where(photos.c.sha256 > after)
        query = query.order_by(photos.c.sha256).limit(SWEPT_AT_ONCE)
        async with self._database.read() as connection:
            if await connection.scalar(_LAGGING):
                return None
            ids = list(await connection.scalars(query))
            used = await _used(connection, ids)

        async def work(connection: AsyncConnection) -> None:
            await _mark(connection, ids, used, now)
            await _delete(connection, [id for id in ids if id not in used], unused_before)

        if ids:
            await self._database.transact(work)
        return ids[-1] if len(ids) == SWEPT_AT_ONCE else None


async def _mark(
    connection: AsyncConnection, ids: Sequence[str], used: set[str], now: datetime
) -> None:
    is_marked = photos.c.unused_since.is_not(None)
    idle = [id for id in ids if id not in used]
    await connection.execute(
        update(photos).where(_is_among(idle), ~is_marked).values(unused_since=now)
    )
    await connection.execute(
        update(photos).where(_is_among(sorted(used)), is_marked).values(unused_since=None)
    )


async def _delete(
    connection: AsyncConnection, idle: Sequence[str], unused_before: datetime
) -> None:
    due = select(photos.c.sha256).where(_is_among(idle), photos.c.unused_since <= unused_before)
    old = list(await connection.scalars(due))
    # Looked at once more, in the transaction that deletes: somebody may use one since a moment.
    used = await _used(connection, old)
    gone = [id for id in old if id not in used]
    await connection.execute(delete(photo_files).where(photo_files.c.sha256.in_(gone)))
    await connection.execute(delete(photos).where(_is_among(gone)))


async def _used(connection: AsyncConnection, ids: Sequence[str]) -> set[str]:
    """Which of these photos somebody needs; the costly questions only for those still open."""
    shown = menu_items.c.body["photo"].as_string()
    used = set(await connection.scalars(select(shown).where(shown.in_(ids)).distinct()))
    before, after = cast(menu_changes.c.before, Text), cast(menu_changes.c.after, Text)
    rest = [f'"{id}"' for id in ids if id not in used]
    remembered = select(before, after).where(
        menu_changes.c.field == "photo", or_(before.in_(rest), after.in_(rest))
    )
    for row in await connection.execute(remembered):
        used.update(text.strip('"') for text in row if text in rest)
    for id in (id for id in ids if id not in used):
        content = cast(menu_versions.c.content, Text)
        if await connection.scalar(select(exists().where(content.contains(id)))):
            used.add(id)
    return used


async def _check_limit(connection: AsyncConnection, restaurant_id: str, limit: int) -> None:
    count = select(func.count()).where(photos.c.restaurant_id == restaurant_id)
    if (await connection.scalar(count) or 0) >= limit:
        raise TooLarge(f"This restaurant has {limit} photos already.", reason="too_many_photos")


def _known(sha256: str) -> Select[tuple[bool]]:
    return select(exists().where(photos.c.sha256 == sha256))


def _is_among(ids: Sequence[str]) -> ColumnElement[bool]:
    return photos.c.sha256.in_(ids)


def _values(photo: Photo) -> Mapping[str, object]:
    return {
        "sha256": photo.sha256,
        "restaurant_id": photo.restaurant_id,
        "width": photo.width,
        "height": photo.height,
        "created_at": photo.created_at,
        "created_by": photo.created_by,
        "unused_since": photo.created_at,
    }


def _row(photo: Photo, file: PhotoFile) -> Mapping[str, object]:
    return {
        "sha256": photo.sha256,
        "size": file.size,
        "media_type": file.media_type,
        "data": file.data,
    }


_LAGGING = select(exists().where(menus.c.projection_dirty, menus.c.deleted_at.is_(None)))
