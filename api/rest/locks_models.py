"""What goes in and out about locks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from api.rest.models import Answer, Incoming
from collab.guard.locks import LEASE_SECONDS, PATH_LIMIT_CHARACTERS, RENEW_SECONDS

FieldPath = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=PATH_LIMIT_CHARACTERS,
        description="such as items/soup/price; a slash inside an id is written as %2F",
    ),
]
FencingToken = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]


class NewLock(Incoming, frozen=True):
    """A field to hold."""

    field: FieldPath
    session: str | None = None  # your connection to the menu; its end frees the field


class LockRenewal(Incoming, frozen=True):
    """A lock to keep."""

    token: FencingToken
    session: str | None = None  # the connection that holds it from now on


class LockRelease(Incoming, frozen=True):
    """A lock to give back. `token` in a query is what signs a request in, hence the longer name."""

    fencing_token: FencingToken


class StrictLocks(Incoming, frozen=True):
    """Whether what others write to a held field is set back."""

    on: bool


class LockAnswer(Answer, frozen=True):
    """Who holds a field, and for how long if nobody renews it."""

    field: str
    token: int  # of two who say they hold the field, the larger one is right
    user: str
    name: str
    session: str
    acquired_at: datetime
    seconds_left: float


class LockList(Answer, frozen=True):
    """The live locks of a menu by field, and how to keep one."""

    locks: list[LockAnswer]
    strict: bool
    lease_seconds: float = LEASE_SECONDS
    renew_seconds: float = RENEW_SECONDS


class StrictAnswer(Answer, frozen=True):
    """Whether the locks of the menu are strict."""

    on: bool
