"""The menu in a document: schema 1, read in one pass.

Roots: `meta` (schema, menu_id, currency, default_locale, locales, legend, source), `sections` and
`items`, and `modgroups`, which this version creates and leaves alone. Texts are Y.Text under the
maps `name` and `desc`, by locale; all else are registers (collab/registers.py): items have loc
[section id, order key], price, spice, deleted, allergen:<code>, additive:<code>, tag:<trait>;
sections have pos, hours, deleted.

Rule 1: nothing vanishes. An item whose section is unknown or deleted is unplaced, an item without
        a readable place too.
Rule 2: nothing read here may hang: converting a Y.Array that holds an emoji never returns
        (pycrdt 0.14), so nested types are looked at one by one and arrays not at all.
Rule 3: several values of an allergen read as the strictest of them.
Rule 4: maps are read sorted; their own order differs between replicas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc, Map, Text

from collab.document import MenuDocument
from collab.plain_menu import PRICE_LIMIT, SPICE_LIMIT, Legend, Window
from collab.registers import Registers, integer_of, normal, read_registers, value_of

SCHEMA = 1
ROOTS = ("meta", "sections", "items", "modgroups")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FALLBACK_LOCALE = "en"
FALLBACK_CURRENCY = "EUR"

CONTAINS, MAY, FREE = "contains", "may", "free"


@dataclass(frozen=True, slots=True)
class Item:
    """A dish as it stands now."""

    id: str
    name: Mapping[str, str]  # locale -> text, every locale that has one
    description: Mapping[str, str]
    registers: Registers  # all candidates, also of fields that this version does not know

    @property
    def is_deleted(self) -> bool:
        """Whether somebody deleted it; everything in it is still there."""
        return value_of(self.registers, "deleted") is True

    @property
    def place(self) -> tuple[str, str]:
        """(section id, order key); both "" when it has no readable place."""
        place = value_of(self.registers, "loc")
        if isinstance(place, list) and len(place) == 2:
            section, key = place
            if isinstance(section, str) and isinstance(key, str):
                return section, key
        return "", ""

    @property
    def price(self) -> int | None:
        """In minor units; None when there is none or it makes no sense."""
        return _within(value_of(self.registers, "price"), PRICE_LIMIT)

    @property
    def spiciness(self) -> int | None:
        """0 to 10; None when nobody said."""
        return _within(value_of(self.registers, "spice"), SPICE_LIMIT)

    def allergens(self, level: str) -> list[str]:
        """Codes of the allergens that are contained (CONTAINS) or cannot be ruled out (MAY)."""
        return [code for code in self._codes("allergen") if self.allergen_level(code) == level]

    def allergen_level(self, code: str) -> str:
        """CONTAINS, MAY or FREE: the strictest of all candidates."""
        levels = [candidate.value for candidate in self.registers.get(f"allergen:{code}", ())]
        if all(level in (None, False, FREE) for level in levels):
            return FREE
        # What cannot be read counts as contained: a guest must not be hurt by a typing error.
        is_mild = all(level in (None, False, FREE, MAY, "unknown") for level in levels)
        return MAY if is_mild else CONTAINS

    def flags(self, family: str) -> list[str]:
        """Codes of a family of yes-no registers ("additive", "tag") that read as yes."""
        codes = self._codes(family)
        return [code for code in codes if value_of(self.registers, f"{family}:{code}") is True]

    def _codes(self, family: str) -> list[str]:
        start = f"{family}:"
        return [name.removeprefix(start) for name in self.registers if name.startswith(start)]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading as it stands now, with its items in order."""

    id: str
    name: Mapping[str, str]
    description: Mapping[str, str]
    registers: Registers
    items: tuple[Item, ...] = ()

    @property
    def is_deleted(self) -> bool:
        """Whether somebody deleted it."""
        return value_of(self.registers, "deleted") is True

    @property
    def order_key(self) -> str:
        """Where it stands among the sections; "" when that cannot be read."""
        key = value_of(self.registers, "pos")
        return key if isinstance(key, str) else ""

    @property
    def hours(self) -> tuple[Window, ...]:
        """When it is served; empty: always. Windows that cannot be read are left out."""
        windows = value_of(self.registers, "hours")
        found = [_window(entry) for entry in windows] if isinstance(windows, list) else []
        return tuple(window for window in found if window is not None)


@dataclass(frozen=True, slots=True)
class Menu:
    """A whole menu as it stands now."""

    schema: int | None  # None: nobody put a menu into this document
    menu_id: str
    currency: str
    locale: str  # the default one
    locales: tuple[str, ...]  # all of them, the default one first
    legend: Legend
    source: str | None
    sections: tuple[Section, ...]  # in order, without the deleted ones
    unplaced: tuple[Item, ...]  # of no section, or of one that is unknown or deleted
    deleted_sections: tuple[Section, ...]  # without items
    deleted_items: tuple[Item, ...]


def read_menu(document: MenuDocument) -> Menu:
    """Read the menu in a document; an empty one when there is none."""
    doc = document.engine()
    # One transaction around all the reading: without it the engine opens one for every key.
    with doc.transaction():
        meta = {key: normal(value) for key, value in _entries(doc, "meta")}
        sections = [
            Section(id, _texts(fields, "name"), _texts(fields, "desc"), read_registers(fields))
            for id, fields in _nested(doc, "sections")
        ]
        items = [
            Item(id, _texts(fields, "name"), _texts(fields, "desc"), read_registers(fields))
            for id, fields in _nested(doc, "items")
        ]
    return _assemble(meta, sections, items)


def _assemble(meta: Mapping[str, object], sections: list[Section], items: list[Item]) -> Menu:
    live = sorted(
        (section for section in sections if not section.is_deleted),
        key=lambda section: (section.order_key, section.id),
    )
    placed: dict[str, list[Item]] = {section.id: [] for section in live}
    unplaced: list[Item] = []
    for item in sorted(items, key=lambda item: (item.place[1], item.id)):
        if not item.is_deleted:
            placed.get(item.place[0], unplaced).append(item)
    locale = _text_of(meta.get("default_locale")) or FALLBACK_LOCALE
    return Menu(
        schema=integer_of(meta.get("schema")),
        menu_id=_text_of(meta.get("menu_id")) or "",
        currency=_text_of(meta.get("currency")) or FALLBACK_CURRENCY,
        locale=locale,
        locales=tuple(dict.fromkeys([locale, *_strings(meta.get("locales"))])),
        legend=_legend(meta.get("legend")),
        source=_text_of(meta.get("source")),
        sections=tuple(
            Section(one.id, one.name, one.description, one.registers, tuple(placed[one.id]))
            for one in live
        ),
        unplaced=tuple(unplaced),
        deleted_sections=tuple(section for section in sections if section.is_deleted),
        deleted_items=tuple(item for item in items if item.is_deleted),
    )


def _nested(doc: Doc[Any], root: str) -> list[tuple[str, list[tuple[str, object]]]]:
    """The maps in a root map, sorted by id."""
    entries = _entries(doc, root)
    return [(id, sorted(value.items())) for id, value in entries if isinstance(value, Map)]


def _entries(doc: Doc[Any], root: str) -> list[tuple[str, object]]:
    return sorted(doc.get(root, type=Map).items(), key=lambda entry: entry[0])


def _texts(fields: list[tuple[str, object]], name: str) -> dict[str, str]:
    texts = next((value for key, value in fields if key == name), None)
    if not isinstance(texts, Map):
        return {}
    found = sorted(texts.items(), key=lambda entry: entry[0])
    return {locale: str(text) for locale, text in found if isinstance(text, Text)}


def _legend(value: object) -> Legend:
    parts = value if isinstance(value, dict) else {}
    return Legend(_signs(parts.get("allergens")), _signs(parts.get("additives")))


def _signs(value: object) -> dict[str, str]:
    """Label -> sign, in the order of the signs: A, B, ... or 1, 2, ... 10."""
    if not isinstance(value, dict):
        return {}
    found = [(label, sign) for label, sign in value.items() if isinstance(sign, str)]
    return dict(sorted(found, key=lambda entry: (len(entry[1]), entry[1], entry[0])))


def _window(entry: object) -> Window | None:
    if not isinstance(entry, dict):
        return None
    day, opens, closes = integer_of(entry.get("day")), entry.get("from"), entry.get("to")
    if day is None or not 1 <= day <= 7:
        return None
    if not isinstance(opens, str) or not isinstance(closes, str):
        return None
    return Window(day, opens, closes)


def _within(value: object, limit: int) -> int | None:
    whole = integer_of(value)
    return whole if whole is not None and 0 <= whole <= limit else None


def _text_of(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _strings(value: object) -> list[str]:
    return [part for part in value if isinstance(part, str)] if isinstance(value, list) else []
