"""What events and snapshots of the room of an order hold, as its guests may see it."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from collab.orders.order import LineState, OrderStatus, PaymentState

Texts = dict[str, str]  # locale -> text


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One body, or a part of one."""


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
