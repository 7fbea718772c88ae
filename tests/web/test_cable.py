"""The cable itself: what the other tests believe of it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from tests.web.cable import Cable


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(100):
            writer.write(data)
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def test_cable_carries_until_it_is_cut_and_again_when_it_is_mended() -> None:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server, Cable(server.sockets[0].getsockname()[1]) as cable:
        reader, writer = await asyncio.open_connection("127.0.0.1", cable.port)
        writer.write(b"one")
        assert await reader.readexactly(3) == b"one"
        await cable.cut()
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        with pytest.raises(OSError):
            await asyncio.open_connection("127.0.0.1", cable.port)
        writer.close()
        await cable.mend()
        reader, writer = await asyncio.open_connection("127.0.0.1", cable.port)
        writer.write(b"two")
        assert await reader.readexactly(3) == b"two"
        writer.close()
        await writer.wait_closed()


async def test_cable_that_is_held_delivers_later() -> None:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server, Cable(server.sockets[0].getsockname()[1]) as cable:
        reader, writer = await asyncio.open_connection("127.0.0.1", cable.port)
        cable.hold()
        writer.write(b"one")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readexactly(3), 0.1)
        cable.release()
        assert await reader.readexactly(3) == b"one"
        writer.close()
        await writer.wait_closed()


async def test_cable_that_holds_answers_still_carries_what_is_said() -> None:
    heard = asyncio.Event()

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(3))
        await writer.drain()
        heard.set()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(note, "127.0.0.1", 0)
    async with server, Cable(server.sockets[0].getsockname()[1]) as cable:
        reader, writer = await asyncio.open_connection("127.0.0.1", cable.port)
        cable.hold_answers()
        writer.write(b"one")
        await asyncio.wait_for(heard.wait(), 5)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readexactly(3), 0.1)
        cable.release()
        assert await reader.readexactly(3) == b"one"
        writer.close()
        await writer.wait_closed()
