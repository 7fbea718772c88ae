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
   are remembered with what was claimed or assumed. The next update may claim them otherwise, and
   the engine takes what completes first; so the deepest claim counts, and one that is deeper than
   all before is judged together with everything that waits, because that lies deeper then too.
By 2 an estimate may be too high by SHALLOW levels, by 3 and 4 it is never too low.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from collab.errors import BadUpdate
from collab.updates.claims import ASSUMED_DEPTH, Claim, Claims
from collab.updates.contents import TYPE
from collab.updates.outline import UpdateOutline
from collab.updates.ranges import IdRanges

LIMIT_LEVELS = 32
SHALLOW = 8  # a menu needs 3


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
        self._claimed = IdRanges()  # ids that what waits claims or names
        self._is_shallow = True  # no type deeper than SHALLOW: no item can be in a deep container
        self._judged: tuple[UpdateOutline, _Found] | None = None

    def admit(self, outline: UpdateOutline, waiting: Sequence[UpdateOutline] = ()) -> None:
        """Refuse an update that would nest too deep; to be called before it is applied.

        waiting: every update that was admitted and still waits for something.
        Raises BadUpdate (reason "too_deep"; "origin_not_before_item" when items refer to each
        other in a circle). Costs next to nothing for updates that make no nested type.
        """
        self._judged = None
        if not waiting:
            self._claimed = IdRanges()
        if outline.types or not self._is_shallow or waiting or self._lacks_something(outline):
            self._judged = (outline, self._judge(outline, waiting))

    def record(self, outline: UpdateOutline, *, waits: bool = False) -> None:
        """Remember what the update brought; to be called after it was applied.

        outline: the one that was last admitted; raises ValueError when it is another one that
        makes nested types. waits: it is complete in itself and waits all the same.
        """
        judged, self._judged = self._judged, None
        if judged is None or judged[0] is not outline:
            if outline.types:
                raise ValueError("record() without admit()")
            found = _Found()
        else:
            found = judged[1]
        for client, clock, depth in found.types:
            self._put_type(client, clock, depth)
            self._is_shallow &= depth <= SHALLOW
        for client, start, end, depth in found.deep:
            self._deep.setdefault(depth, IdRanges()).add(client, start, end)
            self._is_shallow = False
        if waits or found.is_lacking:
            self._claimed.update(IdRanges(outline.blocks))
        for client, clock in found.missing:
            self._deep.setdefault(ASSUMED_DEPTH, IdRanges()).add(client, clock, clock + 1)
            self._claimed.add(client, clock, clock + 1)
            self._is_shallow = False

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

    def next_clock(self, client: int) -> int:
        """The first clock of a client that the document does not hold."""
        return self._clocks.get(client, 0)

    def holds(self, client: int, clock: int) -> bool:
        """Whether the document has this id already."""
        return clock < self._clocks.get(client, 0)

    def knows(self, client: int, clock: int) -> bool:
        """Whether the document has this id, or an update that waits claims or names it."""
        return self.holds(client, clock) or self._claimed.contains(client, clock)

    def claimed_depth(self, client: int, start: int, end: int) -> int:
        """How deep what waits claims these ids to lie at most; 0 when it does not claim them."""
        parts = list(self._claimed.within(client, start, end)) if self._claimed else []
        if not parts:
            return 0
        depths = (
            depth
            for depth, ids in self._deep.items()
            if any(ids.overlaps(client, *part) for part in parts)
        )
        return max(depths, default=SHALLOW)

    def _lacks_something(self, outline: UpdateOutline) -> bool:
        held = self._clocks
        for client, clock in outline.needs:
            if clock >= held.get(client, 0):
                return True
        for client, start, _ in outline.blocks:
            if start > held.get(client, 0):
                return True
        return False

    def _judge(self, outline: UpdateOutline, waiting: Sequence[UpdateOutline]) -> _Found:
        is_lacking = self._lacks_something(outline)
        claims = Claims(self, [outline])
        if self._is_shallow and not is_lacking:
            # Most updates end here: an item can lie deep only if a type does.
            with_types = (c for c in claims if any(item[3] == TYPE for item in c.items))
            found = self._look_at(claims, is_lacking, with_types)
            if not found.deep and all(depth <= SHALLOW for _, _, depth in found.types):
                return found
        found = self._look_at(claims, is_lacking)
        if waiting and any(self._exceeds_claims(*deep) for deep in found.deep):
            found = self._look_at(Claims(self, [*waiting, outline]), is_lacking)
        return found

    def _exceeds_claims(self, client: int, start: int, end: int, depth: int) -> bool:
        enough = IdRanges()
        for level, ids in self._deep.items():
            if level >= depth:
                enough.update(ids)
        parts = self._claimed.within(client, start, end)
        return any(not enough.covers(client, *part) for part in parts)

    def _look_at(
        self, claims: Claims, is_lacking: bool, these: Iterable[Claim] | None = None
    ) -> _Found:
        found = _Found(is_lacking=is_lacking, missing=claims.missing)
        for claim in claims if these is None else these:
            depth = claims.container_depth(claim)
            held = self._clocks.get(claim.client, 0)
            types = [
                start for _, start, end, kind, *_ in claim.items if kind == TYPE and end > held
            ]
            if depth + bool(types) > self._limit_levels:
                raise _too_deep()
            found.types += ((claim.client, start, depth + 1) for start in types)
            if depth > SHALLOW:
                found.deep.append((claim.client, max(claim.start, held), claim.end, depth))
        return found

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
    is_lacking: bool = False
    missing: set[tuple[int, int]] = field(default_factory=set)


_NO_TYPES: tuple[array[int], bytearray] = (array("I"), bytearray())


def _too_deep() -> BadUpdate:
    return BadUpdate("The update nests types too deep.", reason="too_deep")
