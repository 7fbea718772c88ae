"""Somebody who works in peace while others attack, and what the server says of itself meanwhile."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
from pycrdt import Doc

from tests.live.raw_yjs import STEP_1, STEP_2, UPDATE, RawYjs
from tests.live.replicas import PycrdtReplica
from tests.live.server import LiveServer

EVERY_SECONDS: Final = 0.02
_SAMPLE: Final = re.compile(r"^(\w+)(?:\{\w+=\"(\w+)\"\})? ([0-9.e+-]+)$", re.MULTILINE)


class Bystander:
    """Types in a document of its own, one letter at a time, each awaited until it is saved.

    waits_seconds: from sending a letter to its echo, which comes after the commit.
    """

    def __init__(self, server: LiveServer, document: str = "calm") -> None:
        self.waits_seconds: list[float] = []
        self._url = f"{server.y_door}/{document}"
        self._replica = PycrdtReplica()

    async def __aenter__(self) -> Self:
        self._typing = asyncio.create_task(self._type())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._typing.done():
            self._typing.result()  # it ended with an error
        self._typing.cancel()
        await asyncio.gather(self._typing, return_exceptions=True)

    def slowest(self, share: float) -> float:
        """The wait that this share of all letters stayed below."""
        return quantile(self.waits_seconds, share)

    async def _type(self) -> None:
        async with RawYjs(self._url) as socket:
            await socket.wait_for_sync(STEP_1)
            while True:
                await self._type_a_letter(socket)
                await asyncio.sleep(EVERY_SECONDS)

    async def _type_a_letter(self, socket: RawYjs) -> None:
        update = self._replica.type("x")
        started = time.monotonic()
        await socket.send_sync(UPDATE, update)
        await socket.wait_for(lambda frame: frame.endswith(update))
        self.waits_seconds.append(time.monotonic() - started)
        socket.frames.clear()


class Figures:
    """What /metrics said at one moment."""

    def __init__(self, text: str) -> None:
        self._values = {(name, label): float(value) for name, label, value in _SAMPLE.findall(text)}

    @classmethod
    async def of(cls, server: LiveServer) -> Self:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{server.http}/metrics") as answer,
        ):
            assert answer.status == 200
            return cls(await answer.text())

    def value(self, name: str, label: str = "") -> float:
        return self._values.get((name, label), 0.0)

    def refused(self) -> Mapping[str, float]:
        """How many were refused, by reason."""
        return {
            label: value
            for (name, label), value in self._values.items()
            if name == "mirepoix_refused_total"
        }


async def document_of(server: LiveServer, name: str, headers: Mapping[str, str] = {}) -> Doc[Any]:
    """What the server holds now, as a client that just arrived sees it."""
    async with RawYjs(f"{server.y_door}/{name}", headers) as socket:
        found: Doc[Any] = Doc()
        found.apply_update(await socket.full_state())
        return found


async def assert_editable(server: LiveServer, name: str) -> None:
    """A healthy client opens the document, edits it and is told that it is saved."""
    async with RawYjs(f"{server.y_door}/{name}") as socket:
        await socket.full_state()
        update = PycrdtReplica().type("still here ")
        await socket.send_sync(STEP_2, update)
        await socket.wait_for(lambda frame: frame.endswith(update))


def resident_bytes(pid: int) -> int:
    """Memory of a process that lies in RAM."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


def quantile(values: list[float], share: float) -> float:
    assert values, "nothing was measured"
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]
