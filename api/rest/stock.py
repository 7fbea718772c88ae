"""The stock for reading: what is sold out or counted, for everybody who belongs to a restaurant."""

from __future__ import annotations

from aiohttp import web

from api.rest.operation import Call, Operation, json_answer
from api.rest.restaurant_models import RestaurantQuery
from api.rest.restaurants import required
from api.rest.stock_models import StockList
from collab.identity import Act, may
from collab.orders.views import maybe_milliseconds, stock_view


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "GET",
            "/stock",
            "listStock",
            "See what is sold out or counted",
            list_all,
            {200: StockList},
            query=RestaurantQuery,
            refusals=(401, 403, 422, 503),
        ),
    )


async def list_all(call: Call) -> web.Response:
    """All entries that are not over; who set them is for those who work with them."""
    restaurant = required(call.identity, Act.SEE_RESTAURANT, call.query.restaurant)
    is_staff = may(call.identity, Act.SEE_KITCHEN, restaurant)
    found = []
    for entry in await call.house.orders.standing_stock(restaurant):
        shown = stock_view(entry)
        if is_staff:
            shown |= {"by": entry.by, "at": maybe_milliseconds(entry.at)}
        found.append(shown)
    return json_answer(StockList(stock=found))
