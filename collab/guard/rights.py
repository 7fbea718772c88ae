"""Who may write which field of a menu: one table.

Rule 1: the deliverer's rights decide, whoever's client id a change carries: client ids can be
        borrowed, sessions cannot.
Rule 2: `meta` is the server's: nobody writes it through a document, not even an owner. Over REST
        it is a field like the others.
Rule 3: an identity without roles that a token lets write one menu counts as an editor there.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from collab.edits.changes import Change, Create, SetMeta, SetRegister, SetText
from collab.identity import Identity, Role
from collab.menus.schema import DESCRIPTION, META, NAME, NOTE


class Area(StrEnum):
    """Fields that the same people may write."""

    SETTINGS = "settings"  # currency, locales, legend
    STRUCTURE = "structure"  # what exists, and where it stands
    TEXTS = "texts"
    PRICES = "prices"
    TAX = "tax"
    FOOD = "food"  # allergens, additives, diets
    DETAILS = "details"  # photo, station, energy, hours, ...
    NOTES = "notes"


_MANAGING = frozenset({Role.OWNER, Role.MANAGER})
_EDITING = _MANAGING | {Role.EDITOR}

WRITERS: Mapping[Area, frozenset[Role]] = {
    Area.SETTINGS: _MANAGING,
    Area.STRUCTURE: _EDITING,
    Area.TEXTS: _EDITING | {Role.TRANSLATOR},
    Area.PRICES: _EDITING,
    Area.TAX: _MANAGING,
    Area.FOOD: _EDITING,
    Area.DETAILS: _EDITING,
    Area.NOTES: _EDITING | {Role.WAITER},
}

_AREAS: Mapping[str, Area] = {
    "": Area.STRUCTURE,
    "deleted": Area.STRUCTURE,
    "loc": Area.STRUCTURE,
    "pos": Area.STRUCTURE,
    "mod": Area.STRUCTURE,
    "price": Area.PRICES,
    "tax": Area.TAX,
    "allergen": Area.FOOD,
    "additive": Area.FOOD,
    "diet": Area.FOOD,
    NAME: Area.TEXTS,
    DESCRIPTION: Area.TEXTS,
    NOTE: Area.NOTES,
}


def area_of(root: str, field: str) -> Area:
    """The area that a field belongs to.

    field: as in `FieldChange`: a register, "name:<locale>", "desc:<locale>", "note"; "": the part
    itself.
    """
    if root == META:
        return Area.SETTINGS
    family, _, rest = field.partition(":")
    if family in ("var", "opt"):  # var:<id>:price
        family = rest.partition(":")[2].partition(":")[0]
    return _AREAS.get(family, Area.DETAILS)


def may_write(identity: Identity, root: str, field: str) -> bool:
    """Whether somebody who may write the menu at all may write this field of it."""
    roles = identity.roles or frozenset({Role.EDITOR})
    area = area_of(root, field)
    granted = roles & WRITERS[area]
    if granted != {Role.TRANSLATOR} or not identity.locales:
        return bool(granted)
    return locale_of(root, field) in identity.locales


def locale_of(root: str, field: str) -> str | None:
    """The locale of a text field; None for other fields."""
    if area_of(root, field) is not Area.TEXTS:
        return None
    return field.rpartition(":")[2]


def field_of(change: Change) -> tuple[str, str, str]:
    """(root, part id, field) that a change of the server writes."""
    match change:
        case SetMeta(key, _):
            return META, "", key
        case Create(root, id):
            return root, id, ""
        case SetRegister(root, id, register):
            return root, id, register
        case SetText(root, id, field, locale):
            return root, id, text_field(field, locale)


def text_field(field: str, locale: str) -> str:
    """How a text is called in histories and rights: `name:de`; the note has no locale."""
    return field if field == NOTE else f"{field}:{locale}"
