"""Opening, owning, transactions, cancelling, and failing disks."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, select, text

from collab.errors import StoreError
from storage import engines
from storage.database import open_database, settle
from storage.tables import meta

ROOT = Path(__file__).parents[2]


def run(
    code: str, *arguments: str, prefix: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*prefix, sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


OPEN_ONCE = """
import asyncio, sys
from storage.database import open_database
from collab.errors import StoreError

async def main():
    try:
        await (await open_database(sys.argv[1])).close()
        print("opened")
    except StoreError as error:
        print(error.reason, error)

asyncio.run(main())
"""


async def test_settings_that_make_a_commit_durable_are_on(sqlite_store: Any) -> None:
    async with sqlite_store.database.write() as connection:
        found = {
            name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "mmap_size")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "mmap_size": 0}


async def test_start_is_refused_when_a_commit_would_not_be_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engines.WRITER_PRAGMAS, "synchronous", "NORMAL")
    with pytest.raises(StoreError, match="synchronous=1") as failure:
        await open_database(tmp_path / "menu.db")
    assert failure.value.reason == "unsafe"
    monkeypatch.setitem(engines.WRITER_PRAGMAS, "synchronous", "FULL")
    await (await open_database(tmp_path / "menu.db")).close()  # and the lock was given back


async def test_postgres_with_synchronous_commit_off_is_refused(
    postgres_server: Any, postgres_url: str
) -> None:
    name = postgres_url.partition("@/")[2].partition("?")[0]
    postgres_server.psql(f"ALTER DATABASE {name} SET synchronous_commit = off;")
    with pytest.raises(StoreError, match="synchronous_commit=off") as failure:
        await open_database(postgres_url)
    assert failure.value.reason == "unsafe"


async def test_postgres_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as failure:
        await open_database(f"postgresql+asyncpg://postgres@/x?host={tmp_path}")
    assert failure.value.reason == "unavailable"


async def test_second_process_is_refused_with_the_way_to_postgresql(sqlite_store: Any) -> None:
    path = str(sqlite_store.database.path)
    done = await asyncio.to_thread(run, OPEN_ONCE, path)
    assert done.stdout.startswith("in_use ") and "postgresql+asyncpg://" in done.stdout
    await sqlite_store.database.close()
    done = await asyncio.to_thread(run, OPEN_ONCE, path)
    assert done.stdout == "opened\n", done.stderr


async def test_reader_sees_the_database_of_an_owner_and_cannot_write(
    sqlite_store: Any, opener: Any
) -> None:
    await sqlite_store.document("lunch", b"first")
    reader = await open_database(sqlite_store.url, lock=False)
    try:
        async with reader.read() as connection:
            assert await connection.scalar(text("SELECT count(*) FROM menus")) == 1
        with pytest.raises(StoreError) as failure:
            async with reader.write():
                raise AssertionError("unreachable")
        assert failure.value.reason == "read_only"
    finally:
        await reader.close()


async def test_read_connection_cannot_write(sqlite_store: Any) -> None:
    with pytest.raises(StoreError) as failure:
        async with sqlite_store.database.read() as connection:
            await connection.execute(insert(meta).values(key="k", value="v"))
    assert failure.value.reason == "read_only"


async def test_missing_file_is_unavailable_for_a_reader(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as failure:
        await open_database(tmp_path / "none.db", lock=False)
    assert failure.value.reason == "unavailable"
    assert os.listdir(tmp_path) == []


async def test_write_transaction_begins_immediately(sqlite_store: Any) -> None:
    # Whoever comes second waits at BEGIN; with a deferred one it would get through to its write.
    with sqlite3.connect(sqlite_store.database.path, timeout=0, isolation_level=None) as other:
        async with sqlite_store.database.write():
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    other.close()


async def test_block_that_raises_is_rolled_back(store: Any) -> None:
    with pytest.raises(ZeroDivisionError):
        async with store.database.write() as connection:
            await connection.execute(insert(meta).values(key="k", value="v"))
            raise ZeroDivisionError
    async with store.database.read() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM meta WHERE key = 'k'")) == 0


async def test_sync_work_is_saved_or_rolled_back_and_mixes_with_the_other_kinds(store: Any) -> None:
    def save(key: str, connection: Connection) -> str:
        connection.execute(insert(meta).values(key=key, value="v"))
        return key

    def fail(connection: Connection) -> None:
        save("lost", connection)
        raise ZeroDivisionError

    database = store.database
    for n in range(3):
        assert await database.transact_sync(partial(save, f"k{n}")) == f"k{n}"
        with pytest.raises(ZeroDivisionError):
            await database.transact_sync(fail)
        await database.transact(lambda connection, n=n: connection.run_sync(partial(save, f"a{n}")))
    async with database.read() as connection:
        keys = (await connection.execute(select(meta.c.key))).scalars().all()
    assert {"k0", "k1", "k2", "a0", "a1", "a2"} <= set(keys) and "lost" not in keys


async def test_sync_work_that_breaks_a_rule_is_a_store_error(store: Any) -> None:
    def break_it(connection: Connection) -> None:
        connection.execute(text("INSERT INTO heads (document_id, top) VALUES ('none', -1)"))

    with pytest.raises(StoreError) as failure:
        await store.database.transact_sync(break_it)
    assert failure.value.reason == "rejected"
    await store.document("lunch", b"first")


async def test_sync_work_begins_immediately_in_one_trip(sqlite_store: Any) -> None:
    path, begun = sqlite_store.database.path, []
    event.listen(sqlite_store.database._writer.sync_engine, "begin", begun.append)

    def work(connection: Connection) -> None:
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")

    await sqlite_store.database.transact_sync(work)
    assert begun == []


async def test_failed_commit_of_sync_work_does_not_leave_a_transaction_open(
    sqlite_store: Any,
) -> None:
    def work(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        connection.exec_driver_sql("INSERT INTO heads (document_id, top) VALUES ('none', 0)")

    for _ in range(2):
        with pytest.raises(StoreError):
            await sqlite_store.database.transact_sync(work)
    await sqlite_store.document("lunch", b"first")
    await sqlite_store.database.transact_sync(lambda connection: None)
    assert await sqlite_store.log("lunch") == [(1, b"first")]


async def test_cancelled_sync_work_frees_the_writer(sqlite_store: Any) -> None:
    started, go = threading.Event(), threading.Event()

    def work(connection: Connection) -> None:
        connection.execute(insert(meta).values(key="k", value="v"))
        started.set()
        assert go.wait(5)

    task = asyncio.create_task(sqlite_store.database.transact_sync(work))
    await asyncio.to_thread(started.wait, 5)
    task.cancel()
    await asyncio.sleep(0)
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5), sqlite_store.database.write() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM meta WHERE key = 'k'")) == 1


async def test_cancelled_block_is_rolled_back_and_frees_the_writer(store: Any) -> None:
    for pause in range(30):

        async def work() -> None:
            async with store.database.write() as connection:
                await connection.execute(insert(meta).values(key="k", value="v"))
                await asyncio.Event().wait()

        task = asyncio.create_task(work())
        for _ in range(pause):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with asyncio.timeout(5), store.database.write() as connection:
        found = await connection.scalar(text("SELECT count(*) FROM meta WHERE key = 'k'"))
    assert found == 0


async def test_settle_runs_to_the_end_however_often_it_is_cancelled() -> None:
    step, gate = [], asyncio.Event()

    async def work() -> None:
        await gate.wait()
        step.append("done")

    task = asyncio.create_task(settle(work()))
    for _ in range(3):
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert step == ["done"]


async def test_conflict_of_postgres_transactions_is_repeated(
    opener: Any, postgres_url: str
) -> None:
    store = await opener(postgres_url)
    attempts = 0

    async def work(connection: Any) -> int:
        nonlocal attempts
        attempts += 1
        if attempts < 3:
            await connection.execute(
                text("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$")
            )
        return attempts

    assert await store.database.transact(work) == 3


async def test_full_disk_raises_saves_nothing_and_recovers(sqlite_store: Any) -> None:
    store = sqlite_store
    await store.document("lunch", b"first")
    async with store.database.write() as connection:
        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(StoreError) as failure:
        await store.append("lunch", b"x" * 1_000_000)
    assert failure.value.reason == "disk_full"
    assert await store.log("lunch") == [(1, b"first")]
    async with store.database.write() as connection:
        await connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert dict((await store.append("lunch", b"x" * 1_000_000)).tops) == {"lunch": 2}


async def test_failed_commit_does_not_leave_a_transaction_open(sqlite_store: Any) -> None:
    # Deferred constraints fail at COMMIT, as a full disk may: the transaction stays open there.
    with pytest.raises(StoreError):
        async with sqlite_store.database.write() as connection:
            await connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            await connection.exec_driver_sql(
                "INSERT INTO heads (document_id, top) VALUES ('none', 0)"
            )
    await sqlite_store.document("lunch", b"first")
    assert await sqlite_store.log("lunch") == [(1, b"first")]


async def test_foreign_lock_is_waited_for_then_reported(
    tmp_path: Path, opener: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_TIMEOUT_SECONDS", 0.1)
    store = await opener(tmp_path / "menu.db")
    await store.document("lunch")
    other = sqlite3.connect(tmp_path / "menu.db", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as failure:
            await store.append("lunch", b"1")
        assert failure.value.reason == "locked"
        other.execute("ROLLBACK")
    finally:
        other.close()
    assert dict((await store.append("lunch", b"1")).tops) == {"lunch": 1}


async def test_file_that_is_no_database_is_reported_as_damaged(tmp_path: Path) -> None:
    (tmp_path / "menu.db").write_bytes(b"not a database, but long enough to be looked at" * 100)
    with pytest.raises(StoreError) as failure:
        await open_database(tmp_path / "menu.db")
    assert failure.value.reason == "damaged"


async def test_closed_database_says_so(sqlite_store: Any) -> None:
    await sqlite_store.document("lunch")
    await sqlite_store.database.close()
    await sqlite_store.database.close()
    with pytest.raises(StoreError) as failure:
        await sqlite_store.append("lunch", b"1")
    assert failure.value.reason == "closed"


async def test_hot_transaction_takes_one_trip_to_the_driver(sqlite_store: Any) -> None:
    # Pins `in_one_hop`, which uses what aiosqlite does not promise: if the name went, appends
    # would fail; if SQLAlchemy's transaction came back, its "begin" would be seen here.
    await sqlite_store.document("lunch")
    begun: list[object] = []
    event.listen(sqlite_store.database._writer.sync_engine, "begin", begun.append)
    await sqlite_store.append("lunch", b"1")
    assert begun == [] and await sqlite_store.log("lunch") == [(1, b"1")]


FAILING_DISK = """
import asyncio, sys
from storage.database import open_database
from storage.documents import DocumentStore
from storage.updates import UpdateStore
from collab.errors import StoreError
from collab.records import *
from datetime import UTC, datetime

async def main():
    database = await open_database(sys.argv[1])
    updates = UpdateStore(database)
    new = NewUpdate(b"x", "ann", "s", datetime.now(UTC))
    reasons = []
    for _ in range(60):
        try:
            await updates.append([DocumentUpdates("lunch", (new,))])
            reasons.append("saved")
        except StoreError as error:
            reasons.append(error.reason)
    print(reasons.index("fsync_failed"), set(reasons[reasons.index("fsync_failed"):]))

asyncio.run(main())
"""


async def test_nothing_is_written_after_a_failed_fsync(sqlite_store: Any) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed: a failing fsync cannot be injected")
    await sqlite_store.document("lunch")
    await sqlite_store.database.close()
    inject = ("-f", "-o", "/dev/null", "-e", "inject=fdatasync,fsync:error=EIO:when=30")
    done = await asyncio.to_thread(
        run, FAILING_DISK, str(sqlite_store.database.path), prefix=(strace, *inject)
    )
    if "PTRACE" in done.stderr or "ptrace" in done.stderr:
        pytest.skip("strace may not trace here (ptrace is not permitted)")
    first, reasons = done.stdout.split(" ", 1)
    assert int(first) > 5 and reasons == "{'fsync_failed'}\n", done.stdout + done.stderr


@pytest.mark.parametrize("text", ['{"a": [1, 2.5, null, "ä"]}', '"\\ud800"', "NaN", "1e400", "[]"])
def test_json_is_read_as_the_standard_library_reads_it(text: str) -> None:
    assert repr(engines.load_json(text)) == repr(json.loads(text))
