"""Documents: create, list, look at, delete, fetch the raw state, see who is there."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from urllib.parse import quote
from uuid import uuid4

from aiohttp import hdrs, web

from api.entrance import Admission, check_id, check_name
from api.exchange import create_document
from api.rest.models import (
    DocumentAnswer,
    DocumentChange,
    DocumentDetail,
    DocumentList,
    DocumentQuery,
    NewDocument,
    PersonAnswer,
    PresenceAnswer,
    SizeAnswer,
)
from api.rest.operation import OCTETS, PREFIX, Call, json_answer, tagged_answer
from api.rest.restaurants import require, restaurant_for
from api.rest.sessions import seat_answer
from collab.edits.writing import first_update
from collab.errors import DocumentGone, ProtocolViolation, RightWithdrawn
from collab.guard.rights import may_write
from collab.identity import Access, Act, access_to
from collab.menus.menu import FALLBACK_CURRENCY, FALLBACK_LOCALE
from collab.menus.plain_menu import PlainMenu
from collab.menus.schema import SECTIONS
from collab.records import Document, DocumentKind


async def create(call: Call) -> web.Response:
    """Create a document in a restaurant that the asker manages."""
    wanted: NewDocument = call.body
    restaurant = restaurant_for(call.identity, wanted.restaurant)
    require(call.identity, Act.MANAGE_DOCUMENTS, restaurant)
    id = wanted.id or str(uuid4())
    check_new_id(wanted.kind, id)
    user = call.identity.user_id
    document = await create_document(
        call.house, wanted.kind, restaurant, id, wanted.title, _first(wanted, id, user), user
    )
    # What the asker may do with it: an owner of many menus may be narrowed to a few.
    access = access_to(call.identity, document) or Access.READ
    place = f"{PREFIX}/documents/" + quote(id, safe="")
    return json_answer(_answer(document, access), 201, {hdrs.LOCATION: place})


async def list_all(call: Call) -> web.Response:
    """The documents that the asker may open, by id."""
    query: DocumentQuery = call.query
    restaurant = query.restaurant or call.identity.restaurant_id
    found: list[DocumentAnswer] = []
    after = query.after
    while True:
        page = await call.house.documents.list(restaurant, after, query.limit)
        for document in page:
            access = access_to(call.identity, document)
            if access is None or query.kind not in (None, document.kind):
                continue
            if len(found) == query.limit:
                return json_answer(DocumentList(documents=found, next=found[-1].id))
            found.append(_answer(document, access))
        if len(page) < query.limit:
            return json_answer(DocumentList(documents=found, next=None))
        after = page[-1].id


async def show(call: Call) -> web.Response:
    """One document, what the asker may do with it, and what it takes."""
    admission = await admitted(call)
    size = await call.house.documents.size(call.id)
    if size is None:
        raise _gone()
    document = admission.document
    return json_answer(
        DocumentDetail(
            id=document.id,
            kind=document.kind,
            title=document.title,
            restaurant=document.restaurant_id,
            epoch=document.epoch,
            created_at=document.created_at,
            access=admission.access,
            size=SizeAnswer(
                updates=size.rows,
                log_bytes=size.log_bytes,
                snapshot_bytes=size.snapshot_bytes,
                acknowledged=size.top,
                quarantined=size.quarantined,
            ),
        )
    )


async def rename(call: Call) -> web.Response:
    """Give a document another title, for those who may change what is in it and where."""
    wanted: DocumentChange = call.body
    admission = await admitted(call)
    id = admission.document.id
    is_editor = may_write(call.identity, SECTIONS, "pos")
    if admission.access is not Access.WRITE or not is_editor:
        raise RightWithdrawn("You may not rename this document.", reason="read_only")
    now = call.house.clock.utc()
    if not await call.house.documents.rename(id, wanted.title, call.identity.user_id, now):
        raise _gone()
    call.house.events.ring(id)
    document = replace(admission.document, title=wanted.title)
    room = call.house.lobby.room_of(id)
    if room is not None:
        room.record = replace(room.record, title=wanted.title)
    return json_answer(_answer(document, admission.access))


async def delete(call: Call) -> web.Response:
    """Hide a document for good; whoever has it open is sent away at once."""
    document = await found(call)
    require(call.identity, Act.MANAGE_DOCUMENTS, document.restaurant_id)
    was_there = await call.house.documents.delete(document.id, call.house.clock.utc())
    call.house.lobby.forget(document.id)
    if not was_there:
        raise _gone()
    return web.Response(status=204)


async def state(call: Call) -> web.Response:
    """The whole document as one Yjs update_v1."""
    admission = await admitted(call)
    async with call.house.lobby.lease(admission.document.id) as room:
        update = room.document.full_state()
    return tagged_answer(call.request, update, hashlib.sha256(update).hexdigest(), OCTETS)


async def presence(call: Call) -> web.Response:
    """Who is at a document now. Does not open it."""
    admission = await admitted(call)
    id = admission.document.id
    room = call.house.lobby.room_of(id)
    people = [] if room is None else room.presence.people()
    living = [one for one in call.house.sessions.living() if one.resource_id == id]
    return json_answer(
        PresenceAnswer(
            people=[PersonAnswer(client_id=id, state=dict(state)) for id, state in people],
            sessions=[seat_answer(session) for session in living],
        )
    )


async def found(call: Call) -> Document:
    """The document of the id in the path. Unlike a door, it never makes one.

    Raises ProtocolViolation, DocumentGone, StoreError.
    """
    check_name(call.id)
    document = await call.house.entrance.find(call.id)
    if document is None:
        raise _gone()
    return document


async def admitted(call: Call) -> Admission:
    """The same, if the asker may open it. Raises RightWithdrawn too."""
    document = await found(call)
    access = access_to(call.identity, document)
    if access is None:
        raise RightWithdrawn("This document is not open to you.", reason="forbidden_document")
    return Admission(document, access)


def check_new_id(kind: DocumentKind, id: str) -> None:
    """Raises ProtocolViolation unless a new document of that kind may have the id."""
    if kind is DocumentKind.FREE:
        check_name(id)
    else:
        check_id(id, "The id of a menu", _bad_id)


def _first(wanted: NewDocument, id: str, user_id: str) -> bytes | None:
    """The first content: `meta` for a menu, nothing for a free document."""
    if wanted.kind is DocumentKind.MENU:
        locale = wanted.locale or FALLBACK_LOCALE
        currency = wanted.currency or FALLBACK_CURRENCY
        return first_update(PlainMenu(locale, currency), id, user_id)
    if wanted.locale is not None or wanted.currency is not None:
        raise ProtocolViolation("Only a menu has a locale and a currency.", reason="not_a_menu")
    return None


def _answer(document: Document, access: Access) -> DocumentAnswer:
    return DocumentAnswer(
        id=document.id,
        kind=document.kind,
        title=document.title,
        restaurant=document.restaurant_id,
        epoch=document.epoch,
        created_at=document.created_at,
        access=access,
    )


def _bad_id(sentence: str) -> ProtocolViolation:
    return ProtocolViolation(f"{sentence}.", reason="bad_document_name")


def _gone() -> DocumentGone:
    return DocumentGone("There is no such document.", reason="document_not_found")
