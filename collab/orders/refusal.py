"""Why a command is not done: an answer, not an error.

The code is for programs and never changes its meaning; the sentence is for people and says what
to do; `current` is what there is instead, so that nobody has to ask again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Every code that a rejected command may carry.
CODES = frozenset(
    {
        "bad_command",
        "bad_modifiers",
        "forbidden",
        "key_reused",
        "line_exists",
        "not_for_sale",
        "nothing_to_place",
        "order_closed",
        "order_exists",
        "overloaded",
        "price_changed",
        "sold_out",
        "table_closed",
        "too_late",
        "too_many",
        "unknown_item",
        "unknown_line",
        "unknown_order",
        "unknown_table",
        "unpaid",
        "wrong_state",
    }
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command is rejected; it changes nothing."""

    code: str  # one of CODES
    reason: str  # a sentence that says what to do
    current: Mapping[str, object] | None = None  # what there is instead


def forbidden(reason: str) -> Refusal:
    """Somebody may not do that."""
    return Refusal("forbidden", reason)


def wrong_state(reason: str, current: Mapping[str, object] | None = None) -> Refusal:
    """That does not follow from where things stand."""
    return Refusal("wrong_state", reason, current)
