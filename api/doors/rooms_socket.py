"""`/ws`: the rooms protocol, everything our own client needs over one socket.

Subprotocol `mirepoix.v1` is msgpack, `mirepoix.v1.json` the same as text. The token comes with
the request, or in `hello` within 10 s.
Source: docs/protocols.md, "The rooms protocol".
"""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from api.auth import JSON_SUBPROTOCOL, SignedIn, offered_subprotocols, subprotocol_to_echo
from api.doors.rooms_codec import JSON, MSGPACK
from api.doors.rooms_conversation import Conversation
from api.doors.rooms_place import DOOR
from api.doors.rooms_reception import RoomsReception
from api.doors.socket import Socket
from collab.errors import TokenEnded


def rooms_socket(rooms: RoomsReception) -> Handler:
    """The handler of this door."""
    reception = rooms.reception

    async def serve(request: web.Request) -> web.StreamResponse:
        with reception.occupied(request):
            return await serve_one(request)

    async def serve_one(request: web.Request) -> web.StreamResponse:
        signed = await _signed_in_already(request)
        subprotocol = subprotocol_to_echo(offered_subprotocols(request))
        codec = JSON if subprotocol == JSON_SUBPROTOCOL else MSGPACK
        socket = await Socket.accept(
            request,
            reception.config,
            reception.metrics,
            reception.clock,
            subprotocol,
            text=codec.text,
        )
        with reception.metrics.connected(DOOR):
            about = reception.describe(request)
            return await Conversation(rooms, socket, codec, signed, about).run()

    async def _signed_in_already(request: web.Request) -> SignedIn | None:
        """Who the request says it is; None when the token is still to come in `hello`."""
        try:
            return await reception.authenticator.authenticate(request)
        except TokenEnded as error:
            if error.reason != "no_token":
                raise
            return None

    return serve
