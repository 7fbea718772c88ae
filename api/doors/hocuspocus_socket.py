"""`/ws/hocuspocus`: @hocuspocus/provider v3 and v4, many documents over one socket.

Rule 1: every document is authorised alone. What arrives for it before its token is queued, within
        bounds of bytes, messages, documents and time; while it opens, the socket is not read.
Rule 2: exactly one SyncStatus for every Update, and for the SyncStep2 that answers the SyncStep1
        we send after the client's own; each waits for the commit.
Rule 3: answers carry the address exactly as the client wrote it, session included.
Rule 4: a token may be renewed in place; we ask for a new one before the old one ends.
Source: hocuspocus packages/provider and packages/server (MessageReceiver.ts); docs/protocols.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from aiohttp import web
from aiohttp.typedefs import Handler

from api.auth import SignedIn
from api.connections import Connection
from api.doors.attachment import Attachment
from api.doors.reception import Reception
from api.doors.socket import Socket
from collab.errors import MirepoixError, ProtocolViolation, TokenEnded, TooLarge
from collab.wire import hocuspocus
from rooms.frames import binary_frame
from rooms.seat import Seat

DOOR = "hocuspocus"


def hocuspocus_socket(reception: Reception) -> Handler:
    """The handler of this door."""

    async def serve(request: web.Request) -> web.StreamResponse:
        with reception.occupied(request):
            return await serve_one(request)

    async def serve_one(request: web.Request) -> web.StreamResponse:
        signed = await _signed_in_already(reception, request)
        socket = await Socket.accept(
            request,
            reception.config,
            reception.metrics,
            reception.clock,
            signed.subprotocol if signed else None,
        )
        with reception.metrics.connected(DOOR):
            return await _Conversation(reception, request, socket, signed).run()

    return serve


async def _signed_in_already(reception: Reception, request: web.Request) -> SignedIn | None:
    """Who the request itself says it is; None when the token is still to come in a message.

    Raises what `Authenticator.authenticate` raises for a wrong origin or a bad token.
    """
    try:
        return await reception.authenticator.authenticate(request)
    except TokenEnded as error:
        if error.reason != "no_token":
            raise
        return None


class _Conversation:
    """One socket and the documents on it."""

    def __init__(
        self, reception: Reception, request: web.Request, socket: Socket, signed: SignedIn | None
    ) -> None:
        self._reception = reception
        self._socket = socket
        self._signed = signed
        self._about = reception.describe(request)
        self._attached: dict[bytes, Attachment] = {}  # by address
        self._was_seated = False
        self._connection = Connection(
            door=DOOR,
            since=reception.clock.utc(),
            identity=lambda: next((seat.identity for seat in self._seats()), None),
            sessions=lambda: [seat.session_id for seat in self._seats()],
            is_behind=self._is_behind,
            end=socket.end,
        )
        self._group: asyncio.TaskGroup

    async def run(self) -> web.StreamResponse:
        with self._reception.connections.entered(self._connection):
            return await self._talk()

    async def _talk(self) -> web.StreamResponse:
        async with asyncio.TaskGroup() as self._group:
            deadline = self._group.create_task(self._deadline())
            try:
                return await self._socket.read(self._handle, self._is_behind)
            finally:
                deadline.cancel()
                for attachment in self._attached.values():
                    attachment.leave()

    async def _deadline(self) -> None:
        """A socket on which nobody signs in is closed."""
        seconds = self._reception.config.pre_auth_seconds
        await asyncio.sleep(seconds)
        if not self._was_seated:
            self._reception.metrics.refused("auth_timeout")
            self._socket.end(TokenEnded(f"sign in within {seconds:g} s", reason="auth_timeout"))

    def _seats(self) -> list[Seat]:
        seats = (attachment.seat for attachment in self._attached.values())
        return [seat for seat in seats if seat is not None]

    def _is_behind(self) -> bool:
        return any(attachment.is_behind for attachment in self._attached.values())

    def _handle(self, data: bytes) -> Awaitable[object] | None:
        match hocuspocus.decode(data):
            case hocuspocus.Ping():
                self._socket.outbox.write(binary_frame(hocuspocus.PONG))
            case hocuspocus.Pong():
                pass
            case hocuspocus.Frame() as frame:
                return self._handle_frame(frame, len(data))
        return None

    def _handle_frame(self, frame: hocuspocus.Frame, size: int) -> Awaitable[object] | None:
        attachment = self._attachment(frame)
        match frame.body:
            case hocuspocus.AuthToken(token):
                if attachment.is_seated:
                    attachment.renew(self._token_or_request(token))
                    return None
                self._group.create_task(self._attach(attachment, token))
                return attachment.opened.wait()
            case hocuspocus.Close():
                self._attached.pop(frame.address, None)
                attachment.leave()
            case body if attachment.is_seated:
                attachment.take(body)
            case body if not attachment.has_left:
                self._queue(attachment, body, size)
            case _:
                self._reception.metrics.refused("not_attached")
        return None

    def _attachment(self, frame: hocuspocus.Frame) -> Attachment:
        attachment = self._attached.get(frame.address)
        wants_anew = isinstance(frame.body, hocuspocus.AuthToken)
        if attachment is None or (attachment.has_left and wants_anew):
            if len(self._attached) >= self._reception.config.documents_per_socket:
                raise TooLarge("too many documents on one socket", reason="too_many_documents")
            attachment = Attachment(
                frame.address, frame.document, self._reception, self._socket, self._ended
            )
            self._attached[frame.address] = attachment
        return attachment

    def _queue(self, attachment: Attachment, body: hocuspocus.Body, size: int) -> None:
        config = self._reception.config
        attachment.queue.append((body, size))
        queued = [size for one in self._attached.values() for _, size in one.queue]
        is_much = len(attachment.queue) > config.pre_auth_messages
        if is_much or sum(queued) > config.pre_auth_limit_bytes:
            raise ProtocolViolation("sign in before sending so much", reason="pre_auth_overflow")

    async def _attach(self, attachment: Attachment, token: str) -> None:
        is_over = await attachment.run(self._token_or_request(token), self._about, self._seated)
        if is_over and self._attached.get(attachment.address) is attachment:
            del self._attached[attachment.address]

    def _token_or_request(self, token: str) -> SignedIn | str:
        """What says who it is: the token, or the request where the provider has none."""
        return self._signed if not token and self._signed is not None else token

    def _seated(self) -> None:
        self._was_seated = True

    def _ended(self, error: MirepoixError) -> None:
        """A document ended. Without any other one the socket ends as well."""
        if not any(attachment.is_seated for attachment in self._attached.values()):
            self._socket.end(error)
