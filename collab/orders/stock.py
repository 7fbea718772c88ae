"""What is sold out, or counted down: an overlay on the menu, ordered against the orders.

Rule 1: an entry says why something cannot be ordered now; without one it can be.
Rule 2: `remaining` falls with every dish that is placed, never below nothing.
Rule 3: what runs out by count, and what is sold out without an end, comes back with the next
        business day unless `until` says otherwise.
Rule 4: selling out by hand ends the count. So an entry is sold out by hand (`remaining` None),
        counted (more than 0) or counted out (0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from collab.orders.business_days import business_day_start
from collab.orders.order import Line
from collab.orders.terms import Terms


@dataclass(frozen=True, slots=True)
class StockEntry:
    """One item, variation or option that is sold out or counted."""

    target: str  # "item:ID", "variation:ID" or "option:ID"
    is_sold_out: bool
    remaining: int | None = None  # None: not counted
    until: datetime | None = None  # back on sale from then on; None: see rule 3
    reason: str = ""
    by: str = ""  # user id
    at: datetime | None = None  # when it was set


@dataclass(frozen=True, slots=True)
class Shelf:
    """The stock of a restaurant at one moment."""

    entries: Mapping[str, StockEntry]  # by target, those that are over included
    day_start: datetime  # of the business day
    at: datetime

    def standing(self, target: str) -> StockEntry | None:
        """The entry of a target, unless it is over."""
        entry = self.entries.get(target)
        if entry is None:
            return None
        if entry.until is not None:
            return entry if self.at < entry.until else None
        return entry if entry.at is None or entry.at >= self.day_start else None


def standing_stock(
    entries: Mapping[str, StockEntry], terms: Terms, at: datetime
) -> tuple[StockEntry, ...]:
    """The entries of a restaurant that are not over, by target. at: aware."""
    shelf = Shelf(entries, business_day_start(terms, at), at)
    found = (shelf.standing(target) for target in sorted(entries))
    return tuple(entry for entry in found if entry is not None)


def taken_by(line: Line) -> dict[str, int]:
    """Target -> how many of it a line takes."""
    taken = {f"item:{line.item_id}": line.quantity}
    if line.variation_id is not None:
        taken[f"variation:{line.variation_id}"] = line.quantity
    for option in line.options:
        target = f"option:{option.option_id}"
        taken[target] = taken.get(target, 0) + option.quantity * line.quantity
    return taken
