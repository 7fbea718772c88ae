"""The desk: batches, order, retries, and nothing told or answered that is not on disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from collab.errors import Overloaded, StoreError
from collab.orders.command import Actor, ActorKind, Command, Outcome, Result
from collab.orders.executed import Executed, Told
from collab.records import StreamEvent
from rooms.desk import Desk

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def command(id: str) -> Command:
    return Command(id, "bistro", "note.add", "o1", {}, Actor(ActorKind.WAITER, "ann"), b"")


class Orders:
    """A log that answers; it waits and fails when it is told to."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.gate: asyncio.Event | None = None
        self.failing: list[str] = []  # reasons
        self.poison = ""  # the id of a command that brings a mistake of ours to light
        self.happened: list[str] = []

    async def execute(self, commands: Sequence[Command], now: datetime) -> Executed:
        if self.gate is not None:
            await self.gate.wait()
        if self.failing:
            raise StoreError("the disk is full", reason=self.failing.pop(0))
        ids = [one.id for one in commands]
        if self.poison in ids:
            raise ZeroDivisionError
        self.batches.append(ids)
        self.happened.append("saved " + " ".join(ids))
        events = tuple(StreamEvent("note.added", "waiter", {"id": id}, NOW) for id in ids)
        results = tuple(Result(id, Outcome.OK) for id in ids)
        return Executed(results, {"order:o1": Told("e1", 1, events)})


class Evening:
    """A desk at work."""

    def __init__(self, meter: Any, time: Any, **options: Any) -> None:
        self.orders = Orders()
        self.desk = Desk(
            self.orders, self.deliver, meter, time.clock, on_executed=self.executed, **options
        )

    def deliver(self, told: Mapping[str, Told]) -> None:
        ids = [str(event.body["id"]) for one in told.values() for event in one.events]
        self.orders.happened.append("told " + " ".join(ids))

    def executed(self, executed: Executed) -> None:
        self.orders.happened.append("watched")

    def ask(self, *ids: str) -> asyncio.Task[list[Result]]:
        async def submit() -> list[Result]:
            results = await self.desk.submit_all([command(id) for id in ids])
            self.orders.happened.append("answered " + " ".join(one.command_id for one in results))
            return results

        return asyncio.create_task(submit())


@asynccontextmanager
async def working(evening: Evening) -> AsyncIterator[Evening]:
    work = asyncio.create_task(evening.desk.run())
    await asyncio.sleep(0)
    try:
        yield evening
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


@pytest.fixture
async def evening(meter: Any, hand_time: Any) -> AsyncIterator[Evening]:
    async with working(Evening(meter, hand_time)) as one:
        yield one


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not done():
            await asyncio.sleep(0.001)


async def test_rooms_are_told_after_the_commit_and_before_the_answer(evening: Evening) -> None:
    await evening.ask("a", "b")
    assert evening.orders.happened == ["saved a b", "told a b", "watched", "answered a b"]
    assert (await evening.desk.submit(command("c"))).command_id == "c"


async def test_first_one_is_saved_at_once_and_those_that_come_meanwhile_together(
    evening: Evening,
) -> None:
    evening.orders.gate = asyncio.Event()
    asked = [evening.ask(str(number)) for number in range(10)]
    await asyncio.sleep(0.01)
    evening.orders.gate.set()
    answers = await asyncio.gather(*asked)
    assert [one.command_id for (one,) in answers] == [str(number) for number in range(10)]
    assert len(evening.orders.batches) <= 2
    assert [id for batch in evening.orders.batches for id in batch] == list("0123456789")


async def test_batches_are_bounded_and_keep_the_order(meter: Any, hand_time: Any) -> None:
    async with working(Evening(meter, hand_time, batch_limit=3)) as evening:
        answers = await evening.ask(*"abcdefgh")
        assert [one.command_id for one in answers] == list("abcdefgh")
        assert evening.orders.batches == [list("abc"), list("def"), list("gh")]
        assert await evening.desk.submit_all([]) == []


async def test_too_much_is_refused_at_once_and_nothing_of_it_is_taken(
    meter: Any, hand_time: Any
) -> None:
    async with working(Evening(meter, hand_time, pending_limit=3)) as evening:
        evening.orders.gate = asyncio.Event()
        first = evening.ask("a", "b")
        await asyncio.sleep(0.01)
        with pytest.raises(Overloaded) as refused:
            await evening.ask("c", "d")
        assert refused.value.reason == "overloaded" and meter.reasons["overloaded"] == 1
        last = evening.ask("e")
        await asyncio.sleep(0)
        evening.orders.gate.set()
        await asyncio.gather(first, last)
        assert [id for batch in evening.orders.batches for id in batch] == list("abe")


async def test_store_that_fails_for_a_moment_is_nobodys_business(
    evening: Evening, meter: Any
) -> None:
    evening.orders.failing = ["busy", "busy"]
    await evening.ask("a")
    assert evening.orders.happened == ["saved a", "told a", "watched", "answered a"]
    assert meter.reasons["commands_not_saved"] == 2


async def test_who_waited_too_long_is_told_and_who_came_later_is_served_in_order(
    evening: Evening, hand_time: Any
) -> None:
    evening.orders.failing = ["busy"] * 1000
    early = evening.ask("a", "b")
    await asyncio.sleep(0.01)
    hand_time.seconds += 4
    late = evening.ask("c")
    await asyncio.sleep(0.01)
    hand_time.seconds += 2
    with pytest.raises(StoreError):
        await early
    evening.orders.failing.clear()
    await late
    assert evening.orders.batches == [["c"]]


async def test_who_goes_away_holds_up_nobody_and_the_command_is_done(evening: Evening) -> None:
    evening.orders.gate = asyncio.Event()
    gone, stays = evening.ask("a"), evening.ask("b")
    await asyncio.sleep(0.01)
    gone.cancel()
    await asyncio.sleep(0)
    evening.orders.gate.set()
    await stays
    assert [id for batch in evening.orders.batches for id in batch] == ["a", "b"]
    assert evening.orders.happened[-1] == "answered b"


async def test_flush_waits_for_every_answer(evening: Evening) -> None:
    evening.orders.gate = asyncio.Event()
    asked = evening.ask("a")
    await asyncio.sleep(0.01)
    flushing = asyncio.create_task(evening.desk.flush())
    await asyncio.sleep(0.01)
    assert not flushing.done() and evening.desk.waiting == 1
    evening.orders.gate.set()
    await flushing
    assert evening.desk.waiting == 0
    await asked
    await evening.desk.flush()


async def test_failed_fsync_ends_the_desk_and_everybody_is_told(meter: Any, hand_time: Any) -> None:
    evening = Evening(meter, hand_time)
    evening.orders.failing = ["fsync_failed"]
    work = asyncio.create_task(evening.desk.run())
    asked = evening.ask("a")
    with pytest.raises(StoreError) as ended:
        await work
    assert ended.value.reason == "fsync_failed"
    with pytest.raises(StoreError):
        await asked
    with pytest.raises(StoreError):
        await evening.desk.submit(command("b"))
    assert evening.orders.happened == []


async def test_server_that_stops_leaves_nobody_waiting(meter: Any, hand_time: Any) -> None:
    evening = Evening(meter, hand_time)
    async with working(evening):
        evening.orders.gate = asyncio.Event()
        asked = evening.ask("a", "b")
        await asyncio.sleep(0.01)
    with pytest.raises(StoreError) as ended:
        await asked
    assert ended.value.reason == "stopping"


async def test_command_that_nobody_can_decide_costs_itself_only(evening: Evening) -> None:
    evening.orders.poison = "c"
    answers = await evening.ask("a", "b", "c", "d", "e")
    assert [one.outcome for one in answers] == [
        Outcome.OK, Outcome.OK, Outcome.REJECTED, Outcome.OK, Outcome.OK,
    ]  # fmt: skip
    assert answers[2].code == "internal_error"
    assert evening.orders.batches == [["a"], ["b"], ["d"], ["e"]]
    await evening.ask("f", "g")
    assert evening.orders.batches[-1] == ["f", "g"], "afterwards they are saved together again"
