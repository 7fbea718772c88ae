"""One order and its lines, as the log of events folds to them.

Rule 1: the state of an order is derived from its lines; payment is an axis of its own. Nothing
        here is a second truth beside the events.
Rule 2: money is an int in minor units of the order's currency; what a line costs was fixed when
        it was added, from the published version that it names.
Rule 3: names and allergens are copies: a menu that changes later changes no order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

Texts = Mapping[str, str]  # locale -> text


class LineState(StrEnum):
    """How far a line has come."""

    DRAFT = "draft"  # on the table's list, nobody cooks it
    PLACED = "placed"  # ordered; waits for its course
    FIRED = "fired"  # the kitchen has it
    PREPARING = "preparing"
    READY = "ready"
    SERVED = "served"
    REJECTED = "rejected"  # by the kitchen
    VOIDED = "voided"  # by the floor


class OrderStatus(StrEnum):
    """How far an order has come: that of its lines, in one word."""

    OPEN = "open"  # nothing was placed
    PLACED = "placed"
    PREPARING = "preparing"  # somebody cooks
    READY = "ready"  # everything that was placed
    SERVED = "served"
    CLOSED = "closed"


class PaymentState(StrEnum):
    """How far an order is paid."""

    UNPAID = "unpaid"
    PART_PAID = "part_paid"
    PAID = "paid"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class ChosenOption:
    """One option of a modifier group on a line."""

    group_id: str
    option_id: str
    quantity: int
    name: Texts
    price: int  # minor units, for one


@dataclass(frozen=True, slots=True)
class Line:
    """So many of one dish."""

    id: str  # drawn by the client
    item_id: str
    quantity: int
    menu_id: str
    menu_version: int  # number of the published version that says name and price
    unit_price: int  # of dish or variation
    name: Texts
    station: str
    state: LineState = LineState.DRAFT
    variation_id: str | None = None
    variation_name: Texts | None = None
    options: tuple[ChosenOption, ...] = ()
    options_price: int = 0  # of all options, for one dish
    tax: int = 0  # basis points, contained in the price
    allergens: tuple[str, ...] = ()
    may_contain: tuple[str, ...] = ()
    course: int = 1
    seat: str = ""
    note: str = ""
    added_by: str = ""  # user id
    batch: int = 0  # 1, 2, ...: which time somebody placed; 0: not yet
    is_comped: bool = False  # cooked and served, not charged
    is_void_asked: bool = False  # a guest or waiter asks a manager
    is_cleared: bool = False  # a void that the kitchen has taken note of
    reason: str = ""  # why it was rejected, voided or comped
    placed_at: datetime | None = None
    fired_at: datetime | None = None
    started_at: datetime | None = None
    ready_at: datetime | None = None
    served_at: datetime | None = None
    ended_at: datetime | None = None  # rejected or voided

    @property
    def price(self) -> int:
        """What the line costs as it stands: nothing once rejected, voided or comped."""
        if self.is_comped or self.state in (LineState.REJECTED, LineState.VOIDED):
            return 0
        return (self.unit_price + self.options_price) * self.quantity


@dataclass(frozen=True, slots=True)
class Note:
    """Something said about an order."""

    id: str
    text: str
    by: str  # user id
    at: datetime
    kind: str = ""  # of who said it: "guest", "waiter", ...


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in, or went back (negative)."""

    id: str
    amount: int
    method: str  # "cash", "card", ...
    by: str
    at: datetime
    tip: int = 0  # on top of `amount`


@dataclass(frozen=True, slots=True)
class Order:
    """One order: a table's evening, or a pickup."""

    id: str  # drawn by the client, unique per server
    restaurant_id: str
    table_id: str | None  # None: pickup
    currency: str  # ISO 4217
    opened_by: str  # user id
    opened_at: datetime
    business_day: date
    last_seq: int  # of its last event; events count 1, 2, 3, ...
    lines: Mapping[str, Line] = field(default_factory=dict)  # in the order in which they came
    notes: tuple[Note, ...] = ()
    payments: tuple[Payment, ...] = ()
    staff: tuple[str, ...] = ()  # user ids that look after it
    batches: int = 0  # how often somebody placed
    held_courses: frozenset[int] = frozenset()
    is_bill_requested: bool = False
    closed_at: datetime | None = None

    @property
    def total(self) -> int:
        """What it costs now, drafts left out."""
        lines = self.lines.values()
        return sum(line.price for line in lines if line.state is not LineState.DRAFT)

    @property
    def status(self) -> OrderStatus:
        """How far it has come; lines that are rejected or voided do not count."""
        if self.closed_at is not None:
            return OrderStatus.CLOSED
        states = {line.state for line in self.lines.values()} - _BESIDE
        if not states:
            return OrderStatus.OPEN
        if states == {LineState.SERVED}:
            return OrderStatus.SERVED
        if states <= {LineState.READY, LineState.SERVED}:
            return OrderStatus.READY
        is_begun = states & {LineState.PREPARING, LineState.READY, LineState.SERVED}
        return OrderStatus.PREPARING if is_begun else OrderStatus.PLACED

    @property
    def paid(self) -> int:
        """What was paid, minus what was given back; tips left out."""
        return sum(payment.amount for payment in self.payments)

    @property
    def payment_state(self) -> PaymentState:
        """How far it is paid."""
        if not self.payments:
            return PaymentState.UNPAID
        if self.paid <= 0 and any(one.amount < 0 for one in self.payments):
            return PaymentState.REFUNDED
        if self.paid <= 0:
            return PaymentState.UNPAID
        return PaymentState.PAID if self.paid >= self.total else PaymentState.PART_PAID


_BESIDE = {LineState.DRAFT, LineState.REJECTED, LineState.VOIDED}
