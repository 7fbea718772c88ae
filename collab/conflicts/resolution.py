"""From a person's choice to the ordinary changes that end a conflict.

Rule 1: a resolution is an edit like any other: it is written as one, so it merges, it is in the
        history, and the conflict ends because its cause is gone, not because somebody said so.
Rule 2: writing a register takes the place of every candidate, also of the one that is kept.
Rule 3: what a candidate is, is said by the conflict as the person saw it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from collab.conflicts.kinds import Conflict, ConflictKind
from collab.edits.changes import Change, SetMeta, SetRegister, SetText
from collab.errors import StructureRefused
from collab.menus.menu import Item, Menu
from collab.menus.order_keys import key_between, last_key


class Remedy(StrEnum):
    """A way out other than choosing a value."""

    RESTORE = "restore"  # what was deleted: the item, its section, its last variation or option
    KEEP_DELETED = "keep_deleted"
    MOVE = "move"  # an unplaced item into another section
    MERGE = "merge"  # items of one name: the target stays, the others are deleted


@dataclass(frozen=True, slots=True)
class Keep:
    """One of the candidates."""

    index: int


@dataclass(frozen=True, slots=True)
class Value:
    """A new value. target: the item to be renamed, if it is not the first one."""

    value: object
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Take:
    """A remedy. target: the section to move to, the item or choice that stays."""

    remedy: Remedy
    target: str | None = None


Choice = Keep | Value | Take


def resolve(conflict: Conflict, menu: Menu, choice: Choice) -> list[Change]:
    """The changes that do what was chosen.

    menu: as it stands now. Raises StructureRefused, reason "bad_choice", when this conflict cannot
    be ended like that.
    """
    match choice:
        case Keep(index):
            return _keep(conflict, menu, index)
        case Value(value, target):
            return _write(conflict, menu, value, target)
        case Take(remedy, target):
            return _take(conflict, menu, remedy, target)
        case unreachable:
            assert_never(unreachable)


# Kinds of which a candidate can be kept as the value of the field.
_KEEPING = frozenset(
    {
        ConflictKind.PRICES,
        ConflictKind.ALLERGENS,
        ConflictKind.DIETS,
        ConflictKind.MOVES,
        ConflictKind.STALE,
        ConflictKind.DOUBLE_REPLACE,
        ConflictKind.PRICE_JUMP,
        ConflictKind.CURRENCY,
    }
)
# Kinds that a value of the field ends.
_WRITING = _KEEPING | {
    ConflictKind.PRICE_MISSING,
    ConflictKind.PRICE_NEGATIVE,
    ConflictKind.PRICE_FREE,
    ConflictKind.MONEY,
    ConflictKind.VARIATIONS,
    ConflictKind.CHOICE_RANGE,
    ConflictKind.CHOICE_MISSING,
    ConflictKind.NAMES,
}


def _keep(conflict: Conflict, menu: Menu, index: int) -> list[Change]:
    if not 0 <= index < len(conflict.candidates):
        raise _bad(f"This conflict has {len(conflict.candidates)} candidates, counted from 0.")
    value = conflict.candidates[index].get("value")
    if conflict.kind is ConflictKind.DELETED:
        # Two marks that disagree, or a deletion and what was written after it.
        is_deletion = index == 0 or conflict.candidates[index].get("field") is None
        return [_register(conflict, is_deletion and value is True)]
    if conflict.kind not in _KEEPING:
        raise _bad("There is nothing to keep in this conflict; give a new value.")
    return _write(conflict, menu, value, None)


def _write(conflict: Conflict, menu: Menu, value: object, target: str | None) -> list[Change]:
    if conflict.kind not in _WRITING:
        raise _bad("This conflict does not end with a value.")
    match conflict.kind:
        case ConflictKind.CURRENCY:
            if value not in [one.get("value") for one in conflict.candidates]:
                raise _bad("The currency is one of the two that this conflict names.")
            return [SetMeta("currency", value)]
        case ConflictKind.DOUBLE_REPLACE:
            if value == _text_now(conflict, menu):
                # Nothing would change, and two texts side by side would stay what they are.
                raise _bad("The text reads like this already; write it as it shall be.")
            return [_text(conflict, conflict.part_id, value)]
        case ConflictKind.NAMES:
            if target is not None:
                _check_among(target, _ids(conflict))
            return [_text(conflict, target or conflict.part_id, value)]
        case _:
            return [_register(conflict, value)]


def _take(conflict: Conflict, menu: Menu, remedy: Remedy, target: str | None) -> list[Change]:
    match conflict.kind, remedy:
        case ConflictKind.DELETED, Remedy.RESTORE:
            return [_register(conflict, False)]
        case ConflictKind.DELETED, Remedy.KEEP_DELETED:
            return [_register(conflict, True)]
        case ConflictKind.UNPLACED, Remedy.RESTORE:
            return [_restored_section(conflict, menu)]
        case ConflictKind.UNPLACED, Remedy.MOVE:
            return [_moved(conflict, menu, target)]
        case ConflictKind.NAMES, Remedy.MERGE:
            kept = conflict.part_id if target is None else target
            _check_among(kept, _ids(conflict))
            others = [id for id in _ids(conflict) if id != kept]
            return [SetRegister("items", id, "deleted", True) for id in others]
        case ((ConflictKind.VARIATIONS | ConflictKind.CHOICE_MISSING), Remedy.RESTORE):
            return [_restored_choice(conflict, menu, target)]
        case _:
            raise _bad(f"This conflict does not end with {remedy.value!r}.")


def _restored_section(conflict: Conflict, menu: Menu) -> Change:
    place = conflict.candidates[0].get("value")
    section = place[0] if isinstance(place, list) else ""
    if not any(one.id == section for one in menu.deleted_sections):
        raise _bad("The section is not known (any more); move the item to another one.")
    return SetRegister("sections", section, "deleted", False)


def _moved(conflict: Conflict, menu: Menu, target: str | None) -> Change:
    section = next((one for one in menu.sections if one.id == target), None)
    if section is None:
        raise _bad("Name the section to move to, one that is there.")
    last = last_key(item.place[1] for item in section.items)
    return SetRegister("items", conflict.part_id, "loc", [section.id, key_between(last, None)])


def _restored_choice(conflict: Conflict, menu: Menu, target: str | None) -> Change:
    is_item = conflict.root == "items"
    found = menu.live_items() if is_item else iter(menu.modifier_groups)
    part = next((one for one in found if one.id == conflict.part_id), None)
    name = f"{'var' if is_item else 'opt'}:{target}:deleted"
    if part is None or target is None or name not in part.registers:
        raise _bad("Name the deleted variation or option that shall come back.")
    return SetRegister(conflict.root, conflict.part_id, name, False)


def _register(conflict: Conflict, value: object) -> Change:
    return SetRegister(conflict.root, conflict.part_id, conflict.field, value)


def _text(conflict: Conflict, part_id: str, value: object) -> Change:
    if not isinstance(value, str):
        raise _bad("The value must be a text.")
    field, _, locale = conflict.field.partition(":")
    return SetText(conflict.root, part_id, field, locale, value)


def _text_now(conflict: Conflict, menu: Menu) -> str | None:
    field, _, locale = conflict.field.partition(":")
    parts = menu.sections if conflict.root == "sections" else tuple(menu.live_items())
    part = next((one for one in parts if one.id == conflict.part_id), None)
    if part is None:
        return None
    if field == "note":
        return part.note if isinstance(part, Item) else None
    return (part.name if field == "name" else part.description).get(locale)


def _ids(conflict: Conflict) -> list[str]:
    return [str(one.get("value")) for one in conflict.candidates]


def _check_among(id: str, ids: Sequence[str]) -> None:
    if id not in ids:
        raise _bad("The target is none of the items of this conflict.")


def _bad(sentence: str) -> StructureRefused:
    return StructureRefused(sentence, reason="bad_choice")
