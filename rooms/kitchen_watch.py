"""Whether the kitchen has seen its tickets, and how busy it is.

Rule 1: a kitchen screen says up to which offset it has everything (`seen`, cumulative). The marks
        are stored: they prove delivery.
Rule 2: a ticket that is opened or changed is acknowledged once any screen of the kitchen, or of
        the ticket's station, has the event. After `WARN_SECONDS` without that the floor hears
        `alarm.raised` with level "warn", after `ALARM_SECONDS` with level "alarm"; once it is
        acknowledged, or off the screens, `alarm.cleared`.
Rule 3: an alarm counts as raised or cleared when it is on disk; until then it is tried again.
Rule 4: before anything is raised the stored marks are looked at: the screen may be connected to
        another server.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from collab.errors import ProtocolViolation, StoreError
from collab.orders.executed import Executed, Mark, Told
from collab.orders.terms import EXPO
from collab.orders.tickets import ALARM_CLEARED, ALARM_RAISED, ALARMS_READ
from collab.records import StreamEvent
from collab.room_names import RoomKind, RoomName, parse_room
from rooms.clock import Clock
from rooms.kitchen_figures import KitchenFigures, Queued
from rooms.ports import MarkLog, Meter, StreamLog
from rooms.screen_marks import Place, ScreenMarks

WARN_SECONDS = 3.0
ALARM_SECONDS = 15.0
LOOK_SECONDS = 1.0

log = logging.getLogger("mirepoix.kitchen")


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """A ticket that stands on a screen when the server starts."""

    restaurant_id: str
    ticket_id: str
    order_id: str
    table_id: str | None
    station: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class _Unseen:
    """Something about a ticket that no screen has acknowledged: where it was told."""

    since: float  # monotonic seconds
    at: datetime
    places: tuple[Place, ...]


@dataclass(slots=True)
class _Ticket:
    ticket: OpenTicket
    unseen: list[_Unseen] = field(default_factory=list)  # oldest first


@dataclass(slots=True)
class _Kitchen:
    tickets: dict[str, _Ticket] = field(default_factory=dict)
    raised: dict[str, str] = field(default_factory=dict)  # ticket id -> level that was told
    figures: KitchenFigures = field(default_factory=KitchenFigures)


class KitchenWatch:
    """Proof of delivery, alarms and figures for the kitchens of this process.

    ring: `EventRooms.ring`, called for streams that got events here.
    """

    def __init__(
        self,
        streams: StreamLog,
        marks: MarkLog,
        ring: Callable[[str], None],
        meter: Meter,
        clock: Clock,
    ) -> None:
        self._streams = streams
        self._marks = ScreenMarks(marks)
        self._ring = ring
        self._meter = meter
        self._clock = clock
        self._kitchens: dict[str, _Kitchen] = {}

    # -- what is told --------------------------------------------------------------------------

    def seen(self, stream_id: str, epoch: str, screen_id: str, offset: int) -> None:
        """A kitchen screen has everything of a stream up to an offset.

        screen_id: user id and device. Cheap: stored with a later batch.
        """
        self._marks.seen(Mark(stream_id, epoch, screen_id, offset, self._clock.utc()))

    def executed(self, executed: Executed) -> None:
        """A commit: hand this to `Desk` as `on_executed`."""
        for stream_id, told in executed.told.items():
            room = _kitchen_of(stream_id)
            if room is not None and room.station is None:
                self._take(room.id, stream_id, told, executed.told)

    async def load(self, tickets: Iterable[OpenTicket], restaurant_ids: Iterable[str] = ()) -> None:
        """After a start: go on with open tickets, stored marks and alarms that were raised.

        Screens have to see what there is by now; they get the usual time for it from now on.
        restaurant_ids: others in which an alarm may stand. Raises StoreError. Safe to cancel.
        """
        tickets = list(tickets)
        for restaurant_id in {one.restaurant_id for one in tickets} | set(restaurant_ids):
            self._kitchens.setdefault(restaurant_id, _Kitchen()).raised |= await self._alarms(
                restaurant_id
            )
        names = {name for one in tickets for name in _streams_of(one)}
        places = {name: await self._streams.open(name) for name in sorted(names)}
        await self._marks.read(names)
        now = self._clock.monotonic()
        for one in tickets:
            told = tuple((name, places[name].epoch, places[name].top) for name in _streams_of(one))
            unseen = [_Unseen(now, one.opened_at, told)]
            self._kitchens[one.restaurant_id].tickets[one.ticket_id] = _Ticket(one, unseen)

    def marks(self, stream_id: str) -> Mapping[str, Mark]:
        """Screen id -> what it has seen of this stream, as far as it is known here."""
        return self._marks.of(stream_id)

    # -- what follows --------------------------------------------------------------------------

    async def run(self) -> None:
        """Store marks, raise and clear alarms, tell figures, for ever. Safe to cancel."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Do what is due now. What cannot be saved is done at a later look. Safe to cancel."""
        try:
            await self._marks.store()
            due = [name for kitchen in self._kitchens.values() for name in self._late(kitchen)]
            if due:
                await self._marks.read(due)
            for restaurant_id, kitchen in list(self._kitchens.items()):
                await self._tell_alarms(restaurant_id, kitchen)
                await self._tell_figures(restaurant_id, kitchen)
        except StoreError as error:
            self._meter.refused("kitchen_not_watched")
            log.warning(
                "kitchen not watched", extra={"action": "kitchen_watch", "reason": error.reason}
            )

    async def _alarms(self, restaurant_id: str) -> dict[str, str]:
        """The alarms that stand on a floor, by its newest events."""
        stream_id = f"floor:{restaurant_id}"
        place = await self._streams.open(stream_id)
        after = max(place.first - 1, place.top - ALARMS_READ)
        page = await self._streams.read(stream_id, after, ALARMS_READ)
        raised: dict[str, str] = {}
        for event in (numbered.event for numbered in page.events):
            if event.type == ALARM_RAISED:
                raised[str(event.body["ticket"])] = str(event.body["level"])
            elif event.type == ALARM_CLEARED:
                raised.pop(str(event.body["ticket"]), None)
        return raised

    async def _tell_alarms(self, restaurant_id: str, kitchen: _Kitchen) -> None:
        events = list(self._changed_alarms(kitchen))
        if not events:
            return
        await self._append(f"floor:{restaurant_id}", events)
        for event in events:
            ticket_id = str(event.body["ticket"])
            if event.type == ALARM_RAISED:
                kitchen.raised[ticket_id] = str(event.body["level"])
            else:
                kitchen.raised.pop(ticket_id, None)

    async def _tell_figures(self, restaurant_id: str, kitchen: _Kitchen) -> None:
        queue = [
            Queued(
                one.ticket.ticket_id, one.ticket.order_id, one.ticket.table_id, one.ticket.opened_at
            )
            for one in kitchen.tickets.values()
        ]
        now = self._clock.monotonic()
        events = kitchen.figures.due(queue, self._clock.utc(), now)
        if events:
            await self._append(f"kitchen:{restaurant_id}", events)
            kitchen.figures.told(events, now)

    async def _append(self, stream_id: str, events: Sequence[StreamEvent]) -> None:
        await self._streams.append(stream_id, events)
        self._ring(stream_id)

    # ------------------------------------------------------------------------------------------

    def _take(
        self, restaurant_id: str, stream_id: str, told: Told, all_told: Mapping[str, Told]
    ) -> None:
        """Events of a kitchen. Each about a ticket was told in the room of its station too."""
        kitchen = self._kitchens.setdefault(restaurant_id, _Kitchen())
        at_stations = _places(restaurant_id, all_told)
        now = self._clock.monotonic()
        for offset, event in enumerate(told.events, told.first):
            if not event.type.startswith("ticket."):
                continue
            ticket = _ticket_of(restaurant_id, event.body)
            places = [(stream_id, told.epoch, offset)]
            if (place := next(at_stations.get(ticket.ticket_id, iter(())), None)) is not None:
                places.append(place)
            if event.type == "ticket.closed":
                kitchen.tickets.pop(ticket.ticket_id, None)
                if _is_finished(event.body):
                    kitchen.figures.ready(ticket.opened_at, event.at)
                continue
            entry = kitchen.tickets.setdefault(ticket.ticket_id, _Ticket(ticket))
            entry.ticket = ticket
            entry.unseen.append(_Unseen(now, event.at, tuple(places)))

    def _level(self, entry: _Ticket) -> tuple[str, _Unseen] | None:
        """How alarming a ticket is, and since what; forgets what was seen."""
        entry.unseen = [one for one in entry.unseen if not self._marks.cover(one.places)]
        if not entry.unseen:
            return None
        waited = self._clock.monotonic() - entry.unseen[0].since
        if waited < WARN_SECONDS:
            return None
        return ("alarm" if waited >= ALARM_SECONDS else "warn"), entry.unseen[0]

    def _late(self, kitchen: _Kitchen) -> Iterator[str]:
        """The streams of tickets that nobody here has seen in time."""
        for entry in kitchen.tickets.values():
            if self._level(entry) is not None:
                yield from _streams_of(entry.ticket)

    def _changed_alarms(self, kitchen: _Kitchen) -> Iterator[StreamEvent]:
        """What the floor has to hear now."""
        now = self._clock.utc()
        standing = dict(kitchen.raised)
        for ticket_id, entry in kitchen.tickets.items():
            found = self._level(entry)
            told = standing.get(ticket_id)
            if found is None:
                continue  # if it was raised it is cleared below
            standing.pop(ticket_id, None)
            level, unseen = found
            if level != told and told != "alarm":
                since = int(unseen.at.timestamp() * 1000)
                yield StreamEvent(ALARM_RAISED, "server", _alarm(entry.ticket, level, since), now)
        for ticket_id in standing:
            yield StreamEvent(ALARM_CLEARED, "server", {"ticket": ticket_id}, now)


def _alarm(ticket: OpenTicket, level: str, since: int) -> dict[str, object]:
    return {
        "ticket": ticket.ticket_id,
        "order": ticket.order_id,
        "table": ticket.table_id,
        "station": ticket.station,
        "level": level,
        "since": since,
    }


def _kitchen_of(stream_id: str) -> RoomName | None:
    """The room of a kitchen or of a station in it; None for other streams."""
    if not stream_id.startswith("kitchen:"):
        return None
    try:
        room = parse_room(stream_id)
    except ProtocolViolation:
        return None
    return room if room.kind is RoomKind.KITCHEN else None


def _streams_of(ticket: OpenTicket) -> tuple[str, str]:
    everywhere = f"kitchen:{ticket.restaurant_id}"
    return everywhere, f"{everywhere}:{ticket.station}"


def _places(restaurant_id: str, told: Mapping[str, Told]) -> dict[str, Iterator[Place]]:
    """Ticket id -> where its events were told in the rooms of stations, in their order."""
    found: dict[str, list[Place]] = {}
    for stream_id, one in told.items():
        room = _kitchen_of(stream_id)
        if room is None or room.id != restaurant_id or room.station in (None, EXPO):
            continue
        for offset, event in enumerate(one.events, one.first):
            ticket: Any = event.body["ticket"]
            found.setdefault(ticket["id"], []).append((stream_id, one.epoch, offset))
    return {ticket_id: iter(places) for ticket_id, places in found.items()}


def _ticket_of(restaurant_id: str, body: Mapping[str, object]) -> OpenTicket:
    ticket: Any = body["ticket"]
    return OpenTicket(
        restaurant_id=restaurant_id,
        ticket_id=ticket["id"],
        order_id=ticket["order_id"],
        table_id=ticket["table_id"],
        station=ticket["station"],
        opened_at=datetime.fromtimestamp(ticket["opened_at"] / 1000, UTC),
    )


def _is_finished(body: Mapping[str, object]) -> bool:
    """Whether something on a closed ticket was cooked; it waits for the expediter then."""
    ticket: Any = body["ticket"]
    return bool(ticket["is_on_expo"])
