"""One document and the seats around it: the hot path.

Rule 1: every method here is synchronous, so between two awaits of a door the room is consistent
        and needs no lock.
Rule 2: updates are applied as they come (`rooms.intake`) and shown at the end of the turn, joined
        (`rooms.turns`).
Rule 3: show first, save in batches, then acknowledge. Every acknowledgement, echo and answer to a
        returning client waits for the journal (`rooms.promises`, `rooms.answers`).
Rule 4: while saving is impossible, or the document is being rebuilt, updates are neither applied
        nor acknowledged and nobody is closed (`rooms.condition`); afterwards every seat gets a
        SyncStep1 and gives back what is missing (`rooms.questions`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pycrdt import Doc

from collab.documents.document import MenuDocument
from collab.errors import DocumentGone, MirepoixError, StoreError, StructureRefused
from collab.identity import Access
from collab.records import Consequences, Document
from collab.wire import messages
from collab.wire.awareness import AwarenessTable
from rooms.answers import Answers
from rooms.client_ids import ClientIds
from rooms.condition import Condition
from rooms.intake import Intake
from rooms.keeper import MenuKeeper
from rooms.lock_table import LockTable
from rooms.presence import Presence
from rooms.questions import Questions
from rooms.seat import Seat
from rooms.surroundings import Surroundings
from rooms.turns import Turns

KEEPALIVE_SECONDS = 15.0  # y-websocket and Hocuspocus give up after 30 s of silence
KEEPALIVE_OWED_SECONDS = 2.0  # y-sweet's client gives up 3 s after an unanswered 102
# From a look at the document as it is now, and from what ends the turn soon.
MakeKeeper = Callable[[Callable[[], MenuDocument], Callable[[], None]], MenuKeeper]
READ_ONLY = ("access_changed", "an operator made this document read-only; keep this open")
WRITABLE = ("access_changed", "this document can be changed again")
SAVING_PAUSED = ("saving_paused", "changes cannot be saved at the moment; keep this open")


class MenuRoom:
    """One open document.

    ids: who uses which Yjs client id, as stored. keeper: of the menu in it; None: it is no menu.
    """

    def __init__(
        self,
        record: Document,
        document: MenuDocument,
        ids: ClientIds,
        awareness: AwarenessTable,
        surroundings: Surroundings,
        make_keeper: MakeKeeper | None = None,
    ) -> None:
        self.record = record
        self.seats: dict[Seat, None] = {}
        self.warnings: list[tuple[str, str]] = []  # (code, sentence) that newcomers are told
        self.locks = LockTable()  # of a menu; filled by whoever keeps the rows
        self.saved_at: datetime | None = None  # last commit since the room was opened
        self._around = surroundings
        self._ids = ids
        self._condition = Condition(document, self._broke)
        self._keeper: MenuKeeper | None = None
        self.turns = Turns(
            record,
            self.seats,
            self._ids,
            surroundings,
            self,
            clocks=lambda: self._condition.document.clocks,
            on_flush=lambda now: self.presence.show_due(now),
            consequences=self._take_consequences,
        )
        if make_keeper is not None:
            self._keeper = make_keeper(lambda: self._condition.document, self.turns.end_soon)
        self.presence = Presence(
            awareness,
            self._ids,
            meter=surroundings.meter,
            clock=surroundings.clock,
            call_later=surroundings.call_later,
            show=self.turns.show,
        )
        self._questions = Questions(
            self._condition, surroundings.clock, surroundings.meter, self.send
        )
        self._answers = Answers(
            self._condition, ids, self.turns, self.presence, surroundings.meter, self._end
        )
        self._intake = Intake(
            self._condition,
            ids,
            self.turns,
            self._questions,
            self._keeper,
            self.locks,
            surroundings,
        )
        surroundings.journal.register(self)

    @property
    def document(self) -> MenuDocument:
        """The document as everybody is shown it; another one after it was rebuilt."""
        return self._condition.document

    @property
    def is_holding(self) -> bool:
        """Whether updates are not taken at the moment."""
        return self._condition.is_holding

    @property
    def is_read_only(self) -> bool:
        """Whether an operator wants it so; see `set_read_only`."""
        return self._condition.is_read_only

    # -- seats ---------------------------------------------------------------------------------

    def join(self, seat: Seat) -> None:
        """Somebody sits down and is told who is here."""
        self.seats[seat] = None
        seat.is_room_read_only = self.is_read_only
        self.tell_who_is_here(seat)
        for code, reason in self.warnings:
            seat.notice(code, reason, {})
        if self._condition.is_saving_paused:
            seat.notice(*SAVING_PAUSED, {})
        if seat.tell is not None and self._keeper is not None:
            seat.tell({"type": "locks", "locks": self.locks.listed(self._around.clock.monotonic())})

    def leave(self, seat: Seat) -> None:
        """The connection is gone. Calling it twice is harmless."""
        if seat.is_gone:
            return
        seat.is_gone = True
        self.seats.pop(seat, None)
        self._ids.release(seat)
        self.presence.leave(seat)

    def close(self, error: MirepoixError) -> None:
        """Send everybody away."""
        for seat in list(self.seats):
            self._end(seat, error)

    def set_read_only(self, is_read_only: bool) -> None:
        """Take no edits from anybody, or take them again; everybody is told.

        What was in its author's hands only is asked for when writing is possible again.
        """
        if self.is_read_only == is_read_only:
            return
        self._condition.is_read_only = is_read_only
        code, reason = READ_ONLY if is_read_only else WRITABLE
        for seat in list(self.seats):
            seat.is_room_read_only = is_read_only
            details = {"access": Access.WRITE.value if seat.may_write else Access.READ.value}
            seat.notice(code, reason, details)
            if seat.access_changed is not None:
                seat.access_changed(seat.may_write)
        if not is_read_only:
            self._questions.ask_all(self.seats)

    # -- what doors hand in --------------------------------------------------------------------

    def ask(self, seat: Seat, *, counts: bool = False) -> None:
        """Send a SyncStep1: "give me what I lack".

        counts: its answer is acknowledged by itself (Hocuspocus).
        """
        self._questions.ask(seat, counts=counts)

    def answer(self, seat: Seat, state_vector: bytes) -> None:
        """Answer a SyncStep1 with a SyncStep2.

        A newcomer gets everything at once. A returning client is answered when everything it may
        have sent before is on disk, because its own structs in the answer confirm them. Who asks
        again before that gets one answer for both: broadcasts brought everything since.
        Raises BadStateVector, EpochChanged, EngineFailed.
        """
        self._answers.give(seat, state_vector)

    def receive(self, seat: Seat, update: bytes, *, answers_step1: bool = False) -> None:
        """Take an Update or a SyncStep2.

        Raises BadUpdate, TooLarge, StructureRefused, EpochChanged or EngineFailed; then nothing
        of it was shown or saved, and the door ends the seat.
        """
        self._intake.receive(seat, update, answers_step1=answers_step1)

    def edit(
        self,
        edit: Callable[[Doc[Any]], None],
        user_id: str,
        *,
        door: str = "server",
        resolution: Mapping[str, object] | None = None,
    ) -> bool:
        """Change the document from the server; everybody sees it as any other edit.

        edit: runs in one transaction and must not raise half-way (the engine has no rollback).
        door: what a menu's history says. resolution: of the conflicts of a menu that it ends.
        Returns whether anything changed; wait for the journal before saying that it is saved.
        Raises StoreError while saving is impossible, RightWithdrawn while the room is read-only,
        EngineFailed.
        """
        return self._intake.edit(edit, user_id, door=door, resolution=resolution)

    @property
    def keeper(self) -> MenuKeeper:
        """Who looks after the menu in this document.

        Raises StructureRefused when it is no menu, StoreError while it is being rebuilt.
        """
        if self._keeper is None:
            raise StructureRefused("this document is not a menu", reason="not_a_menu")
        if self._condition.is_broken:
            raise StoreError("the document is being rebuilt", reason="rebuilding")
        return self._keeper

    def tell(self, message: Mapping[str, object]) -> None:
        """Show an event to everybody whose door can. message: JSON values."""
        for seat in self.seats:
            if seat.tell is not None:
                seat.tell(message)

    def hear(self, seat: Seat, payload: bytes) -> None:
        """Take an awareness message. Raises ProtocolViolation when it does not parse."""
        reply = self.presence.hear(seat, payload)
        if reply is not None:
            self.send(seat, reply)
        self.turns.end_soon()

    def tell_who_is_here(self, seat: Seat) -> None:
        """Send everybody's awareness; an empty message when nobody has any."""
        self.send(seat, self.presence.everybody())

    def send_when_saved(self, seat: Seat, body: bytes) -> None:
        """Send `body` when everything this seat has edited so far is on disk.

        A returning y-sweet client asks before it has answered our SyncStep1, while its offline
        edits are still to come with that answer: so an open SyncStep1 holds the promise back. So
        does a room that takes no updates, and whatever else was not taken: it comes again later.
        Never sent to a seat that may not write and tried to: that is saved nowhere.
        """
        if seat.was_refused and not seat.may_write:
            return
        if seat.may_write and (seat.is_owed_a_state or self.is_holding):
            seat.held.append(body)
        else:
            self.turns.promise(seat, (body,))

    def send(self, seat: Seat, body: bytes) -> None:
        """Send a message of the seat's protocol now. body: without the seat's prefix."""
        self.turns.write(seat, (body,))

    # -- what the journal says -----------------------------------------------------------------

    def saved(self, position: int) -> None:
        """Everything up to `position` is on disk: keep what was promised."""
        self.saved_at = self._around.clock.utc()
        if not self.turns.is_due:  # else that flush keeps it, with a fuller turn
            self.turns.flush()

    def lost_document(self) -> None:
        """The document was deleted while it was open."""
        self.turns.forget()
        self.close(DocumentGone("the document was deleted"))

    def lost_meaning(self) -> None:
        """Rows and events of the menu could not be saved; its conflicts are written again.

        Its rows are made anew by whoever looks after marked menus.
        """
        if self._keeper is not None:
            self._keeper.write_again()

    def pause(self) -> None:
        """Saving is impossible for now."""
        self._condition.is_saving_paused = True
        for seat in self.seats:
            seat.notice(*SAVING_PAUSED, {})

    def resume(self) -> None:
        """Saving works again; everybody gives back what was not taken."""
        self._condition.is_saving_paused = False
        for seat in self.seats:
            seat.notice("saving_resumed", "changes are saved again", {})
        self._questions.ask_all(self.seats)

    # -- what the lobby calls ------------------------------------------------------------------

    def replace_document(self, document: MenuDocument) -> None:
        """The document was rebuilt from the log after the engine gave up."""
        self._condition.replace(document)
        if self._keeper is not None:
            self._keeper.forget_document()
        self._questions.ask_all(self.seats)
        self._answers.give_what_was_put_off()

    def tick(self, now: float) -> None:
        """Expire presence, keep connections alive, help those who are behind.

        now: monotonic seconds. Call it about twice a second.
        """
        self.presence.expire(now)
        if self._keeper is not None and self._keeper.is_looking_due and not self.is_holding:
            self._keeper.settle()
        self._intake.shorten_keys()
        waiting = self.turns.waiting()
        for seat in list(self.seats):
            if seat.behind is not None:
                self._answers.help(seat, now)
                continue
            self._questions.look(seat, now)
            is_owed = seat in waiting or bool(seat.held)
            patience = KEEPALIVE_OWED_SECONDS if is_owed else KEEPALIVE_SECONDS
            if now - seat.last_sent_at >= patience:
                self.send(seat, messages.KEEPALIVE)

    def dispose(self) -> None:
        """The room is closed for good."""
        self._around.journal.unregister(self)

    # -- inside --------------------------------------------------------------------------------

    def _take_consequences(self) -> Consequences | None:
        if self._keeper is None or self._condition.is_broken or not self._keeper.has_news:
            return None
        return self._keeper.take()

    def _end(self, seat: Seat, error: MirepoixError) -> None:
        self.leave(seat)  # first, so that it is not ended twice
        seat.end(error)

    def _broke(self) -> None:
        """The engine gave up on the document: show and save what was before, and rebuild."""
        self._around.meter.refused("engine_failed")
        self.turns.flush()
        self._around.on_broken(self)
