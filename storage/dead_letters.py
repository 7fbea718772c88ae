"""Events that a webhook could not be told of in time: kept to be looked at, and to be revived.

`WebhookStore.bury` lists them, in one transaction with the cursor that goes on behind them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.menu_tables import dead_letters


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that could not be delivered in time."""

    webhook_id: str
    stream_id: str
    offset: int
    reason: str
    at: datetime


class DeadLetterStore:
    """The dead letters of all webhooks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_webhook(
        self, webhook_id: str, after: tuple[str, int] | None = None, limit: int = 100
    ) -> list[DeadLetter]:
        """Dead letters of a webhook by stream and offset.

        after: stream and offset of the last one of the page before. Cancelling is safe.
        Raises StoreError.
        """
        place = (dead_letters.c.stream_id, dead_letters.c.offset)
        query = select(dead_letters).where(dead_letters.c.webhook_id == webhook_id)
        if after is not None:
            query = query.where(tuple_(*place) > tuple_(*after))
        async with self._database.read() as connection:
            rows = await connection.execute(query.order_by(*place).limit(limit))
            return [DeadLetter(*row) for row in rows]

    async def find(self, webhook_id: str, stream_id: str, offset: int) -> DeadLetter | None:
        """One dead letter; None when there is none. Cancelling is safe. Raises StoreError."""
        query = select(dead_letters).where(
            dead_letters.c.webhook_id == webhook_id,
            dead_letters.c.stream_id == stream_id,
            dead_letters.c.offset == offset,
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else DeadLetter(*row)

    async def revived(self, letter: DeadLetter) -> bool:
        """A dead letter was delivered after all; False when it was not there.

        Cancelling is safe. Raises StoreError.
        """
        gone = delete(dead_letters).where(
            dead_letters.c.webhook_id == letter.webhook_id,
            dead_letters.c.stream_id == letter.stream_id,
            dead_letters.c.offset == letter.offset,
        )

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(gone)).rowcount == 1

        return await self._database.transact(work)

    async def forget(self, before: datetime) -> int:
        """Forget dead letters older than a time; how many. Cancelling is safe.

        Raises StoreError.
        """

        async def work(connection: AsyncConnection) -> int:
            old = delete(dead_letters).where(dead_letters.c.at < before)
            return (await connection.execute(old)).rowcount

        return await self._database.transact(work)
