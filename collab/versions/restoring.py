"""Bringing back what an older version of a menu had, while people go on editing.

Rule 1: a restore is an edit that goes forward: the fewest changes after which the restored part
        reads as it did. Nothing else is touched, so edits of others survive, also those that come
        later from a tablet that was offline.
Rule 2: a field, an item or a section comes back with the languages that the menu has now.
Rule 3: an item returns to its old section if that is there; what was added to a section since
        stays in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from collab.edits.changes import Change, SetRegister, SetText
from collab.edits.diffing import plan_target
from collab.edits.draft import Draft
from collab.edits.shaping import Shaper
from collab.errors import StructureRefused
from collab.guard.rights import text_field
from collab.menus.menu import Menu
from collab.menus.order_keys import rearranged
from collab.menus.plain_menu import (
    PlainItem,
    PlainMenu,
    PlainModifierGroup,
    PlainSection,
    Texts,
)
from collab.menus.reading import in_sign_order
from collab.menus.schema import GROUPS, ITEMS, SECTIONS


@dataclass(frozen=True, slots=True)
class Everything:
    """The whole menu: what is not in the version is deleted."""


@dataclass(frozen=True, slots=True)
class WholePart:
    """A section with the items it had, an item, or a modifier group."""

    root: str  # "sections", "items" or "modgroups"
    id: str


@dataclass(frozen=True, slots=True)
class OneField:
    """One field of a part, or all that begin with it: "name" is the name in all languages."""

    root: str
    id: str
    field: str  # as in the history: "price", "name:de", "allergen:Sesam", "var:large", ...


What = Everything | WholePart | OneField


def plan_restore(
    menu: Menu, version: PlainMenu, what: What, make_id: Callable[[], str]
) -> list[Change]:
    """The changes that bring it back; empty when it reads like that already.

    menu: as it stands. version: checked content of the version. make_id: a new random id.
    Raises StructureRefused, reason "not_in_version", when the version does not have it.
    """
    match what:
        case Everything():
            return plan_target(menu, version, make_id)
        case WholePart(root, id):
            return _Restoring(menu, version, make_id).part(root, id)
        case OneField(root, id, field):
            return _field(menu, version, make_id, root, id, field)
        case unreachable:
            assert_never(unreachable)


def _field(
    menu: Menu, version: PlainMenu, make_id: Callable[[], str], root: str, id: str, field: str
) -> list[Change]:
    restoring = _Restoring(menu, version, make_id)
    if not restoring.has(root, id):
        raise StructureRefused(
            "This is not in the menu any more; restore it as a whole.", reason="not_in_menu"
        )
    restoring.shape(root, id)
    if (root, field) == (ITEMS, "loc"):
        restoring.go_home(id)
    return [one for one in restoring.draft.changes if _is_of(one, root, id, field)]


def _is_of(change: Change, root: str, id: str, field: str) -> bool:
    match change:
        case SetRegister(of_root, of_id, register):
            name = register
        case SetText(of_root, of_id, text, locale):
            name = text_field(text, locale)
        case _:
            return False
    is_named = name == field or name.startswith(f"{field}:")
    return (of_root, of_id) == (root, id) and is_named


class _Restoring:
    """Gathers the changes that bring parts back."""

    def __init__(self, menu: Menu, version: PlainMenu, make_id: Callable[[], str]) -> None:
        self.draft = Draft(menu)
        self._menu = menu
        self._version = version
        self._sections = {one.id: one for one in version.sections}
        self._items = {one.id: one for one in version.items()}
        self._groups = {one.id: one for one in version.modifier_groups}
        self._home = {item.id: one.id for one in version.sections for item in one.items}
        legend = in_sign_order(menu.legend)
        self._shaper = Shaper(
            self.draft, version.locale, legend, lambda kind: make_id(), is_complete=True
        )

    def has(self, root: str, id: str) -> bool:
        """Whether the menu has such a part, deleted or not."""
        if root == SECTIONS:
            return id in self.draft.sections
        if root == ITEMS:
            return id in self.draft.items
        return root == GROUPS and id in self.draft.groups

    def part(self, root: str, id: str) -> list[Change]:
        """Bring back a part as a whole."""
        self.shape(root, id)
        if root == SECTIONS:
            items = [item.id for item in self._sections[id].items if item.id is not None]
            for item_id in items:
                self.shape(ITEMS, item_id)
            for item_id in items:
                self.go_home(item_id)
        elif root == ITEMS:
            self.go_home(id)
        return self.draft.changes

    def shape(self, root: str, id: str) -> None:
        """Bring back the fields of a part, but not its place."""
        match self._wanted(root, id):
            case PlainSection() as section if id in self.draft.sections:
                self._shaper.change_section(id, section)
            case PlainSection() as section:
                self._shaper.new_section(id, section, self._section_key(id))
            case PlainItem() as item if id in self.draft.items:
                self._shaper.change_item(id, item)
            case PlainItem() as item:
                self._shaper.new_item(id, item, *self._first_place(id))
            case PlainModifierGroup() as group if id in self.draft.groups:
                self._shaper.change_group(id, group)
            case PlainModifierGroup() as group:
                self._shaper.new_group(id, group)

    def go_home(self, id: str) -> None:
        """Put an item back into the section that it was in, if that is there."""
        section = self._home.get(id, "")
        if not section or not self._is_live(section):
            return
        item = self.draft.items[id]
        if item.place[0] != section:
            self.draft.set(ITEMS, id, "loc", [section, self._places(section, id)[id]])

    def _wanted(self, root: str, id: str) -> PlainSection | PlainItem | PlainModifierGroup:
        found: PlainSection | PlainItem | PlainModifierGroup | None = None
        if root == SECTIONS:
            found = self._sections.get(id)
        elif root == ITEMS:
            found = self._items.get(id)
        elif root == GROUPS:
            found = self._groups.get(id)
        if found is None:
            raise StructureRefused("The version does not have this.", reason="not_in_version")
        if isinstance(found, PlainModifierGroup):
            return found
        return replace(
            found, name=self._spoken(found.name), description=self._spoken(found.description)
        )

    def _spoken(self, texts: Texts) -> Texts:
        return {locale: text for locale, text in texts.items() if locale in self._menu.locales}

    def _section_key(self, id: str) -> str:
        """A place among the sections like the one that it had."""
        live = [one for one in self._menu.sections if one.id != id]
        wanted = _inserted([one.id for one in live], id, [one.id for one in self._version.sections])
        return rearranged(wanted, {one.id: one.order_key for one in live})[id]

    def _first_place(self, id: str) -> tuple[str, str]:
        section = self._home.get(id, "")
        if section and self._is_live(section):
            return section, self._places(section, id)[id]
        return "", self._places("", id)[id]

    def _places(self, section: str, id: str) -> dict[str, str]:
        """A place in a section like the one that the item had in the version."""
        there = sorted(
            (one.place[1], one.id)
            for one in self.draft.items.values()
            if one.id != id and one.place[0] == section and not one.is_deleted
        )
        plain = self._sections[section].items if section else self._version.unplaced
        wanted = _inserted([one for _, one in there], id, [one.id for one in plain])
        # Only the new one may move; what has no readable key comes last anyway.
        return rearranged(wanted, {one: key for key, one in there})

    def _is_live(self, section: str) -> bool:
        known = self.draft.sections.get(section)
        return known is not None and not known.is_deleted


def _inserted(there: Sequence[str], id: str, model: Sequence[str | None]) -> list[str]:
    """`there` with `id` after the last of those that come before it in the model."""
    before = set(model[: model.index(id)]) if id in model else set(there)
    place = max((at + 1 for at, one in enumerate(there) if one in before), default=0)
    return [*there[:place], id, *there[place:]]
