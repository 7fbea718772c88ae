"""Documents over REST: creating, listing, rights, raw state, presence, deleting."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from pycrdt import Doc, Map, Text

from collab.documents.document import MenuDocument
from collab.identity import Access, Role
from collab.menus.reading import read_menu
from collab.records import stream_of
from collab.updates.admission import read_update
from tests.api.conftest import Site

MENU = {"kind": "menu", "title": "Lunch", "id": "lunch", "currency": "CHF", "locale": "de"}


async def create(site: Site, **body: Any) -> dict[str, Any]:
    answer = await site.client.post(
        "/api/v1/documents", json={**MENU, **body}, headers=site.bearer()
    )
    assert answer.status == 201, await answer.text()
    return dict(await answer.json())


async def refusal(answer: aiohttp.ClientResponse) -> tuple[int, str]:
    assert answer.content_type == "application/problem+json"
    return answer.status, (await answer.json())["code"]


async def test_new_menu_has_its_currency_and_language(site):
    created = await create(site)
    assert (created["id"], created["restaurant"], created["access"]) == ("lunch", "bistro", "write")
    answer = await site.client.get("/api/v1/documents/lunch/state", headers=site.bearer())
    document = MenuDocument()
    update = await answer.read()
    document.receive(update, read_update(update), answers_step1=True)
    menu = read_menu(document)
    assert (menu.schema, menu.menu_id, menu.currency, menu.locale) == (1, "lunch", "CHF", "de")


async def test_free_document_may_have_any_printable_name(site):
    body = {"kind": "free", "title": "Notes", "id": "notes/für heute", "locale": None}
    answer = await site.client.post("/api/v1/documents", json=body, headers=site.bearer())
    assert answer.status == 201
    place = answer.headers["Location"]
    assert place == "/api/v1/documents/notes%2Ff%C3%BCr%20heute"
    url = site.client.make_url("/").join(aiohttp.client.URL(place, encoded=True))
    async with aiohttp.ClientSession() as session:
        shown = await session.get(url, headers=site.bearer())
        assert (await shown.json())["id"] == "notes/für heute"


async def test_document_without_an_id_gets_one(site):
    first = await create(site, id=None)
    second = await create(site, id=None)
    assert first["id"] != second["id"]


@pytest.mark.parametrize("role", [Role.OWNER, Role.MANAGER, Role.EDITOR])
async def test_whoever_edits_a_menu_gives_it_another_title(site, role):
    await create(site)
    url, headers = "/api/v1/documents/lunch", site.bearer("bo", "bistro", role)
    async with site.house.lobby.lease("lunch"):  # somebody has it open
        answer = await site.client.patch(url, json={"title": "Dinner"}, headers=headers)
        assert (answer.status, (await answer.json())["title"]) == (200, "Dinner")
        shown = await site.client.get(url, headers=headers)
        assert (await shown.json())["title"] == "Dinner"
    stored = await site.house.documents.find("lunch")
    assert stored.title == "Dinner"
    events = await site.house.streams.read(stream_of("lunch"), 0, 100)
    told = [one.event for one in events.events if one.event.type == "menu.renamed"]
    assert [(one.actor, one.body) for one in told] == [("bo", {"title": "Dinner"})]
    empty = await site.client.patch(url, json={"title": ""}, headers=headers)
    assert await refusal(empty) == (422, "invalid_fields")


@pytest.mark.parametrize("role", [Role.TRANSLATOR, Role.WAITER, Role.VIEWER])
async def test_others_leave_the_title_as_it_is(site, role):
    await create(site)
    url, headers = "/api/v1/documents/lunch", site.bearer("bo", "bistro", role)
    answer = await site.client.patch(url, json={"title": "Dinner"}, headers=headers)
    assert await refusal(answer) == (403, "read_only")
    assert (await site.house.documents.find("lunch")).title != "Dinner"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"id": "with space"}, (400, "bad_document_name")),
        ({"id": "x" * 65}, (400, "bad_document_name")),
        (
            {"id": "a\n", "kind": "free", "locale": None, "currency": None},
            (400, "bad_document_name"),
        ),
        ({"kind": "free"}, (400, "not_a_menu")),
        ({"kind": "paper"}, (422, "invalid_fields")),
        ({"title": ""}, (422, "invalid_fields")),
        ({"colour": "red"}, (422, "invalid_fields")),
        ({"restaurant": "other"}, (403, "forbidden_act")),
        ({"currency": "francs"}, (422, "bad_menu")),
    ],
)
async def test_odd_new_document_is_refused(site, body, expected):
    answer = await site.client.post(
        "/api/v1/documents", json={**MENU, **body}, headers=site.bearer()
    )
    assert await refusal(answer) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"{", (400, "invalid_json")),
        (b'{"kind":"\xff"}', (400, "invalid_json")),
        (b"", (400, "invalid_json")),
    ],
)
async def test_body_that_does_not_parse_is_refused(site, content, expected):
    answer = await site.client.post("/api/v1/documents", data=content, headers=site.bearer())
    assert await refusal(answer) == expected


async def test_taken_id_is_refused_also_after_deleting(site):
    await create(site)
    for _ in range(2):
        again = await site.client.post("/api/v1/documents", json=MENU, headers=site.bearer())
        assert await refusal(again) == (409, "exists")
        await site.client.delete("/api/v1/documents/lunch", headers=site.bearer())


@pytest.mark.parametrize("role", [Role.EDITOR, Role.WAITER, Role.VIEWER, Role.KITCHEN, Role.GUEST])
async def test_only_owners_and_managers_create_and_delete(site, role):
    await create(site)
    headers = site.bearer("bo", "bistro", role)
    created = await site.client.post("/api/v1/documents", json={**MENU, "id": "x"}, headers=headers)
    deleted = await site.client.delete("/api/v1/documents/lunch", headers=headers)
    assert await refusal(created) == (403, "forbidden_act")
    assert await refusal(deleted) == (403, "forbidden_act")


PATHS = [
    ("GET", "/api/v1/documents/lunch"),
    ("GET", "/api/v1/documents/lunch/state"),
    ("GET", "/api/v1/documents/lunch/presence"),
    ("GET", "/api/v1/menus/lunch"),
    ("GET", "/api/v1/menus/lunch/export"),
    ("DELETE", "/api/v1/documents/lunch"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_document_of_another_restaurant_is_refused(site, method, path):
    await create(site)
    answer = await site.client.request(method, path, headers=site.bearer("eve", "other"))
    assert answer.status == 403


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_without_a_token_nothing_is_shown(site, method, path):
    await create(site)
    assert await refusal(await site.client.request(method, path)) == (401, "no_token")


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_foreign_origin_is_refused(site, method, path):
    await create(site)
    headers = {**site.bearer(), "Origin": "https://evil.example"}
    answer = await site.client.request(method, path, headers=headers)
    assert await refusal(answer) == (403, "wrong_origin")


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_unknown_document_is_not_found_and_not_made(dev_site, method, path):
    answer = await dev_site.client.request(method, path)
    assert answer.status == 404
    assert await dev_site.house.documents.find("lunch") is None


async def test_access_of_the_asker_is_said(site):
    await create(site)
    for headers, access in (
        (site.bearer("bo", "bistro", Role.VIEWER), "read"),
        (site.bearer("cy", "bistro", Role.EDITOR), "write"),
        (site.bearer("di", "bistro", Role.EDITOR, menus={"lunch": Access.READ}), "read"),
    ):
        shown = await (await site.client.get("/api/v1/documents/lunch", headers=headers)).json()
        assert shown["access"] == access
        assert (shown["epoch"], shown["kind"], shown["title"]) == (1, "menu", "Lunch")
        assert shown["size"]["updates"] == 1
        assert shown["size"]["log_bytes"] > 0


async def test_list_shows_what_may_be_opened_page_by_page(site):
    for number in range(5):
        await create(site, id=f"m{number}")
        await create(site, id=f"f{number}", kind="free", currency=None, locale=None)
    headers = site.bearer("bo", "bistro", Role.EDITOR)
    seen: list[str] = []
    after = ""
    while True:
        query = f"?kind=menu&limit=2{after}"
        page = await (await site.client.get(f"/api/v1/documents{query}", headers=headers)).json()
        seen += [document["id"] for document in page["documents"]]
        assert len(page["documents"]) <= 2
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == ["m0", "m1", "m2", "m3", "m4"]
    narrowed = site.bearer("cy", "bistro", Role.EDITOR, menus={"m3": Access.READ})
    page = await (await site.client.get("/api/v1/documents", headers=narrowed)).json()
    assert [document["id"] for document in page["documents"]] == ["m3"]
    foreign = site.bearer("eve", "other")
    for query in ("", "?restaurant=bistro"):
        page = await (await site.client.get(f"/api/v1/documents{query}", headers=foreign)).json()
        assert page == {"documents": [], "next": None}


async def test_query_that_is_not_known_is_refused(site):
    answer = await site.client.get("/api/v1/documents?colour=red", headers=site.bearer())
    assert await refusal(answer) == (422, "invalid_fields")


async def test_token_in_the_query_signs_in(site):
    token = site.bearer()["Authorization"].removeprefix("Bearer ")
    answer = await site.client.get(f"/api/v1/documents?token={token}")
    assert answer.status == 200


async def test_state_is_what_the_live_room_has_and_is_tagged(site):
    await create(site)
    async with site.house.lobby.lease("lunch") as room:
        room.edit(lambda doc: doc.get("notes", type=Map).__setitem__("a", Text("x" * 5000)), "ann")
        answer = await site.client.get("/api/v1/documents/lunch/state", headers=site.bearer())
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Encoding"] == "gzip"
        assert await answer.read() == room.document.full_state()
    headers = {**site.bearer(), "If-None-Match": answer.headers["ETag"]}
    again = await site.client.get("/api/v1/documents/lunch/state", headers=headers)
    assert (again.status, await again.read()) == (304, b"")
    plain = await site.client.get(
        "/api/v1/documents/lunch/state",
        headers={**site.bearer(), "Accept-Encoding": "gzip;q=0, identity"},
    )
    assert "Content-Encoding" not in plain.headers
    assert Doc().apply_update(await plain.read()) is None


async def test_presence_names_the_people_and_their_sessions(dev_site):
    path = "/api/v1/documents/asia-bistro/presence"
    assert await (await dev_site.client.get(path)).json() == {"people": [], "sessions": []}
    async with dev_site.client.ws_connect("/ws/y/asia-bistro") as socket:
        state = b'{"cursor":1}'
        entry = b"\x01\x07\x01" + bytes([len(state)]) + state
        await socket.send_bytes(b"\x01" + bytes([len(entry)]) + entry)
        async with asyncio.timeout(5):
            while True:
                presence = await (await dev_site.client.get(path)).json()
                if presence["people"]:
                    break
    [person] = presence["people"]
    assert person["client_id"] == 7
    assert person["state"]["cursor"] == 1
    assert person["state"]["user"]["id"] == "developer"
    [session] = presence["sessions"]
    assert (session["user"], session["door"]) == ("developer", "y")
    assert "metadata" not in session


async def test_deleting_ends_live_sockets_at_once(dev_site):
    async with dev_site.client.ws_connect("/ws/y/asia-bistro") as socket:
        await socket.receive()
        answer = await dev_site.client.delete("/api/v1/documents/asia-bistro")
        assert answer.status == 204
        async with asyncio.timeout(5):
            while (await socket.receive()).type is not aiohttp.WSMsgType.CLOSE:
                pass
        assert socket.close_code == 4404
    gone = await dev_site.client.get("/api/v1/documents/asia-bistro/state")
    assert await refusal(gone) == (404, "document_not_found")
    again = await dev_site.client.delete("/api/v1/documents/asia-bistro")
    assert again.status == 404
