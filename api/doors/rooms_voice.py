"""What one socket of the rooms protocol says, in its codec."""

from __future__ import annotations

from collections.abc import Mapping

from api.doors.rooms_codec import Codec, Whole
from api.doors.socket import Socket
from api.errors import said_outside
from collab.errors import MirepoixError
from rooms.listener import EventBatch


class Voice:
    """One socket's way to say things."""

    def __init__(self, socket: Socket, codec: Codec) -> None:
        self.codec = codec
        self._socket = socket

    @property
    def has_room(self) -> bool:
        """Whether the peer has read enough for more."""
        return self._socket.outbox.has_room

    @property
    def is_full(self) -> bool:
        """Whether the peer has too much to read already."""
        return self._socket.outbox.is_full

    def say(self, op: str, /, **content: object) -> None:
        """Send a frame now, however slowly the peer reads. What is None is left out."""
        self._socket.write(self.codec.encode(op, _given(content)))

    def whole(self, op: str, /, **content: object) -> Whole:
        """A frame to be sent later."""
        return Whole(self._socket.framed(self.codec.encode(op, _given(content))))

    def notice(
        self, h: int | None, code: str, reason: str, details: Mapping[str, object] | None = None
    ) -> None:
        """Tell the person something; h: about which room. In details, None is a value."""
        content = {**(details or {}), "code": code, "reason": reason}
        if h is not None:
            content["h"] = h
        self._socket.write(self.codec.encode("notice", content))

    def refuse(self, h: int | None, error: MirepoixError) -> None:
        """Tell why something was not done."""
        self.notice(h, error.reason, said_outside(error))

    def offer(self, h: int, batch: EventBatch) -> bool:
        """Send events unless the peer has too much to read already; whether."""
        if self._socket.outbox.is_full:
            return False
        self._socket.write(self.codec.events(h, batch))
        return True


def _given(content: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in content.items() if value is not None}
