"""Copies of an SQLite database file: consistent, complete, and on disk when they have their name.

Synchronous: callers use a thread.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from collab.errors import StoreError
from storage.faults import driver_errors


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database while others read and write it.

    The copy is one file without a WAL; it gets its name only when it is whole and on disk.
    Raises StoreError, reason "exists" when the target is there already.
    """
    if not source.is_file():
        raise StoreError(f"There is no database {source}.", reason="unavailable")
    if target.exists():
        raise StoreError(f"{target} exists already; choose another name.", reason="exists")
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        with driver_errors():
            with closing(_open(source)) as connection:
                # One read transaction: writers go on, the copy shows one moment.
                connection.execute("VACUUM INTO ?", (str(part),))
            check_sqlite(part)
        publish(part, target)
    finally:
        part.unlink(missing_ok=True)


def check_sqlite(path: Path) -> None:
    """Raise StoreError (reason "damaged") unless the file is a whole SQLite database."""
    if not path.is_file():
        raise StoreError(f"There is no file {path}.", reason="unavailable")
    with driver_errors(), closing(_open(path)) as connection:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreError(f"{path} is damaged: {found}", reason="damaged")


def publish(part: Path, target: Path) -> None:
    """Give a finished file its name, so that a crash leaves the old state or the new one."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(target)
    sync_folder(target.parent)


def free_name(wanted: Path) -> Path:
    """`wanted`, or `wanted-2`, `wanted-3` ... when it is taken."""
    name, count = wanted, 1
    while name.exists():
        count += 1
        name = wanted.with_name(f"{wanted.name}-{count}")
    return name


def sync_folder(folder: Path) -> None:
    """Bring renames in a folder to disk; a no-op where folders cannot be opened (Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _open(path: Path) -> sqlite3.Connection:
    # Read only: a connection that may write could checkpoint beside the server's writer.
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)
