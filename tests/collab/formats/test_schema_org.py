"""schema.org in and out: what it can carry survives, what it cannot is said, nothing breaks it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from api.menu_file import read_sample
from collab.errors import StructureRefused, TooLarge
from collab.formats.json_tree import LIMIT_FILE_BYTES, LIMIT_NODES
from collab.formats.report import Action, Imported, Known, Report
from collab.formats.schema_org_reader import read_schema_org
from collab.formats.schema_org_writer import write_schema_org
from collab.formats.settled import settled
from collab.menus.plain_menu import Legend, PlainItem, PlainMenu
from tests.collab.formats.menus import FULL, menu_of

NOTHING = Known()
EUR = Known(currency="EUR")


def read(tree: Any, known: Known = EUR) -> Imported:
    return read_schema_org(json.dumps(tree).encode(), known)


def menu(*sections: Any, **more: Any) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": "Menu", "inLanguage": "de",
            "hasMenuSection": list(sections), **more}  # fmt: skip


def dish(**fields: Any) -> dict[str, Any]:
    section = {"@type": "MenuSection", "name": "S", "hasMenuItem": [{"name": "Suppe", **fields}]}
    return menu(section)


def only_item(found: Imported) -> PlainItem:
    [item] = found.plain.items()
    return item


def carried(plain: PlainMenu) -> PlainMenu:
    """The part of a menu that schema.org has words for."""

    def item(one: PlainItem) -> PlainItem:
        return PlainItem(
            one.name, one.description, one.id, one.price, diets=one.diets or None, kcal=one.kcal,
            variations=one.variations or None, modifiers=one.modifiers or None,
        )  # fmt: skip

    return PlainMenu(
        plain.locale,
        plain.currency,
        plain.locales,
        sections=tuple(
            replace(one, hours=None, station=None,
                    items=tuple(item(each) for each in one.items if not each.is_hidden))
            for one in plain.sections
        ),
        unplaced=tuple(item(one) for one in plain.unplaced),
        modifier_groups=tuple(
            replace(one, minimum=None, maximum=None) for one in plain.modifier_groups
        ),
    )  # fmt: skip


@pytest.mark.parametrize("plain", [FULL, read_sample()], ids=["full", "sample"])
def test_what_schema_org_has_words_for_survives(plain):
    there = menu_of(plain)
    found = read_schema_org(write_schema_org(there).content, NOTHING)
    assert found.plain == carried(settled(there, Report()))
    assert found.report == ()


def test_what_schema_org_cannot_carry_is_in_the_report():
    said = " ".join(remark.what for remark in write_schema_org(menu_of(FULL)).report)
    for field in (
        "allergens", "may_contain", "additives", "traits", "spiciness", "tax", "station", "note",
        "preparation_seconds", "alcohol", "hours", "source", "minimum", "maximum", "hidden",
    ):  # fmt: skip
        assert field in said


def test_guests_never_read_notes_or_hidden_dishes():
    content = write_schema_org(menu_of(FULL)).content.decode()
    assert "SUM" not in content
    assert "Geheim" not in content


def test_price_out_is_an_exact_decimal():
    plain = replace(FULL, legend=Legend())
    assert '"price": "4.50"' in write_schema_org(menu_of(plain)).content.decode()


@pytest.mark.parametrize(
    ("offers", "price"),
    [
        ({"price": 4.5}, 450),
        ({"price": "4.50", "priceCurrency": "EUR"}, 450),
        ({"price": "4,50 €"}, 450),
        ({"price": 19.99}, 1999),
        ([{"price": 4}], 400),
        ({"@type": "AggregateOffer", "offers": [{"price": "4.50"}]}, 450),
        ({"priceSpecification": {"price": "4.50", "priceCurrency": "EUR"}}, 450),
        ({}, None),
    ],
)
def test_price_is_read_without_a_float(offers, price):
    found = read(dish(offers=offers))
    assert only_item(found).price == price
    assert found.report == ()


@pytest.mark.parametrize(
    "price", ["1e400", "-1", "0.001", '"x"', "true", "[]x", '"1.234"', "1e9999999999999999999999"]
)
def test_price_that_makes_no_sense_is_left_out_and_said(price):
    text = json.dumps(dish(offers={"price": "PRICE"})).replace('"PRICE"', price)
    if price == "[]x":
        with pytest.raises(StructureRefused, match="no JSON"):
            read_schema_org(text.encode(), EUR)
        return
    found = read_schema_org(text.encode(), EUR)
    assert only_item(found).price is None
    assert [remark.action for remark in found.report] == [Action.REFUSED]


def test_price_in_another_currency_than_most_is_left_out():
    offers = [{"price": 1, "priceCurrency": one} for one in ("CHF", "CHF", "EUR")]
    items = [{"name": str(place), "offers": one} for place, one in enumerate(offers)]
    found = read(menu({"name": "S", "hasMenuItem": items}), NOTHING)
    assert found.plain.currency == "CHF"
    assert [item.price for item in found.plain.items()] == [100, 100, None]
    assert "currency" in found.report[0].what


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("Suppe", {"de": "Suppe"}),
        ({"@value": "Soup", "@language": "en"}, {"en": "Soup"}),
        ([{"@value": "Soup", "@language": "en"}, "Suppe"], {"en": "Soup", "de": "Suppe"}),
        ({"en": "Soup", "de_AT": "Suppe"}, {"en": "Soup", "de-AT": "Suppe"}),
        ({"@value": "Suppe"}, {"de": "Suppe"}),
    ],
)
def test_texts_come_in_every_form_of_json_ld(name, texts):
    found = read(dish(name=name))
    assert only_item(found).name == texts
    assert set(found.plain.locales) == {"de", *texts}


def test_language_comes_from_the_context_too():
    tree = dish()
    del tree["inLanguage"]
    tree["@context"] = ["https://schema.org", {"@language": "fr"}]
    assert only_item(read(tree)).name == {"fr": "Suppe"}


def test_language_that_nobody_says_is_a_guess_that_is_said():
    tree = dish()
    del tree["inLanguage"]
    found = read(tree)
    assert (found.plain.locale, found.report[0].action) == ("en", Action.CHANGED)
    assert read(tree, Known("it", "EUR")).plain.locale == "it"


def test_menu_is_found_in_a_graph_and_under_a_restaurant():
    bare = dish()
    graph = {"@graph": [{"@type": "Restaurant", "hasMenu": {"@id": "#m"}}, {**bare, "@id": "#m"}]}
    assert len(list(read(graph).plain.items())) == 1
    assert len(list(read({"@type": "Restaurant", "hasMenu": bare}).plain.items())) == 1
    assert len(list(read([{**bare, "@type": ["http://schema.org/Menu"]}]).plain.items())) == 1


def test_sections_within_sections_become_their_own():
    inner = {"name": "Wein", "hasMenuItem": {"name": "Riesling"}}
    found = read(menu({"name": "Getränke", "hasMenuSection": [inner], "hasMenuItem": []}))
    assert [section.name["de"] for section in found.plain.sections] == ["Getränke", "Wein"]
    assert found.report[0].action is Action.CHANGED


def test_section_that_holds_itself_ends():
    section = {"@id": "#s", "name": "S", "hasMenuSection": [{"@id": "#s"}]}
    found = read({"@graph": [menu({"@id": "#s"}), section]})
    assert len(found.plain.sections) == 1


@pytest.mark.parametrize(
    "diet",
    [
        "https://schema.org/VeganDiet",
        "VeganDiet",
        "schema:VeganDiet",
        "Vegan",
        {"@id": "http://schema.org/VeganDiet"},
    ],
)
def test_diet_is_read_in_every_spelling(diet):
    assert only_item(read(dish(suitableForDiet=diet))).diets == ("vegan",)


@pytest.mark.parametrize(
    ("calories", "kcal"), [("240 calories", 240), ("240 kcal", 240), (240, 240)]
)
def test_calories_are_read(calories, kcal):
    nutrition = {"@type": "NutritionInformation", "calories": calories}
    assert only_item(read(dish(nutrition=nutrition))).kcal == kcal


@pytest.mark.parametrize("calories", ["1000 kJ", "many", -1, [], 1e300])
def test_other_energy_is_said(calories):
    found = read(dish(nutrition={"calories": calories}))
    assert only_item(found).kcal is None
    assert len(found.report) == 1


def test_what_is_not_understood_is_one_remark_with_a_count():
    items = [{"name": str(place), "image": "https://example.org/x.jpg"} for place in range(3)]
    [remark] = read(menu({"name": "S", "hasMenuItem": items})).report
    assert (remark.where, remark.times) == ("$.hasMenuSection[0].hasMenuItem[0].image", 3)
    assert remark.action is Action.IGNORED


def test_id_given_twice_stays_with_the_first():
    items = [{"name": "a", "identifier": "x"}, {"name": "b", "identifier": "x"}]
    found = read(menu({"name": "S", "hasMenuItem": items}))
    assert [item.id for item in found.plain.items()] == ["x", None]
    assert found.report[0].action is Action.CHANGED


def test_add_on_without_an_id_has_the_same_in_every_import():
    add_on = {"@type": "MenuSection", "name": "Extras", "hasMenuItem": [{"name": "Käse"}]}
    one, other = (read(dish(menuAddOn=[add_on])).plain for _ in range(2))
    assert one == other
    assert only_item(Imported(one)).modifiers == (one.modifier_groups[0].id,)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"\xff", b"[" * 100_000, b'{"a":NaN}', b"1" * 10_000, b"null", b"[1, 2]", b"{}",
        b'{"@type": "Recipe"}', b'{"@type": "Menu"}', b'{"a":' * 500 + b"1" + b"}" * 500,
    ],
)  # fmt: skip
def test_unusable_file_is_refused_with_a_sentence(content):
    with pytest.raises(StructureRefused, match=r"\.$") as refused:
        read_schema_org(content, NOTHING)
    assert refused.value.reason == "unusable_file"


@pytest.mark.parametrize(
    "content",
    [
        b" " * (LIMIT_FILE_BYTES + 1),
        b"[" + b"{}," * LIMIT_NODES + b"{}]",
        b"[" + b"1," * LIMIT_NODES + b"1]",
        json.dumps(menu({"name": "S", "hasMenuItem": [{"name": "x"}] * 3001})).encode(),
    ],
)
def test_too_much_is_refused(content):
    with pytest.raises(TooLarge):
        read_schema_org(content, EUR)


def test_many_unknown_properties_are_no_long_report():
    found = read(menu(**{f"k{number}": 1 for number in range(100_000)}))
    assert len(found.report) < 100
    assert "Further" in found.report[-1].what


@pytest.mark.parametrize(
    "odd", [1, "x", True, [], [1], {}, {"@value": 1}, [[["x"]]], {"x y": "z"}, "\ud800"]
)
@pytest.mark.parametrize(
    "key",
    ["name", "description", "identifier", "offers", "suitableForDiet", "nutrition", "menuAddOn",
     "inLanguage", "@id", "@type"],
)  # fmt: skip
def test_odd_value_never_breaks_the_import(key, odd):
    found = read(dish(**{key: odd}))
    assert isinstance(found.plain, PlainMenu)
    found = read(
        {**dish(), "hasMenuSection": [{"name": "S", key: odd}], key: odd} | {"@type": "Menu"}
    )
    assert len(found.plain.sections) == 1


def test_key_of_a_megabyte_does_not_grow():
    key = "k" * 1_000_000
    found = read(menu(*[{"name": str(one), key: [1]} for one in range(5)]))
    assert all(len(remark.what) < 300 and len(remark.where) <= 200 for remark in found.report)
