"""Conflicts of menus: the shared cases, and a book that always equals a look at everything."""

from __future__ import annotations

import json
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Doc, Map, Text

from api.menu_file import read_menu_file
from collab.conflicts.book import ConflictBook
from collab.conflicts.issues import blocking, issues
from collab.conflicts.kinds import SEVERITIES, ConflictKind, Facts, Severity, TextClash, TextEdit
from collab.documents.document import MenuDocument
from collab.menus.menu import ModifierGroup, Parts
from collab.menus.reading import assemble, read_item, read_parts, read_section
from collab.menus.registers import read_registers
from collab.updates.admission import read_update
from tests.collab.sample_menus import SAMPLE, menu_document

VECTORS = Path(__file__).parents[2] / "vectors" / "conflicts.json"
CASES = json.loads(VECTORS.read_bytes())["cases"]


def parts_of(plain: dict[str, Any]) -> Parts:
    """The parts of a document given as Yjs `toJSON` gives it."""
    return read_parts(document_of(plain))


def document_of(plain: dict[str, Any]) -> MenuDocument:
    """A real document of that content."""
    doc: Doc[Any] = Doc()
    with doc.transaction():
        for root, entries in plain.items():
            fields = doc.get(root, type=Map)
            for key, value in entries.items():
                fields[key] = value if root == "meta" else Map(nested(value))
    update = doc.get_update()
    document = MenuDocument()
    document.receive(update, read_update(update), answers_step1=True)
    return document


def nested(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        key: Map({locale: Text(text) for locale, text in value.items()})
        if key in ("name", "desc")
        else value
        for key, value in fields.items()
    }


def facts_of(plain: dict[str, Any]) -> Facts:
    return Facts(
        {
            (one["root"], one["part"]): TextEdit(one["user"], one["ms"])
            for one in plain["text_edits"]
        },
        tuple(
            TextClash(one["root"], one["part"], one["field"], tuple(one["candidates"]))
            for one in plain["clashes"]
        ),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_shared_case(case):
    parts, facts = parts_of(case["document"]), facts_of(case["facts"])
    found = issues(assemble(parts), case["published"], facts)
    shown = [
        {
            "key": one.key,
            "severity": one.severity,
            "values": [candidate.get("value") for candidate in one.candidates],
        }
        for one in found
    ]
    assert shown == case["expected"]
    book = ConflictBook(parts, case["published"], facts)
    assert dict(book.conflicts) == {one.key: one for one in found}


def test_shared_cases_have_every_kind():
    found = {one["key"].partition("/")[0] for case in CASES for one in case["expected"]}
    assert found == set(ConflictKind) == set(SEVERITIES)


def test_candidate_written_long_before_the_others_is_marked():
    case = next(case for case in CASES if "price written offline" in case["name"])
    (found,) = issues(assemble(parts_of(case["document"])), None)
    assert [one.get("stale", False) for one in found.candidates] == [False, True]
    assert found.candidates[0]["user"] == "ana"
    assert found.candidates[0]["replica"] == "a"


def test_only_errors_block():
    case = next(case for case in CASES if case["name"] == "several conflicts of one item")
    found = issues(assemble(parts_of(case["document"])), None)
    assert [one.kind for one in blocking(found)] == [ConflictKind.PRICES]
    assert {one.severity for one in found} == {Severity.ERROR, Severity.INFO}


def test_refresh_tells_what_opened_changed_and_closed():
    quiet = {"price@0": [450, "server", 0]}
    two = {"price@a": [500, "ana", 10], "price@b": [600, "bo", 11]}
    three = {**two, "price@c": [700, "cy", 12]}
    states = [soup(entries) for entries in (quiet, two, three, quiet)]
    book = ConflictBook(states[0], None, Facts.none())
    deltas = [book.refresh(parts, [("items", "soup")], Facts.none()) for parts in states[1:]]
    told = [
        [[one.key for one in part] for part in (delta.opened, delta.changed, delta.closed)]
        for delta in deltas
    ]
    key = "prices/items/soup/price"
    assert told == [[[key], [], []], [[], [key], []], [[], [], [key]]]
    assert not book.refresh(states[0], [("items", "soup")], Facts.none())
    assert len(deltas[2].closed[0].candidates) == 3


def test_publishing_confirms_a_price():
    parts = soup({"price@0": [0, "server", 0]})
    book = ConflictBook(parts, None, Facts.none())
    assert list(book.conflicts) == ["price_free/items/soup/price"]
    published = {"currency": "EUR", "sections": [{"items": [{"id": "soup", "price": 0}]}]}
    delta = book.republish(parts, published, Facts.none())
    assert [one.key for one in delta.closed] == ["price_free/items/soup/price"]
    assert not book.conflicts


def test_name_that_moves_between_groups_keeps_its_key():
    names = ("Suppe", "Suppe", "Brühe", "Brühe")
    ids = ("a", "b", "c", "d")
    before = named(dict(zip(ids, names, strict=True)))
    after = named({**dict(zip(ids, names, strict=True)), "a": "Brühe"})
    book = ConflictBook(before, None, Facts.none())
    delta = book.refresh(after, [("items", "a")], Facts.none())
    assert [one.key for one in delta.changed] == ["names/items/a/name:de"]
    assert [one.key for one in delta.closed] == ["names/items/c/name:de"]
    assert dict(book.conflicts) == {one.key: one for one in issues(assemble(after), None)}


IDS = ("a", "b", "c")
PLACES = [["s1", "a0"], ["s2", "a1"], ["gone", "a0"], ["", "a0"]]
entries = st.dictionaries(
    st.sampled_from(
        [
            f"{field}@{replica}"
            for field in (
                "price",
                "allergen:Sesam",
                "diet:vegan",
                "station",
                "var:l:price",
                "var:l:deleted",
            )
            for replica in ("r1", "r2")
        ]
        + ["deleted@r1", "deleted@r2"]
    ),
    st.tuples(
        st.sampled_from([0, 450, 9000, -1, 4.5, True, False, None, "contains", "free"]),
        st.sampled_from(["ana", "bo"]),
        st.integers(0, 3).map(lambda steps: steps * 400_000),
    ).map(list),
    max_size=6,
)
items = st.tuples(
    entries,
    st.sampled_from(PLACES),
    st.sampled_from(["Suppe", "suppe", "Brühe", ""]),
    st.sampled_from(["Soup", ""]),
)
groups = st.dictionaries(
    st.sampled_from(["min@r1", "max@r1", "opt:o:price@r1", "opt:o:deleted@r1", "deleted@r1"]),
    st.sampled_from([0, 1, 2, True, False]).map(lambda value: [value, "ana", 5]),
    max_size=4,
)
edits = st.one_of(
    st.tuples(st.just("items"), st.sampled_from(IDS), st.none() | items),
    st.tuples(st.just("sections"), st.sampled_from(["s1", "s2"]), st.booleans()),
    st.tuples(st.just("modgroups"), st.sampled_from(["g1", "g2"]), st.none() | groups),
    st.tuples(st.just("meta"), st.just(""), st.sampled_from([["de"], ["de", "en"]])),
    st.tuples(st.just("text"), st.sampled_from(IDS), st.integers(0, 1_500_000)),
    st.tuples(st.just("publish"), st.just(""), st.sampled_from([None, 450, 0])),
)


@given(st.lists(st.lists(edits, min_size=1, max_size=4), max_size=12))
def test_book_always_equals_a_look_at_everything(turns):
    meta: dict[str, object] = {"currency": "EUR", "default_locale": "de", "locales": ["de"]}
    parts = Parts(dict(meta), {}, {}, {})
    facts, published = Facts.none(), None
    book = ConflictBook(parts, published, facts)
    for turn in turns:
        old = dict(book.conflicts)
        for root, id, content in turn:
            parts, facts = edited(parts, facts, root, id, content)
        releases = [content for root, _, content in turn if root == "publish"]
        if releases:  # a publication looks at everything, edits of its turn included
            published = published_soup(releases[-1])
            delta = book.republish(parts, published, facts)
        else:
            touched = {("items" if root == "text" else root, id) for root, id, _ in turn}
            delta = book.refresh(parts, touched, facts)
        now = {one.key: one for one in issues(assemble(parts), published, facts)}
        assert dict(book.conflicts) == now
        assert [one.key for one in delta.opened] == sorted(now.keys() - old.keys())
        assert [one.key for one in delta.closed] == sorted(old.keys() - now.keys())
        assert {one.key for one in delta.changed} == {
            key for key in now.keys() & old.keys() if now[key] != old[key]
        }


def test_refresh_of_one_item_of_a_large_menu_is_quick():
    parts = read_parts(menu_document(read_menu_file(SAMPLE.read_bytes())))
    book = ConflictBook(parts, None, Facts.none())
    started = perf_counter()
    for id in parts.items:
        book.refresh(parts, [("items", id)], Facts.none())
    # 0.04 ms were measured; a look at the whole menu takes 7 ms.
    assert (perf_counter() - started) / len(parts.items) < 0.001


def soup(entries: dict[str, Any]) -> Parts:
    item = read_item("soup", sorted([("loc@0", [["s1", "a0"], "server", 0]), *entries.items()]))
    item = type(item)(item.id, {"de": "Suppe"}, {}, item.registers)
    return Parts(META, {"s1": SOUPS}, {"soup": item}, {})


def named(names: dict[str, str]) -> Parts:
    plain = [("loc@0", [["s1", "a0"], "server", 0]), ("price@0", [450, "server", 0])]
    made = {id: read_item(id, plain) for id in names}
    made = {id: type(item)(id, {"de": names[id]}, {}, item.registers) for id, item in made.items()}
    return Parts(META, {"s1": SOUPS}, made, {})


META = {"currency": "EUR", "default_locale": "de"}
SOUPS = read_section("s1", [("pos@0", ["a0", "server", 0])])
SOUPS = type(SOUPS)(SOUPS.id, {"de": "Suppen"}, {}, SOUPS.registers)


def edited(parts: Parts, facts: Facts, root: str, id: str, content: Any) -> tuple[Parts, Facts]:
    """The menu after one random edit; None takes a part away."""
    sections, made, all_groups = dict(parts.sections), dict(parts.items), dict(parts.groups)
    meta = dict(parts.meta)
    match root:
        case "items" if content is None:
            made.pop(id, None)
        case "items":
            fields, place, german, english = content
            item = read_item(id, sorted([*fields.items(), ("loc@r0", [place, "ana", 1])]))
            made[id] = type(item)(id, {"de": german, "en": english}, {}, item.registers)
        case "sections":
            section = read_section(id, [("deleted@r1", [content, "ana", 1])])
            sections[id] = type(section)(id, {"de": "Suppen"}, {}, section.registers)
        case "modgroups" if content is None:
            all_groups.pop(id, None)
        case "modgroups":
            all_groups[id] = group(id, content)
        case "meta":
            meta["locales"] = content
        case "text":
            edit = TextEdit("bo", content)
            clash = TextClash("items", id, "name:de", ({"value": "x"}, {"value": content}))
            others = [one for one in facts.clashes if one.part_id != id]
            facts = Facts({**facts.text_edits, ("items", id): edit}, (*others, clash))
    return Parts(meta, sections, made, all_groups), facts


def group(id: str, fields: dict[str, Any]) -> ModifierGroup:
    return ModifierGroup(id, read_registers(sorted(fields.items())))


def published_soup(price: int | None) -> dict[str, object] | None:
    if price is None:
        return None
    return {"currency": "EUR", "sections": [{"items": [{"id": id, "price": price} for id in IDS]}]}
