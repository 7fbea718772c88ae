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

from sqlalchemy import BindParameter, Connection, bindparam, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.orders.executed import Told
from collab.records import NumberedEvent, StreamEvent, epoch_of
from storage.bulk import insert_rows
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
    stream_id: str,
    epoch_if_new: str,
    events: Sequence[StreamEvent],
) -> int:
    """Append events inside the write transaction of `connection`; the offset of the first.

    epoch_if_new: for a stream that is not there yet.
    Take the locks of menus first: streams come after them in every transaction.
    Raises ValueError when there are no events; otherwise what the driver raises.
    """
    told = await connection.run_sync(append_streams, {stream_id: events}, epoch_if_new)
    return told[stream_id].first


def append_streams(
    connection: Connection, batches: Mapping[str, Sequence[StreamEvent]], epoch_if_new: str
) -> dict[str, Told]:
    """The same for several streams in two statements; stream id -> what was put into it.

    batches: stream id -> its events, never empty. Rows are locked by id ascending, whoever asks.
    Raises ValueError when a stream gets no events; otherwise what the driver raises.
    """
    if not all(batches.values()):
        raise ValueError("there is nothing to append")
    if not batches:
        return {}
    raised = connection.execute(
        _RAISE[connection.dialect.name],
        [
            {
                "id": stream_id,
                "epoch": epoch_of(epoch_if_new, stream_id),
                "top": len(batches[stream_id]),
            }
            for stream_id in sorted(batches)
        ],
    )
    told: dict[str, Told] = {}
    rows: list[dict[str, Any]] = []
    for stream_id, epoch, top in raised.all():
        events = tuple(batches[stream_id])
        told[stream_id] = Told(epoch, top - len(events) + 1, events)
        rows += _rows(stream_id, told[stream_id].first, events)
    insert_rows(connection, stream_events, rows)
    return told


def append_events_sqlite(
    connection: sqlite3.Connection, batches: Mapping[str, Sequence[StreamEvent]], epoch_if_new: str
) -> dict[str, int]:
    """The same for several streams, in the driver's thread; stream id -> offset of its first.

    batches: stream id -> its events, never empty.
    """
    firsts: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    for stream_id, events in batches.items():
        raised = connection.execute(
            RAISE_STREAM, (stream_id, epoch_of(epoch_if_new, stream_id), len(events))
        )
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

    async def open(self, stream_id: str) -> StreamPage:
        """Where a stream stands, without events; one that is not there yet is made, and empty.

        So it has its epoch before its first event: a cursor of before that event is a cursor.
        Cancelling is safe. Raises StoreError.
        """
        page = await self.read(stream_id, 0, 0)
        if page.epoch:
            return page
        made = upsert(self._database.dialect, streams).on_conflict_do_nothing()
        row = {"id": stream_id, "epoch": draw_epoch(), "top": 0}
        await self._database.transact(lambda connection: connection.execute(made, row))
        return await self.read(stream_id, 0, 0)

    async def tops(self, stream_ids: Sequence[str]) -> dict[str, int]:
        """Where streams stand; those that are not there yet are missing.

        Cancelling is safe. Raises StoreError.
        """
        query = select(streams.c.id, streams.c.top).where(streams.c.id.in_(stream_ids))
        async with self._database.read() as connection:
            return {row.id: row.top for row in await connection.execute(query)}

    async def append(self, stream_id: str, events: Sequence[StreamEvent]) -> int:
        """Append in a transaction of its own; the offset of the first event.

        Cancelling is safe: it waits for the end of the transaction. Raises StoreError.
        """
        epoch = draw_epoch()
        return await self._database.transact(
            lambda connection: append_events(connection, stream_id, epoch, events)
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
            "seq": event.seq,
        }
        for offset, event in enumerate(events, first)
    ]


def _event_of(row: Any) -> NumberedEvent:
    event = StreamEvent(row.type, row.actor, row.body, row.at, row.seq)
    return NumberedEvent(row.offset, event)


def _raise(dialect: str) -> Any:
    made = upsert(dialect, streams)
    return made.on_conflict_do_update(
        index_elements=[streams.c.id], set_={"top": streams.c.top + made.excluded.top}
    ).returning(streams.c.id, streams.c.epoch, streams.c.top)


_RAISE = {dialect: _raise(dialect) for dialect in ("sqlite", "postgresql")}


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
