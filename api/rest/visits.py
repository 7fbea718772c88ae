"""The guests' door: the code of an open table for a token. Nobody signs in before it."""

from __future__ import annotations

from aiohttp import web

from api.auth import SESSION_COOKIE
from api.forwarding import asked
from api.rest.operation import Call, Operation, json_answer
from api.rest.tables_models import GuestAnswer, NewGuest
from api.session_cookie import set_cookie
from collab.errors import TokenEnded
from collab.identity import Role


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "POST",
            "/visits",
            "enterVisit",
            "Come in as a guest with the code of a table; needs no token",
            enter,
            {201: GuestAnswer},
            body=NewGuest,
            refusals=(400, 403, 404, 422, 429, 503),
            is_open=True,
        ),
    )


async def enter(call: Call) -> web.Response:
    """A token for a guest, in the answer and as a cookie, until the visit ends at the latest.

    Staff who try a code keep their own cookie, and so does whoever declines ours.
    """
    wanted: NewGuest = call.body
    house = call.house
    house.authenticator.check_origin(call.request)
    address = asked(call.request, house.config.trusted_proxies).address
    guest = await house.visit_desk.enter(wanted.code, address)
    assert guest.expires_at is not None and guest.restaurant_id is not None
    assert guest.table is not None
    table = await house.dining_tables.find(guest.restaurant_id, guest.table)
    settings = await house.restaurants.find(guest.restaurant_id)
    now = house.clock.utc()
    life_seconds = max((guest.expires_at - now).total_seconds(), 1.0)
    token = house.issuer.mint(guest, life_seconds, now)
    answer = json_answer(
        GuestAnswer(
            token=token,
            expires_in_seconds=life_seconds,
            user=guest.user_id,
            restaurant=guest.restaurant_id,
            table=guest.table,
            order=guest.order,
            restaurant_name="" if settings is None else settings.name,
            table_name="" if table is None else table.name,
            time_zone="UTC" if settings is None else settings.time_zone,
        ),
        201,
    )
    if wanted.cookie and not _is_staff(call):
        set_cookie(house, call.request, answer, token, life_seconds)
    return answer


def _is_staff(call: Call) -> bool:
    """Whether the browser is signed in as somebody who is no guest."""
    cookie = call.request.cookies.get(SESSION_COOKIE)
    if not cookie:
        return False
    try:
        known = call.house.authenticator.identify_token(cookie)
    except TokenEnded:
        return False
    return Role.GUEST not in known.roles
