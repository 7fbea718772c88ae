"""Menus as plain JSON: read, export, import."""

from __future__ import annotations

import hashlib
import json
from weakref import WeakKeyDictionary

import msgspec
from aiohttp import hdrs, web

from api.exchange import Imported, create_menu, merge_menu
from api.menu_file import MenuFile, plain_of
from api.rest.documents import admitted, check_new_id
from api.rest.models import ImportAnswer, ImportQuery
from api.rest.operation import Call, json_answer, tagged_answer
from api.rest.restaurants import require, restaurant_for
from collab.document import MenuDocument
from collab.errors import DocumentGone, ProtocolViolation
from collab.identity import Act
from collab.menu import read_menu
from collab.plain_json import plain_json
from collab.records import Document, DocumentKind

JSON = "application/json"


class PlainMenus:
    """Plain menus as encoded last: reading 255 items takes 20 ms, during which nobody is served.

    One per application.
    """

    def __init__(self) -> None:
        self._encoded: WeakKeyDictionary[MenuDocument, tuple[int, bytes, str]] = WeakKeyDictionary()

    async def show(self, call: Call) -> web.Response:
        """The menu as plain JSON. The ETag is the sha256 of its canonical JSON."""
        body, etag = await self._read(call)
        return tagged_answer(call.request, body, etag, JSON)

    async def export(self, call: Call) -> web.Response:
        """The same as a file to keep."""
        body, etag = await self._read(call)
        answer = tagged_answer(call.request, body, etag, JSON)
        answer.headers[hdrs.CONTENT_DISPOSITION] = f'attachment; filename="{call.id}.json"'
        return answer

    async def _read(self, call: Call) -> tuple[bytes, str]:
        admission = await admitted(call)
        if admission.document.kind is not DocumentKind.MENU:
            raise DocumentGone("There is no such menu.", reason="menu_not_found")
        async with call.house.lobby.lease(admission.document.id) as room:
            document = room.document
            known = self._encoded.get(document)
            if known is None or known[0] != document.version:
                known = (document.version, *_encode(document))
                self._encoded[document] = known
        return known[1], known[2]


async def import_(call: Call) -> web.Response:
    """Create a menu from a file, or bring the file into the menu that is there."""
    query: ImportQuery = call.query
    file: MenuFile = call.body
    check_new_id(DocumentKind.MENU, call.id)
    found = await call.house.entrance.find(call.id)
    restaurant = _restaurant(call, query, found)
    require(call.identity, Act.MANAGE_DOCUMENTS, restaurant)
    plain, user = plain_of(file), call.identity.user_id
    if found is None:
        title = query.title or call.id
        done = await create_menu(call.house, plain, restaurant, call.id, title, user)
    else:
        done = await merge_menu(call.house, plain, found, user)
    return json_answer(_report(call.id, done), 201 if done.is_new else 200)


def _restaurant(call: Call, query: ImportQuery, found: Document | None) -> str:
    if found is None:
        return restaurant_for(call.identity, query.restaurant)
    if query.restaurant not in (None, found.restaurant_id):
        raise ProtocolViolation(
            "The menu belongs to another restaurant than the one named.", reason="wrong_restaurant"
        )
    return found.restaurant_id


def _encode(document: MenuDocument) -> tuple[bytes, str]:
    plain = plain_json(read_menu(document))
    # Canonical: keys sorted, no spaces, so that equal menus have equal tags everywhere. State
    # vectors would not do: they do not see deletes.
    canonical = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return msgspec.json.encode(plain), hashlib.sha256(canonical.encode()).hexdigest()


def _report(menu: str, done: Imported) -> ImportAnswer:
    return ImportAnswer(
        menu=menu,
        created=done.is_new,
        changes=done.changes,
        sections=done.sections,
        items=done.items,
    )
