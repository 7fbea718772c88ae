"""The day's report: every cent once, tax rounded once a rate, nothing waived in the charges."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.orders.day_report import MethodTotal, TaxTotal, Waived, contained_tax, day_totals
from collab.orders.order import Line, LineState, Order, Payment

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)


def line(id: str, price: int = 1000, state: LineState = LineState.SERVED, **more: Any) -> Line:
    made = Line(id, "soup", 1, "m", 1, price, {"de": "Suppe"}, "kitchen", state)
    return replace(made, **more)


def order(id: str, *lines: Line, currency: str = "EUR", **more: Any) -> Order:
    made = Order(id, "bistro", None, currency, "wil", NOW, date(2026, 1, 2), 1)
    return replace(made, lines={one.id: one for one in lines}, **more)


def payment(id: str, amount: int, method: str = "cash", tip: int = 0) -> Payment:
    return Payment(id, amount, method, "wil", NOW, tip)


def test_day_without_orders_has_no_totals() -> None:
    assert day_totals([]) == ()


def test_charges_are_split_by_rate_and_add_up() -> None:
    [day] = day_totals(
        [
            order("a", line("1", 1190, tax=1900), line("2", 535, tax=700, quantity=2)),
            order("b", line("3", 100), line("4", 0, tax=700), closed_at=NOW),
        ]
    )
    assert day.taxes == (
        TaxTotal(0, 100, 100, 0),
        TaxTotal(700, 1070, 1000, 70),
        TaxTotal(1900, 1190, 1000, 190),
    )
    assert (day.gross, day.orders, day.open_orders) == (2360, 2, 1)


def test_tax_of_a_rate_is_rounded_once() -> None:
    lines = [line(str(number), 10, tax=1900) for number in range(100)]
    [day] = day_totals([order("a", *lines)])
    assert day.taxes == (TaxTotal(1900, 1000, 840, 160),)  # not 100 times the tax of 10


@given(st.integers(0, 10**12), st.integers(0, 10_000))
def test_contained_tax_is_the_exact_one_rounded_half_up(gross: int, rate: int) -> None:
    exact = Fraction(gross * rate, 10_000 + rate)
    tax = contained_tax(gross, rate)
    assert exact - Fraction(1, 2) < tax <= exact + Fraction(1, 2)


def test_what_nobody_pays_is_listed_and_not_charged() -> None:
    [day] = day_totals(
        [
            order(
                "a",
                line("1"),
                line("2", state=LineState.VOIDED, quantity=2),
                line("3", state=LineState.REJECTED, options_price=50),
                line("4", is_comped=True),
                line("5", state=LineState.VOIDED, is_comped=True),
                line("6", state=LineState.DRAFT),
            )
        ]
    )
    assert day.gross == 1000 == sum(one.gross for one in day.taxes)
    assert (day.voided, day.rejected, day.comped) == (
        Waived(2, 3000),
        Waived(1, 1050),
        Waived(1, 1000),
    )


def test_payments_are_added_by_method_and_refunds_apart() -> None:
    paid = (payment("1", 500), payment("2", 700, "card", 100), payment("3", -200))
    [day] = day_totals([order("a", payments=paid), order("b", payments=(payment("4", 50),))])
    assert day.methods == (
        MethodTotal("card", 1, 700, 0, 0, 100),
        MethodTotal("cash", 2, 550, 1, 200, 0),
    )
    assert (day.paid, day.tips) == (1050, 100)
    assert day.paid == sum(one.amount - one.refunded for one in day.methods)


def test_currencies_are_never_added() -> None:
    days = day_totals([order("a", line("1")), order("b", line("2", 7), currency="JPY")])
    assert [(one.currency, one.gross) for one in days] == [("EUR", 1000), ("JPY", 7)]


@pytest.mark.parametrize(("gross", "rate", "tax"), [(3, 10_000, 2), (1, 10_000, 1), (0, 1900, 0)])
def test_half_a_cent_is_rounded_up(gross: int, rate: int, tax: int) -> None:
    assert contained_tax(gross, rate) == tax
