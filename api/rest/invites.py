"""Invitations: a manager's link with which somebody of the staff comes in, on a phone or tablet."""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from urllib.parse import quote

from aiohttp import web

from api.entering import SEPARATOR
from api.forwarding import asked
from api.qr_code import qr_svg
from api.rest.operation import Call, Operation, json_answer
from api.rest.restaurant_models import RestaurantQuery
from api.rest.restaurants import required, settings_of
from api.rest.sign_in_models import InviteAnswer, InviteList, MadeInvite, NewInvite
from collab.errors import DocumentGone, RightWithdrawn, StructureRefused
from collab.identity import Act, Role
from storage.invites import Invite

ID_BYTES = 8
SECRET_BYTES = 24  # 192 bits

log = logging.getLogger("mirepoix.invites")


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "POST",
            "/invites",
            "createInvite",
            "Make a link that lets somebody of the staff in; it is shown this once",
            create,
            {201: MadeInvite},
            body=NewInvite,
            refusals=(400, 401, 403, 404, 422, 503),
        ),
        Operation(
            "GET",
            "/invites",
            "listInvites",
            "See which links are open, and who made them",
            list_all,
            {200: InviteList},
            query=RestaurantQuery,
            refusals=(401, 403, 422, 503),
        ),
        Operation(
            "DELETE",
            "/invites/{id}",
            "revokeInvite",
            "Take a link back",
            revoke,
            {204: None},
            query=RestaurantQuery,
            refusals=(401, 403, 404, 422, 503),
        ),
    )


async def create(call: Call) -> web.Response:
    """Make a link."""
    wanted: NewInvite = call.body
    house, asker = call.house, call.identity
    restaurant = required(asker, Act.MANAGE_RESTAURANT, wanted.restaurant)
    await settings_of(house, restaurant)
    name, roles, stations = await _whom(call, wanted, restaurant)
    if Role.GUEST in roles:
        raise StructureRefused("Guests come in with the code of a table.", reason="bad_roles")
    if Role.OWNER in roles and Role.OWNER not in asker.roles:
        raise RightWithdrawn("Only an owner can make owners.", reason="forbidden_role")
    now = house.clock.utc()
    invite = Invite(
        id=secrets.token_hex(ID_BYTES),
        restaurant_id=restaurant,
        name=name,
        roles=roles,
        stations=stations,
        uses_left=wanted.uses,
        user_id=wanted.user,
        created_by=asker.user_id,
        created_at=now,
        expires_at=now + timedelta(hours=wanted.hours),
    )
    secret = secrets.token_urlsafe(SECRET_BYTES)
    await house.invites.create(invite, secret)
    about = {"invite": invite.id, "restaurant": restaurant, "user": asker.user_id}
    log.info("link made", extra={"action": "invited", **about})
    url = _url(call, f"{invite.id}{SEPARATOR}{secret}", invite)
    return json_answer(
        MadeInvite(id=invite.id, url=url, qr=qr_svg(url), expires_at=invite.expires_at), 201
    )


async def _whom(
    call: Call, wanted: NewInvite, restaurant: str
) -> tuple[str, tuple[Role, ...], tuple[str, ...]]:
    """Name, roles and stations of whoever is let in. Raises StructureRefused, DocumentGone."""
    if wanted.user is None:
        if wanted.name is None or wanted.roles is None:
            raise StructureRefused(
                "Say `name` and `roles`, or `user` for another device of somebody.",
                reason="bad_invite",
            )
        return wanted.name, tuple(dict.fromkeys(wanted.roles)), wanted.stations
    if wanted.name is not None or wanted.roles is not None or wanted.stations:
        raise StructureRefused(
            "With `user`, name, roles and stations are those of the staff's list.",
            reason="bad_invite",
        )
    member = await call.house.staff.find(restaurant, wanted.user)
    if member is None or not member.is_active:
        raise DocumentGone("Nobody of that id works here.", reason="staff_not_found")
    return member.name, member.roles, member.stations


async def list_all(call: Call) -> web.Response:
    """Those that still let somebody in."""
    restaurant = required(call.identity, Act.MANAGE_RESTAURANT, call.query.restaurant)
    found = await call.house.invites.list(restaurant, call.house.clock.utc())
    return json_answer(InviteList(invites=[_answer(one) for one in found]))


async def revoke(call: Call) -> web.Response:
    """Take a link back; whoever came in with it stays in."""
    restaurant = required(call.identity, Act.MANAGE_RESTAURANT, call.query.restaurant)
    if not await call.house.invites.revoke(restaurant, call.id, call.house.clock.utc()):
        raise DocumentGone("There is no such link.", reason="invite_not_found")
    return web.Response(status=204)


def _url(call: Call, ticket: str, invite: Invite) -> str:
    edge = asked(call.request, call.house.config.trusted_proxies)
    secure = call.house.addresses.secure_url
    base = (call.house.config.public_url or secure or f"{edge.scheme}://{edge.host}").rstrip("/")
    return f"{base}/enter?ticket={ticket}&next={quote(_first_page(invite.roles))}"


def _first_page(roles: tuple[Role, ...]) -> str:
    """Where somebody begins: a screen in the kitchen shows the kitchen."""
    return "/kitchen" if set(roles) <= {Role.KITCHEN} else "/"


def _answer(invite: Invite) -> InviteAnswer:
    return InviteAnswer(
        id=invite.id,
        name=invite.name,
        roles=list(invite.roles),
        stations=list(invite.stations),
        uses_left=invite.uses_left,
        created_by=invite.created_by,
        created_at=invite.created_at,
        expires_at=invite.expires_at,
        user=invite.user_id,
    )
