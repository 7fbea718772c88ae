"""One channel of the Action Cable door: joins its rooms, says what is so, does what is asked.

A channel lives as long as its subscription: `join` (which may refuse), confirmation, `begin`, then
`perform` as often as the client likes, `leave`. Nothing of it runs beside these calls except what
it gave to `visit.start`.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Mapping
from typing import Any, ClassVar

from api.doors.cable_desk import CableDesk
from api.doors.cable_visit import Visit
from api.doors.cable_voice import Hearing, Payload, Translate, Voice
from api.live import Live
from api.room_entrance import RoomAdmission
from collab.errors import ProtocolViolation
from collab.identity import Identity
from collab.room_names import RoomName
from rooms.event_room import CursorGap, Subscription

DOOR = "cable"


class Channel(ABC):
    """What all channels share. Each says in `join` whom it lets in."""

    actions: ClassVar[frozenset[str]] = frozenset()

    def __init__(
        self, desk: CableDesk, visit: Visit, voice: Voice, params: Mapping[str, str]
    ) -> None:
        self.desk = desk
        self.visit = visit
        self.voice = voice
        self.params = params
        self._joined: list[Subscription] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._live: Live | None = None

    @abstractmethod
    async def join(self) -> None:
        """Check the right and join the rooms. Raises MirepoixError to refuse."""

    @abstractmethod
    async def begin(self) -> None:
        """Say what is so, and everything that happens from there on. Raises StoreError."""

    @abstractmethod
    async def repeat(self) -> None:
        """Say again what is so: a second subscription of the same name listens too."""

    async def perform(self, action: str, data: Mapping[str, object]) -> Payload:
        """Do one of `actions`; the answer. Raises MirepoixError to refuse it."""
        raise ProtocolViolation("This channel has no such action.", reason="unknown_action")

    def leave(self) -> None:
        """Listen no longer. Calling it twice is harmless."""
        for subscription in self._joined:
            subscription.leave()
        for task in self._tasks:
            task.cancel()
        self._joined, self._tasks = [], []
        if self._live is not None:
            self.desk.reception.live.remove(self._live)
            self.desk.reception.sessions.close(self._live.session_id)
            self.visit.sessions.discard(self._live.session_id)
            self._live = None

    @property
    def identity(self) -> Identity:
        """Who listens."""
        return self.visit.identity

    @property
    def session_id(self) -> str:
        """Of this subscription, once it sits."""
        assert self._live is not None
        return self._live.session_id

    def parameter(self, name: str) -> str:
        """A parameter of the identifier. Raises ProtocolViolation when it is missing."""
        value = self.params.get(name, "")
        if not value:
            raise ProtocolViolation(f"This channel needs {name}.", reason="missing_parameter")
        return value

    async def admit(self, name: RoomName) -> RoomAdmission:
        """Raises what `RoomEntrance.admit` raises."""
        return await self.desk.entrance.admit(self.identity, name)

    async def listen(self, stream_id: str, translate: Translate) -> Subscription:
        """Join a room; shown is nothing before `start` of the answer. Raises StoreError."""
        hearing = Hearing(self.voice, translate)
        joined = await self.desk.rooms.subscribe(stream_id, hearing, None)
        assert not isinstance(joined, CursorGap), "there was no cursor"
        self._joined.append(joined)
        return joined

    def sit(self, restaurant_id: str, resource_type: str, resource_id: str) -> None:
        """Be seen there by others, and be shown out when the right ends."""
        session_id = self.desk.reception.sessions.open(
            self.identity, restaurant_id, resource_type, resource_id, DOOR, self.visit.about
        )
        self._live = Live(self.identity, session_id, self.voice.end)
        self.desk.reception.live.add(self._live)
        self.visit.sessions.add(session_id)

    def keep_doing(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something until the subscription ends."""
        self._tasks.append(self.visit.start(work))
