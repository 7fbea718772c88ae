"""A WebSocket by hand over one TCP connection, for what no decent client does.

Nothing is read unless a method here reads it, so a `RawSocket` that is left alone is a stalled
reader. Bytes go out exactly as given: whole frames (`frame`), halves of frames, or no WebSocket
at all. The mask is zero, which RFC 6455 allows and which keeps the payload as it is.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
PATIENCE_SECONDS: Final = 15.0
READ_BYTES: Final = 256 * 1024
KEY: Final = "AAAAAAAAAAAAAAAAAAAAAA=="


@dataclass(frozen=True, slots=True)
class Received:
    """One frame of the server."""

    opcode: int
    payload: bytes

    @property
    def close_code(self) -> int:
        return int.from_bytes(self.payload[:2], "big")


class Closed(Exception):
    """The server ended the connection. code: of its closing frame; 1006 when there was none."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


def frame(payload: bytes, opcode: int = BINARY) -> bytes:
    """One whole client frame."""
    size = len(payload)
    if size < 126:
        head = bytes((0x80 | opcode, 0x80 | size))
    elif size < 1 << 16:
        head = bytes((0x80 | opcode, 0x80 | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((0x80 | opcode, 0x80 | 127)) + size.to_bytes(8, "big")
    return head + b"\0\0\0\0" + payload


def upgrade_request(url: str, headers: Mapping[str, str] | None = None) -> bytes:
    """The bytes that ask for a WebSocket."""
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {parts.netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {KEY}",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class RawSocket:
    """One connection; an async context manager that upgrades at once.

    headers: more lines of the request. receive_buffer_bytes: what the kernel takes unread.
    """

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        receive_buffer_bytes: int | None = None,
    ) -> None:
        self.status = 0  # of the answer to the upgrade
        self.answer = ""  # its head
        self._url = url
        self._headers = headers
        self._receive_buffer_bytes = receive_buffer_bytes
        self._buffer = bytearray()
        self._socket: socket.socket

    async def __aenter__(self) -> Self:
        await self.connect()
        try:
            await self.write(upgrade_request(self._url, self._headers))
            await self._read_answer()
        except BaseException:
            self._socket.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    async def connect(self) -> None:
        """Open the TCP connection only."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._receive_buffer_bytes is not None:  # has to be set before connecting
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer_bytes)
        parts = urlsplit(self._url)
        address = (parts.hostname or "", parts.port or 80)
        await asyncio.get_running_loop().sock_connect(self._socket, address)

    def widen(self, receive_buffer_bytes: int) -> None:
        """Let the kernel take more unread bytes: with a tiny window, reading takes for ever."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)

    def close(self) -> None:
        """Drop the connection without a word."""
        self._socket.close()

    async def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        await asyncio.get_running_loop().sock_sendall(self._socket, data)

    async def send(self, payload: bytes, opcode: int = BINARY) -> None:
        """Send one message."""
        await self.write(frame(payload, opcode))

    async def receive(self, seconds: float = PATIENCE_SECONDS) -> Received:
        """The next frame but a ping. Raises Closed, TimeoutError."""
        async with asyncio.timeout(seconds):
            while True:
                found = self._next_frame()
                if found is None:
                    await self._fill()
                elif found.opcode == CLOSE:
                    raise Closed(found.close_code, found.payload[2:].decode())
                elif found.opcode != PING:
                    return found

    async def receive_close(self, seconds: float = PATIENCE_SECONDS) -> Closed:
        """Read until the server closes. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while True:
                try:
                    await self.receive(seconds)
                except Closed as closed:
                    return closed

    async def read_some(self, size: int = READ_BYTES) -> int:
        """Take up to so many bytes from the kernel; how many. Raises Closed at the end."""
        return await self._fill(size)

    async def settled(self, seconds: float = PATIENCE_SECONDS) -> list[bytes]:
        """What the server sent until it handled everything sent here. Raises Closed."""
        mark = b"settled"
        await self.send(mark, PING)
        messages: list[bytes] = []
        while True:
            found = await self.receive(seconds)
            if found == Received(PONG, mark):
                return messages
            messages.append(found.payload)

    async def _read_answer(self) -> None:
        while b"\r\n\r\n" not in self._buffer:
            await self._fill()
        head, _, rest = bytes(self._buffer).partition(b"\r\n\r\n")
        self._buffer = bytearray(rest)
        self.answer = head.decode("latin-1")
        self.status = int(self.answer.split(" ", 2)[1])

    async def _fill(self, size: int = READ_BYTES) -> int:
        try:
            data = await asyncio.get_running_loop().sock_recv(self._socket, size)
        except ConnectionError:
            data = b""
        if not data:
            raise Closed(1006)
        self._buffer += data
        return len(data)

    def _next_frame(self) -> Received | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1], 2
        if size == 126:
            size, start = int.from_bytes(buffer[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(buffer[2:10], "big"), 10
        if len(buffer) < start or len(buffer) < start + size:
            return None
        found = Received(buffer[0] & 0x0F, bytes(buffer[start : start + size]))
        del buffer[: start + size]
        return found
