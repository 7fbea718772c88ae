"""Whether all of a room is in the store, and bringing there what is not.

State vectors do not see deletes, so before a room goes its document is compared with what is
stored: nothing else would notice what the log lacks.
"""

from __future__ import annotations

import logging

from collab.errors import StoreError
from collab.records import DocumentUpdates, NewUpdate
from rooms.clock import Clock
from rooms.journal import Journal
from rooms.loading import Loading
from rooms.menu_room import MenuRoom
from rooms.ports import Meter, UpdateLog

log = logging.getLogger("mirepoix.lobby")


class Saving:
    """Saves rooms wholly."""

    def __init__(
        self, store: UpdateLog, loading: Loading, journal: Journal, meter: Meter, clock: Clock
    ) -> None:
        self._store = store
        self._loading = loading
        self._journal = journal
        self._meter = meter
        self._clock = clock

    async def save(self, room: MenuRoom) -> None:
        """Wait until what was taken so far is on disk. Raises StoreError. Safe to cancel."""
        room.turns.flush()
        if not room.is_holding:
            await self._journal.flush()
        if room.is_holding:
            raise unsaved()

    async def save_what_lacks(self, room: MenuRoom) -> None:
        """Give the store what memory has and it has not (nothing, unless there is a bug).

        Raises StoreError. Safe to cancel.
        """
        if not room.turns.was_edited:
            return
        document_id = room.record.id
        stored = await self._store.load(document_id)
        if stored is None:
            return
        rebuilt = await self._loading.build(stored)
        if rebuilt.document.holds(room.document.outline()):
            return
        full = room.document.full_state()
        log.error("saving what the log lacked", extra={"action": "healed", "document": document_id})
        self._meter.refused("log_lacked_edits")
        update = NewUpdate(full, "server", "server", self._clock.utc())
        self._journal.add(DocumentUpdates(document_id, (update,)), room)
        await self._journal.flush()


def unsaved() -> StoreError:
    """What is raised while a document cannot be saved."""
    return StoreError("the document cannot be saved at the moment", reason="saving_paused")
