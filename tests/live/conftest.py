"""Fixtures of the live tests: the real server, and stock clients in Node."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.live.server import LiveServer
from tests.peers.stock import StockClients

StartServer = Callable[..., Any]


@pytest.fixture
async def start_server(
    tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[StartServer]:
    """Starts servers that end with the test; a failed test shows the end of their logs."""
    async with AsyncExitStack() as running:
        servers: list[LiveServer] = []

        async def start(**options: Any) -> LiveServer:
            folder = tmp_path / f"server-{len(servers)}"
            folder.mkdir()
            server = LiveServer(folder, **options)
            servers.append(server)
            return await running.enter_async_context(server)

        yield start
    for server in servers:
        print(server.log_file.read_text(errors="replace")[-6000:])
        check_log(server)


@pytest.fixture
async def clients() -> AsyncIterator[StockClients]:
    """One Node process for stock clients."""
    async with StockClients() as running:
        yield running


def check_log(server: LiveServer) -> None:
    """Raises AssertionError when the server met something that nobody foresaw."""
    log = server.log_file.read_text(errors="replace")
    signs = ("Traceback", '"traceback"', "request_failed", '"level": "critical"', "healed")
    for sign in signs:
        at = log.find(sign)
        assert at < 0, f"the log says {sign}: {log[max(0, at - 1000) : at + 3000]}"
