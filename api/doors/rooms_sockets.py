"""All connections of the rooms doors, so that they can be sent away; and how they come back.

A crowd that is sent away at once must not come back at once: each is told how long to wait, drawn
from a window that grows with the crowd.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple, Protocol

from api.errors import close_reason
from collab.errors import MirepoixError

WINDOW_SECONDS_EACH = 0.005  # a thousand come back within 5 s
LEAST_WINDOW_SECONDS = 0.5
WAVE_SOCKETS = 100
COMES_BACK = frozenset({1012, 1013})  # close codes after which the same client is welcome again


class Bye(NamedTuple):
    """The last thing a connection is told."""

    code: int  # of the closing frame
    reason: str
    reconnect: bool  # whether the same client is welcome again
    after_ms: int  # how long it should wait before that


class Connected(Protocol):
    """One connection."""

    def end(self, error: MirepoixError) -> None:
        """Say why and close; only the first call counts."""
        ...


class RoomsSockets:
    """The connections of this process. draw: random numbers from 0 to 1."""

    def __init__(self, draw: Callable[[], float]) -> None:
        self._draw = draw
        self._open: set[Connected] = set()
        self._crowd = 0  # how many there were when everybody was sent away

    def __len__(self) -> int:
        return len(self._open)

    def add(self, one: Connected) -> None:
        """A connection is there."""
        self._open.add(one)

    def remove(self, one: Connected) -> None:
        """It is gone. Calling it twice is harmless."""
        self._open.discard(one)

    def after_ms(self) -> int:
        """How long somebody who has to come back should wait, drawn anew with each call."""
        crowd = max(self._crowd, len(self._open))
        window_seconds = max(LEAST_WINDOW_SECONDS, WINDOW_SECONDS_EACH * crowd)
        return int(self._draw() * window_seconds * 1000)

    def bye(self, error: MirepoixError) -> Bye:
        """What a connection is told before it is closed."""
        comes_back = error.close_code in COMES_BACK
        after_ms = self.after_ms() if comes_back else 0
        return Bye(error.close_code, close_reason(error), comes_back, after_ms)

    async def send_away(self, error: MirepoixError) -> None:
        """End every connection; returns when all have been told, not when all are closed.

        Safe to cancel: some may be left.
        """
        self._crowd = len(self._open)
        for number, one in enumerate(list(self._open), 1):
            one.end(error)
            if number % WAVE_SOCKETS == 0:
                await asyncio.sleep(0)
