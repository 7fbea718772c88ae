"""Action Cable on the wire: what clients send, and what they are told. Pure.

Frames are text, one JSON object each, subprotocol `actioncable-v1-json`.

Rule 1: an identifier is an opaque text: two are the same only when every character is, and it goes
        back as it came. What it means is JSON inside of it.
Rule 2: everything written is ASCII, so whatever a client put into an identifier can be said back.
Source: rails actioncable/lib/action_cable (connection/subscriptions.rb, channel/base.rb) and the
JavaScript client @rails/actioncable 7 and 8; docs/protocols.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

from collab.errors import ProtocolViolation

PROTOCOL = "actioncable-v1-json"
UNSUPPORTED = "actioncable-unsupported"  # offered so that a server can refuse and still shake hands
PING_SECONDS = 3.0  # a client gives the connection up after 6 s without one
FRAME_LIMIT_BYTES = 1024 * 1024
IDENTIFIER_LIMIT_CHARACTERS = 1000
DEFAULT_ACTION = "receive"  # of a message that names none


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Listen to a channel."""

    identifier: str


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Listen no longer; nothing answers it."""

    identifier: str


@dataclass(frozen=True, slots=True)
class Perform:
    """Do something in a channel: `perform(action, data)` and `send({action, ...})` alike."""

    identifier: str
    action: str
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A command that this protocol does not have; Rails ignores it too."""

    command: str


Frame: TypeAlias = Subscribe | Unsubscribe | Perform | Unknown


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an identifier asks for."""

    channel: str  # "OrdrChannel", ...
    params: Mapping[str, str]  # texts and numbers, as text; anything else is left out


def decode(content: bytes) -> Frame:
    """One frame of a client. content: UTF-8.

    Raises ProtocolViolation for what is no frame of this protocol.
    """
    frame = _object(content, "A frame")
    command = frame.get("command")
    if command not in ("subscribe", "unsubscribe", "message"):
        return Unknown(command if isinstance(command, str) else "")
    identifier = frame.get("identifier")
    if not isinstance(identifier, str) or len(identifier) > IDENTIFIER_LIMIT_CHARACTERS:
        _refuse(f"An identifier is a text of at most {IDENTIFIER_LIMIT_CHARACTERS} characters.")
    match command:
        case "subscribe":
            return Subscribe(identifier)
        case "unsubscribe":
            return Unsubscribe(identifier)
        case _:
            return _perform(identifier, frame.get("data"))


def read_identifier(identifier: str) -> Wanted | None:
    """The channel and its parameters; None for what names no channel."""
    try:
        found = _parsed(identifier)
    except ProtocolViolation:
        return None
    if not isinstance(found, dict) or not isinstance(found.get("channel"), str):
        return None
    texts = {name: _text(value) for name, value in found.items() if name != "channel"}
    params = {name: text for name, text in texts.items() if text is not None}
    return Wanted(found["channel"], params)


def welcome() -> bytes:
    """The connection is ready; the client now subscribes to everything it wants."""
    return _encoded({"type": "welcome"})


def ping(at_seconds: int) -> bytes:
    """A sign of life. at_seconds: wall time since 1970."""
    return _encoded({"type": "ping", "message": at_seconds})


def confirm(identifier: str) -> bytes:
    """The subscription is live."""
    return _encoded({"identifier": identifier, "type": "confirm_subscription"})


def reject(identifier: str) -> bytes:
    """There will be no such subscription; the client stops asking."""
    return _encoded({"identifier": identifier, "type": "reject_subscription"})


def message(identifier: str, payload: Mapping[str, object]) -> bytes:
    """Something happened in a channel. payload: plain JSON."""
    return _encoded({"identifier": identifier, "message": payload})


def disconnect(reason: str, *, reconnect: bool) -> bytes:
    """The last frame. reconnect: whether the client may come back."""
    return _encoded({"type": "disconnect", "reason": reason, "reconnect": reconnect})


def _perform(identifier: str, data: object) -> Perform:
    if not isinstance(data, str):
        _refuse("The data of a message is JSON in a text.")
    found = _parsed(data)
    if not isinstance(found, dict):
        return Perform(identifier, DEFAULT_ACTION, {})
    action = found.get("action")
    named = action if isinstance(action, str) and action else DEFAULT_ACTION
    return Perform(identifier, named, {key: found[key] for key in found if key != "action"})


def _object(content: bytes, what: str) -> dict[str, Any]:
    try:
        found = _parsed(content.decode())
    except UnicodeDecodeError:
        _refuse(f"{what} is UTF-8.")
    if not isinstance(found, dict):
        _refuse(f"{what} is a JSON object.")
    return found


def _parsed(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        _refuse("This is no JSON.")


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)  # NaN and Infinity are Python's, not JSON's


def _text(value: object) -> str | None:
    match value:
        case bool() | None:
            return None
        case str() | int():
            return str(value)
        case _:
            return None


def _encoded(frame: Mapping[str, object]) -> bytes:
    return json.dumps(frame, separators=(",", ":"), allow_nan=False).encode()


def _refuse(sentence: str) -> NoReturn:
    raise ProtocolViolation(sentence, reason="bad_cable_frame")
