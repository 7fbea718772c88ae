"""Frames of the Hocuspocus provider, v3 and v4: many documents over one socket.

Rule 1: every frame is varString(address) varUint(type) payload, except the bare bytes 09 (ping)
and 0a (pong).
Rule 2: the address is document, or document + NUL + session; answers carry the byte-identical
prefix, so a frame keeps it raw and every encoder takes it.
Rule 3: sync and awareness payloads are those of y-protocols (`collab.wire.messages`).
Source: @hocuspocus/provider 3.x and 4.x, @hocuspocus/common; docs/protocols.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from collab.errors import ProtocolViolation
from collab.wire.lib0 import Reader, var_bytes, var_string
from collab.wire.messages import (
    KEEPALIVE,
    Awareness,
    QueryAwareness,
    SyncMessage,
    Unknown,
    decode_inner,
    decode_sync,
)

PING = b"\x09"
PONG = b"\x0a"

LIMIT_ADDRESS_BYTES = 1024  # a document name is at most 200 bytes; the session is short


@dataclass(frozen=True, slots=True)
class Ping:
    """The bare byte 09: answer with PONG."""


@dataclass(frozen=True, slots=True)
class Pong:
    """The bare byte 0a: to be ignored."""


@dataclass(frozen=True, slots=True)
class AuthToken:
    """The provider shows its token."""

    token: str  # "" when it has none
    version: str | None  # of the provider, since v4; None means v3


@dataclass(frozen=True, slots=True)
class SyncReply:
    """A sync message between Hocuspocus servers that must not be answered with a Step1."""

    message: SyncMessage


@dataclass(frozen=True, slots=True)
class Stateless:
    """An application message for the server."""

    payload: str


@dataclass(frozen=True, slots=True)
class BroadcastStateless:
    """An application message between Hocuspocus servers; an error when a client sends it."""

    payload: str


@dataclass(frozen=True, slots=True)
class Close:
    """The provider leaves this address; the socket stays."""

    reason: str  # "" from stock clients


Body = (
    SyncMessage
    | Awareness
    | QueryAwareness
    | AuthToken
    | SyncReply
    | Stateless
    | BroadcastStateless
    | Close
    | Unknown
)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of one document."""

    address: bytes  # the raw prefix with its length: goes in front of every answer
    document: str
    session: str | None  # None when the provider has no session awareness
    body: Body


def decode(frame: bytes) -> Frame | Ping | Pong:
    """Read one frame.

    Raises ProtocolViolation when it is cut, has bytes behind its end, names no document, or has an
    unknown sync or auth type. An unknown type is a value (`Unknown`).
    """
    if frame == PING:
        return Ping()
    if frame == PONG:
        return Pong()
    reader = Reader(frame)
    address = reader.read_var_string()
    prefix = frame[: reader.pos]
    if len(prefix) > LIMIT_ADDRESS_BYTES:
        raise ProtocolViolation("The document name is too long.", reason="address_too_long")
    document, separator, session = address.partition("\0")
    if not document.strip():
        raise ProtocolViolation("The document name is empty.", reason="empty_document_name")
    body = _decode_body(reader)
    if not isinstance(body, Unknown):
        reader.expect_end()
    return Frame(prefix, document, session if separator else None, body)


def address(document: str, session: str | None = None) -> bytes:
    """Encode the prefix of a document."""
    return var_string(document if session is None else f"{document}\0{session}")


def sync_step1(prefix: bytes, state_vector: bytes) -> bytes:
    """Encode "send me what I lack"."""
    return prefix + b"\x00\x00" + var_bytes(state_vector)


def sync_step2(prefix: bytes, update: bytes) -> bytes:
    """Encode the answer to a SyncStep1."""
    return prefix + b"\x00\x01" + var_bytes(update)


def update(prefix: bytes, update: bytes) -> bytes:
    """Encode an edit."""
    return prefix + b"\x00\x02" + var_bytes(update)


def awareness(prefix: bytes, payload: bytes) -> bytes:
    """Encode presence; payload: from `collab.wire.messages.encode_awareness`."""
    return prefix + b"\x01" + var_bytes(payload)


def authenticated(prefix: bytes, read_only: bool) -> bytes:
    """Encode "you are in", with what is allowed."""
    return prefix + b"\x02\x02" + var_string("readonly" if read_only else "read-write")


def permission_denied(prefix: bytes, reason: str) -> bytes:
    """Encode "you are not in"; the socket stays open and the provider may try again."""
    return prefix + b"\x02\x01" + var_string(reason)


def token_please(prefix: bytes) -> bytes:
    """Encode "show me your token again"; the provider answers with a new AuthToken."""
    return prefix + b"\x02\x00"


def sync_status(prefix: bytes, applied: bool) -> bytes:
    """Encode the acknowledgement of exactly one SyncStep2 or Update."""
    return prefix + (b"\x08\x01" if applied else b"\x08\x00")


def stateless(prefix: bytes, payload: str) -> bytes:
    """Encode an application message."""
    return prefix + b"\x05" + var_string(payload)


def close(prefix: bytes, reason: str) -> bytes:
    """Encode "this document is over for you"; the socket stays open."""
    return prefix + b"\x07" + var_string(reason)


def keepalive(prefix: bytes) -> bytes:
    """Encode awareness of nobody: counts as traffic, changes nothing."""
    return prefix + KEEPALIVE


def _decode_body(reader: Reader) -> Body:
    kind = reader.read_var_uint()
    shared = decode_inner(kind, reader)
    if shared is not None:
        return shared
    match kind:
        case 2:
            return _decode_auth(reader)
        case 4:
            return SyncReply(decode_sync(reader))
        case 5:
            return Stateless(reader.read_var_string())
        case 6:
            return BroadcastStateless(reader.read_var_string())
        case 7:
            return Close("" if reader.at_end else reader.read_var_string())
        case _:
            return Unknown(kind)


def _decode_auth(reader: Reader) -> AuthToken:
    if reader.read_var_uint() != 0:
        raise ProtocolViolation("Only servers send this auth message.", reason="unknown_auth_type")
    token = reader.read_var_string()
    return AuthToken(token, None if reader.at_end else reader.read_var_string())
