"""A published version of a menu, read as a price list.

What cannot be read is left out: nobody can order it, and nobody is charged a guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from collab.menus.menu import DAYS
from collab.orders.terms import (
    PricedGroup,
    PricedItem,
    PricedOption,
    PricedVariation,
    PriceList,
)

_FALLBACK_LOCALE = "en"


def price_list(menu_id: str, number: int, content: Mapping[str, object]) -> PriceList:
    """The prices of a published version. content: plain menu JSON (collab/menus/plain_json.py)."""
    locale = _text(content.get("locale")) or _FALLBACK_LOCALE
    items: dict[str, PricedItem] = {}
    for item in _objects(content.get("unplaced")):
        _add(items, item, {}, locale, is_unplaced=True)
    for section in _objects(content.get("sections")):
        for item in _objects(section.get("items")):
            _add(items, item, section, locale)
    groups = {
        id: _group(group, locale)
        for group in _objects(content.get("modifiers"))
        if (id := _text(group.get("id")))
    }
    return PriceList(menu_id, number, _text(content.get("currency")) or "", items, groups)


def _add(
    items: dict[str, PricedItem],
    item: Mapping[str, object],
    section: Mapping[str, object],
    locale: str,
    is_unplaced: bool = False,
) -> None:
    id = _text(item.get("id"))
    if not id:
        return
    variations = {
        key: PricedVariation(_texts(one.get("name"), locale), _whole(one.get("price")))
        for one in _objects(item.get("variations"))
        if (key := _text(one.get("id")))
    }
    items[id] = PricedItem(
        _texts(item.get("name"), locale),
        _whole(item.get("price")),
        _text(item.get("station")) or _text(section.get("station")),
        _whole(item.get("tax")),
        is_unplaced or item.get("hidden") is True,
        _strings(item.get("allergens")),
        _strings(item.get("may_contain")),
        variations,
        _strings(item.get("modifiers")),
        _hours(section.get("available_at")),
    )


def _group(group: Mapping[str, object], locale: str) -> PricedGroup:
    options = {
        id: PricedOption(_texts(one.get("name"), locale), _whole(one.get("price")) or 0)
        for one in _objects(group.get("options"))
        if (id := _text(one.get("id")))
    }
    name = _texts(group.get("name"), locale)
    return PricedGroup(name, _whole(group.get("min")) or 0, _whole(group.get("max")), options)


def _hours(value: object) -> tuple[tuple[int, str, str], ...] | None:
    windows = []
    for window in _objects(value):
        day, opens, closes = (window.get(name) for name in ("day", "from", "to"))
        if day in DAYS and isinstance(opens, str) and isinstance(closes, str):
            windows.append((DAYS.index(str(day)) + 1, opens, closes))
    return tuple(windows) or None


def _texts(value: object, locale: str) -> dict[str, str]:
    if isinstance(value, str):
        return {locale: value} if value else {}
    if not isinstance(value, Mapping):
        return {}
    return {key: text for key, text in value.items() if isinstance(text, str)}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _whole(value: object) -> int | None:
    return value if type(value) is int and value >= 0 else None


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        return ()
    return tuple([one for one in value if isinstance(one, str)])


def _objects(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, list | tuple):
        yield from (one for one in value if isinstance(one, Mapping))
