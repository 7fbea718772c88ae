"""Which ids of a document are nested types: items must lie in one, or wait until one is there.

The engine gives up half-way on an item inside something that is no type. What is certain is
remembered; what was only claimed, by updates that may still turn out otherwise, a copy of the
document is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from collab.documents.engine import Engine
from collab.errors import BadUpdate
from collab.updates.admission import NestingDepths, UpdateOutline
from collab.updates.outline import Link
from collab.updates.ranges import IdRanges

_PARENT = int(Link.PARENT)  # IntEnum is slow


class Containers:
    """The nested types of one document. deleted: every id that was deleted."""

    def __init__(
        self, engine: Engine, depths: NestingDepths, deleted: Callable[[], IdRanges]
    ) -> None:
        self._engine = engine
        self._depths = depths
        self._deleted = deleted
        self._certain: set[tuple[int, int]] = set()

    def check(self, update: bytes, outline: UpdateOutline) -> None:
        """Raises BadUpdate for items inside something that is no type."""
        parents = {item[6:8] for item in outline.items if item[4] == _PARENT}
        if parents <= self._certain:
            return
        brought, gone = IdRanges(outline.blocks), IdRanges(outline.gone)
        types = {item[:2] for item in outline.types}
        is_certain = True
        for client, clock in parents - self._certain:
            if self._depths.holds(client, clock):
                is_claimed = self._depths.depth_of_type(client, clock) is not None
                fits = is_claimed or self._deleted().contains(client, clock)
                is_certain &= not is_claimed
            elif brought.contains(client, clock):
                fits = (client, clock) in types or gone.contains(client, clock)
            else:
                fits = True  # not there yet
            if not fits:
                raise _bad_parent()
        if not is_certain:
            if not self._engine.would_take(update):
                raise _bad_parent()
            self._certain |= {id for id in parents if self._depths.holds(*id)}

    def are_here(self, outline: UpdateOutline) -> bool:
        """Whether every type that an update names as a container is here already."""
        holds = self._depths.holds
        return all(item[4] != _PARENT or holds(*item[6:8]) for item in outline.items)

    def brought(
        self, outline: UpdateOutline, waiting: Iterable[UpdateOutline]
    ) -> set[tuple[int, int]]:
        """The nested types that an update brings and that nothing that waits claims to be."""
        if not outline.types:
            return set()
        claimed = IdRanges(block for other in waiting for block in other.blocks)
        return {
            item[:2]
            for item in outline.types
            if not self._depths.holds(*item[:2]) and not claimed.contains(*item[:2])
        }

    def add(self, ids: set[tuple[int, int]]) -> None:
        """These are types for certain."""
        self._certain |= ids


def _bad_parent() -> BadUpdate:
    return BadUpdate("an item lies in something that is no type", reason="bad_parent")
