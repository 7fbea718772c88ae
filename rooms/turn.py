"""What one loop turn of a room gathered, before it is shown, saved and acknowledged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from collab.records import DocumentUpdates, NewUpdate
from rooms.client_ids import ClientIds
from rooms.fanout import Message
from rooms.promises import Promise
from rooms.seat import Seat

SERVER_SESSION = "server"  # the session of edits that came over no socket


@dataclass(frozen=True, slots=True)
class Handled:
    """One update that was applied (or found to be there already) in this turn."""

    seat: Seat | None  # None: an edit of the server itself
    user_id: str
    update: bytes  # raw, as the client sent it
    body: bytes  # the same as a y-protocols Update message
    blocks: Sequence[tuple[int, int, int]]  # (client id, first clock, end clock)
    is_news: bool
    acknowledgement: tuple[bytes, ...]  # bodies owed to the seat after the commit
    received_at: float  # monotonic seconds


def messages_of(turn: Sequence[Handled], ids: ClientIds) -> list[Message]:
    """What the others are shown; each withheld from those in whose name it is."""
    return [
        Message(handled.body, handled.blocks, frozenset(ids.owners(handled.blocks, handled.seat)))
        for handled in turn
        if handled.is_news
    ]


def edits_of(turn: Sequence[Handled]) -> Counter[Seat]:
    """How many changes each seat made."""
    return Counter(handled.seat for handled in turn if handled.is_news and handled.seat is not None)


def updates_of(
    turn: Sequence[Handled], document_id: str, ids: ClientIds, at: datetime
) -> DocumentUpdates | None:
    """What the journal saves; None when the turn brought nothing new."""
    updates = tuple(
        NewUpdate(
            handled.update,
            handled.user_id,
            handled.seat.session_id if handled.seat else SERVER_SESSION,
            at,
        )
        for handled in turn
        if handled.is_news
    )
    return DocumentUpdates(document_id, updates, ids.take_unsaved()) if updates else None


def promises_of(
    turn: Sequence[Handled], messages: Sequence[Message], position: int
) -> list[Promise]:
    """What is owed after the commit: acknowledgements, and the messages that were withheld."""
    promises: list[Promise] = []
    news = iter(messages)
    for handled in turn:
        if handled.is_news:
            message = next(news)
            promises += [
                Promise(position, seat, (message.body,), handled.received_at, False)
                for seat in message.withheld
                if seat is not handled.seat
            ]
        if handled.seat is not None and handled.acknowledgement:
            promises.append(
                Promise(position, handled.seat, handled.acknowledgement, handled.received_at, True)
            )
    return promises
