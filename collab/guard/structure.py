"""Where every id of a menu's document lies: what an update touches, and what it must not break.

The wire names neither the container nor the key of most items, only a neighbour. So for every id
of the document the slot it lies in is remembered: a key of a map, or the inside of a text. From
that follow, before an update is applied, the fields it touches and whether it breaks the shape.

Rule 1: the shape is refused, not repaired: nothing nested is deleted or replaced, nothing comes
        into a new root, into a map without a key or into a text with one, no subdocument, no XML.
Rule 2: an id whose place nobody knows any more (its neighbour was collected as garbage) touches
        nothing: the engine drops such an item too.
Cost: a keystroke in a text is one bisection (1 us); memory is one run per stretch of one slot.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from collab.errors import StructureRefused
from collab.menus.menu import ROOTS
from collab.updates.outline import Item, Link, UpdateOutline

MAP = 1  # type reference on the wire

_ROOT, _PARENT = int(Link.ROOT), int(Link.PARENT)

Path = tuple[str, ...]  # ("items", "soup", "name", "de")
MayGo = Callable[[Path, int, int], bool]  # (path, client id, clock)


class Slot(NamedTuple):
    """A key of a map, or the inside of a text."""

    path: Path
    is_entry: bool  # False: the path is that of a text, and this is its inside


@dataclass(frozen=True, slots=True)
class Resolved:
    """An update with the slot of each of its new items."""

    outline: UpdateOutline
    items: tuple[tuple[Item, Slot], ...]  # new ones whose place is known
    containers: tuple[tuple[int, int, Path, int], ...]  # new types: client, clock, path, reference
    touched: frozenset[Slot]


class StructureIndex:
    """The slots of one document. Make it from the outline of the whole state."""

    def __init__(self, outline: UpdateOutline) -> None:
        self._slots: list[Slot | None] = [None]
        self._numbers: dict[Slot, int] = {}
        self._runs: dict[int, tuple[array[int], array[int]]] = {}  # starts, slot numbers
        self._ends: dict[int, int] = {}  # next clock of each client
        self._containers: dict[tuple[int, int], tuple[Path, int]] = {}
        self._nested: dict[Path, tuple[int, int]] = {}  # live nested types
        self._nested_clocks: dict[int, list[int]] = {}  # the same, ascending, per client
        self.record(self.resolve(outline))

    def resolve(self, outline: UpdateOutline) -> Resolved:
        """Find the slots that an update touches. Changes nothing."""
        resolution = _Resolution(self, outline)
        touched: set[Slot] = set()
        items = []
        for item in outline.items:
            if item[2] <= self._ends.get(item[0], 0):
                continue
            slot = resolution.slot_of(item)
            if slot is not None:
                items.append((item, slot))
                touched.add(slot)
        for client, start, end in outline.deletes:
            touched.update(self._slots_within(client, start, end))
        containers = tuple(resolution.containers()) if outline.types else ()
        return Resolved(outline, tuple(items), containers, frozenset(touched))

    def check(self, resolved: Resolved, may_go: MayGo = lambda path, client, clock: False) -> None:
        """Refuse an update that would break the shape; to be called before it is applied.

        may_go: whether the nested type at a path, with that id, is none that the menu needs; asked
        only before something is refused.
        Raises StructureRefused.
        """
        outline = resolved.outline
        if not outline.roots.issubset(ROOTS):
            raise _refused("A menu has no such root; nothing may be added beside it.")
        if outline.has_subdocument or outline.has_xml:
            raise _refused("A menu holds no subdocuments and no XML.")
        for client, start, end in outline.deletes:
            for clock in self._nested_within(client, start, end):
                if self._is_needed(client, clock, may_go):
                    raise _refused("Sections, items and texts are never deleted; set `deleted`.")
        for item, slot in resolved.items:
            if item[1] < self._ends.get(item[0], 0) and self.slot_at(item[0], item[1]) != slot:
                # It goes on from what is here already. Yjs puts the rest where it says itself,
                # the engine to where its beginning lies (measured): they would show two menus.
                raise _refused("This brings something else under ids that are taken.")
            if not slot.is_entry:
                if self._kind_of(slot.path, resolved) == MAP:
                    raise _refused("This lies in no field of the menu.")
            elif self._kind_of(slot.path[:-1], resolved) not in (MAP, None):
                raise _refused("A text has no fields.")
            elif slot.path in self._nested and self._is_needed(*self._nested[slot.path], may_go):
                raise _refused("Sections, items and texts are never replaced.")

    def record(self, resolved: Resolved) -> None:
        """Remember an update that was applied."""
        for client, clock, path, reference in resolved.containers:
            self._containers[(client, clock)] = (path, reference)
            self._add_nested(path, client, clock)
        for item, slot in resolved.items:
            number = self._number(slot)
            self._append(item[0], max(item[1], self._ends.get(item[0], 0)), item[2], number)
        for client, start, end in resolved.outline.blocks:
            self._append(client, max(start, self._ends.get(client, 0)), end, 0)
        for client, start, end in resolved.outline.deletes:
            self._forget_nested(client, start, end)

    def slot_at(self, client: int, clock: int) -> Slot | None:
        """The slot that an id of the document lies in; None when nobody knows."""
        runs = self._runs.get(client)
        if runs is None or clock >= self._ends[client]:
            return None
        return self._slots[runs[1][bisect_right(runs[0], clock) - 1]]

    def container_at(self, client: int, clock: int) -> tuple[Path, int] | None:
        """Path and type reference of a nested type; None when the id is none."""
        return self._containers.get((client, clock))

    def holds(self, client: int, clock: int) -> bool:
        """Whether the id is part of the document."""
        return clock < self._ends.get(client, 0)

    def within(self, path: Path, client: int, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The stretches (first, last + 1) of some clocks that lie inside the text at a path."""
        starts, numbers = self._runs.get(client, _NO_RUNS)
        inside = self._numbers.get(Slot(path, False))
        for index in range(max(bisect_right(starts, start) - 1, 0), bisect_left(starts, end)):
            last = starts[index + 1] if index + 1 < len(starts) else self._ends[client]
            if numbers[index] == inside:
                yield max(start, starts[index]), min(end, last)

    def _kind_of(self, path: Path, resolved: Resolved) -> int | None:
        """The type reference of what lies at a path; None when it was taken away."""
        if len(path) == 1:
            return MAP  # a root
        id = self._nested.get(path)
        if id is not None:
            return self._containers[id][1]
        return next((kind for _, _, new, kind in resolved.containers if new == path), None)

    def _slots_within(self, client: int, start: int, end: int) -> Iterator[Slot]:
        runs = self._runs.get(client)
        if runs is None:
            return
        starts, numbers = runs
        index = max(bisect_right(starts, start) - 1, 0)
        while index < len(starts) and starts[index] < end:
            slot = self._slots[numbers[index]]
            if slot is not None:
                yield slot
            index += 1

    def _number(self, slot: Slot) -> int:
        number = self._numbers.get(slot)
        if number is None:
            number = self._numbers[slot] = len(self._slots)
            self._slots.append(slot)
        return number

    def _append(self, client: int, start: int, end: int, number: int) -> None:
        known = self._ends.get(client, 0)
        if end <= known:
            return
        starts, numbers = self._runs.setdefault(client, (array("I"), array("I")))
        if start > known:
            _add_run(starts, numbers, known, 0)
        _add_run(starts, numbers, start, number)
        self._ends[client] = end

    def _add_nested(self, path: Path, client: int, clock: int) -> None:
        self._nested[path] = (client, clock)
        clocks = self._nested_clocks.setdefault(client, [])
        index = bisect_left(clocks, clock)
        if clocks[index : index + 1] != [clock]:
            clocks.insert(index, clock)

    def _nested_within(self, client: int, start: int, end: int) -> list[int]:
        clocks = self._nested_clocks.get(client, [])
        return clocks[bisect_left(clocks, start) : bisect_left(clocks, end)]

    def _is_needed(self, client: int, clock: int, may_go: MayGo) -> bool:
        """Whether a nested type must stay; if not, it is forgotten."""
        if not may_go(self._containers[client, clock][0], client, clock):
            return True
        self._forget_nested(client, clock, clock + 1)
        return False

    def _forget_nested(self, client: int, start: int, end: int) -> None:
        clocks = self._nested_clocks.get(client)
        if not clocks:
            return
        first, last = bisect_left(clocks, start), bisect_left(clocks, end)
        for clock in clocks[first:last]:
            path, _ = self._containers[(client, clock)]
            if self._nested.get(path) == (client, clock):
                del self._nested[path]
        del clocks[first:last]


class _Resolution:
    """The slots of the items of one update, each found once."""

    def __init__(self, index: StructureIndex, outline: UpdateOutline) -> None:
        self._index = index
        self._outline = outline
        self._found: dict[tuple[int, int], Slot | None] = {}
        self._items: dict[int, list[Item]] | None = None  # by client, made when it is needed

    def slot_of(self, item: Item) -> Slot | None:
        """The slot of an item of the update; None when nobody can know it."""
        # A loop, not a recursion: a text typed by two people is one long chain of origins.
        path: list[Item] = []
        while True:
            id = item[:2]
            if id in self._found:
                slot = self._found[id]
                break
            self._found[id] = None  # what refers to itself in a circle lies nowhere
            path.append(item)
            linked = self._linked_here(item)
            if linked is None:
                slot = self._beyond(item)
                self._found[id] = slot
                path.pop()
                break
            item = linked
        for item in reversed(path):
            slot = self._after(item, slot)
            self._found[item[:2]] = slot
        return slot

    def containers(self) -> Iterator[tuple[int, int, Path, int]]:
        """The nested types of the update whose place is known and that are new."""
        for item, reference in zip(self._outline.types, self._outline.type_refs, strict=True):
            slot = self.slot_of(item)
            if slot is not None and slot.is_entry and not self._index.holds(item[0], item[1]):
                yield item[0], item[1], slot.path, reference

    def _linked_here(self, item: Item) -> Item | None:
        """What the item names, if that came with the same update."""
        if item[4] == _ROOT or self._index.holds(item[6], item[7]):
            return None
        if self._items is None:
            self._items = {}
            for one in self._outline.items:
                self._items.setdefault(one[0], []).append(one)
        items = self._items.get(item[6], [])
        place = bisect_right(items, item[7], key=lambda one: one[1]) - 1
        return items[place] if place >= 0 and item[7] < items[place][2] else None

    def _after(self, item: Item, linked: Slot | None) -> Slot | None:
        """The slot of an item, from that of what it names in the same update."""
        if linked is None:
            return None
        if item[4] != _PARENT:
            return linked
        return _inside(linked.path, item[8]) if linked.is_entry else None

    def _beyond(self, item: Item) -> Slot | None:
        """The slot of an item that names a root or what the document holds."""
        if item[4] == _ROOT:
            return _inside((item[5],), item[8])
        if item[4] == _PARENT:
            container = self._index.container_at(item[6], item[7])
            return None if container is None else _inside(container[0], item[8])
        return self._index.slot_at(item[6], item[7])


_NO_RUNS: tuple[array[int], array[int]] = (array("I"), array("I"))


def _inside(path: Path, key: str | None) -> Slot:
    return Slot(path, False) if key is None else Slot((*path, key), True)


def _add_run(starts: array[int], numbers: array[int], start: int, number: int) -> None:
    if not numbers or numbers[-1] != number:
        starts.append(start)
        numbers.append(number)


def _refused(sentence: str) -> StructureRefused:
    return StructureRefused(sentence)
