"""What kitchen screens have seen: in memory for the watch, stored as the proof of delivery."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from collab.errors import StoreError
from collab.orders.executed import Mark
from rooms.ports import MarkLog

Place = tuple[str, str, int]  # (stream id, epoch, offset) of an event


class ScreenMarks:
    """The marks of all screens, as far as they are known here."""

    def __init__(self, store: MarkLog) -> None:
        self._store = store
        self._marks: dict[str, dict[str, Mark]] = {}  # stream id -> screen id -> mark
        self._dirty: dict[tuple[str, str], Mark] = {}  # (stream id, screen id): not stored yet

    def seen(self, mark: Mark) -> None:
        """A screen says so. Cheap: stored with a later batch."""
        if self._take(mark):
            self._dirty[mark.stream_id, mark.screen_id] = mark

    def of(self, stream_id: str) -> Mapping[str, Mark]:
        """Screen id -> what it has seen of a stream."""
        return self._marks.get(stream_id, {})

    def cover(self, places: Iterable[Place]) -> bool:
        """Whether some screen has seen an event in one of its places."""
        return any(
            mark.epoch == epoch and mark.offset >= offset
            for stream_id, epoch, offset in places
            for mark in self.of(stream_id).values()
        )

    async def store(self) -> None:
        """Save what is new. Raises StoreError; it is saved later then. Safe to cancel."""
        dirty, self._dirty = self._dirty, {}
        try:
            if dirty:
                await self._store.mark(list(dirty.values()))
        except (StoreError, asyncio.CancelledError):
            self._dirty = {**dirty, **self._dirty}
            raise

    async def read(self, stream_ids: Iterable[str]) -> None:
        """Take over what is stored about some streams. Raises StoreError. Safe to cancel."""
        for mark in await self._store.marks(sorted(set(stream_ids))):
            self._take(mark)

    def _take(self, mark: Mark) -> bool:
        """Whether it says something new; a mark of the same numbering only rises."""
        screens = self._marks.setdefault(mark.stream_id, {})
        known = screens.get(mark.screen_id)
        if known is not None and known.epoch == mark.epoch and known.offset >= mark.offset:
            return False
        screens[mark.screen_id] = mark
        return True
