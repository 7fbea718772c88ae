"""Stopping, hanging and starting twice: what people with a service manager will do."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time

import pytest

from tests.live.checks import acknowledged, check_all_there, connect, each, read_back
from tests.live.conftest import StartServer
from tests.live.server import ROOT, LiveServer, free_port
from tests.peers.stock import Kind, StockClients

KINDS: tuple[Kind, ...] = (
    "y-websocket-2.1",
    "y-websocket-3.1",
    "y-websocket-3.1-rc5",
    "hocuspocus-3",
    "hocuspocus-4",
    "y-sweet",
)
SHUTDOWN_SECONDS = 8.0
RESTART = 1012  # RFC 6455 registry: service restart


async def type_on(clients: StockClients) -> list[asyncio.Task[object]]:
    """Everybody types for about two seconds, beginning now."""
    return [
        asyncio.create_task(clients.call("edit", kind, n=250, seed=seed, pause_ms=8))
        for seed, kind in enumerate(KINDS)
    ]


async def sit_down(server: LiveServer, clients: StockClients, document: str) -> None:
    for kind in KINDS:
        await connect(server, clients, kind, kind, document)
    await each(clients, "wait_synced", KINDS)


@pytest.mark.node
async def test_stop_under_load_says_goodbye_and_loses_nothing(
    start_server: StartServer, clients: StockClients
) -> None:
    server = await start_server(settings={"shutdown_seconds": SHUTDOWN_SECONDS})
    await sit_down(server, clients, "stopped")
    typing = await type_on(clients)
    await asyncio.sleep(0.7)

    began = time.monotonic()
    assert await server.stop() == 0
    assert time.monotonic() - began < SHUTDOWN_SECONDS
    assert "stopped_unsaved" not in server.log

    await each(clients, "cut", KINDS)
    await asyncio.gather(*typing)
    for kind in KINDS:
        closes = (await clients.call("status", kind))["closes"]
        assert closes and closes[0].get("code") == RESTART, (kind, closes[:3])

    await server.start()
    updates = await acknowledged(clients, KINDS)
    assert len(updates) > 50, "too few to prove anything"
    check_all_there(updates, await read_back(server, clients, "stopped"))
    await each(clients, "restore", KINDS)
    await each(clients, "wait_saved", KINDS)
    state = await clients.converge(KINDS)
    assert (await read_back(server, clients, "stopped"))["sha256"] == state["sha256"]


async def check_hang(server: LiveServer, clients: StockClients, seconds: float) -> None:
    """A child that does not answer is replaced within `seconds`, and nothing is lost."""
    await sit_down(server, clients, "hung")
    typing = await type_on(clients)
    await asyncio.sleep(0.5)
    hung = server.serving_pid
    os.kill(hung, signal.SIGSTOP)
    began = time.monotonic()
    while server.serving_pid == hung:
        assert time.monotonic() - began < seconds, "the hung child is still there"
        await asyncio.sleep(0.05)
    await server.ready()
    assert server.logged("child_killed")
    await asyncio.gather(*typing)
    await each(clients, "wait_saved", KINDS, timeout_ms=30_000)
    state = await clients.converge(KINDS)
    await each(clients, "cut", KINDS)
    stored = await read_back(server, clients, "hung")
    check_all_there(await acknowledged(clients, KINDS), stored)
    assert await clients.compare({"clients": state, "stored": stored}) is None


@pytest.mark.node
async def test_hung_child_is_replaced_and_nothing_is_lost(
    start_server: StartServer, clients: StockClients
) -> None:
    server = await start_server(settings={"ping_seconds": 0.5, "hang_seconds": 2})
    await check_hang(server, clients, seconds=4)


@pytest.mark.full
@pytest.mark.node
async def test_hung_child_is_replaced_in_time_with_the_settings_of_everybody(
    start_server: StartServer, clients: StockClients
) -> None:
    await check_hang(await start_server(), clients, seconds=14)


async def test_second_server_on_the_same_database_refuses_with_a_sentence(
    start_server: StartServer,
) -> None:
    server = await start_server()
    arguments = ["serve", "--dev", "--port", str(free_port()), "--database", str(server.database)]
    done = await asyncio.to_thread(
        subprocess.run,
        server.command(*arguments),
        env=server.environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 2
    said = [line for line in done.stderr.splitlines() if line.startswith("mirepoix: ")]
    assert len(said) == 1 and "is in use by another" in said[0], done.stderr
    assert "Traceback" not in done.stderr
    await server.ready()
