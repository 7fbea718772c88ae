"""The channels of the kitchen: the board of a restaurant, and the screen of one station.

Rule 1: whoever cooks sees no money: what `KitchenChannel` says has a total only for those who may
        hear the floor.
Rule 2: an action is one or several commands that are decided like all others (api/order_desk.py).
        A `command_id` in its data makes it repeatable; without one a new one is drawn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from api.doors import cable_payloads as shown
from api.doors.cable_actions import (
    Wish,
    command_id_of,
    wishes_for_station,
    wishes_for_status,
)
from api.doors.cable_orders import OrderFollower, order_of
from api.doors.cable_voice import Payload
from api.order_desk import RawCommand
from collab.errors import ProtocolViolation, StoreError
from collab.orders.command import Outcome, Result
from collab.orders.order import Order
from collab.orders.terms import EXPO
from collab.orders.tickets import Ticket, tickets_of
from collab.records import NumberedEvent, StreamEvent
from collab.room_names import RoomKind, RoomName
from collab.room_rights import may_listen

PAID_HOW = "other"  # how somebody paid who only set a status
QUEUE_LIMIT = 10
_LOOKED_UP = frozenset({"item.86", "stock.low", "queue.updated"})


@dataclass(frozen=True, slots=True)
class _Known:
    """What was said of an order last."""

    status: str
    is_placed: bool
    staff: frozenset[str]


class KitchenActions(OrderFollower):
    """What both channels can do."""

    restaurant_id: str

    async def perform(self, action: str, data: Mapping[str, object]) -> Payload:
        order = await order_of(self.desk, self.restaurant_id, data)
        base = _text(data, "command_id") or self.desk.draw_id()
        device = _text(data, "device")
        wishes = self._wishes(action, order, data)
        raws = []
        for wish in wishes:
            key = command_id_of(base, wish, is_only=len(wishes) == 1)
            raws.append(RawCommand(key, f"order:{order.id}", wish.type, wish.body, device))
        return answer(action, base, await self.desk.commands.submit_all(self.identity, raws))

    def _wishes(self, action: str, order: Order, data: Mapping[str, object]) -> tuple[Wish, ...]:
        match action:
            case "update_status":
                method = _text(data, "method") or PAID_HOW
                return wishes_for_status(order, _text(data, "new_status"), method)
            case "assign_staff":
                user_id = _text(data, "staff_id")
                if not user_id:
                    raise ProtocolViolation("Say whom: staff_id.", reason="missing_parameter")
                return (Wish("staff.assign", {"user": user_id}),)
            case _:
                station = _text(data, "station") or self.params.get("station", "")
                steps = _text(data, "from_status"), _text(data, "to_status")
                return wishes_for_station(order, station, *steps)


class KitchenChannel(KitchenActions):
    """`KitchenChannel{restaurant_id}`: orders, who looks after them, what runs out, figures."""

    actions: ClassVar = frozenset({"update_status", "assign_staff", "advance_station"})

    async def join(self) -> None:
        named = self.parameter("restaurant_id")
        admission = await self.admit(RoomName(RoomKind.KITCHEN, named))
        self.restaurant_id = admission.restaurant_id
        floor = RoomName(RoomKind.FLOOR, named)
        self._with_money = may_listen(self.identity, floor, self.restaurant_id)
        self._known: dict[str, _Known] = {}
        self._rooms = [
            await self.listen(floor.stream(self.restaurant_id), self.note),
            await self.listen(admission.stream_id, self._aside),
            await self.listen(str(RoomName(RoomKind.STOCK, named)), self._aside),
        ]
        self._later: asyncio.Queue[StreamEvent] = asyncio.Queue()
        self._low_stock = await self.desk.low_stock(named)
        self.sit(self.restaurant_id, RoomKind.KITCHEN, named)

    async def begin(self) -> None:
        tops = [room.top for room in self._rooms]
        await self.repeat()
        for room, top in zip(self._rooms, tops, strict=True):
            room.start(top)
        self.keep_doing(self.follow())
        self.keep_doing(self._look_up())

    async def repeat(self) -> None:
        orders = await self.desk.orders.open_orders(self.restaurant_id)
        for order in orders:
            self._known.setdefault(order.id, self._seen(order))
        self.voice.say(await self._queue(orders))

    def told_of(self, order: Order, table: str | None, at: datetime) -> Iterable[Payload]:
        before, now = self._known.pop(order.id, None), self._seen(order)
        if now.status != shown.CLOSED:
            self._known[order.id] = now
        elif before is None:
            return  # what happens to a closed order is no news here
        before = before or _Known(shown.OPENED, False, frozenset())
        if now.is_placed and not before.is_placed:
            whole = shown.order_payload(order, table, with_money=self._with_money)
            yield {"event": "new_order", "order": whole, "timestamp": shown.timestamp(at)}
        if before.status != now.status:
            yield shown.status_change(order, table, before.status, at, with_money=self._with_money)
        for user_id in sorted(now.staff - before.staff):
            yield shown.staff_assignment(order.id, user_id, at)

    def _seen(self, order: Order) -> _Known:
        of_dishes = shown.kitchen_status(order)
        status = shown.order_status(order) if self._with_money else of_dishes
        is_placed = of_dishes not in (shown.OPENED, shown.CLOSED)
        return _Known(status, is_placed, frozenset(order.staff))

    async def _queue(self, orders: Iterable[Order]) -> Payload:
        waiting = [order for order in orders if shown.kitchen_status(order) == shown.ORDERED]
        first = [
            shown.order_payload(order, await self.table_of(order), with_money=self._with_money)
            for order in waiting[:QUEUE_LIMIT]
        ]
        now = shown.timestamp(self.desk.reception.clock.utc())
        return {
            "event": "queue_update",
            "queue_length": len(waiting),
            "orders": first,
            "timestamp": now,
        }

    def _aside(self, numbered: NumberedEvent) -> Iterable[Payload]:
        event = numbered.event
        if event.type == "metrics.updated":
            at = shown.timestamp(event.at)
            yield {"event": "metrics_update", "metrics": dict(event.body), "timestamp": at}
        elif event.type in _LOOKED_UP:
            self._later.put_nowait(event)

    async def _look_up(self) -> None:
        """Say what needs more than its event tells, for ever. Safe to cancel."""
        while True:
            event = await self._later.get()
            with suppress(StoreError):  # the next one will do
                if event.type == "queue.updated":
                    orders = await self.desk.orders.open_orders(self.restaurant_id)
                    self.voice.say(await self._queue(orders))
                else:
                    name = await self._name_of(str(event.body.get("target")))
                    self.voice.say(inventory_alert(event, name, self._low_stock))

    async def _name_of(self, target: str) -> str:
        """What a dish is called; the id of what is none."""
        kind, _, id = target.partition(":")
        name = None
        if kind == "item":
            with suppress(StoreError):  # without a name it is better than not at all
                name = await self.desk.names.find(self.restaurant_id, id)
        return id if name is None else shown.text_in(name, self.locale)


class StationChannel(KitchenActions):
    """`StationChannel{restaurant_id, station}`: the tickets of one station, or of the expediter."""

    actions: ClassVar = frozenset({"advance_station"})

    async def join(self) -> None:
        named, self._station = self.parameter("restaurant_id"), self.parameter("station")
        name = RoomName(RoomKind.KITCHEN, named, self._station)
        admission = await self.admit(name)
        self.restaurant_id = admission.restaurant_id
        self._known: dict[str, tuple[str, Payload]] = {}  # ticket id -> status, and what was said
        self._room = await self.listen(admission.stream_id, self.note)
        self.sit(self.restaurant_id, RoomKind.KITCHEN, f"{named}:{self._station}")

    async def begin(self) -> None:
        at = self._room.top
        await self.repeat()
        self._room.start(at)
        self.keep_doing(self.follow())

    async def repeat(self) -> None:
        now = self.desk.reception.clock.utc()
        self._known.clear()
        for order in await self.desk.orders.open_orders(self.restaurant_id):
            self.voice.say(*self.told_of(order, await self.table_of(order), now))

    def told_of(self, order: Order, table: str | None, at: datetime) -> Iterable[Payload]:
        for ticket in tickets_of(order):
            if self._station in (ticket.station, EXPO):
                yield from self._ticket(ticket, table, at)

    def _ticket(self, ticket: Ticket, table: str | None, at: datetime) -> Iterable[Payload]:
        status = shown.ticket_status(ticket)
        payload = shown.ticket_payload(ticket, table, self.locale)
        known = self._known.get(ticket.id)
        stands = ticket.is_on_expo if self._station == EXPO else ticket.is_open
        if stands:
            self._known[ticket.id] = (status, payload)
        elif known is None:
            return  # it was gone already
        else:
            del self._known[ticket.id]
        when = {"timestamp": shown.timestamp(at)}
        if known is None:
            yield {"event": "new_ticket", "ticket": payload, "new_status": status, **when}
        elif known[1] != payload or not stands:
            steps = {"old_status": known[0], "new_status": status}
            yield {"event": "status_change", "ticket": payload, **steps, **when}


def inventory_alert(event: StreamEvent, item_name: str, threshold: int) -> Payload:
    """What runs out, or has run out. threshold: how few are low."""
    level = 0 if event.type == "item.86" else event.body.get("remaining")
    return {
        "event": "inventory_alert",
        "item_name": item_name,
        "target": event.body.get("target"),
        "current_level": level,
        "threshold": threshold,
        "severity": "critical" if level == 0 else "warning",
        "timestamp": shown.timestamp(event.at),
    }


def answer(action: str, command_id: str, results: Iterable[Result]) -> Payload:
    """What became of an action: an error when one of its commands was refused."""
    found = list(results)
    outcomes = {result.outcome for result in found}
    refused = next((one for one in found if one.outcome is Outcome.REJECTED), None)
    said = {"action": action, "command_id": command_id, "results": [_said(one) for one in found]}
    if refused is not None:
        why = {"code": refused.code, "reason": refused.reason, "current": refused.current}
        return {"event": "error", **said, **why}
    best = next((one for one in (Outcome.OK, Outcome.DUP) if one in outcomes), Outcome.NOOP)
    return {"event": "action_result", **said, "result": best.value}


def _said(result: Result) -> dict[str, object]:
    code: dict[str, object] = {"code": result.code} if result.code else {}
    outcome = result.outcome.value
    return {"id": result.command_id, "result": outcome, "seq": result.seq, **code}


def _text(data: Mapping[str, object], name: str) -> str:
    value = data.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
