"""What happens to versions by itself: schedules pass, edits are kept, old versions get thinner.

Rule 1: when guests begin to see another version because a schedule says so, `menu.effective` is
        told, also when the server was down at that moment; on several servers, once.
Rule 2: after each stretch of editing there is an automatic version, if anything differs.
Rule 3: a menu that cannot be kept now does not hold up the others, and is tried again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from collab.errors import DocumentGone, EngineFailed, StoreError, StructureRefused
from collab.menus.plain_json import plain_json
from collab.versions.schedule import effective, next_change
from collab.versions.version import Version, fingerprint, thinned
from rooms.clock import Clock
from rooms.journal import Journal
from rooms.lobby import Lobby
from rooms.menu_room import MenuRoom
from rooms.ports import MenuLog
from storage.publications import PublicationStore, Schedule
from storage.versions import EndedEditing, Snapshot, VersionStore

CHECK_SECONDS = 30.0

log = logging.getLogger("mirepoix.versions")


class VersionKeeper:
    """Runs beside the requests. One per house.

    states: what is stored about menus. ring_events: told the id of a menu whose stream got an
    event.
    """

    def __init__(
        self,
        versions: VersionStore,
        publications: PublicationStore,
        states: MenuLog,
        lobby: Lobby,
        journal: Journal,
        clock: Clock,
        *,
        ring_events: Callable[[str], None],
    ) -> None:
        self._versions = versions
        self._publications = publications
        self._states = states
        self._lobby = lobby
        self._journal = journal
        self._clock = clock
        self._ring_events = ring_events
        self._shown: dict[str, int | None] = {}  # menu -> version that guests were told of
        self._looked_at: dict[str, datetime] = {}  # menu -> end of the editing that was judged
        self._bell = asyncio.Event()

    def ring(self) -> None:
        """Something was published, cancelled, or the wall clock of a restaurant was changed."""
        self._bell.set()

    async def run(self) -> None:
        """Keep versions for ever. Safe to cancel."""
        while True:
            self._bell.clear()
            try:
                wait_seconds = await self.keep()
            except StoreError as error:
                log.warning("versions not kept", extra={"action": "versions", "why": str(error)})
                wait_seconds = CHECK_SECONDS
            try:
                async with asyncio.timeout(wait_seconds):
                    await self._bell.wait()
            except TimeoutError:
                pass

    async def keep(self) -> float:
        """Do what is due now; seconds until the next time. Safe to cancel. Raises StoreError."""
        now = self._clock.utc()
        schedules = await self._publications.scheduled(now)
        for schedule in schedules:
            await self._show(schedule, now)
        for ended in await self._versions.ended_editing():
            await self._keep_edits(ended)
        changes = (next_change(one.publications, now, one.zone) for one in schedules)
        due = [at for at in changes if at is not None]
        if not due:
            return CHECK_SECONDS
        left = (min(due) - self._clock.utc()) / timedelta(seconds=1)
        return min(CHECK_SECONDS, max(0.0, left))

    async def save(self, document_id: str, user_id: str) -> Version | None:
        """Make an automatic version now; None when the newest one reads the same.

        user_id: who is said to have made it. Raises DocumentGone, StructureRefused, EngineFailed,
        StoreError. Safe to cancel.
        """
        async with self._lobby.lease(document_id) as room:
            snapshot = snapshot_of(room)
            room.turns.flush()
            await self._journal.flush()
        now = self._clock.utc()
        made = await self._versions.save_automatic(document_id, snapshot, user_id, now)
        if made is not None:
            gone = thinned(await self._versions.list(document_id, limit=None), now)
            if gone:
                await self._versions.thin(document_id, gone)
        return made

    async def shown_anew(self, document_id: str) -> None:
        """Guests see another version now, or will: conflicts are judged anew, everybody hears.

        Raises StoreError. Safe to cancel.
        """
        room = self._lobby.room_of(document_id)
        if room is not None and not room.is_holding:  # else it reads that when it is opened anew
            state = await self._states.load_menu(document_id)
            room.keeper.republish(state.published)
        self._ring_events(document_id)
        self.ring()

    async def _show(self, schedule: Schedule, now: datetime) -> None:
        publication = effective(schedule.publications, now, schedule.zone)
        number = None if publication is None else publication.number
        id = schedule.document_id
        if id in self._shown and self._shown[id] == number:
            return
        try:
            if await self._publications.tell_effective(id, now):
                await self.shown_anew(id)
        except DocumentGone:
            return
        self._shown[id] = number

    async def _keep_edits(self, ended: EndedEditing) -> None:
        id = ended.document_id
        if self._looked_at.get(id) == ended.ended_at:
            return
        try:
            await self.save(id, ended.user_id)
        except (DocumentGone, StructureRefused, EngineFailed) as error:
            log.warning(
                "no version was made of a menu",
                extra={"action": "version", "document": id, "why": str(error)},
            )
            return
        self._looked_at[id] = ended.ended_at


def snapshot_of(room: MenuRoom) -> Snapshot:
    """The menu of a room as it stands. Raises StructureRefused, StoreError as `room.menu`."""
    content = plain_json(room.keeper.menu())
    return Snapshot(content, fingerprint(content), room.document.state_vector())
