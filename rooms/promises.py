"""What is owed to seats once a journal position is on disk.

Rule 1: an acknowledgement waits for the position at which the room stood when the frame was
        handled, even if that frame added nothing new: a client that types, drops and comes back
        before the commit sends a duplicate, and acknowledging it at once would lie.
Rule 2: promises are kept in order, so positions never go back.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from rooms.seat import Seat


@dataclass(frozen=True, slots=True)
class Promise:
    """Bodies for one seat, without prefix."""

    position: int
    seat: Seat
    bodies: tuple[bytes, ...]
    made_at: float  # monotonic seconds
    is_acknowledgement: bool
    is_state: bool = False  # a SyncStep2
    is_answer: bool = False  # to a SyncStep1


class Promises:
    """A queue of promises of one room."""

    def __init__(self) -> None:
        self._queue: deque[Promise] = deque()

    def __len__(self) -> int:
        return len(self._queue)

    def add(self, promise: Promise) -> None:
        """Owe it. Positions must not go back."""
        self._queue.append(promise)

    def due(self, durable: int) -> list[Promise]:
        """Take what may be kept now: everything up to the position on disk."""
        kept: list[Promise] = []
        queue = self._queue
        while queue and queue[0].position <= durable:
            promise = queue.popleft()
            if not promise.seat.is_gone:
                kept.append(promise)
        return kept

    def seats(self) -> set[Seat]:
        """Everybody who waits for something."""
        return {promise.seat for promise in self._queue if not promise.seat.is_gone}

    def forget(self) -> None:
        """Drop everything: the document is gone."""
        self._queue.clear()
