"""Server WebSocket frames, built once and written to many connections.

A server frame is not masked, so the same bytes serve every receiver (RFC 6455, section 5.1).
Compression is never negotiated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

# A message of a room -> one whole frame of somebody's protocol. Equal ones make equal frames, so
# that seats share them.
Wrap = Callable[[bytes], bytes]

_TEXT_FINAL = 0x81
_BINARY_FINAL = 0x82


def binary_frame(payload: bytes) -> bytes:
    """One whole binary message as one frame."""
    return _head(_BINARY_FINAL, len(payload)) + payload


def text_frame(payload: bytes) -> bytes:
    """One whole text message as one frame. payload: UTF-8, which nobody checks here."""
    return _head(_TEXT_FINAL, len(payload)) + payload


def join_frames(prefix: bytes, bodies: Iterable[bytes]) -> bytes:
    """One frame a body, each with `prefix` before it, joined for one write.

    Joined in the write and not in a message: y-websocket 3 reads one message a frame.
    """
    return b"".join([binary_frame(prefix + body) for body in bodies])


def _head(first: int, size: int) -> bytes:
    if size < 126:
        return bytes((first, size))
    if size < 1 << 16:
        return bytes((first, 126)) + size.to_bytes(2, "big")
    return bytes((first, 127)) + size.to_bytes(8, "big")
