"""Crowds: everybody returns after a restart, one reads too slowly, all want something at once."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from random import Random
from typing import Any, Final

import pytest

from collab.identity import Role
from tests.live.bystander import resident_bytes
from tests.live.conftest import StartServer
from tests.live.order_disk import OrdersOnDisk, check_disk
from tests.live.order_histories import check_commands, check_viewing
from tests.live.order_house import OWNER, SETTINGS, WAITER, furnished, token_of
from tests.live.order_notes import Notes, settled
from tests.live.order_tablets import Tablet, running
from tests.live.raw_socket import TEXT, Closed, RawSocket
from tests.live.server import LiveServer
from tests.live.visitors import HOME, ask

CROWD: Final = 300
BACK_SECONDS: Final = 5.0  # with a thousand; the server's start is not counted
FLOOR: Final = f"floor:{HOME}"
MEBIBYTE: Final = 1024 * 1024


async def storm(start_server: StartServer, crowd: int, rounds: int) -> None:
    server = await start_server(settings={**SETTINGS, "connections_per_ip": 2 * crowd}, dev=False)
    await furnished(server)
    notes, random = Notes(), Random(1)
    owner = Tablet("owner", lambda: server.port, OWNER, notes, random)
    screens = [
        Tablet(f"s{n}", lambda: server.port, token_of(f"s{n}", Role.WAITER), notes, random)
        for n in range(crowd)
    ]
    followed = [one.follow(FLOOR) for one in screens]
    async with running(owner, *screens):
        await settled(lambda: all(one.is_live.is_set() for one in followed), "all came", 60)
        await owner.do("order:o", "order.open")
        for number in range(rounds):
            assert await server.stop() == 0
            check_byes([one.byes[-1] for one in screens])
            before = notes.snapshots
            await server.start()
            began = time.monotonic()
            added = owner.queue("order:o", "note.add", {"note": f"n{number}", "text": "x"})
            await settled(lambda: all(one.is_live.is_set() for one in followed), "all back", 60)
            took = time.monotonic() - began
            assert (await added.answer).is_done
            assert notes.snapshots == before, "somebody had to begin anew"
            print(f"{crowd} back within {took:.1f} s")
            assert took < BACK_SECONDS + 2
        top = OrdersOnDisk.read(server.database, HOME).tops[FLOOR]
        await settled(lambda: all(one.offset == top for one in followed), "all equal", 20)
    disk = OrdersOnDisk.read(server.database, HOME)
    for viewing in notes.viewings:
        check_viewing(viewing, disk.streams[FLOOR])


def check_byes(byes: list[Any]) -> None:
    """Everybody was told to come back, spread over a window that grows with the crowd."""
    assert {(one["code"], one["reconnect"]) for one in byes} == {(1012, True)}
    waits = sorted(one["after_ms"] for one in byes)
    window_ms = max(500, 5 * (len(byes) + 1))  # the owner was there, too
    assert waits[-1] <= window_ms
    in_tenths = Counter(min(wait * 10 // window_ms, 9) for wait in waits)
    assert max(in_tenths.values()) < len(byes) / 4, f"they come in waves: {in_tenths}"


async def test_crowd_returns_spread_and_resumes(start_server: StartServer) -> None:
    await storm(start_server, CROWD, 1)


@pytest.mark.full
async def test_thousand_return_spread_and_resume(start_server: StartServer) -> None:
    await storm(start_server, 1000, 2)


SLOW: Final = {**SETTINGS, "outbox_limit_bytes": 16 * 1024, "slow_reader_seconds": 3}
TEXT_OF_NOTE: Final = "as many words as a guest can say about peanuts " * 10  # 470 characters


async def talk(owner: Tablet, topic: str, orders: int, notes_each: int) -> None:
    """Many events on the floor, each of more than a kilobyte."""
    for number in range(orders):
        room = f"order:{topic}-{number}"
        await owner.do(room, "order.open")
        some = [
            owner.queue(room, "note.add", {"note": f"n{n}", "text": TEXT_OF_NOTE})
            for n in range(notes_each)
        ]
        for one in some:
            assert (await one.answer).result == "ok"


@asynccontextmanager
async def slow_socket(server: LiveServer) -> AsyncIterator[RawSocket]:
    """Somebody on the floor who reads nothing by itself."""
    headers = {"Authorization": f"Bearer {WAITER}", "Sec-WebSocket-Protocol": "mirepoix.v1.json"}
    url = f"ws://127.0.0.1:{server.port}/ws"
    async with RawSocket(url, headers, receive_buffer_bytes=4096) as socket:
        assert socket.status == 101
        for frame in (["hello", {"v": 1}], ["sub", {"h": 1, "room": FLOOR}]):
            await socket.send(json.dumps(frame).encode(), TEXT)
        yield socket


async def test_slow_reader_pages_from_the_log_and_misses_nothing(
    start_server: StartServer,
) -> None:
    server = await start_server(settings=SLOW, dev=False, supervised=False)
    await furnished(server)
    notes = Notes()
    owner = Tablet("owner", lambda: server.port, OWNER, notes, Random(1))
    quick = owner.follow(FLOOR)
    async with running(owner), slow_socket(server) as slow:
        await talk(owner, "small", 1, 10)
        before = resident_bytes(server.serving_pid)
        began = time.monotonic()
        await talk(owner, "long", 14, 150)
        took = time.monotonic() - began
        top = OrdersOnDisk.read(server.database, HOME).tops[FLOOR]
        await settled(lambda: quick.offset == top, "others are not held up", 2)
        grown = resident_bytes(server.serving_pid) - before
        slow.widen(MEBIBYTE)
        last = 0
        async with asyncio.timeout(30):
            while last < top:
                op, content = json.loads((await slow.receive()).payload)
                if op == "subd":
                    last = content["snapshot"]["at"]
                elif op == "ev":
                    assert content["first"] == last + 1
                    last += len(content["events"])
    print(f"{top} events in {took:.1f} s, {grown / MEBIBYTE:.1f} MiB more")
    assert top > 2000
    assert grown < 64 * MEBIBYTE


async def test_reader_who_never_reads_is_sent_away_and_can_resume(
    start_server: StartServer,
) -> None:
    server = await start_server(settings=SLOW, dev=False, supervised=False)
    await furnished(server)
    owner = Tablet("owner", lambda: server.port, OWNER, Notes(), Random(1))
    async with running(owner), slow_socket(server) as slow:
        await talk(owner, "long", 8, 150)

        def is_gone() -> bool:
            return '"too_slow"' in server.log

        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not is_gone():
            await asyncio.sleep(0.1)
        slow.widen(MEBIBYTE)
        with pytest.raises(Closed) as closed:
            while True:
                await slow.receive(5)
        assert closed.value.code in (1013, 1006)  # 1006: not even the farewell could be sent


async def test_too_much_at_once_is_answered_and_done_once_later(
    start_server: StartServer,
) -> None:
    """The disk hangs for three seconds, and more is asked than can wait."""
    server = await start_server(settings=SETTINGS, dev=False, supervised=False)
    await furnished(server)
    notes, random = Notes(), Random(1)
    tablets = [
        Tablet(f"t{n}", lambda: server.port, token_of(f"t{n}", Role.WAITER), notes, random)
        for n in range(56)
    ]
    async with running(*tablets):
        async with asyncio.TaskGroup() as group:
            for tablet in tablets:
                group.create_task(tablet.do(f"order:{tablet.name}", "order.open"))
        with closing(sqlite3.connect(server.database, isolation_level=None)) as locker:
            locker.execute("BEGIN IMMEDIATE")
            queued = [
                one.queue(f"order:{one.name}", "note.add", {"note": f"n{number}", "text": "x"})
                for one in tablets
                for number in range(100)
            ]
            await settled(lambda: notes.overloads > 0, "somebody is told", 10)
            command = {
                "id": "by-rest", "room": f"stock:{HOME}", "type": "item.86",
                "body": {"target": "item:dish-1"},
            }  # fmt: skip
            status, refused = await ask(
                server, "POST", "/api/v1/commands", OWNER, json_body=command
            )
            assert (status, refused["code"]) == (503, "overloaded")
            locker.execute("ROLLBACK")
        for one in queued:
            async with asyncio.timeout(60):
                assert (await one.answer).is_done
        status, again = await ask(server, "POST", "/api/v1/commands", OWNER, json_body=command)
        assert (status, again["result"]) == (200, "ok")
    disk = OrdersOnDisk.read(server.database, HOME)
    check_disk(disk)
    assert check_commands(notes.asked, disk.log) == len(notes.asked)
    print(f"{len(queued)} commands, {notes.overloads} told to come again")
