"""What rooms need from the outside, and what they may rely on.

`storage` satisfies these by shape (tests/test_ports.py proves it); rooms never import it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from collab.orders.command import Command
from collab.orders.executed import Executed, Mark
from collab.records import (
    Appended,
    DocumentUpdates,
    EditSession,
    MenuState,
    NumberedEvent,
    StoredDocument,
    StreamEvent,
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


class StreamPage(Protocol):
    """Some events of a stream in order, and where the stream stands."""

    @property
    def epoch(self) -> str:
        """ "": there is no such stream yet."""
        ...

    @property
    def top(self) -> int:
        """Offset of its last event; 0 when there was none."""
        ...

    @property
    def events(self) -> Sequence[NumberedEvent]:
        """Ascending, without gaps."""
        ...

    @property
    def first(self) -> int:
        """Offset of the oldest event that is kept; top + 1 when none is."""
        ...


@runtime_checkable
class StreamLog(Protocol):
    """The durable log behind event rooms. Every method raises `StoreError`; safe to cancel."""

    async def open(self, stream_id: str) -> StreamPage:
        """Where a stream stands, without events. One that is not there yet is made, and empty."""
        ...

    async def read(self, stream_id: str, after: int, limit: int) -> StreamPage:
        """Up to `limit` events with offsets above `after`."""
        ...

    async def append(self, stream_id: str, events: Sequence[StreamEvent]) -> int:
        """Append events; the offset of the first."""
        ...

    async def tops(self, stream_ids: Sequence[str]) -> Mapping[str, int]:
        """Where streams stand; those that are not there yet are missing."""
        ...


@runtime_checkable
class OrderLog(Protocol):
    """The ordered log of orders and stock."""

    async def execute(self, commands: Sequence[Command], now: datetime) -> Executed:
        """Decide and save all commands in one transaction, in their order.

        When this returns, every event of them is on disk (fsync done). Every command has one
        answer; a refusal is an answer too. The same commands may be given again: their answers
        say `dup`. Raises `StoreError`; then nothing was changed. Cancelling leaves it wholly
        done or not done at all.
        """
        ...


@runtime_checkable
class MarkLog(Protocol):
    """What kitchen screens say they have seen: the proof of delivery."""

    async def mark(self, marks: Sequence[Mark]) -> None:
        """Insert or raise, in one transaction; a lower offset changes nothing."""
        ...

    async def marks(self, stream_ids: Sequence[str]) -> Sequence[Mark]:
        """The marks of all screens of these streams."""
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
