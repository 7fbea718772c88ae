"""A field's path and a value are one named edit, or none."""

from __future__ import annotations

import pytest

from api.doors.cable_fields import edit_of_field
from collab.edits.named_edits import (
    Delete,
    NamedEdit,
    Restore,
    SetCurrency,
    SetField,
    Target,
    WriteText,
)
from collab.errors import StructureRefused
from collab.guard.locks import read_field

ITEM = Target(item="soup")


@pytest.mark.parametrize(
    ("path", "value", "edit"),
    [
        ("items/soup/price", 450, SetField(ITEM, "price", 450)),
        ("items/soup/price", None, SetField(ITEM, "price", None)),
        ("items/soup/prep_s", 60, SetField(ITEM, "preparation_seconds", 60)),
        ("items/soup/hidden", True, SetField(ITEM, "hidden", True)),
        ("items/soup/allergen:Sesam", "may", SetField(ITEM, "allergen:Sesam", "may")),
        ("items/soup/tag:spicy", True, SetField(ITEM, "trait:spicy", True)),
        ("items/soup/name:de", "Suppe", WriteText(ITEM, "name", "Suppe", "de")),
        ("items/soup/desc:de", "", WriteText(ITEM, "description", "", "de")),
        ("items/soup/note", "x", WriteText(ITEM, "note", "x")),
        ("items/soup/deleted", True, Delete(ITEM)),
        ("items/soup/deleted", False, Restore(ITEM)),
        (
            "items/soup/var:big:price",
            5,
            SetField(Target(item="soup", variation="big"), "price", 5),
        ),
        (
            "items/soup/var:big:name:de",
            "x",
            WriteText(Target(item="soup", variation="big"), "name", "x", "de"),
        ),
        (
            "modgroups/g/opt:rice:price",
            5,
            SetField(Target(group="g", option="rice"), "price", 5),
        ),
        ("modgroups/g/name:de", "x", WriteText(Target(group="g"), "name", "x", "de")),
        ("modgroups/g/max", 2, SetField(Target(group="g"), "max", 2)),
        ("sections/s/name:de", "x", WriteText(Target(section="s"), "name", "x", "de")),
        ("sections/s/station", "bar", SetField(Target(section="s"), "station", "bar")),
        ("meta/currency", "CHF", SetCurrency("CHF")),
    ],
)
def test_a_path_and_a_value_are_one_edit(path: str, value: object, edit: NamedEdit) -> None:
    assert edit_of_field(read_field(path), value) == edit


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("items/soup/loc", ["s", "a"]),
        ("items/soup/order", {}),
        ("items/soup/var:big:pos", "a"),
        ("items/soup/name:de", 5),
        ("items/soup/deleted", "yes"),
        ("sections/s/pos", "a"),
        ("meta/currency", None),
        ("meta/schema", 2),
    ],
)
def test_what_cannot_be_set_by_a_path_is_refused(path: str, value: object) -> None:
    with pytest.raises(StructureRefused):
        edit_of_field(read_field(path), value)
