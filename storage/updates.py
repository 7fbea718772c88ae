"""The durable log of document updates: `rooms.ports.UpdateLog` on the database.

Rule 1: a number is never given out twice, not even one whose row was lost with a damaged disk.
Rule 2: damaged or poisonous bytes are set aside, never deleted.
Rule 3: what is missing is said (`StoredDocument.missing`), and the document opens all the same.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import BindParameter, bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.records import Appended, DocumentUpdates, LoggedUpdate, StoredDocument
from storage.commit import append_postgres, append_sqlite, merged_by_id
from storage.database import Database
from storage.documents import document_of
from storage.streams import draw_epoch
from storage.tables import (
    client_ids,
    heads,
    menu_snapshots,
    menu_updates,
    menus,
    quarantined_updates,
)

SHA256_INLINE_BYTES = 256 * 1024  # above it (0.2 ms) hashing goes to a thread


class UpdateStore:
    """Loads, appends, compacts, and sets aside. Satisfies `rooms.ports.UpdateLog`."""

    def __init__(self, database: Database, *, draw_epoch: Callable[[], str] = draw_epoch) -> None:
        """draw_epoch: gives the epoch of a stream that is made."""
        self._database = database
        self._draw_epoch = draw_epoch

    async def load(self, document_id: str) -> StoredDocument | None:
        """Read one document; None when it does not exist or was deleted.

        A snapshot whose checksum is wrong is left out and its range is reported in `missing`:
        the document opens with what is certain, and clients give the rest back by sync.
        Cancelling is safe. Raises StoreError.
        """
        async with self._database.read() as connection:
            found = (await connection.execute(_DOCUMENT, {"document_id": document_id})).first()
            if found is None:
                return None
            key = {"document_id": document_id, "epoch": found.epoch}
            stored = (await connection.execute(_SNAPSHOT, key)).first()
            rows = (await connection.execute(_UPDATES, key)).all()
            aside = (await connection.execute(_ASIDE, key)).scalars().all()
            owners = (await connection.execute(_OWNERS, key)).all()
            former = (await connection.execute(_FORMER, key)).scalars().all()
        snapshot_seq, snapshot = 0, None
        if stored is not None and await _sha256(stored.data) == stored.sha256:
            snapshot_seq, snapshot = stored.upto_seq, stored.data
        held = [*(row.seq for row in rows), *aside]
        top = max(found.top, *held[:1], *held[-1:], snapshot_seq)
        return StoredDocument(
            document=document_of(found),
            snapshot=snapshot,
            snapshot_seq=snapshot_seq,
            updates=tuple(LoggedUpdate(*row) for row in rows),
            top=top,
            missing=holes_between(snapshot_seq, top, held),
            client_ids={row.client_id: row.user_id for row in owners},
            former_client_ids=frozenset(former),
        )

    async def append(self, batch: Sequence[DocumentUpdates]) -> Appended:
        """Save all updates in one transaction; on disk when this returns.

        A document that does not exist (any more) is reported in `gone` and holds nobody up; one
        whose consequences could not be saved, in `dirty`: its bytes are saved.
        Cancelling is safe: it waits for the end of the transaction. Raises StoreError; then
        nothing was saved and no number was used.
        """
        merged = merged_by_id(batch)
        if not merged:
            return Appended(tops={}, gone=frozenset())
        now = self._database.clock()
        epoch = self._draw_epoch()
        if self._database.dialect == "sqlite":
            done = await self._database.transact_in_driver(
                lambda connection: append_sqlite(connection, merged, now, epoch)
            )
        else:
            done = await self._database.transact(
                lambda connection: append_postgres(connection, merged, now, epoch)
            )
        tops = done.tops
        if self._database.heads is not None:
            self._database.heads.write(tops)
        gone = frozenset(entry.document_id for entry in merged) - tops.keys()
        return Appended(
            tops=tops,
            gone=gone,
            first_offsets=done.saved.first_offsets,
            dirty=done.saved.dirty,
        )

    async def compact(
        self, document_id: str, snapshot: bytes, upto_seq: int, keep: Sequence[int]
    ) -> None:
        """Put `snapshot` in the place of all updates with seq <= upto_seq, in one transaction.

        keep: seqs <= upto_seq that stay in the log because they still wait for something.
        Nothing happens when the document is gone, or when a later snapshot is there already
        (another node was faster). Cancelling is safe: it waits for the end of the transaction.
        Raises StoreError; ValueError when upto_seq lies above the head or keep above upto_seq.
        """
        if upto_seq < 1 or any(seq > upto_seq for seq in keep):
            raise ValueError("a snapshot covers seq 1..upto_seq, and keep lies within")
        checksum = await _sha256(snapshot)
        key = {"document_id": document_id}

        async def work(connection: AsyncConnection) -> None:
            top = await connection.scalar(_LOCKED_TOP, key)
            if top is None:
                return
            if upto_seq > top:
                raise ValueError(f"the log of the document ends at {top}, not at {upto_seq}")
            older = (await connection.execute(_SNAPSHOT, key)).first()
            if older is not None and older.upto_seq > upto_seq:
                return
            if older is not None and await _sha256(older.data) != older.sha256:
                await self._set_aside(
                    connection, document_id, older.upto_seq, "snapshot", older.data, "checksum"
                )
            await connection.execute(_DROP_SNAPSHOTS, key)
            await connection.execute(
                insert(menu_snapshots).values(
                    document_id=document_id,
                    upto_seq=upto_seq,
                    data=snapshot,
                    sha256=checksum,
                    at=self._database.clock(),
                )
            )
            await connection.execute(
                delete(menu_updates).where(
                    menu_updates.c.document_id == document_id,
                    menu_updates.c.seq <= upto_seq,
                    menu_updates.c.seq.not_in(keep),
                )
            )

        await self._database.transact(work)

    async def quarantine(self, document_id: str, seqs: Sequence[int], reason: str) -> None:
        """Set updates aside that the engine must never see again; they stay readable by hand.

        reason: a short sentence for the person who looks. Seqs that are not in the log are
        passed over. Cancelling is safe: it waits for the end of the transaction.
        Raises StoreError.
        """
        chosen = (menu_updates.c.document_id == document_id) & menu_updates.c.seq.in_(seqs)

        async def work(connection: AsyncConnection) -> None:
            found = await connection.execute(
                select(menu_updates.c.seq, menu_updates.c.data).where(chosen)
            )
            for seq, data in found.all():
                await self._set_aside(connection, document_id, seq, "update", data, reason)
            await connection.execute(delete(menu_updates).where(chosen))

        await self._database.transact(work)

    async def _set_aside(
        self,
        connection: AsyncConnection,
        document_id: str,
        seq: int,
        part: str,
        data: bytes,
        reason: str,
    ) -> None:
        await connection.execute(
            insert(quarantined_updates).values(
                document_id=document_id,
                seq=seq,
                part=part,
                data=data,
                reason=reason,
                at=self._database.clock(),
            )
        )


def holes_between(start: int, top: int, held: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """The stretches (first, last) of start+1..top that `held` does not contain."""
    holes = []
    expected = start + 1
    for seq in sorted(seq for seq in held if start < seq <= top):
        if seq > expected:
            holes.append((expected, seq - 1))
        expected = max(expected, seq + 1)
    if expected <= top:
        holes.append((expected, top))
    return tuple(holes)


async def _sha256(data: bytes) -> bytes:
    if len(data) <= SHA256_INLINE_BYTES:
        return hashlib.sha256(data).digest()
    return (await asyncio.to_thread(hashlib.sha256, data)).digest()


_ID: BindParameter[str] = bindparam("document_id")
_DOCUMENT = (
    select(menus, heads.c.top)
    .join(heads, heads.c.document_id == menus.c.id)
    .where(menus.c.id == _ID, menus.c.deleted_at.is_(None))
)
_SNAPSHOT = (
    select(menu_snapshots)
    .where(menu_snapshots.c.document_id == _ID)
    .order_by(menu_snapshots.c.upto_seq.desc())
    .limit(1)
)
_UPDATES = (
    select(
        menu_updates.c.seq,
        menu_updates.c.data,
        menu_updates.c.user_id,
        menu_updates.c.session_id,
        menu_updates.c.at,
    )
    .where(menu_updates.c.document_id == _ID)
    .order_by(menu_updates.c.seq)
)
_ASIDE = select(quarantined_updates.c.seq).where(
    quarantined_updates.c.document_id == _ID, quarantined_updates.c.part == "update"
)
_FORMER = select(client_ids.c.client_id).where(
    client_ids.c.document_id == _ID, client_ids.c.epoch < bindparam("epoch")
)
_OWNERS = select(client_ids.c.client_id, client_ids.c.user_id).where(
    client_ids.c.document_id == _ID, client_ids.c.epoch == bindparam("epoch")
)
# FOR UPDATE is PostgreSQL's; SQLite, which has one writer, leaves it out.
_LOCKED_TOP = (
    select(heads.c.top)
    .join(menus, menus.c.id == heads.c.document_id)
    .where(heads.c.document_id == _ID, menus.c.deleted_at.is_(None))
    .with_for_update(of=heads)
)
_DROP_SNAPSHOTS = delete(menu_snapshots).where(menu_snapshots.c.document_id == _ID)
