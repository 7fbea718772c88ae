"""Our own JSON: what goes in comes out, whatever the menu holds, and in the same order."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings

from api.menu_file import MenuFile, plain_of, read_menu_file, read_sample
from collab.documents.document import MenuDocument
from collab.edits.changes import Create, SetRegister
from collab.edits.diffing import plan_target
from collab.edits.merging import plan_first, plan_merge
from collab.edits.writing import first_update
from collab.menus.menu import SCHEMA
from collab.menus.plain_json import plain_json
from collab.menus.plain_menu import PlainMenu, check_plain
from collab.menus.reading import read_menu
from collab.menus.schema import TEXT_LIMIT_CHARACTERS, is_id, value_problem
from collab.updates.admission import read_update
from tests.collab.sample_menus import SAMPLE, menu_document, plain_menus, without_ids

FULL: dict[str, Any] = {
    "source": "by hand",
    "locale": "de",
    "locales": ["de", "en"],
    "currency": "EUR",
    "legend": {"allergens": {"Milch": "A", "Nuß": "B"}, "additives": {"Farbe": "1"}},
    "sections": [
        {
            "id": "drinks",
            "name": {"de": "Getränke", "en": "Drinks"},
            "description": "",
            "available_at": [{"day": "Sunday", "from": "10:00", "to": "24:00"}],
            "station": "bar",
            "items": [
                {
                    "id": "beer",
                    "name": "Bier 🍺",
                    "description": {"en": "cold"},
                    "price": None,
                    "allergens": ["Gerste", "Milch"],
                    "additives": [],
                    "traits": ["z", "a"],
                    "spiciness": None,
                    "may_contain": ["Nuß"],
                    "diets": ["vegan", "halal"],
                    "variations": [
                        {"id": "small", "name": "0,3 l", "price": 320},
                        {"id": "large", "name": {"de": "groß", "en": "large"}, "price": None},
                    ],
                    "modifiers": ["glass", "extras"],
                    "tax": 1900,
                    "station": "zapf",
                    "preparation_seconds": 0,
                    "kcal": 210,
                    "alcohol": 520,
                    "photo": "ab" * 32,
                    "hidden": True,
                    "note": "Fass wechseln\n😀",
                }
            ],
        },
        {"id": "empty", "name": "", "description": "", "available_at": None, "items": []},
    ],
    "unplaced": [
        {
            "id": "old",
            "name": "",
            "description": "",
            "price": 0,
            "allergens": [],
            "additives": [],
            "traits": [],
            "spiciness": 0,
        }
    ],
    "modifiers": [
        {"id": "extras", "name": "", "min": 0, "max": None, "options": []},
        {
            "id": "glass",
            "name": {"de": "Glas", "en": "Glass"},
            "min": 1,
            "max": 1,
            "options": [
                {"id": "tulip", "name": "Tulpe", "price": 0},
                {"id": "mug", "name": "Krug", "price": None},
            ],
        },
    ],
}


def test_sample_comes_back_equal_but_for_ids_and_languages():
    given = SAMPLE.read_text()
    plain = plain_json(read_menu(menu_document(read_sample())))
    assert without_ids(plain) == json.loads(given)
    assert json.dumps(without_ids(plain)) == json.dumps(json.loads(given))  # with its order


def test_menu_with_every_field_comes_back_equal():
    content = json.dumps(FULL).encode()
    assert plain_json(read_menu(menu_document(read_menu_file(content)))) == FULL


@settings(max_examples=60, deadline=None)
@given(plain_menus())
def test_what_is_exported_is_the_same_menu_when_it_is_imported(menu):
    document = menu_document(menu)
    read = read_menu(document)
    plain = plain_json(read)
    again = decoded(plain)
    assert plain_json(read_menu(menu_document(again))) == plain
    assert plan_merge(read, again, lambda: "new") == []
    assert plan_target(read, again, lambda: "new") == []


@settings(max_examples=60, deadline=None)
@given(plain_menus())
def test_everything_drawn_comes_back(menu):
    plain: Any = plain_json(read_menu(menu_document(menu)))
    shown = {item["id"]: item for part in plain["sections"] for item in part["items"]}
    shown.update((item["id"], item) for item in plain.get("unplaced", []))
    assert set(shown) == {item.id for item in menu.items()}
    for item in menu.items():
        got = shown[item.id]
        for field in ("allergens", "may_contain", "additives", "traits", "diets", "modifiers"):
            assert got.get(field, []) == list(getattr(item, field))
        for field in ("price", "spiciness", "tax", "station", "kcal", "alcohol", "photo"):
            assert got.get(field) == getattr(item, field)
        assert got.get("note", "") == item.note
        assert [one["id"] for one in got.get("variations", [])] == [
            one.id for one in item.variations
        ]
    assert [one["id"] for one in plain["sections"]] == [one.id for one in menu.sections]
    for section, got in zip(menu.sections, plain["sections"], strict=True):
        assert [item["id"] for item in got["items"]] == [item.id for item in section.items]


@settings(max_examples=60, deadline=None)
@given(plain_menus())
def test_schema_lets_in_what_an_import_brings(menu):
    check_plain(menu)
    for change in plan_first(menu, "menu", SCHEMA):
        match change:
            case Create(root, id):
                assert is_id(id)
                for register, value in change.registers.items():
                    assert value_problem(root, register, value) is None
            case SetRegister(root, _, register, value):
                assert value_problem(root, register, value) is None


def test_longest_texts_are_the_same_here_and_in_the_schema():
    from collab.menus import plain_menu

    assert TEXT_LIMIT_CHARACTERS == {
        "name": plain_menu.LIMIT_NAME_CHARACTERS,
        "desc": plain_menu.LIMIT_DESCRIPTION_CHARACTERS,
        "note": plain_menu.LIMIT_NOTE_CHARACTERS,
    }


def test_no_number_comes_back_as_a_float():
    def numbers(value: Any) -> list[Any]:
        if isinstance(value, dict):
            return [one for part in value.values() for one in numbers(part)]
        if isinstance(value, list):
            return [one for part in value for one in numbers(part)]
        return [value] if isinstance(value, (int, float)) else []

    plain = plain_json(read_menu(menu_document(decoded(FULL))))
    assert numbers(plain)
    assert all(type(one) in (int, bool) for one in numbers(plain))


def test_menu_that_was_saved_and_loaded_reads_the_same():
    update = first_update(decoded(FULL), "menu", "server")
    document = MenuDocument()
    document.receive(update, read_update(update), answers_step1=True)
    assert plain_json(read_menu(document)) == FULL


def decoded(plain: Any) -> PlainMenu:
    import msgspec

    file = plain_of(msgspec.json.decode(msgspec.json.encode(plain), type=MenuFile))
    check_plain(file)
    return file
