"""What people at one order tell each other beside the log: who is here, who is about to send.

Rule 1: an aside is shown to the other connections in the room on this server and to nobody else.
        It is stored nowhere, comes at most once, and whoever reads too slowly misses it.
Rule 2: only rooms of orders have asides, and only whoever may give commands there says any.
Rule 3: five a second from one subscription; what is above that is dropped and counted. Nobody
        is closed for it: an aside says nothing that the next one does not say again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from api.doors.rooms_forms import Say
from collab.errors import RightWithdrawn, TooLarge
from collab.identity import Identity
from collab.orders.table_of_rights import has_right
from collab.room_names import RoomKind, RoomName
from collab.room_rights import actor_kind

BODY_LIMIT_BYTES = 1024
PER_SECOND = 5
# Half a turn below a second, so that rounding decides nothing.
_MOST_AHEAD_SECONDS = (PER_SECOND - 0.5) / PER_SECOND


class Hearer(Protocol):
    """One subscription that hears what is said."""

    def hear(self, said_by: str, aside: Say) -> None:
        """Show it, unless the peer has too much to read already."""
        ...


class Asides:
    """Who hears whom. One per application."""

    def __init__(self) -> None:
        self._hearers: dict[str, dict[Hearer, None]] = {}  # by stream, in the order they came

    def join(self, stream_id: str, hearer: Hearer) -> None:
        """Hear what is said there from now on."""
        self._hearers.setdefault(stream_id, {})[hearer] = None

    def leave(self, stream_id: str, hearer: Hearer) -> None:
        """Hear nothing more. Calling it twice is harmless."""
        hearers = self._hearers.get(stream_id, {})
        hearers.pop(hearer, None)
        if not hearers:
            self._hearers.pop(stream_id, None)

    def say(self, stream_id: str, speaker: Hearer, said_by: str, aside: Say) -> None:
        """Tell all others there. said_by: the short id of the speaker's connection."""
        for hearer in list(self._hearers.get(stream_id, ())):
            if hearer is not speaker:
                hearer.hear(said_by, aside)


class AsidePace:
    """How often one subscription may say something. monotonic: seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._due = float("-inf")  # when everything said so far would have been allowed

    def allows(self) -> bool:
        """Whether one more may be said now; if so it counts."""
        now = self._monotonic()
        due = max(self._due, now)
        if due > now + _MOST_AHEAD_SECONDS:
            return False
        self._due = due + 1 / PER_SECOND
        return True


def has_asides(room: RoomName) -> bool:
    """Whether people say things there at all."""
    return room.kind is RoomKind.ORDER


def check_aside(room: RoomName, identity: Identity, aside: Say) -> None:
    """Whether this may be said there.

    Raises RightWithdrawn (reason cannot_say), TooLarge (said_too_large).
    """
    kind = actor_kind(identity) if has_asides(room) else None
    if kind is None or not has_right(kind, "note.add"):
        raise RightWithdrawn("In this room nothing can be said by you.", reason="cannot_say")
    if len(msgspec.msgpack.encode(aside.body)) > BODY_LIMIT_BYTES:
        raise TooLarge(f"say at most {BODY_LIMIT_BYTES} bytes", reason="said_too_large")
