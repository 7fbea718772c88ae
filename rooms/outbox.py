"""The way out of one connection: written at once, bounded by what the peer has not read yet.

Rule 1: nothing is queued here; a write goes straight to the transport, which hands it to the
        kernel. When the transport holds more than `limit_bytes`, the peer reads too slowly:
        broadcasts are not written any more (their seat catches up later with one SyncStep2).
Rule 2: answers that were promised (acknowledgements, catch-ups) are always written. They are few:
        a door stops reading from a connection that is behind.
Rule 3: a peer that takes nothing at all for `slow_seconds` is given up.
"""

from __future__ import annotations

from typing import Protocol

LIMIT_BYTES = 256 * 1024
SLOW_SECONDS = 30.0


class Transport(Protocol):
    """What an outbox needs of an asyncio transport."""

    def write(self, data: bytes) -> None:
        """Send, or buffer what the kernel does not take."""
        ...

    def get_write_buffer_size(self) -> int:
        """Bytes buffered and not yet taken by the kernel."""
        ...

    def is_closing(self) -> bool:
        """Whether the connection is closed or about to be."""
        ...

    def abort(self) -> None:
        """Close at once and drop what is buffered."""
        ...


class Outbox:
    """One connection's way out. It may carry several seats (Hocuspocus)."""

    __slots__ = ("_buffered", "_limit_bytes", "_moved_at", "_slow_seconds", "_transport")

    def __init__(
        self,
        transport: Transport,
        *,
        limit_bytes: int = LIMIT_BYTES,
        slow_seconds: float = SLOW_SECONDS,
    ) -> None:
        self._transport = transport
        self._limit_bytes = limit_bytes
        self._slow_seconds = slow_seconds
        self._buffered = 0  # at the last look
        self._moved_at: float | None = None  # when the peer was last seen to read, while full

    @property
    def is_full(self) -> bool:
        """Whether the peer has more than the limit still to read."""
        return self._transport.get_write_buffer_size() > self._limit_bytes

    @property
    def has_room(self) -> bool:
        """Whether enough was read to go on; well below the limit, so it does not flap."""
        return self._transport.get_write_buffer_size() <= self._limit_bytes // 4

    def offer(self, frames: bytes) -> bool:
        """Write whole frames unless the peer has more than the limit still to read; whether."""
        if self.is_full:
            return False
        self.write(frames)
        return True

    def write(self, frames: bytes) -> None:
        """Write whole frames, whatever the peer has still to read; dropped when it is gone."""
        if not self._transport.is_closing():  # uvloop raises on a closed one
            self._transport.write(frames)

    def abort(self) -> None:
        """Close the connection at once and drop what the peer did not read."""
        self._transport.abort()

    def is_stuck(self, now: float) -> bool:
        """Look at a peer that is behind; True once it took nothing for `slow_seconds`.

        now: monotonic seconds. Call it regularly while the peer is behind.
        """
        buffered = self._transport.get_write_buffer_size()
        if self._moved_at is None or buffered < self._buffered or self.has_room:
            self._moved_at = now
        self._buffered = buffered
        return now - self._moved_at >= self._slow_seconds

    def recovered(self) -> None:
        """The peer caught up."""
        self._moved_at = None
