"""An acknowledgement means "on disk": the order of system calls, and a store that is blocked."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.live.checks import check_fsync_order, connect, each, read_back
from tests.live.conftest import StartServer
from tests.live.raw_yjs import STEP_1, STEP_2, UPDATE, RawYjs, read_sync
from tests.live.replicas import PycrdtReplica
from tests.live.server import LiveServer
from tests.peers.stock import Json, Kind, StockClients

BLOCK_SECONDS = 1.0
AWARENESS_QUERY = b"\x03"
KINDS: tuple[Kind, ...] = ("y-websocket-3.1-rc5", "y-websocket-2.1", "hocuspocus-4", "y-sweet")


@contextmanager
def blocked(database: Path) -> Iterator[None]:
    """Another process (this one) holds the write lock: nothing can be committed meanwhile."""
    connection = sqlite3.connect(database, isolation_level=None, timeout=5.0)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()


def typed(words: str) -> list[Json]:
    return [{"type": "text_insert", "root": "text", "index": 0, "text": words}]


@asynccontextmanager
async def connected(
    server: LiveServer, clients: StockClients, document: str
) -> AsyncIterator[tuple[Kind, ...]]:
    """One client of each family, in sync, with nothing on its way."""
    for kind in KINDS:
        await connect(server, clients, kind, kind, document)
    await each(clients, "wait_saved", KINDS)
    yield KINDS


async def is_ready(server: LiveServer) -> bool:
    async with aiohttp.ClientSession() as session, session.get(f"{server.http}/readyz") as answer:
        return answer.status == 200


@pytest.mark.node
@pytest.mark.strace
async def test_every_acknowledgement_is_sent_after_the_fsync_of_its_commit(
    start_server: StartServer, clients: StockClients, tmp_path: Path
) -> None:
    server = await start_server()
    assert await check_fsync_order(server, clients, tmp_path, edits=10) == 30


@pytest.mark.full
@pytest.mark.node
@pytest.mark.strace
async def test_a_thousand_acknowledgements_are_sent_after_the_fsync_of_their_commit(
    start_server: StartServer, clients: StockClients, tmp_path: Path
) -> None:
    server = await start_server()
    assert await check_fsync_order(server, clients, tmp_path, edits=400) == 1200


@pytest.mark.node
async def test_nobody_is_told_saved_while_the_store_is_blocked(
    start_server: StartServer, clients: StockClients
) -> None:
    server = await start_server()
    async with connected(server, clients, "blocked") as names:
        with blocked(server.database):
            for name in names:
                await clients.call("apply", name, edits=typed(f"<{name}>"))
            # Shown to all at once: what waits is the disk, not the people.
            shown = await clients.converge(names)
            assert all(f"<{name}>" in shown["text"]["text"] for name in names)
            until = time.monotonic() + BLOCK_SECONDS
            while time.monotonic() < until:
                for name in names:
                    check_not_saved(await clients.call("status", name), name)
                await asyncio.sleep(0.05)
        await each(clients, "wait_saved", names)
        lights = {name: (await clients.call("status", name))["light"] for name in names}
    assert lights["y-websocket-3.1-rc5"]["status"] == "green"
    assert lights["hocuspocus-4"]["unsynced_changes"] == 0
    assert lights["y-sweet"]["has_local_changes"] is False
    assert (await read_back(server, clients, "blocked"))["sha256"] == shown["sha256"]


def check_not_saved(status: dict[str, Any], kind: str) -> None:
    """Raises AssertionError when a client that waits for its save says it is saved."""
    assert status["outstanding"] == 1, status
    match kind:
        case "y-websocket-3.1-rc5":
            assert not status["light"]["localUpdatesSynced"], status
            assert status["light"]["status"] != "red" and not status["saved"], status
        case "hocuspocus-4":
            assert status["light"]["unsynced_changes"] == 1, status
        case "y-sweet":
            assert status["light"]["has_local_changes"] is True, status


@pytest.mark.node
async def test_light_is_yellow_while_the_store_is_blocked_and_then_green(
    start_server: StartServer, clients: StockClients
) -> None:
    server = await start_server()
    await connect(server, clients, "rc5", "y-websocket-3.1-rc5", "light")
    await clients.call("wait_saved", "rc5")
    with blocked(server.database):
        await clients.call("apply", "rc5", edits=typed("x"))
        await asyncio.sleep(BLOCK_SECONDS)
        status = await clients.call("status", "rc5")
        assert status["light"]["status"] == "yellow", status
    await clients.call("wait_saved", "rc5")
    assert (await clients.call("status", "rc5"))["light"]["status"] == "green"


@pytest.mark.node
async def test_client_that_dropped_before_the_commit_and_came_back_is_not_told_saved(
    start_server: StartServer, clients: StockClients
) -> None:
    server = await start_server()
    async with connected(server, clients, "dropped") as names:
        with blocked(server.database):
            for name in names:
                await clients.call("apply", name, edits=typed(f"<{name}>"))
            await clients.converge(names)
            await each(clients, "drop", names)
            await asyncio.sleep(BLOCK_SECONDS)
            for name in names:
                status = await clients.call("status", name)
                assert status["outstanding"] == 1 and not status["saved"], (name, status)
        await each(clients, "wait_saved", names)


async def test_duplicate_of_an_update_that_is_not_on_disk_is_not_acknowledged(
    start_server: StartServer,
) -> None:
    server = await start_server()
    url = f"{server.y_door}/duplicate"
    replica = PycrdtReplica()
    update = replica.type("only once")

    def is_echo(frame: bytes) -> bool:
        return read_sync(frame) == (UPDATE, update)

    async with RawYjs(url) as watcher, AsyncExitStack() as later:
        await watcher.full_state()
        with blocked(server.database):
            async with RawYjs(url) as first:
                await first.send_sync(UPDATE, update)
                await watcher.wait_for(is_echo)  # shown to others
                first.drop()
            second = await later.enter_async_context(RawYjs(url))
            await second.wait_for_sync(STEP_1)
            await second.send_sync(STEP_2, update)
            await second.send_sync(UPDATE, update)
            await second.send_sync(STEP_1, replica.state_vector())
            await asyncio.sleep(BLOCK_SECONDS)
            assert [kind for kind, _ in second.syncs] == [STEP_1], "told too early"
        await second.wait_for(is_echo)
        await second.wait_for_sync(STEP_2)
    assert list(map(is_echo, second.frames)).count(True) == 2


async def test_no_edit_overtakes_the_state_that_a_returning_client_waits_for(
    start_server: StartServer,
) -> None:
    server = await start_server()
    url = f"{server.y_door}/order"
    replica = PycrdtReplica()
    async with RawYjs(url) as typist, AsyncExitStack() as later:
        first = replica.type("one ")
        await typist.send_sync(UPDATE, first)
        await typist.wait_for(lambda frame: read_sync(frame) == (UPDATE, first))
        known = replica.state_vector()
        watcher = await later.enter_async_context(RawYjs(url))
        await watcher.full_state()
        with blocked(server.database):
            second, third = replica.type("two "), replica.type("three ")
            await typist.send_sync(UPDATE, second)
            await watcher.wait_for(lambda frame: read_sync(frame) == (UPDATE, second))
            returning = await later.enter_async_context(RawYjs(url))
            await returning.send_sync(STEP_1, known)  # waits for "two" to be on disk
            await returning.send(AWARENESS_QUERY)  # answered at once: the SyncStep1 was seen
            await returning.wait_for(lambda frame: frame[0] == 1 and len(returning.frames) > 2)
            await typist.send_sync(UPDATE, third)
            await watcher.wait_for(lambda frame: read_sync(frame) == (UPDATE, third))
            await asyncio.sleep(0.2)
            assert [kind for kind, _ in returning.syncs] == [STEP_1]
        await returning.wait_for(lambda frame: read_sync(frame) == (UPDATE, third))
    assert [kind for kind, _ in returning.syncs] == [STEP_1, STEP_2, UPDATE]


@pytest.mark.node
async def test_edits_made_while_saving_is_paused_are_kept_by_their_authors_and_saved_later(
    start_server: StartServer, clients: StockClients
) -> None:
    server = await start_server(settings={"save_pause_seconds": 0.5})
    async with connected(server, clients, "paused") as names:
        with blocked(server.database):
            await clients.call("apply", names[0], edits=typed("before the pause "))
            async with asyncio.timeout(5):
                while await is_ready(server):
                    await asyncio.sleep(0.05)
            for name in names:
                await clients.call("apply", name, edits=typed(f"<{name}>"))
            await asyncio.sleep(BLOCK_SECONDS)
            for name in names:
                status = await clients.call("status", name)
                assert status["outstanding"] >= 1 and status["closes"] == [], (name, status)
        await each(clients, "wait_saved", names, timeout_ms=20_000)
        shown = await clients.converge(names)
    assert await is_ready(server)
    assert all(f"<{name}>" in shown["text"]["text"] for name in names)
    assert (await read_back(server, clients, "paused"))["sha256"] == shown["sha256"]
