"""Differences of two versions, in the words of a menu."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from collab.versions.difference import (
    FieldDifference,
    PartChange,
    PartDifference,
    difference,
)
from tests.collab.sample_menus import SAMPLE

MENU: dict[str, Any] = {
    "locale": "de",
    "locales": ["de"],
    "currency": "EUR",
    "legend": {"allergens": {"Sesam": "A"}, "additives": {}},
    "sections": [
        {
            "id": "soups",
            "name": "Suppen",
            "items": [{"id": id, "name": id.title(), "price": 450} for id in ("a", "b", "c", "d")],
        },
        {"id": "mains", "name": "Gerichte", "items": [{"id": "e", "name": "E", "price": 900}]},
    ],
}


def changed(**fields: Any) -> dict[str, Any]:
    """The menu with other fields of item `a`."""
    copy = deepcopy(MENU)
    copy["sections"][0]["items"][0].update(fields)
    return copy


def fields_of(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    (part,) = difference(before, after).items
    assert (part.id, part.change, part.is_reordered) == ("a", PartChange.CHANGED, False)
    return {one.field: (one.before, one.after) for one in part.fields}


def test_equal_menus_have_no_difference():
    sample = json.loads(SAMPLE.read_bytes())
    for number, section in enumerate(sample["sections"]):
        section["id"] = f"s{number}"
        for place, item in enumerate(section["items"]):
            item["id"] = f"i{number}-{place}"
    assert not difference(sample, deepcopy(sample))
    assert not difference(MENU, deepcopy(MENU))


def test_changed_price_is_one_field():
    assert fields_of(MENU, changed(price=500)) == {"price": (450, 500)}


def test_texts_differ_by_locale():
    after = changed(name={"de": "A", "en": "Soup"}, description="heiß")
    assert fields_of(MENU, after) == {"desc:de": (None, "heiß"), "name:en": (None, "Soup")}


def test_codes_differ_one_by_one():
    before = changed(allergens=["Sesam", "Ei"], traits=["scharf"])
    after = changed(allergens=["Ei"], may_contain=["Sesam"], diets=["vegan"])
    assert fields_of(before, after) == {
        "allergen:Sesam": ("contains", "may"),
        "diet:vegan": (None, True),
        "tag:scharf": (True, None),
    }


def test_order_of_codes_is_no_difference():
    one, other = changed(allergens=["Sesam", "Ei"]), changed(allergens=["Ei", "Sesam"])
    assert not difference(one, other)


def test_variations_differ_by_their_own_fields():
    small, large = (
        {"id": "s", "name": "Klein", "price": 400},
        {"id": "l", "name": "Groß", "price": 700},
    )
    before = changed(variations=[small, large])
    after = changed(variations=[large, {**small, "price": 300}])
    assert fields_of(before, after) == {
        "var:s:price": (400, 300),
        "var:order": (["s", "l"], ["l", "s"]),
    }
    assert fields_of(before, changed(variations=[small])) == {
        "var:l:name:de": ("Groß", None),
        "var:l:price": (700, None),
    }


def test_modifier_groups_of_an_item_and_their_options():
    before, after = changed(modifiers=["g", "h"]), changed(modifiers=["h", "g"])
    assert fields_of(before, after) == {"mod:order": (["g", "h"], ["h", "g"])}
    assert fields_of(changed(modifiers=["g"]), changed(modifiers=[])) == {"mod:g": (True, None)}
    rice = {"id": "r", "name": "Reis", "price": 0}
    groups = [{"id": "g", "name": "Beilage", "min": 0, "max": 1, "options": [rice]}]
    (added,) = difference(MENU, {**MENU, "modifiers": groups}).groups
    assert added == PartDifference("modgroups", "g", "Beilage", PartChange.ADDED)
    more = [{**groups[0], "max": None, "options": [{**rice, "price": 50}]}]
    (part,) = difference({**MENU, "modifiers": groups}, {**MENU, "modifiers": more}).groups
    assert part.fields == (
        FieldDifference("max", 1, None),
        FieldDifference("opt:r:price", 0, 50),
    )


def test_added_and_removed_items():
    after = deepcopy(MENU)
    del after["sections"][0]["items"][1]
    after["sections"][1]["items"].append({"id": "f", "name": "Neu", "price": 1})
    found = difference(MENU, after)
    assert found.items == (
        PartDifference("items", "b", "B", PartChange.REMOVED),
        PartDifference("items", "f", "Neu", PartChange.ADDED),
    )


def test_moved_item_is_moved_and_not_reordered():
    after = deepcopy(MENU)
    after["sections"][1]["items"].insert(0, after["sections"][0]["items"].pop(1))
    (part,) = difference(MENU, after).items
    assert (part.id, part.moved_from, part.moved_to) == ("b", "soups", "mains")
    assert (part.is_reordered, part.fields) == (False, ())


def test_item_of_no_section_is_moved_to_none():
    after = deepcopy(MENU)
    after["unplaced"] = [after["sections"][0]["items"].pop(1)]
    (part,) = difference(MENU, after).items
    assert (part.moved_from, part.moved_to) == ("soups", "")


def test_fewest_items_are_said_to_be_reordered():
    after = deepcopy(MENU)
    items = after["sections"][0]["items"]
    items.append(items.pop(0))
    found = difference(MENU, after).items
    assert [(part.id, part.is_reordered) for part in found] == [("a", True)]


def test_sections_are_added_removed_renamed_and_reordered():
    after = deepcopy(MENU)
    after["sections"].reverse()
    after["sections"][0]["name"] = "Hauptgerichte"
    after["sections"].append({"id": "new", "name": "Neu", "items": []})
    found = {part.id: part for part in difference(MENU, after).sections}
    assert found["new"].change is PartChange.ADDED
    assert sum(part.is_reordered for part in found.values()) == 1
    assert found["mains"].fields == (FieldDifference("name:de", "Gerichte", "Hauptgerichte"),)
    hours = [{"day": "Monday", "from": "07:00", "to": "11:00"}]
    after = deepcopy(MENU)
    after["sections"][0]["available_at"] = hours
    (part,) = difference(MENU, after).sections
    assert part.fields == (FieldDifference("hours", None, hours),)


def test_settings_differ_by_name():
    after = {
        **MENU,
        "currency": "CHF",
        "locales": ["de", "en"],
        "legend": {"allergens": {"Sesam": "B"}, "additives": {"Farbstoff": "1"}},
    }
    assert [(one.field, one.before, one.after) for one in difference(MENU, after).settings] == [
        ("currency", "EUR", "CHF"),
        ("legend:additives:Farbstoff", None, "1"),
        ("legend:allergens:Sesam", "A", "B"),
        ("locales", ["de"], ["de", "en"]),
    ]


def test_only_language_text_is_the_same_as_one_by_locale():
    assert not difference(MENU, changed(name={"de": "A"}))
