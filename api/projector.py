"""Makes the plain rows of menus anew that lag behind their bytes.

A menu is marked when it is created, and when its rows could not be saved together with its bytes.
"""

from __future__ import annotations

import asyncio
import logging

from collab.errors import MirepoixError
from rooms.journal import Journal
from rooms.lobby import Lobby
from storage.documents import DocumentStore
from storage.projection import ProjectionStore

LOOK_SECONDS = 2.0
ATTEMPTS = 5  # a menu that is edited all the time; it is tried again at the next look

log = logging.getLogger("mirepoix.projector")


class Projector:
    """Looks for marked menus. One per house."""

    def __init__(
        self, projection: ProjectionStore, documents: DocumentStore, lobby: Lobby, journal: Journal
    ) -> None:
        self._projection = projection
        self._documents = documents
        self._lobby = lobby
        self._journal = journal

    async def run(self) -> None:
        """Look every few seconds, for ever. Safe to cancel."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Make the rows of every marked menu anew."""
        try:
            for document_id in await self._projection.dirty():
                await self._project(document_id)
        except MirepoixError as error:
            log.warning("rows not made", extra={"action": "projection", "why": str(error)})

    async def _project(self, document_id: str) -> None:
        async with self._lobby.lease(document_id) as room:
            for _ in range(ATTEMPTS):
                await self._journal.flush()
                position = room.turns.position
                size = await self._documents.size(document_id)
                if size is None:
                    return
                if room.turns.position != position:
                    continue  # edited meanwhile: its rows would know more than the log
                rows = room.keeper.item_rows()
                if await self._projection.rebuild(document_id, rows, top=size.top):
                    return
