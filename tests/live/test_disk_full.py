"""A full disk: nothing is acknowledged, nobody is closed, and space brings everything back."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.live.conftest import check_log
from tests.live.server import LiveServer
from tests.peers.stock import StockClients, StockClientsError

pytestmark = pytest.mark.node

SMALL, LARGE = "3m", "64m"
PASTE = {"type": "text_insert", "root": "t", "index": 0, "text": "soup " * 4000}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder with room for three megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


async def test_full_disk_pauses_saving_and_space_brings_everything_back(
    small_disk: Path, clients: StockClients
) -> None:
    async with LiveServer(small_disk, settings={"save_pause_seconds": 2}) as server:
        await clients.connect("ana", "y-websocket-3.1-rc5", server.y_door, "menu")
        await clients.connect("ben", "hocuspocus-4", server.hocuspocus_door, "menu")
        for client in ("ana", "ben"):
            await clients.call("wait_synced", client)
        for _ in range(140):
            await clients.call("apply", "ana", edits=[PASTE])
        with pytest.raises(StockClientsError, match="not within"):
            await clients.call("wait_saved", "ana", timeout_ms=5000)
        assert not await _is_ready(server)
        await asyncio.to_thread(_enlarge, small_disk)
        await clients.call("wait_saved", "ana", timeout_ms=15_000)
        await clients.converge(["ana", "ben"])
        assert await _is_ready(server)
        assert (await _notices(clients))[0] == "saving_paused"
        assert (await clients.call("status", "ana"))["closes"] == []
        check_log(server)


def _enlarge(disk: Path) -> None:
    subprocess.run(["mount", "-o", f"remount,size={LARGE}", str(disk)], check=True)


async def _is_ready(server: LiveServer) -> bool:
    async with aiohttp.ClientSession() as session, session.get(f"{server.http}/readyz") as answer:
        return answer.status == 200


async def _notices(clients: StockClients) -> list[str]:
    async with asyncio.timeout(5):
        while True:
            payloads = (await clients.call("stateless", "ben"))["payloads"]
            codes = [str(json.loads(payload)["code"]) for payload in payloads]
            if codes[-1:] == ["saving_resumed"]:
                return codes
            await asyncio.sleep(0.05)
