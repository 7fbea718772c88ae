"""A client of `/ws` for loads: frames are counted by their headers, and decoded only by who asks.

The mask is zero, as in `benchmarks.connection`.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable, Mapping
from typing import Any, cast

import msgpack

from benchmarks.connection import client_frame

_PING, _PONG, _BINARY = 0x89, 0x8A, 0x82
_CONTINUED = 126
CONNECT_SECONDS = 30.0

OnFrame = Callable[[bytes, float], None]  # the payload, and when it came (monotonic seconds)


class OrdersSocket(asyncio.Protocol):
    """One connection. Made by `connect`; all methods run in the loop."""

    def __init__(self, token: str, device: str) -> None:
        self.frames = 0
        self.last = b""  # the newest frame
        self.last_at = 0.0
        self.on_frame: OnFrame | None = None
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._token = token
        self._device = device
        self._transport: asyncio.Transport
        self._rest = bytearray()
        self._is_upgraded = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by class
        key = base64.b64encode(b"benchmark client").decode()
        self._transport.write(
            "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: mirepoix.v1\r\nAuthorization: Bearer {self._token}\r\n"
            "\r\n".encode()
        )

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        rest = self._rest
        rest += data
        if not self._is_upgraded and not self._upgraded():
            return
        pos = 0
        while (bounds := _bounds(rest, pos)) is not None:
            body, end = bounds
            self._frame(rest[pos], bytes(rest[body:end]), now)
            pos = end
        del rest[:pos]

    def send(self, op: str, /, **content: object) -> None:
        """Send a frame."""
        self._transport.write(client_frame(msgpack.packb([op, content])))

    def write(self, frame: bytes) -> None:
        """Send a frame made before, with its head."""
        self._transport.write(frame)

    def close(self) -> None:
        """End the connection without ceremony."""
        self._transport.abort()

    def _upgraded(self) -> bool:
        end = self._rest.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not self._rest.startswith(b"HTTP/1.1 101"):
            self.ready.set_exception(ConnectionError(self._rest[:300].decode(errors="replace")))
            self._rest.clear()
            return False
        del self._rest[: end + 4]
        self._is_upgraded = True
        self.send("hello", v=1, device=self._device, app="benchmark")
        return True

    def _frame(self, opcode: int, payload: bytes, now: float) -> None:
        if opcode == _PING:
            self._transport.write(client_frame(payload, _PONG))
            return
        if opcode != _BINARY:
            return
        self.frames += 1
        self.last, self.last_at = payload, now
        if not self.ready.done():
            self.ready.set_result(None)  # welcome
        elif self.on_frame is not None:
            self.on_frame(payload, now)


async def connect(port: int, token: str, device: str) -> OrdersSocket:
    """Connect and be welcomed. Raises ConnectionError with the server's answer, TimeoutError."""
    loop = asyncio.get_running_loop()
    _, socket = await loop.create_connection(lambda: OrdersSocket(token, device), "127.0.0.1", port)
    async with asyncio.timeout(CONNECT_SECONDS):
        await socket.ready
    return socket


async def subscribe(socket: OrdersSocket, room: str, **cursor: object) -> Mapping[str, Any]:
    """Follow a room as handle 1, and wait for the answer to it; what came after is not awaited."""
    answered: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
    before = socket.on_frame

    def hear(payload: bytes, now: float) -> None:
        op, content = decode(payload)
        if op in ("subd", "gap", "notice") and not answered.done():
            answered.set_result({"op": op, **content})
            socket.on_frame = before
        elif before is not None:
            before(payload, now)

    socket.on_frame = hear
    socket.send("sub", h=1, room=room, **cursor)
    async with asyncio.timeout(CONNECT_SECONDS):
        return await answered


def decode(payload: bytes) -> tuple[str, dict[str, Any]]:
    """A frame's kind and content."""
    op, content = msgpack.unpackb(payload)
    return op, content


def command_frame(
    id: str, room: str, type: str, body: Mapping[str, object], device_seq: int
) -> bytes:
    """A whole `cmd` frame with its head."""
    content = {"id": id, "room": room, "type": type, "body": body, "device_seq": device_seq}
    return client_frame(msgpack.packb(["cmd", content]))


def _bounds(data: bytearray, pos: int) -> tuple[int, int] | None:
    """(begin, end) of the payload of the frame at `pos`; None when it is not whole yet."""
    if len(data) - pos < 2:
        return None
    body, size = pos + 2, data[pos + 1]
    if size >= _CONTINUED:
        body += 2 if size == _CONTINUED else 8
        if body > len(data):
            return None
        size = int.from_bytes(data[pos + 2 : body], "big")
    return (body, body + size) if body + size <= len(data) else None
