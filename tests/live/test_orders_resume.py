"""Coming back with a cursor: the whole table, through `/ws` and `/sse` alike.

Either exactly the events after the cursor come, or a gap says why they cannot: never another
room's, never with a hole, never in silence.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final, Literal

import aiohttp
import pytest

from tests.live.conftest import StartServer
from tests.live.order_disk import OrdersOnDisk
from tests.live.order_house import OWNER, SETTINGS, WAITER, House, furnished
from tests.live.order_notes import Notes
from tests.live.order_scene import connected, heard
from tests.live.order_tablets import Tablet, running
from tests.live.server import LiveServer
from tests.live.visitors import HOME, bearer

Door = Literal["ws", "sse"]
DOORS: Final[tuple[Door, ...]] = ("ws", "sse")
FLOOR: Final = f"floor:{HOME}"
OTHER: Final = f"stock:{HOME}"
EVENTS: Final = 30
QUIET_SECONDS: Final = 0.3
FIRST_SECONDS: Final = 2.0  # for the first word, when it may well be silence


@dataclass(frozen=True, slots=True)
class Resumed:
    """What came for a cursor. gap: why, or None; offsets: of the events after it."""

    gap: str | None
    offsets: Sequence[int]
    rooms: frozenset[str] = frozenset()
    has_snapshot: bool = False


async def resume(
    server: LiveServer, door: Door, room: str, epoch: str, offset: int, count: int
) -> Resumed:
    """Ask for what came after a cursor. count: how many events to wait for before being quiet."""
    if door == "ws":
        return await resume_ws(server, room, epoch, offset, count)
    return await resume_sse(server, room, epoch, offset, count)


async def resume_ws(server: LiveServer, room: str, epoch: str, offset: int, count: int) -> Resumed:
    async with connected(server, WAITER) as socket:
        await socket.send_json(["sub", {"h": 5, "room": room, "epoch": epoch, "offset": offset}])
        try:
            first = await heard(socket, "subd", "gap", "notice")
        except aiohttp.WSMessageTypeError:
            return Resumed(f"closed with {socket.close_code}", ())
        if first["op"] == "gap":
            return Resumed(first["why"], ())
        assert first["op"] == "subd", first
        assert first["recovered"] and first.get("snapshot") is None, first
        offsets: list[int] = []
        while True:
            try:
                async with asyncio.timeout(5 if len(offsets) < count else QUIET_SECONDS):
                    found = await heard(socket, "ev")
            except TimeoutError:
                return Resumed(None, offsets, frozenset({first["room"]}))
            assert found["h"] == 5
            offsets += range(found["first"], found["first"] + len(found["events"]))


async def resume_sse(server: LiveServer, room: str, epoch: str, offset: int, count: int) -> Resumed:
    cursor = base64.urlsafe_b64encode(json.dumps({room: [epoch, offset]}).encode()).decode()
    headers = {**bearer(WAITER), "Last-Event-ID": cursor.rstrip("=")}
    gap: str | None = None
    offsets: list[int] = []
    rooms: set[str] = set()
    has_snapshot = False
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{server.http}/sse", params={"rooms": room}, headers=headers) as answer,
    ):
        assert answer.status == 200, await answer.text()
        while True:
            is_over = has_snapshot if gap is not None else len(offsets) >= count
            quiet_seconds = QUIET_SECONDS if gap is not None or offsets else FIRST_SECONDS
            try:
                async with asyncio.timeout(quiet_seconds if is_over else 5):
                    event = await sse_event(answer)
            except TimeoutError:
                return Resumed(gap, offsets, frozenset(rooms), has_snapshot)
            if "data" not in event:
                continue
            content = json.loads(event["data"])
            rooms.add(content["room"])
            match event.get("event", "message"):
                case "gap":
                    gap = content["why"]
                case "snapshot":
                    has_snapshot = True
                case "message":
                    offsets.append(content["offset"])
                case other:
                    raise AssertionError(other)


async def sse_event(answer: aiohttp.ClientResponse) -> Mapping[str, str]:
    """The fields of the next message."""
    fields: dict[str, str] = {}
    async for line in answer.content:
        if line == b"\n":
            return fields
        name, _, value = line.decode().rstrip("\n").partition(": ")
        fields[name] = value
    raise AssertionError("the stream ended")


async def busy_house(server: LiveServer) -> tuple[House, OrdersOnDisk]:
    """A floor with exactly EVENTS events, and a stock with a few."""
    house = await furnished(server)
    owner = Tablet("owner", lambda: server.port, OWNER, Notes(), Random(1))
    async with running(owner):
        await owner.do(OTHER, "item.86", target="item:dish-49")
        await owner.do("order:o", "order.open")
        for number in range(EVENTS - 2):  # the stock's event is heard on the floor, too
            answer = await owner.do("order:o", "note.add", note=f"n{number}", text="x")
            assert answer.result == "ok", answer
    disk = OrdersOnDisk.read(server.database, HOME)
    assert disk.tops[FLOOR] == EVENTS
    return house, disk


def after(offset: int, top: int = EVENTS) -> tuple[int, ...]:
    return tuple(range(offset + 1, top + 1))


CASES: Final[Mapping[str, tuple[int, str | None]]] = {
    "before the oldest": (0, None),
    "the oldest": (1, None),
    "in the middle": (EVENTS // 2, None),
    "one before the top": (EVENTS - 1, None),
    "the top": (EVENTS, None),
    "one above the top": (EVENTS + 1, "future"),
    "far above": (2**53, "future"),
    "negative": (-1, "negative"),
    "very negative": (-(2**53), "negative"),
    "2^63": (2**63, "future"),
    "2^63 - 1": (2**63 - 1, "future"),
    "-2^63": (-(2**63), "negative"),
}


async def test_cursor_is_followed_exactly_or_refused(start_server: StartServer) -> None:
    server = await start_server(settings=SETTINGS, dev=False, supervised=False)
    _, disk = await busy_house(server)
    epoch = disk.epochs[FLOOR]
    wrong = []
    for door in DOORS:
        for name, (offset, why) in CASES.items():
            wanted = () if why else after(offset)
            found = await resume(server, door, FLOOR, epoch, offset, len(wanted))
            if (found.gap, tuple(found.offsets)) != (why, wanted) or not found.rooms <= {FLOOR}:
                wrong.append(f"{name} through {door}: {found}")
            if door == "sse" and found.has_snapshot != (why is not None):
                wrong.append(f"{name} through {door}: snapshot {found.has_snapshot}")
    assert not wrong, "\n".join(wrong)


async def test_cursor_of_another_room_or_epoch_is_refused(start_server: StartServer) -> None:
    server = await start_server(settings=SETTINGS, dev=False, supervised=False)
    _, disk = await busy_house(server)
    assert disk.epochs[OTHER] != disk.epochs[FLOOR]
    for door in DOORS:
        for epoch in (disk.epochs[OTHER], "", "never", "0"):
            found = await resume(server, door, FLOOR, epoch, 1, 0)
            assert (found.gap, tuple(found.offsets)) == ("epoch", ()), (door, epoch, found)


async def test_restoring_a_backup_makes_every_cursor_worthless(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = await start_server(settings=SETTINGS, dev=False)
    _, disk = await busy_house(server)
    await server.stop()
    backup = tmp_path / "backup.db"
    for verb in ("backup", "restore"):
        process = await asyncio.create_subprocess_exec(
            *server.command(verb, "--database", str(server.database), str(backup)),
            env=server.environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()
    await server.start()
    for door in DOORS:
        for offset in (0, 1, EVENTS, EVENTS + 1):
            found = await resume(server, door, FLOOR, disk.epochs[FLOOR], offset, 0)
            assert found.gap == "epoch", (door, offset, found)
    now = OrdersOnDisk.read(server.database, HOME)
    assert now.epochs[FLOOR] != disk.epochs[FLOOR]
    assert now.epochs[FLOOR] != now.epochs[OTHER], "a cursor of one room would do for another"
    for door in DOORS:
        found = await resume(server, door, FLOOR, now.epochs[FLOOR], EVENTS - 3, 3)
        assert tuple(found.offsets) == after(EVENTS - 3)


async def test_what_retention_took_is_a_gap_and_the_rest_goes_on(
    start_server: StartServer,
) -> None:
    server = await start_server(settings=SETTINGS, dev=False)
    _, disk = await busy_house(server)
    await server.stop()
    taken = EVENTS // 3
    age(server.database, taken)
    await server.start()  # forgets what is old at its start

    async with asyncio.timeout(20):
        while len(OrdersOnDisk.read(server.database, HOME).streams[FLOOR]) > EVENTS - taken:
            await asyncio.sleep(0.05)
    epoch, oldest = disk.epochs[FLOOR], taken + 1
    for door in DOORS:
        for offset in (0, 1, oldest - 2):
            found = await resume(server, door, FLOOR, epoch, offset, 0)
            assert (found.gap, tuple(found.offsets)) == ("trimmed", ()), (door, offset, found)
        for offset in (oldest - 1, oldest, EVENTS):
            found = await resume(server, door, FLOOR, epoch, offset, EVENTS - offset)
            assert (found.gap, tuple(found.offsets)) == (None, after(offset)), (door, offset)


async def test_all_trimmed_and_nothing_missed_is_no_gap(start_server: StartServer) -> None:
    server = await start_server(settings=SETTINGS, dev=False)
    _, disk = await busy_house(server)
    await server.stop()
    age(server.database, EVENTS)
    await server.start()
    async with asyncio.timeout(20):
        while OrdersOnDisk.read(server.database, HOME).streams.get(FLOOR):
            await asyncio.sleep(0.05)
    for door in DOORS:
        found = await resume(server, door, FLOOR, disk.epochs[FLOOR], EVENTS, 0)
        assert (found.gap, tuple(found.offsets)) == (None, ()), (door, found)
        found = await resume(server, door, FLOOR, disk.epochs[FLOOR], EVENTS - 1, 0)
        assert found.gap == "trimmed", (door, found)


@pytest.mark.parametrize("door", DOORS)
async def test_a_snapshot_and_what_follows_leave_no_hole(
    start_server: StartServer, door: Door
) -> None:
    """Newcomers in the middle of a storm of events: snapshot, then every event after it."""
    server = await start_server(settings=SETTINGS, dev=False, supervised=False)
    await furnished(server)
    owner = Tablet("owner", lambda: server.port, OWNER, Notes(), Random(1))
    is_over = False

    async def write() -> None:
        number = 0
        while not is_over:
            await owner.do("order:o", "note.add", note=f"n{number % 150}", text="x")
            await owner.do(OTHER, "stock.set", target="item:dish-1", remaining=number % 9 + 1)
            number += 1

    async with running(owner), asyncio.TaskGroup() as group:
        await owner.do("order:o", "order.open")
        group.create_task(write())
        await asyncio.sleep(0.2)
        for _ in range(12):
            await join(server, door)
        is_over = True


async def join(server: LiveServer, door: Door) -> None:
    """Come without a cursor and hear twenty events: they begin right after the snapshot."""
    at = -1
    offsets: list[int] = []
    if door == "ws":
        async with connected(server, WAITER) as socket:
            await socket.send_json(["sub", {"h": 1, "room": FLOOR}])
            at = (await heard(socket, "subd"))["snapshot"]["at"]
            while len(offsets) < 20:
                found = await heard(socket, "ev")
                offsets += range(found["first"], found["first"] + len(found["events"]))
    else:
        async with (
            aiohttp.ClientSession() as session,
            session.get(
                f"{server.http}/sse", params={"rooms": FLOOR}, headers=bearer(WAITER)
            ) as answer,
        ):
            while len(offsets) < 20:
                event = await sse_event(answer)
                if event.get("event") == "snapshot":
                    at = json.loads(event["data"])["at"]
                elif "data" in event:
                    offsets.append(json.loads(event["data"])["offset"])
    assert offsets == list(range(at + 1, at + 1 + len(offsets)))


def age(file: Path, upto: int) -> None:
    """The first events of the floor happened eight days ago."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(
            "UPDATE stream_events SET at = datetime(at, '-8 days') || '.000000'"
            ' WHERE stream_id = ? AND "offset" <= ?',
            (FLOOR, upto),
        )
        connection.commit()
