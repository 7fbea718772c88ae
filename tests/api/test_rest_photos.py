"""Photos over REST: brought by those who write menus, shown to everybody."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from aiohttp import FormData

from api.photo_desk import UPLOADS_AT_ONCE
from api.photo_press import UPLOAD_LIMIT_BYTES
from collab.identity import Access, Role
from tests.api.conftest import Site
from tests.api.pictures import decoded, encoded, gradient, png_of_size

JPEG = encoded(gradient(1500, 1000), "JPEG")
PHOTOS = "/api/v1/photos"


async def bring(
    site: Site, content: Any = JPEG, who: dict[str, str] | None = None, query: str = ""
) -> tuple[int, Any]:
    signed = who or site.bearer()
    body = BytesIO(content) if isinstance(content, bytes) else content
    answer = await site.client.post(PHOTOS + query, data=body, headers=signed)
    return answer.status, await answer.json()


async def test_photo_comes_back_in_two_sizes(site: Site):
    status, photo = await bring(site)
    assert (status, photo["width"], photo["height"]) == (201, 1280, 853)
    sizes = {}
    for size, address in photo["urls"].items():
        assert address == f"/api/v1/photos/{photo['id']}/{size}"
        answer = await site.client.get(address)  # without a token
        assert (answer.status, answer.content_type) == (200, "image/webp")
        sizes[size] = decoded(await answer.read()).size
    assert sizes == {"list": (320, 213), "detail": (1280, 853)}


async def test_photo_may_be_kept_for_ever_and_does_nothing(site: Site):
    _, photo = await bring(site)
    answer = await site.client.get(photo["urls"]["list"])
    headers = answer.headers
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    known = {"If-None-Match": headers["ETag"]}
    again = await site.client.get(photo["urls"]["list"], headers=known)
    assert (again.status, await again.read()) == (304, b"")
    other = await site.client.get(photo["urls"]["detail"], headers=known)
    assert other.status == 200, "the sizes have tags of their own"


async def test_same_photo_twice_is_one_photo(site: Site):
    first = await bring(site)
    second = await bring(site)
    assert (first[0], second[0]) == (201, 200)
    assert first[1] == second[1]


async def test_form_with_a_file_is_taken_too(site: Site):
    form = FormData()
    form.add_field("title", "Soup")
    form.add_field("photo", JPEG, filename="soup.jpg", content_type="image/jpeg")
    status, photo = await bring(site, form)
    assert (status, photo["id"]) == (201, (await bring(site))[1]["id"])


async def test_form_without_a_file_is_refused(site: Site):
    form = FormData(default_to_multipart=True)
    form.add_field("title", "Soup")
    assert (await bring(site, form))[1]["code"] == "bad_form"
    headers = {**site.bearer(), "Content-Type": "multipart/form-data"}
    answer = await site.client.post(PHOTOS, data=b"no boundary", headers=headers)
    assert (answer.status, (await answer.json())["code"]) == (400, "bad_form")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "photo_format"),
        (b"<svg onload=alert(1)>", 422, "photo_format"),
        (JPEG[: len(JPEG) // 2], 422, "photo_damaged"),
        (png_of_size(50_000, 50_000), 413, "photo_too_large"),
        (JPEG + b"\0" * UPLOAD_LIMIT_BYTES, 413, "photo_too_large"),
    ],
)
async def test_what_is_no_photo_is_refused_with_a_sentence(
    site: Site, content: bytes, status: int, code: str
):
    found, problem = await bring(site, content)
    assert (found, problem["code"]) == (status, code)
    assert problem["detail"].endswith(".")


async def test_body_without_a_length_is_limited_too(site: Site):
    async def endless():
        for _ in range(100):
            yield b"\xff\xd8\xff" + b"\0" * 100_000

    assert (await bring(site, endless()))[0] == 413


async def test_photos_are_for_those_who_write_menus(site: Site):
    for role, status in {
        Role.OWNER: 201,
        Role.MANAGER: 200,
        Role.EDITOR: 200,
        Role.TRANSLATOR: 403,
        Role.WAITER: 403,
        Role.KITCHEN: 403,
        Role.VIEWER: 403,
        Role.GUEST: 403,
    }.items():
        assert (await bring(site, who=site.bearer("bo", "bistro", role)))[0] == status, role
    assert (await site.client.post(PHOTOS, data=JPEG)).status == 401
    eve = site.bearer("eve", "other")
    assert (await bring(site, who=eve, query="?restaurant=bistro"))[0] == 403
    reader = site.bearer("bo", "bistro", Role.EDITOR, menus={"lunch": Access.READ})
    assert (await bring(site, who=reader))[0] == 403
    writer = site.bearer("bo", "bistro", Role.EDITOR, menus={"lunch": Access.WRITE})
    assert (await bring(site, who=writer))[0] == 200


async def test_restaurant_has_a_limit(open_site):
    site = await open_site(photos_per_restaurant=1)
    assert (await bring(site))[0] == 201
    status, problem = await bring(site, encoded(gradient(10, 10), "PNG"))
    assert (status, problem["code"]) == (413, "too_many_photos")
    assert (await bring(site))[0] == 200


@pytest.mark.parametrize(
    "address",
    [
        f"{PHOTOS}/{'0' * 64}/list",
        f"{PHOTOS}/{'0' * 64}/huge",
        f"{PHOTOS}/{'0' * 63}/list",
        f"{PHOTOS}/{'A' * 64}/list",
        f"{PHOTOS}/..%2F..%2Fetc/list",
    ],
)
async def test_unknown_photo_is_not_found(site: Site, address: str):
    answer = await site.client.get(address)
    assert (answer.status, (await answer.json())["code"]) == (404, "photo_not_found")


async def test_too_many_uploads_at_once_are_told_to_come_back(site: Site):
    held = [site.house.photos.uploading() for _ in range(UPLOADS_AT_ONCE)]
    for one in held:
        one.__enter__()
    assert (await bring(site))[0] == 503
    for one in held:
        one.__exit__(None, None, None)
    assert (await bring(site))[0] == 201


async def test_others_are_served_while_a_photo_is_pressed(site: Site):
    large = asyncio.create_task(bring(site, encoded(gradient(6000, 5000), "JPEG", quality=40)))
    await asyncio.sleep(0.05)
    async with asyncio.timeout(2):
        answer = await site.client.get("/api/v1/documents", headers=site.bearer())
        assert answer.status == 200
    assert (await large)[0] == 201


async def test_photo_of_an_item_outlives_the_sweep_and_others_do_not(site: Site, monkeypatch):
    _, used = await bring(site)
    _, unused = await bring(site, encoded(gradient(20, 20), "PNG"))
    item = {"id": "i1", "name": "Suppe", "photo": used["id"]}
    menu = {"locale": "de", "currency": "EUR", "sections": [{"name": "S", "items": [item]}]}
    path = "/api/v1/menus/lunch/import"
    answer = await site.client.post(path, json=menu, headers=site.bearer())
    assert answer.status == 201
    async with asyncio.timeout(10):
        await site.house.projector.look()
        while await site.house.projector._projection.dirty():
            await asyncio.sleep(0.05)
    tomorrow = site.house.clock.utc() + timedelta(hours=25)
    await site.house.photos._store.sweep(tomorrow, tomorrow - timedelta(hours=24))
    assert (await site.client.get(used["urls"]["list"])).status == 200
    assert (await site.client.get(unused["urls"]["list"])).status == 404
