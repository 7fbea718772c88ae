"""`PresenceChannel{resource_type?, resource_id?}`: who of the staff is here, or at one thing.

A newcomer is told of everybody first. People are who their sessions say; e-mail addresses are
neither known nor said, and nobody hears of another restaurant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import ClassVar

from api.doors import cable_payloads as shown
from api.doors.cable_channel import Channel
from api.doors.cable_voice import Payload
from api.entrance import DEMO_RESTAURANT
from collab.errors import ProtocolViolation
from collab.records import NumberedEvent, SessionStatus
from collab.room_names import RoomKind, RoomName

# What the original calls the kinds of things -> the room whose right is needed to look at one.
RESOURCES: Mapping[str, RoomKind] = {
    "menu": RoomKind.MENU,
    "ordr": RoomKind.ORDER,
    "order": RoomKind.ORDER,
    "kitchen": RoomKind.KITCHEN,
    "restaurant": RoomKind.PRESENCE,
}
_EVENTS = {SessionStatus.ACTIVE: "online", SessionStatus.IDLE: "idle"}
_OFFLINE = SessionStatus.OFFLINE


class PresenceChannel(Channel):
    """See the module."""

    actions: ClassVar = frozenset({"appear", "away"})

    async def join(self) -> None:
        self._restaurant_id = self.identity.restaurant_id or DEMO_RESTAURANT
        self._known: dict[str, SessionStatus] = {}  # who was said to be here
        admission = await self.admit(RoomName(RoomKind.PRESENCE, self._restaurant_id))
        self._resource = await self._looked_at()
        self._room = await self.listen(admission.stream_id, self._told)
        place = self._resource or (RoomKind.PRESENCE.value, self._restaurant_id)
        self.sit(self._restaurant_id, *place)

    async def begin(self) -> None:
        snapshot = self.desk.people.snapshot(self._restaurant_id)
        self._say_all(snapshot.body)
        self._room.start(snapshot.at, snapshot.epoch)

    async def repeat(self) -> None:
        self._known.clear()
        self._say_all(self.desk.people.snapshot(self._restaurant_id).body)

    async def perform(self, action: str, data: Mapping[str, object]) -> Payload:
        sessions = self.desk.reception.sessions
        for session_id in list(self.visit.sessions):  # it is the page that is looked at or not
            if action == "appear":
                sessions.appear(session_id)
            else:
                sessions.away(session_id)
        return {"event": "action_result", "action": action, "result": "ok"}

    async def _looked_at(self) -> tuple[str, str] | None:
        """The thing that the channel is about, which the listener may look at; None: no thing."""
        named, id = self.params.get("resource_type", ""), self.params.get("resource_id", "")
        if not named and not id:
            return None
        kind = RESOURCES.get(named.lower())
        if kind is None or not id:
            raise ProtocolViolation("There is no presence of such things.", reason="bad_resource")
        await self.admit(RoomName(kind, id))
        return (kind.value, id)

    def _say_all(self, body: Mapping[str, object]) -> None:
        people = body.get("people")
        for person in people if isinstance(people, list) else ():
            at = _moment(person.get("since"), self.desk.reception.clock.utc())
            self.voice.say(*self._person(person, at))

    def _told(self, numbered: NumberedEvent) -> Iterable[Payload]:
        event = numbered.event
        person = event.body.get("person", event.body)
        if isinstance(person, Mapping):
            is_gone = event.type == "person.left"
            yield from self._person(person, event.at, is_gone=is_gone)

    def _person(
        self, person: Mapping[str, object], at: datetime, *, is_gone: bool = False
    ) -> Iterable[Payload]:
        user = person.get("user")
        user_id = user.get("id") if isinstance(user, Mapping) else None
        if not isinstance(user_id, str):
            return
        status = _OFFLINE if is_gone else self._status(person)
        if status is self._known.get(user_id, _OFFLINE):
            return
        if status is _OFFLINE:
            del self._known[user_id]
        else:
            self._known[user_id] = status
        assert isinstance(user, Mapping)
        yield {
            "user_id": user_id,
            "name": user.get("name"),
            "session_id": None,  # of a person with several devices there is none
            "status": status.value,
            "event": _EVENTS.get(status, "offline"),
            "timestamp": shown.timestamp(at),
        }

    def _status(self, person: Mapping[str, object]) -> SessionStatus:
        """How somebody is here; at the thing, when the channel is about one."""
        if self._resource is None:
            return SessionStatus(str(person.get("status", _OFFLINE.value)))
        resources = person.get("resources")
        found = [
            str(one.get("status"))
            for one in (resources if isinstance(resources, list | tuple) else ())
            if (one.get("type"), one.get("id")) == self._resource
        ]
        if SessionStatus.ACTIVE.value in found:
            return SessionStatus.ACTIVE
        return SessionStatus.IDLE if SessionStatus.IDLE.value in found else _OFFLINE


def _moment(ms: object, otherwise: datetime) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC) if isinstance(ms, int | float) else otherwise
