"""The cookie in which a browser carries its token; scripts cannot read it."""

from __future__ import annotations

import math

from aiohttp import web

from api.auth import SESSION_COOKIE
from api.forwarding import asked
from api.house import House
from collab.identity import Identity


def give_cookie(
    house: House,
    request: web.Request,
    answer: web.Response,
    identity: Identity,
    *,
    limit_seconds: float = math.inf,
) -> tuple[str, float]:
    """Mint a browser's token for an identity and put it into the answer as a cookie.

    limit_seconds: the longest life of the token, where it must not outlive another one.
    Returns the token and its life in seconds. Raises ValueError for the developer of --dev.
    """
    longest = house.config.max_token_hours * 3600
    life_seconds = min(house.config.browser_token_seconds, longest, limit_seconds)
    token = house.issuer.mint(identity, life_seconds, house.clock.utc())
    set_cookie(house, request, answer, token, life_seconds)
    return token, life_seconds


def set_cookie(
    house: House, request: web.Request, answer: web.Response, token: str, life_seconds: float
) -> None:
    """Put a token that lives so long into the answer as a cookie."""
    answer.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(life_seconds),
        path="/",
        httponly=True,
        samesite="Lax",
        secure=asked(request, house.config.trusted_proxies).scheme == "https",
    )
