"""The life cycle of rooms: opened once, leased while used, evicted when idle and saved.

Invariants, all kept by `_evaluate` and `lease`:
 1. A document has at most one room; two first visitors share one opening.
 2. A room that is leased, opening or not wholly saved is never evicted.
 3. While a room closes, newcomers wait and then open it afresh.
 4. Before eviction the stored document is compared with memory, and what it lacks is saved:
    state vectors do not see deletes, so nothing else would notice.
 5. What is done to a document under `closed` nobody sees half done: no room is there, newcomers
    wait, and all that was ever taken from anybody is in the store.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from collab.documents.document import DOCUMENT_LIMIT_BYTES
from collab.errors import DocumentGone, DocumentInUse, MirepoixError
from collab.records import Document, MenuState
from collab.wire.awareness import AwarenessTable
from rooms.clock import Clock
from rooms.compaction import AFTER_UPDATES_AT_CLOSE, PAUSE_SECONDS, Compactions, is_long
from rooms.journal import Journal
from rooms.loading import Loading
from rooms.menu_room import MenuRoom
from rooms.opening import Opening
from rooms.ports import MenuLog, Meter, UpdateLog
from rooms.saving import Saving, unsaved
from rooms.seat import Seat

IDLE_SECONDS = 30.0
TICK_SECONDS = 0.5
EMPTY_SECONDS = 15.0  # what those who use a document get to leave it
EMPTY_LOOK_SECONDS = 0.02

log = logging.getLogger("mirepoix.lobby")


@dataclass(slots=True)
class _Entry:
    opened: asyncio.Future[MenuRoom]
    leases: int = 0
    idle_since: float = 0.0
    closed: asyncio.Event | None = None  # set while the room closes
    is_compacting: bool = False
    compacted_at: float = float("-inf")


class Lobby:
    """All rooms of this process.

    idle_seconds: how long a room nobody uses stays in memory. menus: what is stored about menus;
    None: nothing, and none is looked after. on_open, on_close: told of every menu that is opened,
    before anybody sits there, and of every document that is closed, by its id.
    """

    def __init__(
        self,
        store: UpdateLog,
        journal: Journal,
        meter: Meter,
        clock: Clock,
        *,
        on_edit: Callable[[Seat, Document, int], None],
        idle_seconds: float = IDLE_SECONDS,
        limit_bytes: int = DOCUMENT_LIMIT_BYTES,
        make_awareness: Callable[[], AwarenessTable] = AwarenessTable,
        menus: MenuLog | None = None,
        on_open: Callable[[MenuRoom, MenuState], Awaitable[None]] | None = None,
        on_close: Callable[[str], None] = lambda document_id: None,
    ) -> None:
        self._journal = journal
        self._meter = meter
        self._clock = clock
        self._idle_seconds = idle_seconds
        self._on_close = on_close
        self._entries: dict[str, _Entry] = {}
        self._read_only: set[str] = set()  # documents, open or not
        loading = Loading(store, meter, limit_bytes)
        self._opening = Opening(
            store,
            loading,
            journal,
            meter,
            clock,
            on_edit=on_edit,
            on_broken=self._rebuild_soon,
            make_awareness=make_awareness,
            menus=menus,
            on_open=on_open,
        )
        self._saving = Saving(store, loading, journal, meter, clock)
        self._compactions = Compactions(store, meter)
        self._group: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Tick all rooms, for ever; also the parent of every task the lobby starts."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            while True:
                now = self._clock.monotonic()
                self._journal.look(now)
                for document_id, entry in list(self._entries.items()):
                    self._evaluate(document_id, entry, now)
                await asyncio.sleep(TICK_SECONDS)

    @asynccontextmanager
    async def lease(self, document_id: str) -> AsyncIterator[MenuRoom]:
        """Use a room; it is opened if need be and stays while the lease lasts.

        Raises DocumentGone when the document does not exist, StoreError when it cannot be read.
        Safe to cancel.
        """
        entry = await self._entry(document_id)
        entry.leases += 1
        try:
            yield await asyncio.shield(entry.opened)
        finally:
            entry.leases -= 1
            entry.idle_since = self._clock.monotonic()

    def open_rooms(self) -> list[MenuRoom]:
        """The rooms in memory now."""
        return [entry.opened.result() for entry in self._entries.values() if _is_open(entry)]

    def room_of(self, document_id: str) -> MenuRoom | None:
        """The open room of a document, if there is one."""
        entry = self._entries.get(document_id)
        return entry.opened.result() if entry is not None and _is_open(entry) else None

    def read_only_documents(self) -> frozenset[str]:
        """The documents that take no edits for now, by the wish of an operator."""
        return frozenset(self._read_only)

    def set_read_only(self, document_id: str, is_read_only: bool) -> None:
        """Take no edits of a document, or take them again; it may be closed. Ends with a restart.

        Its room tells everybody who is there.
        """
        if is_read_only:
            self._read_only.add(document_id)
        else:
            self._read_only.discard(document_id)
        room = self.room_of(document_id)
        if room is not None:
            room.set_read_only(is_read_only)

    async def compact_now(self, document_id: str) -> bool:
        """Put a snapshot in the place of a document's log, however short that is.

        Everything taken so far is in it. False when there is nothing to do, or the log has holes.
        Raises DocumentGone, StoreError. Safe to cancel.
        """
        async with self.lease(document_id) as room:  # so the room stays, and nobody closes it
            try:
                async with asyncio.timeout(EMPTY_SECONDS):
                    await self._saving.save(room)
            except TimeoutError:
                raise unsaved() from None
            return await self._compactions.make(room)

    def forget(self, document_id: str) -> None:
        """The document was deleted: its room ends now."""
        self._read_only.discard(document_id)
        entry = self._entries.pop(document_id, None)
        if entry is not None and _is_open(entry):
            room = entry.opened.result()
            room.lost_document()
            room.dispose()
            self._on_close(document_id)
            self._meter.room_closed()

    def close_all(self, error: MirepoixError) -> None:
        """Send everybody away; the journal still has to be flushed afterwards."""
        for room in self.open_rooms():
            room.turns.flush()
            room.close(error)

    @asynccontextmanager
    async def closed(
        self, document_id: str, error: MirepoixError | None = None
    ) -> AsyncIterator[None]:
        """Keep a document closed: everything is saved, and nobody gets in before the end.

        error: what those who have it open are sent away with; None: nobody may have it open.
        Raises DocumentInUse, StoreError when it cannot be saved now, DocumentGone; then the room
        is as it was, but for those who were sent away. Safe to cancel.
        """
        entry = await self._emptied(document_id, error)
        try:
            yield
        finally:
            if self._entries.get(document_id) is entry:  # and was not forgotten meanwhile
                del self._entries[document_id]
            assert entry.closed is not None
            entry.closed.set()

    # -- opening -------------------------------------------------------------------------------

    async def _entry(self, document_id: str) -> _Entry:
        while True:
            entry = self._entries.get(document_id)
            if entry is None:
                entry = _Entry(asyncio.get_running_loop().create_future())
                self._entries[document_id] = entry
                self._spawn(self._open(document_id, entry), f"open {document_id}")
                return entry
            if entry.closed is None:
                return entry
            await entry.closed.wait()

    async def _open(self, document_id: str, entry: _Entry) -> None:
        """Load the document into a room; a failure goes to those who wait for it."""
        try:
            room = await self._opening.open(document_id)
            if self._entries.get(document_id) is not entry:
                room.dispose()
                raise DocumentGone(f"document {document_id!r} was deleted")
        except MirepoixError as error:
            if self._entries.get(document_id) is entry:
                del self._entries[document_id]
            entry.opened.set_exception(error)
            entry.opened.exception()  # taken: nobody may be waiting any more
            return
        entry.idle_since = self._clock.monotonic()
        room.set_read_only(document_id in self._read_only)
        entry.opened.set_result(room)
        self._meter.room_opened()
        rows = room.turns.logged_updates
        log.info(
            "room opened",
            extra={"action": "room_opened", "document": document_id, "rows": rows},
        )

    # -- living --------------------------------------------------------------------------------

    def _evaluate(self, document_id: str, entry: _Entry, now: float) -> None:
        """The one place that decides what happens to a room."""
        if not _is_open(entry) or entry.closed is not None:
            return
        room = entry.opened.result()
        room.tick(now)
        is_idle = entry.leases == 0 and now - entry.idle_since >= self._idle_seconds
        if is_idle and room.turns.is_settled and not room.is_holding and not entry.is_compacting:
            entry.closed = asyncio.Event()
            self._spawn(self._close(document_id, entry, room), f"close {document_id}")
            return
        is_due = is_long(room) and now - entry.compacted_at >= PAUSE_SECONDS
        is_free = not self._compactions.is_busy and not self._journal.is_paused
        if is_due and is_free and not entry.is_compacting:
            entry.is_compacting = True
            self._spawn(self._compact(entry, room), f"compact {document_id}")

    async def _compact(self, entry: _Entry, room: MenuRoom) -> None:
        try:
            await self._compactions.attempt(room)
        finally:
            entry.is_compacting = False
            entry.compacted_at = self._clock.monotonic()

    def _rebuild_soon(self, room: MenuRoom) -> None:
        self._spawn(self._rebuild(room), f"rebuild {room.record.id}")

    async def _rebuild(self, room: MenuRoom) -> None:
        """Build a broken room's document again from the log, until that succeeds."""
        log.error("rebuilding", extra={"action": "room_rebuilt", "document": room.record.id})
        while True:
            try:
                if not await self._opening.reopen(room):
                    self.forget(room.record.id)
            except MirepoixError:
                await asyncio.sleep(TICK_SECONDS)
                continue
            return

    # -- closing -------------------------------------------------------------------------------

    async def _close(self, document_id: str, entry: _Entry, room: MenuRoom) -> None:
        assert entry.closed is not None
        try:
            await self._saving.save_what_lacks(room)
            if room.turns.logged_updates >= AFTER_UPDATES_AT_CLOSE:
                await self._compact(entry, room)
        except MirepoixError as error:
            # The room stays and is tried again later; nothing is thrown away.
            log.warning(
                "room not closed",
                extra={"action": "close_failed", "document": document_id, "why": str(error)},
            )
            entry.idle_since = self._clock.monotonic()
            closed, entry.closed = entry.closed, None
            closed.set()
            return
        if self._entries.get(document_id) is entry:  # and was not forgotten meanwhile
            del self._entries[document_id]
            room.dispose()
            self._on_close(document_id)
            self._meter.room_closed()
            log.info("room closed", extra={"action": "room_closed", "document": document_id})
        entry.closed.set()

    async def _emptied(self, document_id: str, error: MirepoixError | None) -> _Entry:
        """An entry that keeps everybody out, in the place of the document's room."""
        blocked = _Entry(asyncio.get_running_loop().create_future(), closed=asyncio.Event())
        while True:
            entry = self._entries.get(document_id)
            if entry is None:
                self._entries[document_id] = blocked
                return blocked
            if entry.closed is not None:
                await entry.closed.wait()
                continue
            room = await asyncio.shield(entry.opened)
            if self._entries.get(document_id) is entry and entry.closed is None:
                break
        blocked.closed = entry.closed = asyncio.Event()
        try:
            await self._empty(entry, room, error)
        except BaseException:
            entry.idle_since = self._clock.monotonic()
            closed, entry.closed = entry.closed, None
            closed.set()
            raise
        if self._entries.get(document_id) is not entry:
            blocked.closed.set()
            raise DocumentGone(f"document {document_id!r} was deleted")
        self._entries[document_id] = blocked
        room.dispose()
        self._on_close(document_id)
        self._meter.room_closed()
        log.info("room emptied", extra={"action": "room_emptied", "document": document_id})
        return blocked

    async def _empty(self, entry: _Entry, room: MenuRoom, error: MirepoixError | None) -> None:
        """Wait until nobody uses a room any more and all of it is saved."""
        try:
            async with asyncio.timeout(EMPTY_SECONDS):
                await self._saving.save(
                    room
                )  # so that who is sent away has been told what is saved
                # Polled: a lease of a request ends by itself, and somebody may sit down meanwhile.
                while entry.leases or entry.is_compacting:
                    if room.seats and error is None:
                        raise DocumentInUse("Somebody has this document open.")
                    if error is not None:
                        room.close(error)
                    await asyncio.sleep(EMPTY_LOOK_SECONDS)
                await self._saving.save(room)
                await self._saving.save_what_lacks(room)
        except TimeoutError:
            if room.is_holding:
                raise unsaved() from None
            raise DocumentInUse("This document is in use all the time.") from None

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        if self._group is None:
            raise AssertionError("Lobby.run() must be running before rooms are used")
        self._group.create_task(work, name=name)


def _is_open(entry: _Entry) -> bool:
    return entry.opened.done() and not entry.opened.cancelled() and entry.opened.exception() is None
