"""Uploaded photos made harmless and small: decoded, turned upright, and encoded afresh.

Rule 1: nothing of the upload is kept but its pixels: no metadata (where it was taken), no colour
        profile, no second image behind the first one.
Rule 2: what it is comes from its first bytes, and only the decoder of that format sees it. How
        many pixels it has is known before the first one is decoded.
Rule 3: the same photo gives the same bytes, so its id (their sha256) finds doubles.

Blocking, and up to a second long: call it in a thread. Memory: about 16 bytes a pixel at worst.
"""

from __future__ import annotations

import hashlib
import struct
import warnings
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

from PIL import Image

from collab.errors import TooLarge, UnfitPhoto

UPLOAD_LIMIT_BYTES = 5 * 1024 * 1024
PIXEL_LIMIT = 40_000_000
MEDIA_TYPE = "image/webp"
QUALITY = 82
ORIENTATION_TAG = 0x0112  # EXIF 2.3, 4.6.4 A

# Pillow warns at this size and refuses at twice as much; here both refuse.
Image.MAX_IMAGE_PIXELS = PIXEL_LIMIT
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")  # odd EXIF, and the like
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


class PhotoSize(StrEnum):
    """The sizes that are kept of every photo."""

    LIST = "list"
    DETAIL = "detail"


LONG_SIDE_PIXELS: Mapping[PhotoSize, int] = {PhotoSize.DETAIL: 1280, PhotoSize.LIST: 320}

# What the decoders raise on damaged files; tests/api/test_photo_press.py throws thousands at them.
_DAMAGED = (
    OSError,  # also what Pillow cannot identify
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    zlib.error,
    OverflowError,
    IndexError,
    KeyError,
    TypeError,
)
_SCALABLE = ("L", "RGB", "RGBA", "CMYK")
_UPRIGHT = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}


@dataclass(frozen=True, slots=True)
class PressedPhoto:
    """A photo as it is kept."""

    sha256: str  # of the detail size, hex: its id
    width: int  # of the detail size
    height: int
    files: Mapping[PhotoSize, bytes]  # WebP


def press(upload: bytes) -> PressedPhoto:
    """Decode an upload and encode it in all sizes. An animation gives its first picture.

    Raises TooLarge for too many bytes or pixels, UnfitPhoto for what is no whole JPEG, PNG or WebP.
    """
    if len(upload) > UPLOAD_LIMIT_BYTES:
        raise TooLarge("A photo has at most 5 MB.", reason="photo_too_large")
    format = _format_of(upload)
    try:
        with Image.open(BytesIO(upload), formats=[format]) as image:
            detail = _detail(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except _DAMAGED:
        raise UnfitPhoto("This file is damaged or not whole.", reason="photo_damaged") from None
    files = {
        PhotoSize.DETAIL: _encoded(detail),
        PhotoSize.LIST: _encoded(_fitted(detail, LONG_SIDE_PIXELS[PhotoSize.LIST])),
    }
    digest = hashlib.sha256(files[PhotoSize.DETAIL]).hexdigest()
    return PressedPhoto(digest, detail.width, detail.height, files)


def _format_of(upload: bytes) -> str:
    if upload.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if upload.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if upload[:4] == b"RIFF" and upload[8:12] == b"WEBP":
        return "WEBP"
    raise UnfitPhoto("A photo is a JPEG, PNG or WebP file.", reason="photo_format")


def _detail(image: Image.Image) -> Image.Image:
    """The upload in the detail size, upright, in RGB or RGBA."""
    if image.width * image.height > PIXEL_LIMIT:
        raise _too_many_pixels()
    side = LONG_SIDE_PIXELS[PhotoSize.DETAIL]
    # A JPEG is decoded at a half, a quarter or an eighth, as long as that is still twice too large.
    image.draft(None, (2 * side, 2 * side))
    image.load()
    turns = _UPRIGHT.get(_orientation(image), ())
    # Fewer pixels first, where the mode allows it: everything after costs next to nothing.
    is_plain = image.mode in _SCALABLE and "transparency" not in image.info
    upright = _fitted(_in_colour(_fitted(image, side) if is_plain else image), side)
    for turn in turns:
        upright = upright.transpose(turn)
    return upright


def _orientation(image: Image.Image) -> int:
    # Phones write odd EXIF blocks, and a photo that lies on its side is better than none.
    try:
        found = image.getexif().get(ORIENTATION_TAG, 1)
    except _DAMAGED:
        return 1
    return found if isinstance(found, int) else 1


def _in_colour(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits of grey; Pillow would cut instead of scaling
        image = image.convert("I").point(lambda level: level / 256).convert("L")
    has_alpha = image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info
    return image.convert("RGBA" if has_alpha else "RGB")


def _fitted(image: Image.Image, side: int) -> Image.Image:
    """At most `side` pixels on the long side; never larger than it was."""
    scale = min(1.0, side / max(image.size))
    if scale == 1.0:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _encoded(image: Image.Image) -> bytes:
    bare = image.copy()
    bare.info.clear()  # the encoder would write the upload's metadata again
    out = BytesIO()
    bare.save(out, "WEBP", quality=QUALITY, method=4, exif=b"", xmp=b"", icc_profile=b"")
    return out.getvalue()


def _too_many_pixels() -> TooLarge:
    return TooLarge(
        f"A photo has at most {PIXEL_LIMIT // 1_000_000} million pixels.", reason="photo_too_large"
    )
