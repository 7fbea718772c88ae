"""What screens have seen: it only rises, except in another numbering."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from collab.orders.executed import Mark
from storage.marks import MarkStore
from tests.storage.conftest import NOW

HOT = Mark("kitchen:bistro:hot", "e1", "ann/tablet", 7, NOW)
BAR = Mark("kitchen:bistro:bar", "e1", "bo/wall", 3, NOW)
LATER = NOW + timedelta(seconds=1)


async def test_marks_of_streams_are_read_by_stream_and_screen(store: Any) -> None:
    marks = MarkStore(store.database)
    other = replace(HOT, screen_id="zoe/wall")
    await marks.mark([other, HOT, BAR])
    assert await marks.marks([HOT.stream_id]) == [HOT, other]
    assert await marks.marks([BAR.stream_id, HOT.stream_id]) == [BAR, HOT, other]
    assert await marks.marks([]) == []


async def test_mark_rises_and_a_late_one_changes_nothing(store: Any) -> None:
    marks = MarkStore(store.database)
    await marks.mark([HOT])
    higher = replace(HOT, offset=9, at=LATER)
    await marks.mark([higher])
    await marks.mark([replace(HOT, offset=8, at=LATER + timedelta(1)), BAR])
    assert await marks.marks([HOT.stream_id, BAR.stream_id]) == [BAR, higher]


async def test_mark_of_another_epoch_replaces_a_higher_one(store: Any) -> None:
    marks = MarkStore(store.database)
    await marks.mark([HOT])
    restored = replace(HOT, epoch="e2", offset=1, at=LATER)
    await marks.mark([restored])
    assert await marks.marks([HOT.stream_id]) == [restored]


async def test_no_marks_are_no_transaction(store: Any) -> None:
    await store.database.close()
    await MarkStore(store.database).mark([])
