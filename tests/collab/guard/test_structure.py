"""Where every id of a menu lies, found from the bytes alone."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from pycrdt import Doc, Map, Text

from collab.edits.writing import first_update
from collab.errors import StructureRefused
from collab.guard.structure import Slot, StructureIndex
from collab.menus.plain_menu import PlainItem, PlainMenu, PlainSection
from collab.updates.admission import read_state_vector, read_update

PLAIN = PlainMenu(
    "de",
    "EUR",
    sections=(
        PlainSection(
            {"de": "Suppen"},
            id="s",
            items=tuple(PlainItem({"de": f"Suppe {n}"}, id=f"i{n}", price=n) for n in range(5)),
        ),
    ),
)
FIRST = first_update(PLAIN, "lunch", "server")


def client(client_id: int) -> Doc[Any]:
    doc: Doc[Any] = Doc(client_id=client_id)
    doc.apply_update(FIRST)
    return doc


def field(doc: Doc[Any], *path: str) -> Any:
    found: Any = doc.get(path[0], type=Map)
    for key in path[1:]:
        found = found[key]
    return found


def random_edit(doc: Doc[Any], random: Random, number: int) -> set[Slot]:
    """One edit; the slots that it surely touches."""
    id = f"i{random.randrange(5)}"
    name = field(doc, "items", id, "name", "de")
    match random.randrange(5):
        case 0:
            # Anywhere between letters of anybody: an item that names a neighbour only.
            name.insert(random.randrange(len(str(name)) + 1), "xyz")
            return {Slot(("items", id, "name", "de"), False)}
        case 1 if len(str(name)) > 2:
            del name[1]
            return {Slot(("items", id, "name", "de"), False)}
        case 2:
            field(doc, "items")[f"n{doc.client_id}-{number}"] = Map(
                {"name": Map({"de": Text("x")})}
            )
            return {Slot(("items", f"n{doc.client_id}-{number}"), True)}
        case 3:
            field(doc, "sections", "s")[f"pos@{doc.client_id}"] = [number, "x", 1]
            return {Slot(("sections", "s", f"pos@{doc.client_id}"), True)}
        case _:
            field(doc, "items", id)[f"price@{doc.client_id}"] = [number, "x", 1]
            return {Slot(("items", id, f"price@{doc.client_id}"), True)}


@pytest.mark.parametrize("seed", range(40))
def test_every_edit_touches_its_slot_however_it_arrives(seed: int) -> None:
    random = Random(seed)
    clients = [client(number + 1) for number in range(3)]
    room: Doc[Any] = client(99)
    index = StructureIndex(read_update(room.get_update()))
    for number in range(60):
        doc = random.choice(clients)
        expected: set[Slot] = set()
        before = doc.get_state()
        for _ in range(random.randrange(1, 4)):  # several edits may come as one update
            expected |= random_edit(doc, random, number * 10 + len(expected))
            number += 1000
        update = doc.get_update(before)
        missing = doc.get_update(room.get_state())
        outline = read_update(missing if random.random() < 0.3 else update)
        if any(clock > _held(room, client) for client, clock, _ in outline.blocks):
            outline = read_update(missing)
            update = missing
        resolved = index.resolve(outline)
        assert expected <= resolved.touched
        room.apply_update(missing)
        index.record(index.resolve(read_update(missing)))
        if random.random() < 0.5:
            doc.apply_update(room.get_update())
    fresh = StructureIndex(read_update(room.get_update()))
    for block_client, start, end in read_update(room.get_update()).blocks:
        for clock in range(start, end):
            assert index.slot_at(block_client, clock) == fresh.slot_at(block_client, clock) or (
                fresh.slot_at(block_client, clock) is None
            )


def _held(doc: Doc[Any], client: int) -> int:
    return read_state_vector(doc.get_state()).get(client, 0)


def test_long_chain_of_letters_by_two_people_is_resolved_without_recursion() -> None:
    one, other = client(1), client(2)
    for number in range(3000):
        doc, peer = (one, other) if number % 2 else (other, one)
        text = field(doc, "items", "i0", "name", "de")
        text.insert(len(str(text)), "x")
        peer.apply_update(doc.get_update(peer.get_state()))
    index = StructureIndex(read_update(FIRST))
    resolved = index.resolve(read_update(one.get_update()))
    assert resolved.touched == {Slot(("items", "i0", "name", "de"), False)}


def test_stretches_inside_a_text_are_found() -> None:
    doc = client(7)
    index = StructureIndex(read_update(FIRST))
    before = doc.get_state()
    field(doc, "items", "i0", "name", "de").insert(0, "abc")
    field(doc, "items", "i0")["price@7"] = [1, "x", 1]
    field(doc, "items", "i0", "name", "de").insert(3, "de")
    index.record(index.resolve(read_update(doc.get_update(before))))
    path = ("items", "i0", "name", "de")
    assert list(index.within(path, 7, 0, 100)) == [(0, 3), (4, 6)]
    assert list(index.within(path, 7, 1, 5)) == [(1, 3), (4, 5)]
    assert list(index.within(path, 8, 0, 100)) == []


def entries(client_id: int, clock: int, container: tuple[int, int], key: str, count: int) -> bytes:
    """An update with one struct: so many numbers under a key. No engine writes more than one."""
    head = bytes((1, 1, client_id, clock, 0x28, 0)) + varint(container[0]) + varint(container[1])
    return head + bytes((len(key),)) + key.encode() + bytes((count,)) + b"\x7d\x01" * count + b"\0"


def varint(number: int) -> bytes:
    low = number & 0x7F
    return bytes((low | 0x80,)) + varint(number >> 7) if number > low else bytes((low,))


def container_of(*path: str) -> tuple[int, int]:
    """The id of the map that a new key of it would name."""
    doc = client(7)
    before = doc.get_state()
    field(doc, *path)["x"] = 1
    (item,) = read_update(doc.get_update(before)).items
    return item[6], item[7]


def test_struct_that_goes_on_from_another_place_is_refused() -> None:
    index = StructureIndex(read_update(FIRST))
    soup = container_of("items", "i0")
    index.record(index.resolve(read_update(entries(7, 0, soup, "price@7", 1))))
    again = index.resolve(read_update(entries(7, 0, soup, "price@7", 3)))
    index.check(again)  # the same place: what else it brings is looked at when it is there
    for other in ("kcal@7", "price@8"):
        resolved = index.resolve(read_update(entries(7, 0, soup, other, 3)))
        with pytest.raises(StructureRefused):
            index.check(resolved)


def test_field_of_a_text_is_refused() -> None:
    outline = read_update(FIRST)
    index = StructureIndex(outline)
    path = ("items", "i0", "name", "de")
    (text,) = (
        item[:2]
        for item in outline.types
        if (found := index.container_at(*item[:2])) is not None and found[0] == path
    )
    resolved = index.resolve(read_update(entries(7, 0, text, "bold", 1)))
    assert resolved.touched == {Slot((*path, "bold"), True)}
    with pytest.raises(StructureRefused):
        index.check(resolved)
