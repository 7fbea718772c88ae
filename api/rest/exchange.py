"""Menus in and out of files: our own JSON, schema.org, Square, spreadsheets."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from secrets import token_hex

import msgspec
from aiohttp import hdrs, web

from api.exchange import create_menu, known_of, merge_menu
from api.menu_edits import check_changes
from api.menu_file import MenuFile
from api.menu_formats import FORMATS, FormatName, format_of, read_file, write_file
from api.rest.documents import admitted, check_new_id
from api.rest.exchange_models import (
    ExportQuery,
    ExportReport,
    ImportAnswer,
    ImportQuery,
    remark_answers,
)
from api.rest.menus import PlainMenus
from api.rest.operation import Call, Operation, json_answer, tagged_answer
from api.rest.restaurants import require, restaurant_for
from api.rest.versions_models import DifferenceAnswer
from collab.edits.merging import plan_merge
from collab.edits.writing import edit_of, first_update, rehearse
from collab.errors import (
    DocumentGone,
    ProtocolViolation,
    StructureRefused,
    TooLarge,
)
from collab.formats.report import Known
from collab.identity import Act
from collab.menus.menu import Menu
from collab.menus.plain_json import plain_json
from collab.menus.plain_menu import PlainMenu
from collab.menus.reading import read_menu
from collab.records import Document, DocumentKind
from collab.versions.difference import MenuDifference, difference

REMARKS_HEADER = "Mirepoix-Remarks"

_FILES = {
    "application/json": MenuFile,
    **{FORMATS[name].media_type: None for name in (FormatName.SCHEMA_ORG, FormatName.CSV)},
}


def operations(shown: PlainMenus) -> tuple[Operation, ...]:
    """Import and export. shown: the plain menus as encoded last."""
    exporter = Exporter(shown)
    return (
        Operation(
            "GET",
            "/menus/{id}/export",
            "exportMenu",
            "Download a menu as plain JSON, schema.org, a Square catalog or CSV",
            exporter.export,
            {200: _FILES, 304: None},
            query=ExportQuery,
            refusals=(400, 401, 403, 404, 422),
        ),
        Operation(
            "POST",
            "/menus/{id}/import",
            "importMenu",
            "Create a menu from a file, or merge the file into the menu that is there",
            import_,
            {200: ImportAnswer, 201: ImportAnswer},
            query=ImportQuery,
            files=_FILES,
            refusals=(400, 401, 403, 404, 409, 413, 422, 503),
        ),
    )


async def import_(call: Call) -> web.Response:
    """Create a menu from a file, or bring the file into the menu that is there."""
    query: ImportQuery = call.query
    check_new_id(DocumentKind.MENU, call.id)
    found = await call.house.entrance.find(call.id)
    restaurant = _restaurant(call, query, found)
    require(call.identity, Act.MANAGE_DOCUMENTS, restaurant)
    content = await call.request.read()
    format = query.format or format_of(call.request.content_type)
    known = await known_of(call.house, found, Known(query.locale, query.currency))
    file = await read_file(format, content, known)
    planned = None
    if query.dry_run == "true":
        changes, planned = await _rehearsed(call, file.plain, found)
    elif found is None:
        user, title = call.identity.user_id, query.title or call.id
        await create_menu(call.house, file.plain, restaurant, call.id, title, user)
        changes = 0
    else:
        changes = (await merge_menu(call.house, file.plain, found, call.identity)).changes
    answer = ImportAnswer(
        menu=call.id,
        created=found is None,
        changes=changes,
        sections=len(file.plain.sections),
        items=sum(1 for _ in file.plain.items()),
        dry_run=query.dry_run == "true",
        difference=None if planned is None else msgspec.convert(asdict(planned), DifferenceAnswer),
        remarks=remark_answers(file.report),
    )
    is_created = found is None and not answer.dry_run
    return json_answer(answer, 201 if is_created else 200)


class Exporter:
    """Writes menus as files."""

    def __init__(self, shown: PlainMenus) -> None:
        self._shown = shown

    async def export(self, call: Call) -> web.Response:
        """The menu as a file to keep, or what such a file cannot carry."""
        query: ExportQuery = call.query
        format = FORMATS[query.format]
        if query.format is FormatName.PLAIN and query.report == "false":
            body, etag = await self._shown.read(call)
            answer = tagged_answer(call.request, body, etag, format.media_type)
        else:
            menu = await _menu(call)
            file = await write_file(query.format, menu, decimal_comma=query.decimal == "comma")
            remarks = remark_answers(file.report)
            if query.report == "true":
                return json_answer(ExportReport(menu=call.id, format=query.format, remarks=remarks))
            etag = hashlib.sha256(file.content).hexdigest()
            answer = tagged_answer(call.request, file.content, etag, format.media_type)
            answer.headers[REMARKS_HEADER] = str(len(remarks))
        name = f"{call.id}.{format.extension}"
        answer.headers[hdrs.CONTENT_DISPOSITION] = f'attachment; filename="{name}"'
        return answer


async def _menu(call: Call) -> Menu:
    admission = await admitted(call)
    if admission.document.kind is not DocumentKind.MENU:
        raise DocumentGone("There is no such menu.", reason="menu_not_found")
    async with call.house.lobby.lease(admission.document.id) as room:
        return room.keeper.menu()


async def _rehearsed(
    call: Call, plain: PlainMenu, found: Document | None
) -> tuple[int, MenuDifference | None]:
    """How many changes an import would make, and what they come to in a menu that is there.

    Raises what the import would raise.
    """
    limit_bytes = call.house.config.document_limit_bytes
    if found is None:
        if len(first_update(plain, call.id, call.identity.user_id)) > limit_bytes:
            raise TooLarge("This menu is larger than a document may be.", reason="document_full")
        return 0, None
    if found.kind is not DocumentKind.MENU:
        raise StructureRefused("This document is not a menu.", reason="not_a_menu")
    async with call.house.lobby.lease(found.id) as room:
        menu = room.keeper.menu()
        changes = plan_merge(menu, plain, lambda: token_hex(8))
        check_changes(call.identity, changes)
        if not changes:
            return 0, MenuDifference()
        edit = edit_of(changes, call.identity.user_id, 0)
        then = read_menu(rehearse(room.document, edit, limit_bytes))
    return len(changes), difference(plain_json(menu), plain_json(then))


def _restaurant(call: Call, query: ImportQuery, found: Document | None) -> str:
    if found is None:
        return restaurant_for(call.identity, query.restaurant)
    if query.restaurant not in (None, found.restaurant_id):
        raise ProtocolViolation(
            "The menu belongs to another restaurant than the one named.", reason="wrong_restaurant"
        )
    return found.restaurant_id
