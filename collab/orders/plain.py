"""Orders, stock and answers as plain JSON, the way they are stored: nothing is lost.

Rule 1: what has its default value is left out.
Rule 2: times are ISO 8601 in UTC. What people are shown is in collab/orders/views.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import date, datetime
from typing import Any

from collab.orders.command import Outcome, Result
from collab.orders.order import ChosenOption, Line, LineState, Note, Order, Payment
from collab.orders.stock import StockEntry
from collab.orders.views import order_view, stock_view, summary_json, ticket_json

__all__ = [
    "line_json",
    "line_of",
    "order_json",
    "order_of",
    "order_view",
    "result_json",
    "result_of",
    "stock_json",
    "stock_of",
    "stock_view",
    "summary_json",
    "ticket_json",
]

Plain = dict[str, object]


def order_json(order: Order) -> Plain:
    """Everything about an order."""
    return _write(order, _ORDER)


def order_of(plain: Mapping[str, Any]) -> Order:
    """The order that `order_json` wrote."""
    return Order(**_read(plain, _ORDER_READ))


def line_json(line: Line) -> Plain:
    """Everything about a line."""
    return _write(line, _LINE)


def line_of(plain: Mapping[str, Any]) -> Line:
    """The line that `line_json` wrote."""
    return Line(**_read(plain, _LINE_READ))


def stock_json(entry: StockEntry) -> Plain:
    """Everything about an entry of the stock."""
    return _write(entry, _STOCK)


def stock_of(plain: Mapping[str, Any]) -> StockEntry:
    """The entry that `stock_json` wrote."""
    return StockEntry(**_read(plain, {"until": _time, "at": _time}))


def result_json(result: Result) -> Plain:
    """An answer without the id of its command; `result` is the outcome."""
    plain: Plain = {"result": result.outcome.value}
    for name in ("seq", "offset", "code", "reason", "current"):
        value = getattr(result, name)
        if value is not None:
            plain[name] = value
    return plain


def result_of(command_id: str, plain: Mapping[str, Any]) -> Result:
    """The answer that `result_json` wrote."""
    rest = {name: value for name, value in plain.items() if name != "result"}
    return Result(command_id, Outcome(plain["result"]), **rest)


def _write(thing: object, spec: tuple[tuple[str, object, Callable[[Any], object] | None], ...]
           ) -> Plain:  # fmt: skip
    plain: Plain = {}
    for name, default, write in spec:
        value = getattr(thing, name)
        if value is default or value == default:
            continue
        plain[name] = value if write is None or value is None else write(value)
    return plain


def _read(
    plain: Mapping[str, Any], readers: Mapping[str, Callable[[Any], object]]
) -> dict[str, Any]:
    found = dict(plain)
    for name, read in readers.items():
        if found.get(name) is not None:
            found[name] = read(found[name])
    return found


_NEVER = object()  # equal to no value: a field without a default is always written


def _spec(
    kind: type, **writers: Callable[[Any], object]
) -> tuple[tuple[str, object, Callable[[Any], object] | None], ...]:
    spec = []
    for one in fields(kind):
        default: object = one.default if one.default is not MISSING else _NEVER
        if one.default_factory is not MISSING:
            default = one.default_factory()
        spec.append((one.name, default, writers.get(one.name)))
    return tuple(spec)


def _iso(moment: datetime) -> str:
    return moment.isoformat()


_time = datetime.fromisoformat


def _each(write: Callable[[Any], object]) -> Callable[[Any], object]:
    return lambda values: [write(value) for value in values]


def _tuple_of(read: Callable[[Any], object]) -> Callable[[Any], object]:
    return lambda values: tuple([read(value) for value in values])


def _option_json(option: ChosenOption) -> Plain:
    return _write(option, _OPTION)


def _note_json(note: Note) -> Plain:
    return _write(note, _NOTE)


def _payment_json(payment: Payment) -> Plain:
    return _write(payment, _PAYMENT)


_TIMES = ("placed_at", "fired_at", "started_at", "ready_at", "served_at", "ended_at")
_STOCK = _spec(StockEntry, until=_iso, at=_iso)
_OPTION = _spec(ChosenOption, name=dict)
_NOTE = _spec(Note, at=_iso)
_PAYMENT = _spec(Payment, at=_iso)
_LINE = _spec(
    Line,
    name=dict,
    state=str,
    variation_name=dict,
    options=_each(_option_json),
    allergens=list,
    may_contain=list,
    **dict.fromkeys(_TIMES, _iso),
)
_LINE_READ: Mapping[str, Callable[[Any], object]] = {
    "state": LineState,
    "options": _tuple_of(lambda plain: ChosenOption(**plain)),
    "allergens": tuple,
    "may_contain": tuple,
    **dict.fromkeys(_TIMES, _time),
}
_ORDER = _spec(
    Order,
    opened_at=_iso,
    business_day=date.isoformat,
    # A list, so that the order in which lines came survives a JSON column that sorts keys.
    lines=lambda lines: [line_json(line) for line in lines.values()],
    notes=_each(_note_json),
    payments=_each(_payment_json),
    staff=list,
    held_courses=sorted,
    closed_at=_iso,
)
_ORDER_READ: Mapping[str, Callable[[Any], object]] = {
    "opened_at": _time,
    "business_day": date.fromisoformat,
    "lines": lambda lines: {one["id"]: line_of(one) for one in lines},
    "notes": _tuple_of(lambda plain: Note(**_read(plain, {"at": _time}))),
    "payments": _tuple_of(lambda plain: Payment(**_read(plain, {"at": _time}))),
    "staff": tuple,
    "held_courses": frozenset,
    "closed_at": _time,
}
