"""Group commit: the admitted bytes of all rooms, saved in order, one transaction at a time.

Rule 1: what is added gets the next position; `durable` is the position up to which everything is
        on disk. Positions are acknowledged in order, because batches are committed in order.
Rule 2: take before you wait; a batch that could not be saved goes back in front and is retried.
Rule 3: between two commits at least `interval_seconds` pass, so a busy server commits batches
        and not single keystrokes (a commit of one row costs as much as one of twenty).
Rule 4: when the oldest update has waited `pause_after_seconds`, saving is paused: rooms stop
        taking updates until a commit succeeds. Nothing was acknowledged, so nothing is lost:
        its author still holds it and gives it back by sync.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from collab.errors import StoreError
from collab.records import Appended, DocumentUpdates
from rooms.ports import Meter, UpdateLog

INTERVAL_SECONDS = 0.010
PAUSE_AFTER_SECONDS = 5.0
RETRY_FIRST_SECONDS = 0.05
RETRY_LAST_SECONDS = 1.0
# After a failed fsync nobody knows what is on disk: the process ends, and the next one reads it.
GIVE_UP_REASONS = frozenset({"fsync_failed"})

log = logging.getLogger("mirepoix.journal")


class Saver(Protocol):
    """Somebody who adds to the journal: a room."""

    def saved(self, position: int) -> None:
        """Everything up to `position` is on disk."""
        ...

    def lost_document(self) -> None:
        """The document does not exist any more; what was added was not saved."""
        ...

    def lost_meaning(self) -> None:
        """The bytes were saved, and what they mean could not be."""
        ...

    def pause(self) -> None:
        """Saving is impossible for now."""
        ...

    def resume(self) -> None:
        """Saving works again."""
        ...


@dataclass(frozen=True, slots=True)
class _Waiting:
    position: int
    updates: DocumentUpdates
    saver: Saver
    added_at: float


class Journal:
    """The one writer of document updates in this process.

    monotonic: the clock, in seconds. on_appended: told of every commit, right after it.
    """

    def __init__(
        self,
        store: UpdateLog,
        meter: Meter,
        *,
        monotonic: Callable[[], float],
        interval_seconds: float = INTERVAL_SECONDS,
        pause_after_seconds: float = PAUSE_AFTER_SECONDS,
        on_appended: Callable[[Appended], None] = lambda appended: None,
    ) -> None:
        self.position = 0  # of the last update added
        self.durable = 0  # everything up to here is on disk
        self.is_paused = False
        self._store = store
        self._meter = meter
        self._monotonic = monotonic
        self._interval_seconds = interval_seconds
        self._pause_after_seconds = pause_after_seconds
        self._on_appended = on_appended
        self._pending: list[_Waiting] = []
        self._committing: list[_Waiting] = []
        self._wake = asyncio.Event()
        self._settled = asyncio.Condition()
        self._savers: set[Saver] = set()

    @property
    def waiting(self) -> int:
        """How many batches of updates are not on disk yet."""
        return len(self._pending) + len(self._committing)

    def waiting_updates(self) -> Counter[str]:
        """How many updates are not on disk yet, by document."""
        found: Counter[str] = Counter()
        for one in (*self._committing, *self._pending):
            found[one.updates.document_id] += len(one.updates.updates)
        return found

    def register(self, saver: Saver) -> None:
        """The room wants to hear of pauses."""
        self._savers.add(saver)
        if self.is_paused:
            saver.pause()

    def unregister(self, saver: Saver) -> None:
        """The room is closed."""
        self._savers.discard(saver)

    def add(self, updates: DocumentUpdates, saver: Saver) -> int:
        """Queue updates for the next commit; their position. Never waits."""
        self.position += 1
        self._pending.append(_Waiting(self.position, updates, saver, self._monotonic()))
        self._wake.set()
        return self.position

    async def run(self) -> None:
        """Commit what is added, for ever. Cancelling it leaves the batch under way undecided.

        Raises StoreError when the store can never save again (`GIVE_UP_REASONS`).
        """
        committed_at = float("-inf")
        while True:
            await self._wake.wait()
            delay = committed_at + self._interval_seconds - self._monotonic()
            if delay > 0:
                await asyncio.sleep(delay)
            await self._commit_pending()
            committed_at = self._monotonic()

    async def flush(self) -> None:
        """Wait until everything added so far is on disk. Safe to cancel."""
        target = self.position
        async with self._settled:
            await self._settled.wait_for(lambda: self.durable >= target)

    def look(self, now: float) -> None:
        """Pause when the oldest update has waited too long; call it regularly."""
        oldest = (self._committing or self._pending)[:1]
        if self.is_paused or not oldest:
            return
        if now - oldest[0].added_at >= self._pause_after_seconds:
            self.is_paused = True
            self._meter.saving_paused(True)
            log.error("saving paused", extra={"action": "saving_paused", "waiting": self.waiting})
            for saver in list(self._savers):
                saver.pause()

    async def _commit_pending(self) -> None:
        """Save what waits now; retried until it is saved."""
        self._wake.clear()
        self._committing, self._pending = self._pending, []
        retry_seconds = RETRY_FIRST_SECONDS
        while self._committing:
            started = self._monotonic()
            try:
                appended = await self._store.append(_by_document(self._committing))
            except StoreError as error:
                if error.reason in GIVE_UP_REASONS:
                    raise
                log.warning(
                    "commit failed, retrying",
                    extra={"action": "commit_failed", "reason": error.reason},
                )
                self._meter.refused("commit_failed")
                await asyncio.sleep(retry_seconds)
                retry_seconds = min(retry_seconds * 2, RETRY_LAST_SECONDS)
                continue
            done, self._committing = self._committing, []
            rows = sum(len(waiting.updates.updates) for waiting in done)
            self._meter.committed(self._monotonic() - started, rows)
            await self._settle(done, appended)

    async def _settle(self, done: list[_Waiting], appended: Appended) -> None:
        self.durable = done[-1].position
        for saver in _savers_of(done, appended.gone):
            saver.lost_document()
        for saver in _savers_of(done, appended.dirty):
            self._meter.refused("not_projected")
            saver.lost_meaning()
        for saver in {waiting.saver: None for waiting in done}:
            saver.saved(self.durable)
        self._on_appended(appended)
        if self.is_paused:
            self.is_paused = False
            self._meter.saving_paused(False)
            log.info("saving resumed", extra={"action": "saving_resumed"})
            for saver in list(self._savers):
                saver.resume()
        async with self._settled:
            self._settled.notify_all()


def _savers_of(done: list[_Waiting], document_ids: frozenset[str]) -> list[Saver]:
    """Whoever added updates of these documents, each once."""
    found = (one.saver for one in done if one.updates.document_id in document_ids)
    return list(dict.fromkeys(found))


def _by_document(waiting: list[_Waiting]) -> list[DocumentUpdates]:
    """One entry a document, its updates in the order they were applied."""
    merged: dict[str, list[DocumentUpdates]] = {}
    for one in waiting:
        merged.setdefault(one.updates.document_id, []).append(one.updates)
    return [
        DocumentUpdates(
            document_id,
            tuple(update for part in parts for update in part.updates),
            tuple(pair for part in parts for pair in part.client_ids),
            tuple(one for part in parts for one in part.consequences),
        )
        for document_id, parts in merged.items()
    ]
