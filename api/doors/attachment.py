"""One document on a Hocuspocus socket, from its token to its end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import assert_never

from api.auth import SignedIn
from api.doors.reception import Reception
from api.doors.socket import Socket
from api.errors import close_reason
from api.live import Live
from collab.errors import (
    DocumentGone,
    EpochChanged,
    MirepoixError,
    ProtocolViolation,
    RightWithdrawn,
    TokenEnded,
)
from collab.identity import Access, Identity, access_to
from collab.wire import hocuspocus, messages
from rooms.frames import binary_frame
from rooms.menu_room import MenuRoom
from rooms.seat import Seat

# These end the document and leave the others on the socket alone; everything else ends the socket.
_ENDS_DOCUMENT = (DocumentGone, EpochChanged, RightWithdrawn, TokenEnded)


class Attachment:
    """One document on one socket.

    opened: set once it is known whether the document is open or refused.
    on_end: told when the document ended for another reason than the client's wish.
    """

    def __init__(
        self,
        address: bytes,
        name: str,
        reception: Reception,
        socket: Socket,
        on_end: Callable[[MirepoixError], None],
    ) -> None:
        self.address = address
        self.queue: list[tuple[hocuspocus.Body, int]] = []  # (body, bytes) before the token
        self.opened = asyncio.Event()
        self.is_refused = False
        self._name = name
        self._reception = reception
        self._socket = socket
        self._on_end = on_end
        self._left = asyncio.Event()
        self._seated: tuple[MenuRoom, Seat, Live] | None = None

    @property
    def is_seated(self) -> bool:
        """Whether the document is open here."""
        return self._seated is not None and not self._left.is_set()

    @property
    def seat(self) -> Seat | None:
        """Where somebody sits, while they do."""
        return self._seated[1] if self._seated is not None and not self._left.is_set() else None

    @property
    def has_left(self) -> bool:
        """Whether it is over, or was never allowed."""
        return self.is_refused or self._left.is_set()

    @property
    def is_behind(self) -> bool:
        """Whether the peer does not read what it is sent."""
        return self._seated is not None and self._seated[1].behind is not None

    def leave(self) -> None:
        """The client leaves the document, or the socket is gone."""
        self._left.set()

    async def run(
        self, who: SignedIn | str, about: Mapping[str, str], on_seated: Callable[[], None]
    ) -> bool:
        """Sit at the document until somebody leaves; True when the client wished so.

        who: the token, or the identity of the request. about: for the session row.
        """
        try:
            identity = self._identify(who)
            admission = await self._reception.entrance.admit(identity, self._name)
            async with self._reception.lobby.lease(admission.document.id) as room:
                await self._sit(room, identity, admission.access, about, on_seated)
        except (*_ENDS_DOCUMENT, ProtocolViolation) as error:
            self._refuse(error)
        except MirepoixError as error:
            self._reception.metrics.refused(error.reason)
            self._socket.end(error)
        finally:
            self.opened.set()
        return not self.is_refused

    def take(self, body: hocuspocus.Body) -> None:
        """A message for the open document. Raises what `MenuRoom.receive` raises."""
        assert self._seated is not None
        room, seat, _ = self._seated
        match body:
            case messages.Update(update):
                room.receive(seat, update)
            case messages.Awareness(payload):
                room.hear(seat, payload)
            case messages.SyncStep1(state_vector):
                room.ask(seat, counts=True)
                room.answer(seat, state_vector)
            case messages.SyncStep2(update):
                room.receive(seat, update, answers_step1=True)
            case messages.QueryAwareness():
                room.tell_who_is_here(seat)
            case hocuspocus.Stateless():
                pass  # nothing here is for the server yet; it is never fanned out
            case hocuspocus.SyncReply() | hocuspocus.BroadcastStateless() | messages.Unknown():
                self._reception.metrics.refused("server_only_message")
            case hocuspocus.AuthToken() | hocuspocus.Close():
                raise AssertionError("the conversation takes these itself")
            case unreachable:
                assert_never(unreachable)
        self._reception.sessions.active(seat.session_id)

    def renew(self, who: SignedIn | str) -> None:
        """A new token for the open document."""
        assert self._seated is not None
        room, seat, live = self._seated
        try:
            identity = self._identify(who)
            access = access_to(identity, room.record)
            if access is None or identity.user_id != seat.identity.user_id:
                raise RightWithdrawn("this token is for somebody else", reason="other_identity")
        except (TokenEnded, RightWithdrawn) as error:
            self._reception.metrics.refused(error.reason)
            self._end(error)
            return
        live.identity = seat.identity = identity
        seat.access = access
        self._say_access(seat.may_write)

    async def _sit(
        self,
        room: MenuRoom,
        identity: Identity,
        access: Access,
        about: Mapping[str, str],
        on_seated: Callable[[], None],
    ) -> None:
        if self._left.is_set():
            return
        record = room.record
        session_id = self._reception.sessions.open(
            identity, record.restaurant_id, record.kind.value, record.id, "hocuspocus", about
        )
        seat = Seat(
            session_id=session_id,
            identity=identity,
            access=access,
            prefix=self.address,
            outbox=self._socket.outbox,
            end=self._end,
            notice=self._notice,
            door="hocuspocus",
            tell=self._tell,
            applied=hocuspocus.sync_status(b"", True),
            refused=hocuspocus.sync_status(b"", False),
            access_changed=self._say_access,
        )
        self._say_access(access is Access.WRITE and not room.is_read_only)
        with self._reception.seated(room, seat, self._end, self._ask_for_token) as live:
            self._seated = (room, seat, live)
            on_seated()
            self._drain()
            self.opened.set()
            await self._left.wait()

    def _drain(self) -> None:
        queue, self.queue = self.queue, []
        try:
            for body, _ in queue:
                self.take(body)
        except MirepoixError as error:
            self._reception.metrics.refused(error.reason)
            self._socket.end(error)

    def _identify(self, who: SignedIn | str) -> Identity:
        if isinstance(who, SignedIn):
            return who.identity
        return self._reception.authenticator.identify_token(who)

    def _refuse(self, error: MirepoixError) -> None:
        self._reception.metrics.refused(error.reason)
        self.is_refused = True
        self.queue.clear()
        self._write(hocuspocus.permission_denied(self.address, close_reason(error)))

    def _end(self, error: MirepoixError) -> None:
        """The room, or whoever looks after rights, ends this seat."""
        if self._left.is_set():
            return
        if not isinstance(error, _ENDS_DOCUMENT):
            self._socket.end(error)
            return
        self._left.set()
        self.is_refused = True
        self._write(hocuspocus.permission_denied(self.address, close_reason(error)))
        self._write(hocuspocus.close(self.address, close_reason(error)))
        self._on_end(error)

    def _notice(self, code: str, sentence: str, details: Mapping[str, object]) -> None:
        self._tell({"type": "notice", "code": code, "reason": sentence, **details})

    def _tell(self, message: Mapping[str, object]) -> None:
        self._write(hocuspocus.stateless(self.address, json.dumps(message)))

    def _say_access(self, may_write: bool) -> None:
        self._write(hocuspocus.authenticated(self.address, not may_write))

    def _ask_for_token(self) -> None:
        self._write(hocuspocus.token_please(self.address))

    def _write(self, frame: bytes) -> None:
        self._socket.outbox.write(binary_frame(frame))
