"""`/healthz`, `/readyz`, `/metrics`: for whoever runs the server."""

from __future__ import annotations

import asyncio

from aiohttp import web

from api.forwarding import asked
from api.house import House
from api.metrics import CONTENT_TYPE
from api.origins import is_loopback
from collab.errors import RightWithdrawn, StoreError
from collab.identity import Act, may

STORE_SECONDS = 2.0


def add_ops(app: web.Application, house: House) -> None:
    """Add the routes."""

    async def healthz(request: web.Request) -> web.Response:
        """The event loop turns."""
        return web.json_response({"status": "ok"})

    async def readyz(request: web.Request) -> web.Response:
        """The server takes edits: it is open, the store answers, and saving works."""
        checks = {
            "open": house.health.is_open,
            "store": await _store_answers(house),
            "saving": not house.journal.is_paused,
        }
        is_ready = all(checks.values())
        return web.json_response(
            {"status": "ready" if is_ready else "not ready", "checks": checks},
            status=200 if is_ready else 503,
        )

    async def metrics(request: web.Request) -> web.Response:
        """Prometheus; from this machine, or for an owner."""
        # A proxy on this machine that nobody declared trusted would make everybody local.
        is_forwarded = "X-Forwarded-For" in request.headers
        address = asked(request, house.config.trusted_proxies).address
        if is_forwarded or not is_loopback(address):
            signed = await house.authenticator.authenticate(request)
            if not may(signed.identity, Act.READ_METRICS, None):
                raise RightWithdrawn("metrics are for owners")
        house.metrics.journal_pending(house.journal.waiting)
        return web.Response(body=house.metrics.render(), headers={"Content-Type": CONTENT_TYPE})

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)


async def _store_answers(house: House) -> bool:
    try:
        async with asyncio.timeout(STORE_SECONDS):
            await house.database.ping()
    except (StoreError, TimeoutError):
        return False
    return True
