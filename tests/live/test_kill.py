"""Nothing acknowledged is lost by kill -9, whenever it comes."""

from __future__ import annotations

import asyncio
import os
from random import Random

import pytest

from tests.live.checks import check_compaction_crash, check_kills, check_waiting_edits
from tests.live.conftest import StartServer
from tests.live.raw_yjs import STEP_2, RawYjs, read_sync
from tests.live.replicas import PycrdtReplica
from tests.peers.stock import StockClients

KILLS = int(os.environ.get("TESTS_KILLS", "10"))


@pytest.mark.node
async def test_acknowledged_edits_survive_random_kills(
    start_server: StartServer, clients: StockClients
) -> None:
    server = await start_server(supervised=False)
    tally = await check_kills(server, clients, KILLS, Random(20))
    print(tally)
    assert tally.kills == KILLS
    assert tally.acknowledged > 40 * KILLS, f"too few to prove anything: {tally}"
    assert tally.interrupted > KILLS / 2, f"the kills came when nothing was under way: {tally}"


async def test_acknowledged_edits_that_still_wait_survive_a_kill(
    start_server: StartServer,
) -> None:
    await check_waiting_edits(await start_server(supervised=False))


@pytest.mark.parametrize("variant", ["die_in_compaction", "die_after_compaction"])
async def test_kill_in_a_compaction_loses_nothing(start_server: StartServer, variant: str) -> None:
    await check_compaction_crash(await start_server(supervised=False, mutant=variant))


async def test_parent_replaces_a_killed_child_and_nothing_is_lost(
    start_server: StartServer,
) -> None:
    server = await start_server()
    before = server.serving_pid
    replica = PycrdtReplica()
    update = replica.type("saved")
    async with RawYjs(f"{server.y_door}/killed-child") as typist:
        await typist.send_sync(2, update)
        await typist.wait_for(lambda frame: read_sync(frame) == (2, update))
        await server.kill_child()
        async with asyncio.timeout(5):
            await typist.closed()
    await server.ready()
    assert server.serving_pid != before
    async with RawYjs(f"{server.y_door}/killed-child") as newcomer:
        await newcomer.send_sync(0, b"\x00")
        again = PycrdtReplica()
        again.apply(await newcomer.wait_for_sync(STEP_2))
    assert str(again.text) == "saved"
