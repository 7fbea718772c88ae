"""What brings a client up to date: one SyncStep2, and what waits.

Rule 1: what waits for something is not part of the engine's encoding; only its bytes as they came
        let the receiver heal together with us.
Rule 2: an answer is encoded when it is asked for and not when it is due: by then it could hold
        structs of the receiver that are not on disk yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from collab.documents.document import MenuDocument
from collab.errors import EngineFailed, MirepoixError
from collab.updates.admission import read_state_vector
from collab.wire import messages
from rooms.client_ids import ClientIds
from rooms.condition import Condition
from rooms.ports import Meter
from rooms.presence import Presence
from rooms.seat import Seat
from rooms.turns import Turns

FULL_LIMIT_BYTES = 256 * 1024

Bodies = tuple[bytes, ...]


class Answers:
    """What the seats of one room are answered. end: closes a seat with an error."""

    def __init__(
        self,
        condition: Condition,
        ids: ClientIds,
        turns: Turns,
        presence: Presence,
        meter: Meter,
        end: Callable[[Seat, MirepoixError], None],
    ) -> None:
        self._condition = condition
        self._ids = ids
        self._turns = turns
        self._presence = presence
        self._meter = meter
        self._end = end
        self._put_off: dict[Seat, bytes] = {}  # state vectors that came while it was broken

    def give(self, seat: Seat, state_vector: bytes) -> None:
        """Answer a SyncStep1. Raises BadStateVector, EpochChanged, EngineFailed."""
        clocks = read_state_vector(state_vector)
        self._ids.check_epoch(clocks)
        if self._condition.is_broken:
            self._put_off[seat] = state_vector  # memory may hold what the log does not
        elif not clocks:
            self._turns.write(seat, self._encoded(everything))
        elif not seat.awaits_answer:
            bodies = self._encoded(lambda document: what_is_missing(document, state_vector))
            seat.awaits_answer = True
            self._turns.promise(seat, bodies, is_state=True, is_answer=True)

    def give_what_was_put_off(self) -> None:
        """The document was rebuilt: answer who asked meanwhile."""
        put_off, self._put_off = self._put_off, {}
        for seat, state_vector in put_off.items():
            if not seat.is_gone:
                try:
                    self.give(seat, state_vector)
                except EngineFailed as error:
                    self._end(seat, error)

    def help(self, seat: Seat, now: float) -> None:
        """Catch a slow reader up with one SyncStep2, or give it up. now: monotonic seconds."""
        if seat.outbox.is_stuck(now):
            self._meter.refused("too_slow")
            self._end(seat, MirepoixError("reading too slowly", reason="too_slow"))
        elif seat.outbox.has_room and not self._condition.is_broken:
            self._catch_up(seat)

    def _catch_up(self, seat: Seat) -> None:
        # Encoded now and promised (rule 2); what is shown from now on it gets again.
        clocks = seat.behind or {}
        try:
            bodies = self._encoded(lambda document: what_came_since(document, clocks))
        except EngineFailed:
            return  # the room is being rebuilt; the seat is caught up afterwards
        seat.behind = None
        seat.outbox.recovered()
        who = self._presence.everybody_and_the_departed()
        self._turns.promise(seat, (*bodies, who), is_state=True)

    def _encoded(self, encode: Callable[[MenuDocument], Bodies]) -> Bodies:
        try:
            return encode(self._condition.document)
        except EngineFailed:
            self._condition.engine_failed()
            raise


def everything(document: MenuDocument) -> Bodies:
    """For a newcomer. Raises EngineFailed."""
    return _with_what_waits(document, document.full_state())


def what_is_missing(document: MenuDocument, state_vector: bytes) -> Bodies:
    """For a returning client: the full state while that is small, else what it lacks.

    Nothing but its own structs in the answer brings back an echo that a lost socket took along
    (y-websocket 3.1 sync-status). Raises EngineFailed.
    """
    update = document.full_state()
    if len(update) > FULL_LIMIT_BYTES:
        update = document.missing_for(state_vector)
    return _with_what_waits(document, update)


def what_came_since(document: MenuDocument, clocks: Mapping[int, int]) -> Bodies:
    """For a slow reader; clocks: of the document when it fell behind. Raises EngineFailed."""
    return _with_what_waits(document, document.missing_since(clocks))


def _with_what_waits(document: MenuDocument, update: bytes) -> Bodies:
    waiting = (messages.update(part.data) for part in document.pending)
    return (messages.sync_step2(update), *waiting)
