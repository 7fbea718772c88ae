"""Setting back what may not stand: small corrections, written as one edit of the server.

Rule 1: a key of somebody else's replica is deleted, never written; what has to stand there again
        comes back under keys of the server's own replica, `f@R`, `f@R.1`, ..., with the user and
        the time that it had.
Rule 2: a text is set back by the smallest stretch that differs, so that carets stay.
Rule 3: only what nobody was ever shown is deleted for good.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from pycrdt import Doc, Map, Text

from collab.edits.writing import Edit, replace_text
from collab.menus.menu import Item, ModifierGroup, Section
from collab.menus.registers import Candidate, Registers, replica_of
from collab.menus.schema import DESCRIPTION, ITEMS, META, NAME, NOTE

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remove:
    """Take a key out of a map."""

    path: Path  # of the map
    key: str


@dataclass(frozen=True, slots=True)
class PutMeta:
    """Give a key of `meta` its value back; None: there was none."""

    key: str
    value: object


@dataclass(frozen=True, slots=True)
class PutText:
    """Give a text its characters back."""

    path: Path  # of the text
    text: str


@dataclass(frozen=True, slots=True)
class PutRegister:
    """Give a register its candidates back."""

    path: Path  # of the part
    register: str
    candidates: tuple[Candidate, ...]
    written: tuple[str, ...]  # keys that were set or deleted


@dataclass(frozen=True, slots=True)
class Remake:
    """Make a part again that was taken away."""

    root: str
    part: Section | Item | ModifierGroup


Repair = Remove | PutMeta | PutText | PutRegister | Remake


def repair_edit(repairs: Sequence[Repair]) -> Edit:
    """The corrections as one edit, for `MenuDocument.changed_by`."""

    def edit(doc: Doc[Any]) -> None:
        for repair in repairs:
            _apply(doc, repair)

    return edit


def _apply(doc: Doc[Any], repair: Repair) -> None:
    match repair:
        case Remove(path, key):
            container = _at(doc, path)
            if isinstance(container, Map) and key in container:
                del container[key]
        case PutMeta(key, value):
            _put_meta(doc.get(META, type=Map), key, value)
        case PutText(path, text):
            _put_text(doc, path, text)
        case PutRegister():
            _put_register(doc, repair)
        case Remake(root, part):
            doc.get(root, type=Map)[part.id] = _made(doc, root, part)
        case unreachable:
            assert_never(unreachable)


def _put_meta(meta: Map[Any], key: str, value: object) -> None:
    if value is not None:
        meta[key] = value
    elif key in meta:
        del meta[key]


def _put_text(doc: Doc[Any], path: Path, text: str) -> None:
    container = _at(doc, path[:-1])
    if not isinstance(container, Map):
        return
    known = container.get(path[-1])
    if isinstance(known, Text):
        replace_text(known, text)
    else:
        container[path[-1]] = Text(text)


def _put_register(doc: Doc[Any], repair: PutRegister) -> None:
    fields = _at(doc, repair.path)
    if not isinstance(fields, Map):
        return
    lost = [
        one for one in repair.candidates if f"{repair.register}@{one.replica}" in repair.written
    ]
    for key in repair.written:
        if key in fields:
            del fields[key]
    for key, one in zip(_free_keys(doc, fields, repair.register, len(lost)), lost, strict=True):
        fields[key] = [one.value, one.user_id, one.ms]


def _free_keys(doc: Doc[Any], fields: Map[Any], register: str, count: int) -> Iterable[str]:
    """Keys of the server's own replica that hold nothing now."""
    own = f"{register}@{replica_of(doc.client_id)}"
    names = [own, *(f"{own}.{number}" for number in range(1, count + len(fields) + 1))]
    return [name for name in names if name not in fields][:count]


def _at(doc: Doc[Any], path: Path) -> object:
    found: object = doc.get(path[0], type=Map)
    for key in path[1:]:
        if not isinstance(found, Map):
            return None
        found = found.get(key)
    return found


def _made(doc: Doc[Any], root: str, part: Section | Item | ModifierGroup) -> Map[Any]:
    fields: dict[str, object] = _entries(part.registers, replica_of(doc.client_id))
    if not isinstance(part, ModifierGroup):
        fields[NAME] = Map({locale: Text(text) for locale, text in part.name.items()})
        fields[DESCRIPTION] = Map({locale: Text(text) for locale, text in part.description.items()})
    if root == ITEMS and isinstance(part, Item):
        fields[NOTE] = Text(part.note)
    return Map(fields)


def _entries(registers: Registers, replica: str) -> dict[str, object]:
    entries: dict[str, object] = {}
    for name, candidates in registers.items():
        for number, one in enumerate(candidates):
            key = f"{name}@{replica}.{number}" if number else f"{name}@{replica}"
            entries[key] = [one.value, one.user_id, one.ms]
    return entries
