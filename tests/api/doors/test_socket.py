"""One socket: every way to end it gives the right close code, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from api.config import Config
from api.doors.socket import UNSENT_BYTES, Farewell, Socket
from api.metrics import Metrics
from collab.errors import MirepoixError, RightWithdrawn, StructureRefused, TokenEnded
from rooms.clock import Clock
from rooms.frames import binary_frame
from tests.live.raw_socket import BINARY, CLOSE, PING, TEXT, Closed, RawSocket

Handle = Callable[[Socket, bytes], Awaitable[object] | None]


class House:
    """A server whose sockets do what a test says."""

    def __init__(self) -> None:
        self.url = ""
        self.sockets: list[Socket] = []
        self.metrics = Metrics()
        self.is_behind = False
        self.handle: Handle = self.echo
        self.text = False
        self.farewell: Farewell | None = None

    def echo(self, socket: Socket, data: bytes) -> None:
        socket.write(data)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        socket = await Socket.accept(request, Config(), self.metrics, Clock(), None, text=self.text)
        self.sockets.append(socket)
        return await socket.read(
            lambda data: self.handle(socket, data), lambda: self.is_behind, self.farewell
        )

    @property
    def refusals(self) -> str:
        return self.metrics.render().decode()


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    app = web.Application()
    app.router.add_get("/", house.serve)
    async with TestServer(app) as server:
        house.url = f"ws://127.0.0.1:{server.port}/"
        yield house


async def end_of(socket: RawSocket) -> tuple[int, str]:
    closed = await socket.receive_close(5)
    return closed.code, closed.reason


async def test_frames_come_and_go(house: House) -> None:
    async with RawSocket(house.url) as socket:
        for size in (0, 1, 125, 126, 70_000):
            await socket.send(b"x" * size)
            assert (await socket.receive()).payload == b"x" * size


async def test_the_first_error_decides_the_close_code(house: House) -> None:
    async with RawSocket(house.url) as socket:
        await socket.settled()
        house.sockets[0].end(RightWithdrawn("no longer yours", reason="revoked"))
        house.sockets[0].end(TokenEnded("over"))
        assert await end_of(socket) == (4403, "revoked: no longer yours")
    assert house.sockets[0].has_ended


async def test_a_broken_rule_in_a_frame_ends_the_socket_and_is_counted(house: House) -> None:
    def refuse(socket: Socket, data: bytes) -> None:
        raise StructureRefused("not here")

    house.handle = refuse
    async with RawSocket(house.url) as socket:
        await socket.send(b"x")
        assert await end_of(socket) == (4422, "structure: not here")
    assert 'mirepoix_refused_total{reason="structure"} 1.0' in house.refusals


async def test_a_mistake_of_ours_ends_one_socket_and_says_nothing(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(socket: Socket, data: bytes) -> None:
        raise KeyError("a secret path")

    house.handle = fail
    async with RawSocket(house.url) as socket:
        await socket.send(b"x")
        code, reason = await end_of(socket)
        assert (code, "secret" in reason) == (1013, False)
    assert [record.__dict__.get("action") for record in caplog.records] == ["socket_failed"]


@pytest.mark.parametrize("later", [False, True])
async def test_text_is_refused(house: House, later: bool) -> None:
    async with RawSocket(house.url) as socket:
        if later:
            await socket.send(b"x")
        await socket.send(b"hello", TEXT)
        assert (await end_of(socket))[0] == 4400
    assert 'reason="text_frame"} 1.0' in house.refusals


async def test_a_text_socket_takes_and_sends_text(house: House) -> None:
    house.text = True
    async with RawSocket(house.url) as socket:
        for content in ("", "é" * 100, "x" * 70_000):
            await socket.send(content.encode(), TEXT)
            received = await socket.receive()
            assert (received.opcode, received.payload) == (TEXT, content.encode())
        await socket.send(b"x", BINARY)
        assert (await end_of(socket))[0] == 4400
    assert 'reason="binary_frame"} 1.0' in house.refusals


async def test_text_that_is_no_utf_8_is_refused(house: House) -> None:
    house.text = True
    async with RawSocket(house.url) as socket:
        await socket.send(b"\xff\xfe", TEXT)
        assert (await end_of(socket))[0] == 4400


async def test_the_last_word_comes_before_the_closing_frame_and_only_with_an_error(
    house: House,
) -> None:
    house.farewell = lambda error: f"bye {error.reason}".encode()
    async with RawSocket(house.url) as socket:
        await socket.settled()
        house.sockets[0].end(RightWithdrawn("no longer yours", reason="revoked"))
        assert (await socket.receive()).payload == b"bye revoked"
        assert await end_of(socket) == (4403, "revoked: no longer yours")
    async with RawSocket(house.url) as socket:
        await socket.send((1000).to_bytes(2, "big"), CLOSE)
        assert (await end_of(socket))[0] == 1000


async def test_the_next_frame_waits_for_what_the_last_one_started(house: House) -> None:
    opened = asyncio.Event()
    seen: list[bytes] = []

    def wait(socket: Socket, data: bytes) -> Awaitable[object]:
        seen.append(data)
        return opened.wait()

    house.handle = wait
    async with RawSocket(house.url) as socket:
        await socket.send(b"1")
        await socket.send(b"2")
        await asyncio.sleep(0.1)
        assert seen == [b"1"]
        opened.set()
        await socket.settled()
        assert seen == [b"1", b"2"]


async def test_one_that_is_behind_is_not_read(house: House) -> None:
    async with RawSocket(house.url) as socket:
        house.is_behind = True
        await socket.send(b"1")
        await socket.send(b"2")
        assert (await socket.receive()).payload == b"1"
        with pytest.raises(TimeoutError):
            await socket.receive(0.2)
        house.is_behind = False
        assert (await socket.receive()).payload == b"2"


async def test_one_too_slow_is_cut_off_without_waiting_for_it(house: House) -> None:
    async with RawSocket(house.url, receive_buffer_bytes=4096) as socket:
        await socket.settled()
        served = house.sockets[0]
        served.outbox.write(binary_frame(b"x" * 20_000_000))
        served.end(MirepoixError("reading too slowly", reason="too_slow"))
        with pytest.raises(Closed) as caught:
            while True:
                await socket.receive(5)
        assert caught.value.code == 1006


async def test_the_kernel_queues_little_for_one_who_does_not_read(house: House) -> None:
    async with RawSocket(house.url, receive_buffer_bytes=4096) as socket:
        await socket.settled()
        served = house.sockets[0]
        chunk = binary_frame(b"x" * 10_000)
        written = 0
        while not served.outbox.is_full and written < 4 * UNSENT_BYTES + 1_000_000:
            served.outbox.write(chunk)
            written += len(chunk)
            await asyncio.sleep(0)
        assert served.outbox.is_full
        assert written < 256 * 1024 + 4 * UNSENT_BYTES


async def test_pings_are_answered_while_frames_flow(house: House) -> None:
    async with RawSocket(house.url) as socket:
        await socket.send(b"one")
        await socket.send(b"ping", PING)
        await socket.send(b"two")
        found = [(await socket.receive()).payload for _ in range(3)]
        assert sorted(found) == [b"one", b"ping", b"two"]


async def test_one_that_ended_before_it_was_read_is_closed_at_once(house: House) -> None:
    async def serve(request: web.Request) -> web.StreamResponse:
        socket = await Socket.accept(request, Config(), house.metrics, Clock(), None)
        socket.end(TokenEnded("over", reason="token_expired"))
        return await socket.read(lambda data: None, lambda: False)

    app = web.Application()
    app.router.add_get("/", serve)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(TestServer(app))
        url = f"ws://127.0.0.1:{server.port}/"
        socket = await stack.enter_async_context(RawSocket(url))
        assert (await end_of(socket))[0] == 4401
