"""Putting a renewed document in the place of an old one.

Rule 1: one transaction: a crash at any moment leaves the old document or the new one.
Rule 2: numbers go on. The new state is a snapshot that covers one number more than was ever given
out, so that nothing made from the old log (a late compaction) can take its place.
Rule 3: every client id that wrote in the old document is kept with its epoch: it tells a client
that holds the old history from one that holds the new one. Merged, both would lie side by side.
Rule 4: the state before the last renewal is kept, set aside, readable by hand.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.errors import DocumentGone
from collab.records import StreamEvent, stream_of
from storage.database import Database
from storage.streams import append_events, draw_epoch
from storage.tables import (
    client_ids,
    heads,
    menu_snapshots,
    menu_updates,
    menus,
    quarantined_updates,
    upsert,
)

RENEWED = "renewed"  # the reason with which the state before is set aside
NOBODY = ""  # the user of a client id that was never bound to one


@dataclass(frozen=True, slots=True)
class Replacement:
    """A document in the place of another one."""

    document_id: str
    epoch: int  # of the document that was read
    top: int  # seq of the last update that was read
    before: bytes  # its whole state, one Yjs update_v1
    after: bytes  # the new state
    client_ids: frozenset[int]  # every Yjs client id in the old state


class RenewalStore:
    """Replaces documents. draw_epoch: gives the epoch of a stream that is made."""

    def __init__(self, database: Database, *, draw_epoch: Callable[[], str] = draw_epoch) -> None:
        self._database = database
        self._draw_epoch = draw_epoch

    async def replace(self, replacement: Replacement, event: StreamEvent) -> int | None:
        """Replace a document that nobody has open; its new epoch.

        event: told of in the stream of the menu. None: the document was edited or renewed since it
        was read, and nothing was changed. Cancelling is safe: it waits for the end of the
        transaction. Raises DocumentGone, StoreError; then nothing was changed.
        """
        checksum = await asyncio.to_thread(lambda: hashlib.sha256(replacement.after).digest())
        stream_epoch = self._draw_epoch()

        async def work(connection: AsyncConnection) -> int | None:
            if not await _is_as_read(connection, replacement):
                return None
            await self._keep_client_ids(connection, replacement)
            await self._set_aside(connection, replacement)
            epoch = await self._put(connection, replacement, checksum)
            stream = stream_of(replacement.document_id)
            await append_events(connection, stream, stream_epoch, [event])
            return epoch

        epoch = await self._database.transact(work)
        if epoch is not None and self._database.heads is not None:
            self._database.heads.write({replacement.document_id: replacement.top + 1})
        return epoch

    async def _keep_client_ids(self, connection: AsyncConnection, replacement: Replacement) -> None:
        now = self._database.clock()
        rows = [
            {
                "document_id": replacement.document_id,
                "epoch": replacement.epoch,
                "client_id": client_id,
                "user_id": NOBODY,
                "at": now,
            }
            for client_id in sorted(replacement.client_ids)
        ]
        if rows:
            added = upsert(self._database.dialect, client_ids).on_conflict_do_nothing()
            await connection.execute(added, rows)

    async def _set_aside(self, connection: AsyncConnection, replacement: Replacement) -> None:
        aside = quarantined_updates
        await connection.execute(
            delete(aside).where(
                aside.c.document_id == replacement.document_id, aside.c.reason == RENEWED
            )
        )
        # Should a damaged snapshot lie there under this number, that is evidence and stays.
        await connection.execute(
            upsert(self._database.dialect, aside)
            .values(
                document_id=replacement.document_id,
                seq=replacement.top,
                part="snapshot",
                data=replacement.before,
                reason=RENEWED,
                at=self._database.clock(),
            )
            .on_conflict_do_nothing()
        )

    async def _put(
        self, connection: AsyncConnection, replacement: Replacement, checksum: bytes
    ) -> int:
        id, top, epoch = replacement.document_id, replacement.top + 1, replacement.epoch + 1
        await connection.execute(delete(menu_updates).where(menu_updates.c.document_id == id))
        await connection.execute(delete(menu_snapshots).where(menu_snapshots.c.document_id == id))
        await connection.execute(
            insert(menu_snapshots).values(
                document_id=id,
                upto_seq=top,
                data=replacement.after,
                sha256=checksum,
                at=self._database.clock(),
            )
        )
        await connection.execute(update(heads).where(heads.c.document_id == id).values(top=top))
        await connection.execute(update(menus).where(menus.c.id == id).values(epoch=epoch))
        return epoch


async def _is_as_read(connection: AsyncConnection, replacement: Replacement) -> bool:
    """Lock the head; whether the document is the one that was read. Raises DocumentGone."""
    locked = (
        select(heads.c.top, menus.c.epoch)
        .join(menus, menus.c.id == heads.c.document_id)
        .where(heads.c.document_id == replacement.document_id, menus.c.deleted_at.is_(None))
        .with_for_update(of=heads)
    )
    found = (await connection.execute(locked)).first()
    if found is None:
        raise DocumentGone("There is no such document.", reason="document_not_found")
    return (found.top, found.epoch) == (replacement.top, replacement.epoch)
