"""Versions over REST: publish, look back, compare, roll back, restore."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import msgspec
from aiohttp import web

from api.menu_edits import change_menu
from api.publishing import Blocked, plain_menu, publish_again, publish_menu
from api.rest import conflicts_models
from api.rest.conflicts import admitted_menu, conflict_answer
from api.rest.documents import found
from api.rest.operation import Call, Operation, json_answer
from api.rest.publications import publication_answer
from api.rest.restaurants import require
from api.rest.versions_models import (
    DifferenceAnswer,
    FullVersionAnswer,
    NewPublication,
    NewRestore,
    NewVersion,
    PublishedAnswer,
    RestoreAnswer,
    Restored,
    VersionAnswer,
    VersionList,
    VersionName,
    VersionQuery,
)
from collab.edits.changes import Change
from collab.errors import DocumentGone, ProtocolViolation
from collab.identity import Access, Act, access_to
from collab.menus.menu import Menu
from collab.menus.plain_json import plain_json
from collab.records import Document, DocumentKind
from collab.versions.difference import difference
from collab.versions.restoring import Everything, OneField, What, WholePart, plan_restore
from collab.versions.schedule import Window, effective
from collab.versions.version import Version
from storage.versions import FullVersion, Published

DRAFT, PUBLISHED = "draft", "published"

_READING = (400, 401, 403, 404, 503)
_WRITING = (400, 401, 403, 404, 409, 413, 422, 503)


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "POST",
            "/menus/{id}/versions",
            "publishMenu",
            "Publish the menu as it stands; refused while errors stand, which are listed",
            publish,
            {201: PublishedAnswer, 409: conflicts_models.Blocked},
            body=NewVersion,
            refusals=tuple(status for status in _WRITING if status != 409),
        ),
        Operation(
            "GET",
            "/menus/{id}/versions",
            "listVersions",
            "List the versions of a menu",
            list_all,
            {200: VersionList},
            query=VersionQuery,
            refusals=(*_READING, 422),
        ),
        Operation(
            "GET",
            "/menus/{id}/versions/{number}",
            "getVersion",
            "Read a version",
            show,
            {200: FullVersionAnswer},
            refusals=_READING,
        ),
        Operation(
            "PATCH",
            "/menus/{id}/versions/{number}",
            "nameVersion",
            "Name a version: it is kept for ever",
            name,
            {200: VersionAnswer},
            body=VersionName,
            refusals=_WRITING,
        ),
        Operation(
            "POST",
            "/menus/{id}/versions/{number}/publish",
            "publishVersion",
            "Publish an older version again: roll back, or schedule it",
            publish_old,
            {201: PublishedAnswer},
            body=NewPublication,
            refusals=_WRITING,
        ),
        Operation(
            "GET",
            "/menus/{id}/versions/{number}/difference/{other}",
            "compareVersions",
            "See what differs; `draft` is the menu as it stands, `published` what guests see",
            compare,
            {200: DifferenceAnswer},
            refusals=_READING,
        ),
        Operation(
            "POST",
            "/menus/{id}/restore",
            "restoreMenu",
            "Bring back a field, an item, a section or everything; other edits stay",
            restore,
            {200: RestoreAnswer},
            body=NewRestore,
            refusals=_WRITING,
        ),
    )


async def publish(call: Call) -> web.Response:
    """Make a version and show it to guests."""
    wanted: NewVersion = call.body
    document = await _published_by(call)
    window = _window(wanted, call.house.clock.utc())
    done = await publish_menu(call.house, document, wanted.name, window, call.identity.user_id)
    if isinstance(done, Blocked):
        return _blocked(call, done)
    return await _published(call, document, done)


async def list_all(call: Call) -> web.Response:
    """Versions, the newest first."""
    query: VersionQuery = call.query
    document = await admitted_menu(call)
    versions = await call.house.versions.list(
        document.id, kind=query.kind, before=query.after, limit=query.limit
    )
    is_full = len(versions) == query.limit
    answers = [version_answer(one) for one in versions]
    return json_answer(VersionList(versions=answers, next=versions[-1].number if is_full else None))


async def show(call: Call) -> web.Response:
    """One version with its content."""
    document = await admitted_menu(call)
    version, content = await _version(call, document, _path(call, "number"))
    return json_answer(FullVersionAnswer(**asdict(version), content=dict(content)))


async def name(call: Call) -> web.Response:
    """Give a version a name, or take it away."""
    wanted: VersionName = call.body
    document = await _published_by(call)
    number = _number(_path(call, "number"))
    version = await call.house.versions.name(document.id, number, wanted.name)
    if version is None:
        raise _no_version()
    return json_answer(version_answer(version))


async def publish_old(call: Call) -> web.Response:
    """Show guests an older version again."""
    wanted: NewPublication = call.body
    document = await _published_by(call)
    window = _window(wanted, call.house.clock.utc())
    number = _number(_path(call, "number"))
    done = await publish_again(call.house, document, number, window, call.identity.user_id)
    if done is None:
        raise _no_version()
    return await _published(call, document, done)


async def compare(call: Call) -> web.Response:
    """What differs between two versions."""
    document = await admitted_menu(call)
    before = await _content(call, document, _path(call, "number"))
    after = await _content(call, document, _path(call, "other"))
    found = difference(before, after)
    return json_answer(msgspec.convert(asdict(found), DifferenceAnswer))


async def restore(call: Call) -> web.Response:
    """Bring something back by an edit that goes forward."""
    wanted: NewRestore = call.body
    what = _what(wanted)
    document = await admitted_menu(call)
    version = plain_menu((await _version(call, document, str(wanted.version))).content)

    def plan(menu: Menu) -> Sequence[Change]:
        return plan_restore(menu, version, what, lambda: secrets.token_hex(8))

    may_write = access_to(call.identity, document) is Access.WRITE
    if may_write and wanted.what is Restored.EVERYTHING:  # so that this can be taken back, too
        await call.house.version_keeper.save(document.id, call.identity.user_id)
    done = await change_menu(call.house, document, call.identity, plan, door="restore")
    return json_answer(RestoreAnswer(changes=done.changes))


def version_answer(version: Version) -> VersionAnswer:
    """A version as it goes out."""
    return VersionAnswer(**asdict(version))


async def _published_by(call: Call) -> Document:
    """The menu in the path, if the asker may publish it."""
    document = await found(call)
    require(call.identity, Act.PUBLISH, document.restaurant_id)
    if document.kind is not DocumentKind.MENU:
        raise DocumentGone("There is no such menu.", reason="menu_not_found")
    return document


async def _published(call: Call, document: Document, done: Published) -> web.Response:
    schedule = await call.house.publications.load(document.id)
    assert schedule is not None
    now = effective(schedule.publications, call.house.clock.utc(), schedule.zone)
    answer = PublishedAnswer(
        version=version_answer(done.version),
        publication=publication_answer(done.publication, now),
    )
    return json_answer(answer, 201)


def _blocked(call: Call, blocked: Blocked) -> web.Response:
    code = "conflicts_open"
    call.house.metrics.refused(code)
    answer = conflicts_models.Blocked(
        type="about:blank",
        title="Conflict",
        status=409,
        detail="Nothing is published while these errors stand.",
        code=code,
        conflicts=[conflict_answer(row) for row in blocked.conflicts],
    )
    return web.Response(
        body=msgspec.json.encode(answer),
        status=409,
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )


async def _content(call: Call, document: Document, name: str) -> dict[str, object]:
    """Plain JSON of a version by its number, of the draft, or of what guests see."""
    if name == DRAFT:
        async with call.house.lobby.lease(document.id) as room:
            return plain_json(room.keeper.menu())
    if name == PUBLISHED:
        schedule = await call.house.publications.load(document.id)
        now = call.house.clock.utc()
        shown = schedule and effective(schedule.publications, now, schedule.zone)
        if not shown:
            raise DocumentGone("Nothing is published now.", reason="not_published")
        name = str(shown.number)
    return dict((await _version(call, document, name)).content)


async def _version(call: Call, document: Document, name: str) -> FullVersion:
    version = await call.house.versions.find(document.id, _number(name))
    if version is None:
        raise _no_version()
    return version


def _path(call: Call, name: str) -> str:
    return call.request.match_info[name]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise _no_version()
    return int(text)


def _window(wanted: NewPublication, now: datetime) -> Window:
    return Window(wanted.starts_at or now, wanted.ends_at, wanted.daily_from, wanted.daily_to)


def _what(wanted: NewRestore) -> What:
    if wanted.what is Restored.EVERYTHING:
        return Everything()
    if wanted.id is None:
        raise ProtocolViolation("Give the id of what to bring back.", reason="id_missing")
    match wanted.what:
        case Restored.SECTION:
            return WholePart("sections", wanted.id)
        case Restored.ITEM:
            return WholePart("items", wanted.id)
        case Restored.GROUP:
            return WholePart("modgroups", wanted.id)
    if wanted.field is None:
        raise ProtocolViolation("Give the field to bring back.", reason="field_missing")
    return OneField(wanted.root.value, wanted.id, wanted.field)


def _no_version() -> DocumentGone:
    return DocumentGone("There is no such version.", reason="version_not_found")
