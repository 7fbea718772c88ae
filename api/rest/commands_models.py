"""What goes in and out about commands of orders and stock."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from api.rest.models import Answer, Id, Incoming
from collab.orders.command import Outcome

LIST_LIMIT = 100


class NewCommand(Incoming, frozen=True):
    """One command. Its id is its idempotency key: sent again, it is answered as the first time."""

    id: Id
    room: Annotated[str, msgspec.Meta(max_length=300, description="order:{id} or stock:{id}")]
    type: Annotated[str, msgspec.Meta(max_length=64, description="such as line.add")]
    body: dict[str, Any] = msgspec.field(default_factory=dict)
    device: Annotated[str, msgspec.Meta(max_length=64)] = ""  # what the device calls itself
    device_seq: int | None = None  # its own count; commands of a list are done in their order
    client_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None  # the device's clock


Commands = Annotated[list[NewCommand], msgspec.Meta(min_length=1, max_length=LIST_LIMIT)]
OneOrMore = NewCommand | Commands


class CommandAnswer(Answer, frozen=True, omit_defaults=True):
    """What became of one command."""

    id: str
    result: Outcome
    seq: int | None = None  # of the last event that it made in its order
    offset: int | None = None  # of that event in the room of the order, or of the stock
    code: str | None = None  # why it was rejected
    reason: str | None = None  # the same for people
    current: dict[str, Any] | None = None  # what there is instead


OneOrMoreAnswers = CommandAnswer | list[CommandAnswer]
