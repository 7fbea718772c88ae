"""What a business day brought: totals to the minor unit, from the orders of that day.

Rule 1: an order counts for the day on which it was opened, with everything that was paid for it.
Rule 2: amounts are ints in minor units; currencies are never added to each other.
Rule 3: tax is contained in prices. Of each rate all charges of the day are added first; the tax in
        them is rounded once, half up. So net + tax is what was charged, at every rate and in sum.
Rule 4: what was voided, rejected or given away is listed at the price it would have had, and is
        not in the charges. Drafts are nowhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from collab.orders.order import Line, LineState, Order

WHOLE = 10_000  # basis points


@dataclass(frozen=True, slots=True)
class TaxTotal:
    """What was charged at one rate."""

    tax: int  # basis points
    gross: int
    net: int
    amount: int  # the tax itself: gross - net


@dataclass(frozen=True, slots=True)
class MethodTotal:
    """What came in one way."""

    method: str
    payments: int  # how many
    amount: int  # without tips
    refunds: int  # how many went back
    refunded: int  # how much: a positive amount
    tips: int


@dataclass(frozen=True, slots=True)
class Waived:
    """Dishes that nobody pays."""

    lines: int
    amount: int  # what they would have cost


@dataclass(frozen=True, slots=True)
class DayTotals:
    """One day in one currency."""

    currency: str
    orders: int
    open_orders: int  # of these
    gross: int  # charged
    paid: int  # came in, minus what went back; without tips
    tips: int
    taxes: tuple[TaxTotal, ...]  # by rate
    methods: tuple[MethodTotal, ...]  # by name
    voided: Waived
    rejected: Waived
    comped: Waived


def day_totals(orders: Iterable[Order]) -> tuple[DayTotals, ...]:
    """The totals of orders, by currency. orders: all of one business day."""
    by_currency: defaultdict[str, list[Order]] = defaultdict(list)
    for order in orders:
        by_currency[order.currency].append(order)
    return tuple(_totals(currency, found) for currency, found in sorted(by_currency.items()))


def contained_tax(gross: int, rate: int) -> int:
    """The tax inside an amount, rounded half up. gross: not negative. rate: basis points."""
    return (2 * gross * rate + WHOLE + rate) // (2 * (WHOLE + rate))


def _totals(currency: str, orders: list[Order]) -> DayTotals:
    lines = [line for order in orders for line in order.lines.values()]
    placed = [line for line in lines if line.state is not LineState.DRAFT]
    return DayTotals(
        currency=currency,
        orders=len(orders),
        open_orders=sum(order.closed_at is None for order in orders),
        gross=sum(order.total for order in orders),
        paid=sum(order.paid for order in orders),
        tips=sum(payment.tip for order in orders for payment in order.payments),
        taxes=_taxes(placed),
        methods=_methods(orders),
        voided=_waived(line for line in placed if line.state is LineState.VOIDED),
        rejected=_waived(line for line in placed if line.state is LineState.REJECTED),
        comped=_waived(
            line
            for line in placed
            if line.is_comped and line.state not in (LineState.VOIDED, LineState.REJECTED)
        ),
    )


def _taxes(lines: Iterable[Line]) -> tuple[TaxTotal, ...]:
    charged: defaultdict[int, int] = defaultdict(int)
    for line in lines:
        if line.price:
            charged[line.tax] += line.price
    return tuple(
        TaxTotal(rate, gross, gross - contained_tax(gross, rate), contained_tax(gross, rate))
        for rate, gross in sorted(charged.items())
    )


def _methods(orders: Iterable[Order]) -> tuple[MethodTotal, ...]:
    payments = [payment for order in orders for payment in order.payments]
    found = []
    for method in sorted({payment.method for payment in payments}):
        own = [payment for payment in payments if payment.method == method]
        back = [payment for payment in own if payment.amount < 0]
        amount = sum(payment.amount for payment in own if payment.amount >= 0)
        refunded = -sum(payment.amount for payment in back)
        tips = sum(payment.tip for payment in own)
        count = len(own) - len(back)
        found.append(MethodTotal(method, count, amount, len(back), refunded, tips))
    return tuple(found)


def _waived(lines: Iterable[Line]) -> Waived:
    prices = [(line.unit_price + line.options_price) * line.quantity for line in lines]
    return Waived(len(prices), sum(prices))
