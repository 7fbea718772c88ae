"""Who is here, shown to the seats of one room.

The rules are those of `collab.wire.awareness`; this adds the seats, the timer and the metric.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from collab.wire import messages
from collab.wire.awareness import AwarenessTable
from collab.wire.messages import AwarenessEntry
from rooms.client_ids import ClientIds
from rooms.clock import Clock
from rooms.fanout import Message
from rooms.ports import Meter
from rooms.seat import Seat

LIMIT_ENTRIES = 1000
LIMIT_STATE_BYTES = 64 * 1024  # of entries that are not the sender's; its own have a lower one


class Presence:
    """The awareness of one room. show: hands a message to every seat."""

    def __init__(
        self,
        table: AwarenessTable,
        ids: ClientIds,
        *,
        meter: Meter,
        clock: Clock,
        call_later: Callable[[float, Callable[[], None]], object],
        show: Callable[[Message], None],
    ) -> None:
        self._table = table
        self._ids = ids
        self._meter = meter
        self._clock = clock
        self._call_later = call_later
        self._show = show
        self._is_timed = False

    def hear(self, seat: Seat, payload: bytes) -> bytes | None:
        """Take an awareness message; what to send back, usually nothing.

        Raises ProtocolViolation when it does not parse.
        """
        entries = messages.decode_awareness(payload, LIMIT_ENTRIES, LIMIT_STATE_BYTES)
        heard = self._table.hear(seat, seat.stamp, entries, self._clock.monotonic())
        if not seat.client_ids and len(entries) == 1:
            client = entries[0].client
            if self._table.owner_of(client) is seat:  # and not an echo of somebody else's
                self._ids.bind(seat, client)
        for reason in heard.refused:
            self._meter.refused(reason)
        return _body(heard.announce_again) if heard.announce_again else None

    def leave(self, seat: Seat) -> None:
        """The connection is gone."""
        self._table.leave(seat, self._clock.monotonic())

    def everybody(self) -> bytes:
        """A message that names everybody here; of nobody when there is nobody."""
        return _body(self._table.shown())

    def everybody_and_the_departed(self) -> bytes:
        """The same, and who left lately: for somebody who may have missed that."""
        return _body(self._table.shown() + self._table.departed())

    def people(self) -> list[tuple[int, Mapping[str, object]]]:
        """(Yjs client id, stamped state) of everybody here."""
        return self._table.people()

    def expire(self, now: float) -> None:
        """Remove who is gone, and show what is due. now: monotonic seconds."""
        self._table.expire(now)
        self.show_due(now)

    def show_due(self, now: float) -> None:
        """Show what changed; what may not be shown yet is shown by a timer."""
        entries, refused = self._table.take(now)
        for _ in range(refused):
            self._meter.refused("awareness_not_json")
        if entries:
            self._meter.awareness(len(entries))
            self._show(Message(_body(entries)))
        due = self._table.next_due()
        if due is not None and not self._is_timed:
            self._is_timed = True
            self._call_later(max(due - now, 0.0), self._on_timer)

    def _on_timer(self) -> None:
        self._is_timed = False
        self.show_due(self._clock.monotonic())


def _body(entries: Iterable[AwarenessEntry]) -> bytes:
    return messages.awareness(messages.encode_awareness(entries))
