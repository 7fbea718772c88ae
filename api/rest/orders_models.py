"""What goes in and out about orders: lists, single orders, their log, and the day's report."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import msgspec

from api.rest.models import Answer, Id, Incoming, Page


class OrderQuery(Incoming, frozen=True):
    """Which orders to list."""

    restaurant: Id | None = None  # the asker's when missing
    open: bool | None = None
    table: Id | None = None
    business_day: date | None = None
    after: Id | None = None  # `next` of the page before
    limit: Page = 100


class OrderList(Answer, frozen=True):
    """One page of orders in short, those opened last first; as in the room `floor`."""

    orders: list[dict[str, Any]]
    next: str | None


class OrderAnswer(Answer, frozen=True):
    """One order as the asker may see it; as in the room `order`.

    The floor also sees people and the staff's notes. The kitchen sees tickets and no money.
    """

    order: dict[str, Any]


class EventQuery(Incoming, frozen=True):
    """Which entries of an order's log."""

    after: Annotated[int, msgspec.Meta(ge=0, le=2**53)] = 0  # seq of the last one that is known
    limit: Page = 500


class OrderEventAnswer(Answer, frozen=True):
    """Something that happened to an order."""

    seq: int
    position: int  # in the log of the restaurant
    type: str
    command: str
    actor_kind: str
    actor: str
    device: str
    client_at: datetime | None  # by the client's clock
    at: datetime
    body: dict[str, Any]


class OrderEventList(Answer, frozen=True):
    """The log of an order from a place on; `next` is the `after` of the next page."""

    events: list[OrderEventAnswer]
    next: int | None


class DayQuery(Incoming, frozen=True):
    """Which day of which restaurant."""

    business_day: date
    restaurant: Id | None = None  # the asker's when missing


class TaxAnswer(Answer, frozen=True):
    """What was charged at one rate; net + amount = gross."""

    tax: int  # basis points
    gross: int
    net: int
    amount: int


class MethodAnswer(Answer, frozen=True):
    """What came in one way, and what went back."""

    method: str
    payments: int
    amount: int
    refunds: int
    refunded: int
    tips: int


class WaivedAnswer(Answer, frozen=True):
    """Dishes that nobody pays, and what they would have cost."""

    lines: int
    amount: int


class DayTotalsAnswer(Answer, frozen=True):
    """One day in one currency; amounts in its minor units."""

    currency: str
    currency_exponent: int
    orders: int
    open_orders: int
    gross: int
    paid: int
    tips: int
    taxes: list[TaxAnswer]
    methods: list[MethodAnswer]
    voided: WaivedAnswer
    rejected: WaivedAnswer
    comped: WaivedAnswer


class DayReport(Answer, frozen=True):
    """What a business day brought, by currency: the orders that were opened on it."""

    restaurant: str
    business_day: date
    totals: list[DayTotalsAnswer]
