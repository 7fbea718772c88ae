"""What is wrong with a database, in sentences for a person. It only reads.

`alarm`: acknowledged edits may be missing. `warning`: look at it soon. `note`: good to know.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import ScalarSelect, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.edits.renewing import WORTHWHILE_FROM_BYTES, is_worthwhile, renew
from collab.errors import NotRenewable, StoreError
from collab.records import DocumentKind
from storage import migrations
from storage.database import Database
from storage.heads import read_promises
from storage.menu_tables import dead_letters, stream_events, streams
from storage.order_check import order_faults
from storage.renewal import RENEWED
from storage.tables import heads, holes, menu_snapshots, menu_updates, menus, quarantined_updates
from storage.updates import UpdateStore, holes_between

Severity = Literal["alarm", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a person should know."""

    severity: Severity
    document_id: str | None  # None: the database as a whole
    sentence: str


async def examine(database: Database) -> list[Finding]:
    """Check that log, snapshots, heads and the heads file agree, and orders with their log.

    Reads every snapshot and every seq, in one read transaction: writers go on meanwhile.
    A file too damaged to be read to the end is a finding, after those made up to there.
    Cancelling is safe. Raises StoreError when the database cannot be reached.
    """
    findings: list[Finding] = []
    try:
        async with database.read() as connection:
            async for finding in _findings(database, connection):
                findings.append(finding)  # kept also when the next read meets the damage
    except StoreError as error:
        if error.reason != "damaged":
            raise
        sentence = "The file is so damaged that it cannot be read to the end; restore a backup."
        findings.append(Finding("alarm", None, sentence))
    return findings


async def _findings(database: Database, connection: AsyncConnection) -> AsyncIterator[Finding]:
    async for finding in _file_findings(database, connection):
        yield finding
    if await connection.run_sync(migrations.revision) != migrations.latest():
        sentence = "The tables are not of this version; run `mirepoix migrate`."
        yield Finding("warning", None, sentence)
        return
    tops = {row.document_id: row.top for row in await connection.execute(select(heads))}
    if database.path is not None:
        for finding in _promise_findings(read_promises(Path(f"{database.path}.heads")), tops):
            yield finding
    for document_id in (await connection.execute(select(menus.c.id))).scalars().all():
        top = tops.get(document_id)
        if top is None:
            yield Finding("alarm", document_id, "The document has no head.")
            continue
        async for finding in _log_findings(connection, document_id, top):
            yield finding
    async for finding in _recorded_findings(connection):
        yield finding
    async for finding in _meaning_findings(connection):
        yield finding
    async for sentence in order_faults(connection):
        yield Finding("alarm", None, sentence)
    async for finding in _size_findings(database, connection):
        yield finding


async def _file_findings(database: Database, connection: AsyncConnection) -> AsyncIterator[Finding]:
    if database.path is None:
        return
    for query in ("PRAGMA integrity_check(20)", "PRAGMA foreign_key_check"):
        for row in await connection.exec_driver_sql(query):
            if row[0] != "ok":
                said = " ".join(str(value) for value in row)
                yield Finding("alarm", None, f"SQLite finds the file damaged: {said}.")


def _promise_findings(promised: dict[str, int], tops: dict[str, int]) -> list[Finding]:
    findings = []
    for document_id, promise in sorted(promised.items()):
        top = tops.get(document_id)
        if top is None:
            sentence = f"The heads file knows {promise} edits of a document that is not there."
            findings.append(Finding("alarm", document_id, sentence))
        elif promise > top:
            sentence = f"Edits {top + 1} to {promise} were saved and are not in the database."
            findings.append(Finding("alarm", document_id, sentence))
    return findings


async def _log_findings(
    connection: AsyncConnection, document_id: str, top: int
) -> AsyncIterator[Finding]:
    snapshot_seq = 0
    query = select(menu_snapshots).where(menu_snapshots.c.document_id == document_id)
    for row in (await connection.execute(query)).all():
        if hashlib.sha256(row.data).digest() == row.sha256:
            snapshot_seq = max(snapshot_seq, row.upto_seq)
        else:
            sentence = f"The snapshot of edits 1 to {row.upto_seq} is damaged."
            yield Finding("alarm", document_id, sentence)
    seqs = select(menu_updates.c.seq).where(menu_updates.c.document_id == document_id)
    aside = select(quarantined_updates.c.seq).where(
        quarantined_updates.c.document_id == document_id, quarantined_updates.c.part == "update"
    )
    held = (await connection.execute(seqs.union_all(aside))).scalars().all()
    last = max(held, default=0)
    if max(last, snapshot_seq) > top:
        sentence = f"The log goes to {max(last, snapshot_seq)}, the head says {top}."
        yield Finding("warning", document_id, sentence)
    for first, end in holes_between(snapshot_seq, top, held):
        yield Finding("alarm", document_id, f"Edits {first} to {end} are missing in the log.")


async def _recorded_findings(connection: AsyncConnection) -> AsyncIterator[Finding]:
    for row in (await connection.execute(select(holes))).all():
        yield Finding(
            "warning",
            row.document_id,
            f"Edits {row.first_seq} to {row.last_seq} were found missing at {row.found_at}; "
            "clients that still had them gave them back under new numbers.",
        )
    query = select(
        quarantined_updates.c.document_id, quarantined_updates.c.reason, func.count().label("n")
    ).group_by(quarantined_updates.c.document_id, quarantined_updates.c.reason)
    for row in (await connection.execute(query)).all():
        if row.reason == RENEWED:
            sentence = "It was renewed; the state before that is kept."
            yield Finding("note", row.document_id, sentence)
            continue
        yield Finding("warning", row.document_id, f"{row.n} update(s) are set aside: {row.reason}.")


async def _meaning_findings(connection: AsyncConnection) -> AsyncIterator[Finding]:
    dirty = select(menus.c.id).where(menus.c.projection_dirty, menus.c.deleted_at.is_(None))
    for document_id in (await connection.execute(dirty.order_by(menus.c.id))).scalars().all():
        sentence = "The rows of this menu lag behind; a running server makes them anew."
        yield Finding("note", document_id, sentence)
    kept = (
        select(
            streams.c.id,
            streams.c.top,
            func.count(stream_events.c.offset).label("n"),
            func.min(stream_events.c.offset).label("first"),
            func.max(stream_events.c.offset).label("last"),
        )
        .select_from(streams.outerjoin(stream_events, stream_events.c.stream_id == streams.c.id))
        .group_by(streams.c.id, streams.c.top)
        .order_by(streams.c.id)
    )
    for row in (await connection.execute(kept)).all():
        # Only the oldest may be gone, so what is kept ends at the top and has no holes.
        if row.n and (row.last != row.top or row.last - row.first + 1 != row.n):
            sentence = f"The stream {row.id} lacks events between {row.first} and {row.top}."
            yield Finding("alarm", None, sentence)
    dead = select(dead_letters.c.webhook_id, func.count().label("n")).group_by(
        dead_letters.c.webhook_id
    )
    for row in (await connection.execute(dead)).all():
        sentence = f"{row.n} event(s) could not be delivered to webhook {row.webhook_id}."
        yield Finding("note", None, sentence)


async def _size_findings(database: Database, connection: AsyncConnection) -> AsyncIterator[Finding]:
    """Menus that are far larger than their content."""
    for document_id, size_bytes in (await connection.execute(_LARGE_MENUS)).all():
        stored = await UpdateStore(database).load(document_id)
        if stored is None:
            continue
        try:
            made = await asyncio.to_thread(renew, stored, lambda: secrets.randbits(32))
        except (NotRenewable, StoreError):
            continue  # what is wrong with it is said elsewhere
        if is_worthwhile(size_bytes, len(made.after)):
            sentence = (
                f"It takes {size_bytes} bytes and would take {len(made.after)} "
                "after `mirepoix renew`."
            )
            yield Finding("note", document_id, sentence)


def _bytes_of(table: Table) -> ScalarSelect[Any]:
    """What a table holds of a document."""
    taken = func.coalesce(func.sum(func.length(table.c.data)), 0)
    return select(taken).where(table.c.document_id == menus.c.id).scalar_subquery()


_SIZE = _bytes_of(menu_snapshots) + _bytes_of(menu_updates)
_LARGE_MENUS = (
    select(menus.c.id, _SIZE)
    .where(
        menus.c.kind == DocumentKind.MENU.value,
        menus.c.deleted_at.is_(None),
        _SIZE > WORTHWHILE_FROM_BYTES,
    )
    .order_by(menus.c.id)
)
