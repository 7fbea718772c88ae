"""The rooms that one socket of the rooms protocol has subscribed to, by the handle it chose.

Rule 1: while a room is opened for a socket, that socket is not read, so what follows finds it open.
Rule 2: a room that cannot be had is answered, and the socket stays.
Rule 3: a place that ended by itself is out of reach at once, and given up before the next frame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from api.doors.rooms_documents import DocumentPlace
from api.doors.rooms_events import EventPlace
from api.doors.rooms_forms import Sub
from api.doors.rooms_place import Ground, Place
from api.doors.rooms_reception import RoomsReception
from api.doors.rooms_voice import Voice
from collab.errors import MirepoixError, ProtocolViolation, RightWithdrawn, TooLarge
from collab.identity import Identity
from collab.room_names import RoomKind, parse_room
from rooms.outbox import Outbox

SUBS_LIMIT: Final = 64


class Places:
    """The places of one socket.

    identity: who it is now. about: for the session rows. end: closes the whole connection.
    """

    def __init__(
        self,
        rooms: RoomsReception,
        voice: Voice,
        outbox: Outbox,
        about: dict[str, str],
        *,
        identity: Callable[[], Identity],
        end: Callable[[MirepoixError], None],
    ) -> None:
        self._rooms = rooms
        self._reception = rooms.reception
        self._voice = voice
        self._outbox = outbox
        self._about = about
        self._identity = identity
        self._end = end
        self._places: dict[int, Place] = {}
        self._departed: list[Place] = []  # ended by themselves, not given up yet

    def __iter__(self) -> Iterator[Place]:
        return iter(self._places.values())

    @property
    def is_behind(self) -> bool:
        """Whether the peer does not read what one of the rooms sends."""
        return any(place.is_behind for place in self._places.values())

    @property
    def has_departed(self) -> bool:
        """Whether places ended by themselves that `clear_up` has to give up."""
        return bool(self._departed)

    async def subscribe(self, wanted: Sub) -> None:
        """Take a place, or say why not; one with the same handle is left first."""
        await self.leave(wanted.h)
        try:
            if len(self._places) >= SUBS_LIMIT:
                raise TooLarge(f"a socket has at most {SUBS_LIMIT} rooms", reason="too_many_subs")
            place = await self._take(wanted)
        except MirepoixError as error:
            self._reception.metrics.refused(error.reason)
            self._voice.refuse(wanted.h, error)
            return
        if place is not None:
            self._places[wanted.h] = place

    async def leave(self, h: int) -> None:
        """Give up the place with this handle, if there is one."""
        place = self._places.pop(h, None)
        if place is not None:
            await place.leave()

    async def leave_all(self) -> None:
        """The socket is gone."""
        for place in (*self._places.values(), *self._departed):
            await place.leave()

    async def clear_up(self) -> None:
        """Give up what ended by itself."""
        departed, self._departed = self._departed, []
        for place in departed:
            await place.leave()

    async def renew(self, identity: Identity) -> None:
        """The person has a new token; rooms that it does not open any more are left."""
        for h, place in list(self._places.items()):
            admission = self._rooms.entrance.review(identity, place.admission)
            if admission is None:
                await self.leave(h)
                error = RightWithdrawn("This room is not open to you.", reason="forbidden_room")
                self._voice.refuse(h, error)
            else:
                place.renew(identity, admission)

    def document(self, h: int) -> DocumentPlace | None:
        """The document with this handle; None when it ended a moment ago.

        Raises ProtocolViolation for another room.
        """
        match self._places.get(h):
            case DocumentPlace() as place:
                return place
            case EventPlace():
                raise ProtocolViolation("this room is no document", reason="not_a_document")
            case _:
                self._reception.metrics.refused("unknown_handle")
                return None

    def table(self, h: int) -> EventPlace | None:
        """The room with this handle, to say something in; None when it ended a moment ago.

        Raises ProtocolViolation for a document.
        """
        match self._places.get(h):
            case EventPlace() as place:
                return place
            case DocumentPlace():
                raise ProtocolViolation("in a document nothing is said", reason="not_a_room")
            case _:
                self._reception.metrics.refused("unknown_handle")
                return None

    def seen(self, h: int, offset: int, device: str) -> None:
        """A screen has shown the events of a room up to this offset."""
        place = self._places.get(h)
        if isinstance(place, EventPlace):
            place.seen(offset, device)

    async def _take(self, wanted: Sub) -> Place | None:
        admission = await self._rooms.entrance.admit(self._identity(), parse_room(wanted.room))
        ground = Ground(
            self._rooms,
            self._voice,
            wanted.h,
            self._identity(),
            admission,
            self._about,
            self._end,
            lambda: self._ended(wanted.h),
        )
        if admission.name.kind is RoomKind.MENU:
            return await DocumentPlace.take(ground, wanted, self._outbox)
        return await EventPlace.take(ground, wanted)

    def _ended(self, h: int) -> None:
        """A place ended by itself. What the client still sends there is not looked at."""
        place = self._places.pop(h, None)
        if place is not None:
            self._departed.append(place)
