"""Group commit: order, retries, pauses, and documents that are gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from collab.records import DocumentUpdates, NewUpdate
from rooms.journal import Journal


class Saver:
    """Notes what the journal says."""

    def __init__(self) -> None:
        self.said: list[Any] = []

    def saved(self, position: int) -> None:
        self.said.append(position)

    def lost_document(self) -> None:
        self.said.append("lost")

    def pause(self) -> None:
        self.said.append("pause")

    def resume(self) -> None:
        self.said.append("resume")


def updates(data: bytes, document_id: str = "lunch") -> DocumentUpdates:
    at: Any = None
    return DocumentUpdates(document_id, (NewUpdate(data, "ann", "s", at),))


@pytest.fixture
async def journal(memory_log: Any, meter: Any, hand_time: Any) -> AsyncIterator[Journal]:
    journal = Journal(memory_log, meter, monotonic=hand_time.clock.monotonic, interval_seconds=0)
    task = asyncio.create_task(journal.run())
    yield journal
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def turns(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_nothing_is_durable_until_the_append_returns(
    journal: Journal, memory_log: Any
) -> None:
    gate, saver = asyncio.Event(), Saver()
    memory_log.gates["append"] = gate.wait
    assert journal.add(updates(b"1"), saver) == 1
    flushed = asyncio.create_task(journal.flush())
    await turns()
    assert journal.durable == 0 and saver.said == [] and not flushed.done()
    assert journal.waiting == 1
    gate.set()
    await flushed
    assert journal.durable == 1 and saver.said == [1] and journal.waiting == 0


async def test_what_comes_during_a_commit_goes_into_the_next_as_one_batch(
    journal: Journal, memory_log: Any
) -> None:
    gate, saver = asyncio.Event(), Saver()
    memory_log.rows["dinner"] = []
    memory_log.gates["append"] = gate.wait
    journal.add(updates(b"1"), saver)
    await turns()
    for data in (b"2", b"3"):
        journal.add(updates(data), saver)
    journal.add(updates(b"4", "dinner"), saver)
    gate.set()
    await journal.flush()
    assert [len(batch) for batch in memory_log.batches] == [1, 2]
    assert [row.data for row in memory_log.rows["lunch"]] == [b"1", b"2", b"3"]
    assert saver.said == [1, 4]


async def test_a_failed_commit_is_retried_in_order(
    journal: Journal, memory_log: Any, meter: Any
) -> None:
    saver = Saver()
    memory_log.failing["append"] = 2
    journal.add(updates(b"1"), saver)
    await turns()
    journal.add(updates(b"2"), saver)
    await journal.flush()
    assert [row.data for row in memory_log.rows["lunch"]] == [b"1", b"2"]
    assert saver.said == [1, 2] and meter.reasons["commit_failed"] == 2


async def test_saving_is_paused_after_five_seconds_and_resumes_by_itself(
    journal: Journal, memory_log: Any, meter: Any, hand_time: Any
) -> None:
    gate, saver, other = asyncio.Event(), Saver(), Saver()
    memory_log.gates["append"] = gate.wait
    journal.register(saver)
    journal.add(updates(b"1"), saver)
    await turns()
    hand_time.seconds += 4.9
    journal.look(hand_time.seconds)
    assert not journal.is_paused
    hand_time.seconds += 0.1
    for _ in range(2):
        journal.look(hand_time.seconds)
    assert journal.is_paused and saver.said == ["pause"]
    journal.register(other)
    assert other.said == ["pause"], "a room that opens meanwhile is told"
    gate.set()
    await journal.flush()
    assert saver.said == ["pause", 1, "resume"] and other.said == ["pause", "resume"]
    assert not journal.is_paused and meter.paused == [True, False]
    journal.unregister(other)
    journal.unregister(other)


async def test_a_document_that_is_gone_holds_nobody_up(journal: Journal, memory_log: Any) -> None:
    here, gone = Saver(), Saver()
    journal.add(updates(b"1", "deleted"), gone)
    journal.add(updates(b"2"), here)
    await journal.flush()
    assert gone.said == ["lost", 2] and here.said == [2]
    assert [row.data for row in memory_log.rows["lunch"]] == [b"2"]


async def test_flushing_can_be_cancelled_and_done_again(journal: Journal, memory_log: Any) -> None:
    gate = asyncio.Event()
    memory_log.gates["append"] = gate.wait
    journal.add(updates(b"1"), Saver())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await journal.flush()
    gate.set()
    await journal.flush()
    assert journal.durable == 1


async def test_commits_keep_a_distance(memory_log: Any, meter: Any) -> None:
    loop = asyncio.get_running_loop()
    journal = Journal(memory_log, meter, monotonic=loop.time, interval_seconds=0.02)
    task = asyncio.create_task(journal.run())
    started = loop.time()
    while loop.time() - started < 0.2:
        journal.add(updates(b"x"), Saver())
        await asyncio.sleep(0.001)
    await journal.flush()
    task.cancel()
    assert 2 <= len(memory_log.batches) <= 12
