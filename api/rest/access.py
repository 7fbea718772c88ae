"""Tickets, tokens and revocations, and what a y-sweet client asks before it connects."""

from __future__ import annotations

import math

from aiohttp import hdrs, web

from api.auth import Source, find_credential
from api.forwarding import asked
from api.rest.models import (
    NewRevocation,
    RevocationAnswer,
    TicketAnswer,
    TokenAnswer,
    YSweetAnswer,
    YSweetRequest,
)
from api.rest.operation import Call, json_answer
from api.rest.restaurants import require, restaurant_for
from api.session_cookie import DEVICE_COOKIE, give_cookie, give_device
from api.tokens import claims_of
from collab.errors import RightWithdrawn
from collab.identity import Access, Act, Identity, Role

SHORTEST_TOKEN_SECONDS = 1.0


async def ticket(call: Call) -> web.Response:
    """A one-time ticket that signs in as the asker."""
    life_seconds = call.house.config.ticket_seconds
    issued = await call.house.access.issue_ticket(
        claims_of(call.identity), life_seconds, call.house.clock.utc()
    )
    return json_answer(TicketAnswer(ticket=issued, expires_in_seconds=life_seconds), 201)


async def token(call: Call) -> web.Response:
    """A fresh token for the asker, in the answer and in the cookie.

    A device shows its key, which is replaced by the way; no token is needed then. Otherwise the
    old token must be valid. Only the cookie of our own pages is renewed without end; what came
    from elsewhere (perhaps from somebody else's application) is exchanged for a token that ends no
    later. A guest's ends with the visit, in whatever place it was.
    """
    if hdrs.AUTHORIZATION not in call.request.headers and DEVICE_COOKIE in call.request.cookies:
        answer = await _token_of_device(call)
        if answer is not None:
            return answer
    signed = await call.house.authenticator.authenticate(call.request)
    if signed.identity.restaurant_id is None:
        raise RightWithdrawn("The developer of --dev needs no token.", reason="no_token_needed")
    is_endless = signed.source is Source.COOKIE and Role.GUEST not in signed.identity.roles
    limit_seconds = math.inf if is_endless else _seconds_left(call, signed.identity)
    return _fresh(call, signed.identity, limit_seconds)


async def _token_of_device(call: Call) -> web.Response | None:
    """By the key of a device; None when it lets nobody in."""
    house = call.house
    house.authenticator.check_written_by_us(call.request)
    entered = await house.devices.renew(call.request.cookies[DEVICE_COOKIE])
    if entered is None or house.revocations.is_revoked(entered.identity):
        return None
    answer = _fresh(call, entered.identity, math.inf)
    give_device(house, call.request, answer, entered)
    return answer


def _fresh(call: Call, identity: Identity, limit_seconds: float) -> web.Response:
    answer = json_answer(None, 201)
    fresh, life_seconds = give_cookie(
        call.house, call.request, answer, identity, limit_seconds=limit_seconds
    )
    answer.body = json_answer(TokenAnswer(token=fresh, expires_in_seconds=life_seconds)).body
    return answer


async def revoke(call: Call) -> web.Response:
    """Shut a user, a session or a token out of one restaurant, live sockets included."""
    wanted: NewRevocation = call.body
    restaurant = restaurant_for(call.identity, wanted.restaurant)
    require(call.identity, Act.REVOKE, restaurant)
    await call.house.revocations.revoke(wanted.kind, wanted.value, restaurant)
    call.house.live.look()  # here at once; in other processes with their next refresh
    return json_answer(
        RevocationAnswer(kind=wanted.kind, value=wanted.value, restaurant=restaurant), 201
    )


async def ysweet(call: Call) -> web.Response:
    """What y-sweet's client needs to connect: it appends the document id to `url`."""
    wanted: YSweetRequest = call.body
    admission = await call.house.entrance.admit(call.identity, wanted.doc_id)
    edge = asked(call.request, call.house.config.trusted_proxies)
    base = call.house.config.public_url or f"{edge.scheme}://{edge.host}"
    sockets = "ws" + base.rstrip("/").removeprefix("http")
    return json_answer(
        YSweetAnswer(
            url=f"{sockets}/ws/y",
            base_url=base.rstrip("/"),
            doc_id=wanted.doc_id,
            token=_socket_token(call),
            authorization="full" if admission.access is Access.WRITE else "read-only",
        )
    )


def _socket_token(call: Call) -> str:
    """The asker's own token where it may be shown, so that revoking it ends the socket too.

    A cookie is out of reach of scripts and stays so: its owner gets another token, which ends
    no later.
    """
    if call.source in (Source.BEARER, Source.QUERY, Source.SUBPROTOCOL):
        return find_credential(call.request)[1].removeprefix("mirepoix.token.")
    if call.identity.restaurant_id is None:
        return ""
    left_seconds = _seconds_left(call, call.identity)
    life_seconds = min(call.house.config.browser_token_seconds, left_seconds)
    return call.house.issuer.mint(call.identity, life_seconds, call.house.clock.utc())


def _seconds_left(call: Call, identity: Identity) -> float:
    """How long the asker's own token still lives."""
    if identity.expires_at is None:
        return math.inf
    left = (identity.expires_at - call.house.clock.utc()).total_seconds()
    return max(left, SHORTEST_TOKEN_SECONDS)
