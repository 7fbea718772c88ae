"""A place at a live document: a seat whose messages are `sync` frames.

Rule 1: `sync` carries exactly what y-websocket sends, outer types 0 and 1; updates are not echoed.
Rule 2: `saved` answers a `mark` when everything this seat sent before it is on disk, also what it
        has to send once more. What a reader tried to write is saved nowhere, and so are its marks.
Rule 3: what is wrong with one document ends this place and leaves the others on the socket alone;
        bytes that are no protocol end the socket.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Self, assert_never

from api.doors.rooms_codec import SyncWrap
from api.doors.rooms_forms import Sub
from api.doors.rooms_place import DOOR, Ground
from api.live import Live
from api.room_entrance import RoomAdmission
from collab.errors import (
    DocumentGone,
    EpochChanged,
    MirepoixError,
    ProtocolViolation,
    RightWithdrawn,
    StructureRefused,
    TooLarge,
)
from collab.identity import Access, Identity
from collab.menus.menu import SCHEMA
from collab.records import Document
from collab.wire import messages
from rooms.menu_room import MenuRoom
from rooms.outbox import Outbox
from rooms.seat import Seat

_ENDS_PLACE = (DocumentGone, EpochChanged, RightWithdrawn, StructureRefused, TooLarge)


class DocumentPlace:
    """One subscription to a live document. Make it with `take`."""

    def __init__(self, ground: Ground, room: MenuRoom, seat: Seat, stack: AsyncExitStack) -> None:
        self._ground = ground
        self._admission = ground.admission
        self._room = room
        self._seat = seat
        self._stack = stack
        self._live: Live

    @classmethod
    async def take(cls, ground: Ground, wanted: Sub, outbox: Outbox) -> Self | None:
        """Sit down; None when the client holds another history, which it is told.

        Raises DocumentGone, StoreError. Cancelling is safe: the place is given up.
        """
        async with AsyncExitStack() as stack:
            lobby = ground.rooms.reception.lobby
            document = _document(ground.admission)
            room = await stack.enter_async_context(lobby.lease(document.id))
            if wanted.epoch is not None and wanted.epoch != room.record.epoch:
                _say_subscribed(ground, room, None)
                sentence = "the document was replaced; keep your copy and load it anew"
                ground.voice.notice(ground.h, EpochChanged.reason, sentence)
                return None
            seat = _seat(ground, outbox)
            place = cls(ground, room, seat, stack.pop_all())
        seat.end = place._end
        try:
            place._sit()
        except BaseException:
            await place.leave()
            raise
        return place

    @property
    def admission(self) -> RoomAdmission:
        """See `Place`."""
        return self._admission

    @property
    def session_id(self) -> str:
        """See `Place`."""
        return self._seat.session_id

    @property
    def is_behind(self) -> bool:
        """See `Place`."""
        return self._seat.behind is not None

    def receive(self, data: bytes) -> None:
        """Take a message. Raises ProtocolViolation and whatever else ends the socket."""
        room, seat = self._room, self._seat
        if seat.is_gone:
            return
        try:
            match messages.decode(data):
                case messages.Update(update):
                    room.receive(seat, update)
                case messages.SyncStep2(update):
                    room.receive(seat, update, answers_step1=True)
                case messages.SyncStep1(state_vector):
                    room.answer(seat, state_vector)
                case messages.Awareness(payload):
                    room.hear(seat, payload)
                case (
                    messages.QueryAwareness()
                    | messages.AuthDenied()
                    | messages.YSweetVersion()
                    | messages.Unknown()
                ):
                    raise ProtocolViolation("sync carries types 0 and 1", reason="unknown_message")
                case unreachable:
                    assert_never(unreachable)
        except _ENDS_PLACE as error:
            self._ground.rooms.reception.metrics.refused(error.reason)
            room.leave(seat)
            self._end(error)
        self._ground.rooms.reception.sessions.active(seat.session_id)

    def mark(self, n: int) -> None:
        """Say `saved` with this number when everything sent before is on disk."""
        if not self._seat.is_gone:
            saved = self._ground.voice.whole("saved", h=self._ground.h, n=n)
            self._room.send_when_saved(self._seat, saved)

    def renew(self, identity: Identity, admission: RoomAdmission) -> None:
        """See `Place`."""
        may_write_now = admission.access is Access.WRITE and not self._seat.may_write
        self._live.identity = self._seat.identity = identity
        self._seat.access = admission.access
        self._admission = admission
        if may_write_now:
            self._room.ask(self._seat)

    async def leave(self) -> None:
        """See `Place`."""
        await self._stack.aclose()

    def _sit(self) -> None:
        # First, because sitting down already shows who else is there.
        _say_subscribed(self._ground, self._room, self._seat.session_id)
        seated = self._ground.rooms.reception.seated(self._room, self._seat, self._ground.end)
        self._live = self._stack.enter_context(seated)
        if self._seat.may_write:
            self._room.ask(self._seat)

    def _end(self, error: MirepoixError) -> None:
        """The room ends this seat."""
        if not isinstance(error, _ENDS_PLACE):
            self._ground.end(error)
            return
        self._ground.voice.refuse(self._ground.h, error)
        self._ground.ended()


def _seat(ground: Ground, outbox: Outbox) -> Seat:
    admission, voice, h = ground.admission, ground.voice, ground.h
    document = _document(admission)
    session_id = ground.rooms.reception.sessions.open(
        ground.identity,
        document.restaurant_id,
        document.kind.value,
        document.id,
        DOOR,
        ground.about,
    )
    sentence = "you may read this document, not change it"
    return Seat(
        session_id=session_id,
        identity=ground.identity,
        access=admission.access,
        prefix=b"",
        outbox=outbox,
        end=ground.end,
        notice=lambda code, reason, details: voice.notice(h, code, reason, details),
        door=DOOR,
        refused=voice.whole("notice", h=h, code="read_only", reason=sentence),
        echoes=False,
        wrap=SyncWrap(voice.codec, h),
    )


def _say_subscribed(ground: Ground, room: MenuRoom, session_id: str | None) -> None:
    ground.voice.say(
        "subd",
        h=ground.h,
        room=str(ground.admission.name),
        epoch=room.record.epoch,
        schema=SCHEMA,
        access=Access.READ.value if room.is_read_only else ground.admission.access.value,
        session=session_id,
    )


def _document(admission: RoomAdmission) -> Document:
    assert admission.document is not None
    return admission.document
