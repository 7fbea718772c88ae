"""Named edits: what a program wants changed in a menu, said one by one.

Fields are called as in the plain JSON of a menu. `collab.edits.planning` works out the changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from collab.menus.plain_menu import (
    PlainItem,
    PlainModifierGroup,
    PlainOption,
    PlainSection,
    PlainVariation,
)


@dataclass(frozen=True, slots=True)
class Target:
    """What an edit is about: one section, item or group, or a variation of an item, or an option
    of a group. All are ids."""

    section: str | None = None
    item: str | None = None
    group: str | None = None
    variation: str | None = None  # of `item`
    option: str | None = None  # of `group`


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a list: before or after the one with that id, or at an index; else at the end."""

    before: str | None = None
    after: str | None = None
    position: int | None = None  # 0: first


@dataclass(frozen=True, slots=True)
class SetField:
    """One field that is no text. None empties it."""

    target: Target
    field: str  # "price", "allergens", "allergen:Sesam", "available_at", "min", ...
    value: object


@dataclass(frozen=True, slots=True)
class WriteText:
    """One text; only what differs is changed."""

    target: Target
    field: str  # "name", "description" or "note"
    text: str
    locale: str | None = None  # None: the menu's own; a note has none


@dataclass(frozen=True, slots=True)
class Move:
    """To another place in its list. Items also to another section."""

    target: Target
    spot: Spot
    section: str | None = None  # items only; None: the one they are in


@dataclass(frozen=True, slots=True)
class AddSection:
    """A new section, with items or without."""

    content: PlainSection
    spot: Spot


@dataclass(frozen=True, slots=True)
class AddItem:
    """A new item in a section."""

    section: str
    content: PlainItem
    spot: Spot


@dataclass(frozen=True, slots=True)
class AddVariation:
    """A new variation of an item."""

    item: str
    content: PlainVariation
    spot: Spot


@dataclass(frozen=True, slots=True)
class AddGroup:
    """A new modifier group."""

    content: PlainModifierGroup


@dataclass(frozen=True, slots=True)
class AddOption:
    """A new option of a modifier group."""

    group: str
    content: PlainOption
    spot: Spot


@dataclass(frozen=True, slots=True)
class Delete:
    """Hide something; nothing in it is lost. The items of a deleted section are unplaced."""

    target: Target


@dataclass(frozen=True, slots=True)
class Restore:
    """Show something deleted again."""

    target: Target


@dataclass(frozen=True, slots=True)
class AddLocale:
    """A further language, with an empty text for everything."""

    locale: str


@dataclass(frozen=True, slots=True)
class SetCurrency:
    """Another currency; the amounts stay."""

    currency: str


NamedEdit: TypeAlias = (
    SetField
    | WriteText
    | Move
    | AddSection
    | AddItem
    | AddVariation
    | AddGroup
    | AddOption
    | Delete
    | Restore
    | AddLocale
    | SetCurrency
)
