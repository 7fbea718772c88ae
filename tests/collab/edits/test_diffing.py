"""One menu into another: the fewest changes, nothing of others lost."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from hypothesis import given, settings
from pycrdt import Doc, Map

from api.menu_file import read_sample
from collab.documents.document import MenuDocument
from collab.edits.changes import SetMeta, SetRegister, SetText
from collab.edits.diffing import plan_target
from collab.menus.plain_json import plain_json
from collab.menus.plain_menu import PlainItem, PlainMenu, PlainSection, PlainVariation
from collab.menus.reading import read_menu
from tests.collab.sample_menus import client_of, exchange, menu_document, plain_menus, write

A, B, C, D = (PlainItem({"de": id}, id=id, price=100) for id in "abcd")
STARTERS = PlainSection({"de": "Vorspeisen"}, id="start", items=(A, B, C, D))
MAINS = PlainSection({"de": "Hauptgerichte"}, id="main")
MENU = PlainMenu("de", "EUR", sections=(STARTERS, MAINS))


def turn(document: MenuDocument, target: PlainMenu) -> list[Any]:
    numbers = count(1)
    changes = plan_target(read_menu(document), target, lambda: f"new{next(numbers)}")
    write(document, changes)
    return changes


def shown(plain: Any) -> Any:
    return {**plain, "locales": sorted(plain["locales"])}


@settings(max_examples=80, deadline=None)
@given(plain_menus(), plain_menus())
def test_any_menu_becomes_any_other_and_back(one, other):
    document = menu_document(one)
    for target in (other, one):
        turn(document, target)
        wanted = plain_json(read_menu(menu_document(target)))
        assert shown(plain_json(read_menu(document))) == shown(wanted)
        assert turn(document, target) == []


def test_same_menu_changes_nothing():
    assert turn(menu_document(read_sample()), read_menu_as_plain(read_sample())) == []


def read_menu_as_plain(plain: PlainMenu) -> PlainMenu:
    import msgspec

    from api.menu_file import MenuFile, plain_of

    return plain_of(msgspec.convert(plain_json(read_menu(menu_document(plain))), MenuFile))


def test_one_moved_item_is_one_register():
    document = menu_document(MENU)
    changes = turn(document, replace(MENU, sections=(replace(STARTERS, items=(D, A, B, C)), MAINS)))
    assert [(type(one), one.id, one.register) for one in changes] == [(SetRegister, "d", "loc")]


def test_item_in_another_section_is_one_register():
    document = menu_document(MENU)
    sections = (replace(STARTERS, items=(A, C, D)), replace(MAINS, items=(B,)))
    changes = turn(document, replace(MENU, sections=sections))
    assert [(one.id, one.register, one.value[0]) for one in changes] == [("b", "loc", "main")]


def test_what_the_target_lacks_is_deleted_and_comes_back_with_it():
    document = menu_document(MENU)
    changes = turn(document, replace(MENU, sections=(replace(STARTERS, items=(A, C, D)),)))
    assert changes == [
        SetRegister("sections", "main", "deleted", True),
        SetRegister("items", "b", "deleted", True),
    ]
    assert set(turn(document, MENU)) == {
        SetRegister("sections", "main", "deleted", False),
        SetRegister("items", "b", "deleted", False),
    }


def test_field_that_the_target_lacks_is_emptied():
    document = menu_document(MENU)
    bare = replace(A, price=None, name={"de": ""})
    changes = turn(
        document, replace(MENU, sections=(replace(STARTERS, items=(bare, B, C, D)), MAINS))
    )
    assert changes == [
        SetText("items", "a", "name", "de", ""),
        SetRegister("items", "a", "price", None),
    ]


def test_settings_change_too():
    document = menu_document(MENU)
    changes = turn(document, replace(MENU, currency="CHF", source="new"))
    assert changes == [SetMeta("currency", "CHF"), SetMeta("source", "new")]


def test_variation_keeps_its_id_when_its_siblings_go():
    small, large = PlainVariation({"de": "klein"}, "s", 300), PlainVariation({"de": "groß"}, "l")
    both = replace(A, variations=(small, large))
    document = menu_document(replace(MENU, sections=(replace(STARTERS, items=(both,)),)))
    one = replace(A, variations=(replace(large, price=500),))
    changes = turn(document, replace(MENU, sections=(replace(STARTERS, items=(one,)),)))
    assert changes == [
        SetRegister("items", "a", "var:l:price", 500),
        SetRegister("items", "a", "var:s:deleted", True),
    ]


def test_edits_of_others_survive_being_turned_into_an_old_menu():
    document, client = client_of(MENU)
    client.get("items", type=Map)["a"]["price@zz"] = [750, "bo", 9]
    client.get("items", type=Map)["a"]["desc"]["de"].insert(0, "neu")
    turn(document, replace(MENU, sections=(replace(STARTERS, items=(D, C, B, A)), MAINS)))
    exchange(document, client)
    item = {one.id: one for one in read_menu(document).sections[0].items}["a"]
    assert (item.price, item.description["de"]) == (750, "neu")
    assert [one.id for one in read_menu(document).sections[0].items] == ["d", "c", "b", "a"]


def test_equal_order_keys_are_left_alone_until_something_must_stand_between():
    document, client = client_of(MENU)
    items = client.get("items", type=Map)
    with client.transaction():
        for id in "abcd":
            items[id]["loc@zz"] = [["start", "a5"], "bo", 9]
    exchange(document, client)
    assert turn(document, MENU) == []
    turn(document, replace(MENU, sections=(replace(STARTERS, items=(A, D, B, C)), MAINS)))
    assert [one.id for one in read_menu(document).sections[0].items] == ["a", "d", "b", "c"]


def test_copy_of_a_client_reads_the_same():
    document = menu_document(MENU)
    client: Doc[Any] = Doc()
    turn(document, replace(MENU, sections=(MAINS, replace(STARTERS, items=(B, A)))))
    client.apply_update(document.full_state())
    copy = MenuDocument()
    exchange(copy, client)
    assert read_menu(copy) == read_menu(document)
