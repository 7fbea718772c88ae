"""What an update did to a menu, what goes back, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text

from collab.documents.document import MenuDocument
from collab.edits.writing import first_update
from collab.errors import StructureRefused
from collab.guard.findings import Review
from collab.guard.guard import MenuGuard
from collab.guard.repairs import repair_edit
from collab.guard.rights import may_write
from collab.identity import Identity, Role
from collab.menus.menu import Parts
from collab.menus.plain_menu import PlainItem, PlainMenu, PlainSection
from collab.menus.reading import read_parts
from collab.menus.registers import replica_of
from collab.menus.schema import value_problem
from collab.updates.admission import read_update

SOUP = PlainItem({"de": "Suppe", "en": "Soup"}, {"de": "klar"}, id="soup", price=450)
ROLL = PlainItem({"de": "Rolle"}, id="roll", price=300, allergens=("Sesam",))
PLAIN = PlainMenu(
    "de", "EUR", ("en",), sections=(PlainSection({"de": "Vorspeisen"}, id="s", items=(SOUP, ROLL)),)
)
EDITOR = Identity("ed", "Ed", "bistro", frozenset({Role.EDITOR}))
WAITER = Identity("wim", "Wim", "bistro", frozenset({Role.WAITER}))
TRANSLATOR = Identity("tia", "Tia", "bistro", frozenset({Role.TRANSLATOR}), locales=("en",))

Doing = Callable[[Doc[Any]], None]


@dataclass
class Arrived:
    """What came of one update."""

    review: Review
    shown: bytes  # the frame that everybody gets

    @property
    def codes(self) -> list[str]:
        return [one.code for one in self.review.refused]


class Room:
    """A menu with its guard, and clients that see it."""

    def __init__(self, plain: PlainMenu = PLAIN) -> None:
        self.document = MenuDocument(client_id=99)
        first = first_update(plain, "lunch", "server")
        self.document.receive(first, read_update(first), answers_step1=True)
        self.guard = MenuGuard(self.document)

    def client(self, client_id: int) -> Doc[Any]:
        doc: Doc[Any] = Doc(client_id=client_id)
        doc.apply_update(self.document.full_state())
        return doc

    def arrive(self, update: bytes, who: Identity = EDITOR) -> Arrived:
        outline = read_update(update)
        resolved = self.guard.resolve(outline)
        pending = tuple(self.document.pending)
        self.document.receive(update, outline, answers_step1=True)

        def why_not(root: str, part_id: str, field: str) -> tuple[str, str] | None:
            return None if may_write(who, root, field) else ("field_forbidden", "no")

        if tuple(self.document.pending) == pending:
            review = self.guard.review(resolved, why_not)
        else:
            review = self.guard.review_everything(why_not)
        shown = update
        if review.repairs:
            repair = self.document.changed_by(repair_edit(review.repairs))
            if repair is not None:
                self.guard.absorb(read_update(repair))
                shown = merged(update, repair)
        self.check()
        return Arrived(review, shown)

    def do(self, doing: Doing, who: Identity = EDITOR, client_id: int = 7) -> Arrived:
        return self.arrive(update_of(self.client(client_id), doing), who)

    def check(self) -> None:
        """The guard knows the document, and nothing in it is out of form."""
        now = read_parts(self.document)
        assert same(self.guard.parts, now)
        for root, parts in (("sections", now.sections.values()), ("items", now.items.values())):
            for part in parts:
                for register, candidates in part.registers.items():
                    for one in candidates:
                        assert value_problem(root, register, one.value) is None


def same(one: Parts, other: Parts) -> bool:
    return (
        dict(one.meta) == dict(other.meta)
        and dict(one.sections) == dict(other.sections)
        and dict(one.items) == dict(other.items)
        and dict(one.groups) == dict(other.groups)
    )


def merged(*updates: bytes) -> bytes:
    from pycrdt import merge_updates

    return merge_updates(*updates)


def update_of(doc: Doc[Any], doing: Doing) -> bytes:
    produced: list[bytes] = []
    subscription = doc.observe(lambda event: produced.append(event.update))
    with doc.transaction():
        doing(doc)
    doc.unobserve(subscription)
    return produced[0]


def written(events: Any) -> list[Any]:
    """What an observer of the items sees set."""
    keys = [change for event in events for change in event.keys.values()]
    return [change["newValue"] for change in keys if "newValue" in change]


def item(doc: Doc[Any], id: str) -> Map[Any]:
    found = doc.get("items", type=Map)[id]
    assert isinstance(found, Map)
    return found


def write(id: str, register: str, value: object, user: str = "ed", ms: int = 5) -> Doing:
    """A register as a good client writes it."""

    def doing(doc: Doc[Any]) -> None:
        fields = item(doc, id)
        own = f"{register}@{replica_of(doc.client_id)}"
        for key in list(fields.keys()):
            if key.startswith(f"{register}@") and key != own:
                del fields[key]
        fields[own] = [value, user, ms]

    return doing


def retext(id: str, field: str, locale: str, text: str) -> Doing:
    def doing(doc: Doc[Any]) -> None:
        known = item(doc, id)[field][locale]
        known.clear()
        known.insert(0, text)

    return doing


def price_of(room: Room, id: str) -> int | None:
    return read_parts(room.document).items[id].price


# -- what may stand --------------------------------------------------------------------------------


def test_price_of_an_editor_stands_and_is_told_with_what_it_was() -> None:
    room = Room()
    arrived = room.do(write("soup", "price", 500))
    (changed,) = arrived.review.changed
    assert (changed.root, changed.part_id, changed.field) == ("items", "soup", "price")
    assert (changed.before, changed.after) == (450, 500)
    assert not arrived.review.refused and price_of(room, "soup") == 500


def test_typing_in_a_text_is_one_change_of_that_text() -> None:
    room = Room()
    arrived = room.do(lambda doc: item(doc, "soup")["name"]["de"].insert(5, "n 🍜"))
    (changed,) = arrived.review.changed
    assert (changed.field, changed.before, changed.after) == ("name:de", "Suppe", "Suppen 🍜")


def test_new_item_is_one_change_and_may_bring_its_texts() -> None:
    room = Room()

    def doing(doc: Doc[Any]) -> None:
        replica = replica_of(doc.client_id)
        doc.get("items", type=Map)["tea"] = Map(
            {
                "name": Map({"de": Text("Tee"), "en": Text("Tea")}),
                "desc": Map({"de": Text("")}),
                "note": Text("scharf?"),
                f"loc@{replica}": [["s", "a5"], "ed", 5],
                f"price@{replica}": [250, "ed", 5],
            }
        )

    arrived = room.do(doing)
    (changed,) = arrived.review.changed
    assert (changed.part_id, changed.field, changed.before) == ("tea", "", None)
    tea = read_parts(room.document).items["tea"]
    assert tea.name == {"de": "Tee", "en": "Tea"} and tea.note == "scharf?" and tea.price == 250


def test_two_prices_that_have_not_seen_each_other_are_both_kept() -> None:
    room = Room()
    one, other = room.client(7), room.client(8)
    first = update_of(one, write("soup", "price", 500, ms=5))
    second = update_of(other, write("soup", "price", 550, ms=6))
    room.arrive(first)
    arrived = room.arrive(second)
    assert not arrived.review.refused
    prices = read_parts(room.document).items["soup"].registers["price"]
    assert [candidate.value for candidate in prices] == [550, 500]


# -- what goes back --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("register", "value"),
    [
        ("price", -1),
        ("price", 12.5),
        ("price", "12"),
        ("price", 10**13),
        ("allergen:Milch", "perhaps"),
        ("deleted", "yes"),
        ("loc", "s"),
        ("loc", ["s", 5]),
        ("photo", "https://example.org/x.png"),
        ("price:x", 5),
        ("wrong", True),
        ("var:a:price", "x"),
    ],
)
def test_value_out_of_form_goes_back_in_the_same_frame(register: str, value: object) -> None:
    room = Room()
    peer = room.client(50)
    seen: list[Any] = []
    items = peer.get("items", type=Map)
    watching = items.observe_deep(lambda events: seen.extend(written(events)))
    arrived = room.do(write("soup", register, value))
    assert arrived.codes == ["bad_value"]
    assert arrived.review.refused[0].kept == {"price": 450, "loc": ["s", "a0"]}.get(register)
    peer.apply_update(arrived.shown)
    items.unobserve(watching)
    assert value not in [entry[0] for entry in seen if isinstance(entry, list)]
    assert seen or register not in ("price", "loc")
    assert price_of(room, "soup") == 450


def test_register_that_goes_back_keeps_all_its_candidates() -> None:
    room = Room()
    one, other = room.client(7), room.client(8)
    first, second = (
        update_of(one, write("soup", "price", 500, ms=5)),
        update_of(other, write("soup", "price", 550, ms=6)),
    )
    room.arrive(first)
    room.arrive(second)
    room.do(write("soup", "price", "free"), client_id=9)
    prices = read_parts(room.document).items["soup"].registers["price"]
    assert [candidate.value for candidate in prices] == [550, 500]
    assert {candidate.replica for candidate in prices} == {"2r", "2r.1"}  # 99 in base 36


def test_waiter_writes_notes_and_nothing_else() -> None:
    room = Room()
    assert room.do(write("soup", "price", 1), WAITER).codes == ["field_forbidden"]
    assert room.do(retext("soup", "name", "de", "Brühe"), WAITER).codes == ["field_forbidden"]
    assert room.do(write("soup", "deleted", True), WAITER).codes == ["field_forbidden"]
    assert not room.do(lambda doc: item(doc, "soup")["note"].insert(0, "aus"), WAITER).codes
    soup = read_parts(room.document).items["soup"]
    assert (soup.note, soup.name["de"], soup.price) == ("aus", "Suppe", 450)


def test_translator_writes_texts_of_own_locales_only() -> None:
    room = Room()
    assert not room.do(retext("soup", "name", "en", "Broth"), TRANSLATOR).codes
    assert room.do(retext("soup", "name", "de", "Brühe"), TRANSLATOR).codes == ["field_forbidden"]
    assert read_parts(room.document).items["soup"].name == {"de": "Suppe", "en": "Broth"}


def test_part_of_one_update_stands_and_part_goes_back() -> None:
    room = Room()

    def doing(doc: Doc[Any]) -> None:
        write("soup", "price", -5)(doc)
        write("roll", "price", 320)(doc)

    arrived = room.do(doing)
    assert [one.part_id for one in arrived.review.refused] == ["soup"]
    assert (price_of(room, "soup"), price_of(room, "roll")) == (450, 320)


def test_settings_are_not_changed_in_the_document() -> None:
    room = Room()
    arrived = room.do(lambda doc: doc.get("meta", type=Map).update({"currency": "USD", "x": 1}))
    assert arrived.codes == ["field_forbidden", "field_forbidden"]
    meta = read_parts(room.document).meta
    assert meta["currency"] == "EUR" and "x" not in meta


def test_item_of_somebody_who_may_not_create_one_goes_as_a_whole() -> None:
    room = Room()
    arrived = room.do(
        lambda doc: doc.get("items", type=Map).update({"x": Map({"name": Map({})})}), WAITER
    )
    assert arrived.codes == ["field_forbidden"]
    assert "x" not in read_parts(room.document).items


@pytest.mark.parametrize("id", ["with@at", "with:colon", "x" * 65, ""])
def test_item_with_an_id_out_of_form_goes(id: str) -> None:
    room = Room()
    arrived = room.do(lambda doc: doc.get("items", type=Map).update({id: Map({})}))
    assert arrived.codes == ["bad_value"]
    assert set(read_parts(room.document).items) == {"soup", "roll"}


def test_what_is_no_field_goes() -> None:
    room = Room()

    def doing(doc: Doc[Any]) -> None:
        soup = item(doc, "soup")
        soup["colour"] = "red"
        soup["list"] = Array([1])
        soup["name"]["fr"] = Text("Soupe")
        soup["name"]["en-x"] = "no text"
        doc.get("items", type=Map)["junk"] = 5

    arrived = room.do(doing)
    assert sorted(arrived.codes) == [
        "bad_value",
        "unknown_field",
        "unknown_field",
        "unknown_locale",
        "unknown_locale",
    ]
    assert set(item(room.document.engine(), "soup")["name"].keys()) == {"de", "en"}
    assert "colour" not in item(room.document.engine(), "soup")
    assert "list" not in item(room.document.engine(), "soup")
    assert "junk" not in room.document.engine().get("items", type=Map)


def test_write_in_the_name_of_another_device_goes_back() -> None:
    room = Room()
    room.do(write("soup", "price", 500), client_id=7)
    arrived = room.do(
        lambda doc: item(doc, "soup").update({f"price@{replica_of(7)}": [1, "ed", 9]}), client_id=8
    )
    assert arrived.codes == ["foreign_replica"]
    assert price_of(room, "soup") == 500


def test_text_that_is_too_long_goes_back() -> None:
    room = Room()
    assert room.do(retext("soup", "name", "de", "x" * 3000)).codes == ["bad_value"]
    assert read_parts(room.document).items["soup"].name["de"] == "Suppe"


def test_something_else_than_characters_in_a_text_goes_back() -> None:
    room = Room()
    arrived = room.do(lambda doc: item(doc, "soup")["name"]["de"].insert_embed(1, {"image": "x"}))
    assert arrived.codes == ["bad_value"]
    assert str(room.document.engine().get("items", type=Map)["soup"]["name"]["de"]) == "Suppe"


def test_text_that_goes_back_leaves_what_others_typed_meanwhile() -> None:
    room = Room()
    waiter, editor = room.client(7), room.client(8)
    bad = update_of(waiter, retext("soup", "name", "de", "weg"))
    good = update_of(editor, lambda doc: item(doc, "soup")["name"]["de"].insert(5, "n"))
    room.arrive(good, EDITOR)
    room.arrive(bad, WAITER)
    assert read_parts(room.document).items["soup"].name["de"] == "Suppen"


def test_register_may_be_taken_back_by_who_may_write_it() -> None:
    room = Room()

    def doing(doc: Doc[Any]) -> None:
        fields = item(doc, "soup")
        for key in [key for key in fields.keys() if key.startswith("price@")]:
            del fields[key]

    assert room.do(doing, WAITER).codes == ["field_forbidden"]
    assert price_of(room, "soup") == 450
    arrived = room.do(doing, EDITOR)
    assert not arrived.codes and price_of(room, "soup") is None


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "doing",
    [
        lambda doc: doc.get("items", type=Map).pop("soup"),
        lambda doc: item(doc, "soup").pop("name"),
        lambda doc: item(doc, "soup")["name"].pop("de"),
        lambda doc: item(doc, "soup").pop("note"),
        lambda doc: doc.get("items", type=Map).update({"soup": Map({})}),
        lambda doc: doc.get("items", type=Map).update({"soup": 5}),
        lambda doc: item(doc, "soup").update({"name": Map({})}),
        lambda doc: item(doc, "soup")["name"].update({"de": Text("neu")}),
        lambda doc: doc.get("beside", type=Map).update({"x": 1}),
        lambda doc: doc.get("beside", type=Text).insert(0, "x"),
        lambda doc: doc.get("sections", type=Map).update({"x": Map({}), "y": Doc()}),
    ],
)
def test_what_would_break_the_shape_is_refused_before_it_is_applied(doing: Doing) -> None:
    room = Room()
    before = room.document.full_state()
    with pytest.raises(StructureRefused):
        room.do(doing)
    assert room.document.full_state() == before


def test_replacing_a_text_unseen_is_refused_too() -> None:
    room = Room()
    blind: Doc[Any] = Doc(client_id=7)
    with pytest.raises(StructureRefused):
        room.arrive(
            update_of(blind, lambda doc: doc.get("items", type=Map).update({"soup": Map({})}))
        )


def test_whole_state_of_a_returning_client_breaks_nothing() -> None:
    room = Room()
    client = room.client(7)
    update_of(client, write("soup", "price", 500))
    update_of(client, retext("roll", "name", "de", "Frühlingsrolle"))
    arrived = room.arrive(client.get_update())
    assert not arrived.codes and len(arrived.review.changed) == 2
    assert not room.arrive(client.get_update()).review.changed


def test_what_waited_is_reviewed_when_it_arrives() -> None:
    room = Room()
    client = room.client(7)
    first = update_of(client, write("soup", "price", 500))
    second = update_of(client, write("soup", "price", -1, ms=9))
    assert not room.arrive(second).review.changed
    arrived = room.arrive(first)
    assert arrived.codes == ["bad_value"] and price_of(room, "soup") == 450


# -- everything at once ----------------------------------------------------------------------------

GOOD = [
    lambda n: write("soup", "price", n, ms=n),
    lambda n: write("roll", "loc", ["s", f"a{n % 9}"], ms=n),
    lambda n: write("roll", "deleted", n % 2 == 0, ms=n),
    lambda n: retext("soup", "name", "de", "Suppe" * (n % 3)),
    lambda n: lambda doc: item(doc, "roll")["name"]["de"].insert(0, "🍜ä"[: n % 3]),
    lambda n: (
        lambda doc: doc.get("items", type=Map).update(
            {
                f"n{doc.client_id}-{len(doc.get('items', type=Map))}": Map(
                    {"name": Map({"de": Text("neu")}), "desc": Map({})}
                )
            }
        )
    ),
]
BAD = [
    lambda n: write("soup", "price", -n - 1, ms=n),
    lambda n: write("roll", "colour", "red", ms=n),
    lambda n: lambda doc: item(doc, "soup").update({"price@zz": [n, "x", n]}),
    lambda n: lambda doc: item(doc, "soup").update({"junk": n}),
    lambda n: lambda doc: doc.get("meta", type=Map).update({"currency": f"X{n}"}),
    lambda n: lambda doc: doc.get("sections", type=Map).update({f"j{n}": n}),
]


@settings(max_examples=120, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),  # client
            st.integers(0, len(GOOD) + len(BAD) - 1),
            st.integers(0, 50),
            st.booleans(),  # deliver now, or stay offline
        ),
        max_size=25,
    )
)
def test_whatever_clients_write_the_guard_knows_the_document_and_nothing_bad_stands(
    steps: list[tuple[int, int, int, bool]],
) -> None:
    room = Room()
    clients = [room.client(number + 10) for number in range(3)]
    offline: list[list[bytes]] = [[], [], []]
    shown: list[bytes] = []
    whos = (EDITOR, WAITER, TRANSLATOR)
    for number, kind, n, is_online in steps:
        doing = (GOOD + BAD)[kind](n)
        try:
            update = update_of(clients[number], doing)
        except IndexError:  # nothing changed
            continue
        offline[number].append(update)
        if is_online:
            shown += [room.arrive(one, whos[number]).shown for one in offline[number]]
            offline[number].clear()
            clients[number].apply_update(room.document.full_state())
    for number in range(3):
        shown += [room.arrive(one, whos[number]).shown for one in offline[number]]
    peer = Room().client(60)
    for frame in shown:
        peer.apply_update(frame)
    for doc in (*clients, peer):
        doc.apply_update(room.document.full_state())
        assert (
            doc.get("items", type=Map).to_py()
            == room.document.engine().get("items", type=Map).to_py()
        )
