"""The database: opening, transactions, migration.

Rule 1: one process owns an SQLite file (lock file); everybody else may only read it.
Rule 2: one write transaction at a time on SQLite, always BEGIN IMMEDIATE.
Rule 3: `transact` runs to its end even when its caller is cancelled, so a cancelled write is
wholly done or not done, and never holds the writer.
Rule 4: after a failed fsync nothing is written any more: what the disk holds is unknown.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from collab.errors import StoreError
from storage import engines, heads, migrations
from storage.copies import copy_sqlite, free_name
from storage.faults import driver_errors
from storage.lock import FileLock

T = TypeVar("T")
log = logging.getLogger(__name__)

CONFLICT_ATTEMPTS = 8  # PostgreSQL 40001 and 40P01; then the caller hears about it


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


async def open_database(
    address: str | Path, *, lock: bool = True, clock: Callable[[], datetime] = utc_now
) -> Database:
    """Open a database; follow with `migrate` to make sure that its tables are there.

    address: `sqlite:///PATH`, a bare path, or `postgresql+asyncpg://...`.
    lock: own the SQLite file. False opens it for reading only, also while a server owns it.
    clock: gives the time of rows that carry the moment of writing.
    Raises StoreError: reason "in_use" when another process owns the file, "unsafe" when a commit
    would not be on disk, "address" or "unavailable" when there is nothing to open.
    """
    path = engines.sqlite_path(address)
    async with AsyncExitStack() as undo:
        held = None
        if path is None:
            writer = readers = engines.postgres(str(address))
        elif lock:
            path.parent.mkdir(parents=True, exist_ok=True)
            held = FileLock(path)
            undo.callback(held.release)
            writer, readers = engines.sqlite_writer(path), engines.sqlite_readers(path)
        elif await asyncio.to_thread(path.is_file):
            writer = readers = engines.sqlite_readers(path)
        else:
            raise StoreError(f"There is no database {path}.", reason="unavailable")
        database = Database(path, writer, readers, held, clock)
        undo.push_async_callback(database.close)
        await database.start()
        undo.pop_all()
    return database


class Database:
    """An open database. Made by `open_database`."""

    def __init__(
        self,
        path: Path | None,
        writer: AsyncEngine,
        readers: AsyncEngine,
        lock: FileLock | None,
        clock: Callable[[], datetime],
    ) -> None:
        self.path = path  # None on PostgreSQL
        self.clock = clock
        # The second witness of what was acknowledged; only for the owner of an SQLite file.
        self.heads: heads.HeadsFile | None = None
        self._writer = writer
        self._readers = readers
        self._lock = lock
        self._one_writer = asyncio.Lock()
        # The driver's connection, and the engine on it for `transact_sync`.
        self._inside: tuple[sqlite3.Connection, Engine] | None = None
        self._refusal: StoreError | None = None  # set: nothing can be written any more
        if path is not None and lock is None:
            self._refusal = StoreError("Another process owns this file.", reason="read_only")

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._writer.dialect.name

    async def start(self) -> None:
        """Check the settings that make a commit durable, and the heads file if there are tables."""
        if self._refusal is not None:
            return await self.ping()
        async with self.write() as connection:
            await engines.assert_durable(connection)
            revision = await connection.run_sync(migrations.revision)
        if revision == migrations.latest():
            await self._compare_heads()

    async def migrate(self, scripts: Path = migrations.HERE) -> str:
        """Bring the tables to the newest revision, in one transaction; nothing to do is fine.

        scripts: folder of the Alembic environment.
        Before it changes an SQLite database that has content, it keeps a copy beside it,
        `PATH.before-REVISION`. Returns the revision. Cancelling is safe: it is done or not.
        Raises StoreError, reason "newer", for a database of a later version of the program.
        """
        async with self.read() as connection:
            found = await connection.run_sync(migrations.revision)
        wanted = migrations.latest(scripts)
        if found is not None and found != wanted:
            migrations.check_known(found, scripts)
            await self._copy_aside(found)

        async def upgrade(connection: AsyncConnection) -> None:
            await connection.run_sync(migrations.upgrade, scripts)

        if found != wanted:
            await self.transact(upgrade)
            log.info("database migrated", extra={"action": "migrated", "revision": wanted})
        if self.heads is None:
            await self._compare_heads()
        if found != wanted:
            await self._checkpoint()
        return wanted

    async def ping(self) -> None:
        """Ask the database for a sign of life; StoreError when there is none."""
        async with self.read() as connection:
            await connection.exec_driver_sql("SELECT 1")

    async def instance(self) -> str:
        """The id of this database: the same for every server that uses it. Raises StoreError."""
        return await self.transact(heads.instance)

    async def close(self) -> None:
        """Finish the running write, close all connections, release the file. Twice is fine."""
        async with self._one_writer:
            self._refusal = StoreError("The database is closed.", reason="closed")
            # Readers first: the connection that closes last checkpoints, and it must be the writer.
            await self._readers.dispose()
            await self._writer.dispose()
        if self.heads is not None:
            self.heads.close()
        if self._lock is not None:
            self._lock.release()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """One consistent view of the database; cancelling is safe."""
        with driver_errors():
            if self.path is not None:
                async with self._readers.begin() as connection:
                    yield connection
                return
            async with self._readers.connect() as connection:
                # READ COMMITTED would show each statement another state.
                await connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
                async with connection.begin():
                    yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A write transaction: commits at the end of the block, rolls back when it raises.

        Cancelling inside the block rolls back; cancelling at its end leaves open which of both
        happened, so prefer `transact`.
        """
        async with self._turn(), self._writer.begin() as connection:
            yield connection

    async def transact(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run `work` in a write transaction; repeat it when PostgreSQL reports a conflict.

        Cancelling waits for the end of the transaction, then raises CancelledError: the work is
        wholly done or not done. Raises StoreError; then nothing was changed.
        """
        return await settle(self._transact(work))

    async def transact_sync(self, work: Callable[[Connection], T]) -> T:
        """The same as `transact`, for work that is written without `await`.

        On SQLite it runs in the driver's thread: one trip there instead of three a statement. It
        must touch nothing that the event loop changes meanwhile.
        """
        if self.path is None:
            return await self.transact(lambda connection: connection.run_sync(work))
        return await settle(self._transact_sync(work))

    async def transact_in_driver(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The same as `transact`, SQLite only, for the hottest write.

        work: runs in the driver's thread with the driver's connection, inside BEGIN IMMEDIATE.
        One trip to that thread instead of about twenty: a third of the CPU for one row.
        """
        return await settle(self._transact_in_driver(work))

    async def _transact_sync(self, work: Callable[[Connection], T]) -> T:
        def whole(connection: sqlite3.Connection) -> T:
            if self._inside is None or self._inside[0] is not connection:
                self._inside = connection, engines.inside_driver(connection)
            with self._inside[1].begin() as begun:
                return work(begun)

        async with self._turn(), self._writer.connect() as connection:
            return await engines.in_one_hop(connection, whole)

    async def _transact_in_driver(self, work: Callable[[sqlite3.Connection], T]) -> T:
        def whole(connection: sqlite3.Connection) -> T:
            engines.begin_immediate(connection)
            try:
                done = work(connection)
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            return done

        async with self._turn(), self._writer.connect() as connection:
            return await engines.in_one_hop(connection, whole)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        # Whose turn it is to write: one at a time on SQLite, anybody on PostgreSQL.
        async with self._one_writer if self.path is not None else nullcontext():
            if self._refusal is not None:
                raise StoreError(str(self._refusal), reason=self._refusal.reason)
            try:
                with driver_errors():
                    yield
            except StoreError as error:
                if error.reason == "fsync_failed":
                    self._refusal = error
                raise

    async def _transact(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        for _ in range(CONFLICT_ATTEMPTS - 1):
            try:
                async with self.write() as connection:
                    return await work(connection)
            except StoreError as error:
                if error.reason != "conflict":
                    raise
        async with self.write() as connection:
            return await work(connection)

    async def _compare_heads(self) -> None:
        if self.path is None or self._refusal is not None:
            return
        path = Path(f"{self.path}.heads")
        self.heads = await self.transact(
            lambda connection: heads.compare(connection, path, self.clock())
        )

    async def _checkpoint(self) -> None:
        # New tables and the instance id go into the main file at once: a WAL that is lost later
        # then takes edits with it, which the heads file shows, and never the tables.
        if self.path is not None:
            with driver_errors():
                async with self._one_writer, self._writer.connect() as connection:
                    await engines.in_one_hop(
                        connection, lambda inner: inner.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                    )

    async def _copy_aside(self, revision: str) -> None:
        if self.path is None:
            return  # pg_dump is the operator's; the upgrade itself is one transaction
        target = free_name(Path(f"{self.path}.before-{revision}"))
        await asyncio.to_thread(copy_sqlite, self.path, target)


async def settle(work: Coroutine[Any, Any, T]) -> T:
    """Await `work` to its end even when cancelled meanwhile; then raise the CancelledError."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError:
                continue  # one more cancellation of the same caller; it is raised below
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not report it as forgotten
        raise
