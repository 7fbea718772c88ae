"""Tables over REST: set up, opened with a code that is shown once, and closed again."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from api.rest import tables
from collab.identity import Role
from tests.api.conftest import OpenSite, Site
from tests.api.setup import ask, furnish_bistro, guest_of, open_table


@pytest.fixture
async def bistro(site: Site) -> Site:
    return await furnish_bistro(site)


async def test_life_of_a_table(bistro: Site):
    status, made = await ask(bistro, "POST", "/tables", body={"name": "Door", "seats": 6})
    assert status == 201 and len(made["id"]) == 36
    change = {"area": "Terrace", "position": 0, "seats": 8, "name": "Garden"}
    path = f"/tables/{made['id']}"
    status, changed = await ask(bistro, "PATCH", path, body=change)
    assert (status, changed) == (200, {**made, **change})
    t1 = {"id": "t1", "name": "Window", "seats": 2, "area": "", "position": 0}
    _, page = await ask(bistro, "GET", "/tables")
    both = [{**one, "visit": None, "orders": []} for one in (t1, changed)]
    assert sorted(page["tables"], key=lambda one: one["name"] != "Window") == both
    assert await ask(bistro, "DELETE", path) == (204, None)
    for method, body in (("DELETE", None), ("PATCH", change)):
        assert (await ask(bistro, method, path, body=body))[1]["code"] == "table_not_found"
    again = {"id": made["id"], "name": "New"}
    assert (await ask(bistro, "POST", "/tables", body=again))[1]["code"] == "table_exists"


async def test_restaurant_has_so_many_tables_at_most(bistro: Site, monkeypatch):
    monkeypatch.setattr(tables, "TABLES_LIMIT", 1)
    status, problem = await ask(bistro, "POST", "/tables", body={"name": "X"})
    assert (status, problem["code"]) == (422, "too_many_tables")


async def test_opened_table_has_a_code_that_is_shown_once(bistro: Site):
    opened = await open_table(bistro)
    assert len(opened["code"]) >= 22  # 128 bits and more
    url = urlsplit(opened["url"])
    assert (url.scheme, url.path) == ("http", f"/t/{opened['code']}")
    assert ElementTree.fromstring(opened["qr_svg"]).tag == "{http://www.w3.org/2000/svg}svg"
    _, page = await ask(bistro, "GET", "/tables")
    [table] = page["tables"]
    assert table["visit"] == opened["visit"] and opened["visit"]["opened_by"] == "wil"
    assert opened["code"] not in str(page)


async def test_code_leads_to_the_public_address(open_site: OpenSite):
    site = await furnish_bistro(await open_site(public_url="https://menu.example/"))
    opened = await open_table(site)
    assert opened["url"] == f"https://menu.example/t/{opened['code']}"


async def test_table_is_opened_once(bistro: Site):
    await open_table(bistro)
    status, problem = await ask(bistro, "POST", "/tables/t1/open")
    assert (status, problem["code"]) == (409, "table_open")
    assert (await ask(bistro, "DELETE", "/tables/t1"))[1]["code"] == "table_in_use"
    assert (await ask(bistro, "POST", "/tables/t9/open"))[1]["code"] == "table_not_found"


async def test_rotated_code_is_worthless_and_guests_stay(bistro: Site):
    opened = await open_table(bistro)
    guest = await guest_of(bistro, opened["code"])
    status, fresh = await ask(bistro, "POST", "/tables/t1/rotate")
    assert status == 200 and fresh["visit"]["id"] == opened["visit"]["id"]
    assert (await ask(bistro, "POST", "/visits", {}, {"code": opened["code"]}))[0] == 404
    assert (await ask(bistro, "GET", "/restaurants/bistro", guest))[0] == 200
    await guest_of(bistro, fresh["code"])


async def test_table_that_is_closed_has_no_code_to_change(bistro: Site):
    status, problem = await ask(bistro, "POST", "/tables/t1/rotate")
    assert (status, problem["code"]) == (409, "table_closed")
    for act in ("rotate", "close"):
        status, problem = await ask(bistro, "POST", f"/tables/t9/{act}")
        assert (status, problem["code"]) == (404, "table_not_found")


async def test_closed_table_shuts_its_guests_out(bistro: Site):
    opened = await open_table(bistro)
    guest = await guest_of(bistro, opened["code"])
    assert await ask(bistro, "POST", "/tables/t1/close") == (204, None)
    assert (await ask(bistro, "GET", "/restaurants/bistro", guest))[1]["code"] == "revoked"
    assert (await ask(bistro, "POST", "/visits", {}, {"code": opened["code"]}))[0] == 404
    assert await ask(bistro, "POST", "/tables/t1/close") == (204, None)  # it stays closed
    assert (await open_table(bistro))["code"] != opened["code"]


async def test_guests_of_the_next_visit_are_let_in(bistro: Site):
    first = await open_table(bistro)
    await ask(bistro, "POST", "/tables/t1/close")
    second = await open_table(bistro)
    assert first["visit"]["id"] != second["visit"]["id"]
    guest = await guest_of(bistro, second["code"])
    assert (await ask(bistro, "GET", "/restaurants/bistro", guest))[0] == 200


async def test_token_of_a_guest_names_table_and_visit(bistro: Site):
    opened = await open_table(bistro)
    guest = await guest_of(bistro, opened["code"])
    token = guest["Authorization"].removeprefix("Bearer ")
    identity = bistro.house.authenticator.identify_token(token)
    assert (identity.roles, identity.table) == (frozenset({Role.GUEST}), "t1")
    assert identity.token_id == opened["visit"]["id"]
    await ask(bistro, "POST", "/tables/t1/close")
    assert bistro.house.revocations.is_revoked(identity)


async def test_live_socket_of_a_guest_ends_within_five_seconds(bistro: Site):
    opened = await open_table(bistro)
    guest = await guest_of(bistro, opened["code"])
    protocols = ["mirepoix.v1.json"]
    async with bistro.client.ws_connect("/ws", headers=guest, protocols=protocols) as socket:
        await socket.send_json(["hello", {"v": 1, "device": "phone", "app": "test", "caps": []}])
        op, welcome = await socket.receive_json()
        assert op == "welcome" and welcome["user"]
        await ask(bistro, "POST", "/tables/t1/close")
        async with asyncio.timeout(5):
            async for _ in socket:
                pass
        assert socket.close_code == 4403
