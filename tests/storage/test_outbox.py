"""Every change of a menu is told once, when it has become quiet or too old."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from collab.records import Consequences, StreamEvent, stream_of
from storage.menu_tables import outbox
from storage.outbox import OutboxStore
from storage.streams import StreamStore
from tests.storage.conftest import NOW
from tests.storage.test_consequences import change, meant, rows_of


async def edit(store: Any, document_id: str, at_seconds: float, part: str = "i1") -> None:
    store.database.clock = lambda: NOW + timedelta(seconds=at_seconds)
    await store.updates.append([meant(document_id, Consequences((change(part=part),)))])


def seconds(count: float) -> Any:
    return NOW + timedelta(seconds=count)


async def test_quiet_menu_is_due_after_two_seconds(store: Any) -> None:
    await store.document("lunch")
    await edit(store, "lunch", 0)
    box = OutboxStore(store.database)
    assert await box.due(seconds(1.9)) == []
    assert await box.due(seconds(2)) == ["lunch"]


async def test_menu_that_never_rests_is_due_after_ten_seconds(store: Any) -> None:
    await store.document("lunch")
    box = OutboxStore(store.database)
    for second in range(10):
        await edit(store, "lunch", second)
        assert await box.due(seconds(second + 0.9)) == []
    assert await box.due(seconds(10)) == ["lunch"]


async def test_telling_makes_one_event_and_removes_the_row(store: Any) -> None:
    await store.document("lunch")
    await edit(store, "lunch", 0, "i1")
    await edit(store, "lunch", 1, "i2")
    box = OutboxStore(store.database)
    assert await box.tell("lunch")
    assert not await box.tell("lunch")
    assert await rows_of(store, outbox) == []
    [told] = (await StreamStore(store.database).read(stream_of("lunch"), 0, 10)).events
    body = {"parts": ["i1", "i2"], "is_complete": True}
    assert told.event == StreamEvent("menu.changed", "server", body, seconds(1))


async def test_two_nodes_tell_once(store: Any) -> None:
    await store.document("lunch")
    await edit(store, "lunch", 0)
    boxes = [OutboxStore(store.database) for _ in range(4)]
    told = await asyncio.gather(*(box.tell("lunch") for box in boxes))
    assert sorted(told) == [False, False, False, True]
    assert (await StreamStore(store.database).read(stream_of("lunch"), 0, 10)).top == 1


async def test_no_change_is_forgotten_while_others_are_told(store: Any) -> None:
    # Editing and telling at once: what was edited is in an event or still in the outbox.
    await store.document("lunch")
    box = OutboxStore(store.database)

    async def write() -> None:
        for number in range(40):
            await edit(store, "lunch", 0, f"i{number}")

    async def tell(writing: asyncio.Task[None]) -> None:
        while not writing.done():
            await box.tell("lunch")

    async with asyncio.TaskGroup() as group:
        writing = group.create_task(write())
        group.create_task(tell(writing))
    await box.tell("lunch")
    page = await StreamStore(store.database).read(stream_of("lunch"), 0, 100)
    told = [part for one in page.events for part in one.event.body["parts"]]
    assert sorted(told) == sorted(f"i{number}" for number in range(40))
