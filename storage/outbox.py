"""The outbox: menus with changes that no `menu.changed` event has told of yet.

Rule 1: a commit that changes a menu leaves a row here; telling puts one event into the menu's
stream and removes the row, in one transaction: nothing is told twice and nothing is forgotten.
Rule 2: a menu is told of when it was quiet for a while, and at the latest some time after the
first change, so that typing makes one event and not hundreds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.records import StreamEvent, stream_of
from storage.database import Database
from storage.menu_tables import outbox
from storage.streams import append_events, draw_epoch
from storage.tables import upsert

PARTS_LIMIT = 100  # ids that one row names
QUIET = timedelta(seconds=2)
LATEST = timedelta(seconds=10)
MENU_CHANGED = "menu.changed"
SERVER = "server"  # the actor of what several people did


def outbox_row(
    document_id: str, known: Sequence[str], parts: Sequence[str], now: datetime
) -> dict[str, Any]:
    """The row to insert or to replace.

    known: parts of the row that is there. `since` counts only when there is none.
    """
    union = list(dict.fromkeys([*known, *parts]))[:PARTS_LIMIT]
    return {"document_id": document_id, "since": now, "at": now, "parts": union}


async def note_change(
    connection: AsyncConnection,
    dialect: str,
    document_id: str,
    parts: Sequence[str],
    now: datetime,
) -> None:
    """Leave a row, or add to the one that is there, inside the transaction of `connection`.

    The caller holds the lock of the menu's head, so nobody else adds meanwhile.
    """
    waiting = select(outbox.c.parts).where(outbox.c.document_id == document_id)
    known = await connection.scalar(waiting.with_for_update())
    added = upsert(dialect, outbox).values(outbox_row(document_id, known or (), parts, now))
    await connection.execute(
        added.on_conflict_do_update(
            index_elements=[outbox.c.document_id],
            set_={"at": added.excluded.at, "parts": added.excluded.parts},
        )
    )


class OutboxStore:
    """Finds what is due, and tells it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, now: datetime, limit: int = 100) -> list[str]:
        """Ids of menus to tell of now, the oldest change first.

        Cancelling is safe. Raises StoreError.
        """
        query = (
            select(outbox.c.document_id)
            .where(or_(outbox.c.at <= now - QUIET, outbox.c.since <= now - LATEST))
            .order_by(outbox.c.since)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def tell(self, document_id: str) -> bool:
        """Append `menu.changed` to the stream and remove the row; False when there was none.

        Cancelling is safe: it waits for the end of the transaction. Raises StoreError.
        """
        taken = (
            delete(outbox)
            .where(outbox.c.document_id == document_id)
            .returning(outbox.c.parts, outbox.c.at)
        )

        async def work(connection: AsyncConnection) -> bool:
            row = (await connection.execute(taken)).first()
            if row is None:  # another node was faster
                return False
            is_complete = len(row.parts) < PARTS_LIMIT
            body = {"parts": row.parts, "is_complete": is_complete}
            event = StreamEvent(MENU_CHANGED, SERVER, body, row.at)
            stream = stream_of(document_id)
            await append_events(connection, stream, draw_epoch(), [event])
            return True

        return await self._database.transact(work)
