"""A published version as a price list."""

from __future__ import annotations

from api.menu_file import read_sample
from collab.menus.plain_json import plain_json
from collab.menus.reading import read_menu
from collab.orders.price_lists import price_list
from collab.orders.terms import PricedGroup, PricedItem, PricedOption, PricedVariation
from tests.collab.orders.evening import MENU
from tests.collab.sample_menus import menu_document


def test_everything_that_a_price_needs_is_read() -> None:
    prices = price_list("menu", 3, MENU)
    assert (prices.menu_id, prices.number, prices.currency) == ("menu", 3, "EUR")
    assert prices.items["soup"] == PricedItem(
        {"en": "Soup", "de": "Suppe"}, 650, None, None, False, ("celery",), ("milk",), {}, (), None
    )
    assert prices.items["pizza"].price is None
    assert prices.items["pizza"].variations["large"] == PricedVariation({"en": "large"}, 1100)
    assert prices.items["steak"].groups == ("doneness", "sides")
    assert prices.items["steak"].tax == 700
    assert prices.items["beer"].station == "bar"
    assert prices.items["eggs"].hours == ((4, "08:00", "11:00"),)
    assert prices.items["secret"].is_hidden and prices.items["stray"].is_hidden
    assert prices.groups["doneness"] == PricedGroup(
        {"en": "Doneness"},
        1,
        1,
        {"rare": PricedOption({"en": "rare"}, 0), "done": PricedOption({"en": "done"}, 0)},
    )


def test_what_cannot_be_read_is_left_out() -> None:
    odd = {
        "sections": [
            7,
            {"items": [{"name": "no id"}, {"id": "a", "price": 1.5, "name": 3}, None]},
        ],
        "modifiers": [{"id": 7}, {"id": "g", "options": [{"name": "no id"}]}],
    }
    prices = price_list("menu", 1, odd)
    assert prices.currency == "" and list(prices.items) == ["a"]
    assert (prices.items["a"].price, prices.items["a"].name) == (None, {})
    assert prices.groups["g"].options == {}


def test_a_whole_restaurant_is_read_item_by_item() -> None:
    menu = read_menu(menu_document(read_sample()))
    prices = price_list("menu", 1, plain_json(menu))
    assert prices.currency == menu.currency
    assert len(prices.items) == sum(1 for _ in menu.live_items()) > 200
    for item in menu.live_items():
        priced = prices.items[item.id]
        assert (priced.price, dict(priced.name)) == (item.price, dict(item.name))
        assert set(priced.allergens) == set(item.allergens("contains"))
    assert any(item.hours for item in prices.items.values())
