"""The conflicts of one open menu: noticed while edits arrive, looked for shortly afterwards.

What the document shows by itself is found by `ConflictBook`; who edited which text last, and that
two people replaced the same text, is noticed here. `Cases` keeps when a conflict was opened and
who ended it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from collab.conflicts.book import ConflictBook
from collab.conflicts.cases import Cases, Ending
from collab.conflicts.clashes import stands
from collab.conflicts.kinds import Facts, TextClash, TextEdit
from collab.guard.findings import Changed
from collab.guard.ledger import Author, is_long_text
from collab.menus.menu import Item, ModifierGroup, Parts, Section
from collab.records import ConflictRow, MenuState, StreamEvent

Part = tuple[str, str]  # (root, part id)


class ConflictWatch:
    """Watches one menu. state: as stored. make_id: a new unique id."""

    def __init__(self, state: MenuState, make_id: Callable[[], str]) -> None:
        self._book: ConflictBook | None = None
        self._cases = Cases(state.conflicts, make_id)
        self._published = state.published
        self._text_edits = _edits_of(state)
        self._clashes = [
            TextClash(row.root, row.part_id, row.field, row.candidates)
            for row in state.conflicts
            if row.kind == "double_replace"
        ]
        self._touched: dict[Part, Ending] = {}  # since conflicts were looked for
        self._rows: list[ConflictRow] = []
        self._events: list[StreamEvent] = []

    @property
    def is_due(self) -> bool:
        """Whether something happened since conflicts were looked for."""
        return bool(self._touched)

    @property
    def has_news(self) -> bool:
        """Whether there are rows or events to save."""
        return bool(self._rows or self._events)

    def note(
        self,
        changed: Changed,
        author: Author,
        at: datetime,
        resolution: Mapping[str, object] | None = None,
        *,
        is_deleted: bool = False,
    ) -> None:
        """Somebody changed a field.

        resolution: what he says that this resolves. is_deleted: another field than `deleted`, of a
        part that was deleted before this came; registers do not say whether their author knew.
        """
        part = (changed.root, changed.part_id)
        self._touched[part] = Ending(author.user_id, resolution)
        if is_deleted or is_long_text(changed.root, changed.field):
            self._text_edits[part] = TextEdit(author.user_id, int(at.timestamp() * 1000))

    def clash(self, clash: TextClash) -> None:
        """Two people replaced the same text."""
        known = (one for one in self._clashes if _place(one) != _place(clash))
        self._clashes = [*known, clash]

    def settle(self, parts: Parts, at: datetime) -> list[ConflictRow]:
        """Look for conflicts now; those that stand."""
        self._drop_clashes(parts)
        touched, self._touched = self._touched, {}
        if self._book is None:
            self._book = ConflictBook(parts, self._published, self._facts())
            delta = self._cases.compare(self._book.conflicts)
        else:
            delta = self._book.refresh(parts, touched.keys(), self._facts())
        rows, events = self._cases.follow(delta, touched, at)
        self._rows += rows
        self._events += events
        return self._cases.standing()

    def republish(self, parts: Parts, published: Mapping[str, object] | None, at: datetime) -> None:
        """Guests are shown another version now. published: its plain JSON."""
        self.settle(parts, at)
        assert self._book is not None
        self._published = published
        delta = self._book.republish(parts, published, self._facts())
        rows, events = self._cases.follow(delta, {}, at)
        self._rows += rows
        self._events += events

    def write_again(self) -> None:
        """Hand over all that stand once more: the last rows were not saved."""
        self._rows += self._cases.standing()

    def forget_document(self) -> None:
        """The document was rebuilt; everything is looked at afresh."""
        self._book = None

    def take(self) -> tuple[tuple[ConflictRow, ...], tuple[StreamEvent, ...]]:
        """Rows and events to save that were not taken yet."""
        rows = {row.id: row for row in self._rows}  # the latest of each
        events, self._rows, self._events = tuple(self._events), [], []
        return tuple(rows.values()), events

    def _facts(self) -> Facts:
        return Facts(self._text_edits, tuple(self._clashes))

    def _drop_clashes(self, parts: Parts) -> None:
        standing = [one for one in self._clashes if stands(one, _text_of(parts, one))]
        for one in self._clashes:
            if one not in standing:
                self._touched.setdefault((one.root, one.part_id), Ending("server", None))
        self._clashes = standing


def _edits_of(state: MenuState) -> dict[Part, TextEdit]:
    """The last edits of texts that still matter: those that a standing conflict is about too."""
    edits = {
        (row.root, row.part_id): TextEdit(str(one["user"]), int(str(one["ms"])))
        for row in state.conflicts
        for one in row.candidates
        if row.kind == "deleted" and one.get("field") == "text"
    }
    for part, (user, at) in state.text_edits.items():
        ms = int(at.timestamp() * 1000)
        if part not in edits or edits[part].ms < ms:
            edits[part] = TextEdit(user, ms)
    return edits


def _place(clash: TextClash) -> tuple[str, str, str]:
    return clash.root, clash.part_id, clash.field


def _text_of(parts: Parts, clash: TextClash) -> str:
    known: Mapping[str, Section | Item | ModifierGroup] = (
        parts.items if clash.root == "items" else parts.sections
    )
    part = known.get(clash.part_id)
    if part is None or isinstance(part, ModifierGroup):
        return ""
    field, _, locale = clash.field.partition(":")
    if field == "note":
        return part.note if isinstance(part, Item) else ""
    return (part.name if field == "name" else part.description).get(locale, "")
