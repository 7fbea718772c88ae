"""What an import changes in a menu: a list of small changes, worked out before anything is written.

Rule 1: what the file does not name stays as it is. Nothing is deleted; something deleted that the
        file names by its id comes back.
Rule 2: the same section, item or modifier group is the one with the same id, else the first not
        taken yet with the same name in the file's default locale: items are looked for in their
        section only.
Rule 3: a change is as small as it can be, so that what others write meanwhile survives: a register
        only when it reads differently, of a text only the part that differs.
Rule 4: order keys of what is there stay; what is new comes at the end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from collab.edits.changes import Change
from collab.edits.draft import Draft
from collab.edits.shaping import MakeId, Shaper
from collab.errors import StructureRefused
from collab.menus.menu import Item, Menu, ModifierGroup, Section
from collab.menus.order_keys import key_between, last_key
from collab.menus.plain_menu import (
    Legend,
    PlainItem,
    PlainMenu,
    PlainModifierGroup,
    PlainSection,
    Texts,
)
from collab.menus.reading import in_sign_order
from collab.menus.schema import ITEMS


def plan_first(plain: PlainMenu, menu_id: str, schema: int) -> list[Change]:
    """What makes an empty document this menu.

    Ids that the file does not give are counted, so that the same file makes the same document.
    """
    locales = tuple(dict.fromkeys(plain.all_locales()))
    empty = Menu(
        None, menu_id, plain.currency, plain.locale, locales, plain.legend, None, (), (), (), ()
    )
    draft = Draft(empty)
    meta: dict[str, object] = {
        "schema": schema,
        "menu_id": menu_id,
        "currency": plain.currency,
        "default_locale": plain.locale,
        "locales": list(locales),
        "legend": legend_value(plain.legend),
    }
    if plain.source:
        meta["source"] = plain.source
    for key, value in meta.items():
        draft.set_meta(key, value)
    _Merge(draft, plain, plain.legend, _counting()).run()
    return draft.changes


def plan_merge(menu: Menu, plain: PlainMenu, make_id: Callable[[], str]) -> list[Change]:
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
    draft = Draft(menu)
    draft.add_locales(plain.all_locales())
    legend = Legend(
        {**menu.legend.allergens, **plain.legend.allergens},
        {**menu.legend.additives, **plain.legend.additives},
    )
    if legend != menu.legend:
        draft.set_meta("legend", legend_value(legend))
    if plain.source and not menu.source:
        draft.set_meta("source", plain.source)
    _Merge(draft, plain, legend, lambda kind: make_id()).run()
    return draft.changes


def legend_value(legend: Legend) -> dict[str, object]:
    """The legend as `meta` holds it."""
    return {"allergens": dict(legend.allergens), "additives": dict(legend.additives)}


class _Merge:
    """One walk through a file."""

    def __init__(self, draft: Draft, plain: PlainMenu, legend: Legend, make_id: MakeId) -> None:
        self._draft = draft
        self._plain = plain
        self._make_id = make_id
        self._shaper = Shaper(
            draft, plain.locale, in_sign_order(legend), self._fresh, is_complete=False
        )
        menu = draft.menu
        self._there: dict[str, list[Item]] = {}  # by section; a deleted one still has its items
        for item in menu.live_items():
            self._there.setdefault(item.place[0], []).append(item)
        self._given = set(plain.ids())
        self._taken = set(self._given)
        self._last_keys: dict[str, str | None] = {}
        self._last_position = last_key(one.order_key for one in draft.sections.values())

    def run(self) -> None:
        for group in self._plain.modifier_groups:
            self._bring_group(group)
        for section in self._plain.sections:
            id = self._bring_section(section)
            self._place(section.items, id, self._there.get(id, []))
        self._place(self._plain.unplaced, "", self._draft.menu.unplaced)

    def _bring_group(self, group: PlainModifierGroup) -> None:
        known = group.id or self._named(self._draft.menu.modifier_groups, group.name)
        if known in self._draft.groups:
            self._shaper.change_group(known, group)
        else:
            self._shaper.new_group(known or self._fresh("g"), group)

    def _bring_section(self, section: PlainSection) -> str:
        known = section.id or self._named(self._draft.menu.sections, section.name)
        if known in self._draft.sections:
            self._shaper.change_section(known, section)
            return known
        self._last_position = key_between(self._last_position, None)
        id = known or self._fresh("s")
        self._shaper.new_section(id, section, self._last_position)
        return id

    def _place(self, items: Iterable[PlainItem], section_id: str, there: Sequence[Item]) -> None:
        free: dict[str | None, deque[str]] = {}  # by name; what nothing else in the file is
        for one in there:
            if one.id not in self._taken:
                free.setdefault(one.name.get(self._plain.locale), deque()).append(one.id)
        for item in items:
            id = item.id or self._take(free, item)
            if id not in self._draft.items:
                id = id or self._fresh("i")
                self._shaper.new_item(id, item, section_id, self._next_key(section_id))
                continue
            self._shaper.change_item(id, item)
            if section_id and self._draft.items[id].place[0] != section_id:
                self._draft.set(ITEMS, id, "loc", [section_id, self._next_key(section_id)])

    def _take(self, free: dict[str | None, deque[str]], item: PlainItem) -> str | None:
        name = item.name.get(self._plain.locale)
        if not name or not free.get(name):
            return None
        id = free[name].popleft()
        self._taken.add(id)
        return id

    def _named(self, parts: Sequence[Section | ModifierGroup], name: Texts) -> str | None:
        """The first part not taken yet with the same name."""
        wanted = name.get(self._plain.locale)
        for known in parts:
            is_free = known.id not in self._taken
            if is_free and wanted and known.name.get(self._plain.locale) == wanted:
                self._taken.add(known.id)
                return known.id
        return None

    def _next_key(self, section_id: str) -> str:
        """The key after everything in a section, deleted items and those added here included."""
        if section_id not in self._last_keys:
            places = (item.place for item in self._draft.items.values())
            self._last_keys[section_id] = last_key(key for id, key in places if id == section_id)
        key = key_between(self._last_keys[section_id], None)
        self._last_keys[section_id] = key
        return key

    def _fresh(self, kind: str) -> str:
        while True:
            id = self._make_id(kind)
            if id not in self._given and not self._draft.has_id(id):
                return id


def _has_nameless(plain: PlainMenu) -> bool:
    return any(part.id is None for part in (*plain.parts(), *plain.modifier_groups))


def _counting() -> MakeId:
    """Ids s1, s2, ..., i1, ...: one row of numbers for each kind."""
    counts: dict[str, int] = {}

    def make(kind: str) -> str:
        counts[kind] = counts.get(kind, 0) + 1
        return f"{kind}{counts[kind]}"

    return make
