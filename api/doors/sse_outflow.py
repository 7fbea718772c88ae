"""The way out of one event stream: messages queue here, bounded, and one task writes them.

Rule 1: whoever has something to say never waits; what does not fit is not taken (`offer`).
Rule 2: a peer that blocks the writer can always be cut off.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from aiohttp import web


class Outflow:
    """The way out of one response that was prepared.

    limit_bytes: unsent bytes at which the peer counts as slow.
    """

    def __init__(
        self, response: web.StreamResponse, transport: asyncio.WriteTransport, limit_bytes: int
    ) -> None:
        self._response = response
        self._transport = transport
        self._limit_bytes = limit_bytes
        self._queue: list[bytes] = []
        self._queued_bytes = 0
        self._is_writing = False
        self._bell = asyncio.Event()

    @property
    def is_gone(self) -> bool:
        """Whether the connection is closed."""
        return self._transport.is_closing()

    @property
    def is_blocked(self) -> bool:
        """Whether a write waits for the peer to read."""
        return self._is_writing

    @property
    def is_full(self) -> bool:
        """Whether the peer has more than the limit still to read."""
        return self._unsent_bytes > self._limit_bytes

    @property
    def has_room(self) -> bool:
        """Whether enough was read to go on."""
        return self._unsent_bytes <= self._limit_bytes // 4

    @property
    def _unsent_bytes(self) -> int:
        return self._queued_bytes + self._transport.get_write_buffer_size()

    def say(self, message: bytes) -> None:
        """Queue a message, however slowly the peer reads."""
        self._queue.append(message)
        self._queued_bytes += len(message)
        self._bell.set()

    def ring(self) -> None:
        """Wake whoever waits: there is something to do."""
        self._bell.set()

    def abort(self) -> None:
        """Close at once; a write that waits fails."""
        self._transport.abort()

    async def write(self) -> None:
        """Write what is queued. Raises ConnectionError when the peer is gone."""
        data, self._queue = b"".join(self._queue), []
        self._queued_bytes = 0
        if data:
            self._is_writing = True
            try:
                await self._response.write(data)
            finally:
                self._is_writing = False

    async def wait(self, seconds: float) -> None:
        """Wait for something to do, at most so long. Safe to cancel."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._bell.wait()
        self._bell.clear()
