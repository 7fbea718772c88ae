"""A menu written anew reads the same, has no history, and shares no client id with the old one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Map

from collab.conflicts.issues import issues
from collab.conflicts.kinds import Facts
from collab.documents.document import MenuDocument
from collab.edits.renewing import (
    WORTHWHILE_FROM_BYTES,
    is_same_content,
    is_worthwhile,
    renew,
    renewed_update,
)
from collab.edits.writing import SEED_CLIENT_ID, first_update, replace_text
from collab.errors import NotRenewable, StructureRefused
from collab.guard.guard import MenuGuard
from collab.menus.plain_json import plain_json
from collab.menus.plain_menu import PlainItem, PlainMenu, PlainSection
from collab.menus.reading import assemble, read_menu, read_parts
from collab.menus.registers import register_name, replica_of, value_of
from collab.records import Document, DocumentKind, LoggedUpdate, StoredDocument
from collab.updates.admission import STORED_LIMITS, read_update
from tests.collab.sample_menus import menu_document, plain_menus

NOW = datetime(2026, 1, 2, tzinfo=UTC)
RECORD = Document("menu", DocumentKind.MENU, "bistro", "Lunch", 1, NOW)
FRESH = 77
SMALL = PlainMenu(
    "de",
    "EUR",
    sections=(
        PlainSection(
            {"de": "Suppen"},
            id="s",
            items=(
                PlainItem({"de": "Suppe"}, id="a", price=450, note="kalt stellen"),
                PlainItem({"de": "Brühe"}, id="b", price=300),
            ),
        ),
    ),
)


def stored(*updates: bytes, **more: Any) -> StoredDocument:
    rows = tuple(LoggedUpdate(seq, data, "ann", "s", NOW) for seq, data in enumerate(updates, 1))
    return replace(StoredDocument(RECORD, None, 0, rows, len(rows), ()), **more)


def opened(update: bytes) -> MenuDocument:
    document = MenuDocument(limit_bytes=None)
    document.receive(update, read_update(update, STORED_LIMITS), answers_step1=True)
    return document


def tab_of(update: bytes, client_id: int) -> Doc[Any]:
    tab: Doc[Any] = Doc(client_id=client_id)
    tab.apply_update(update)
    return tab


def write(tab: Doc[Any], item: str, register: str, value: object, ms: int) -> None:
    fields = tab.get("items", type=Map)[item]
    own = f"{register}@{replica_of(tab.client_id)}"
    with tab.transaction():
        for key in list(fields.keys()):
            if key != own and register_name(key) == register:
                del fields[key]
        fields[own] = [value, f"user-{tab.client_id}", ms]


_writes = st.lists(
    st.tuples(
        st.integers(0, 11),  # which tab
        st.integers(0, 5),  # which item
        st.sampled_from(["price", "deleted", "allergen:Nuß", "loc", "kcal", "tag:x@y"]),
        st.integers(0, 2),  # few times, so that many are equal
    ),
    max_size=40,
)
_VALUES: dict[str, list[object]] = {
    "price": [None, 100, 10**12],
    "deleted": [True, False, None],
    "allergen:Nuß": ["contains", "may", "unknown"],
    "loc": [["s0", "a1"], ["s9", "b"], ["", "c"]],
    "kcal": [0, 1, 2],
    "tag:x@y": [True, False, None],
}


@settings(max_examples=120, deadline=None)
@given(plain_menus(), _writes)
def test_nothing_that_a_menu_reads_gets_lost(plain, writes):
    first = first_update(plain, "menu", "ann")
    tabs = [tab_of(first, 1000 + number) for number in range(12)]
    items = sorted(tabs[0].get("items", type=Map).keys())
    for tab, item, register, ms in writes:
        if items:
            value = _VALUES[register][(tab + ms) % 3]
            write(tabs[tab], items[item % len(items)], register, value, ms)
    everything = stored(first, *(tab.get_update() for tab in tabs))
    before = opened(first)
    for row in everything.updates:
        before.receive(row.data, read_update(row.data), answers_step1=True)
    made = renew(everything, lambda: FRESH)
    after = opened(made.after)
    assert is_same_content(read_parts(before), read_parts(after))
    assert plain_json(read_menu(before)) == plain_json(read_menu(after))
    assert set(after.clocks) == {FRESH}
    assert made.client_ids == frozenset(before.clocks)
    assert SEED_CLIENT_ID in made.client_ids
    assert opened(made.before).digest() == before.digest()


def test_open_questions_stay_open_with_the_same_value_read_first():
    first = first_update(SMALL, "menu", "ann")
    tabs = [tab_of(first, 100 + number) for number in range(12)]
    for number, tab in enumerate(tabs):
        write(tab, "a", "price", 500 + number, 9)  # all at the same moment
    before = opened(first)
    for tab in tabs:
        update = tab.get_update()
        before.receive(update, read_update(update), answers_step1=True)
    parts = read_parts(before)
    after = read_parts(opened(renewed_update(parts, FRESH)))
    old, new = parts.items["a"].registers["price"], after.items["a"].registers["price"]
    assert len(new) == 12
    assert [(one.value, one.user_id, one.ms) for one in new] == [
        (one.value, one.user_id, one.ms) for one in old
    ]
    assert {one.replica.partition(".")[0] for one in new} == {replica_of(FRESH)}
    found = [issues(assemble(each), None, Facts.none()) for each in (parts, after)]
    assert [one.key for one in found[0]] == [one.key for one in found[1]]
    assert "prices/items/a/price" in [one.key for one in found[1]]


def test_what_a_room_looks_after_takes_a_renewed_menu_for_a_sound_one():
    first = first_update(SMALL, "menu", "ann")
    guard = MenuGuard(opened(renew(stored(first), lambda: FRESH).after))
    review = guard.review_everything(lambda root, part_id, field: None)
    assert (review.repairs, review.refused) == ((), ())


def test_neither_history_is_let_into_the_other_even_without_epochs():
    # Rooms refuse the old one by its client ids. Should they not know them, as after restoring a
    # backup from before the renewal, nothing lies side by side all the same.
    first = first_update(SMALL, "menu", "ann")
    after = renew(stored(first), lambda: FRESH).after
    for here, arriving in ((after, first), (first, after)):
        guard = MenuGuard(opened(here))
        with pytest.raises(StructureRefused):
            guard.resolve(read_update(arriving))


def test_history_goes():
    first = first_update(SMALL, "menu", "ann")
    tab = tab_of(first, 5)
    for number in range(500):
        write(tab, "ab"[number % 2], "price", number, number)
        replace_text(tab.get("items", type=Map)["a"]["desc"]["de"], f"mit Reis {number}")
    made = renew(stored(first, tab.get_update()), lambda: FRESH)
    assert len(made.before) > 5 * len(made.after)
    # The authors' names and times are what it has more than a first import.
    assert len(made.after) < 1.3 * len(first)
    assert value_of(read_parts(opened(made.after)).items["a"].registers, "price") == 498


def test_renewing_twice_keeps_everything_again():
    first = first_update(SMALL, "menu", "ann")
    once = renew(stored(first), lambda: FRESH)
    former = frozenset(once.client_ids)
    draws = iter([FRESH, SEED_CLIENT_ID, 88])
    twice = renew(stored(once.after, former_client_ids=former), lambda: next(draws))
    assert is_same_content(read_parts(opened(first)), read_parts(opened(twice.after)))
    assert (twice.client_ids, set(opened(twice.after).clocks)) == ({FRESH}, {88})


def test_a_client_id_that_anybody_used_is_not_taken():
    first = first_update(SMALL, "menu", "ann")
    tab = tab_of(first, 5)
    write(tab, "a", "price", 1, 1)
    used = stored(first, tab.get_update(), client_ids={6: "bo"}, former_client_ids=frozenset({7}))
    draws = iter([SEED_CLIENT_ID, 5, 6, 7, 8])
    assert set(opened(renew(used, lambda: next(draws)).after).clocks) == {8}


def _hole() -> StoredDocument:
    return stored(first_update(SMALL, "menu", "ann"), top=2, missing=((2, 2),))


def _poison() -> StoredDocument:
    return stored(first_update(SMALL, "menu", "ann"), b"\xff\xff")


def _waiting() -> StoredDocument:
    first = first_update(SMALL, "menu", "ann")
    tab = tab_of(first, 5)
    write(tab, "a", "price", 1, 1)
    before = tab.get_state()
    write(tab, "a", "price", 2, 2)
    return stored(first, tab.get_update(before))


@pytest.mark.parametrize(
    ("make", "reason"),
    [(_hole, "log_hole"), (_poison, "poison"), (_waiting, "edits_waiting")],
)
def test_a_log_that_is_not_whole_is_left_alone(make, reason):
    with pytest.raises(NotRenewable) as refused:
        renew(make(), count(1).__next__)
    assert refused.value.reason == reason


def test_what_does_not_read_back_equal_is_not_handed_out(monkeypatch):
    monkeypatch.setattr("collab.edits.renewing._texts", lambda texts: Map({}))
    with pytest.raises(NotRenewable) as refused:
        renew(stored(first_update(SMALL, "menu", "ann")), lambda: FRESH)
    assert refused.value.reason == "renewed_unequal"


def test_content_is_compared_but_for_replicas():
    one = read_parts(menu_document(SMALL))
    other = read_parts(opened(renewed_update(one, FRESH)))
    assert one != other
    assert is_same_content(one, other)
    for changed in (
        replace(other, meta={**other.meta, "currency": "CHF"}),
        replace(other, items={"a": other.items["a"]}),
        replace(other, items={**other.items, "a": replace(other.items["a"], note="")}),
        replace(other, items={**other.items, "a": replace(other.items["a"], registers={})}),
    ):
        assert not is_same_content(one, changed)


def test_only_what_people_notice_is_worth_it():
    large = WORTHWHILE_FROM_BYTES + 1
    assert is_worthwhile(large, large // 5)
    assert not is_worthwhile(large, large // 3)
    assert not is_worthwhile(WORTHWHILE_FROM_BYTES, 10)
