"""Names of rooms as clients write them, and the streams behind them.

menu:{menu}                 the live document (Yjs)
menu:{menu}:events          conflicts, publications, locks
kitchen:{restaurant}[:{station}]
order:{order}
user:{user}                 of the restaurant of whoever asks
stock:{restaurant}
floor:{restaurant}
presence:{restaurant}       lives in memory; its epoch changes with every start
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from collab.errors import ProtocolViolation
from collab.records import stream_of

LIMIT_CHARACTERS = 300


class RoomKind(StrEnum):
    """What happens in a room."""

    MENU = "menu"
    MENU_EVENTS = "menu_events"
    KITCHEN = "kitchen"
    ORDER = "order"
    USER = "user"
    STOCK = "stock"
    FLOOR = "floor"
    PRESENCE = "presence"


@dataclass(frozen=True, slots=True)
class RoomName:
    """One room."""

    kind: RoomKind
    id: str  # of the menu, restaurant, order or user
    station: str | None = None

    def __str__(self) -> str:
        """As clients write it."""
        match self.kind:
            case RoomKind.MENU_EVENTS:
                return stream_of(self.id)
            case RoomKind.KITCHEN if self.station is not None:
                return f"kitchen:{self.id}:{self.station}"
            case _:
                return f"{self.kind.value}:{self.id}"

    def stream(self, restaurant_id: str) -> str:
        """The stream of an event room. restaurant_id: whose user, in a room of kind `user`."""
        if self.kind is RoomKind.USER:
            return f"user:{restaurant_id}:{self.id}"
        return str(self)


def parse_room(text: str) -> RoomName:
    """Raises ProtocolViolation, reason `bad_room`, for anything else."""
    kind, colon, rest = text.partition(":")
    if colon and rest and len(text) <= LIMIT_CHARACTERS and rest.isprintable():
        if kind == "menu" and rest.endswith(":events"):
            if rest != ":events":
                return RoomName(RoomKind.MENU_EVENTS, rest.removesuffix(":events"))
        elif kind == "kitchen":
            restaurant, colon, station = rest.partition(":")
            if restaurant and (station or not colon):
                return RoomName(RoomKind.KITCHEN, restaurant, station or None)
        elif kind in _PLAIN:
            return RoomName(RoomKind(kind), rest)
    raise ProtocolViolation(f"There is no room of this name: {text[:80]!r}.", reason="bad_room")


_PLAIN = frozenset({"menu", "order", "user", "stock", "floor", "presence"})
