"""Imports into a menu that is there: small edits, nothing deleted, everything checked before."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Map, Text

from api.menu_file import read_sample
from collab.documents.document import MenuDocument
from collab.edits.changes import Change, SetRegister, SetText
from collab.edits.merging import plan_merge
from collab.edits.writing import edit_of, first_update, rehearse
from collab.errors import StructureRefused, TooLarge
from collab.menus.menu import FREE, Menu
from collab.menus.plain_menu import Legend, PlainItem, PlainMenu, PlainSection, Window, check_plain
from collab.menus.reading import read_menu
from collab.menus.registers import replica_of
from collab.updates.admission import read_update
from tests.collab.sample_menus import client_of, menu_document

SOUP = PlainItem({"de": "Suppe"}, {"de": "klar"}, id="soup", price=450, allergens=("Sellerie",))
ROLL = PlainItem({"de": "Rolle"}, id="roll", price=300)
STARTERS = PlainSection({"de": "Vorspeisen"}, id="start", items=(SOUP, ROLL))
MAINS = PlainSection({"de": "Hauptgerichte"}, id="main")
MENU = PlainMenu("de", "EUR", sections=(STARTERS, MAINS))


def file_with(*sections: PlainSection, **more: Any) -> PlainMenu:
    """A file as people write it: without ids."""
    return PlainMenu("de", "EUR", sections=sections, **more)


def merge(document: MenuDocument, plain: PlainMenu, ms: int = 1) -> list[Change]:
    check_plain(plain)
    numbers = count(1)
    changes = plan_merge(read_menu(document), plain, lambda: f"new{next(numbers)}")
    edit = edit_of(changes, "ann", ms)
    rehearse(document, edit, 8 * 1024 * 1024)
    document.changed_by(edit)
    return changes


def names(menu: Menu) -> dict[str, list[str]]:
    return {
        section.name["de"]: [item.name["de"] for item in section.items] for section in menu.sections
    }


def test_same_file_again_changes_nothing():
    document = menu_document(read_sample())
    before = document.digest()
    assert merge(document, read_sample()) == []
    assert document.digest() == before


def test_price_is_one_register_and_the_menu_keeps_its_history():
    document = menu_document(MENU)
    soup = PlainItem({"de": "Suppe"}, price=500)
    changes = merge(document, file_with(PlainSection({"de": "Vorspeisen"}, items=(soup,))), ms=77)
    assert changes == [SetRegister("items", "soup", "price", 500)]
    item = read_menu(document).sections[0].items[0]
    assert [(one.value, one.user_id, one.ms) for one in item.registers["price"]] == [
        (500, "ann", 77)
    ]
    assert item.registers["price"][0].replica == replica_of(document.engine().client_id)
    assert item.allergens("contains") == ["Sellerie"]


def test_what_the_file_leaves_out_stays():
    document = menu_document(MENU)
    merge(
        document, file_with(PlainSection({"de": "Vorspeisen"}, items=(PlainItem({"de": "Suppe"}),)))
    )
    assert names(read_menu(document)) == {"Vorspeisen": ["Suppe", "Rolle"], "Hauptgerichte": []}
    assert read_menu(document).sections[0].items[0].price == 450


def test_new_items_and_sections_come_at_the_end():
    document = menu_document(MENU)
    desserts = PlainSection({"de": "Nachtisch"}, items=(PlainItem({"de": "Eis"}, price=0),))
    tofu = PlainItem({"de": "Tofu"}, traits=("vegan",), spiciness=2, additives=("Farbstoff",))
    merge(document, file_with(desserts, PlainSection({"de": "Vorspeisen"}, items=(tofu,))))
    menu = read_menu(document)
    assert names(menu) == {
        "Vorspeisen": ["Suppe", "Rolle", "Tofu"],
        "Hauptgerichte": [],
        "Nachtisch": ["Eis"],
    }
    new = menu.sections[0].items[2]
    assert (new.flags("tag"), new.flags("additive"), new.spiciness) == (["vegan"], ["Farbstoff"], 2)
    assert menu.sections[2].items[0].price == 0


def test_item_named_by_id_moves_to_the_section_of_the_file():
    document = menu_document(MENU)
    merge(document, file_with(replace(MAINS, items=(replace(SOUP, name={"de": "Suppe groß"}),))))
    assert names(read_menu(document)) == {"Vorspeisen": ["Rolle"], "Hauptgerichte": ["Suppe groß"]}


def test_deleted_item_named_by_id_comes_back_and_by_name_does_not():
    document, client = client_of(MENU)
    client.get("items", type=Map)["soup"]["deleted@zz"] = [True, "bo", 5]
    deliver(client, document)
    merge(
        document, file_with(PlainSection({"de": "Vorspeisen"}, items=(PlainItem({"de": "Suppe"}),)))
    )
    menu = read_menu(document)
    assert [item.id for item in menu.deleted_items] == ["soup"]
    assert names(menu)["Vorspeisen"] == ["Rolle", "Suppe"]
    merge(document, file_with(replace(STARTERS, items=(SOUP,))))
    assert [item.id for item in read_menu(document).sections[0].items] == ["soup", "roll", "new1"]


def test_deleted_section_named_by_id_comes_back_with_its_items():
    document, client = client_of(MENU)
    client.get("sections", type=Map)["start"]["deleted@zz"] = [True, "bo", 5]
    deliver(client, document)
    assert [item.id for item in read_menu(document).unplaced] == ["soup", "roll"]
    nameless = replace(STARTERS, items=(PlainItem({"de": "Suppe"}),))
    merge(document, file_with(nameless))
    assert names(read_menu(document))["Vorspeisen"] == ["Suppe", "Rolle"]


def test_allergen_that_the_file_no_longer_names_is_free_and_a_new_one_contained():
    document = menu_document(MENU)
    soup = replace(SOUP, allergens=("Milch",), may_contain=("Nuss",))
    merge(document, file_with(replace(STARTERS, items=(soup,))))
    item = read_menu(document).sections[0].items[0]
    assert (item.allergens("contains"), item.allergens("may")) == (["Milch"], ["Nuss"])
    assert item.registers["allergen:Sellerie"][0].value == FREE
    merge(
        document, file_with(replace(STARTERS, items=(replace(SOUP, allergens=("Nuss", "Milch")),)))
    )
    assert read_menu(document).sections[0].items[0].allergens("contains") == ["Milch", "Nuss"]


def test_conflict_about_an_allergen_is_left_to_people():
    document, client = client_of(MENU)
    client.get("items", type=Map)["soup"]["allergen:Sellerie@zz"] = ["free", "bo", 5]
    deliver(client, document)
    assert merge(document, MENU) == []


def test_hours_change_only_when_they_differ_and_go_when_the_file_says_always():
    lunch = (Window(1, "11:00", "14:30"),)
    document = menu_document(file_with(replace(STARTERS, hours=lunch)))
    assert merge(document, file_with(replace(STARTERS, hours=lunch))) == []
    assert merge(document, file_with(replace(STARTERS, hours=None))) == []
    merge(document, file_with(replace(STARTERS, hours=())))
    assert read_menu(document).sections[0].hours == ()


def test_text_typed_meanwhile_survives_an_import():
    document, client = client_of(MENU)
    text = client.get("items", type=Map)["soup"]["desc"]["de"]
    text.insert(0, "sehr ")
    merge(
        document,
        file_with(replace(STARTERS, items=(replace(SOUP, description={"de": "klar 😀"}),))),
    )
    deliver(client, document)
    assert read_menu(document).sections[0].items[0].description["de"] == "sehr klar 😀"


@settings(max_examples=200)
@given(
    st.text(alphabet="aäß😀😁👩‍🍳é ", max_size=12), st.text(alphabet="aäß😀😁👩‍🍳é ", max_size=12)
)
def test_text_becomes_the_new_one_in_python_and_in_every_copy(before, after):
    document = menu_document(file_with(replace(MAINS, name={"de": before})))
    client: Doc[Any] = Doc()
    client.apply_update(document.full_state())
    changes: list[Change] = [SetText("sections", "main", "name", "de", after)]
    update = document.changed_by(edit_of(changes, "ann", 1))
    if update is not None:
        read_update(update)
        client.apply_update(update)
    assert read_menu(document).sections[0].name["de"] == after
    assert str(client.get("sections", type=Map)["main"]["name"]["de"]) == after
    assert (update is None) == (before == after)


def test_text_with_something_else_in_it_is_replaced_whole():
    document, client = client_of(MENU)
    client.get("items", type=Map)["soup"]["name"]["de"].insert_embed(2, {"image": "x"})
    deliver(client, document)
    merge(document, file_with(replace(STARTERS, items=(replace(SOUP, name={"de": "Supperl"}),))))
    assert read_menu(document).sections[0].items[0].name["de"] == "Supperl"


def test_new_language_gives_every_text_a_place_for_it():
    document = menu_document(MENU)
    english = replace(SOUP, name={"de": "Suppe", "en": "Soup"})
    merge(document, file_with(replace(STARTERS, items=(english,))))
    assert read_menu(document).locales == ("de", "en")
    items = document.engine().get("items", type=Map)
    assert isinstance(items["roll"]["desc"]["en"], Text)
    assert str(items["soup"]["name"]["en"]) == "Soup"


def test_file_in_an_unknown_language_without_ids_is_refused():
    document = menu_document(MENU)
    file = PlainMenu("en", "EUR", sections=(PlainSection({"en": "Starters"}),))
    with pytest.raises(StructureRefused, match="ids"):
        plan_merge(read_menu(document), file, lambda: "new")


def test_file_in_another_currency_is_refused():
    with pytest.raises(StructureRefused, match="CHF"):
        plan_merge(read_menu(menu_document(MENU)), replace(MENU, currency="CHF"), lambda: "new")


def test_legend_grows_and_the_first_source_stays():
    document = menu_document(replace(MENU, source="MIT, first", legend=Legend({"Sellerie": "C"})))
    merge(document, file_with(source="other", legend=Legend({"Milch": "B"}, {"Farbe": "1"})))
    menu = read_menu(document)
    assert menu.source == "MIT, first"
    assert dict(menu.legend.allergens) == {"Milch": "B", "Sellerie": "C"}
    assert dict(menu.legend.additives) == {"Farbe": "1"}


def test_server_edit_sets_only_keys_of_its_own_replica():
    document, client = client_of(MENU)
    client.get("items", type=Map)["soup"]["price@zz"] = [480, "bo", 5]
    deliver(client, document)
    merge(document, file_with(replace(STARTERS, items=(replace(SOUP, price=520),))), ms=9)
    keys = [
        key for key in document.engine().get("items", type=Map)["soup"].keys() if "price" in key
    ]
    assert keys == [f"price@{replica_of(document.engine().client_id)}"]


def test_edit_that_would_outgrow_the_document_is_refused_before_it_happens():
    document = menu_document(MENU)
    changes: list[Change] = [SetText("items", "soup", "desc", "de", "x" * 100_000)]
    with pytest.raises(TooLarge):
        rehearse(document, edit_of(changes, "ann", 1), 65_536)
    assert read_menu(document).sections[0].items[0].description["de"] == "klar"


ODD = [
    replace(MENU, locale="not a tag"),
    replace(MENU, currency="euro"),
    replace(MENU, sections=(STARTERS, STARTERS)),
    replace(MENU, unplaced=(SOUP,)),
    replace(MENU, source="\ud800"),
    file_with(replace(STARTERS, items=(replace(SOUP, name={"de": "a\udc00"}),))),
    file_with(replace(STARTERS, items=(replace(SOUP, price=10**30),))),
    file_with(replace(STARTERS, items=(replace(SOUP, price=-1),))),
    file_with(replace(STARTERS, items=(replace(SOUP, allergens=("",)),))),
    file_with(replace(STARTERS, items=(replace(SOUP, traits=("x" * 201,)),))),
    file_with(replace(STARTERS, items=(replace(SOUP, spiciness=11),))),
    file_with(replace(STARTERS, hours=(Window(8, "11:00", "12:00"),))),
    file_with(replace(STARTERS, hours=(Window(1, "25:00", "12:00"),))),
    file_with(replace(STARTERS, id="")),
]


@pytest.mark.parametrize("plain", ODD)
def test_odd_values_are_refused_before_the_engine_sees_them(plain):
    with pytest.raises(StructureRefused):
        first_update(plain, "menu", "server")


def test_menu_beyond_the_limits_is_refused():
    many = tuple(PlainItem({"de": "x"}) for _ in range(3_001))
    with pytest.raises(TooLarge):
        first_update(file_with(replace(STARTERS, items=many)), "menu", "server")


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), max_size=8))
def test_import_twice_is_import_once(first, second):
    def file(letters: list[str]) -> PlainMenu:
        items = tuple(
            PlainItem({"de": letter}, price=place, allergens=(letter,))
            for place, letter in enumerate(letters)
        )
        return file_with(PlainSection({"de": "S"}, items=items))

    document = menu_document(file(first))
    merge(document, file(second))
    assert merge(document, file(second)) == []
    kept = [item.name["de"] for item in read_menu(document).sections[0].items]
    assert all(kept.count(one) >= max(first.count(one), second.count(one)) for one in "abc")


def deliver(client: Doc[Any], document: MenuDocument) -> None:
    update = client.get_update(document.state_vector())
    document.receive(update, read_update(update), answers_step1=True)
