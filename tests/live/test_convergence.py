"""Every client there is, all on one document at once: in the end everybody holds the same.

Equal means what Yjs's own tests call equal: content, state vector, delete set, structs, nothing
pending; and the server's stored document, read by a newcomer after a restart, is equal too.
"""

from __future__ import annotations

import asyncio
import base64
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from tests.live.checks import clocks_in, clocks_of, connect, each, read_back
from tests.live.conftest import StartServer
from tests.live.raw_yjs import PythonClient
from tests.live.replicas import PycrdtReplica, Replica, YpyReplica
from tests.live.server import LiveServer
from tests.peers.stock import Json, Kind, StockClients

pytestmark = pytest.mark.node

STOCK: Mapping[str, Kind] = {
    "y-websocket 2.1": "y-websocket-2.1",
    "y-websocket 3.0": "y-websocket-3.0",
    "y-websocket 3.1": "y-websocket-3.1",
    "y-websocket 3.1.0-rc.5": "y-websocket-3.1-rc5",
    "hocuspocus 4, first": "hocuspocus-4",
    "hocuspocus 4, second": "hocuspocus-4",
    "hocuspocus 3": "hocuspocus-3",
    "y-sweet": "y-sweet",
}
NESTED = {"text": ["text"], "map": ["map"], "array": ["list"]}
FLAT = {"text": ["text"], "flat_map": ["map"], "array": ["list"]}
HAS_Y_PY = sys.version_info < (3, 13)  # it has no wheels for newer versions of Python
DOCUMENT = "everybody"
EDITS = 2000
SETTLE_SECONDS = 30.0


@dataclass(slots=True)
class Company:
    """All clients on one document."""

    clients: StockClients
    stock: Sequence[str]
    nested: bool  # whether maps in maps are edited too
    python: dict[str, PythonClient] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.stock) + len(self.python)

    async def edit(self, edits: int, random: Random, pause_ms: float) -> None:
        """Share random edits between all clients, who make them at the same time."""
        share = -(-edits // len(self))
        more = {"pause_ms": pause_ms, "roots": NESTED if self.nested else FLAT}
        async with asyncio.TaskGroup() as group:
            for name in self.stock:
                seed = random.getrandbits(32)
                call = self.clients.call("edit", name, n=share, seed=seed, **more)
                group.create_task(call)
            for client in self.python.values():
                own = Random(random.getrandbits(32))
                group.create_task(client.edit(share, own, pause_ms / 1000, nested=self.nested))

    async def lose_connections(self, random: Random) -> None:
        """For ever: somebody loses the network, or leaves and comes back."""
        while True:
            await asyncio.sleep(random.uniform(0.02, 0.15))
            name = random.choice([*self.stock, *self.python])
            if name in self.python:
                self.python[name].drop()
            elif random.random() < 0.5:
                await self.clients.call("drop", name)
            else:
                await self.clients.call("disconnect", name)
                await asyncio.sleep(random.uniform(0.0, 0.1))
                await self.clients.call("reconnect", name)

    async def converged(self) -> Json:
        """Wait until everybody holds the same; the state. Raises AssertionError otherwise."""
        await each(self.clients, "wait_saved", self.stock, timeout_ms=SETTLE_SECONDS * 1000)
        state = await self.clients.converge(self.stock, timeout_seconds=SETTLE_SECONDS)
        roots = {"text": state["text"], "map": state["map"], "list": state["array"]}
        content = {name: _only(root) for name, root in roots.items()}
        clocks = clocks_of(state["state_vector"])
        for name, client in self.python.items():
            await _wait_for(name, client.replica, content, clocks)
        await self._check_encoded(state)
        return state

    async def _check_encoded(self, state: Json) -> None:
        """What the Python bindings encode, read by Yjs, is equal down to the structs."""
        states = {"stock": state}
        for name, client in self.python.items():
            update = base64.b64encode(client.replica.missing_for(b"\x00")).decode()
            states[name] = (await self.clients.call("inspect", updates=[update]))["state"]
        assert await self.clients.compare(states) is None


async def _wait_for(
    name: str, replica: Replica, content: dict[str, Any], clocks: dict[int, int]
) -> None:
    """Until a replica holds this; numbers may come as 1 or 1.0. Raises AssertionError."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while replica.content() != content or clocks_in(replica.state_vector()) != clocks:
        if time.monotonic() > deadline:
            assert clocks_in(replica.state_vector()) == clocks, f"{name} lacks edits"
            assert replica.content() == content, f"{name} shows something else"
        await asyncio.sleep(0.05)


def _only(roots: dict[str, Any]) -> Any:
    (value,) = roots.values()
    return value


@asynccontextmanager
async def company(
    server: LiveServer, clients: StockClients, *, nested: bool
) -> AsyncIterator[Company]:
    """Everybody, connected; y-py only where no maps are nested: see `YpyReplica`."""
    replicas: dict[str, Replica] = {"pycrdt": PycrdtReplica()}
    if HAS_Y_PY and not nested:
        replicas["y-py"] = YpyReplica()
    async with AsyncExitStack() as stack:
        for name, kind in STOCK.items():
            await connect(server, clients, name, kind, DOCUMENT)
        everybody = Company(clients, [*STOCK], nested)
        url = f"{server.y_door}/{DOCUMENT}"
        for name, replica in replicas.items():
            client = PythonClient(url, replica)
            everybody.python[name] = await stack.enter_async_context(client)
        await each(clients, "wait_synced", STOCK)
        yield everybody
        await each(clients, "cut", STOCK)


async def edit_with_disconnects(
    everybody: Company, edits: int, random: Random, pause_ms: float
) -> None:
    """Random edits while connections come and go; at the end everybody is connected."""
    losing = asyncio.create_task(everybody.lose_connections(random))
    try:
        await everybody.edit(edits, random, pause_ms)
    finally:
        losing.cancel()
        await asyncio.gather(losing, return_exceptions=True)
        await each(everybody.clients, "reconnect", everybody.stock)
    assert not (losing.done() and not losing.cancelled()), losing.exception()


async def check_stored(server: LiveServer, clients: StockClients, state: Json) -> None:
    """After a restart that nobody else sees, a newcomer gets the same document."""
    stored = await read_back(server, clients, DOCUMENT)
    assert await clients.compare({"everybody": state, "stored": stored}) is None


async def run(
    server: LiveServer,
    clients: StockClients,
    edits: int,
    *,
    kills: int,
    seed: int,
    nested: bool = False,
    pause_ms: float = 12,
) -> None:
    """Everybody edits while connections, and the server, come and go."""
    random = Random(seed)
    async with company(server, clients, nested=nested) as everybody:
        editing = asyncio.create_task(edit_with_disconnects(everybody, edits, random, pause_ms))
        for _ in range(kills):
            await asyncio.sleep(random.uniform(0.3, 1.0))
            await server.kill()
            await server.start()
        await editing
        state = await everybody.converged()
        assert len(state["text"]["text"]) > 100 and state["map"]["map"] and state["array"]["list"]
        assert all(client.connections > 1 for client in everybody.python.values())
    assert await server.stop() == 0
    await server.start()
    await check_stored(server, clients, state)


async def test_all_clients_converge_through_disconnects(
    start_server: StartServer, clients: StockClients
) -> None:
    await run(await start_server(), clients, EDITS, kills=0, seed=1)


async def test_all_clients_converge_when_the_server_is_killed_in_the_middle(
    start_server: StartServer, clients: StockClients
) -> None:
    await run(await start_server(), clients, EDITS, kills=2, seed=2)


async def test_nested_maps_converge_when_the_server_is_killed_in_the_middle(
    start_server: StartServer, clients: StockClients
) -> None:
    await run(await start_server(), clients, EDITS, kills=2, seed=3, nested=True)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(10, 16))
async def test_all_clients_converge_through_many_kills(
    start_server: StartServer, clients: StockClients, seed: int
) -> None:
    server = await start_server()
    nested = seed % 2 == 0
    await run(server, clients, 5 * EDITS, kills=10, seed=seed, nested=nested, pause_ms=40)
