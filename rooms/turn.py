"""What one loop turn of a room gathered, before it is shown, saved and acknowledged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from collab import messages
from collab.admission import read_update
from collab.records import Consequences, DocumentUpdates, NewUpdate
from rooms.client_ids import ClientIds
from rooms.fanout import Message
from rooms.promises import Promise
from rooms.seat import Seat

SERVER_SESSION = "server"  # the session of edits that came over no socket
SERVER_USER = "server"  # who sets back what may not stand


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
    repair: bytes | None = None  # of the server, what goes back of this update


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
    turn: Sequence[Handled],
    document_id: str,
    ids: ClientIds,
    at: datetime,
    consequences: Consequences | None = None,
) -> DocumentUpdates | None:
    """What the journal saves; None when there is nothing new.

    A repair stands right behind what it repairs, so no commit has one without the other.
    """
    updates: list[NewUpdate] = []
    for handled in turn:
        if not handled.is_news:
            continue
        session = handled.seat.session_id if handled.seat else SERVER_SESSION
        updates.append(NewUpdate(handled.update, handled.user_id, session, at))
        if handled.repair is not None:
            updates.append(NewUpdate(handled.repair, SERVER_USER, SERVER_SESSION, at))
    if not updates and consequences is None:
        return None
    meaning = () if consequences is None else (consequences,)
    return DocumentUpdates(document_id, tuple(updates), ids.take_unsaved(), meaning)


def repairs_of(turn: Sequence[Handled]) -> list[tuple[Seat, Message]]:
    """What goes back to the authors at once, who have the rest already."""
    return [
        (
            handled.seat,
            Message(messages.update(handled.repair), read_update(handled.repair).blocks),
        )
        for handled in turn
        if handled.seat is not None and handled.repair is not None
    ]


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
