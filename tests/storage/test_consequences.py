"""What updates mean is saved with them: all of it or nothing, never at the cost of the bytes."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from collab.errors import StoreError
from collab.records import (
    ConflictRow,
    Consequences,
    DocumentUpdates,
    FieldChange,
    ItemRow,
    NewUpdate,
    StreamEvent,
    stream_of,
)
from storage.consequences import merge
from storage.menu_tables import menu_changes, menu_conflicts, menu_items, outbox, streams
from storage.streams import StreamStore
from storage.tables import menus
from storage.updates import UpdateStore
from tests.storage.conftest import NOW

LATER = NOW + timedelta(seconds=5)


def change(id: str = "c1", part: str = "i1", **more: Any) -> FieldChange:
    values: dict[str, Any] = {
        "id": id,
        "root": "items",
        "part_id": part,
        "field": "price",
        "before": 450,
        "after": 500,
        "user_id": "ann",
        "session_id": "s1",
        "door": "y",
        "since": NOW,
        "at": NOW,
    }
    return FieldChange(**values | more)


def item(id: str = "i1", price: int | None = 500, **more: Any) -> ItemRow:
    values: dict[str, Any] = {
        "item_id": id,
        "section_id": "s1",
        "position": "a0",
        "name": {"de": "Suppe"},
        "description": {"de": "heiß"},
        "price": price,
        "currency": "EUR",
        "is_hidden": False,
        "is_deleted": False,
        "body": {"id": id, "price": price},
    }
    return ItemRow(**values | more)


def conflict(id: str = "k1", **more: Any) -> ConflictRow:
    values: dict[str, Any] = {
        "id": id,
        "key": "price/i1",
        "kind": "two_prices",
        "severity": "error",
        "root": "items",
        "part_id": "i1",
        "field": "price",
        "candidates": ({"value": 450, "user": "ann"}, {"value": 500, "user": "bo"}),
        "opened_at": NOW,
    }
    return ConflictRow(**values | more)


def event(type: str = "conflict.opened", **body: Any) -> StreamEvent:
    return StreamEvent(type, "ann", body, NOW)


def meant(document_id: str, *parts: Consequences, data: bytes = b"x") -> DocumentUpdates:
    update = NewUpdate(data, "ann", "session-1", NOW)
    return DocumentUpdates(document_id, (update,), consequences=parts)


async def rows_of(store: Any, table: Any) -> Sequence[Any]:
    async with store.database.read() as connection:
        ordered = select(table).order_by(*table.primary_key)
        return (await connection.execute(ordered)).all()


async def test_everything_is_saved_in_one_commit_with_the_bytes(store: Any) -> None:
    await store.document("lunch")
    everything = Consequences((change(),), (item(),), (conflict(),), (event(a=1), event(b=2)))
    done = await store.updates.append([meant("lunch", everything)])
    assert (done.tops, done.first_offsets, done.dirty) == ({"lunch": 1}, {"lunch": 1}, frozenset())
    [row] = await rows_of(store, menu_items)
    assert (row.item_id, row.price, row.name, row.is_hidden) == ("i1", 500, {"de": "Suppe"}, False)
    assert row.body == {"id": "i1", "price": 500}
    [row] = await rows_of(store, menu_changes)
    assert (row.before, row.after, row.since, row.at) == (450, 500, NOW, NOW)
    [row] = await rows_of(store, menu_conflicts)
    assert row.candidates == [{"value": 450, "user": "ann"}, {"value": 500, "user": "bo"}]
    assert (row.opened_at, row.closed_at, row.resolution) == (NOW, None, None)
    [row] = await rows_of(store, outbox)
    assert (row.document_id, row.parts) == ("lunch", ["i1"])
    page = await StreamStore(store.database).read(stream_of("lunch"), 0, 10)
    assert (page.top, [(one.offset, one.event) for one in page.events]) == (
        2,
        [(1, event(a=1)), (2, event(b=2))],
    )


async def test_raw_rows_are_those_that_sqlalchemy_writes(sqlite_store: Any) -> None:
    # The hot path goes past SQLAlchemy; other readers must not see the difference.
    await sqlite_store.document("lunch")
    await sqlite_store.updates.append(
        [meant("lunch", Consequences((change(before=None),), (item(),)))]
    )
    async with sqlite_store.database.write() as connection:
        for table in (menu_changes, menu_items):
            [row] = (await connection.execute(select(table))).mappings().all()
            again = {**row, "id": "c2"} if table is menu_changes else {**row, "item_id": "i2"}
            await connection.execute(table.insert().values(again))
    connection = sqlite3.connect(sqlite_store.database.path)
    for table in ("menu_changes", "menu_items"):
        first, second = connection.execute(f"SELECT * FROM {table}").fetchall()
        assert [first[0], *first[2:-1]] == [second[0], *second[2:-1]]
    connection.close()


async def test_entry_that_comes_again_keeps_what_was_before_it(store: Any) -> None:
    await store.document("lunch")
    first = change(field="name:de", before="Sup", after="Supp")
    again = replace(first, before="not this", after="Suppe", since=LATER, at=LATER)
    await store.updates.append([meant("lunch", Consequences((first,)))])
    await store.updates.append([meant("lunch", Consequences((again,)))])
    [row] = await rows_of(store, menu_changes)
    assert (row.before, row.after, row.since, row.at) == ("Sup", "Suppe", NOW, LATER)


def test_parts_of_one_batch_become_one() -> None:
    first = change(before="a", after="ab")
    parts = [
        Consequences((first,), (item(price=1), item("i2")), (conflict(),), (event(n=1),)),
        Consequences(
            (replace(first, before="ab", after="abc", since=LATER, at=LATER), change("c2")),
            (item(price=2),),
            (conflict(closed_at=LATER),),
            (event(n=2),),
        ),
    ]
    assert merge(parts) == Consequences(
        (replace(first, after="abc", at=LATER), change("c2")),
        (item(price=2), item("i2")),
        (conflict(closed_at=LATER),),
        (event(n=1), event(n=2)),
    )


async def test_conflict_that_ends_is_the_same_row(store: Any) -> None:
    await store.document("lunch")
    await store.updates.append([meant("lunch", Consequences(conflicts=(conflict(),)))])
    ended = conflict(closed_at=LATER, resolved_by="bo", resolution={"value": 500})
    await store.updates.append([meant("lunch", Consequences(conflicts=(ended,)))])
    [row] = await rows_of(store, menu_conflicts)
    assert (row.opened_at, row.closed_at, row.resolved_by) == (NOW, LATER, "bo")
    assert row.resolution == {"value": 500}


async def test_outbox_remembers_the_first_change_and_at_most_a_hundred_parts(opener, store) -> None:
    await store.document("lunch")
    store.database.clock = lambda: NOW
    await store.updates.append([meant("lunch", Consequences((change(part="a"),)))])
    store.database.clock = lambda: LATER
    many = tuple(change(f"c{n}", part=f"p{n}") for n in range(150))
    await store.updates.append([meant("lunch", Consequences(many))])
    [row] = await rows_of(store, outbox)
    assert (row.since, row.at, len(row.parts)) == (NOW, LATER, 100)
    assert row.parts[:3] == ["a", "p0", "p1"]


# What a column does not take: too long a number, half a character, nothing where something must be.
BAD_ITEMS = [
    item(price=2**70),
    item(name={1j: "x"}),
    item(section_id="\ud800"),
    item(position=None),
]


@pytest.mark.parametrize("bad", BAD_ITEMS)
async def test_bytes_are_saved_when_their_meaning_cannot_be(store: Any, bad: ItemRow) -> None:
    for name in ("a", "b", "c"):
        await store.document(name)
    broken = Consequences((change(),), (bad,), (), (event(),))
    good = Consequences((change(),), (item(),), (conflict("ka"),), (event(),))
    other = replace(good, conflicts=(conflict("kc"),))
    done = await store.updates.append([meant("a", good), meant("b", broken), meant("c", other)])
    assert done.tops == {"a": 1, "b": 1, "c": 1}
    assert (done.dirty, done.first_offsets) == (frozenset({"b"}), {"a": 1, "c": 1})
    assert [row.document_id for row in await rows_of(store, menu_items)] == ["a", "c"]
    assert [row.document_id for row in await rows_of(store, menu_changes)] == ["a", "c"]
    assert [row.id for row in await rows_of(store, streams)] == [stream_of("a"), stream_of("c")]
    assert [row.document_id for row in await rows_of(store, outbox)] == ["a", "c"]
    flags = {row.id: row.projection_dirty for row in await rows_of(store, menus)}
    assert flags == {"a": False, "b": True, "c": False}
    assert await store.log("b") == [(1, b"x")]


async def test_meaning_of_a_deleted_menu_is_not_saved(store: Any) -> None:
    for name in ("a", "gone"):
        await store.document(name)
    await store.documents.delete("gone", NOW)
    full = Consequences((change(),), (item(),), (), (event(),))
    done = await store.updates.append([meant("a", full), meant("gone", full), meant("never", full)])
    assert (done.gone, done.dirty) == (frozenset({"gone", "never"}), frozenset())
    assert [row.document_id for row in await rows_of(store, menu_items)] == ["a"]
    assert [row.id for row in await rows_of(store, streams)] == [stream_of("a")]


async def test_full_disk_fails_the_whole_batch_and_the_same_call_succeeds_later(
    sqlite_store: Any,
) -> None:
    await sqlite_store.document("lunch")
    big = Consequences((change(after="x" * 3_000_000),), (item(),), (), (event(),))
    database = sqlite_store.database
    async with database.write() as connection:
        pages = await connection.scalar(text("PRAGMA page_count"))
        await connection.execute(text(f"PRAGMA max_page_count = {pages + 5}"))
    with pytest.raises(StoreError) as failure:
        await sqlite_store.updates.append([meant("lunch", big)])
    assert failure.value.reason == "disk_full"
    assert await sqlite_store.log("lunch") == []
    async with database.write() as connection:
        await connection.execute(text("PRAGMA max_page_count = 1000000000"))
    done = await sqlite_store.updates.append([meant("lunch", big)])
    assert (done.tops, done.first_offsets, done.dirty) == ({"lunch": 1}, {"lunch": 1}, frozenset())


async def test_epoch_of_a_stream_is_drawn_once(store: Any) -> None:
    await store.document("lunch")
    epochs = iter(["first", "second"])
    updates = UpdateStore(store.database, draw_epoch=lambda: next(epochs))
    for number in (1, 2):
        done = await updates.append([meant("lunch", Consequences(events=(event(n=number),)))])
        assert done.first_offsets == {"lunch": number}
    page = await StreamStore(store.database).read(stream_of("lunch"), 0, 10)
    assert page.epoch.startswith("first")


async def test_many_writers_leave_no_gap_and_nothing_twice(store: Any) -> None:
    names = ["a", "b", "c"]
    for name in names:
        await store.document(name)
    chance = random.Random(7)
    streams_of = StreamStore(store.database)

    async def edit(writer: int) -> list[tuple[str, int, str]]:
        sent = []
        for turn in range(20):
            chosen = chance.sample(names, chance.randint(1, 3))
            batch = []
            for name in chosen:
                events = [event(id=f"{writer}-{turn}-{n}") for n in range(chance.randint(0, 3))]
                batch.append(
                    meant(name, Consequences((change(f"{writer}-{turn}"),), (), (), tuple(events)))
                )
            done = await store.updates.append(batch)
            for entry in batch:
                for n, one in enumerate(entry.consequences[0].events):
                    first = done.first_offsets[entry.document_id]
                    sent.append((entry.document_id, first + n, one.body["id"]))
        return sent

    async def publish(writer: int) -> list[tuple[str, int, str]]:
        sent = []
        for turn in range(20):
            name, id = chance.choice(names), f"p{writer}-{turn}"
            offset = await streams_of.append(stream_of(name), [event("menu.published", id=id)])
            sent.append((name, offset, id))
        return sent

    works = [*(edit(n) for n in range(4)), *(publish(n) for n in range(3))]
    sent = [one for each in await asyncio.gather(*works) for one in each]
    for name in names:
        page = await streams_of.read(stream_of(name), 0, 1000)
        assert [one.offset for one in page.events] == list(range(1, page.top + 1))
        assert [(name, one.offset, one.event.body["id"]) for one in page.events] == sorted(
            [one for one in sent if one[0] == name], key=lambda one: one[1]
        )


async def test_commit_of_twenty_texts_is_quick(sqlite_store: Any) -> None:
    # A bound far above what is measured (0.9 ms of work beside the sync), so that a loaded
    # machine does not fail it; one trip a row would.
    await sqlite_store.document("lunch")
    changes = tuple(change(f"c{n}", f"i{n}", field="name:de", after="Suppe") for n in range(20))
    items = tuple(item(f"i{n}") for n in range(20))
    batch = [meant("lunch", Consequences(changes, items, (), (event(),)))]
    best = 1.0
    for _ in range(20):
        started = time.perf_counter()
        await sqlite_store.updates.append(batch)
        best = min(best, time.perf_counter() - started)
    assert best < 0.02
