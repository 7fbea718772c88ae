"""The load of `orders`: a process of its own that gives commands, and watches screens.

Started by `benchmarks.orders` with its order as JSON in the first argument; its answer is one JSON
line. It has a menu published, then measures three things on one server:
- at an even pace (open loop, so many commands a second, whatever the server does): how long after
  a command was sent its answer came, and how long until three kitchen screens and many listeners
  of the floor had what it did. The commit lies between the two, so both bound it from above.
- as fast as it goes (closed loop: every connection has so many unanswered commands): commands a
  second that were answered, which is after their fsync.
- how long somebody takes to get the last 10,000 events of the floor.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

import uvloop

from benchmarks.figures import median, milliseconds
from benchmarks.orders_house import RESTAURANT, OrderBook, furnish, token_of
from benchmarks.orders_mix import STATIONS
from benchmarks.orders_people import Screen, Writer
from benchmarks.orders_socket import OrdersSocket, connect, decode, subscribe
from benchmarks.processes import Machine, cpu_seconds
from collab.identity import Role

FLOOR = f"floor:{RESTAURANT}"
DRAIN_SECONDS = 10.0
QUIET_SECONDS = 0.3
WRITERS_AT_PACE = 6  # waiters' tablets
WARM_SECONDS = 5.0  # at the pace, not counted


@dataclass(frozen=True, slots=True)
class OrdersOrder:
    """One run."""

    port: int
    pids: list[int]  # whose CPU is counted
    per_second: float  # at an even pace
    pace_seconds: float
    listeners: int  # of the floor
    connections: int  # as fast as it goes
    window: int  # unanswered commands of each
    rush_seconds: float
    resumed: int  # events
    resumes: int
    seed: int


class OrdersLoad:
    """One run of one order."""

    def __init__(self, order: OrdersOrder) -> None:
        self._order = order
        self._random = Random(order.seed)
        self._menu: dict[str, Any] = {}

    async def run(self) -> dict[str, object]:
        """Set up, measure, and say what was measured."""
        order = self._order
        self._menu = await asyncio.to_thread(furnish, order.port, order.seed)
        expected: dict[tuple[str, str, str], float] = {}
        screens = [await self._screen(station, expected) for station in STATIONS]
        pace = await self._pace(screens, expected)
        rush = await self._rush()
        resume = await self._resume()
        return {"pace": pace, "rush": rush, "resume": resume}

    # -- at an even pace -----------------------------------------------------------------------

    async def _pace(
        self, screens: list[Screen], expected: dict[tuple[str, str, str], float]
    ) -> dict[str, object]:
        order = self._order
        listeners = [await self._listener(number) for number in range(order.listeners)]
        writers = [await self._writer(f"p{number}") for number in range(WRITERS_AT_PACE)]
        shown_at: dict[bytes, float] = {}
        floor_seconds: list[float] = []
        late_seconds: list[float] = []

        def heard(payload: bytes, now: float) -> None:
            for marker in [one for one in shown_at if one in payload]:
                floor_seconds.append(now - shown_at.pop(marker))

        if listeners:
            listeners[-1].on_frame = heard  # the others only count
        begun = time.monotonic()
        warm = int(order.per_second * WARM_SECONDS)
        for number in range(warm + int(order.per_second * order.pace_seconds)):
            if number == warm:
                before = Machine.now().busy, cpu_seconds(order.pids), _own_cpu()
                counted_from = time.monotonic()
                for seconds in (floor_seconds, late_seconds, *_all_seconds(writers, screens)):
                    seconds.clear()
            due = begun + number / order.per_second
            if (now := time.monotonic()) < due:
                await asyncio.sleep(due - now)
            late_seconds.append(time.monotonic() - due)
            writer = writers[number % len(writers)]
            _, step, at = writer.give()
            id = step.room.partition(":")[2]
            if step.type == "order.open":
                shown_at[id.encode()] = at
            elif step.type == "order.place":
                for station in STATIONS:
                    expected[id, step.type, station] = at
            elif step.type in ("ticket.start", "ticket.bump"):
                station = str(step.body["ticket"]).rpartition(".")[2]
                expected[id, step.type, station] = at
        await _drained(writers)
        await asyncio.sleep(QUIET_SECONDS)
        after = Machine.now().busy, cpu_seconds(order.pids), _own_cpu()
        wall = time.monotonic() - counted_from
        tops = {_last_offset(one) for one in listeners}
        for socket in (*listeners, *(one.socket for one in writers)):
            socket.close()
        screen_seconds = [value for screen in screens for value in screen.seconds]
        return {
            "per_second": order.per_second,
            "listeners": order.listeners,
            "screens": len(screens),
            "commands": sum(len(one.answer_seconds) for one in writers),
            "refused": sum(one.refused for one in writers),
            "answer_ms": milliseconds([one for w in writers for one in w.answer_seconds]),
            "screen_ms": milliseconds(screen_seconds),
            "screen_samples": len(screen_seconds),
            "last_listener_ms": milliseconds(floor_seconds),
            "listener_tops": len(tops),  # 1: all of them have everything
            **_loads(before, after, wall, late_seconds),
        }

    # -- as fast as it goes --------------------------------------------------------------------

    async def _rush(self) -> dict[str, object]:
        order = self._order
        writers = [await self._writer(f"r{number}") for number in range(order.connections)]
        before = Machine.now().busy, cpu_seconds(order.pids), _own_cpu()
        begun = time.monotonic()
        until = begun + order.rush_seconds
        async with asyncio.TaskGroup() as group:
            for writer in writers:
                group.create_task(self._push(writer, until))
        counted = sum(one.done for one in writers)
        wall = time.monotonic() - begun
        after = Machine.now().busy, cpu_seconds(order.pids), _own_cpu()
        await _drained(writers)
        for writer in writers:
            writer.socket.close()
        return {
            "connections": order.connections,
            "window": order.window,
            "seconds": order.rush_seconds,
            "commands": counted,
            "refused": sum(one.refused for one in writers),
            "commands_per_second": round(counted / wall),
            "answer_ms": milliseconds([one for w in writers for one in w.answer_seconds]),
            **_loads(before, after, wall, []),
        }

    async def _push(self, writer: Writer, until: float) -> None:
        while time.monotonic() < until:
            while len(writer.sent) < self._order.window:
                writer.give()
            writer.room_came.clear()
            await writer.room_came.wait()

    # -- coming back ---------------------------------------------------------------------------

    async def _resume(self) -> dict[str, object]:
        """The last events of the floor, from a cursor, again and again."""
        order = self._order
        token = token_of("returner", Role.WAITER)
        first = await connect(order.port, token, "first")
        stands = await subscribe(first, FLOOR, want="events")
        first.close()
        top, epoch = stands["top"], stands["epoch"]
        events = min(order.resumed, top)
        seconds, sizes = [], []
        for number in range(order.resumes):
            took, size = await self._come_back(f"b{number}", token, epoch, top, events)
            seconds.append(took)
            sizes.append(size)
        return {
            "events": events,
            "resumes": order.resumes,
            "megabytes": round(median(sizes) / 1e6, 2),
            "ms": round(median(seconds) * 1000, 1),
            "worst_ms": round(max(seconds) * 1000, 1),
        }

    async def _come_back(
        self, device: str, token: str, epoch: str, top: int, events: int
    ) -> tuple[float, int]:
        socket = await connect(self._order.port, token, device)
        frames: list[tuple[bytes, float]] = []  # decoded only afterwards
        socket.on_frame = lambda payload, now: frames.append((payload, now))
        begun = time.monotonic()
        socket.send("sub", h=1, room=FLOOR, epoch=epoch, offset=top - events)
        while not frames or time.monotonic() - socket.last_at < QUIET_SECONDS:
            await asyncio.sleep(0.02)
        socket.close()
        expected = top - events + 1
        for payload, at in frames:
            op, content = decode(payload)
            if op != "ev":
                continue
            if content["first"] != expected:
                raise RuntimeError(f"{content['first']} came where {expected} should have come")
            expected += len(content["events"])
            if expected > top:
                return at - begun, sum(len(frame) for frame, _ in frames)
        raise RuntimeError(f"only events up to {expected - 1} of {top} came")

    # -- people --------------------------------------------------------------------------------

    async def _screen(self, station: str, expected: dict[tuple[str, str, str], float]) -> Screen:
        token = token_of(f"cook-{station}", Role.KITCHEN)
        socket = await connect(self._order.port, token, f"screen-{station}")
        screen = Screen(socket, expected, station)
        socket.on_frame = screen.hear
        await subscribe(socket, f"kitchen:{RESTAURANT}:{station}")
        return screen

    async def _listener(self, number: int) -> OrdersSocket:
        token = token_of(f"listener-{number}", Role.WAITER)
        socket = await connect(self._order.port, token, f"l{number}")
        await subscribe(socket, FLOOR, want="events")
        return socket

    async def _writer(self, name: str) -> Writer:
        socket = await connect(self._order.port, token_of(name, Role.MANAGER), name)
        return Writer(socket, OrderBook(self._menu, self._random, name), name)


def _all_seconds(writers: list[Writer], screens: list[Screen]) -> Iterator[list[float]]:
    yield from (one.answer_seconds for one in writers)
    yield from (one.seconds for one in screens)


async def _drained(writers: list[Writer]) -> None:
    """Wait until every command is answered. Raises TimeoutError."""
    async with asyncio.timeout(DRAIN_SECONDS):
        while any(one.sent for one in writers):
            await asyncio.sleep(0.005)


def _last_offset(socket: OrdersSocket) -> int:
    op, content = decode(socket.last)
    return content["first"] + len(content["events"]) - 1 if op == "ev" else 0


def _own_cpu() -> float:
    own = os.times()
    return own.user + own.system


def _loads(
    before: tuple[float, float, float],
    after: tuple[float, float, float],
    wall: float,
    late_seconds: list[float],
) -> dict[str, object]:
    machine, server, own = (later - earlier for earlier, later in zip(before, after, strict=True))
    found: dict[str, object] = {
        "server_load": round(server / wall, 3),
        "generator_load": round(own / wall, 3),
        "others_load": round((machine - server - own) / wall, 3),
    }
    return found | ({"generator_late_ms": milliseconds(late_seconds)} if late_seconds else {})


def main() -> None:
    """Run the order in the first argument; the answer goes to standard output."""
    order = OrdersOrder(**json.loads(sys.argv[1]))
    print(json.dumps(uvloop.run(OrdersLoad(order).run())))


def command(order: OrdersOrder) -> list[str]:
    """The command line that runs an order."""
    return [sys.executable, "-m", "benchmarks.orders_load", json.dumps(asdict(order))]


if __name__ == "__main__":
    main()
