"""The cookie in which a browser carries its token; scripts cannot read it."""

from __future__ import annotations

from aiohttp import web

from api.auth import SESSION_COOKIE
from api.forwarding import asked
from api.house import House
from collab.identity import Identity


def give_cookie(
    house: House, request: web.Request, answer: web.Response, identity: Identity
) -> tuple[str, float]:
    """Mint a browser's token for an identity and put it into the answer as a cookie.

    Returns the token and its life in seconds. Raises ValueError for the developer of --dev.
    """
    life_seconds = min(house.config.browser_token_seconds, house.config.max_token_hours * 3600)
    token = house.issuer.mint(identity, life_seconds, house.clock.utc())
    answer.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(life_seconds),
        path="/",
        httponly=True,
        samesite="Lax",
        secure=asked(request, house.config.trusted_proxies).scheme == "https",
    )
    return token, life_seconds
