"""The `.heads` file beside an SQLite database: how far each document was acknowledged.

SQLite cannot tell a WAL that was cut or damaged from one that ended there: it opens, and
acknowledged rows are gone in silence. This file is a second witness. It is written after each
commit and never synced, so it is a lower bound: what it promises was on disk once.

Form: slots of 256 bytes, which never cross a disk sector's page. Slot 0 is the header; each
other slot is one document: top (u64), CRC-32 over top and id, length of the id (u16), id. One
slot per document bounds the size, and the CRC turns a torn slot into "nothing known here".
"""

from __future__ import annotations

import logging
import os
import secrets
import struct
import zlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.menu_tables import streams
from storage.tables import heads, holes, menu_updates, meta, upsert

log = logging.getLogger(__name__)

SLOT_BYTES = 256
MAGIC = b"mirepoix heads 1"
MARK = struct.Struct("<QIH")  # top, crc, bytes of the id


class HeadsFile:
    """The open file and what it promises."""

    def __init__(self, path: Path, instance: str) -> None:
        """Open the file, or begin one.

        instance: id of the database; a file of another database is moved to `.heads.old`, so
        that a fresh database under an old name does not inherit promises.
        """
        self.path = path
        self.promised: dict[str, int] = {}  # document id -> top
        # Failed writes since the start. The commit before each was durable all the same.
        self.failed_writes = 0
        self._slots: dict[str, int] = {}
        self._free: list[int] = []  # slots whose content was torn
        self._end = 1
        header = (MAGIC + instance.encode("ascii")).ljust(SLOT_BYTES, b"\0")
        if path.exists() and path.read_bytes()[:SLOT_BYTES] != header:
            path.replace(path.with_name(path.name + ".old"))
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        self._write_at(0, header)
        self._read_slots(path.read_bytes())

    def write(self, tops: Mapping[str, int]) -> None:
        """Note what was just committed; about 5 us per document, no fsync.

        Never raises: the updates are durable already, and an error here would make the caller
        repeat a commit that succeeded. Failures are counted in `failed_writes`.
        """
        try:
            for document_id, top in tops.items():
                self._put(document_id, top)
        except OSError:
            self.failed_writes += 1

    def close(self) -> None:
        """Close the file; may be called twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _put(self, document_id: str, top: int) -> None:
        name = document_id.encode("utf-8", "surrogatepass")
        mark = MARK.pack(top, _checksum(top, name), len(name))
        slot = self._slots.get(document_id)
        if slot is not None:
            self._write_at(slot, mark)
        else:
            slot = self._free[-1] if self._free else self._end
            self._write_at(slot, (mark + name).ljust(SLOT_BYTES, b"\0"))
            # Only after the write: a slot that could not be written stays free.
            if self._free:
                self._free.pop()
            else:
                self._end += 1
            self._slots[document_id] = slot
        self.promised[document_id] = top

    def _write_at(self, slot: int, content: bytes) -> None:
        os.lseek(self._descriptor, slot * SLOT_BYTES, os.SEEK_SET)
        os.write(self._descriptor, content)

    def _read_slots(self, content: bytes) -> None:
        self._end = max(1, len(content) // SLOT_BYTES)  # a torn last slot is written over
        for slot in range(1, self._end):
            match _slot(content, slot):
                case None:
                    self._free.append(slot)
                case (document_id, top):
                    self._slots[document_id] = slot
                    self.promised[document_id] = top


def read_promises(path: Path) -> dict[str, int]:
    """What a heads file promises, without opening it for writing: document id -> top."""
    content = path.read_bytes() if path.exists() else b""
    slots = (_slot(content, slot) for slot in range(1, len(content) // SLOT_BYTES))
    return dict(found for found in slots if found is not None)


async def compare(connection: AsyncConnection, path: Path, now: datetime) -> HeadsFile:
    """Open the file and hold it against the database, inside a write transaction.

    A document whose head lies below the promise lost edits: the hole is recorded in `holes`
    and numbering goes on above the promise, so that no number is ever given out twice. What took
    edits took events too, and nobody knows how many: all streams get a new epoch.
    """
    file = HeadsFile(path, await instance(connection))
    await connection.execute(_RAISE_TO_LOG)
    stored = {row.document_id: row.top for row in await connection.execute(select(heads))}
    for document_id, top in stored.items():
        promised = file.promised.get(document_id, 0)
        if promised > top:
            await record_hole(connection, document_id, top + 1, promised, now)
            await connection.execute(
                update(heads).where(heads.c.document_id == document_id).values(top=promised)
            )
        elif promised < top:
            file.write({document_id: top})
    if any(file.promised.get(document_id, 0) > top for document_id, top in stored.items()):
        drawn = func.lower(func.hex(func.randomblob(8)))  # for every row anew
        await connection.execute(update(streams).values(epoch=drawn))
    return file


async def record_hole(
    connection: AsyncConnection, document_id: str, first: int, last: int, now: datetime
) -> None:
    """Write down that the updates first..last of a document were acknowledged and are gone."""
    await connection.execute(
        insert(holes).values(document_id=document_id, first_seq=first, last_seq=last, found_at=now)
    )
    log.error(
        "acknowledged edits are missing",
        extra={"action": "hole_found", "document": document_id, "first": first, "last": last},
    )


# The log itself is a witness too: a head below its last row would hand out numbers again.
_LAST_SEQ = (
    select(func.coalesce(func.max(menu_updates.c.seq), 0))
    .where(menu_updates.c.document_id == heads.c.document_id)
    .scalar_subquery()
)
_RAISE_TO_LOG = update(heads).where(heads.c.top < _LAST_SEQ).values(top=_LAST_SEQ)


async def instance(connection: AsyncConnection) -> str:
    """The id of this database, drawn when it is first asked for. It goes along with backups."""
    dialect = connection.dialect.name
    row = {"key": "instance", "value": secrets.token_hex(16)}
    await connection.execute(upsert(dialect, meta).values(row).on_conflict_do_nothing())
    found = await connection.scalar(select(meta.c.value).where(meta.c.key == "instance"))
    return str(found)


def _slot(content: bytes, slot: int) -> tuple[str, int] | None:
    start = slot * SLOT_BYTES
    top, checksum, length = MARK.unpack_from(content, start)
    name = content[start + MARK.size : start + MARK.size + length]
    if length == 0 or len(name) != length or checksum != _checksum(top, name):
        return None
    return name.decode("utf-8", "surrogatepass"), top


def _checksum(top: int, name: bytes) -> int:
    return zlib.crc32(name, zlib.crc32(top.to_bytes(8, "little")))
