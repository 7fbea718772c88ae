"""The frames that the server sends over the rooms protocol, as structs.

The conversation builds its frames by hand, because most are written in a hot path. These structs
say what comes out of it: the page's types are made of them (api/typescript.py), and the client of
the tests (tests/live/rooms_client.py) refuses every frame that does not fit.
Source: docs/protocols.md, "The rooms protocol".
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from collab.identity import Access, Role


class Frame(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One frame's map. What may be missing is UNSET then."""


class WelcomeUser(Frame, frozen=True):
    """Who the server takes the connection for."""

    id: str
    name: str | None
    restaurant: str | None  # None: the developer of --dev
    roles: list[Role]
    exp: int | None  # when the token ends, seconds since 1970


class Limits(Frame, frozen=True):
    """What a client must keep to."""

    subs: int  # rooms of one connection
    command_bytes: int
    frame_bytes: int  # of every frame but `sync`
    sync_bytes: int


class Welcome(Frame, frozen=True):
    """The answer to `hello`."""

    conn: str
    user: WelcomeUser
    now: int  # ms since 1970
    ping_ms: int  # how often the client should ping
    min_app: str  # an older client should reload
    limits: Limits


class RoleFrame(Frame, frozen=True):
    """The rights of the connection, after a new token."""

    roles: list[Role]
    exp: int | UnsetType = UNSET


class RoomSnapshot(Frame, frozen=True):
    """A room as of an offset."""

    at: int
    body: Any  # by the kind of room


class Subd(Frame, frozen=True):
    """Subscribed to an event room."""

    h: int
    room: str
    epoch: str
    top: int
    recovered: bool  # the events after the client's cursor come, no snapshot
    session: str
    snapshot: RoomSnapshot | UnsetType = UNSET


class DocumentSubd(Frame, frozen=True):
    """Subscribed to a live document."""

    h: int
    room: str
    epoch: int
    schema: int
    access: Access
    session: str | UnsetType = UNSET


class Ev(Frame, frozen=True):
    """Events of a room, from offset `first` on without a hole."""

    h: int
    first: int
    events: list[tuple[str, int, str, int, Any]]  # type, seq, actor, at_ms, body


class Sync(Frame, frozen=True):
    """One y-protocols message of a document."""

    h: int
    data: bytes


class Saved(Frame, frozen=True):
    """Everything before the mark `n` is on disk."""

    h: int
    n: int


class Res(Frame, frozen=True):
    """The answer to a command."""

    id: str
    result: Literal["ok", "noop", "dup", "rejected"]
    seq: int | UnsetType = UNSET
    offset: int | UnsetType = UNSET
    code: str | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    current: Any | UnsetType = UNSET


class Gap(Frame, frozen=True):
    """The subscription is over: the cursor leads nowhere."""

    h: int
    why: Literal["epoch", "future", "negative", "trimmed"]
    epoch: str
    top: int


class Notice(Frame, frozen=True):
    """Something that a person should know; about a room when it has `h`."""

    code: str
    reason: str
    h: int | UnsetType = UNSET
    field: str | UnsetType = UNSET  # set back: root/id/field
    kept: Any | UnsetType = UNSET  # what stands there instead
    count: int | UnsetType = UNSET
    access: Access | UnsetType = UNSET  # to the document, from now on


class Said(Frame, frozen=True):
    """What somebody else in a room said; stored nowhere."""

    h: int
    from_: str = msgspec.field(name="from")  # a connection
    kind: Literal["here", "gone", "sending", "wait", "handover"]
    body: dict[str, Any]


class Pong(Frame, frozen=True):
    """The answer to `ping`."""

    now: int  # ms since 1970
    t: int | float | UnsetType = UNSET


class Bye(Frame, frozen=True):
    """The last frame before the server closes."""

    code: int
    reason: str
    reconnect: bool
    after_ms: int


# op -> its forms; of two, told apart by what they hold.
ANSWERS: dict[str, tuple[type[Frame], ...]] = {
    "welcome": (Welcome,),
    "role": (RoleFrame,),
    "subd": (Subd, DocumentSubd),
    "ev": (Ev,),
    "sync": (Sync,),
    "saved": (Saved,),
    "res": (Res,),
    "gap": (Gap,),
    "notice": (Notice,),
    "said": (Said,),
    "pong": (Pong,),
    "bye": (Bye,),
}


def read_answer(op: str, content: Any) -> Frame:
    """A frame of the server as its struct. Raises msgspec.ValidationError unless it fits."""
    *others, last = ANSWERS[op]
    for form in others:
        try:
            return msgspec.convert(content, form)
        except msgspec.ValidationError:
            pass  # perhaps the next one fits
    return msgspec.convert(content, last)
