"""A menu written anew: the same content without the history that led to it.

A document remembers every write that was overwritten and every tab that wrote (measured: 10 bytes
for a price, 20 for a word, whatever compaction does). The only way to let go of it is another
document with the same content, under client ids that the old one never saw.

Rule 1: nothing that a menu reads gets lost: deleted parts, texts of all locales, every candidate of
        every register with its author and time, so that open questions stay open.
Rule 2: what was made is read back and compared before anybody may store it.
Rule 3: the client id is neither one of the old document nor the one of first contents: in both
        histories the same id would name different things, and two clients would never notice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pycrdt import Doc, Map, Text

from collab.documents.document import MenuDocument
from collab.documents.rebuild import rebuild
from collab.edits.writing import SEED_CLIENT_ID
from collab.errors import NotRenewable
from collab.menus.menu import Item, ModifierGroup, Parts, Section
from collab.menus.reading import read_parts
from collab.menus.registers import Candidate, Registers, replica_of
from collab.menus.schema import DESCRIPTION, GROUPS, ITEMS, META, NAME, NOTE, SECTIONS
from collab.records import StoredDocument
from collab.updates.admission import STORED_LIMITS, read_update

# Below it a menu opens in a few milliseconds, so there is nothing to gain.
WORTHWHILE_FROM_BYTES = 512 * 1024
WORTHWHILE_TIMES = 4

Part = Section | Item | ModifierGroup


@dataclass(frozen=True, slots=True)
class Renewed:
    """A document in the place of another one."""

    before: bytes  # the whole old document, as one Yjs update_v1
    after: bytes  # the new one
    client_ids: frozenset[int]  # every Yjs client id that wrote in the old one


def renew(stored: StoredDocument, draw_client_id: Callable[[], int]) -> Renewed:
    """Write the menu in a stored document anew.

    draw_client_id: gives 32 random bits; one that nobody ever used in this menu is taken.
    Raises NotRenewable when something would get lost: parts of the log are missing (reason
    "log_hole") or cannot be read ("poison"), saved edits still wait for others ("edits_waiting"),
    or the new document reads differently ("renewed_unequal"). StoreError as `rebuild`.
    """
    old = _whole(stored)
    used = {*old.clocks, *stored.client_ids, *stored.former_client_ids, SEED_CLIENT_ID}
    client_id = draw_client_id()
    while client_id in used:
        client_id = draw_client_id()
    parts = read_parts(old)
    after = renewed_update(parts, client_id)
    if not is_same_content(parts, _parts_of(after)):
        raise _refused("it would not read the same afterwards", "renewed_unequal")
    return Renewed(old.full_state(), after, frozenset(old.clocks))


def renewed_update(parts: Parts, client_id: int) -> bytes:
    """The content of a menu as the first update of a new document, as one Yjs update_v1."""
    document = MenuDocument(limit_bytes=None, client_id=client_id)

    def write(doc: Doc[Any]) -> None:
        meta: Map[Any] = doc.get(META, type=Map)
        for key in sorted(parts.meta):
            meta[key] = parts.meta[key]
        known: tuple[tuple[str, Mapping[str, Part]], ...] = (
            (SECTIONS, parts.sections),
            (GROUPS, parts.groups),
            (ITEMS, parts.items),
        )
        for root, found in known:
            container: Map[Any] = doc.get(root, type=Map)
            for id in sorted(found):
                container[id] = _made(found[id], replica_of(client_id))

    return document.changed_by(write) or document.full_state()


def is_same_content(one: Parts, other: Parts) -> bool:
    """Whether two menus are equal but for the replicas under which registers were written."""
    return _without_replicas(one) == _without_replicas(other)


def is_worthwhile(size_bytes: int, renewed_bytes: int) -> bool:
    """Whether a menu is so much larger than its content that people notice."""
    return size_bytes > WORTHWHILE_FROM_BYTES and size_bytes > WORTHWHILE_TIMES * renewed_bytes


def _whole(stored: StoredDocument) -> MenuDocument:
    """The document, if all that was ever saved of it is there."""
    if stored.missing:
        raise _refused("edits are missing in its log, and clients may bring them back", "log_hole")
    rebuilt = rebuild(stored)
    if rebuilt.poison:
        raise _refused("an update in its log cannot be read", "poison")
    if rebuilt.waiting or rebuilt.document.pending:
        raise _refused("saved edits of it wait for others that never came", "edits_waiting")
    return rebuilt.document


def _made(part: Part, replica: str) -> Map[Any]:
    fields: dict[str, object] = {}
    if not isinstance(part, ModifierGroup):
        fields[NAME] = _texts(part.name)
        fields[DESCRIPTION] = _texts(part.description)
    if isinstance(part, Item):
        fields[NOTE] = Text(part.note)
    for name, candidates in part.registers.items():
        fields.update(_entries(name, candidates, replica))
    return Map(fields)


def _texts(texts: Mapping[str, str]) -> Map[Text]:
    return Map({locale: Text(text) for locale, text in texts.items()})


def _entries(name: str, candidates: tuple[Candidate, ...], replica: str) -> dict[str, object]:
    """The keys of a register; the one that is read is still the one that is read.

    Of two with the same time the greater replica is read, so they are numbered upwards, in as many
    digits as the last one has.
    """
    own, digits = f"{name}@{replica}", len(str(len(candidates) - 1))
    return {
        f"{own}.{number:0{digits}}" if number else own: [one.value, one.user_id, one.ms]
        for number, one in enumerate(reversed(candidates))
    }


def _parts_of(update: bytes) -> Parts:
    document = MenuDocument(limit_bytes=None)
    document.receive(update, read_update(update, STORED_LIMITS), answers_step1=True)
    return read_parts(document)


def _without_replicas(parts: Parts) -> Parts:
    return Parts(
        parts.meta,
        {id: replace(one, registers=_bare(one.registers)) for id, one in parts.sections.items()},
        {id: replace(one, registers=_bare(one.registers)) for id, one in parts.items.items()},
        {id: replace(one, registers=_bare(one.registers)) for id, one in parts.groups.items()},
    )


def _bare(registers: Registers) -> Registers:
    return {
        name: tuple(replace(one, replica="") for one in candidates)
        for name, candidates in registers.items()
    }


def _refused(why: str, reason: str) -> NotRenewable:
    return NotRenewable(f"The menu cannot be renewed: {why}.", reason=reason)
