"""`rooms`: the hot path of one room without sockets and without a disk.

Seats are real, their transports only count bytes. What is timed: `MenuRoom.receive` (check, apply),
`flush` (encode, show, journal) and the keeping of promises after a commit that costs nothing.
`admission`: the structural check alone.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from api.metrics import Metrics
from benchmarks.figures import median
from benchmarks.keystrokes import client_ids, keystrokes, one_typist
from collab.documents.document import MenuDocument
from collab.identity import Access, Identity
from collab.records import (
    Appended,
    Document,
    DocumentKind,
    DocumentUpdates,
    StoredDocument,
)
from collab.updates.admission import read_update
from collab.wire.awareness import AwarenessTable
from rooms.client_ids import ClientIds
from rooms.clock import Clock
from rooms.journal import Journal
from rooms.menu_room import MenuRoom
from rooms.outbox import Outbox
from rooms.seat import Seat
from rooms.surroundings import Surroundings

ROUNDS = 5


class CountingTransport:
    """Takes everything and keeps nothing."""

    def __init__(self) -> None:
        self.written_bytes = 0

    def write(self, data: bytes) -> None:
        """Count."""
        self.written_bytes += len(data)

    def get_write_buffer_size(self) -> int:
        """Nothing ever waits."""
        return 0

    def is_closing(self) -> bool:
        """Never."""
        return False

    def abort(self) -> None:
        """Nothing to close."""


class NoDisk:
    """An update log that saves nothing at once."""

    async def load(self, document_id: str) -> StoredDocument | None:
        """Holds nothing."""
        return None

    async def append(self, batch: Sequence[DocumentUpdates]) -> Appended:
        """Done."""
        return Appended({entry.document_id: 1 for entry in batch}, frozenset())

    async def compact(
        self, document_id: str, snapshot: bytes, upto_seq: int, keep: Sequence[int]
    ) -> None:
        """Done."""

    async def quarantine(self, document_id: str, seqs: Sequence[int], reason: str) -> None:
        """Done."""


@dataclass(slots=True)
class Spent:
    """Seconds in each part."""

    receive: float = 0.0
    flush: float = 0.0
    keep: float = 0.0


def admission(updates: int, seed: int) -> dict[str, object]:
    """Time the structural check of single typed characters."""
    strokes = one_typist(updates, seed)
    rounds: list[float] = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for stroke in strokes:
            read_update(stroke.update)
        rounds.append(time.process_time() - started)
    return {
        "verb": "admission",
        "updates": updates,
        "us_per_update": round(median(rounds) / updates * 1e6, 3),
    }


async def room_path(seats: int, updates: int, per_turn: int, seed: int) -> dict[str, object]:
    """Time `updates` keystrokes of `seats` typists, `per_turn` of them in each loop turn."""
    rounds = [await _round(seats, updates, per_turn, seed + number) for number in range(ROUNDS)]
    parts = {
        part: median([getattr(spent, part) for spent in rounds])
        for part in ("receive", "flush", "keep")
    }
    whole = sum(parts.values())
    return {
        "verb": "rooms",
        "seats": seats,
        "updates": updates,
        "per_turn": per_turn,
        **{
            f"{part}_us_per_update": round(value / updates * 1e6, 2)
            for part, value in parts.items()
        },
        "us_per_update": round(whole / updates * 1e6, 2),
        "us_per_delivery": round(whole / (updates * max(seats - 1, 1)) * 1e6, 3),
    }


async def _round(count: int, updates: int, per_turn: int, seed: int) -> Spent:
    journal = Journal(NoDisk(), Metrics(), monotonic=time.monotonic, interval_seconds=0)
    writing = asyncio.create_task(journal.run())
    room = _room(journal)
    seats = [sit(room, number) for number in range(count)]
    random = Random(seed)
    each = -(-updates // count)
    typed = [keystrokes(client, each, random) for client in client_ids(count, random)]
    order = [(seats[n % count], typed[n % count][n // count].update) for n in range(updates)]
    spent = Spent()
    for start in range(0, updates, per_turn):
        begun = time.perf_counter()
        for seat, update in order[start : start + per_turn]:
            room.receive(seat, update)
        received = time.perf_counter()
        room.turns.flush()
        flushed = time.perf_counter()
        await journal.flush()
        spent.receive += received - begun
        spent.flush += flushed - received
        spent.keep += time.perf_counter() - flushed
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    return spent


def _room(journal: Journal) -> MenuRoom:
    record = Document(
        "bench", DocumentKind.FREE, "demo", "Benchmark", 1, datetime(2024, 1, 1, tzinfo=UTC)
    )
    return MenuRoom(
        record,
        MenuDocument(),
        ClientIds({}),
        AwarenessTable(),
        Surroundings(
            journal,
            Metrics(),
            Clock(),
            _never,
            _never_later,
            lambda _seat, _document, _count: None,
            lambda _room: None,
        ),
    )


def _never(_call: Callable[[], None]) -> None:
    """The benchmark ends the turns itself."""


def _never_later(_seconds: float, _call: Callable[[], None]) -> None:
    """Nothing is late here."""


def sit(room: MenuRoom, number: int) -> Seat:
    """Somebody who may write sits down and reads nothing."""
    seat = Seat(
        session_id=f"session-{number}",
        identity=Identity(f"user-{number}", f"Person {number}", "demo"),
        access=Access.WRITE,
        prefix=b"",
        outbox=Outbox(CountingTransport()),
        end=lambda _error: None,
        notice=lambda _code, _sentence, _details: None,
    )
    room.join(seat)
    return seat
