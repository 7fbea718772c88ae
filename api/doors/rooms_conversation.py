"""One socket of the rooms protocol, from its `hello` to its `bye`.

Rule 1: `hello` comes first; everything before it is malformed, and nobody waits for it for ever.
Rule 2: a frame that is no frame closes the socket (4400); one that cannot be followed (a room that
        is not there, a command that is none) is answered, and the socket stays.
Rule 3: every end that is ours is announced with `bye`, which says whether and when to come back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from secrets import token_hex
from typing import Final, assert_never

from aiohttp import web

from api.auth import SignedIn
from api.connections import Connection
from api.doors.rooms_codec import FRAME_LIMIT_BYTES, Codec
from api.doors.rooms_commands import CommandQueue
from api.doors.rooms_forms import (
    BadCmd,
    ClientFrame,
    Cmd,
    Hello,
    Mark,
    Ping,
    Say,
    Seen,
    Sub,
    Sync,
    Token,
    Unsub,
)
from api.doors.rooms_locks import LockCounter
from api.doors.rooms_place import DOOR
from api.doors.rooms_places import SUBS_LIMIT, Places
from api.doors.rooms_reception import RoomsReception
from api.doors.rooms_voice import Voice
from api.doors.socket import Socket
from api.live import Live
from api.order_desk import COMMAND_LIMIT_BYTES
from collab.errors import MirepoixError, ProtocolViolation, RightWithdrawn, TokenEnded, TooLarge
from collab.identity import Identity, Role
from collab.orders.command import Outcome, Result

VERSION: Final = 1
KITCHEN_PING_MS: Final = 10_000
PING_MS: Final = 25_000
OLDEST_APP: Final = "0"  # clients below this are told to load themselves anew


class Conversation:
    """One socket and its places."""

    def __init__(
        self,
        rooms: RoomsReception,
        socket: Socket,
        codec: Codec,
        signed: SignedIn | None,
        about: dict[str, str],
    ) -> None:
        self._rooms = rooms
        self._reception = rooms.reception
        self._socket = socket
        self._voice = Voice(socket, codec)
        self._codec = codec
        self._signed = signed
        self._about = about
        self._live: Live | None = None  # from `hello` on
        self._places = Places(
            rooms,
            self._voice,
            socket.outbox,
            about,
            identity=lambda: self._identity,
            end=self.end,
        )
        self._connection = Connection(
            door=DOOR,
            since=self._reception.clock.utc(),
            identity=lambda: None if self._live is None else self._live.identity,
            sessions=lambda: [place.session_id for place in self._places],
            is_behind=self._is_behind,
            end=self.end,
        )
        self._said_by = token_hex(4)  # what others at a table know this connection by
        self._commands = CommandQueue(
            rooms.orders,
            LockCounter(rooms.locks),
            self._reception.sessions,
            identity=lambda: self._identity,
            places=lambda: tuple(self._places),
            answer=self._answer,
            monotonic=self._reception.clock.monotonic,
        )

    async def run(self) -> web.StreamResponse:
        """Talk until somebody ends it."""
        self._rooms.sockets.add(self)
        try:
            with self._reception.connections.entered(self._connection):
                return await self._talk()
        finally:
            self._rooms.sockets.remove(self)
            if self._live is not None:
                self._reception.live.remove(self._live)
            await self._places.leave_all()

    async def _talk(self) -> web.StreamResponse:
        async with asyncio.TaskGroup() as group:
            beside = (
                group.create_task(self._deadline()),
                group.create_task(self._commands.run()),
            )
            try:
                return await self._socket.read(self._handle, self._is_behind, self._farewell)
            finally:
                for task in beside:
                    task.cancel()

    def end(self, error: MirepoixError) -> None:
        """Say `bye` and close; only the first call counts."""
        self._socket.end(error)

    # -- reading -------------------------------------------------------------------------------

    async def _deadline(self) -> None:
        seconds = self._reception.config.pre_auth_seconds
        await asyncio.sleep(seconds)
        if self._live is None:
            self._reception.metrics.refused("auth_timeout")
            self.end(TokenEnded(f"say hello within {seconds:g} s", reason="auth_timeout"))

    def _is_behind(self) -> bool:
        return self._voice.is_full or self._places.is_behind

    def _farewell(self, error: MirepoixError) -> bytes:
        return self._codec.encode("bye", self._rooms.sockets.bye(error)._asdict())

    def _handle(self, data: bytes) -> Awaitable[object] | None:
        if self._live is None:
            self._greet(data)
            return None
        frame = self._codec.decode(data)
        return self._take_cleared_up(frame) if self._places.has_departed else self._take(frame)

    async def _take_cleared_up(self, frame: ClientFrame) -> None:
        await self._places.clear_up()
        waiting = self._take(frame)
        if waiting is not None:
            await waiting

    def _take(self, frame: ClientFrame) -> Awaitable[object] | None:
        match frame:
            case Sync(h=h, data=data):
                if (document := self._places.document(h)) is not None:
                    document.receive(data)
            case Mark(h=h, n=n):
                if (document := self._places.document(h)) is not None:
                    document.mark(n)
            case Cmd():
                return self._command(frame)
            case BadCmd(id, reason):
                answer = Result(id, Outcome.REJECTED, code="bad_command", reason=reason)
                self._answer(answer)
            case Seen(h=h, offset=offset):
                self._places.seen(h, offset, self._commands.device)
            case Say(h=h):
                if (table := self._places.table(h)) is not None:
                    table.say(self._said_by, frame)
            case Ping():
                self._pong(frame)
            case Sub():
                return self._places.subscribe(frame)
            case Unsub(h=h):
                return self._places.leave(h)
            case Token(token=token):
                return self._renew(token)
            case Hello():
                raise ProtocolViolation("hello comes once", reason="second_hello")
            case unreachable:
                assert_never(unreachable)
        return None

    def _pong(self, ping: Ping) -> None:
        self._connection.unsynced = ping.unsynced
        if ping.rtt_ms is not None:
            self._connection.rtt_ms = ping.rtt_ms
        self._voice.say("pong", t=ping.t, now=self._now_ms())

    # -- who it is -----------------------------------------------------------------------------

    @property
    def _identity(self) -> Identity:
        assert self._live is not None
        return self._live.identity

    def _greet(self, data: bytes) -> None:
        """Take `hello`. Raises ProtocolViolation, TooLarge, TokenEnded."""
        if len(data) > self._reception.config.pre_auth_limit_bytes:
            raise TooLarge("say hello first, and be brief", reason="pre_auth_overflow")
        hello = self._codec.decode(data)
        if not isinstance(hello, Hello):
            raise ProtocolViolation("say hello first", reason="no_hello")
        if hello.v != VERSION:
            raise ProtocolViolation(f"this server speaks version {VERSION}", reason="bad_version")
        identity = self._identify(hello.token)
        connection_id = self._connection.id
        device = hello.device or ""
        self._about |= {"device": device, "app": "" if hello.app is None else str(hello.app)}
        self._commands.device = device
        self._connection.device, self._connection.app = device, self._about["app"]
        self._live = Live(identity, connection_id, self.end, self._ask_for_token)
        self._reception.live.add(self._live)
        self._voice.say(
            "welcome",
            conn=connection_id,
            user={
                "id": identity.user_id,
                "name": identity.name,
                "restaurant": identity.restaurant_id,
                **_role(identity),
            },
            now=self._now_ms(),
            ping_ms=KITCHEN_PING_MS if Role.KITCHEN in identity.roles else PING_MS,
            min_app=OLDEST_APP,
            limits={
                "subs": SUBS_LIMIT,
                "command_bytes": COMMAND_LIMIT_BYTES,
                "frame_bytes": FRAME_LIMIT_BYTES,
                "sync_bytes": self._reception.config.frame_limit_bytes,
            },
        )

    def _identify(self, token: str | None) -> Identity:
        """A token in `hello` is meant for this socket, so it wins. Raises TokenEnded."""
        if token is None and self._signed is not None:
            return self._signed.identity
        return self._reception.authenticator.identify_token(token or "")

    async def _renew(self, token: str) -> None:
        """A new token of the same person; rooms that it does not open any more are left."""
        identity, old = self._reception.authenticator.identify_token(token), self._identity
        if (identity.user_id, identity.restaurant_id) != (old.user_id, old.restaurant_id):
            raise RightWithdrawn("this token is for somebody else", reason="other_identity")
        assert self._live is not None
        self._live.identity = identity
        await self._places.renew(identity)
        self._voice.say("role", **_role(identity))

    def _ask_for_token(self) -> None:
        sentence = "the token ends soon; send a new one"
        self._voice.notice(None, "token_ends", sentence)

    # -- commands ------------------------------------------------------------------------------

    def _command(self, command: Cmd) -> Awaitable[object] | None:
        for place in self._places:
            self._reception.sessions.active(place.session_id)
        self._commands.add(command)
        return self._commands.has_room() if self._commands.is_full else None

    def _answer(self, result: Result) -> None:
        self._voice.say(
            "res",
            id=result.command_id,
            result=result.outcome.value,
            seq=result.seq,
            offset=result.offset,
            code=result.code,
            reason=result.reason,
            current=result.current,
        )

    def _now_ms(self) -> int:
        return int(self._reception.clock.utc().timestamp() * 1000)


def _role(identity: Identity) -> dict[str, object]:
    """What a client may know of its rights. exp: seconds since 1970, as in the token."""
    ends = identity.expires_at
    return {
        "roles": sorted(role.value for role in identity.roles),
        "exp": None if ends is None else int(ends.timestamp()),
    }
