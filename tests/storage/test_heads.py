"""The heads file: a lower bound that survives torn writes, and what it finds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from storage.heads import SLOT_BYTES, HeadsFile, read_promises


def opened(path: Path, instance: str = "one") -> HeadsFile:
    file = HeadsFile(path, instance)
    file.close()
    return file


def test_promises_come_back(tmp_path: Path) -> None:
    path = tmp_path / "heads"
    file = HeadsFile(path, "one")
    longest = "é" * 100  # 200 bytes, the longest id
    file.write({"a": 1, longest: 2**62})
    file.write({"a": 7})
    file.close()
    file.close()
    assert opened(path).promised == {"a": 7, longest: 2**62}
    assert read_promises(path) == {"a": 7, longest: 2**62}


def test_size_depends_on_documents_and_not_on_commits(tmp_path: Path) -> None:
    file = HeadsFile(tmp_path / "heads", "one")
    for top in range(1000):
        file.write({"a": top, "b": top})
    file.close()
    assert os.path.getsize(tmp_path / "heads") == 3 * SLOT_BYTES


def test_torn_slot_is_unknown_and_used_again(tmp_path: Path) -> None:
    path = tmp_path / "heads"
    file = HeadsFile(path, "one")
    file.write({"a": 1, "b": 2, "c": 3})
    file.close()
    content = bytearray(path.read_bytes())
    content[2 * SLOT_BYTES] ^= 1
    path.write_bytes(content)
    file = HeadsFile(path, "one")
    assert file.promised == {"a": 1, "c": 3}
    file.write({"d": 4})
    file.close()
    assert opened(path).promised == {"a": 1, "d": 4, "c": 3}
    assert path.stat().st_size == 4 * SLOT_BYTES


@pytest.mark.parametrize("left", range(0, 3 * SLOT_BYTES, 37))
def test_cut_file_keeps_its_whole_slots(tmp_path: Path, left: int) -> None:
    path = tmp_path / "heads"
    file = HeadsFile(path, "one")
    file.write({"a": 1, "b": 2})
    file.close()
    os.truncate(path, left)
    whole = dict(list({"a": 1, "b": 2}.items())[: max(0, left // SLOT_BYTES - 1)])
    file = HeadsFile(path, "one")
    assert file.promised == whole
    file.write({"c": 3})
    file.close()
    assert opened(path).promised == {**whole, "c": 3}


def test_file_of_another_database_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "heads"
    file = HeadsFile(path, "one")
    file.write({"a": 1})
    file.close()
    assert opened(path, "two").promised == {}
    assert read_promises(tmp_path / "heads.old") == {"a": 1}


def test_failed_write_is_counted_and_not_raised(tmp_path: Path) -> None:
    file = HeadsFile(tmp_path / "heads", "one")
    os.close(file._descriptor)
    file.write({"a": 1})
    assert file.failed_writes == 1
    assert file.promised == {}
    file._descriptor = -1


async def test_each_commit_is_promised(sqlite_store: Any) -> None:
    await sqlite_store.document("lunch", b"first")
    await sqlite_store.append("lunch", b"1", b"2")
    await sqlite_store.document("empty")
    promised = {"lunch": 3, "empty": 0}
    assert sqlite_store.database.heads.promised == promised
    assert read_promises(Path(f"{sqlite_store.database.path}.heads")) == promised


async def test_lost_heads_file_is_written_anew_from_the_database(
    sqlite_store: Any, opener: Any
) -> None:
    await sqlite_store.document("lunch", b"first")
    await sqlite_store.database.close()
    os.unlink(f"{sqlite_store.database.path}.heads")
    again = await opener(sqlite_store.url)
    assert again.database.heads.promised == {"lunch": 1}


async def test_document_that_lost_edits_opens_says_so_and_numbers_on_above(
    sqlite_store: Any, opener: Any, caplog: pytest.LogCaptureFixture
) -> None:
    store = sqlite_store
    await store.document("lunch", b"1")
    store.database.heads.write({"lunch": 4})  # 2 to 4 were acknowledged and are gone
    await store.database.close()
    store = await opener(store.url)
    assert [record.action for record in caplog.records if record.levelname == "ERROR"] == [
        "hole_found"
    ]
    stored = await store.updates.load("lunch")
    assert (stored.top, stored.missing) == (4, ((2, 4),))
    assert dict((await store.append("lunch", b"again")).tops) == {"lunch": 5}
    assert await store.log("lunch") == [(1, b"1"), (5, b"again")]
    await store.updates.compact("lunch", b"s", 5, keep=[])
    await store.database.close()
    store = await opener(store.url)
    assert (await store.updates.load("lunch")).missing == ()
    async with store.database.read() as connection:
        rows = await connection.execute(text("SELECT first_seq, last_seq FROM holes"))
        assert [tuple(row) for row in rows] == [(2, 4)]


async def test_lost_document_that_is_created_again_numbers_on_above(sqlite_store: Any) -> None:
    sqlite_store.database.heads.write({"lunch": 9})
    await sqlite_store.document("lunch", b"first")
    stored = await sqlite_store.updates.load("lunch")
    assert (stored.top, stored.missing) == (10, ((1, 9),))
    assert [row.seq for row in stored.updates] == [10]


async def test_head_below_the_log_is_raised_at_opening(sqlite_store: Any, opener: Any) -> None:
    await sqlite_store.document("lunch", b"1")
    await sqlite_store.append("lunch", b"2", b"3")
    async with sqlite_store.database.write() as connection:
        await connection.execute(text("UPDATE heads SET top = 1"))
    await sqlite_store.database.close()
    store = await opener(sqlite_store.url)
    assert dict((await store.append("lunch", b"4")).tops) == {"lunch": 4}
