"""Devices of the staff: which there are, ending one, and signing out."""

from __future__ import annotations

from aiohttp import web

from api.auth import SESSION_COOKIE
from api.rest.operation import Call, Operation, json_answer
from api.rest.restaurant_models import RestaurantQuery
from api.rest.restaurants import require, restaurant_for
from api.rest.sign_in_models import DeviceAnswer, DeviceList
from api.revocations import RevocationKind
from api.session_cookie import DEVICE_COOKIE, forget_cookies
from collab.errors import DocumentGone, TokenEnded
from collab.identity import Act, Role, may
from storage.devices import Device


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "GET",
            "/devices",
            "listDevices",
            "See which devices may come back without a link",
            list_all,
            {200: DeviceList},
            query=RestaurantQuery,
            refusals=(401, 403, 422, 503),
        ),
        Operation(
            "DELETE",
            "/devices/{id}",
            "revokeDevice",
            "Shut a device out, its open pages too",
            revoke,
            {204: None},
            query=RestaurantQuery,
            refusals=(401, 403, 404, 422, 503),
        ),
        Operation(
            "POST",
            "/sign-out",
            "signOut",
            "Sign this device out: drop its cookies, and end it if it is one",
            sign_out,
            {204: None},
            refusals=(403, 503),
            is_open=True,
        ),
    )


async def list_all(call: Call) -> web.Response:
    """The staff's for managers, one's own for everybody else."""
    identity = call.identity
    restaurant = restaurant_for(identity, call.query.restaurant)
    require(identity, Act.SEE_RESTAURANT, restaurant)
    own = None if may(identity, Act.REVOKE, restaurant) else identity.user_id
    found = await call.house.devices.devices.list(restaurant, call.house.clock.utc(), own)
    return json_answer(DeviceList(devices=[_answer(call, one) for one in found]))


async def revoke(call: Call) -> web.Response:
    """Shut a device out: anybody's as a manager, one's own in any case."""
    restaurant = restaurant_for(call.identity, call.query.restaurant)
    device = await call.house.devices.devices.find(call.id)
    if device is None or device.restaurant_id != restaurant:
        raise DocumentGone("There is no such device.", reason="device_not_found")
    if device.user_id != call.identity.user_id:
        require(call.identity, Act.REVOKE, restaurant)
    await _end(call, device)
    return web.Response(status=204)


async def sign_out(call: Call) -> web.Response:
    """Drop the cookies. Nobody has to be signed in for that, but it has to be our own page."""
    call.house.authenticator.check_origin(call.request)
    answer = web.Response(status=204)
    forget_cookies(call.house, call.request, answer)
    for device_id in _named_by_cookies(call):
        device = await call.house.devices.devices.find(device_id)
        if device is not None:
            await _end(call, device)
    return answer


def _named_by_cookies(call: Call) -> set[str]:
    """Ids that the device's key and the session's token name; of the latter, perhaps no device."""
    found = set()
    read = call.house.devices.read(call.request.cookies.get(DEVICE_COOKIE, ""))
    if read is not None:
        found.add(read[0])
    session = call.request.cookies.get(SESSION_COOKIE)
    if session:
        try:
            identity = call.house.authenticator.identify_token(session)
        except TokenEnded:
            return found
        if Role.GUEST not in identity.roles:
            found.add(identity.token_id)
    return found


async def _end(call: Call, device: Device) -> None:
    """Its tokens carry its id."""
    await call.house.revocations.revoke(RevocationKind.TOKEN, device.id, device.restaurant_id)
    call.house.live.look()  # here at once; in other processes with their next refresh


def _answer(call: Call, device: Device) -> DeviceAnswer:
    return DeviceAnswer(
        id=device.id,
        user=device.user_id,
        name=device.name or "",
        roles=list(device.roles),
        label=device.label,
        created_at=device.created_at,
        used_at=device.used_at,
        expires_at=device.expires_at,
        is_this=device.id == call.identity.token_id,
    )
