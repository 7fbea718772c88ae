"""A place: one room that one socket of the rooms protocol has subscribed to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from api.doors.rooms_reception import RoomsReception
from api.doors.rooms_voice import Voice
from api.room_entrance import RoomAdmission
from collab.errors import MirepoixError
from collab.identity import Identity

DOOR = "rooms"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a place stands on."""

    rooms: RoomsReception
    voice: Voice
    h: int
    identity: Identity  # when it was taken
    admission: RoomAdmission
    about: dict[str, str]  # for the session row
    end: Callable[[MirepoixError], None]  # the whole connection
    ended: Callable[[], None]  # this place ended by itself; it is left already or about to be


class Place(Protocol):
    """One subscription."""

    @property
    def admission(self) -> RoomAdmission:
        """Which room, and what may be done there."""
        ...

    @property
    def session_id(self) -> str:
        """Of the session row of this subscription."""
        ...

    @property
    def is_behind(self) -> bool:
        """Whether the peer does not read what it is sent."""
        ...

    def renew(self, identity: Identity, admission: RoomAdmission) -> None:
        """The person has a new token; admission: to the same room, with it."""
        ...

    async def leave(self) -> None:
        """Give the place up. Calling it twice is harmless."""
        ...
