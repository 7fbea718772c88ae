"""What is sold out, or counted down: an overlay on the menu, ordered against the orders.

Rule 1: an entry says why something cannot be ordered now; without one it can be.
Rule 2: `remaining` falls with every dish that is placed, never below nothing.
Rule 3: what runs out by count, and what is sold out without an end, comes back with the next
        business day unless `until` says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
