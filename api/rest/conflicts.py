"""Conflicts of menus over REST: list, resolve. Resolving is an ordinary edit."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from msgspec import UNSET, UnsetType

from api.menu_edits import change_menu
from api.rest.conflicts_models import (
    ConflictAnswer,
    ConflictList,
    ConflictQuery,
    Resolution,
    ResolutionAnswer,
    as_json,
)
from api.rest.documents import admitted
from api.rest.operation import Call, Operation, json_answer
from api.rest.restaurants import require
from collab.conflicts.kinds import Conflict, ConflictKind, Severity
from collab.conflicts.resolution import Choice, Keep, Take, Value, resolve
from collab.edits.changes import Change
from collab.errors import DocumentGone, ProtocolViolation, RightWithdrawn, Settled
from collab.identity import Act, access_to
from collab.menus.menu import Menu
from collab.records import ConflictRow, Document, DocumentKind
from rooms.menu_room import MenuRoom
from storage.conflicts import ConflictState, FoundConflict


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "GET",
            "/menus/{id}/conflicts",
            "listConflicts",
            "See what about a menu needs a decision",
            list_all,
            {200: ConflictList},
            query=ConflictQuery,
            refusals=(400, 401, 403, 404, 422, 503),
        ),
        Operation(
            "POST",
            "/conflicts/{id}/resolve",
            "resolveConflict",
            "Decide a conflict: keep a candidate, give a new value, or choose a way out",
            decide,
            {200: ResolutionAnswer},
            body=Resolution,
            refusals=(400, 401, 403, 404, 409, 413, 422, 503),
        ),
    )


async def list_all(call: Call) -> web.Response:
    """Conflicts of a menu, the newest first."""
    query: ConflictQuery = call.query
    document = await admitted_menu(call)
    if query.after is None and query.state is not ConflictState.CLOSED:
        await _look(call, document)
    found = await call.house.conflicts.list(
        document.id,
        state=query.state,
        severity=query.severity,
        after=query.after,
        limit=query.limit,
    )
    is_full = len(found) == query.limit
    answers = [conflict_answer(row) for row in found]
    return json_answer(ConflictList(conflicts=answers, next=found[-1].id if is_full else None))


async def decide(call: Call) -> web.Response:
    """End a conflict by an edit."""
    wanted: Resolution = call.body
    choice = _choice(wanted)
    found, document = await _found(call)
    if found.row.kind == ConflictKind.ALLERGENS:
        require(call.identity, Act.DECIDE_ALLERGENS, document.restaurant_id)
    async with call.house.lobby.lease(document.id) as room:

        def plan(menu: Menu) -> Sequence[Change]:
            conflict = _standing(room, found.row.id)
            _check_expected(conflict, wanted)
            return resolve(conflict, menu, choice)

        note = {"conflict": found.row.id, **as_json(wanted)}
        done = await change_menu(
            call.house, document, call.identity, plan, door="resolve", resolution=note
        )
    after = await call.house.conflicts.find(found.row.id)
    answer = conflict_answer(found.row if after is None else after.row)
    return json_answer(ResolutionAnswer(changes=done.changes, conflict=answer))


async def admitted_menu(call: Call) -> Document:
    """The menu of the id in the path, if the asker may open it. Errors as `admitted`."""
    document = (await admitted(call)).document
    if document.kind is not DocumentKind.MENU:
        raise DocumentGone("There is no such menu.", reason="menu_not_found")
    return document


def conflict_answer(row: ConflictRow) -> ConflictAnswer:
    """A conflict as it goes out."""
    return ConflictAnswer(
        id=row.id,
        key=row.key,
        kind=ConflictKind(row.kind),
        severity=Severity(row.severity),
        root=row.root,
        part=row.part_id,
        field=row.field,
        candidates=[dict(one) for one in row.candidates],
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        resolved_by=row.resolved_by,
        resolution=None if row.resolution is None else dict(row.resolution),
    )


async def _look(call: Call, document: Document) -> None:
    """Have the menu looked at: one that nobody opened since it was imported never was."""
    async with call.house.lobby.lease(document.id) as room:
        room.keeper.settle()
        room.turns.flush()
        await call.house.journal.flush()


async def _found(call: Call) -> tuple[FoundConflict, Document]:
    found = await call.house.conflicts.find(call.id)
    document = None if found is None else await call.house.entrance.find(found.document_id)
    if found is None or document is None:
        raise DocumentGone("There is no such conflict.", reason="conflict_not_found")
    if access_to(call.identity, document) is None:
        raise RightWithdrawn("This document is not open to you.", reason="forbidden_document")
    return found, document


def _choice(wanted: Resolution) -> Choice:
    if wanted.ways() != 1:
        raise ProtocolViolation(
            "Give exactly one of keep, value and choice.", reason="bad_resolution"
        )
    if wanted.keep is not None:
        return Keep(wanted.keep)
    if wanted.choice is not None:
        return Take(wanted.choice, wanted.target)
    return Value(wanted.value, wanted.target)


def _standing(room: MenuRoom, conflict_id: str) -> Conflict:
    """The conflict as it stands at this moment."""
    for row in room.keeper.settle():
        if row.id == conflict_id:
            return Conflict(
                row.key,
                ConflictKind(row.kind),
                Severity(row.severity),
                row.root,
                row.part_id,
                row.field,
                row.candidates,
            )
    raise Settled("This conflict is over; somebody resolved it.", reason="conflict_closed")


def _check_expected(conflict: Conflict, wanted: Resolution) -> None:
    if wanted.keep is None or isinstance(wanted.expected, UnsetType):
        return
    inside = 0 <= wanted.keep < len(conflict.candidates)
    if inside and conflict.candidates[wanted.keep].get("value", UNSET) != wanted.expected:
        raise Settled(
            "The candidates are others by now; look at the conflict again.",
            reason="conflict_changed",
        )
