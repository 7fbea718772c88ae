"""A bad connection: a TCP proxy that cuts, freezes, swallows and stutters, with a seed.

Whatever it does to bytes, it never changes or reorders them: what was swallowed on a connection
is followed by its end, as when a tablet walks out of reach of the radio.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from types import TracebackType
from typing import Final, Self

CHUNK_BYTES: Final = 64 * 1024
STUTTER_BYTES: Final = 7


class Fault(StrEnum):
    """What can happen to everybody who is on the road."""

    CUT = "cut"  # the connection breaks, in the middle of a frame if one is on its way
    LOST_REPLIES = "lost_replies"  # commands still arrive, answers do not; then it breaks
    LOST_REQUESTS = "lost_requests"  # nothing arrives any more; then it breaks
    FROZEN = "frozen"  # nothing moves for a while, then everything comes
    STUTTER = "stutter"  # a few bytes at a time


@dataclass(slots=True, eq=False)
class _Trip:
    """One connection over the road."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    faults: set[Fault] = field(default_factory=set)
    moves: asyncio.Event = field(default_factory=asyncio.Event)

    def cut(self) -> None:
        for writer in (self.client, self.server):
            writer.transport.abort()


class Road:
    """Async context manager: listens on `port` and leads to `target_port` of this machine."""

    def __init__(self, target_port: int, random: Random) -> None:
        self.port = 0
        self.met: Counter[Fault] = Counter()  # faults that hit at least one connection
        self._target_port = target_port
        self._random = random
        self._trips: set[_Trip] = set()
        self._server: asyncio.Server

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._lead, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        for trip in list(self._trips):
            trip.cut()
        while self._trips:
            await asyncio.sleep(0.001)

    @property
    def is_used(self) -> bool:
        """Whether anybody is on it now."""
        return bool(self._trips)

    async def misbehave(self, every_seconds: float, for_seconds: float) -> None:
        """Let faults happen until cancelled: one about every so often, each so long at most."""
        while True:
            await asyncio.sleep(self._random.expovariate(1 / every_seconds))
            await self.suffer(self._random.choice(list(Fault)), for_seconds * self._random.random())

    async def suffer(self, fault: Fault, seconds: float) -> None:
        """One fault for all who are on the road now. Cancelling ends it early."""
        trips = list(self._trips)
        self.met[fault] += bool(trips)
        for trip in trips:
            trip.faults.add(fault)
            if fault is Fault.FROZEN:
                trip.moves.clear()
        try:
            await asyncio.sleep(0 if fault is Fault.CUT else seconds)
        finally:
            for trip in trips:
                trip.faults.discard(fault)
                if fault is Fault.FROZEN:
                    trip.moves.set()
                if fault in (Fault.CUT, Fault.LOST_REPLIES, Fault.LOST_REQUESTS):
                    trip.cut()

    async def _lead(
        self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> None:
        try:
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            to_client.transport.abort()
            return
        trip = _Trip(to_client, to_server)
        trip.moves.set()
        self._trips.add(trip)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carry(trip, from_client, to_server, Fault.LOST_REQUESTS))
                group.create_task(self._carry(trip, from_server, to_client, Fault.LOST_REPLIES))
        finally:
            trip.cut()
            self._trips.discard(trip)

    async def _carry(
        self,
        trip: _Trip,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        swallowed_by: Fault,
    ) -> None:
        """One direction. The end of one direction ends the other: no half-open connections."""
        with suppress(ConnectionError):
            while data := await reader.read(CHUNK_BYTES):
                while Fault.FROZEN in trip.faults:
                    await trip.moves.wait()
                if swallowed_by in trip.faults:
                    continue
                if Fault.CUT in trip.faults:
                    data = data[: len(data) // 2]
                await _written(writer, data, STUTTER_BYTES if Fault.STUTTER in trip.faults else 0)
        while Fault.FROZEN in trip.faults:  # not even the end gets through
            await trip.moves.wait()
        trip.cut()


async def _written(writer: asyncio.StreamWriter, data: bytes, piece_bytes: int) -> None:
    for at in range(0, len(data), piece_bytes or len(data)):
        writer.write(data[at : at + (piece_bytes or len(data))])
        await writer.drain()
        if piece_bytes:
            await asyncio.sleep(0)
