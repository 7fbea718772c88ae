"""What one loop turn of a room gathered, before it is shown, saved and acknowledged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from collab.documents.engine import merged
from collab.records import Consequences, DocumentUpdates, NewUpdate
from collab.updates.admission import UpdateOutline, read_update
from collab.wire import messages
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


def handled(
    seat: Seat,
    update: bytes,
    outline: UpdateOutline,
    at: float,
    *,
    owed: int,
    is_news: bool,
    repair: bytes | None = None,
) -> Handled:
    """An update of a seat. at: monotonic seconds. owed: how many acknowledgements it is worth."""
    # In one frame: nobody ever shows what is set back.
    body = messages.update(update if repair is None else merged([update, repair]))
    blocks: Sequence[tuple[int, int, int]] = outline.blocks
    if repair is not None:
        blocks = [*blocks, *read_update(repair).blocks]
    if seat.applied is not None:
        acknowledgement = (seat.applied,) * owed
    else:
        acknowledgement = (body,) if seat.echoes and not outline.is_empty else ()
    user_id = seat.identity.user_id
    return Handled(seat, user_id, update, body, blocks, is_news, acknowledgement, at, repair)


def messages_of(turn: Sequence[Handled], ids: ClientIds) -> list[Message]:
    """What the others are shown; each withheld from those in whose name it is."""
    return [
        Message(one.body, one.blocks, frozenset(ids.owners(one.blocks, one.seat)))
        for one in turn
        if one.is_news
    ]


def edits_of(turn: Sequence[Handled]) -> Counter[Seat]:
    """How many changes each seat made."""
    return Counter(one.seat for one in turn if one.is_news and one.seat is not None)


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
    for one in turn:
        if not one.is_news:
            continue
        session = one.seat.session_id if one.seat else SERVER_SESSION
        updates.append(NewUpdate(one.update, one.user_id, session, at))
        if one.repair is not None:
            updates.append(NewUpdate(one.repair, SERVER_USER, SERVER_SESSION, at))
    if not updates and consequences is None:
        return None
    meaning = () if consequences is None else (consequences,)
    return DocumentUpdates(document_id, tuple(updates), ids.take_unsaved(), meaning)


def repairs_of(turn: Sequence[Handled]) -> list[tuple[Seat, Message]]:
    """What goes back to the authors at once, who have the rest already."""
    return [
        (
            one.seat,
            Message(messages.update(one.repair), read_update(one.repair).blocks),
        )
        for one in turn
        if one.seat is not None and one.repair is not None
    ]


def promises_of(
    turn: Sequence[Handled], messages: Sequence[Message], position: int
) -> list[Promise]:
    """What is owed after the commit: acknowledgements, and the messages that were withheld."""
    promises: list[Promise] = []
    news = iter(messages)
    for one in turn:
        if one.is_news:
            message = next(news)
            promises += [
                Promise(position, seat, (message.body,), one.received_at, False)
                for seat in message.withheld
                if seat is not one.seat
            ]
        if one.seat is not None and one.acknowledgement:
            promises.append(Promise(position, one.seat, one.acknowledgement, one.received_at, True))
    return promises
