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
from tests.collab.sample_menus import SAMPLE, without_ids

SMALL: dict[str, Any] = {
    "locale": "de",
    "currency": "EUR",
    "sections": [{"name": "Suppen", "items": [{"name": "Suppe", "price": 450}]}],
}


LONG = {"name": "S", "items": [{"name": "x", "description": "x" * 190_000}] * 50}


async def put(site: Site, file: Any, menu: str = "lunch", **headers: str) -> tuple[int, Any]:
    signed = headers or site.bearer()
    body = BytesIO(json.dumps(file).encode())
    answer = await site.client.post(f"/api/v1/menus/{menu}/import", data=body, headers=signed)
    return answer.status, await answer.json()


async def test_sample_goes_in_and_comes_out_whole(site):
    given = json.loads(SAMPLE.read_bytes())
    status, report = await put(site, given)
    counts = {"menu": "lunch", "created": True, "changes": 0, "sections": 24, "items": 255}
    rest = {"dry_run": False, "difference": None, "remarks": []}
    assert (status, report) == (201, {**counts, **rest})
    exported = await site.client.get("/api/v1/menus/lunch/export", headers=site.bearer())
    assert exported.headers["Content-Disposition"] == 'attachment; filename="lunch.json"'
    plain = await exported.json()
    assert without_ids(plain) == given
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


NAMED: dict[str, Any] = {
    "locale": "de",
    "currency": "EUR",
    "sections": [
        {
            "id": "s",
            "name": "Suppen",
            "items": [
                {"id": "soup", "name": "Suppe", "price": 450},
                {"id": "roll", "name": "Rolle", "price": 300},
            ],
        }
    ],
}
PRICE = {"sections": {"s": {"items": {"soup": {"price": 500}}}}}


async def send(
    site: Site, method: str, path: str, body: Any, *, headers: Any = None, kind: str | None = None
) -> tuple[int, Any, str | None]:
    """Send JSON of some media type. Returns status, answer and ETag."""
    signed = {**site.bearer(), **(headers or {}), "Content-Type": kind or "application/json"}
    answer = await site.client.request(
        method, f"/api/v1/menus/{path}", data=json.dumps(body).encode(), headers=signed
    )
    return answer.status, await answer.json(), answer.headers.get("ETag")


async def shown(site: Site) -> tuple[Any, str]:
    answer = await site.client.get("/api/v1/menus/lunch", headers=site.bearer())
    return await answer.json(), answer.headers["ETag"]


@pytest.mark.parametrize(
    ("kind", "patch"),
    [
        ("application/merge-patch+json", PRICE),
        ("application/json; charset=utf-8", PRICE),
        (
            "application/json-patch+json",
            [{"op": "replace", "path": "/sections/s/items/soup/price", "value": 500}],
        ),
    ],
)
async def test_patch_is_a_small_edit_and_answers_the_new_menu(site, kind, patch):
    await put(site, NAMED)
    status, answer, etag = await send(site, "PATCH", "lunch", patch, kind=kind)
    plain, tag = await shown(site)
    assert (status, answer["changes"], answer["menu"], etag) == (200, 1, plain, tag)
    assert answer["etag"] in tag
    assert plain["sections"][0]["items"][0]["price"] == 500
    status, answer, etag = await send(site, "PATCH", "lunch", patch, kind=kind)
    assert (status, answer["changes"], etag) == (200, 0, tag)


async def test_patch_for_an_older_menu_is_refused_with_the_tag_of_this_one(site):
    await put(site, NAMED)
    _, old = await shown(site)
    status, _, new = await send(site, "PATCH", "lunch", PRICE, headers={"If-Match": old})
    assert status == 200
    status, problem, etag = await send(
        site, "PATCH", "lunch", {"source": "x"}, headers={"If-Match": old}
    )
    assert (status, problem["code"], etag) == (412, "precondition_failed", new)
    edits = {"edits": [{"edit": "set", "item": "soup", "field": "price", "value": 1}]}
    status, problem, etag = await send(
        site, "POST", "lunch/edits", edits, headers={"If-Match": old}
    )
    assert (status, problem["code"], etag) == (412, "precondition_failed", new)
    for source, tag in (("a", "*"), ("b", None)):
        headers = {"If-Match": tag or f'"x", {new}'}
        status, _, new = await send(site, "PATCH", "lunch", {"source": source}, headers=headers)
        assert status == 200


@pytest.mark.parametrize(
    ("kind", "patch", "expected"),
    [
        ("text/plain", PRICE, (415, "unsupported_media_type")),
        (None, [], (422, "bad_patch")),
        (None, {"colour": "red"}, (422, "invalid_fields")),
        (None, {"currency": None}, (422, "invalid_fields")),
        (None, {"sections": {"s": {"items": {"soup": {"price": 4.5}}}}}, (422, "invalid_fields")),
        (None, {"sections": {"s": {"items": {"soup": {"name": None}}}}}, (422, "invalid_fields")),
        (None, {"sections": {"s": {"name": {"x y": "S"}}}}, (422, "bad_menu")),
        ("application/json-patch+json", [{"op": "remove", "path": "/x"}], (422, "bad_patch")),
        (
            "application/json-patch+json",
            [{"op": "test", "path": "/currency", "value": "CHF"}],
            (412, "patch_test_failed"),
        ),
    ],
)
async def test_odd_patch_is_refused_and_changes_nothing(site, kind, patch, expected):
    await put(site, NAMED)
    before = await shown(site)
    status, problem, _ = await send(site, "PATCH", "lunch", patch, kind=kind)
    assert (status, problem["code"]) == expected
    assert await shown(site) == before


async def test_patch_that_is_no_json_or_a_pit_is_refused(site):
    await put(site, NAMED)
    for body in (b"{", b"[" * 100_000 + b"]" * 100_000, b'{"source": "\\udc00"}'):
        answer = await site.client.patch(
            "/api/v1/menus/lunch",
            data=body,
            headers={**site.bearer(), "Content-Type": "application/json"},
        )
        assert (answer.status, (await answer.json())["code"]) == (400, "invalid_json")


async def test_batch_of_named_edits_says_what_it_added(site):
    await put(site, NAMED)
    edits = [
        {"edit": "set", "item": "soup", "field": "price", "value": 500},
        {"edit": "text", "item": "soup", "field": "note", "text": "heiß"},
        {"edit": "add_section", "content": {"name": "Drinks"}, "before": "s"},
        {"edit": "add_group", "content": {"id": "g", "name": "Soße", "options": [{"name": "rot"}]}},
        {"edit": "add_option", "group": "g", "content": {"id": "o", "name": "grün", "price": 50}},
        {"edit": "add_variation", "item": "soup", "content": {"id": "v", "name": "klein"}},
        {"edit": "add_item", "section": "s", "content": {"name": "Brot"}, "position": 0},
        {"edit": "move", "item": "roll", "section": "s", "before": "soup"},
        {"edit": "delete", "group": "g", "option": "o"},
        {"edit": "restore", "group": "g", "option": "o"},
        {"edit": "add_locale", "locale": "en"},
        {"edit": "set_currency", "currency": "CHF"},
    ]
    status, answer, etag = await send(site, "POST", "lunch/edits", {"edits": edits})
    assert status == 200, answer
    plain, tag = await shown(site)
    drinks, group, option, variation, bread = answer["ids"][2:7]
    assert (etag, answer["ids"][0], group, option, variation) == (tag, None, "g", "o", "v")
    assert [section["id"] for section in plain["sections"]] == [drinks, "s"]
    assert [item["id"] for item in plain["sections"][1]["items"]] == [bread, "roll", "soup"]
    assert [one["name"] for one in plain["modifiers"][0]["options"]] == ["rot", "grün"]
    assert (plain["currency"], plain["locales"]) == ("CHF", ["de", "en"])
    assert plain["sections"][1]["items"][2]["note"] == "heiß"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"edits": []}, (422, "invalid_fields")),
        ({"edits": [{"edit": "jump"}]}, (422, "invalid_fields")),
        ({"edits": [{"edit": "set", "item": "soup", "field": "price"}]}, (422, "invalid_fields")),
        (
            {"edits": [{"edit": "set", "item": "soup", "field": "price", "value": "5"}]},
            (422, "bad_edit"),
        ),
        (
            {
                "edits": [
                    {"edit": "set", "item": "soup", "field": "price", "value": 5},
                    {"edit": "delete", "item": "nope"},
                ]
            },
            (422, "bad_edit"),
        ),
    ],
)
async def test_odd_batch_is_refused_and_changes_nothing(site, body, expected):
    await put(site, NAMED)
    before = await shown(site)
    status, problem, _ = await send(site, "POST", "lunch/edits", body)
    assert (status, problem["code"]) == expected
    assert await shown(site) == before


async def test_programs_have_the_rights_of_their_role(site):
    await put(site, NAMED)
    note = {"edits": [{"edit": "text", "item": "soup", "field": "note", "text": "aus"}]}
    price = {"edits": [{"edit": "set", "item": "soup", "field": "price", "value": 1}]}
    waiter = site.bearer("bo", "bistro", Role.WAITER)
    assert (await send(site, "POST", "lunch/edits", note, headers=waiter))[0] == 200
    status, problem, _ = await send(site, "POST", "lunch/edits", price, headers=waiter)
    assert (status, problem["code"]) == (403, "field_forbidden")
    status, problem, _ = await send(site, "PATCH", "lunch", PRICE, headers=waiter)
    assert (status, problem["code"]) == (403, "field_forbidden")
    viewer = site.bearer("eve", "bistro", Role.VIEWER)
    status, problem, _ = await send(site, "PATCH", "lunch", PRICE, headers=viewer)
    assert (status, problem["code"]) == (403, "read_only")
    assert (await shown(site))[0]["sections"][0]["items"][0]["price"] == 450


async def test_patches_of_ten_programs_at_once_all_count(site):
    items = [{"id": f"i{n}", "name": "x", "price": 1} for n in range(10)]
    await put(site, {**NAMED, "sections": [{"id": "s", "name": "S", "items": items}]})

    async def program(number: int) -> None:
        for price in range(100, 105):
            patch = {"sections": {"s": {"items": {f"i{number}": {"price": price}}}}}
            status, answer, _ = await send(site, "PATCH", "lunch", patch)
            assert (status, answer["changes"]) == (200, 1)

    async with asyncio.TaskGroup() as group:
        for number in range(10):
            group.create_task(program(number))
    plain, _ = await shown(site)
    assert [item["price"] for item in plain["sections"][0]["items"]] == [104] * 10


async def test_new_menu_is_seeded_and_can_be_edited(site):
    body = {"kind": "menu", "title": "Lunch", "id": "lunch", "currency": "CHF", "locale": "de"}
    created = await site.client.post("/api/v1/documents", json=body, headers=site.bearer())
    assert created.status == 201
    plain, _ = await shown(site)
    assert (plain["currency"], plain["locales"], plain["sections"]) == ("CHF", ["de"], [])
    patch = {"sections": {"s": {"name": "Suppen", "items": {"soup": {"name": "Suppe"}}}}}
    status, answer, _ = await send(site, "PATCH", "lunch", patch)
    assert (status, answer["changes"]) == (200, 2)
    assert answer["menu"]["sections"][0]["items"][0]["name"] == "Suppe"


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
