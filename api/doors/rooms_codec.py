"""Frames of the rooms protocol as bytes: msgpack, and the same as JSON text for debugging.

Rule 1: a frame is `[op, map]`. Only `sync` may be large; it is read without building anything but
        its bytes, so a frame of nine megabytes cannot become a million objects.
Rule 2: everything else is bounded (bytes, depth, lengths), plain (no ext types, no NaN, no number
        above 2^53, no key twice) and then checked against its form.
Rule 3: events are encoded once a batch and codec; every subscription only puts its handle before.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

import msgpack
import msgspec

from api.doors.rooms_forms import (
    FORMS,
    ID_LIMIT_CHARACTERS,
    BadCmd,
    ClientFrame,
    Cmd,
    Sync,
)
from api.plain_data import LARGEST_INT, check_plain
from collab.errors import ProtocolViolation, TooLarge
from rooms.frames import binary_frame, text_frame
from rooms.listener import EventBatch

FRAME_LIMIT_BYTES = 64 * 1024  # of every frame but `sync`
DEPTH_LIMIT = 20
LENGTH_LIMIT = 1000  # entries of one list or map
TEXT_LIMIT_BYTES = FRAME_LIMIT_BYTES

_SYNC = b"\x92\xa4sync\x82"
_SYNC_JSON = re.compile(rb'\s*\[\s*"sync"\s*,')


class Whole(bytes):
    """A frame that is whole already: a wrap leaves it alone."""


class Codec(Protocol):
    """One of the two ways to write frames."""

    name: str
    text: bool

    def decode(self, frame: bytes) -> ClientFrame:
        """Read a client's frame. Raises ProtocolViolation, TooLarge."""
        ...

    def encode(self, op: str, content: Mapping[str, object]) -> bytes:
        """Write a frame of ours, without the WebSocket's head."""
        ...

    def sync(self, h: int, data: bytes) -> bytes:
        """Write a `sync` frame."""
        ...

    def events(self, h: int, batch: EventBatch) -> bytes:
        """Write an `ev` frame; what does not depend on `h` is kept in the batch."""
        ...


class MsgpackCodec:
    """`mirepoix.v1`."""

    name = "msgpack"
    text = False

    def decode(self, frame: bytes) -> ClientFrame:
        """See `Codec`."""
        if frame.startswith(_SYNC):
            return _read_sync(frame)
        _check_size(frame)
        try:
            value = msgpack.unpackb(
                frame,
                raw=False,
                strict_map_key=True,
                object_pairs_hook=_unique,
                max_str_len=TEXT_LIMIT_BYTES,
                max_bin_len=0,
                max_array_len=LENGTH_LIMIT,
                max_map_len=LENGTH_LIMIT,
                max_ext_len=0,
                ext_hook=_no_ext,
            )
            return _formed(value)
        except (ValueError, msgpack.UnpackException) as error:
            raise _malformed("This is no frame in msgpack.") from error

    def encode(self, op: str, content: Mapping[str, object]) -> bytes:
        """See `Codec`."""
        return msgspec.msgpack.encode((op, content))

    def sync(self, h: int, data: bytes) -> bytes:
        """See `Codec`."""
        return msgspec.msgpack.encode(("sync", {"h": h, "data": data}))

    def events(self, h: int, batch: EventBatch) -> bytes:
        """See `Codec`."""
        rest = batch.encoded.get(self.name)
        if rest is None:
            encode = msgspec.msgpack.encode
            rest = b"\xa5first" + encode(batch.first) + b"\xa6events" + encode(_listed(batch))
            batch.encoded[self.name] = rest
        return b"\x92\xa2ev\x83\xa1h" + msgspec.msgpack.encode(h) + rest


class JsonCodec:
    """`mirepoix.v1.json`: the same as text, with bytes as base64."""

    name = "json"
    text = True

    def decode(self, frame: bytes) -> ClientFrame:
        """See `Codec`."""
        try:
            if _SYNC_JSON.match(frame):
                return msgspec.json.decode(frame, type=tuple[str, Sync])[1]
            _check_size(frame)
            value = json.loads(frame, object_pairs_hook=_unique, parse_constant=_no_constant)
            return _formed(value)
        except (ValueError, RecursionError, msgspec.MsgspecError) as error:
            raise _malformed("This is no frame in JSON.") from error

    def encode(self, op: str, content: Mapping[str, object]) -> bytes:
        """See `Codec`."""
        return msgspec.json.encode((op, content))

    def sync(self, h: int, data: bytes) -> bytes:
        """See `Codec`."""
        return b'["sync",{"h":%d,"data":"%s"}]' % (h, base64.b64encode(data))

    def events(self, h: int, batch: EventBatch) -> bytes:
        """See `Codec`."""
        rest = batch.encoded.get(self.name)
        if rest is None:
            events = msgspec.json.encode(_listed(batch))
            rest = batch.encoded[self.name] = b',"first":%d,"events":%s}]' % (batch.first, events)
        return b'["ev",{"h":%d' % h + rest


MSGPACK = MsgpackCodec()
JSON = JsonCodec()


@dataclass(frozen=True, slots=True)
class SyncWrap:
    """Messages of a document as `sync` frames of one handle. Equal ones share their frames."""

    codec: Codec
    h: int

    def __call__(self, body: bytes) -> bytes:
        """One whole WebSocket frame."""
        if isinstance(body, Whole):
            return body
        payload = self.codec.sync(self.h, body)
        return text_frame(payload) if self.codec.text else binary_frame(payload)


def _listed(batch: EventBatch) -> list[tuple[object, ...]]:
    return [
        (event.type, event.seq, event.actor, int(event.at.timestamp() * 1000), event.body)
        for event in (one.event for one in batch.events)
    ]


def _formed(value: Any) -> ClientFrame:
    """The form of a decoded frame. Raises ValueError."""
    match value:
        case ["sub", {"offset": int(offset)}] if abs(offset) > LARGEST_INT:
            # A cursor that leads nowhere is answered `gap`, however far it leads.
            value[1]["offset"] = LARGEST_INT if offset > 0 else -LARGEST_INT
    check_plain(value, DEPTH_LIMIT)
    match value:
        case [str(op), dict(content)] if op in FORMS:
            form: Any = FORMS[op]
            try:
                frame: ClientFrame = msgspec.convert(content, form)
            except msgspec.ValidationError as error:
                named = content.get("id")
                if form is Cmd and isinstance(named, str) and len(named) <= _NAMED:
                    return BadCmd(named, str(error))
                raise ProtocolViolation(f"{op}: {error}", reason="bad_frame") from None
            return frame
        case [str(op), dict()]:
            raise ProtocolViolation(f"There is no frame {op[:20]!r}.", reason="unknown_op")
    raise _malformed("A frame is [op, map].")


_NAMED = ID_LIMIT_CHARACTERS


def _read_sync(frame: bytes) -> Sync:
    """A `sync` frame in msgpack: a map of two, `h` and `data`, in any order."""
    at = len(_SYNC)
    h: int | None = None
    data: bytes | None = None
    for _ in range(2):
        if h is None and frame.startswith(b"\xa1h", at):
            h, at = _read_uint(frame, at + 2)
        elif data is None and frame.startswith(b"\xa4data", at):
            data, at = _read_bin(frame, at + 5)
    if h is None or data is None or at != len(frame):
        raise _malformed("A sync frame has h and data.")
    return Sync(h=h, data=data)


def _read_uint(frame: bytes, at: int) -> tuple[int, int]:
    """(value, where it ends) of an unsigned integer of up to 32 bits."""
    first = frame[at] if at < len(frame) else 0xC1
    if first < 0x80:
        return first, at + 1
    return _read_sized(frame, at, {0xCC: 1, 0xCD: 2, 0xCE: 4})


def _read_bin(frame: bytes, at: int) -> tuple[bytes, int]:
    size, at = _read_sized(frame, at, {0xC4: 1, 0xC5: 2, 0xC6: 4})
    if at + size > len(frame):
        raise _malformed("The frame is cut.")
    return frame[at : at + size], at + size


def _read_sized(frame: bytes, at: int, sizes: Mapping[int, int]) -> tuple[int, int]:
    size = sizes.get(frame[at]) if at < len(frame) else None
    if size is None or at + 1 + size > len(frame):
        raise _malformed("A sync frame has h and data.")
    return int.from_bytes(frame[at + 1 : at + 1 + size], "big"), at + 1 + size


def _check_size(frame: bytes) -> None:
    if len(frame) > FRAME_LIMIT_BYTES:
        raise TooLarge(
            f"a frame other than sync may have {FRAME_LIMIT_BYTES} bytes", reason="frame_too_large"
        )


def _unique(pairs: list[tuple[object, object]]) -> dict[object, object]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a key comes twice")
    return content


def _no_ext(code: int, data: bytes) -> NoReturn:
    raise ValueError("ext types are not used here")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _malformed(sentence: str) -> ProtocolViolation:
    return ProtocolViolation(sentence)
