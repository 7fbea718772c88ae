"""`/cable`: Action Cable, so that unmodified @rails/actioncable clients work.

Rule 1: frames are handled one after the other, so a message that follows its subscription finds
        it, and actions are done in the order in which they were asked for.
Rule 2: a subscription is confirmed as often as it is asked for: a client that hears nothing asks
        again twice a second for ever. What cannot be subscribed to is rejected, which ends that.
Rule 3: an action that is unknown or refused is answered in its subscription, {event: "error"}.
Rule 4: before the socket closes the client is told whether to come back.
Source: rails actioncable/lib/action_cable/connection; @rails/actioncable; docs/protocols.md.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine, Mapping
from typing import Any, assert_never

from aiohttp import web
from aiohttp.typedefs import Handler

from api.auth import offered_subprotocols
from api.connections import Connection
from api.doors.cable_channel import DOOR, Channel
from api.doors.cable_channels import CHANNELS
from api.doors.cable_desk import CableDesk
from api.doors.cable_visit import Visit
from api.doors.cable_voice import Payload, Voice
from api.doors.socket import Socket
from api.live import Live
from collab.errors import (
    MirepoixError,
    ProtocolViolation,
    RightWithdrawn,
    StoreError,
    TokenEnded,
    TooLarge,
)
from collab.identity import Identity
from collab.wire import cable

SUBSCRIPTIONS_LIMIT = 100  # of one connection
FINAL_CODES = range(4400, 4500)  # of closing: the client need not come back

log = logging.getLogger("mirepoix.cable")


def cable_socket(desk: CableDesk) -> Handler:
    """The handler of this door."""
    reception = desk.reception

    async def serve(request: web.Request) -> web.StreamResponse:
        with reception.occupied(request):
            offered = offered_subprotocols(request)
            if cable.PROTOCOL not in offered:
                return await refuse(request, cable.UNSUPPORTED, _other_protocol())
            try:
                signed = await reception.authenticator.authenticate(request)
            except TokenEnded as error:
                # Of a refused handshake the client learns nothing, and asks again for ever.
                return await refuse(request, cable.PROTOCOL, error)
            return await serve_one(request, signed.identity)

    async def serve_one(request: web.Request, identity: Identity) -> web.StreamResponse:
        socket = await accept(request, cable.PROTOCOL)
        with reception.metrics.connected(DOOR):
            conversation = _Conversation(desk, socket, identity, reception.describe(request))
            with desk.connected(conversation.end):
                return await conversation.run()

    async def refuse(
        request: web.Request, subprotocol: str, error: MirepoixError
    ) -> web.StreamResponse:
        if subprotocol not in offered_subprotocols(request):
            raise error
        reception.metrics.refused(error.reason)
        socket = await accept(request, subprotocol)
        socket.write(_goodbye(error, at_door=True))
        socket.end(error)
        return await socket.read(lambda content: None, lambda: False)

    async def accept(request: web.Request, subprotocol: str) -> Socket:
        return await Socket.accept(
            request,
            reception.config,
            reception.metrics,
            reception.clock,
            subprotocol,
            text=True,
        )

    return serve


class _Conversation:
    """One connection and its subscriptions."""

    def __init__(
        self, desk: CableDesk, socket: Socket, identity: Identity, about: Mapping[str, str]
    ) -> None:
        self._desk = desk
        self._socket = socket
        self._identity = identity
        self._about = about
        self._channels: dict[str, Channel] = {}  # by identifier, byte for byte
        self._group: asyncio.TaskGroup

    async def run(self) -> web.StreamResponse:
        reception = self._desk.reception
        connection = Connection(
            door=DOOR,
            since=reception.clock.utc(),
            identity=lambda: self._identity,
            sessions=lambda: tuple(self._visit.sessions),
            is_behind=self._is_behind,
            end=self.end,
        )
        live = Live(self._identity, "", self.end)
        reception.live.add(live)
        try:
            with reception.connections.entered(connection):
                return await self._talk()
        finally:
            reception.live.remove(live)

    async def _talk(self) -> web.StreamResponse:
        self._visit = Visit(self._identity, self._about, self._start)
        async with asyncio.TaskGroup() as self._group:
            self._socket.write(cable.welcome())
            pings = self._start(self._ping())
            try:
                return await self._socket.read(self._handle, self._is_behind)
            finally:
                pings.cancel()
                self._leave_all()

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return self._group.create_task(work)

    async def _ping(self) -> None:
        while True:
            now = self._desk.reception.clock.utc()
            frame = self._socket.framed(cable.ping(int(now.timestamp())))
            self._socket.outbox.offer(frame)  # one that reads nothing needs no more of them
            await asyncio.sleep(cable.PING_SECONDS)

    def _is_behind(self) -> bool:
        return self._socket.outbox.is_full

    def end(self, error: MirepoixError) -> None:
        """Say why, and whether to come back; then close."""
        if not self._socket.has_ended:
            self._socket.write(_goodbye(error))
        self._socket.end(error)

    def _leave_all(self) -> None:
        for channel in self._channels.values():
            channel.leave()
        self._channels.clear()

    def _handle(self, content: bytes) -> Awaitable[object]:
        return self._take(content)

    async def _take(self, content: bytes) -> None:
        try:
            if len(content) > cable.FRAME_LIMIT_BYTES:
                raise TooLarge("a frame is too large for this door", reason="frame_too_large")
            frame = cable.decode(content)
        except MirepoixError as error:
            self._socket.write(_goodbye(error))
            raise
        match frame:
            case cable.Subscribe(identifier):
                await self._subscribe(identifier)
            case cable.Unsubscribe(identifier):
                channel = self._channels.pop(identifier, None)
                if channel is not None:
                    channel.leave()
            case cable.Perform(identifier, action, data):
                await self._perform(identifier, action, data)
            case cable.Unknown():
                self._desk.reception.metrics.refused("unknown_cable_command")
            case unreachable:
                assert_never(unreachable)

    async def _subscribe(self, identifier: str) -> None:
        voice = Voice(self._socket, identifier, self.end)
        known = self._channels.get(identifier)
        try:
            if known is None:
                await self._open(identifier, voice)
            else:
                voice.confirm()
                await known.repeat()
        except StoreError as error:
            # Neither confirmed nor rejected: the client asks again.
            self._desk.reception.metrics.refused(error.reason)
        except MirepoixError as error:
            self._desk.reception.metrics.refused(error.reason)
            voice.reject()

    async def _open(self, identifier: str, voice: Voice) -> None:
        wanted = cable.read_identifier(identifier)
        kind = CHANNELS.get(wanted.channel) if wanted is not None else None
        if wanted is None or kind is None:
            raise ProtocolViolation("There is no such channel.", reason="unknown_channel")
        if len(self._channels) >= SUBSCRIPTIONS_LIMIT:
            raise ProtocolViolation("Too many subscriptions.", reason="too_many_subscriptions")
        channel = kind(self._desk, self._visit, voice, wanted.params)
        try:
            await channel.join()
            voice.confirm()
            await self._begin(channel)
        except BaseException:
            channel.leave()
            raise
        self._channels[identifier] = channel

    async def _begin(self, channel: Channel) -> None:
        try:
            await channel.begin()
        except StoreError as error:  # it was confirmed, and would wait for ever for its state
            self.end(error)
            raise

    async def _perform(self, identifier: str, action: str, data: Mapping[str, object]) -> None:
        channel = self._channels.get(identifier)
        voice = Voice(self._socket, identifier, self.end)
        try:
            if channel is None:
                raise ProtocolViolation("Subscribe first.", reason="not_subscribed")
            for session_id in self._visit.sessions:
                self._desk.reception.sessions.active(session_id)
            if action not in channel.actions:
                raise ProtocolViolation("This channel has no such action.", reason="unknown_action")
            voice.say(await channel.perform(action, data))
        except MirepoixError as error:
            self._refuse_action(channel, action, error)
            voice.say(refusal(action, data, error))

    def _refuse_action(self, channel: Channel | None, action: str, error: MirepoixError) -> None:
        self._desk.reception.metrics.refused(error.reason)
        log.info(
            "action refused",
            extra={
                "action": "cable_refused",
                "channel": type(channel).__name__ if channel else None,
                "wanted": action[:64],
                "reason": error.reason,
            },
        )


def refusal(action: str, data: Mapping[str, object], error: MirepoixError) -> Payload:
    """What a client is told that asked for something it cannot have."""
    named = {"command_id": data["command_id"]} if "command_id" in data else {}
    why = {"code": error.reason, "reason": str(error)}
    return {"event": "error", "action": action, **named, **why}


def _goodbye(error: MirepoixError, *, at_door: bool = False) -> bytes:
    # A cookie may have been renewed meanwhile; what has expired still is refused at the door.
    is_renewable = error.reason == "token_expired" and not at_door
    is_final = error.close_code in FINAL_CODES and not is_renewable
    match error:
        case TokenEnded() | RightWithdrawn():
            reason = "unauthorized"
        case ProtocolViolation() | TooLarge():
            reason = "invalid_request"
        case _ if error.close_code == 1012:
            reason = "server_restart"
        case _:
            reason = "remote"
    return cable.disconnect(reason, reconnect=not is_final)


def _other_protocol() -> ProtocolViolation:
    return ProtocolViolation(f"This door speaks {cable.PROTOCOL}.", reason="subprotocol")
