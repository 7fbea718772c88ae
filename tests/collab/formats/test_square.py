"""Square-like catalogs in and out."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from api.menu_file import read_sample
from collab.errors import StructureRefused
from collab.formats.report import Action, Imported, Known, Report
from collab.formats.settled import settled
from collab.formats.square_reader import read_square
from collab.formats.square_writer import write_square
from collab.menus.plain_menu import (
    PlainItem,
    PlainMenu,
    PlainModifierGroup,
    PlainOption,
    PlainSection,
    PlainVariation,
)
from tests.collab.formats.menus import FULL, menu_of

DE = Known("de", "EUR")


def read(*objects: Any, known: Known = DE) -> Imported:
    return read_square(json.dumps({"objects": objects}).encode(), known)


def category(id: str = "c", name: str = "S", **data: Any) -> dict[str, Any]:
    return {"type": "CATEGORY", "id": id, "category_data": {"name": name, **data}}


def item(id: str = "i", **data: Any) -> dict[str, Any]:
    known = {"name": "Suppe", "category_id": "c", **data}
    return {"type": "ITEM", "id": id, "item_data": known}


def variation(id: str, name: str, amount: Any = None, **data: Any) -> dict[str, Any]:
    money = {} if amount is None else {"price_money": {"amount": amount, "currency": "EUR"}}
    known = {"name": name, **money, **data}
    return {"type": "ITEM_VARIATION", "id": id, "item_variation_data": known}


def only_item(found: Imported) -> PlainItem:
    [one] = found.plain.items()
    return one


def carried(plain: PlainMenu) -> PlainMenu:
    """The part of a menu that a catalog has a place for."""

    def text(texts: Any) -> dict[str, str]:
        return {locale: text for locale, text in texts.items() if locale == plain.locale}

    def dish(one: PlainItem) -> PlainItem:
        variations = [PlainVariation(text(v.name), v.id, v.price) for v in one.variations or ()]
        return PlainItem(
            text(one.name), text(one.description), one.id, one.price,
            allergens=tuple(one.allergens or ()) or None, diets=one.diets or None, tax=one.tax,
            kcal=one.kcal, is_hidden=one.is_hidden, variations=tuple(variations) or None,
            modifiers=one.modifiers or None,
        )  # fmt: skip

    return PlainMenu(
        plain.locale,
        plain.currency,
        sections=tuple(
            PlainSection(text(one.name), id=one.id, items=tuple(map(dish, one.items)))
            for one in plain.sections
        ),
        unplaced=tuple(map(dish, plain.unplaced)),
        modifier_groups=tuple(
            PlainModifierGroup(
                text(one.name), one.id, one.minimum, one.maximum,
                tuple(PlainOption(text(o.name), o.id, o.price) for o in one.options),
            )
            for one in plain.modifier_groups
        ),
    )  # fmt: skip


@pytest.mark.parametrize("plain", [FULL, read_sample()], ids=["full", "sample"])
def test_what_a_catalog_has_a_place_for_survives(plain):
    there = menu_of(plain)
    found = read_square(write_square(there).content, Known("de"))
    assert found.plain == carried(settled(there, Report()))
    assert found.report == ()


def test_what_a_catalog_cannot_carry_is_in_the_report():
    said = " ".join(remark.what for remark in write_square(menu_of(FULL)).report)
    for field in (
        "may_contain", "additives", "traits", "spiciness", "station", "preparation_seconds",
        "alcohol", "note", "hours", "description", "source", "further languages",
    ):  # fmt: skip
        assert field in said


def test_id_that_two_items_use_for_a_variation_is_made_unique():
    twins = tuple(
        PlainItem({"de": id}, id=id, variations=(PlainVariation({"de": "klein"}, "small", 1),))
        for id in ("a", "b")
    )
    plain = PlainMenu("de", "EUR", unplaced=twins)
    exported = write_square(menu_of(plain))
    assert [remark.action for remark in exported.report] == [Action.CHANGED]
    found = read_square(exported.content, DE)
    ids = [one.variations[0].id for one in found.plain.items() if one.variations]
    assert ids == ["small", "b.small"]


def test_lone_regular_variation_is_the_price_of_the_dish():
    found = only_item(read(category(), item(variations=[variation("v", "Regular", 450)])))
    assert (found.price, found.variations) == (450, None)
    other = only_item(read(category(), item(variations=[variation("v", "0,3 l", 450)])))
    assert (other.price, other.variations) == (None, (PlainVariation({"de": "0,3 l"}, "v", 450),))


def test_variations_and_modifiers_may_stand_beside_their_owners():
    loose = variation("v", "klein", 1, item_id="i", ordinal=2)
    inner = variation("w", "groß", 2, ordinal=1)
    modifier = {"name": "Reis", "modifier_list_id": "m"}
    found = read(
        category(),
        item(variations=[inner], modifier_list_info=[{"modifier_list_id": "m"}]),
        loose,
        {"type": "MODIFIER_LIST", "id": "m", "modifier_list_data": {"name": "Beilage"}},
        {"type": "MODIFIER", "id": "r", "modifier_data": modifier},
    )
    one = only_item(found)
    assert [each.id for each in one.variations or ()] == ["w", "v"]
    assert one.modifiers == ("m",)
    assert found.plain.modifier_groups[0].options == (PlainOption({"de": "Reis"}, "r"),)
    assert found.report == ()


@pytest.mark.parametrize(
    ("data", "limits"),
    [
        ({"selection_type": "SINGLE"}, (None, 1)),
        ({"selection_type": "MULTIPLE"}, (None, None)),
        ({"selection_type": "MULTIPLE", "min_selected_modifiers": 1}, (1, None)),
        ({"selection_type": "SINGLE", "max_selected_modifiers": 3}, (None, 3)),
        ({"min_selected_modifiers": -1, "max_selected_modifiers": -1}, (None, None)),
    ],
)
def test_limits_of_modifier_lists_are_read(data, limits):
    list_data = {"name": "M", **data}
    found = read({"type": "MODIFIER_LIST", "id": "m", "modifier_list_data": list_data})
    [group] = found.plain.modifier_groups
    assert (group.minimum, group.maximum) == limits
    assert found.report == ()


def test_sections_and_dishes_come_in_the_order_of_their_ordinals():
    found = read(
        category("late", "L", ordinal=5),
        category("early", "E", ordinal=-2251731094208512),
        item("b", category_id=None, categories=[{"id": "late", "ordinal": 2}]),
        item("a", category_id=None, categories=[{"id": "late", "ordinal": 1}]),
    )
    assert [one.id for one in found.plain.sections] == ["early", "late"]
    assert [one.id for one in found.plain.items()] == ["a", "b"]


def test_prices_by_location_are_reported_as_not_understood():
    override = [{"location_id": "L1", "price_money": {"amount": 1, "currency": "EUR"}}]
    found = read(
        category(),
        item(variations=[variation("v", "Regular", 450, location_overrides=override)]),
    )
    assert only_item(found).price == 450
    [remark] = found.report
    assert "location_overrides" in remark.what
    assert remark.where.endswith("location_overrides")


def test_dish_of_an_unknown_category_stands_in_no_section():
    found = read(category(), item(category_id="nowhere"))
    assert len(found.plain.unplaced) == 1
    assert found.report[0].action is Action.REFUSED


def test_categories_within_categories_are_flattened():
    found = read(category("a"), category("b", parent_category={"id": "a", "ordinal": 1}))
    assert len(found.plain.sections) == 2
    assert found.report[0].action is Action.CHANGED
    assert read(category("a", parent_category={"ordinal": 1})).report == ()


@pytest.mark.parametrize(
    ("percentage", "tax"), [("19", 1900), ("7.0", 700), ("8.25", 825), ("x", None), ("101", None)]
)
def test_tax_is_read_as_basis_points(percentage, tax):
    rate = {"type": "TAX", "id": "t", "tax_data": {"name": "MwSt", "percentage": percentage}}
    found = read(category(), rate, item(tax_ids=["t"]))
    assert only_item(found).tax == tax
    assert bool(found.report) is (tax is None)


def test_object_whose_id_came_already_is_left_out():
    found = read(category(), item("i"), item("i", name="Andere"))
    assert only_item(found).name == {"de": "Suppe"}
    assert found.report[0].action is Action.REFUSED


def test_deleted_object_is_left_out_and_deletes_nothing():
    found = read(category(), {**item(), "is_deleted": True})
    assert list(found.plain.items()) == []
    assert found.report[0].action is Action.IGNORED


def test_id_of_another_form_is_replaced_by_the_same_in_every_import():
    one, other = (only_item(read(category(), item("#a:b"))) for _ in range(2))
    assert one.id == other.id
    assert one.id not in (None, "#a:b")


def test_custom_ingredients_and_diets_keep_their_names():
    details = {
        "ingredients": [{"type": "CUSTOM", "custom_name": "Ei, roh"}, {"standard_name": "SOY"}],
        "dietary_preferences": [{"type": "STANDARD", "standard_name": "VEGAN"}],
    }
    found = only_item(read(category(), item(food_and_beverage_details=details)))
    assert (found.allergens, found.diets) == (("Ei, roh", "soy"), ("vegan",))


@pytest.mark.parametrize("amount", ["-1", "1.5", "1e400", '"450"', "null", "true", "1e15", "[]"])
def test_amount_that_makes_no_sense_is_left_out_and_said(amount):
    tree = {"objects": [category(), item(variations=[variation("v", "Regular", "AMOUNT")])]}
    content = json.dumps(tree).replace('"AMOUNT"', amount).encode()
    found = read_square(content, DE)
    assert only_item(found).price is None
    assert bool(found.report) is (amount != "null")


def test_prices_of_another_currency_are_left_out():
    odd = variation("v", "Regular")
    odd["item_variation_data"]["price_money"] = {"amount": 1, "currency": "CHF"}
    prices = [variation("a", "Regular", 1), variation("b", "Regular", 2)]
    found = read(category(), *(item(f"i{n}", variations=[v]) for n, v in enumerate([odd, *prices])))
    assert [one.price for one in found.plain.items()] == [None, 1, 2]
    assert "currency" in found.report[0].what


@pytest.mark.parametrize("content", [b"", b"{}", b"null", b"3", b'{"objects": NaN}', b"[" * 9999])
def test_unusable_file_is_refused_with_a_sentence(content):
    with pytest.raises(StructureRefused, match=r"\.$"):
        read_square(content, DE)


def test_file_without_any_currency_is_refused():
    with pytest.raises(StructureRefused, match="currency"):
        read(category(), item(), known=Known("de"))


@pytest.mark.parametrize("odd", [1, "x", True, [], [1], {}, [[["x"]]], "\ud800", "y" * 300_000])
@pytest.mark.parametrize(
    "key",
    ["name", "description", "category_id", "categories", "variations", "modifier_list_info",
     "food_and_beverage_details", "tax_ids", "is_archived", "reporting_category"],
)  # fmt: skip
def test_odd_value_never_breaks_the_import(key, odd):
    found = read(category(), item(**{key: odd}))
    assert only_item(found).id == "i"


@pytest.mark.parametrize(
    "odd", [1, "x", None, [], {"type": 1}, {"type": "ITEM"}, {"type": "TAX", "id": "t"}]
)
def test_odd_object_never_breaks_the_import(odd):
    found = read(category(), odd, item())
    assert only_item(found).id == "i"
    assert found.report


def test_list_alone_is_a_catalog_too():
    found = read_square(json.dumps([category(), item()]).encode(), DE)
    assert replace(only_item(found), name={}) == PlainItem({}, id="i")
