"""Orders and tickets in the words of the original Rails application, for its pages. Pure.

Rule 1: money is there twice: as the float that those pages read, and beside it as `*_cents`, the
        whole number of minor units that is true.
Rule 2: what goes to the kitchen has no money and nothing about payments; an order's status is then
        that of its dishes alone.
Rule 3: a status is derived from the lines of the order, never stored (collab/orders/order.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from collab.formats.money import exponent_of
from collab.orders.order import Line, LineState, Note, Order, OrderStatus, PaymentState, Texts
from collab.orders.tickets import Ticket

Payload: TypeAlias = Mapping[str, object]

FALLBACK_LOCALE = "en"
OPENED, REMOVED, ORDERED = "opened", "removed", "ordered"
PREPARING, READY, DELIVERED = "preparing", "ready", "delivered"
BILL_REQUESTED, PAID, CLOSED = "billrequested", "paid", "closed"
COLLECTED = "collected"  # what a ticket is called whose dishes are all served

LINE_STATUS: Mapping[LineState, str] = {
    LineState.DRAFT: OPENED,
    LineState.PLACED: ORDERED,
    LineState.FIRED: ORDERED,
    LineState.PREPARING: PREPARING,
    LineState.READY: READY,
    LineState.SERVED: DELIVERED,
    LineState.REJECTED: REMOVED,
    LineState.VOIDED: REMOVED,
}
LABELS: Mapping[str, str] = {  # what guests read
    OPENED: "In your basket",
    ORDERED: "Order received",
    PREPARING: "Being prepared",
    READY: "Ready",
    DELIVERED: "Served",
    BILL_REQUESTED: "Bill requested",
    PAID: "Paid",
    CLOSED: "Closed",
    REMOVED: "Removed",
}
_COUNTED = {  # names of the counters in a state
    OPENED: "openedCount",
    REMOVED: "removedCount",
    ORDERED: "orderedOnlyCount",
    PREPARING: "preparingCount",
    READY: "readyCount",
    DELIVERED: "deliveredCount",
    BILL_REQUESTED: "billrequestedCount",
    PAID: "paidCount",
    CLOSED: "closedCount",
}
_STATUS = {
    OrderStatus.OPEN: OPENED,
    OrderStatus.PLACED: ORDERED,
    OrderStatus.PREPARING: PREPARING,
    OrderStatus.READY: READY,
    OrderStatus.SERVED: DELIVERED,
    OrderStatus.CLOSED: CLOSED,
}
_ENDED = (BILL_REQUESTED, PAID, CLOSED)


def kitchen_status(order: Order) -> str:
    """How far the dishes of an order are."""
    return _STATUS[order.status]


def order_status(order: Order) -> str:
    """The same with what was said and done about the bill."""
    if order.closed_at is not None:
        return CLOSED
    if order.payment_state is PaymentState.PAID and order.total:
        return PAID
    return BILL_REQUESTED if order.is_bill_requested else kitchen_status(order)


def ticket_status(ticket: Ticket) -> str:
    """How far the dishes of a ticket are; "removed" when none is left."""
    found = {LINE_STATUS[line.state] for line in ticket.lines} - {REMOVED}
    if not found:
        return REMOVED
    if found == {DELIVERED}:
        return COLLECTED
    if found <= {READY, DELIVERED}:
        return READY
    return ORDERED if found == {ORDERED} else PREPARING


def timestamp(at: datetime) -> str:
    """As the original writes times."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def text_in(texts: Texts, locale: str) -> str:
    """A text in a language, or in the next best one."""
    for wanted in (locale, FALLBACK_LOCALE):
        if texts.get(wanted):
            return texts[wanted]
    return next((texts[one] for one in sorted(texts) if texts[one]), "")


def order_payload(order: Order, table: str | None, *, with_money: bool) -> dict[str, object]:
    """An order in a list. table: its name. with_money: not for the kitchen."""
    placed = [line for line in order.lines.values() if line.state is not LineState.DRAFT]
    live = [line for line in placed if LINE_STATUS[line.state] != REMOVED]
    times = [line.placed_at for line in placed if line.placed_at is not None]
    money = _money("total", order.total, order.currency) if with_money else {}
    return {
        "id": order.id,
        "status": order_status(order) if with_money else kitchen_status(order),
        "ordered_at": timestamp(min(times)) if times else None,
        "table": table,
        "items_count": sum(line.quantity for line in live),
        **money,
        "created_at": timestamp(order.opened_at),
    }


def state_payload(order: Order, locale: str, notes: tuple[Note, ...]) -> dict[str, object]:
    """The whole state of an order for the people who sit at it.

    notes: those that the reader may see. What the original said about one reader (session, share
    of the bill) to all of them is left empty.
    """
    status = order_status(order)
    items = [_item(line, order.currency, locale) for line in order.lines.values()]
    counts = Counter(str(item["status"]) for item in items)
    menus = sorted({line.menu_id for line in order.lines.values()})
    return {
        "version": 1,
        "seq": order.last_seq,
        "session": None,
        "order": {"id": order.id, "status": status, "items": items, **_counters(counts)},
        "tableId": order.table_id,
        "employeeId": None,
        "menuId": menus[0] if menus else None,
        "restaurant": {"id": order.restaurant_id},
        "totals": _totals(order),
        "flags": {
            "displayRequestBill": bool(items) and not counts[OPENED],
            "payVisible": status == BILL_REQUESTED,
            "menuItemsEnabled": status not in _ENDED,
        },
        "participants": {"orderParticipantId": None, "menuParticipantId": None},
        "splitPlan": None,
        "notes": [{"id": note.id, "text": note.text, "at": timestamp(note.at)} for note in notes],
    }


def ticket_payload(ticket: Ticket, table: str | None, locale: str) -> dict[str, object]:
    """A ticket for a kitchen screen. table: its name."""
    return {
        "id": ticket.id,
        "station": ticket.station,
        "status": ticket_status(ticket),
        "sequence": ticket.batch,
        "order_id": ticket.order_id,
        "table": table,
        "course": ticket.course,
        "is_add_on": ticket.is_add_on,
        "created_at": timestamp(ticket.opened_at),
        "notes": list(ticket.notes),
        "items": [_ticket_item(line, locale) for line in ticket.lines],
    }


def status_change(
    order: Order, table: str | None, old_status: str, at: datetime, *, with_money: bool
) -> dict[str, object]:
    """The status of an order is another one."""
    shown = order_payload(order, table, with_money=with_money)
    return {
        "event": "status_change",
        "order_id": order.id,
        "old_status": old_status,
        "new_status": shown["status"],
        "order": shown,
        "timestamp": timestamp(at),
    }


def staff_assignment(order_id: str, user_id: str, at: datetime) -> dict[str, object]:
    """Somebody looks after an order. No e-mail address: there is none here."""
    return {
        "event": "staff_assignment",
        "order_id": order_id,
        "staff": {"id": user_id},
        "timestamp": timestamp(at),
    }


def item_change(
    order: Order, line: Line, old_status: str, locale: str, at: datetime
) -> dict[str, object]:
    """One dish of an order is in another status."""
    status = LINE_STATUS[line.state]
    whole = order_status(order)
    return {
        "event": "order_item_status_changed",
        "type": "order_item_status_changed",
        "ordr_id": order.id,
        "ordritem_id": line.id,
        "item_name": text_in(line.name, locale),
        "quantity": line.quantity,
        "station": line.station,
        "from_status": old_status,
        "to_status": status,
        "customer_status_label": LABELS[status],
        "occurred_at": timestamp(at),
        "order_summary": {"status": whole, "label": LABELS[whole]},
    }


def major(amount: int, currency: str) -> float:
    """Minor units as the float that the original's pages read."""
    return float(Decimal(amount).scaleb(-exponent_of(currency)))


def _counters(counts: Counter[str]) -> dict[str, int]:
    in_kitchen = (ORDERED, PREPARING, READY, DELIVERED)
    return {
        "addedCount": counts[OPENED],
        "orderedCount": sum(counts[status] for status in in_kitchen),
        "totalCount": counts.total(),
        **{name: counts[status] for status, name in _COUNTED.items()},
    }


def _item(line: Line, currency: str, locale: str) -> dict[str, object]:
    each = line.unit_price + line.options_price
    return {
        "id": line.id,
        "menuitem_id": line.item_id,
        "name": text_in(line.name, locale),
        **_money("price", each, currency),
        **_money("line_total", line.price, currency),
        "quantity": line.quantity,
        "status": LINE_STATUS[line.state],
        "size_name": _size(line, locale),
        "notes": line.note,
    }


def _ticket_item(line: Line, locale: str) -> dict[str, object]:
    return {
        "id": line.id,
        "name": text_in(line.name, locale),
        "quantity": line.quantity,
        "size": _size(line, locale),
        "status": LINE_STATUS[line.state],
        "options": [_option(line, place, locale) for place in range(len(line.options))],
        "notes": [line.note] if line.note else [],
        "allergens": list(line.allergens),
        "may_contain": list(line.may_contain),
        "course": line.course,
        "seat": line.seat,
    }


def _option(line: Line, place: int, locale: str) -> str:
    option = line.options[place]
    name = text_in(option.name, locale)
    return name if option.quantity == 1 else f"{option.quantity} x {name}"


def _size(line: Line, locale: str) -> str | None:
    return None if line.variation_name is None else text_in(line.variation_name, locale)


def _totals(order: Order) -> dict[str, object]:
    tax = sum(_tax_in(rate, gross) for rate, gross in _gross_by_rate(order).items())
    tip = sum(payment.tip for payment in order.payments)
    amounts = {
        "nett": order.total - tax,
        "tax": tax,
        "service": 0,
        "covercharge": 0,
        "tip": tip,
        "gross": order.total,
        "paid": order.paid,
    }
    money = [_money(name, amount, order.currency) for name, amount in amounts.items()]
    shown = {name: value for one in money for name, value in one.items()}
    return {**shown, "currency": {"code": order.currency}}


def _gross_by_rate(order: Order) -> Counter[int]:
    by_rate: Counter[int] = Counter()
    for line in order.lines.values():
        if line.state is not LineState.DRAFT:
            by_rate[line.tax] += line.price
    return by_rate


def _tax_in(rate: int, gross: int) -> int:
    """The tax that a gross amount contains, rounded half up once per rate. rate: basis points."""
    whole = 10_000 + rate
    return (2 * gross * rate + whole) // (2 * whole)


def _money(name: str, amount: int, currency: str) -> dict[str, object]:
    return {name: major(amount, currency), f"{name}_cents": amount}
