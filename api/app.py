"""The web application: routes over a house, and serving it until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack

from aiohttp import web

from api.composition import open_house
from api.config import Config
from api.doors.cable_socket import cable_socket
from api.doors.hocuspocus_socket import hocuspocus_socket
from api.doors.ops import add_ops
from api.doors.rooms_socket import rooms_socket
from api.doors.sse import sse
from api.doors.yjs_socket import yjs_socket
from api.entering import add_entering
from api.errors import problem_middleware
from api.first_start import announce, furnish
from api.house import House
from api.lan import LanTls, say_where
from api.lan_setup import place_for, setting_up
from api.logs import access_log_class
from api.pages import add_pages, built_pages
from api.rest.routes import add_rest
from collab.errors import MirepoixError

BODY_LIMIT_BYTES = 16 * 1024 * 1024
KEEPALIVE_SECONDS = 20.0  # aiohttp's default of an hour keeps dead connections
WAVE_SOCKETS = 50
WAVE_SECONDS = 0.1

log = logging.getLogger("mirepoix.app")


class Restarting(MirepoixError):
    """The server stops; come back in a moment."""

    reason = "restarting"
    close_code = 1012


def create_app(house: House) -> web.Application:
    """The application over a house that is open."""
    app = web.Application(
        middlewares=[problem_middleware(house.metrics.refused)], client_max_size=BODY_LIMIT_BYTES
    )
    app.router.add_get("/ws/y/{document:.+}", yjs_socket(house.reception))
    app.router.add_get("/ws/hocuspocus", hocuspocus_socket(house.reception))
    app.router.add_get("/ws", rooms_socket(house.wing.rooms))
    app.router.add_get("/sse", sse(house.wing.rooms))
    app.router.add_get("/cable", cable_socket(house.wing.cable))
    add_rest(app, house)
    add_ops(app, house)
    add_entering(app, house)
    add_pages(app, built_pages(house.config.pages))
    return app


async def serve(config: Config, on_ready: Callable[[], None]) -> int:
    """Serve until SIGTERM or SIGINT; the exit code.

    on_ready: called once requests are accepted. Raises ConfigError, StoreError or OSError (port in
    use) with a sentence for the operator.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stop.set)
    async with open_house(config) as house, AsyncExitStack() as beside:
        await furnish(house)  # a socket may ask for the demo at once
        lan = None
        if config.lan_tls:
            lan = await asyncio.to_thread(LanTls.open, config, house.clock.utc)
        runner = web.AppRunner(
            create_app(house),
            access_log_class=access_log_class(config.trusted_proxies),
            keepalive_timeout=KEEPALIVE_SECONDS,
            shutdown_timeout=max(config.shutdown_seconds / 4, 1.0),
        )
        await runner.setup()
        try:
            host = place_for(config.listen_host, config.port)
            context = None if lan is None else lan.context
            site = web.TCPSite(runner, host, config.port, ssl_context=context)
            await site.start()
            port = int(runner.addresses[0][1])
            if lan is None:
                await announce(house, _address(config, port))
            else:
                page = setting_up(lan, config.listen_host, config.setup_port, port)
                setup_port = await beside.enter_async_context(page)
                house.addresses.secure_url = lan.url(port)
                await announce(house, lan.url(port))
                say_where(lan, port, setup_port)
            on_ready()
            await _until(stop, house.health.failed)
            house.health.is_open = False
            log.info("stopping", extra={"action": "stopping"})
            await site.stop()
            await _send_away(house)
        finally:
            await runner.cleanup()
        return 1 if house.health.failed.is_set() else 0


async def _until(*events: asyncio.Event) -> None:
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()


async def _send_away(house: House) -> None:
    """Save first, then close the sockets in waves, so that they do not all come back at once."""
    restarting = Restarting("the server restarts; come back in a moment")
    await house.wing.rooms.sockets.send_away(restarting)
    await house.wing.cable.send_away(restarting)
    rooms = house.lobby.open_rooms()
    for room in rooms:
        room.turns.flush()
    try:
        async with asyncio.timeout(house.config.shutdown_seconds / 4):
            await house.journal.flush()
    except TimeoutError:
        pass  # said when the house is closed; nothing of it was acknowledged
    seats = [seat for room in rooms for seat in list(room.seats)]
    for start in range(0, len(seats), WAVE_SOCKETS):
        for seat in seats[start : start + WAVE_SOCKETS]:
            seat.end(restarting)
        await asyncio.sleep(WAVE_SECONDS)


def _address(config: Config, port: int) -> str:
    """Where people find the server."""
    if config.public_url is not None:
        return config.public_url.rstrip("/")
    host = f"[{config.host}]" if ":" in config.host else config.host
    return f"http://{host}:{port}"
