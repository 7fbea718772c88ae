"""Operating a running server: what is open, how it does, and what can be done about it.

Looking at rooms and connections is for managers of their restaurant, figures of the process are
for owners. Every action is logged with who did it, and counted.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from aiohttp import web

from api.connections import Connection, SentAway
from api.rest.diagnostics import diagnostics, overview
from api.rest.operation import Call, Operation, json_answer
from api.rest.operations_models import (
    ConnectionsQuery,
    DiagnosticsAnswer,
    FiguresAnswer,
    FiguresQuery,
    OpenConnectionList,
    OpenRoomList,
    Operated,
    OperationsAnswer,
    ReadOnly,
)
from api.rest.operations_view import connections, crowds, rooms, sessions_of
from api.rest.restaurants import require
from collab.errors import DocumentGone, StructureRefused
from collab.identity import Act
from collab.records import Document
from collab.room_names import RoomKind, parse_room

WAVE_CONNECTIONS = 25
WAVE_SECONDS = 0.1  # stock clients come back at once, so they must not all go at once

_REFUSALS = (400, 401, 403, 404, 422, 503)

log = logging.getLogger("mirepoix.operations")


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (*_looking(), *_acting())


def _looking() -> tuple[Operation, ...]:
    return (
        Operation(
            "GET",
            "/operations",
            "getOperations",
            "See how the server does",
            show,
            {200: OperationsAnswer},
            refusals=(401, 403),
        ),
        Operation(
            "GET",
            "/operations/figures",
            "getFigures",
            "See throughput and latency of the last five minutes, by the second",
            figures,
            {200: FiguresAnswer},
            query=FiguresQuery,
            refusals=(401, 403, 422),
        ),
        Operation(
            "GET",
            "/operations/rooms",
            "listOpenRooms",
            "See the documents and event rooms in memory",
            list_rooms,
            {200: OpenRoomList},
            refusals=(401, 403),
        ),
        Operation(
            "GET",
            "/operations/connections",
            "listConnections",
            "See who is connected, from which device, and how well",
            list_connections,
            {200: OpenConnectionList},
            query=ConnectionsQuery,
            refusals=(401, 403, 422),
        ),
        Operation(
            "GET",
            "/operations/diagnostics",
            "getDiagnostics",
            "Get all of it without names, contents or secrets, to pass on",
            diagnose,
            {200: DiagnosticsAnswer},
            refusals=(401, 403),
        ),
    )


def _acting() -> tuple[Operation, ...]:
    return (
        Operation(
            "POST",
            "/operations/connections/{id}/disconnect",
            "disconnect",
            "Close a connection; the client may come back",
            disconnect,
            {200: Operated},
            refusals=(401, 403, 404),
        ),
        Operation(
            "POST",
            "/operations/rooms/{id}/read-only",
            "setRoomReadOnly",
            "Take no edits of a document until this is switched off or the server restarts",
            set_read_only,
            {200: Operated},
            body=ReadOnly,
            refusals=_REFUSALS,
        ),
        Operation(
            "POST",
            "/operations/rooms/{id}/drain",
            "drainRoom",
            "Send everybody in a room away, to come back one after the other",
            drain,
            {200: Operated},
            refusals=_REFUSALS,
        ),
        Operation(
            "POST",
            "/operations/rooms/{id}/snapshot",
            "compactRoom",
            "Put a snapshot in the place of a document's log now",
            snapshot,
            {200: Operated},
            refusals=_REFUSALS,
        ),
    )


async def show(call: Call) -> web.Response:
    """The process as a whole."""
    require(call.identity, Act.READ_METRICS, None)
    return json_answer(overview(call.house))


async def figures(call: Call) -> web.Response:
    """The seconds after the one that the asker has."""
    require(call.identity, Act.READ_METRICS, None)
    kept = call.house.metrics.figures.history
    new = [one for one in kept if one.at_ms > call.query.after]
    return json_answer(
        FiguresAnswer(
            at_ms=[one.at_ms for one in new],
            updates=[round(one.updates / one.seconds, 2) for one in new],
            commands=[round(one.commands / one.seconds, 2) for one in new],
            deliveries=[round(one.deliveries / one.seconds, 2) for one in new],
            p50_ms=[_ms(one.latencies[0]) for one in new],
            p95_ms=[_ms(one.latencies[1]) for one in new],
            p99_ms=[_ms(one.latencies[2]) for one in new],
            lag_ms=[_ms(one.lag_seconds) for one in new],
            memory_bytes=[one.memory_bytes for one in new],
            cpu_share=[round(one.cpu_share, 3) for one in new],
            kept_seconds=kept.maxlen or 0,
        )
    )


async def list_rooms(call: Call) -> web.Response:
    """The rooms of the asker's restaurant."""
    require(call.identity, Act.LIST_SESSIONS, call.identity.restaurant_id)
    found = rooms(call.house, call.identity.restaurant_id)
    return json_answer(OpenRoomList(rooms=found, at_ms=_now_ms(call)))


async def list_connections(call: Call) -> web.Response:
    """The connections of the asker's restaurant, the first of them."""
    query: ConnectionsQuery = call.query
    require(call.identity, Act.LIST_SESSIONS, call.identity.restaurant_id)
    found = connections(call.house, call.identity.restaurant_id, query.search or "")
    return json_answer(
        OpenConnectionList(connections=found[: query.limit], total=len(found), at_ms=_now_ms(call))
    )


async def diagnose(call: Call) -> web.Response:
    """What may be shown to anybody who helps."""
    require(call.identity, Act.READ_METRICS, None)
    return json_answer(diagnostics(call.house))


async def disconnect(call: Call) -> web.Response:
    """Close one connection. To keep somebody out, revoke."""
    restaurant = call.identity.restaurant_id
    require(call.identity, Act.REVOKE, restaurant)
    connection = call.house.reception.connections.find(call.id)
    if connection is None or not _may_end(call, connection):
        raise DocumentGone("There is no such connection.", reason="connection_not_found")
    identity = connection.identity()
    whose = None if identity is None else identity.user_id
    _note(call, "disconnected", connection=connection.id, user=whose)
    connection.end(SentAway("An operator closed this connection; come again."))
    return json_answer(Operated(count=1))


async def set_read_only(call: Call) -> web.Response:
    """Switch writing off or on; who has the document open is told."""
    wanted: ReadOnly = call.body
    document = await _document(call)
    _note(call, "read_only_on" if wanted.on else "read_only_off", document=document.id)
    call.house.lobby.set_read_only(document.id, wanted.on)
    room = call.house.lobby.room_of(document.id)
    return json_answer(Operated(count=0 if room is None else len(room.seats)))


async def drain(call: Call) -> web.Response:
    """End the connections of a room in waves; when the answer comes, all have been told."""
    restaurant = call.identity.restaurant_id
    require(call.identity, Act.MANAGE_RESTAURANT, restaurant)
    parse_room(call.id)
    crowd = crowds(call.house, restaurant).get(call.id)
    if crowd is None:
        raise DocumentGone("Nobody is in this room.", reason="room_not_found")
    _note(call, "room_drained", room=call.id, connections=len(crowd.connections))
    await _send_away(list(crowd.connections))
    return json_answer(Operated(count=len(crowd.connections)))


async def snapshot(call: Call) -> web.Response:
    """Compact a document's log."""
    document = await _document(call)
    _note(call, "snapshot_made", document=document.id)
    is_made = await call.house.lobby.compact_now(document.id)
    return json_answer(Operated(count=int(is_made)))


async def _send_away(crowd: Sequence[Connection]) -> None:
    for start in range(0, len(crowd), WAVE_CONNECTIONS):
        if start:
            await asyncio.sleep(WAVE_SECONDS)
        for connection in crowd[start : start + WAVE_CONNECTIONS]:
            connection.end(SentAway("This room is being emptied; come again in a moment."))


async def _document(call: Call) -> Document:
    """The document that a room is about. Raises DocumentGone, RightWithdrawn, StructureRefused."""
    name = parse_room(call.id)
    if name.kind is not RoomKind.MENU:
        raise StructureRefused("This is for rooms of documents.", reason="not_a_document")
    document = await call.house.entrance.find(name.id)
    if document is None:
        raise DocumentGone("There is no such document.", reason="document_not_found")
    require(call.identity, Act.MANAGE_RESTAURANT, document.restaurant_id)
    return document


def _may_end(call: Call, connection: Connection) -> bool:
    restaurant = call.identity.restaurant_id
    identity = connection.identity()
    is_own = identity is not None and identity.restaurant_id == restaurant
    return restaurant is None or is_own or bool(sessions_of(call.house, connection, restaurant))


def _note(call: Call, action: str, **about: object) -> None:
    call.house.metrics.operated(action)
    log.info("operation", extra={"action": action, "by": call.identity.user_id, **about})


def _now_ms(call: Call) -> int:
    return int(call.house.clock.utc().timestamp() * 1000)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 2)
