"""From stored rows to a document, and the rows it could not take.

A row that the structural check or the engine refuses would stop every later opening of the
document as well: it is set aside, and the document opens without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collab.documents.document import DOCUMENT_LIMIT_BYTES, MenuDocument
from collab.errors import BadUpdate, EngineFailed, StoreError
from collab.records import LoggedUpdate, StoredDocument
from collab.updates.admission import STORED_LIMITS, read_update


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A document in memory and what was learned while building it."""

    document: MenuDocument
    poison: tuple[tuple[int, str], ...]  # (seq, reason) of rows that must be set aside
    waiting: tuple[int, ...]  # seq of rows that still wait for something; they must stay


def rebuild(
    stored: StoredDocument,
    *,
    limit_bytes: int = DOCUMENT_LIMIT_BYTES,
    draw_client_id: Callable[[], int] | None = None,
) -> Rebuilt:
    """Build a document from its snapshot and log.

    limit_bytes: for later updates; what is stored was admitted once and is not refused for size.
    draw_client_id: for edits of our own, one that nobody used yet is taken. Draw 32 bits, as Yjs
    does: the engine would draw 53, which y-py cannot read.
    Raises StoreError when the snapshot itself cannot be read (`mirepoix doctor` tells more).
    """
    poison: dict[int, str] = {}
    while True:
        document = _from_snapshot(stored, draw_client_id() if draw_client_id else None)
        broken_at = _replay(document, stored.updates, poison)
        if draw_client_id and document.engine().client_id in document.clocks:
            continue
        if broken_at is None:
            break
        poison[broken_at] = "engine_failed"
    document.limit_bytes = limit_bytes
    held = {waiting.data for waiting in document.pending}
    waiting = tuple(row.seq for row in stored.updates if row.seq not in poison and row.data in held)
    return Rebuilt(document, tuple(sorted(poison.items())), waiting)


def _from_snapshot(stored: StoredDocument, client_id: int | None) -> MenuDocument:
    document = MenuDocument(limit_bytes=None, client_id=client_id)
    if stored.snapshot is not None:
        try:
            _take(document, stored.snapshot)
        except (BadUpdate, EngineFailed) as error:
            raise StoreError(
                f"the snapshot of document {stored.document.id!r} cannot be read; "
                "run `mirepoix doctor`, then restore a backup",
                reason="snapshot_broken",
            ) from error
    return document


def _replay(
    document: MenuDocument, updates: Sequence[LoggedUpdate], poison: dict[int, str]
) -> int | None:
    """Apply the rows that are not poison; the seq that broke the engine, if one did."""
    for row in updates:
        if row.seq in poison:
            continue
        try:
            _take(document, row.data)
        except BadUpdate as error:
            poison[row.seq] = error.reason
        except EngineFailed:
            return row.seq
    return None


def _take(document: MenuDocument, update: bytes) -> None:
    document.receive(update, read_update(update, STORED_LIMITS), answers_step1=True)
