"""Backup and restore of an SQLite database.

A backup is one ordinary SQLite file of one moment, made while the server works. PostgreSQL has
its own tools; both calls say so.
Restoring keeps the epochs of documents: merging an older state is right, and clients give back
what it lacks. Streams of events get new epochs: their numbers come again with other events.
It begins a new heads file, because the old one promises what the backup lacks.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from collab.errors import StoreError
from storage import migrations
from storage.copies import check_sqlite, copy_sqlite, free_name, publish, sync_folder
from storage.database import open_database, settle
from storage.engines import sqlite_path
from storage.faults import driver_errors
from storage.lock import FileLock

SIDE_FILES = ("-wal", "-shm", "-journal", ".heads")


async def backup(database_url: str, file: Path) -> None:
    """Copy the database to a new file, also while a server works on it.

    Cancelling waits until the copy is done or undone. Raises StoreError: reason "exists" when
    the file is there, "damaged" when the copy does not pass SQLite's check, "address" for
    PostgreSQL.
    """
    source = _sqlite_only(database_url, "pg_dump")
    await settle(asyncio.to_thread(copy_sqlite, source, file))


async def restore(file: Path, database_url: str) -> Path | None:
    """Put a backup in the place of the database.

    Returns where the database that was there went: beside it, `PATH.replaced`, `.replaced-2`
    and so on; None when there was none. Cancelling waits for the end.
    Raises StoreError: reason "in_use" while a server runs, "damaged", "newer" or "unavailable"
    when the file is not a backup this version can read; then nothing was changed.
    """
    target = _sqlite_only(database_url, "pg_restore")
    await _check_backup(file)
    return await settle(asyncio.to_thread(_replace, file, target))


def _sqlite_only(database_url: str, tool: str) -> Path:
    path = sqlite_path(database_url)
    if path is None:
        raise StoreError(f"For PostgreSQL use {tool}.", reason="address")
    return path


async def _check_backup(file: Path) -> None:
    await asyncio.to_thread(check_sqlite, file)
    database = await open_database(file, lock=False)
    try:
        async with database.read() as connection:
            found = await connection.run_sync(migrations.revision)
    finally:
        await database.close()
    if found is None:
        raise StoreError(f"{file} is not a database of mirepoix.", reason="damaged")
    migrations.check_known(found)


def _replace(file: Path, target: Path) -> Path | None:
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(target)
    try:
        part = target.with_name(target.name + ".part")
        shutil.copyfile(file, part)
        _draw_new_epochs(part)
        aside = _move_aside(target)
        # The WAL is gone by now: beside another database SQLite would play it back into it.
        publish(part, target)
        return aside
    finally:
        lock.release()


def _draw_new_epochs(path: Path) -> None:
    with driver_errors(), closing(sqlite3.connect(path)) as connection:
        # A backup of an earlier version has no streams yet.
        if connection.execute("PRAGMA table_info(streams)").fetchone() is not None:
            connection.execute("UPDATE streams SET epoch = lower(hex(randomblob(8)))")
            connection.commit()


def _move_aside(target: Path) -> Path | None:
    if not any(Path(f"{target}{end}").exists() for end in ("", *SIDE_FILES)):
        return None
    aside = free_name(Path(f"{target}.replaced"))
    for end in ("", *SIDE_FILES):  # a side file moves with its database, so it stays readable
        source = Path(f"{target}{end}")
        if source.exists():
            source.replace(f"{aside}{end}")
    sync_folder(target.parent)
    return aside
