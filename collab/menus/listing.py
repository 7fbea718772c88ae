"""In which order the allergens, additives, traits and diets of an item come.

They are sets in a document, one register for each code. Rule: first the codes that the quiet
register `order` lists, in its order; then those of the legend, in the order of its signs; then the
others by the alphabet. A file that lists them otherwise has its order kept in that register.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from collab.menus.menu import CONTAINS, MAY, Item
from collab.menus.plain_menu import Legend

# The list of a file -> the family in the register `order`.
FAMILIES: Mapping[str, str] = {
    "allergens": "allergens",
    "may_contain": "allergens",
    "additives": "additives",
    "traits": "traits",
    "diets": "diets",
}


def listed_codes(item: Item, legend: Legend) -> dict[str, list[str]]:
    """The codes of an item, by the name of their list in a file, in the order to be shown."""
    return _in_order(item, legend, item.listing)


def listing_for(
    item: Item, legend: Legend, wanted: Mapping[str, Sequence[str]]
) -> dict[str, list[str]] | None:
    """What the register `order` must hold; None when it is good as it is.

    item: with the codes it is going to have. wanted: list of a file -> its codes in order; lists
    that are not named stay in their order.
    """
    now = listed_codes(item, legend)
    there = {name: set(codes) for name, codes in now.items()}
    orders = {
        name: [code for code in dict.fromkeys(codes) if code in there[name]]
        for name, codes in wanted.items()
    }
    if all(now[name] == codes for name, codes in orders.items()):
        return None
    shown = {**now, **orders}
    usual = _in_order(item, legend, {})
    listing: dict[str, list[str]] = {}
    for family in dict.fromkeys(FAMILIES.values()):
        names = [name for name in FAMILIES if FAMILIES[name] == family]
        if any(shown[name] != usual[name] for name in names):
            listing[family] = [code for name in names for code in shown[name]]
    return listing


def _in_order(
    item: Item, legend: Legend, listing: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    codes: Mapping[str, Iterable[str]] = {
        "allergens": item.allergens(CONTAINS),
        "may_contain": item.allergens(MAY),
        "additives": item.flags("additive"),
        "traits": item.flags("tag"),
        "diets": item.flags("diet"),
    }
    labels: Mapping[str, Iterable[str]] = {
        "allergens": legend.allergens,
        "additives": legend.additives,
    }
    return {
        name: _sorted(codes[name], listing.get(family, ()), labels.get(family, ()))
        for name, family in FAMILIES.items()
    }


def _sorted(codes: Iterable[str], listed: Iterable[str], labels: Iterable[str]) -> list[str]:
    # Sorting the alphabet's way twice is cheaper than a key that knows both orders.
    found = sorted(codes)
    if len(found) < 2:
        return found
    places = {code: place for place, code in enumerate(dict.fromkeys((*listed, *labels)))}
    return sorted(found, key=lambda code: places.get(code, len(places)))
