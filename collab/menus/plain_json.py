"""A menu as plain JSON: the form that is imported, exported and shown to programs.

Rule 1: importing it again changes nothing, and as a new menu it reads the same (but for the order
        of modifier groups, which come by id: an item lists its own in order).
Rule 2: what nobody set is left out, except the fields that every section and item has. So an
        allergen that is "free" is not told from one that nobody mentioned, and "unknown" comes
        under `may_contain`.
"""

from __future__ import annotations

from collections.abc import Mapping

from collab.menus.listing import listed_codes
from collab.menus.menu import DAYS, Choice, Item, Menu, ModifierGroup, Section


def plain_json(menu: Menu) -> dict[str, object]:
    """The menu as JSON values."""
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
        plain["unplaced"] = [item_json(menu, item) for item in menu.unplaced]
    if menu.modifier_groups:
        plain["modifiers"] = [group_json(menu, group) for group in menu.modifier_groups]
    return plain


def item_json(menu: Menu, item: Item) -> dict[str, object]:
    """One item of the menu."""
    codes = listed_codes(item, menu.legend)
    plain: dict[str, object] = {
        "id": item.id,
        "name": _text_json(menu, item.name),
        "description": _text_json(menu, item.description),
        "price": item.price,
        "allergens": codes["allergens"],
        "additives": codes["additives"],
        "traits": codes["traits"],
        "spiciness": item.spiciness,
    }
    further: dict[str, object] = {
        "may_contain": codes["may_contain"],
        "diets": codes["diets"],
        "variations": [_choice_json(menu, one) for one in item.variations],
        "modifiers": list(item.modifiers),
        "tax": item.tax,
        "station": item.station,
        "preparation_seconds": item.preparation_seconds,
        "kcal": item.kcal,
        "alcohol": item.alcohol,
        "photo": item.photo,
        "hidden": item.is_hidden or None,
        "note": item.note,
    }
    for field, value in further.items():
        if value is not None and value not in ([], ""):
            plain[field] = value
    return plain


def group_json(menu: Menu, group: ModifierGroup) -> dict[str, object]:
    """One modifier group of the menu."""
    return {
        "id": group.id,
        "name": _text_json(menu, group.name),
        "min": group.minimum,
        "max": group.maximum,
        "options": [_choice_json(menu, one) for one in group.options],
    }


def _section_json(menu: Menu, section: Section) -> dict[str, object]:
    windows = [
        {"day": DAYS[window.day - 1], "from": window.opens, "to": window.closes}
        for window in section.hours
    ]
    plain: dict[str, object] = {
        "id": section.id,
        "name": _text_json(menu, section.name),
        "description": _text_json(menu, section.description),
        "available_at": windows or None,
    }
    if section.station is not None:
        plain["station"] = section.station
    plain["items"] = [item_json(menu, item) for item in section.items]
    return plain


def _choice_json(menu: Menu, choice: Choice) -> dict[str, object]:
    return {"id": choice.id, "name": _text_json(menu, choice.name), "price": choice.price}


def _text_json(menu: Menu, texts: Mapping[str, str]) -> object:
    """A string when only the default locale has a text, else one by locale."""
    written = {locale: text for locale, text in texts.items() if text}
    if written.keys() <= {menu.locale}:
        return written.get(menu.locale, "")
    return written
