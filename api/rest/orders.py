"""Orders for reading. What is done to them are commands (rooms door, or POST /commands).

Rule 1: the floor sees everything, the kitchen no money, a guest the order of their visit only.
Rule 2: whose order it is is asked before it is shown; a foreign one is refused in the words for
        one that does not exist.
"""

from __future__ import annotations

import msgspec
from aiohttp import web

from api.rest.operation import Call, Operation, json_answer
from api.rest.orders_models import (
    DayQuery,
    DayReport,
    DayTotalsAnswer,
    EventQuery,
    OrderAnswer,
    OrderEventAnswer,
    OrderEventList,
    OrderList,
    OrderQuery,
)
from api.rest.restaurants import require, required
from collab.errors import DocumentGone
from collab.formats.money import exponent_of
from collab.identity import Act, Role, may
from collab.orders.day_report import DayTotals, day_totals
from collab.orders.order import Order
from collab.orders.tickets import tickets_of
from collab.orders.views import (
    maybe_milliseconds,
    milliseconds,
    note_view,
    order_view,
    payment_view,
    summary_json,
    ticket_json,
)
from storage.orders import OrderFilter, StoredEntry

REPORT_PAGE = 500


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "GET",
            "/orders",
            "listOrders",
            "List orders, those opened last first",
            list_all,
            {200: OrderList},
            query=OrderQuery,
            refusals=(401, 403, 422, 503),
        ),
        Operation(
            "GET",
            "/orders/{id}",
            "getOrder",
            "See an order; guests their own, the kitchen without money",
            show,
            {200: OrderAnswer},
            refusals=(401, 403, 404, 503),
        ),
        Operation(
            "GET",
            "/orders/{id}/events",
            "listOrderEvents",
            "See everything that happened to an order",
            events,
            {200: OrderEventList},
            query=EventQuery,
            refusals=(401, 403, 404, 422, 503),
        ),
        Operation(
            "GET",
            "/reports/day",
            "getDayReport",
            "See what a business day brought: taxes, payments, tips, voids, comps",
            report,
            {200: DayReport},
            query=DayQuery,
            refusals=(401, 403, 422, 503),
        ),
    )


async def list_all(call: Call) -> web.Response:
    """One page of orders in short."""
    query: OrderQuery = call.query
    restaurant = required(call.identity, Act.SERVE, query.restaurant)
    wanted = OrderFilter(is_open=query.open, table_id=query.table, business_day=query.business_day)
    found = await call.house.orders.list(restaurant, wanted, query.after, query.limit)
    end = found[-1].id if len(found) == query.limit else None
    return json_answer(OrderList(orders=[summary_json(one) for one in found], next=end))


async def show(call: Call) -> web.Response:
    """One order, as much of it as the asker may see."""
    order = await _order(call)
    if may(call.identity, Act.SERVE, order.restaurant_id):
        return json_answer(OrderAnswer(order=_floor_view(order)))
    if may(call.identity, Act.SEE_KITCHEN, order.restaurant_id):
        return json_answer(OrderAnswer(order=_kitchen_view(order)))
    return json_answer(OrderAnswer(order=order_view(order)))


async def events(call: Call) -> web.Response:
    """The log of an order, for the floor: with people and money."""
    query: EventQuery = call.query
    require(call.identity, Act.SERVE, call.identity.restaurant_id)
    order = await _order(call)
    entries = [
        one
        for one in await call.house.orders.log_of(order.id)
        if (one.entry.seq or 0) > query.after
    ]
    page = entries[: query.limit]
    end = page[-1].entry.seq if len(entries) > len(page) else None
    return json_answer(OrderEventList(events=[_event(one) for one in page], next=end))


async def report(call: Call) -> web.Response:
    """The totals of one business day."""
    query: DayQuery = call.query
    restaurant = required(call.identity, Act.MANAGE_RESTAURANT, query.restaurant)
    found: list[Order] = []
    after = None
    while True:
        wanted = OrderFilter(business_day=query.business_day)
        page = await call.house.orders.list(restaurant, wanted, after, REPORT_PAGE)
        found += page
        if len(page) < REPORT_PAGE:
            break
        after = page[-1].id
    totals = [_totals(one) for one in day_totals(found)]
    return json_answer(
        DayReport(restaurant=restaurant, business_day=query.business_day, totals=totals)
    )


async def _order(call: Call) -> Order:
    """The order in the path, when the asker may see anything of it."""
    identity, house = call.identity, call.house
    is_guest = Role.GUEST in identity.roles and not identity.menus
    if not is_guest:
        require(identity, Act.SEE_KITCHEN, identity.restaurant_id)
    order = await house.orders.load(call.id)
    if order is None or identity.restaurant_id not in (None, order.restaurant_id):
        raise _gone()
    if may(identity, Act.SEE_KITCHEN, order.restaurant_id):
        return order
    if identity.order == order.id:
        return order
    # Whoever came in before the first order has no claim to one: their visit says which it is.
    visit = await house.visits.find(identity.token_id)
    if visit is None or visit.order_id != order.id:
        raise _gone()
    return order


def _gone() -> DocumentGone:
    return DocumentGone("There is no such order.", reason="order_not_found")


def _floor_view(order: Order) -> dict[str, object]:
    return {
        **order_view(order),
        "business_day": order.business_day.isoformat(),
        "opened_by": order.opened_by,
        "staff": list(order.staff),
        "notes": [{**note_view(note), "user": note.by} for note in order.notes],
        "payments": [{**payment_view(one), "user": one.by} for one in order.payments],
    }


def _kitchen_view(order: Order) -> dict[str, object]:
    return {
        "id": order.id,
        "restaurant_id": order.restaurant_id,
        "table_id": order.table_id,
        "opened_at": milliseconds(order.opened_at),
        "closed_at": maybe_milliseconds(order.closed_at),
        "seq": order.last_seq,
        "status": order.status.value,
        "notes": [note_view(note) for note in order.notes],
        "tickets": [ticket_json(ticket) for ticket in tickets_of(order)],
    }


def _event(stored: StoredEntry) -> OrderEventAnswer:
    entry = stored.entry
    assert entry.seq is not None
    return OrderEventAnswer(
        seq=entry.seq,
        position=stored.position,
        type=entry.type,
        command=entry.command_id,
        actor_kind=entry.actor_kind,
        actor=entry.actor_id,
        device=entry.device,
        client_at=entry.client_at,
        at=entry.at,
        body=dict(entry.body),
    )


def _totals(totals: DayTotals) -> DayTotalsAnswer:
    plain = msgspec.to_builtins(totals) | {"currency_exponent": exponent_of(totals.currency)}
    return msgspec.convert(plain, DayTotalsAnswer)
