"""Where locks are taken and given back: the store decides, open rooms and their people are told.

Rule 1: a lock belongs to a session. When its socket is gone, its locks end 5 s later unless the
        same person renews them from another connection.
Rule 2: `LockTable`s of open rooms follow what the store said, never the other way round.
Rule 3: what cannot be done while the store fails is done later: `run` tries again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from collab.errors import StoreError
from collab.guard.locks import (
    GRACE_SECONDS,
    LEASE_SECONDS,
    SKEW_SECONDS,
    Held,
    Lock,
    LockedField,
    LockHolder,
    Renewed,
    Taken,
    TakeOutcome,
    TooMany,
)
from collab.records import Document
from rooms.lease_clock import LeaseClock
from rooms.lock_table import LockTable
from storage.locks import LockStore

TICK_SECONDS = 1.0
SOCKETLESS = "token:"  # how the session of somebody without a socket begins
SHARED_REFRESH_SECONDS = 2.0  # how often rooms learn what other servers did
SHARED_CLOCK_SECONDS = 10.0
ASK_AGAIN_SECONDS = 5.0  # asking for the same field more often tells nobody anything

log = logging.getLogger("mirepoix.locks")


class LockedRoom(Protocol):
    """What the desk needs of an open room."""

    @property
    def record(self) -> Document:
        """Which document it is."""
        ...

    @property
    def locks(self) -> LockTable:
        """Who holds what there."""
        ...

    def tell(self, message: Mapping[str, object]) -> None:
        """Show a message to everybody there."""
        ...


class LockDesk:
    """The locks of all menus, for this process.

    room_of: the open room of a document. open_rooms: all of them. is_living: whether the socket of
    a session is there. ring: there are new events of a menu in the log. is_shared: other servers
    use the same database.
    Every method that waits may be cancelled: it is done or not done. They raise StoreError.
    """

    def __init__(
        self,
        store: LockStore,
        clock: LeaseClock,
        *,
        room_of: Callable[[str], LockedRoom | None],
        is_living: Callable[[str], bool],
        ring: Callable[[str], None],
        open_rooms: Callable[[], Sequence[LockedRoom]],
        is_shared: bool,
    ) -> None:
        self._store = store
        self._clock = clock
        self._room_of = room_of
        self._is_living = is_living
        self._ring = ring
        self._is_shared = is_shared
        self._open_rooms = open_rooms
        self._holding: set[str] = set()  # sessions with a socket that may hold locks
        self._ended: dict[str, datetime] = {}  # session id -> when its locks end (lease time)
        self._unread: dict[LockedRoom, None] = {}  # opened, and their locks are not known yet
        self._bell = asyncio.Event()
        self._asked: dict[tuple[str, str, str], datetime] = {}
        self._refreshed_at = clock.now()
        self._followed_at = clock.now() - timedelta(seconds=SHARED_CLOCK_SECONDS)

    async def take(self, document_id: str, field: LockedField, claimant: LockHolder) -> TakeOutcome:
        """Take a field, or renew it for the session that holds it already."""
        outcome = await self._store.take(document_id, field.path, claimant, self._clock.moment())
        match outcome:
            case Taken(lock):
                self._put(lock)
                self._ring(document_id)
            case Renewed(lock):
                self._put(lock)
            case Held() | TooMany():
                pass
        return outcome

    async def renew(
        self,
        document_id: str,
        field: LockedField,
        token: int,
        user_id: str,
        session_id: str | None = None,
    ) -> Lock | None:
        """Begin a lease again; None when the lock is over.

        session_id: the connection that holds it from now on (after a reconnect).
        """
        lock = await self._store.renew(
            document_id, field.path, token, user_id, self._clock.now(), session_id
        )
        if lock is not None:
            self._put(lock)
        return lock

    async def release(self, document_id: str, field: LockedField, token: int, user_id: str) -> bool:
        """Give a field back; False when the lock was over already."""
        lock = await self._store.release(
            document_id, field.path, token, user_id, self._clock.moment()
        )
        if lock is not None:  # else the token is only what somebody says
            self._drop(document_id, field.path, lock.token)
        self._ring(document_id)
        return lock is not None

    async def break_(self, document_id: str, field: LockedField, by: LockHolder) -> Lock | None:
        """Take a field away from whoever holds it; None when nobody does.

        The event that is kept says who did it.
        """
        lock = await self._store.break_(document_id, field.path, by, self._clock.moment())
        if lock is not None:
            self._drop(document_id, field.path, lock.token)
        self._ring(document_id)
        return lock

    async def ask(self, document_id: str, field: LockedField, by: LockHolder) -> Lock | None:
        """Ask whoever holds a field to give it back; None when nobody does."""
        now, key = self._clock.now(), (document_id, field.path, by.user_id)
        again = self._asked.get(key)
        if again is not None and again > now:
            held = await self._store.live([document_id], now)
            return next((lock for lock in held if lock.path == field.path), None)
        self._asked[key] = now + timedelta(seconds=ASK_AGAIN_SECONDS)
        lock = await self._store.ask(document_id, field.path, by, self._clock.moment())
        self._ring(document_id)
        return lock

    async def list(self, document_id: str) -> list[Lock]:
        """The live locks of a menu, by field."""
        return await self._store.live([document_id], self._clock.now())

    async def set_strict(self, document_id: str, is_strict: bool, by: LockHolder) -> None:
        """Make a menu's locks strict or not."""
        await self._store.set_strict(document_id, is_strict, by, self._clock.moment())
        room = self._room_of(document_id)
        if room is not None:
            room.locks.is_strict = is_strict
        self._ring(document_id)

    async def is_strict(self, document_id: str) -> bool:
        """Whether a menu's locks are strict."""
        return await self._store.is_strict(document_id)

    def seconds_left(self, lock: Lock) -> float:
        """How long a lock holds if nobody renews it."""
        return lock.seconds_left(self._clock.now())

    def session_ended(self, session_id: str) -> None:
        """The socket of a session is gone. Cheap and harmless for sessions without locks."""
        if session_id in self._holding:
            self._holding.discard(session_id)
            self._ended[session_id] = self._clock.now() + timedelta(seconds=GRACE_SECONDS)

    def opened(self, room: LockedRoom) -> None:
        """A menu's room was opened: its table is filled at once, in `run`."""
        self._unread[room] = None
        self._bell.set()

    async def ready(self, room: LockedRoom) -> None:
        """Return when the table of an open room is filled."""
        if room in self._unread:
            await self.load(room)
            self._unread.pop(room, None)

    async def load(self, room: LockedRoom) -> None:
        """Fill the table of an open room, and tell its people when there is something in it.

        Call it when `room_of` finds the room already: what is taken from then on reaches the table.
        """
        if await self._read(room):
            listed = room.locks.listed(self._clock.monotonic_of(self._clock.now()))
            room.tell({"type": "locks", "locks": listed})

    async def run(self) -> None:
        """Fill the tables of new rooms and end what is over, for ever. Safe to cancel."""
        while True:
            try:
                await self.tick()
            except StoreError as error:
                log.warning("locks not kept", extra={"action": "locks", "why": error.reason})
                await asyncio.sleep(TICK_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await self._bell.wait()
            self._bell.clear()

    async def tick(self) -> None:
        """Read new rooms, shorten the locks of dead sessions, remove those that are over."""
        for room in list(self._unread):
            await self.ready(room)
        await self._shorten()
        for lock in await self._store.sweep(self._clock.moment()):
            self._drop(lock.document_id, lock.path, lock.token)
            self._ring(lock.document_id)
        now = self._clock.now()
        self._asked = {key: again for key, again in self._asked.items() if again > now}
        if self._is_shared:
            await self._follow(now)

    async def _read(self, room: LockedRoom) -> bool:
        """Take over what the store says; whether there are any locks."""
        document_id, locks = room.record.id, room.locks
        while True:
            version = locks.version
            is_strict = await self._store.is_strict(document_id)
            found = await self.list(document_id)
            if locks.version == version:  # else somebody took or gave back a field meanwhile
                break
        locks.is_strict = is_strict
        locks.fill((lock, self._ends_at(lock)) for lock in found)
        return bool(found)

    async def _shorten(self) -> None:
        for session_id, until in list(self._ended.items()):
            for lock in await self._store.shorten([session_id], until):
                self._show(lock)
            del self._ended[session_id]

    async def _follow(self, now: datetime) -> None:
        if now - self._followed_at >= timedelta(seconds=SHARED_CLOCK_SECONDS):
            self._clock.follow(await self._store.database_time())
            self._followed_at = self._refreshed_at = self._clock.now()
        elif now - self._refreshed_at >= timedelta(seconds=SHARED_REFRESH_SECONDS):
            self._refreshed_at = now
            for room in self._open_rooms():
                await self._read(room)

    def _put(self, lock: Lock) -> None:
        session_id = lock.holder.session_id
        if not session_id.startswith(SOCKETLESS):
            self._holding.add(session_id)
            if not self._is_living(session_id):  # its socket died while the store worked
                self.session_ended(session_id)
        self._show(lock)

    def _show(self, lock: Lock) -> None:
        room = self._room_of(lock.document_id)
        if room is not None:
            room.locks.put(lock, self._ends_at(lock))

    def _ends_at(self, lock: Lock) -> float:
        """When it ends, monotonic. What a wrong clock made too long is cut as `sweep` cuts it: a
        room that was filled before the sweep would keep the field for longer than the store."""
        left = self.seconds_left(lock)
        if left > LEASE_SECONDS + SKEW_SECONDS:
            left = LEASE_SECONDS
        return self._clock.monotonic_of(self._clock.now()) + left

    def _drop(self, document_id: str, path: str, token: int) -> None:
        room = self._room_of(document_id)
        if room is not None:
            room.locks.drop(path, token)
