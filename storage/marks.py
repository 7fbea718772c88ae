"""What kitchen screens say they have seen: `rooms.ports.MarkLog` on the database.

Rule 1: a mark only rises; a frame that comes late, or twice, changes nothing.
Rule 2: another epoch is another numbering, so there the newest word counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.orders.executed import Mark
from storage.database import Database
from storage.order_tables import screen_marks
from storage.tables import upsert


class MarkStore:
    """Marks of screens. Satisfies `rooms.ports.MarkLog`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def mark(self, marks: Sequence[Mark]) -> None:
        """Insert or raise, in one transaction; a lower offset changes nothing.

        Cancelling is safe: it waits for the end of the transaction. Raises StoreError.
        """
        if not marks:
            return
        statement = _raising(self._database.dialect)
        # In one order, whoever writes: two nodes that lock the same rows crosswise would block.
        rows = [_row(one) for one in sorted(marks, key=lambda one: (one.stream_id, one.screen_id))]

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(statement, rows)

        await self._database.transact(work)

    async def marks(self, stream_ids: Sequence[str]) -> list[Mark]:
        """The marks of all screens of these streams. Cancelling is safe. Raises StoreError."""
        query = (
            select(screen_marks)
            .where(screen_marks.c.stream_id.in_(stream_ids))
            .order_by(screen_marks.c.stream_id, screen_marks.c.screen_id)
        )
        async with self._database.read() as connection:
            rows = await connection.execute(query)
            return [Mark(**row._mapping) for row in rows]


def _raising(dialect: str) -> Any:
    statement = upsert(dialect, screen_marks)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[screen_marks.c.stream_id, screen_marks.c.screen_id],
        set_={"epoch": new.epoch, "offset": new.offset, "at": new.at},
        where=or_(new.epoch != screen_marks.c.epoch, new.offset > screen_marks.c.offset),
    )


def _row(mark: Mark) -> dict[str, Any]:
    return {
        "stream_id": mark.stream_id,
        "screen_id": mark.screen_id,
        "epoch": mark.epoch,
        "offset": mark.offset,
        "at": mark.at,
    }
