"""What brings one section, item or modifier group to what a file says of it.

Two ways of reading a file. Merging: what it does not say stays, nothing is taken away but codes
and modifier groups from a list that it does name. Complete: the file is all there is to say, so
what it does not name is emptied, and variations and options that it does not name are deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from collab.edits.draft import Draft
from collab.menus.listing import listing_for
from collab.menus.menu import CONTAINS, FREE, MAY, Choice, Item, ModifierGroup, Section
from collab.menus.order_keys import keys, last_key, rearranged
from collab.menus.plain_menu import (
    Legend,
    PlainItem,
    PlainModifierGroup,
    PlainOption,
    PlainSection,
    PlainVariation,
    Texts,
    Window,
)
from collab.menus.schema import DESCRIPTION, GROUPS, ITEMS, NAME, NOTE, SECTIONS

MakeId = Callable[[str], str]  # a fresh id; for "s", "i", "g", "v" or "o", the kind of part

# Fields that are one register each: as `PlainItem` and `Item` call them -> the register.
ITEM_REGISTERS: Mapping[str, str] = {
    "price": "price",
    "spiciness": "spice",
    "tax": "tax",
    "station": "station",
    "preparation_seconds": "prep_s",
    "kcal": "kcal",
    "alcohol": "abv",
    "photo": "photo",
}


@dataclass(frozen=True, slots=True)
class Shaper:
    """Brings parts of a draft to what a file says.

    locale: in which variations and options without an id are found by name. legend: the one that
    the menu is going to have. is_complete: how the file is read.
    """

    draft: Draft
    locale: str
    legend: Legend
    make_id: MakeId
    is_complete: bool

    def new_section(self, id: str, section: PlainSection, key: str) -> None:
        """Create a section. key: its order key."""
        self.draft.create(SECTIONS, id, section.name, section.description, {"pos": key})
        self._shape_section(id, section)

    def new_item(self, id: str, item: PlainItem, section_id: str, key: str) -> None:
        """Create an item at a place."""
        loc = {"loc": [section_id, key]}
        self.draft.create(ITEMS, id, item.name, item.description, loc, item.note or "")
        self._shape_item(id, item)

    def new_group(self, id: str, group: PlainModifierGroup) -> None:
        """Create a modifier group."""
        self.draft.create(GROUPS, id, {}, {}, {})
        self._shape_group(id, group)

    def change_section(self, id: str, section: PlainSection) -> None:
        """Change a section that is there; a deleted one comes back."""
        self._restore(SECTIONS, self.draft.sections[id])
        self._write_texts(SECTIONS, self.draft.sections[id], section)
        self._shape_section(id, section)

    def change_item(self, id: str, item: PlainItem) -> None:
        """Change an item that is there, but not its place; a deleted one comes back."""
        self._restore(ITEMS, self.draft.items[id])
        self._write_texts(ITEMS, self.draft.items[id], item)
        if item.note is not None or self.is_complete:
            self.draft.write(ITEMS, id, NOTE, "", item.note or "")
        self._shape_item(id, item)

    def change_group(self, id: str, group: PlainModifierGroup) -> None:
        """Change a group that is there; a deleted one comes back."""
        self._restore(GROUPS, self.draft.groups[id])
        self._shape_group(id, group)

    def _shape_section(self, id: str, section: PlainSection) -> None:
        known = self.draft.sections[id]
        hours = section.hours if not self.is_complete else section.hours or ()
        if hours is not None and hours != known.hours:
            self.draft.set(SECTIONS, id, "hours", hours_value(hours))
        self._set_if_said(SECTIONS, id, "station", known.station, section.station or None)

    def _shape_item(self, id: str, item: PlainItem) -> None:
        known = self.draft.items[id]
        for field, register in ITEM_REGISTERS.items():
            wanted = getattr(item, field)
            self._set_if_said(
                ITEMS, id, register, getattr(known, field), None if wanted == "" else wanted
            )
        is_hidden = item.is_hidden if not self.is_complete else item.is_hidden is True
        if is_hidden is not None and is_hidden != known.is_hidden:
            self.draft.set(ITEMS, id, "hidden", is_hidden)
        self._set_codes(known, item)
        self._set_modifiers(known, item.modifiers)
        self._set_choices(ITEMS, id, "var", known.all_variations, item.variations or ())

    def _shape_group(self, id: str, group: PlainModifierGroup) -> None:
        known = self.draft.groups[id]
        self._set_names(GROUPS, id, "name:", known.name, group.name)
        minimum = group.minimum if not self.is_complete else group.minimum or 0
        if minimum is not None and minimum != known.minimum:
            self.draft.set(GROUPS, id, "min", minimum)
        self._set_if_said(GROUPS, id, "max", known.maximum, group.maximum)
        self._set_choices(GROUPS, id, "opt", known.all_options, group.options)

    def _restore(self, root: str, part: Section | Item | ModifierGroup) -> None:
        if part.is_deleted:
            self.draft.set(root, part.id, "deleted", False)

    def _set_if_said(self, root: str, id: str, register: str, now: object, wanted: object) -> None:
        if (wanted is not None or self.is_complete) and wanted != now:
            self.draft.set(root, id, register, wanted)

    def _write_texts(
        self, root: str, known: Section | Item, part: PlainSection | PlainItem
    ) -> None:
        for field, now, wanted in (
            (NAME, known.name, part.name),
            (DESCRIPTION, known.description, part.description),
        ):
            for locale, text in self._said(now, wanted).items():
                self.draft.write(root, known.id, field, locale, text)

    def _set_names(self, root: str, id: str, start: str, now: Texts, wanted: Texts) -> None:
        for locale, text in self._said(now, wanted).items():
            if now.get(locale, "") != text:
                self.draft.set(root, id, f"{start}{locale}", text)

    def _said(self, now: Texts, wanted: Texts) -> dict[str, str]:
        """The texts that the file asks for."""
        emptied = dict.fromkeys(now, "") if self.is_complete else {}
        return {**emptied, **wanted}

    def _set_codes(self, known: Item, item: PlainItem) -> None:
        lists = {
            "allergens": item.allergens,
            "may_contain": item.may_contain,
            "additives": item.additives,
            "traits": item.traits,
            "diets": item.diets,
        }
        said = {
            name: codes or ()
            for name, codes in lists.items()
            if codes is not None or self.is_complete
        }
        for register, value in _code_changes(known, said):
            self.draft.set(ITEMS, known.id, register, value)
        listing = listing_for(self.draft.items[known.id], self.legend, said)
        if listing is not None:
            self.draft.set(ITEMS, known.id, "order", listing or None)

    def _set_modifiers(self, known: Item, wanted: Sequence[str] | None) -> None:
        if wanted is None and not self.is_complete:
            return
        ids = tuple(wanted or ())
        for id in known.modifiers:
            if id not in ids:
                self.draft.set(ITEMS, known.id, f"mod:{id}", False)
        for id, key in rearranged(ids, known.modifier_keys).items():
            self.draft.set(ITEMS, known.id, f"mod:{id}", key)

    def _set_choices(
        self,
        root: str,
        part_id: str,
        family: str,
        known: Sequence[Choice],
        wanted: Sequence[PlainVariation | PlainOption],
    ) -> None:
        """Variations or options: found by id, else by name; new ones come at the end.

        known: deleted ones too. Merging deletes and moves none of them.
        """
        if not wanted and not self.is_complete:
            return
        by_id = {one.id: one for one in known}
        given = {choice.id for choice in wanted}
        free = [one for one in known if not one.is_deleted and one.id not in given]
        ids = []
        for choice in wanted:
            id = choice.id or self._take_named(free, choice.name) or self.make_id(family[0])
            ids.append(id)
            start = f"{family}:{id}:"
            self._set_choice(root, part_id, start, by_id.get(id, Choice(id, {}, None, "")), choice)
        if self.is_complete:
            for gone in free:
                self.draft.set(root, part_id, f"{family}:{gone.id}:deleted", True)
        placed = {id: by_id[id].order_key for id in ids if id in by_id and by_id[id].order_key}
        for id, key in self._choice_keys(known, ids, placed).items():
            self.draft.set(root, part_id, f"{family}:{id}:pos", key)

    def _choice_keys(
        self, known: Sequence[Choice], ids: list[str], placed: Mapping[str, str]
    ) -> dict[str, str]:
        if self.is_complete:
            return rearranged(ids, placed)
        new = [id for id in ids if id not in placed]
        last = last_key(one.order_key for one in known)
        return dict(zip(new, keys(len(new), last), strict=True))

    def _set_choice(
        self,
        root: str,
        part_id: str,
        start: str,
        known: Choice,
        choice: PlainVariation | PlainOption,
    ) -> None:
        if known.is_deleted:
            self.draft.set(root, part_id, f"{start}deleted", False)
        self._set_names(root, part_id, f"{start}name:", known.name, choice.name)
        self._set_if_said(root, part_id, f"{start}price", known.price, choice.price)

    def _take_named(self, free: list[Choice], name: Texts) -> str | None:
        """The first choice not taken yet that has the same name."""
        wanted = name.get(self.locale)
        for place, one in enumerate(free):
            if wanted and one.name.get(self.locale) == wanted:
                return free.pop(place).id
        return None


def hours_value(windows: Iterable[Window]) -> list[dict[str, object]]:
    """Service windows as the register `hours` holds them."""
    return [{"day": one.day, "from": one.opens, "to": one.closes} for one in windows]


def _codes_of(said: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """The registers of everything that the file says is in an item."""
    registers: dict[str, object] = {f"allergen:{code}": MAY for code in said.get("may_contain", ())}
    registers.update((f"allergen:{code}", CONTAINS) for code in said.get("allergens", ()))
    for name, family in (("additives", "additive"), ("traits", "tag"), ("diets", "diet")):
        registers.update((f"{family}:{code}", True) for code in said.get(name, ()))
    return registers


def _code_changes(known: Item, said: Mapping[str, Sequence[str]]) -> Iterable[tuple[str, object]]:
    wanted = _codes_of(said)
    now: dict[str, object] = {}
    absent: dict[str, object] = {}
    for name, family, codes, present, missing in (
        ("allergens", "allergen", known.allergens(CONTAINS), CONTAINS, FREE),
        ("may_contain", "allergen", known.allergens(MAY), MAY, FREE),
        ("additives", "additive", known.flags("additive"), True, False),
        ("traits", "tag", known.flags("tag"), True, False),
        ("diets", "diet", known.flags("diet"), True, False),
    ):
        there = {f"{family}:{code}": present for code in codes}
        now.update(there)
        if name in said:
            absent.update((one, missing) for one in sorted(there.keys() - wanted.keys()))
    changed = {name: value for name, value in wanted.items() if now.get(name) != value}
    return {**changed, **absent}.items()
