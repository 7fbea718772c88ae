"""Stand-in: the house and the two socket doors only."""

from __future__ import annotations

import asyncio
import sys

import uvloop
from aiohttp import web

from api.config import Config
from api.doors.hocuspocus_socket import hocuspocus_socket
from api.doors.yjs_socket import yjs_socket
from api.house import open_house
from collab.records import Restaurant


async def _serve(port: int, database: str) -> None:
    config = Config.from_environ({}, {"port": str(port), "database": database, "dev": "yes"})
    async with open_house(config) as house:
        await house.documents.create_restaurant(Restaurant("demo", "Demo", house.clock.utc()))
        app = web.Application()
        app.router.add_get("/ws/y/{document:.+}", yjs_socket(house.reception))
        app.router.add_get("/ws/hocuspocus", hocuspocus_socket(house.reception))
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), sys.argv[2]))
