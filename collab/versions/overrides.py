"""A chain's master menu as one restaurant shows it: its own prices, its own selection. Pure.

Rule 1: an override changes a price or hides or shows an item; texts, allergens, order and currency
        are the master's.
Rule 2: an override of something that is not in the menu changes nothing and is kept: the item may
        come back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

Content = Mapping[str, object]  # plain menu JSON


@dataclass(frozen=True, slots=True)
class Override:
    """What one restaurant changes of one item, or of one variation of it."""

    item_id: str
    variation_id: str = ""  # "": the item itself
    price: int | None = None  # minor units; None: that of the master
    is_hidden: bool | None = None  # None: as in the master; of items only
    changed_at: datetime | None = None
    changed_by: str = ""  # user id


def apply_overrides(content: Content, overrides: Iterable[Override]) -> dict[str, object]:
    """The menu with the overrides in it; the given content stays as it is."""
    by_item: dict[str, list[Override]] = {}
    for one in overrides:
        by_item.setdefault(one.item_id, []).append(one)
    changed = dict(content)
    changed["sections"] = [
        {**section, "items": _items(section.get("items"), by_item)}
        for section in _objects(content.get("sections"))
    ]
    if "unplaced" in content:
        changed["unplaced"] = _items(content["unplaced"], by_item)
    return changed


def orphans(contents: Sequence[Content], overrides: Iterable[Override]) -> list[Override]:
    """The overrides whose item or variation is in none of the menus given."""
    known = {place for content in contents for place in places(content)}
    return [one for one in overrides if (one.item_id, one.variation_id) not in known]


def places(content: Content) -> Iterator[tuple[str, str]]:
    """What can be overridden: (item id, variation id), "" for the item itself."""
    parts = [section.get("items") for section in _objects(content.get("sections"))]
    for items in (*parts, content.get("unplaced")):
        for item in _objects(items):
            id = str(item.get("id"))
            yield id, ""
            for variation in _objects(item.get("variations")):
                yield id, str(variation.get("id"))


def _items(items: object, by_item: Mapping[str, Sequence[Override]]) -> list[Content]:
    return [_item(item, by_item.get(str(item.get("id")), ())) for item in _objects(items)]


def _item(item: Content, overrides: Sequence[Override]) -> Content:
    if not overrides:
        return item
    changed = dict(item)
    prices = {one.variation_id: one.price for one in overrides if one.price is not None}
    if "" in prices:
        changed["price"] = prices[""]
    if "variations" in item:
        changed["variations"] = [
            {**one, "price": prices.get(str(one.get("id")), one.get("price"))}
            for one in _objects(item["variations"])
        ]
    for one in overrides:
        if one.variation_id == "" and one.is_hidden is not None:
            changed.pop("hidden", None)  # what is not hidden does not say so
            if one.is_hidden:
                changed["hidden"] = True
    return changed


def _objects(value: object) -> list[Content]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
