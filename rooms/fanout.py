"""One turn's messages to every seat: each frame is encoded once, joined, one write a seat.

Seats that frame alike share the joined bytes; a seat that must not see a message yet (its own
update before the commit) gets its own join. A seat whose peer reads too slowly gets nothing: the
clocks from before the turn are noted, and one SyncStep2 brings it up to date later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rooms.frames import Wrap
from rooms.seat import Seat


@dataclass(frozen=True, slots=True)
class Message:
    """A y-protocols message to be shown to everybody but the seats it is withheld from."""

    body: bytes
    blocks: Sequence[tuple[int, int, int]] = ()  # (client id, first clock, end clock) it brings
    withheld: frozenset[Seat] = frozenset()  # these get it, or its echo, after the commit


def show(
    seats: Iterable[Seat], messages: Sequence[Message], clocks: Mapping[int, int], now: float
) -> int:
    """Hand the turn's messages to all seats; how many messages were written.

    clocks: of the document, with the turn applied. now: monotonic seconds.
    """
    concerned = {seat for message in messages for seat in message.withheld}
    joined: dict[tuple[bytes, Wrap | None], bytes] = {}
    written = 0
    for seat in seats:
        if seat.behind is not None:
            continue
        if seat.states_owed:
            seat.shown_later += [m.body for m in messages if seat not in m.withheld]
            continue
        if seat in concerned:
            bodies = [message.body for message in messages if seat not in message.withheld]
            if not bodies:
                continue
            frames = seat.frames(bodies)
            count = len(bodies)
        else:
            framing = (seat.prefix, seat.wrap)
            if framing not in joined:
                joined[framing] = seat.frames([message.body for message in messages])
            frames = joined[framing]
            count = len(messages)
        if seat.outbox.offer(frames):
            written += count
            seat.last_sent_at = now
        else:
            seat.behind = clocks_before(messages, clocks)
    return written


def clocks_before(messages: Sequence[Message], clocks: Mapping[int, int]) -> dict[int, int]:
    """The clocks of a document as they were before the messages; clocks: with them applied."""
    before = dict(clocks)
    for message in messages:
        for client, first, _ in message.blocks:
            before[client] = min(before.get(client, 0), first)
    return before
