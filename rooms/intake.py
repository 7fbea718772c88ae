"""What comes into the document of a room: updates of seats, and edits of the server itself.

Rule 1: an update is checked, applied and, in a menu, reviewed before anybody is shown it; a refused
        one leaves no trace.
Rule 2: what cannot be taken now is not acknowledged, so its author keeps it and is asked for it.
Rule 3: who may not write is acknowledged only for what is here already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pycrdt import Doc

from collab.documents.document import Applied, Gap
from collab.edits.upkeep import plan_rebalance
from collab.edits.writing import edit_of
from collab.errors import EngineFailed
from collab.guard.ledger import Author
from collab.updates.admission import UpdateOutline, read_update
from collab.wire import messages
from rooms.client_ids import ClientIds
from rooms.condition import Condition
from rooms.field_rights import tell_refused, writer
from rooms.keeper import Arrival, MenuKeeper
from rooms.lock_table import LockTable
from rooms.questions import Questions
from rooms.seat import Seat
from rooms.surroundings import Surroundings
from rooms.turn import SERVER_SESSION, SERVER_USER, Handled, handled
from rooms.turns import Turns


class Intake:
    """Takes edits into the document of one room.

    keeper: of the menu in it, None: it is no menu. locks: of that menu's fields.
    """

    def __init__(
        self,
        condition: Condition,
        ids: ClientIds,
        turns: Turns,
        questions: Questions,
        keeper: MenuKeeper | None,
        locks: LockTable,
        around: Surroundings,
    ) -> None:
        self._condition = condition
        self._ids = ids
        self._turns = turns
        self._questions = questions
        self._keeper = keeper
        self._locks = locks
        self._around = around

    def receive(self, seat: Seat, update: bytes, *, answers_step1: bool) -> None:
        """Take an Update or a SyncStep2. Raises what `MenuRoom.receive` does."""
        # A SyncStep2 that we did not ask for answers a SyncStep1 from the socket before: Hocuspocus
        # sends it over the new one and does not count it.
        counts = not answers_step1 or seat.take_question()
        outline = read_update(update)
        self._ids.check_epoch(client for client, _, _ in outline.blocks)
        if not seat.may_write:
            self._answer_reader(seat, update, outline, counts=counts)
            return
        if self._condition.is_holding:
            seat.owed += counts
            return
        document = self._condition.document
        owners = self._ids.spoken_for(seat, outline, document.clocks)
        if owners:
            self._questions.doubt(seat, owners, is_insisting=not answers_step1)
            seat.owed += counts
            return
        arrival = self._keeper.resolve(outline) if self._keeper is not None else None
        if arrival is not None and answers_step1 and document.lacks(outline):
            if document.must_wait(outline):
                self._questions.hold_back(seat, counts=counts)
                return
        try:
            outcome = document.receive(update, outline, answers_step1=answers_step1)
            is_changed = isinstance(outcome, Applied) and outcome.changed
            repair = self._review(seat, arrival) if is_changed and arrival is not None else None
        except EngineFailed:
            self._condition.engine_failed()
            raise
        if isinstance(outcome, Gap):
            seat.owed += 1
            self._questions.ask_again(seat)
            return
        if answers_step1:
            seat.doubted_at = None
            seat.is_held_back = seat.was_refused = False
            owed, seat.owed = seat.owed + counts, 0
        else:
            owed = 1
            self._ids.bind_author(seat, outline)
        now = self._around.clock.monotonic()
        is_news = outcome.changed
        self._turns.gather(
            handled(seat, update, outline, now, owed=owed, is_news=is_news, repair=repair)
        )
        if answers_step1 and seat.held:
            held = tuple(seat.held)
            seat.held.clear()
            self._turns.promise(seat, held)

    def edit(
        self,
        edit: Callable[[Doc[Any]], None],
        user_id: str,
        *,
        door: str,
        resolution: Mapping[str, object] | None,
    ) -> bool:
        """Change the document from the server. Returns and raises what `MenuRoom.edit` does."""
        self._condition.check_open()
        try:
            update = self._condition.document.changed_by(edit)
        except EngineFailed:
            self._condition.engine_failed()
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
        self._turns.gather(Handled(None, user_id, update, body, blocks, True, (), now))
        self._turns.flush()
        return True

    def shorten_keys(self) -> None:
        """Write short order keys where they grew long; only the server does that."""
        if self._keeper is None or not self._keeper.has_long_keys or not self._condition.is_open:
            return
        self._keeper.has_long_keys = False
        changes = plan_rebalance(self._keeper.menu())
        ms = int(self._around.clock.utc().timestamp() * 1000)
        if changes:
            edit = edit_of(changes, SERVER_USER, ms)
            self.edit(edit, SERVER_USER, door="server", resolution=None)

    def _review(self, seat: Seat, arrival: Arrival) -> bytes | None:
        """Set back what the seat may not write; the update that does it. Raises EngineFailed."""
        assert self._keeper is not None
        may_write = writer(seat, self._locks, self._around.clock.monotonic)
        author = Author(seat.identity.user_id, seat.session_id, seat.door)
        try:
            outcome = self._keeper.review(arrival, author, may_write)
        except Exception:
            # Memory holds what nobody looked at: it is rebuilt from the log, which does not.
            self._condition.engine_failed()
            raise
        tell_refused(seat, outcome.refused, self._around.meter)
        return outcome.repair

    def _answer_reader(
        self, seat: Seat, update: bytes, outline: UpdateOutline, *, counts: bool
    ) -> None:
        """A seat that may not write: acknowledged only if it brings nothing new."""
        if self._condition.document.holds(outline):
            now = self._around.clock.monotonic()
            self._turns.gather(handled(seat, update, outline, now, owed=int(counts), is_news=False))
            return
        self._around.meter.refused("read_only")
        seat.was_refused = True
        if seat.refused is not None and counts:
            self._turns.write(seat, (seat.refused,))
