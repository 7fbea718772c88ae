"""Channels that follow orders: they are told that one changed, look at it, and say the difference.

Rule 1: an event only says which order to look at. What is said comes from comparing the order as
        it stands with what was said of it last, so nothing is said twice and nothing is missed.
Rule 2: changes that came meanwhile are looked at together: a slow phone gets fewer messages, and
        the last one is right.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from api.doors import cable_payloads as shown
from api.doors.cable_channel import Channel
from api.doors.cable_desk import CableDesk
from api.doors.cable_visit import Visit
from api.doors.cable_voice import Payload, Voice
from collab.errors import ProtocolViolation, StoreError
from collab.identity import Role
from collab.orders.order import Note, Order
from collab.orders.views import is_guests
from collab.records import NumberedEvent
from collab.room_names import RoomKind, RoomName

RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Change:
    seq: int
    at: datetime


class OrderFollower(Channel):
    """A channel that looks at orders when they change."""

    def __init__(
        self, desk: CableDesk, visit: Visit, voice: Voice, params: Mapping[str, str]
    ) -> None:
        super().__init__(desk, visit, voice, params)
        self.locale = params.get("locale", "")
        self._changed: dict[str, _Change] = {}  # by order id
        self._bell = asyncio.Event()
        self._tables: dict[str, str | None] = {}  # table id -> its name

    @abstractmethod
    def told_of(self, order: Order, table: str | None, at: datetime) -> Iterable[Payload]:
        """What to say about an order that changed. table: its name."""

    def note(self, numbered: NumberedEvent) -> Iterable[Payload]:
        """An event: look at its order."""
        event = numbered.event
        order_id = self.about(numbered)
        if order_id is not None:
            known = self._changed.get(order_id)
            seq = max(event.seq, known.seq) if known else event.seq
            self._changed[order_id] = _Change(seq, event.at)
            self._bell.set()
        return ()

    def about(self, numbered: NumberedEvent) -> str | None:
        """The id of the order that an event is about; None when it is about none."""
        return order_named(numbered.event.body)

    async def follow(self) -> None:
        """Look at what changed, for ever. Safe to cancel."""
        while True:
            await self._bell.wait()
            self._bell.clear()
            changed, self._changed = self._changed, {}
            for order_id, change in changed.items():
                try:
                    order = await self.desk.shelf.load(order_id, change.seq)
                    if order is not None:
                        table = await self.table_of(order)
                        self.voice.say(*self.told_of(order, table, change.at))
                except StoreError:
                    self._changed.setdefault(order_id, change)
                    self._bell.set()
                    await asyncio.sleep(RETRY_SECONDS)

    async def table_of(self, order: Order) -> str | None:
        """The name of an order's table. Raises StoreError."""
        table_id = order.table_id
        if table_id is None:
            return None
        if table_id not in self._tables:
            found = await self.desk.tables.find(order.restaurant_id, table_id)
            self._tables[table_id] = table_id if found is None else found.name
        return self._tables[table_id]


class OrdrChannel(OrderFollower):
    """`OrdrChannel{order_id}`: an order for those who sit at it and those who wait on it."""

    async def join(self) -> None:
        self._order_id = self.parameter("order_id")
        self._said: Order | None = None
        admission = await self.admit(RoomName(RoomKind.ORDER, self._order_id))
        self._room = await self.listen(admission.stream_id, self.note)
        self.sit(admission.restaurant_id, RoomKind.ORDER, self._order_id)

    async def begin(self) -> None:
        at = self._room.top  # before the order is read: what comes later is looked at again
        await self.repeat()
        self._room.start(at)
        self.keep_doing(self.follow())

    async def repeat(self) -> None:
        order = await self.desk.shelf.load(self._order_id, 0)
        if order is not None:
            self._said = self._said or order
            self.voice.say(self._state(order))

    def about(self, numbered: NumberedEvent) -> str:
        return self._order_id  # the room's events do not repeat it

    def told_of(self, order: Order, table: str | None, at: datetime) -> Iterable[Payload]:
        before, self._said = self._said, order
        if before is None or before.last_seq >= order.last_seq:
            return
        yield from self._dishes(before, order, at)
        old_status = shown.order_status(before)
        if old_status != shown.order_status(order):
            yield shown.status_change(order, table, old_status, at, with_money=True)
        yield self._state(order)

    def _dishes(self, before: Order, order: Order, at: datetime) -> Iterable[Payload]:
        for line in order.lines.values():
            known = before.lines.get(line.id)
            status = shown.OPENED if known is None else shown.LINE_STATUS[known.state]
            if shown.LINE_STATUS[line.state] != status:
                yield shown.item_change(order, line, status, self.locale, at)

    def _state(self, order: Order) -> Payload:
        notes = tuple(note for note in order.notes if self._may_read(note))
        return {"state": shown.state_payload(order, self.locale, notes)}

    def _may_read(self, note: Note) -> bool:
        return is_guests(note) or self.identity.roles != {Role.GUEST}


class UserChannel(Channel):
    """`UserChannel`: what concerns whoever is signed in."""

    async def join(self) -> None:
        admission = await self.admit(RoomName(RoomKind.USER, self.identity.user_id))
        self._room = await self.listen(admission.stream_id, self._told)
        self.sit(admission.restaurant_id, RoomKind.USER, self.identity.user_id)

    async def begin(self) -> None:
        self._room.start(self._room.top)

    async def repeat(self) -> None:
        """Nothing: here only what happens is said."""

    def _told(self, numbered: NumberedEvent) -> Iterable[Payload]:
        event = numbered.event
        order_id = order_named(event.body)
        at = shown.timestamp(event.at)
        if order_id is not None and event.type == "staff.assigned":
            yield shown.staff_assignment(order_id, self.identity.user_id, event.at)
        elif order_id is not None:
            yield {**event.body, "event": event.type, "order_id": order_id, "timestamp": at}


def order_named(body: Mapping[str, object]) -> str | None:
    """The id of the order that an event of the floor, a kitchen or a person is about."""
    ticket = body.get("ticket")
    order_id = ticket.get("order_id") if isinstance(ticket, Mapping) else body.get("order")
    return order_id if isinstance(order_id, str) else None


async def order_of(desk: CableDesk, restaurant_id: str, data: Mapping[str, object]) -> Order:
    """The order that an action names. Raises ProtocolViolation when it is not here; StoreError."""
    named = data.get("order_id", data.get("ordr_id"))
    order_id = str(named) if isinstance(named, str | int) else ""
    order = await desk.orders.load(order_id) if order_id else None
    if order is None or order.restaurant_id != restaurant_id:
        raise ProtocolViolation("There is no such order here.", reason="unknown_order")
    return order
