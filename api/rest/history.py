"""The history of a menu: who changed what, who wrote what stands there, and putting it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from aiohttp import web

from api.menu_edits import change_menu
from api.rest.documents import admitted
from api.rest.history_models import (
    BlameAnswer,
    BlamePart,
    BlameQuery,
    EntryAnswer,
    HistoryList,
    HistoryQuery,
    RestoreAnswer,
    StretchAnswer,
    WriterList,
    WriterName,
)
from api.rest.operation import Call, Operation, json_answer
from api.rest.staff import STAFF_LIMIT
from collab.edits.changes import Change, SetMeta, SetRegister, SetText
from collab.errors import DocumentGone, ProtocolViolation, StructureRefused
from collab.guard.ledger import is_long_text
from collab.menus.menu import Item, Menu, ModifierGroup, Section
from collab.menus.schema import META
from collab.records import Document, DocumentKind, FieldChange
from storage.history import Stretch, Wanted, stretches


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "GET",
            "/menus/{id}/history",
            "listHistory",
            "See who changed which field of a menu, when, from what to what",
            list_entries,
            {200: HistoryList},
            query=HistoryQuery,
            refusals=(400, 401, 403, 404, 422),
        ),
        Operation(
            "GET",
            "/menus/{id}/blame",
            "getBlame",
            "See who changed each field of a menu last",
            blame,
            {200: BlameAnswer},
            query=BlameQuery,
            refusals=(401, 403, 404, 422),
        ),
        Operation(
            "GET",
            "/menus/{id}/writers",
            "listWriters",
            "See the names of those who work, or worked, at a menu",
            list_writers,
            {200: WriterList},
            refusals=(401, 403, 404),
        ),
        Operation(
            "POST",
            "/menus/{id}/history/{entry}/restore",
            "restoreEntry",
            "Put back what a field held before a change",
            restore,
            {200: RestoreAnswer},
            refusals=(401, 403, 404, 409, 413, 422, 503),
        ),
    )


async def list_entries(call: Call) -> web.Response:
    """One page of entries, the latest first, in stretches of one connection."""
    await _menu(call)
    query: HistoryQuery = call.query
    wanted = Wanted(query.item, query.field, query.user, query.door, query.since, query.until)
    before = None if query.after is None else _place(query.after)
    page = await call.house.history.entries(call.id, wanted, before=before, limit=query.limit)
    end = f"{page[-1].at.isoformat()}~{page[-1].id}" if len(page) == query.limit else None
    return json_answer(HistoryList(sessions=[_stretch(one) for one in stretches(page)], next=end))


async def list_writers(call: Call) -> web.Response:
    """The names behind the ids: of whoever had the menu open, or wrote in it."""
    menu = await _menu(call)
    names = await call.house.session_store.names(call.id)
    writers = names.keys() | await call.house.history.writers(call.id)
    for one in await call.house.staff.list(menu.restaurant_id, limit=STAFF_LIMIT):
        # Who never was at this menu is nobody's business; who wanted to be forgotten has no name.
        if one.user_id in writers and one.name != one.user_id:
            names[one.user_id] = one.name
    found = [WriterName(user=user, name=name) for user, name in sorted(names.items())]
    return json_answer(WriterList(writers=found))


async def blame(call: Call) -> web.Response:
    """The last change of each field, by part."""
    await _menu(call)
    query: BlameQuery = call.query
    found = await call.house.history.blame(call.id, query.item)
    parts = [
        BlamePart(root=root, item=part, fields=[_entry(one) for one in changes])
        for (root, part), changes in groupby(found, lambda one: (one.root, one.part_id))
    ]
    return json_answer(BlameAnswer(parts=parts))


async def restore(call: Call) -> web.Response:
    """Put `before` of an entry back, as an ordinary edit of whoever asks."""
    document = await _menu(call)
    entry_id = call.request.match_info["entry"]
    entry = await call.house.history.find(document.id, entry_id)
    if entry is None:
        raise DocumentGone("There is no such entry (any more).", reason="entry_not_found")
    edited = await change_menu(
        call.house, document, call.identity, lambda menu: plan_restore(menu, entry), door="restore"
    )
    return json_answer(RestoreAnswer(changes=edited.changes))


def plan_restore(menu: Menu, entry: FieldChange) -> Sequence[Change]:
    """The change that puts `before` back; none when the field holds it already.

    A part that was created is deleted, which can be taken back in turn.
    Raises DocumentGone when the part is not in the menu; StructureRefused when the field held
    nothing that can be written again.
    """
    if entry.root == META:
        if entry.before is None:
            raise StructureRefused("There was nothing before that.", reason="nothing_before")
        return (SetMeta(entry.field, entry.before),)
    part = _part(menu, entry.root, entry.part_id)
    if part is None:
        raise DocumentGone("What changed there is not in the menu.", reason="part_not_found")
    if not entry.field:  # created; what was there before is a menu without it
        return _register(part, entry, "deleted", True)
    if is_long_text(entry.root, entry.field):
        return _text(part, entry)
    return _register(part, entry, entry.field, entry.before)


def _register(
    part: Section | Item | ModifierGroup, entry: FieldChange, register: str, value: object
) -> Sequence[Change]:
    candidates = part.registers.get(register, ())
    values = [one.value for one in candidates]
    if values == [value] or (value is None and not values):
        return ()
    return (SetRegister(entry.root, entry.part_id, register, value),)


def _text(part: Section | Item | ModifierGroup, entry: FieldChange) -> Sequence[Change]:
    assert not isinstance(part, ModifierGroup)  # its names are registers
    field, _, locale = entry.field.partition(":")
    before = entry.before if isinstance(entry.before, str) else ""
    match field:
        case "name":
            now = part.name.get(locale, "")
        case "desc":
            now = part.description.get(locale, "")
        case _:
            now = part.note if isinstance(part, Item) else ""
    return () if now == before else (SetText(entry.root, entry.part_id, field, locale, before),)


def _part(menu: Menu, root: str, part_id: str) -> Section | Item | ModifierGroup | None:
    parts: Iterable[Section | Item | ModifierGroup]
    match root:
        case "sections":
            parts = (*menu.sections, *menu.deleted_sections)
        case "items":
            parts = (*menu.live_items(), *menu.deleted_items)
        case _:
            parts = (*menu.modifier_groups, *menu.deleted_groups)
    return next((part for part in parts if part.id == part_id), None)


async def _menu(call: Call) -> Document:
    admission = await admitted(call)
    if admission.document.kind is not DocumentKind.MENU:
        raise DocumentGone("There is no such menu.", reason="menu_not_found")
    return admission.document


def _place(after: str) -> tuple[datetime, str]:
    at, _, id = after.partition("~")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ProtocolViolation(
            "`after` must be the `next` of the page before.", reason="bad_cursor"
        )
    return moment, id


def _stretch(stretch: Stretch) -> StretchAnswer:
    return StretchAnswer(
        user=stretch.user_id,
        session=stretch.session_id,
        door=stretch.door,
        since=stretch.since,
        at=stretch.at,
        changes=[_entry(one) for one in stretch.changes],
    )


def _entry(change: FieldChange) -> EntryAnswer:
    return EntryAnswer(
        id=change.id,
        root=change.root,
        item=change.part_id,
        field=change.field,
        before=change.before,
        after=change.after,
        user=change.user_id,
        session=change.session_id,
        door=change.door,
        since=change.since,
        at=change.at,
    )
