"""Multi-value registers: a field that keeps what nobody has seen yet.

Rule 1: the register `price` is the set of keys `price@<replica>` of its map, each holding
        `[value, user id, ms]`. The replica follows the LAST `@`; a code may hold one itself.
Rule 2: a write deletes every key of the register it sees, except its own, and sets its own.
        Several keys left: their writers had not seen each other. All are candidates; the one with
        the greatest (ms, replica) is what the register reads as meanwhile.
Rule 3: a replica is the client id of one Y.Doc in base 36.
Pure: the values come from the engine as plain Python (its numbers are all floats).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LARGEST_INTEGER = 2**53 - 1  # beyond it a JavaScript number does not tell neighbours apart

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One value of a register, and who wrote it when."""

    replica: str
    value: object
    user_id: str
    ms: int  # wall clock of the writer, milliseconds since 1970; 0: part of the first content


Registers = Mapping[str, tuple[Candidate, ...]]


def read_registers(entries: Iterable[tuple[str, object]]) -> dict[str, tuple[Candidate, ...]]:
    """The registers among the entries of a map, by name.

    The candidate that is read comes first. Anything that does not have the form is left out.
    """
    found: dict[str, list[Candidate]] = {}
    for key, entry in entries:
        name, at, replica = key.rpartition("@")
        if not at or not name or not isinstance(entry, list) or len(entry) < 3:
            continue
        ms = integer_of(entry[2])
        if ms is None:
            continue
        user_id = entry[1] if isinstance(entry[1], str) else ""
        found.setdefault(name, []).append(Candidate(replica, normal(entry[0]), user_id, ms))
    return {name: tuple(sorted(found[name], key=_age, reverse=True)) for name in sorted(found)}


def value_of(registers: Registers, name: str) -> object:
    """What the register reads as; None when it was never written."""
    candidates = registers.get(name)
    return candidates[0].value if candidates else None


def register_name(key: str) -> str | None:
    """The register that a key of a map belongs to; None when it is another kind of key."""
    name, at, _ = key.rpartition("@")
    return name if at and name else None


def replica_of(client_id: int) -> str:
    """The replica id of a Y.Doc: its client id in base 36, as JavaScript writes it."""
    digits = ""
    while True:
        client_id, digit = divmod(client_id, 36)
        digits = _DIGITS[digit] + digits
        if client_id == 0:
            return digits


def integer_of(value: object) -> int | None:
    """A whole number that survives JavaScript, whatever type it came as; else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER or value != int(value):
        return None
    return int(value)


def text_of(value: object) -> str | None:
    """A text that says something; else None."""
    return value if isinstance(value, str) and value else None


def strings_of(value: object) -> list[str]:
    """The texts in a list; nothing for what is no list."""
    return [part for part in value if isinstance(part, str)] if isinstance(value, list) else []


def normal(value: object) -> object:
    """A value with whole floats as the integers they were, at every depth."""
    if isinstance(value, float):
        whole = integer_of(value)
        return value if whole is None else whole
    if isinstance(value, list):
        return [normal(part) for part in value]
    if isinstance(value, dict):
        return {key: normal(value[key]) for key in sorted(value)}
    return value


def _age(candidate: Candidate) -> tuple[int, str]:
    return candidate.ms, candidate.replica
