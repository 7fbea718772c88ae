"""`GET /sse?rooms=a,b`: the events of `/ws` for those who have only HTTP.

Rule 1: every message has an `id:` that says where all rooms stand; with it in `Last-Event-ID` (or
        `?last_event_id=`) every room goes on where it was, by the rule of `/ws`.
Rule 2: a room without a cursor begins with `event: snapshot`; one whose cursor leads nowhere with
        `event: gap` and then a snapshot.
Rule 3: whoever may not hear one of the rooms gets an HTTP status and no stream.
Commands go to `POST /api/v1/commands`. Source: docs/protocols.md; HTML standard, "Server-sent
events".
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping

import msgspec
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from api.connections import Connection
from api.doors.rooms_reception import RoomsReception
from api.doors.socket import keep_kernel_queue_short
from api.doors.sse_cursor import decode_cursors
from api.doors.sse_outflow import Outflow
from api.doors.sse_rooms import SseRoom, message
from api.live import Live
from api.room_entrance import RoomAdmission
from collab.errors import MirepoixError, ProtocolViolation
from collab.identity import Identity
from collab.room_names import RoomKind, parse_room
from rooms.event_room import Cursor

DOOR = "sse"
ROOMS_LIMIT = 20  # so that the id fits into a header
HEARTBEAT_SECONDS = 15.0
LOOK_SECONDS = 2.0  # nobody says that a peer is gone; it is looked at so often
RETRY_SECONDS = (1.0, 5.0)

_HEADERS = {
    hdrs.CONTENT_TYPE: "text/event-stream",
    hdrs.CACHE_CONTROL: "no-store",
    "X-Accel-Buffering": "no",  # nginx would hold events back
    "X-Content-Type-Options": "nosniff",
}


def sse(rooms: RoomsReception) -> Handler:
    """The handler of this door."""
    reception = rooms.reception

    async def serve(request: web.Request) -> web.StreamResponse:
        with reception.occupied(request):
            return await serve_one(request)

    async def serve_one(request: web.Request) -> web.StreamResponse:
        signed = await reception.authenticator.authenticate(request)
        admissions = await _admitted(rooms, signed.identity, request)
        response = web.StreamResponse(headers=_HEADERS)
        await response.prepare(request)
        if request.transport is None:
            return response
        keep_kernel_queue_short(request.transport)
        limit_bytes = reception.config.outbox_limit_bytes
        outflow = Outflow(response, request.transport, limit_bytes)
        stream = _Stream(rooms, outflow, signed.identity, reception.describe(request))
        connection = Connection(
            door=DOOR,
            since=reception.clock.utc(),
            identity=lambda: signed.identity,
            sessions=lambda: stream.sessions,
            is_behind=lambda: outflow.is_full,
            end=stream.end,
        )
        with reception.metrics.connected(DOOR), reception.connections.entered(connection):
            try:
                await stream.run(admissions, _last_event_id(request))
            except ConnectionError:
                pass  # gone; the same as any other end
        return response

    return serve


class _Stream:
    """One response and its rooms."""

    def __init__(
        self,
        rooms: RoomsReception,
        outflow: Outflow,
        identity: Identity,
        about: Mapping[str, str],
    ) -> None:
        self._rooms = rooms
        self._outflow = outflow
        self._identity = identity
        self._about = about
        self._error: MirepoixError | None = None
        self._live: list[Live] = []
        self._joined: list[SseRoom] = []

    @property
    def sessions(self) -> list[str]:
        """The ids of the session rows of all rooms."""
        return [live.session_id for live in self._live]

    def end(self, error: MirepoixError) -> None:
        """Say `bye` and end; only the first call counts."""
        if self._error is not None:
            return
        self._error = error
        if error.reason == "too_slow" or self._outflow.is_blocked:
            self._outflow.abort()
        self._outflow.ring()

    async def run(self, admissions: list[RoomAdmission], last_event_id: str) -> None:
        """Show everything until somebody ends it. Raises ConnectionError when the peer is gone."""
        self._rooms.sockets.add(self)
        try:
            self._sit(admissions)
            least, most = RETRY_SECONDS
            retry_ms = int(random.uniform(least, most) * 1000)
            self._outflow.say(b"retry: %d\n\n" % retry_ms)
            await self._join(admissions, last_event_id)
            await self._show()
        finally:
            self._rooms.sockets.remove(self)
            self._leave()

    def _sit(self, admissions: list[RoomAdmission]) -> None:
        reception = self._rooms.reception
        for admission in admissions:
            name = admission.name
            session_id = reception.sessions.open(
                self._identity,
                admission.restaurant_id,
                name.kind.value,
                name.id if name.station is None else f"{name.id}:{name.station}",
                DOOR,
                self._about,
            )
            live = Live(self._identity, session_id, self.end)
            self._live.append(live)
            reception.live.add(live)

    def _leave(self) -> None:
        for room in self._joined:
            room.leave()
        for live in self._live:
            self._rooms.reception.live.remove(live)
            self._rooms.reception.sessions.close(live.session_id)

    async def _join(self, admissions: list[RoomAdmission], last_event_id: str) -> None:
        cursors: dict[str, Cursor] = {}
        is_bad = False
        try:
            cursors = decode_cursors(last_event_id) if last_event_id else {}
        except ProtocolViolation as error:
            self._rooms.reception.metrics.refused(error.reason)
            is_bad = True
        shown: dict[str, Cursor] = {}
        for admission in admissions:
            room = SseRoom(self._rooms, admission, self._outflow, shown, self.end)
            self._joined.append(room)
            if is_bad:
                room.gap("bad_cursor", "", 0)
            else:
                await room.join(cursors.get(str(admission.name)))

    async def _show(self) -> None:
        beats_at = _now() + HEARTBEAT_SECONDS
        while self._error is None and not self._outflow.is_gone:
            for room in self._joined:
                if room.is_lost:
                    await room.join(None)
            await self._outflow.write()
            if _now() >= beats_at:
                beats_at = _now() + HEARTBEAT_SECONDS
                self._outflow.say(b":\n\n")
            await self._outflow.wait(LOOK_SECONDS)
        if self._error is not None and not self._outflow.is_gone:
            bye = self._rooms.sockets.bye(self._error)
            data = msgspec.json.encode(bye._asdict())
            self._outflow.say(message("bye", data, retry_ms=bye.after_ms))
            await self._outflow.write()


async def _admitted(
    rooms: RoomsReception, identity: Identity, request: web.Request
) -> list[RoomAdmission]:
    """The rooms of a request. Raises ProtocolViolation and what `RoomEntrance.admit` raises."""
    asked = [one for text in request.query.getall("rooms", []) for one in text.split(",") if one]
    names = list(dict.fromkeys(parse_room(one) for one in asked))
    if not 1 <= len(names) <= ROOMS_LIMIT:
        raise ProtocolViolation(f"Name 1 to {ROOMS_LIMIT} rooms.", reason="bad_rooms")
    if any(name.kind is RoomKind.MENU for name in names):
        raise ProtocolViolation("A live document has no event stream.", reason="bad_room")
    return [await rooms.entrance.admit(identity, name) for name in names]


def _last_event_id(request: web.Request) -> str:
    """What a browser sends by itself, else what a page that was loaded anew says."""
    return request.headers.get("Last-Event-ID") or request.query.get("last_event_id", "")


def _now() -> float:
    return asyncio.get_running_loop().time()
