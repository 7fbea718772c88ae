"""What stands in for the surroundings of a room: moved, filled and failing by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from collab.errors import StoreError
from collab.records import (
    Appended,
    Consequences,
    Document,
    DocumentKind,
    DocumentUpdates,
    LoggedUpdate,
    StoredDocument,
)
from rooms.clock import Clock

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
RECORD = Document("lunch", DocumentKind.FREE, "bistro", "Lunch", 1, NOW)


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
