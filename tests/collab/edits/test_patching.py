"""Merge patches and JSON patches of a menu: what their RFCs say, what ids add, what is refused."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from collab.edits.patching import json_patched, merge_patched
from collab.errors import PreconditionFailed, StructureRefused, TooLarge

MENU: dict[str, Any] = {
    "source": None,
    "locale": "de",
    "locales": ["de", "en"],
    "currency": "EUR",
    "legend": {"allergens": {}, "additives": {}},
    "sections": [
        {
            "id": "s1",
            "name": "Suppen",
            "description": "",
            "items": [
                {"id": "soup", "name": {"de": "Suppe", "en": "Soup"}, "price": 450},
                {"id": "roll", "name": "Rolle", "price": 300},
            ],
        },
        {"id": "s2", "name": "Mains", "description": "", "items": []},
    ],
    "modifiers": [{"id": "g", "name": "Soße", "options": [{"id": "o", "name": "rot"}]}],
}


def items(menu: Any, section: int = 0) -> list[Any]:
    return list(menu["sections"][section]["items"])


# The cases of RFC 7396, appendix A, as fields of a menu: only objects can be patched.
@pytest.mark.parametrize(
    ("before", "patch", "after"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch_does_what_its_rfc_says(before, patch, after):
    assert merge_patched({"locale": "de", **before}, patch) == {"locale": "de", **after}


def test_things_with_ids_are_patched_by_id_and_the_others_stay():
    patch = {"sections": {"s1": {"items": {"soup": {"price": 500}, "roll": None}}}}
    before = copy.deepcopy(MENU)
    menu = merge_patched(MENU, patch)
    assert items(menu) == [{"id": "soup", "name": {"de": "Suppe", "en": "Soup"}, "price": 500}]
    assert menu["sections"][1] == MENU["sections"][1]
    assert before == MENU


def test_unknown_id_is_added_at_the_end():
    patch = {"sections": {"s2": {"items": {"new": {"name": "Neu"}}}, "s3": {"name": "Drei"}}}
    menu = merge_patched(MENU, patch)
    assert items(menu, 1) == [{"id": "new", "name": "Neu"}]
    assert menu["sections"][2] == {"id": "s3", "name": "Drei"}


@pytest.mark.parametrize(
    "patch",
    [
        {"sections": {"s2": {"items": {"roll": {"price": 1}}}}},
        {"sections": {"s1": {"items": {"roll": None}}, "s2": {"items": {"roll": {"price": 1}}}}},
        {"sections": {"s2": {"items": {"roll": {"price": 1}}}, "s1": {"items": {"roll": None}}}},
    ],
)
def test_item_named_in_another_section_moves_there_with_all_it_has(patch):
    menu = merge_patched(MENU, patch)
    assert [item["id"] for item in items(menu)] == ["soup"]
    assert items(menu, 1) == [{"id": "roll", "name": "Rolle", "price": 1}]


def test_options_are_patched_by_id():
    menu = merge_patched(MENU, {"modifiers": {"g": {"options": {"o": {"price": 50}, "p": {}}}}})
    assert menu["modifiers"][0]["options"] == [
        {"id": "o", "name": "rot", "price": 50},
        {"id": "p"},
    ]


def test_string_replaces_the_text_in_the_menus_language_only():
    menu = merge_patched(MENU, {"sections": {"s1": {"items": {"soup": {"name": "Eintopf"}}}}})
    assert items(menu)[0]["name"] == {"de": "Eintopf", "en": "Soup"}
    replaced = json_patched(
        MENU, [{"op": "replace", "path": "/sections/s1/items/soup/name", "value": "Eintopf"}]
    )
    assert items(replaced)[0]["name"] == {"de": "Eintopf", "en": "Soup"}


def test_language_is_added_to_a_text_that_was_a_string_and_taken_away():
    patch = {
        "sections": {"s1": {"name": {"en": "Soups"}, "items": {"soup": {"name": {"en": None}}}}}
    }
    menu = merge_patched(MENU, patch)
    assert menu["sections"][0]["name"] == {"de": "Suppen", "en": "Soups"}
    assert items(menu)[0]["name"] == {"de": "Suppe"}


def test_strings_stay_in_their_language_when_the_menu_gets_another():
    menu = merge_patched(MENU, {"locale": "en", "sections": {"s2": {"name": "Main dishes"}}})
    assert menu["sections"][0]["name"] == {"de": "Suppen"}
    assert menu["sections"][1]["name"] == {"de": "Mains", "en": "Main dishes"}


@pytest.mark.parametrize(
    "patch",
    [
        [],
        "x",
        None,
        {"sections": {"s1": 5}},
        {"sections": {"s1": {"id": "other"}}},
    ],
)
def test_merge_patch_that_makes_no_sense_is_refused(patch):
    with pytest.raises(StructureRefused):
        merge_patched(MENU, patch)


def test_patch_that_nests_too_deep_is_refused():
    deep: Any = {}
    for _ in range(50_000):
        deep = {"a": deep}
    with pytest.raises(StructureRefused, match="deeper"):
        merge_patched(MENU, deep)
    with pytest.raises(StructureRefused, match="deeper"):
        json_patched(MENU, [{"op": "add", "path": "/legend/x", "value": deep}])


@pytest.mark.parametrize(
    ("operations", "look", "expected"),
    [
        (
            [{"op": "replace", "path": "/sections/0/items/1/price", "value": 5}],
            lambda menu: items(menu)[1]["price"],
            5,
        ),
        (
            [{"op": "replace", "path": "/sections/s1/items/id:roll/price", "value": 5}],
            lambda menu: items(menu)[1]["price"],
            5,
        ),
        (
            [{"op": "add", "path": "/sections/s1/items/0", "value": {"name": "first"}}],
            lambda menu: items(menu)[0]["name"],
            "first",
        ),
        (
            [{"op": "add", "path": "/sections/s1/items/roll", "value": {"name": "before roll"}}],
            lambda menu: items(menu)[1]["name"],
            "before roll",
        ),
        (
            [{"op": "add", "path": "/sections/s2/items/-", "value": {"name": "last"}}],
            lambda menu: items(menu, 1),
            [{"name": "last"}],
        ),
        (
            [{"op": "move", "from": "/sections/s1/items/soup", "path": "/sections/s2/items/0"}],
            lambda menu: (len(items(menu)), items(menu, 1)[0]["id"]),
            (1, "soup"),
        ),
        (
            [{"op": "move", "from": "/sections/0", "path": "/sections/1"}],
            lambda menu: [section["id"] for section in menu["sections"]],
            ["s2", "s1"],
        ),
        (
            [{"op": "remove", "path": "/sections/s1/items/soup"}],
            lambda menu: [item["id"] for item in items(menu)],
            ["roll"],
        ),
        (
            [{"op": "copy", "from": "/sections/s1", "path": "/sections/-"}],
            lambda menu: items(menu, 2)[1],
            {"name": "Rolle", "price": 300},
        ),
        (
            [{"op": "add", "path": "/legend/allergens/a~1b~0c", "value": "A"}],
            lambda menu: menu["legend"]["allergens"],
            {"a/b~c": "A"},
        ),
        (
            [
                {"op": "test", "path": "/sections/s1/items/soup/price", "value": 450.0},
                {"op": "test", "path": "/sections/s1/items/soup/name/en", "value": "Soup"},
            ],
            lambda menu: menu,
            MENU,
        ),
    ],
)
def test_operations_do_what_their_rfc_says_and_know_ids(operations, look, expected):
    assert look(json_patched(MENU, operations)) == expected


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/sections/nope"},
        {"op": "remove", "path": "/sections/2"},
        {"op": "remove", "path": "/sections/-"},
        {"op": "remove", "path": "/sections/01"},
        {"op": "remove", "path": ""},
        {"op": "replace", "path": "/colour", "value": 1},
        {"op": "add", "path": "/sections/7", "value": {}},
        {"op": "add", "path": "/currency/x", "value": {}},
        {"op": "add", "path": "sections", "value": {}},
        {"op": "add", "path": "/sections/-"},
        {"op": "move", "from": "/sections/0", "path": "/sections/0/items/0"},
        {"op": "move", "path": "/sections/0"},
        {"op": "copy", "from": "/x", "path": "/y"},
        {"op": "jump", "path": "/x"},
        {"path": "/x"},
        {"op": "replace", "path": "", "value": 5},
        {"op": "add", "path": "/a" * 40, "value": 5},
        5,
    ],
)
def test_operation_that_cannot_be_is_refused(operation):
    with pytest.raises(StructureRefused):
        json_patched(MENU, [operation])


@pytest.mark.parametrize("value", [451, "450", True, None])
def test_failed_test_refuses_the_whole_patch(value):
    operations = [
        {"op": "remove", "path": "/sections/s2"},
        {"op": "test", "path": "/sections/s1/items/soup/price", "value": value},
    ]
    with pytest.raises(PreconditionFailed, match="Operation 1"):
        json_patched(MENU, operations)


def test_true_is_not_one():
    with pytest.raises(PreconditionFailed):
        json_patched({**MENU, "x": 1}, [{"op": "test", "path": "/x", "value": True}])


def test_copies_that_fill_the_memory_are_refused():
    doubling = {"op": "copy", "from": "/sections", "path": "/sections/0/items"}
    double = [{"op": "copy", "from": "/legend", "path": f"/legend/{n}"} for n in range(40)]
    with pytest.raises((TooLarge, StructureRefused)):
        json_patched(MENU, double)
    with pytest.raises((TooLarge, StructureRefused)):
        json_patched(MENU, [doubling] * 40)


def test_too_many_operations_are_refused():
    with pytest.raises(TooLarge):
        json_patched(MENU, [{"op": "test", "path": "/locale", "value": "de"}] * 1_001)
