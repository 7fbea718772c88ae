"""A client of the rooms protocol: everything our own client does, small enough to be trusted.

It keeps the client's side of the bargain: events are applied once and in order (what came before
is dropped, a hole is a failure of the server), a dropped connection goes on where it was, and a
command is sent with the same id until there is an answer other than "overloaded".

Every frame must be one that the server says it sends (api/doors/rooms_answers.py, rooms_bodies.py):
what our pages read is generated from that.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self
from uuid import uuid4

import aiohttp
import msgpack
import msgspec

from api.doors.rooms_answers import read_answer
from api.doors.rooms_bodies import ROOMS

PATIENCE_SECONDS: Final = 15.0
AGAIN_SECONDS: Final = 0.05
MSGPACK: Final = "mirepoix.v1"
JSON: Final = "mirepoix.v1.json"

Frame = tuple[str, dict[str, Any]]


class Ended(Exception):
    """The server closed the connection. bye: what it said before, if anything."""

    def __init__(self, code: int | None, bye: dict[str, Any] | None) -> None:
        super().__init__(f"{code} {bye}")
        self.code = code
        self.bye = bye


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it came."""

    offset: int
    type: str
    seq: int
    actor: str
    at_ms: int
    body: dict[str, Any]


@dataclass
class Room:
    """One subscription, over all connections."""

    name: str
    h: int
    want: str | None = None
    epoch: str | None = None
    offset: int = 0  # of the last event that was applied
    subd: dict[str, Any] | None = None  # the newest
    snapshots: list[dict[str, Any]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    gaps: list[dict[str, Any]] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)
    syncs: list[bytes] = field(default_factory=list)
    saved: list[int] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    duplicates: int = 0  # events that came again and were dropped

    @property
    def types(self) -> list[str]:
        """The types of all events so far."""
        return [event.type for event in self.events]


class RoomsClient:
    """One client, over as many connections as it takes.

    url: of the door, ws://.../ws. token: goes into `hello`; headers: into the request.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        subprotocol: str | None = MSGPACK,
        device: str = "test",
        app: str = "test",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.url = url
        self.token = token
        self.device = device
        self.app = app
        self.welcome: dict[str, Any] = {}
        self.rooms: dict[int, Room] = {}
        self.notices: list[dict[str, Any]] = []  # of no room
        self.roles: list[dict[str, Any]] = []
        self.pongs: list[dict[str, Any]] = []
        self.bye: dict[str, Any] | None = None
        self.ended: Ended | None = None
        self._subprotocol = subprotocol
        self._headers = dict(headers or {})
        self._session: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reading: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._answers: dict[str, dict[str, Any]] = {}
        self._device_seq = 0

    # -- the connection ------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def connect(self) -> None:
        """Open a connection, say hello, and go on with every room where it was."""
        await self.close()
        self.ended, self.bye = None, None
        self._session = aiohttp.ClientSession()
        protocols = tuple((self._subprotocol or "").split(", ")) if self._subprotocol else ()
        try:
            self._socket = await self._session.ws_connect(
                self.url, protocols=protocols, headers=self._headers, max_msg_size=0
            )
        except BaseException:
            await self._session.close()
            raise
        self._reading = asyncio.create_task(self._read(self._socket))
        try:
            await self._greet()
        except BaseException:
            await self._drop()
            raise

    async def _greet(self) -> None:
        self.welcome = {}
        hello: dict[str, Any] = {"v": 1, "device": self.device, "app": self.app, "caps": []}
        await self.send("hello", **hello, **({"token": self.token} if self.token else {}))
        await self.until(lambda: bool(self.welcome))
        for room in self.rooms.values():
            await self._subscribe(room)

    async def close(self) -> None:
        """Close politely. Harmless when nothing is open."""
        if self._socket is not None:
            await self._socket.close()
        await self._drop()

    async def drop(self) -> None:
        """Drop the connection without a word, as a radio does."""
        if self._socket is not None and self._session is not None:
            transport = self._socket._response.connection
            if transport is not None and transport.transport is not None:
                transport.transport.abort()
        await self._drop()

    async def _drop(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
        self._socket = self._session = self._reading = None

    @property
    def subprotocol(self) -> str | None:
        """What the server chose."""
        assert self._socket is not None
        return self._socket.protocol

    # -- frames --------------------------------------------------------------------------------

    async def send(self, op: str, /, **content: Any) -> None:
        """Send one frame."""
        await self.send_raw(self.encode(op, content))

    async def send_raw(self, data: bytes) -> None:
        """Send bytes as they are, in the socket's kind of message."""
        assert self._socket is not None
        if self._subprotocol == JSON:
            await self._socket.send_str(data.decode())
        else:
            await self._socket.send_bytes(data)

    def encode(self, op: str, content: Mapping[str, Any]) -> bytes:
        """One frame as bytes."""
        if self._subprotocol == JSON:
            return json.dumps([op, content], default=_base64).encode()
        packed: bytes = msgpack.packb([op, content])
        return packed

    def _decode(self, data: bytes | str) -> Frame:
        op, content = json.loads(data) if isinstance(data, str) else msgpack.unpackb(data)
        if op == "sync" and isinstance(content["data"], str):
            content["data"] = base64.b64decode(content["data"])
        return op, content

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        try:
            async for message in socket:
                if message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT):
                    self._take(*self._decode(message.data))
                self._news.set()
        finally:
            self.ended = Ended(socket.close_code, self.bye)
            self._news.set()

    def _take(self, op: str, content: dict[str, Any]) -> None:
        room = self.rooms.get(content.get("h", -1))
        _check(op, content, room)
        match op:
            case "welcome":
                self.welcome = content
            case "res":
                self._answers[content["id"]] = content
            case "role":
                self.roles.append(content)
            case "pong":
                self.pongs.append(content)
            case "bye":
                self.bye = content
            case "notice" if room is None:
                self.notices.append(content)
            case _ if room is not None:
                _take(room, op, content)
            case _:
                pass  # of a room that was left a moment ago

    # -- rooms and commands --------------------------------------------------------------------

    async def sub(
        self,
        name: str,
        *,
        epoch: str | int | None = None,
        offset: int | None = None,
        want: str | None = None,
    ) -> Room:
        """Subscribe; returns once the server has answered in some way."""
        room = Room(name, len(self.rooms) + 1, want)
        self.rooms[room.h] = room
        cursor = {"epoch": epoch, "offset": offset} if epoch is not None else {}
        if offset is not None:
            room.offset = offset
        await self._subscribe(room, {k: v for k, v in cursor.items() if v is not None})
        return room

    async def unsub(self, room: Room) -> None:
        """Leave a room."""
        del self.rooms[room.h]
        await self.send("unsub", h=room.h)

    async def _subscribe(self, room: Room, cursor: dict[str, Any] | None = None) -> None:
        """Go on where the room was, else with a snapshot; after a gap with a snapshot."""
        if cursor is None:
            is_known = room.epoch is not None and not room.name.startswith("menu:")
            is_known = is_known or (room.epoch is not None and room.name.endswith(":events"))
            cursor = {"epoch": room.epoch, "offset": room.offset} if is_known else {}
        want = {} if room.want is None else {"want": room.want}
        room.subd = None
        answered = (len(room.gaps), len(room.notices))
        await self.send("sub", h=room.h, room=room.name, **cursor, **want)

        def is_answered() -> bool:
            return room.subd is not None or answered != (len(room.gaps), len(room.notices))

        await self.until(is_answered)

    async def cmd(
        self,
        room: str,
        type: str,
        body: Mapping[str, Any] | None = None,
        *,
        id: str | None = None,
        seconds: float = PATIENCE_SECONDS,
    ) -> dict[str, Any]:
        """Give a command until it is answered, over as many connections as it takes."""
        command_id = id or str(uuid4())
        self._device_seq += 1
        command = {"id": command_id, "room": room, "type": type, "body": body or {}}
        async with asyncio.timeout(seconds):
            while True:
                self._answers.pop(command_id, None)
                try:
                    await self.send("cmd", **command, device_seq=self._device_seq)
                    await self.until(lambda: command_id in self._answers)
                except (Ended, ConnectionError):
                    await self._come_back()
                    continue
                answer = self._answers[command_id]
                if answer.get("code") != "overloaded":
                    return answer
                await asyncio.sleep(AGAIN_SECONDS)

    async def _come_back(self) -> None:
        while True:
            try:
                await self.connect()
                return
            except (aiohttp.ClientError, Ended, OSError):
                await asyncio.sleep(AGAIN_SECONDS)

    async def until(self, is_so: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until something is so. Raises Ended when the connection is over before."""
        async with asyncio.timeout(seconds):
            while not is_so():
                if self.ended is not None:
                    raise self.ended
                self._news.clear()
                await self._news.wait()

    async def until_ended(self, seconds: float = PATIENCE_SECONDS) -> Ended:
        """Wait until the server has closed the connection."""
        async with asyncio.timeout(seconds):
            while self.ended is None:
                self._news.clear()
                await self._news.wait()
        return self.ended


def _check(op: str, content: dict[str, Any], room: Room | None) -> None:
    """Raises msgspec.ValidationError for a frame that the server does not say it sends."""
    read_answer(op, content)
    if room is None or op not in ("subd", "ev"):
        return
    name = content.get("room") or (room.subd or {}).get("room", room.name)
    snapshot, events = ROOMS[name.partition(":")[0]]
    if "snapshot" in content:
        msgspec.convert(content["snapshot"]["body"], snapshot)
    for type, _, _, _, body in content.get("events", ()):
        msgspec.convert(body, events[type])


def _take(room: Room, op: str, content: dict[str, Any]) -> None:
    match op:
        case "subd":
            room.subd = content
            if "snapshot" in content:
                room.snapshots.append(content["snapshot"])
                room.offset = content["snapshot"]["at"]
            elif room.epoch is None and not content.get("recovered", True):
                room.offset = content["top"]
            room.epoch = content["epoch"]
        case "ev":
            for offset, event in enumerate(content["events"], content["first"]):
                if offset <= room.offset:
                    room.duplicates += 1
                    continue
                assert offset == room.offset + 1, f"a hole in {room.name} before {offset}"
                room.offset = offset
                room.events.append(Event(offset, *event))
        case "gap":
            room.gaps.append(content)
            room.epoch = None
        case "notice":
            room.notices.append(content)
        case "sync":
            room.syncs.append(content["data"])
        case "saved":
            room.saved.append(content["n"])
        case "said":
            room.said.append(content)
        case _:
            raise AssertionError(f"the server said {op}")


def _base64(value: object) -> str:
    assert isinstance(value, bytes)
    return base64.b64encode(value).decode()
