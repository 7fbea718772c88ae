"""Backups of a working server, and putting one back."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from collab.errors import StoreError
from storage.backup import backup, restore
from storage.doctor import examine


async def test_backup_made_while_writing_is_one_consistent_moment(
    sqlite_store: Any, opener: Any, tmp_path: Path
) -> None:
    store = sqlite_store
    await store.document("lunch")
    stop = asyncio.Event()

    async def write() -> int:
        written = 0
        while not stop.is_set():
            await store.append("lunch", b"x" * 5000, b"y" * 5000)
            written += 2
        return written

    async with asyncio.TaskGroup() as group:
        writer = group.create_task(write())
        await asyncio.sleep(0.1)
        for number in range(3):
            await backup(store.url, tmp_path / f"copy-{number}.db")
        stop.set()
    previous = 0
    for number in range(3):
        copy = await opener(tmp_path / f"copy-{number}.db")
        stored = await copy.updates.load("lunch")
        assert previous < stored.top <= writer.result() and stored.top % 2 == 0
        assert stored.missing == () and len(stored.updates) == stored.top
        assert await examine(copy.database) == []
        previous = stored.top
    assert not list_names(tmp_path, ".part")


def list_names(folder: Path, end: str) -> list[str]:
    return [name for name in os.listdir(folder) if name.endswith(end)]


async def test_backup_is_a_single_file_that_nothing_points_out_of(
    sqlite_store: Any, tmp_path: Path
) -> None:
    await sqlite_store.document("lunch", b"first")
    await backup(sqlite_store.url, tmp_path / "copy.db")
    connection = sqlite3.connect(tmp_path / "copy.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    connection.close()
    assert [name for name in os.listdir(tmp_path) if name.startswith("copy.db")] == ["copy.db"]


async def test_backup_does_not_overwrite(sqlite_store: Any, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_bytes(b"precious")
    with pytest.raises(StoreError) as failure:
        await backup(sqlite_store.url, tmp_path / "copy.db")
    assert failure.value.reason == "exists"
    assert (tmp_path / "copy.db").read_bytes() == b"precious"


async def test_backup_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as failure:
        await backup(f"sqlite:///{tmp_path}/none.db", tmp_path / "copy.db")
    assert failure.value.reason == "unavailable"
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(("call", "tool"), [(backup, "pg_dump"), (restore, "pg_restore")])
async def test_postgresql_is_sent_to_its_own_tools(tmp_path: Path, call: Any, tool: str) -> None:
    arguments = ["postgresql+asyncpg://u@h/d", tmp_path / "f"]
    with pytest.raises(StoreError, match=tool):
        await call(*(arguments if call is backup else arguments[::-1]))


async def test_restore_brings_back_the_state_and_keeps_the_epoch(
    sqlite_store: Any, opener: Any, tmp_path: Path
) -> None:
    store = sqlite_store
    document = await store.document("lunch", b"1")
    await backup(store.url, tmp_path / "copy.db")
    await store.append("lunch", b"2", b"3")
    await store.database.close()
    aside = await restore(tmp_path / "copy.db", store.url)
    store = await opener(store.url)
    stored = await store.updates.load("lunch")
    assert (stored.top, stored.missing, stored.document) == (1, (), document)
    assert store.database.heads.promised == {"lunch": 1}
    assert dict((await store.append("lunch", b"two")).tops) == {"lunch": 2}
    assert await examine(store.database) == []
    before = await opener(aside)  # what was there can still be opened
    assert (await before.updates.load("lunch")).top == 3


async def test_restore_does_not_mix_with_the_wal_of_a_killed_server(
    sqlite_store: Any, opener: Any, tmp_path: Path
) -> None:
    store = sqlite_store
    await store.document("lunch", b"1")
    await backup(store.url, tmp_path / "copy.db")
    await store.append("lunch", b"2")
    # As a kill -9 leaves it: the WAL still holds what the main file lacks.
    for end in ("", "-wal", ".heads"):
        content = await asyncio.to_thread(Path(f"{store.database.path}{end}").read_bytes)
        await asyncio.to_thread(Path(f"{tmp_path}/killed.db{end}").write_bytes, content)
    assert await asyncio.to_thread(os.path.getsize, tmp_path / "killed.db-wal") > 0
    aside = await restore(tmp_path / "copy.db", str(tmp_path / "killed.db"))
    restored = await opener(tmp_path / "killed.db")
    assert await restored.log("lunch") == [(1, b"1")]
    assert (await (await opener(aside)).log("lunch")) == [(1, b"1"), (2, b"2")]


async def test_restore_where_nothing_was_gives_a_database(
    sqlite_store: Any, opener: Any, tmp_path: Path
) -> None:
    await sqlite_store.document("lunch", b"1")
    await backup(sqlite_store.url, tmp_path / "copy.db")
    assert await restore(tmp_path / "copy.db", str(tmp_path / "new" / "menu.db")) is None
    assert await (await opener(tmp_path / "new" / "menu.db")).log("lunch") == [(1, b"1")]


async def test_restore_is_refused_while_a_server_runs(sqlite_store: Any, tmp_path: Path) -> None:
    await sqlite_store.document("lunch", b"1")
    await backup(sqlite_store.url, tmp_path / "copy.db")
    with pytest.raises(StoreError) as failure:
        await restore(tmp_path / "copy.db", sqlite_store.url)
    assert failure.value.reason == "in_use"
    assert await sqlite_store.log("lunch") == [(1, b"1")]


async def test_restore_of_what_is_no_backup_changes_nothing(
    sqlite_store: Any, opener: Any, tmp_path: Path
) -> None:
    await sqlite_store.document("lunch", b"1")
    await backup(sqlite_store.url, tmp_path / "newer.db")
    async with (await opener(tmp_path / "newer.db")).database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'f00'"))
    await sqlite_store.database.close()
    (tmp_path / "junk").write_bytes(b"junk" * 1000)
    foreign = sqlite3.connect(tmp_path / "foreign.db")
    foreign.execute("CREATE TABLE t (a)")
    foreign.close()
    wrong = {"junk": "damaged", "foreign.db": "damaged", "newer.db": "newer", "no": "unavailable"}
    for name, reason in wrong.items():
        with pytest.raises(StoreError) as failure:
            await restore(tmp_path / name, sqlite_store.url)
        assert failure.value.reason == reason, name
    assert await (await opener(sqlite_store.url)).log("lunch") == [(1, b"1")]
