"""A room without sockets, without an event loop and without a clock that runs by itself."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pycrdt import Doc, Map, Text

from collab import messages
from collab.admission import read_update
from collab.awareness import AwarenessTable
from collab.document import MenuDocument
from collab.errors import MirepoixError, StoreError
from collab.identity import Access, Identity, Role
from collab.rebuild import rebuild
from collab.records import (
    Appended,
    Consequences,
    Document,
    DocumentKind,
    DocumentUpdates,
    LoggedUpdate,
    StoredDocument,
)
from rooms.client_ids import ClientIds
from rooms.clock import Clock
from rooms.menu_room import MakeKeeper, MenuRoom
from rooms.outbox import Outbox
from rooms.seat import Seat
from rooms.surroundings import Surroundings

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
RECORD = Document("lunch", DocumentKind.FREE, "bistro", "Lunch", 1, NOW)
APPLIED, REFUSED = b"\x08\x01", b"\x08\x00"  # Hocuspocus SyncStatus without the address


class Time:
    """Both clocks, moved by hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.clock = Clock(
            monotonic=lambda: self.seconds,
            utc=lambda: NOW + timedelta(seconds=self.seconds - 1000),
        )


class Meter:
    """Counts; satisfies `rooms.ports.Meter`."""

    def __init__(self) -> None:
        self.reasons: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.paused: list[bool] = []

    def refused(self, reason: str) -> None:
        self.reasons[reason] += 1

    def updates(self, count: int) -> None:
        self.counts["updates"] += count

    def deliveries(self, count: int) -> None:
        self.counts["deliveries"] += count

    def awareness(self, count: int) -> None:
        self.counts["awareness"] += count

    def committed(self, seconds: float, rows: int) -> None:
        self.counts["commits"] += 1
        self.counts["rows"] += rows

    def acknowledged(self, seconds: float) -> None:
        self.counts["acknowledged"] += 1

    def room_opened(self) -> None:
        self.counts["rooms"] += 1

    def room_closed(self) -> None:
        self.counts["rooms"] -= 1

    def saving_paused(self, paused: bool) -> None:
        self.paused.append(paused)

    def quarantined(self, count: int) -> None:
        self.counts["quarantined"] += count


class Wire:
    """A transport: keeps what is written; the buffer has the size the test says."""

    def __init__(self) -> None:
        self.written = bytearray()
        self.total = 0
        self.buffered = 0
        self.holds = False  # True: what is written stays in the buffer
        self.aborted = False

    def write(self, data: bytes) -> None:
        self.written += data
        self.total += len(data)
        if self.holds:
            self.buffered += len(data)

    def get_write_buffer_size(self) -> int:
        return self.buffered

    def is_closing(self) -> bool:
        return self.aborted

    def abort(self) -> None:
        self.aborted = True

    def take(self) -> list[bytes]:
        """The payloads of the server frames written since the last call."""
        data, payloads, pos = bytes(self.written), [], 0
        self.written.clear()
        while pos < len(data):
            assert data[pos] == 0x82, "one final, unmasked, binary frame"
            size, pos = data[pos + 1], pos + 2
            if size == 126:
                size, pos = int.from_bytes(data[pos : pos + 2], "big"), pos + 2
            elif size == 127:
                size, pos = int.from_bytes(data[pos : pos + 8], "big"), pos + 8
            payloads.append(data[pos : pos + size])
            pos += size
        return payloads


class ManualJournal:
    """What a room needs of the journal; it commits when the test says so."""

    def __init__(self, log: MemoryLog) -> None:
        self.position = 0
        self.durable = 0
        self.is_paused = False
        self.log = log
        self.waiting: list[tuple[int, DocumentUpdates, Any]] = []
        self.savers: set[Any] = set()

    def register(self, saver: Any) -> None:
        self.savers.add(saver)
        if self.is_paused:
            saver.pause()

    def unregister(self, saver: Any) -> None:
        self.savers.discard(saver)

    def add(self, updates: DocumentUpdates, saver: Any) -> int:
        self.position += 1
        self.waiting.append((self.position, updates, saver))
        return self.position

    def commit(self, count: int | None = None) -> None:
        """Put the first `count` batches (all) on disk and tell the rooms."""
        done, self.waiting = self.waiting[:count], self.waiting[len(self.waiting[:count]) :]
        for position, updates, _ in done:
            self.log.put(updates)
            self.durable = position
        for saver in {saver: None for _, _, saver in done}:
            saver.saved(self.durable)

    def pause(self) -> None:
        self.is_paused = True
        for saver in self.savers:
            saver.pause()

    def resume(self) -> None:
        self.commit()
        self.is_paused = False
        for saver in self.savers:
            saver.resume()


class MemoryLog:
    """An update log in memory; satisfies `rooms.ports.UpdateLog`.

    fail: how many of the next appends, loads or compactions fail. gate: called before each append.
    """

    def __init__(self) -> None:
        self.rows: dict[str, list[LoggedUpdate]] = {"lunch": []}
        self.meant: list[Consequences] = []
        self.tops: Counter[str] = Counter()
        self.snapshots: dict[str, tuple[bytes, int]] = {}
        self.batches: list[list[DocumentUpdates]] = []
        self.failing: Counter[str] = Counter()
        self.gates: dict[str, Callable[[], Any]] = {}
        self.aside: list[tuple[str, int, str]] = []
        self.loads = 0

    def put(self, updates: DocumentUpdates) -> None:
        self.meant += updates.consequences
        for new in updates.updates:
            self.tops[updates.document_id] += 1
            seq = self.tops[updates.document_id]
            row = LoggedUpdate(seq, new.data, new.user_id, new.session_id, new.at)
            self.rows[updates.document_id].append(row)

    def stored(self, document_id: str = "lunch") -> StoredDocument:
        snapshot, seq = self.snapshots.get(document_id, (None, 0))
        return StoredDocument(
            replace(RECORD, id=document_id),
            snapshot,
            seq,
            tuple(self.rows[document_id]),
            self.tops[document_id],
            (),
        )

    async def load(self, document_id: str) -> StoredDocument | None:
        self.loads += 1
        await self._pass("load")
        return self.stored(document_id) if document_id in self.rows else None

    async def append(self, batch: Sequence[DocumentUpdates]) -> Appended:
        await self._pass("append")
        self.batches.append(list(batch))
        gone = set()
        for updates in batch:
            if updates.document_id in self.rows:
                self.put(updates)
            else:
                gone.add(updates.document_id)
        return Appended(dict(self.tops), frozenset(gone))

    async def compact(
        self, document_id: str, snapshot: bytes, upto_seq: int, keep: Sequence[int]
    ) -> None:
        await self._pass("compact")
        self.snapshots[document_id] = (snapshot, upto_seq)
        self.rows[document_id] = [
            row for row in self.rows[document_id] if row.seq > upto_seq or row.seq in keep
        ]

    async def quarantine(self, document_id: str, seqs: Sequence[int], reason: str) -> None:
        await self._pass("quarantine")
        self.aside += [(document_id, seq, reason) for seq in seqs]
        self.rows[document_id] = [row for row in self.rows[document_id] if row.seq not in seqs]

    async def _pass(self, call: str) -> None:
        gate = self.gates.get(call)
        if gate is not None:
            await gate()
        if self.failing[call]:
            self.failing[call] -= 1
            raise StoreError("the disk is full", reason="disk_full")


@dataclass(eq=False)
class Peer:
    """A real Yjs document behind a seat."""

    room: MenuRoom
    seat: Seat
    wire: Wire
    doc: Doc[Any]
    ended: list[MirepoixError] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    told: list[Mapping[str, object]] = field(default_factory=list)  # events and the like
    frames: list[bytes] = field(default_factory=list)  # everything received
    acknowledged: list[bytes] = field(default_factory=list)  # updates that came back

    @property
    def text(self) -> str:
        return str(self.doc.get("t", type=Text))

    @property
    def map(self) -> dict[str, Any]:
        return dict(self.doc.get("m", type=Map))

    def edit(self, edit: Callable[[Doc[Any]], object]) -> bytes:
        """Change the document; the update, not sent."""
        made: list[bytes] = []
        subscription = self.doc.observe(lambda event: made.append(event.update))
        try:
            with self.doc.transaction():
                edit(self.doc)
        finally:
            self.doc.unobserve(subscription)
        (update,) = made
        return update

    def type(self, text: str) -> bytes:
        """Append to the text and send it."""
        update = self.edit(
            lambda doc: doc.get("t", type=Text).insert(len(self.text.encode()), text)
        )
        self.room.receive(self.seat, update)
        return update

    def set(self, key: str, value: Any) -> bytes:
        update = self.edit(lambda doc: doc.get("m", type=Map).__setitem__(key, value))
        self.room.receive(self.seat, update)
        return update

    def step1(self) -> None:
        self.room.answer(self.seat, self.doc.get_state())

    def take(self) -> list[bytes]:
        """What arrived, without the seat's prefix, not acted upon."""
        prefix = self.seat.prefix
        payloads = self.wire.take()
        assert all(payload.startswith(prefix) for payload in payloads)
        return [payload[len(prefix) :] for payload in payloads]

    def read(self) -> list[bytes]:
        """Act as a stock client on everything that arrived; the frames."""
        seen = []
        while frames := self.take():
            seen += frames
            for frame in frames:
                self._act(frame)
        self.frames += seen
        return seen

    def _act(self, frame: bytes) -> None:
        if frame in (APPLIED, REFUSED):
            return
        match messages.decode(frame):
            case messages.SyncStep1(state_vector):
                answer = self.doc.get_update(state_vector)
                self.room.receive(self.seat, answer, answers_step1=True)
            case messages.SyncStep2(update) | messages.Update(update):
                if any(client == self.doc.client_id for client, _, _ in read_update(update).blocks):
                    self.acknowledged.append(update)
                self.doc.apply_update(update)


class House:
    """One room with everything around it."""

    def __init__(self) -> None:
        self.time = Time()
        self.meter = Meter()
        self.log = MemoryLog()
        self.journal = ManualJournal(self.log)
        self.soon: deque[Callable[[], None]] = deque()
        self.later: list[tuple[float, Callable[[], None]]] = []
        self.edits: list[Seat] = []
        self.broken: list[MenuRoom] = []
        self._next_client = 100
        self.make_keeper: MakeKeeper | None = None
        self.ids: ClientIds | None = None  # for the next room
        self.room = self.open()

    def open(self, document: MenuDocument | None = None) -> MenuRoom:
        """A room over the log (or the given document)."""
        surroundings = Surroundings(
            self.journal,  # type: ignore[arg-type]
            self.meter,
            self.time.clock,
            self.soon.append,
            lambda seconds, call: self.later.append((self.time.seconds + seconds, call)),
            lambda seat, record, count: self.edits.extend([seat] * count),
            self.broken.append,
        )
        document = document or rebuild(self.log.stored()).document
        self.room = MenuRoom(
            RECORD,
            document,
            self.ids or ClientIds({}),
            AwarenessTable(),
            surroundings,
            self.make_keeper,
        )
        return self.room

    def sit(
        self,
        user: str = "ann",
        *,
        access: Access = Access.WRITE,
        hocuspocus: bool = False,
        doc: Doc[Any] | None = None,
        limit_bytes: int = 1024,
        role: Role = Role.EDITOR,
    ) -> Peer:
        """Somebody sits down; nothing is exchanged yet."""
        wire = Wire()
        ended: list[MirepoixError] = []
        notices: list[str] = []
        told: list[Mapping[str, object]] = []
        self._next_client += 1
        seat = Seat(
            session_id=f"session-{self._next_client}",
            identity=Identity(user, user.title(), "bistro", frozenset({role})),
            access=access,
            prefix=b"\x05lunch" if hocuspocus else b"",
            outbox=Outbox(wire, limit_bytes=limit_bytes),
            end=ended.append,
            notice=lambda code, reason, details: notices.append(code),
            door="hocuspocus" if hocuspocus else "y",
            tell=told.append,
            applied=APPLIED if hocuspocus else None,
            refused=REFUSED if hocuspocus else None,
        )
        if doc is None:
            doc = Doc(client_id=self._next_client)
        peer = Peer(self.room, seat, wire, doc, ended, notices, told)
        self.room.join(seat)
        return peer

    def meet(self, user: str = "ann", **options: Any) -> Peer:
        """Somebody sits down and syncs as a stock client does."""
        peer = self.sit(user, **options)
        self.room.ask(peer.seat)
        peer.step1()
        self.settle(peer)
        peer.frames.clear()
        peer.acknowledged.clear()
        return peer

    def turn(self) -> None:
        """End the loop turn."""
        for _ in range(len(self.soon)):
            self.soon.popleft()()

    def settle(self, *peers: Peer) -> None:
        """Everything that can happen without time passing happens."""
        for _ in range(100):
            while self.soon:
                self.turn()
            self.journal.commit()
            if not sum(len(peer.read()) for peer in peers) and not self.soon:
                return
        raise AssertionError("it never came to rest")

    def pass_seconds(self, seconds: float, step: float = 0.5) -> None:
        """Time passes; timers fire and the room ticks, as the lobby does it."""
        end = self.time.seconds + seconds
        while self.time.seconds < end:
            self.time.seconds += step
            due = [call for at, call in self.later if at <= self.time.seconds]
            self.later = [one for one in self.later if one[0] > self.time.seconds]
            for call in due:
                call()
            self.room.tick(self.time.seconds)


@pytest.fixture
def house() -> House:
    """A room, its seats and a journal that commits by hand."""
    return House()


@pytest.fixture
def new_house() -> type[House]:
    """For tests that make their own, such as state machines."""
    return House


@pytest.fixture
def memory_log() -> MemoryLog:
    """An update log in memory that fails when it is told to."""
    return MemoryLog()


@pytest.fixture
def meter() -> Meter:
    """Counts."""
    return Meter()


@pytest.fixture
def hand_time() -> Time:
    """A clock that is moved by hand."""
    return Time()
