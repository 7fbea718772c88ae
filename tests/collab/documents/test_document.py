"""The document against the traps of the engine: gaps, what waits, limits, panics, leaks."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Map, Text, merge_updates

from collab.documents import document as document_module
from collab.documents.document import Applied, Gap, MenuDocument
from collab.errors import BadStateVector, BadUpdate, EngineFailed, TooLarge
from collab.updates.admission import read_state_vector, read_update, write_state_vector
from collab.wire.lib0 import write_var_uint


class Client:
    """A Yjs document that hands out each of its edits as an update."""

    def __init__(self, client_id: int) -> None:
        self.doc: Doc[Any] = Doc(client_id=client_id)

    def edit(self, edit: Callable[[Doc[Any]], object]) -> bytes:
        made: list[bytes] = []
        subscription = self.doc.observe(lambda event: made.append(event.update))
        with self.doc.transaction():
            edit(self.doc)
        self.doc.unobserve(subscription)
        (update,) = made
        return update

    def set(self, key: str, value: Any) -> bytes:
        return self.edit(lambda doc: doc.get("m", type=Map).__setitem__(key, value))

    def drop(self, key: str) -> bytes:
        return self.edit(lambda doc: doc.get("m", type=Map).__delitem__(key))

    def type(self, text: str, at: int = 0) -> bytes:
        return self.edit(lambda doc: doc.get("t", type=Text).insert(at, text))

    def erase(self, start: int, end: int) -> bytes:
        return self.edit(lambda doc: doc.get("t", type=Text).__delitem__(slice(start, end)))


def take(document: MenuDocument, update: bytes, *, answer: bool = False) -> Applied | Gap:
    return document.receive(update, read_update(update), answers_step1=answer)


def map_of(document: MenuDocument) -> dict[str, Any]:
    return dict(document.engine().get("m", type=Map))


def text_of(document: MenuDocument) -> str:
    return str(document.engine().get("t", type=Text))


def held(document: MenuDocument) -> dict[int, int]:
    return read_state_vector(document.state_vector())


def test_a_live_update_beyond_a_lost_one_is_a_gap_and_changes_nothing() -> None:
    ann, document = Client(100), MenuDocument()
    a, _lost, c = (ann.set(key, key) for key in "abc")
    take(document, a)
    before = (document.version, document.digest(), document.full_state())
    assert take(document, c) == Gap()
    assert (document.version, document.digest(), document.full_state()) == before
    assert map_of(document) == {"a": "a"} and not document.pending


def test_the_engine_alone_would_apply_across_the_hole_and_not_say_so() -> None:
    # The reason for rule 2; when this fails, a new engine may have made the rule needless.
    ann, doc = Client(100), Doc[Any]()
    a, _lost, c = (ann.set(key, key) for key in "abc")
    events: list[bytes] = []
    doc.observe(lambda event: events.append(event.update))
    doc.apply_update(a)
    doc.apply_update(c)
    assert dict(doc.get("m", type=Map)) == {"a": "a", "c": "c"}
    assert read_state_vector(doc.get_state()) == {100: 1}
    assert events[1:] in ([], [b"\x00\x00"])


def test_an_answer_that_lacks_something_is_applied_kept_and_heals() -> None:
    ann, document = Client(100), MenuDocument()
    a, b, c = (ann.set(key, key) for key in "abc")
    take(document, a)
    assert take(document, c, answer=True) == Applied(True, [(100, 2, 3)])
    assert document.clocks == {100: 1}, "what waits is not held"
    assert [waiting.data for waiting in document.pending] == [c]
    assert take(document, b) == Applied(True, [(100, 1, 2)])
    assert map_of(document) == {"a": "a", "b": "b", "c": "c"}
    assert not document.pending and document.clocks == {100: 3} == held(document)


def test_what_an_answer_lacks_stays_missing_for_the_next_question() -> None:
    ann, document = Client(100), MenuDocument()
    for update in (ann.set("a", 1), *[ann.set(key, 1) for key in "bc"][1:]):
        take(document, update, answer=True)
    take(document, ann.doc.get_update(document.state_vector()), answer=True)
    assert map_of(document).keys() == {"a", "b", "c"} and not document.pending


def test_a_delete_of_something_missing_is_a_gap_and_waits_in_an_answer() -> None:
    ann, bob, document = Client(100), Client(200), MenuDocument()
    typed = ann.type("soup")
    bob.doc.apply_update(typed)
    erased = bob.erase(0, 2)
    assert take(document, erased) == Gap()
    assert take(document, erased, answer=True) == Applied(True, [])
    assert len(document.pending) == 1
    take(document, typed)
    assert text_of(document) == "up" and not document.pending


def test_an_overwrite_that_waits_is_not_lost() -> None:
    ann, bob, document = Client(100), Client(200), MenuDocument()
    first = ann.set("price", 900)
    bob.doc.apply_update(first)
    second = bob.set("price", 950)  # names ann's item as its origin, and deletes it
    assert take(document, second) == Gap()
    take(document, second, answer=True)
    take(document, first)
    assert map_of(document) == {"price": 950} == dict(bob.doc.get("m", type=Map))


def test_what_waited_below_a_hole_is_retried_although_the_engine_forgets_it() -> None:
    ann, bob, document = Client(100), Client(200), MenuDocument()
    first, second = ann.set("price", 900), ann.set("name", "soup")
    bob.doc.apply_update(first)
    overwrite = bob.set("price", 950)
    alone: Doc[Any] = Doc()
    for update in (overwrite, second, first):
        alone.apply_update(update)
        take(document, update, answer=True)
    # The old price is deleted, the new one still waits: a price is gone. Not so here.
    assert dict(alone.get("m", type=Map)) == {"name": "soup"}
    assert map_of(document) == {"price": 950, "name": "soup"} and not document.pending
    assert document.clocks == {100: 2, 200: 1} == held(document)


def test_a_live_update_may_delete_what_it_brings_itself() -> None:
    ann, document = Client(100), MenuDocument()

    def type_and_erase(doc: Doc[Any]) -> None:
        doc.get("t", type=Text).insert(0, "soup")
        del doc.get("t", type=Text)[0:2]

    assert take(document, ann.edit(type_and_erase)).__class__ is Applied
    assert text_of(document) == "up"


CIRCLE = bytes((2, 1, 1, 0, 0x84, 2, 0, 1, 97, 1, 2, 0, 0x84, 1, 0, 1, 98, 0))


def test_ids_that_need_each_other_in_a_circle_count_as_waiting_and_not_as_held() -> None:
    document = MenuDocument()
    take(document, CIRCLE)
    assert document.clocks == {} == held(document)
    assert [waiting.data for waiting in document.pending] == [CIRCLE]
    assert document.holds(read_update(CIRCLE))


def test_a_circle_that_is_refused_leaves_the_clocks_at_what_is_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(document_module, "PENDING_LIMIT_UPDATES", 0)
    document = MenuDocument()
    with pytest.raises(BadUpdate) as raised:
        take(document, CIRCLE)
    assert raised.value.reason == "too_much_pending"
    assert document.clocks == {} == held(document)


def test_duplicates_change_nothing() -> None:
    ann, document = Client(100), MenuDocument()
    updates = [ann.type("soup"), ann.erase(1, 3), ann.set("a", 1), ann.drop("a")]
    for update in updates:
        assert take(document, update) == Applied(True, read_update(update).blocks)
    version, digest = document.version, document.digest()
    for update in (*updates, ann.doc.get_update(), merge_updates(*updates), b"\x00\x00"):
        for answer in (False, True):
            assert take(document, update, answer=answer) == Applied(
                False, read_update(update).blocks
            )
    assert (document.version, document.digest()) == (version, digest)


def test_what_waits_and_comes_again_in_other_bytes_is_no_news() -> None:
    # A client that holds pending structs sends them back in every SyncStep2, around a delete set
    # that grows: kept each time, they would reach the limit and lock everybody out.
    ann, bob, document = Client(100), Client(200), MenuDocument()
    take(document, ann.type("soup"))
    _lost, waits = bob.set("x", 1), bob.set("y", 2)
    take(document, waits, answer=True)
    for _ in range(200):
        erased = ann.erase(0, 1)
        take(document, erased)
        again = merge_updates(ann.doc.get_update(), waits)
        assert take(document, again, answer=True) == Applied(False, read_update(again).blocks)
        take(document, ann.type("s"))
    assert [part.data for part in document.pending] == [waits]


def test_holds_looks_at_blocks_and_deletes() -> None:
    ann, document = Client(100), MenuDocument()
    typed, erased, after = ann.type("soup"), ann.erase(0, 2), ann.set("a", 1)
    take(document, typed)
    assert document.holds(read_update(typed))
    assert not document.holds(read_update(erased)), "state vectors do not see deletes"
    assert not document.holds(read_update(after))
    take(document, erased)
    assert document.holds(read_update(erased)) and document.holds(read_update(b"\x00\x00"))
    assert document.holds(document.outline())


def test_missing_since_brings_what_came_later_and_every_delete() -> None:
    ann, document = Client(100), MenuDocument()
    typed = ann.type("soup")
    take(document, typed)
    before = dict(document.clocks)
    take(document, ann.erase(0, 2))
    take(document, ann.type("!"))
    slow: Doc[Any] = Doc()
    slow.apply_update(typed)
    slow.apply_update(document.missing_since(before))
    assert str(slow.get("t", type=Text)) == text_of(document) == "!up"
    assert read_update(document.missing_since(dict(document.clocks))).blocks == []


def test_missing_for_a_newcomer_is_everything_and_garbage_is_refused() -> None:
    ann, document = Client(100), MenuDocument()
    take(document, ann.type("soup"))
    assert document.missing_for(b"\x00") == document.full_state()
    assert document.missing_for(write_state_vector({100: 4})) == b"\x00\x00"
    with pytest.raises(BadStateVector):
        document.missing_for(b"\x01")


def test_digests_are_equal_exactly_when_documents_are() -> None:
    ann, bob = Client(100), Client(200)
    typed = ann.type("soup")
    bob.doc.apply_update(typed)
    erased, more = ann.erase(0, 1), bob.type("x")
    one, two = MenuDocument(), MenuDocument()
    for update in (typed, erased, more):
        take(one, update)
    take(two, typed)
    take(two, more)
    assert one.digest() != two.digest(), "only a delete is missing"
    take(two, erased)
    assert one.digest() == two.digest() and one.state_vector() == two.state_vector()


def test_what_waits_for_a_container_that_turns_out_to_be_a_text_does_not_break_the_document() -> (
    None
):
    document, ann = MenuDocument(), Client(2)
    in_missing = b"\x01\x01\x01\x00" + b"\x28\x00\x02\x00\x01k\x01" + b"\x7d\x05" + b"\x00"
    assert take(document, in_missing) == Gap()
    assert take(document, in_missing, answer=True) == Applied(True, [(1, 0, 1)])
    take(document, ann.type("soup"))
    take(document, ann.type("!"))
    assert text_of(document) == "!soup" and document.clocks[2] == 5


def test_two_answers_that_each_lack_what_the_other_brings_are_taken_together() -> None:
    ann, bob = Client(2), Client(3)
    first = ann.type("soup")
    nested = ann.edit(lambda doc: doc.get("m", type=Map).__setitem__("x", Map({"a": 1})))
    typed, after = bob.type("hot "), bob.set("y", 1)
    one, two = merge_updates(first, nested, after), merge_updates(typed, after, nested)
    for answers in ((one, two), (two, one)):
        document = MenuDocument()
        for answer in answers:
            assert take(document, answer, answer=True).__class__ is Applied
        assert document.engine().get("m", type=Map).to_py() == {"x": {"a": 1}, "y": 1}
        assert not document.pending and document.clocks == held(document)


def test_what_waits_for_its_container_arrives_with_it() -> None:
    document, ann = MenuDocument(), Client(2)
    outer = ann.edit(lambda doc: doc.get("m", type=Map).__setitem__("x", Map({"a": 1})))
    inner = ann.edit(lambda doc: doc.get("m", type=Map)["x"].__setitem__("b", 2))
    take(document, inner, answer=True)
    take(document, outer)
    assert document.engine().get("m", type=Map).to_py() == {"x": {"a": 1, "b": 2}}
    assert not document.pending


def test_our_own_edits_come_back_as_one_update_or_none() -> None:
    document, peer = MenuDocument(client_id=7), Doc[Any]()
    update = document.changed_by(lambda doc: doc.get("m", type=Map).update({"a": 1, "b": 2}))
    assert update is not None and document.clocks == {7: 2}
    peer.apply_update(update)
    assert dict(peer.get("m", type=Map)) == map_of(document)
    assert document.changed_by(lambda doc: None) is None
    version = document.version
    gone = document.changed_by(lambda doc: doc.get("m", type=Map).__delitem__("a"))
    assert gone is not None and read_update(gone).deletes and document.version == version + 1
    assert document.holds(read_update(gone)) and document.holds(read_update(update))


class PanicException(BaseException):
    """Named like the engine's own, which cannot be imported."""


class _Broken:
    """An engine whose every call ends as the test wants."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def _raise(self, *arguments: object) -> None:
        raise self.error

    apply_update = get_update = get_state = _raise


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (PanicException("rust"), EngineFailed),
        (RuntimeError("Cannot apply update"), EngineFailed),
        (ValueError("Cannot decode update"), BadUpdate),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
def test_what_the_engine_raises_leaves_as_an_error_of_ours(
    monkeypatch: pytest.MonkeyPatch, raised: BaseException, expected: type[BaseException]
) -> None:
    document = MenuDocument()
    update = Client(100).type("soup")
    monkeypatch.setattr(document._engine, "doc", _Broken(raised))
    with pytest.raises(expected):
        take(document, update)
    with pytest.raises(expected):
        document.full_state()
    assert document.clocks == {}


def test_a_panic_in_our_own_edit_or_at_its_commit_is_engine_failed() -> None:
    def panic(doc: Doc[Any]) -> None:
        raise PanicException("rust")

    with pytest.raises(EngineFailed):
        MenuDocument().changed_by(panic)
    with pytest.raises(EngineFailed):  # a real one: the engine knows no integer so large
        MenuDocument().changed_by(lambda doc: doc.get("m", type=Map).__setitem__("k", 10**30))


def test_the_real_panic_of_a_struct_of_no_length_is_stopped_by_the_check() -> None:
    document = MenuDocument()
    take(document, Client(1).set("k", 1))
    with pytest.raises(BadUpdate):
        take(document, bytes.fromhex("010107012801016d016b0000"))


def in_parent(parent: tuple[int, int], *structs: bytes) -> bytes:
    """Client 9 sets a key inside `parent`, after its own `structs`."""
    item = bytes((0x24, 0, *parent, 1)) + b"k" + b"\x01z"
    return bytes((1, len(structs) + 1, 9, 0)) + b"".join(structs) + item + b"\x00"


@pytest.mark.parametrize("is_answer", [False, True])
def test_an_item_inside_a_text_is_refused_before_the_engine_gives_up(is_answer: bool) -> None:
    document = MenuDocument()
    take(document, Client(7).type("a"))
    for update in (in_parent((7, 0)), in_parent((9, 0), b"\x04\x01\x01t\x01a")):
        with pytest.raises(BadUpdate) as caught:
            take(document, update, answer=is_answer)
        assert caught.value.reason == "bad_parent"
    assert document.clocks == {7: 1}


def test_an_item_inside_a_type_that_is_gone_is_taken() -> None:
    author, late = Client(7), Client(9)
    made = author.set("dish", Map())
    late.doc.apply_update(made)
    dish = late.doc.get("m", type=Map)["dish"]
    inside = late.edit(lambda doc: dish.__setitem__("name", "Ramen"))
    document = MenuDocument()
    for update in (made, author.drop("dish"), inside):
        assert take(document, update) == Applied(True, read_update(update).blocks)
    stored = MenuDocument()  # where the snapshot no longer says that it was a type
    take(stored, document.full_state())
    later = late.edit(lambda doc: dish.__setitem__("name", "Pho"))
    assert isinstance(take(stored, later), Applied)
    in_gone = in_parent((9, 0), b"\x00\x01")
    assert take(MenuDocument(), in_gone) == Applied(True, [(9, 0, 2)])


def test_what_waits_inside_a_missing_container_locks_nobody_out() -> None:
    # The engine would fail on whoever brings something else under the id of the container.
    document, victim = MenuDocument(), Client(7)
    take(document, victim.type("a"))
    forged = in_parent((7, 1))
    assert take(document, forged, answer=True) == Applied(True, [(9, 0, 1)])
    assert take(document, victim.type("b", 1)) == Applied(True, [(7, 1, 2)])
    assert document.pending == [] and 9 not in document.clocks, "it can never be right"


def test_what_waits_inside_a_missing_container_is_there_once_the_container_is() -> None:
    author, late = Client(7), Client(9)
    made = author.set("dish", Map())
    late.doc.apply_update(made)
    dish = late.doc.get("m", type=Map)["dish"]
    inside = late.edit(lambda doc: dish.__setitem__("name", "Ramen"))
    document = MenuDocument()
    assert take(document, inside, answer=True) == Applied(True, [(9, 0, 1)])
    assert [waiting.data for waiting in document.pending] == [inside]
    take(document, made)
    assert document.pending == [] and document.clocks == {7: 1, 9: 1}
    reader: Doc[Any] = Doc()
    reader.apply_update(document.full_state())
    assert reader.get("m", type=Map).to_py() == {"dish": {"name": "Ramen"}}


def test_a_type_that_comes_with_its_content_and_waits_locks_nobody_out() -> None:
    # A new map at (7, 1) in a missing list, with a key inside; then client 7 types at that clock.
    document, victim = MenuDocument(), Client(7)
    take(document, victim.type("a"))
    new_map = b"\x01" + b"\x07\x01" + bytes((0x27, 0, 8, 5, 1)) + b"k\x01"
    child = b"\x01" + b"\x09\x00" + bytes((0x24, 0, 7, 1, 1)) + b"k\x01z"
    take(document, b"\x02" + child + new_map + b"\x00", answer=True)
    assert take(document, victim.type("b", 1)) == Applied(True, [(7, 1, 2)])


def test_a_document_grows_to_its_limit_and_shrinks_again() -> None:
    ann, document = Client(100), MenuDocument(limit_bytes=1000)
    with pytest.raises(TooLarge) as raised:
        for _ in range(200):
            take(document, ann.type("x" * 50))
    assert raised.value.reason == "document_full"
    assert 900 < len(document.full_state()) <= 1000
    size = len(text_of(document))
    refused = ann.doc.get_update(document.state_vector())
    # Deleting is never refused, and makes room: what was deleted is not kept.
    other = Client(200)
    other.doc.apply_update(document.full_state())
    take(document, other.erase(0, size))
    take(document, refused)
    assert text_of(document) == "x" * 50


def test_many_overwrites_of_one_key_do_not_reach_the_limit() -> None:
    ann, document = Client(100), MenuDocument(limit_bytes=1000)
    for price in range(1000):
        take(document, ann.set("price", price))
    assert map_of(document) == {"price": 999}


def test_what_waits_counts_towards_the_limit_and_is_bounded() -> None:
    bob, document = Client(200), MenuDocument(limit_bytes=1000)
    updates = [bob.type("y" * 50) for _ in range(200)]
    with pytest.raises(TooLarge):
        for update in updates[1:]:
            take(document, update, answer=True)
    document = MenuDocument()
    with pytest.raises(BadUpdate) as raised:
        for update in updates[1:]:
            take(document, update, answer=True)
    assert raised.value.reason == "too_much_pending"
    assert len(document.pending) == document_module.PENDING_LIMIT_UPDATES
    take(document, merge_updates(*updates))
    assert not document.pending and len(text_of(document)) == 200 * 50


def test_nesting_that_grows_by_one_level_per_update_is_stopped() -> None:
    document = MenuDocument()
    client = write_var_uint(5)
    # clock 0: a map in root "r" under "k"; clock n: a map in the map of clock n - 1.
    update = b"\x01\x01" + client + b"\x00" + b"\x27\x01\x01r\x01k\x01" + b"\x00"
    take(document, update)
    with pytest.raises(BadUpdate) as raised:
        for clock in range(1, 100):
            parent = b"\x00" + client + write_var_uint(clock - 1)
            body = b"\x27" + parent + b"\x01k\x01"
            take(document, b"\x01\x01" + client + write_var_uint(clock) + body + b"\x00")
    assert raised.value.reason == "too_deep"
    assert 20 < document.clocks[5] < 40


def test_more_delete_ranges_than_one_update_may_have_can_be_read_back() -> None:
    # Two admitted updates; the check of a third party's update must not judge our own state.
    ann, document = Client(9), MenuDocument()
    take(document, ann.type("x" * 120_000))

    def every_other(start: int) -> bytes:
        ranges = b"".join(write_var_uint(start + 2 * n) + b"\x01" for n in range(30_000))
        return b"\x00\x01\x09" + write_var_uint(30_000) + ranges

    for start in (0, 60_000):
        assert take(document, every_other(start)) == Applied(True, [])
    assert len(document.outline().deletes) == 60_000
    assert document.holds(document.outline()) and document.digest()


def test_a_document_is_empty_until_something_arrives() -> None:
    ann, document = Client(100), MenuDocument()
    assert document.is_empty
    take(document, b"\x00\x00")
    assert document.is_empty
    ann.set("a", 1)
    take(document, ann.set("b", 2), answer=True)
    assert not document.is_empty, "what waits is something"


def test_dropped_documents_are_freed() -> None:
    ann = Client(100)
    updates = [ann.type("soup"), ann.erase(0, 1), ann.set("a", 1)]

    def used() -> weakref.ref[Any]:
        document = MenuDocument()
        for update in updates:
            take(document, update)
        document.changed_by(lambda doc: doc.get("m", type=Map).__setitem__("b", 1))
        document.holds(document.outline())
        document.digest()
        return weakref.ref(document.engine())

    references = [used() for _ in range(200)]
    gc.collect()
    assert not any(reference() for reference in references)


# -- what was deleted -------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 20), st.integers(1, 5)), max_size=40))
def test_deleted_text_is_followed_update_by_update(steps):
    clients = [Client(100), Client(200)]
    document = MenuDocument(client_id=300)
    take(document, clients[0].type("a first text"))
    document.deleted()  # from here on it is followed
    for kind, at, length in steps:
        client = clients[kind % 2]
        client.doc.apply_update(document.full_state())
        text = client.doc.get("t", type=Text)
        here = min(at, len(text))
        match kind:
            case 0 | 1:
                take(document, client.type("x" * length, here))
            case 2 | 3 if here < len(text):
                take(document, client.erase(here, min(here + length, len(text))))
            case 4 if len(text_of(document)) > 0:
                document.changed_by(lambda doc: doc.get("t", type=Text).__delitem__(0))
    again = MenuDocument()
    take(again, document.full_state(), answer=True)
    assert document.deleted() == again.deleted()


def test_deletes_that_waited_are_not_forgotten() -> None:
    ann, document = Client(100), MenuDocument()
    take(document, ann.type("soup"))
    document.deleted()
    late = ann.type("hot ")
    gone = ann.erase(0, 2)
    take(document, gone, answer=True)
    assert document.pending
    take(document, late)
    assert list(document.deleted()) == [(100, 4, 6)]


def test_what_lies_behind_a_hole_waits_for_it_as_it_does_in_a_browser() -> None:
    # Two writes of one key by one client, neither of which names the other: the order of arrival
    # must not decide.
    client: Doc[Any] = Doc(client_id=5)
    made: list[bytes] = []
    watching = client.observe(lambda event: made.append(event.update))
    client.get("m", type=Map)["k"] = 1
    first = made.pop()
    other: Doc[Any] = Doc(client_id=5)
    watched = other.observe(lambda event: made.append(event.update))
    other.get("m", type=Map)["k"] = 2
    client.unobserve(watching)
    other.unobserve(watched)
    second = made.pop()
    assert second[3] == 0
    second = second[:3] + b"\x01" + second[4:]  # the clock
    in_order, late = MenuDocument(), MenuDocument()
    for document, updates in ((in_order, (first, second)), (late, (second, first))):
        for update in updates:
            document.receive(update, read_update(update), answers_step1=True)
    assert late.full_state() == in_order.full_state() and not late.pending
    assert late.engine().get("m", type=Map).to_py() == in_order.engine().get("m", type=Map).to_py()


def test_answers_that_bring_different_neighbours_of_what_waits_are_both_taken() -> None:
    # The second one was refused as "too deep", and so was its sender at every connection.
    first, unseen, second = Client(100), Client(300), Client(200)
    hole, before, word = first.set("size", "S"), first.set("price", 1), unseen.type("soup")
    for update in (hole, before, word):
        second.doc.apply_update(update)
    after = [second.type("x", at=4), second.set("price", 2), second.set("unit", "kg")]

    document = MenuDocument()
    for answer in ([before, *after[:2]], after):
        assert isinstance(take(document, merge_updates(*answer), answer=True), Applied)
    for update in (hole, before, word):
        take(document, update)
    assert not document.pending
    assert (text_of(document), map_of(document)) == (
        "soupx",
        {"size": "S", "price": 2, "unit": "kg"},
    )
