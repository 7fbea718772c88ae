"""Restores: what is named comes back, everything else stays as it is."""

from __future__ import annotations

import json
from copy import deepcopy
from itertools import count
from typing import Any

import pytest

from api.menu_file import read_menu_file
from collab.documents.document import MenuDocument
from collab.edits.writing import edit_of
from collab.errors import StructureRefused
from collab.menus.plain_json import plain_json
from collab.menus.plain_menu import PlainMenu
from collab.menus.reading import read_menu
from collab.versions.difference import difference
from collab.versions.restoring import Everything, OneField, What, WholePart, plan_restore
from tests.collab.sample_menus import SAMPLE, menu_document

OLD: dict[str, Any] = {
    "locale": "de",
    "currency": "EUR",
    "sections": [
        {
            "id": "soups",
            "name": "Suppen",
            "items": [
                {"id": "a", "name": {"de": "Suppe", "en": "Soup"}, "price": 450},
                {
                    "id": "b",
                    "name": "Brühe",
                    "price": 500,
                    "allergens": ["Sesam"],
                    "modifiers": ["sides"],
                    "variations": [{"id": "l", "name": "Groß", "price": 900}],
                },
                {"id": "c", "name": "Eintopf", "price": 600, "note": "with bread"},
            ],
        },
        {"id": "mains", "name": "Gerichte", "items": [{"id": "d", "name": "Reis", "price": 900}]},
    ],
    "modifiers": [
        {"id": "sides", "name": "Beilagen", "options": [{"id": "r", "name": "Reis", "price": 0}]}
    ],
}


def plain(content: dict[str, Any]) -> PlainMenu:
    return read_menu_file(json.dumps(content).encode())


def restored(
    now: dict[str, Any], what: What, old: dict[str, Any] = OLD
) -> tuple[dict[str, Any], int]:
    """The menu after a restore, as plain JSON, and how many changes that took."""
    document = menu_document(plain(now))
    return restore_in(document, what, old)


def restore_in(
    document: MenuDocument, what: What, old: dict[str, Any] = OLD
) -> tuple[dict[str, Any], int]:
    numbers = count()
    changes = plan_restore(read_menu(document), plain(old), what, lambda: f"x{next(numbers)}")
    document.changed_by(edit_of(changes, "mia", 1_900_000_000_000))
    return plain_json(read_menu(document)), len(changes)


def edited() -> dict[str, Any]:
    """The old menu after two days of work."""
    now = deepcopy(OLD)
    soups, mains = now["sections"]
    soups["name"] = "Suppen und Eintöpfe"
    soups["items"][0]["price"] = 480
    soups["items"][0]["name"] = {"de": "Tagessuppe", "en": "Soup"}
    soups["items"][1].update(price=550, allergens=[], variations=[], modifiers=[])
    mains["items"].append(soups["items"].pop(2))
    soups["items"].append({"id": "n", "name": "Neu", "price": 100})
    return now


def item(content: dict[str, Any], id: str) -> dict[str, Any]:
    return next(
        one for section in content["sections"] for one in section["items"] if one["id"] == id
    )


def placed(content: dict[str, Any]) -> list[list[str]]:
    return [[one["id"] for one in section["items"]] for section in content["sections"]]


def test_restoring_what_is_there_changes_nothing():
    parts = [WholePart("items", "b"), WholePart("sections", "soups")]
    wanted = [
        Everything(),
        *parts,
        WholePart("modgroups", "sides"),
        OneField("items", "a", "price"),
    ]
    assert [restored(OLD, what)[1] for what in wanted] == [0] * len(wanted)


def test_restoring_everything_makes_the_menu_read_as_it_did():
    after, _ = restored(edited(), Everything())
    before = plain_json(read_menu(menu_document(plain(OLD))))
    assert not difference(before, after)


def test_restoring_a_price_touches_nothing_else():
    now = edited()
    after, changes = restored(now, OneField("items", "a", "price"))
    assert (item(after, "a")["price"], changes) == (450, 1)
    found = difference(plain_json(read_menu(menu_document(plain(now)))), after)
    assert [one.field for part in found.items for one in part.fields] == ["price"]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("allergen:Sesam", {"allergens": ["Sesam"]}),
        ("allergen", {"allergens": ["Sesam"]}),
        ("var", {"variations": [{"id": "l", "name": "Groß", "price": 900}]}),
        ("var:l", {"variations": [{"id": "l", "name": "Groß", "price": 900}]}),
        ("mod", {"modifiers": ["sides"]}),
    ],
)
def test_field_is_named_as_in_the_history(field, expected):
    after, _ = restored(edited(), OneField("items", "b", field))
    now = item(after, "b")
    assert {key: now[key] for key in expected} == expected
    assert now["price"] == 550


def test_text_comes_back_in_one_language_only():
    now = edited()
    item(now, "a")["name"] = {"de": "Tagessuppe", "en": "Soup of the day"}
    after, changes = restored(now, OneField("items", "a", "name:de"))
    assert item(after, "a")["name"] == {"de": "Suppe", "en": "Soup of the day"}
    assert changes == 1
    after, changes = restored(now, OneField("items", "a", "name"))
    assert (item(after, "a")["name"], changes) == ({"de": "Suppe", "en": "Soup"}, 2)


def test_item_that_was_moved_comes_back_to_its_place():
    after, _ = restored(edited(), WholePart("items", "c"))
    assert placed(after) == [["a", "b", "c", "n"], ["d"]]
    only, changes = restored(edited(), OneField("items", "c", "loc"))
    assert (placed(only), changes) == (placed(after), 1)


def test_deleted_item_comes_back_to_its_place():
    document = menu_document(plain(OLD))
    now = deepcopy(OLD)
    del now["sections"][0]["items"][1]
    restore_in(document, Everything(), now)
    assert [one.id for one in read_menu(document).deleted_items] == ["b"]
    after, changes = restore_in(document, WholePart("items", "b"))
    assert (placed(after), changes) == ([["a", "b", "c"], ["d"]], 1)


def test_item_that_is_gone_for_good_is_made_again():
    now = deepcopy(OLD)
    del now["sections"][0]["items"][1]
    after, _ = restored(now, WholePart("items", "b"))
    assert placed(after) == [["a", "b", "c"], ["d"]]
    assert item(after, "b")["variations"][0]["price"] == 900


def test_item_of_a_section_that_is_gone_is_unplaced():
    now = {**deepcopy(OLD), "sections": OLD["sections"][1:]}
    after, _ = restored(now, WholePart("items", "b"))
    assert [one["id"] for one in after["unplaced"]] == ["b"]


def test_section_comes_back_with_its_items_and_keeps_the_new_ones():
    after, _ = restored(edited(), WholePart("sections", "soups"))
    assert placed(after) == [["a", "b", "c", "n"], ["d"]]
    assert after["sections"][0]["name"] == "Suppen"
    assert item(after, "a")["price"] == 450
    now = {**deepcopy(OLD), "sections": OLD["sections"][1:]}
    made, _ = restored(now, WholePart("sections", "soups"))
    assert placed(made) == [["a", "b", "c"], ["d"]]


def test_group_comes_back():
    now = deepcopy(OLD)
    now["modifiers"][0]["options"][0]["price"] = 250
    after, changes = restored(now, WholePart("modgroups", "sides"))
    assert (after["modifiers"][0]["options"][0]["price"], changes) == (0, 1)


def test_language_that_the_menu_does_not_have_any_more_does_not_come_back():
    now = deepcopy(OLD)
    item(now, "a")["name"] = "Tagessuppe"
    after, _ = restored(now, WholePart("items", "a"))
    assert (after["locales"], item(after, "a")["name"]) == (["de"], "Suppe")


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        (WholePart("items", "zz"), "not_in_version"),
        (WholePart("sections", "a"), "not_in_version"),
        (WholePart("meta", ""), "not_in_version"),
        (OneField("items", "zz", "price"), "not_in_menu"),
        (OneField("meta", "", "currency"), "not_in_menu"),
    ],
)
def test_what_the_version_does_not_have_is_refused(what, reason):
    with pytest.raises(StructureRefused) as raised:
        restored(OLD, what)
    assert raised.value.reason == reason


def test_whole_sample_comes_back_after_everything_was_changed():
    old = json.loads(SAMPLE.read_bytes())
    document = menu_document(read_menu_file(SAMPLE.read_bytes()))
    before = plain_json(read_menu(document))
    changed: Any = deepcopy(before)
    for section in changed["sections"]:
        section["items"].reverse()
        for one in section["items"]:
            one["price"] = (one["price"] or 0) + 1
    restore_in(document, Everything(), changed)
    assert difference(before, plain_json(read_menu(document)))
    after, _ = restore_in(document, Everything(), before)
    assert not difference(before, after)
    assert len(old["sections"]) == len(after["sections"])
