"""Orders made up by hand, for tests of what is said of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from collab.orders.order import Line, LineState, Order, Payment

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
DRAFT, PLACED, FIRED = LineState.DRAFT, LineState.PLACED, LineState.FIRED
PREPARING, READY, SERVED = LineState.PREPARING, LineState.READY, LineState.SERVED
REJECTED, VOIDED = LineState.REJECTED, LineState.VOIDED


def line(number: int, state: LineState, **fields: Any) -> Line:
    known = Line(
        id=f"l{number}",
        item_id="soup",
        quantity=1,
        menu_id="lunch",
        menu_version=1,
        unit_price=450,
        name={"en": "Soup", "de": "Suppe"},
        station="kitchen",
        state=state,
        batch=0 if state is DRAFT else 1,
        placed_at=None if state is DRAFT else NOON,
        fired_at=None if state in (DRAFT, PLACED) else NOON,
    )
    return replace(known, **fields)


def order(*lines: Line, **fields: Any) -> Order:
    known = Order(
        id="o1",
        restaurant_id="bistro",
        table_id="t1",
        currency="EUR",
        opened_by="wil",
        opened_at=NOON,
        business_day=date(2026, 1, 2),
        last_seq=7,
        lines={one.id: one for one in lines},
    )
    return replace(known, **fields)


def of(*states: LineState, **fields: Any) -> Order:
    return order(*(line(number, state) for number, state in enumerate(states)), **fields)


def paid(amount: int) -> Payment:
    return Payment("p1", amount, "cash", "wil", NOON, tip=50)
