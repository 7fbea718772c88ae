"""What a menu's registers must hold, and which conflicts that makes, from vector clocks alone.

A write stands unless its author, or the author of another write, knew of a later one: of all writes
of a register those stay that no other write's author had seen. Nothing here reads a register.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from tests.live.menu_clients import Made, MenuReplica, replica_id

Register = tuple[str, str, str]  # root, id, name
Entry = tuple[str, str, str, int]  # replica, value as JSON, user, ms
Target = tuple[str, str, str, str]  # kind, root, id, field

ASKING: Final = (
    ("price", "prices"),
    ("allergen:", "allergens"),
    ("diet:", "diets"),
    ("loc", "moves"),
)


def writes_of(made: Iterable[Made]) -> dict[Register, list[tuple[Made, Any]]]:
    """All writes of registers that were carried out, with their values."""
    writes: dict[Register, list[tuple[Made, Any]]] = defaultdict(list)
    for one in made:
        edit = one.edit
        if one.is_done and edit["kind"] == "set":
            writes[edit["root"], edit["id"], edit["register"]].append((one, edit["value"]))
        elif one.is_done and edit["kind"] == "create":
            for register, value in edit["registers"].items():
                writes[edit["root"], edit["id"], register].append((one, value))
    return writes


def standing(writes: list[tuple[Made, Any]]) -> set[Entry]:
    """What a register holds after these writes, once everybody has everything."""
    return {
        (replica_id(one.client), _plain(value), one.edit["user"], one.ms)
        for one, value in writes
        if not any(other.knew(one) for other, _ in writes)
    }


def entries_in(replica: MenuReplica, register: Register) -> set[Entry]:
    """What the register holds in a document."""
    root, id, name = register
    fields = replica.at(root, [id])
    found = ((key.rpartition("@"), fields[key]) for key in fields.keys())
    return {
        (owner, _plain(entry[0]), entry[1], int(entry[2]))
        for (known, _, owner), entry in found
        if known == name
    }


def expected_conflicts(held: Mapping[Register, set[Entry]]) -> set[Target]:
    """Where people have to be asked, from what the registers must hold.

    held: of every register that was written. What is deleted has no other conflict than that
    somebody wrote in it after.
    """
    found = {
        (kind, root, id, name)
        for (root, id, name), entries in held.items()
        if (kind := _kind(name)) is not None
        and _disagree(entries)
        and not _is_gone(held, root, id, name)
    }
    marks = {register for register in held if register[2].rpartition(":")[2] == "deleted"}
    return found | {("deleted", *mark) for mark in marks if _is_edited_after(held, mark)}


def possible_conflicts(writes: Mapping[Register, list[tuple[Made, Any]]]) -> set[Target]:
    """Deletions with a write in the same part that their author had not seen, by somebody else.

    Whether anybody is asked depends on which of the two arrived first.
    """
    found: set[Target] = set()
    for (root, id, name), marks in writes.items():
        if name.rpartition(":")[2] != "deleted":
            continue
        mark, value = max(marks, key=lambda write: (write[0].ms, replica_id(write[0].client)))
        start = name.removesuffix("deleted")
        others = (
            one
            for (other_root, other_id, other), made in writes.items()
            if (other_root, other_id) == (root, id) and other.startswith(start) and other != name
            for one, _ in made
        )
        if value is True and any(
            one.edit["user"] != mark.edit["user"] and not mark.knew(one) for one in others
        ):
            found.add(("deleted", root, id, name))
    return found


def _is_edited_after(held: Mapping[Register, set[Entry]], mark: Register) -> bool:
    """Whether a deletion is doubtful: restored at once, or written in later by somebody else."""
    root, id, name = mark
    if name != "deleted" and _latest(held.get((root, id, "deleted"), set())) == "true":
        return False
    if _disagree(held[mark]):
        return True
    if _latest(held[mark]) != "true":
        return False
    _, _, user, ms = max(held[mark], key=_age)
    start = name.removesuffix("deleted")
    return any(
        other[:2] == mark[:2] and other != mark and other[2].startswith(start)
        and late > ms and author != user
        for other, entries in held.items()
        for _, _, author, late in entries
    )  # fmt: skip


def _disagree(entries: set[Entry]) -> bool:
    return len({value for _, value, _, _ in entries}) > 1


def _kind(name: str) -> str | None:
    field = name.split(":", 2)[2] if name.startswith(("var:", "opt:")) else name
    return next((kind for start, kind in ASKING if field.startswith(start)), None)


def _is_gone(held: Mapping[Register, set[Entry]], root: str, id: str, name: str) -> bool:
    """Whether the part, or the choice in it, that has this register reads as deleted."""
    marks = [(root, id, "deleted")] if name != "deleted" else []
    if name.startswith(("var:", "opt:")) and not name.endswith(":deleted"):
        marks.append((root, id, ":".join([*name.split(":")[:2], "deleted"])))
    return any(_latest(held.get(mark, set())) == "true" for mark in marks)


def _latest(entries: set[Entry]) -> str | None:
    return max(entries, key=_age)[1] if entries else None


def _age(entry: Entry) -> tuple[int, str]:
    return entry[3], entry[0]


def _plain(value: Any) -> str:
    return json.dumps(_whole(value), sort_keys=True, ensure_ascii=False)


def _whole(value: Any) -> Any:
    """The engine in Python shows every number as a float."""
    match value:
        case float():
            return int(value) if value.is_integer() else value
        case list():
            return [_whole(one) for one in value]
        case dict():
            return {key: _whole(value[key]) for key in value}
        case _:
            return value
