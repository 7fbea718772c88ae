"""A room without sockets, without an event loop and without a clock that runs by itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pycrdt import Doc, Map, Text

from collab.documents.document import MenuDocument
from collab.documents.rebuild import rebuild
from collab.errors import MirepoixError
from collab.identity import Access, Identity, Role
from collab.updates.admission import read_update
from collab.wire import messages
from collab.wire.awareness import AwarenessTable
from rooms.client_ids import ClientIds
from rooms.menu_room import MakeKeeper, MenuRoom
from rooms.outbox import Outbox
from rooms.seat import Seat
from rooms.surroundings import Surroundings
from tests.rooms.doubles import RECORD, ManualJournal, MemoryLog, Meter, Time, Wire

APPLIED, REFUSED = b"\x08\x01", b"\x08\x00"  # Hocuspocus SyncStatus without the address


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
        journal: Any = self.journal
        surroundings = Surroundings(
            journal,
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
