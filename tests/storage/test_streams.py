"""Streams: offsets without gaps, epochs, what is trimmed, and what a restore or a crash does."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import subprocess
import sys
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from collab.orders.executed import Told
from collab.records import StreamEvent, epoch_of, stream_of
from storage.backup import backup, restore
from storage.streams import StreamStore, append_events, append_events_sqlite, append_streams
from tests.storage.conftest import NOW

ROOT = Path(__file__).parents[2]
LUNCH = stream_of("lunch")


def event(number: int = 1, age_days: float = 0) -> StreamEvent:
    at = NOW - timedelta(days=age_days)
    return StreamEvent("menu.published", "ann", {"number": number}, at)


async def offsets(store: Any, after: int = 0) -> list[int]:
    page = await StreamStore(store.database).read(LUNCH, after, 100)
    return [one.offset for one in page.events]


async def test_stream_that_is_not_there_reads_as_empty(store: Any) -> None:
    assert await StreamStore(store.database).read("menu:none:events", 0, 10) == ("", 0, [], 1)


async def test_pages_go_on_where_the_last_one_ended(store: Any) -> None:
    streams = StreamStore(store.database)
    assert await streams.append(LUNCH, [event(n) for n in range(1, 4)]) == 1
    assert await streams.append(LUNCH, [event(4), event(5)]) == 4
    first = await streams.read(LUNCH, 0, 2)
    second = await streams.read(LUNCH, first.events[-1].offset, 10)
    found = [*first.events, *second.events]
    assert [(one.offset, one.event) for one in found] == [(n, event(n)) for n in range(1, 6)]
    assert (first.epoch, first.top, first.first) == (second.epoch, 5, 1) and first.epoch != ""


async def test_seq_of_an_order_is_kept(store: Any) -> None:
    streams = StreamStore(store.database)
    wanted = StreamEvent("line.added", "waiter", {"line": 1}, NOW, seq=7)
    await streams.append("order:o", [wanted])
    assert [one.event for one in (await streams.read("order:o", 0, 9)).events] == [wanted]


async def test_stream_has_its_epoch_from_the_moment_it_is_opened(store: Any) -> None:
    streams = StreamStore(store.database)
    opened = await streams.open(LUNCH)
    assert (opened.top, opened.events, opened.first) == (0, [], 1) and opened.epoch != ""
    assert await streams.open(LUNCH) == opened
    await streams.append(LUNCH, [event(1), event(2)])
    again = await streams.open(LUNCH)
    assert again == (opened.epoch, 2, [], 1)


async def test_streams_opened_at_once_have_one_epoch(store: Any) -> None:
    streams = StreamStore(store.database)
    pages = await asyncio.gather(*(streams.open(LUNCH) for _ in range(5)))
    assert len({page.epoch for page in pages}) == 1


async def test_tops_name_only_streams_that_are_there(store: Any) -> None:
    streams = StreamStore(store.database)
    await streams.append("a", [event(1), event(2)])
    await streams.open("b")
    assert await streams.tops(["a", "b", "c"]) == {"a": 2, "b": 0}
    assert await streams.tops([]) == {}


async def test_many_streams_are_appended_to_in_one_go(store: Any) -> None:
    streams = StreamStore(store.database)
    await streams.append("b", [event(1)])
    known = (await streams.open("b")).epoch
    batches = {"c": [event(1)], "b": [event(2), event(3)], "a": [event(1)]}
    told = await store.database.transact_sync(
        lambda connection: append_streams(connection, batches, "new")
    )
    assert told == {
        "a": Told(epoch_of("new", "a"), 1, (event(1),)),
        "b": Told(known, 2, (event(2), event(3))),
        "c": Told(epoch_of("new", "c"), 1, (event(1),)),
    }
    assert await streams.tops(["a", "b", "c"]) == {"a": 1, "b": 3, "c": 1}
    page = await streams.read("b", 0, 9)
    assert [(one.offset, one.event) for one in page.events] == [(n, event(n)) for n in (1, 2, 3)]


async def test_more_streams_than_fit_one_statement_are_still_numbered_one_by_one(
    store: Any,
) -> None:
    batches = {f"order:{n}": [event(1), event(2)] for n in range(2500)}
    for first in (1, 3):
        told = await store.database.transact_sync(
            lambda connection: append_streams(connection, batches, "new")
        )
        assert {one.first for one in told.values()} == {first} and told.keys() == batches.keys()


async def test_nothing_to_append_is_a_mistake_and_no_streams_are_none(store: Any) -> None:
    async with store.database.write() as connection:
        assert await connection.run_sync(append_streams, {}, "new") == {}
        with pytest.raises(ValueError, match="nothing"):
            await connection.run_sync(append_streams, {"a": [event(1)], "b": []}, "new")


async def test_rollback_takes_the_number_back(store: Any) -> None:
    streams = StreamStore(store.database)
    await streams.append(LUNCH, [event(1)])

    async def work(connection: Any) -> None:
        assert await append_events(connection, LUNCH, "e", [event(2), event(3)]) == 2
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.database.transact(work)
    assert (await streams.read(LUNCH, 0, 10)).top == 1
    assert await streams.append(LUNCH, [event(2)]) == 2


async def test_nothing_to_append_is_a_mistake(store: Any) -> None:
    with pytest.raises(ValueError, match="nothing"):
        await StreamStore(store.database).append(LUNCH, [])


async def test_raw_append_goes_on_with_the_same_numbers(sqlite_store: Any) -> None:
    await StreamStore(sqlite_store.database).append(LUNCH, [event(1)])
    batches = {LUNCH: [event(2), event(3)], stream_of("dinner"): [event(1)]}
    firsts = await sqlite_store.database.transact_in_driver(
        lambda connection: append_events_sqlite(connection, batches, "new")
    )
    assert firsts == {LUNCH: 2, stream_of("dinner"): 1}
    page = await StreamStore(sqlite_store.database).read(LUNCH, 0, 10)
    assert [one.event for one in page.events] == [event(1), event(2), event(3)]
    dinner = await StreamStore(sqlite_store.database).read(stream_of("dinner"), 0, 1)
    assert not page.epoch.startswith("new") and dinner.epoch.startswith("new")


async def test_streams_that_are_born_in_one_commit_have_epochs_of_their_own(store: Any) -> None:
    batches = {name: [event(1)] for name in ("a", "b", "c")}
    told = await store.database.transact_sync(lambda inner: append_streams(inner, batches, "new"))
    assert len({one.epoch for one in told.values()}) == 3, "no cursor fits into two of them"


async def test_trimmed_events_are_gone_and_numbers_go_on(store: Any) -> None:
    streams = StreamStore(store.database)
    await streams.append(LUNCH, [event(1, 9), event(2, 8), event(3, 1)])
    week = NOW - timedelta(days=7)
    assert await streams.trim(week) == 2
    page = await streams.read(LUNCH, 0, 10)
    assert ([one.offset for one in page.events], page.first, page.top) == ([3], 3, 3)
    assert await streams.trim(NOW + timedelta(days=1)) == 1
    assert (await streams.read(LUNCH, 0, 10))[1:] == (3, [], 4)
    assert await streams.append(LUNCH, [event(4)]) == 4


async def test_trimming_leaves_no_hole_where_a_clock_was_set_back(store: Any) -> None:
    streams = StreamStore(store.database)
    await streams.append(LUNCH, [event(1, 9), event(2, 1), event(3, 400), event(4, 0)])
    assert await streams.trim(NOW - timedelta(days=7)) == 1
    assert await offsets(store) == [2, 3, 4]


async def test_trimming_goes_in_small_steps(store: Any) -> None:
    streams = StreamStore(store.database)
    await streams.append(LUNCH, [event(n, 9) for n in range(1, 11)])
    week = NOW - timedelta(days=7)
    assert [await streams.trim(week, limit=4) for _ in range(4)] == [4, 4, 2, 0]


async def test_restore_keeps_the_events_and_changes_every_epoch(
    sqlite_store: Any, opener: Any, tmp_path: Path
) -> None:
    streams = StreamStore(sqlite_store.database)
    for menu in ("lunch", "dinner"):
        await streams.append(stream_of(menu), [event(1)])
    before = await streams.read(LUNCH, 0, 10)
    await backup(sqlite_store.url, tmp_path / "copy.db")
    await streams.append(LUNCH, [event(2)])
    await sqlite_store.database.close()
    await restore(tmp_path / "copy.db", sqlite_store.url)
    streams = StreamStore((await opener(sqlite_store.url)).database)
    after = await streams.read(LUNCH, 0, 10)
    assert (after.top, after.events) == (1, before.events)
    assert after.epoch not in ("", before.epoch)
    assert (await streams.read(stream_of("dinner"), 0, 10)).epoch not in ("", after.epoch)


async def test_lost_edits_change_every_epoch(
    sqlite_store: Any, opener: Any, tmp_path: Path
) -> None:
    # What took edits took events too, and their numbers are given out again.
    await sqlite_store.document("lunch")
    await StreamStore(sqlite_store.database).append(LUNCH, [event(1)])
    epoch = (await StreamStore(sqlite_store.database).read(LUNCH, 0, 1)).epoch
    await backup(sqlite_store.url, tmp_path / "old.db")
    await sqlite_store.append("lunch", b"1", b"2")
    await sqlite_store.database.close()
    again = await opener(sqlite_store.url)
    assert (await StreamStore(again.database).read(LUNCH, 0, 1)).epoch == epoch
    await again.database.close()
    await asyncio.to_thread((tmp_path / "old.db").replace, tmp_path / "menu.db")
    damaged = await opener(sqlite_store.url)
    assert (await StreamStore(damaged.database).read(LUNCH, 0, 1)).epoch != epoch


# Commits events for ever, by both ways, and prints what was acknowledged.
WRITER = """
import asyncio, os, sys
from datetime import UTC, datetime
from collab.records import Consequences, DocumentUpdates, NewUpdate, StreamEvent, stream_of
from storage.database import open_database
from storage.streams import StreamStore
from storage.updates import UpdateStore

async def main():
    database = await open_database(sys.argv[1])
    updates, streams = UpdateStore(database), StreamStore(database)
    os.write(1, b"ready\\n")
    turn = 0
    while True:
        turn += 1
        now = datetime.now(UTC)
        new = (NewUpdate(b"x", "ann", "s", now),)
        events = tuple(StreamEvent("t", "ann", {"id": f"{turn}-{n}"}, now) for n in range(turn % 4))
        means = (Consequences(events=events),)
        done = await updates.append([DocumentUpdates("lunch", new, consequences=means)])
        if events:
            first, last = done.first_offsets["lunch"], done.first_offsets["lunch"] + len(events) - 1
            os.write(1, b"acked %d %d %d\\n" % (first, last, done.tops["lunch"]))
        event = StreamEvent("p", "ann", {"id": str(turn)}, now)
        first = await streams.append(stream_of("lunch"), [event])
        os.write(1, b"acked %d %d 0\\n" % (first, first))

asyncio.run(main())
"""


def killed_while_writing(path: Path, seconds: float) -> list[tuple[int, int, int]]:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)],
        cwd=ROOT,
        env={**os.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    try:
        output, errors = writer.communicate(timeout=seconds)
        raise AssertionError(f"the writer ended by itself: {errors[-300:]}")
    except subprocess.TimeoutExpired:
        writer.send_signal(signal.SIGKILL)
    output = writer.communicate()[0]
    found = re.findall(r"^acked (\d+) (\d+) (\d+)\n", output, re.MULTILINE)
    return [(int(first), int(last), int(top)) for first, last, top in found]


async def test_acknowledged_events_survive_kill_9_and_no_number_comes_twice(
    sqlite_store: Any, opener: Any
) -> None:
    await sqlite_store.document("lunch")
    await sqlite_store.database.close()
    path, chance, seen = sqlite_store.database.path, random.Random(3), 0
    for _ in range(5):
        acked = await asyncio.to_thread(killed_while_writing, path, chance.uniform(0.1, 0.4))
        if not acked:
            continue  # on a busy machine it may be killed before its first write
        assert acked[0][0] > seen  # never a number that was acknowledged before
        spans = [(first, last) for first, last, _ in acked]
        assert all(last < first for (_, last), (first, _) in pairwise(spans))
        seen = spans[-1][1]
        store = await opener(path)
        page = await StreamStore(store.database).read(LUNCH, 0, 1_000_000)
        assert [one.offset for one in page.events] == list(range(1, page.top + 1))
        assert page.top >= seen
        seen = page.top
        await store.database.close()
    assert seen > 100  # it did write
