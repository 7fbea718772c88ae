"""Named edits: what each changes, in batches, and what is refused with its place."""

from __future__ import annotations

from typing import Any

import pytest
from pycrdt import Map

from collab.documents.document import MenuDocument
from collab.edits.changes import Create, SetMeta, SetRegister, SetText
from collab.edits.named_edits import (
    AddGroup,
    AddItem,
    AddLocale,
    AddOption,
    AddSection,
    AddVariation,
    Delete,
    Move,
    NamedEdit,
    Restore,
    SetCurrency,
    SetField,
    Spot,
    Target,
    WriteText,
)
from collab.edits.planning import plan_edits
from collab.errors import StructureRefused
from collab.menus.plain_menu import (
    PlainItem,
    PlainMenu,
    PlainModifierGroup,
    PlainOption,
    PlainSection,
    PlainVariation,
)
from collab.menus.reading import read_menu
from tests.collab.sample_menus import client_of, exchange, menu_document, write

SOUP = PlainItem(
    {"de": "Suppe"},
    id="soup",
    price=450,
    allergens=("Ei",),
    variations=(
        PlainVariation({"de": "klein"}, "small", 300),
        PlainVariation({"de": "x"}, "large"),
    ),
)
MENU = PlainMenu(
    "de",
    "EUR",
    sections=(
        PlainSection(
            {"de": "A"},
            id="s",
            items=(SOUP, PlainItem({"de": "b"}, id="b"), PlainItem({"de": "c"}, id="c")),
        ),
        PlainSection({"de": "B"}, id="t"),
    ),
    modifier_groups=(
        PlainModifierGroup({"de": "Soße"}, id="g", options=(PlainOption({"de": "rot"}, "o"),)),
    ),
)
ITEM, SMALL = Target(item="soup"), Target(item="soup", variation="small")
OPTION = Target(group="g", option="o")


def edited(document: MenuDocument, *edits: NamedEdit) -> list[Any]:
    numbers = iter(range(1, 99))
    changes = plan_edits(read_menu(document), edits, lambda: f"new{next(numbers)}")
    write(document, changes, ms=10)
    return changes


@pytest.mark.parametrize(
    ("edit", "change"),
    [
        (SetField(ITEM, "price", 500), SetRegister("items", "soup", "price", 500)),
        (SetField(ITEM, "price", None), SetRegister("items", "soup", "price", None)),
        (SetField(ITEM, "spiciness", 3), SetRegister("items", "soup", "spice", 3)),
        (SetField(ITEM, "alcohol", 520), SetRegister("items", "soup", "abv", 520)),
        (
            SetField(ITEM, "preparation_seconds", 60),
            SetRegister("items", "soup", "prep_s", 60),
        ),
        (SetField(ITEM, "hidden", True), SetRegister("items", "soup", "hidden", True)),
        (
            SetField(ITEM, "allergen:Nuß", "unknown"),
            SetRegister("items", "soup", "allergen:Nuß", "unknown"),
        ),
        (SetField(ITEM, "trait:neu", True), SetRegister("items", "soup", "tag:neu", True)),
        (SetField(ITEM, "allergens", []), SetRegister("items", "soup", "allergen:Ei", "free")),
        (SetField(ITEM, "modifiers", ["g"]), SetRegister("items", "soup", "mod:g", "a0")),
        (SetField(SMALL, "price", 310), SetRegister("items", "soup", "var:small:price", 310)),
        (SetField(OPTION, "price", 50), SetRegister("modgroups", "g", "opt:o:price", 50)),
        (SetField(Target(group="g"), "max", 2), SetRegister("modgroups", "g", "max", 2)),
        (
            SetField(Target(section="s"), "station", "bar"),
            SetRegister("sections", "s", "station", "bar"),
        ),
        (
            SetField(
                Target(section="s"),
                "available_at",
                [{"day": "Sunday", "from": "10:00", "to": "12:00"}],
            ),
            SetRegister("sections", "s", "hours", [{"day": 7, "from": "10:00", "to": "12:00"}]),
        ),
        (WriteText(ITEM, "name", "Eintopf"), SetText("items", "soup", "name", "de", "Eintopf")),
        (WriteText(ITEM, "note", "heiß"), SetText("items", "soup", "note", "", "heiß")),
        (
            WriteText(Target(section="s"), "description", "x", "de"),
            SetText("sections", "s", "desc", "de", "x"),
        ),
        (
            WriteText(SMALL, "name", "groß"),
            SetRegister("items", "soup", "var:small:name:de", "groß"),
        ),
        (WriteText(OPTION, "name", "grün"), SetRegister("modgroups", "g", "opt:o:name:de", "grün")),
        (Delete(ITEM), SetRegister("items", "soup", "deleted", True)),
        (Delete(SMALL), SetRegister("items", "soup", "var:small:deleted", True)),
        (Delete(Target(group="g")), SetRegister("modgroups", "g", "deleted", True)),
        (SetCurrency("CHF"), SetMeta("currency", "CHF")),
    ],
)
def test_edit_is_one_change(edit, change):
    assert edited(menu_document(MENU), edit) == [change]


@pytest.mark.parametrize(
    "edit",
    [
        SetField(ITEM, "price", 450),
        SetField(ITEM, "allergens", ["Ei"]),
        WriteText(ITEM, "name", "Suppe"),
        Move(ITEM, Spot(position=0)),
        Restore(ITEM),
        AddLocale("de"),
        SetCurrency("EUR"),
    ],
)
def test_what_stands_already_changes_nothing(edit):
    assert edited(menu_document(MENU), edit) == []


def test_setting_what_is_read_decides_between_two_values():
    document, client = client_of(MENU)
    client.get("items", type=Map)["soup"]["price@zz"] = [480, "bo", 5]
    exchange(document, client)
    assert edited(document, SetField(ITEM, "price", 480)) == [
        SetRegister("items", "soup", "price", 480)
    ]
    item = read_menu(document).sections[0].items[0]
    assert [candidate.value for candidate in item.registers["price"]] == [480]


@pytest.mark.parametrize(
    ("spot", "order"),
    [
        (Spot(before="b"), ["c", "b"]),
        (Spot(after="b"), ["b", "c"]),
        (Spot(position=0), ["c", "soup"]),
        (Spot(before="soup"), ["c", "soup"]),
        (Spot(), ["b", "c"]),
    ],
)
def test_item_moves_to_a_spot_by_one_register_of_its_own(spot, order):
    document = menu_document(MENU)
    changes = edited(document, Move(Target(item="c"), spot))
    shown = [item.id for item in read_menu(document).sections[0].items]
    assert [id for id in shown if id in order] == order
    assert all((change.id, change.register) == ("c", "loc") for change in changes)


def test_item_moves_to_another_section_and_a_section_variation_and_option_within_their_list():
    document = menu_document(MENU)
    edited(
        document,
        Move(ITEM, Spot(), "t"),
        Move(Target(section="t"), Spot(before="s")),
        Move(SMALL, Spot(after="large")),
        AddOption("g", PlainOption({"de": "neu"}, "p"), Spot()),
        Move(OPTION, Spot(after="p")),
    )
    menu = read_menu(document)
    assert [section.id for section in menu.sections] == ["t", "s"]
    assert [one.id for one in menu.sections[0].items[0].variations] == ["large", "small"]
    assert [one.id for one in menu.modifier_groups[0].options] == ["p", "o"]


def test_batch_builds_on_what_it_added():
    document = menu_document(MENU)
    changes = edited(
        document,
        AddLocale("en"),
        AddGroup(PlainModifierGroup({"de": "Größe"}, id="size", minimum=1)),
        AddOption("size", PlainOption({"en": "big"}, "big", 100), Spot()),
        AddSection(PlainSection({"de": "Neu"}, id="n"), Spot(before="s")),
        AddItem("n", PlainItem({"de": "Brot"}, id="bread", modifiers=("size",)), Spot()),
        AddItem("n", PlainItem({"de": "Salz"}, note="grob"), Spot(before="bread")),
        AddVariation("bread", PlainVariation({"de": "halb"}, price=150), Spot()),
        SetField(Target(item="bread"), "price", 200),
        WriteText(Target(item="bread"), "name", "bread", "en"),
    )
    assert len([one for one in changes if isinstance(one, Create)]) == 4
    menu = read_menu(document)
    assert [section.id for section in menu.sections] == ["n", "s", "t"]
    salt, bread = menu.sections[0].items
    assert (salt.name["de"], salt.note, bread.price) == ("Salz", "grob", 200)
    assert (bread.name["en"], bread.modifiers, len(bread.variations)) == ("bread", ("size",), 1)
    size = next(group for group in menu.modifier_groups if group.id == "size")
    assert (size.minimum, size.options[0].name["en"], size.options[0].price) == (1, "big", 100)


def test_deleted_things_come_back_whole():
    document = menu_document(MENU)
    edited(document, Delete(ITEM), Delete(Target(section="s")), Delete(OPTION))
    menu = read_menu(document)
    assert ([item.id for item in menu.unplaced], menu.modifier_groups[0].options) == (
        ["b", "c"],
        (),
    )
    edited(document, Restore(ITEM), Restore(Target(section="s")), Restore(OPTION))
    back = read_menu(document)
    assert [item.id for item in back.sections[0].items] == ["soup", "b", "c"]
    assert back.modifier_groups[0].options[0].id == "o"


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (SetField(Target(item="nope"), "price", 1), "no item 'nope'"),
        (SetField(Target(section="nope"), "station", "x"), "no section"),
        (SetField(Target(item="soup", variation="nope"), "price", 1), "no variation 'nope'"),
        (SetField(Target(group="g", option="nope"), "price", 1), "no option 'nope'"),
        (SetField(Target(), "price", 1), "name one"),
        (SetField(Target(item="soup", section="s"), "price", 1), "name one"),
        (SetField(Target(item="soup", option="o"), "price", 1), "name one"),
        (SetField(ITEM, "colour", 1), "no field 'colour'"),
        (SetField(ITEM, "loc", ["t", "a0"]), "no field 'loc'"),
        (SetField(ITEM, "price", "4"), "price must be a whole number"),
        (SetField(ITEM, "price", 4.5), "price must be a whole number"),
        (SetField(ITEM, "price", -1), "price must be a whole number"),
        (SetField(ITEM, "price", True), "price must be a whole number"),
        (SetField(ITEM, "allergen:Ei", "some"), "must be"),
        (SetField(ITEM, "allergens", "Ei"), "list of strings"),
        (SetField(ITEM, "allergens", [""]), "1 to 200"),
        (SetField(ITEM, "modifiers", ["nope"]), "no modifier group 'nope'"),
        (SetField(Target(section="s"), "available_at", [{"day": "Someday"}]), "windows"),
        (SetField(Target(section="s"), "price", 5), "no field 'price'"),
        (WriteText(ITEM, "title", "x"), "no text 'title'"),
        (WriteText(ITEM, "name", "x" * 2_001), "at most 2000"),
        (WriteText(ITEM, "name", "\ud800"), "surrogate"),
        (WriteText(ITEM, "name", "x", "fr"), "add the locale first"),
        (WriteText(Target(section="s"), "note", "x"), "no text 'note'"),
        (WriteText(OPTION, "description", "x"), "a name only"),
        (Move(ITEM, Spot(), "nope"), "no section 'nope'"),
        (Move(ITEM, Spot(before="t")), "no 't' beside it"),
        (Move(ITEM, Spot(before="b", after="c")), "one of"),
        (Move(ITEM, Spot(position=9)), "from 0 to 1"),
        (Move(SMALL, Spot(), "t"), "in no section"),
        (Move(Target(group="g"), Spot()), "no order"),
        (AddItem("s", PlainItem({"de": "x"}, id="soup"), Spot()), "taken"),
        (AddItem("s", PlainItem({"fr": "x"}), Spot()), "add the locale first"),
        (AddItem("s", PlainItem({"de": "x"}, price=-1), Spot()), "price"),
        (AddItem("s", PlainItem({"de": "x"}, modifiers=("nope",)), Spot()), "no modifier group"),
        (AddVariation("soup", PlainVariation({"de": "x"}, "small"), Spot()), "taken"),
        (AddVariation("soup", PlainVariation({"de": "x"}, "a:b"), Spot()), "without : and @"),
        (AddLocale("x y"), "language tag"),
        (SetCurrency("euro"), "three capital"),
    ],
)
def test_edit_that_cannot_be_done_is_refused_with_its_place(edit, sentence):
    document = menu_document(MENU)
    with pytest.raises(StructureRefused, match=rf"edits\[1\].*{sentence}"):
        plan_edits(read_menu(document), [Delete(Target(item="c")), edit], lambda: "new")


def test_of_something_deleted_only_restore_may_speak():
    document = menu_document(MENU)
    edited(document, Delete(ITEM))
    for edit in (SetField(ITEM, "price", 1), SetField(SMALL, "price", 1), Move(ITEM, Spot())):
        with pytest.raises(StructureRefused, match="deleted"):
            plan_edits(read_menu(document), [edit], lambda: "new")
