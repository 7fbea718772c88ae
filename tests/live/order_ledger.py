"""What an order must cost, added up by hand: from the published menus as guests can read them.

Nothing of the server's own order code is used here, so that the two can be held against each other.
Whoever orders notes what was acknowledged to them; the total is over what was placed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.orders_mix import Wish, dishes_of


class PriceBook:
    """One published menu."""

    def __init__(self, published: Mapping[str, Any]) -> None:
        self._dishes = {one["id"]: one for one in dishes_of(published)}
        self._options = {
            (group["id"], option["id"]): option["price"] or 0
            for group in published.get("modifiers", ())
            for option in group["options"]
        }

    def unit_price(self, wish: Wish) -> int:
        """Of the dish in its size, without options."""
        dish = self._dishes[wish.item]
        if wish.variation is None:
            return int(dish["price"])
        (size,) = [one for one in dish["variations"] if one["id"] == wish.variation]
        return int(dish["price"] if size["price"] is None else size["price"])

    def options_price(self, wish: Wish) -> int:
        """Of all options of one dish."""
        return sum(self._options[group, one] * count for group, one, count in wish.options)

    def price(self, wish: Wish) -> int:
        """Of the whole line."""
        return (self.unit_price(wish) + self.options_price(wish)) * wish.quantity


@dataclass(slots=True)
class Entry:
    """One line of an order."""

    wish: Wish
    price: int  # of the line, by the version that it was added with
    is_placed: bool = False
    is_free: bool = False  # rejected, voided or comped


@dataclass(slots=True)
class Bill:
    """One order, as those who ordered know it from what was acknowledged."""

    entries: dict[str, Entry] = field(default_factory=dict)  # line id -> entry

    def added(self, line: str, wish: Wish, book: PriceBook) -> None:
        """A draft. Raises AssertionError when there is such a line: it would be doubled."""
        assert line not in self.entries
        self.entries[line] = Entry(wish, book.price(wish))

    def removed(self, line: str) -> None:
        """A draft that nobody wanted after all."""
        assert not self.entries.pop(line).is_placed

    def placed(self, rejected: Iterable[str] = (), lines: Iterable[str] | None = None) -> None:
        """Drafts were ordered, but for those that the answer named as sold out.

        lines: which ones; None: all.
        """
        for line in rejected:
            self.entries[line].is_free = True
        for line in self.entries if lines is None else lines:
            self.entries[line].is_placed = True

    def freed(self, line: str) -> None:
        """Rejected by the kitchen, voided or comped."""
        self.entries[line].is_free = True

    @property
    def total(self) -> int:
        """What it costs."""
        return sum(one.price for one in self.entries.values() if one.is_placed and not one.is_free)

    def portions(self, item: str) -> int:
        """How often a dish was really ordered: what a count of it must have gone down by."""
        return sum(
            one.wish.quantity
            for one in self.entries.values()
            if one.wish.item == item and one.is_placed and not one.is_free
        )
