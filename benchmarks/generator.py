"""The load: a process of its own that types into documents and counts what comes back.

Started by `benchmarks.fanout` with its order as JSON in the first argument; its answer is one
JSON line. It reads the server's CPU itself, at the moments at which it counts.

Open loop: keystrokes leave at times that are fixed before the run (seeded), whatever the server
does. Latency is counted from the moment of the write; how late writes were is reported.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from random import Random

import uvloop

from benchmarks.connection import Connection, Sample, client_frame, connect
from benchmarks.dialect import Dialect, of_hocuspocus, yjs
from benchmarks.figures import milliseconds
from benchmarks.keystrokes import Keystroke, client_ids, keystrokes
from benchmarks.processes import Machine, cpu_seconds, rss_bytes

SAMPLES_PER_SECOND = 20  # updates timed on their way to everybody, in all rooms together
LIMIT_SAMPLES_UNDER_WAY = 64
DRAIN_SECONDS = 20.0
REST_SECONDS = 0.5  # between the last join and the first keystroke


@dataclass(frozen=True, slots=True)
class Order:
    """One run."""

    port: int
    pids: list[int]  # whose CPU is counted
    dialect: str  # "yjs" or "hocuspocus"
    path: str  # "{document}" is replaced
    rooms: int
    clients: int
    per_second: float
    warm_seconds: float
    seconds: float
    seed: int
    cursors_per_second: float  # awareness messages of each client


@dataclass(slots=True)
class Typist:
    """One client and what it has typed."""

    connection: Connection
    room: list[Typist]
    client: int
    frames: list[tuple[bytes, Keystroke]]
    typed: int = 0
    presence_clock: int = 1

    def type(self) -> Sample:
        """The next keystroke."""
        frame, keystroke = self.frames[self.typed]
        self.typed += 1
        return self.connection.type(frame, keystroke.struct)

    def show(self) -> None:
        """Tell where the cursor is."""
        state = json.dumps({"user": {"name": f"P{self.client}"}, "cursor": self.presence_clock})
        message = self.connection.dialect.presence(self.client, self.presence_clock, state)
        self.connection.send(message)
        self.presence_clock += 1


@dataclass(frozen=True, slots=True)
class Reading:
    """All clocks at one moment."""

    at: float
    server_cpu: float
    own_cpu: float
    machine_cpu: float

    @classmethod
    def now(cls, pids: list[int]) -> Reading:
        """Look."""
        own = os.times()
        return cls(time.monotonic(), cpu_seconds(pids), own.user + own.system, Machine.now().busy)


class Load:
    """One run of one order."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._random = Random(order.seed)
        self._late_seconds: list[float] = []
        self._sampled_at = 0.0
        self._lost_samples = 0

    async def run(self) -> dict[str, object]:
        """Join, type, wait for the rest, and say what was measured."""
        order = self._order
        typists = await self._join()
        await asyncio.sleep(REST_SECONDS)
        schedule = self._schedule(typists)
        started = time.monotonic()
        warm = [one for one in schedule if one[0] < order.warm_seconds]
        await self._play(started, warm)
        await self._drain(typists)
        for typist in typists:
            typist.connection.forget()
        self._late_seconds.clear()
        before = Reading.now(order.pids)
        counted = schedule[len(warm) :]
        sent = {id(typist): typist.typed for typist in typists}
        await self._play(time.monotonic() - order.warm_seconds, counted)
        typed_until = time.monotonic()
        await self._drain(typists)
        after = Reading.now(order.pids)
        strokes = sum(typist.typed - sent[id(typist)] for typist in typists)
        return self._result(typists, strokes, before, after, typed_until)

    async def _join(self) -> list[Typist]:
        order = self._order
        ids = iter(client_ids(order.rooms * order.clients, self._random))
        count = int(order.per_second * (order.warm_seconds + order.seconds)) + 2
        typists: list[Typist] = []
        for number in range(order.rooms):
            room: list[Typist] = []
            for _ in range(order.clients):
                client = next(ids)
                dialect = self._dialect(f"bench-{number}")
                strokes = keystrokes(client, count, self._random)
                frames = [(client_frame(dialect.update(one.update)), one) for one in strokes]
                # One by one: two newcomers of a fresh room hang in one of the peers.
                connection = await connect(order.port, dialect, client)
                typist = Typist(connection, room, client, frames)
                typist.show()
                room.append(typist)
            typists += room
        return typists

    def _dialect(self, document: str) -> Dialect:
        path = self._order.path.format(document=document)
        return yjs(path) if self._order.dialect == "yjs" else of_hocuspocus(path, document)

    def _schedule(self, typists: list[Typist]) -> list[tuple[float, int, Typist, bool]]:
        """(seconds since the start, tie-breaker, who, whether a keystroke), in order."""
        order = self._order
        until = order.warm_seconds + order.seconds
        schedule: list[tuple[float, int, Typist, bool]] = []
        for typist in typists:
            for rate, is_stroke in ((order.per_second, True), (order.cursors_per_second, False)):
                phase = self._random.random()
                for number in range(int(until * rate)):
                    schedule.append(((number + phase) / rate, len(schedule), typist, is_stroke))
        schedule.sort(key=lambda one: one[:2])
        return schedule

    async def _play(self, start: float, schedule: list[tuple[float, int, Typist, bool]]) -> None:
        for at, _, typist, is_stroke in schedule:
            now = time.monotonic()
            due = start + at
            if due > now:
                await asyncio.sleep(due - now)
                now = time.monotonic()
            self._late_seconds.append(now - due)
            if is_stroke:
                self._sample(typist, typist.type())
            else:
                typist.show()

    def _sample(self, typist: Typist, sample: Sample) -> None:
        """Time this one on its way to the others, if it is time for one."""
        if sample.sent_at - self._sampled_at < 1 / SAMPLES_PER_SECOND:
            return
        self._sampled_at = sample.sent_at
        for other in typist.room:
            if other is not typist:
                waiting = other.connection.samples
                if len(waiting) < LIMIT_SAMPLES_UNDER_WAY:
                    waiting.append(sample)
                else:
                    self._lost_samples += 1

    async def _drain(self, typists: list[Typist]) -> None:
        """Wait until everything typed was delivered, or nothing more comes."""
        deadline = time.monotonic() + DRAIN_SECONDS
        progress, moved_at = -1, time.monotonic()
        while time.monotonic() < deadline:
            await asyncio.sleep(0.02)
            owed = sum(typist.connection.owed for typist in typists)
            seen = sum(typist.connection.tally.updates for typist in typists)
            if seen != progress:
                progress, moved_at = seen, time.monotonic()
            quiet_seconds = time.monotonic() - moved_at
            if (owed == 0 and quiet_seconds > 0.1) or quiet_seconds > 3.0:
                return

    def _result(
        self,
        typists: list[Typist],
        strokes: int,
        before: Reading,
        after: Reading,
        typed_until: float,
    ) -> dict[str, object]:
        tallies = [typist.connection.tally for typist in typists]
        deliveries = sum(tally.updates - tally.echoes for tally in tallies)
        # The quiet tenth at the end of the drain costs nobody anything.
        seconds = typed_until - before.at
        server_cpu = after.server_cpu - before.server_cpu
        own_cpu = after.own_cpu - before.own_cpu
        wall = after.at - before.at
        latencies = [one for tally in tallies for one in tally.delivery_seconds]
        lost = sum(len(typist.connection.samples) for typist in typists) + self._lost_samples
        return {
            "strokes": strokes,
            "deliveries": deliveries,
            "expected": strokes * (self._order.clients - 1),
            "deliveries_per_second": round(deliveries / max(seconds, wall - 0.3)),
            "cpu_us_per_delivery": round(server_cpu / max(deliveries, 1) * 1e6, 3),
            "cpu_us_per_update": round(server_cpu / max(strokes, 1) * 1e6, 1),
            "server_load": round(server_cpu / wall, 3),
            "latency_ms": milliseconds(latencies),
            "samples": len(latencies),
            "samples_lost": lost,
            "ack_ms": milliseconds([one for tally in tallies for one in tally.ack_seconds]),
            "acks": sum(len(tally.ack_seconds) for tally in tallies),
            "rss_mib": round(rss_bytes(self._order.pids) / 2**20, 1),
            "generator_load": round(own_cpu / wall, 3),
            "generator_late_ms": milliseconds(self._late_seconds),
            "others_load": round(
                (after.machine_cpu - before.machine_cpu - server_cpu - own_cpu) / wall, 3
            ),
        }


def main() -> None:
    """Run the order in the first argument; the answer goes to standard output."""
    order = Order(**json.loads(sys.argv[1]))
    print(json.dumps(uvloop.run(Load(order).run())))


def command(order: Order) -> list[str]:
    """The command line that runs an order."""
    return [sys.executable, "-m", "benchmarks.generator", json.dumps(asdict(order))]


if __name__ == "__main__":
    main()
