"""Marks of screens: they only rise, and what was not stored is stored later."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from collab.errors import StoreError
from collab.orders.executed import Mark
from rooms.screen_marks import ScreenMarks

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Store:
    """Keeps what it is given; fails or waits when told."""

    def __init__(self) -> None:
        self.written: list[Sequence[Mark]] = []
        self.error: BaseException | None = None

    async def mark(self, marks: Sequence[Mark]) -> None:
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        self.written.append(marks)

    async def marks(self, stream_ids: Sequence[str]) -> Sequence[Mark]:
        return [mark("kai", 7)] if "kitchen:bistro" in stream_ids else []


def mark(screen: str, offset: int, epoch: str = "e1") -> Mark:
    return Mark("kitchen:bistro", epoch, screen, offset, NOW)


async def test_many_marks_are_one_write_and_lower_ones_none() -> None:
    store = Store()
    marks = ScreenMarks(store)
    for offset in (1, 5, 3, 5):
        marks.seen(mark("kai", offset))
    marks.seen(mark("ida", 2))
    await marks.store()
    marks.seen(mark("kai", 4))
    await marks.store()
    assert store.written == [[mark("kai", 5), mark("ida", 2)]]
    marks.seen(mark("kai", 1, "e2"))
    await marks.store()
    assert store.written[1:] == [[mark("kai", 1, "e2")]], "another epoch counts anew"


@pytest.mark.parametrize("error", [StoreError("busy"), asyncio.CancelledError()])
async def test_mark_that_was_not_stored_is_stored_later_in_its_newest_state(
    error: BaseException,
) -> None:
    store = Store()
    marks = ScreenMarks(store)
    marks.seen(mark("kai", 1))
    marks.seen(mark("ida", 1))
    store.error = error
    with pytest.raises(type(error)):
        await marks.store()
    marks.seen(mark("kai", 2))
    await marks.store()
    assert store.written == [[mark("kai", 2), mark("ida", 1)]]


async def test_event_is_covered_by_any_screen_that_is_as_far_in_the_same_numbering() -> None:
    marks = ScreenMarks(Store())
    await marks.read(["kitchen:bistro", "kitchen:bistro"])
    place = ("kitchen:bistro", "e1", 7)
    assert marks.cover([("kitchen:bistro:bar", "e1", 1), place])
    assert not marks.cover([("kitchen:bistro", "e1", 8), ("kitchen:bistro", "e2", 1)])
    marks.seen(mark("ida", 9))
    assert marks.cover([("kitchen:bistro", "e1", 8)]) and not marks.cover([])
