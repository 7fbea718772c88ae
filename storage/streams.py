"""Ordered logs of events, such as `menu:{id}:events`.

Rule 1: offsets have no gaps: `streams.top` is raised in the transaction that inserts, and a
rollback takes both back.
Rule 2: an epoch says which numbering an offset belongs to. It is drawn when the stream is made
and anew when a backup is restored: then the same offsets come again with other events.
Rule 3: events are kept for some days; a reader that was away for longer reads the menu instead.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, bindparam, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.records import NumberedEvent, StreamEvent
from storage.database import Database
from storage.menu_tables import stream_events, streams
from storage.sqlite_rows import Insert
from storage.tables import upsert

RAISE_STREAM = """
INSERT INTO streams (id, epoch, top) VALUES (?, ?, ?)
ON CONFLICT (id) DO UPDATE SET top = streams.top + excluded.top RETURNING top
"""
_INSERT_EVENTS = Insert(stream_events)


class StreamPage(NamedTuple):
    """Some events of a stream in order, and where the stream stands."""

    epoch: str  # "": there is no such stream yet
    top: int  # offset of its last event, 0 when there was none
    events: list[NumberedEvent]
    first: int = 1  # offset of the oldest event that is kept; top + 1 when none is


def draw_epoch() -> str:
    """A new epoch; two are never the same."""
    return secrets.token_hex(8)


async def append_events(
    connection: AsyncConnection,
    dialect: str,
    stream_id: str,
    epoch_if_new: str,
    events: Sequence[StreamEvent],
) -> int:
    """Append events inside the write transaction of `connection`; the offset of the first.

    dialect: `Database.dialect`. epoch_if_new: for a stream that is not there yet.
    Take the locks of menus first: streams come after them in every transaction.
    Raises ValueError when there are no events; otherwise what the driver raises.
    """
    if not events:
        raise ValueError("there is nothing to append")
    raised = upsert(dialect, streams).values(id=stream_id, epoch=epoch_if_new, top=len(events))
    top = await connection.scalar(
        raised.on_conflict_do_update(
            index_elements=[streams.c.id], set_={"top": streams.c.top + raised.excluded.top}
        ).returning(streams.c.top)
    )
    assert top is not None
    first: int = top - len(events) + 1
    await connection.execute(insert(stream_events), _rows(stream_id, first, events))
    return first


def append_events_sqlite(
    connection: sqlite3.Connection, batches: Mapping[str, Sequence[StreamEvent]], epoch_if_new: str
) -> dict[str, int]:
    """The same for several streams, in the driver's thread; stream id -> offset of its first.

    batches: stream id -> its events, never empty.
    """
    firsts: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    for stream_id, events in batches.items():
        raised = connection.execute(RAISE_STREAM, (stream_id, epoch_if_new, len(events)))
        firsts[stream_id] = raised.fetchall()[0][0] - len(events) + 1
        rows += _rows(stream_id, firsts[stream_id], events)
    _INSERT_EVENTS.run(connection, rows)
    return firsts


class StreamStore:
    """Reads streams, appends outside of other transactions, and trims."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, stream_id: str, after: int, limit: int) -> StreamPage:
        """Up to `limit` events with offsets above `after`, ascending.

        When `after + 1` lies below `first`, events in between were trimmed. A stream that is not
        there reads as an empty one without an epoch. Cancelling is safe. Raises StoreError.
        """
        key = {"stream_id": stream_id, "after": after, "n": limit}
        async with self._database.read() as connection:
            stream = (await connection.execute(_STREAM, key)).first()
            if stream is None:
                return StreamPage("", 0, [])
            rows = (await connection.execute(_EVENTS, key)).all()
            first = await connection.scalar(_FIRST, key)
        kept_from = stream.top + 1 if first is None else first
        return StreamPage(stream.epoch, stream.top, [_event_of(row) for row in rows], kept_from)

    async def append(self, stream_id: str, events: Sequence[StreamEvent]) -> int:
        """Append in a transaction of its own; the offset of the first event.

        Cancelling is safe: it waits for the end of the transaction. Raises StoreError.
        """
        dialect, epoch = self._database.dialect, draw_epoch()
        return await self._database.transact(
            lambda connection: append_events(connection, dialect, stream_id, epoch, events)
        )

    async def trim(self, before: datetime, limit: int = 1000) -> int:
        """Drop up to `limit` events that are older; how many. Numbers go on as if they were there.

        Cancelling is safe. Raises StoreError.
        """
        old = select(stream_events.c.stream_id, stream_events.c.offset)
        old = old.where(stream_events.c.at < before).order_by(stream_events.c.at).limit(limit)

        async def work(connection: AsyncConnection) -> int:
            found = (await connection.execute(old)).all()
            upto: dict[str, int] = {}
            for row in found:
                upto[row.stream_id] = max(row.offset, upto.get(row.stream_id, 0))
            dropped = 0
            for stream_id in sorted(upto):
                # Only the beginning of a stream may go: a clock that was set back leaves an old
                # time in the middle, and a hole there would look like a loss.
                young = {"stream_id": stream_id, "before": before}
                kept = await connection.scalar(_FIRST_YOUNG, young)
                last = upto[stream_id] if kept is None else min(upto[stream_id], kept - 1)
                done = await connection.execute(
                    delete(stream_events).where(
                        stream_events.c.stream_id == stream_id, stream_events.c.offset <= last
                    )
                )
                dropped += done.rowcount
            return dropped

        return await self._database.transact(work)


def _rows(stream_id: str, first: int, events: Sequence[StreamEvent]) -> list[dict[str, Any]]:
    return [
        {
            "stream_id": stream_id,
            "offset": offset,
            "type": event.type,
            "actor": event.actor,
            "body": dict(event.body),
            "at": event.at,
        }
        for offset, event in enumerate(events, first)
    ]


def _event_of(row: Any) -> NumberedEvent:
    return NumberedEvent(row.offset, StreamEvent(row.type, row.actor, row.body, row.at))


_ID: BindParameter[str] = bindparam("stream_id")
_STREAM = select(streams.c.epoch, streams.c.top).where(streams.c.id == _ID)
_EVENTS = (
    select(stream_events)
    .where(stream_events.c.stream_id == _ID, stream_events.c.offset > bindparam("after"))
    .order_by(stream_events.c.offset)
    .limit(bindparam("n"))
)
_FIRST = select(func.min(stream_events.c.offset)).where(stream_events.c.stream_id == _ID)
_FIRST_YOUNG = (
    select(stream_events.c.offset)
    .where(stream_events.c.stream_id == _ID, stream_events.c.at >= bindparam("before"))
    .order_by(stream_events.c.offset)
    .limit(1)
)
