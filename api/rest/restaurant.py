"""A restaurant as a whole: its name, its money and clock, and how it takes orders."""

from __future__ import annotations

from dataclasses import fields
from typing import Any
from urllib.parse import quote

from aiohttp import hdrs, web

from api.rest.operation import PREFIX, Call, Operation, json_answer
from api.rest.restaurant_models import (
    NewRestaurant,
    RestaurantAnswer,
    RestaurantChange,
    RestaurantList,
)
from api.rest.restaurants import require, settings_of
from collab.errors import DocumentExists, DocumentGone, StructureRefused
from collab.formats.money import exponent_of
from collab.identity import Act
from collab.menus.currencies import CURRENCIES
from collab.versions.schedule import zone_of
from storage.restaurant_terms import CHANGEABLE, RestaurantSettings


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "GET",
            "/restaurants",
            "listRestaurants",
            "See the restaurants that you belong to",
            list_all,
            {200: RestaurantList},
            refusals=(401, 403, 503),
        ),
        Operation(
            "POST",
            "/restaurants",
            "createRestaurant",
            "Make a restaurant: as its owner, or under --dev any",
            create,
            {201: RestaurantAnswer},
            body=NewRestaurant,
            refusals=(400, 401, 403, 409, 422, 503),
        ),
        Operation(
            "GET",
            "/restaurants/{id}",
            "getRestaurant",
            "See how a restaurant is set up",
            show,
            {200: RestaurantAnswer},
            refusals=(401, 403, 404, 503),
        ),
        Operation(
            "PATCH",
            "/restaurants/{id}",
            "changeRestaurant",
            "Change the name, the money, the clock or the rules of a restaurant",
            change,
            {200: RestaurantAnswer},
            body=RestaurantChange,
            refusals=(400, 401, 403, 404, 422, 503),
        ),
    )


async def list_all(call: Call) -> web.Response:
    """The asker's restaurant; for the developer all of them."""
    own = call.identity.restaurant_id
    require(call.identity, Act.SEE_RESTAURANT, own)
    if own is None:
        found = await call.house.restaurants.list()
    else:
        one = await call.house.restaurants.find(own)
        found = [] if one is None else [one]
    return json_answer(RestaurantList(restaurants=[_answer(one) for one in found]))


async def create(call: Call) -> web.Response:
    """Make a restaurant. A token that says who owns it comes from elsewhere, so it may be first."""
    wanted: NewRestaurant = call.body
    require(call.identity, Act.MANAGE_RESTAURANT, wanted.id)
    settings = RestaurantSettings(id=wanted.id, created_at=call.house.clock.utc(), **_given(wanted))
    if not await call.house.restaurants.create(settings):
        raise DocumentExists("There is such a restaurant already.", reason="restaurant_exists")
    place = f"{PREFIX}/restaurants/" + quote(wanted.id, safe="")
    return json_answer(_answer(settings), 201, {hdrs.LOCATION: place})


async def show(call: Call) -> web.Response:
    """One restaurant, for everybody who belongs to it."""
    require(call.identity, Act.SEE_RESTAURANT, call.id)
    return json_answer(_answer(await settings_of(call.house, call.id)))


async def change(call: Call) -> web.Response:
    """Change a restaurant: orders follow with the next command, daily windows at once."""
    require(call.identity, Act.MANAGE_RESTAURANT, call.id)
    changed = await call.house.restaurants.change(call.id, _given(call.body))
    if changed is None:
        raise DocumentGone("There is no such restaurant.", reason="restaurant_not_found")
    call.house.version_keeper.ring()
    return json_answer(_answer(changed))


def _given(wanted: RestaurantChange) -> dict[str, Any]:
    """What the request names, checked as far as the form cannot. Raises StructureRefused."""
    if wanted.time_zone is not None:
        zone_of(wanted.time_zone)
    if wanted.currency is not None and wanted.currency not in CURRENCIES:
        raise StructureRefused(
            "The currency must be a code of ISO 4217, such as EUR.", reason="bad_currency"
        )
    named = {name: getattr(wanted, name) for name in CHANGEABLE}
    return {name: value for name, value in named.items() if value is not None}


def _answer(settings: RestaurantSettings) -> RestaurantAnswer:
    values = {each.name: getattr(settings, each.name) for each in fields(settings)}
    return RestaurantAnswer(**values, currency_exponent=exponent_of(settings.currency))
