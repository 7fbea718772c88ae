"""Conflicts as they are read back: by menu, state, severity, page by page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from collab.records import ConflictRow, Consequences, DocumentUpdates
from storage.conflicts import ConflictState, ConflictStore
from tests.storage.conftest import NOW, Store


def row(id: str, minutes: int, severity: str = "error") -> ConflictRow:
    candidates = ({"value": 450, "user": "ana", "ms": 1, "replica": "a"},)
    at = NOW + timedelta(minutes=minutes)
    key = f"prices/items/{id}/price"
    return ConflictRow(id, key, "prices", severity, "items", id, "price", candidates, at)


CLOSED = replace(
    row("c3", 1, "info"),
    closed_at=NOW + timedelta(hours=1),
    resolved_by="mia",
    resolution={"keep": 0},
)
ROWS = (row("c1", 0), row("c2", 1, "warning"), CLOSED, row("c4", 2))


@pytest.fixture
async def conflicts(store: Store) -> ConflictStore:
    for name in ("lunch", "dinner"):
        await store.document(name)
    other = replace(row("d1", 5), key="x")
    for name, rows in (("lunch", ROWS), ("dinner", (other,))):
        saved = DocumentUpdates(name, (), consequences=(Consequences(conflicts=rows),))
        await store.updates.append([saved])
    return ConflictStore(store.database)


async def test_conflicts_come_back_as_they_were_saved(conflicts):
    found = await conflicts.find("c3")
    assert found is not None
    assert found == ("lunch", CLOSED)
    assert await conflicts.find("nobody") is None


async def test_open_conflicts_of_one_menu_the_newest_first(conflicts):
    assert [one.id for one in await conflicts.list("lunch")] == ["c4", "c2", "c1"]
    assert await conflicts.list("supper") == []


@pytest.mark.parametrize(
    ("state", "severity", "expected"),
    [
        (ConflictState.ALL, None, ["c4", "c2", "c3", "c1"]),
        (ConflictState.CLOSED, None, ["c3"]),
        (ConflictState.OPEN, "error", ["c4", "c1"]),
        (ConflictState.ALL, "info", ["c3"]),
        (ConflictState.OPEN, "info", []),
    ],
)
async def test_filters(conflicts, state, severity, expected):
    found = await conflicts.list("lunch", state=state, severity=severity)
    assert [one.id for one in found] == expected


async def test_pages_leave_nothing_out_also_where_times_are_equal(conflicts):
    seen: list[str] = []
    after = None
    while page := await conflicts.list("lunch", state=ConflictState.ALL, after=after, limit=1):
        after = page[-1].id
        seen.append(after)
    assert seen == ["c4", "c2", "c3", "c1"]


async def test_standing_conflicts_are_what_a_room_begins_with(conflicts):
    assert [one.id for one in await conflicts.standing("lunch")] == ["c1", "c2", "c4"]
