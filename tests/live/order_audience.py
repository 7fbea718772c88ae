"""What the kitchen must never see, and where it could hide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

MONEY: Final = frozenset(
    {
        *("price", "unit_price", "options_price", "total", "paid", "amount", "tip", "payment"),
        *("payments", "payment_state", "method", "currency", "tax", "is_bill_requested", "due"),
    }
)


def keys_in(value: Any) -> Iterator[str]:
    """Every key of every map in a value."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from keys_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from keys_in(inner)
