"""Commands of one connection: in their order, together, and never past one that was not done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import cast

import pytest

from api.doors.rooms_commands import AT_ONCE, PATIENCE_SECONDS, WAITING_LIMIT, CommandQueue
from api.doors.rooms_forms import Cmd
from api.doors.rooms_locks import LockCounter
from api.order_desk import OrderDesk, RawCommand, overloaded
from collab.identity import Identity, Role
from collab.orders.command import Outcome, Result
from rooms.sessions import SessionBook

ANN = Identity("ann", "Ann", "bistro", frozenset({Role.WAITER}))


class Orders:
    """Decides what it is given; waits while it is held, and is full when told so."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.free = asyncio.Event()
        self.free.set()
        self.is_full = False

    async def submit_all(self, identity: Identity, raws: Sequence[RawCommand]) -> list[Result]:
        assert identity is ANN
        self.batches.append([raw.id for raw in raws])
        await self.free.wait()
        if self.is_full:
            return [overloaded(raw.id) for raw in raws]
        return [Result(raw.id, Outcome.OK) for raw in raws]


class Bench:
    def __init__(self) -> None:
        self.orders = Orders()
        self.answers: list[Result] = []
        self.now = 0.0
        self.queue = CommandQueue(
            cast(OrderDesk, self.orders),
            cast(LockCounter, None),
            cast(SessionBook, None),
            identity=lambda: ANN,
            places=lambda: (),
            answer=self.answers.append,
            monotonic=lambda: self.now,
        )

    def add(self, *numbers: int, type: str = "t.u") -> None:
        for number in numbers:
            self.queue.add(Cmd(id=f"c{number}", room="order:o", type=type, device_seq=number))

    async def settled(self) -> list[tuple[str, str]]:
        for _ in range(20):
            await asyncio.sleep(0)
        answers = [(one.command_id, one.code or one.outcome.value) for one in self.answers]
        self.answers.clear()
        return answers


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    running = asyncio.create_task(bench.queue.run())
    yield bench
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_came_meanwhile_is_decided_together_afterwards(bench: Bench) -> None:
    bench.orders.free.clear()
    bench.add(1)
    await bench.settled()
    bench.add(2, 3, 4)
    assert await bench.settled() == []
    bench.orders.free.set()
    assert await bench.settled() == [("c1", "ok"), ("c2", "ok"), ("c3", "ok"), ("c4", "ok")]
    assert bench.orders.batches == [["c1"], ["c2", "c3", "c4"]]


async def test_what_follows_a_command_that_was_not_done_waits_for_it(bench: Bench) -> None:
    bench.orders.is_full = True
    bench.add(1, 2)
    assert await bench.settled() == [("c1", "overloaded"), ("c2", "overloaded")]
    bench.orders.is_full = False
    bench.add(3, 4)  # sent before the answer came
    assert await bench.settled() == [("c3", "overloaded"), ("c4", "overloaded")]
    bench.add(1, 2, 3, 4)
    assert [answer for _, answer in await bench.settled()] == ["ok"] * 4
    assert bench.orders.batches == [["c1", "c2"], ["c1", "c2", "c3", "c4"]]


async def test_nobody_waits_for_ever_for_what_does_not_come_again(bench: Bench) -> None:
    bench.orders.is_full = True
    bench.add(1)
    await bench.settled()
    bench.orders.is_full = False
    bench.now = PATIENCE_SECONDS - 0.1
    bench.add(2)
    assert await bench.settled() == [("c2", "overloaded")]
    bench.now = PATIENCE_SECONDS
    bench.add(2)
    assert await bench.settled() == [("c2", "ok")]


async def test_other_commands_keep_their_place_in_the_order(bench: Bench) -> None:
    bench.add(1)
    bench.add(2, type="presence.set")
    bench.add(3)
    assert await bench.settled() == [("c1", "ok"), ("c2", "bad_command"), ("c3", "ok")]


async def test_whoever_has_many_waiting_waits(bench: Bench) -> None:
    bench.orders.free.clear()
    bench.add(0)
    await bench.settled()
    bench.add(*range(1, WAITING_LIMIT + 1))
    assert bench.queue.is_full
    waiting = asyncio.create_task(bench.queue.has_room())
    await bench.settled()
    assert not waiting.done()
    bench.orders.free.set()
    await bench.settled()
    assert waiting.done() and not bench.queue.is_full
    assert max(len(batch) for batch in bench.orders.batches) == AT_ONCE
