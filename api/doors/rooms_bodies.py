"""What events and snapshots of the rooms hold, as structs: orders, kitchen, stock, people, menus.

The bodies are made in collab/orders (telling, views), storage/snapshots.py, rooms/ and storage/;
these structs say what comes out there. The page's types are made of them (api/typescript.py), and
the client of the tests refuses what does not fit. Times are milliseconds since 1970, money is in
minor units.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from collab.orders.order import LineState, OrderStatus, PaymentState
from collab.records import SessionStatus

Texts = dict[str, str]  # locale -> text


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One body, or a part of one."""


# -- orders, as guests may see them ------------------------------------------------------------


class OrderTotals(Body, frozen=True):
    """What an order costs and how far it is; part of every event of it."""

    status: OrderStatus
    total: int
    paid: int
    payment_state: PaymentState
    is_bill_requested: bool


class TicketOption(Body, frozen=True):
    """An option that was chosen, without its price."""

    group_id: str
    option_id: str
    name: Texts
    quantity: int


class LineOption(TicketOption, frozen=True):
    """An option that was chosen."""

    price: int  # for one


class Dish(Body, frozen=True):
    """What a line of an order and a line of a ticket have in common."""

    id: str
    item_id: str
    name: Texts
    variation_id: str | None
    variation_name: Texts | None
    quantity: int
    allergens: list[str]
    may_contain: list[str]
    seat: str
    note: str


class LineView(Dish, frozen=True):
    """A line of an order."""

    state: LineState
    menu_id: str
    menu_version: int
    unit_price: int
    options_price: int  # of all options, for one dish
    price: int  # of the line as it stands
    tax: int  # basis points
    course: int
    batch: int  # 0: a draft
    is_comped: bool
    is_void_asked: bool
    reason: str
    options: list[LineOption]


class NoteView(Body, frozen=True):
    """A note of a guest."""

    id: str
    text: str
    by: str  # kind of person
    at: int


class PaymentView(Body, frozen=True):
    """A payment; negative: given back."""

    id: str
    amount: int
    tip: int
    method: str
    at: int


class OrderView(OrderTotals, frozen=True):
    """A whole order."""

    id: str
    restaurant_id: str
    table_id: str | None
    currency: str
    opened_at: int
    closed_at: int | None
    seq: int
    lines: list[LineView]
    notes: list[NoteView]
    payments: list[PaymentView]
    held_courses: list[int]


class OrderSnapshot(Body, frozen=True):
    """The room of an order."""

    order: OrderView | None


class OrderTold(Body, frozen=True):
    """An event of an order that says no more than how the order stands."""

    order: OrderTotals


class OrderOpened(OrderTold, frozen=True):
    """`order.opened`."""

    opened: OrderView


class LineTold(OrderTold, frozen=True):
    """`line.added`, `line.changed`."""

    line: LineView


class LineRemoved(OrderTold, frozen=True):
    """`line.removed`."""

    line: str


class MovedLine(Body, frozen=True):
    """A line that took a step."""

    id: str
    state: LineState
    price: int


class LinesMoved(OrderTold, frozen=True):
    """Lines took a step, all the same one."""

    lines: list[MovedLine]
    course: int | UnsetType = UNSET
    batch: int | UnsetType = UNSET
    reason: str | UnsetType = UNSET


class NoteTold(OrderTold, frozen=True):
    """`note.added`; None: one of the staff's, not for guests."""

    note: NoteView | None


class PaymentTold(OrderTold, frozen=True):
    """`payment.recorded`, `payment.refunded`."""

    payment: PaymentView


_MOVES = (
    "order.placed", "line.fired", "course.held", "line.started", "line.ready", "line.served",
    "line.recalled", "line.rejected", "line.voided", "line.comped", "line.void_asked",
    "ticket.cleared",
)  # fmt: skip
_BARE = (
    "bill.requested", "staff.assigned", "staff.unassigned", "order.closed", "order.reopened",
)  # fmt: skip
ORDER_EVENTS: dict[str, type[Body]] = {
    "order.opened": OrderOpened,
    "line.added": LineTold,
    "line.changed": LineTold,
    "line.removed": LineRemoved,
    **dict.fromkeys(_MOVES, LinesMoved),
    "note.added": NoteTold,
    "payment.recorded": PaymentTold,
    "payment.refunded": PaymentTold,
    **dict.fromkeys(_BARE, OrderTold),
}


# -- the kitchen, without money ----------------------------------------------------------------


class TicketLine(Dish, frozen=True):
    """A line of a ticket."""

    state: LineState
    reason: str
    is_cleared: bool  # a void that the kitchen has taken note of
    options: list[TicketOption]


class TicketView(Body, frozen=True):
    """What one station cooks of one course of one batch."""

    id: str
    order_id: str
    table_id: str | None
    station: str
    course: int
    batch: int
    is_add_on: bool
    is_open: bool
    is_on_expo: bool
    opened_at: int
    notes: list[str]
    lines: list[TicketLine]


class TicketTold(Body, frozen=True):
    """`ticket.opened`, `ticket.changed`, `ticket.closed`."""

    ticket: TicketView
    cause: str  # type of the order's event


class QueuedOrder(Body, frozen=True):
    """One order that the kitchen cooks."""

    order_id: str
    table_id: str | None
    since: int
    tickets: int


class QueueUpdated(Body, frozen=True):
    """`queue.updated`."""

    queue_length: int
    orders: list[QueuedOrder]  # the oldest
    oldest_seconds: int


class KitchenMetrics(Body, frozen=True):
    """`metrics.updated`."""

    open_tickets: int
    ready_last_hour: int
    median_seconds_to_ready: int | None
    oldest_seconds: int


class AllDayCount(Body, frozen=True):
    """So many of one dish are to be cooked in all."""

    station: str
    item_id: str
    variation_id: str | None
    name: Texts
    variation_name: Texts | None
    quantity: int


class KitchenSnapshot(Body, frozen=True):
    """A room of the kitchen."""

    tickets: list[TicketView]
    all_day: list[AllDayCount]


KITCHEN_EVENTS: dict[str, type[Body]] = {
    "ticket.opened": TicketTold,
    "ticket.changed": TicketTold,
    "ticket.closed": TicketTold,
    "queue.updated": QueueUpdated,
    "metrics.updated": KitchenMetrics,
}


# -- stock, floor, oneself ---------------------------------------------------------------------


class StockView(Body, frozen=True):
    """What is sold out or counted; the body of every event of the stock."""

    target: str
    is_sold_out: bool
    remaining: int | None
    until: int | None
    reason: str


class StockSnapshot(Body, frozen=True):
    """The room of the stock."""

    stock: list[StockView]


STOCK_EVENTS: dict[str, type[Body]] = dict.fromkeys(
    ("item.86", "item.un86", "stock.set", "stock.counted", "stock.low"), StockView
)


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


# -- people ------------------------------------------------------------------------------------


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


# -- a menu ------------------------------------------------------------------------------------


class LockTold(Body, frozen=True):
    """A lock, and what happened to it."""

    field: str
    user: str
    name: str
    session: str
    token: int
    seconds: float | UnsetType = UNSET  # lease; of `lock.taken`
    by: str | UnsetType = UNSET  # who asked for it, or broke it
    by_name: str | UnsetType = UNSET


class LocksStrict(Body, frozen=True):
    """`lock.strict`."""

    on: bool


class ConflictTarget(Body, frozen=True):
    """The field that a conflict is about."""

    root: str
    id: str
    field: str


class ConflictTold(Body, frozen=True):
    """`conflict.opened`, `conflict.changed`, `conflict.closed`."""

    id: str
    kind: str
    severity: str
    target: ConflictTarget
    candidates: list[dict[str, Any]]
    resolution: dict[str, Any] | UnsetType = UNSET  # of `conflict.closed`


class MenuChanged(Body, frozen=True):
    """`menu.changed`."""

    parts: list[str]
    is_complete: bool  # parts are all that changed


class Effective(Body, frozen=True):
    """`menu.effective`: guests see another version."""

    effective: int | None


class MenuPublished(Effective, frozen=True):
    """`menu.published`."""

    name: str | None
    sha256: str
    publication: str
    number: int
    starts_at: str | None
    ends_at: str | None
    daily_from: str | None
    daily_to: str | None


class PublicationCancelled(Effective, frozen=True):
    """`publication.cancelled`."""

    publication: str
    number: int


class MenuRenewed(Body, frozen=True):
    """`menu.renewed`."""

    epoch: int
    bytes_before: int
    bytes_after: int


class MenuShared(Body, frozen=True):
    """`menu.shared`, `menu.unshared`."""

    restaurant: str


class MenuOverridden(MenuShared, frozen=True):
    """`menu.overridden`."""

    item: str


class MenuEventsSnapshot(Body, frozen=True):
    """The room of what happens to a menu beside its content."""

    conflicts: list[ConflictTold]
    locks: list[LockTold]


MENU_EVENTS: dict[str, type[Body]] = {
    **dict.fromkeys(
        ("lock.taken", "lock.released", "lock.broken", "lock.asked", "lock.expired"), LockTold
    ),
    "lock.strict": LocksStrict,
    **dict.fromkeys(("conflict.opened", "conflict.changed", "conflict.closed"), ConflictTold),
    "menu.changed": MenuChanged,
    "menu.effective": Effective,
    "menu.published": MenuPublished,
    "publication.cancelled": PublicationCancelled,
    "menu.renewed": MenuRenewed,
    "menu.shared": MenuShared,
    "menu.unshared": MenuShared,
    "menu.overridden": MenuOverridden,
}


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
