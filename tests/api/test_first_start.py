"""The first start: a demo to edit, or a link for the owner; the second start changes nothing."""

from __future__ import annotations

import re

import pytest
from aiohttp import ClientResponse

from api.first_start import announce, furnish
from tests.api.conftest import OpenSite, Site

ADDRESS = "http://127.0.0.1:8123"


async def test_dev_start_makes_the_demo_menu_and_says_where_it_is(dev_site, capsys):
    menu = await (await dev_site.client.get("/api/v1/menus/asia-bistro")).json()
    assert sum(len(section["items"]) for section in menu["sections"]) == 255
    document = await dev_site.house.documents.find("asia-bistro")
    assert (document.title, document.restaurant_id) == ("Asia Bistro", "demo")
    await announce(dev_site.house, ADDRESS)
    said = capsys.readouterr().out
    for address in (
        f"{ADDRESS}/",
        f"{ADDRESS}/menus/asia-bistro",
        "ws://127.0.0.1:8123/ws/y",
        "ws://127.0.0.1:8123/ws/hocuspocus",
        f"{ADDRESS}/api/v1/ysweet/auth",
    ):
        assert address in said.split()


async def test_second_start_leaves_the_data_alone(dev_site):
    before = await dev_site.house.updates.load("asia-bistro")
    await furnish(dev_site.house)
    assert await dev_site.house.updates.load("asia-bistro") == before


async def test_deleted_demo_does_not_come_back(dev_site):
    await dev_site.client.delete("/api/v1/documents/asia-bistro")
    await furnish(dev_site.house)
    assert await dev_site.house.documents.list() == []


async def printed_ticket(site: Site, capsys: pytest.CaptureFixture[str], base: str) -> str:
    await announce(site.house, base)
    link = re.search(rf"{base}/enter\?ticket=(\S+)", capsys.readouterr().out)
    assert link is not None
    return link[1]


async def come_in(site: Site, ticket: str, **headers: str) -> ClientResponse:
    return await site.client.post(
        "/enter", data={"ticket": ticket}, headers=headers, allow_redirects=False
    )


async def test_empty_database_gets_a_link_that_lets_the_owner_in_once(site, capsys):
    ticket = await printed_ticket(site, capsys, ADDRESS)
    page = await (await site.client.get(f"/enter?ticket={ticket}")).text()
    assert f'value="{ticket}"' in page
    entered = await come_in(site, ticket)
    assert (entered.status, entered.headers["Location"]) == (303, "/")
    cookie = entered.cookies["mirepoix_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert cookie["secure"] == ""
    body = {"kind": "menu", "title": "Lunch", "id": "lunch"}
    mine = {
        "Cookie": f"mirepoix_session={cookie.value}",
        "Origin": str(site.client.make_url("/")).rstrip("/"),
    }
    created = await site.client.post("/api/v1/documents", json=body, headers=mine)
    assert (created.status, (await created.json())["restaurant"]) == (201, "main")
    assert (await come_in(site, ticket)).status == 401


async def test_looking_at_the_link_does_not_use_it_up(site, capsys):
    ticket = await printed_ticket(site, capsys, ADDRESS)
    for method in ("HEAD", "GET", "GET"):
        looked = await site.client.request(method, f"/enter?ticket={ticket}")
        assert (looked.status, "Set-Cookie" in looked.headers) == (200, False)
    assert (await come_in(site, ticket)).status == 303


async def test_no_link_is_printed_once_there_are_documents(site, capsys):
    body = {"kind": "menu", "title": "Lunch", "id": "lunch"}
    await site.client.post("/api/v1/documents", json=body, headers=site.bearer("ann", "main"))
    await announce(site.house, ADDRESS)
    assert "ticket" not in capsys.readouterr().out


async def test_cookie_is_secure_behind_https(open_site: OpenSite, capsys):
    site = await open_site(public_url="https://menus.example", trusted_proxies=_loopback())
    ticket = await printed_ticket(site, capsys, "https://menus.example")
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "menus.example"}
    entered = await come_in(site, ticket, **headers)
    assert entered.cookies["mirepoix_session"]["secure"] is True


def _loopback():
    from ipaddress import ip_network

    return (ip_network("127.0.0.0/8"),)
