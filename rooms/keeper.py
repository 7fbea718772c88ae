"""What a menu's room does beyond any document's: guard, history, conflicts, rows.

Rule 1: an update is reviewed right after it was applied and before anybody is shown it; what goes
        back is one edit of the server, shown in one frame with the update.
Rule 2: everything it means (`Consequences`) goes to the journal with the bytes, in one commit.
Rule 3: conflicts are looked for shortly after edits, not for every letter, and once more before
        anybody is told what stands. Those that only whoever saw the edits arrive can notice are
        looked for before these are saved: after a crash nothing would show them any more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from collab.conflicts.clashes import clash_of, removed_twice
from collab.conflicts.watch import ConflictWatch
from collab.documents.document import MenuDocument, Pending
from collab.edits.upkeep import REBALANCE_FROM_CHARACTERS
from collab.guard.findings import Changed, MayWrite, Refused
from collab.guard.guard import MenuGuard
from collab.guard.ledger import Author, Ledger
from collab.guard.repairs import repair_edit
from collab.guard.rights import text_field
from collab.guard.structure import Path, Resolved
from collab.menus.item_rows import item_row
from collab.menus.menu import Item, Menu
from collab.menus.schema import ITEMS
from collab.records import ConflictRow, Consequences, FieldChange, ItemRow, MenuState
from collab.updates.admission import UpdateOutline, read_update


@dataclass(frozen=True, slots=True)
class Arrival:
    """An update that is about to be applied."""

    resolved: Resolved
    pending: tuple[Pending, ...]  # what waited before it
    replaced: Mapping[Path, tuple[int, FieldChange]]  # texts of which it deletes what was deleted


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an update that was applied."""

    repair: bytes | None  # a Yjs update_v1 that sets back what may not stand
    refused: tuple[Refused, ...]


class MenuKeeper:
    """Looks after one menu while its room is open.

    document: asked for each time, because a room may rebuild it. on_news: there is something to
    save that came with no update. state: as stored.
    make_id: a new unique id. utc: the wall clock.
    """

    def __init__(
        self,
        document: Callable[[], MenuDocument],
        on_news: Callable[[], None],
        state: MenuState,
        *,
        make_id: Callable[[], str],
        utc: Callable[[], datetime],
    ) -> None:
        self._document = document
        self._on_news = on_news
        self._utc = utc
        self._read: MenuGuard | None = None
        self._ledger = Ledger(make_id)
        self._watch = ConflictWatch(state, make_id)
        self._items: dict[str, None] = {}  # ids of items whose rows have to be written
        self._has_noticed = False  # something that neither the document nor the history tells
        self.has_long_keys = False  # somebody wrote an order key that should be shorter

    @property
    def has_news(self) -> bool:
        """Whether there is anything to save."""
        has_rows = bool(self._items) or self._has_noticed
        return has_rows or self._watch.has_news or self._ledger.has_news

    @property
    def is_looking_due(self) -> bool:
        """Whether conflicts have to be looked for."""
        return self._watch.is_due

    def menu(self) -> Menu:
        """The menu as everybody is shown it."""
        return self._guard().menu()

    def resolve(self, outline: UpdateOutline) -> Arrival:
        """Look at an update before it is applied.

        Raises StructureRefused for one that would break the shape of the menu.
        """
        resolved = self._guard().resolve(outline)
        replaced = self._replaced(resolved) if outline.deletes else {}
        return Arrival(resolved, tuple(self._document().pending), replaced)

    def review(self, arrival: Arrival, author: Author, may_write: MayWrite) -> Outcome:
        """Look at an update that was applied, and set back what may not stand.

        Raises EngineFailed.
        """
        document, guard = self._document(), self._guard()
        if tuple(document.pending) == arrival.pending:
            review = guard.review(arrival.resolved, may_write)
        else:
            review = guard.review_everything(may_write)
        repair = document.changed_by(repair_edit(review.repairs)) if review.repairs else None
        if repair is not None:
            guard.absorb(read_update(repair))
        self._note(review.changed, author, arrival.replaced)
        return Outcome(repair, review.refused)

    def absorb(
        self, update: bytes, author: Author, resolution: Mapping[str, object] | None
    ) -> None:
        """Take over an edit of the server. resolution: of the conflicts that it ends."""
        self._note(self._guard().absorb(read_update(update)).changed, author, {}, resolution)

    def settle(self) -> list[ConflictRow]:
        """Look for conflicts now; those that stand."""
        standing = self._watch.settle(self._guard().parts, self._utc())
        self._on_news()
        return standing

    def republish(self, published: Mapping[str, object] | None) -> None:
        """Guests are shown another version now. published: its plain JSON."""
        self._watch.republish(self._guard().parts, published, self._utc())
        self._on_news()

    def item_rows(self) -> tuple[ItemRow, ...]:
        """The rows of all items as they stand."""
        parts = self._guard().parts
        return tuple(item_row(parts.meta, item) for item in parts.items.values())

    def write_again(self) -> None:
        """What was handed over last was not saved: write conflicts and rows once more."""
        self._watch.write_again()
        self._items.update(dict.fromkeys(self._guard().parts.items))

    def forget_document(self) -> None:
        """The document was rebuilt; it is read afresh when it is needed."""
        self._read = None
        self._watch.forget_document()

    def take(self) -> Consequences:
        """What is to be saved with the next commit."""
        if self._has_noticed:
            self._has_noticed = False
            self._watch.settle(self._guard().parts, self._utc())
        ids, self._items = self._items, {}
        items = [part for id in ids if isinstance(part := self._guard().part(ITEMS, id), Item)]
        rows = [item_row(self._guard().parts.meta, item) for item in items]
        conflicts, events = self._watch.take()
        return Consequences(self._ledger.take(), tuple(rows), conflicts, events)

    def _guard(self) -> MenuGuard:
        # Read when it is first needed: a menu that is only looked at opens faster.
        if self._read is None:
            self._read = MenuGuard(self._document())
        return self._read

    def _replaced(self, resolved: Resolved) -> dict[Path, tuple[int, FieldChange]]:
        """Texts of which an update deletes what somebody else's edit had deleted already."""
        found = {}
        for slot in resolved.touched:
            if slot.is_entry:
                continue
            root, part_id, key, *locale = slot.path
            before = self._ledger.latest(root, part_id, text_field(key, "".join(locale)))
            if before is None:
                continue
            count = removed_twice(resolved, self._guard().index, self._document(), slot.path)
            if count:
                found[slot.path] = (count, before)
        return found

    def _note(
        self,
        changes: tuple[Changed, ...],
        author: Author,
        replaced: Mapping[Path, tuple[int, FieldChange]],
        resolution: Mapping[str, object] | None = None,
    ) -> None:
        at = self._utc()
        for changed in changes:
            part = self._guard().part(changed.root, changed.part_id) if changed.part_id else None
            is_deleted = part is not None and part.is_deleted and changed.field != "deleted"
            self._watch.note(changed, author, at, resolution, is_deleted=is_deleted)
            self._has_noticed |= is_deleted
            self.has_long_keys |= _is_long_key(changed)
            if changed.root == ITEMS:
                self._items[changed.part_id] = None
            key, _, locale = changed.field.partition(":")
            path = (changed.root, changed.part_id, key, *([locale] if locale else []))
            if path in replaced:
                removed, before = replaced[path]
                ms = int(at.timestamp() * 1000)
                clash = clash_of(before, removed, str(changed.after), author.user_id, ms)
                if clash is not None:
                    self._watch.clash(clash)
                    self._has_noticed = True
        self._ledger.record((one for one in changes if not one.is_quiet), author, at)


def _is_long_key(changed: Changed) -> bool:
    """Whether it is an order key that grew long."""
    match changed.field.rpartition(":")[2], changed.after:
        case "loc", [_, str(key)]:
            return len(key) > REBALANCE_FROM_CHARACTERS
        case "pos", str(key):
            return len(key) > REBALANCE_FROM_CHARACTERS
        case _:
            is_group = changed.field.startswith("mod:") and isinstance(changed.after, str)
            return is_group and len(str(changed.after)) > REBALANCE_FROM_CHARACTERS
