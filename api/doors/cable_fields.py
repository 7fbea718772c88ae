"""From a field's path and a value to a named edit of a menu. Pure.

Paths are those of locks: `items/soup/price`, `items/soup/name:de`, `items/soup/var:large:price`,
`sections/starters/name:de`, `modgroups/sides/opt:rice:price`, `meta/currency`. Values are those of
the menu: prices are whole minor units, texts are texts, `deleted` is true or false, null empties.
"""

from __future__ import annotations

from collections.abc import Mapping

from collab.edits.named_edits import (
    Delete,
    NamedEdit,
    Restore,
    SetCurrency,
    SetField,
    Target,
    WriteText,
)
from collab.edits.planning import CODE_FAMILIES
from collab.edits.shaping import ITEM_REGISTERS
from collab.errors import StructureRefused
from collab.guard.locks import LockedField
from collab.menus.schema import DESCRIPTION, GROUPS, ITEMS, META, NAME, NOTE, SECTIONS

_TEXTS = {NAME: "name", DESCRIPTION: "description", NOTE: "note"}
_CHOICES = {(ITEMS, "var"), (GROUPS, "opt")}
_FIELDS: Mapping[str, Mapping[str, str]] = {  # register -> as plain JSON calls it
    ITEMS: {"hidden": "hidden", **{register: name for name, register in ITEM_REGISTERS.items()}},
    SECTIONS: {"hours": "available_at", "station": "station"},
    GROUPS: {"min": "min", "max": "max"},
}
_FAMILIES = {family: name for name, family in CODE_FAMILIES.items()}


def edit_of_field(field: LockedField, value: object) -> NamedEdit:
    """The edit that writes a value into a field. Raises StructureRefused when there is none."""
    if field.root == META:
        if field.field != "currency" or not isinstance(value, str):
            raise _no_field(field)
        return SetCurrency(value)
    target, name = _target(field)
    family, _, rest = name.partition(":")
    if family in _TEXTS:
        if not isinstance(value, str):
            raise StructureRefused(f"The value of {field.path} must be a text.", reason="bad_value")
        return WriteText(target, _TEXTS[family], value, rest or None)
    if name == "deleted":
        if not isinstance(value, bool):
            raise StructureRefused("deleted must be true or false.", reason="bad_value")
        return Delete(target) if value else Restore(target)
    return SetField(target, _plain_name(field, target, name), value)


def _target(field: LockedField) -> tuple[Target, str]:
    """What the field is of, and its name there."""
    family, _, rest = field.field.partition(":")
    part = {SECTIONS: "section", ITEMS: "item", GROUPS: "group"}[field.root]
    if (field.root, family) not in _CHOICES:
        return Target(**{part: field.part_id}), field.field
    choice, _, name = rest.partition(":")
    kind = "variation" if family == "var" else "option"
    return Target(**{part: field.part_id, kind: choice}), name


def _plain_name(field: LockedField, target: Target, name: str) -> str:
    if target.variation is not None or target.option is not None:
        if name == "price":
            return name
        raise _no_field(field)
    family, colon, code = name.partition(":")
    if colon and field.root == ITEMS and family in _FAMILIES:
        return f"{_FAMILIES[family]}:{code}"
    plain = _FIELDS[field.root].get(name)
    if plain is None:
        raise _no_field(field)
    return plain


def _no_field(field: LockedField) -> StructureRefused:
    return StructureRefused(f"{field.path} cannot be set here.", reason="bad_field")
