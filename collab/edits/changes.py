"""The small changes that an edit of the server is made of; `collab.edits.writing` writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from collab.menus.plain_menu import Texts


@dataclass(frozen=True, slots=True)
class SetMeta:
    """A plain key of `meta`."""

    key: str
    value: object


@dataclass(frozen=True, slots=True)
class Create:
    """A new section, item or modifier group; the first two with their texts in every locale.

    The names of a group, of variations and of options are registers; a group has no other texts.
    """

    root: str  # "sections", "items" or "modgroups"
    id: str
    name: Texts
    description: Texts
    locales: tuple[str, ...]
    registers: Mapping[str, object]
    note: str = ""  # items only


@dataclass(frozen=True, slots=True)
class SetRegister:
    """One register of a section, item or modifier group."""

    root: str
    id: str
    register: str
    value: object


@dataclass(frozen=True, slots=True)
class SetText:
    """One text of a section or item; created when it is missing."""

    root: str
    id: str
    field: str  # "name", "desc" or "note"
    locale: str  # "" for a note
    text: str


Change = SetMeta | Create | SetRegister | SetText
