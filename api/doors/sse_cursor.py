"""The `id:` of an event stream: where it stands in every room it shows, as one opaque word.

A browser keeps the last one and sends it when it comes back, so all rooms go on where they were.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

import msgspec

from collab.errors import ProtocolViolation
from rooms.event_room import Cursor

LIMIT_CHARACTERS = 8000  # aiohttp takes header lines of 8190 bytes

_Positions = dict[str, tuple[str, int]]


def encode_cursors(cursors: Mapping[str, Cursor]) -> bytes:
    """Base64url of `{room: [epoch, offset]}`."""
    content = {room: (cursor.epoch, cursor.offset) for room, cursor in cursors.items()}
    return base64.urlsafe_b64encode(msgspec.json.encode(content)).rstrip(b"=")


def decode_cursors(text: str) -> dict[str, Cursor]:
    """Raises ProtocolViolation, reason `bad_cursor`, for what `encode_cursors` never made."""
    bad = ProtocolViolation("This is no Last-Event-ID of this server.", reason="bad_cursor")
    if len(text) > LIMIT_CHARACTERS or not text.isascii():
        raise bad
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        found = msgspec.json.decode(content, type=_Positions)
    except (binascii.Error, UnicodeDecodeError, msgspec.MsgspecError):
        raise bad from None
    return {room: Cursor(epoch, offset) for room, (epoch, offset) in found.items()}
