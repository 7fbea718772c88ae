"""The update log, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text, update

from collab.errors import StoreError
from collab.records import DocumentUpdates
from storage.tables import heads, menu_snapshots, menus
from storage.updates import holes_between

Batch = Callable[..., DocumentUpdates]
NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


async def test_unknown_document_is_none(store: Any) -> None:
    assert await store.updates.load("nowhere") is None


async def test_new_document_has_no_updates_and_head_zero(store: Any) -> None:
    document = await store.document("lunch")
    stored = await store.updates.load("lunch")
    assert stored.document == document
    assert (stored.snapshot, stored.snapshot_seq, stored.updates) == (None, 0, ())
    assert (stored.top, stored.missing, dict(stored.client_ids)) == (0, (), {})


async def test_updates_come_back_as_they_were(store: Any, batch: Batch) -> None:
    await store.document("lunch")
    written = batch("lunch", b"\x00\xff", b"", b"x" * 100_000)
    appended = await store.updates.append([written])
    assert (dict(appended.tops), appended.gone) == ({"lunch": 3}, frozenset())
    stored = await store.updates.load("lunch")
    assert [update.seq for update in stored.updates] == [1, 2, 3]
    for row, new in zip(stored.updates, written.updates, strict=True):
        assert (row.data, row.user_id, row.session_id) == (new.data, new.user_id, new.session_id)
        assert row.at == NOW and row.at.utcoffset() is not None


async def test_numbers_have_no_gap_under_concurrent_appends(store: Any, batch: Batch) -> None:
    for name in ("a", "b", "c"):
        await store.document(name)

    async def write(worker: int) -> None:
        for turn in range(10):
            mark = b"%d-%d" % (worker, turn)
            names = ("c", "a") if worker % 2 else ("a", "b", "c")
            await store.updates.append([batch(name, mark, mark + b"+") for name in names])

    async with asyncio.TaskGroup() as group:
        for worker in range(6):
            group.create_task(write(worker))
    for name, top in (("a", 120), ("b", 60), ("c", 120)):
        rows = await store.log(name)
        assert [seq for seq, _ in rows] == list(range(1, top + 1))
        # The pair of one append stays together, and a worker's appends stay in order.
        assert all(rows[n][1] + b"+" == rows[n + 1][1] for n in range(0, top, 2))
        for worker in range(6):
            turns = [int(data[2:]) for _, data in rows[::2] if data.startswith(b"%d-" % worker)]
            assert turns == sorted(turns)


async def test_document_named_twice_in_a_batch_is_appended_in_order(
    store: Any, batch: Batch
) -> None:
    await store.document("lunch")
    appended = await store.updates.append([batch("lunch", b"1"), batch("lunch", b"2", b"3")])
    assert dict(appended.tops) == {"lunch": 3}
    assert await store.log("lunch") == [(1, b"1"), (2, b"2"), (3, b"3")]


async def test_unknown_and_deleted_documents_are_gone_and_hold_nobody_up(
    store: Any, batch: Batch
) -> None:
    await store.document("lunch")
    await store.document("old")
    await store.documents.delete("old", NOW)
    appended = await store.updates.append(
        [batch("old", b"x"), batch("lunch", b"1"), batch("never", b"x")]
    )
    assert (dict(appended.tops), appended.gone) == ({"lunch": 1}, frozenset({"old", "never"}))
    assert await store.updates.load("old") is None


async def test_empty_batch_saves_nothing(store: Any) -> None:
    appended = await store.updates.append([])
    assert (dict(appended.tops), appended.gone) == ({}, frozenset())


async def test_failed_append_saves_nothing_and_uses_no_number(store: Any, batch: Batch) -> None:
    await store.document("a")
    await store.document("z")
    await store.append("z", b"1")
    async with store.database.write() as connection:  # z's next number is taken: z will fail
        await connection.execute(update(heads).where(heads.c.document_id == "z").values(top=0))
    with pytest.raises(StoreError) as failure:
        await store.updates.append([batch("a", b"x"), batch("z", b"x")])
    assert failure.value.reason == "rejected"
    assert await store.log("a") == []
    async with store.database.write() as connection:
        await connection.execute(update(heads).where(heads.c.document_id == "z").values(top=1))
    appended = await store.updates.append([batch("a", b"x"), batch("z", b"x")])
    assert dict(appended.tops) == {"a": 1, "z": 2}


async def test_first_user_of_a_client_id_keeps_it(store: Any) -> None:
    await store.document("lunch")
    biggest = 2**53 - 1
    await store.updates.append([DocumentUpdates("lunch", (), ((7, "ann"), (biggest, "bob")))])
    await store.updates.append([DocumentUpdates("lunch", (), ((7, "eve"),))])
    stored = await store.updates.load("lunch")
    assert (dict(stored.client_ids), stored.top) == ({7: "ann", biggest: "bob"}, 0)


async def test_client_ids_of_a_former_epoch_are_kept_apart(store: Any) -> None:
    await store.document("lunch")
    await store.updates.append([DocumentUpdates("lunch", (), ((7, "ann"),))])
    assert (await store.updates.load("lunch")).former_client_ids == frozenset()
    async with store.database.write() as connection:
        await connection.execute(update(menus).values(epoch=2))
    await store.updates.append([DocumentUpdates("lunch", (), ((8, "bob"),))])
    stored = await store.updates.load("lunch")
    assert dict(stored.client_ids) == {8: "bob"}
    assert (await store.updates.load("lunch")).former_client_ids == frozenset({7})


async def test_snapshot_takes_the_place_of_the_rows_it_covers(store: Any) -> None:
    await store.document("lunch")
    await store.append("lunch", b"1", b"2", b"3", b"4")
    await store.updates.compact("lunch", b"1+3", 3, keep=[2])
    stored = await store.updates.load("lunch")
    assert (stored.snapshot, stored.snapshot_seq) == (b"1+3", 3)
    assert [(row.seq, row.data) for row in stored.updates] == [(2, b"2"), (4, b"4")]
    assert (stored.top, stored.missing) == (4, ())
    await store.append("lunch", b"5")
    await store.updates.compact("lunch", b"all", 5, keep=[])
    stored = await store.updates.load("lunch")
    assert (stored.snapshot, stored.snapshot_seq, stored.updates) == (b"all", 5, ())


async def test_older_snapshot_does_not_replace_a_newer_one(store: Any) -> None:
    await store.document("lunch")
    await store.append("lunch", b"1", b"2", b"3")
    await store.updates.compact("lunch", b"new", 3, keep=[1])
    await store.updates.compact("lunch", b"old", 2, keep=[])
    stored = await store.updates.load("lunch")
    assert (stored.snapshot, stored.snapshot_seq) == (b"new", 3)
    assert [row.seq for row in stored.updates] == [1]


@pytest.mark.parametrize(("upto_seq", "keep"), [(0, []), (2, [3]), (9, [])])
async def test_snapshot_that_promises_too_much_is_refused(
    store: Any, upto_seq: int, keep: list[int]
) -> None:
    await store.document("lunch")
    await store.append("lunch", b"1", b"2", b"3")
    with pytest.raises(ValueError, match=r"snapshot covers|log of the document ends"):
        await store.updates.compact("lunch", b"?", upto_seq, keep)
    assert len(await store.log("lunch")) == 3


async def test_compacting_a_deleted_document_changes_nothing(store: Any) -> None:
    await store.document("lunch")
    await store.append("lunch", b"1")
    await store.documents.delete("lunch", NOW)
    await store.updates.compact("lunch", b"s", 1, keep=[])
    async with store.database.read() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM menu_updates")) == 1
        assert await connection.scalar(text("SELECT count(*) FROM menu_snapshots")) == 0


async def test_quarantined_update_is_not_loaded_not_missing_and_not_lost(store: Any) -> None:
    await store.document("lunch")
    await store.append("lunch", b"1", b"bomb", b"3")
    await store.updates.quarantine("lunch", [2, 99], "the engine panicked")
    await store.updates.quarantine("lunch", [2], "again")
    stored = await store.updates.load("lunch")
    assert [row.seq for row in stored.updates] == [1, 3]
    assert (stored.top, stored.missing) == (3, ())
    async with store.database.read() as connection:
        rows = await connection.execute(text("SELECT seq, data, reason FROM quarantined_updates"))
        assert [tuple(row) for row in rows] == [(2, b"bomb", "the engine panicked")]


async def test_hole_in_the_log_is_reported_and_the_document_opens(store: Any) -> None:
    await store.document("lunch")
    await store.append("lunch", b"1", b"2", b"3", b"4", b"5")
    async with store.database.write() as connection:
        await connection.execute(text("DELETE FROM menu_updates WHERE seq IN (1, 3, 5)"))
    stored = await store.updates.load("lunch")
    assert stored.missing == ((1, 1), (3, 3), (5, 5))
    assert [row.seq for row in stored.updates] == [2, 4]
    assert dict((await store.append("lunch", b"6")).tops) == {"lunch": 6}


async def test_damaged_snapshot_is_left_out_reported_and_set_aside(store: Any) -> None:
    await store.document("lunch")
    await store.append("lunch", b"1", b"2", b"3")
    await store.updates.compact("lunch", b"good", 2, keep=[])
    async with store.database.write() as connection:
        await connection.execute(update(menu_snapshots).values(data=b"g00d"))
    stored = await store.updates.load("lunch")
    assert (stored.snapshot, stored.snapshot_seq, stored.top) == (None, 0, 3)
    assert stored.missing == ((1, 2),)
    await store.updates.compact("lunch", b"rebuilt", 3, keep=[])
    stored = await store.updates.load("lunch")
    assert (stored.snapshot, stored.missing) == (b"rebuilt", ())
    async with store.database.read() as connection:
        rows = await connection.execute(text("SELECT seq, part, data FROM quarantined_updates"))
        assert [tuple(row) for row in rows] == [(2, "snapshot", b"g00d")]


async def test_large_snapshot_is_checked_too(store: Any) -> None:
    await store.document("lunch")
    await store.append("lunch", b"1")
    large = bytes(range(256)) * 4096
    await store.updates.compact("lunch", large, 1, keep=[])
    stored = await store.updates.load("lunch")
    assert stored.snapshot == large
    async with store.database.read() as connection:
        kept = await connection.scalar(text("SELECT sha256 FROM menu_snapshots"))
    assert kept == hashlib.sha256(large).digest()


async def test_cancelled_append_is_wholly_done_or_not_done(store: Any, batch: Batch) -> None:
    await store.document("a")
    await store.document("b")
    done = 0
    for pause in range(40):
        task = asyncio.create_task(
            store.updates.append([batch("a", b"x", b"y"), batch("b", b"x", b"y")])
        )
        for _ in range(pause):
            await asyncio.sleep(0)
        task.cancel()
        try:
            await task
            done += 1
        except asyncio.CancelledError:
            pass
        a, b = await store.log("a"), await store.log("b")
        assert a == b and len(a) % 2 == 0
        assert len(a) >= 2 * done  # what was not cancelled is there
        assert [seq for seq, _ in a] == list(range(1, len(a) + 1))


async def test_cancelled_load_leaves_the_store_usable(store: Any) -> None:
    await store.document("a", b"first")
    for pause in range(25):
        task = asyncio.create_task(store.updates.load("a"))
        for _ in range(pause):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await store.log("a") == [(1, b"first")]


async def test_load_shows_one_moment_while_others_append(store: Any) -> None:
    await store.document("lunch")

    async def write() -> None:
        for _ in range(30):
            await store.append("lunch", b"x", b"y")

    async with asyncio.TaskGroup() as group:
        writer = group.create_task(write())
        while not writer.done():
            stored = await store.updates.load("lunch")
            assert stored.top == len(stored.updates) and stored.missing == ()
            assert stored.top % 2 == 0


async def test_time_without_zone_is_refused(store: Any, batch: Batch) -> None:
    await store.document("lunch")
    naive = NOW.replace(tzinfo=None)
    good = batch("lunch", b"1")
    bad = DocumentUpdates("lunch", (type(good.updates[0])(b"1", "u", "s", naive),))
    with pytest.raises(Exception, match="without a zone"):
        await store.updates.append([bad])
    assert await store.log("lunch") == []
    await store.updates.append([good])


def test_holes_are_the_stretches_that_nobody_holds() -> None:
    assert holes_between(0, 0, []) == ()
    assert holes_between(0, 3, []) == ((1, 3),)
    assert holes_between(2, 9, [1, 2, 3, 5, 5, 9, 12]) == ((4, 4), (6, 8))
    assert holes_between(5, 9, [6, 7]) == ((8, 9),)
