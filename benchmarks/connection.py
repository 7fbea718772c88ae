"""A load client on a WebSocket of its own making, as cheap as Python can be.

Rule 1: frames are counted by walking over their headers; nothing is decoded.
Rule 2: what a client looks for (its own update as the echo, sampled updates of others) is found
        by a byte search over what came in one read.
Rule 3: the mask is zero, which RFC 6455 allows to whoever is no browser, so every frame is made
        before the load starts.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast

from benchmarks.dialect import Dialect
from collab.updates.admission import read_update
from collab.wire.lib0 import Reader, write_var_uint

_PING, _PONG = 0x89, 0x8A
_BINARY = 0x82
# One character with its length byte is at most 23 bytes, two in one update are at least 28.
_SMALL_BYTES = 24


def client_frame(payload: bytes, opcode: int = _BINARY) -> bytes:
    """One whole masked frame; the mask is zero."""
    size = len(payload)
    if size < 126:
        head = bytes((opcode, 0x80 | size))
    elif size < 1 << 16:
        head = bytes((opcode, 0x80 | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((opcode, 0x80 | 127)) + size.to_bytes(8, "big")
    return head + b"\0\0\0\0" + payload


@lru_cache(maxsize=64)
def _characters(payload: bytes) -> Mapping[int, int]:
    """Client id -> typed characters in an update; some servers merge several into one."""
    found: Counter[int] = Counter()
    for client, start, end in read_update(Reader(payload).read_var_bytes()).blocks:
        found[client] += end - start
    return found


@dataclass(slots=True, eq=False)
class Sample:
    """One update whose way to everybody is timed."""

    struct: bytes
    sent_at: float  # monotonic seconds


@dataclass(slots=True)
class Tally:
    """What one connection saw."""

    updates: int = 0  # characters; own ones that came back included
    echoes: int = 0  # own ones that came back
    others: int = 0  # awareness, sync, control frames
    delivery_seconds: list[float] = field(default_factory=list)
    ack_seconds: list[float] = field(default_factory=list)


class Connection(asyncio.Protocol):
    """One client. Made by `connect`; a loop's protocol, so all methods run in the loop."""

    def __init__(self, dialect: Dialect, client: int) -> None:
        loop = asyncio.get_running_loop()
        self._client = client
        self._client_bytes = write_var_uint(client)
        self.dialect = dialect
        self.tally = Tally()
        self.synced: asyncio.Future[None] = loop.create_future()
        self.samples: list[Sample] = []  # of others, not seen here yet
        self.state_bytes = 0  # size of the SyncStep2
        self._unacknowledged: deque[Sample] = deque()
        self._transport: asyncio.Transport
        self._rest = b""
        self._is_upgraded = False
        self._mark = dialect.update_mark

    # -- the loop's side -------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by class
        key = base64.b64encode(b"benchmark client").decode()
        self._transport.write(
            f"GET {self.dialect.path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            f"Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.synced.done():
            self.synced.set_exception(ConnectionError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        if self._rest:
            data = self._rest + data
        pos = 0
        if not self._is_upgraded:
            pos = self._upgraded(data)
        end = self._scan(data, pos)
        self._rest = data[end:]
        if self._unacknowledged and self.dialect.is_echo_acknowledged:
            self._find_echoes(data, end, now)
        if self.samples:
            self._find_samples(data, end, now)

    # -- the load's side -------------------------------------------------------------------------

    def type(self, frame: bytes, struct: bytes) -> Sample:
        """Send one keystroke."""
        sample = Sample(struct, time.monotonic())
        self._unacknowledged.append(sample)
        self._transport.write(frame)
        return sample

    def send(self, message: bytes) -> None:
        """Send any other message."""
        self._transport.write(client_frame(message))

    @property
    def owed(self) -> int:
        """How many keystrokes were not acknowledged yet."""
        return len(self._unacknowledged)

    async def acknowledged(self) -> None:
        """Wait until nothing is owed."""
        while self.owed:
            await asyncio.sleep(0.02)

    def forget(self) -> None:
        """Begin to count anew."""
        self.tally = Tally()

    def close(self) -> None:
        """End the connection without ceremony."""
        self._transport.abort()

    # -- inside ----------------------------------------------------------------------------------

    def _upgraded(self, data: bytes) -> int:
        end = data.find(b"\r\n\r\n")
        if end < 0:
            return 0
        if not data.startswith(b"HTTP/1.1 101"):
            self.synced.set_exception(ConnectionError(data[:300].decode(errors="replace")))
            return len(data)
        self._is_upgraded = True
        dialect = self.dialect
        self.send(dialect.step1 if dialect.login is None else dialect.login)
        return end + 4

    def _scan(self, data: bytes, pos: int) -> int:
        """Count whole frames from `pos`; where the first one that is not whole begins."""
        if not self._is_upgraded:
            return pos
        updates = echoes = 0
        length = len(data)
        mark = self._mark
        small = len(mark) + _SMALL_BYTES
        own = self._client_bytes
        own_at = len(mark) + 3  # behind the length, 01 client, 01 struct
        while length - pos >= 2:
            body = pos + 2
            size = data[pos + 1]
            if size >= 126:
                width = 2 if size == 126 else 8
                body += width
                if body > length:
                    break
                size = int.from_bytes(data[pos + 2 : body], "big")
            end = body + size
            if end > length:
                break
            if data.startswith(mark, body) and data[pos] == _BINARY:
                if size <= small:
                    updates += 1
                    if data.startswith(own, body + own_at):
                        echoes += 1
                else:
                    characters = _characters(data[body + len(mark) : end])
                    updates += sum(characters.values())
                    echoes += characters.get(self._client, 0)
            else:
                self._other(data[pos], data[body:end])
            pos = end
        self.tally.updates += updates
        self.tally.echoes += echoes
        return pos

    def _other(self, opcode: int, payload: bytes) -> None:
        self.tally.others += 1
        dialect = self.dialect
        if opcode == _PING:
            self._transport.write(client_frame(payload, _PONG))
        elif opcode != _BINARY:
            return
        elif payload.startswith(dialect.status_mark) and not dialect.is_echo_acknowledged:
            if self._unacknowledged:  # empty: it acknowledges our SyncStep2
                sent = self._unacknowledged.popleft()
                self.tally.ack_seconds.append(time.monotonic() - sent.sent_at)
        elif payload.startswith(dialect.step2_mark):
            self.state_bytes = len(payload)
            self.send(dialect.step2)
            if not self.synced.done():
                self.synced.set_result(None)
        elif dialect.login is not None and payload.startswith(dialect.admitted_mark):
            self.send(dialect.step1)

    def _find_echoes(self, data: bytes, end: int, now: float) -> None:
        queue = self._unacknowledged
        pos = 0
        while queue and (pos := data.find(queue[0].struct, pos, end)) >= 0:
            self.tally.ack_seconds.append(now - queue.popleft().sent_at)

    def _find_samples(self, data: bytes, end: int, now: float) -> None:
        found = [sample for sample in self.samples if data.find(sample.struct, 0, end) >= 0]
        for sample in found:
            self.samples.remove(sample)
            self.tally.delivery_seconds.append(now - sample.sent_at)


async def connect(port: int, dialect: Dialect, client: int = 0) -> Connection:
    """Connect and sync.

    client: the Yjs client id that will type here, if any.
    Raises ConnectionError with the server's answer, TimeoutError.
    """
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(
        lambda: Connection(dialect, client), "127.0.0.1", port
    )
    async with asyncio.timeout(30):
        await connection.synced
    return connection
