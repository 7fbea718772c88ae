"""`/ws/y/{document}`: y-websocket 2.0 to 3.1, and y-sweet's client.

One document a socket, one y-protocols message a frame. Rights are checked before the upgrade, so
a refused client gets an HTTP status. A client's own update comes back to it when, and only when,
it is on disk: stock clients turn that into their "saved" light.
Source: y-websocket src/y-websocket.js; y-sweet's provider.ts for frame 102; docs/protocols.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from aiohttp import web
from aiohttp.typedefs import Handler

from api.connections import Connection
from api.doors.reception import Reception
from api.doors.socket import Socket
from collab.wire import messages
from rooms.menu_room import MenuRoom
from rooms.seat import Seat

DOOR = "y"


def yjs_socket(reception: Reception) -> Handler:
    """The handler of this door."""

    async def serve(request: web.Request) -> web.StreamResponse:
        with reception.occupied(request):
            return await serve_one(request)

    async def serve_one(request: web.Request) -> web.StreamResponse:
        signed = await reception.authenticator.authenticate(request)
        admission = await reception.entrance.admit(signed.identity, request.match_info["document"])
        async with reception.lobby.lease(admission.document.id) as room:
            socket = await Socket.accept(
                request, reception.config, reception.metrics, reception.clock, signed.subprotocol
            )
            session_id = reception.sessions.open(
                signed.identity,
                admission.document.restaurant_id,
                admission.document.kind.value,
                admission.document.id,
                DOOR,
                reception.describe(request),
            )
            seat = Seat(
                session_id=session_id,
                identity=signed.identity,
                access=admission.access,
                prefix=b"",
                outbox=socket.outbox,
                end=socket.end,
                notice=_mute,
                door=DOOR,
            )
            connection = Connection(
                door=DOOR,
                since=reception.clock.utc(),
                identity=lambda: seat.identity,
                sessions=lambda: (session_id,),
                is_behind=lambda: seat.behind is not None,
                end=socket.end,
            )
            with (
                reception.metrics.connected(DOOR),
                reception.connections.entered(connection),
                reception.seated(room, seat, socket.end),
            ):
                room.ask(seat)
                return await socket.read(
                    lambda frame: _handle(reception, room, seat, frame),
                    lambda: seat.behind is not None,
                )

    return serve


def _handle(reception: Reception, room: MenuRoom, seat: Seat, frame: bytes) -> None:
    match messages.decode(frame):
        case messages.Update(update):
            room.receive(seat, update)
        case messages.Awareness(payload):
            room.hear(seat, payload)
        case messages.SyncStep1(state_vector):
            room.answer(seat, state_vector)
        case messages.SyncStep2(update):
            room.receive(seat, update, answers_step1=True)
        case messages.YSweetVersion(echo):
            room.send_when_saved(seat, echo)
        case messages.QueryAwareness():
            room.tell_who_is_here(seat)
        case messages.AuthDenied() | messages.Unknown():
            reception.metrics.refused("unknown_message")
        case unreachable:
            assert_never(unreachable)
    reception.sessions.active(seat.session_id)


def _mute(code: str, sentence: str, details: Mapping[str, object]) -> None:
    """y-websocket has no message for people; its light stays yellow."""
