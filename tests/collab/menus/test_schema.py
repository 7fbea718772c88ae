"""The form of every field."""

from __future__ import annotations

import pytest

from collab.menus.schema import asks, is_id, value_problem

GOOD = [
    ("items", "price", 0),
    ("items", "price", 450.0),
    ("items", "price", None),
    ("items", "loc", ["", "a0"]),
    ("items", "allergen:Krebs@tiere: alle", "may"),
    ("items", "additive:1", False),
    ("items", "diet:vegan", True),
    ("items", "mod:g1", "a0"),
    ("items", "mod:g1", False),
    ("items", "var:large:price", 900),
    ("items", "var:large:name:de-AT", "Groß"),
    ("items", "photo", "0" * 64),
    ("items", "order", {"allergens": ["a"]}),
    ("sections", "hours", [{"day": 1, "from": "22:00", "to": "02:00"}]),
    ("sections", "hours", []),
    ("modgroups", "name:de", "Beilagen"),
    ("modgroups", "opt:rice:pos", "Zz"),
    ("modgroups", "max", 3),
]
BAD = [
    ("items", "price", True),
    ("items", "price", 1.5),
    ("items", "price", -1),
    ("items", "price", "450"),
    ("items", "price", 10**13),
    ("items", "loc", ["s"]),
    ("items", "loc", ["s", ""]),
    ("items", "loc", [1, "a0"]),
    ("items", "allergen:", "may"),
    ("items", "allergen:x", "perhaps"),
    ("items", "allergen:" + "x" * 201, "may"),
    ("items", "allergen:Nuss\0", "may"),
    ("items", "loc", ["s\0", "a0"]),
    ("items", "loc", ["s", "a\0"]),
    ("items", "mod:g1", True),
    ("items", "var:large:colour", "red"),
    ("items", "var::price", 1),
    ("items", "var:large:name:", "x"),
    ("items", "photo", "https://example.org"),
    ("items", "order", {"prices": []}),
    ("items", "order", {"allergens": [1]}),
    ("items", "hours", []),
    ("items", "", 1),
    ("sections", "price", 1),
    ("sections", "hours", [{"day": 8, "from": "10:00", "to": "11:00"}]),
    ("sections", "hours", [{"day": 1, "from": "10", "to": "11:00"}]),
    ("sections", "hours", [{"day": 1, "from": "10:00", "to": "11:00", "x": 1}]),
    ("sections", "station", 5),
    ("modgroups", "name:not a locale", "x"),
    ("modgroups", "price", 1),
    ("meta", "currency", "EUR"),
]


@pytest.mark.parametrize(("root", "register", "value"), GOOD)
def test_value_in_form_has_no_problem(root: str, register: str, value: object) -> None:
    assert value_problem(root, register, value) is None


@pytest.mark.parametrize(("root", "register", "value"), BAD)
def test_value_out_of_form_has_one(root: str, register: str, value: object) -> None:
    assert value_problem(root, register, value)


def test_money_food_and_deleting_ask_and_places_do_not() -> None:
    asking = ("price", "var:a:price", "opt:a:price", "allergen:Milch", "diet:vegan", "deleted")
    assert all(map(asks, asking))
    quiet = ("loc", "pos", "hours", "hidden", "tag:x", "photo", "station", "var:a:pos", "tax")
    assert not any(map(asks, quiet))


def test_id_has_no_characters_that_separate() -> None:
    assert is_id("soup-1_ü")
    assert not any(map(is_id, ("", "a:b", "a@b", "x" * 65, "a\nb")))
