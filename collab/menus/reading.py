"""Reading the menu in a document, in one pass.

Roots: `meta` (schema, menu_id, currency, default_locale, locales, legend, source), `sections`,
`items` and `modgroups`. Texts are Y.Text under the maps `name` and `desc`, by locale, and `note` of
an item; all else are registers.

Rule 1: nothing vanishes. An item whose section is unknown or deleted is unplaced, an item without
        a readable place too.
Rule 2: nothing read here may hang: converting a Y.Array that holds an emoji never returns
        (pycrdt 0.14), so nested types are looked at one by one and arrays not at all.
Rule 3: maps are read sorted; their own order differs between replicas.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pycrdt import Doc, Map, Text

from collab.documents.document import MenuDocument
from collab.menus.menu import (
    FALLBACK_CURRENCY,
    FALLBACK_LOCALE,
    Item,
    Menu,
    ModifierGroup,
    Parts,
    Section,
)
from collab.menus.plain_menu import Legend
from collab.menus.registers import integer_of, normal, read_registers, strings_of, text_of

Fields = list[tuple[str, object]]  # the entries of one map, sorted by key


def read_menu(document: MenuDocument) -> Menu:
    """Read the menu in a document; an empty one when there is none."""
    return assemble(read_parts(document))


def read_parts(document: MenuDocument) -> Parts:
    """Read everything in one pass."""
    doc = document.engine()
    # One transaction around all the reading: without it the engine opens one for every key.
    with doc.transaction():
        meta = {key: normal(value) for key, value in _entries(doc, "meta")}
        sections = {id: read_section(id, fields) for id, fields in _nested(doc, "sections")}
        items = {id: read_item(id, fields) for id, fields in _nested(doc, "items")}
        groups = {
            id: ModifierGroup(id, read_registers(fields))
            for id, fields in _nested(doc, "modgroups")
        }
    return Parts(meta, sections, items, groups)


def read_section(id: str, fields: Fields) -> Section:
    """One section from the entries of its map, sorted by key; its items are added later."""
    return Section(id, _texts(fields, "name"), _texts(fields, "desc"), read_registers(fields))


def read_item(id: str, fields: Fields) -> Item:
    """One item from the entries of its map, sorted by key."""
    note = next((value for key, value in fields if key == "note"), None)
    return Item(
        id,
        _texts(fields, "name"),
        _texts(fields, "desc"),
        read_registers(fields),
        str(note) if isinstance(note, Text) else "",
    )


def assemble(parts: Parts) -> Menu:
    """Put the parts of a menu in order."""
    meta = parts.meta
    live = sorted(
        (section for section in parts.sections.values() if not section.is_deleted),
        key=lambda section: (section.order_key, section.id),
    )
    placed: dict[str, list[Item]] = {section.id: [] for section in live}
    unplaced: list[Item] = []
    for item in sorted(parts.items.values(), key=lambda item: (item.place[1], item.id)):
        if not item.is_deleted:
            placed.get(item.place[0], unplaced).append(item)
    groups = [parts.groups[id] for id in sorted(parts.groups)]
    locale = text_of(meta.get("default_locale")) or FALLBACK_LOCALE
    return Menu(
        schema=integer_of(meta.get("schema")),
        menu_id=text_of(meta.get("menu_id")) or "",
        currency=text_of(meta.get("currency")) or FALLBACK_CURRENCY,
        locale=locale,
        locales=tuple(dict.fromkeys([locale, *strings_of(meta.get("locales"))])),
        legend=_legend(meta.get("legend")),
        source=text_of(meta.get("source")),
        sections=tuple(
            Section(one.id, one.name, one.description, one.registers, tuple(placed[one.id]))
            for one in live
        ),
        unplaced=tuple(unplaced),
        deleted_sections=tuple(
            parts.sections[id] for id in sorted(parts.sections) if parts.sections[id].is_deleted
        ),
        deleted_items=tuple(
            parts.items[id] for id in sorted(parts.items) if parts.items[id].is_deleted
        ),
        modifier_groups=tuple(group for group in groups if not group.is_deleted),
        deleted_groups=tuple(group for group in groups if group.is_deleted),
    )


def _nested(doc: Doc[Any], root: str) -> list[tuple[str, Fields]]:
    """The maps in a root map, sorted by id."""
    entries = _entries(doc, root)
    return [(id, _fields(value)) for id, value in entries if isinstance(value, Map)]


def _fields(part: Map[Any]) -> Fields:
    """The entries of a map, sorted by key; a register that is no plain value may be anything.

    Most keys are registers. Reading them past `Map.__getitem__`, which looks for each key first
    and wraps what it finds, takes half as long (pycrdt 0.14, measured; 255 items).
    """
    with part.doc.transaction() as transaction:
        inner, native = part.integrated, transaction._txn
        return [
            (key, inner.get(native, key) if "@" in key else part[key])
            for key in sorted(inner.keys(native))
        ]


def _entries(doc: Doc[Any], root: str) -> list[tuple[str, object]]:
    return sorted(doc.get(root, type=Map).items(), key=lambda entry: entry[0])


def _texts(fields: Fields, name: str) -> dict[str, str]:
    texts = next((value for key, value in fields if key == name), None)
    if not isinstance(texts, Map):
        return {}
    found = sorted(texts.items(), key=lambda entry: entry[0])
    return {locale: str(text) for locale, text in found if isinstance(text, Text)}


def _legend(value: object) -> Legend:
    parts = value if isinstance(value, dict) else {}
    return in_sign_order(Legend(_signs(parts.get("allergens")), _signs(parts.get("additives"))))


def in_sign_order(legend: Legend) -> Legend:
    """The legend by its signs, A, B, ... or 1, 2, ... 10: a document keeps no other order."""
    return Legend(_by_sign(legend.allergens), _by_sign(legend.additives))


def _by_sign(signs: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(signs.items(), key=lambda entry: (len(entry[1]), entry[1], entry[0])))


def _signs(value: object) -> dict[str, str]:
    """Label -> sign."""
    if not isinstance(value, dict):
        return {}
    return {label: sign for label, sign in value.items() if isinstance(sign, str)}
