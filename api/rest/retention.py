"""Forgetting people: one guest or one of the staff, everywhere in a restaurant.

How long orders, and the people in them, are kept without asking is a setting of the restaurant
(api/rest/restaurant.py); what does it is storage/retention.py.
"""

from __future__ import annotations

import asyncio

from aiohttp import web

from api.house import House
from api.rest.operation import Call, Operation, json_answer
from api.rest.restaurants import required, settings_of
from api.rest.retention_models import ErasureAnswer, NewErasure
from api.revocations import RevocationKind
from collab.errors import DocumentInUse
from collab.identity import Act
from storage.retention import draw_pseudonym

LOOKS = 200  # 10 s in all
LOOK_SECONDS = 0.05
STAYS = (
    "Dishes, amounts, taxes, payments and times of orders, and the reasons that staff gave.",
    "Events that rooms were told of, for seven days.",
    "The revocation that keeps the person out, as long as their tokens could live.",
    "The user id inside the edit history of live menus, until a menu is renewed.",
)


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "POST",
            "/erasures",
            "erasePerson",
            "Forget a guest or somebody of the staff, and shut them out",
            erase,
            {201: ErasureAnswer},
            body=NewErasure,
            refusals=(400, 401, 403, 404, 409, 422, 503),
        ),
    )


async def erase(call: Call) -> web.Response:
    """Shut a person out, wait until they are gone, and take them out of what is stored."""
    wanted: NewErasure = call.body
    house = call.house
    restaurant = required(call.identity, Act.MANAGE_RESTAURANT, wanted.restaurant)
    await settings_of(house, restaurant)
    await house.revocations.revoke(RevocationKind.USER, wanted.user_id, restaurant)
    house.live.look()
    await _until_gone(house, restaurant, wanted.user_id)
    await house.journal.flush()
    await house.sessions.write()
    pseudonym = draw_pseudonym()
    changed = await house.erasures.erase(restaurant, wanted.user_id, pseudonym)
    return json_answer(
        ErasureAnswer(
            restaurant=restaurant, pseudonym=pseudonym, changed=dict(changed), stays=list(STAYS)
        ),
        201,
    )


async def _until_gone(house: House, restaurant: str, user_id: str) -> None:
    """A connection that ends later would write its row again, with the old name."""
    for _ in range(LOOKS):
        if not any(
            one.user_id == user_id and one.restaurant_id == restaurant
            for one in house.sessions.living()
        ):
            return
        await asyncio.sleep(LOOK_SECONDS)  # sockets close in their own tasks
    raise DocumentInUse(
        "The person is still connected; try again in a moment.", reason="still_connected"
    )
