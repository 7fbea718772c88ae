"""Photos over REST: bring one, show one."""

from __future__ import annotations

import re

from aiohttp import BodyPartReader, StreamReader, hdrs, web

from api.photo_press import MEDIA_TYPE, UPLOAD_LIMIT_BYTES, PhotoSize
from api.rest.operation import PREFIX, Call, Operation, json_answer
from api.rest.photos_models import PhotoAddresses, PhotoAnswer, PhotoQuery
from api.rest.restaurants import restaurant_for
from collab.errors import DocumentGone, ProtocolViolation, RightWithdrawn, TooLarge
from collab.guard.rights import may_write
from collab.identity import Access, Identity
from collab.menus.schema import ITEMS
from collab.records import Restaurant

YEAR_SECONDS = 365 * 24 * 3600
CHUNK_BYTES = 64 * 1024

_SHA256 = re.compile(r"[0-9a-f]{64}")
_FORMS = ("image/jpeg", "image/png", "image/webp", "multipart/form-data")


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "POST",
            "/photos",
            "uploadPhoto",
            "Bring a photo of up to 5 MB; the same one again gives the same id",
            upload,
            {200: PhotoAnswer, 201: PhotoAnswer},
            query=PhotoQuery,
            files=dict.fromkeys(_FORMS),
            refusals=(400, 401, 403, 413, 422, 503),
        ),
        Operation(
            "GET",
            "/photos/{sha256}/{size}",
            "getPhoto",
            "Show a photo in the size `list` or `detail`",
            show,
            {200: MEDIA_TYPE, 304: None},
            refusals=(404, 503),
            is_open=True,
        ),
    )


async def upload(call: Call) -> web.Response:
    """Take a photo as the raw body or as the first file of a form."""
    query: PhotoQuery = call.query
    restaurant = restaurant_for(call.identity, query.restaurant)
    if not may_bring(call.identity, restaurant):
        raise RightWithdrawn("Your role does not allow this here.", reason="forbidden_act")
    desk, user = call.house.photos, call.identity.user_id
    with desk.uploading():
        content = await _content(call.request)
        now = call.house.clock.utc()
        await call.house.documents.create_restaurant(Restaurant(restaurant, restaurant, now))
        photo, is_new = await desk.bring(content, restaurant, user)
    addresses = {size: f"{PREFIX}/photos/{photo.sha256}/{size}" for size in PhotoSize}
    answer = PhotoAnswer(
        id=photo.sha256,
        urls=PhotoAddresses(list=addresses[PhotoSize.LIST], detail=addresses[PhotoSize.DETAIL]),
        width=photo.width,
        height=photo.height,
    )
    return json_answer(answer, 201 if is_new else 200)


async def show(call: Call) -> web.Response:
    """One size of a photo. Its address never means anything else, so it may be kept for ever."""
    sha256, size = (call.request.match_info[name] for name in ("sha256", "size"))
    if _SHA256.fullmatch(sha256) is None or size not in set(PhotoSize):
        raise _gone()
    tag = f"{sha256}-{size}"
    headers = {
        hdrs.ETAG: f'"{tag}"',
        hdrs.CACHE_CONTROL: f"public, max-age={YEAR_SECONDS}, immutable",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin",  # for the restaurant's own pages
    }
    if any(known.value in (tag, "*") for known in call.request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    file = await call.house.photos.file(sha256, size)
    if file is None:
        raise _gone()
    return web.Response(body=file.data, content_type=file.media_type, headers=headers)


def may_bring(identity: Identity, restaurant_id: str) -> bool:
    """Whether somebody may give photos to some menu of a restaurant."""
    if identity.restaurant_id not in (None, restaurant_id):
        return False
    is_writer = not identity.menus or Access.WRITE in identity.menus.values()
    has_rights = bool(identity.roles) or Access.WRITE in identity.menus.values()
    return is_writer and has_rights and may_write(identity, ITEMS, "photo")


async def _content(request: web.Request) -> bytes:
    # The length is only what somebody says, but who says it need not send it.
    if (request.content_length or 0) > UPLOAD_LIMIT_BYTES + CHUNK_BYTES:
        raise _too_large()
    if request.content_type != "multipart/form-data":
        return await _all_of(request.content)
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if isinstance(part, BodyPartReader) and part.filename is not None:
                return await _all_of(part)
    except ValueError:
        raise ProtocolViolation("The form does not parse.", reason="bad_form") from None
    raise ProtocolViolation("The form has no file.", reason="bad_form")


async def _all_of(source: StreamReader | BodyPartReader) -> bytes:
    content = bytearray()
    while True:
        chunk = (
            await source.read_chunk(CHUNK_BYTES)
            if isinstance(source, BodyPartReader)
            else await source.read(CHUNK_BYTES)
        )
        if not chunk:
            return bytes(content)
        content += chunk
        if len(content) > UPLOAD_LIMIT_BYTES:
            raise _too_large()


def _too_large() -> TooLarge:
    return TooLarge("A photo has at most 5 MB.", reason="photo_too_large")


def _gone() -> DocumentGone:
    return DocumentGone("There is no such photo.", reason="photo_not_found")
