"""Tables: managers set them up, the floor opens and closes them, the kitchen reads them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from aiohttp import web

from api.forwarding import asked
from api.qr_code import qr_svg
from api.rest.operation import Call, Operation, json_answer
from api.rest.restaurant_models import RestaurantQuery
from api.rest.restaurants import required, settings_of
from api.rest.tables_models import (
    CodeAnswer,
    NewTable,
    TableAnswer,
    TableChange,
    TableList,
    TableStateAnswer,
    VisitAnswer,
)
from api.visit_desk import NewCode
from collab.errors import DocumentExists, DocumentGone, DocumentInUse, StructureRefused
from collab.identity import Act
from collab.orders.terms import Visit
from storage.dining_tables import DiningTable, TableState

TABLES_LIMIT = 1000  # of one restaurant

_REFUSALS = (400, 401, 403, 404, 422, 503)


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "GET",
            "/tables",
            "listTables",
            "See the tables and what goes on at each",
            list_all,
            {200: TableList},
            query=RestaurantQuery,
            refusals=(401, 403, 422, 503),
        ),
        Operation(
            "POST",
            "/tables",
            "createTable",
            "Set a table up",
            create,
            {201: TableAnswer},
            query=RestaurantQuery,
            body=NewTable,
            refusals=(*_REFUSALS, 409),
        ),
        Operation(
            "PATCH",
            "/tables/{id}",
            "changeTable",
            "Change the name, the seats, the area or the place of a table",
            change,
            {200: TableAnswer},
            query=RestaurantQuery,
            body=TableChange,
            refusals=_REFUSALS,
        ),
        Operation(
            "DELETE",
            "/tables/{id}",
            "deleteTable",
            "Take a table away; its id stays taken",
            delete,
            {204: None},
            query=RestaurantQuery,
            refusals=(*_REFUSALS, 409),
        ),
        *_visiting(),
    )


def _visiting() -> tuple[Operation, ...]:
    refusals = (401, 403, 404, 409, 422, 503)
    return (
        Operation(
            "POST",
            "/tables/{id}/open",
            "openTable",
            "Open a table for guests; its code is shown this once",
            open_,
            {201: CodeAnswer},
            query=RestaurantQuery,
            refusals=refusals,
        ),
        Operation(
            "POST",
            "/tables/{id}/rotate",
            "rotateTableCode",
            "Draw another code for an open table; guests who are in stay in",
            rotate,
            {200: CodeAnswer},
            query=RestaurantQuery,
            refusals=refusals,
        ),
        Operation(
            "POST",
            "/tables/{id}/close",
            "closeTable",
            "Shut the guests of a table out; its order must be closed",
            close,
            {204: None},
            query=RestaurantQuery,
            refusals=refusals,
        ),
    )


async def list_all(call: Call) -> web.Response:
    """All tables as they stand."""
    restaurant = required(call.identity, Act.SEE_KITCHEN, call.query.restaurant)
    floor = await call.house.dining_tables.floor(restaurant, call.house.clock.utc())
    return json_answer(TableList(tables=[_state(one) for one in floor]))


async def create(call: Call) -> web.Response:
    """Set a table up, after the others unless its place is given."""
    wanted: NewTable = call.body
    restaurant = required(call.identity, Act.MANAGE_RESTAURANT, call.query.restaurant)
    await settings_of(call.house, restaurant)
    count = await call.house.dining_tables.count(restaurant)
    if count >= TABLES_LIMIT:
        raise StructureRefused(
            f"A restaurant has at most {TABLES_LIMIT} tables.", reason="too_many_tables"
        )
    table = DiningTable(
        restaurant_id=restaurant,
        id=wanted.id or str(uuid4()),
        name=wanted.name,
        seats=wanted.seats,
        area=wanted.area,
        position=count if wanted.position is None else wanted.position,
    )
    if not await call.house.dining_tables.create(table):
        raise DocumentExists("There is or was a table of this id.", reason="table_exists")
    return json_answer(_answer(table), 201)


async def change(call: Call) -> web.Response:
    """Change a table."""
    wanted: TableChange = call.body
    restaurant = required(call.identity, Act.MANAGE_RESTAURANT, call.query.restaurant)
    table = await _table(call, restaurant)
    names = ("name", "seats", "area", "position")
    given: dict[str, Any] = {name: getattr(wanted, name) for name in names}
    changed = replace(table, **{key: value for key, value in given.items() if value is not None})
    if not await call.house.dining_tables.save(changed):
        raise _gone()
    return json_answer(_answer(changed))


async def delete(call: Call) -> web.Response:
    """Take a table away that nobody sits at."""
    restaurant = required(call.identity, Act.MANAGE_RESTAURANT, call.query.restaurant)
    now = call.house.clock.utc()
    match await call.house.dining_tables.delete(restaurant, call.id, now):
        case None:
            raise _gone()
        case False:
            raise DocumentInUse(
                "The table is open or has an open order; close them first.", reason="table_in_use"
            )
    return web.Response(status=204)


async def open_(call: Call) -> web.Response:
    """Open a table: what is shown here is printed or held up, and stored nowhere."""
    restaurant = required(call.identity, Act.SERVE, call.query.restaurant)
    made = await call.house.visit_desk.open(restaurant, call.id, call.identity.user_id)
    return json_answer(_code(call, made), 201)


async def rotate(call: Call) -> web.Response:
    """Draw another code; the one before is worthless at once."""
    restaurant = required(call.identity, Act.SERVE, call.query.restaurant)
    await _table(call, restaurant)
    return json_answer(_code(call, await call.house.visit_desk.rotate(restaurant, call.id)))


async def close(call: Call) -> web.Response:
    """Close a table; one that is closed already stays so."""
    restaurant = required(call.identity, Act.SERVE, call.query.restaurant)
    await _table(call, restaurant)
    await call.house.visit_desk.close(restaurant, call.id)
    return web.Response(status=204)


async def _table(call: Call, restaurant: str) -> DiningTable:
    table = await call.house.dining_tables.find(restaurant, call.id)
    if table is None:
        raise _gone()
    return table


def _gone() -> DocumentGone:
    return DocumentGone("There is no such table.", reason="table_not_found")


def _answer(table: DiningTable) -> TableAnswer:
    return TableAnswer(
        id=table.id,
        name=table.name,
        seats=table.seats,
        area=table.area,
        position=table.position,
    )


def _state(state: TableState) -> TableStateAnswer:
    table = state.table
    return TableStateAnswer(
        id=table.id,
        name=table.name,
        seats=table.seats,
        area=table.area,
        position=table.position,
        visit=None if state.visit is None else _visit(state.visit),
        orders=list(state.order_ids),
    )


def _visit(visit: Visit) -> VisitAnswer:
    return VisitAnswer(
        id=visit.id,
        order=visit.order_id,
        opened_by=visit.opened_by,
        opened_at=visit.opened_at,
        expires_at=visit.expires_at,
    )


def _code(call: Call, made: NewCode) -> CodeAnswer:
    edge = asked(call.request, call.house.config.trusted_proxies)
    base = (call.house.config.public_url or f"{edge.scheme}://{edge.host}").rstrip("/")
    url = f"{base}/t/{made.code}"
    return CodeAnswer(
        table=made.visit.table_id,
        visit=_visit(made.visit),
        code=made.code,
        url=url,
        qr_svg=qr_svg(url),
    )
