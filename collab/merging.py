"""What an import changes in a menu: a list of small changes, worked out before anything is written.

Rule 1: what the file does not name stays as it is. Nothing is deleted; something deleted that the
        file names by its id comes back.
Rule 2: the same section or item is the one with the same id, else the first not taken yet with
        the same name in the file's default locale: items are looked for in their section only.
Rule 3: a change is as small as it can be, so that what others write meanwhile survives: a register
        only when it reads differently, of a text only the part that differs.
Rule 4: order keys of what is there stay; what is new comes at the end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence

from collab.changes import Change, Create, SetMeta, SetRegister, SetText
from collab.errors import StructureRefused
from collab.menu import CONTAINS, FREE, MAY, Item, Menu, Section
from collab.order_keys import key_between, last_key
from collab.plain_menu import PlainItem, PlainMenu, PlainSection, Window

MakeId = Callable[[], str]


def plan_first(plain: PlainMenu, menu_id: str, schema: int) -> list[Change]:
    """What makes an empty document this menu.

    Ids that the file does not give are counted, so that the same file makes the same document.
    """
    empty = Menu(
        None, menu_id, plain.currency, plain.locale, (), plain.legend, None, (), (), (), ()
    )
    given = {part.id for part in plain.parts()}
    plan = _Plan(empty, plain, _counting("s", given), _counting("i", given))
    meta: dict[str, object] = {
        "schema": schema,
        "menu_id": menu_id,
        "currency": plain.currency,
        "default_locale": plain.locale,
        "locales": list(plan.locales),
        "legend": _legend_value(plain.legend.allergens, plain.legend.additives),
    }
    if plain.source:
        meta["source"] = plain.source
    return [*(SetMeta(key, value) for key, value in meta.items()), *plan.changes()]


def plan_merge(menu: Menu, plain: PlainMenu, make_id: MakeId) -> list[Change]:
    """What brings the file into a menu that is there; empty when it is all there already.

    make_id: a new random id. Raises StructureRefused when the currencies differ, or when the file
    names something without an id in a language that the menu does not have yet.
    """
    if plain.currency != menu.currency:
        raise StructureRefused(
            f"This menu has prices in {menu.currency}, the file in {plain.currency}.",
            reason="wrong_currency",
        )
    if plain.locale not in menu.locales and _has_nameless(plain):
        # Nothing could be found by name, so the whole menu would come in a second time.
        raise StructureRefused(
            f"This menu has no texts in {plain.locale!r} yet; give the ids of what is meant.",
            reason="no_such_locale",
        )
    plan = _Plan(menu, plain, make_id, make_id)
    return [*_meta_changes(menu, plain, plan.locales), *plan.changes()]


class _Plan:
    """The changes of sections and items, gathered in one walk through the file."""

    def __init__(
        self, menu: Menu, plain: PlainMenu, make_section_id: MakeId, make_item_id: MakeId
    ) -> None:
        self.locales = tuple(dict.fromkeys([*menu.locales, *plain.all_locales()]))
        self._menu = menu
        self._plain = plain
        self._make_section_id = make_section_id
        self._make_item_id = make_item_id
        self._new_locales = [one for one in self.locales if one not in menu.locales]
        self._changes: list[Change] = []
        self._sections = {one.id: one for one in (*menu.sections, *menu.deleted_sections)}
        live = [item for section in menu.sections for item in section.items]
        live += menu.unplaced
        self._items = {one.id: one for one in (*live, *menu.deleted_items)}
        self._there: dict[str, list[Item]] = {}  # by section; a deleted one still has its items
        for item in live:
            self._there.setdefault(item.place[0], []).append(item)
        self._taken = {part.id for part in plain.parts() if part.id}
        self._last_keys: dict[str, str | None] = {}
        self._last_position = last_key(one.order_key for one in self._sections.values())

    def changes(self) -> list[Change]:
        self._add_locales()
        for section in self._plain.sections:
            known = self._known_section(section)
            section_id = self._new_section(section) if known is None else known.id
            if known is not None:
                self._merge_section(known, section)
            self._place(section.items, section_id, self._there.get(section_id, []))
        self._place(self._plain.unplaced, "", self._menu.unplaced)
        return self._changes

    def _add_locales(self) -> None:
        """Every text in every locale: clients must not create one, or two would get lost."""
        for locale in self._new_locales:
            for section in self._sections.values():
                self._add_locale("sections", section, locale)
            for item in self._items.values():
                self._add_locale("items", item, locale)

    def _add_locale(self, root: str, part: Section | Item, locale: str) -> None:
        for field, texts in (("name", part.name), ("desc", part.description)):
            if locale not in texts:
                self._changes.append(SetText(root, part.id, field, locale, ""))

    def _known_section(self, section: PlainSection) -> Section | None:
        if section.id is not None:
            return self._sections.get(section.id)
        wanted = section.name.get(self._plain.locale)
        for known in self._menu.sections:
            if known.id not in self._taken and wanted and self._named(known) == wanted:
                self._taken.add(known.id)
                return known
        return None

    def _named(self, part: Section | Item) -> str | None:
        return part.name.get(self._plain.locale)

    def _new_section(self, section: PlainSection) -> str:
        id = section.id or self._fresh(self._make_section_id)
        self._last_position = key_between(self._last_position, None)
        registers: dict[str, object] = {"pos": self._last_position}
        if section.hours:
            registers["hours"] = _hours_value(section.hours)
        self._create("sections", id, section, registers)
        return id

    def _merge_section(self, known: Section, section: PlainSection) -> None:
        self._merge_texts("sections", known, section)
        if known.is_deleted:
            self._set("sections", known.id, "deleted", False)
        if section.hours is not None and section.hours != known.hours:
            self._set("sections", known.id, "hours", _hours_value(section.hours))

    def _place(self, items: Iterable[PlainItem], section_id: str, there: Sequence[Item]) -> None:
        free: dict[str | None, deque[Item]] = {}  # by name; what nothing else in the file is
        for one in there:
            if one.id not in self._taken:
                free.setdefault(self._named(one), deque()).append(one)
        for item in items:
            known = self._known_item(item, free)
            if known is None:
                self._new_item(item, section_id)
                continue
            self._merge_item(known, item)
            if section_id and known.place[0] != section_id:
                loc = [section_id, self._next_key(section_id)]
                self._set("items", known.id, "loc", loc)

    def _known_item(self, item: PlainItem, free: dict[str | None, deque[Item]]) -> Item | None:
        if item.id is not None:
            return self._items.get(item.id)
        name = item.name.get(self._plain.locale)
        if not name or not free.get(name):
            return None
        known = free[name].popleft()
        self._taken.add(known.id)
        return known

    def _new_item(self, item: PlainItem, section_id: str) -> None:
        id = item.id or self._fresh(self._make_item_id)
        registers: dict[str, object] = {"loc": [section_id, self._next_key(section_id)]}
        registers.update(_wanted(item))
        registers.update(_codes_of(item))
        self._create("items", id, item, registers)

    def _merge_item(self, known: Item, item: PlainItem) -> None:
        self._merge_texts("items", known, item)
        if known.is_deleted:
            self._set("items", known.id, "deleted", False)
        now = {"price": known.price, "spice": known.spiciness}
        wanted = _wanted(item)
        changed: list[tuple[str, object]] = [
            (name, wanted[name]) for name in wanted if wanted[name] != now[name]
        ]
        for name, value in (*changed, *_code_changes(known, item)):
            self._set("items", known.id, name, value)

    def _merge_texts(
        self, root: str, known: Section | Item, part: PlainSection | PlainItem
    ) -> None:
        for field, now, wanted in (
            ("name", known.name, part.name),
            ("desc", known.description, part.description),
        ):
            for locale, text in wanted.items():
                if now.get(locale) != text:
                    self._changes.append(SetText(root, known.id, field, locale, text))

    def _create(
        self,
        root: str,
        id: str,
        part: PlainSection | PlainItem,
        registers: Mapping[str, object],
    ) -> None:
        self._taken.add(id)
        new = Create(root, id, part.name, part.description, self.locales, registers)
        self._changes.append(new)

    def _set(self, root: str, id: str, register: str, value: object) -> None:
        self._changes.append(SetRegister(root, id, register, value))

    def _next_key(self, section_id: str) -> str:
        """The key after everything in a section, deleted items and those added here included."""
        if section_id not in self._last_keys:
            places = (item.place for item in self._items.values())
            self._last_keys[section_id] = last_key(key for id, key in places if id == section_id)
        key = key_between(self._last_keys[section_id], None)
        self._last_keys[section_id] = key
        return key

    def _fresh(self, make_id: MakeId) -> str:
        while True:
            id = make_id()
            if id not in self._taken and id not in self._items and id not in self._sections:
                return id


def _has_nameless(plain: PlainMenu) -> bool:
    return any(part.id is None for part in plain.parts())


def _meta_changes(menu: Menu, plain: PlainMenu, locales: tuple[str, ...]) -> list[Change]:
    changes: list[Change] = []
    if locales != menu.locales:
        changes.append(SetMeta("locales", list(locales)))
    allergens = {**menu.legend.allergens, **plain.legend.allergens}
    additives = {**menu.legend.additives, **plain.legend.additives}
    if (allergens, additives) != (menu.legend.allergens, menu.legend.additives):
        changes.append(SetMeta("legend", _legend_value(allergens, additives)))
    if plain.source and not menu.source:
        changes.append(SetMeta("source", plain.source))
    return changes


def _legend_value(allergens: Mapping[str, str], additives: Mapping[str, str]) -> dict[str, object]:
    return {"allergens": dict(allergens), "additives": dict(additives)}


def _hours_value(windows: tuple[Window, ...]) -> list[dict[str, object]]:
    return [{"day": one.day, "from": one.opens, "to": one.closes} for one in windows]


def _wanted(item: PlainItem) -> dict[str, int]:
    """The numbers that the file says."""
    said = {"price": item.price, "spice": item.spiciness}
    return {name: value for name, value in said.items() if value is not None}


def _codes_of(item: PlainItem) -> dict[str, object]:
    """The registers of everything that the file says is in an item."""
    registers: dict[str, object] = {f"allergen:{code}": MAY for code in item.may_contain or ()}
    registers.update((f"allergen:{code}", CONTAINS) for code in item.allergens or ())
    registers.update((f"additive:{code}", True) for code in item.additives or ())
    registers.update((f"tag:{code}", True) for code in item.traits or ())
    return registers


def _code_changes(known: Item, item: PlainItem) -> list[tuple[str, object]]:
    families: tuple[tuple[tuple[str, ...] | None, str, list[str], object, object], ...] = (
        (item.allergens, "allergen", known.allergens(CONTAINS), CONTAINS, FREE),
        (item.may_contain, "allergen", known.allergens(MAY), MAY, FREE),
        (item.additives, "additive", known.flags("additive"), True, False),
        (item.traits, "tag", known.flags("tag"), True, False),
    )
    wanted = _codes_of(item)
    now: dict[str, object] = {}
    absent: dict[str, object] = {}
    for stated, family, codes, present, missing in families:
        there = {f"{family}:{code}" for code in codes}
        now.update(dict.fromkeys(sorted(there), present))
        if stated is not None:
            absent.update(dict.fromkeys(sorted(there - wanted.keys()), missing))
    changed = {name: value for name, value in wanted.items() if now.get(name) != value}
    return list({**changed, **absent}.items())


def _counting(start: str, given: set[str | None]) -> MakeId:
    """Ids s1, s2, ... that the file does not use itself."""
    count = 0

    def make() -> str:
        nonlocal count
        while True:
            count += 1
            if f"{start}{count}" not in given:
                return f"{start}{count}"

    return make
