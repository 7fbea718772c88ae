"""Values that look right to Python alone, and entries of registers that are almost in order."""

from __future__ import annotations

from typing import Any

import pytest
from pycrdt import Doc, Map, Text

from collab.menus.reading import read_parts
from tests.collab.guard.test_guard import Room, item, update_of, write

ALMOST = {
    "nothing more than the value": [590],
    "no time": [590, "ed"],
    "one more": [590, "ed", 5, "more"],
    "a user that is a number": [590, 7, 5],
    "a user that is nobody": [590, None, 5],
    "a user too long to show": [590, "e" * 256, 5],
    "a time before time": [590, "ed", -1],
    "half a millisecond": [590, "ed", 0.5],
    "a time that is a text": [590, "ed", "5"],
    "a value on its own": 590,
}


@pytest.mark.parametrize("kind", ALMOST)
def test_entry_that_is_almost_one_of_a_register_goes_back(kind: str) -> None:
    room = Room()
    own = "price@7"
    arrived = room.do(lambda doc: item(doc, "soup").update({own: ALMOST[kind]}))
    assert arrived.codes == ["bad_value"]
    assert own not in item(room.document.engine(), "soup")
    assert read_parts(room.document).items["soup"].price == 450


@pytest.mark.parametrize(
    ("register", "good", "bad"),
    [("hidden", True, 1), ("deleted", False, 0), ("price", 1, True), ("mod:g", False, 0)],
)
def test_value_that_only_python_takes_for_the_same_goes_back(
    register: str, good: object, bad: object
) -> None:
    room = Room()
    assert not room.do(write("soup", register, good)).codes
    arrived = room.do(write("soup", register, bad))
    assert arrived.codes == ["bad_value"]
    (left,) = read_parts(room.document).items["soup"].registers[register]
    assert left.value is good or (left.value == good and type(left.value) is type(good))


def test_entry_rewritten_with_something_more_goes_back() -> None:
    room = Room()
    assert not room.do(write("soup", "price", 500)).codes
    arrived = room.do(lambda doc: item(doc, "soup").update({"price@7": [500, "ed", 5, "more"]}))
    assert arrived.codes == ["bad_value"]
    fields = item(room.document.engine(), "soup")
    (entry,) = (fields[key] for key in fields.keys() if key.startswith("price@"))
    assert entry == [500, "ed", 5]


def test_setting_that_only_python_takes_for_the_same_goes_back() -> None:
    room = Room()
    arrived = room.do(lambda doc: doc.get("meta", type=Map).update({"schema": True}))
    assert arrived.codes == ["field_forbidden"]
    assert room.document.engine().get("meta", type=Map)["schema"] is not True


@pytest.mark.parametrize("root", ["sections", "items"])
def test_text_under_an_odd_name_goes_with_what_it_lies_in(root: str) -> None:
    room = Room()
    id = {"sections": "s", "items": "soup"}[root]

    def doing(doc: Doc[Any]) -> None:
        parts = doc.get(root, type=Map)
        parts[id]["nam%"] = Map({"de": Text("Suppe"), "deeper": Map({"de": Text("x")})})
        parts["new"] = Map({"nam%": Map({"de": Text("Tee")}), "desc": Map({"de": Text("")})})

    arrived = room.do(doing)
    assert arrived.codes == ["unknown_field", "unknown_field"]
    parts = room.document.engine().get(root, type=Map)
    assert "nam%" not in parts[id] and "nam%" not in parts["new"] and "desc" in parts["new"]


def test_texts_of_a_modifier_group_go() -> None:
    room = Room()
    group = {"name": Map({"de": Text("Soße")}), "note": Text("x"), "min@7": [1, "ed", 5]}
    arrived = room.do(lambda doc: doc.get("modgroups", type=Map).update({"g": Map(group)}))
    assert arrived.codes == ["unknown_field", "unknown_field"]
    assert list(room.document.engine().get("modgroups", type=Map)["g"].keys()) == ["min@7"]


def test_null_is_not_nothing_and_goes_too() -> None:
    room = Room()

    def doing(doc: Doc[Any]) -> None:
        item(doc, "soup")["junk"] = None
        item(doc, "soup")["name"]["fr"] = None
        item(doc, "soup")["price@7"] = None
        doc.get("items", type=Map)["nothing"] = None
        doc.get("meta", type=Map)["spy"] = None

    arrived = room.do(doing)
    assert sorted(arrived.codes) == [
        "bad_value",
        "bad_value",
        "field_forbidden",
        "unknown_field",
        "unknown_locale",
    ]
    soup = item(room.document.engine(), "soup")
    assert not {"junk", "price@7"} & set(soup.keys()) and "fr" not in soup["name"]
    assert "nothing" not in room.document.engine().get("items", type=Map)
    assert "spy" not in room.document.engine().get("meta", type=Map)


@pytest.mark.parametrize("ids", [(7, 8), (8, 7)])
@pytest.mark.parametrize("key", ["pocket", "price@9"])
def test_of_two_nested_at_once_one_is_deleted_by_itself_and_nobody_is_blamed(
    ids: tuple[int, int], key: str
) -> None:
    room = Room()
    clients = [room.client(id) for id in ids]
    updates = [
        update_of(client, lambda doc: item(doc, "soup").update({key: Map({"inside": 1})}))
        for client in clients
    ]
    for update in updates:
        room.arrive(update)
    # A SyncStep2 always tells everything that was ever deleted.
    for client in clients:
        client.apply_update(room.document.full_state())
        assert not room.arrive(client.get_update()).codes
    assert not room.do(write("soup", "price", 500), client_id=9).codes
    assert read_parts(room.document).items["soup"].price == 500
