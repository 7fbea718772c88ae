"""What is open now, put together from rooms, connections and figures when somebody looks.

Rule 1: a person of one restaurant is shown its rooms and connections and no others; the developer
        of --dev is shown everything.
Rule 2: nothing is asked of the store.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from api.connections import Connection
from api.house import House
from api.pages import built_pages
from api.rest.operations_models import OpenConnection, OpenRoom
from collab.records import DocumentKind, SessionStatus, UserSession, stream_of
from rooms.event_room import EventRoom
from rooms.menu_room import MenuRoom

_BUILD = re.compile(r"(?:.*[^0-9a-f])?([0-9a-f]{12})")  # what our pages end their `app` with
_DOCUMENTS = frozenset(kind.value for kind in DocumentKind)


@dataclass(slots=True)
class Crowd:
    """Who is in one room."""

    restaurant: str | None = None
    people: set[str] = field(default_factory=set)
    connections: dict[Connection, None] = field(default_factory=dict)  # each once


def room_of(session: UserSession) -> str:
    """The room of a session row: `menu:{id}` of a document, else the name of the stream."""
    kind, id = session.resource_type, session.resource_id
    if kind in _DOCUMENTS:
        return f"menu:{id}"
    if kind == "menu_events":
        return stream_of(id)
    if kind == "user":
        return f"user:{session.restaurant_id}:{id}"
    return f"{kind}:{id}"


def sessions_of(house: House, connection: Connection, restaurant: str | None) -> list[UserSession]:
    """Where a connection is, as far as the asker may know. restaurant: None: everywhere."""
    found = (house.sessions.find(id) for id in connection.sessions())
    return [one for one in found if one is not None and restaurant in (None, one.restaurant_id)]


def crowds(house: House, restaurant: str | None) -> dict[str, Crowd]:
    """Who is where, by room."""
    found: dict[str, Crowd] = {}
    for connection in house.reception.connections:
        for session in sessions_of(house, connection, restaurant):
            crowd = found.setdefault(room_of(session), Crowd(session.restaurant_id))
            crowd.people.add(session.user_id)
            crowd.connections[connection] = None
    return found


def rooms(house: House, restaurant: str | None) -> list[OpenRoom]:
    """The rooms in memory, documents first, the fullest first; read-only ones always."""
    inside = crowds(house, restaurant)
    waiting = house.journal.waiting_updates()
    documents = [
        _document(house, room, inside.get(f"menu:{room.record.id}", Crowd()), waiting)
        for room in house.lobby.open_rooms()
        if restaurant in (None, room.record.restaurant_id)
    ]
    streams = [
        found
        for room in house.wing.hall.events.open_rooms()
        if (found := _stream(house, room, inside.get(room.stream_id, Crowd()))) is not None
        and restaurant in (None, found.restaurant)
    ]
    return [*_sorted(documents), *_sorted(streams)]


def is_old(house: House, connection: Connection) -> bool:
    """Whether it is one of our own pages, of another build than is served now."""
    named = _BUILD.fullmatch(connection.app)
    return named is not None and named[1] != built_pages(house.config.pages).build


def connections(house: House, restaurant: str | None, search: str) -> list[OpenConnection]:
    """The open connections; those with a problem first, then the newest."""
    found = []
    for connection in house.reception.connections:
        identity = connection.identity()
        sessions = sessions_of(house, connection, restaurant)
        is_own = identity is not None and identity.restaurant_id == restaurant
        if restaurant is None or is_own or sessions:
            found.append(_connection(house, connection, sessions))
    wanted = [one for one in found if _matches(one, search.casefold())]
    wanted.sort(key=lambda one: (not one.is_slow, not one.unsynced, not one.is_old, -one.since_ms))
    return wanted


def _connection(
    house: House, connection: Connection, sessions: Iterable[UserSession]
) -> OpenConnection:
    identity = connection.identity()
    sessions = list(sessions)
    is_active = not sessions or any(one.status is SessionStatus.ACTIVE for one in sessions)
    return OpenConnection(
        id=connection.id,
        user=None if identity is None else identity.user_id,
        name=None if identity is None else identity.name,
        roles=[] if identity is None else sorted(role.value for role in identity.roles),
        restaurant=None if identity is None else identity.restaurant_id,
        device=connection.device,
        app=connection.app,
        is_old=is_old(house, connection),
        door=connection.door,
        since_ms=int(connection.since.timestamp() * 1000),
        status="active" if is_active else "idle",
        rtt_ms=connection.rtt_ms,
        unsynced=connection.unsynced,
        is_slow=connection.is_behind(),
        rooms=sorted({room_of(one) for one in sessions}),
    )


def _document(house: House, room: MenuRoom, crowd: Crowd, waiting: Mapping[str, int]) -> OpenRoom:
    now = house.clock.monotonic()
    record, rate = room.record, room.turns.rate
    return OpenRoom(
        id=f"menu:{record.id}",
        kind=record.kind.value,
        title=record.title,
        restaurant=record.restaurant_id,
        people=len(crowd.people),
        connections=len(crowd.connections),
        slow=sum(seat.behind is not None for seat in room.seats),
        is_document=True,
        is_open=True,
        is_read_only=room.is_read_only,
        size_bytes=room.document.size_bound_bytes,
        per_second_10=round(rate.per_second(now, 10), 2),
        per_second_60=round(rate.per_second(now, 60), 2),
        saved_at_ms=None if room.saved_at is None else int(room.saved_at.timestamp() * 1000),
        waiting=waiting.get(record.id, 0),
    )


def _stream(house: House, room: EventRoom, crowd: Crowd) -> OpenRoom | None:
    """None for a room where nobody is and nothing happened for a minute."""
    now = house.clock.utc().timestamp()
    per_second_60 = room.rate.per_second(now, 60)
    if not crowd.connections and not per_second_60:
        return None
    newest = room.newest
    return OpenRoom(
        id=room.stream_id,
        kind=_kind_of(room.stream_id),
        title=None,
        restaurant=crowd.restaurant or _restaurant_of(house, room.stream_id),
        people=len(crowd.people),
        connections=len(crowd.connections),
        slow=room.behind,
        is_document=False,
        is_open=True,
        is_read_only=False,
        size_bytes=None,
        per_second_10=round(room.rate.per_second(now, 10), 2),
        per_second_60=round(per_second_60, 2),
        saved_at_ms=None if newest is None else int(newest.event.at.timestamp() * 1000),
        waiting=max(room.top - room.head, 0),
    )


def _kind_of(stream_id: str) -> str:
    return "menu_events" if stream_id.startswith("menu:") else stream_id.partition(":")[0]


def _restaurant_of(house: House, stream_id: str) -> str | None:
    """Whose a stream is where nobody sits, if its name says it."""
    kind, *rest = stream_id.split(":")
    if kind in ("kitchen", "stock", "floor", "presence", "user"):
        return rest[0]
    if kind == "menu":
        room = house.lobby.room_of(stream_id.removeprefix("menu:").removesuffix(":events"))
        return None if room is None else room.record.restaurant_id
    return None


def _sorted(found: list[OpenRoom]) -> list[OpenRoom]:
    return sorted(found, key=lambda room: (-room.connections, room.id))


def _matches(connection: OpenConnection, search: str) -> bool:
    texts = (
        connection.name or "",
        connection.user or "",
        connection.device,
        connection.app,
        connection.door,
        *connection.rooms,
        *connection.roles,
    )
    return not search or any(search in text.casefold() for text in texts)


def counted(values: Iterable[str]) -> dict[str, int]:
    """How often each came, the most frequent first."""
    return dict(Counter(values).most_common())
