"""History is found by item, field, person, time and door, and forgotten when it is old."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from collab.records import Consequences, FieldChange
from storage.history import HistoryStore, Wanted, stretches
from tests.storage.conftest import NOW
from tests.storage.test_consequences import change, meant


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def entry(id: str, minutes: float, **more: Any) -> FieldChange:
    return change(id, **{"since": at(minutes), "at": at(minutes), **more})


ENTRIES = [
    entry("e1", 0, user_id="ann", part="i1", field="price", after=1),
    entry("e2", 1, user_id="bo", part="i1", field="price", before=1, after=2),
    entry("e3", 2, user_id="ann", part="i1", field="name:de", door="rest", before="a", after=None),
    entry("e4", 2, user_id="bo", part="i2", field="price"),
    entry("e5", 3, user_id="ann", root="meta", part="", field="currency", before=None, after="EUR"),
]


@pytest.fixture
async def history(store: Any) -> HistoryStore:
    for name in ("lunch", "other"):
        await store.document(name)
    await store.updates.append([meant("lunch", Consequences(tuple(ENTRIES)))])
    await store.updates.append([meant("other", Consequences((entry("x", 9),)))])
    return HistoryStore(store.database)


async def test_entries_come_back_as_they_were_the_latest_first(history: HistoryStore) -> None:
    assert await history.entries("lunch", Wanted()) == [ENTRIES[n] for n in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Wanted(part_id="i1"), "e3 e2 e1"),
        (Wanted(part_id=""), "e5"),
        (Wanted(part_id="i1", field="price"), "e2 e1"),
        (Wanted(user_id="bo"), "e4 e2"),
        (Wanted(door="rest"), "e3"),
        (Wanted(since=at(2)), "e5 e4 e3"),
        (Wanted(since=at(1), until=at(2)), "e2"),
        (Wanted(user_id="nobody"), ""),
    ],
)
async def test_entries_are_found(history: HistoryStore, wanted: Wanted, ids: str) -> None:
    assert [one.id for one in await history.entries("lunch", wanted)] == ids.split()


async def test_pages_go_on_also_between_entries_of_one_moment(history: HistoryStore) -> None:
    found: list[FieldChange] = []
    while page := await history.entries(
        "lunch", Wanted(), before=(found[-1].at, found[-1].id) if found else None, limit=2
    ):
        found += page
    assert [one.id for one in found] == ["e5", "e4", "e3", "e2", "e1"]


async def test_one_entry_is_found_in_its_own_menu_only(history: HistoryStore) -> None:
    assert await history.find("lunch", "e2") == ENTRIES[1]
    assert await history.find("other", "e2") is None


async def test_blame_names_the_last_change_of_each_field(history: HistoryStore) -> None:
    assert [one.id for one in await history.blame("lunch")] == ["e3", "e2", "e4", "e5"]
    assert [one.id for one in await history.blame("lunch", "i1")] == ["e3", "e2"]


async def test_old_entries_are_forgotten_in_small_steps(history: HistoryStore) -> None:
    assert await history.aged(at(2.5)) == ["lunch"]
    assert await history.aged(at(10)) == ["lunch", "other"]
    assert [await history.trim("lunch", at(2.5), limit=3) for _ in range(3)] == [3, 1, 0]
    assert [one.id for one in await history.entries("lunch", Wanted())] == ["e5"]
    assert [one.id for one in await history.entries("other", Wanted())] == ["x"]


def test_stretches_end_where_somebody_paused_for_long() -> None:
    typed = replace(entry("b", 30), since=at(14))
    found = stretches(
        [
            entry("e", 60, session_id="s1"),
            entry("d", 31, session_id="s2"),
            typed,
            entry("a", 0, session_id="s1"),
        ]
    )
    assert [[one.id for one in each.changes] for each in found] == [["e"], ["d"], ["b", "a"]]
    assert (found[2].since, found[2].at, found[2].session_id) == (at(0), at(30), "s1")
    assert stretches([]) == []


async def test_a_page_of_a_long_history_is_found_without_reading_the_rest(
    sqlite_store: Any,
) -> None:
    await sqlite_store.document("lunch")
    async with sqlite_store.database.read() as connection:
        for place, index in (("", "document_id_at"), ("AND part_id = 'i1' ", "part_id_at")):
            plan = await connection.exec_driver_sql(
                "EXPLAIN QUERY PLAN SELECT * FROM menu_changes WHERE document_id = 'lunch' "
                f"{place}AND (at, id) < ('2026', 'x') ORDER BY at DESC, id DESC LIMIT 10"
            )
            steps = json.dumps([tuple(row) for row in plan])
            assert index in steps and "SCAN" not in steps


async def test_writers_are_all_who_stand_in_the_history(history: HistoryStore) -> None:
    assert await history.writers("lunch") == {"ann", "bo"}
    assert await history.writers("supper") == set()
