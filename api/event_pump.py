"""Live events of menus for the seats of stock Yjs doors: a listener of `menu:{id}:events`.

Rule 1: events are shown in the order of the log, after their commit, once; see `EventRooms`.
Rule 2: only rooms that are open are served; whoever comes later reads the log. A seat has no
        snapshot: after a gap it is shown what comes from then on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from collab.errors import MirepoixError, StoreError
from collab.records import NumberedEvent, stream_of
from rooms.event_room import Subscription
from rooms.event_rooms import EventRooms
from rooms.listener import EventBatch
from rooms.lobby import Lobby
from rooms.menu_room import MenuRoom

RETRY_SECONDS = 1.0

log = logging.getLogger("mirepoix.events")


class EventPump:
    """Shows new events of `menu:{id}:events` to the seats of open menus. One per house.

    ring: tells every room of a stream, also on other servers, that there may be something new.
    """

    def __init__(self, rooms: EventRooms, lobby: Lobby, ring: Callable[[str], None]) -> None:
        self._ring = ring
        self._rooms = rooms
        self._lobby = lobby
        self._menus: dict[str, _Menu] = {}  # the open ones, by document id
        self._coming: dict[str, _Menu] = {}  # those that do not listen yet
        self._bell = asyncio.Event()

    def ring(self, document_id: str) -> None:
        """There are new events of this menu in the log, or there may be."""
        self._ring(stream_of(document_id))

    def opened(self, document_id: str, top: int) -> None:
        """A room was opened; its stream ended at offset `top` when it was loaded."""
        self.closed(document_id)
        self._listen_soon(_Menu(self, document_id, top))

    def closed(self, document_id: str) -> None:
        """The room is gone. Calling it twice is harmless."""
        self._coming.pop(document_id, None)
        menu = self._menus.pop(document_id, None)
        if menu is not None and menu.subscription is not None:
            menu.subscription.leave()

    async def run(self) -> None:
        """Listen for whatever is opened, for ever. Safe to cancel."""
        while True:
            await self._bell.wait()
            self._bell.clear()
            while self._coming:
                document_id, menu = next(iter(self._coming.items()))
                try:
                    await self._listen(menu)
                except StoreError as error:
                    log.warning("events not read", extra={"action": "events", "why": str(error)})
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
                if self._coming.get(document_id) is menu:
                    del self._coming[document_id]

    async def _listen(self, menu: _Menu) -> None:
        answer = await self._rooms.subscribe(stream_of(menu.document_id), menu, None)
        assert isinstance(answer, Subscription), "without a cursor there is no gap"
        if self._menus.get(menu.document_id) is not menu:  # closed meanwhile
            answer.leave()
            return
        menu.subscription = answer
        answer.start(menu.after)

    def _listen_soon(self, menu: _Menu) -> None:
        self._menus[menu.document_id] = self._coming[menu.document_id] = menu
        self._bell.set()

    def listen_again(self, menu: _Menu) -> None:
        """The stream is another one now."""
        if self._menus.get(menu.document_id) is menu:
            self._listen_soon(_Menu(self, menu.document_id, None))

    def room_of(self, document_id: str) -> MenuRoom | None:
        """The open room of a menu."""
        return self._lobby.room_of(document_id)


class _Menu:
    """One open menu as a listener. after: offset with which it begins; None: what comes."""

    def __init__(self, pump: EventPump, document_id: str, after: int | None) -> None:
        self.document_id = document_id
        self.after = after
        self.subscription: Subscription | None = None
        self._pump = pump

    has_room = True  # each seat looks after its own peer

    def show(self, batch: EventBatch) -> bool:
        """See `Listener`."""
        room = self._pump.room_of(self.document_id)
        if room is not None:
            for event in batch.events:
                _show(room, batch.epoch, event)
        return True

    def gap(self, why: str, epoch: str, top: int) -> None:
        """See `Listener`."""
        self._pump.listen_again(self)

    def end(self, error: MirepoixError) -> None:
        """See `Listener`: it always has room, so this is never called."""
        raise AssertionError(error)


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
