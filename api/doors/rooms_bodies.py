"""What events and snapshots of the rooms hold, as structs: by kind of room.

The bodies are made in collab/orders (telling, views), storage/snapshots.py, rooms/ and storage/;
these structs say what comes out there. The page's types are made of them (api/typescript.py), and
the client of the tests refuses what does not fit. Times are milliseconds since 1970, money is in
minor units. Orders, kitchen and menus have files of their own (bodies_*.py).
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, UnsetType

from api.doors.bodies_kitchen import (
    KITCHEN_EVENTS,
    STOCK_EVENTS,
    KitchenSnapshot,
    StockSnapshot,
    StockView,
    TicketLine,
)
from api.doors.bodies_menus import MENU_EVENTS, MenuEventsSnapshot
from api.doors.bodies_orders import ORDER_EVENTS, Body, OrderSnapshot
from collab.orders.order import OrderStatus, PaymentState
from collab.records import SessionStatus

__all__ = [
    "FLOOR_EVENTS",
    "KITCHEN_EVENTS",
    "MENU_EVENTS",
    "ORDER_EVENTS",
    "PRESENCE_EVENTS",
    "ROOMS",
    "STOCK_EVENTS",
    "USER_EVENTS",
]


class BareSummary(Body, frozen=True):
    """An order in short, without money."""

    order_id: str
    table_id: str | None
    currency: str
    opened_at: int
    opened_by: str
    closed_at: int | None
    seq: int
    lines: dict[str, int]  # state -> how many
    staff: list[str]


class OrderSummary(BareSummary, frozen=True):
    """An order in short, with `OrderTotals`."""

    status: OrderStatus
    total: int
    paid: int
    payment_state: PaymentState
    is_bill_requested: bool


class FloorTold(Body, frozen=True):
    """An event of an order, for the floor."""

    order: str
    table: str | None
    change: dict[str, Any]
    summary: OrderSummary


class Alarm(Body, frozen=True):
    """`alarm.raised`: a ticket that no screen has shown."""

    ticket: str
    order: str
    table: str | None
    station: str
    level: Literal["warn", "alarm"]
    since: int


class AlarmCleared(Body, frozen=True):
    """`alarm.cleared`."""

    ticket: str


class VisitView(Body, frozen=True):
    """A table that is open for guests."""

    id: str
    table_id: str
    order_id: str | None
    opened_by: str
    opened_at: int
    expires_at: int


class FloorSnapshot(Body, frozen=True):
    """The room of the floor."""

    orders: list[OrderSummary]
    stock: list[StockView]
    visits: list[VisitView]
    alarms: list[Alarm]


FLOOR_EVENTS: dict[str, type[Body]] = {
    **dict.fromkeys(ORDER_EVENTS, FloorTold),
    **STOCK_EVENTS,
    "alarm.raised": Alarm,
    "alarm.cleared": AlarmCleared,
}


class UserTold(Body, frozen=True):
    """Something that one person of the staff has to know."""

    order: str
    table: str | None
    user: str | UnsetType = UNSET  # assigned, or not any more
    lines: list[TicketLine] | UnsetType = UNSET  # ready, rejected, asked to be voided
    reason: str | UnsetType = UNSET


class UserSnapshot(Body, frozen=True):
    """One's own room: the orders that one looks after."""

    orders: list[BareSummary]


USER_EVENTS: dict[str, type[Body]] = dict.fromkeys(
    ("staff.assigned", "staff.unassigned", "line.ready", "line.rejected", "line.void_asked"),
    UserTold,
)


class PersonUser(Body, frozen=True):
    """Who it is."""

    id: str
    name: str


class PersonPlace(Body, frozen=True):
    """Something that a person has open."""

    type: str
    id: str
    door: str
    status: SessionStatus


class PersonView(Body, frozen=True):
    """Somebody of the staff; the body of every event of the presence."""

    user: PersonUser
    status: SessionStatus
    since: int
    last_seen: int
    connections: int
    devices: list[str]
    resources: list[PersonPlace]


class PresenceSnapshot(Body, frozen=True):
    """The room of the presence."""

    people: list[PersonView]


PRESENCE_EVENTS: dict[str, type[Body]] = dict.fromkeys(
    ("person.joined", "person.changed", "person.left"), PersonView
)


# Kind of room, as its name begins -> its snapshot and its events.
ROOMS: dict[str, tuple[type[Body], dict[str, type[Body]]]] = {
    "order": (OrderSnapshot, ORDER_EVENTS),
    "kitchen": (KitchenSnapshot, KITCHEN_EVENTS),
    "stock": (StockSnapshot, STOCK_EVENTS),
    "floor": (FloorSnapshot, FLOOR_EVENTS),
    "user": (UserSnapshot, USER_EVENTS),
    "presence": (PresenceSnapshot, PRESENCE_EVENTS),
    "menu": (MenuEventsSnapshot, MENU_EVENTS),
}
