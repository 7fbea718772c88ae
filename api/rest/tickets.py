"""Tickets for reading: what is on kitchen screens, all-day counts, and who has seen what.

Which station somebody may see is what they may listen to (collab/room_rights.py).
"""

from __future__ import annotations

from aiohttp import web

from api.rest.operation import Call, Operation, json_answer
from api.rest.restaurant_models import RestaurantQuery
from api.rest.restaurants import required
from api.rest.tickets_models import (
    AllDay,
    CountAnswer,
    DeliveryProof,
    DeliveryProofs,
    TicketAnswer,
    TicketList,
    TicketQuery,
)
from collab.errors import RightWithdrawn
from collab.identity import Act
from collab.orders.order import Order
from collab.orders.terms import DEFAULT_STATION, EXPO, Station, Terms
from collab.orders.tickets import Count, age_of, all_day, open_tickets
from collab.orders.views import ticket_json
from collab.room_names import RoomKind, RoomName
from collab.room_rights import may_listen


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "GET",
            "/tickets",
            "listTickets",
            "See what is on the screen of a station",
            list_all,
            {200: TicketList},
            query=TicketQuery,
            refusals=(401, 403, 422, 503),
        ),
        Operation(
            "GET",
            "/tickets/all-day",
            "countTickets",
            "See how many of each dish still have to be cooked",
            counts,
            {200: AllDay},
            query=TicketQuery,
            refusals=(401, 403, 422, 503),
        ),
        Operation(
            "GET",
            "/tickets/deliveries",
            "listDeliveries",
            "See which kitchen screens have seen what",
            deliveries,
            {200: DeliveryProofs},
            query=RestaurantQuery,
            refusals=(401, 403, 422, 503),
        ),
    )


async def list_all(call: Call) -> web.Response:
    """The open tickets of a station, of the expediter, or of all stations."""
    restaurant, station = _place(call)
    stations = await call.house.stations.list(restaurant)
    terms = Terms(
        restaurant,
        stations={
            one.id: Station(one.id, one.name, one.warn_seconds, one.late_seconds)
            for one in stations
        },
    )
    orders = await call.house.orders.open_orders(restaurant)
    now = call.house.clock.utc()
    found = [ticket for order in orders for ticket in open_tickets(order, station)]
    found.sort(key=lambda one: (one.opened_at, one.id))
    return json_answer(
        TicketList(
            tickets=[
                TicketAnswer(
                    ticket=ticket_json(one),
                    age=age_of(one, terms, now),
                    age_seconds=max(0.0, (now - one.opened_at).total_seconds()),
                )
                for one in found
            ]
        )
    )


async def counts(call: Call) -> web.Response:
    """All-day counts, of one station or of all."""
    restaurant, station = _place(call)
    found = all_day(await call.house.orders.open_orders(restaurant))
    wanted = [one for one in found if station in (None, EXPO, one.station)]
    return json_answer(AllDay(counts=[_count(one) for one in wanted]))


async def deliveries(call: Call) -> web.Response:
    """How far every screen has seen the kitchen's rooms."""
    restaurant = required(call.identity, Act.SEE_KITCHEN, call.query.restaurant)
    stations = {one.id for one in await call.house.stations.list(restaurant)}
    orders = await call.house.orders.open_orders(restaurant)
    rooms = [RoomName(RoomKind.KITCHEN, restaurant)]
    for station in sorted(stations | _stations_of(orders) | {DEFAULT_STATION, EXPO}):
        rooms.append(RoomName(RoomKind.KITCHEN, restaurant, station))
    streams = [room.stream(restaurant) for room in rooms]
    # Marks first: what is told in between is then rather counted as not seen.
    marks = await call.house.marks.marks(streams)
    tops = await call.house.streams.tops(streams)
    return json_answer(
        DeliveryProofs(
            screens=[
                DeliveryProof(
                    room=one.stream_id,
                    screen=one.screen_id,
                    epoch=one.epoch,
                    offset=one.offset,
                    behind=max(0, tops.get(one.stream_id, 0) - one.offset),
                    at=one.at,
                )
                for one in marks
            ]
        )
    )


def _place(call: Call) -> tuple[str, str | None]:
    """The restaurant and station that are asked for, where the asker may see them."""
    query: TicketQuery = call.query
    restaurant = required(call.identity, Act.SEE_KITCHEN, query.restaurant)
    room = RoomName(RoomKind.KITCHEN, restaurant, query.station)
    if not may_listen(call.identity, room, restaurant):
        raise RightWithdrawn("This is not your station.", reason="forbidden_station")
    return restaurant, query.station


def _stations_of(orders: list[Order]) -> set[str]:
    return {line.station for order in orders for line in order.lines.values()}


def _count(count: Count) -> CountAnswer:
    return CountAnswer(
        station=count.station,
        item=count.item_id,
        variation=count.variation_id,
        name=dict(count.name),
        variation_name=None if count.variation_name is None else dict(count.variation_name),
        quantity=count.quantity,
    )
