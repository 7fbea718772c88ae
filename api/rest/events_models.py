"""What goes in and out about the events of a menu."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from api.rest.models import Answer, Incoming, Page

WAIT_LIMIT_SECONDS = 25.0  # below the 30 s after which proxies give up


class EventQuery(Incoming, frozen=True):
    """From where to read. Without `epoch` the offset is taken as it is."""

    after: Annotated[int, msgspec.Meta(ge=0, le=2**53)] = 0
    epoch: Annotated[str, msgspec.Meta(max_length=64)] = ""
    limit: Page = 100
    # How long to wait for an event when there is none; 0 answers at once.
    wait_seconds: Annotated[float, msgspec.Meta(ge=0, le=WAIT_LIMIT_SECONDS)] = 0.0


class EventAnswer(Answer, frozen=True):
    """One event of a menu."""

    offset: int
    type: str
    actor: str
    at: datetime
    body: dict[str, Any]


class EventList(Answer, frozen=True):
    """Some events in order. `epoch` and the last offset are where to go on."""

    epoch: str  # "" before the first event ever
    top: int  # offset of the last event there is
    events: list[EventAnswer]
