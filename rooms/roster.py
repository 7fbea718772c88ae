"""Who of the staff is here: per restaurant, each person once, over all their devices and sockets.

Rule 1: a person is who the token says; they are active while one of their connections is, idle
        while they have others, offline when the last one is gone. Doors find a dead socket by its
        heartbeat within 30 s.
Rule 2: everybody sees their own restaurant and nothing else: people are listed where the resource
        is that they use. Guests are not listed.
Rule 3: what changed is told as a difference (`person.joined`, `person.changed`, `person.left`,
        each with the person as they are now) in `presence:{restaurant}`, at most every
        `tell_seconds`. A snapshot names the offset that it stands for.
Rule 4: who left is listed as offline for `departed_seconds`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from collab.identity import Identity, Role
from collab.orders.executed import Told
from collab.records import SessionStatus, Snapshot, StreamEvent, UserSession
from rooms.clock import Clock
from rooms.memory_stream import PREFIX, MemoryStream

TELL_SECONDS = 0.05
DEPARTED_SECONDS = 3600.0
SWEEP_SECONDS = 30.0

Plain = dict[str, object]


@dataclass(slots=True)
class _Person:
    user_id: str
    name: str
    last_seen: datetime
    since: datetime  # since when they have their status
    status: SessionStatus = SessionStatus.OFFLINE
    sessions: dict[str, UserSession] = field(default_factory=dict)
    told: Plain | None = None  # as the others know them; None: not, or as offline


class Roster:
    """The people of all restaurants of this process; the `watcher` of a `SessionBook`.

    deliver: `EventRooms.deliver`.
    """

    def __init__(
        self,
        streams: MemoryStream,
        deliver: Callable[[Mapping[str, Told]], None],
        clock: Clock,
        *,
        tell_seconds: float = TELL_SECONDS,
        departed_seconds: float = DEPARTED_SECONDS,
    ) -> None:
        self._streams = streams
        self._deliver = deliver
        self._clock = clock
        self._tell_seconds = tell_seconds
        self._departed_seconds = departed_seconds
        self._people: dict[str, dict[str, _Person]] = {}  # restaurant id -> user id -> person
        self._dirty: dict[str, dict[str, _Person]] = {}  # the same, of those who changed
        self._wake = asyncio.Event()

    # -- what a session book tells -------------------------------------------------------------

    def opened(self, session: UserSession, identity: Identity) -> None:
        """Somebody connected."""
        if Role.GUEST in identity.roles:
            return
        people = self._people.setdefault(session.restaurant_id, {})
        person = people.get(session.user_id)
        if person is None:
            person = _Person(
                session.user_id, session.user_name, session.started_at, session.started_at
            )
            people[session.user_id] = person
        person.name = session.user_name
        person.sessions[session.id] = session
        self._touch(session, person, session.started_at)

    def changed(self, session: UserSession) -> None:
        """A session became active or idle."""
        person = self._person(session)
        if person is not None and session.id in person.sessions:
            person.sessions[session.id] = session
            self._touch(session, person, session.last_activity_at)

    def closed(self, session: UserSession) -> None:
        """A connection is gone."""
        person = self._person(session)
        if person is not None and person.sessions.pop(session.id, None) is not None:
            self._touch(session, person, session.ended_at or self._clock.utc())

    # -- what others see -----------------------------------------------------------------------

    async def read(self, restaurant_id: str) -> Snapshot:
        """See `snapshot`; awaitable like the snapshots of other rooms. Never raises."""
        return self.snapshot(restaurant_id)

    def snapshot(self, restaurant_id: str) -> Snapshot:
        """Everybody of a restaurant, as of an offset of `presence:{restaurant}`.

        body: {"people": [{user: {id, name}, status, since, last_seen, connections, devices,
        resources: [{type, id, door, status}]}]}; times in ms since 1970.
        """
        self._tell(restaurant_id)
        people = self._people.get(restaurant_id, {}).values()
        views = [_view(person, person.sessions.values()) for person in people]
        top = self._streams.top(_stream(restaurant_id))
        return Snapshot(self._streams.epoch, top, {"people": views})

    def at(self, restaurant_id: str, resource_type: str, resource_id: str) -> list[Plain]:
        """Who is connected to one resource; `status` and the rest as they are there."""
        wanted = (resource_type, resource_id)
        found = []
        for person in self._people.get(restaurant_id, {}).values():
            here = [
                one
                for one in person.sessions.values()
                if (one.resource_type, one.resource_id) == wanted
            ]
            if here:
                found.append(_view(person, here))
        return found

    # -- telling -------------------------------------------------------------------------------

    async def run(self) -> None:
        """Tell what changed and forget who left long ago, for ever. Safe to cancel."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._sweep_often())
            while True:
                await self._wake.wait()
                self._wake.clear()
                self.tell()
                await asyncio.sleep(self._tell_seconds)

    def tell(self) -> None:
        """Tell every restaurant what changed in it."""
        for restaurant_id in list(self._dirty):
            self._tell(restaurant_id)

    def sweep(self) -> None:
        """Forget who left long ago, and was told to have left."""
        self.tell()
        before = self._clock.utc() - timedelta(seconds=self._departed_seconds)
        for restaurant_id, people in list(self._people.items()):
            for person in list(people.values()):
                if not person.sessions and person.last_seen <= before:
                    del people[person.user_id]
            if not people:
                del self._people[restaurant_id]

    async def _sweep_often(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep()

    def _person(self, session: UserSession) -> _Person | None:
        return self._people.get(session.restaurant_id, {}).get(session.user_id)

    def _touch(self, session: UserSession, person: _Person, at: datetime) -> None:
        person.last_seen = max(person.last_seen, at)
        status = _status(person.sessions.values())
        if status is not person.status:
            person.status, person.since = status, at
        self._dirty.setdefault(session.restaurant_id, {})[person.user_id] = person
        self._wake.set()

    def _tell(self, restaurant_id: str) -> None:
        dirty = self._dirty.pop(restaurant_id, {}).values()
        now = self._clock.utc()
        events = [event for person in dirty if (event := _difference(person, now)) is not None]
        if events:
            stream_id = _stream(restaurant_id)
            self._deliver({stream_id: self._streams.put(stream_id, events)})


def _difference(person: _Person, now: datetime) -> StreamEvent | None:
    """What the others have to be told of a person; None when it looks as it did."""
    view = _view(person, person.sessions.values())
    is_here, before = bool(person.sessions), person.told
    person.told = view if is_here else None
    if before is None and not is_here:
        return None  # came and went
    if before is not None and is_here and _looks(before) == _looks(view):
        return None
    type = "person.joined" if before is None else "person.changed" if is_here else "person.left"
    return StreamEvent(type, person.user_id, view, now)


def _looks(view: Plain) -> Plain:
    """A view without its times: a difference is told for what somebody is, not for since when."""
    return {key: value for key, value in view.items() if key not in ("last_seen", "since")}


def _view(person: _Person, sessions: Iterable[UserSession]) -> Plain:
    """A person as far as some of their sessions show them."""
    seen: dict[tuple[str, str, str], list[UserSession]] = {}
    for session in sessions:
        key = (session.resource_type, session.resource_id, session.door)
        seen.setdefault(key, []).append(session)
    shown = [session for group in seen.values() for session in group]
    return {
        "user": {"id": person.user_id, "name": person.name},
        "status": _status(shown).value,
        "since": _ms(person.since),
        "last_seen": _ms(person.last_seen),
        "connections": len(shown),
        "devices": sorted({one.metadata["device"] for one in shown if one.metadata.get("device")}),
        "resources": [
            {"type": type, "id": id, "door": door, "status": _status(seen[type, id, door]).value}
            for type, id, door in sorted(seen)
        ],
    }


def _status(sessions: Iterable[UserSession]) -> SessionStatus:
    """The liveliest of some sessions."""
    found = {session.status for session in sessions}
    order = (SessionStatus.ACTIVE, SessionStatus.IDLE)
    return next((status for status in order if status in found), SessionStatus.OFFLINE)


def _stream(restaurant_id: str) -> str:
    return f"{PREFIX}{restaurant_id}"


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
