"""What named edits change in a menu: a list of small changes.

Rule 1: a batch is planned as a whole; each edit sees what those before it did. One that cannot be
        done refuses the batch, with its place in it.
Rule 2: setting a single register decides: where several values stand because people had not seen
        each other's, the named one is written even if it is the one that is read.
Rule 3: of something deleted, only `Restore` may speak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, assert_never

from collab.changes import Change
from collab.draft import Draft
from collab.errors import StructureRefused
from collab.menu import DAYS, Choice, Menu
from collab.named_edits import (
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
from collab.order_keys import key_between, rearranged
from collab.plain_menu import (
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
from collab.registers import value_of
from collab.schema import DESCRIPTION, GROUPS, ITEMS, NAME, NOTE, SECTIONS, value_problem
from collab.shaping import ITEM_REGISTERS, Shaper

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
        except _Impossible as error:
            raise StructureRefused(f"edits[{place}]: {error}.", reason="bad_edit") from None
        except StructureRefused as error:
            sentence = f"edits[{place}]: {error}"
            raise StructureRefused(sentence, reason=error.reason) from None
    return plan.draft.changes


class _Impossible(Exception):
    """The edit cannot be done; says why, without a full stop."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a target turned out to be."""

    root: str
    id: str
    start: str = ""  # of register names: "var:<id>:" or "opt:<id>:"
    is_deleted: bool = False

    @property
    def kind(self) -> str:
        kinds = {"": {SECTIONS: "section", ITEMS: "item", GROUPS: "modifier group"}}
        names = kinds.get(self.start) or {ITEMS: "variation", GROUPS: "option"}
        return names[self.root]


class _Plan:
    def __init__(self, menu: Menu, make_id: Callable[[], str]) -> None:
        self.draft = Draft(menu)
        self._menu = menu
        self._random_id = make_id
        self._shaper = Shaper(self.draft, menu.locale, menu.legend, self._fresh, is_complete=False)

    def add(self, edit: NamedEdit) -> None:
        match edit:
            case SetField(target, field, value):
                self._set(self._living(target), field, value)
            case WriteText():
                self._write(self._living(edit.target), edit)
            case Move(target, spot, section):
                self._move(self._living(target), spot, section)
            case AddSection(content, spot):
                self._add_section(content, spot)
            case AddItem(section, content, spot):
                self._add_item(section, content, spot)
            case AddVariation(item, content, spot):
                found = self._living(Target(item=item))
                self._add_choice(found, "var:", content, spot)
            case AddGroup(content):
                self._add_group(content)
            case AddOption(group, content, spot):
                found = self._living(Target(group=group))
                self._add_choice(found, "opt:", content, spot)
            case Delete(target):
                self._mark(self._found(target), is_deleted=True)
            case Restore(target):
                self._mark(self._found(target), is_deleted=False)
            case AddLocale(locale):
                check_locale(locale)
                self.draft.add_locales((locale,))
            case SetCurrency(currency):
                check_currency(currency)
                if currency != self._menu.currency:
                    self.draft.set_meta("currency", currency)
            case unreachable:
                assert_never(unreachable)

    # Targets

    def _found(self, target: Target) -> _Found:
        match target:
            case Target(section=str(id), item=None, group=None, variation=None, option=None):
                return self._part(SECTIONS, id)
            case Target(section=None, item=str(id), group=None, variation=variation, option=None):
                part = self._part(ITEMS, id)
                return part if variation is None else self._choice(part, "var:", variation)
            case Target(section=None, item=None, group=str(id), variation=None, option=option):
                part = self._part(GROUPS, id)
                return part if option is None else self._choice(part, "opt:", option)
            case _:
                raise _Impossible(
                    "name one section, item or group, or a variation of an item, or an option of"
                    " a group"
                )

    def _living(self, target: Target) -> _Found:
        found = self._found(target)
        if found.is_deleted or self.draft.part(found.root, found.id).is_deleted:
            raise _Impossible(f"this {found.kind} is deleted; restore it first")
        return found

    def _part(self, root: str, id: str) -> _Found:
        try:
            part = self.draft.part(root, id)
        except KeyError:
            raise _Impossible(f"there is no {_Found(root, id).kind} {id!r}") from None
        return _Found(root, id, is_deleted=part.is_deleted)

    def _choice(self, part: _Found, family: str, id: str) -> _Found:
        for known in self._choices(part):
            if known.id == id:
                return _Found(part.root, part.id, f"{family}{id}:", known.is_deleted)
        kind = _Found(part.root, part.id, f"{family}{id}:").kind
        raise _Impossible(f"there is no {kind} {id!r} in this {part.kind}")

    def _choices(self, part: _Found) -> tuple[Choice, ...]:
        if part.root == ITEMS:
            return self.draft.items[part.id].all_variations
        return self.draft.groups[part.id].all_options

    # Fields

    def _set(self, found: _Found, field: str, value: object) -> None:
        if found.root == ITEMS and not found.start and field in CODE_LISTS:
            self._set_list(found, field, value)
            return
        register = _register_of(found, field)
        if register is None:
            raise _Impossible(f"a {found.kind} has no field {field!r} that can be set")
        if register == "hours":
            value = _hours(value)
        problem = value_problem(found.root, register, value)
        if problem is not None:
            raise _Impossible(f"{field} must be {problem}")
        self.draft.set(found.root, found.id, register, value, decides=True)

    def _set_list(self, found: _Found, field: str, value: object) -> None:
        codes = [] if value is None else value
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            raise _Impossible(f"{field} must be a list of strings")
        if field == "modifiers":
            for id in codes:
                self._living(Target(group=id))
        lists: dict[str, Any] = {field: tuple(codes)}
        item = PlainItem({}, **lists)
        self._check(items=(item,))
        self._shaper.change_item(found.id, item)

    def _write(self, found: _Found, edit: WriteText) -> None:
        field = TEXT_FIELDS.get(edit.field)
        if field is None or (field == NOTE and (found.root != ITEMS or found.start)):
            raise _Impossible(f"a {found.kind} has no text {edit.field!r}")
        locale = edit.locale or self._menu.locale
        if field == NOTE:
            self._check(items=(PlainItem({}, note=edit.text),))
            self.draft.write(found.root, found.id, NOTE, "", edit.text)
            return
        if locale not in self.draft.locales:
            raise _Impossible(f"this menu has no texts in {locale!r} yet; add the locale first")
        if found.root == GROUPS or found.start:
            if field != NAME:
                raise _Impossible(f"a {found.kind} has a name only")
            self._check(items=(PlainItem({locale: edit.text}),))
            register = f"{found.start}name:{locale}"
            self.draft.set(found.root, found.id, register, edit.text, decides=True)
            return
        text = {locale: edit.text}
        self._check(items=(PlainItem(text) if field == NAME else PlainItem({}, text),))
        self.draft.write(found.root, found.id, field, locale, edit.text)

    def _mark(self, found: _Found, *, is_deleted: bool) -> None:
        register = f"{found.start}deleted"
        part = self.draft.part(found.root, found.id)
        if not is_deleted and value_of(part.registers, register) is None:
            return  # nobody ever deleted it
        self.draft.set(found.root, found.id, register, is_deleted, decides=True)

    # Places

    def _move(self, found: _Found, spot: Spot, section: str | None) -> None:
        if section is not None and (found.root != ITEMS or found.start):
            raise _Impossible(f"a {found.kind} is in no section")
        if found.start:
            family = found.start[:4]
            part = _Found(found.root, found.id)
            known = {one.id: one.order_key for one in self._choices(part) if not one.is_deleted}
            id = found.start[4:-1]
            for one, key in _arranged(known, id, spot).items():
                self.draft.set(part.root, part.id, f"{family}{one}:pos", key, decides=one == id)
        elif found.root == SECTIONS:
            for one, key in _arranged(self._section_keys(), found.id, spot).items():
                self.draft.set(SECTIONS, one, "pos", key, decides=one == found.id)
        elif found.root == ITEMS:
            self._move_item(found.id, spot, section or self.draft.items[found.id].place[0])
        else:
            raise _Impossible("modifier groups have no order; set the modifiers of an item")

    def _move_item(self, id: str, spot: Spot, section: str) -> None:
        self._living(Target(section=section))
        for one, key in _arranged(self._item_keys(section), id, spot).items():
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
        keys = _arranged(self._section_keys(), id, spot)
        self._shaper.new_section(id, content, keys.pop(id))
        for one, key in keys.items():
            self.draft.set(SECTIONS, one, "pos", key)
        for item in content.items:
            self._add_item(id, item, Spot())

    def _add_item(self, section: str, content: PlainItem, spot: Spot) -> None:
        self._living(Target(section=section))
        self._check(items=(content,))
        for group in content.modifiers or ():
            self._living(Target(group=group))
        id = self._new_id(content.id, "item")
        keys = _arranged(self._item_keys(section), id, spot)
        self._shaper.new_item(id, content, section, keys.pop(id))
        for one, key in keys.items():
            self.draft.set(ITEMS, one, "loc", [section, key])

    def _add_group(self, content: PlainModifierGroup) -> None:
        self._check(groups=(content,))
        self._shaper.new_group(self._new_id(content.id, "modifier group"), content)

    def _add_choice(
        self, part: _Found, family: str, content: PlainVariation | PlainOption, spot: Spot
    ) -> None:
        if any(one.id == content.id for one in self._choices(part)):
            raise _Impossible(f"the id {content.id!r} is taken")
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
        self._move(_Found(part.root, part.id, f"{family}{id}:"), spot, None)

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
                raise _Impossible(f"this menu has no texts in {locale!r} yet; add the locale first")

    def _new_id(self, id: str | None, kind: str) -> str:
        if id is None:
            return self._fresh(kind)
        if self.draft.has_id(id):
            raise _Impossible(f"the id {id!r} is taken")
        return id

    def _fresh(self, kind: str) -> str:
        while True:
            id = self._random_id()
            if not self.draft.has_id(id):
                return id


def _register_of(found: _Found, field: str) -> str | None:
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


def _arranged(known: Mapping[str, str], id: str, spot: Spot) -> dict[str, str]:
    """New keys that bring an id to a spot of a list. known: id -> key of what is in it."""
    others = [one for one in sorted(known, key=lambda one: (known[one], one)) if one != id]
    place = _place_in(others, spot)
    wanted = [*others[:place], id, *others[place:]]
    made = rearranged(wanted, known)
    if len(made) <= 1 and id in (made or {id: ""}):
        return made
    # Just as few keys could change another one; what was named is what moves.
    before = known[others[place - 1]] if place else None
    after = known[others[place]] if place < len(others) else None
    try:
        return {id: key_between(before, after)}
    except ValueError:
        return made


def _place_in(others: Sequence[str], spot: Spot) -> int:
    given = [one for one in (spot.before, spot.after, spot.position) if one is not None]
    if len(given) > 1:
        raise _Impossible("give one of before, after and position")
    if spot.position is not None:
        if not 0 <= spot.position <= len(others):
            raise _Impossible(f"position must be from 0 to {len(others)}")
        return spot.position
    named = spot.before if spot.before is not None else spot.after
    if named is None:
        return len(others)
    if named not in others:
        raise _Impossible(f"there is no {named!r} beside it")
    return others.index(named) + (spot.after is not None)
