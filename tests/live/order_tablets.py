"""A device of the floor or the kitchen, by the rules that clients of `/ws` keep.

Rule 1: a command is queued first and sent in the order of the queue, with the same id however
        often; it leaves the queue with its answer.
Rule 2: a room is followed by (epoch, offset): what comes again is dropped, a hole is an error of
        the server, and after a gap a snapshot is asked for.
Rule 3: everything is noted, so that it can be held against the log afterwards.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from random import Random
from typing import Any, Final

import aiohttp
import msgpack

from tests.live.order_histories import Asked, OutOfOrder, Shown, Viewing
from tests.live.order_notes import (
    Answer,
    Fields,
    Followed,
    Notes,
    OnEvent,
    OnSnapshot,
    Queued,
    command_frame,
    pack,
    subscription_frame,
)

SUBPROTOCOL: Final = "mirepoix.v1"
CONNECT_SECONDS: Final = 5.0
SILENCE_SECONDS: Final = 2.5  # after which a command that was not answered is sent anew
BACKOFF_SECONDS: Final = (0.05, 0.4)  # random between these; people wait longer
ANSWER_SECONDS: Final = 60.0


class Tablet:
    """One device. `run` keeps it connected; everything else may be called at any time.

    ports: to be tried in turn, one for each connection; a flaky road, or the server itself.
    """

    def __init__(
        self, name: str, port: Callable[[], int], token: str, notes: Notes, random: Random
    ) -> None:
        self.name = name
        self.token = token
        self.notes = notes
        self.heard: list[Any] = []  # every frame, when `keeps_frames`
        self.keeps_frames = False
        self.random = random
        self.byes: list[Fields] = []
        self.closed_with: int | None = None  # the last close code
        self._port = port
        self._queue: dict[str, Queued] = {}
        self._rooms: dict[int, Followed] = {}
        self._handles = count(1)
        self._numbers = count(1)
        self._outgoing: asyncio.Queue[bytes] | None = None  # of the connection
        self._bye: Fields | None = None  # of this connection
        self._heard_at = 0.0

    # -- what people do ------------------------------------------------------------------------

    async def do(self, room: str, type: str, **body: Any) -> Answer:
        """Queue a command and wait for its answer, over however many connections."""
        queued = self.queue(room, type, body)
        async with asyncio.timeout(ANSWER_SECONDS):
            return await queued.answer

    def queue(self, room: str, type: str, body: Fields, *, id: str | None = None) -> Queued:
        """Queue a command; it is sent now or when there is a connection."""
        number = next(self._numbers)
        id = id or f"{self.name}-{number}"
        asked = Asked(id, type, time.monotonic())
        self.notes.asked.append(asked)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        queued = Queued(id, room, type, body, number, answer, asked)
        self._queue[id] = queued
        self._post(command_frame(queued))
        return queued

    def follow(
        self, room: str, on_event: OnEvent | None = None, on_snapshot: OnSnapshot | None = None
    ) -> Followed:
        """Follow a room from a snapshot on."""
        viewing = Viewing(self.name, room)
        self.notes.viewings.append(viewing)
        followed = Followed(room, next(self._handles), viewing, on_event, on_snapshot)
        self._rooms[followed.handle] = followed
        self._post(subscription_frame(followed))
        return followed

    def leave(self, followed: Followed) -> None:
        """Follow it no longer."""
        if self._rooms.pop(followed.handle, None) is not None:
            self._post(["unsub", {"h": followed.handle}])

    @property
    def unsent(self) -> int:
        """Commands without an answer."""
        return len(self._queue)

    # -- the connection ------------------------------------------------------------------------

    async def run(self) -> None:
        """Be connected, and again, until cancelled."""
        async with aiohttp.ClientSession() as session:
            while True:
                try:
                    async with asyncio.timeout(CONNECT_SECONDS):
                        socket = await self._connect(session)
                except (aiohttp.ClientError, ConnectionError, TimeoutError):
                    await asyncio.sleep(self._backoff_seconds)
                    continue
                try:
                    await self._talk(socket)
                finally:
                    for followed in self._rooms.values():
                        followed.is_live.clear()
                    await _closed(socket)
                bye, self._bye = self._bye, None
                away_seconds = 0.0 if bye is None else bye["after_ms"] / 1000
                await asyncio.sleep(away_seconds + self._backoff_seconds)

    @property
    def _backoff_seconds(self) -> float:
        return self.random.uniform(*BACKOFF_SECONDS)

    async def _connect(self, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
        return await session.ws_connect(
            f"ws://127.0.0.1:{self._port()}/ws",
            protocols=(SUBPROTOCOL,),
            headers={"Authorization": f"Bearer {self.token}"},
            max_msg_size=0,
        )

    async def _talk(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.notes.connections += 1
        self._heard_at = time.monotonic()
        self._outgoing = asyncio.Queue()
        self._post(["hello", {"v": 1, "device": self.name, "app": "tests", "caps": []}])
        for followed in self._rooms.values():
            self.notes.resumed += followed.epoch is not None
            self._post(subscription_frame(followed))
        for queued in list(self._queue.values()):
            self.notes.resends += 1
            self._post(command_frame(queued))
        sending = asyncio.create_task(self._send(socket, self._outgoing))
        try:
            await self._listen(socket)
        finally:
            self._outgoing = None
            sending.cancel()
            await asyncio.wait([sending])

    async def _send(
        self, socket: aiohttp.ClientWebSocketResponse, outgoing: asyncio.Queue[bytes]
    ) -> None:
        while True:
            try:
                await socket.send_bytes(await outgoing.get())
            except (ConnectionError, aiohttp.ClientError):
                return  # whoever listens finds out

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            try:
                async with asyncio.timeout(SILENCE_SECONDS):
                    message = await socket.receive()
            except TimeoutError:
                # A road that swallows looks like silence: ask, and then try another connection.
                if time.monotonic() - self._heard_at > 1.5 * SILENCE_SECONDS:
                    return
                self._post(["ping", {"t": 1}])
                continue
            if message.type is not aiohttp.WSMsgType.BINARY:
                self.closed_with = socket.close_code
                return
            self._heard_at = time.monotonic()
            self._take(*msgpack.unpackb(message.data))

    def _post(self, frame: list[Any]) -> None:
        """Send soon, if there is a connection: when not, connecting will."""
        if self._outgoing is not None:
            self._outgoing.put_nowait(pack(frame))

    # -- what the server says ------------------------------------------------------------------

    def _take(self, op: str, fields: Fields) -> None:
        if self.keeps_frames:
            self.heard.append([op, fields])
        match op:
            case "res":
                self._answer(fields)
            case "subd":
                self._subscribed(fields)
            case "ev":
                self._events(fields)
            case "gap":
                followed = self._rooms.get(fields["h"])
                if followed is not None:
                    followed.epoch = None
                    self._post(subscription_frame(followed))
            case "bye":
                self.byes.append(fields)
                self._bye = fields
            case _:
                pass

    def _answer(self, fields: Fields) -> None:
        queued = self._queue.get(fields["id"])
        if queued is None:
            return  # sent twice, answered twice
        seq, offset, code = (fields.get(name) for name in ("seq", "offset", "code"))
        if code == "overloaded":
            self.notes.overloads += 1
            asyncio.get_running_loop().call_later(
                self._backoff_seconds, self._post, command_frame(queued)
            )
            return
        del self._queue[fields["id"]]
        queued.asked.answered(time.monotonic(), fields["result"], seq, offset, code)
        if not queued.answer.done():
            current = fields.get("current") or {}
            queued.answer.set_result(Answer(fields["result"], seq, offset, code, current))

    def _subscribed(self, fields: Fields) -> None:
        followed = self._rooms.get(fields["h"])
        if followed is None:
            return
        snapshot = fields.get("snapshot")
        if snapshot is not None:
            self.notes.snapshots += 1
            followed.offset = snapshot["at"]
            if followed.on_snapshot is not None:
                followed.on_snapshot(snapshot["body"])
        elif not fields["recovered"]:
            raise OutOfOrder(f"{self.name}: neither resumed nor a snapshot: {fields}")
        followed.epoch = fields["epoch"]
        followed.viewing.begins(followed.offset)
        followed.is_live.set()

    def _events(self, fields: Fields) -> None:
        followed = self._rooms.get(fields["h"])
        if followed is None:
            return  # left, and this was on its way
        for offset, event in enumerate(fields["events"], fields["first"]):
            if offset <= followed.offset:
                self.notes.repeats += 1
                continue
            if offset != followed.offset + 1:
                raise OutOfOrder(
                    f"{self.name} in {followed.room}: {offset} after {followed.offset}"
                )
            type, seq, actor, at_ms, body = event
            shown = Shown(offset, type, seq, actor, at_ms, body)
            followed.offset = offset
            followed.viewing.sees(shown)
            if followed.on_event is not None:
                followed.on_event(shown)

    def seen(self, followed: Followed) -> None:
        """Tell the server that everything up to here was shown."""
        self._post(["seen", {"h": followed.handle, "offset": followed.offset}])


@asynccontextmanager
async def running(*tablets: Tablet) -> AsyncIterator[None]:
    """All devices are switched on; an error of one of them ends the block."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one.run(), name=one.name) for one in tablets]
        yield
        for task in tasks:
            task.cancel()


async def _closed(socket: aiohttp.ClientWebSocketResponse) -> None:
    try:
        async with asyncio.timeout(1):
            await socket.close()
    except (TimeoutError, ConnectionError):
        pass
