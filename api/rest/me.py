"""Who am I? The first thing that every page asks."""

from __future__ import annotations

from aiohttp import web

from api.pages import built_pages
from api.rest.me_models import MeAnswer, OwnRestaurant
from api.rest.operation import Call, Operation, json_answer
from collab.orders.views import maybe_milliseconds


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "GET",
            "/me",
            "getMe",
            "See who you are, as your token says, and which server this is",
            show,
            {200: MeAnswer},
            refusals=(401, 403, 503),
        ),
    )


async def show(call: Call) -> web.Response:
    """The asker. Whoever is signed in may know that, guests too."""
    house, identity = call.house, call.identity
    if identity.restaurant_id is None:
        found = await house.restaurants.list()
    else:
        one = await house.restaurants.find(identity.restaurant_id)
        found = [] if one is None else [one]
    return json_answer(
        MeAnswer(
            user=identity.user_id,
            name=identity.name or "",
            roles=sorted(identity.roles),
            restaurant=identity.restaurant_id,
            restaurants=[OwnRestaurant(id=r.id, name=r.name, currency=r.currency) for r in found],
            stations=list(identity.stations),
            locales=list(identity.locales),
            table=identity.table,
            order=identity.order,
            expires_at_ms=maybe_milliseconds(identity.expires_at),
            is_developer=identity.restaurant_id is None,
            server_id=house.server_id,
            build=built_pages(house.config.pages).build,
            secure_url=house.addresses.secure_url,
        )
    )
