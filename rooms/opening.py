"""From a stored document to an open room; and to a document once more when the engine gave up.

Rule 1: nobody sits in a room before everything about it was read, and, of a menu, looked at.
Rule 2: what the document could not take is set aside in the store, never thrown away.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from collab.documents.rebuild import Rebuilt
from collab.errors import DocumentGone, MirepoixError
from collab.records import Document, DocumentKind, MenuState, StoredDocument
from collab.wire.awareness import AwarenessTable
from rooms.client_ids import ClientIds
from rooms.clock import Clock
from rooms.journal import Journal
from rooms.keeper import MenuKeeper
from rooms.loading import Loading
from rooms.menu_room import MenuRoom
from rooms.ports import MenuLog, Meter, UpdateLog
from rooms.seat import Seat
from rooms.surroundings import Surroundings

log = logging.getLogger("mirepoix.lobby")


class Opening:
    """Opens rooms.

    on_edit, on_broken: see `Surroundings`. menus: what is stored about menus; None: nothing, and
    none is looked after. on_open: told of every menu, before anybody sits there.
    """

    def __init__(
        self,
        store: UpdateLog,
        loading: Loading,
        journal: Journal,
        meter: Meter,
        clock: Clock,
        *,
        on_edit: Callable[[Seat, Document, int], None],
        on_broken: Callable[[MenuRoom], None],
        make_awareness: Callable[[], AwarenessTable],
        menus: MenuLog | None,
        on_open: Callable[[MenuRoom, MenuState], Awaitable[None]] | None,
    ) -> None:
        self._store = store
        self._loading = loading
        self._journal = journal
        self._meter = meter
        self._clock = clock
        self._on_edit = on_edit
        self._on_broken = on_broken
        self._make_awareness = make_awareness
        self._menus = menus
        self._on_open = on_open

    async def open(self, document_id: str) -> MenuRoom:
        """Load a document into a room of its own.

        Raises DocumentGone when it does not exist, StoreError. Safe to cancel.
        """
        stored = await self._store.load(document_id)
        if stored is None:
            raise DocumentGone(f"there is no document {document_id!r}")
        rebuilt = await self._loading.build(stored)
        await self._loading.set_aside(stored, rebuilt)
        state = await self._state_of(stored)
        room = self._room(stored, rebuilt, state)
        if state is not None and self._on_open is not None:
            await self._prepare(room, state)
        return room

    async def reopen(self, room: MenuRoom) -> bool:
        """Build a broken room's document again from the log; False when that is gone.

        What still waits is set aside: with nothing waiting, no update that passed the checks was
        ever seen to break the engine, and one that clashes with what waits would break it again
        at every attempt of its innocent author. Who holds what was set aside gives it back.
        Raises StoreError; then the room is as it was. Safe to cancel.
        """
        while True:
            await self._journal.flush()
            stored = await self._store.load(room.record.id)
            if stored is None:
                return False
            rebuilt = await self._loading.build(stored)
            await self._loading.set_aside(stored, rebuilt)
            if not rebuilt.waiting:
                room.replace_document(rebuilt.document)
                return True
            await self._loading.set_aside(stored, _without_what_waits(rebuilt))

    async def _state_of(self, stored: StoredDocument) -> MenuState | None:
        """What is stored about a menu; None for other documents."""
        if self._menus is None or stored.document.kind is not DocumentKind.MENU:
            return None
        return await self._menus.load_menu(stored.document.id)

    def _room(self, stored: StoredDocument, rebuilt: Rebuilt, state: MenuState | None) -> MenuRoom:
        make_keeper = None
        if state is not None:
            make_keeper = partial(MenuKeeper, state=state, make_id=_new_id, utc=self._clock.utc)
        loop = asyncio.get_running_loop()
        room = MenuRoom(
            stored.document,
            rebuilt.document,
            ClientIds(stored.client_ids, stored.former_client_ids),
            self._make_awareness(),
            Surroundings(
                self._journal,
                self._meter,
                self._clock,
                loop.call_soon,
                loop.call_later,
                self._on_edit,
                self._on_broken,
            ),
            make_keeper,
        )
        room.turns.logged_updates = len(stored.updates)
        room.turns.logged_bytes = sum(len(row.data) for row in stored.updates)
        self._tell_of_holes(room, stored)
        return room

    def _tell_of_holes(self, room: MenuRoom, stored: StoredDocument) -> None:
        for first, last in stored.missing:
            room.warnings.append(("edits_missing", f"edits {first} to {last} may be missing"))
            self._meter.refused("log_hole")
            log.error(
                "the log has a hole",
                extra={
                    "action": "log_hole",
                    "document": stored.document.id,
                    "first": first,
                    "last": last,
                },
            )

    async def _prepare(self, room: MenuRoom, state: MenuState) -> None:
        """Let others look at a menu before anybody sits there."""
        assert self._on_open is not None
        try:
            await self._on_open(room, state)
        except MirepoixError:
            room.dispose()
            raise


def _without_what_waits(rebuilt: Rebuilt) -> Rebuilt:
    return replace(rebuilt, poison=tuple((seq, "clashed") for seq in rebuilt.waiting), waiting=())


def _new_id() -> str:
    return secrets.token_hex(12)
