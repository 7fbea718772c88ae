"""Readers that do not read: bounded memory, nobody else slowed, and a way back for each of them."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import pytest
from pycrdt import Doc

from tests.live.bystander import document_of, quantile, resident_bytes
from tests.live.checks import clocks_in
from tests.live.conftest import StartServer
from tests.live.mutations import with_length
from tests.live.raw_socket import BINARY, PONG, Closed, RawSocket
from tests.live.raw_yjs import UPDATE, RawYjs, read_sync, sync_frame
from tests.live.replicas import PycrdtReplica
from tests.live.server import LiveServer

STALLED: Final = 50
TYPISTS: Final = 5
SHORT_SECONDS, LONG_SECONDS = 8.0, 30.0
SENDS_EACH: Final = 250  # in whatever time: a catch-up brings all of it to each slow reader
WORDS: Final = "a dish that is described at some length, as menus do " * 25
RECEIVE_BUFFER_BYTES: Final = 4096
MEBIBYTE: Final = 1024 * 1024
GROWTH_LIMIT_BYTES: Final = 64 * MEBIBYTE
SETTINGS: Final = {"outbox_limit_bytes": 64 * 1024}
DOCUMENT: Final = "busy"
NEVER: Final = {1: 1}


@dataclass(slots=True)
class Traffic:
    """What five people who type in one document saw."""

    delays_seconds: list[float] = field(default_factory=list)  # from sending to each other's sight
    sent: int = 0


class Typist:
    """Types, and notes how long what the others type takes to arrive."""

    def __init__(self, socket: RawYjs, sent_at: dict[bytes, float], traffic: Traffic) -> None:
        self.replica = PycrdtReplica()
        self._socket = socket
        self._sent_at = sent_at
        self._traffic = traffic
        self._own: set[bytes] = set()

    async def type(self, seconds: float) -> None:
        for _ in range(SENDS_EACH):
            update = self.replica.type(WORDS)
            self._own.add(update)
            self._sent_at[update] = time.monotonic()
            await self._socket.send_sync(UPDATE, update)
            self._traffic.sent += 1
            await asyncio.sleep(seconds / SENDS_EACH)

    async def listen(self) -> None:
        taken = 0
        while True:
            async with self._socket._arrived:
                await self._socket._arrived.wait()
            now = time.monotonic()
            assert self._socket.is_open, self._socket.close_code
            for frame in self._socket.frames[taken:]:
                sync = read_sync(frame)
                if sync is not None and sync[0] == UPDATE and sync[1] not in self._own:
                    self._traffic.delays_seconds.append(now - self._sent_at[sync[1]])
            taken = len(self._socket.frames)


async def work(server: LiveServer, seconds: float, document: str = DOCUMENT) -> Traffic:
    """Five people type for so long."""
    traffic = Traffic()
    sent_at: dict[bytes, float] = {}
    async with AsyncExitStack() as sockets:
        typists = [
            Typist(
                await sockets.enter_async_context(RawYjs(f"{server.y_door}/{document}")),
                sent_at,
                traffic,
            )
            for _ in range(TYPISTS)
        ]
        listening = [asyncio.create_task(typist.listen()) for typist in typists]
        await asyncio.gather(*(typist.type(seconds) for typist in typists))
        wanted = traffic.sent * (TYPISTS - 1)
        async with asyncio.timeout(20):
            while len(traffic.delays_seconds) < wanted:
                await asyncio.sleep(0.01)
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
    return traffic


async def stalled(server: LiveServer, stack: AsyncExitStack, count: int) -> list[RawSocket]:
    """So many who came in, said who they are, asked for the document, and then read nothing."""
    sockets = []
    for number in range(count):
        is_hocuspocus = number % 2
        address = with_length(DOCUMENT.encode()) if is_hocuspocus else b""
        url = server.hocuspocus_door if is_hocuspocus else f"{server.y_door}/{DOCUMENT}"
        socket = RawSocket(url, receive_buffer_bytes=RECEIVE_BUFFER_BYTES)
        await stack.enter_async_context(socket)
        if is_hocuspocus:
            await socket.send(address + b"\x02\x00\x00")
        await socket.send(address + sync_frame(0, b"\x00"))
        entry = bytes((1, 10 + number, 1)) + with_length(b'{"stalled": true}')
        await socket.send(address + b"\x01" + with_length(entry))
        sockets.append(socket)
    return sockets


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one who reads again: "caught up", or the close code; and how it went."""

    end: str
    updates: int  # edits that came one by one


async def resume(socket: RawSocket, is_hocuspocus: bool, wanted: dict[int, int]) -> Fate:
    """Read again until the document is all there, or the server ended it."""
    address = with_length(DOCUMENT.encode()) if is_hocuspocus else b""
    socket.widen(1024 * 1024)
    doc: Doc[Any] = Doc()
    updates = 0
    try:
        async with asyncio.timeout(20):
            while clocks_in(doc.get_state()) != wanted:
                received = await socket.receive()
                if received.opcode == BINARY and received.payload.startswith(address + b"\x00"):
                    sync = read_sync(received.payload.removeprefix(address))
                    if sync is not None and sync[0] != 0:
                        doc.apply_update(sync[1])
                        updates += sync[0] == UPDATE
    except Closed as closed:
        return Fate(str(closed.code), updates)
    return Fate("caught up", updates)


async def trickle(socket: RawSocket, random: Random) -> None:
    """Read a few bytes now and then, and show signs of life; what was read is for `resume`."""
    while True:
        await socket.send(b"", PONG)
        await socket.read_some(random.randint(1, 700))
        await asyncio.sleep(0.05)


async def check(server: LiveServer, seconds: float, trickling: int) -> None:
    alone = await work(server, SHORT_SECONDS, "alone")
    async with AsyncExitStack() as stack:
        readers = await stalled(server, stack, STALLED)
        await asyncio.sleep(0.3)
        memory_bytes = resident_bytes(server.serving_pid)
        slow = [
            asyncio.create_task(trickle(socket, Random(number)))
            for number, socket in enumerate(readers[:trickling])
        ]
        crowd = await work(server, seconds)
        grown = resident_bytes(server.serving_pid) - memory_bytes
        assert grown < GROWTH_LIMIT_BYTES, f"{grown / MEBIBYTE:.1f} MiB more"
        assert_nobody_slowed(alone, crowd)
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        wanted = clocks_in((await document_of(server, DOCUMENT)).get_state())
        fates = await asyncio.gather(
            *(resume(socket, bool(number % 2), wanted) for number, socket in enumerate(readers))
        )
    ends = Counter(fate.end for fate in fates)
    assert max(fate.updates for fate in fates) < crowd.sent, "nobody was ever behind"
    print(
        f"alone p99 {1000 * quantile(alone.delays_seconds, 0.99):.1f} ms, "
        f"beside {STALLED} stalled {1000 * quantile(crowd.delays_seconds, 0.99):.1f} ms, "
        f"memory +{grown / MEBIBYTE:.1f} MiB, {dict(ends)}"
    )
    assert set(ends) <= {"caught up", "1013", "1006"}, ends
    if seconds < LONG_SECONDS:  # nobody is given up as fast as that
        assert set(ends) == {"caught up"}, ends


def assert_nobody_slowed(alone: Traffic, crowd: Traffic) -> None:
    quick, beside = (quantile(one.delays_seconds, 0.99) for one in (alone, crowd))
    assert beside <= 3 * quick + 0.1, f"p99 {1000 * beside:.0f} ms, alone {1000 * quick:.0f} ms"


async def test_fifty_who_never_read_cost_little_and_catch_up(start_server: StartServer) -> None:
    server = await start_server(settings=SETTINGS)
    await check(server, SHORT_SECONDS, trickling=0)


@pytest.mark.full
async def test_fifty_who_hardly_read_for_half_a_minute_cost_little(
    start_server: StartServer,
) -> None:
    server = await start_server(settings=SETTINGS)
    await check(server, LONG_SECONDS, trickling=STALLED // 2)


async def test_one_who_takes_nothing_for_too_long_is_given_up(start_server: StartServer) -> None:
    server = await start_server(settings={**SETTINGS, "slow_reader_seconds": 1})
    async with AsyncExitStack() as stack:
        readers = await stalled(server, stack, 6)
        await work(server, 6)
        fates = await asyncio.gather(
            *(resume(socket, bool(number % 2), NEVER) for number, socket in enumerate(readers))
        )
    assert {fate.end for fate in fates} == {
        "1006"
    }  # a closing frame would wait behind what it did not read
    assert server.logged("socket_failed") == []


async def test_presence_is_right_after_catching_up(start_server: StartServer) -> None:
    server = await start_server(settings={**SETTINGS, "awareness_grace_seconds": 0.1})
    async with AsyncExitStack() as stack:
        (reader,) = await stalled(server, stack, 1)
        gone = await stack.enter_async_context(RawSocket(f"{server.y_door}/{DOCUMENT}"))
        await gone.send(b"\x01" + with_length(bytes((1, 7, 1)) + with_length(b'{"here": 1}')))
        await gone.settled()
        await asyncio.sleep(0.3)
        working = asyncio.create_task(work(server, 4))
        await asyncio.sleep(2)
        gone.close()
        late = await stack.enter_async_context(RawSocket(f"{server.y_door}/{DOCUMENT}"))
        await late.send(b"\x01" + with_length(bytes((1, 8, 1)) + with_length(b'{"here": 2}')))
        await working
        states: dict[int, bytes] = {}
        async with asyncio.timeout(15):
            while states.get(8, b"null") == b"null" or states.get(7, b"null") != b"null":
                received = await reader.receive()
                if received.opcode == BINARY and received.payload[:1] == b"\x01":
                    states |= entries_of(received.payload)
    assert b'"here":2' in states[8]


def entries_of(message: bytes) -> dict[int, bytes]:
    """Client id -> state, of a presence message with small numbers."""
    at = 2 if message[1] < 0x80 else 3
    count, at = message[at], at + 1
    found: dict[int, bytes] = {}
    for _ in range(count):
        client, at = message[at], at + 2  # the clock is one byte as well
        size = message[at]
        found[client] = message[at + 1 : at + 1 + size]
        at += 1 + size
    return found


def test_entries_are_read_as_they_are_written() -> None:
    states: Sequence[tuple[int, bytes]] = ((7, b"null"), (8, b'{"here":2}'))
    payload = bytes((2,)) + b"".join(bytes((c, 1)) + with_length(s) for c, s in states)
    assert entries_of(b"\x01" + with_length(payload)) == dict(states)
