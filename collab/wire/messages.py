"""y-protocols messages (y-websocket, y-sweet): bytes to frozen values and back.

Rule 1: one message per frame; bytes behind it are refused, so nothing can hide behind a harmless
message.
Rule 2: types are decoded as varUints before they are looked at (`80 00` is 0), never compared as
bytes.
Rule 3: payloads stay bytes. Updates and state vectors are read by `collab.updates.admission`,
awareness states are JSON that nobody here parses.
Source: y-protocols PROTOCOL.md; y-websocket src/y-websocket.js; y-sweet doc_connection.rs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from collab.errors import ProtocolViolation, TooLarge
from collab.wire.lib0 import Reader, var_bytes, var_string, write_var_uint

SYNC = 0
AWARENESS = 1
AUTH = 2
QUERY_AWARENESS = 3
YSWEET_VERSION = 102  # 0x66, y-sweet's "which version did you see?"

KEEPALIVE = b"\x01\x01\x00"  # awareness of nobody: counts as traffic, changes nothing


@dataclass(frozen=True, slots=True)
class SyncStep1:
    """Asks for what the sender lacks."""

    state_vector: bytes


@dataclass(frozen=True, slots=True)
class SyncStep2:
    """The answer to a SyncStep1."""

    update: bytes  # update_v1


@dataclass(frozen=True, slots=True)
class Update:
    """An edit as it happens."""

    update: bytes  # update_v1


@dataclass(frozen=True, slots=True)
class Awareness:
    """Presence of some clients; see `decode_awareness`."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class QueryAwareness:
    """Asks for the presence of everybody."""


@dataclass(frozen=True, slots=True)
class AuthDenied:
    """Only servers send this; a stock client that receives it logs a warning."""

    reason: str


@dataclass(frozen=True, slots=True)
class YSweetVersion:
    """A y-sweet client asks to have this very frame back once its edits are safe."""

    frame: bytes


@dataclass(frozen=True, slots=True)
class Unknown:
    """A type nobody here knows; stock servers ignore it."""

    type: int


SyncMessage = SyncStep1 | SyncStep2 | Update
InnerMessage = SyncMessage | Awareness | QueryAwareness
Message = InnerMessage | AuthDenied | YSweetVersion | Unknown


def decode(frame: bytes) -> Message:
    """Read one y-websocket frame.

    Raises ProtocolViolation when it is cut, has bytes behind its end, or an unknown sync type.
    An unknown outer type is a value (`Unknown`), its payload is not looked at.
    """
    reader = Reader(frame)
    outer = reader.read_var_uint()
    message: Message | None = decode_inner(outer, reader)
    if message is None:
        match outer:
            case 2:
                message = _decode_auth(reader)
            case 102:
                message = _decode_ysweet_version(reader)
            case _:
                return Unknown(outer)
    reader.expect_end()
    return message


def decode_inner(outer: int, reader: Reader) -> InnerMessage | None:
    """Read the payload of a type that y-websocket and Hocuspocus share; None for other types.

    outer: 0 sync, 1 awareness, 3 query awareness. The reader stands behind the type and is left
    behind the payload. Raises ProtocolViolation.
    """
    match outer:
        case 0:
            return decode_sync(reader)
        case 1:
            return Awareness(reader.read_var_bytes())
        case 3:
            return QueryAwareness()
        case _:
            return None


def decode_sync(reader: Reader) -> SyncMessage:
    """Read what follows the outer type 0. Raises ProtocolViolation."""
    inner = reader.read_var_uint()
    if inner > 2:
        raise ProtocolViolation("There is no such sync message.", reason="unknown_sync_type")
    payload = reader.read_var_bytes()
    if inner == 2:
        return Update(payload)
    return SyncStep1(payload) if inner == 0 else SyncStep2(payload)


def sync_step1(state_vector: bytes) -> bytes:
    """Encode "send me what I lack"."""
    return b"\x00\x00" + var_bytes(state_vector)


def sync_step2(update: bytes) -> bytes:
    """Encode the answer to a SyncStep1."""
    return b"\x00\x01" + var_bytes(update)


def update(update: bytes) -> bytes:
    """Encode an edit."""
    return b"\x00\x02" + var_bytes(update)


def awareness(payload: bytes) -> bytes:
    """Encode presence; payload: from `encode_awareness`."""
    return b"\x01" + var_bytes(payload)


def query_awareness() -> bytes:
    """Encode "send me the presence of everybody"."""
    return b"\x03"


def auth_denied(reason: str) -> bytes:
    """Encode a refusal."""
    return b"\x02\x00" + var_string(reason)


@dataclass(frozen=True, slots=True)
class AwarenessEntry:
    """Presence of one Yjs client."""

    client: int
    clock: int
    state: str | None  # raw JSON text; None when the client is gone ("null")


def decode_awareness(
    payload: bytes, limit_entries: int, limit_state_bytes: int
) -> list[AwarenessEntry]:
    """Read the payload of an awareness message.

    limit_entries: most entries; limit_state_bytes: most bytes of one state.
    The states are not parsed. Raises ProtocolViolation when the bytes are wrong or there are too
    many entries, TooLarge when a state is too large.
    """
    reader = Reader(payload)
    count = reader.read_var_uint()
    if count > limit_entries:
        raise ProtocolViolation("Too many awareness entries.", reason="too_many_entries")
    entries = []
    for _ in range(count):
        client = reader.read_var_uint()
        clock = reader.read_var_uint()
        state = reader.read_var_string()
        size = len(state) if state.isascii() else len(state.encode())
        if size > limit_state_bytes:
            raise TooLarge("An awareness state is too large.", reason="awareness_too_large")
        # JSON.parse takes white space around the word, so " null" means gone as well.
        gone = len(state) <= 16 and state.strip(" \t\r\n") == "null"
        entries.append(AwarenessEntry(client, clock, None if gone else state))
    reader.expect_end()
    return entries


def encode_awareness(entries: Iterable[AwarenessEntry]) -> bytes:
    """Encode the payload of an awareness message."""
    parts = [
        write_var_uint(entry.client)
        + write_var_uint(entry.clock)
        + (b"\x04null" if entry.state is None else var_string(entry.state))
        for entry in entries
    ]
    return write_var_uint(len(parts)) + b"".join(parts)


def _decode_auth(reader: Reader) -> AuthDenied:
    if reader.read_var_uint() != 0:
        raise ProtocolViolation("There is no such auth message.", reason="unknown_auth_type")
    return AuthDenied(reader.read_var_string())


def _decode_ysweet_version(reader: Reader) -> YSweetVersion:
    version = Reader(reader.read_var_bytes())
    version.read_var_uint()
    version.expect_end()
    return YSweetVersion(reader.data)
