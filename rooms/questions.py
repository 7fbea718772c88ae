"""What a room asks of its seats: "give me what I lack", the SyncStep1 of y-protocols.

Rule 1: who has shown that it holds what is missing here is asked, and asked again while it does
        not answer; an answer heals gaps and gives back what was not taken.
Rule 2: who speaks for somebody else who is here is asked only after that one had the chance to
        bring the same: what its owner confirmed is nothing new by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from collab.errors import StructureRefused
from collab.wire import messages
from rooms.clock import Clock
from rooms.condition import Condition
from rooms.ports import Meter
from rooms.seat import Seat

ASK_AGAIN_SECONDS = 10.0  # a client that never answers a SyncStep1 is asked once more
ASK_DOUBTED_SECONDS = 2.0  # what others get to bring their own edits themselves, see `doubt`


class Questions:
    """The questions of one room. send: a message to one seat, now."""

    def __init__(
        self,
        condition: Condition,
        clock: Clock,
        meter: Meter,
        send: Callable[[Seat, bytes], None],
    ) -> None:
        self._condition = condition
        self._clock = clock
        self._meter = meter
        self._send = send

    def ask(self, seat: Seat, *, counts: bool = False) -> None:
        """Send a SyncStep1. counts: its answer is acknowledged by itself (Hocuspocus)."""
        seat.asked.append(counts)
        seat.asked_at = self._clock.monotonic()
        self._send(seat, messages.sync_step1(self._condition.document.state_vector()))

    def ask_again(self, seat: Seat) -> None:
        """Ask for what lies before a gap, unless it was asked for just now."""
        now = self._clock.monotonic()
        if not seat.asked or now - seat.asked_at >= ASK_AGAIN_SECONDS:
            self.ask(seat)

    def ask_all(self, seats: Iterable[Seat]) -> None:
        """Ask whoever may write for what was not taken."""
        for seat in list(seats):
            if seat.may_write:
                self.ask(seat)

    def doubt(self, seat: Seat, owners: set[Seat], *, is_insisting: bool) -> None:
        """Somebody brings deleted content in the name of others who are here: ask those first.

        Afterwards `look` asks the seat again.
        Raises StructureRefused when it insists, or brings it as a live edit of its own.
        """
        if is_insisting or seat.doubted_at is not None:
            raise StructureRefused(
                "this update speaks for a client id of somebody else", reason="forged_client_id"
            )
        seat.doubted_at = self._clock.monotonic()
        for owner in owners:
            self.ask(owner)

    def hold_back(self, seat: Seat, *, counts: bool) -> None:
        """A menu's answer that builds on what nobody here has: its author keeps it for now.

        The room could not look at it before others see parts of it. `look` asks again, until
        somebody brought what is missing; nothing of it is acknowledged meanwhile.
        """
        self._meter.refused("held_back")
        seat.owed += counts
        seat.is_held_back = True

    def look(self, seat: Seat, now: float) -> None:
        """Ask a seat again whose answer could not be taken. now: monotonic seconds."""
        if seat.doubted_at is not None and now - seat.doubted_at >= ASK_DOUBTED_SECONDS:
            self.ask_again(seat)
        if seat.is_held_back and now - seat.asked_at >= ASK_AGAIN_SECONDS:
            self.ask(seat)
