"""Menus over REST: the sample goes in and comes out whole; imports reach open editors."""

from __future__ import annotations

import asyncio
import json
from io import BytesIO
from typing import Any

import pytest
from pycrdt import Doc, Map

from collab.identity import Role
from tests.api.conftest import Site
from tests.collab.menus import SAMPLE, without_order

SMALL: dict[str, Any] = {
    "locale": "de",
    "currency": "EUR",
    "sections": [{"name": "Suppen", "items": [{"name": "Suppe", "price": 450}]}],
}


async def put(site: Site, file: Any, menu: str = "lunch", **headers: str) -> tuple[int, Any]:
    signed = headers or site.bearer()
    body = BytesIO(json.dumps(file).encode())
    answer = await site.client.post(f"/api/v1/menus/{menu}/import", data=body, headers=signed)
    return answer.status, await answer.json()


async def test_sample_goes_in_and_comes_out_whole(site):
    given = json.loads(SAMPLE.read_bytes())
    status, report = await put(site, given)
    counts = {"menu": "lunch", "created": True, "changes": 0, "sections": 24, "items": 255}
    assert (status, report) == (201, {**counts, "dry_run": False, "remarks": []})
    exported = await site.client.get("/api/v1/menus/lunch/export", headers=site.bearer())
    assert exported.headers["Content-Disposition"] == 'attachment; filename="lunch.json"'
    plain = await exported.json()
    assert without_order(plain) == without_order(given)
    status, report = await put(site, plain)
    assert (status, report["changes"]) == (200, 0)


async def test_import_is_in_the_log_with_its_author_when_it_is_answered(site):
    await put(site, SMALL)
    await put(
        site,
        {**SMALL, "sections": [{"name": "Suppen", "items": [{"name": "Suppe", "price": 500}]}]},
    )
    stored = await site.house.updates.load("lunch")
    assert [update.user_id for update in stored.updates] == ["ann", "ann"]
    assert stored.top == 2


async def test_open_editor_sees_an_import_at_once(dev_site):
    client: Doc[Any] = Doc()
    async with dev_site.client.ws_connect("/ws/y/asia-bistro") as socket:
        await socket.send_bytes(b"\x00\x00\x01\x00")
        file = {
            "locale": "de",
            "currency": "EUR",
            "sections": [
                {"id": "s1", "name": "Mittag", "items": [{"id": "i1", "name": "M1", "price": 999}]}
            ],
        }
        status, report = await put(dev_site, file, "asia-bistro", Accept="*/*")
        assert (status, report["changes"]) == (200, 3)
        async with asyncio.timeout(5):
            while price_of(client, "i1") != [999]:
                apply(client, (await socket.receive_bytes()))
    assert str(client.get("sections", type=Map)["s1"]["name"]["de"]) == "Mittag"


async def test_menu_is_tagged_by_its_content(site):
    await put(site, SMALL)
    first = await site.client.get("/api/v1/menus/lunch", headers=site.bearer())
    tag = first.headers["ETag"]
    headers = {**site.bearer(), "If-None-Match": tag}
    assert (await site.client.get("/api/v1/menus/lunch", headers=headers)).status == 304
    await put(
        site, {**SMALL, "sections": [{"name": "Suppen", "items": [{"name": "Suppe", "price": 1}]}]}
    )
    changed = await site.client.get("/api/v1/menus/lunch", headers=headers)
    assert (changed.status, changed.headers["ETag"] == tag) == (200, False)
    await put(site, SMALL)
    back = await site.client.get("/api/v1/menus/lunch", headers=headers)
    assert back.status == 304


async def test_title_and_restaurant_of_a_new_menu_come_from_the_query(site):
    path = "/api/v1/menus/lunch/import?title=Lunch%20menu&restaurant=bistro"
    answer = await site.client.post(path, json=SMALL, headers=site.bearer())
    assert answer.status == 201
    document = await site.house.documents.find("lunch")
    assert document is not None
    assert (document.title, document.restaurant_id) == ("Lunch menu", "bistro")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"currency": "CHF"}, (422, "wrong_currency")),
        ({"locale": "en"}, (422, "no_such_locale")),
        ({"colour": "red"}, (422, "invalid_fields")),
        (
            {"sections": [{"name": "S", "items": [{"name": "x", "price": 1.5}]}]},
            (422, "invalid_fields"),
        ),
        (
            {"sections": [{"name": "S", "items": [{"name": "x", "price": -1}]}]},
            (422, "invalid_fields"),
        ),
        (
            {"sections": [{"name": "S", "items": [{"name": "x", "alergens": []}]}]},
            (422, "invalid_fields"),
        ),
        ({"sections": [{"name": {"x y": "S"}}]}, (422, "bad_menu")),
        ({"sections": [{"id": "a", "name": "S"}, {"id": "a", "name": "T"}]}, (422, "bad_menu")),
        ({"sections": [LONG]}, (413, "document_full")),
    ],
)
async def test_odd_import_is_refused_and_changes_nothing(site, change, expected):
    await put(site, SMALL)
    before = await (await site.client.get("/api/v1/menus/lunch", headers=site.bearer())).json()
    status, problem = await put(site, {**SMALL, **change})
    assert (status, problem["code"]) == expected
    after = await (await site.client.get("/api/v1/menus/lunch", headers=site.bearer())).json()
    assert after == before


async def test_lone_surrogate_in_an_import_is_refused(site):
    body = b'{"locale":"de","currency":"EUR","sections":[{"name":"\\udc00"}]}'
    answer = await site.client.post("/api/v1/menus/x/import", data=body, headers=site.bearer())
    assert answer.status in (400, 422)
    assert await site.house.documents.find("x") is None


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER, Role.WAITER])
async def test_import_is_for_owners_and_managers(site, role):
    status, problem = await put(site, SMALL, **site.bearer("bo", "bistro", role))
    assert (status, problem["code"]) == (403, "forbidden_act")
    assert await site.house.documents.find("lunch") is None


async def test_import_into_a_menu_of_another_restaurant_is_refused(site):
    await put(site, SMALL)
    status, problem = await put(site, SMALL, **site.bearer("eve", "other"))
    assert (status, problem["code"]) == (403, "forbidden_act")
    path = "/api/v1/menus/lunch/import?restaurant=other"
    answer = await site.client.post(path, json=SMALL, headers=site.bearer())
    assert (answer.status, (await answer.json())["code"]) == (400, "wrong_restaurant")


async def test_free_document_is_no_menu(site):
    body = {"kind": "free", "title": "Notes", "id": "notes"}
    await site.client.post("/api/v1/documents", json=body, headers=site.bearer())
    shown = await site.client.get("/api/v1/menus/notes", headers=site.bearer())
    assert (shown.status, (await shown.json())["code"]) == (404, "menu_not_found")
    status, problem = await put(site, SMALL, "notes")
    assert (status, problem["code"]) == (422, "not_a_menu")


def price_of(client: Doc[Any], item: str) -> list[float]:
    items = client.get("items", type=Map)
    if item not in items:
        return []
    return [value[0] for key, value in items[item].items() if key.startswith("price@")]


def apply(client: Doc[Any], message: bytes) -> None:
    """A y-protocols SyncStep2 or Update; anything else is passed over."""
    if message[0] != 0 or message[1] not in (1, 2):
        return
    position, size, shift = 2, 0, 0
    while True:
        byte = message[position]
        size |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            break
    client.apply_update(message[position : position + size])
