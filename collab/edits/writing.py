"""Writing the server's own changes into a menu: the first content, and imports.

Rule 1: the first content is made in a fresh document with one fixed client id, and stored in the
        transaction that creates the menu. Everything in it is older than every edit (ms 0).
Rule 2: a server edit deletes any replica's key of the register it sets, and sets only its own.
Rule 3: a text changes by the smallest stretch of whole characters that differs.
Rule 4: everything was checked before (`check_plain`): the engine has no rollback.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, assert_never

from pycrdt import Doc, Map, Text

from collab.documents.document import MenuDocument
from collab.edits.changes import Change, Create, SetMeta, SetRegister, SetText
from collab.edits.merging import plan_first
from collab.errors import TooLarge
from collab.menus.menu import ROOTS, SCHEMA
from collab.menus.plain_menu import PlainMenu, check_plain
from collab.menus.registers import register_name, replica_of
from collab.updates.admission import read_update

SEED_CLIENT_ID = 0x4D495245  # 32 bits, as Yjs draws its own; people who number theirs start low
SEED_MS = 0

Edit = Callable[[Doc[Any]], None]


def first_update(plain: PlainMenu, menu_id: str, user_id: str) -> bytes:
    """The first content of a menu, as one Yjs update_v1.

    menu_id: the document's id. user_id: shown as the author of the first values.
    Raises StructureRefused or TooLarge when the menu may not go in.
    """
    check_plain(plain)
    document = MenuDocument(client_id=SEED_CLIENT_ID)
    changes = plan_first(plain, menu_id, SCHEMA)
    update = document.changed_by(edit_of(changes, user_id, SEED_MS))
    assert update is not None  # meta.schema at least
    return update


def rehearse(document: MenuDocument, edit: Edit, limit_bytes: int) -> MenuDocument:
    """Try an edit on a copy of the document, which is returned: what fails there does no harm.

    Raises TooLarge when the document would outgrow its limit, EngineFailed.
    """
    state = document.full_state()
    copy = MenuDocument(limit_bytes=max(limit_bytes, len(state)))
    copy.receive(state, read_update(state), answers_step1=True)
    copy.changed_by(edit)
    if len(copy.full_state()) > limit_bytes:
        raise TooLarge(
            f"the document would outgrow its limit of {limit_bytes} bytes", reason="document_full"
        )
    return copy


def edit_of(changes: Iterable[Change], user_id: str, ms: int) -> Edit:
    """The changes as one edit, for `MenuDocument.changed_by` or `MenuRoom.edit`.

    user_id, ms: what the registers say about who wrote and when (milliseconds since 1970).
    """
    planned = tuple(changes)

    def edit(doc: Doc[Any]) -> None:
        writer = _Writer(doc, user_id, ms)
        for change in planned:
            writer.write(change)

    return edit


class _Writer:
    def __init__(self, doc: Doc[Any], user_id: str, ms: int) -> None:
        self._roots: dict[str, Map[Any]] = {name: doc.get(name, type=Map) for name in ROOTS}
        self._replica = replica_of(doc.client_id)
        self._user_id = user_id
        self._ms = ms

    def write(self, change: Change) -> None:
        match change:
            case SetMeta(key, value):
                self._roots["meta"][key] = value
            case Create():
                self._create(change)
            case SetRegister(root, id, register, value):
                self._set_register(self._roots[root][id], register, value)
            case SetText(root, id, field, locale, text):
                _set_text(self._roots[root][id], field, locale, text)
            case unreachable:
                assert_never(unreachable)

    def _create(self, change: Create) -> None:
        fields: dict[str, object] = {}
        if change.root != "modgroups":
            fields["name"] = _texts(change.name, change.locales)
            fields["desc"] = _texts(change.description, change.locales)
        if change.root == "items":
            fields["note"] = Text(change.note)
        for register, value in change.registers.items():
            fields[f"{register}@{self._replica}"] = self._entry(value)
        self._roots[change.root][change.id] = Map(fields)

    def _set_register(self, fields: Map[Any], register: str, value: object) -> None:
        own = f"{register}@{self._replica}"
        for key in sorted(fields.keys()):
            if key != own and register_name(key) == register:
                del fields[key]
        fields[own] = self._entry(value)

    def _entry(self, value: object) -> list[object]:
        return [value, self._user_id, self._ms]


def _texts(texts: Mapping[str, str], locales: Iterable[str]) -> Map[Any]:
    return Map({locale: Text(texts.get(locale, "")) for locale in locales})


def _set_text(fields: Map[Any], field: str, locale: str, text: str) -> None:
    if field == "note":
        _write_text(fields, field, text)
        return
    texts = fields.get(field)
    if not isinstance(texts, Map):  # not created by a server; two are better than none
        texts = Map()
        fields[field] = texts
    _write_text(texts, locale, text)


def _write_text(container: Map[Any], key: str, text: str) -> None:
    known = container.get(key)
    if isinstance(known, Text):
        replace_text(known, text)
    else:
        container[key] = Text(text)


def replace_text(known: Text, text: str) -> None:
    """Change the smallest stretch; the engine counts UTF-8 bytes, we compare characters."""
    now = str(known)
    if len(known) != len(now.encode()):  # something else than text is in it, so places are unknown
        known.clear()
        known.insert(0, text)
        return
    start = 0
    while start < min(len(now), len(text)) and now[start] == text[start]:
        start += 1
    end = 0
    limit = min(len(now), len(text)) - start
    while end < limit and now[len(now) - 1 - end] == text[len(text) - 1 - end]:
        end += 1
    at = len(now[:start].encode())
    gone = len(now[start : len(now) - end].encode())
    if gone:
        del known[at : at + gone]
    new = text[start : len(text) - end]
    if new:
        known.insert(at, new)
