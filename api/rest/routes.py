"""The table of operations: all that REST can do, in one place."""

from __future__ import annotations

from functools import cache

from aiohttp import web

from api.house import House
from api.rest import (
    access,
    commands,
    conflicts,
    copies,
    devices,
    documents,
    events,
    exchange,
    history,
    invites,
    locks,
    me,
    menus,
    models,
    orders,
    photos,
    publications,
    renewal,
    restaurant,
    retention,
    sessions,
    shown,
    staff,
    stations,
    stock,
    tables,
    tickets,
    versions,
    visits,
    webhooks,
)
from api.rest import operations as operations_page
from api.rest.openapi import describe
from api.rest.operation import OCTETS, PREFIX, Operation, add_operation

BODY_REFUSALS = (400, 401, 403, 404, 409, 413, 422, 503)


def add_rest(app: web.Application, house: House) -> None:
    """Add the routes, and the document that describes them."""
    for operation in operations():
        add_operation(app, house, operation)
    body = description()

    async def openapi(request: web.Request) -> web.Response:
        return web.Response(
            body=body,
            content_type="application/json",
            headers={"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"},
        )

    app.router.add_get(f"{PREFIX}/openapi.json", openapi)


@cache
def description() -> bytes:
    """The OpenAPI document of all operations; the same for every application."""
    return describe(operations())


def operations() -> tuple[Operation, ...]:
    """Every operation of this version."""
    return (
        *me.operations(),
        *_documents(),
        *_menus(),
        *locks.operations(),
        *photos.operations(),
        *copies.operations(),
        *events.operations(),
        *history.operations(),
        *webhooks.operations(),
        *renewal.operations(),
        *restaurant.operations(),
        *stations.operations(),
        *tables.operations(),
        *staff.operations(),
        *invites.operations(),
        *devices.operations(),
        *visits.operations(),
        *orders.operations(),
        *commands.operations(),
        *tickets.operations(),
        *stock.operations(),
        *retention.operations(),
        *operations_page.operations(),
        *_people(),
    )


def _documents() -> tuple[Operation, ...]:
    return (
        Operation(
            "POST",
            "/documents",
            "createDocument",
            "Create a document",
            documents.create,
            {201: models.DocumentAnswer},
            body=models.NewDocument,
            refusals=BODY_REFUSALS,
        ),
        Operation(
            "GET",
            "/documents",
            "listDocuments",
            "List the documents you may open",
            documents.list_all,
            {200: models.DocumentList},
            query=models.DocumentQuery,
            refusals=(401, 422),
        ),
        Operation(
            "GET",
            "/documents/{id}",
            "getDocument",
            "Look at a document",
            documents.show,
            {200: models.DocumentDetail},
        ),
        Operation(
            "PATCH",
            "/documents/{id}",
            "renameDocument",
            "Give a document another title",
            documents.rename,
            {200: models.DocumentAnswer},
            body=models.DocumentChange,
            refusals=(400, 401, 403, 404, 422, 503),
        ),
        Operation(
            "DELETE",
            "/documents/{id}",
            "deleteDocument",
            "Delete a document; its id stays taken",
            documents.delete,
            {204: None},
        ),
        Operation(
            "GET",
            "/documents/{id}/state",
            "getState",
            "Fetch the whole document as one Yjs update_v1",
            documents.state,
            {200: OCTETS, 304: None},
        ),
        Operation(
            "GET",
            "/documents/{id}/presence",
            "getPresence",
            "See who is at a document",
            documents.presence,
            {200: models.PresenceAnswer},
        ),
    )


def _menus() -> tuple[Operation, ...]:
    plain = menus.PlainMenus()
    return (
        *menus.operations(plain),
        *exchange.operations(plain),
        *conflicts.operations(),
        *versions.operations(),
        *publications.operations(),
        *shown.operations(),
    )


def _people() -> tuple[Operation, ...]:
    return (
        Operation(
            "GET",
            "/sessions",
            "listSessions",
            "List connections, past and present",
            sessions.list_all,
            {200: models.SessionList},
            query=models.SessionQuery,
            refusals=(401, 403, 422),
        ),
        Operation(
            "POST",
            "/tickets",
            "createTicket",
            "Get a one-time ticket for a socket",
            access.ticket,
            {201: models.TicketAnswer},
            refusals=(401, 403),
        ),
        Operation(
            "POST",
            "/token",
            "renewToken",
            "Get a fresh token, by the one you have or by the key of your device",
            access.token,
            {201: models.TokenAnswer},
            refusals=(401, 403, 503),
            is_open=True,
        ),
        Operation(
            "POST",
            "/revocations",
            "createRevocation",
            "Shut a user, session or token out",
            access.revoke,
            {201: models.RevocationAnswer},
            body=models.NewRevocation,
            refusals=(400, 401, 403, 422, 503),
        ),
        Operation(
            "POST",
            "/ysweet/auth",
            "authorizeYSweet",
            "Get what a y-sweet client needs to connect",
            access.ysweet,
            {200: models.YSweetAnswer},
            body=models.YSweetRequest,
            refusals=(400, 401, 403, 404, 422),
        ),
    )
