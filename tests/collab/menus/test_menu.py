"""Reading a menu: the sample comes back whole, and nothing vanishes or hangs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pycrdt import Array, Doc, Map, Text

from api.menu_file import read_sample
from collab.documents.document import MenuDocument
from collab.edits.writing import first_update
from collab.menus.menu import CONTAINS, FREE, MAY
from collab.menus.plain_json import plain_json
from collab.menus.plain_menu import PlainItem, PlainMenu, PlainSection
from collab.menus.reading import read_menu
from collab.updates.admission import read_update
from tests.collab.sample_menus import client_of, menu_document


def test_first_content_reads_the_same_however_often_it_is_made():
    one, other = (menu_document(read_sample()) for _ in range(2))
    assert read_menu(one) == read_menu(other)
    assert one.digest() == other.digest()


def test_merged_first_contents_are_one_menu():
    document = menu_document(read_sample())
    again = first_update(read_sample(), "menu", "server")
    document.receive(again, read_update(again), answers_step1=True)
    assert sum(len(section.items) for section in read_menu(document).sections) == 255


def test_document_without_a_menu_reads_as_an_empty_one():
    menu = read_menu(MenuDocument())
    assert menu.schema is None
    assert (menu.sections, menu.unplaced, menu.deleted_items) == ((), (), ())


def test_empty_menu_has_its_currency_and_language():
    menu = read_menu(menu_document(PlainMenu("en", "CHF")))
    assert (menu.schema, menu.currency, menu.locale, menu.locales) == (1, "CHF", "en", ("en",))


def test_text_is_by_locale_as_soon_as_another_language_has_one():
    item = PlainItem({"de": "Suppe", "en": "Soup"}, {"de": "klar"}, id="a")
    document = menu_document(
        PlainMenu("de", "EUR", sections=(PlainSection({"de": "S"}, id="s", items=(item,)),))
    )
    section: Any = plain_json(read_menu(document))["sections"]
    assert section[0]["name"] == "S"
    assert section[0]["items"][0]["name"] == {"de": "Suppe", "en": "Soup"}
    assert section[0]["items"][0]["description"] == "klar"


@pytest.mark.parametrize(
    "change",
    [
        lambda items, sections: items["i1"].__setitem__("loc@zz", [["nowhere", "a0"], "ann", 9]),
        lambda items, sections: items["i1"].__setitem__("loc@zz", ["odd", "ann", 9]),
        lambda items, sections: sections["s1"].__setitem__("deleted@zz", [True, "ann", 9]),
    ],
    ids=["unknown section", "unreadable place", "deleted section"],
)
def test_item_without_a_section_is_unplaced_and_never_vanishes(change):
    document, client = client_of(read_sample())
    with client.transaction():
        change(client.get("items", type=Map), client.get("sections", type=Map))
    deliver(client, document)
    menu = read_menu(document)
    assert "i1" in [item.id for item in menu.unplaced]
    shown = sum(len(section.items) for section in menu.sections) + len(menu.unplaced)
    assert shown == 255
    assert "i1" in json.dumps(plain_json(menu)["unplaced"])


def test_deleted_item_is_not_shown_but_kept():
    document, client = client_of(read_sample())
    client.get("items", type=Map)["i1"]["deleted@zz"] = [True, "ann", 9]
    deliver(client, document)
    menu = read_menu(document)
    assert [item.id for item in menu.deleted_items] == ["i1"]
    assert menu.deleted_items[0].name["de"] == "M1 Gebratenes Gemüse"
    assert sum(len(section.items) for section in menu.sections) == 254


def test_two_prices_are_both_there_and_the_later_is_read():
    document, client = client_of(read_sample())
    item = client.get("items", type=Map)["i1"]
    with client.transaction():
        item["price@b"] = [700, "ann", 20]
        item["price@a"] = [800, "bo", 10]
    deliver(client, document)
    read = read_menu(document).sections[0].items[0]
    assert read.price == 700
    assert [one.value for one in read.registers["price"]] == [700, 800, 590]


@pytest.mark.parametrize(
    ("values", "level"),
    [
        (["contains"], CONTAINS),
        (["free", "contains"], CONTAINS),
        (["free", "may"], MAY),
        (["unknown"], MAY),
        (["free", False], FREE),
        (["cotnains"], CONTAINS),
        ([True], CONTAINS),
    ],
)
def test_allergen_reads_as_the_strictest_of_its_values(values, level):
    document, client = client_of(read_sample())
    item = client.get("items", type=Map)["i2"]
    with client.transaction():
        for place, value in enumerate(values):
            item[f"allergen:Nuss@r{place}"] = [value, "ann", place]
    deliver(client, document)
    assert read_menu(document).sections[0].items[1].allergen_level("Nuss") == level


@pytest.mark.parametrize("value", ["12", 0.5, -1, 10.0**15, None, True, [1]])
def test_price_that_makes_no_sense_is_no_price(value):
    document, client = client_of(read_sample())
    client.get("items", type=Map)["i1"]["price@zz"] = [value, "ann", 9]
    deliver(client, document)
    item = read_menu(document).sections[0].items[0]
    assert item.price is None
    assert plain_json(read_menu(document))


def test_types_in_the_wrong_place_are_looked_past():
    document, client = client_of(read_sample())
    items = client.get("items", type=Map)
    with client.transaction():
        items["list"] = Array(["😀", "b"])
        items["text"] = Text("no item")
        items["number"] = 7
        items["i1"]["name"] = Array(["😀"])
        items["i2"]["extra"] = Array(["😀"])
        client.get("meta", type=Map)["locales"] = Array(["😀"])
        client.get("meta", type=Map)["legend"] = Map({"allergens": Array(["😀"])})
    deliver(client, document)
    menu = read_menu(document)
    assert sum(len(section.items) for section in menu.sections) == 255
    assert menu.sections[0].items[0].name == {}
    assert menu.locales == ("de",)
    json.dumps(plain_json(menu))


def test_roots_of_another_type_read_as_an_empty_menu():
    client: Doc[Any] = Doc()
    client.get("items", type=Text).insert(0, "😀😀")
    client.get("meta", type=Array).append("😀")
    document = MenuDocument()
    deliver(client, document)
    assert read_menu(document).schema is None


def deliver(client: Doc[Any], document: MenuDocument) -> None:
    update = client.get_update(document.state_vector())
    document.receive(update, read_update(update), answers_step1=True)


def test_window_that_cannot_be_is_left_out():
    document, client = client_of(read_sample())
    windows = [
        {"day": 1, "from": "25:00", "to": "26:00"},
        {"day": 2, "from": "11:00", "to": "12:00"},
    ]
    client.get("sections", type=Map)["s1"]["hours@zz"] = [windows, "ann", 9]
    deliver(client, document)
    assert [window.day for window in read_menu(document).sections[0].hours] == [2]


def test_codes_come_in_the_order_of_the_file_and_new_ones_after_them():
    item = PlainItem({"de": "x"}, id="a", allergens=("c", "a"))
    document, client = client_of(
        PlainMenu("de", "EUR", sections=(PlainSection({"de": "S"}, id="s", items=(item,)),))
    )
    fields = client.get("items", type=Map)["a"]
    with client.transaction():
        fields["allergen:b@zz"] = ["contains", "bo", 9]
        fields["allergen:d@zz"] = ["may", "bo", 9]
    deliver(client, document)
    sections: Any = plain_json(read_menu(document))["sections"]
    assert sections[0]["items"][0]["allergens"] == ["c", "a", "b"]
    assert sections[0]["items"][0]["may_contain"] == ["d"]
