"""`MenuDocument`: one Yjs document in memory, and what may become part of it.

Rule 1: bytes from outside reach the engine only through `receive`, with the outline that the
        structural check made of them.
Rule 2: `clocks` says for every client which clock comes next. A live update that starts beyond
        it, or that names an id not held yet, is a gap: it is not applied (the engine would apply
        it across the hole and lie about it, see the note at `lacks`).
Rule 3: the answer to a SyncStep1 may lack something its sender lacks too. It is applied, and its
        raw bytes are kept in `pending` until everything it names has arrived, because the engine's
        own encoding of a document loses overwrites and deletes that still wait. What lies in a
        container that is missing is kept from the engine until the container is there: if it
        turned out to be no type, the engine would give up on whoever brings it.
The engine itself, its panics and its costs: `collab.documents.engine`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pycrdt import Doc

from collab.documents.containers import Containers
from collab.documents.deletions import Deletions
from collab.documents.engine import Edit, Engine, merged
from collab.errors import BadUpdate, TooLarge
from collab.updates.admission import (
    STORED_LIMITS,
    NestingDepths,
    UpdateOutline,
    read_state_vector,
    read_update,
    write_state_vector,
)
from collab.updates.ranges import IdRanges

EMPTY_UPDATE = b"\x00\x00"
DOCUMENT_LIMIT_BYTES = 8 * 1024 * 1024
PENDING_LIMIT_UPDATES = 100
PENDING_LIMIT_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Applied:
    """The update is part of the document now."""

    changed: bool  # False: everything in it was there already, nothing to save or to show
    blocks: Sequence[tuple[int, int, int]]  # (client id, first clock, end clock)


@dataclass(frozen=True, slots=True)
class Gap:
    """The update was not applied: something before it is missing. Ask with SyncStep1."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An update that is part of the document but still waits for something."""

    data: bytes
    outline: UpdateOutline
    is_applied: bool = True  # False: it names a container that is missing


class MenuDocument:
    """One document in memory.

    limit_bytes: the largest encoded state; an update that would grow it further is refused. None
    while the document is rebuilt: what was admitted once is refused neither for its size nor for
    how much of it waits.
    client_id: of our own edits; None draws one, as every opened document must (rule of replicas).
    """

    def __init__(
        self, *, limit_bytes: int | None = DOCUMENT_LIMIT_BYTES, client_id: int | None = None
    ) -> None:
        self.limit_bytes = limit_bytes
        self.clocks: dict[int, int] = {}  # client id -> next clock
        self.version = 0  # grows with every change; caches are keyed by it
        self.pending: list[Pending] = []
        self._engine = Engine(client_id)
        self._depths = NestingDepths(self.clocks)
        self._deletions = Deletions(self._engine)
        self._containers = Containers(self._engine, self._depths, self._deleted)
        self._size_bound = 2  # never below the encoded size, except for what it had to recount
        self._full: tuple[int, bytes] | None = None

    @property
    def size_bound_bytes(self) -> int:
        """What the whole document would have encoded, at most; costs nothing to ask."""
        return self._size_bound

    @property
    def is_empty(self) -> bool:
        """Whether no update ever arrived."""
        return not self.clocks and not self.pending

    def receive(
        self, update: bytes, outline: UpdateOutline, *, answers_step1: bool = False
    ) -> Applied | Gap:
        """Apply one update that passed the structural check.

        update: a Yjs update_v1 as it came from outside. outline: what `read_update` made of it.
        answers_step1: it is a SyncStep2, so what it lacks its sender lacks too.
        Raises BadUpdate when the engine refuses it or it nests too deep, TooLarge when the
        document would outgrow its limit, EngineFailed when the engine panicked (the document must
        then be thrown away).
        Source: y-protocols PROTOCOL.md; y-crdt issue 632 for the rule about gaps.
        """
        if self.lacks(outline):
            if not answers_step1:
                return Gap()
            return self._apply_incomplete(update, outline)
        if self.is_news(outline):
            self.check_size(len(update))
            self._containers.check(update, outline)
            waiting = self._waiting()
            self._depths.admit(outline, waiting)
            containers = self._containers.brought(outline, waiting)
            self._engine.apply(update)
            is_complete = self._advance(update, outline)
            self._depths.record(outline, waits=not is_complete)
            if is_complete:
                self._containers.add(containers)
            changed = True
        else:
            changed = bool(outline.deletes) and self._engine.apply_watched(update)
        if changed:
            self.version += 1
            self._size_bound += len(update)
            self._deletions.note(outline)
            if self.pending:
                self._settle()
        return Applied(changed, outline.blocks)

    def is_news(self, outline: UpdateOutline) -> bool:
        """Whether `outline` has blocks that the document does not; deletes are not looked at."""
        clocks = self.clocks
        return any(end > clocks.get(client, 0) for client, _, end in outline.blocks)

    def holds(self, outline: UpdateOutline) -> bool:
        """Whether everything in `outline` is here already, deletes included; what waits counts."""
        clocks = self.clocks
        waiting = IdRanges(block for part in self.pending for block in part.outline.blocks)
        if not all(
            waiting.covers(client, max(first, clocks.get(client, 0)), end)
            for client, first, end in outline.blocks
        ):
            return False
        if not outline.deletes:
            return True
        deleted = self._deleted()
        if self.pending:
            deletes = (gone for part in self.pending for gone in part.outline.deletes)
            deleted = deleted.union(IdRanges(deletes))
        return all(deleted.covers(*part) for part in outline.deletes)

    def state_vector(self) -> bytes:
        """Encode what the document holds, as the engine sees it."""
        return self._engine.state_vector()

    def missing_for(self, state_vector: bytes) -> bytes:
        r"""Encode what a peer lacks.

        state_vector: Yjs v1 state vector from a SyncStep1; b"\x00" means "I have nothing".
        Returns one Yjs v1 update; it always carries the whole delete set.
        Raises BadStateVector when it does not parse.
        Source: y-protocols PROTOCOL.md, "Sync protocol (v1 encoding)".
        """
        if not read_state_vector(state_vector):
            return self.full_state()
        return self._engine.state(state_vector)

    def missing_since(self, clocks: Mapping[int, int]) -> bytes:
        """Encode what came after `clocks` (client id -> next clock), and the whole delete set."""
        return self._engine.state(write_state_vector(clocks))

    def full_state(self) -> bytes:
        """Encode everything; cached until the next change, so a storm of joins encodes once."""
        if self._full is None or self._full[0] != self.version:
            self._full = (self.version, self._engine.state())
        return self._full[1]

    def digest(self) -> str:
        """Fingerprint of state vector and deletes: equal for equal documents."""
        deleted = sorted(self._deleted().items())
        text = repr((sorted(self.clocks.items()), deleted))
        return hashlib.sha256(text.encode()).hexdigest()

    def outline(self) -> UpdateOutline:
        """What the full state says about itself."""
        return read_update(self.full_state(), STORED_LIMITS)

    def deleted(self) -> IdRanges:
        """Every id that was deleted; of map entries that were overwritten perhaps not all.

        Followed update by update, so it is cheap to ask for every word that somebody changes.
        """
        return self._deletions.followed(self.version)

    def engine(self) -> Doc[Any]:
        """The engine's document, for the modules of `collab` that read or edit a menu."""
        return self._engine.doc

    def changed_by(self, edit: Edit) -> bytes | None:
        """Run an edit of our own in one transaction; the update it made, None if it made none.

        The edit must not raise half-way: the engine has no rollback.
        """
        update = self._engine.edit(edit)
        if update is None:
            return None
        self.version += 1
        self._size_bound += len(update)
        outline = read_update(update)
        self._depths.admit(outline, self._waiting())
        self._depths.record(outline)
        self._containers.add(self._containers.brought(outline, self._waiting()))
        self._deletions.note(outline)
        self._take_clocks()
        return update

    def lacks(self, outline: UpdateOutline) -> bool:
        """Whether something it builds on is missing here."""
        # pycrdt 0.14 applies a map write across a missing one while `event.update` is empty and
        # `event.after_state` counts it: measured, and pinned in test_document.py.
        clocks = self.clocks
        mine: dict[int, int] = {}
        for client, first, end in outline.blocks:
            held = mine.get(client) or clocks.get(client, 0)
            if first > held:
                return True
            if end > held:
                mine[client] = end
        for client, clock in outline.needs:
            if clock >= clocks.get(client, 0):
                return True
        for client, _, end in outline.deletes:
            if end > clocks.get(client, 0) and end > mine.get(client, 0):
                return True
        return False

    def _advance(self, update: bytes, outline: UpdateOutline) -> bool:
        """Take the clocks of a complete update; False when it waits all the same."""
        clocks = self.clocks
        for client, _, end in outline.blocks:
            if end > clocks.get(client, 0):
                clocks[client] = end
        # Blocks of several clients may need each other in a circle; the engine then waits for
        # ever, and only its own state vector tells.
        if len(outline.blocks) > 1 and self._engine.clocks() != clocks:
            self._take_clocks()
            self._check_pending(len(update))
            self.pending.append(Pending(update, outline))
            return False
        return True

    def _apply_incomplete(self, update: bytes, outline: UpdateOutline) -> Applied:
        # By ids and not by bytes: every peer sends back what waits at it too, each time with
        # another delete set, and such copies would fill `pending` until nobody gets in any more.
        if self.holds(outline):
            return Applied(False, outline.blocks)
        self._check_pending(len(update))
        self.check_size(len(update))
        self._containers.check(update, outline)
        self._depths.admit(outline, self._waiting())
        is_applicable = not self.must_wait(outline)
        if is_applicable:
            self._engine.apply(update)
        self._depths.record(outline)
        self.pending.append(Pending(update, outline, is_applicable))
        self._settle()
        self.version += 1
        self._size_bound += len(update)
        return Applied(True, outline.blocks)

    def _waiting(self) -> list[UpdateOutline]:
        return [waiting.outline for waiting in self.pending]

    def _settle(self) -> None:
        """Take the clocks from the engine and drop what does not wait any more.

        What lacks nothing any more is handed to the engine again: it does not retry everything
        that waited for an id below a hole it had applied across (measured, pinned in the tests).
        """
        self._deletions.lose_track()
        self._take_clocks()
        while True:
            before = dict(self.clocks)
            for part in self.pending:
                if part.is_applied and not self.lacks(part.outline):
                    self._engine.apply(part.data)
            self._take_clocks()
            self.pending = [part for part in self.pending if self._waits(part.outline)]
            if self.clocks == before:
                break
        for waiting in self.pending:
            if waiting.is_applied:
                continue
            if self.lacks(waiting.outline) and self.must_wait(waiting.outline):
                continue
            self.pending.remove(waiting)
            if self._engine.would_take(waiting.data):
                self._engine.apply(waiting.data)
                self.pending.append(replace(waiting, is_applied=True))
            self._full = None
            self._settle()
            break
        else:
            self._take_together()

    def _take_together(self) -> None:
        """Apply what waits if it completes itself: answers may bring what each other lacks."""
        if all(part.is_applied for part in self.pending):
            return  # the engine has it, and saw for itself
        update = merged([part.data for part in self.pending])
        if self.lacks(read_update(update, STORED_LIMITS)) or not self._engine.would_take(update):
            return
        self._engine.apply(update)
        self._full = None
        self._take_clocks()
        self.pending = [part for part in self.pending if self._waits(part.outline)]

    def must_wait(self, outline: UpdateOutline) -> bool:
        """Whether the engine may not see an incomplete update yet.

        It names a container that is not here: one that it brings itself is not here either, and
        somebody else may bring something that is no type under that id. Or it goes on after a hole
        in the clocks of a client: Yjs waits there, and the engine would apply what lies behind and
        then order two writes of one key otherwise than every browser does.
        """
        if not self._containers.are_here(outline):
            return True
        reached: dict[int, int] = {}
        for client, first, end in outline.blocks:
            if first > max(self.clocks.get(client, 0), reached.get(client, 0)):
                return True
            reached[client] = end
        return False

    def _take_clocks(self) -> None:
        held = self._engine.clocks()
        self.clocks.clear()  # in place: the table of nesting depths reads it too
        self.clocks.update(held)

    def _waits(self, outline: UpdateOutline) -> bool:
        return self.lacks(outline) or self.is_news(outline)

    def _check_pending(self, size: int) -> None:
        if self.limit_bytes is None:
            return
        held = sum(len(waiting.data) for waiting in self.pending)
        if len(self.pending) >= PENDING_LIMIT_UPDATES or held + size > PENDING_LIMIT_BYTES:
            raise BadUpdate(
                "too many updates wait for something that never came; reload the document",
                reason="too_much_pending",
            )

    def check_size(self, size: int) -> None:
        """Raises TooLarge unless so many bytes more may come in."""
        limit_bytes = self.limit_bytes
        if limit_bytes is None or self._size_bound + size <= limit_bytes:
            return
        waiting = sum(len(part.data) for part in self.pending)
        self._size_bound = len(self.full_state()) + waiting
        if self._size_bound + size > limit_bytes:
            raise TooLarge(
                f"the document has reached its limit of {limit_bytes} bytes",
                reason="document_full",
            )

    def _deleted(self) -> IdRanges:
        return self._deletions.exact(self.version)
