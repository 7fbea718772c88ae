"""Who is connected, in rows: one a connection, written behind in batches.

Rule 1: doors and rooms only say what happened; nothing here waits for the store.
Rule 2: the newest state of a row wins; a batch that could not be written is written later.
Rule 3: a connection is idle after `IDLE_SECONDS` without activity and offline when its socket is
        gone. Rows of a process that died are swept after `STALE_SECONDS`; living ones are touched
        more often than that.
Rule 4: who says that they are away is idle until they appear or edit something: the frames that a
        hidden page sends by itself do not bring them back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol
from uuid import uuid4

from collab.errors import StoreError
from collab.identity import Identity
from collab.records import Document, EditSession, SessionStatus, UserSession
from rooms.clock import Clock
from rooms.ports import Meter, SessionLog

IDLE_SECONDS = 60.0
STALE_SECONDS = 300.0
TOUCH_SECONDS = 60.0  # a living row is written at least so often
WRITE_SECONDS = 1.0
ROWS_AT_ONCE = 100
EDIT_PAUSE_SECONDS = 600.0  # an edit after so long begins a new edit session

log = logging.getLogger("mirepoix.sessions")


class SessionWatcher(Protocol):
    """Somebody who is told of every session, at once. Calls never wait and never raise."""

    def opened(self, session: UserSession, identity: Identity) -> None:
        """Somebody connected."""
        ...

    def changed(self, session: UserSession) -> None:
        """A session became active or idle."""
        ...

    def closed(self, session: UserSession) -> None:
        """The connection is gone; the session says since when."""
        ...


@dataclass(slots=True, eq=False)
class _Edits:
    """A running edit session; the record is brought up to date when it is written."""

    session: EditSession
    edited_at: float  # monotonic seconds
    last_edit_at: datetime
    unsaved: int = 0  # updates since the record was last brought up to date


@dataclass(slots=True)
class _Connection:
    session: UserSession
    active_at: float  # monotonic seconds of the last activity
    written_at: float
    is_away: bool = False
    edits: dict[str, _Edits] = field(default_factory=dict)  # by document id


class SessionBook:
    """The sessions of this process.

    on_close: told of every session that ended, by its id. watcher: told of everything, the roster.
    """

    def __init__(
        self,
        store: SessionLog,
        meter: Meter,
        clock: Clock,
        *,
        stale_seconds: float = STALE_SECONDS,
        on_close: Callable[[str], None] = lambda session_id: None,
        watcher: SessionWatcher | None = None,
    ) -> None:
        self._store = store
        self._meter = meter
        self._clock = clock
        self._stale_seconds = stale_seconds
        self._on_close = on_close
        self._watcher = watcher
        self._connections: dict[str, _Connection] = {}
        self._dirty: dict[str, UserSession] = {}
        self._dirty_edits: dict[str, EditSession] = {}
        self._edited: set[_Edits] = set()

    def open(
        self,
        identity: Identity,
        restaurant_id: str,
        resource_type: str,
        resource_id: str,
        door: str,
        metadata: Mapping[str, str],
    ) -> str:
        """Somebody connected to something; the id of the session.

        restaurant_id: that of the resource, because not every identity has one. resource_type:
        the kind of a document, or of a room. metadata: `device` is shown to colleagues.
        """
        now = self._clock.utc()
        session = UserSession(
            id=str(uuid4()),
            user_id=identity.user_id,
            user_name=identity.name or identity.user_id,
            restaurant_id=restaurant_id,
            resource_type=resource_type,
            resource_id=resource_id,
            door=door,
            status=SessionStatus.ACTIVE,
            started_at=now,
            last_activity_at=now,
            metadata=dict(metadata),
        )
        at = self._clock.monotonic()
        self._connections[session.id] = _Connection(session, at, at)
        self._dirty[session.id] = session
        if self._watcher is not None:
            self._watcher.opened(session, identity)
        return session.id

    def appear(self, session_id: str) -> None:
        """Somebody says that they are here again."""
        connection = self._connections.get(session_id)
        if connection is not None:
            connection.is_away = False
            self.active(session_id)

    def away(self, session_id: str) -> None:
        """Somebody says that they are away, e.g. because their page is hidden: idle at once."""
        connection = self._connections.get(session_id)
        if connection is not None:
            connection.is_away = True
            if connection.session.status is SessionStatus.ACTIVE:
                self._change(connection, SessionStatus.IDLE)

    def active(self, session_id: str) -> None:
        """Somebody did something. Cheap: the row is written with a later batch."""
        connection = self._connections.get(session_id)
        if connection is not None:
            connection.active_at = self._clock.monotonic()
            if not connection.is_away and connection.session.status is not SessionStatus.ACTIVE:
                self._change(connection, SessionStatus.ACTIVE)

    def edited(self, session_id: str, document: Document, count: int = 1) -> None:
        """Somebody changed a document so many times. Cheap: called for every turn of a room."""
        connection = self._connections.get(session_id)
        if connection is None:
            return
        self.appear(session_id)
        running = connection.edits.get(document.id)
        at = connection.active_at
        if running is not None and at - running.edited_at >= EDIT_PAUSE_SECONDS:
            self._end_edits(running, running.last_edit_at)
            running = None
        if running is None:
            running = connection.edits[document.id] = self._begin_edits(connection, document, at)
        running.edited_at = at
        running.last_edit_at = self._clock.utc()
        running.unsaved += count
        self._edited.add(running)

    def close(self, session_id: str) -> None:
        """The connection is gone."""
        connection = self._connections.pop(session_id, None)
        if connection is None:
            return
        now = self._clock.utc()
        ended = replace(connection.session, status=SessionStatus.OFFLINE, ended_at=now)
        self._dirty[session_id] = ended
        for running in connection.edits.values():
            self._end_edits(running, now)
        self._on_close(session_id)
        if self._watcher is not None:
            self._watcher.closed(ended)

    def find(self, session_id: str) -> UserSession | None:
        """A session of this process that is connected now."""
        connection = self._connections.get(session_id)
        return None if connection is None else connection.session

    def living(self) -> list[UserSession]:
        """The sessions of this process that are connected now."""
        return [connection.session for connection in self._connections.values()]

    async def run(self) -> None:
        """Write what changed every second and sweep what is stale, for ever. Safe to cancel."""
        swept_at = float("-inf")
        while True:
            now = self._clock.monotonic()
            self._look(now)
            await self.write()
            if now - swept_at >= self._stale_seconds / 5:
                swept_at = now
                await self._sweep()
            await asyncio.sleep(WRITE_SECONDS)

    async def write(self) -> None:
        """Write what changed, a few rows at a time: updates are saved by the same one writer, and
        a thousand rows in one transaction would hold up everybody's acknowledgements.

        What was not written stays for the next time. Safe to cancel.
        """
        for running in list(self._edited):
            self._bring_up_to_date(running)
        if not self._dirty and not self._dirty_edits:
            return
        sessions, self._dirty = self._dirty, {}
        edits, self._dirty_edits = self._dirty_edits, {}
        try:
            while sessions or edits:  # a session goes before its edits
                some = list(islice(sessions.values(), ROWS_AT_ONCE))
                some_edits = list(islice(edits.values(), ROWS_AT_ONCE - len(some)))
                await self._store.write(some, some_edits)
                for session in some:
                    del sessions[session.id]
                for edit in some_edits:
                    del edits[edit.id]
        except (StoreError, asyncio.CancelledError) as error:
            self._dirty = {**sessions, **self._dirty}
            self._dirty_edits = {**edits, **self._dirty_edits}
            if not isinstance(error, StoreError):
                raise
            self._meter.refused("sessions_not_written")
            log.warning(
                "sessions not written",
                extra={"action": "sessions_not_written", "reason": error.reason},
            )

    def _begin_edits(self, connection: _Connection, document: Document, at: float) -> _Edits:
        now = self._clock.utc()
        session = EditSession(
            id=str(uuid4()),
            session_id=connection.session.id,
            document_id=document.id,
            user_id=connection.session.user_id,
            started_at=now,
            last_edit_at=now,
            updates=0,
        )
        return _Edits(session, at, now)

    def _bring_up_to_date(self, running: _Edits) -> None:
        """Make the record say what happened."""
        self._edited.discard(running)
        if running.unsaved:
            updates, running.unsaved = running.session.updates + running.unsaved, 0
            running.session = replace(
                running.session, last_edit_at=running.last_edit_at, updates=updates
            )
            self._dirty_edits[running.session.id] = running.session

    def _end_edits(self, running: _Edits, ended_at: datetime) -> None:
        self._bring_up_to_date(running)
        self._dirty_edits[running.session.id] = replace(running.session, ended_at=ended_at)

    def _look(self, now: float) -> None:
        for connection in self._connections.values():
            is_idle = now - connection.active_at >= IDLE_SECONDS
            if is_idle and connection.session.status is SessionStatus.ACTIVE:
                self._change(connection, SessionStatus.IDLE)
            elif now - connection.written_at >= TOUCH_SECONDS:
                self._change(connection, connection.session.status)

    def _change(self, connection: _Connection, status: SessionStatus) -> None:
        session = connection.session
        # The row's last activity doubles as its sign of life, so that a sweep by another process
        # never takes a living connection for a dead one.
        connection.session = replace(session, status=status, last_activity_at=self._clock.utc())
        connection.written_at = self._clock.monotonic()
        self._dirty[session.id] = connection.session
        if status is not session.status and self._watcher is not None:
            self._watcher.changed(connection.session)

    async def _sweep(self) -> None:
        now = self._clock.utc()
        try:
            count = await self._store.sweep(now - timedelta(seconds=self._stale_seconds), now)
        except StoreError as error:
            self._meter.refused("sessions_not_swept")
            log.warning("sweep failed", extra={"action": "sweep_failed", "reason": error.reason})
            return
        if count:
            log.info("stale sessions", extra={"action": "sessions_swept", "count": count})
