"""Who listens to an event room: a door's way out for one subscription."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from collab.errors import MirepoixError
from collab.records import NumberedEvent


@dataclass(frozen=True, slots=True, eq=False)
class EventBatch:
    """Events of one stream, offsets ascending without gaps.

    One batch is shown to everybody in the room, so a door encodes it once and keeps the bytes in
    `encoded`, by the name of its codec.
    """

    epoch: str
    events: tuple[NumberedEvent, ...]  # never empty
    encoded: dict[str, bytes] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """Offset of the first event."""
        return self.events[0].offset

    @property
    def last(self) -> int:
        """Offset of the last event."""
        return self.events[-1].offset


class Listener(Protocol):
    """One subscription of one connection. Calls never wait and never raise."""

    def show(self, batch: EventBatch) -> bool:
        """Write events; False when the peer reads too slowly, then nothing was written.

        The room then goes on from the log when `has_room` says so.
        """
        ...

    @property
    def has_room(self) -> bool:
        """Whether enough was read to go on."""
        ...

    def gap(self, why: str, epoch: str, top: int) -> None:
        """The events after what was shown last are gone (why: "trimmed" or "epoch").

        The subscription is over: a snapshot is needed.
        """
        ...

    def end(self, error: MirepoixError) -> None:
        """The connection has to be closed, e.g. because it took nothing for 30 s."""
        ...
