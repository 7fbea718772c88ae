"""A menu while changes to it are gathered: it reads as it will be after them.

Rule 1: nothing is written here; `changes` is what `collab.edits.writing` is to write.
Rule 2: a value that stands already makes no change.
Rule 3: registers of a part that the draft itself creates go into its `Create`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from collab.edits.changes import Change, Create, SetMeta, SetRegister, SetText
from collab.menus.menu import Item, Menu, ModifierGroup, Section
from collab.menus.registers import Candidate
from collab.menus.schema import DESCRIPTION, ITEMS, NAME, NOTE, SECTIONS

Part: TypeAlias = Section | Item | ModifierGroup


class Draft:
    """One batch of changes to one menu.

    The maps hold every part, deleted ones too; `Section.items` is not kept up to date.
    """

    def __init__(self, menu: Menu) -> None:
        self.menu = menu  # as it stood
        self.locales = menu.locales
        self.changes: list[Change] = []
        self.sections: dict[str, Section] = {
            one.id: one for one in (*menu.sections, *menu.deleted_sections)
        }
        self.items: dict[str, Item] = {
            one.id: one for one in (*menu.live_items(), *menu.deleted_items)
        }
        self.groups: dict[str, ModifierGroup] = {
            one.id: one for one in (*menu.modifier_groups, *menu.deleted_groups)
        }
        self._places: dict[tuple[str, str, str], int] = {}  # in `changes`
        # Of created parts: what goes into their `Create`, and the same as it reads.
        self._created: dict[tuple[str, str], tuple[dict[str, object], _Candidates]] = {}

    def part(self, root: str, id: str) -> Part:
        """A part as it will be. Raises KeyError."""
        if root == SECTIONS:
            return self.sections[id]
        return self.items[id] if root == ITEMS else self.groups[id]

    def has_id(self, id: str) -> bool:
        """Whether any part has this id."""
        return id in self.sections or id in self.items or id in self.groups

    def set_meta(self, key: str, value: object) -> None:
        """A key of `meta`; the caller knows that it differs."""
        self.changes.append(SetMeta(key, value))

    def create(
        self,
        root: str,
        id: str,
        name: Mapping[str, str],
        description: Mapping[str, str],
        registers: Mapping[str, object],
        note: str = "",
    ) -> None:
        """A new part. The name of a group belongs into its registers."""
        values = dict(registers)
        self.changes.append(Create(root, id, name, description, self.locales, values, note))
        read: _Candidates = {key: _only(value) for key, value in values.items()}
        self._created[(root, id)] = (values, read)
        if root == SECTIONS:
            self.sections[id] = Section(id, self._all(name), self._all(description), read)
        elif root == ITEMS:
            self.items[id] = Item(id, self._all(name), self._all(description), read, note)
        else:
            self.groups[id] = ModifierGroup(id, read)

    def set(
        self, root: str, id: str, register: str, value: object, *, decides: bool = False
    ) -> None:
        """One register. decides: it is also written when it is only one of several candidates."""
        part = self.part(root, id)
        candidates = part.registers.get(register, ())
        now = candidates[0].value if candidates else None
        # By type too, because True == 1.
        if now == value and type(now) is type(value) and not (decides and len(candidates) > 1):
            return
        if (root, id) in self._created:
            values, read = self._created[(root, id)]
            values[register], read[register] = value, _only(value)
            return
        self._append(SetRegister(root, id, register, value))
        self._put(root, replace(part, registers={**part.registers, register: _only(value)}))

    def write(self, root: str, id: str, field: str, locale: str, text: str) -> None:
        """One text: "name" or "desc" in a locale, or "note"; made when it is missing."""
        part = self.part(root, id)
        if isinstance(part, ModifierGroup):
            raise ValueError("a modifier group has no texts")
        if field == NOTE and isinstance(part, Item):
            if part.note != text:
                self.changes.append(SetText(root, id, field, "", text))
                self._put(root, replace(part, note=text))
            return
        known = part.name if field == NAME else part.description
        if known.get(locale) == text:
            return
        self.changes.append(SetText(root, id, field, locale, text))
        texts = {**known, locale: text}
        if field == NAME:
            self._put(root, replace(part, name=texts))
        else:
            self._put(root, replace(part, description=texts))

    def add_locales(self, locales: tuple[str, ...]) -> None:
        """Further languages: every part gets an empty text for each, the deleted ones too.

        Clients must not create a text: of two that are made at once one gets lost.
        """
        new = [locale for locale in dict.fromkeys(locales) if locale not in self.locales]
        if not new:
            return
        self.locales = (*self.locales, *new)
        self.set_meta("locales", list(self.locales))
        for locale in new:
            for root, ids in ((SECTIONS, tuple(self.sections)), (ITEMS, tuple(self.items))):
                for id in ids:
                    self._add_locale(root, id, locale)

    def _append(self, change: SetRegister) -> None:
        """Only the last value of a register is worth writing."""
        name = (change.root, change.id, change.register)
        place = self._places.setdefault(name, len(self.changes))
        self.changes[place : place + 1] = [change]

    def _add_locale(self, root: str, id: str, locale: str) -> None:
        part = self.part(root, id)
        assert not isinstance(part, ModifierGroup)
        for field, texts in ((NAME, part.name), (DESCRIPTION, part.description)):
            if locale not in texts:
                self.write(root, id, field, locale, "")

    def _all(self, texts: Mapping[str, str]) -> dict[str, str]:
        return {locale: texts.get(locale, "") for locale in self.locales}

    def _put(self, root: str, part: Part) -> None:
        match part:
            case Section():
                self.sections[part.id] = part
            case Item():
                self.items[part.id] = part
            case ModifierGroup():
                self.groups[part.id] = part


_Candidates: TypeAlias = dict[str, tuple[Candidate, ...]]


def _only(value: object) -> tuple[Candidate, ...]:
    return (Candidate("", value, "", 0),)
