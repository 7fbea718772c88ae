"""How deep nested types lie in a document: stops nesting that grows by one level per update.

33,000 nested maps end the process when one is deleted, and no single update need show more than
one of them. So the depth of every nested type is remembered.

Depth 0 is directly in a root type; a type lies one deeper than its container. An item may name
only its left neighbour, so the container of plain items matters too. Kept small like this:
1. every nested type is remembered exactly (5 bytes each);
2. plain items only where their container is deeper than SHALLOW; an unknown one counts as SHALLOW;
3. ids that the document holds already keep what is known of them: the engine ignores a second
   claim, so a forged one must not lower the estimate;
4. ids that are claimed or named before the document holds them (an update that lacks something)
   are remembered with what was assumed, and a later claim must not exceed it.
By 2 an estimate may be too high by SHALLOW levels, by 3 and 4 it is never too low.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import itemgetter

from collab.contents import TYPE
from collab.errors import BadUpdate
from collab.outline import Item, Link, UpdateOutline
from collab.ranges import IdRanges

LIMIT_LEVELS = 32
SHALLOW = 8  # a menu needs 3
_ASSUMED = 16  # of what is named but not there yet

_ROOT, _PARENT = int(Link.ROOT), int(Link.PARENT)


class NestingDepths:
    """The depths of one document's nested types.

    clocks: the room's own table of next clocks (client -> first clock not held), read at every
    call and never changed here; ids below it count as held.
    limit_levels: the deepest level a nested type may have.
    """

    __slots__ = (
        "_claimed",
        "_clocks",
        "_deep",
        "_is_shallow",
        "_judged",
        "_limit_levels",
        "_types",
    )

    def __init__(self, clocks: Mapping[int, int], limit_levels: int = LIMIT_LEVELS) -> None:
        self._clocks = clocks
        self._limit_levels = limit_levels
        # client -> (clocks of its nested types, ascending; the depth of each)
        self._types: dict[int, tuple[array[int], bytearray]] = {}
        self._deep: dict[int, IdRanges] = {}  # container depth > SHALLOW -> ids in such a container
        self._claimed = IdRanges()  # ids of rule 4
        self._is_shallow = True  # no type deeper than SHALLOW: no item can be in a deep container
        self._judged: tuple[UpdateOutline, _Found] | None = None

    def admit(self, outline: UpdateOutline) -> None:
        """Refuse an update that would nest too deep; to be called before it is applied.

        Raises BadUpdate (reason "too_deep"; "origin_not_before_item" when items refer to each
        other in a circle). Costs next to nothing for updates that make no nested type.
        """
        self._judged = None
        if outline.types or not self._is_shallow or self._lacks_something(outline):
            self._judged = (outline, self._judge(outline))

    def record(self, outline: UpdateOutline) -> None:
        """Remember what the update brought; to be called after it was applied.

        outline: the one that was last admitted; raises ValueError when it is another one that
        makes nested types.
        """
        judged, self._judged = self._judged, None
        if judged is None or judged[0] is not outline:
            if outline.types:
                raise ValueError("record() without admit()")
            return
        found = judged[1]
        for client, clock, depth in found.types:
            self._put_type(client, clock, depth)
            self._is_shallow &= depth <= SHALLOW
        for client, start, end, depth in found.deep:
            self._deep.setdefault(depth, IdRanges()).add(client, start, end)
            self._is_shallow = False
        for client, start, end in found.claimed:
            self._claimed.add(client, start, end)

    def depth_of_type(self, client: int, clock: int) -> int | None:
        """The estimated depth of a nested type; None when there is none with this id."""
        clocks, depths = self._types.get(client, _NO_TYPES)
        index = bisect_left(clocks, clock)
        if index < len(clocks) and clocks[index] == clock:
            return depths[index]
        return None

    def container_of(self, client: int, clock: int) -> int:
        """The estimated depth of the container that an id of the document lies in."""
        depths = [depth for depth, ids in self._deep.items() if ids.contains(client, clock)]
        of_type = self.depth_of_type(client, clock)
        if of_type is not None:
            depths.append(of_type - 1)
        return max(depths, default=SHALLOW)

    def holds(self, client: int, clock: int) -> bool:
        """Whether the document has this id already."""
        return clock < self._clocks.get(client, 0)

    def _lacks_something(self, outline: UpdateOutline) -> bool:
        held = self._clocks
        for client, clock in outline.needs:
            if clock >= held.get(client, 0):
                return True
        for client, start, _ in outline.blocks:
            if start > held.get(client, 0):
                return True
        return False

    def _judge(self, outline: UpdateOutline) -> _Found:
        resolution = _Resolution(self, outline)
        lacking = self._lacks_something(outline)
        if self._is_shallow and not lacking:
            # Most updates end here: an item can lie deep only if a type does.
            found = self._look_at(outline.types, resolution, lacking)
            if not found.deep and all(depth <= SHALLOW for _, _, depth in found.types):
                return found
        return self._look_at(outline.items, resolution, lacking)

    def _look_at(self, items: list[Item], resolution: _Resolution, lacking: bool) -> _Found:
        found = _Found()
        for item in items:
            client, start, end, kind = item[:4]
            held = self._clocks.get(client, 0)
            if end <= held:
                continue  # rule 3
            depth = resolution.container_depth(item)
            if start < held:
                # The engine cuts the known part off; the rest follows its last id.
                start = held
                depth = max(depth, self.container_of(client, held - 1))
            is_type = kind == TYPE
            if depth + is_type > self._limit_levels:
                raise _too_deep()
            if self._claimed and self._exceeds_claim(client, start, end, depth, is_type):
                raise _too_deep()
            if is_type:
                found.types.append((client, start, depth + 1))
            if lacking:
                depth = max(depth, SHALLOW + 1)
                found.claimed.append((client, start, end))
            if depth > SHALLOW:
                found.deep.append((client, start, end, depth))
        for client, clock in sorted(resolution.missing):
            found.types.append((client, clock, _ASSUMED))
            found.deep.append((client, clock, clock + 1, _ASSUMED - 1))
            found.claimed.append((client, clock, clock + 1))
        return found

    def _exceeds_claim(self, client: int, start: int, end: int, depth: int, is_type: bool) -> bool:
        known = self.depth_of_type(client, start) if is_type else None
        if known is not None and depth + 1 > known:
            return True
        if depth <= SHALLOW + 1:  # everything claimed was recorded at least this deep
            return False
        enough = IdRanges()
        for level, ids in self._deep.items():
            if level >= depth:
                enough.update(ids)
        return any(
            not enough.covers(client, *claimed)
            for claimed in self._claimed.within(client, start, end)
        )

    def _put_type(self, client: int, clock: int, depth: int) -> None:
        clocks, depths = self._types.setdefault(client, (array("I"), bytearray()))
        index = bisect_left(clocks, clock)
        if index < len(clocks) and clocks[index] == clock:
            depths[index] = max(depths[index], depth)
        else:
            clocks.insert(index, clock)
            depths.insert(index, depth)


@dataclass(slots=True)
class _Found:
    types: list[tuple[int, int, int]] = field(default_factory=list)  # client, clock, depth
    deep: list[tuple[int, int, int, int]] = field(default_factory=list)  # client, start, end, depth
    claimed: list[tuple[int, int, int]] = field(default_factory=list)  # client, start, end


class _Resolution:
    """Container depths of the items of one update, each found once."""

    def __init__(self, known: NestingDepths, outline: UpdateOutline) -> None:
        self.missing: set[tuple[int, int]] = set()  # ids linked to that nobody has
        self._known = known
        self._brought = IdRanges(outline.blocks)
        self._depths: dict[tuple[int, int], int] = {}  # first id of an item -> container depth
        self._items: dict[int, list[Item]] = {}
        for item in outline.items:
            self._items.setdefault(item[0], []).append(item)  # ascending, as on the wire

    def container_depth(self, item: Item) -> int:
        # A loop, not a recursion: a text typed by two people is one long chain of origins.
        path = []
        while (depth := self._depths.get(item[:2])) is None:
            self._depths[item[:2]] = _OPEN
            path.append(item)
            linked = self._linked_here(item)
            if linked is None:
                depth = self._depth_beyond(item)
                break
            item = linked
        if depth == _OPEN:
            raise BadUpdate("Items refer to each other.", reason="origin_not_before_item")
        for item in reversed(path):
            depth += item[4] == _PARENT
            self._depths[item[:2]] = depth
        return depth

    def _linked_here(self, item: Item) -> Item | None:
        client, clock = item[6:8]
        if item[4] == _ROOT or self._known.holds(client, clock):
            return None
        items = self._items.get(client, ())
        index = bisect_right(items, clock, key=_start) - 1
        return items[index] if index >= 0 and clock < items[index][2] else None

    def _depth_beyond(self, item: Item) -> int:
        client, clock = item[6:8]
        if item[4] == _ROOT:
            return 0
        if not self._known.holds(client, clock) and not self._brought.contains(client, clock):
            self.missing.add((client, clock))
            if len(self.missing) > _LIMIT_MISSING:
                raise BadUpdate("The update lacks too many ids.", reason="too_many_missing")
            return _ASSUMED - 1
        return self._known.container_of(client, clock)


_OPEN = -1
_NO_TYPES: tuple[array[int], bytearray] = (array("I"), bytearray())
_LIMIT_MISSING = 10_000
_start = itemgetter(1)


def _too_deep() -> BadUpdate:
    return BadUpdate("The update nests types too deep.", reason="too_deep")
