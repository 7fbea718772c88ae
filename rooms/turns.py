"""The turns of one room: gather, show, journal, and keep what was promised.

Rule 1: what was gathered is shown and journaled in one go, without waiting for anything.
Rule 2: an acknowledgement never overtakes an earlier broadcast on the same socket: a turn ends
        before promises are kept.
Rule 3: a promise is for the journal position that covers everything gathered before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from collab.records import Consequences, Document
from rooms.client_ids import ClientIds
from rooms.fanout import Message, clocks_before, show
from rooms.flush_timer import FlushTimer
from rooms.journal import Saver
from rooms.promises import Promise, Promises
from rooms.recent_rate import RecentRate
from rooms.seat import Seat
from rooms.surroundings import Surroundings
from rooms.turn import Handled, edits_of, messages_of, promises_of, repairs_of, updates_of


class Turns:
    """The turns of one room.

    seats: everybody in the room. clocks: of the document now. on_flush: called in every flush
    between showing and keeping promises, with monotonic seconds. consequences: what the turn means
    and has not been saved yet; None: nothing.
    """

    def __init__(
        self,
        record: Document,
        seats: Mapping[Seat, None],
        ids: ClientIds,
        around: Surroundings,
        saver: Saver,
        *,
        clocks: Callable[[], Mapping[int, int]],
        on_flush: Callable[[float], None],
        consequences: Callable[[], Consequences | None] = lambda: None,
    ) -> None:
        self.logged_updates = 0  # added since the last compaction, with what was loaded
        self.logged_bytes = 0
        self.rate = RecentRate()  # of updates, by the monotonic clock
        self._record = record
        self._seats = seats
        self._ids = ids
        self._around = around
        self._saver = saver
        self._clocks = clocks
        self._on_flush = on_flush
        self._consequences = consequences
        self._gathered: list[Handled] = []
        self._promises = Promises()
        self._position = 0  # journal position of the room's last update
        self._timer = FlushTimer(self.flush, around.clock, around.call_soon, around.call_later)

    @property
    def is_settled(self) -> bool:
        """Whether everything is on disk and everything owed was given."""
        is_durable = self._position <= self._around.journal.durable
        return is_durable and not self._gathered and not self._promises

    @property
    def position(self) -> int:
        """Journal position of the last update; 0: none since the room was opened."""
        return self._position

    @property
    def was_edited(self) -> bool:
        """Whether anything was journaled since the room was opened."""
        return self._position > 0

    @property
    def is_due(self) -> bool:
        """Whether a flush is going to happen by itself."""
        return self._timer.is_set

    def gather(self, handled: Handled) -> None:
        """Add to the turn; it ends soon."""
        self._gathered.append(handled)
        self.end_soon()

    def end_soon(self) -> None:
        """Flush with the loop turn, or in a busy large room a moment later."""
        self._timer.set(len(self._seats))

    def promise(
        self,
        seat: Seat,
        bodies: tuple[bytes, ...],
        *,
        is_state: bool = False,
        is_answer: bool = False,
    ) -> None:
        """Send the bodies when everything gathered so far is on disk.

        is_state: a SyncStep2 is among them. is_answer: to a SyncStep1.
        """
        if self._gathered:
            self.flush()  # so that the position covers what this seat sent in this turn
        now = self._around.clock.monotonic()
        seat.states_owed += is_state
        self._promises.add(Promise(self._position, seat, bodies, now, False, is_state, is_answer))
        self.end_soon()

    def waiting(self) -> set[Seat]:
        """Seats to which something is owed."""
        return self._promises.seats()

    def flush(self) -> None:
        """End the turn: show, journal, then keep the promises that are due."""
        self._timer.clear()
        now = self._around.clock.monotonic()
        turn, self._gathered = self._gathered, []
        if turn:
            self._end(turn, now)
        else:
            self._save(turn)
        self._on_flush(now)
        if self._promises:
            self._keep_promises(now)

    def forget(self) -> None:
        """Drop everything: the document is gone."""
        self._promises.forget()
        self._gathered.clear()

    def show(self, message: Message) -> None:
        """Show a message that is not part of a turn to every seat."""
        show(self._seats, (message,), self._clocks(), self._around.clock.monotonic())

    def write(self, seat: Seat, bodies: Sequence[bytes]) -> None:
        """Send bodies to one seat now, however slowly it reads."""
        seat.outbox.write(seat.frames(bodies))
        seat.last_sent_at = self._around.clock.monotonic()
        if seat.behind is None and seat.outbox.is_full:
            # Its door stops reading now, so answers do not pile up for one who only asks.
            seat.behind = clocks_before(messages_of(self._gathered, self._ids), self._clocks())

    def _end(self, turn: list[Handled], now: float) -> None:
        self._around.meter.updates(len(turn))
        self.rate.add(now, sum(one.is_news for one in turn))
        shown = messages_of(turn, self._ids)
        if shown:
            self._timer.shown(now)
            self._around.meter.deliveries(show(self._seats, shown, self._clocks(), now))
        for seat, message in repairs_of(turn):
            show((seat,), (message,), self._clocks(), now)
        for seat, count in edits_of(turn).items():
            self._around.on_edit(seat, self._record, count)
        self._save(turn)
        for promise in promises_of(turn, shown, self._position):
            self._promises.add(promise)

    def _save(self, turn: list[Handled]) -> None:
        meaning = self._consequences()
        updates = updates_of(turn, self._record.id, self._ids, self._around.clock.utc(), meaning)
        if updates is not None:
            self._position = self._around.journal.add(updates, self._saver)
            self.logged_updates += len(updates.updates)
            self.logged_bytes += sum(len(update.data) for update in updates.updates)

    def _keep_promises(self, now: float) -> None:
        due: dict[Seat, list[bytes]] = {}
        for promise in self._promises.due(self._around.journal.durable):
            seat = promise.seat
            bodies = due.setdefault(seat, [])
            bodies += promise.bodies
            if promise.is_answer:
                seat.awaits_answer = False
            if promise.is_state:
                seat.states_owed -= 1
                if not seat.states_owed:
                    bodies += seat.shown_later
                    seat.shown_later.clear()
            if promise.is_acknowledgement:
                self._around.meter.acknowledged(now - promise.made_at)
        for seat, bodies in due.items():
            self.write(seat, bodies)
