"""What comes out of the press is small, upright and bare; what is no photo does not get in."""

from __future__ import annotations

import hashlib
import random
import warnings
import zlib

import pytest
from PIL import Image, PngImagePlugin

from api.photo_press import (
    ORIENTATION_TAG,
    PIXEL_LIMIT,
    UPLOAD_LIMIT_BYTES,
    PhotoSize,
    press,
)
from collab.errors import MirepoixError, TooLarge, UnfitPhoto
from tests.api.pictures import decoded, encoded, gradient, png_chunk, png_of_size, webp_chunks

JPEG = encoded(gradient(), "JPEG")
PNG = encoded(gradient(), "PNG")
WEBP = encoded(gradient(), "WEBP", quality=90)


def near(one: object, other: tuple[int, ...], by: int = 12) -> bool:
    assert isinstance(one, tuple)
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("upload", [JPEG, PNG, WEBP], ids=["jpeg", "png", "webp"])
def test_every_format_becomes_webp_in_two_sizes(upload: bytes) -> None:
    photo = press(upload)
    assert (photo.width, photo.height) == (64, 48)
    assert photo.sha256 == hashlib.sha256(photo.files[PhotoSize.DETAIL]).hexdigest()
    for content in photo.files.values():
        image = decoded(content)
        assert (image.format, image.mode, image.size) == ("WEBP", "RGB", (64, 48))
        assert near(image.getpixel((32, 24)), gradient().getpixel((32, 24)))


def test_same_photo_gives_the_same_id() -> None:
    assert press(JPEG) == press(JPEG)
    assert press(JPEG).sha256 != press(encoded(gradient(64, 47), "JPEG")).sha256


@pytest.mark.parametrize(
    ("size", "detail", "list_"),
    [
        ((3000, 2000), (1280, 853), (320, 213)),
        ((2000, 3000), (853, 1280), (213, 320)),
        ((1280, 100), (1280, 100), (320, 25)),
        ((500, 400), (500, 400), (320, 256)),
        ((9000, 2), (1280, 1), (320, 1)),
        ((1, 1), (1, 1), (1, 1)),
    ],
)
def test_large_photos_are_made_small_and_small_ones_stay(size, detail, list_) -> None:
    for format in ("JPEG", "PNG"):
        photo = press(encoded(gradient(*size), format))
        assert (photo.width, photo.height) == detail
        assert decoded(photo.files[PhotoSize.LIST]).size == list_


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_photo_is_turned_upright(orientation: int, format: str) -> None:
    upright = Image.new("RGB", (60, 40), "white")
    upright.paste((200, 0, 0), (0, 0, 30, 20))  # red in the upper left corner
    # How a camera held that way stores it: the turn that brings it upright, undone.
    undo = {
        1: (),
        2: (Image.Transpose.FLIP_LEFT_RIGHT,),
        3: (Image.Transpose.ROTATE_180,),
        4: (Image.Transpose.FLIP_TOP_BOTTOM,),
        5: (Image.Transpose.TRANSPOSE,),
        6: (Image.Transpose.ROTATE_90,),
        7: (Image.Transpose.TRANSVERSE,),
        8: (Image.Transpose.ROTATE_270,),
    }[orientation]
    stored = upright
    for turn in undo:
        stored = stored.transpose(turn)
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    photo = press(encoded(stored, format, exif=exif, quality=95))
    image = decoded(photo.files[PhotoSize.DETAIL])
    assert image.size == (photo.width, photo.height) == (60, 40)
    assert near(image.getpixel((10, 8)), (200, 0, 0), 30)
    for corner in ((50, 8), (10, 32), (50, 32)):
        assert near(image.getpixel(corner), (255, 255, 255), 30)


def test_nothing_but_pixels_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET description"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 0.0)  # where it was taken
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "SECRET comment")
    profile = b"SECRET profile" * 10
    uploads = [
        encoded(gradient(), "JPEG", exif=exif, comment=b"SECRET", icc_profile=profile),
        encoded(gradient(), "PNG", exif=exif, pnginfo=text, icc_profile=profile),
        encoded(gradient(), "WEBP", exif=exif, xmp=b"<x>SECRET</x>", icc_profile=profile),
    ]
    for upload in uploads:
        photo = press(upload)
        for content in photo.files.values():
            assert b"SECRET" not in content
            assert webp_chunks(content) == [b"VP8 "]


def test_what_is_transparent_stays_so() -> None:
    image = gradient(mode="RGBA")
    image.putalpha(Image.new("L", image.size, 0))
    palette = gradient().quantize(16)
    for upload in (
        encoded(image, "PNG"),
        encoded(image, "WEBP", lossless=True),
        encoded(palette, "PNG", transparency=0),
        encoded(Image.new("LA", (4, 4), (200, 0)), "PNG"),
        encoded(Image.new("RGB", (4, 4), (9, 9, 9)), "PNG", transparency=(9, 9, 9)),
    ):
        found = decoded(press(upload).files[PhotoSize.DETAIL])
        assert found.mode == "RGBA"
        alpha = found.getextrema()[3]
        assert isinstance(alpha, tuple) and alpha[0] == 0


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK"])
def test_every_mode_becomes_colour(mode: str) -> None:
    format = "JPEG" if mode == "CMYK" else "PNG"
    found = decoded(press(encoded(gradient(mode=mode), format)).files[PhotoSize.DETAIL])
    assert found.mode == "RGB"


def test_print_colours_look_the_same_on_a_screen() -> None:
    red = Image.new("CMYK", (40, 40), (0, 255, 255, 0))
    found = decoded(press(encoded(red, "JPEG", quality=95)).files[PhotoSize.DETAIL])
    assert near(found.getpixel((20, 20)), (255, 0, 0), 20)


def test_sixteen_bits_of_grey_are_scaled_not_cut() -> None:
    grey = Image.new("I;16", (40, 40), 0x8000)
    found = decoded(press(encoded(grey, "PNG")).files[PhotoSize.DETAIL])
    assert near(found.getpixel((20, 20)), (128, 128, 128), 3)


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_animation_gives_its_first_picture(format: str) -> None:
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "lime", "blue")]
    upload = encoded(frames[0], format, save_all=True, append_images=frames[1:], duration=50)
    content = press(upload).files[PhotoSize.DETAIL]
    found = decoded(content)
    assert getattr(found, "n_frames", 1) == 1
    assert near(found.convert("RGB").getpixel((15, 10)), (255, 0, 0), 20)


def test_photo_of_a_phone_with_a_second_picture_behind_it_is_taken() -> None:
    frames = [gradient(), Image.new("RGB", (64, 48), "blue")]
    upload = encoded(frames[0], "MPO", save_all=True, append_images=frames[1:])
    assert upload.startswith(b"\xff\xd8\xff")
    found = decoded(press(upload).files[PhotoSize.DETAIL])
    assert near(found.getpixel((32, 24)), gradient().getpixel((32, 24)))


@pytest.mark.parametrize(
    "upload",
    [
        b"",
        b"GIF89a" + b"\0" * 40,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"BM" + b"\0" * 60,
        b"II*\0" + b"\0" * 60,
        b"RIFF\x24\0\0\0WAVEfmt ",
        b"<html>" + JPEG,
        b"%!PS-Adobe-3.0 EPSF-3.0",
    ],
)
def test_other_formats_are_refused_by_their_first_bytes(upload: bytes) -> None:
    with pytest.raises(UnfitPhoto) as refused:
        press(upload)
    assert refused.value.reason == "photo_format"


def test_of_a_polyglot_only_the_picture_survives() -> None:
    script = b"<script>alert(1)</script>" * 100
    archive = b"PK\x03\x04" + script
    for upload in (JPEG + archive, PNG + script, encoded(gradient(), "JPEG", comment=script)):
        photo = press(upload)
        assert all(b"script" not in content for content in photo.files.values())
    assert press(JPEG + archive).sha256 == press(JPEG).sha256


@pytest.mark.parametrize("upload", [JPEG, PNG, WEBP], ids=["jpeg", "png", "webp"])
def test_file_that_is_not_whole_is_refused(upload: bytes) -> None:
    # A PNG may lack its last chunk (12 bytes) and a JPEG its end mark: all pixels are there.
    for length in range(12, len(upload) - 20, 7):
        with pytest.raises(UnfitPhoto):
            press(upload[:length])


@pytest.mark.parametrize(
    ("width", "height"), [(40_000, 40_000), (2**31 - 1, 2**31 - 1), (8_000, 5_001), (0, 5)]
)
def test_bomb_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    with pytest.raises((TooLarge, UnfitPhoto)) as refused:
        press(png_of_size(width, height, b"\0" * 1_000_000))
    assert refused.value.reason == ("photo_too_large" if width else "photo_damaged")


def test_bomb_is_refused_also_where_warnings_are_silenced() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(TooLarge):
            press(png_of_size(8_000, PIXEL_LIMIT // 8_000 + 1))


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP", b"iTXt"])
def test_bomb_in_the_metadata_is_refused_or_passed_over(kind: bytes) -> None:
    bomb = zlib.compress(b"A" * 300_000_000, 9)
    body = b"name\0\0" + bomb if kind != b"iTXt" else b"name\0\x01\0\0\0" + bomb
    upload = PNG[:33] + png_chunk(kind, body) + PNG[33:]
    assert len(upload) < 1_000_000
    try:
        photo = press(upload)
    except UnfitPhoto:
        return
    assert photo.sha256 == press(PNG).sha256


def test_upload_has_a_limit() -> None:
    with pytest.raises(TooLarge) as refused:
        press(JPEG + b"\0" * UPLOAD_LIMIT_BYTES)
    assert refused.value.reason == "photo_too_large"
    photo = press(JPEG + b"\0" * (UPLOAD_LIMIT_BYTES - len(JPEG)))
    assert photo.sha256 == press(JPEG).sha256


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # what the decoders say on the way
@pytest.mark.parametrize("rounds", [300, pytest.param(20_000, marks=pytest.mark.full)])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_damaged_files_raise_only_what_is_ours(format: str, rounds: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = 6
    exif[0x010E] = "text"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 0.0)
    seed = encoded(gradient(), format, exif=exif)
    chance = random.Random(format)
    refused = 0
    for _ in range(rounds):
        upload = bytearray(seed)
        for _ in range(chance.randint(1, 6)):
            place = chance.randrange(len(upload))
            match chance.randrange(3):
                case 0:
                    upload[place] = chance.randrange(256)
                case 1:
                    del upload[place : place + chance.randint(1, 40)]
                case _:
                    upload[place:place] = chance.randbytes(chance.randint(1, 40))
        try:
            press(bytes(upload))
        except MirepoixError:
            refused += 1
    assert refused > rounds // 10, "the damage was done"
