"""Who takes part in the load of orders: tablets that give commands, kitchen screens that watch."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from benchmarks.orders_house import OrderBook, Step
from benchmarks.orders_socket import OrdersSocket, command_frame, decode

# Command -> what a kitchen screen calls what it did.
CAUSES = {
    "line.fired": "order.place",
    "line.started": "ticket.start",
    "line.ready": "ticket.bump",
}


@dataclass(slots=True, eq=False)
class Writer:
    """A connection that gives commands, and when each was sent."""

    socket: OrdersSocket
    book: OrderBook
    name: str
    steps: Iterator[Step] = field(default_factory=lambda: iter(()))
    sent: dict[str, tuple[float, Step]] = field(default_factory=dict)
    answer_seconds: list[float] = field(default_factory=list)
    done: int = 0
    refused: int = 0
    room_came: asyncio.Event = field(default_factory=asyncio.Event)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.socket.on_frame = self.hear

    def give(self) -> tuple[str, Step, float]:
        """The next command: its id, itself, and when it was sent."""
        step = next(self.steps, None)
        if step is None:
            self.steps = self.book.order()
            step = next(self.steps)
        number = next(self.numbers)
        id = f"{self.name}-{number}"
        frame = command_frame(id, step.room, step.type, step.body, number)
        at = time.monotonic()
        self.sent[id] = at, step
        self.socket.write(frame)
        return id, step, at

    def hear(self, payload: bytes, now: float) -> None:
        """An answer."""
        op, content = decode(payload)
        if op != "res":
            return
        at, _ = self.sent.pop(content["id"])
        self.answer_seconds.append(now - at)
        if content["result"] == "ok":
            self.done += 1
        else:
            self.refused += 1
        self.room_came.set()


@dataclass(slots=True, eq=False)
class Screen:
    """A kitchen screen: when it was shown what a command did."""

    socket: OrdersSocket
    expected: dict[tuple[str, str, str], float]  # (order, command, station) -> when it was sent
    station: str
    seconds: list[float] = field(default_factory=list)

    def hear(self, payload: bytes, now: float) -> None:
        """Events of its room."""
        op, content = decode(payload)
        if op != "ev":
            return
        for _type, _seq, _actor, _at_ms, body in content["events"]:
            cause = CAUSES.get(body["cause"])
            if cause is None:
                continue
            at = self.expected.pop((body["ticket"]["order_id"], cause, self.station), None)
            if at is not None:
                self.seconds.append(now - at)
        self.socket.send("seen", h=1, offset=content["first"] + len(content["events"]) - 1)
