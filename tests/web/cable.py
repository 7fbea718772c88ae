"""A cable between a browser and the server that can be pulled out.

Chromium's own offline switch leaves WebSockets open (playwright issue 4910) and does not reach
service workers (2311). A TCP proxy cuts everything alike: pages, sockets, workers.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

CHUNK_BYTES: Final = 65_536


class Cable:
    """Async context manager: a port of its own that leads to the server's while it is in.

    to: the server's port on this machine.
    """

    def __init__(self, to: int) -> None:
        self._to = to
        self._server: asyncio.Server | None = None
        self._carrying: set[asyncio.Task[None]] = set()
        self._asking = asyncio.Event()  # set: what the browser says passes
        self._answering = asyncio.Event()
        self.release()
        self.port = 0

    async def __aenter__(self) -> Self:
        await self.mend()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.cut()
        self.release()

    @property
    def http(self) -> str:
        """What a browser opens."""
        return f"http://127.0.0.1:{self.port}"

    async def cut(self) -> None:
        """Pull it: every connection is reset, new ones are refused."""
        if self._server is not None:
            self._server.close()
            self._server = None
        carrying = list(self._carrying)
        for task in carrying:
            task.cancel()
        await asyncio.gather(*carrying, return_exceptions=True)

    async def mend(self) -> None:
        """Put it back, at the same port."""
        if self._server is None:
            self._server = await asyncio.start_server(
                self._carry, "127.0.0.1", self.port, reuse_address=True
            )
            self.port = self._server.sockets[0].getsockname()[1]

    def hold(self) -> None:
        """Nothing passes any more, and nobody is told: a network that is there but dead."""
        self._asking.clear()
        self.hold_answers()

    def hold_answers(self) -> None:
        """The server hears everything; nothing of what it says arrives."""
        self._answering.clear()

    def release(self) -> None:
        """What was held passes."""
        self._asking.set()
        self._answering.set()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._carrying.add(task)
        ends = [writer]
        try:
            beyond_reader, beyond_writer = await asyncio.open_connection("127.0.0.1", self._to)
            ends.append(beyond_writer)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, beyond_writer, self._asking))
                group.create_task(self._pump(beyond_reader, writer, self._answering))
        except (OSError, asyncio.CancelledError):
            pass  # the server is down, or the cable was cut: both ends are reset below
        finally:
            self._carrying.discard(task)
            for end in ends:
                end.transport.abort()
            for end in ends:
                with suppress(OSError):
                    await end.wait_closed()

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, gate: asyncio.Event
    ) -> None:
        with suppress(OSError):
            while data := await source.read(CHUNK_BYTES):
                await gate.wait()
                sink.write(data)
                await sink.drain()
        with suppress(OSError, RuntimeError):
            sink.write_eof()
