"""What named edits change in a menu: a list of small changes.

Rule 1: a batch is planned as a whole; each edit sees what those before it did. One that cannot be
        done refuses the batch, with its place in it.
Rule 2: setting a single register decides: where several values stand because people had not seen
        each other's, the named one is written even if it is the one that is read.
Rule 3: of something deleted, only `Restore` may speak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, assert_never

from collab.edits.changes import Change
from collab.edits.draft import Draft
from collab.edits.named_edits import (
    AddGroup,
    AddItem,
    AddLocale,
    AddOption,
    AddSection,
    AddVariation,
    Delete,
    Move,
    NamedEdit,
    Restore,
    SetCurrency,
    SetField,
    Spot,
    Target,
    WriteText,
)
from collab.edits.shaping import ITEM_REGISTERS, Shaper
from collab.edits.targets import Found, Impossible, Targets, arranged
from collab.errors import StructureRefused
from collab.menus.menu import DAYS, Menu
from collab.menus.plain_menu import (
    PlainItem,
    PlainMenu,
    PlainModifierGroup,
    PlainOption,
    PlainSection,
    PlainVariation,
    check_currency,
    check_locale,
    check_plain,
)
from collab.menus.registers import value_of
from collab.menus.schema import DESCRIPTION, GROUPS, ITEMS, NAME, NOTE, SECTIONS, value_problem

CODE_LISTS = ("allergens", "may_contain", "additives", "traits", "diets", "modifiers")
CODE_FAMILIES: Mapping[str, str] = {
    "allergen": "allergen",
    "additive": "additive",
    "diet": "diet",
    "trait": "tag",
}
TEXT_FIELDS: Mapping[str, str] = {"name": NAME, "description": DESCRIPTION, "note": NOTE}


def plan_edits(menu: Menu, edits: Iterable[NamedEdit], make_id: Callable[[], str]) -> list[Change]:
    """The changes that the edits make, in order; empty when all is so already.

    make_id: a new random id, for what is added without one. Raises StructureRefused with the place
    of the edit that cannot be done, TooLarge.
    """
    plan = _Plan(menu, make_id)
    for place, edit in enumerate(edits):
        try:
            plan.add(edit)
        except Impossible as error:
            raise StructureRefused(f"edits[{place}]: {error}.", reason="bad_edit") from None
        except StructureRefused as error:
            sentence = f"edits[{place}]: {error}"
            raise StructureRefused(sentence, reason=error.reason) from None
    return plan.draft.changes


class _Plan:
    def __init__(self, menu: Menu, make_id: Callable[[], str]) -> None:
        self.draft = Draft(menu)
        self._targets = Targets(self.draft)
        self._menu = menu
        self._random_id = make_id
        self._shaper = Shaper(self.draft, menu.locale, menu.legend, self._fresh, is_complete=False)

    def add(self, edit: NamedEdit) -> None:
        match edit:
            case SetField(target, field, value):
                self._set(self._targets.living(target), field, value)
            case WriteText():
                self._write(self._targets.living(edit.target), edit)
            case Move(target, spot, section):
                self._move(self._targets.living(target), spot, section)
            case AddSection(content, spot):
                self._add_section(content, spot)
            case AddItem(section, content, spot):
                self._add_item(section, content, spot)
            case AddVariation(item, content, spot):
                found = self._targets.living(Target(item=item))
                self._add_choice(found, "var:", content, spot)
            case AddGroup(content):
                self._add_group(content)
            case AddOption(group, content, spot):
                found = self._targets.living(Target(group=group))
                self._add_choice(found, "opt:", content, spot)
            case Delete(target):
                self._mark(self._targets.found(target), is_deleted=True)
            case Restore(target):
                self._mark(self._targets.found(target), is_deleted=False)
            case AddLocale(locale):
                check_locale(locale)
                self.draft.add_locales((locale,))
            case SetCurrency(currency):
                check_currency(currency)
                if currency != self._menu.currency:
                    self.draft.set_meta("currency", currency)
            case unreachable:
                assert_never(unreachable)

    # Fields

    def _set(self, found: Found, field: str, value: object) -> None:
        if found.root == ITEMS and not found.start and field in CODE_LISTS:
            self._set_list(found, field, value)
            return
        register = _register_of(found, field)
        if register is None:
            raise Impossible(f"a {found.kind} has no field {field!r} that can be set")
        if register == "hours":
            value = _hours(value)
        problem = value_problem(found.root, register, value)
        if problem is not None:
            raise Impossible(f"{field} must be {problem}")
        self.draft.set(found.root, found.id, register, value, decides=True)

    def _set_list(self, found: Found, field: str, value: object) -> None:
        codes = [] if value is None else value
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            raise Impossible(f"{field} must be a list of strings")
        if field == "modifiers":
            for id in codes:
                self._targets.living(Target(group=id))
        lists: dict[str, Any] = {field: tuple(codes)}
        item = PlainItem({}, **lists)
        self._check(items=(item,))
        self._shaper.change_item(found.id, item)

    def _write(self, found: Found, edit: WriteText) -> None:
        field = TEXT_FIELDS.get(edit.field)
        if field is None or (field == NOTE and (found.root != ITEMS or found.start)):
            raise Impossible(f"a {found.kind} has no text {edit.field!r}")
        locale = edit.locale or self._menu.locale
        if field == NOTE:
            self._check(items=(PlainItem({}, note=edit.text),))
            self.draft.write(found.root, found.id, NOTE, "", edit.text)
            return
        if locale not in self.draft.locales:
            raise Impossible(f"this menu has no texts in {locale!r} yet; add the locale first")
        if found.root == GROUPS or found.start:
            if field != NAME:
                raise Impossible(f"a {found.kind} has a name only")
            self._check(items=(PlainItem({locale: edit.text}),))
            register = f"{found.start}name:{locale}"
            self.draft.set(found.root, found.id, register, edit.text, decides=True)
            return
        text = {locale: edit.text}
        self._check(items=(PlainItem(text) if field == NAME else PlainItem({}, text),))
        self.draft.write(found.root, found.id, field, locale, edit.text)

    def _mark(self, found: Found, *, is_deleted: bool) -> None:
        register = f"{found.start}deleted"
        part = self.draft.part(found.root, found.id)
        if not is_deleted and value_of(part.registers, register) is None:
            return  # nobody ever deleted it
        self.draft.set(found.root, found.id, register, is_deleted, decides=True)

    # Places

    def _move(self, found: Found, spot: Spot, section: str | None) -> None:
        if section is not None and (found.root != ITEMS or found.start):
            raise Impossible(f"a {found.kind} is in no section")
        if found.start:
            family = found.start[:4]
            part = Found(found.root, found.id)
            known = {
                one.id: one.order_key for one in self._targets.choices(part) if not one.is_deleted
            }
            id = found.start[4:-1]
            for one, key in arranged(known, id, spot).items():
                self.draft.set(part.root, part.id, f"{family}{one}:pos", key, decides=one == id)
        elif found.root == SECTIONS:
            for one, key in arranged(self._section_keys(), found.id, spot).items():
                self.draft.set(SECTIONS, one, "pos", key, decides=one == found.id)
        elif found.root == ITEMS:
            self._move_item(found.id, spot, section or self.draft.items[found.id].place[0])
        else:
            raise Impossible("modifier groups have no order; set the modifiers of an item")

    def _move_item(self, id: str, spot: Spot, section: str) -> None:
        self._targets.living(Target(section=section))
        for one, key in arranged(self._item_keys(section), id, spot).items():
            self.draft.set(ITEMS, one, "loc", [section, key], decides=one == id)

    def _section_keys(self) -> dict[str, str]:
        living = (one for one in self.draft.sections.values() if not one.is_deleted)
        return {one.id: one.order_key for one in living}

    def _item_keys(self, section: str) -> dict[str, str]:
        places = ((one.id, one.place) for one in self.draft.items.values() if not one.is_deleted)
        return {id: key for id, (where, key) in places if where == section}

    # What is new

    def _add_section(self, content: PlainSection, spot: Spot) -> None:
        self._check(sections=(content,))
        id = self._new_id(content.id, "section")
        keys = arranged(self._section_keys(), id, spot)
        self._shaper.new_section(id, content, keys.pop(id))
        for one, key in keys.items():
            self.draft.set(SECTIONS, one, "pos", key)
        for item in content.items:
            self._add_item(id, item, Spot())

    def _add_item(self, section: str, content: PlainItem, spot: Spot) -> None:
        self._targets.living(Target(section=section))
        self._check(items=(content,))
        for group in content.modifiers or ():
            self._targets.living(Target(group=group))
        id = self._new_id(content.id, "item")
        keys = arranged(self._item_keys(section), id, spot)
        self._shaper.new_item(id, content, section, keys.pop(id))
        for one, key in keys.items():
            self.draft.set(ITEMS, one, "loc", [section, key])

    def _add_group(self, content: PlainModifierGroup) -> None:
        self._check(groups=(content,))
        self._shaper.new_group(self._new_id(content.id, "modifier group"), content)

    def _add_choice(
        self, part: Found, family: str, content: PlainVariation | PlainOption, spot: Spot
    ) -> None:
        if any(one.id == content.id for one in self._targets.choices(part)):
            raise Impossible(f"the id {content.id!r} is taken")
        id = content.id or self._fresh(family)
        named = replace(content, id=id)
        if isinstance(named, PlainVariation):
            item = PlainItem({}, variations=(named,))
            self._check(items=(item,))
            self._shaper.change_item(part.id, item)
        else:
            group = PlainModifierGroup({}, options=(named,))
            self._check(groups=(group,))
            self._shaper.change_group(part.id, group)
        self._move(Found(part.root, part.id, f"{family}{id}:"), spot, None)

    def _check(
        self,
        sections: Sequence[PlainSection] = (),
        items: Sequence[PlainItem] = (),
        groups: Sequence[PlainModifierGroup] = (),
    ) -> None:
        """Refuse content that may not go into any menu, or is in a language that this one lacks."""
        plain = PlainMenu(
            self._menu.locale,
            self._menu.currency,
            sections=tuple(sections),
            unplaced=tuple(items),
            modifier_groups=tuple(groups),
        )
        check_plain(plain)
        for locale in plain.all_locales():
            if locale not in self.draft.locales:
                raise Impossible(f"this menu has no texts in {locale!r} yet; add the locale first")

    def _new_id(self, id: str | None, kind: str) -> str:
        if id is None:
            return self._fresh(kind)
        if self.draft.has_id(id):
            raise Impossible(f"the id {id!r} is taken")
        return id

    def _fresh(self, kind: str) -> str:
        while True:
            id = self._random_id()
            if not self.draft.has_id(id):
                return id


def _register_of(found: Found, field: str) -> str | None:
    """The register of a field that is one register; None when there is no such field."""
    if found.start:
        return f"{found.start}price" if field == "price" else None
    if found.root == SECTIONS:
        return {"available_at": "hours", "station": "station"}.get(field)
    if found.root == GROUPS:
        return field if field in ("min", "max") else None
    family, colon, code = field.partition(":")
    if colon:
        return f"{CODE_FAMILIES[family]}:{code}" if family in CODE_FAMILIES and code else None
    return "hidden" if field == "hidden" else ITEM_REGISTERS.get(field)


def _hours(value: object) -> object:
    """Service windows as the register holds them; what is none is left for the form to refuse."""
    if not isinstance(value, list):
        return value
    days = {name: place + 1 for place, name in enumerate(DAYS)}
    return [
        {**one, "day": days.get(one["day"], one["day"])}
        if isinstance(one, dict) and isinstance(one.get("day"), str)
        else one
        for one in value
    ]
