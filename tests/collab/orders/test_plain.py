"""What is stored as JSON reads back the same."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from collab.orders.command import Outcome, Result
from collab.orders.order import Line, Order
from collab.orders.plain import (
    line_json,
    line_of,
    order_json,
    order_of,
    result_json,
    result_of,
    stock_json,
    stock_of,
)
from collab.orders.stock import StockEntry
from collab.orders.views import order_view
from tests.collab.orders.evening import GUEST, MANAGER, NOON, fired


@given(st.builds(Order))
def test_an_order_reads_back_the_same(order: Order) -> None:
    lines = {line.id: line for line in order.lines.values()}
    order = Order(**{**{name: getattr(order, name) for name in Order.__slots__}, "lines": lines})
    assert order_of(json.loads(json.dumps(order_json(order)))) == order


@given(st.builds(Line))
def test_a_line_reads_back_the_same(line: Line) -> None:
    assert line_of(json.loads(json.dumps(line_json(line)))) == line


@given(st.builds(StockEntry))
def test_an_entry_of_the_stock_reads_back_the_same(entry: StockEntry) -> None:
    assert stock_of(json.loads(json.dumps(stock_json(entry)))) == entry


def test_an_answer_reads_back_the_same() -> None:
    for result in (
        Result("k", Outcome.OK, 3, 7),
        Result("k", Outcome.NOOP, current={"order": "o1"}),
        Result("k", Outcome.REJECTED, code="sold_out", reason="It is.", current={"remaining": 0}),
    ):
        assert result_of("k", json.loads(json.dumps(result_json(result)))) == result


def test_lines_keep_their_order_even_if_a_database_sorts_keys() -> None:
    evening = fired("soup", "beer", "soup")
    evening.add("a0")
    stored = json.dumps(order_json(evening.order), sort_keys=True)
    assert list(order_of(json.loads(stored)).lines) == ["l1", "l2", "l3", "a0"]


def test_guests_see_no_user_ids_and_times_in_milliseconds() -> None:
    evening = fired()
    evening.done("note.add", GUEST, note="n1", text="hello")
    evening.done("note.add", MANAGER, note="n2", text="regulars")
    evening.done("payment.record", MANAGER, payment="p1", amount=650, method="cash", tip=50)
    view = order_view(evening.order)
    shown = json.dumps(view)
    for secret in ("wanda", "mona", "guest-1", "regulars"):
        assert secret not in shown
    assert view["opened_at"] == int(NOON.timestamp() * 1000)
    assert (view["total"], view["paid"], view["payment_state"]) == (650, 650, "paid")
    assert view["notes"] == [{"id": "n1", "text": "hello", "by": "guest", "at": view["opened_at"]}]
