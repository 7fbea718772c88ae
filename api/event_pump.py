"""Live events of menus: what the log of a stream got is shown to everybody at that menu.

Rule 1: events are shown from the log, in its order, after their commit; ringing twice, or for
        events that were shown already, does nothing.
Rule 2: only rooms that are open are served; whoever comes later reads the log.
"""

from __future__ import annotations

import asyncio
import logging

from collab.errors import StoreError
from collab.records import NumberedEvent, stream_of
from rooms.lobby import Lobby
from rooms.menu_room import MenuRoom
from storage.streams import StreamStore

PAGE = 200
RETRY_SECONDS = 1.0

log = logging.getLogger("mirepoix.events")


class EventPump:
    """Shows new events of `menu:{id}:events`. One per house."""

    def __init__(self, streams: StreamStore, lobby: Lobby) -> None:
        self._streams = streams
        self._lobby = lobby
        self._rung: dict[str, None] = {}  # document ids, in the order in which they rang
        self._shown: dict[str, int] = {}  # document id -> offset shown up to
        self._bell = asyncio.Event()

    def ring(self, document_id: str) -> None:
        """There are new events of this menu in the log, or there may be."""
        self._rung[document_id] = None
        self._bell.set()

    def opened(self, document_id: str, top: int) -> None:
        """A room was opened; its stream ended at offset `top` when it was loaded."""
        self._shown[document_id] = top
        self.ring(document_id)

    def closed(self, document_id: str) -> None:
        """The room is gone. Calling it twice is harmless."""
        self._shown.pop(document_id, None)

    async def run(self) -> None:
        """Show what rings, for ever. Safe to cancel."""
        while True:
            await self._bell.wait()
            self._bell.clear()
            rung, self._rung = self._rung, {}
            for document_id in rung:
                try:
                    await self._show_new(document_id)
                except StoreError as error:
                    log.warning("events not read", extra={"action": "events", "why": str(error)})
                    self.ring(document_id)
                    await asyncio.sleep(RETRY_SECONDS)

    async def _show_new(self, document_id: str) -> None:
        while (after := self._shown.get(document_id)) is not None:
            page = await self._streams.read(stream_of(document_id), after, PAGE)
            room = self._lobby.room_of(document_id)
            if room is None or not page.events or self._shown.get(document_id) != after:
                return
            self._shown[document_id] = page.events[-1].offset
            for event in page.events:
                _show(room, page.epoch, event)


def _show(room: MenuRoom, epoch: str, numbered: NumberedEvent) -> None:
    event = numbered.event
    room.tell(
        {
            "type": "event",
            "room": stream_of(room.record.id),
            "epoch": epoch,
            "offset": numbered.offset,
            "event": {
                "type": event.type,
                "actor": event.actor,
                "at_ms": int(event.at.timestamp() * 1000),
                "body": dict(event.body),
            },
        }
    )
