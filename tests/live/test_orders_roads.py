"""The bad connection of the other tests does what it says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest

from tests.live.order_roads import Fault, Road


@asynccontextmanager
async def echo() -> AsyncIterator[tuple[int, bytearray]]:
    """A server that says back what it hears: its port, and everything it heard."""
    heard = bytearray()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(4096):
                heard.extend(data)
                writer.write(data)
        except ConnectionError:
            pass
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], heard
    finally:
        server.close()


async def heard_until_end(reader: asyncio.StreamReader) -> bytes:
    found = b""
    try:
        while data := await reader.read(4096):
            found += data
    except ConnectionError:
        pass
    return found


async def arrived(heard: bytearray, expected: bytes) -> None:
    async with asyncio.timeout(5):
        while bytes(heard) != expected:
            await asyncio.sleep(0.001)


async def test_bytes_arrive_unchanged_in_both_directions() -> None:
    sent = bytes(range(256)) * 1000
    async with echo() as (port, heard), Road(port, Random(1)) as road:
        reader, writer = await asyncio.open_connection("127.0.0.1", road.port)
        writer.write(sent)
        assert await reader.readexactly(len(sent)) == sent
        assert bytes(heard) == sent
        writer.close()


async def test_lost_replies_reach_the_server_and_end_the_connection() -> None:
    async with echo() as (port, heard), Road(port, Random(1)) as road:
        reader, writer = await asyncio.open_connection("127.0.0.1", road.port)
        writer.write(b"before")
        assert await reader.readexactly(6) == b"before"
        async with asyncio.TaskGroup() as group:
            group.create_task(road.suffer(Fault.LOST_REPLIES, 0.2))
            await asyncio.sleep(0)
            writer.write(b"after")
            assert await heard_until_end(reader) == b""
        await arrived(heard, b"beforeafter")
        assert road.met == {Fault.LOST_REPLIES: 1}
        writer.transport.abort()


async def test_lost_requests_never_reach_the_server() -> None:
    async with echo() as (port, heard), Road(port, Random(1)) as road:
        reader, writer = await asyncio.open_connection("127.0.0.1", road.port)
        writer.write(b"before")
        assert await reader.readexactly(6) == b"before"
        async with asyncio.TaskGroup() as group:
            group.create_task(road.suffer(Fault.LOST_REQUESTS, 0.1))
            await asyncio.sleep(0)
            writer.write(b"after")
            assert await heard_until_end(reader) == b""
        assert bytes(heard) == b"before"
        writer.transport.abort()


@pytest.mark.parametrize("fault", [Fault.FROZEN, Fault.STUTTER])
async def test_frozen_and_stuttering_connections_lose_nothing(fault: Fault) -> None:
    async with echo() as (port, _), Road(port, Random(1)) as road:
        reader, writer = await asyncio.open_connection("127.0.0.1", road.port)
        writer.write(b"before")
        assert await reader.readexactly(6) == b"before"
        async with asyncio.TaskGroup() as group:
            group.create_task(road.suffer(fault, 0.1))
            await asyncio.sleep(0)
            writer.write(b"after" * 100)
            assert await reader.readexactly(500) == b"after" * 100
        writer.close()


async def test_cut_ends_both_sides_at_once() -> None:
    async with echo() as (port, _), Road(port, Random(1)) as road:
        reader, writer = await asyncio.open_connection("127.0.0.1", road.port)
        writer.write(b"before")
        assert await reader.readexactly(6) == b"before"
        await road.suffer(Fault.CUT, 0)
        async with asyncio.timeout(5):
            assert await heard_until_end(reader) == b""
            while road.is_used:
                await asyncio.sleep(0.001)
        writer.transport.abort()


async def test_nobody_behind_the_road_ends_the_connection() -> None:
    async with echo() as (port, _):
        pass
    async with Road(port, Random(1)) as road:
        reader, writer = await asyncio.open_connection("127.0.0.1", road.port)
        assert await heard_until_end(reader) == b""
        writer.transport.abort()
