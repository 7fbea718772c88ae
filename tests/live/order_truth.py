"""What the log of a restaurant means, replayed by hand: lines, totals, and what was left of what.

A second reading of the same events, so that the server's own fold is not its only witness. Raises
`Oversold` where something was placed that could not be had.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.live.order_histories import LogRow, OutOfOrder, check_steps


class Oversold(AssertionError):
    """More was placed than there was, or what was sold out."""


@dataclass(slots=True)
class Dish:
    """One line."""

    order: str
    body: Mapping[str, Any]
    steps: list[str] = field(default_factory=list)  # types of events, in order
    is_placed: bool = False
    is_free: bool = False
    is_started: bool = False

    @property
    def price(self) -> int:
        """Of the line as it stands."""
        if self.is_free or not self.is_placed:
            return 0
        unit: int = self.body["unit_price"] + self.body.get("options_price", 0)
        return unit * int(self.body["quantity"])

    def takes(self) -> Counter[str]:
        """Of which target how many."""
        quantity = int(self.body["quantity"])
        taken = Counter({f"item:{self.body['item_id']}": quantity})
        if self.body.get("variation_id") is not None:
            taken[f"variation:{self.body['variation_id']}"] += quantity
        for option in self.body.get("options", ()):
            taken[f"option:{option['option_id']}"] += quantity * option["quantity"]
        return taken


class Replay:
    """The whole log of one restaurant, event by event."""

    def __init__(self) -> None:
        self.dishes: dict[str, Dish] = {}  # by order and line
        self.seqs: dict[str, int] = {}
        self.closed: set[str] = set()
        self.left: dict[str, int] = {}  # of counted targets
        self.sold_out: set[str] = set()  # by hand
        self._command = ""
        # Of the command that is being replayed: what it took, and may give back.
        self._taken: Counter[str] = Counter()
        self._returned: Counter[str] = Counter()

    def total(self, order: str) -> int:
        """What an order costs."""
        return sum(dish.price for dish in self.dishes.values() if dish.order == order)

    def check_steps(self) -> None:
        """No line ever goes back without a recall. Raises OutOfOrder."""
        steps: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for line, dish in self.dishes.items():
            steps[dish.order] += [(line, type) for type in dish.steps]
        for order, taken in steps.items():
            check_steps(order, taken)

    def add(self, row: LogRow) -> None:
        """One event. Raises Oversold, OutOfOrder."""
        if row.command != self._command:
            self._check_counted()
            self._command = row.command
        if row.order is None:
            self._stock(row)
            return
        assert row.seq is not None
        self.seqs[row.order] = row.seq
        if row.type in ("line.added", "line.changed"):
            line = row.body["line"]
            dish = self.dishes.setdefault(f"{row.order}/{line['id']}", Dish(row.order, line))
            dish.body = line
            if row.type == "line.added":
                dish.steps.append(row.type)
        elif row.type == "line.removed":
            if self.dishes.pop(f"{row.order}/{row.body['line']}").is_placed:
                raise OutOfOrder(f"a placed line was removed: {row}")
        elif row.type in ("order.closed", "order.reopened"):
            (self.closed.add if row.type == "order.closed" else self.closed.discard)(row.order)
        for line in row.body.get("lines", ()):
            self._line(row, self.dishes[f"{row.order}/{line}"])

    def _line(self, row: LogRow, dish: Dish) -> None:
        dish.steps.append(row.type)
        if row.type == "order.placed":
            dish.is_placed = True
            taken = dish.takes()
            if gone := taken.keys() & self.sold_out:
                raise Oversold(f"{row.command} placed {gone}, which is sold out")
            self._taken += taken
        elif row.type == "line.started":
            dish.is_started = True
        elif row.type == "line.ready":
            dish.is_started = True
        elif row.type in ("line.rejected", "line.voided"):
            if dish.is_placed and not dish.is_started:
                self._returned += dish.takes()
            dish.is_free = True
        elif row.type == "line.comped":
            dish.is_free = True

    def _stock(self, row: LogRow) -> None:
        target, entry = row.body["target"], row.body["entry"]
        left = None if entry is None else entry.get("remaining")
        if row.type == "stock.counted":
            self._count(row, target, left)
        elif left is None:
            self.left.pop(target, None)
        else:
            self.left[target] = left
        if entry is not None and entry["is_sold_out"] and left is None:
            self.sold_out.add(target)
        else:
            self.sold_out.discard(target)

    def _count(self, row: LogRow, target: str, left: int | None) -> None:
        before = self.left[target]
        after = before - self._taken.pop(target, 0) + self._returned.pop(target, 0)
        if after < 0:
            raise Oversold(f"{row.command}: {before} of {target} were left, {after} now")
        if left != after:
            raise Oversold(f"{row.command}: {after} of {target} must be left, not {left}")
        self.left[target] = after

    def _check_counted(self) -> None:
        """What the command before took was counted down, wherever it is counted."""
        missed = [target for target in self._taken if target in self.left]
        if missed:
            raise Oversold(f"{self._command} took {missed}, and nobody counted")
        self._taken.clear()
        self._returned.clear()
