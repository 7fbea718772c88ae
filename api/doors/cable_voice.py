"""What one subscription of an Action Cable connection says to its client, and how it listens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from api.doors.socket import Socket
from collab.errors import MirepoixError, Overloaded
from collab.records import NumberedEvent
from collab.wire import cable
from rooms.listener import EventBatch

Payload: TypeAlias = Mapping[str, object]
Translate: TypeAlias = Callable[[NumberedEvent], Iterable[Payload]]


class Voice:
    """The way of one subscription to its client. end: close the whole connection."""

    def __init__(
        self, socket: Socket, identifier: str, end: Callable[[MirepoixError], None]
    ) -> None:
        self.identifier = identifier
        self.end = end
        self._socket = socket

    @property
    def is_full(self) -> bool:
        """Whether the client has so much still to read that events should wait in their log."""
        return self._socket.outbox.is_full

    @property
    def has_room(self) -> bool:
        """Whether the client read enough to go on."""
        return self._socket.outbox.has_room

    def confirm(self) -> None:
        """The subscription is live."""
        self._socket.write(cable.confirm(self.identifier))

    def reject(self) -> None:
        """There will be no such subscription."""
        self._socket.write(cable.reject(self.identifier))

    def say(self, *payloads: Payload) -> None:
        """Send messages to the subscription, however slowly the client reads."""
        for payload in payloads:
            self._socket.write(cable.message(self.identifier, payload))


class Hearing:
    """Listens to one event room for a subscription. translate: from an event to messages."""

    def __init__(self, voice: Voice, translate: Translate) -> None:
        self._voice = voice
        self._translate = translate

    def show(self, batch: EventBatch) -> bool:
        """Say what the events mean; nothing while the client reads too slowly."""
        # Asked before translating: what is translated twice would have no old status left.
        if self._voice.is_full:
            return False
        for event in batch.events:
            self._voice.say(*self._translate(event))
        return True

    @property
    def has_room(self) -> bool:
        """Whether the client read enough to go on."""
        return self._voice.has_room

    def gap(self, why: str, epoch: str, top: int) -> None:
        """Events are gone. This protocol cannot say so: the client comes back and starts anew."""
        self._voice.end(Overloaded("events were missed; come back", reason=f"gap_{why}"))

    def end(self, error: MirepoixError) -> None:
        """Close the connection."""
        self._voice.end(error)
