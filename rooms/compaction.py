"""A snapshot in the place of a long log.

Rule 1: a snapshot is made from what is stored, in a fresh document, never from live memory: state
        vectors do not see deletes, and memory may hold what is not on disk.
Rule 2: rows that still wait for something are left out of it and stay in the log, and so do rows
        that build on them: the engine's encoding loses overwrites and deletes that wait.
Rule 3: it is read back and compared before the rows it covers go, in the same transaction in
        which it arrives. A crash at any step leaves the old state or the new one.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace

from collab.documents.rebuild import rebuild
from collab.errors import MirepoixError, StoreError
from collab.records import StoredDocument
from rooms.menu_room import MenuRoom
from rooms.ports import Meter, UpdateLog

# A row costs about 12 us at the next opening, so this many cost as much as opening the snapshot of
# a real menu. A lower number makes a busy room compact all the time (measured at 500: twice a
# second, and acknowledgements waited for it).
AFTER_UPDATES = 2000
AFTER_BYTES = 1024 * 1024
AFTER_UPDATES_AT_CLOSE = 50
PAUSE_SECONDS = 10.0  # between two compactions of one document

log = logging.getLogger("mirepoix.lobby")


@dataclass(frozen=True, slots=True)
class Compacted:
    """A snapshot ready to be stored."""

    snapshot: bytes
    upto_seq: int
    keep: tuple[int, ...]  # seq numbers that stay in the log


class Compactions:
    """Those of one process, one at a time: the commits of all rooms wait for it."""

    def __init__(self, store: UpdateLog, meter: Meter) -> None:
        self._store = store
        self._meter = meter
        self._turn = asyncio.Lock()

    @property
    def is_busy(self) -> bool:
        """Whether one is under way."""
        return self._turn.locked()

    async def make(self, room: MenuRoom) -> bool:
        """Replace the log of an open document by a snapshot; everything in it must be saved.

        False when there was nothing to do. Raises StoreError. Safe to cancel.
        """
        async with self._turn:
            is_made = await compact(self._store, room.record.id)
        if is_made:
            room.turns.logged_updates = room.turns.logged_bytes = 0
        return is_made

    async def attempt(self, room: MenuRoom) -> None:
        """The same for a log that became long; when it fails, the log stays. Safe to cancel."""
        room.turns.logged_updates = 0
        room.turns.logged_bytes = 0
        document_id = room.record.id
        try:
            async with self._turn:
                await compact(self._store, document_id)
        except MirepoixError as error:
            # Neither this document nor any other is worse off.
            self._meter.refused(error.reason)
            log.error(
                "compaction failed",
                extra={"action": "compaction_failed", "document": document_id, "why": str(error)},
            )


def is_long(room: MenuRoom) -> bool:
    """Whether the log of an open document grew so long that it is worth a snapshot."""
    return room.turns.logged_updates >= AFTER_UPDATES or room.turns.logged_bytes >= AFTER_BYTES


async def compact(store: UpdateLog, document_id: str) -> bool:
    """Replace the log of one document by a snapshot; False when it is left as it is.

    Left alone is a log with holes or poison rows in it: they are evidence. Safe to cancel.
    Raises StoreError when the store fails or the snapshot does not read back equal.
    """
    stored = await store.load(document_id)
    if stored is None or stored.missing or not stored.updates:
        return False
    made = await asyncio.to_thread(snapshot_of, stored)
    if made is None:
        return False
    await store.compact(document_id, made.snapshot, made.upto_seq, made.keep)
    return True


def snapshot_of(stored: StoredDocument) -> Compacted | None:
    """Build the snapshot; None when a row is poison. Raises StoreError if it reads back unequal."""
    keep: set[int] = set()
    while True:
        covered = replace(
            stored, updates=tuple(row for row in stored.updates if row.seq not in keep)
        )
        rebuilt = rebuild(covered)
        if rebuilt.poison:
            return None
        if not rebuilt.waiting:
            break
        keep.update(rebuilt.waiting)
    snapshot = rebuilt.document.full_state()
    again = rebuild(replace(stored, snapshot=snapshot, updates=()))
    if again.document.digest() != rebuilt.document.digest():
        raise StoreError(
            f"a snapshot of {stored.document.id!r} does not read back equal; the log stays",
            reason="snapshot_unequal",
        )
    return Compacted(snapshot, stored.top, tuple(sorted(keep)))
