"""Kitchen stations: managers set them up, the kitchen and the floor read them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiohttp import web

from api.rest.operation import Call, Operation, json_answer
from api.rest.restaurant_models import RestaurantQuery
from api.rest.restaurants import required, settings_of
from api.rest.stations_models import NewStation, StationAnswer, StationChange, StationList
from collab.errors import DocumentExists, DocumentGone, StructureRefused
from collab.identity import Act
from storage.stations import KitchenStation

STATIONS_LIMIT = 100  # of one restaurant

_REFUSALS = (400, 401, 403, 404, 422, 503)


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "GET",
            "/stations",
            "listStations",
            "See the stations of a kitchen",
            list_all,
            {200: StationList},
            query=RestaurantQuery,
            refusals=(401, 403, 422, 503),
        ),
        Operation(
            "POST",
            "/stations",
            "createStation",
            "Set a station up",
            create,
            {201: StationAnswer},
            query=RestaurantQuery,
            body=NewStation,
            refusals=(*_REFUSALS, 409),
        ),
        Operation(
            "PATCH",
            "/stations/{id}",
            "changeStation",
            "Change the name, the thresholds or the place of a station",
            change,
            {200: StationAnswer},
            query=RestaurantQuery,
            body=StationChange,
            refusals=_REFUSALS,
        ),
        Operation(
            "DELETE",
            "/stations/{id}",
            "deleteStation",
            "Take a station away; tickets that name it keep doing so",
            delete,
            {204: None},
            query=RestaurantQuery,
            refusals=_REFUSALS,
        ),
    )


async def list_all(call: Call) -> web.Response:
    """The stations by their place on screens."""
    restaurant = required(call.identity, Act.SEE_KITCHEN, call.query.restaurant)
    found = await call.house.stations.list(restaurant)
    return json_answer(StationList(stations=[_answer(one) for one in found]))


async def create(call: Call) -> web.Response:
    """Set a station up, after the others unless its place is given."""
    wanted: NewStation = call.body
    restaurant = required(call.identity, Act.MANAGE_RESTAURANT, call.query.restaurant)
    await settings_of(call.house, restaurant)
    count = await call.house.stations.count(restaurant)
    if count >= STATIONS_LIMIT:
        raise StructureRefused(
            f"A restaurant has at most {STATIONS_LIMIT} stations.", reason="too_many_stations"
        )
    station = KitchenStation(
        restaurant_id=restaurant,
        id=wanted.id,
        name=wanted.name,
        warn_seconds=wanted.warn_seconds,
        late_seconds=wanted.late_seconds,
        position=count if wanted.position is None else wanted.position,
    )
    _check(station)
    if not await call.house.stations.create(station):
        raise DocumentExists("There is a station of this id already.", reason="station_exists")
    return json_answer(_answer(station), 201)


async def change(call: Call) -> web.Response:
    """Change a station; screens follow when they read it again."""
    wanted: StationChange = call.body
    restaurant = required(call.identity, Act.MANAGE_RESTAURANT, call.query.restaurant)
    station = await call.house.stations.find(restaurant, call.id)
    if station is None:
        raise _gone()
    names = ("name", "warn_seconds", "late_seconds", "position")
    given: dict[str, Any] = {name: getattr(wanted, name) for name in names}
    changed = replace(station, **{key: value for key, value in given.items() if value is not None})
    _check(changed)
    if not await call.house.stations.save(changed):
        raise _gone()
    return json_answer(_answer(changed))


async def delete(call: Call) -> web.Response:
    """Take a station away."""
    restaurant = required(call.identity, Act.MANAGE_RESTAURANT, call.query.restaurant)
    if not await call.house.stations.delete(restaurant, call.id):
        raise _gone()
    return web.Response(status=204)


def _check(station: KitchenStation) -> None:
    if station.late_seconds < station.warn_seconds:
        raise StructureRefused(
            "`late_seconds` must not be less than `warn_seconds`.", reason="bad_thresholds"
        )


def _gone() -> DocumentGone:
    return DocumentGone("There is no such station.", reason="station_not_found")


def _answer(station: KitchenStation) -> StationAnswer:
    return StationAnswer(
        id=station.id,
        name=station.name,
        warn_seconds=station.warn_seconds,
        late_seconds=station.late_seconds,
        position=station.position,
    )
