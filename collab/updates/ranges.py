"""Sets of Yjs ids, as merged ranges per client: delete sets and what was deleted already.

Per client one flat sorted list [start, end, start, end, ...] of half-open ranges that neither
touch nor overlap. Because it is strictly ascending, the parity of a bisection tells inside (odd)
from outside (even), which makes every operation O(log n) plus the list splice.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator


class IdRanges:
    """A set of (client, clock) ids."""

    __slots__ = ("_bounds",)

    def __init__(self, ranges: Iterable[tuple[int, int, int]] = ()) -> None:
        """ranges: (client, start, end), half-open, in any order, overlaps allowed."""
        self._bounds: dict[int, list[int]] = {}
        for client, start, end in ranges:
            self.add(client, start, end)

    def add(self, client: int, start: int, end: int) -> None:
        """Add the clocks start <= clock < end of a client; an empty range adds nothing."""
        if start >= end:
            return
        bounds = self._bounds.get(client)
        if bounds is None:
            self._bounds[client] = [start, end]
            return
        if start == bounds[-1]:  # typing and deleting backwards and forwards mostly lands here
            bounds[-1] = end
            return
        left = bisect_left(bounds, start)
        right = bisect_right(bounds, end)
        # An odd index lies inside (or at the end of) an existing range, whose own bound stays.
        bounds[left:right] = [start] * (left % 2 == 0) + [end] * (right % 2 == 0)

    def update(self, other: IdRanges) -> None:
        """Add everything that `other` holds."""
        for client, start, end in other:
            self.add(client, start, end)

    def union(self, other: IdRanges) -> IdRanges:
        """Make a new set of what is in either."""
        result = IdRanges()
        result._bounds = {client: bounds.copy() for client, bounds in self._bounds.items()}
        result.update(other)
        return result

    def contains(self, client: int, clock: int) -> bool:
        """Tell whether one id is in the set."""
        bounds = self._bounds.get(client)
        return bounds is not None and bisect_right(bounds, clock) % 2 == 1

    def covers(self, client: int, start: int, end: int) -> bool:
        """Tell whether every clock of start <= clock < end is in the set (an empty range is)."""
        if start >= end:
            return True
        bounds = self._bounds.get(client)
        if bounds is None:
            return False
        index = bisect_right(bounds, start)
        return index % 2 == 1 and bounds[index] >= end

    def overlaps(self, client: int, start: int, end: int) -> bool:
        """Tell whether any clock of start <= clock < end is in the set."""
        bounds = self._bounds.get(client)
        if bounds is None or start >= end:
            return False
        index = bisect_right(bounds, start)
        return index % 2 == 1 or (index < len(bounds) and bounds[index] < end)

    def within(self, client: int, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the parts (first, last + 1) of start <= clock < end that are in the set."""
        bounds = self._bounds.get(client, ())
        index = bisect_right(bounds, start) & ~1
        while index < len(bounds) and bounds[index] < end:
            first, last = max(start, bounds[index]), min(end, bounds[index + 1])
            if first < last:
                yield first, last
            index += 2

    def clients(self) -> Iterable[int]:
        """The clients that have at least one id in the set."""
        return self._bounds.keys()

    def items(self) -> Iterator[tuple[int, list[tuple[int, int]]]]:
        """Yield (client, [(start, end), ...]), ranges ascending."""
        for client, bounds in self._bounds.items():
            yield client, list(zip(bounds[::2], bounds[1::2], strict=True))

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        """Yield (client, start, end), ascending within a client."""
        for client, ranges in self.items():
            for start, end in ranges:
                yield client, start, end

    def __len__(self) -> int:
        """The number of ranges, not of ids."""
        return sum(len(bounds) for bounds in self._bounds.values()) // 2

    def __bool__(self) -> bool:
        return bool(self._bounds)

    def __eq__(self, other: object) -> bool:
        return self._bounds == other._bounds if isinstance(other, IdRanges) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        return f"IdRanges({list(self)!r})"
