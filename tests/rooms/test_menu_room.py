"""One room with real documents on its seats: what is shown, saved, acknowledged, and when."""

from __future__ import annotations

from typing import Any

import pytest
from pycrdt import Doc, Map, Text

from collab.documents.document import MenuDocument
from collab.documents.rebuild import rebuild
from collab.errors import (
    DocumentGone,
    EngineFailed,
    EpochChanged,
    StoreError,
    StructureRefused,
    TooLarge,
)
from collab.identity import Access
from collab.updates.admission import read_update
from collab.wire import messages
from collab.wire.messages import AwarenessEntry
from rooms.client_ids import ClientIds
from rooms.menu_room import KEEPALIVE_OWED_SECONDS, KEEPALIVE_SECONDS
from rooms.questions import ASK_AGAIN_SECONDS

APPLIED, REFUSED = b"\x08\x01", b"\x08\x00"
SYNC_STEP1, SYNC_STEP2 = b"\x00\x00", b"\x00\x01"
House = Any


def starting(frames: list[bytes], head: bytes) -> list[bytes]:
    return [frame for frame in frames if frame.startswith(head)]


def state_in(frame: bytes) -> bytes:
    """The update in a SyncStep2."""
    message = messages.decode(frame)
    assert isinstance(message, messages.SyncStep2)
    return message.update


def announce(client: int, clock: int = 0, state: str | None = "{}") -> bytes:
    return messages.encode_awareness([AwarenessEntry(client, clock, state)])


def entries(frame: bytes) -> list[AwarenessEntry]:
    message = messages.decode(frame)
    assert isinstance(message, messages.Awareness)
    return messages.decode_awareness(message.payload, 1000, 65536)


# -- showing, saving, acknowledging ----------------------------------------------------------


def test_an_edit_is_shown_at_the_end_of_the_turn_and_echoed_after_the_commit(house: House) -> None:
    ann, bob = house.meet("ann"), house.meet("bob")
    update = ann.type("soup")
    assert bob.take() == [], "not before the turn ends"
    house.turn()
    assert bob.take() == [messages.update(update)]
    assert ann.take() == [], "its echo is an acknowledgement"
    house.pass_seconds(1)
    assert ann.take() == []
    house.journal.commit()
    assert ann.take() == [messages.update(update)] and bob.take() == []
    assert [row.data for row in house.log.rows["lunch"]] == [update]


def test_raw_bytes_are_journaled_with_their_author(house: House) -> None:
    ann, bob = house.meet("ann"), house.meet("bob", hocuspocus=True)
    updates = [ann.type("soup"), bob.set("price", 9), ann.type("!")]
    house.settle(ann, bob)
    rows = house.log.rows["lunch"]
    assert [row.data for row in rows] == updates
    assert [row.user_id for row in rows] == ["ann", "bob", "ann"]
    assert {row.session_id for row in rows} == {ann.seat.session_id, bob.seat.session_id}


def test_hocuspocus_counts_one_status_for_each_update_after_the_commit(house: House) -> None:
    ann = house.meet("ann", hocuspocus=True)
    for _ in range(3):
        ann.type("x")
    house.turn()
    assert ann.take() == []
    house.journal.commit()
    assert ann.take() == [APPLIED] * 3
    assert house.meter.counts["acknowledged"] == 3


def test_a_duplicate_is_acknowledged_only_after_the_position_it_met(house: House) -> None:
    ann = house.meet("ann", hocuspocus=True)
    update = ann.type("soup")
    house.turn()
    # It drops and comes back before the commit, with the same edit.
    house.room.leave(ann.seat)
    again = house.sit("ann", hocuspocus=True, doc=ann.doc)
    again.take()
    house.room.receive(again.seat, update)
    house.turn()
    assert again.take() == []
    house.journal.commit()
    assert again.take() == [APPLIED] and ann.take() == []


def test_a_no_op_is_acknowledged_but_neither_journaled_nor_shown(house: House) -> None:
    ann, bob = house.meet("ann"), house.meet("bob", hocuspocus=True)
    ann.type("soup")
    ann.room.receive(ann.seat, ann.edit(lambda doc: doc.get("t", type=Text).__delitem__(0)))
    house.settle(ann, bob)
    rows, ann_edits = len(house.log.rows["lunch"]), len(house.edits)
    full = bob.doc.get_update()
    for _ in range(3):
        house.room.receive(bob.seat, full)  # carries the whole delete set
    house.turn()
    assert bob.take() == [APPLIED] * 3, "durable already, so at once"
    assert ann.take() == [] and len(house.log.rows["lunch"]) == rows
    assert len(house.edits) == ann_edits and not house.journal.waiting


def test_an_acknowledgement_never_overtakes_an_earlier_broadcast(house: House) -> None:
    ann, bob = house.meet("ann"), house.meet("bob")
    mine = ann.type("A")
    house.turn()
    theirs = bob.type("B")  # applied, not shown yet, when the commit ends
    house.journal.commit()
    assert ann.take() == [], "the turn is about to end, and the acknowledgement waits for it"
    house.turn()
    assert ann.take() == [messages.update(theirs), messages.update(mine)]


def test_acknowledgements_of_one_commit_come_in_order_and_later_ones_wait(house: House) -> None:
    ann = house.meet("ann")
    first = ann.type("1")
    house.turn()
    second = ann.type("2")
    house.turn()
    house.journal.commit(1)
    assert ann.take() == [messages.update(first)]
    house.journal.commit(1)
    assert ann.take() == [messages.update(second)]


def test_an_answer_to_our_question_is_echoed_as_an_update(house: House) -> None:
    doc: Doc[Any] = Doc(client_id=7)
    doc.get("t", type=Text).insert(0, "offline")
    ann = house.sit("ann", doc=doc)
    house.room.ask(ann.seat)
    house.settle(ann)
    assert ann.acknowledged == [doc.get_update()]
    assert str(house.room.document.engine().get("t", type=Text)) == "offline"


def test_an_answer_nobody_asked_for_is_taken_and_not_counted(house: House) -> None:
    # Hocuspocus answers a SyncStep1 of its last socket over the new one.
    ann = house.meet("ann", hocuspocus=True)
    ann.doc.get("text", type=Text).insert(0, "soup")
    house.room.receive(ann.seat, ann.doc.get_update(), answers_step1=True)
    house.turn()
    house.journal.commit()
    house.turn()
    assert APPLIED not in ann.take()
    assert len(house.log.rows["lunch"]) == 1


def test_the_first_answer_to_hocuspocus_is_counted_and_a_later_one_is_not(house: House) -> None:
    ann = house.sit("ann", hocuspocus=True)
    house.room.ask(ann.seat, counts=True)
    house.settle(ann)
    assert ann.frames.count(APPLIED) == 1
    ann.frames.clear()
    house.room.ask(ann.seat)
    house.settle(ann)
    assert ann.frames.count(APPLIED) == 0


def test_an_update_too_large_leaves_nothing_behind(house: House) -> None:
    room = house.open(MenuDocument(limit_bytes=500))
    ann = house.meet("ann")
    with pytest.raises(TooLarge):
        ann.type("x" * 600)
    house.settle()
    assert house.log.rows["lunch"] == [] and room.document.is_empty


# -- answers to SyncStep1 --------------------------------------------------------------------


def test_a_newcomer_is_answered_at_once_and_a_returning_client_after_the_commit(
    house: House,
) -> None:
    ann = house.meet("ann")
    ann.type("soup")
    house.turn()
    bob = house.sit("bob")
    bob.take()
    house.room.answer(bob.seat, b"\x00")
    assert starting(bob.take(), SYNC_STEP2)

    house.room.leave(ann.seat)
    again = house.sit("ann", doc=ann.doc)
    again.take()
    again.step1()
    house.turn()
    assert again.take() == [], "its own structs in the answer would confirm them"
    house.journal.commit()
    (answer,) = again.take()
    assert read_update(state_in(answer)).blocks


def test_an_answer_covers_the_turn_in_which_it_was_asked(house: House) -> None:
    ann = house.meet("ann")
    ann.type("soup")
    ann.step1()  # in the same turn
    assert ann.take() == []
    house.turn()
    assert ann.take() == []
    house.journal.commit()
    assert len(starting(ann.take(), SYNC_STEP2)) == 1


def test_asking_a_hundred_times_before_the_commit_gets_one_answer(house: House) -> None:
    ann = house.meet("ann")
    ann.type("soup")
    for _ in range(100):
        ann.step1()
    house.settle()
    assert len(starting(ann.take(), SYNC_STEP2)) == 1
    ann.step1()
    house.settle()
    assert len(starting(ann.take(), SYNC_STEP2)) == 1, "and later ones again"


def test_a_large_document_is_answered_with_what_is_missing(house: House) -> None:
    ann = house.meet("ann", limit_bytes=10**7)
    ann.type("x" * 300_000)
    house.settle(ann)
    ann.step1()
    house.settle()
    assert len(b"".join(ann.take())) < 100


# -- gaps ------------------------------------------------------------------------------------


def lose(peer: Any, key: str) -> None:
    """An edit that never arrives."""
    peer.edit(lambda doc: doc.get("m", type=Map).__setitem__(key, key))


def test_a_gap_is_asked_about_once_and_its_acknowledgements_come_with_the_healing(
    house: House,
) -> None:
    ann, bob = house.meet("ann", hocuspocus=True), house.meet("bob")
    ann.set("a", 1)
    lose(ann, "b")
    for key in "cde":
        ann.set(key, 1)
    house.turn()
    house.journal.commit()
    frames = ann.take()
    assert len(starting(frames, SYNC_STEP1)) == 1 and frames.count(APPLIED) == 1
    assert bob.read() and bob.map == {"a": 1}

    house.pass_seconds(ASK_AGAIN_SECONDS)
    ann.set("f", 1)
    assert len(starting(ann.take(), SYNC_STEP1)) == 1, "once more after a long silence"

    room = house.room
    state_vector = room.document.state_vector()
    room.receive(ann.seat, ann.doc.get_update(state_vector), answers_step1=True)
    house.turn()
    assert APPLIED not in ann.take(), "not before it is on disk"
    house.journal.commit()
    assert ann.take() == [APPLIED] * 4
    bob.read()
    assert bob.map == ann.map and not room.document.pending


def test_a_newcomer_heals_together_with_the_room(house: House) -> None:
    ann, bob = house.meet("ann"), house.meet("bob")
    ann.type("a")
    house.settle(ann, bob)
    lost = ann.edit(lambda doc: doc.get("t", type=Text).insert(1, "b"))
    waits = ann.edit(lambda doc: doc.get("t", type=Text).insert(2, "c"))
    house.room.receive(bob.seat, waits, answers_step1=True)  # bob lacks it as well
    house.settle(bob)
    # The engine's own encoding leaves out what waits, and nobody will send it a second time.
    assert read_update(house.room.document.full_state()).blocks == [(ann.doc.client_id, 0, 1)]
    new = house.meet("carl")
    dora = house.meet("dora")
    dora.set("d", 1)
    house.settle(dora)
    house.room.leave(dora.seat)
    again = house.meet("dora", doc=Doc(client_id=dora.doc.client_id))
    again.doc.apply_update(dora.doc.get_update())
    returning = house.sit("dora", doc=Doc(client_id=77))
    returning.doc.get("m", type=Map)["e"] = 1
    returning.step1()
    house.settle(returning)
    house.room.receive(ann.seat, lost)
    house.settle(ann, bob, new, again, returning)
    assert [peer.text for peer in (ann, bob, new, again, returning)] == ["abc"] * 5


# -- client ids ------------------------------------------------------------------------------


def test_what_somebody_else_delivers_in_my_name_reaches_me_after_the_commit(house: House) -> None:
    ann, bob, carl = house.meet("ann"), house.meet("bob"), house.meet("carl")
    house.room.hear(ann.seat, announce(ann.doc.client_id))
    house.turn()
    for peer in (ann, bob, carl):
        peer.take()
    update = ann.edit(lambda doc: doc.get("t", type=Text).insert(0, "soup"))
    house.room.receive(bob.seat, update)  # y-indexeddb, a second provider, another tab
    house.turn()
    assert carl.take() == [messages.update(update)]
    assert ann.take() == [] and bob.take() == []
    house.journal.commit()
    assert ann.take() == [messages.update(update)] == bob.take() and carl.take() == []


def test_deleted_content_forged_for_a_present_other_is_refused(house: House) -> None:
    ann, eve = house.meet("ann"), house.meet("eve")
    ann.type("hello")
    house.settle(ann, eve)
    forged = bytes((1, 1, ann.doc.client_id, 5, 0, 10, 0))  # a GC of ten at ann's next clock
    with pytest.raises(StructureRefused):
        house.room.receive(eve.seat, forged)
    ann.type(" world")
    house.settle(ann, eve)
    assert str(house.room.document.engine().get("t", type=Text)) == "hello world" == eve.text


def test_what_was_shown_before_a_crash_may_come_back_from_others_first(house: House) -> None:
    ann, bob = house.meet("ann"), house.meet("bob")
    ann.type("hello")
    ann.room.receive(ann.seat, ann.edit(lambda doc: doc.get("t", type=Text).clear()))
    house.settle(ann, bob)
    for peer in (ann, bob):
        house.room.leave(peer.seat)
    house.log.rows["lunch"].clear()  # the process ended before the commit
    house.open()
    ann, bob = (house.sit(name, doc=peer.doc) for name, peer in (("ann", ann), ("bob", bob)))
    house.room.hear(ann.seat, announce(ann.doc.client_id))
    house.room.ask(bob.seat)
    bob.read()  # his answer holds deleted blocks in Ann's name: she is asked first
    assert house.room.document.is_empty and not bob.ended
    house.settle(ann)
    house.pass_seconds(3)
    house.settle(ann, bob)
    assert house.room.document.clocks == {ann.doc.client_id: 5} and not bob.ended


def test_insisting_on_deleted_content_of_a_present_other_is_refused(house: House) -> None:
    ann, eve = house.meet("ann"), house.meet("eve")
    ann.type("hello")
    house.settle(ann, eve)
    forged = bytes((1, 1, ann.doc.client_id, 5, 0, 10, 0))
    house.room.receive(eve.seat, forged, answers_step1=True)
    assert house.room.document.clocks[ann.doc.client_id] == 5
    with pytest.raises(StructureRefused):
        house.room.receive(eve.seat, forged, answers_step1=True)


def test_deleted_content_of_absent_or_own_ids_is_taken(house: House) -> None:
    ann, eve = house.meet("ann"), house.meet("eve")
    ann.type("hello")
    house.settle(ann, eve)
    collected = bytes((1, 1, ann.doc.client_id, 5, 0, 10, 0))
    house.room.leave(ann.seat)
    house.room.receive(eve.seat, collected)
    assert house.room.document.clocks[ann.doc.client_id] == 15


def test_an_echo_of_somebody_elses_presence_binds_nothing(house: House) -> None:
    ann = house.meet("ann")
    two = messages.encode_awareness(
        [AwarenessEntry(ann.doc.client_id, 0, "{}"), AwarenessEntry(999, 0, "{}")]
    )
    house.room.hear(ann.seat, two)  # two ids in one message: not bound yet
    eve = house.meet("eve")
    house.room.hear(eve.seat, announce(ann.doc.client_id))  # the echo of a stock client
    assert eve.seat.client_ids == set()
    collected = bytes((1, 1, ann.doc.client_id, 0, 0, 10, 0))
    house.room.receive(ann.seat, collected)  # ann may speak for herself


def test_who_first_used_a_client_id_is_saved_with_the_edit(house: House) -> None:
    ann = house.meet("ann")
    ann.type("soup")
    ann.type("!")
    house.turn()
    (_, updates, _) = house.journal.waiting[0]
    assert updates.client_ids == ((ann.doc.client_id, "ann"),)
    house.journal.commit()
    ann.type("?")
    house.turn()
    assert house.journal.waiting[0][1].client_ids == ()


# -- readers ---------------------------------------------------------------------------------


def test_a_readers_bytes_are_never_applied_and_it_is_told_so(house: House) -> None:
    ann = house.meet("ann")
    reader = house.meet("rita", access=Access.READ, hocuspocus=True)
    mute = house.meet("rob", access=Access.READ)
    ann.type("soup")
    house.settle(ann, reader, mute)
    digest = house.room.document.digest()
    for peer in (reader, mute):
        peer.frames.clear()
        house.room.ask(peer.seat, counts=True)
        peer.take()
        peer.set("evil", 1)
        full = peer.doc.get_update()
        house.room.receive(peer.seat, full, answers_step1=True)
    house.settle(ann)
    assert reader.take() == [REFUSED, REFUSED] and mute.take() == []
    assert house.room.document.digest() == digest and len(house.log.rows["lunch"]) == 1
    assert house.meter.reasons["read_only"] == 4 and not reader.ended


def test_a_reader_that_brings_nothing_new_is_acknowledged_after_the_commit(house: House) -> None:
    ann = house.meet("ann")
    reader = house.meet("rita", access=Access.READ, hocuspocus=True)
    ann.type("soup")
    ann.room.receive(ann.seat, ann.edit(lambda doc: doc.get("t", type=Text).__delitem__(0)))
    house.turn()
    for frame in reader.take():
        reader._act(frame)
    house.room.receive(reader.seat, reader.doc.get_update())
    house.turn()
    assert reader.take() == []
    house.journal.commit()
    assert reader.take() == [APPLIED]


def test_a_readers_delete_is_refused_although_no_clock_shows_it(house: House) -> None:
    ann = house.meet("ann")
    reader = house.meet("rita", access=Access.READ, hocuspocus=True)
    ann.type("soup")
    house.settle(ann, reader)
    delete = reader.edit(lambda doc: doc.get("t", type=Text).__delitem__(0))
    house.room.receive(reader.seat, delete)
    assert reader.take() == [REFUSED]


# -- slow readers ----------------------------------------------------------------------------


def test_a_slow_reader_is_dropped_and_caught_up_with_one_answer(house: House) -> None:
    ann, slow = house.meet("ann"), house.meet("slow")
    ann.type("start ")
    house.settle(ann, slow)
    slow.wire.buffered = 5000  # above its limit of 1024
    for _ in range(500):
        ann.type("x")
        ann.room.receive(ann.seat, ann.edit(lambda doc: doc.get("t", type=Text).__delitem__(0)))
        house.settle(ann)
    house.room.hear(ann.seat, announce(ann.doc.client_id))
    house.settle(ann)
    assert slow.take() == [] and slow.seat.behind is not None

    slow.wire.buffered = 600  # below the limit, but not well below
    house.pass_seconds(1)
    assert slow.take() == []
    slow.wire.buffered = 0
    house.pass_seconds(0.5)
    house.settle(ann)
    frames = slow.take()
    assert [frame[:2] for frame in frames[:1]] == [SYNC_STEP2] and len(frames) == 2
    assert [entry.client for entry in entries(frames[1])] == [ann.doc.client_id]
    for frame in frames:
        slow._act(frame)
    assert slow.text == ann.text and slow.doc.get_state() == ann.doc.get_state()
    ann.type("!")
    house.settle(ann, slow)
    assert slow.text == ann.text and slow.seat.behind is None


def test_catching_up_never_shows_a_client_its_own_unsaved_edit(house: House) -> None:
    ann, bob = house.meet("ann"), house.meet("bob")
    ann.type("soup")
    house.settle(ann, bob)
    ann.wire.buffered = 5000
    bob.type("x")
    house.settle(bob)
    ann.wire.buffered = 0
    bob.type("y")
    house.turn()
    house.pass_seconds(0.5)  # the catch-up is promised behind bob's second edit
    mine = ann.edit(lambda doc: doc.get("t", type=Text).insert(0, "mine"))
    house.room.receive(bob.seat, mine)  # delivered by another tab
    house.turn()
    house.journal.commit(1)
    for frame in starting(ann.take(), SYNC_STEP2):
        outline = read_update(state_in(frame))
        assert all(end <= 4 for client, _, end in outline.blocks if client == ann.doc.client_id)


def test_a_reader_without_progress_is_closed_after_thirty_seconds_once(house: House) -> None:
    ann, slow, steady = house.meet("ann"), house.meet("slow"), house.meet("steady")
    slow.wire.buffered = steady.wire.buffered = 50_000
    ann.type("x")
    house.settle(ann)
    for _ in range(29):
        house.pass_seconds(1)
        steady.wire.buffered -= 100
    assert not slow.ended
    house.pass_seconds(5)
    assert [error.reason for error in slow.ended] == ["too_slow"]
    assert not steady.ended, "it reads, only slowly"
    assert slow.seat not in house.room.seats


def test_one_who_only_asks_and_never_reads_is_marked_behind(house: House) -> None:
    ann = house.meet("ann")
    ann.type("x" * 5000)
    house.settle(ann)
    greedy = house.sit("greedy", access=Access.READ)
    greedy.wire.holds = True
    for _ in range(1000):
        if greedy.seat.behind is None:  # what a door looks at before it reads on
            house.room.answer(greedy.seat, b"\x00")
    assert greedy.wire.total < 15_000
    again = house.sit("greedy", doc=ann.doc)
    again.wire.holds = True
    for _ in range(1000):
        if again.seat.behind is None:
            again.step1()
            house.turn()
    assert again.wire.total < 15_000


def test_a_newcomer_with_a_full_buffer_still_gets_every_edit(house: House) -> None:
    ann = house.meet("ann")
    ann.type("x" * 5000)
    house.settle(ann)
    new = house.sit("new")
    new.wire.holds = True
    ann.type("in the same turn")
    house.room.answer(new.seat, b"\x00")
    house.turn()
    ann.type("afterwards")
    house.settle(ann)
    new.wire.buffered, new.wire.holds = 0, False
    house.pass_seconds(0.5)
    house.settle(ann, new)
    assert new.text == ann.text


# -- saving is paused, the engine fails, the document goes -----------------------------------


def test_while_saving_is_paused_nothing_is_taken_and_afterwards_everything_converges(
    house: House,
) -> None:
    ann, bob = house.meet("ann", hocuspocus=True), house.meet("bob")
    first = ann.type("before ")
    house.turn()
    house.journal.pause()
    ann.type("during ")
    bob.read()
    bob.set("price", 9)
    late = house.sit("late")
    house.turn()
    document = house.room.document
    assert str(document.engine().get("t", type=Text)) == "before "
    assert ann.take() == [] and not ann.ended and not bob.ended
    assert ann.notices == ["saving_paused"] == late.notices
    with pytest.raises(StoreError):
        house.room.edit(lambda doc: None, "server")
    house.journal.resume()
    house.room.answer(late.seat, b"\x00")
    house.settle(ann, bob, late)
    assert ann.text == bob.text == late.text == "before during "
    assert ann.map == bob.map == late.map == {"price": 9}
    assert ann.frames.count(APPLIED) == 2 and ann.notices[-1] == "saving_resumed"
    assert house.log.rows["lunch"][0].data == first


def test_a_y_sweet_client_is_not_told_saved_about_what_was_not_taken(house: House) -> None:
    # Another room's commit failed; this one had nothing to save, so its position is on disk.
    ann = house.meet("ann")
    house.journal.pause()
    ann.type("during")
    house.room.send_when_saved(ann.seat, b"\x66\x01\x01")
    house.turn()
    assert ann.take() == []
    house.pass_seconds(KEEPALIVE_OWED_SECONDS)
    assert messages.KEEPALIVE in ann.take(), "its client gives up after 3 s of silence"
    house.journal.resume()
    for frame in ann.take():
        assert frame != b"\x66\x01\x01"
        ann._act(frame)
    house.turn()
    assert b"\x66\x01\x01" not in ann.take()
    house.journal.commit()
    assert ann.take()[-1] == b"\x66\x01\x01"


def test_a_version_is_sent_back_after_everything_before_it_is_on_disk(house: House) -> None:
    ann = house.meet("ann")
    update = ann.type("soup")
    house.room.send_when_saved(ann.seat, b"\x66\x01\x01")
    house.turn()
    assert ann.take() == []
    house.journal.commit()
    assert ann.take() == [messages.update(update), b"\x66\x01\x01"]


def failing(document: MenuDocument, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise EngineFailed("the engine panicked")

    for name in names:
        monkeypatch.setattr(document, name, fail)


def test_an_engine_failure_ends_the_culprit_and_the_others_keep_their_seats(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob, eve = house.meet("ann"), house.meet("bob"), house.meet("eve")
    ann.type("soup")
    failing(house.room.document, monkeypatch, "receive")
    with pytest.raises(EngineFailed):
        eve.type("bomb")
    house.room.leave(eve.seat)
    assert house.broken == [house.room] and house.room.is_holding
    bob.set("price", 9)  # dropped, neither acknowledged nor answered with a close
    house.settle(bob)
    assert bob.acknowledged == [] and not bob.ended
    house.room.replace_document(rebuild(house.log.stored()).document)
    house.settle(ann, bob)
    assert ann.text == bob.text == "soup" and ann.map == {"price": 9}
    assert str(house.room.document.engine().get("t", type=Text)) == "soup"


def test_a_broken_document_answers_nobody_until_it_is_rebuilt(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, eve = house.meet("ann"), house.meet("eve")
    ann.type("soup")
    house.settle(ann, eve)
    failing(house.room.document, monkeypatch, "receive", "missing_since", "full_state")
    with pytest.raises(EngineFailed):
        eve.type("bomb")
    ann.wire.buffered = 5000
    house.room.hear(eve.seat, announce(eve.doc.client_id))
    house.turn()
    ann.wire.buffered = 0
    late = house.sit("late")
    house.room.answer(late.seat, b"\x00")
    house.pass_seconds(2)  # a tick does not touch the broken document either
    assert not starting(late.take(), SYNC_STEP2)
    house.room.replace_document(rebuild(house.log.stored()).document)
    house.pass_seconds(0.5)
    house.settle(ann, late)
    assert late.text == "soup" == ann.text and len(house.broken) == 1


def test_a_document_that_cannot_be_encoded_is_rebuilt(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(house.room.document, monkeypatch, "full_state")
    ann = house.sit("ann")
    with pytest.raises(EngineFailed):
        house.room.answer(ann.seat, b"\x00")
    assert house.broken == [house.room]


def test_a_deleted_document_sends_everybody_away_once(house: House) -> None:
    ann, bob = house.meet("ann"), house.meet("bob")
    ann.type("soup")
    house.turn()
    house.room.lost_document()
    house.room.lost_document()
    for peer in (ann, bob):
        assert [type(error) for error in peer.ended] == [DocumentGone]
    house.journal.commit()
    assert ann.take() == [], "nothing of it is acknowledged"


# -- edits of our own, presence, keepalive ---------------------------------------------------


def test_an_edit_of_the_server_is_shown_to_all_and_saved(house: House) -> None:
    ann = house.meet("ann")
    assert house.room.edit(lambda doc: doc.get("m", type=Map).__setitem__("k", 1), "owner")
    assert not house.room.edit(lambda doc: None, "owner")
    house.settle(ann)
    assert ann.map == {"k": 1}
    (row,) = house.log.rows["lunch"]
    assert (row.user_id, row.session_id) == ("owner", "server") and house.edits == []


def test_an_edit_of_the_server_does_not_overtake_the_turn(house: House) -> None:
    ann, bob = house.meet("ann"), house.meet("bob")
    ann.set("k", "ann")
    house.room.edit(lambda doc: doc.get("m", type=Map).__setitem__("k", "server"), "owner")
    house.settle(ann, bob)
    assert ann.map == bob.map == {"k": "server"}
    assert rebuild(house.log.stored()).document.digest() == house.room.document.digest()


def test_presence_is_shown_coalesced_and_taken_away(house: House) -> None:
    ann, bob = house.meet("ann"), house.meet("bob")
    for clock in range(5):
        house.room.hear(ann.seat, announce(7, clock))
    house.turn()
    (frame,) = bob.take()
    assert [(entry.client, entry.clock) for entry in entries(frame)] == [(7, 4)]
    house.room.hear(ann.seat, announce(7, 5))
    house.turn()
    assert bob.take() == [] and len(house.later) == 1
    house.pass_seconds(0.1, step=0.1)
    assert [entry.clock for entry in entries(bob.take()[0])] == [5]
    late = house.sit("late")
    assert [entry.client for entry in entries(late.take()[0])] == [7]
    house.room.leave(ann.seat)
    house.pass_seconds(4)
    assert [entry.state for entry in entries(bob.take()[0])] == [None]


def test_silence_is_broken_before_stock_clients_give_up(house: House) -> None:
    ann = house.meet("ann")
    house.pass_seconds(KEEPALIVE_SECONDS - 1)
    assert ann.take() == []
    house.pass_seconds(1)
    assert ann.take() == [messages.KEEPALIVE]


def test_a_room_says_when_it_may_be_closed(house: House) -> None:
    ann = house.meet("ann")
    assert house.room.turns.is_settled and not house.room.turns.was_edited
    ann.type("soup")
    assert not house.room.turns.is_settled
    house.turn()
    house.room.leave(ann.seat)
    house.room.leave(ann.seat)
    assert not house.room.turns.is_settled and house.room.turns.was_edited
    house.journal.commit()
    assert house.room.turns.is_settled
    house.room.dispose()
    assert not house.journal.savers


def test_warnings_are_told_to_newcomers(house: House) -> None:
    house.room.warnings.append(("edits_missing", "edits 3 to 4 may be missing"))
    assert house.sit("ann").notices == ["edits_missing"]


def test_a_large_room_gathers_for_a_moment_and_shows_the_first_edit_at_once(house: House) -> None:
    ann, *others = [house.meet(f"user{number}") for number in range(30)]
    first = ann.type("A")
    house.turn()
    assert others[0].take() == [messages.update(first)], "after a pause: in this loop turn"
    second, third = ann.type("B"), ann.type("C")
    house.turn()
    assert others[0].take() == []
    house.pass_seconds(0.006, step=0.006)
    assert others[0].take() == [messages.update(second), messages.update(third)]


def test_a_small_room_shows_every_edit_at_once(house: House) -> None:
    ann, bob = house.meet("ann"), house.meet("bob")
    for text in "AB":
        update = ann.type(text)
        house.turn()
        assert bob.take() == [messages.update(update)]


def test_who_holds_the_document_from_before_it_was_replaced_is_told_so(house: House) -> None:
    old = house.meet("ann")
    old.type("the old history")
    house.ids = ClientIds({}, former=frozenset({old.doc.client_id}))
    house.log.rows["lunch"].clear()
    house.open()
    returning = house.sit("ann", doc=old.doc)
    with pytest.raises(EpochChanged):
        returning.step1()
    with pytest.raises(EpochChanged):
        house.room.receive(returning.seat, old.doc.get_update(), answers_step1=True)
    assert house.room.document.is_empty
    fresh = house.meet("ann")
    fresh.type("the new one")
    house.settle(fresh)
    assert fresh.text == "the new one"
