"""All event rooms of this process: who listens to which stream, and what they are shown.

Rule 1: a listener is shown every event after its cursor once, in order and without a hole; where
        that cannot be, it is told of the gap instead. Never anything else.
Rule 2: the log is the truth. What a commit told is shown right after it; whatever else there may
        be (a hole, another epoch, another node's events) is read from the log.
Rule 3: nothing here waits for a listener. One that reads too slowly is left behind and goes on
        from the log when it has room; after `too_slow_seconds` without progress it is ended.
Rule 4: a room is opened once, however many ask at the same time, and closed when nobody listened
        for `idle_seconds`. What is told while it opens is read from the log.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from collab.errors import StoreError
from collab.orders.executed import Told
from rooms.clock import Clock
from rooms.event_room import MEMORY_EVENTS, PAGE_EVENTS, Cursor, CursorGap, EventRoom, Subscription
from rooms.listener import Listener
from rooms.ports import Meter, StreamLog, StreamPage

IDLE_SECONDS = 60.0
POLL_SECONDS = 0.5
TOO_SLOW_SECONDS = 30.0
LOOK_SECONDS = 0.05  # how often somebody who has no room is looked at
RETRY_SECONDS = 0.5
TICK_SECONDS = 1.0
STREAMS_AT_ONCE = 500  # in one question to the log

log = logging.getLogger("mirepoix.rooms")


class EventRooms:
    """The event rooms. `run` has to run for anything to be opened or paged.

    is_shared: other processes append to the same log without telling; it is asked every
    `poll_seconds`.
    """

    def __init__(
        self,
        streams: StreamLog,
        meter: Meter,
        clock: Clock,
        *,
        is_shared: bool = False,
        idle_seconds: float = IDLE_SECONDS,
        poll_seconds: float = POLL_SECONDS,
        too_slow_seconds: float = TOO_SLOW_SECONDS,
    ) -> None:
        self._streams = streams
        self._meter = meter
        self._clock = clock
        self._is_shared = is_shared
        self._idle_seconds = idle_seconds
        self._poll_seconds = poll_seconds
        self._too_slow_seconds = too_slow_seconds
        self._rooms: dict[str, EventRoom] = {}
        self._opening: dict[str, asyncio.Future[EventRoom]] = {}
        self._rung: set[str] = set()  # streams that got events while their room was opened
        self._group: asyncio.TaskGroup | None = None

    async def subscribe(
        self, stream_id: str, listener: Listener, cursor: Cursor | None
    ) -> Subscription | CursorGap:
        """Join a room; nothing is shown before `start` of the answer.

        cursor: what the listener saw last. None: nothing; take a snapshot after this call and
        `start` after its position. A gap joins nothing.
        Raises StoreError when the room cannot be opened now. Safe to cancel.
        """
        while True:
            room = await self._open(stream_id)
            if cursor is None or room.remembers(cursor):
                return room.join(listener, cursor)
            # Asked even where memory seems to know: another node may have told the client more.
            page = await self._streams.open(stream_id)
            if self._rooms.get(stream_id) is not room:
                continue
            if page.epoch != room.epoch:
                self._end(room, CursorGap("epoch", page.epoch, page.top))
                continue
            if page.top > room.head:
                room.ring(page.top)
            gap = _gap(cursor, page, room)
            return room.join(listener, cursor) if gap is None else gap

    def deliver(self, told: Mapping[str, Told]) -> None:
        """Show what a commit brought: call it right after each commit, in their order."""
        for stream_id, events in told.items():
            room = self._rooms.get(stream_id)
            if room is not None:
                before = room.shown
                room.deliver(events)
                self._meter.deliveries(room.shown - before)
            elif stream_id in self._opening:
                self._rung.add(stream_id)

    def ring(self, stream_id: str) -> None:
        """There may be new events of this stream in the log. Cheap; ringing twice is harmless."""
        room = self._rooms.get(stream_id)
        if room is not None:
            room.ring()
        elif stream_id in self._opening:
            self._rung.add(stream_id)

    def ring_all(self) -> None:
        """There may be new events of any stream."""
        for stream_id in [*self._rooms, *self._opening]:
            self.ring(stream_id)

    def open_rooms(self) -> list[EventRoom]:
        """The rooms that are open now."""
        return list(self._rooms.values())

    def open_streams(self) -> list[str]:
        """The streams that have a room now."""
        return list(self._rooms)

    async def run(self) -> None:
        """Open rooms, page listeners, close what is idle; for ever. Safe to cancel."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                if self._is_shared:
                    group.create_task(self._poll())
                while True:
                    self._close_idle(self._clock.monotonic())
                    await asyncio.sleep(TICK_SECONDS)
        finally:
            self._group = None
            for opening in self._opening.values():
                _fail(opening, _stopping())
            self._opening.clear()

    # -- opening and closing -------------------------------------------------------------------

    async def _open(self, stream_id: str) -> EventRoom:
        room = self._rooms.get(stream_id)
        if room is not None:
            return room
        opening = self._opening.get(stream_id)
        if opening is None:
            if self._group is None:
                raise _stopping()
            opening = asyncio.get_running_loop().create_future()
            self._opening[stream_id] = opening
            self._group.create_task(self._load(stream_id, opening), name=f"open {stream_id}")
        return await asyncio.shield(opening)  # whoever goes away leaves it to the others

    async def _load(self, stream_id: str, opening: asyncio.Future[EventRoom]) -> None:
        """Open a room with the newest events; a failure goes to those who wait for it."""
        try:
            page = await self._streams.open(stream_id)
            if page.top >= page.first:
                after = max(page.first - 1, page.top - MEMORY_EVENTS)
                page = await self._streams.read(stream_id, after, MEMORY_EVENTS)
        except StoreError as error:
            _fail(opening, error)
            return
        except asyncio.CancelledError:
            _fail(opening, _stopping())
            raise
        finally:
            del self._opening[stream_id]
            is_rung = stream_id in self._rung
            self._rung.discard(stream_id)
        room = self._rooms[stream_id] = EventRoom(stream_id, page, self._page_soon)
        if is_rung or room.is_rung:
            room.ring()
        opening.set_result(room)

    def _end(self, room: EventRoom, gap: CursorGap) -> None:
        room.end(gap)
        self._forget(room)

    def _forget(self, room: EventRoom) -> None:
        if self._rooms.get(room.stream_id) is room:
            del self._rooms[room.stream_id]

    def _close_idle(self, now: float) -> None:
        for room in list(self._rooms.values()):
            if not room.is_empty or room.is_paged:
                room.idle_since = None
            elif room.idle_since is None:
                room.idle_since = now
            elif now - room.idle_since >= self._idle_seconds:
                self._end(room, CursorGap("epoch", room.epoch, room.top))  # nobody hears it

    # -- the log -------------------------------------------------------------------------------

    def _page_soon(self, room: EventRoom) -> None:
        if not room.is_paged and self._group is not None:
            room.is_paged = True
            self._group.create_task(self._page(room), name=f"page {room.stream_id}")

    async def _page(self, room: EventRoom) -> None:
        """Read from the log what a room and its listeners lack, until they lack nothing."""
        try:
            while room.is_wanting:
                before = room.shown
                try:
                    if room.is_rung:
                        await self._show_new(room)
                    else:
                        await self._show_old(room)
                except StoreError as error:
                    self._meter.refused("events_not_read")
                    log.warning(
                        "events not read", extra={"action": "events", "reason": error.reason}
                    )
                    await asyncio.sleep(RETRY_SECONDS)
                self._meter.deliveries(room.shown - before)
        finally:
            room.is_paged = False
        if room.has_ended:
            self._forget(room)

    async def _show_new(self, room: EventRoom) -> None:
        """Show what the log has above the head of the room."""
        after, room.is_rung = room.head, False
        try:
            page = await self._streams.read(room.stream_id, after, PAGE_EVENTS)
        except StoreError:
            room.is_rung = True
            raise
        if not room.has_ended:
            room.take(page, after)

    async def _show_old(self, room: EventRoom) -> None:
        """One page for everybody who is behind and has room."""
        ready = room.ready(self._clock.monotonic(), self._too_slow_seconds)
        before = room.shown
        for after, subscriptions in ready.items():
            if room.recall(after) is not None:
                room.show_memory(subscriptions)
                await asyncio.sleep(0)  # others have their turn
                continue
            page = await self._streams.read(room.stream_id, after, PAGE_EVENTS)
            if room.has_ended:
                return
            room.show_page(page, after, subscriptions)
        if room.shown == before:
            await asyncio.sleep(LOOK_SECONDS)

    async def _poll(self) -> None:
        """Look for what other processes appended."""
        while True:
            await asyncio.sleep(self._poll_seconds)
            names = list(self._rooms)
            for start in range(0, len(names), STREAMS_AT_ONCE):
                try:
                    tops = await self._streams.tops(names[start : start + STREAMS_AT_ONCE])
                except StoreError:
                    self._meter.refused("events_not_polled")
                    continue
                for stream_id, top in tops.items():
                    room = self._rooms.get(stream_id)
                    if room is not None and room.head != top:
                        room.ring()


def _gap(cursor: Cursor, page: StreamPage, room: EventRoom) -> CursorGap | None:
    """Why a room cannot go on after a cursor; None when it can."""
    top = max(page.top, room.top)
    match cursor:
        case Cursor(epoch, _) if epoch != room.epoch:
            return CursorGap("epoch", room.epoch, top)
        case Cursor(_, offset) if offset < 0:
            return CursorGap("negative", room.epoch, top)
        case Cursor(_, offset) if offset > top:
            return CursorGap("future", room.epoch, top)
        case Cursor(_, offset) if offset + 1 < page.first and not room.remembers(cursor):
            return CursorGap("trimmed", room.epoch, top)
        case _:
            return None


def _fail(opening: asyncio.Future[EventRoom], error: StoreError) -> None:
    if not opening.done():
        opening.set_exception(error)
        opening.exception()  # taken: nobody may be waiting any more


def _stopping() -> StoreError:
    return StoreError("The server stops; come again.", reason="stopping")
