"""One document and the seats around it: the hot path.

Rule 1: every method here is synchronous, so between two awaits of a door the room is consistent
        and needs no lock.
Rule 2: updates are applied as they come and shown at the end of the turn, joined (`rooms.turns`).
Rule 3: show first, save in batches, then acknowledge. Every acknowledgement, echo and answer to a
        returning client waits for the journal (`rooms.promises`).
Rule 4: while saving is impossible, or the document is being rebuilt, updates are neither applied
        nor acknowledged and nobody is closed; afterwards every seat gets a SyncStep1 and gives
        back what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pycrdt import Doc

from collab import messages
from collab.admission import UpdateOutline, read_state_vector, read_update
from collab.awareness import AwarenessTable
from collab.document import Applied, Gap, MenuDocument
from collab.edits import edit_of
from collab.engine import merged
from collab.errors import (
    DocumentGone,
    EngineFailed,
    MirepoixError,
    RightWithdrawn,
    StoreError,
    StructureRefused,
)
from collab.identity import Access
from collab.ledger import Author
from collab.records import Consequences, Document
from collab.upkeep import plan_rebalance
from rooms import answers
from rooms.client_ids import ClientIds
from rooms.field_rights import tell_refused, writer
from rooms.keeper import Arrival, MenuKeeper
from rooms.lock_table import LockTable
from rooms.presence import Presence
from rooms.seat import Seat
from rooms.surroundings import Surroundings
from rooms.turn import SERVER_SESSION, SERVER_USER, Handled
from rooms.turns import Turns

ASK_AGAIN_SECONDS = 10.0  # a client that never answers a SyncStep1 is asked once more
ASK_DOUBTED_SECONDS = 2.0  # what others get to bring their own edits themselves, see `_doubt`
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
        self.document = document
        self.seats: dict[Seat, None] = {}
        self.warnings: list[tuple[str, str]] = []  # (code, sentence) that newcomers are told
        self.locks = LockTable()  # of a menu; filled by whoever keeps the rows
        self.is_read_only = False  # an operator wants it so; see `set_read_only`
        self.saved_at: datetime | None = None  # last commit since the room was opened
        self._around = surroundings
        self._ids = ids
        self._keeper: MenuKeeper | None = None
        self.turns = Turns(
            record,
            self.seats,
            self._ids,
            surroundings,
            self,
            clocks=lambda: self.document.clocks,
            on_flush=lambda now: self.presence.show_due(now),
            consequences=self._take_consequences,
        )
        if make_keeper is not None:
            self._keeper = make_keeper(lambda: self.document, self.turns.end_soon)
        self.presence = Presence(
            awareness,
            self._ids,
            meter=surroundings.meter,
            clock=surroundings.clock,
            call_later=surroundings.call_later,
            show=self.turns.show,
        )
        self._unanswered: dict[Seat, bytes] = {}  # state vectors that came while it was broken
        self._is_saving_paused = False
        self._is_broken = False
        surroundings.journal.register(self)

    @property
    def is_holding(self) -> bool:
        """Whether updates are not taken at the moment."""
        return self._is_saving_paused or self._is_broken

    # -- seats ---------------------------------------------------------------------------------

    def join(self, seat: Seat) -> None:
        """Somebody sits down and is told who is here."""
        self.seats[seat] = None
        seat.is_room_read_only = self.is_read_only
        self.tell_who_is_here(seat)
        for code, reason in self.warnings:
            seat.notice(code, reason, {})
        if self._is_saving_paused:
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
        self.is_read_only = is_read_only
        code, reason = READ_ONLY if is_read_only else WRITABLE
        for seat in list(self.seats):
            seat.is_room_read_only = is_read_only
            details = {"access": Access.WRITE.value if seat.may_write else Access.READ.value}
            seat.notice(code, reason, details)
            if seat.access_changed is not None:
                seat.access_changed(seat.may_write)
        if not is_read_only:
            self._ask_everybody()

    # -- what doors hand in --------------------------------------------------------------------

    def ask(self, seat: Seat, *, counts: bool = False) -> None:
        """Send a SyncStep1: "give me what I lack".

        counts: its answer is acknowledged by itself (Hocuspocus).
        """
        seat.asked.append(counts)
        seat.asked_at = self._around.clock.monotonic()
        self.send(seat, messages.sync_step1(self.document.state_vector()))

    def answer(self, seat: Seat, state_vector: bytes) -> None:
        """Answer a SyncStep1 with a SyncStep2.

        A newcomer gets everything at once. A returning client is answered when everything it may
        have sent before is on disk, because its own structs in the answer confirm them. Who asks
        again before that gets one answer for both: broadcasts brought everything since.
        Raises BadStateVector, EpochChanged, EngineFailed.
        """
        clocks = read_state_vector(state_vector)
        self._ids.check_epoch(clocks)
        if self._is_broken:
            self._unanswered[seat] = state_vector  # memory may hold what the log does not
        elif not clocks:
            self.turns.write(seat, self._encoded(lambda: answers.everything(self.document)))
        elif not seat.awaits_answer:
            # Encoded now and not when it is due: by then it could hold structs of the receiver
            # that are not on disk yet.
            bodies = self._encoded(lambda: answers.what_is_missing(self.document, state_vector))
            seat.awaits_answer = True
            self.turns.promise(seat, bodies, is_state=True, is_answer=True)

    def receive(self, seat: Seat, update: bytes, *, answers_step1: bool = False) -> None:
        """Take an Update or a SyncStep2.

        Raises BadUpdate, TooLarge, StructureRefused, EpochChanged or EngineFailed; then nothing
        of it was shown or saved, and the door ends the seat.
        """
        # A SyncStep2 that we did not ask for answers a SyncStep1 from the socket before: Hocuspocus
        # sends it over the new one and does not count it.
        counts = not answers_step1 or seat.take_question()
        outline = read_update(update)
        self._ids.check_epoch(client for client, _, _ in outline.blocks)
        if not seat.may_write:
            self._answer_reader(seat, update, outline, counts=counts)
            return
        if self.is_holding:
            seat.owed += counts
            return
        owners = self._ids.spoken_for(seat, outline, self.document.clocks)
        if owners:
            self._doubt(seat, owners, is_insisting=not answers_step1)
            seat.owed += counts
            return
        arrival = self._keeper.resolve(outline) if self._keeper is not None else None
        if arrival is not None and answers_step1 and self.document.lacks(outline):
            if self.document.must_wait(outline):
                self._hold_back(seat, counts=counts)
                return
        try:
            outcome = self.document.receive(update, outline, answers_step1=answers_step1)
            is_changed = isinstance(outcome, Applied) and outcome.changed
            repair = self._review(seat, arrival) if is_changed and arrival is not None else None
        except EngineFailed:
            self._break()
            raise
        if isinstance(outcome, Gap):
            seat.owed += 1
            self._ask_again(seat)
            return
        if answers_step1:
            seat.doubted_at = None
            seat.is_held_back = seat.was_refused = False
            owed, seat.owed = seat.owed + counts, 0
        else:
            owed = 1
            self._ids.bind_author(seat, outline)
        self._handle(seat, update, outline, owed=owed, is_news=outcome.changed, repair=repair)
        if answers_step1 and seat.held:
            held = tuple(seat.held)
            seat.held.clear()
            self.turns.promise(seat, held)

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
        if self.is_read_only:
            raise RightWithdrawn("This document is read-only for now.", reason="read_only_room")
        if self.is_holding:
            raise StoreError("changes cannot be saved at the moment", reason="saving_paused")
        try:
            update = self.document.changed_by(edit)
        except EngineFailed:
            self._break()
            raise
        if update is None:
            return False
        if self._keeper is not None:
            author = Author(user_id, SERVER_SESSION, door)
            self._keeper.absorb(update, author, resolution)
            self._keeper.settle()
        blocks = read_update(update).blocks
        now = self._around.clock.monotonic()
        body = messages.update(update)
        self.turns.gather(Handled(None, user_id, update, body, blocks, True, (), now))
        self.turns.flush()
        return True

    @property
    def keeper(self) -> MenuKeeper:
        """Who looks after the menu in this document.

        Raises StructureRefused when it is no menu, StoreError while it is being rebuilt.
        """
        if self._keeper is None:
            raise StructureRefused("this document is not a menu", reason="not_a_menu")
        if self._is_broken:
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
        self._is_saving_paused = True
        for seat in self.seats:
            seat.notice(*SAVING_PAUSED, {})

    def resume(self) -> None:
        """Saving works again; everybody gives back what was not taken."""
        self._is_saving_paused = False
        for seat in self.seats:
            seat.notice("saving_resumed", "changes are saved again", {})
        self._ask_everybody()

    # -- what the lobby calls ------------------------------------------------------------------

    def replace_document(self, document: MenuDocument) -> None:
        """The document was rebuilt from the log after the engine gave up."""
        self.document = document
        self._is_broken = False
        if self._keeper is not None:
            self._keeper.forget_document()
        self._ask_everybody()
        unanswered, self._unanswered = self._unanswered, {}
        for seat, state_vector in unanswered.items():
            if not seat.is_gone:
                try:
                    self.answer(seat, state_vector)
                except EngineFailed as error:
                    self._end(seat, error)

    def tick(self, now: float) -> None:
        """Expire presence, keep connections alive, help those who are behind.

        now: monotonic seconds. Call it about twice a second.
        """
        self.presence.expire(now)
        if self._keeper is not None and self._keeper.is_looking_due and not self.is_holding:
            self._keeper.settle()
        is_taking = not (self.is_holding or self.is_read_only)
        if self._keeper is not None and self._keeper.has_long_keys and is_taking:
            self._shorten_keys()
        waiting = self.turns.waiting()
        for seat in list(self.seats):
            if seat.behind is not None:
                self._help(seat, now)
                continue
            if seat.doubted_at is not None and now - seat.doubted_at >= ASK_DOUBTED_SECONDS:
                self._ask_again(seat)
            if seat.is_held_back and now - seat.asked_at >= ASK_AGAIN_SECONDS:
                self.ask(seat)
            is_owed = seat in waiting or bool(seat.held)
            patience = KEEPALIVE_OWED_SECONDS if is_owed else KEEPALIVE_SECONDS
            if now - seat.last_sent_at >= patience:
                self.send(seat, messages.KEEPALIVE)

    def dispose(self) -> None:
        """The room is closed for good."""
        self._around.journal.unregister(self)

    # -- inside --------------------------------------------------------------------------------

    def _handle(
        self,
        seat: Seat,
        update: bytes,
        outline: UpdateOutline,
        *,
        owed: int,
        is_news: bool,
        repair: bytes | None = None,
    ) -> None:
        # In one frame: nobody ever shows what is set back.
        body = messages.update(update if repair is None else merged([update, repair]))
        blocks = outline.blocks
        if repair is not None:
            blocks = [*blocks, *read_update(repair).blocks]
        if seat.applied is not None:
            acknowledgement = (seat.applied,) * owed
        else:
            acknowledgement = (body,) if seat.echoes and not outline.is_empty else ()
        now = self._around.clock.monotonic()
        self.turns.gather(
            Handled(
                seat,
                seat.identity.user_id,
                update,
                body,
                blocks,
                is_news,
                acknowledgement,
                now,
                repair,
            )
        )

    def _review(self, seat: Seat, arrival: Arrival) -> bytes | None:
        """Set back what the seat may not write; the update that does it. Raises EngineFailed."""
        assert self._keeper is not None
        may_write = writer(seat, self.locks, self._around.clock.monotonic)
        author = Author(seat.identity.user_id, seat.session_id, seat.door)
        try:
            outcome = self._keeper.review(arrival, author, may_write)
        except Exception:
            # Memory holds what nobody looked at: it is rebuilt from the log, which does not.
            self._break()
            raise
        tell_refused(seat, outcome.refused, self._around.meter)
        return outcome.repair

    def _shorten_keys(self) -> None:
        """Write short order keys where they grew long; only the server does that."""
        assert self._keeper is not None
        self._keeper.has_long_keys = False
        changes = plan_rebalance(self._keeper.menu())
        ms = int(self._around.clock.utc().timestamp() * 1000)
        if changes:
            self.edit(edit_of(changes, SERVER_USER, ms), SERVER_USER)

    def _take_consequences(self) -> Consequences | None:
        if self._keeper is None or self._is_broken or not self._keeper.has_news:
            return None
        return self._keeper.take()

    def _answer_reader(
        self, seat: Seat, update: bytes, outline: UpdateOutline, *, counts: bool
    ) -> None:
        """A seat that may not write: acknowledged only if it brings nothing new."""
        if self.document.holds(outline):
            self._handle(seat, update, outline, owed=int(counts), is_news=False)
            return
        self._around.meter.refused("read_only")
        seat.was_refused = True
        if seat.refused is not None and counts:
            self.send(seat, seat.refused)

    def _encoded(self, encode: Callable[[], answers.Bodies]) -> answers.Bodies:
        try:
            return encode()
        except EngineFailed:
            self._break()
            raise

    def _help(self, seat: Seat, now: float) -> None:
        """Catch a slow reader up with one SyncStep2, or give it up."""
        if seat.outbox.is_stuck(now):
            self._around.meter.refused("too_slow")
            self._end(seat, MirepoixError("reading too slowly", reason="too_slow"))
        elif seat.outbox.has_room and not self._is_broken:
            self._catch_up(seat)

    def _catch_up(self, seat: Seat) -> None:
        # Encoded now and promised, as in `answer`; what is shown from now on it gets again.
        clocks = seat.behind or {}
        try:
            bodies = self._encoded(lambda: answers.what_came_since(self.document, clocks))
        except EngineFailed:
            return  # the room is being rebuilt; the seat is caught up afterwards
        seat.behind = None
        seat.outbox.recovered()
        who = self.presence.everybody_and_the_departed()
        self.turns.promise(seat, (*bodies, who), is_state=True)

    def _end(self, seat: Seat, error: MirepoixError) -> None:
        self.leave(seat)  # first, so that it is not ended twice
        seat.end(error)

    def _doubt(self, seat: Seat, owners: set[Seat], *, is_insisting: bool) -> None:
        """Somebody brings deleted content in the name of others who are here: ask those first.

        Afterwards `tick` asks the seat again; what the others confirmed is nothing new by then.
        Raises StructureRefused when it insists, or brings it as a live edit of its own.
        """
        if is_insisting or seat.doubted_at is not None:
            raise StructureRefused(
                "this update speaks for a client id of somebody else", reason="forged_client_id"
            )
        seat.doubted_at = self._around.clock.monotonic()
        for owner in owners:
            self.ask(owner)

    def _hold_back(self, seat: Seat, *, counts: bool) -> None:
        """A menu's answer that builds on what nobody here has: its author keeps it for now.

        The room could not look at it before others see parts of it. `tick` asks again, until
        somebody brought what is missing; nothing of it is acknowledged meanwhile.
        """
        self._around.meter.refused("held_back")
        seat.owed += counts
        seat.is_held_back = True

    def _ask_again(self, seat: Seat) -> None:
        """Ask for what lies before a gap, unless it was asked for just now."""
        now = self._around.clock.monotonic()
        if not seat.asked or now - seat.asked_at >= ASK_AGAIN_SECONDS:
            self.ask(seat)

    def _ask_everybody(self) -> None:
        for seat in list(self.seats):
            if seat.may_write:
                self.ask(seat)

    def _break(self) -> None:
        if self._is_broken:
            return
        self._is_broken = True
        self._around.meter.refused("engine_failed")
        self.turns.flush()
        self._around.on_broken(self)
