"""Edits of a menu by programs: planned, checked and applied in its live room.

Everything that REST changes in a menu goes through `change_menu`, so it has the same rights, the
same history and the same conflicts as an edit in a browser, and live editors see it at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collab.edits.changes import Change, Create, SetMeta, SetRegister, SetText
from collab.edits.writing import edit_of, rehearse
from collab.errors import LockRefused, RightWithdrawn, StructureRefused
from collab.guard.rights import field_of, may_write
from collab.identity import Access, Identity, access_to
from collab.menus.menu import Menu
from collab.menus.schema import TEXT_LIMIT_CHARACTERS, value_problem
from collab.records import Document, DocumentKind
from rooms.lock_table import LockTable

if TYPE_CHECKING:
    from api.house import House

REHEARSE_FROM_CHANGES = 100  # a copy of the document costs about as much as applying so many

Plan = Callable[[Menu], Sequence[Change]]


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit did."""

    changes: int  # 0: it was all so already


async def change_menu(
    house: House,
    document: Document,
    identity: Identity,
    plan: Plan,
    *,
    door: str = "rest",
    resolution: Mapping[str, object] | None = None,
) -> Edited:
    """Change a menu as `identity`; returns when it is on disk.

    plan: from the menu as it stands to the changes, without waiting; nobody edits in between.
    door: what the history says. resolution: what is noted in the conflicts that this edit ends.
    Raises RightWithdrawn for a field that this person may not write, LockRefused for one that
    somebody else holds under strict locks, StructureRefused for a value out of form, TooLarge,
    DocumentGone, StoreError, and what `plan` raises; then nothing was changed.
    Cancelling leaves it changed, but perhaps not saved yet.
    """
    if document.kind is not DocumentKind.MENU:
        raise StructureRefused("This document is not a menu.", reason="not_a_menu")
    if access_to(identity, document) is not Access.WRITE:
        raise RightWithdrawn("You may not change this menu.", reason="read_only")
    async with house.lobby.lease(document.id) as room:
        await house.locks.ready(room)
        # From here to `room.edit` nothing waits, so nobody changes the menu in between.
        changes = tuple(plan(room.keeper.menu()))
        check_changes(identity, changes)
        check_locks(room.locks, identity, changes, house.clock.monotonic())
        if changes:
            edit = edit_of(changes, identity.user_id, int(house.clock.utc().timestamp() * 1000))
            if len(changes) >= REHEARSE_FROM_CHANGES:
                rehearse(room.document, edit, house.config.document_limit_bytes)
            room.document.check_size(sum(map(_size_of, changes)))
            room.edit(edit, identity.user_id, door=door, resolution=resolution)
        await house.journal.flush()
    return Edited(len(changes))


def check_changes(identity: Identity, changes: Sequence[Change]) -> None:
    """Raises RightWithdrawn or StructureRefused unless `identity` may make all of them."""
    for change in changes:
        root, part_id, field = field_of(change)
        place = "/".join(part for part in (root, part_id, field) if part)
        if not may_write(identity, root, field):
            raise RightWithdrawn(f"You may not change {place}.", reason="field_forbidden")
        problem = _problem(change)
        if problem is not None:
            raise StructureRefused(f"The value of {place} must be {problem}.", reason="bad_value")


def check_locks(
    locks: LockTable, identity: Identity, changes: Sequence[Change], now_monotonic: float
) -> None:
    """Raises LockRefused when locks are strict and somebody else holds one of the fields.

    A program has no connection that could hold a field, so its person's locks count as its own.
    """
    for change in changes if locks.is_strict else ():
        root, part_id, field = field_of(change)
        holder = locks.holder(root, part_id, field, now_monotonic)
        if holder is not None and holder.user_id != identity.user_id:
            place = "/".join(part for part in (root, part_id, field) if part)
            raise LockRefused(f"{holder.user_name} is working on {place}.", reason="locked")


def _problem(change: Change) -> str | None:
    match change:
        case SetMeta():
            return None
        case SetRegister(root, _, register, value):
            return value_problem(root, register, value)
        case SetText(_, _, field, _, text):
            limit = TEXT_LIMIT_CHARACTERS[field]
            return None if len(text) <= limit else f"at most {limit} characters long"
        case Create(root, _):
            problems = (
                value_problem(root, name, value) for name, value in change.registers.items()
            )
            return next((problem for problem in problems if problem is not None), None)


def _size_of(change: Change) -> int:
    """More or less the bytes that a change adds to the document."""
    match change:
        case SetText(_, _, _, _, text):
            return 40 + 3 * len(text)
        case Create():
            texts = (*change.name.values(), *change.description.values())
            return 200 + 3 * sum(map(len, texts)) + 60 * len(change.registers)
        case SetMeta() | SetRegister():
            return 60 + len(str(change.value))
