"""The cookies in which a browser carries its token and its device's key; no script can read them.

The device's key goes to two addresses only: where it is exchanged for a token, and where it is
given back.
"""

from __future__ import annotations

import math
from http.cookies import SimpleCookie

from aiohttp import hdrs, web

from api.auth import SESSION_COOKIE
from api.device_desk import Entered
from api.forwarding import asked
from api.house import House
from collab.identity import Identity

DEVICE_COOKIE = "mirepoix_device"
DEVICE_PATHS = ("/api/v1/token", "/api/v1/sign-out")


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


def give_device(house: House, request: web.Request, answer: web.Response, entered: Entered) -> None:
    """Put a device's key into the answer."""
    _set_device(house, request, answer, entered.key, entered.life_seconds)


def forget_cookies(house: House, request: web.Request, answer: web.Response) -> None:
    """Have the browser drop what it carries."""
    set_cookie(house, request, answer, "", 0)
    _set_device(house, request, answer, "", 0)


def _set_device(
    house: House, request: web.Request, answer: web.Response, key: str, life_seconds: float
) -> None:
    # aiohttp knows one cookie of a name; this one has two paths.
    for path in DEVICE_PATHS:
        cookie: SimpleCookie = SimpleCookie({DEVICE_COOKIE: key})
        morsel = cookie[DEVICE_COOKIE]
        morsel.update({"path": path, "max-age": str(int(life_seconds)), "samesite": "Strict"})
        morsel["httponly"] = True
        morsel["secure"] = asked(request, house.config.trusted_proxies).scheme == "https"
        answer.headers.add(hdrs.SET_COOKIE, morsel.OutputString())
