"""What rooms need from the outside, and what they may rely on.

`storage` satisfies these by shape (tests/test_ports.py proves it); rooms never import it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from collab.records import (
    Appended,
    DocumentUpdates,
    EditSession,
    MenuState,
    StoredDocument,
    UserSession,
)


@runtime_checkable
class UpdateLog(Protocol):
    """The durable log of document updates.

    Every method raises `StoreError` when the store cannot do it now; then nothing was changed
    and the same call may be repeated. Cancelling a call leaves it either wholly done or not
    done at all.
    """

    async def load(self, document_id: str) -> StoredDocument | None:
        """Read one document; None when it does not exist."""
        ...

    async def append(self, batch: Sequence[DocumentUpdates]) -> Appended:
        """Save all updates in one transaction.

        When this returns, every update of a document not in `gone` is on disk (fsync done), in
        order, numbered without a gap. A document that does not exist is reported in `gone` and
        does not hold up the others.
        """
        ...

    async def compact(
        self, document_id: str, snapshot: bytes, upto_seq: int, keep: Sequence[int]
    ) -> None:
        """Put `snapshot` in the place of all updates with seq <= upto_seq, in one transaction.

        keep: seq numbers <= upto_seq that stay in the log because they still wait for something.
        After a crash at any moment either the old state or the new one is there, never neither.
        """
        ...

    async def quarantine(self, document_id: str, seqs: Sequence[int], reason: str) -> None:
        """Set updates aside that the engine must never see again; they stay readable by hand."""
        ...


@runtime_checkable
class MenuLog(Protocol):
    """What is stored about a menu beside its bytes."""

    async def load_menu(self, document_id: str) -> MenuState:
        """Read it; an empty state when there is nothing. Raises `StoreError`. Safe to cancel."""
        ...


@runtime_checkable
class SessionLog(Protocol):
    """Rows of who is and was connected; written behind, in batches."""

    async def write(self, sessions: Sequence[UserSession], edits: Sequence[EditSession]) -> None:
        """Insert or update by id, in one transaction."""
        ...

    async def sweep(self, stale_before: datetime, now: datetime) -> int:
        """Mark sessions offline that had no activity since `stale_before`; how many."""
        ...


@runtime_checkable
class Meter(Protocol):
    """What rooms count. Calls are cheap and never raise."""

    def refused(self, reason: str) -> None:
        """A frame, an update or an entry was refused; reason: a slug."""
        ...

    def updates(self, count: int) -> None:
        """Updates were admitted and applied."""
        ...

    def deliveries(self, count: int) -> None:
        """Updates were handed to other connections."""
        ...

    def awareness(self, count: int) -> None:
        """Awareness entries were shown."""
        ...

    def committed(self, seconds: float, rows: int) -> None:
        """A commit took so long and saved so many updates."""
        ...

    def acknowledged(self, seconds: float) -> None:
        """So long after its arrival an update was acknowledged."""
        ...

    def room_opened(self) -> None:
        """A room was opened."""
        ...

    def room_closed(self) -> None:
        """A room was closed."""
        ...

    def saving_paused(self, paused: bool) -> None:
        """Saving is impossible at the moment, or possible again."""
        ...

    def quarantined(self, count: int) -> None:
        """Stored updates were set aside."""
        ...
