"""The frames that clients of the rooms protocol send, as structs.

Every field is checked here for its form; what it means is up to the conversation. Behind `hello`, a
frame with a field that is not known is malformed: a client says there what it speaks.
Source: docs/protocols.md, "The rooms protocol".
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

ID_LIMIT_CHARACTERS = 64
ROOM_LIMIT_CHARACTERS = 300
DEVICE_LIMIT_CHARACTERS = 64
LARGEST_HANDLE = 2**31 - 1

Handle = Annotated[int, msgspec.Meta(ge=0, le=LARGEST_HANDLE)]
Room = Annotated[str, msgspec.Meta(max_length=ROOM_LIMIT_CHARACTERS)]
Label = Annotated[str, msgspec.Meta(max_length=DEVICE_LIMIT_CHARACTERS)]


class _Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One frame's map."""


class Hello(msgspec.Struct, frozen=True, kw_only=True):
    """The first frame: who speaks, and what. Later clients may say more of themselves here."""

    v: int
    token: str | None = None
    device: Label | None = None  # what the device calls itself; for colleagues and for the log
    app: Label | int | float | None = None
    caps: Any = None  # nothing depends on it yet


class Token(_Form, frozen=True):
    """A new token of the same person, before the old one ends."""

    token: str


class Sub(_Form, frozen=True):
    """Subscribe to a room, as handle `h`; a handle in use is given up for it."""

    h: Handle
    room: Room
    epoch: int | str | None = None
    offset: int | None = None
    want: Any = None  # without a cursor; "events": from now on only, all else: a snapshot first


class Unsub(_Form, frozen=True):
    """Leave a room."""

    h: Handle


class Sync(_Form, frozen=True):
    """One y-protocols message for a document."""

    h: Handle
    data: bytes


class Mark(_Form, frozen=True):
    """Asks to be told when everything sent before is on disk."""

    h: Handle
    n: int


class Seen(_Form, frozen=True):
    """Everything of a room up to an offset was shown to people."""

    h: Handle
    offset: Annotated[int, msgspec.Meta(ge=0)]


class Say(_Form, frozen=True):
    """Something for the others in the room of an order; stored nowhere."""

    h: Handle
    kind: Literal["here", "gone", "sending", "wait", "handover"]
    body: dict[str, Any] = {}


class Cmd(_Form, frozen=True):
    """A command."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=ID_LIMIT_CHARACTERS)]
    room: Room
    type: Annotated[str, msgspec.Meta(max_length=64)]
    body: dict[str, Any] = {}
    device_seq: int | None = None  # ascending on one device; later ones wait for earlier ones
    client_at_ms: Annotated[int, msgspec.Meta(ge=0, le=4_102_444_800_000)] | None = None


class Ping(_Form, frozen=True):
    """Asks for a `pong` with the same `t`, and says how the client is; for whoever operates us."""

    t: int | float | None = None
    unsynced: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)] | None = None  # waits there
    # As measured with an earlier ping.
    rtt_ms: Annotated[float, msgspec.Meta(ge=0, le=3_600_000)] | None = None


class BadCmd(msgspec.Struct, frozen=True):
    """A command that is none, but says which one it would be."""

    id: str
    reason: str


ClientFrame = Hello | Token | Sub | Unsub | Sync | Mark | Seen | Say | Cmd | Ping | BadCmd

FORMS: dict[str, type[msgspec.Struct]] = {
    "hello": Hello,
    "token": Token,
    "sub": Sub,
    "unsub": Unsub,
    "mark": Mark,
    "seen": Seen,
    "say": Say,
    "cmd": Cmd,
    "ping": Ping,
}
