"""What goes in and out about conflicts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from api.rest.models import Answer, Incoming, Page, Problem
from collab.conflicts.kinds import ConflictKind, Severity
from collab.conflicts.resolution import Remedy
from storage.conflicts import ConflictState


class ConflictQuery(Incoming, frozen=True):
    """Which conflicts to list."""

    state: ConflictState = ConflictState.OPEN
    severity: Severity | None = None
    after: str | None = None
    limit: Page = 100


class ConflictAnswer(Answer, frozen=True):
    """Something about a menu that a person should look at.

    `candidates` hold `value` and, where it is known, `user`, `ms`, `replica`; the one that is
    shown meanwhile comes first. `stale`: written long before the others, without a connection.
    """

    id: str
    key: str
    kind: ConflictKind
    severity: Severity  # nothing is published while an error stands
    root: str
    part: str
    field: str
    candidates: list[dict[str, Any]]
    opened_at: datetime
    closed_at: datetime | None
    resolved_by: str | None
    resolution: dict[str, Any] | None


class ConflictList(Answer, frozen=True):
    """One page of conflicts, the newest first; `next` is the `after` of the next page."""

    conflicts: list[ConflictAnswer]
    next: str | None


class Resolution(Incoming, frozen=True):
    """How to end a conflict: exactly one of `keep`, `value` and `choice`."""

    keep: int | None = None  # a candidate, counted from 0
    value: Any = UNSET  # a new value
    choice: Remedy | None = None
    # The section to move to, the item to rename or to keep, the variation or option to restore.
    target: str | None = None
    # With `keep`: the value that was seen there; the answer is 409 when it is another one by now.
    expected: Any = UNSET

    def ways(self) -> int:
        """How many ways are named."""
        has_value = not isinstance(self.value, UnsetType)
        return (self.keep is not None) + has_value + (self.choice is not None)


class ResolutionAnswer(Answer, frozen=True):
    """What a resolution did."""

    changes: int
    conflict: ConflictAnswer  # closed, unless something else keeps it open


class Blocked(Problem, frozen=True):
    """Nothing was published: these errors stand."""

    conflicts: list[ConflictAnswer]


def as_json(value: Any) -> dict[str, Any]:
    """A struct as plain JSON without what was not given."""
    plain: dict[str, Any] = msgspec.to_builtins(value)
    return {key: one for key, one in plain.items() if one is not None}
