"""SQLAlchemy engines: one writer and a few readers on SQLite, one pool on PostgreSQL.

SQLite: WAL with synchronous=FULL, so a commit is on disk when it returns. One connection writes
and checkpoints, the others cannot: two that do at once may corrupt the WAL before SQLite 3.51.3
(https://www.sqlite.org/wal.html#walresetbug). No mmap: an I/O error there is a SIGBUS.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec
from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from collab.errors import StoreError

T = TypeVar("T")

BUSY_TIMEOUT_SECONDS = 5.0  # how long SQLite waits for a foreign lock before "locked"
READERS = 4
POSTGRES_CONNECTIONS = 8
WAL_LIMIT_BYTES = 64 * 1024 * 1024  # a WAL grown by a long backup shrinks back to this

WRITER_PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",  # distributions compile other defaults in, so never rely on them
    "foreign_keys": "ON",
    "mmap_size": "0",
    "wal_autocheckpoint": "1000",
    "journal_size_limit": str(WAL_LIMIT_BYTES),
}
DURABLE_PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "mmap_size": 0}
READER_PRAGMAS = {"query_only": "ON", "mmap_size": "0"}


def sqlite_path(address: str | Path) -> Path | None:
    """The file an address names; None when it is a PostgreSQL address.

    address: `sqlite:///PATH`, a bare path, or `postgresql+asyncpg://...`.
    Raises StoreError (reason "address") for anything else.
    """
    text = str(address)
    if "://" not in text:
        return _file(text)
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise StoreError("The database address does not parse.", reason="address") from error
    if url.drivername in ("sqlite", "sqlite+aiosqlite"):
        return _file(url.database or "")
    if url.drivername == "postgresql+asyncpg":
        return None
    raise StoreError(
        f"{url.drivername} is not supported; use sqlite:///PATH or postgresql+asyncpg://...",
        reason="address",
    )


def sqlite_writer(path: Path) -> AsyncEngine:
    """The engine with the one connection that may write and checkpoint."""
    engine = create_async_engine(
        _sqlite_url(path, "rwc"),
        connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT_SECONDS},
        pool_size=1,
        max_overflow=0,
        pool_reset_on_return=None,  # Database ends every transaction itself
        json_deserializer=load_json,
    )
    _prepare(engine, WRITER_PRAGMAS, "BEGIN IMMEDIATE")
    return engine


def sqlite_readers(path: Path) -> AsyncEngine:
    """The engine whose connections cannot write."""
    engine = create_async_engine(
        _sqlite_url(path, "ro"),
        connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT_SECONDS},
        pool_size=READERS,
        max_overflow=0,
        json_deserializer=load_json,
    )
    _prepare(engine, READER_PRAGMAS, "BEGIN")
    return engine


def postgres(address: str) -> AsyncEngine:
    """The engine of a PostgreSQL database; connections that died are noticed before use."""
    return create_async_engine(
        address,
        pool_size=POSTGRES_CONNECTIONS,
        max_overflow=0,
        pool_pre_ping=True,
        json_deserializer=load_json,
    )


async def assert_durable(connection: AsyncConnection) -> None:
    """Refuse a database whose commit does not mean "on disk".

    Raises StoreError (reason "unsafe") with a sentence that names the setting.
    """
    if connection.dialect.name == "sqlite":
        for pragma, wanted in DURABLE_PRAGMAS.items():
            found = (await connection.exec_driver_sql(f"PRAGMA {pragma}")).scalar_one()
            if found != wanted:
                raise StoreError(
                    f"SQLite answers {pragma}={found} where {wanted} is needed; "
                    "the file system may not support it.",
                    reason="unsafe",
                )
        return
    for setting in ("synchronous_commit", "fsync"):
        if (await connection.exec_driver_sql(f"SHOW {setting}")).scalar_one() == "off":
            raise StoreError(
                f"PostgreSQL runs with {setting}=off: a saved edit could be lost. Turn it on.",
                reason="unsafe",
            )


async def in_one_hop(connection: AsyncConnection, work: Callable[[sqlite3.Connection], T]) -> T:
    """Run `work` with the driver's connection in the driver's thread; SQLite only.

    aiosqlite sends every call to its thread and back (about 0.1 ms of CPU each) and has no public
    way to send a function. `_execute` is how all of its own methods do it; SQLAlchemy's dialect
    reaches as deep. tests/storage/test_engines.py notices when a release changes it.
    """
    inner: Any = (await connection.get_raw_connection()).driver_connection
    done: T = await inner._execute(work, inner._conn)
    return done


def inside_driver(connection: sqlite3.Connection) -> Engine:
    """An engine on the driver's own connection, for SQLAlchemy in the driver's thread."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: connection,
        poolclass=StaticPool,
        pool_reset_on_return=None,  # whoever uses it ends every transaction
        json_serializer=dump_json,
        json_deserializer=load_json,
    )

    @event.listens_for(engine, "begin")
    def send_begin(begun: Connection) -> None:
        begin_immediate(connection)

    return engine


def dump_json(value: object) -> str:
    """JSON in a ninth of the time; for values without NaN and without half surrogate pairs."""
    return msgspec.json.encode(value).decode()


def load_json(text: str | bytes) -> object:
    """JSON in half the time. Rows of menus may hold what `msgspec` does not read, such as half a
    surrogate pair, and the standard library wrote: it reads them too."""
    try:
        loaded: object = msgspec.json.decode(text)
    except msgspec.DecodeError:
        loaded = json.loads(text)
    return loaded


def begin_immediate(connection: sqlite3.Connection) -> None:
    """Begin a write transaction on the driver's connection."""
    _begin(connection, "BEGIN IMMEDIATE")


def _file(text: str) -> Path:
    if text in ("", ":memory:"):
        raise StoreError("The database needs a file: sqlite:///PATH.", reason="address")
    return Path(text)


def _sqlite_url(path: Path, mode: str) -> URL:
    # A URI, because only a URI can say that the file is opened for reading only.
    name = f"file:{quote(str(path.absolute()))}"
    return URL.create("sqlite+aiosqlite", database=name, query={"mode": mode, "uri": "true"})


def _prepare(engine: AsyncEngine, pragmas: Mapping[str, str], begin: str) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def set_pragmas(connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        for pragma, value in pragmas.items():
            cursor.execute(f"PRAGMA {pragma}={value}")
        cursor.close()

    # isolation_level=None stops sqlite3 from sending a BEGIN of its own, which would be deferred:
    # a deferred transaction that reads first fails at its first write if anybody wrote meanwhile
    # (SQLITE_BUSY_SNAPSHOT), and no timeout helps.
    @event.listens_for(engine.sync_engine, "begin")
    def send_begin(connection: Connection) -> None:
        # Straight to the driver: one hop to its thread instead of four.
        adapted: Any = connection.connection.dbapi_connection
        adapted.run_async(lambda inner: inner._execute(_begin, inner._conn, begin))


def _begin(connection: sqlite3.Connection, begin: str) -> None:
    if connection.in_transaction:  # a COMMIT that failed, on a full disk say, leaves it open
        connection.rollback()
    connection.execute(begin)
