"""Which streams hear of an event, and what.

    order:{id}                       everything, for guests too: no user ids
    kitchen:{restaurant}[:{station}] whole tickets as they stand, without money
    floor:{restaurant}               everything, with money and people
    stock:{restaurant}               what is sold out and counted, for guests too
    user:{restaurant}:{user}         what concerns one person

Rule: every event of an order is told in the room of the order, once, with its `seq`; so whoever
hears that room can count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from collab.orders.ledger import LogEntry
from collab.orders.order import LineState, Order
from collab.orders.plain import stock_of
from collab.orders.stock import StockEntry
from collab.orders.terms import EXPO, Terms
from collab.orders.tickets import TicketKey, key_of, ticket_at
from collab.orders.views import (
    bare_summary_json,
    is_guests,
    line_view,
    note_view,
    order_view,
    payment_view,
    stock_view,
    ticket_json,
    ticket_line_json,
    totals_json,
)
from collab.records import StreamEvent

Plain = dict[str, object]
Told = tuple[str, StreamEvent]  # stream id, event

_LINES_ON_TICKETS = frozenset(
    {
        "line.fired",
        "course.held",
        "line.started",
        "line.ready",
        "line.served",
        "line.recalled",
        "line.rejected",
        "line.voided",
        "ticket.cleared",
    }
)
_ALL_TICKETS = frozenset(
    {"note.added", "order.closed", "order.reopened", "staff.assigned", "staff.unassigned"}
)
_FOR_STAFF = frozenset({"line.ready", "line.rejected", "line.void_asked"})


def tell_order(before: Order | None, after: Order, entry: LogEntry) -> Iterator[Told]:
    """Everything that is told of one event of an order."""
    seq, restaurant, totals = after.last_seq, after.restaurant_id, totals_json(after)
    view = _GUESTS_VIEWS.get(entry.type, _nothing_more)(after, entry)
    yield (
        f"order:{after.id}",
        StreamEvent(entry.type, entry.actor_kind, {**view, "order": totals}, entry.at, seq),
    )
    if before is not None:
        yield from _tell_kitchen(before, after, entry)
    floor: Plain = {
        "order": after.id,
        "table": after.table_id,
        "change": entry.body,
        "summary": {**bare_summary_json(after), **totals},
    }
    yield f"floor:{restaurant}", StreamEvent(entry.type, entry.actor_id, floor, entry.at, seq)
    yield from _tell_people(after, entry)


def tell_stock(before: StockEntry | None, entry: LogEntry, terms: Terms) -> Iterator[Told]:
    """Everything that is told of one event of the stock. before: the entry until then."""
    body: Mapping[str, Any] = entry.body
    now = body["entry"]
    after = StockEntry(body["target"], False) if now is None else stock_of(now)
    view = stock_view(after)
    types = [entry.type]
    if entry.type == "stock.counted" and _runs_low(before, after, terms):
        types.append("stock.low")
    for type in types:
        heard = StreamEvent(type, entry.actor_kind, view, entry.at)
        yield f"stock:{entry.restaurant_id}", heard
        yield f"floor:{entry.restaurant_id}", replace(heard, actor=entry.actor_id)


def _runs_low(before: StockEntry | None, after: StockEntry, terms: Terms) -> bool:
    if before is None or before.remaining is None or after.remaining is None:
        return False
    return after.remaining <= terms.low_stock < before.remaining


def _tell_people(order: Order, entry: LogEntry) -> Iterator[Told]:
    """Those who look after an order hear of what they have to fetch, or to explain."""
    if entry.type in ("staff.assigned", "staff.unassigned"):
        concerned: tuple[str, ...] = (str(entry.body["user"]),)
    elif entry.type in _FOR_STAFF:
        concerned = order.staff
    else:
        return
    body: Plain = {"order": order.id, "table": order.table_id, **_without_money(order, entry)}
    event = StreamEvent(entry.type, entry.actor_id, body, entry.at, order.last_seq)
    for user_id in concerned:
        yield f"user:{order.restaurant_id}:{user_id}", event


def _without_money(order: Order, entry: LogEntry) -> Plain:
    """What happened, for people who may be of the kitchen."""
    body: Mapping[str, Any] = entry.body
    if "user" in body:
        return {"user": body["user"]}
    lines = [ticket_line_json(order.lines[id]) for id in body["lines"]]
    return {"lines": lines, "reason": body.get("reason", "")}


def _tell_kitchen(before: Order, after: Order, entry: LogEntry) -> Iterator[Told]:
    for key in _touched(before, after, entry):
        was, now = ticket_at(before, key), ticket_at(after, key)
        if now is None and was is not None:
            now = replace(
                was, lines=(), is_open=False, is_on_expo=False
            )  # all of it was rejected or taken back
        if now is None:
            continue
        body: Plain = {"ticket": ticket_json(now), "cause": entry.type}
        at_station = _change(was is not None and was.is_open, now.is_open)
        at_expo = _change(was is not None and was.is_on_expo, now.is_on_expo)
        everywhere = f"kitchen:{after.restaurant_id}"
        shown: tuple[tuple[str | None, str], ...] = (
            (at_station, everywhere),
            (at_station, f"{everywhere}:{now.station}"),
            (at_expo, f"{everywhere}:{EXPO}"),
        )
        for type, stream in shown:
            if type is not None:
                yield stream, StreamEvent(type, entry.actor_id, body, entry.at, after.last_seq)


def _touched(before: Order, after: Order, entry: LogEntry) -> Iterator[TicketKey]:
    """The tickets that an event may have changed, each once."""
    if entry.type in _LINES_ON_TICKETS:
        body: Mapping[str, Any] = entry.body
        lines = [after.lines[id] for id in body["lines"]]
    elif entry.type in _ALL_TICKETS:
        lines = list(after.lines.values())
    else:
        return
    yield from dict.fromkeys(key_of(line) for line in lines if line.state is not LineState.DRAFT)


def _change(was_shown: bool, is_shown: bool) -> str | None:
    """What happened to a ticket on a screen; None: it was not there and is not."""
    if is_shown:
        return "ticket.changed" if was_shown else "ticket.opened"
    return "ticket.closed" if was_shown else None


def _opened(order: Order, entry: LogEntry) -> Plain:
    return {"opened": order_view(order)}


def _whole_line(order: Order, entry: LogEntry) -> Plain:
    body: Mapping[str, Any] = entry.body
    return {"line": line_view(order.lines[body["line"]["id"]])}


def _line_id(order: Order, entry: LogEntry) -> Plain:
    return {"line": entry.body["line"]}


def _moved_lines(order: Order, entry: LogEntry) -> Plain:
    body: Mapping[str, Any] = entry.body
    found: Plain = {name: body[name] for name in ("course", "batch", "reason") if name in body}
    lines = [order.lines[id] for id in body["lines"]]
    found["lines"] = [{"id": one.id, "state": one.state.value, "price": one.price} for one in lines]
    return found


def _note(order: Order, entry: LogEntry) -> Plain:
    note = order.notes[-1]
    return {"note": note_view(note) if is_guests(note) else None}


def _payment(order: Order, entry: LogEntry) -> Plain:
    return {"payment": payment_view(order.payments[-1])}


def _nothing_more(order: Order, entry: LogEntry) -> Plain:
    return {}


_GUESTS_VIEWS: Mapping[str, Callable[[Order, LogEntry], Plain]] = {
    "order.opened": _opened,
    "line.added": _whole_line,
    "line.changed": _whole_line,
    "line.removed": _line_id,
    "order.placed": _moved_lines,
    "line.comped": _moved_lines,
    "line.void_asked": _moved_lines,
    "note.added": _note,
    "payment.recorded": _payment,
    "payment.refunded": _payment,
    **dict.fromkeys(_LINES_ON_TICKETS, _moved_lines),
}
