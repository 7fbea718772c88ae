"""What was deleted in a document: asked of the engine, and followed update by update.

To ask the engine takes the longer the more was ever deleted (7 ms after 8,000 edits of a menu,
measured); who needs the ids for every word that somebody changes follows them instead.
"""

from __future__ import annotations

from collab.documents.engine import Engine
from collab.updates.admission import STORED_LIMITS, UpdateOutline, read_update
from collab.updates.ranges import IdRanges


class Deletions:
    """The deleted ids of one document."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._exact: tuple[int, IdRanges] | None = None
        self._followed: IdRanges | None = None  # None: nobody asked yet

    def exact(self, version: int) -> IdRanges:
        """As the engine has them. version: of the document; asked once for each."""
        if self._exact is None or self._exact[0] != version:
            # An update since the document's own state holds no structs, only the delete set.
            update = self._engine.state(self._engine.state_vector())
            outline = read_update(update, STORED_LIMITS)
            self._exact = (version, IdRanges(outline.deletes))
        return self._exact[1]

    def followed(self, version: int) -> IdRanges:
        """The same, and cheap; of map entries that were overwritten perhaps not all."""
        if self._followed is None:
            self._followed = self.exact(version).union(IdRanges())
        return self._followed

    def note(self, outline: UpdateOutline) -> None:
        """An update was applied: remember what it deleted, unless nobody asks."""
        if self._followed is not None:
            for part in (*outline.deletes, *outline.gone):
                self._followed.add(*part)

    def lose_track(self) -> None:
        """Deletes that waited may have been done: the engine is asked the next time."""
        self._followed = None
