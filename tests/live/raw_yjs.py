"""Yjs over a bare WebSocket, from Python: every frame sent and received by hand.

`RawYjs` is one connection to `/ws/y/{document}`. `PythonClient` keeps a replica in sync over it
and comes back after every close, as y-websocket does. The frames are built with pycrdt's codec,
which is not the server's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from random import Random
from types import TracebackType
from typing import Final, Self

import aiohttp
from pycrdt import Decoder, write_message

from tests.live.replicas import Replica

SYNC: Final = 0
STEP_1, STEP_2, UPDATE = 0, 1, 2
NOTHING: Final = b"\x00"  # the state vector of an empty document
EMPTY_UPDATE: Final = b"\x00\x00"
PATIENCE_SECONDS: Final = 10.0
RECONNECT_SECONDS: Final = 0.1

Sync = tuple[int, bytes]  # (STEP_1, STEP_2 or UPDATE; its payload)


def sync_frame(kind: int, payload: bytes) -> bytes:
    """One y-protocols sync message."""
    return bytes([SYNC, kind]) + write_message(payload)


def read_sync(frame: bytes) -> Sync | None:
    """The sync message in a frame; None for awareness and everything else."""
    decoder = Decoder(frame)
    if decoder.read_var_uint() != SYNC:
        return None
    kind = decoder.read_var_uint()
    return kind, decoder.read_message() or b""


class RawYjs:
    """One connection. frames: every binary frame received, oldest first.

    headers: of the upgrade request, e.g. an Authorization.
    """

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        self.frames: list[bytes] = []
        self.close_code: int | None = None
        self._url = url
        self._headers = dict(headers or {})
        self._arrived = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        try:
            self._socket = await self._session.ws_connect(
                self._url, headers=self._headers, max_msg_size=0, timeout=_CLOSE
            )
        except BaseException:
            await self._session.close()
            raise
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._socket.close()
        await self._session.close()
        await self._reader

    @property
    def is_open(self) -> bool:
        return self.close_code is None

    @property
    def syncs(self) -> list[Sync]:
        """All sync messages received so far."""
        return [sync for sync in map(read_sync, self.frames) if sync is not None]

    def drop(self) -> None:
        """Lose the network: no closing handshake."""
        response = self._socket._response
        if response.connection is not None and response.connection.transport is not None:
            response.connection.transport.abort()

    async def send(self, frame: bytes) -> None:
        await self._socket.send_bytes(frame)

    async def send_sync(self, kind: int, payload: bytes) -> None:
        await self.send(sync_frame(kind, payload))

    async def wait_for(
        self, is_wanted: Callable[[bytes], bool], seconds: float = PATIENCE_SECONDS
    ) -> bytes:
        """The first frame, past or to come, that is wanted. Raises TimeoutError."""
        seen = 0

        def wanted() -> list[bytes]:
            nonlocal seen
            fresh, seen = self.frames[seen:], len(self.frames)
            return [frame for frame in fresh if is_wanted(frame)]

        async with asyncio.timeout(seconds), self._arrived:
            while True:
                if found := wanted():
                    return found[0]
                if not self.is_open:
                    raise ConnectionError(f"closed with {self.close_code}")
                await self._arrived.wait()

    async def frame(self, number: int) -> bytes | None:
        """The frame of a number, from 0, as soon as it is there; None when the socket closed."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.frames) > number or not self.is_open)
        return self.frames[number] if len(self.frames) > number else None

    async def closed(self) -> int:
        """Wait for the end; the close code."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: not self.is_open)
        assert self.close_code is not None
        return self.close_code

    async def wait_for_sync(self, kind: int, seconds: float = PATIENCE_SECONDS) -> bytes:
        """The payload of the first sync message of a kind."""
        frame = await self.wait_for(lambda frame: frame[:2] == bytes([SYNC, kind]), seconds)
        found = read_sync(frame)
        assert found is not None
        return found[1]

    async def full_state(self) -> bytes:
        """What the server holds, as one update. Only for a connection that sent nothing yet."""
        await self.send_sync(STEP_1, NOTHING)
        return await self.wait_for_sync(STEP_2)

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.BINARY:
                self.frames.append(message.data)
                await self._tell()
        self.close_code = self._socket.close_code or 1006
        await self._tell()

    async def _tell(self) -> None:
        async with self._arrived:
            self._arrived.notify_all()


_CLOSE = aiohttp.ClientWSTimeout(ws_close=1.0)


class PythonClient:
    """Async context manager: a replica that is kept in sync, whatever happens to the socket.

    Everything is applied as it comes. pycrdt and y-py lose edits that arrive before what they
    build on, so this client also proves that the server sends everything in order.
    """

    def __init__(self, url: str, replica: Replica) -> None:
        self.replica = replica
        self.connections = 0
        self._url = url
        self._socket: RawYjs | None = None

    async def __aenter__(self) -> Self:
        self._running = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._running.cancel()
        with suppress(asyncio.CancelledError):
            await self._running

    def drop(self) -> None:
        """Lose the network; the client comes back by itself."""
        if self._socket is not None:
            self._socket.drop()

    async def edit(self, count: int, random: Random, pause_seconds: float, *, nested: bool) -> None:
        """Make random edits, one update each. Edits made offline travel with the next sync."""
        for _ in range(count):
            update = self.replica.edit(random, nested=nested)
            if update is not None and self._socket is not None:
                with suppress(ConnectionError):
                    await self._socket.send_sync(UPDATE, update)
            await asyncio.sleep(2 * pause_seconds * random.random())

    async def _run(self) -> None:
        while True:
            with suppress(aiohttp.ClientError, ConnectionError):
                async with RawYjs(self._url) as socket:
                    await self._sync(socket)
            self._socket = None
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _sync(self, socket: RawYjs) -> None:
        await socket.send_sync(STEP_1, self.replica.state_vector())
        self._socket = socket
        self.connections += 1
        number = 0
        while (frame := await socket.frame(number)) is not None:
            number += 1
            match read_sync(frame):
                case (0, state_vector):
                    await socket.send_sync(STEP_2, self.replica.missing_for(state_vector))
                case (1 | 2, update):
                    self.replica.apply(update)
