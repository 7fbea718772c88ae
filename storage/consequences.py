"""What a batch of updates means, saved in the transaction that saves the bytes.

Rule 1: rows, history, conflicts, events and outbox of a menu are saved whole or not at all
(savepoint). When they cannot be, its bytes are saved all the same and the menu is marked
`projection_dirty`; the batch fails only when the database as a whole cannot write.
Rule 2: a history entry that comes again keeps what was before it and when it began.
Rule 3: locks are taken in one order: heads, outbox, streams; within each by ascending id.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Table, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.records import ConflictRow, Consequences, FieldChange, ItemRow, stream_of
from storage.faults import reason_of
from storage.menu_tables import menu_changes, menu_conflicts, menu_items, outbox
from storage.outbox import note_change, outbox_row
from storage.sqlite_rows import Insert
from storage.streams import append_events, append_events_sqlite
from storage.tables import menus

log = logging.getLogger(__name__)

# The fault of this menu's rows, not of the disk or the server: others can be saved.
OWN_REASONS = frozenset({"rejected", "damaged"})
# What a value raises that no column takes: a lone surrogate, a number beyond 64 bits, ...
_UNFIT = (TypeError, ValueError, OverflowError, RecursionError)

REPLACED: Mapping[Table, tuple[str, ...]] = {
    menu_items: tuple(column.name for column in menu_items.columns if not column.primary_key),
    menu_changes: ("after", "at"),
    menu_conflicts: ("severity", "candidates", "closed_at", "resolved_by", "resolution"),
    outbox: ("at", "parts"),
}
_INSERTS = {table: Insert(table, replaced) for table, replaced in REPLACED.items()}
_WAITING = """
SELECT document_id, parts FROM outbox
WHERE document_id IN (SELECT value FROM json_each(?))
"""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the updates of one menu mean."""

    document_id: str
    consequences: Consequences


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of the meanings."""

    first_offsets: Mapping[str, int]  # document id -> offset of its first new event
    dirty: frozenset[str]  # documents whose meaning could not be saved


def merge(parts: Sequence[Consequences]) -> Consequences:
    """Several as one: each row once, with its last values; events in order."""
    changes: dict[str, FieldChange] = {}
    for change in (change for part in parts for change in part.changes):
        known = changes.get(change.id)
        changes[change.id] = (
            change if known is None else replace(known, after=change.after, at=change.at)
        )
    items = {item.item_id: item for part in parts for item in part.items}
    conflicts = {conflict.id: conflict for part in parts for conflict in part.conflicts}
    events = tuple(event for part in parts for event in part.events)
    return Consequences(
        tuple(changes.values()), tuple(items.values()), tuple(conflicts.values()), events
    )


def save_sqlite(
    connection: sqlite3.Connection, meanings: Sequence[Meaning], now: datetime, epoch_if_new: str
) -> Saved:
    """Save inside the write transaction of `connection`, in the driver's thread.

    meanings: one per menu, ids ascending. epoch_if_new: for streams that are not there yet.
    Raises sqlite3.Error when the database cannot write at all.
    """
    written = _try_sqlite(connection, meanings, now, epoch_if_new)
    if not isinstance(written, Exception):
        return Saved(written, frozenset())
    if len(meanings) > 1:  # one of them is bad; each alone shows which
        alone = [save_sqlite(connection, [one], now, epoch_if_new) for one in meanings]
        return Saved(
            {id: first for one in alone for id, first in one.first_offsets.items()},
            frozenset(id for one in alone for id in one.dirty),
        )
    dirty = meanings[0].document_id
    _log_dirty(dirty, written)
    connection.execute("UPDATE menus SET projection_dirty = 1 WHERE id = ?", (dirty,))
    return Saved({}, frozenset({dirty}))


async def save_postgres(
    connection: AsyncConnection, meanings: Sequence[Meaning], now: datetime, epoch_if_new: str
) -> Saved:
    """The same as `save_sqlite`, for PostgreSQL. Raises DBAPIError."""
    firsts: dict[str, int] = {}
    dirty = []
    for meaning in meanings:
        document_id = meaning.document_id
        try:
            async with connection.begin_nested():
                first = await _write_postgres(connection, meaning, now, epoch_if_new)
        except (StatementError, *_UNFIT) as error:
            _raise_unless_own(error)
            _log_dirty(document_id, error)
            dirty.append(document_id)
            marked = update(menus).where(menus.c.id == document_id)
            await connection.execute(marked.values(projection_dirty=True))
        else:
            if first is not None:
                firsts[document_id] = first
    return Saved(firsts, frozenset(dirty))


def item_values(document_id: str, item: ItemRow) -> dict[str, Any]:
    """A row of `menu_items`."""
    values = _values(document_id, item)
    for name in ("name", "description", "body"):
        values[name] = dict(values[name])
    return values


def _try_sqlite(
    connection: sqlite3.Connection, meanings: Sequence[Meaning], now: datetime, epoch_if_new: str
) -> dict[str, int] | Exception:
    connection.execute("SAVEPOINT meaning")
    try:
        firsts = _write_sqlite(connection, meanings, now, epoch_if_new)
    except (sqlite3.Error, *_UNFIT) as error:
        _raise_unless_own(error)
        connection.execute("ROLLBACK TO meaning")
        connection.execute("RELEASE meaning")
        return error
    connection.execute("RELEASE meaning")
    return firsts


def _write_sqlite(
    connection: sqlite3.Connection, meanings: Sequence[Meaning], now: datetime, epoch_if_new: str
) -> dict[str, int]:
    for table in (menu_items, menu_changes, menu_conflicts):
        rows = [row for meaning in meanings for row in _rows(table, meaning)]
        _INSERTS[table].run(connection, rows)
    _tell_sqlite(connection, meanings, now)
    batches = {
        stream_of(meaning.document_id): meaning.consequences.events
        for meaning in meanings
        if meaning.consequences.events
    }
    firsts = append_events_sqlite(connection, batches, epoch_if_new)
    return {
        meaning.document_id: firsts[stream_of(meaning.document_id)]
        for meaning in meanings
        if meaning.consequences.events
    }


def _tell_sqlite(
    connection: sqlite3.Connection, meanings: Sequence[Meaning], now: datetime
) -> None:
    touched = {one.document_id: parts for one in meanings if (parts := _touched(one))}
    if not touched:
        return
    waiting = connection.execute(_WAITING, (json.dumps(list(touched)),)).fetchall()
    known = {document_id: json.loads(parts) for document_id, parts in waiting}
    rows = [outbox_row(id, known.get(id, ()), parts, now) for id, parts in touched.items()]
    _INSERTS[outbox].run(connection, rows)


async def _write_postgres(
    connection: AsyncConnection, meaning: Meaning, now: datetime, epoch_if_new: str
) -> int | None:
    document_id = meaning.document_id
    for table in (menu_items, menu_changes, menu_conflicts):
        await _upsert_postgres(connection, table, _rows(table, meaning))
    parts = _touched(meaning)
    if parts:
        await note_change(connection, "postgresql", document_id, parts, now)
    events = meaning.consequences.events
    if not events:
        return None
    return await append_events(connection, stream_of(document_id), epoch_if_new, events)


async def _upsert_postgres(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    if not rows:
        return
    added = postgres_insert(table)
    replaced = {name: added.excluded[name] for name in REPLACED[table]}
    await connection.execute(
        added.on_conflict_do_update(constraint=table.primary_key, set_=replaced), rows
    )


def _rows(table: Table, meaning: Meaning) -> list[dict[str, Any]]:
    id, meant = meaning.document_id, meaning.consequences
    if table is menu_items:
        return [item_values(id, item) for item in meant.items]
    if table is menu_changes:
        return [_values(id, change) for change in meant.changes]
    return [
        {**_values(id, conflict), "candidates": [dict(one) for one in conflict.candidates]}
        for conflict in meant.conflicts
    ]


def _values(document_id: str, record: ItemRow | FieldChange | ConflictRow) -> dict[str, Any]:
    # The columns are named after the fields. Not `asdict`: it would copy every nested value.
    names = record.__dataclass_fields__
    return {"document_id": document_id} | {name: getattr(record, name) for name in names}


def _touched(meaning: Meaning) -> list[str]:
    meant = meaning.consequences
    changed: Iterable[str] = (change.part_id or change.root for change in meant.changes)
    return list(dict.fromkeys([*changed, *(item.item_id for item in meant.items)]))


def _raise_unless_own(error: Exception) -> None:
    if isinstance(error, (DBAPIError, sqlite3.Error)) and reason_of(error) not in OWN_REASONS:
        raise error


def _log_dirty(document_id: str, error: Exception) -> None:
    # Without the error itself: its text may hold what is in the menu.
    log.error(
        "what an edit means could not be saved; its bytes are",
        extra={
            "action": "projection_failed",
            "document": document_id,
            "error": type(error).__name__,
        },
    )
