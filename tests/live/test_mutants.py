"""The tests of the tests: each broken server turns the check that guards it red.

`mutants/launch.py` breaks one thing; the check is the very one that the real server passes.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.live.checks import (
    LostEdits,
    ToldTooEarly,
    check_compaction_crash,
    check_fsync_order,
    check_kills,
    check_reader,
    check_waiting_edits,
)
from tests.live.conftest import StartServer
from tests.peers.stock import StockClients

SLOW_COMMITS = {"commit_interval_ms": 300}  # widens the hole that acknowledging early leaves
KILLS = 5


@pytest.mark.node
@pytest.mark.parametrize("mutant", [None, "acknowledge_before_commit"])
async def test_acknowledging_before_the_commit_is_found(
    start_server: StartServer, clients: StockClients, mutant: str | None
) -> None:
    server = await start_server(supervised=False, settings=SLOW_COMMITS, mutant=mutant)
    if mutant is None:
        assert (await check_kills(server, clients, 2, Random(1))).acknowledged > 0
        return
    with pytest.raises(LostEdits):
        await check_kills(server, clients, KILLS, Random(1))


async def test_trimming_the_log_before_the_snapshot_is_in_is_found(
    start_server: StartServer,
) -> None:
    server = await start_server(supervised=False, mutant="trim_before_snapshot")
    with pytest.raises(LostEdits):
        await check_compaction_crash(server)


async def test_saving_what_the_engine_reports_is_found(start_server: StartServer) -> None:
    server = await start_server(supervised=False, mutant="save_engine_events")
    with pytest.raises(LostEdits):
        await check_waiting_edits(server)


async def test_reader_changes_nothing(start_server: StartServer) -> None:
    await check_reader(await start_server(supervised=False))


async def test_letting_readers_write_is_found(start_server: StartServer) -> None:
    server = await start_server(supervised=False, mutant="let_readers_write")
    with pytest.raises(AssertionError, match="the edit of a reader was shown"):
        await check_reader(server)


@pytest.mark.node
@pytest.mark.strace
@pytest.mark.parametrize("mutant", ["sync_normal", "sync_off", "acknowledge_before_commit"])
async def test_acknowledging_without_an_fsync_is_found(
    start_server: StartServer, clients: StockClients, tmp_path: Path, mutant: str
) -> None:
    server = await start_server(supervised=False, mutant=mutant)
    with pytest.raises(ToldTooEarly):
        await check_fsync_order(server, clients, tmp_path, edits=3)
