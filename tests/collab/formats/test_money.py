"""Prices in files: exact, in the decimals of the currency, and never guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.formats.money import amount_text, exponent_of, minor_units, typed_price
from collab.menus.plain_menu import PRICE_LIMIT


@pytest.mark.parametrize(
    ("text", "currency", "price"),
    [
        ("12,50", "EUR", 1250),
        ("12.50", "EUR", 1250),
        ("12,5", "EUR", 1250),
        ("12", "EUR", 1200),
        ("12,", "EUR", 1200),
        ("12,-", "EUR", 1200),
        ("12,\u2013", "EUR", 1200),
        ("0", "EUR", 0),
        (" 12,50 €", "EUR", 1250),
        ("EUR 12.50", "EUR", 1250),
        ("12,50\u202fEUR", "EUR", 1250),
        ("1.234,50", "EUR", 123450),
        ("1,234.50", "USD", 123450),
        ("$1,234.50", "USD", 123450),
        ("1'234.50", "CHF", 123450),
        ("1\u2019234", "CHF", 123400),
        ("1.234.567", "EUR", 123456700),
        ("950", "JPY", 950),
        ("¥1,200", "JPY", 1200),
        ("1.200.000", "IDR", 120000000),
        ("1.5", "KWD", 1500),
        ("1,234", "KWD", 1234),
    ],
)
def test_typed_price_is_read_with_the_decimals_of_its_currency(text, currency, price):
    assert typed_price(text, currency) == price


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("1.234", "EUR"),  # a thousand, or one and a bit
        ("9.505", "EUR"),
        ("-5", "EUR"),
        ("1e3", "EUR"),
        (",5", "EUR"),
        ("", "EUR"),
        ("free", "EUR"),
        ("NaN", "EUR"),
        ("1.2.3", "EUR"),
        ("1.234.50", "EUR"),
        ("12,345.678,9", "EUR"),
        ("1'2345", "CHF"),
        ("\uff19", "EUR"),
        ("9.5", "JPY"),
        ("12 $", "EUR"),
        ("12 €", "USD"),
        ("CHF 12", "EUR"),
        ("10000000000,01", "EUR"),
        ("1" * 10_000, "EUR"),
    ],
)
def test_doubtful_price_is_not_guessed(text, currency):
    assert typed_price(text, currency) is None


@pytest.mark.parametrize(
    "amount",
    ["1E+999999999", "1E-999999999", "NaN", "-1", "Infinity", "0.001", "1." + "0" * 40 + "1"],
)
def test_amount_that_is_no_price_is_none(amount):
    assert minor_units(Decimal(amount), "EUR") is None


def test_zeros_behind_the_last_decimal_do_no_harm():
    assert minor_units(Decimal("950.00"), "JPY") == 950
    assert minor_units(Decimal("1.25E1"), "EUR") == 1250


@pytest.mark.parametrize(("currency", "exponent"), [("EUR", 2), ("JPY", 0), ("KWD", 3)])
def test_currency_has_its_decimals(currency, exponent):
    assert exponent_of(currency) == exponent


@given(st.integers(0, PRICE_LIMIT), st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
def test_price_written_is_read_back(price, currency):
    text = amount_text(price, currency)
    assert minor_units(Decimal(text), currency) == price
    assert typed_price(text, currency) == price
