"""A menu as everybody was last shown it, beside the engine that holds it now.

The parts are what was shown; `fields` and `text` find in the engine what stands there now. The
dictionaries are changed in place by `collab.guard.review`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pycrdt import Doc, Map, Text

from collab.guard.structure import Slot
from collab.menus.menu import Item, ModifierGroup, Section
from collab.menus.registers import register_name
from collab.menus.schema import META

Part = Section | Item | ModifierGroup


@dataclass(frozen=True, slots=True)
class Standing:
    """The menu as it was last shown, and where to find it in the engine."""

    doc: Doc[Any]
    meta: dict[str, object]
    parts: dict[str, dict[str, Any]]  # root -> id -> part
    # The engine's maps and texts that were asked for before, by part: finding one costs more than
    # reading it.
    _known: dict[tuple[str, str], dict[tuple[str, ...], Map[Any] | Text]] = field(
        default_factory=dict
    )

    def fields(self, root: str, part_id: str) -> Map[Any] | None:
        """The map of a part in the engine."""
        known = self._known.get((root, part_id))
        if known is None:
            found = self.doc.get(root, type=Map).get(part_id)
            if not isinstance(found, Map):
                return None
            known = self._known[(root, part_id)] = {(): found}
        fields = known[()]
        assert isinstance(fields, Map)
        return fields

    def text(self, root: str, part_id: str, *within: str) -> object:
        """What lies in a part where a text belongs: `("name", "de")` or `("note",)`."""
        fields = self.fields(root, part_id)
        if fields is None:
            return None
        known = self._known[(root, part_id)]
        if within not in known:
            found: object = fields
            for key in within:
                found = found.get(key) if isinstance(found, Map) else None
            if not isinstance(found, Text):
                return found
            known[within] = found
        return known[within]

    def forget(self, slot: Slot) -> None:
        """A slot was written: what was found there, or in it, may be gone."""
        is_register = len(slot.path) == 3 and register_name(slot.path[2]) is not None
        if slot.is_entry and not is_register and len(slot.path) > 1:
            self._known.pop((slot.path[0], slot.path[1]), None)

    def slots_of(self, root: str, part_id: str) -> set[Slot]:
        """Every slot that a part has or had, and every odd key in it."""
        fields = self.fields(root, part_id)
        part = self.parts[root].get(part_id)
        registers = part.registers if part is not None else {}
        keys = {f"{name}@{one.replica}" for name in registers for one in registers[name]}
        slots = {Slot((root, part_id), True), *(Slot((root, part_id, key), True) for key in keys)}
        for key, value in fields.items() if fields is not None else ():
            slots.add(Slot((root, part_id, key), True))
            for inner in value.keys() if isinstance(value, Map) else ():
                slots.add(Slot((root, part_id, key, inner), True))
        return slots

    def every_slot(self) -> set[Slot]:
        """Every slot of the whole menu."""
        slots = {Slot((META, key), True) for key in self.doc.get(META, type=Map).keys()}
        slots.update(Slot((META, key), True) for key in self.meta)
        for root, parts in self.parts.items():
            for part_id in {*self.doc.get(root, type=Map).keys(), *parts}:
                slots |= self.slots_of(root, part_id)
        return slots
