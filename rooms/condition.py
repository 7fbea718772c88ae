"""The document of a room, and what keeps the room from taking edits of it.

Rule 1: while saving is impossible, or the document is being rebuilt, nothing is taken from anybody
        and nobody is closed: what was not taken is asked for afterwards.
Rule 2: a document on which the engine gave up is not asked for anything again; another one takes
        its place.
"""

from __future__ import annotations

from collections.abc import Callable

from collab.documents.document import MenuDocument
from collab.errors import RightWithdrawn, StoreError


class Condition:
    """Of one room. on_broken: called once when the engine gave up on the document."""

    def __init__(self, document: MenuDocument, on_broken: Callable[[], None]) -> None:
        self.document = document  # as everybody is shown it; see `replace`
        self.is_read_only = False  # an operator wants it so
        self.is_saving_paused = False
        self.is_broken = False
        self._on_broken = on_broken

    @property
    def is_holding(self) -> bool:
        """Whether updates are not taken at the moment, though they may be later."""
        return self.is_saving_paused or self.is_broken

    @property
    def is_open(self) -> bool:
        """Whether updates are taken, from those who may write."""
        return not (self.is_holding or self.is_read_only)

    def check_open(self) -> None:
        """Raises RightWithdrawn while the room is read-only, StoreError while it is holding."""
        if self.is_read_only:
            raise RightWithdrawn("This document is read-only for now.", reason="read_only_room")
        if self.is_holding:
            raise StoreError("changes cannot be saved at the moment", reason="saving_paused")

    def engine_failed(self) -> None:
        """The engine gave up. Calling it twice is harmless."""
        if not self.is_broken:
            self.is_broken = True
            self._on_broken()

    def replace(self, document: MenuDocument) -> None:
        """The document was rebuilt."""
        self.document = document
        self.is_broken = False
