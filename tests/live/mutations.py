"""Seeded damage to genuine frames: what a broken or malicious client might send.

`Mutations` is an endless, reproducible stream. Most of the damage is done inside (to an update, a
state vector, a presence payload) and framed properly, and most of it keeps the length: damage to
frames and lengths mostly ends at the framing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Final

VECTORS: Final = Path(__file__).parents[1] / "vectors"
AWARENESS: Final = (
    b'\x01\x07\x01\x0e{"cursor": {}}',
    b'\x02\x07\x02\x1a{"user": {"name": "Z\xc3\xbcrich"}}\x09\x01\x04null',
    b"\x01\x07\x03\x02{}",
    b"\x00",
)
STATE_VECTORS: Final = (
    b"\x00",
    b"\x01\x07\x05",
    b"\x03\x01\x01\xb9\x60\x09\xff\xff\xff\xff\x0f\x02",
)

Framing = Callable[[bytes], bytes]


def genuine_updates() -> list[bytes]:
    """Updates that Yjs wrote, of every kind of content."""
    known = json.loads((VECTORS / "genuine_updates.json").read_text())
    found = [*known["each_kind_of_content"], *known["one_editing_session"]]
    return [bytes.fromhex(text) for text in found]


def with_length(payload: bytes) -> bytes:
    """Bytes behind their length, as lib0 writes them."""
    size, head = len(payload), b""
    while size >= 0x80:
        head += bytes((size & 0x7F | 0x80,))
        size >>= 7
    return head + bytes((size,)) + payload


def framing(prefix: bytes) -> Framing:
    """Frames a payload: prefix, length, payload."""
    return lambda payload: prefix + with_length(payload)


class Mutations:
    """The frames of one door. address: b"" for y-websocket, else the Hocuspocus address."""

    def __init__(self, seed: int, address: bytes = b"", more: Sequence[bytes] = ()) -> None:
        self._random = Random(seed)
        updates = genuine_updates()
        step1, step2 = framing(address + b"\x00\x00"), framing(address + b"\x00\x01")
        update, awareness = framing(address + b"\x00\x02"), framing(address + b"\x01")
        self._framed: list[tuple[Framing, Sequence[bytes]]] = [
            (update, updates),
            (update, updates),
            (step2, updates),
            (step1, STATE_VECTORS),
            (awareness, AWARENESS),
        ]
        self._more = more

    def __iter__(self) -> Iterator[bytes]:
        while True:
            frame, payloads = self._random.choice(self._framed)
            payload = self._random.choice(payloads)
            kind = self._random.randrange(20)
            if kind < 13:
                yield frame(self.damaged(payload))
            elif kind < 18:
                yield self.damaged(frame(payload))
            elif kind < 19 and self._more:
                yield self.damaged(self._random.choice(self._more))
            else:
                yield self._random.randbytes(self._random.randrange(200))

    def damaged(self, data: bytes) -> bytes:
        """The bytes with one to three wounds."""
        found = bytearray(data)
        for _ in range(self._random.choice((1, 1, 1, 2, 3))):
            self._wound(found)
        return bytes(found)

    def _wound(self, data: bytearray) -> None:
        random = self._random
        at = random.randrange(len(data) + 1)
        match random.randrange(12):
            case 0:
                del data[at:]
            case 1:
                data[at:at] = random.randbytes(random.randint(1, 8))
            case 2:
                del data[at : at + random.randint(1, 8)]
            case 3 | 4 | 5 | 6 | 7 | 8 if data:
                data[at % len(data)] ^= 1 << random.randrange(8)
            case _:  # the values at which numbers change their length or their sign
                extremes = (0x00, 0x01, 0x7F, 0x80, 0xFF)
                data[at : at + 1] = bytes((random.choice(extremes),)) * random.choice(
                    (1, 1, 1, 1, 1, 5, 9)
                )
