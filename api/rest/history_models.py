"""What goes in and out about the history of a menu."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from api.rest.models import Answer, Incoming, Page

Word = Annotated[str, msgspec.Meta(max_length=255)]
Time = Annotated[datetime, msgspec.Meta(tz=True)]


class HistoryQuery(Incoming, frozen=True):
    """Which entries to list."""

    item: Word | None = None  # id of an item, section or group; "" for the menu itself
    field: Word | None = None
    user: Word | None = None
    door: Word | None = None
    since: Time | None = None
    until: Time | None = None
    after: Word | None = None  # `next` of the page before
    limit: Page = 100


class BlameQuery(Incoming, frozen=True):
    """Whose fields to list; all without `item`."""

    item: Word | None = None


class EntryAnswer(Answer, frozen=True):
    """One field that changed. `before` is null when there was nothing, `after` when it went."""

    id: str
    root: str  # "meta", "sections", "items" or "modgroups"
    item: str  # id of the section, item or group; "" for the menu itself
    field: str  # "": the whole part was created
    before: Any
    after: Any
    user: str
    session: str
    door: str
    since: datetime
    at: datetime


class StretchAnswer(Answer, frozen=True):
    """What one connection changed without a pause of more than 15 minutes, the latest first."""

    user: str
    session: str
    door: str
    since: datetime
    at: datetime
    changes: list[EntryAnswer]


class HistoryList(Answer, frozen=True):
    """One page, the latest first; a stretch may go on in the next one."""

    sessions: list[StretchAnswer]
    next: str | None


class WriterName(Answer, frozen=True):
    """What somebody is called whose id stands in a menu and in its history."""

    user: str
    name: str


class WriterList(Answer, frozen=True):
    """Everybody who is known; who is not has left, or wanted to be forgotten."""

    writers: list[WriterName]


class BlamePart(Answer, frozen=True):
    """The last change of each field of one section, item or group."""

    root: str
    item: str
    fields: list[EntryAnswer]


class BlameAnswer(Answer, frozen=True):
    """Who wrote what, as far back as the history is kept."""

    parts: list[BlamePart]


class RestoreAnswer(Answer, frozen=True):
    """What putting a value back did."""

    changes: int  # 0: it was so already
