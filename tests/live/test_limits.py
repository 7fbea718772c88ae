"""Limits of a real server: whoever goes beyond one is told which, and only they notice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any, Final

import pytest
from pycrdt import Doc, Text

from tests.live.bystander import Bystander, Figures, document_of, resident_bytes
from tests.live.conftest import StartServer
from tests.live.mutations import with_length
from tests.live.raw_socket import (
    BINARY,
    CLOSE,
    PING,
    TEXT,
    Closed,
    RawSocket,
    frame,
    upgrade_request,
)
from tests.live.raw_yjs import UPDATE, sync_frame
from tests.live.replicas import PycrdtReplica
from tests.live.server import LiveServer
from tests.live.visitors import APPLIED, DOORS, Door, Refused, Visitor

KIBIBYTE: Final = 1024
SMALL: Final = {"document_limit_bytes": 64 * KIBIBYTE, "frame_limit_bytes": 128 * KIBIBYTE}
DOCUMENT: Final = "limited"
ADDRESS: Final = with_length(DOCUMENT.encode())


async def closing(visitor: Visitor, seconds: float = 10) -> tuple[int, str]:
    """How the server ends it: (close code, slug)."""
    closed = await visitor.hear_end(seconds)
    return closed.code, closed.reason.partition(":")[0]


async def counted(server: LiveServer, reason: str) -> float:
    return (await Figures.of(server)).refused().get(reason, 0)


# -- sizes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", DOORS)
async def test_a_frame_above_the_limit_is_refused_however_it_comes(
    start_server: StartServer, door: Door
) -> None:
    server = await start_server(settings=SMALL)
    limit = SMALL["frame_limit_bytes"]
    head = bytes((0x80 | BINARY, 0x80 | 127))
    too_large = {
        "a byte more": frame(b"\x05" * (limit + 1)),
        "far more": frame(b"\x05" * (limit * 4)),
        "announced only": head + (2**62).to_bytes(8, "big") + bytes(4),
        "in parts": bytes((BINARY,))
        + frame(b"\x05" * limit)[1:]
        + b"".join(bytes((0,)) + frame(b"\x05" * limit)[1:] for _ in range(3)),
    }
    for how, data in too_large.items():
        async with Visitor(server, door, DOCUMENT, None) as visitor:
            await visitor.heard()
            try:
                await visitor.socket.write(data)
            except ConnectionError:
                pass  # it closed before it had read all that
            found = await visitor.hear_end(10)
            cut = {1006} if how == "far more" else set()  # it may still be sending
            assert found.code in {4413} | cut, (how, found)
    assert await counted(server, "frame_too_large") >= 1
    async with Visitor(server, door, DOCUMENT, None) as visitor:
        await visitor.heard()


@pytest.mark.parametrize("door", DOORS)
async def test_a_full_document_takes_no_more_and_stays_readable(
    start_server: StartServer, door: Door
) -> None:
    server = await start_server(settings=SMALL)
    replica = PycrdtReplica()
    saved = 0
    async with Visitor(server, door, DOCUMENT, None) as visitor:
        while True:
            await visitor.update(replica.type("x" * 1000))
            try:
                await visitor.hear(*((8, 1) if door == "hocuspocus" else (0, 2)))
            except Closed as closed:
                assert (closed.code, closed.reason.partition(":")[0]) == (4413, "document_full")
                break
            saved += 1
            assert saved < 70
    assert saved >= 60
    await server.kill()
    await server.start()
    found = await document_of(server, DOCUMENT)
    assert str(found.get("text", type=Text)) == "x" * 1000 * saved
    async with Bystander(server) as other:
        await asyncio.sleep(0.5)
    assert other.waits_seconds


# -- forms -------------------------------------------------------------------------------------

FORMS: Final[Mapping[str, tuple[bytes, int]]] = {
    "text": (frame(b"hello", TEXT), 4400),
    "text that is not UTF-8": (frame(b"\xff\xfe", TEXT), 4400),
    "nothing": (frame(b""), 4400),
    "one byte": (frame(b"\x80"), 4400),
    "a reserved opcode": (frame(b"x", 3), 4400),
    "compressed without asking": (bytes((0xC0 | BINARY,)) + frame(b"x")[1:], 4400),
    "a continuation of nothing": (frame(b"x", 0), 4400),
    "a ping in two parts": (bytes((PING,)) + frame(b"x", PING)[1:], 4400),
    "a ping too long": (frame(b"x" * 126, PING), 4400),
}


@pytest.mark.parametrize("door", DOORS)
async def test_what_is_no_binary_message_is_refused(start_server: StartServer, door: Door) -> None:
    server = await start_server()
    for form, (data, code) in FORMS.items():
        async with Visitor(server, door, DOCUMENT, None) as visitor:
            await visitor.heard()
            await visitor.socket.write(data)
            assert (await closing(visitor))[0] == code, form
    assert await counted(server, "text_frame") == 1
    assert await counted(server, "websocket_frame") == 6
    assert await counted(server, "truncated") == 2
    assert '"level": "error"' not in server.log


async def test_a_message_in_parts_with_a_ping_between_is_fine(start_server: StartServer) -> None:
    server = await start_server()
    update = PycrdtReplica().type("in parts")
    message = sync_frame(UPDATE, update)
    parts = [bytes((BINARY,)) + frame(message[:5])[1:], frame(b"hi", PING), frame(message[5:], 0)]
    async with Visitor(server, "y", DOCUMENT, None) as visitor:
        for part in parts:
            for byte in part:  # one byte at a time
                await visitor.socket.write(bytes((byte,)))
        assert await visitor.hear(0, 2) == message


async def test_a_client_that_closes_is_answered(start_server: StartServer) -> None:
    server = await start_server()
    async with Visitor(server, "y", DOCUMENT, None) as visitor:
        await visitor.socket.send((1000).to_bytes(2, "big"), CLOSE)
        assert (await visitor.hear_end(5)).code == 1000


async def test_compression_is_never_agreed_on(start_server: StartServer) -> None:
    server = await start_server()
    offer = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
    async with RawSocket(f"{server.y_door}/{DOCUMENT}", offer) as socket:
        assert socket.status == 101
        assert "extensions" not in socket.answer.lower()


# -- before signing in -------------------------------------------------------------------------


async def test_little_may_be_sent_before_signing_in(start_server: StartServer) -> None:
    server = await start_server()
    rooms = (await Figures.of(server)).value("mirepoix_rooms")  # that of the demo menu
    many = [ADDRESS + b"\x03"] * 17
    much = [ADDRESS + b"\x01" + with_length(b"x" * 20_000)] * 4
    spread = [with_length(b"%d" % n) + b"\x01" + with_length(b"x" * 10_000) for n in range(7)]
    for frames in (many, much, spread):
        async with RawSocket(server.hocuspocus_door) as socket:
            for one in frames:
                await socket.send(one)
            closed = await socket.receive_close(5)
        assert (closed.code, closed.reason.partition(":")[0]) == (4400, "pre_auth_overflow")
    assert await counted(server, "pre_auth_overflow") == 3
    assert (await Figures.of(server)).value("mirepoix_rooms") <= rooms
    async with RawSocket(server.hocuspocus_door) as socket:
        for one in many[:16]:
            await socket.send(one)
        await socket.settled()


async def test_signing_in_has_a_deadline_that_traffic_does_not_move(
    start_server: StartServer,
) -> None:
    server = await start_server(settings={"pre_auth_seconds": 1})
    started = time.monotonic()
    async with (
        RawSocket(server.hocuspocus_door) as silent,
        RawSocket(server.hocuspocus_door) as talking,
    ):
        async with asyncio.TaskGroup() as group:
            closes = [group.create_task(one.receive_close(5)) for one in (silent, talking)]
            while not closes[1].done():
                try:
                    await talking.send(b"\x09")
                except ConnectionError:
                    break
                await asyncio.sleep(0.1)
    assert 0.9 < time.monotonic() - started < 3
    for closed in closes:
        assert (closed.result().code, closed.result().reason[:12]) == (4401, "auth_timeout")


async def test_a_socket_holds_so_many_documents(start_server: StartServer) -> None:
    server = await start_server(settings={"documents_per_socket": 3})
    async with RawSocket(server.hocuspocus_door) as socket:
        for name in (b"a", b"b", b"c"):
            await socket.send(with_length(name) + b"\x02\x00\x00")
        await socket.send(with_length(b"b") + b"\x07")  # leaving one makes room for another
        await socket.settled()
        await socket.send(with_length(b"d") + b"\x02\x00\x00")
        await socket.settled()
        await socket.send(with_length(b"e") + b"\x02\x00\x00")
        closed = await socket.receive_close(5)
    assert (closed.code, closed.reason.partition(":")[0]) == (4413, "too_many_documents")


# -- rates -------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", DOORS)
async def test_a_flooder_slows_only_itself_and_loses_nothing(
    start_server: StartServer, door: Door
) -> None:
    server = await start_server(settings={"frames_per_second": 1000})
    replica = PycrdtReplica()
    updates = [replica.type("x") for _ in range(5000)]
    memory_bytes = resident_bytes(server.serving_pid)
    async with Bystander(server) as bystander, Visitor(server, door, DOCUMENT, None) as visitor:
        started = time.monotonic()
        async with asyncio.TaskGroup() as group:
            group.create_task(flood(visitor, updates))
            group.create_task(hear_all(visitor, door, len(updates)))
        took_seconds = time.monotonic() - started
    assert took_seconds >= 3.5, "5,000 frames at 1,000 a second, the first second for nothing"
    assert bystander.slowest(0.95) < 0.3
    assert resident_bytes(server.serving_pid) - memory_bytes < 32 * KIBIBYTE**2
    assert (await Figures.of(server)).value("mirepoix_rate_pauses_total") > 0
    found: Doc[Any] = await document_of(server, DOCUMENT)
    assert str(found.get("text", type=Text)) == "x" * len(updates)


async def flood(visitor: Visitor, updates: list[bytes]) -> None:
    for update in updates:
        await visitor.update(update)


async def hear_all(visitor: Visitor, door: Door, count: int) -> None:
    """Wait until everything is acknowledged."""
    for _ in range(count):
        if door == "hocuspocus":
            assert await visitor.hear(8, seconds=30) == APPLIED
        else:
            await visitor.hear(0, 2, seconds=30)


async def test_pings_are_paced_like_everything_else(start_server: StartServer) -> None:
    server = await start_server(settings={"frames_per_second": 200})
    async with Bystander(server) as bystander, Visitor(server, "y", DOCUMENT, None) as visitor:
        started = time.monotonic()
        await visitor.socket.write(frame(b"", PING) * 600)
        await visitor.heard()
        took_seconds = time.monotonic() - started
    assert took_seconds >= 1.5
    assert bystander.slowest(0.95) < 0.3


async def test_excess_without_a_pause_ends_with_come_back_later(start_server: StartServer) -> None:
    server = await start_server(settings={"frames_per_second": 50, "overload_seconds": 1})
    async with Visitor(server, "y", DOCUMENT, None) as visitor:
        flooding = asyncio.create_task(flood_for_ever(visitor))
        assert await closing(visitor) == (1013, "overload")
        await flooding


async def flood_for_ever(visitor: Visitor) -> None:
    try:
        while True:
            await visitor.send(b"\x03")
    except (ConnectionError, OSError):
        pass


async def test_one_who_asks_for_everything_and_reads_nothing_costs_little(
    start_server: StartServer,
) -> None:
    server = await start_server(settings={"frames_per_second": 100_000})
    replica = PycrdtReplica()
    async with Visitor(server, "y", DOCUMENT, None) as author:
        await author.update(replica.type("x" * 1_000_000))
        await author.hear(0, 2)
        memory_bytes = resident_bytes(server.serving_pid)
        async with AsyncExitStack() as stack:
            for index in range(4):
                url = f"{server.y_door}/{DOCUMENT}"
                greedy = RawSocket(url, receive_buffer_bytes=4096)
                await stack.enter_async_context(greedy)
                question = b"\x00" if index % 2 else b"\x01\x05\x07"
                await greedy.write(frame(sync_frame(0, question)) * 2000)
            await asyncio.sleep(2)
            grown = resident_bytes(server.serving_pid) - memory_bytes
            await author.heard()
    assert grown < 64 * KIBIBYTE**2, f"{grown / KIBIBYTE**2:.0f} MiB"


# -- how many sockets --------------------------------------------------------------------------


async def problem_of(url: str) -> tuple[int, str, str]:
    """(status, code, Retry-After) of an upgrade that is refused."""
    async with RawSocket(url) as socket:
        lines = dict(
            line.lower().split(": ", 1) for line in socket.answer.split("\r\n")[1:] if line
        )
        while b"}" not in socket._buffer:
            await socket.read_some()
        code = bytes(socket._buffer).partition(b'"code":"')[2].partition(b'"')[0].decode()
        return socket.status, code, lines.get("retry-after", "")


@pytest.mark.parametrize(
    ("setting", "status", "reason"),
    [("connections_per_ip", 429, "too_many_sockets"), ("connections_total", 503, "overloaded")],
)
async def test_sockets_above_the_limit_are_refused_before_the_upgrade(
    start_server: StartServer, setting: str, status: int, reason: str
) -> None:
    server = await start_server(settings={setting: 4})
    urls = [f"{server.y_door}/{DOCUMENT}", server.hocuspocus_door]
    async with AsyncExitStack() as stack:
        sockets = [
            await stack.enter_async_context(RawSocket(urls[number % 2])) for number in range(4)
        ]
        assert [socket.status for socket in sockets] == [101] * 4
        for url in urls:
            assert await problem_of(url) == (status, reason, "2")
        for socket in sockets:
            await socket.settled()
        sockets[0].close()
        await until_let_in(urls[0])
    assert await counted(server, reason) >= 2
    assert "Traceback" not in server.log and '"level": "error"' not in server.log


async def until_let_in(url: str) -> None:
    async with asyncio.timeout(5):
        while True:
            async with RawSocket(url) as socket:
                if socket.status == 101:
                    return
            await asyncio.sleep(0.02)


async def test_refused_and_failed_handshakes_do_not_count_for_ever(
    start_server: StartServer,
) -> None:
    server = await start_server(settings={"connections_per_ip": 3})
    for _ in range(20):
        with pytest.raises(Refused):
            async with Visitor(server, "y", DOCUMENT, "bad"):
                pytest.fail("it was let in")
        async with RawSocket(f"{server.y_door}/{DOCUMENT}") as socket:
            socket.close()
    await until_let_in(f"{server.y_door}/{DOCUMENT}")


async def half_open(server: LiveServer, stack: AsyncExitStack, count: int) -> list[RawSocket]:
    """Connections whose request never ends."""
    sockets = []
    for number in range(count):
        socket = RawSocket(f"{server.y_door}/{DOCUMENT}")
        await socket.connect()
        stack.callback(socket.close)
        request = upgrade_request(f"{server.y_door}/{DOCUMENT}")
        await socket.write(request[: number % len(request)])
        sockets.append(socket)
    return sockets


async def test_half_open_handshakes_keep_nobody_out(start_server: StartServer) -> None:
    server = await start_server(settings={"connections_per_ip": 5})
    async with AsyncExitStack() as stack:
        await half_open(server, stack, 100)
        async with Bystander(server) as bystander:
            await asyncio.sleep(1)
        assert bystander.slowest(0.95) < 0.3


@pytest.mark.full
async def test_half_open_handshakes_are_given_up(start_server: StartServer) -> None:
    server = await start_server()
    async with AsyncExitStack() as stack:
        sockets = await half_open(server, stack, 20)
        for socket in sockets:
            async with asyncio.timeout(30):
                with pytest.raises(Closed):
                    while True:
                        await socket.read_some()
