"""Pictures for tests, drawn here."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image


def gradient(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """Darker on the left, brighter on the right; red on top, blue below."""
    across = Image.linear_gradient("L").rotate(90).resize((width, height))
    down = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (across, across, down)).convert(mode)


def encoded(image: Image.Image, format: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def decoded(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of_size(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG that says it is so large, with whatever data: what bombs are made of."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", head)
        + png_chunk(b"IDAT", zlib.compress(data, 9))
        + png_chunk(b"IEND", b"")
    )


def webp_chunks(content: bytes) -> list[bytes]:
    """The names of the chunks of a WebP file."""
    assert content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    names, place = [], 12
    while place < len(content):
        size = struct.unpack("<I", content[place + 4 : place + 8])[0]
        names.append(content[place : place + 4])
        place += 8 + size + size % 2
    return names
