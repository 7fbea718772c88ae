"""`join`: a warm document of 255 items, joined again and again; and what an idle client weighs.

CPU is that of the server's processes, wall time runs from the connect to the last byte of the
SyncStep2.
"""

from __future__ import annotations

import asyncio
import time

import uvloop

from benchmarks.connection import Connection, client_frame, connect
from benchmarks.dialect import Dialect, of_hocuspocus, yjs
from benchmarks.figures import milliseconds
from benchmarks.keystrokes import one_typist
from benchmarks.processes import cpu_seconds, rss_bytes
from benchmarks.sample_document import sample_update
from benchmarks.subjects import Running, Subject, started

SETTLE_SECONDS = 1.0


def joining(subject: Subject, joins: int, idle: int, seed: int) -> dict[str, object]:
    """Measure one server, or say that it is missing."""
    result: dict[str, object] = {"verb": "join", "subject": subject.name}
    reason = subject.missing()
    if reason is not None:
        return result | {"missing": reason}
    with started(subject) as running:
        return result | uvloop.run(_measure(subject, running, joins, idle, seed))


async def _measure(
    subject: Subject, running: Running, joins: int, idle: int, seed: int
) -> dict[str, object]:
    keeper = await _fill(subject, running, seed)
    dialect = _dialect(subject, "bench-join")
    (await connect(running.port, dialect)).close()  # warm: the state is encoded now
    walls: list[float] = []
    state_bytes = 0
    before = cpu_seconds(running.pids)
    for _ in range(joins):
        begun = time.monotonic()
        connection = await connect(running.port, dialect)
        walls.append(time.monotonic() - begun)
        state_bytes = connection.state_bytes
        connection.close()
    await asyncio.sleep(SETTLE_SECONDS)
    cpu = cpu_seconds(running.pids) - before
    kib = await _weigh(subject, running, idle)
    keeper.close()
    return {
        "joins": joins,
        "state_bytes": state_bytes,
        "cpu_ms_per_join": round(cpu / joins * 1000, 3),
        "wall_ms": milliseconds(walls),
        "idle": idle,
        "kib_per_idle_connection": round(kib, 1),
    }


async def _fill(subject: Subject, running: Running, seed: int) -> Connection:
    """Write the document and keep it open."""
    dialect = _dialect(subject, "bench-join")
    keeper = await connect(running.port, dialect)
    update = sample_update(seed)
    keeper.type(client_frame(dialect.update(update)), update[8:200])
    async with asyncio.timeout(20):
        await keeper.acknowledged()
    return keeper


async def _weigh(subject: Subject, running: Running, idle: int) -> float:
    """KiB that each of many idle connections of a small document adds."""
    dialect = _dialect(subject, "bench-idle")
    first = await connect(running.port, dialect)
    (stroke,) = one_typist(1, 0)
    first.type(client_frame(dialect.update(stroke.update)), stroke.struct)
    held = [first] + [await connect(running.port, dialect) for _ in range(100)]
    await asyncio.sleep(SETTLE_SECONDS)
    before = rss_bytes(running.pids)
    held += [await connect(running.port, dialect) for _ in range(idle)]
    await asyncio.sleep(SETTLE_SECONDS)
    grown = rss_bytes(running.pids) - before
    for connection in held:
        connection.close()
    return grown / idle / 1024


def _dialect(subject: Subject, document: str) -> Dialect:
    path = subject.path.format(document=document)
    return yjs(path) if subject.dialect == "yjs" else of_hocuspocus(path, document)
