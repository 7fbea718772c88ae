"""Menus as plain JSON: read, patched, edited by name.

A patch or batch is planned against the menu of the live room at the moment of writing, so it
merges with what others write at the same time, and If-Match is judged there too.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from aiohttp import hdrs, web

from api.house import House
from api.json_body import decode_json
from api.menu_edits import change_menu
from api.menu_file import MenuFile, plain_of
from api.rest.documents import admitted
from api.rest.menus_models import EditsAnswer, JsonPatch, MergePatch, NewEdits, PatchAnswer
from api.rest.operation import Call, Operation, json_answer, tagged_answer
from collab.documents.document import MenuDocument
from collab.edits.changes import Change
from collab.edits.diffing import plan_target
from collab.edits.named_edits import (
    AddGroup,
    AddItem,
    AddOption,
    AddSection,
    AddVariation,
    NamedEdit,
)
from collab.edits.patching import json_patched, merge_patched
from collab.edits.planning import plan_edits
from collab.errors import DocumentGone, PreconditionFailed, ProtocolViolation
from collab.menus.menu import Menu
from collab.menus.plain_json import plain_json
from collab.menus.plain_menu import check_plain
from collab.records import Document, DocumentKind

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
REFUSALS = (400, 401, 403, 404, 412, 413, 422, 503)

Patched = Callable[[dict[str, object], Any], dict[str, Any]]

_PATCHES: dict[str, Patched] = {
    MERGE_PATCH: merge_patched,
    JSON: merge_patched,
    JSON_PATCH: json_patched,
}


class PlainMenus:
    """Plain menus as encoded last: that takes some 10 ms for 255 items.

    One per application.
    """

    def __init__(self) -> None:
        self._encoded: WeakKeyDictionary[MenuDocument, tuple[int, bytes, str]] = WeakKeyDictionary()

    async def show(self, call: Call) -> web.Response:
        """The menu as plain JSON. The ETag is the sha256 of its canonical JSON."""
        body, etag = await self.read(call)
        return tagged_answer(call.request, body, etag, JSON)

    async def read(self, call: Call) -> tuple[bytes, str]:
        """The plain JSON and its tag, if the asker may read the menu."""
        return await self._read(call.house, await _admitted_menu(call))

    async def patch(self, call: Call) -> web.Response:
        """Change what a merge patch or JSON patch says."""
        document = await _admitted_menu(call)
        patched, patch = await _read_patch(call.request)
        tags = _wanted_tags(call.request)

        def plan(menu: Menu) -> Sequence[Change]:
            plain = plain_json(menu)
            _check_tag(tags, plain)
            target = plain_of(msgspec.convert(patched(plain, patch), MenuFile))
            check_plain(target)
            return plan_target(menu, target, _random_id)

        done = await change_menu(call.house, document, call.identity, plan)
        body, etag = await self._read(call.house, document)
        answer = {"changes": done.changes, "etag": etag, "menu": msgspec.Raw(body)}
        return json_answer(answer, headers={hdrs.ETAG: f'W/"{etag}"'})

    async def edit(self, call: Call) -> web.Response:
        """Do a batch of named edits."""
        document = await _admitted_menu(call)
        wanted: NewEdits = call.body
        tags = _wanted_tags(call.request)
        ids: list[str | None] = []

        def plan(menu: Menu) -> Sequence[Change]:
            if tags:
                _check_tag(tags, plain_json(menu))
            edits = [_with_id(edit.named(menu.locale)) for edit in wanted.edits]
            ids[:] = [_added_id(edit) for edit in edits]
            return plan_edits(menu, edits, _random_id)

        done = await change_menu(call.house, document, call.identity, plan)
        _, etag = await self._read(call.house, document)
        answer = EditsAnswer(changes=done.changes, etag=etag, ids=ids)
        return json_answer(answer, headers={hdrs.ETAG: f'W/"{etag}"'})

    async def _read(self, house: House, document: Document) -> tuple[bytes, str]:
        async with house.lobby.lease(document.id) as room:
            known = self._encoded.get(room.document)
            if known is None or known[0] != room.document.version:
                plain = plain_json(room.keeper.menu())
                known = (room.document.version, msgspec.json.encode(plain), tag_of(plain))
                self._encoded[room.document] = known
        return known[1], known[2]


def operations(shown: PlainMenus) -> tuple[Operation, ...]:
    """Reading and changing. shown: the plain menus as encoded last."""
    return (
        Operation(
            "GET",
            "/menus/{id}",
            "getMenu",
            "Read a menu as plain JSON",
            shown.show,
            {200: MenuFile, 304: None},
        ),
        Operation(
            "PATCH",
            "/menus/{id}",
            "patchMenu",
            "Change a menu by JSON Merge Patch or JSON Patch; concurrent edits merge",
            shown.patch,
            {200: PatchAnswer},
            files={MERGE_PATCH: MergePatch, JSON: MergePatch, JSON_PATCH: JsonPatch},
            refusals=(*REFUSALS, 415),
        ),
        Operation(
            "POST",
            "/menus/{id}/edits",
            "editMenu",
            "Change a menu by a batch of named edits; concurrent edits merge",
            shown.edit,
            {200: EditsAnswer},
            body=NewEdits,
            refusals=REFUSALS,
        ),
    )


def tag_of(plain: dict[str, object]) -> str:
    """The entity tag of a menu, from its plain JSON.

    Canonical: keys sorted, no spaces, so that equal menus have equal tags everywhere. State
    vectors would not do: they do not see deletes.
    """
    canonical = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


async def _admitted_menu(call: Call) -> Document:
    admission = await admitted(call)
    if admission.document.kind is not DocumentKind.MENU:
        raise DocumentGone("There is no such menu.", reason="menu_not_found")
    return admission.document


async def _read_patch(request: web.Request) -> tuple[Patched, Any]:
    patched = _PATCHES.get(request.content_type)
    if patched is None:
        raise web.HTTPUnsupportedMediaType
    try:
        return patched, decode_json(await request.read(), Any)
    except RecursionError:
        raise ProtocolViolation("The JSON nests too deep.", reason="invalid_json") from None


def _wanted_tags(request: web.Request) -> frozenset[str]:
    """The tags of If-Match; empty when any menu will do.

    Ours are weak, because bodies may go out compressed; they are compared all the same: they say
    that the content is equal, and nothing else is judged here.
    """
    tags = frozenset(tag.value for tag in request.if_match or ())
    return frozenset() if "*" in tags else tags


def _check_tag(tags: frozenset[str], plain: dict[str, object]) -> None:
    if tags and (tag := tag_of(plain)) not in tags:
        raise PreconditionFailed(
            "The menu was changed meanwhile; read it again and look whether your edit still fits.",
            tag=tag,
        )


def _with_id(edit: NamedEdit) -> NamedEdit:
    """What is added gets its id here, so that the answer can name it."""
    match edit:
        case AddSection(content) if content.id is None:
            return replace(edit, content=replace(content, id=_random_id()))
        case AddItem(_, content) if content.id is None:
            return replace(edit, content=replace(content, id=_random_id()))
        case AddVariation(_, content) if content.id is None:
            return replace(edit, content=replace(content, id=_random_id()))
        case AddGroup(content) if content.id is None:
            return replace(edit, content=replace(content, id=_random_id()))
        case AddOption(_, content) if content.id is None:
            return replace(edit, content=replace(content, id=_random_id()))
        case _:
            return edit


def _added_id(edit: NamedEdit) -> str | None:
    if isinstance(edit, AddSection | AddItem | AddVariation | AddGroup | AddOption):
        return edit.content.id
    return None


def _random_id() -> str:
    return secrets.token_hex(8)
