"""Streams that live in memory, such as `presence:{restaurant}`.

Rule 1: offsets have no gaps; the epoch is one a process, so a cursor of before a restart is known
        for what it is.
Rule 2: only the newest `limit` events of a stream are kept: what they add up to is in memory too,
        and whoever was away for longer takes a snapshot of that.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from collab.orders.executed import Told
from collab.records import NumberedEvent, StreamEvent
from rooms.ports import StreamLog, StreamPage

LIMIT_EVENTS = 1000
PREFIX = "presence:"  # of the streams that live in memory


@dataclass(frozen=True, slots=True)
class _Page:
    epoch: str
    top: int
    events: Sequence[NumberedEvent]
    first: int


class MemoryStream:
    """Streams of this process. Satisfies `rooms.ports.StreamLog`; never raises StoreError.

    epoch: unlike that of any process before. limit: events kept a stream.
    """

    def __init__(self, epoch: str, *, limit: int = LIMIT_EVENTS) -> None:
        self.epoch = epoch
        self._limit = limit
        self._streams: dict[str, deque[NumberedEvent]] = {}
        self._tops: dict[str, int] = {}

    def top(self, stream_id: str) -> int:
        """Offset of the last event; 0 when there was none."""
        return self._tops.get(stream_id, 0)

    def put(self, stream_id: str, events: Sequence[StreamEvent]) -> Told:
        """Append events; what there is to deliver."""
        kept = self._streams.setdefault(stream_id, deque(maxlen=self._limit))
        first = self.top(stream_id) + 1
        kept.extend(NumberedEvent(offset, event) for offset, event in enumerate(events, first))
        self._tops[stream_id] = first + len(events) - 1
        return Told(self.epoch, first, tuple(events))

    async def open(self, stream_id: str) -> StreamPage:
        """See `StreamLog`."""
        return self._page(stream_id, ())

    async def read(self, stream_id: str, after: int, limit: int) -> StreamPage:
        """See `StreamLog`."""
        kept = self._streams.get(stream_id, ())
        skipped = max(after + 1 - self._first(stream_id), 0)
        return self._page(stream_id, tuple(islice(kept, skipped, skipped + limit)))

    async def append(self, stream_id: str, events: Sequence[StreamEvent]) -> int:
        """See `StreamLog`."""
        return self.put(stream_id, events).first

    async def tops(self, stream_ids: Sequence[str]) -> Mapping[str, int]:
        """See `StreamLog`."""
        return {one: self._tops[one] for one in stream_ids if one in self._tops}

    def _first(self, stream_id: str) -> int:
        return self.top(stream_id) + 1 - len(self._streams.get(stream_id, ()))

    def _page(self, stream_id: str, events: Sequence[NumberedEvent]) -> StreamPage:
        return _Page(self.epoch, self.top(stream_id), events, self._first(stream_id))


class SwitchedLog:
    """Presence from memory, every other stream from the durable log. Satisfies `StreamLog`."""

    def __init__(self, durable: StreamLog, memory: MemoryStream) -> None:
        self._durable = durable
        self._memory = memory

    async def open(self, stream_id: str) -> StreamPage:
        """See `StreamLog`."""
        return await self._log(stream_id).open(stream_id)

    async def read(self, stream_id: str, after: int, limit: int) -> StreamPage:
        """See `StreamLog`."""
        return await self._log(stream_id).read(stream_id, after, limit)

    async def append(self, stream_id: str, events: Sequence[StreamEvent]) -> int:
        """See `StreamLog`."""
        return await self._log(stream_id).append(stream_id, events)

    async def tops(self, stream_ids: Sequence[str]) -> Mapping[str, int]:
        """See `StreamLog`."""
        here = [one for one in stream_ids if one.startswith(PREFIX)]
        elsewhere = [one for one in stream_ids if not one.startswith(PREFIX)]
        return {**await self._memory.tops(here), **await self._durable.tops(elsewhere)}

    def _log(self, stream_id: str) -> StreamLog:
        return self._memory if stream_id.startswith(PREFIX) else self._durable
