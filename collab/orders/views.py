"""Orders, tickets and stock as people are shown them. Times are milliseconds since 1970.

Rule 1: what guests may hear has no user ids and no notes of the staff.
Rule 2: what the kitchen may hear has no money.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from collab.orders.command import ActorKind
from collab.orders.order import ChosenOption, Line, Note, Order, Payment
from collab.orders.stock import StockEntry
from collab.orders.tickets import Ticket

Plain = dict[str, object]


def order_view(order: Order) -> Plain:
    """An order as its guests may see it."""
    return {
        "id": order.id,
        "restaurant_id": order.restaurant_id,
        "table_id": order.table_id,
        "currency": order.currency,
        "opened_at": milliseconds(order.opened_at),
        "closed_at": maybe_milliseconds(order.closed_at),
        "seq": order.last_seq,
        "lines": [line_view(line) for line in order.lines.values()],
        "notes": [note_view(note) for note in order.notes if is_guests(note)],
        "payments": [payment_view(payment) for payment in order.payments],
        "held_courses": sorted(order.held_courses),
        **totals_json(order),
    }


def totals_json(order: Order) -> Plain:
    """What an order costs and how far it is, as every event of it says."""
    return {
        "status": order.status.value,
        "total": order.total,
        "paid": order.paid,
        "payment_state": order.payment_state.value,
        "is_bill_requested": order.is_bill_requested,
    }


def line_view(line: Line) -> Plain:
    """A line as guests may see it."""
    return {
        **_dish_json(line),
        "state": line.state.value,
        "menu_id": line.menu_id,
        "menu_version": line.menu_version,
        "unit_price": line.unit_price,
        "options_price": line.options_price,
        "price": line.price,
        "tax": line.tax,
        "course": line.course,
        "batch": line.batch,
        "is_comped": line.is_comped,
        "is_void_asked": line.is_void_asked,
        "reason": line.reason,
        "options": [{**_option_json(one), "price": one.price} for one in line.options],
    }


def note_view(note: Note) -> Plain:
    """A note without who wrote it."""
    return {"id": note.id, "text": note.text, "by": note.kind, "at": milliseconds(note.at)}


def is_guests(note: Note) -> bool:
    """Whether guests may read it: what the staff notes is for the staff."""
    return note.kind == ActorKind.GUEST


def payment_view(payment: Payment) -> Plain:
    """A payment without who took it."""
    return {
        "id": payment.id,
        "amount": payment.amount,
        "tip": payment.tip,
        "method": payment.method,
        "at": milliseconds(payment.at),
    }


def summary_json(order: Order) -> Plain:
    """An order in short, for the floor: money and people included."""
    return {**bare_summary_json(order), **totals_json(order)}


def bare_summary_json(order: Order) -> Plain:
    """The same without `totals_json`, for those who have that already."""
    counts: dict[str, int] = {}
    for line in order.lines.values():
        counts[line.state] = counts.get(line.state, 0) + 1
    return {
        "order_id": order.id,
        "table_id": order.table_id,
        "currency": order.currency,
        "opened_at": milliseconds(order.opened_at),
        "opened_by": order.opened_by,
        "closed_at": maybe_milliseconds(order.closed_at),
        "seq": order.last_seq,
        "lines": {str(state): count for state, count in counts.items()},
        "staff": list(order.staff),
    }


def ticket_json(ticket: Ticket) -> Plain:
    """A ticket for a kitchen screen."""
    return {
        "id": ticket.id,
        "order_id": ticket.order_id,
        "table_id": ticket.table_id,
        "station": ticket.station,
        "course": ticket.course,
        "batch": ticket.batch,
        "is_add_on": ticket.is_add_on,
        "is_open": ticket.is_open,
        "is_on_expo": ticket.is_on_expo,
        "opened_at": milliseconds(ticket.opened_at),
        "notes": list(ticket.notes),
        "staff": list(ticket.staff),
        "lines": [ticket_line_json(line) for line in ticket.lines],
    }


def ticket_line_json(line: Line) -> Plain:
    """A line for the kitchen."""
    return {
        **_dish_json(line),
        "state": line.state.value,
        "reason": line.reason,
        "is_cleared": line.is_cleared,
        "options": [_option_json(one) for one in line.options],
    }


def stock_view(entry: StockEntry) -> Plain:
    """An entry of the stock as guests may see it."""
    return {
        "target": entry.target,
        "is_sold_out": entry.is_sold_out,
        "remaining": entry.remaining,
        "until": maybe_milliseconds(entry.until),
        "reason": entry.reason,
    }


def milliseconds(moment: datetime) -> int:
    """Since 1970, in UTC. moment: aware."""
    return round(moment.timestamp() * 1000)


def maybe_milliseconds(moment: datetime | None) -> int | None:
    """The same, or None."""
    return None if moment is None else milliseconds(moment)


def _dish_json(line: Line) -> Plain:
    return {
        "id": line.id,
        "item_id": line.item_id,
        "name": _texts(line.name),
        "variation_id": line.variation_id,
        "variation_name": None if line.variation_name is None else _texts(line.variation_name),
        "quantity": line.quantity,
        "allergens": list(line.allergens),
        "may_contain": list(line.may_contain),
        "seat": line.seat,
        "note": line.note,
    }


def _option_json(option: ChosenOption) -> Plain:
    return {
        "group_id": option.group_id,
        "option_id": option.option_id,
        "name": _texts(option.name),
        "quantity": option.quantity,
    }


def _texts(texts: Mapping[str, str]) -> dict[str, str]:
    return dict(texts)
