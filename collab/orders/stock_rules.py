"""What commands and orders make of the stock. Every event says the whole entry as it is then.

item.86         sold out, by hand or because the count has run out
item.un86       on sale again
stock.set       counted from now on, or not any more
stock.counted   dishes were placed, or given back
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from collab.orders.command import Actor
from collab.orders.form_fields import COUNT_LIMIT
from collab.orders.forms import OneTarget, SellOut, SetStock
from collab.orders.ledger import LogEntry
from collab.orders.order import Line
from collab.orders.plain import stock_json, stock_of
from collab.orders.scene import NOOP, Decision, Event, Scene, Verdict
from collab.orders.stock import Shelf, StockEntry, taken_by
from collab.orders.transitions import UNSTARTED


def apply_stock(entry: LogEntry) -> tuple[str, StockEntry | None]:
    """(target, its entry) after an event of the stock; None: it is gone."""
    body: Mapping[str, Any] = entry.body
    return body["target"], None if body["entry"] is None else stock_of(body["entry"])


def shortage(lines: Iterable[Line], shelf: Shelf) -> dict[str, tuple[str, int | None]]:
    """Line id -> (target, how many are left) of lines that cannot be had, one after the other.

    What is left over by a line that cannot be had is there for those after it.
    """
    taken: dict[str, int] = {}
    short: dict[str, tuple[str, int | None]] = {}
    for line in lines:
        wanted = taken_by(line)
        missing = _missing(wanted, taken, shelf)
        if missing is not None:
            short[line.id] = missing
            continue
        for target, count in wanted.items():
            taken[target] = taken.get(target, 0) + count
    return short


def taken_off(lines: Iterable[Line], scene: Scene) -> tuple[Event, ...]:
    """The events of placing lines: counts fall, and what runs out is sold out."""
    taken: dict[str, int] = {}
    for line in lines:
        for target, count in taken_by(line).items():
            taken[target] = taken.get(target, 0) + count
    events = []
    for target, count in taken.items():
        entry = scene.shelf.standing(target)
        if entry is None or entry.remaining is None:
            continue
        left = max(entry.remaining - count, 0)
        now = replace(entry, remaining=left, is_sold_out=left == 0)
        events.append(_event("stock.counted", target, now))
        if left == 0:
            events.append(_event("item.86", target, now))
    return tuple(events)


def given_back(lines: Iterable[Line], scene: Scene) -> tuple[Event, ...]:
    """The events of lines that are not cooked after all. lines: as they were before.

    Only to a count that was already running when the line was placed: a later one knows about it.
    """
    returned: dict[str, int] = {}
    for line in lines:
        if line.state not in UNSTARTED or line.placed_at is None:
            continue
        for target, count in taken_by(line).items():
            entry = scene.shelf.standing(target)
            if entry is not None and entry.remaining is not None and (
                entry.at is None or entry.at <= line.placed_at
            ):  # fmt: skip
                returned[target] = returned.get(target, 0) + count
    events = []
    for target, count in returned.items():
        entry = scene.shelf.standing(target)
        assert entry is not None and entry.remaining is not None
        now = replace(entry, remaining=entry.remaining + count, is_sold_out=False)
        events.append(_event("stock.counted", target, now))
        if entry.is_sold_out:
            events.append(_event("item.un86", target, now))
    return tuple(events)


def _sell_out(form: SellOut, actor: Actor, scene: Scene) -> Verdict:
    if form.until is not None and form.until <= scene.at:
        return NOOP  # it is over before it begins
    now = scene.shelf.standing(form.target)
    if now is not None and now.is_sold_out and now.remaining is None and (
        (now.until, now.reason) == (form.until, form.reason)
    ):  # fmt: skip
        return NOOP
    entry = StockEntry(form.target, True, None, form.until, form.reason, actor.user_id, scene.at)
    return Decision(stock=(_event("item.86", form.target, entry),))


def _put_back(form: OneTarget, actor: Actor, scene: Scene) -> Verdict:
    now = scene.shelf.standing(form.target)
    if now is None or not now.is_sold_out:
        return NOOP
    return Decision(stock=(_event("item.un86", form.target, None),))


def _set(form: SetStock, actor: Actor, scene: Scene) -> Verdict:
    now = scene.shelf.standing(form.target)
    if form.remaining is None:
        if now is None or now.remaining is None:
            return NOOP
        return Decision(stock=(_event("stock.set", form.target, None),))
    if form.until is not None and form.until <= scene.at:
        return NOOP
    if now is not None and (now.remaining, now.until) == (form.remaining, form.until):
        return NOOP
    left = min(form.remaining, COUNT_LIMIT)
    entry = StockEntry(form.target, left == 0, left, form.until, "", actor.user_id, scene.at)
    events = [_event("stock.set", form.target, entry)]
    if left == 0 and (now is None or not now.is_sold_out):
        events.append(_event("item.86", form.target, entry))
    elif left and now is not None and now.is_sold_out:
        events.append(_event("item.un86", form.target, entry))
    return Decision(stock=tuple(events))


def _missing(
    wanted: Mapping[str, int], taken: Mapping[str, int], shelf: Shelf
) -> tuple[str, int | None] | None:
    for target, count in wanted.items():
        entry = shelf.standing(target)
        if entry is None:
            continue
        if entry.remaining is None:
            return target, None
        left = entry.remaining - taken.get(target, 0)
        if count > left:
            return target, left
    return None


def _event(event_type: str, target: str, entry: StockEntry | None) -> Event:
    return Event(
        event_type, {"target": target, "entry": None if entry is None else stock_json(entry)}
    )


STOCK_RULES: Mapping[str, Callable[[Any, Actor, Scene], Verdict]] = {
    "item.86": _sell_out,
    "item.un86": _put_back,
    "stock.set": _set,
}
STOCK_EVENTS = frozenset({*STOCK_RULES, "stock.counted"})
