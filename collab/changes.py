"""The small changes that an edit of the server is made of; `collab.edits` writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from collab.plain_menu import Texts


@dataclass(frozen=True, slots=True)
class SetMeta:
    """A plain key of `meta`."""

    key: str
    value: object


@dataclass(frozen=True, slots=True)
class Create:
    """A new section or item, with its texts in every locale."""

    root: str  # "sections" or "items"
    id: str
    name: Texts
    description: Texts
    locales: tuple[str, ...]
    registers: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SetRegister:
    """One register of a section or item."""

    root: str
    id: str
    register: str
    value: object


@dataclass(frozen=True, slots=True)
class SetText:
    """One text of a section or item in one locale; created when it is missing."""

    root: str
    id: str
    field: str  # "name" or "desc"
    locale: str
    text: str


Change = SetMeta | Create | SetRegister | SetText
