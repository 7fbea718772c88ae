"""The menu of one document as everybody was last shown it, and what an update did to it.

Before an update is applied, `resolve` refuses what would break the shape. After it was applied,
`review` reads the touched fields again, compares, and says which of them its author may not write
or wrote out of form. The room sets those back before anybody sees them (`collab.guard.repairs`).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from collab.documents.document import MenuDocument
from collab.guard.findings import MayWrite, Review
from collab.guard.review import review
from collab.guard.standing import Part, Standing
from collab.guard.structure import Path, Resolved, Slot, StructureIndex
from collab.menus.menu import Item, Menu, Parts, Section
from collab.menus.reading import assemble, read_parts
from collab.menus.schema import ITEMS, NAME, NOTE, PARTS, TEXT_MAPS
from collab.updates.outline import UpdateOutline


class MenuGuard:
    """Looks after the menu in one document. Made when the document is loaded."""

    def __init__(self, document: MenuDocument) -> None:
        self._document = document
        self._index = StructureIndex(document.outline())
        parts = read_parts(document)
        self._standing = Standing(
            document.engine(),
            dict(parts.meta),
            dict(zip(PARTS, map(dict, (parts.sections, parts.items, parts.groups)), strict=True)),
        )
        self._menu: tuple[int, Menu] | None = None
        self._going_back: Collection[Slot] = ()  # touched by an update that is not repaired yet

    @property
    def index(self) -> StructureIndex:
        """Where every id lies."""
        return self._index

    @property
    def parts(self) -> Parts:
        """The parts as they were last shown: views that go on changing."""
        return Parts(self._standing.meta, *(self._standing.parts[root] for root in PARTS))

    def menu(self) -> Menu:
        """The menu as it was last shown; assembled once for each state of the document."""
        if self._menu is None or self._menu[0] != self._document.version:
            self._menu = (self._document.version, assemble(self.parts))
        return self._menu[1]

    def part(self, root: str, part_id: str) -> Part | None:
        """A section, item or group as it was last shown."""
        part: Part | None = self._standing.parts[root].get(part_id)
        return part

    def resolve(self, outline: UpdateOutline) -> Resolved:
        """Find what an update touches; to be called before it is applied.

        Raises StructureRefused for one that would break the shape.
        """
        resolved = self._index.resolve(outline)
        self._index.check(resolved, self._may_go)
        return resolved

    def review(self, resolved: Resolved, may_write: MayWrite) -> Review:
        """Compare what an applied update touched with what was shown.

        may_write: why its author may not write a field; None when he may.
        """
        self._index.record(resolved)
        return self._look(resolved, resolved.touched, may_write)

    def review_everything(self, may_write: MayWrite) -> Review:
        """The same for an update of which nobody knows what it touched.

        What waited for something touched slots that were not there when it came.
        """
        self._index = StructureIndex(self._document.outline())
        nothing = self._index.resolve(_EMPTY)
        return self._look(nothing, self._standing.every_slot(), may_write)

    def absorb(self, outline: UpdateOutline) -> Review:
        """Take over an edit of the server's own; nothing of it is refused."""
        resolved = self._index.resolve(outline)
        self._index.record(resolved)
        # What the repaired update deleted, its repair does not delete once more.
        touched = resolved.touched.union(self._going_back)
        return self._look(resolved, touched, None)

    def _may_go(self, path: Path, client: int, clock: int) -> bool:
        """Whether a nested type was never shown, or is deleted already.

        Of two that come under one key at once the engine deletes one by itself, and from then on
        every client tells of that deletion. It may also be one of which only the other engine
        says so (seen under load); what nobody was ever shown nobody misses.
        """
        return not self._is_shown(path) or self._document.deleted().contains(client, clock)

    def _is_shown(self, path: Path) -> bool:
        root, part_id, *within = path
        part = self._standing.parts.get(root, {}).get(part_id)
        match within:
            case []:
                return part is not None
            case [key]:
                return part is not None and (key in TEXT_MAPS[root] or (root, key) == (ITEMS, NOTE))
            case [key, locale] if key in TEXT_MAPS[root] and isinstance(part, Section | Item):
                return locale in (part.name if key == NAME else part.description)
        return False

    def _look(
        self, resolved: Resolved, touched: Collection[Slot], may_write: MayWrite | None
    ) -> Review:
        # One transaction around all the reading: without it the engine opens one for every key.
        doc: Any = self._document.engine()
        with doc.transaction():
            found = review(self._standing, resolved, touched, may_write)
        self._going_back = touched if found.repairs else ()
        return found


_EMPTY = UpdateOutline([], [], [], [], [], [], set(), False, False)
