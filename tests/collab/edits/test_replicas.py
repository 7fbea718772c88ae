"""Several replicas of one menu, synchronised now and then: nothing of anybody is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Map

from collab.documents.document import MenuDocument
from collab.edits.changes import Change, SetRegister, SetText
from collab.edits.diffing import plan_target
from collab.edits.merging import plan_merge
from collab.edits.named_edits import AddItem, Delete, Move, Restore, SetField, Spot, Target
from collab.edits.planning import plan_edits
from collab.edits.upkeep import plan_locale, plan_rebalance
from collab.edits.writing import edit_of
from collab.menus.menu import Menu
from collab.menus.plain_menu import PlainItem, PlainMenu, PlainSection
from collab.menus.reading import read_menu
from collab.menus.registers import read_registers, register_name, replica_of
from tests.collab.sample_menus import exchange, menu_document, plain_menus, write

ITEMS = ("a", "b", "c")
MENU = PlainMenu(
    "de",
    "EUR",
    sections=(
        PlainSection(
            {"de": "S"}, id="s", items=tuple(PlainItem({"de": id}, id=id, price=1) for id in ITEMS)
        ),
        PlainSection({"de": "T"}, id="t"),
    ),
)


def replicas(count: int, menu: PlainMenu = MENU) -> list[Doc[Any]]:
    """Copies of one menu. Their client ids are given, so that a failure comes again."""
    state = menu_document(menu).full_state()
    docs = []
    for number in range(count):
        doc: Doc[Any] = Doc(client_id=1000 * (number + 1))
        doc.apply_update(state)
        docs.append(doc)
    return docs


def run(doc: Doc[Any], changes: list[Change], ms: int) -> None:
    with doc.transaction():
        edit_of(changes, "ann", ms)(doc)


def menu_in(doc: Doc[Any]) -> Menu:
    document = MenuDocument()
    exchange(document, doc)
    return read_menu(document)


def values(doc: Doc[Any], register: str) -> set[object]:
    registers = read_registers(doc.get("items", type=Map)["a"].items())
    return {candidate.value for candidate in registers.get(register, ())}


steps = st.lists(
    st.tuples(st.sampled_from(["write", "sync"]), st.integers(0, 3), st.integers(0, 3)), max_size=40
)


@settings(max_examples=150, deadline=None)
@given(st.integers(3, 4), steps, st.lists(st.integers(0, 5), min_size=40, max_size=40))
def test_register_holds_exactly_the_writes_that_nobody_overwrote(count, steps, clocks):
    docs = replicas(count)
    seen: list[set[int]] = [set() for _ in docs]  # writes that each replica knows of
    knew: dict[int, set[int]] = {}  # write -> those its writer knew of
    for number, (step, one, other) in enumerate(steps, start=100):
        here, there = one % count, other % count
        if step == "write":
            # Wall clocks are wrong as they like; they decide what is read, never what is kept.
            run(docs[here], [SetRegister("items", "a", "kcal", number)], clocks[number - 100])
            knew[number] = set(seen[here])
            seen[here].add(number)
        else:
            docs[there].apply_update(docs[here].get_update(docs[there].get_state()))
            seen[there] |= seen[here]
        for doc, known in zip(docs, seen, strict=True):
            overwritten = set().union(*(knew[write] for write in known))
            assert values(doc, "kcal") == known - overwritten


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.sampled_from(["move", "price", "delete", "restore", "text", "sync"]),
            st.sampled_from(ITEMS),
            st.integers(0, 9),
        ),
        max_size=30,
    )
)
def test_moves_edits_and_deletes_at_once_lose_and_double_nothing(steps):
    docs = replicas(3)
    typed: list[tuple[str, str]] = []
    for ms, (place, step, id, number) in enumerate(steps, start=1):
        doc = docs[place]
        match step:
            case "move":
                loc = [["s", "t"][number % 2], f"a{number}"]
                run(doc, [SetRegister("items", id, "loc", loc)], ms)
            case "price":
                run(doc, [SetRegister("items", id, "price", number)], ms)
            case "delete" | "restore":
                run(doc, [SetRegister("items", id, "deleted", step == "delete")], ms)
            case "text":
                word = f"<{ms}>"
                now = str(doc.get("items", type=Map)[id]["desc"]["de"])
                run(doc, [SetText("items", id, "desc", "de", now + word)], ms)
                typed.append((id, word))
            case "sync":
                other = docs[number % 3]
                other.apply_update(doc.get_update(other.get_state()))
    for _ in range(2):
        for doc in docs:
            for other in docs:
                other.apply_update(doc.get_update(other.get_state()))
    menus = [menu_in(doc) for doc in docs]
    assert menus[0] == menus[1] == menus[2]
    everything = [item.id for item in (*menus[0].live_items(), *menus[0].deleted_items)]
    assert sorted(everything) == sorted(ITEMS)
    found = {item.id: item for item in (*menus[0].live_items(), *menus[0].deleted_items)}
    for id, word in typed:
        assert word in found[id].description["de"]
    for item in found.values():
        assert item.price is not None
        assert item.is_deleted or item.place[0] in ("s", "t")


@settings(max_examples=40, deadline=None)
@given(plain_menus(), plain_menus(), st.sampled_from(["target", "merge", "locale", "rebalance"]))
def test_no_edit_of_ours_sets_a_key_of_another_replica(one, other, way):
    document = menu_document(one)
    rival: Doc[Any] = Doc(client_id=77)
    rival.apply_update(document.full_state())
    with rival.transaction():
        edit_of(plan_target(menu_in(rival), other, iter(map(str, range(99))).__next__), "bo", 5)(
            rival
        )
    exchange(document, rival)
    menu, ids = read_menu(document), iter(f"n{number}" for number in range(99)).__next__
    changes = {
        "target": lambda: plan_target(menu, one, ids),
        "merge": lambda: plan_merge(menu, replace(other, locale=menu.locale), ids),
        "locale": lambda: plan_locale(menu, "it"),
        "rebalance": lambda: plan_rebalance(menu),
    }[way]()
    assert_sets_own_keys_only(document, changes)


def test_no_named_edit_sets_a_key_of_another_replica():
    document = menu_document(MENU)
    rival: Doc[Any] = Doc()
    rival.apply_update(document.full_state())
    both = [SetRegister("items", "a", "price", 5), SetRegister("items", "a", "deleted", False)]
    run(rival, [*both, SetRegister("items", "b", "deleted", True)], 9)
    exchange(document, rival)
    edits = [
        SetField(Target(item="a"), "price", 5),
        SetField(Target(item="a"), "allergens", ["Milch"]),
        Move(Target(item="a"), Spot(), "t"),
        Delete(Target(item="a")),
        Restore(Target(item="b")),
        AddItem("s", PlainItem({"de": "neu"}), Spot(position=0)),
    ]
    changes = plan_edits(read_menu(document), edits, lambda: "new")
    assert len(changes) == 6 - 1  # the price stands already, and nobody disagrees
    assert_sets_own_keys_only(document, changes)


def assert_sets_own_keys_only(document: MenuDocument, changes: list[Change]) -> None:
    own = replica_of(document.engine().client_id)
    before = register_keys(document)
    write(document, changes)
    for key, value in register_keys(document).items():
        if key[2].rpartition("@")[2] != own:
            assert before[key] == value


def register_keys(document: MenuDocument) -> dict[tuple[str, str, str], object]:
    return {
        (root, id, key): value
        for root in ("sections", "items", "modgroups")
        for id, fields in document.engine().get(root, type=Map).items()
        for key, value in fields.items()
        if register_name(key) is not None
    }
