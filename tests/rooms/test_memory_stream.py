"""Streams in memory: numbered like those on disk, bounded, and switched by name."""

from __future__ import annotations

from datetime import UTC, datetime

from collab.records import StreamEvent
from rooms.memory_stream import MemoryStream, SwitchedLog
from rooms.ports import StreamLog

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def event(n: int) -> StreamEvent:
    return StreamEvent("person.joined", "ann", {"n": n}, NOW)


async def test_events_are_numbered_from_one_without_gaps_and_the_oldest_go_first() -> None:
    stream = MemoryStream("e1", limit=3)
    assert isinstance(stream, StreamLog)
    empty = await stream.open("presence:bistro")
    assert (empty.epoch, empty.top, empty.first, list(empty.events)) == ("e1", 0, 1, [])
    told = stream.put("presence:bistro", [event(1), event(2)])
    assert (told.epoch, told.first, told.events) == ("e1", 1, (event(1), event(2)))
    assert await stream.append("presence:bistro", [event(3), event(4)]) == 3
    page = await stream.read("presence:bistro", 2, 1)
    assert [one.offset for one in page.events] == [3] and (page.top, page.first) == (4, 2)
    trimmed = await stream.read("presence:bistro", 0, 10)
    assert [one.event.body["n"] for one in trimmed.events] == [2, 3, 4]
    assert list((await stream.read("presence:bistro", 4, 10)).events) == []
    assert await stream.tops(["presence:bistro", "presence:thai"]) == {"presence:bistro": 4}


async def test_presence_comes_from_memory_and_the_rest_from_the_durable_log() -> None:
    durable, memory = MemoryStream("durable"), MemoryStream("memory")
    log = SwitchedLog(durable, memory)
    assert isinstance(log, StreamLog)
    for stream_id, epoch in (("presence:bistro", "memory"), ("floor:bistro", "durable")):
        assert await log.append(stream_id, [event(1)]) == 1
        assert (await log.open(stream_id)).epoch == epoch
        assert (await log.read(stream_id, 0, 10)).epoch == epoch
    assert (durable.top("presence:bistro"), memory.top("floor:bistro")) == (0, 0)
    assert await log.tops(["floor:bistro", "presence:bistro", "presence:thai"]) == {
        "floor:bistro": 1,
        "presence:bistro": 1,
    }
