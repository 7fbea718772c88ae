"""The driver of the stock clients itself: what it answers without any server."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator

import pytest

from tests.peers import stock
from tests.peers.stock import StockClients, StockClientsError

NOBODY_LISTENS = "ws://127.0.0.1:1/ws/y"
EMPTY_UPDATE = base64.b64encode(bytes(2)).decode()

pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(stock.unavailable() is not None, reason=str(stock.unavailable())),
]


@pytest.fixture
async def clients() -> AsyncIterator[StockClients]:
    async with StockClients() as running:
        yield running


async def edited(clients: StockClients, name: str, seed: int) -> str:
    await clients.connect(name, "y-websocket-3.1", NOBODY_LISTENS, "d", client_id=seed)
    await clients.call("edit", name, n=200, seed=seed)
    update: str = (await clients.call("encode", name))["update"]
    return update


async def test_every_kind_of_client_is_installed_in_the_version_it_is_named_after(
    clients: StockClients,
) -> None:
    versions = (await clients.call("versions"))["versions"]
    for kind, version in versions.items():
        named = kind.rsplit("-", 1)[1]
        if kind == "y-websocket-3.1-rc5":
            assert version == "3.1.0-rc.5"
        elif named[0].isdigit():
            assert version.startswith(f"{named}."), (kind, version)


async def test_same_seed_makes_the_same_edits(clients: StockClients) -> None:
    update = await edited(clients, "a", seed=5)
    first = await clients.state("a")
    await clients.call("destroy", "a")
    assert await edited(clients, "a", seed=5) == update
    assert (await clients.state("a"))["sha256"] == first["sha256"]


async def test_replicas_with_the_same_updates_in_another_order_compare_equal(
    clients: StockClients,
) -> None:
    updates = [await edited(clients, "a", seed=1), await edited(clients, "b", seed=2)]
    forward = (await clients.call("inspect", updates=updates))["state"]
    backward = (await clients.call("inspect", updates=updates[::-1]))["state"]
    assert await clients.compare({"forward": forward, "backward": backward}) is None


async def test_replicas_that_differ_only_in_a_delete_do_not_compare_equal(
    clients: StockClients,
) -> None:
    await clients.connect("a", "y-websocket-3.1", NOBODY_LISTENS, "d")
    insert = {"type": "text_insert", "root": "text", "index": 0, "text": "aa"}
    await clients.call("apply", "a", edits=[insert])
    before = await clients.state("a")
    delete = {"type": "text_delete", "root": "text", "index": 0, "length": 1}
    await clients.call("apply", "a", edits=[delete])
    after = await clients.state("a")
    assert before["state_vector"] == after["state_vector"]
    assert await clients.compare({"before": before, "after": after}) is not None


async def test_state_that_still_waits_for_an_update_is_not_equal_to_itself(
    clients: StockClients,
) -> None:
    empty = (await clients.call("inspect", updates=[EMPTY_UPDATE]))["state"]
    gap = base64.b64encode(bytes.fromhex("01010105840104016100")).decode()
    waiting = (await clients.call("inspect", updates=[gap]))["state"]
    assert await clients.compare({"a": empty, "b": empty}) is None
    assert waiting["pending_structs"]
    assert await clients.compare({"a": waiting, "b": waiting}) is not None


async def test_local_updates_are_recorded_with_their_ids_and_stay_unacknowledged_offline(
    clients: StockClients,
) -> None:
    await clients.connect("a", "hocuspocus-4", NOBODY_LISTENS, "d", client_id=77)
    insert = {"type": "text_insert", "root": "text", "index": 0, "text": "né🍜"}
    delete = {"type": "text_delete", "root": "text", "index": 1, "length": 1}
    await clients.call("apply", "a", edits=[insert])
    await clients.call("apply", "a", edits=[delete])
    first, second = await clients.acks("a")
    assert (first["inserts"], first["deletes"]) == ([[77, 0, 4]], [])
    assert (second["inserts"], second["deletes"]) == ([], [[77, 1, 1]])
    assert first["acked_at_ms"] is None and second["acked_at_ms"] is None
    with pytest.raises(StockClientsError, match="not within 50 ms"):
        await clients.call("wait_saved", "a", timeout_ms=50)


async def test_wrong_command_is_answered_with_an_error_and_the_driver_lives_on(
    clients: StockClients,
) -> None:
    with pytest.raises(StockClientsError, match="no client nobody"):
        await clients.state("nobody")
    with pytest.raises(StockClientsError, match="unknown op"):
        await clients.call("no_such_op")
    assert (await clients.call("versions"))["ok"]


async def test_commands_under_way_fail_when_the_driver_ends(clients: StockClients) -> None:
    await clients.connect("a", "y-sweet", NOBODY_LISTENS, "d")
    waiting = asyncio.create_task(clients.call("wait_synced", "a"))
    await clients.call("quit")
    with pytest.raises(StockClientsError, match="the driver ended"):
        await waiting


async def test_missing_node_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(StockClientsError, match=r"node is not installed.*Node\.js 20"):
        async with StockClients():
            raise AssertionError("started without Node")
