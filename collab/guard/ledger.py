"""The history of a menu as it is written: one entry for each change of a field.

Rule: letters are no history. Changes of one text by one person belong to one entry for as long as
no pause between them is longer than 30 s; the entry keeps what the text was before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from collab.guard.findings import Changed
from collab.guard.rights import Area, area_of
from collab.records import FieldChange

PAUSE = timedelta(seconds=30)
LIMIT_OPEN = 1_000  # entries that may go on; more only makes more entries


@dataclass(frozen=True, slots=True)
class Author:
    """Who changed something, from where."""

    user_id: str
    session_id: str
    door: str


class Ledger:
    """The entries of one menu. make_id: a new unique id."""

    def __init__(self, make_id: Callable[[], str]) -> None:
        self._make_id = make_id
        self._open: dict[tuple[str, str, str, str], FieldChange] = {}
        self._latest: dict[tuple[str, str, str], FieldChange] = {}  # of each text
        self._unsaved: dict[str, FieldChange] = {}

    @property
    def has_news(self) -> bool:
        """Whether there are entries to save."""
        return bool(self._unsaved)

    def record(self, changes: Iterable[Changed], author: Author, at: datetime) -> None:
        """Write down what somebody changed. at: aware, UTC."""
        for changed in changes:
            entry = self._entry(changed, author, at)
            self._unsaved[entry.id] = entry

    def latest(self, root: str, part_id: str, field: str) -> FieldChange | None:
        """The last entry about a text, if it was changed lately."""
        return self._latest.get((root, part_id, field))

    def take(self) -> tuple[FieldChange, ...]:
        """Entries that are new or went on since this was called last."""
        unsaved, self._unsaved = tuple(self._unsaved.values()), {}
        return unsaved

    def _entry(self, changed: Changed, author: Author, at: datetime) -> FieldChange:
        place = (changed.root, changed.part_id, changed.field)
        is_text = is_long_text(changed.root, changed.field)
        known = self._open.get((*place, author.user_id)) if is_text else None
        if known is not None and at - known.at <= PAUSE and known.session_id == author.session_id:
            entry = replace(known, after=changed.after, at=at)
        else:
            entry = FieldChange(
                self._make_id(),
                *place,
                changed.before,
                changed.after,
                author.user_id,
                author.session_id,
                author.door,
                at,
                at,
            )
        if is_text:
            self._remember(place, entry)
        return entry

    def _remember(self, place: tuple[str, str, str], entry: FieldChange) -> None:
        if len(self._open) >= LIMIT_OPEN:
            self._open.clear()
            self._latest.clear()
        self._open[(*place, entry.user_id)] = entry
        self._latest[place] = entry


def is_long_text(root: str, field: str) -> bool:
    """Whether a field is a text that is typed, and not a register."""
    is_typed = field == "note" or field.startswith(("name:", "desc:"))
    return is_typed and root in ("sections", "items") and area_of(root, field) in _TYPED


_TYPED = frozenset({Area.TEXTS, Area.NOTES})
