"""Locks of fields over REST: list, take, renew, give back, ask for, break; strict or not."""

from __future__ import annotations

import hashlib
from typing import assert_never

from aiohttp import web

from api.lock_desk import SOCKETLESS
from api.rest.documents import admitted
from api.rest.locks_models import (
    LockAnswer,
    LockList,
    LockRelease,
    LockRenewal,
    NewLock,
    StrictAnswer,
    StrictLocks,
)
from api.rest.operation import Call, Operation, json_answer
from api.rest.restaurants import require
from collab.errors import DocumentGone, LockRefused, RightWithdrawn
from collab.guard.locks import (
    Held,
    Lock,
    LockedField,
    LockHolder,
    Renewed,
    Taken,
    TooMany,
    read_field,
)
from collab.guard.rights import may_write
from collab.identity import Access, Act
from collab.records import Document, DocumentKind

_REFUSALS = (400, 401, 403, 404, 409, 422, 503)


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "GET",
            "/menus/{id}/locks",
            "listLocks",
            "See who holds which field of a menu",
            list_all,
            {200: LockList},
        ),
        Operation(
            "POST",
            "/menus/{id}/locks",
            "takeLock",
            "Hold a field while you edit it; again: keep holding it",
            take,
            {200: LockAnswer, 201: LockAnswer},
            body=NewLock,
            refusals=_REFUSALS,
        ),
        Operation(
            "PUT",
            "/menus/{id}/locks/{field}",
            "renewLock",
            "Keep holding a field",
            renew,
            {200: LockAnswer},
            body=LockRenewal,
            refusals=_REFUSALS,
        ),
        Operation(
            "DELETE",
            "/menus/{id}/locks/{field}",
            "releaseLock",
            "Give a field back",
            release,
            {204: None},
            query=LockRelease,
            refusals=_REFUSALS,
        ),
        Operation(
            "POST",
            "/menus/{id}/locks/{field}/ask",
            "askForLock",
            "Ask whoever holds a field to give it back",
            ask,
            {200: LockAnswer},
            refusals=_REFUSALS,
        ),
        Operation(
            "POST",
            "/menus/{id}/locks/{field}/break",
            "breakLock",
            "Take a field away from whoever holds it",
            break_,
            {200: LockAnswer},
            refusals=_REFUSALS,
        ),
        Operation(
            "PUT",
            "/menus/{id}/strict-locks",
            "setStrictLocks",
            "Say whether others' writes to a held field are set back",
            set_strict,
            {200: StrictAnswer},
            body=StrictLocks,
            refusals=_REFUSALS,
        ),
    )


async def list_all(call: Call) -> web.Response:
    """The live locks of a menu."""
    menu, _ = await _menu(call)
    locks = await call.house.locks.list(menu.id)
    strict = await call.house.locks.is_strict(menu.id)
    return json_answer(LockList(locks=[_answer(call, one) for one in locks], strict=strict))


async def take(call: Call) -> web.Response:
    """Take a field, or renew it for the session that holds it already."""
    wanted: NewLock = call.body
    menu, field = await _writable(call, wanted.field)
    claimant = _holder(call, menu, wanted.session)
    outcome = await call.house.locks.take(menu.id, field, claimant)
    match outcome:
        case Taken(lock):
            return json_answer(_answer(call, lock), 201)
        case Renewed(lock):
            return json_answer(_answer(call, lock))
        case Held(lock):
            name = "You hold" if lock.holder.user_id == claimant.user_id else "Somebody holds"
            seconds = round(call.house.locks.seconds_left(lock))
            raise LockRefused(f"{name} this field already, for {seconds} s at least.")
        case TooMany(count):
            raise LockRefused(
                f"You hold {count} fields; give one back first.", reason="too_many_locks"
            )
        case _:
            assert_never(outcome)


async def renew(call: Call) -> web.Response:
    """Begin a lease again."""
    given: LockRenewal = call.body
    menu, field = await _writable(call, call.request.match_info["field"])
    session = None if given.session is None else _session(call, menu, given.session)
    lock = await call.house.locks.renew(menu.id, field, given.token, call.identity.user_id, session)
    if lock is None:
        raise _over()
    return json_answer(_answer(call, lock))


async def release(call: Call) -> web.Response:
    """Give a field back. Whoever may not write it any more may still do that."""
    given: LockRelease = call.query
    menu, _ = await _menu(call)
    field = read_field(call.request.match_info["field"])
    user, token = call.identity.user_id, given.fencing_token
    if not await call.house.locks.release(menu.id, field, token, user):
        raise _over()
    return web.Response(status=204)


async def ask(call: Call) -> web.Response:
    """Ask the holder of a field to give it back: an event that only says so."""
    menu, field = await _writable(call, call.request.match_info["field"])
    lock = await call.house.locks.ask(menu.id, field, _holder(call, menu, None))
    if lock is None:
        raise _free()
    return json_answer(_answer(call, lock))


async def break_(call: Call) -> web.Response:
    """Take a field away from its holder; the event that is kept says who did it."""
    menu, _ = await _menu(call)
    require(call.identity, Act.MANAGE_DOCUMENTS, menu.restaurant_id)
    field = read_field(call.request.match_info["field"])
    lock = await call.house.locks.break_(menu.id, field, _holder(call, menu, None))
    if lock is None:
        raise _free()
    return json_answer(_answer(call, lock))


async def set_strict(call: Call) -> web.Response:
    """Make the locks of a menu strict, or advisory again."""
    wanted: StrictLocks = call.body
    menu, _ = await _menu(call)
    require(call.identity, Act.MANAGE_DOCUMENTS, menu.restaurant_id)
    await call.house.locks.set_strict(menu.id, wanted.on, _holder(call, menu, None))
    return json_answer(StrictAnswer(on=wanted.on))


async def _menu(call: Call) -> tuple[Document, Access]:
    admission = await admitted(call)
    if admission.document.kind is not DocumentKind.MENU:
        raise DocumentGone("There is no such menu.", reason="menu_not_found")
    return admission.document, admission.access


async def _writable(call: Call, path: str) -> tuple[Document, LockedField]:
    menu, access = await _menu(call)
    field = read_field(path)
    if access is not Access.WRITE or not may_write(call.identity, field.root, field.field):
        raise RightWithdrawn("You may not change this field.", reason="field_forbidden")
    return menu, field


def _holder(call: Call, menu: Document, session: str | None) -> LockHolder:
    identity = call.identity
    name = identity.name or identity.user_id
    if session is not None:
        return LockHolder(_session(call, menu, session), identity.user_id, name)
    # Without a socket, whoever shows the same token is the same session.
    named = f"{identity.token_id}\0{identity.user_id}".encode()
    return LockHolder(SOCKETLESS + hashlib.sha256(named).hexdigest()[:32], identity.user_id, name)


def _session(call: Call, menu: Document, session_id: str) -> str:
    session = call.house.sessions.find(session_id)
    is_own = session is not None and (session.user_id, session.resource_id) == (
        call.identity.user_id,
        menu.id,
    )
    if not is_own:
        raise RightWithdrawn(
            "This is no open connection of yours to this menu.", reason="forbidden_session"
        )
    return session_id


def _answer(call: Call, lock: Lock) -> LockAnswer:
    return LockAnswer(
        field=lock.path,
        token=lock.token,
        user=lock.holder.user_id,
        name=lock.holder.user_name,
        session=lock.holder.session_id,
        acquired_at=lock.acquired_at,
        seconds_left=round(call.house.locks.seconds_left(lock), 3),
    )


def _over() -> LockRefused:
    return LockRefused("You do not hold this field any more.", reason="lock_over")


def _free() -> DocumentGone:
    return DocumentGone("Nobody holds this field.", reason="lock_not_found")
