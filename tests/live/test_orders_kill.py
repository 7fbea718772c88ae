"""Orders under kill -9: no acknowledged command is lost, none is done twice, screens end equal.

Waiters and kitchen screens work until the server dies, half of the time exactly between a commit
and the moment anybody hears of it. The file is read as it was left; then everybody comes back by
the rules of the protocol, and sends again what was not answered.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from random import Random
from typing import Final

import pytest

from benchmarks.orders_mix import STATIONS
from collab.identity import Role
from tests.live.conftest import StartServer
from tests.live.order_bustle import Bustle
from tests.live.order_disk import OrdersOnDisk
from tests.live.order_histories import LostCommand, UnequalScreens
from tests.live.order_house import MANAGER, SETTINGS, WAITER, furnished, token_of
from tests.live.order_notes import Followed, Notes, settled
from tests.live.order_tablets import Tablet, running
from tests.live.server import LiveServer
from tests.live.visitors import HOME

KILLS: Final = int(os.environ.get("TESTS_KILLS", "10"))
SHARP: Final = "die_between_commit_and_broadcast"
WAITERS: Final = 4
FLOOR: Final = f"floor:{HOME}"
TRIES: Final = 8  # a kill may come when nothing is under way


async def work_until_killed(
    server: LiveServer, bustle: Bustle, random: Random, stack: AsyncExitStack, kills: int
) -> None:
    """Everybody works; the server dies so often, and is started again each time."""

    def port() -> int:
        return server.port

    waiters = [Tablet(f"w{n}", port, WAITER, bustle.notes, random) for n in range(WAITERS)]
    manager = Tablet("manager", port, MANAGER, bustle.notes, random)
    kitchen = token_of("kim", Role.KITCHEN)
    screens = bustle.screens(port, [kitchen] * len(STATIONS))
    followed: list[Followed] = [screen.followed for screen in screens]
    followed += [manager.follow(FLOOR), waiters[0].follow(f"kitchen:{HOME}")]
    tablets = [*waiters, manager, *(screen.tablet for screen in screens)]
    await stack.enter_async_context(running(*tablets))
    async with asyncio.TaskGroup() as group:
        working = [group.create_task(screen.run()) for screen in screens]
        working += [group.create_task(bustle.wait_tables(one, manager)) for one in waiters]
        for number in range(kills):
            await die(server, random)
            tally = bustle.check()
            assert tally.acknowledged > 5 * number, "the server died before anything was done"
            # The first and every other life ends at some moment, the last one not at all.
            prepare(server, random, is_sharp=number % 2 == 0 and number + 1 < kills)
            await server.start()
        await asyncio.sleep(0.5)
        for task in working:
            task.cancel()
    await settled(lambda: not any(one.unsent for one in tablets), "all is answered", 30)
    await bustle.check_screens(screens, followed)


def prepare(server: LiveServer, random: Random, *, is_sharp: bool) -> None:
    """How the next life of the server ends."""
    server.mutant = SHARP if is_sharp else None
    os.environ["TESTS_COMMITS"] = str(random.randint(20, 60))


async def die(server: LiveServer, random: Random) -> None:
    """Wait until it dies by itself, or kill it at some moment."""
    if server.mutant == SHARP:
        async with asyncio.timeout(30):
            while server.exit_code is None:
                await asyncio.sleep(0.005)
    else:
        await asyncio.sleep(random.uniform(0.2, 0.6))
    await server.kill()


async def test_nothing_acknowledged_is_lost_or_doubled_by_kills(
    start_server: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TESTS_COMMITS", "40")
    server = await start_server(settings=SETTINGS, dev=False, supervised=False)
    random, notes = Random(4), Notes()
    bustle = Bustle(await furnished(server), notes, random)
    async with AsyncExitStack() as stack:
        await work_until_killed(server, bustle, random, stack, KILLS)
    tally = bustle.check(whole=True)
    disk = OrdersOnDisk.read(server.database, HOME)
    dups = sum("dup" in one.outcomes for one in notes.asked)
    print(
        f"{KILLS} kills, {tally.acknowledged} commands, {notes.resends} sent again, {dups} known"
        f" already, {tally.compared} compared, {tally.seen} events seen,"
        f" {notes.resumed} rooms resumed, {notes.snapshots} snapshots, {len(disk.log)} entries"
    )
    assert tally.acknowledged > 40 * KILLS, "too few to prove anything"
    assert dups >= KILLS / 4, "the kills never came between commit and answer"
    assert tally.compared > tally.acknowledged / 2
    assert notes.resumed > KILLS
    assert len(bustle.bills) > KILLS


async def test_telling_before_the_commit_is_found(
    start_server: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test of the test: a server that is early is caught by the very same checks."""
    server = await start_server(settings=SETTINGS, dev=False, supervised=False)
    bustle = Bustle(await furnished(server), Notes(), Random(5))
    await server.kill()
    server.mutant = "tell_before_commit"
    await server.start()
    manager = Tablet("manager", lambda: server.port, MANAGER, bustle.notes, bustle.random)
    floor = manager.follow(FLOOR)
    waiters = [
        Tablet(f"w{n}", lambda: server.port, WAITER, bustle.notes, bustle.random) for n in range(2)
    ]
    async with running(manager, *waiters), asyncio.TaskGroup() as group:
        working = [group.create_task(bustle.wait_tables(one, manager)) for one in waiters]
        await settled(lambda: floor.offset > 50, "they work", 20)
        for _ in range(TRIES):
            await server.kill()
            if is_found(bustle):
                break
            await server.start()
            await asyncio.sleep(0.5 + bustle.random.random() / 5)
        for task in working:
            task.cancel()
    assert is_found(bustle)


def is_found(bustle: Bustle) -> bool:
    """Whether the checks see that something was told which is not on disk."""
    try:
        bustle.check()
    except (LostCommand, UnequalScreens):
        return True
    return False
