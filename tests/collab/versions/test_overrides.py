"""A master menu with one restaurant's prices and selection in it."""

from __future__ import annotations

import copy
from typing import Any

from collab.versions.overrides import Override, apply_overrides, orphans, places

MENU: dict[str, Any] = {
    "currency": "EUR",
    "locale": "de",
    "sections": [
        {
            "id": "s1",
            "name": "Pizza",
            "items": [
                {"id": "i1", "name": "Margherita", "price": 900},
                {
                    "id": "i2",
                    "name": "Funghi",
                    "price": None,
                    "variations": [
                        {"id": "v1", "name": "klein", "price": 800},
                        {"id": "v2", "name": "groß", "price": 1200},
                    ],
                },
            ],
        },
        {"id": "s2", "name": "Leer", "items": []},
    ],
    "unplaced": [{"id": "i3", "name": "Rest", "price": 100, "hidden": True}],
}


def item(content: Any, id: str) -> Any:
    parts = [section["items"] for section in content["sections"]] + [content["unplaced"]]
    return next(one for items in parts for one in items if one["id"] == id)


def test_without_overrides_nothing_changes() -> None:
    assert apply_overrides(MENU, []) == MENU


def test_given_menu_stays_as_it_is() -> None:
    before = copy.deepcopy(MENU)
    apply_overrides(MENU, [Override("i1", price=1), Override("i2", "v1", price=1)])
    assert before == MENU


def test_price_of_an_item_is_local() -> None:
    local = apply_overrides(MENU, [Override("i1", price=950), Override("i3", price=0)])
    assert item(local, "i1") == {"id": "i1", "name": "Margherita", "price": 950}
    assert item(local, "i3")["price"] == 0
    assert item(local, "i2") == item(MENU, "i2")
    assert local["currency"] == "EUR"


def test_price_of_one_variation_is_local() -> None:
    local = apply_overrides(MENU, [Override("i2", "v2", price=1350)])
    assert [one["price"] for one in item(local, "i2")["variations"]] == [800, 1350]
    assert item(local, "i2")["price"] is None


def test_item_is_hidden_or_shown_locally() -> None:
    local = apply_overrides(MENU, [Override("i1", is_hidden=True), Override("i3", is_hidden=False)])
    assert item(local, "i1")["hidden"] is True
    assert "hidden" not in item(local, "i3")
    priced = apply_overrides(MENU, [Override("i3", price=5)])
    assert item(priced, "i3")["hidden"] is True, "a price says nothing about it"


def test_override_of_what_is_gone_changes_nothing_and_is_found() -> None:
    lost = [Override("gone", price=5), Override("i2", "v9", price=5), Override("i1", "v1", price=5)]
    kept = [Override("i1", price=5), Override("i2", "v1", price=5), Override("i3", is_hidden=True)]
    assert apply_overrides(MENU, lost) == MENU
    assert orphans([MENU], [*lost, *kept]) == lost
    assert orphans([{}, MENU], kept) == [], "one of the menus is enough"
    assert orphans([], kept) == kept


def test_places_are_items_and_their_variations() -> None:
    assert list(places(MENU)) == [("i1", ""), ("i2", ""), ("i2", "v1"), ("i2", "v2"), ("i3", "")]
