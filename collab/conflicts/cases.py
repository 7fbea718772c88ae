"""Conflicts over time: when one was opened, who ended it and how.

Rule 1: a conflict that comes back after it was closed is a new case with a new id.
Rule 2: a case ends with the edit that ends it: by a resolution that was asked for, or by anybody
        who edits what it is about. Who that was is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from collab.conflicts.book import Delta
from collab.conflicts.kinds import Conflict, ConflictKind, Severity
from collab.records import ConflictRow, StreamEvent

SERVER = "server"


@dataclass(frozen=True, slots=True)
class Ending:
    """Who edited a part last, and what for."""

    user_id: str
    resolution: Mapping[str, object] | None  # None: just an edit


class Cases:
    """The cases of one menu that stand.

    stored: as the store has them. make_id: a new unique id.
    """

    def __init__(self, stored: Iterable[ConflictRow], make_id: Callable[[], str]) -> None:
        self._standing = {row.key: row for row in stored}
        self._make_id = make_id

    def standing(self) -> list[ConflictRow]:
        """All that stand, by key."""
        return [self._standing[key] for key in sorted(self._standing)]

    def compare(self, conflicts: Mapping[str, Conflict]) -> Delta:
        """What an opened menu has and the store did not know, and the other way round."""
        opened = [one for key, one in conflicts.items() if key not in self._standing]
        gone = [_conflict_of(row) for key, row in self._standing.items() if key not in conflicts]
        known = [conflicts[key] for key in self._standing if key in conflicts]
        changed = [one for one in known if not _is_same(one, self._standing[one.key])]
        return Delta(tuple(opened), tuple(changed), tuple(gone))

    def follow(
        self, delta: Delta, endings: Mapping[tuple[str, str], Ending], at: datetime
    ) -> tuple[list[ConflictRow], list[StreamEvent]]:
        """Rows and events for what changed. endings: by (root, part id)."""
        rows: list[ConflictRow] = []
        events: list[StreamEvent] = []
        for one in delta.opened:
            row = _row_of(one, self._make_id(), at)
            self._standing[one.key] = row
            rows.append(row)
            events.append(_event("conflict.opened", SERVER, row, at))
        for one in delta.changed:
            row = replace(self._standing[one.key], candidates=one.candidates)
            self._standing[one.key] = row
            rows.append(row)
            events.append(_event("conflict.changed", SERVER, row, at))
        for one in delta.closed:
            known = self._standing.pop(one.key, None)
            if known is None:
                continue
            row = _closed(known, _ending_of(known, endings), at)
            rows.append(row)
            events.append(_event("conflict.closed", row.resolved_by or SERVER, row, at))
        return rows, events


def _ending_of(row: ConflictRow, endings: Mapping[tuple[str, str], Ending]) -> Ending | None:
    """Who ended a case: whoever said so, though he edited another part; else its last editor."""
    for ending in endings.values():
        if ending.resolution is not None and ending.resolution.get("conflict") == row.id:
            return ending
    return endings.get((row.root, row.part_id))


def _closed(row: ConflictRow, ending: Ending | None, at: datetime) -> ConflictRow:
    if ending is None:
        return replace(row, closed_at=at)
    resolution = ending.resolution
    if resolution is None or resolution.get("conflict") not in (None, row.id):
        resolution = {"by": "edit"}
    return replace(row, closed_at=at, resolved_by=ending.user_id, resolution=resolution)


def _row_of(conflict: Conflict, id: str, at: datetime) -> ConflictRow:
    return ConflictRow(
        id,
        conflict.key,
        str(conflict.kind),
        str(conflict.severity),
        conflict.root,
        conflict.part_id,
        conflict.field,
        conflict.candidates,
        at,
    )


def _conflict_of(row: ConflictRow) -> Conflict:
    return Conflict(
        row.key,
        ConflictKind(row.kind),
        Severity(row.severity),
        row.root,
        row.part_id,
        row.field,
        row.candidates,
    )


def _is_same(conflict: Conflict, row: ConflictRow) -> bool:
    return list(map(dict, conflict.candidates)) == list(map(dict, row.candidates))


def _event(type: str, actor: str, row: ConflictRow, at: datetime) -> StreamEvent:
    body: dict[str, object] = {
        "id": row.id,
        "kind": row.kind,
        "severity": row.severity,
        "target": {"root": row.root, "id": row.part_id, "field": row.field},
        "candidates": [dict(one) for one in row.candidates],
    }
    if row.closed_at is not None:
        body["resolution"] = dict(row.resolution or {"by": "itself"})
    return StreamEvent(type, actor, body, at)
