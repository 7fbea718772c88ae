"""A renewed document stands in the place of the old one, wholly or not at all."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from collab.errors import DocumentGone, StoreError
from collab.records import (
    Consequences,
    Document,
    DocumentKind,
    DocumentUpdates,
    FieldChange,
    StreamEvent,
    stream_of,
)
from storage import renewal
from storage.doctor import Finding, examine
from storage.heads import read_promises
from storage.renewal import RenewalStore, Replacement
from storage.streams import StreamStore
from storage.tables import menus, quarantined_updates
from tests.storage.conftest import NOW, entry

EVENT = StreamEvent("menu.renewed", "mia", {"epoch": 2}, NOW)
READ = Replacement("lunch", 1, 3, b"all of it", b"anew", frozenset({7, 2**52}))


@pytest.fixture
async def edited(store: Any) -> Any:
    """A menu with a snapshot, two rows above it, and somebody's client id."""
    await store.documents.create(
        Document("lunch", DocumentKind.MENU, "bistro", "Lunch", 1, NOW), b"1", "ann"
    )
    await store.updates.append(
        [DocumentUpdates("lunch", entry("lunch", b"2", b"3").updates, ((7, "ann"), (8, "bo")))]
    )
    await store.updates.compact("lunch", b"1", 1, keep=[])
    return store


async def aside(store: Any) -> list[tuple[int, str, bytes]]:
    rows = select(
        quarantined_updates.c.seq, quarantined_updates.c.reason, quarantined_updates.c.data
    )
    async with store.database.read() as connection:
        return [tuple(row) for row in await connection.execute(rows)]


async def events(store: Any) -> list[Any]:
    page = await StreamStore(store.database).read(stream_of("lunch"), 0, 100)
    return [one.event for one in page.events]


async def test_the_new_state_is_all_that_is_loaded(edited: Any) -> None:
    assert await RenewalStore(edited.database).replace(READ, EVENT) == 2
    stored = await edited.updates.load("lunch")
    assert (stored.snapshot, stored.snapshot_seq, stored.updates) == (b"anew", 4, ())
    assert (stored.top, stored.missing, stored.document.epoch) == (4, (), 2)
    assert stored.former_client_ids == {7, 8, 2**52}, "those that wrote, and those that were here"
    assert dict(stored.client_ids) == {}
    assert await events(edited) == [EVENT]
    assert (await edited.updates.append([entry("lunch", b"5")])).tops == {"lunch": 5}


async def test_numbers_go_on_also_in_the_heads_file(sqlite_store: Any, tmp_path: Any) -> None:
    await sqlite_store.document("lunch", b"1")
    store = RenewalStore(sqlite_store.database)
    assert await store.replace(replace(READ, top=1), EVENT) == 2
    assert read_promises(tmp_path / "menu.db.heads") == {"lunch": 2}


@pytest.mark.parametrize("other", [{"top": 2}, {"top": 4}, {"epoch": 2}, {"epoch": 0}])
async def test_what_was_read_before_a_later_edit_changes_nothing(edited: Any, other: Any) -> None:
    before = await edited.updates.load("lunch")
    assert await RenewalStore(edited.database).replace(replace(READ, **other), EVENT) is None
    assert await edited.updates.load("lunch") == before
    assert await events(edited) == []


async def test_a_document_that_is_gone_is_not_renewed(edited: Any) -> None:
    await edited.documents.delete("lunch", NOW)
    with pytest.raises(DocumentGone):
        await RenewalStore(edited.database).replace(READ, EVENT)
    with pytest.raises(DocumentGone):
        await RenewalStore(edited.database).replace(replace(READ, document_id="no"), EVENT)


async def test_a_transaction_that_breaks_off_leaves_the_old_document(
    edited: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> int:
        raise StoreError("the disk is full", reason="disk_full")

    before = await edited.updates.load("lunch")
    monkeypatch.setattr(renewal, "append_events", fail)  # its last step
    with pytest.raises(StoreError):
        await RenewalStore(edited.database).replace(READ, EVENT)
    assert await edited.updates.load("lunch") == before
    assert await aside(edited) == []


async def test_of_an_edit_and_a_renewal_at_once_none_gets_lost(edited: Any) -> None:
    store = RenewalStore(edited.database)
    epoch, appended = await asyncio.gather(
        store.replace(READ, EVENT), edited.updates.append([entry("lunch", b"4")])
    )
    stored = await edited.updates.load("lunch")
    rows = [(row.seq, row.data) for row in stored.updates]
    if epoch is None:
        assert (stored.document.epoch, appended.tops, rows[-1]) == (1, {"lunch": 4}, (4, b"4"))
    else:
        assert (stored.document.epoch, appended.tops, rows) == (2, {"lunch": 5}, [(5, b"4")])


async def test_only_one_of_two_renewals_of_the_same_state_is_done(edited: Any) -> None:
    store = RenewalStore(edited.database)
    done = await asyncio.gather(*(store.replace(READ, EVENT) for _ in range(3)))
    assert sorted(done, key=str) == [2, None, None]


async def test_the_last_state_before_is_kept_and_no_older_one(edited: Any) -> None:
    store = RenewalStore(edited.database)
    await store.replace(READ, EVENT)
    await store.replace(Replacement("lunch", 2, 4, b"anew", b"again", frozenset({9})), EVENT)
    assert await aside(edited) == [(4, "renewed", b"anew")]
    stored = await edited.updates.load("lunch")
    assert (stored.snapshot, stored.document.epoch) == (b"again", 3)
    assert stored.former_client_ids == {7, 8, 9, 2**52}


async def test_a_late_compaction_of_the_old_log_changes_nothing(edited: Any) -> None:
    await RenewalStore(edited.database).replace(READ, EVENT)
    await edited.updates.compact("lunch", b"old", 3, keep=[])
    stored = await edited.updates.load("lunch")
    assert (stored.snapshot, stored.snapshot_seq) == (b"anew", 4)


async def test_rows_of_history_and_marks_of_the_menu_stay(edited: Any) -> None:
    change = FieldChange(
        "c1", "items", "i1", "price", 1, 2, "ann", "session-1", "y", since=NOW, at=NOW
    )
    meaning = Consequences(changes=(change,))
    await edited.updates.append([DocumentUpdates("lunch", (), (), (meaning,))])
    await RenewalStore(edited.database).replace(READ, EVENT)
    async with edited.database.read() as connection:
        found = (await connection.execute(select(menus))).one()
        kept = (await connection.exec_driver_sql("SELECT id FROM menu_changes")).scalars().all()
    assert (found.projection_dirty, found.title, list(kept)) == (True, "Lunch", ["c1"])


async def test_the_doctor_knows_a_renewed_menu_for_a_healthy_one(edited: Any) -> None:
    await RenewalStore(edited.database).replace(READ, EVENT)
    kept = Finding("note", "lunch", "It was renewed; the state before that is kept.")
    lag = "The rows of this menu lag behind; a running server makes them anew."
    assert await examine(edited.database) == [kept, Finding("note", "lunch", lag)]
    size = await edited.documents.size("lunch")
    assert (size.quarantined, size.snapshot_seq, size.top) == (0, 4, 4)
