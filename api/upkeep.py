"""What has to be done again and again for the events and the history of menus, and for old orders.

Rule 1: menus that were changed are told of (`menu.changed`) when they have become quiet.
Rule 2: what is old is forgotten, in small transactions with pauses, so that edits get between.
Rule 3: what the store cannot do now is done at the next turn.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from collab.errors import StoreError
from rooms.clock import Clock
from storage.dead_letters import DeadLetterStore
from storage.history import HistoryStore
from storage.orders import ANSWERS_KEPT, OrderStore
from storage.outbox import OutboxStore
from storage.retention import RetentionStore
from storage.streams import StreamStore
from storage.visits import VisitStore

TELL_SECONDS = 0.5
TRIM_SECONDS = 3600.0
PAUSE_SECONDS = 0.05
STEP = 500  # rows that one transaction forgets
STREAMS_KEPT = timedelta(days=7)
DEAD_LETTERS_KEPT = timedelta(days=30)
VISITS_KEPT = timedelta(days=7)  # after their end

log = logging.getLogger("mirepoix.upkeep")


class OrderUpkeep(NamedTuple):
    """What forgets orders, each by its own rule."""

    orders: OrderStore
    visits: VisitStore
    retention: RetentionStore


class Upkeep:
    """Runs beside the requests. One per house.

    on_told: called with the id of a menu whose stream got an event.
    """

    def __init__(
        self,
        outbox: OutboxStore,
        streams: StreamStore,
        history: HistoryStore,
        dead_letters: DeadLetterStore,
        orders: OrderUpkeep,
        clock: Clock,
        *,
        history_days: float,
        on_told: Callable[[str], None],
    ) -> None:
        self._outbox = outbox
        self._streams = streams
        self._history = history
        self._dead_letters = dead_letters
        self._orders = orders
        self._clock = clock
        self._history_kept = timedelta(days=history_days)
        self._on_told = on_told

    async def run(self) -> None:
        """Do it for ever. Safe to cancel."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._every(TELL_SECONDS, self.tell))
            group.create_task(self._every(TRIM_SECONDS, self.trim))

    async def tell(self) -> None:
        """Tell of every menu that is due. Safe to cancel. Raises StoreError."""
        for document_id in await self._outbox.due(self._clock.utc()):
            if await self._outbox.tell(document_id):
                self._on_told(document_id)

    async def trim(self) -> None:
        """Forget what is old. Safe to cancel. Raises StoreError."""
        now = self._clock.utc()
        await self._in_steps(lambda: self._streams.trim(now - STREAMS_KEPT, STEP))
        before = now - self._history_kept
        for document_id in await self._history.aged(before):
            await self._trim_history(document_id, before)
        await self._dead_letters.forget(now - DEAD_LETTERS_KEPT)
        await self._in_steps(lambda: self._orders.retention.forget(now))
        await self._in_steps(lambda: self._orders.visits.forget(now - VISITS_KEPT, STEP))
        await self._orders.orders.forget_commands(now - ANSWERS_KEPT)

    async def _trim_history(self, document_id: str, before: datetime) -> None:
        await self._in_steps(lambda: self._history.trim(document_id, before, STEP))

    async def _in_steps(self, step: Callable[[], Awaitable[int]]) -> None:
        while True:
            if await step() == 0:
                return
            await asyncio.sleep(PAUSE_SECONDS)

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except StoreError as error:
                log.warning("upkeep waits", extra={"action": "upkeep", "reason": error.reason})
            await asyncio.sleep(seconds)
