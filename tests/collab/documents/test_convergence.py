"""Whatever is lost, repeated, reordered, saved or restarted: everybody ends with the same document,
and nothing acknowledged is missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pycrdt import Doc, Map, Text, merge_updates

from collab.documents.document import Gap, MenuDocument
from collab.documents.rebuild import rebuild
from collab.identity import Access, Identity
from collab.records import Document, DocumentKind, DocumentUpdates, LoggedUpdate, StoredDocument
from collab.updates.admission import read_state_vector, read_update
from collab.updates.ranges import IdRanges
from collab.wire import messages
from collab.wire.awareness import AwarenessTable
from rooms.client_ids import ClientIds
from rooms.clock import Clock
from rooms.compaction import snapshot_of
from rooms.menu_room import MenuRoom
from rooms.outbox import Outbox
from rooms.seat import Seat
from rooms.surroundings import Surroundings

NOW = datetime(2026, 1, 2, tzinfo=UTC)
RECORD = Document("lunch", DocumentKind.FREE, "bistro", "Lunch", 1, NOW)
Edit = Callable[[Doc[Any]], None]


def plain(doc: Doc[Any]) -> tuple[dict[str, Any], str, Any]:
    items = doc.get("items", type=Map).to_py()
    return dict(doc.get("m", type=Map)), str(doc.get("t", type=Text)), items


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    kind = draw(
        st.sampled_from(["type", "type", "erase", "set", "set", "drop", "both", "item", "item"])
    )
    where, size = draw(st.integers(0, 50)), draw(st.integers(1, 5))
    key, value = draw(st.sampled_from("abcde")), draw(st.integers(0, 99))
    word = draw(st.sampled_from(["soup", "é", "😀", "e\u0301", "x"]))

    def edit(doc: Doc[Any]) -> None:
        text, fields = doc.get("t", type=Text), doc.get("m", type=Map)
        if kind in ("type", "both"):
            # The engine counts bytes; an index inside a character would insert elsewhere.
            at = len(str(text)[: where % (len(str(text)) + 1)].encode())
            text.insert(at, word)
        if kind == "erase" and str(text):
            start = where % len(str(text))
            head, cut = str(text)[:start].encode(), str(text)[start : start + size].encode()
            del text[len(head) : len(head) + len(cut)]
        if kind in ("set", "both"):
            fields[key] = value
        if kind == "item":
            items = doc.get("items", type=Map)
            if key not in items:
                items[key] = Map({"price": value})
            else:
                items[key]["price"] = value
        if kind == "drop" and key in fields:
            del fields[key]

    return edit


def made_by(doc: Doc[Any], edit: Edit) -> bytes | None:
    made: list[bytes] = []
    subscription = doc.observe(lambda event: made.append(event.update))
    try:
        with doc.transaction():
            edit(doc)
    finally:
        doc.unobserve(subscription)
    return made[0] if made else None


def stored(rows: list[LoggedUpdate], snapshot: bytes | None, upto: int, top: int) -> StoredDocument:
    return StoredDocument(RECORD, snapshot, upto, tuple(rows), top, ())


@st.composite
def histories(draw: st.DrawFn) -> list[bytes]:
    """Updates of three people who see each other's edits now and then, in causal order."""
    docs: list[Doc[Any]] = [Doc(client_id=number) for number in (100, 200, 300)]
    updates: list[bytes] = []
    for _ in range(draw(st.integers(2, 14))):
        doc = draw(st.sampled_from(docs))
        if draw(st.booleans()):
            other = draw(st.sampled_from(docs))
            doc.apply_update(other.get_update(doc.get_state()))
        update = made_by(doc, draw(edits()))
        if update is not None:
            updates.append(update)
    return updates


@settings(max_examples=300, deadline=None)
@given(data=st.data(), updates=histories())
def test_answers_in_any_order_with_restarts_and_compactions_between_give_the_same_document(
    data: st.DataObject, updates: list[bytes]
) -> None:
    expected = MenuDocument()
    for update in updates:
        assert not isinstance(expected.receive(update, read_update(update)), Gap)

    document = MenuDocument()
    rows: list[LoggedUpdate] = []
    snapshot: bytes | None = None
    upto = top = 0
    for update in data.draw(st.permutations(updates)):
        outcome = document.receive(update, read_update(update), answers_step1=True)
        if not isinstance(outcome, Gap) and outcome.changed:
            top += 1
            rows.append(LoggedUpdate(top, update, "ann", "s", NOW))
        step = data.draw(st.sampled_from(["go on", "go on", "restart", "compact"]))
        if step == "compact" and rows:
            made = snapshot_of(stored(rows, snapshot, upto, top))
            assert made is not None
            snapshot, upto = made.snapshot, made.upto_seq
            rows = [row for row in rows if row.seq > upto or row.seq in made.keep]
        if step == "restart":
            rebuilt = rebuild(stored(rows, snapshot, upto, top))
            assert not rebuilt.poison
            document = rebuilt.document
        assert document.clocks == read_state_vector(document.state_vector())
    assert plain(document.engine()) == plain(expected.engine())
    assert document.digest() == expected.digest() and not document.pending


@settings(max_examples=100, deadline=None)
@given(data=st.data(), updates=histories())
def test_merging_splitting_and_repeating_updates_changes_nothing(
    data: st.DataObject, updates: list[bytes]
) -> None:
    one, merged, live = MenuDocument(), MenuDocument(), MenuDocument()
    for update in updates:
        one.receive(update, read_update(update))
        repeated = data.draw(st.sampled_from(updates))
        for again in (update, repeated, update):
            live.receive(again, read_update(again))
    if updates:
        whole = merge_updates(*updates)
        merged.receive(whole, read_update(whole))
    for other in (merged, live):
        for update in updates:  # heals what was a gap in `live`
            other.receive(update, read_update(update))
        assert other.digest() == one.digest() and not other.pending
        assert plain(other.engine()) == plain(one.engine())


class _Meter:
    """Counts nothing."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *arguments: None


class _Wire:
    """What the server wrote and the client did not read yet: whole writes, in order."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.writes.append(data)

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return False

    def abort(self) -> None:
        raise AssertionError("nobody is slow here")


def frames(data: bytes) -> list[bytes]:
    found, pos = [], 0
    while pos < len(data):
        size, pos = data[pos + 1], pos + 2
        if size >= 126:
            width = 2 if size == 126 else 8
            size, pos = int.from_bytes(data[pos : pos + width], "big"), pos + width
        found.append(data[pos : pos + size])
        pos += size
    return found


class _Journal:
    """A log in memory that commits when it is told to."""

    def __init__(self) -> None:
        self.position = self.durable = self.top = self.upto = 0
        self.waiting: list[tuple[int, DocumentUpdates, Any]] = []
        self.rows: list[LoggedUpdate] = []
        self.snapshot: bytes | None = None

    def register(self, saver: Any) -> None:
        pass

    def add(self, updates: DocumentUpdates, saver: Any) -> int:
        self.position += 1
        self.waiting.append((self.position, updates, saver))
        return self.position

    def commit(self) -> None:
        done, self.waiting = self.waiting, []
        for position, updates, _ in done:
            self.durable = position
            for new in updates.updates:
                self.top += 1
                row = LoggedUpdate(self.top, new.data, new.user_id, new.session_id, new.at)
                self.rows.append(row)
        for saver in {saver: None for _, _, saver in done}:
            saver.saved(self.durable)

    def stored(self) -> StoredDocument:
        return stored(self.rows, self.snapshot, self.upto, self.top)

    def compact(self) -> None:
        made = snapshot_of(self.stored())
        assert made is not None
        self.snapshot, self.upto = made.snapshot, made.upto_seq
        self.rows = [row for row in self.rows if row.seq > self.upto or row.seq in made.keep]


class _Client:
    """A person with a document; what it sends waits in a queue, as on a slow network."""

    def __init__(self, number: int) -> None:
        self.doc: Doc[Any] = Doc(client_id=number)
        # Devices of one person: what is refused between different ones is another test's matter.
        self.user = "ann"
        self.seat: Seat | None = None
        self.wire = _Wire()
        self.outgoing: list[bytes] = []
        self.edits: list[bytes] = []  # every update it made


class Network(RuleBasedStateMachine):
    """Three clients and one room; frames wait until they are delivered, or are lost."""

    def __init__(self) -> None:
        super().__init__()
        self.clients = [_Client(number) for number in (100, 200, 300)]
        self.now = 0.0
        self.soon: list[Callable[[], None]] = []
        self.journal = _Journal()
        # What y-websocket calls saved: ids of a client that came back to it, and deleted ranges.
        self.saved_blocks, self.saved_deletes = IdRanges(), IdRanges()

    @initialize()
    def open(self) -> None:
        self._open()
        for client in self.clients:
            self._connect(client)

    def _open(self) -> None:
        self.soon.clear()
        journal: Any = self.journal
        meter: Any = _Meter()
        around = Surroundings(
            journal,
            meter,
            Clock(monotonic=lambda: self.now, utc=lambda: NOW),
            self.soon.append,
            lambda seconds, call: None,
            lambda seat, record, count: None,
            _never,
        )
        rebuilt = rebuild(self.journal.stored())
        assert not rebuilt.poison
        self.room = MenuRoom(RECORD, rebuilt.document, ClientIds({}), AwarenessTable(), around)

    def _connect(self, client: _Client) -> None:
        client.wire, client.outgoing = _Wire(), []
        client.seat = Seat(
            session_id=client.user,
            identity=Identity(client.user, None, "bistro"),
            access=Access.WRITE,
            prefix=b"",
            outbox=Outbox(client.wire),
            end=_never,
            notice=lambda code, reason, details: None,
        )
        self.room.join(client.seat)
        self.room.ask(client.seat)
        # Stock clients announce themselves first of all; that is how the room learns their id.
        entry = messages.AwarenessEntry(client.doc.client_id, 0, "{}")
        self.room.hear(client.seat, messages.encode_awareness([entry]))
        client.outgoing.append(messages.sync_step1(client.doc.get_state()))

    def _deliver(self, client: _Client, frame: bytes) -> None:
        assert client.seat is not None
        match messages.decode(frame):
            case messages.SyncStep1(state_vector):
                self.room.answer(client.seat, state_vector)
            case messages.SyncStep2(update):
                self.room.receive(client.seat, update, answers_step1=True)
            case messages.Update(update):
                self.room.receive(client.seat, update)

    def _read(self, client: _Client) -> None:
        for frame in frames(client.wire.writes.pop(0)):
            match messages.decode(frame):
                case messages.SyncStep1(state_vector):
                    client.outgoing.append(messages.sync_step2(client.doc.get_update(state_vector)))
                case messages.SyncStep2(update) | messages.Update(update):
                    self._note_saved(client, update)
                    client.doc.apply_update(update)

    def _note_saved(self, client: _Client, update: bytes) -> None:
        outline = read_update(update)
        for block in outline.blocks:
            if block[0] == client.doc.client_id:
                self.saved_blocks.add(*block)
        if update in client.edits:  # the echo of a whole edit of its own, deletes included
            self.saved_deletes.update(IdRanges(outline.deletes))

    @rule(data=st.data(), edit=edits())
    def edit(self, data: st.DataObject, edit: Edit) -> None:
        client = data.draw(st.sampled_from(self.clients))
        update = made_by(client.doc, edit)
        if update is not None:
            client.edits.append(update)
            if client.seat is not None:
                client.outgoing.append(messages.update(update))

    @rule(data=st.data(), is_repeated=st.booleans())
    @precondition(lambda self: any(client.outgoing for client in self.clients))
    def send(self, data: st.DataObject, is_repeated: bool) -> None:
        client = data.draw(st.sampled_from([one for one in self.clients if one.outgoing]))
        frame = client.outgoing.pop(0)
        for _ in range(1 + is_repeated):
            self._deliver(client, frame)

    @rule(data=st.data())
    @precondition(lambda self: any(len(client.outgoing) > 1 for client in self.clients))
    def lose_one_frame(self, data: st.DataObject) -> None:
        """A proxy that drops an edit, or a client that failed to send it."""
        client = data.draw(st.sampled_from([one for one in self.clients if one.outgoing]))
        if client.outgoing[0].startswith(b"\x00\x02"):
            client.outgoing.pop(0)

    @rule(data=st.data())
    @precondition(lambda self: any(client.wire.writes for client in self.clients))
    def receive(self, data: st.DataObject) -> None:
        client = data.draw(st.sampled_from([one for one in self.clients if one.wire.writes]))
        self._read(client)

    @rule(data=st.data())
    def drop_connection(self, data: st.DataObject) -> None:
        client = data.draw(st.sampled_from(self.clients))
        if client.seat is not None:
            self.room.leave(client.seat)
            client.seat, client.outgoing, client.wire = None, [], _Wire()

    @rule(data=st.data())
    def reconnect(self, data: st.DataObject) -> None:
        client = data.draw(st.sampled_from(self.clients))
        if client.seat is None:
            self._connect(client)

    @rule(data=st.data(), edit=edits())
    def another_tab_delivers_for_somebody(self, data: st.DataObject, edit: Edit) -> None:
        """BroadcastChannel, y-indexeddb: the edit comes over another person's seat."""
        author, carrier = data.draw(st.permutations(self.clients))[:2]
        update = made_by(author.doc, edit)
        if update is not None and carrier.seat is not None:
            carrier.doc.apply_update(update)
            carrier.outgoing.append(messages.update(update))

    @rule()
    def end_turn(self) -> None:
        calls = self.soon.copy()
        self.soon.clear()  # in place: the room holds its `append`
        for call in calls:
            call()

    @rule()
    def commit(self) -> None:
        self.journal.commit()

    @rule()
    def compact(self) -> None:
        if self.journal.rows:
            self.journal.compact()

    @rule()
    def crash(self) -> None:
        """Memory is gone; what was committed is there."""
        for client in self.clients:
            client.seat, client.outgoing, client.wire = None, [], _Wire()
        self.journal.waiting.clear()
        self.journal.durable = self.journal.position
        self._open()
        self._nothing_saved_is_missing(self.room.document)
        for client in self.clients:
            self._connect(client)

    @rule()
    def time_passes(self) -> None:
        self.now += 11
        self.room.tick(self.now)

    @invariant()
    def the_clocks_are_the_engines(self) -> None:
        document = self.room.document
        assert document.clocks == read_state_vector(document.state_vector())

    def _nothing_saved_is_missing(self, document: MenuDocument) -> None:
        waiting = IdRanges(block for part in document.pending for block in part.outline.blocks)
        for client, start, end in self.saved_blocks:
            held = document.clocks.get(client, 0)
            assert waiting.covers(client, max(start, held), end), "a saved edit is gone"
        deleted = IdRanges(document.outline().deletes)
        for part in document.pending:
            deleted.update(IdRanges(part.outline.deletes))
        for saved in self.saved_deletes:
            assert deleted.covers(*saved), "a saved delete is gone"

    def teardown(self) -> None:
        for client in self.clients:
            if client.seat is None:
                self._connect(client)
        self._come_to_rest()
        # A frame that was lost for good is found at the next connection at the latest.
        for client in self.clients:
            assert client.seat is not None
            self.room.leave(client.seat)
            self._connect(client)
        self._come_to_rest()
        document = self.room.document
        assert not document.pending
        for client in self.clients:
            assert plain(client.doc) == plain(document.engine())
            assert read_state_vector(client.doc.get_state()) == document.clocks
        again = rebuild(self.journal.stored())
        assert again.document.digest() == document.digest() and not again.waiting
        assert plain(again.document.engine()) == plain(document.engine())
        self._nothing_saved_is_missing(again.document)

    def _come_to_rest(self) -> None:
        for _ in range(1000):
            self.end_turn()
            self.commit()
            busy = bool(self.soon)
            for client in self.clients:
                while client.wire.writes:
                    self._read(client)
                    busy = True
                while client.outgoing:
                    self._deliver(client, client.outgoing.pop(0))
                    busy = True
            if not busy:
                return
        raise AssertionError("it never came to rest")


def _never(*arguments: object) -> None:
    raise AssertionError("nobody is sent away and nothing breaks here")


def test_three_clients_and_a_room_converge_and_keep_what_was_saved() -> None:
    run_state_machine_as_test(
        Network, settings=settings(max_examples=150, stateful_step_count=50, deadline=None)
    )


@pytest.mark.full
def test_three_clients_and_a_room_converge_in_twenty_thousand_runs() -> None:
    run_state_machine_as_test(
        Network, settings=settings(max_examples=20_000, stateful_step_count=50, deadline=None)
    )
