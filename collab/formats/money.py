"""Prices in files: exact decimals to minor units of a currency and back, never through a float.

Exponents: ISO 4217, the currencies that do not have two decimals. What could be read in two ways
is not guessed: "1.234" in euros is refused.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from collab.menus.plain_menu import PRICE_LIMIT

_EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF"), 0),
    **dict.fromkeys(("UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
_SIGNS = {
    "€": ("EUR",),
    "£": ("GBP", "EGP", "FKP", "GIP", "LBP", "SDG", "SHP", "SSP", "SYP"),
    "¥": ("JPY", "CNY"),
    # Many currencies have it; these surely do not.
    "$": ("EUR", "GBP", "JPY", "CNY", "CHF", "CZK", "DKK", "HUF", "NOK", "PLN", "SEK", "TRY"),
}
_CURRENCY = re.compile(r"[A-Z]{3}")
_LIMIT_CHARACTERS = 40
_LIMIT_DIGITS = 28
_WHOLE = re.compile(r"[0-9]+|[0-9]{1,3}([.,'])[0-9]{3}(\1[0-9]{3})*")
_DASHES = "-\u2013"  # "12,-" is a whole price
_DECIMALS = re.compile(f"[0-9]*|[{_DASHES}]{{1,2}}")


def is_currency(text: object) -> bool:
    """Whether it looks like an ISO 4217 code."""
    return isinstance(text, str) and _CURRENCY.fullmatch(text) is not None


def exponent_of(currency: str) -> int:
    """How many decimals the currency has."""
    return _EXPONENTS.get(currency, 2)


def minor_units(amount: Decimal, currency: str) -> int | None:
    """An amount in minor units; None when it is not a whole number of them, or out of range."""
    # These first: 1E+999999 as an integer would take all the memory there is, and `scaleb` rounds
    # to the 28 digits of the context.
    if not amount.is_finite() or not -_LIMIT_DIGITS < amount.adjusted() < _LIMIT_DIGITS:
        return None
    if len(amount.as_tuple().digits) > _LIMIT_DIGITS:
        return None
    scaled = amount.scaleb(exponent_of(currency))
    if scaled != scaled.to_integral_value() or not 0 <= scaled <= PRICE_LIMIT:
        return None
    return int(scaled)


def amount_text(price: int, currency: str) -> str:
    """Minor units as a plain decimal with a point: 1250 EUR is "12.50", 950 JPY "950"."""
    return f"{Decimal(price).scaleb(-exponent_of(currency)):f}"


def typed_price(text: str, currency: str) -> int | None:
    """A price as people type it, in minor units; None when it is none or doubtful.

    A comma or a point, thousands in groups, the sign or the code of the currency are taken.
    """
    bare = _without_sign(text, currency) if len(text) <= _LIMIT_CHARACTERS else ""
    whole, decimals = _split(bare)
    if _WHOLE.fullmatch(whole) is None or _DECIMALS.fullmatch(decimals) is None:
        return None
    decimals = decimals.strip(_DASHES)
    if len(decimals) > exponent_of(currency):
        # Three digits behind the only sign: thousands, where a currency has no decimals at all.
        if exponent_of(currency) or _WHOLE.fullmatch(f"{whole},{decimals}") is None:
            return None
        whole, decimals = whole + decimals, ""
    digits = re.sub(r"[.,']", "", whole)
    return minor_units(Decimal(f"{digits}.{decimals or 0}"), currency)


def _split(bare: str) -> tuple[str, str]:
    """What stands before the decimal sign and behind it."""
    last = max(bare.rfind(","), bare.rfind("."))
    if last < 0 or bare[last] in bare[:last]:  # a sign that comes twice groups thousands
        return bare, ""
    return bare[:last], bare[last + 1 :]


def _without_sign(text: str, currency: str) -> str:
    """The digits with their signs; "" when the sign belongs to another currency."""
    bare = "".join(one for one in text if unicodedata.category(one) != "Zs")
    for sign, currencies in _SIGNS.items():
        if sign in bare and (currency in currencies) == sign.startswith("$"):
            return ""
    bare = "".join(one for one in bare if unicodedata.category(one) != "Sc")
    bare = bare.replace("\u2019", "'")
    return bare.removeprefix(currency).removesuffix(currency)
