"""The first page, in a real browser: what a newcomer does in the first minute."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.live.conftest import StartServer
from tests.peers.stock import prepare

PAGE = Path(__file__).parents[1] / "peers" / "page.mjs"

pytestmark = [pytest.mark.node, pytest.mark.browser]


async def test_two_browsers_edit_the_demo_menu_and_see_that_it_is_on_disk(
    start_server: StartServer,
) -> None:
    server = await start_server()
    seen = await _two_people(server.http)
    assert seen["dishes"] == 255
    assert seen["after"] == [f"{seen['before']} mit Tofu 🌱", "7,25"]
    assert seen["complaints"] == []


async def _two_people(address: str) -> dict[str, Any]:
    await asyncio.to_thread(prepare)
    node = await asyncio.create_subprocess_exec(
        "node",
        str(PAGE),
        address,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(90):
        out, err = await node.communicate()
    assert node.returncode == 0, err.decode()
    seen: dict[str, Any] = json.loads(out)
    return seen
