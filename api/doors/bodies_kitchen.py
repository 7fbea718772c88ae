"""What events and snapshots of the kitchen and of the stock hold: no money, no names of people."""

from __future__ import annotations

from api.doors.bodies_orders import Body, Dish, Texts, TicketOption
from collab.orders.order import LineState


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
    staff: list[str]  # user ids of those who look after the order
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
