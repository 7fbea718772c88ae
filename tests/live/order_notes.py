"""What a device keeps: its queue, the rooms it follows, and notes of everything for the checks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgpack

from tests.live.order_histories import Asked, Shown, Viewing

Fields = Mapping[str, Any]
OnEvent = Callable[[Shown], None]
OnSnapshot = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command."""

    result: str  # "ok", "noop", "dup" or "rejected"
    seq: int | None
    offset: int | None
    code: str | None
    current: Mapping[str, Any]

    @property
    def is_done(self) -> bool:
        """Whether it holds now, by this command or before it."""
        return self.result != "rejected"


@dataclass(slots=True, eq=False)
class Followed:
    """One room on one device."""

    room: str
    handle: int
    viewing: Viewing
    on_event: OnEvent | None
    on_snapshot: OnSnapshot | None
    epoch: str | None = None
    offset: int = 0
    is_live: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Queued:
    """One command on its way."""

    id: str
    room: str
    type: str
    body: Fields
    number: int
    answer: asyncio.Future[Answer]
    asked: Asked


@dataclass(slots=True)
class Notes:
    """What all devices asked and saw."""

    asked: list[Asked] = field(default_factory=list)
    viewings: list[Viewing] = field(default_factory=list)
    connections: int = 0
    resends: int = 0
    overloads: int = 0  # answers that said to come again
    repeats: int = 0  # events that came again
    snapshots: int = 0
    resumed: int = 0  # rooms gone on with after a connection was lost


async def settled(is_so: Callable[[], bool | Awaitable[bool]], what: str, seconds: float) -> None:
    """Wait until something is so. Raises AssertionError with `what`."""
    deadline = time.monotonic() + seconds
    while True:
        found = is_so()
        if found if isinstance(found, bool) else await found:
            return
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.02)


def pack(frame: list[Any]) -> bytes:
    """One frame as msgpack."""
    packed: bytes = msgpack.packb(frame)
    return packed


def command_frame(queued: Queued) -> list[Any]:
    return [
        "cmd",
        {
            "id": queued.id,
            "room": queued.room,
            "type": queued.type,
            "body": queued.body,
            "device_seq": queued.number,
        },
    ]


def subscription_frame(followed: Followed) -> list[Any]:
    fields: dict[str, Any] = {"h": followed.handle, "room": followed.room}
    if followed.epoch is not None:
        fields |= {"epoch": followed.epoch, "offset": followed.offset}
    return ["sub", fields]
