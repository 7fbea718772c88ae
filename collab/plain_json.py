"""A menu as plain JSON: the form that is imported, exported and shown to programs.

What a document does not keep is lost here: allergens, additives and traits are sets, so they come
in the order of the legend, then of the alphabet. Everything else keeps its order. Items of no
section come under `unplaced`, which is left out when there are none, as `may_contain` is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from collab.menu import CONTAINS, DAYS, MAY, Item, Menu, Section


def plain_json(menu: Menu) -> dict[str, object]:
    """The menu as JSON values; importing it again changes nothing."""
    plain: dict[str, object] = {
        "source": menu.source,
        "locale": menu.locale,
        "locales": list(menu.locales),
        "currency": menu.currency,
        "legend": {
            "allergens": dict(menu.legend.allergens),
            "additives": dict(menu.legend.additives),
        },
        "sections": [_section_json(menu, section) for section in menu.sections],
    }
    if menu.unplaced:
        plain["unplaced"] = [_item_json(menu, item) for item in menu.unplaced]
    return plain


def _section_json(menu: Menu, section: Section) -> dict[str, object]:
    windows = [
        {"day": DAYS[window.day - 1], "from": window.opens, "to": window.closes}
        for window in section.hours
    ]
    return {
        "id": section.id,
        "name": _text_json(menu, section.name),
        "description": _text_json(menu, section.description),
        "available_at": windows or None,
        "items": [_item_json(menu, item) for item in section.items],
    }


def _item_json(menu: Menu, item: Item) -> dict[str, object]:
    allergens = menu.legend.allergens
    plain: dict[str, object] = {
        "id": item.id,
        "name": _text_json(menu, item.name),
        "description": _text_json(menu, item.description),
        "price": item.price,
        "allergens": _in_legend_order(item.allergens(CONTAINS), allergens),
        "additives": _in_legend_order(item.flags("additive"), menu.legend.additives),
        "traits": item.flags("tag"),
        "spiciness": item.spiciness,
    }
    possible = item.allergens(MAY)
    if possible:
        plain["may_contain"] = _in_legend_order(possible, allergens)
    return plain


def _text_json(menu: Menu, texts: Mapping[str, str]) -> object:
    """A string when only the default locale has a text, else one by locale."""
    written = {locale: text for locale, text in texts.items() if text}
    if written.keys() <= {menu.locale}:
        return written.get(menu.locale, "")
    return written


def _in_legend_order(codes: Iterable[str], legend: Mapping[str, str]) -> list[str]:
    places = {label: place for place, label in enumerate(legend)}
    return sorted(codes, key=lambda code: (places.get(code, len(places)), code))
