"""One room of one event stream."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from api.doors.rooms_reception import RoomsReception
from api.doors.sse_cursor import encode_cursors
from api.doors.sse_outflow import Outflow
from api.room_entrance import RoomAdmission
from collab.errors import MirepoixError
from rooms.event_room import Cursor, CursorGap, Subscription
from rooms.listener import EventBatch

CODEC = "sse"


class SseRoom:
    """A listener that writes server-sent events.

    shown: where all rooms of the stream stand, by name; this one keeps its own entry. end: ends
    the whole stream.
    """

    def __init__(
        self,
        rooms: RoomsReception,
        admission: RoomAdmission,
        outflow: Outflow,
        shown: dict[str, Cursor],
        end: Callable[[MirepoixError], None],
    ) -> None:
        self.is_lost = False  # has to be joined anew, with a snapshot
        self._rooms = rooms
        self._admission = admission
        self._name = str(admission.name)
        self._outflow = outflow
        self._shown = shown
        self._end = end
        self._subscription: Subscription | None = None

    async def join(self, cursor: Cursor | None) -> None:
        """Go on after a cursor, or begin with a snapshot. Raises StoreError."""
        self.is_lost = False
        joined = await self._rooms.events.subscribe(self._admission.stream_id, self, cursor)
        if isinstance(joined, CursorGap):
            self.gap(joined.why, joined.epoch, joined.top)
            return
        self._subscription = joined
        if joined.is_recovered and cursor is not None:
            self._shown[self._name] = cursor
            joined.start()
            return
        found = await self._rooms.snapshot(self._admission)
        self._shown[self._name] = Cursor(found.epoch, found.at)
        told = {"room": self._name, "epoch": found.epoch, "at": found.at, "body": found.body}
        self._say("snapshot", told)
        joined.start(found.at, found.epoch)

    def leave(self) -> None:
        """Listen no longer."""
        if self._subscription is not None:
            self._subscription.leave()

    # -- what the room calls -------------------------------------------------------------------

    def show(self, batch: EventBatch) -> bool:
        """See `Listener`."""
        if self._outflow.is_full:
            return False
        self._shown[self._name] = Cursor(batch.epoch, batch.last)
        encoded = batch.encoded.get(CODEC)
        if encoded is None:
            encoded = batch.encoded[CODEC] = _encoded(self._name, batch)
        self._outflow.say(encoded + b"id: " + encode_cursors(self._shown) + b"\n\n")
        return True

    @property
    def has_room(self) -> bool:
        """See `Listener`."""
        return self._outflow.has_room

    def gap(self, why: str, epoch: str, top: int) -> None:
        """See `Listener`; a snapshot follows."""
        self._shown.pop(self._name, None)
        self._say("gap", {"room": self._name, "why": why, "epoch": epoch, "top": top})
        self.is_lost = True
        self._outflow.ring()

    def end(self, error: MirepoixError) -> None:
        """See `Listener`."""
        self._end(error)

    def _say(self, event: str, content: dict[str, object]) -> None:
        cursors = encode_cursors(self._shown)
        self._outflow.say(message(event, msgspec.json.encode(content), cursors=cursors))


def message(
    event: str, data: bytes, *, cursors: bytes | None = None, retry_ms: int | None = None
) -> bytes:
    """One message. data: JSON in one line."""
    lines = [b"event: " + event.encode(), b"data: " + data]
    if cursors is not None:
        lines.append(b"id: " + cursors)
    if retry_ms is not None:
        lines.append(b"retry: %d" % retry_ms)
    return b"\n".join(lines) + b"\n\n"


def _encoded(room: str, batch: EventBatch) -> bytes:
    """A batch as messages; the last one lacks its id, which is different for every stream.

    Whoever is cut off in between gets the batch again, and drops what it has by offset.
    """
    lines = [
        b"data: "
        + msgspec.json.encode(
            {
                "room": room,
                "epoch": batch.epoch,
                "offset": numbered.offset,
                "type": numbered.event.type,
                "seq": numbered.event.seq,
                "actor": numbered.event.actor,
                "at_ms": int(numbered.event.at.timestamp() * 1000),
                "body": numbered.event.body,
            }
        )
        + b"\n"
        for numbered in batch.events
    ]
    return b"\n".join(lines)
