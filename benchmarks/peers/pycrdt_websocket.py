"""pycrdt-websocket without a store. Usage: python pycrdt_websocket.py PORT"""

# mypy: ignore-errors
# (it runs in an environment of its own, with packages that this one does not have)

from __future__ import annotations

import asyncio
import sys

import uvloop
from pycrdt.websocket import WebsocketServer
from websockets import ConnectionClosed, ServerConnection, serve


class Channel:
    """What a room of pycrdt-websocket needs of a connection."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection

    @property
    def path(self) -> str:
        return self._connection.request.path

    def __aiter__(self) -> Channel:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await self._connection.recv()
        except ConnectionClosed:
            raise StopAsyncIteration from None

    async def send(self, message: bytes) -> None:
        await self._connection.send(message)

    async def recv(self) -> bytes:
        return await self._connection.recv()


async def main(port: int) -> None:
    rooms = WebsocketServer()
    async with rooms:

        async def take(connection: ServerConnection) -> None:
            await rooms.serve(Channel(connection))

        async with serve(take, "127.0.0.1", port, compression=None):
            await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
