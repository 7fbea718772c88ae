"""Server WebSocket frames, built once and written to many connections.

A server frame is not masked, so the same bytes serve every receiver (RFC 6455, section 5.1).
Compression is never negotiated.
"""

from __future__ import annotations

from collections.abc import Iterable

_BINARY_FINAL = 0x82


def binary_frame(payload: bytes) -> bytes:
    """One whole binary message as one frame."""
    size = len(payload)
    if size < 126:
        return bytes((_BINARY_FINAL, size)) + payload
    if size < 1 << 16:
        return bytes((_BINARY_FINAL, 126)) + size.to_bytes(2, "big") + payload
    return bytes((_BINARY_FINAL, 127)) + size.to_bytes(8, "big") + payload


def join_frames(prefix: bytes, bodies: Iterable[bytes]) -> bytes:
    """One frame a body, each with `prefix` before it, joined for one write.

    Joined in the write and not in a message: y-websocket 3 reads one message a frame.
    """
    return b"".join([binary_frame(prefix + body) for body in bodies])
