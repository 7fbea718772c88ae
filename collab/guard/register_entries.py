"""What may be written into a register, and in whose name.

An entry is [value, user id, milliseconds]. A key `f@R` may only be set by the client whose id is R
in base 36: an undo of a stock client would otherwise write in the name of another device, and a
price would get lost.
"""

from __future__ import annotations

from typing import Any

from collab.guard.structure import Resolved
from collab.menus.registers import integer_of, normal, replica_of
from collab.menus.schema import value_problem
from collab.updates.contents import DELETED

LIMIT_USER_CHARACTERS = 255  # of the user id that a register shows


def foreign_keys(resolved: Resolved) -> set[tuple[str, ...]]:
    """Paths of registers that were set by a client whose replica they do not name."""
    found: set[tuple[str, ...]] = set()
    for item, slot in resolved.items:
        if not slot.is_entry or len(slot.path) != 3 or item[3] == DELETED:
            continue
        _, at, replica = slot.path[2].rpartition("@")
        if at and replica.partition(".")[0] != replica_of(item[0]):
            found.add(slot.path)
    return found


def misfit_of(root: str, register: str, written: list[tuple[str, Any]]) -> str | None:
    """What is wrong with what was written into a register; None when it is all in order."""
    for _, entry in written:
        if not _is_entry(entry):
            return "a value is written as [value, user id, milliseconds]"
        problem = value_problem(root, register, normal(entry[0]))
        if problem is not None:
            return f"it must be {problem}"
    return None


def _is_entry(entry: object) -> bool:
    """Whether this is exactly what a register is made of."""
    if not isinstance(entry, list) or len(entry) != 3:
        return False
    _, user_id, ms = entry
    whole = integer_of(ms)
    is_user = isinstance(user_id, str) and len(user_id) <= LIMIT_USER_CHARACTERS
    return is_user and whole is not None and whole >= 0
