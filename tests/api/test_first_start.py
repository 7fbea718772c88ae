"""The first start: a demo to edit, or a link for the owner; the second start changes nothing."""

from __future__ import annotations

import re

from api.first_start import announce, furnish
from tests.api.conftest import OpenSite

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


async def test_empty_database_gets_a_link_that_lets_the_owner_in_once(site, capsys):
    await announce(site.house, ADDRESS)
    link = re.search(rf"{ADDRESS}(/enter\?ticket=\S+)", capsys.readouterr().out)
    assert link is not None
    entered = await site.client.get(link[1], allow_redirects=False)
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
    again = await site.client.get(link[1], allow_redirects=False)
    assert (again.status, (await again.json())["code"]) == (401, "bad_ticket")


async def test_asking_about_the_link_does_not_use_it_up(site, capsys):
    await announce(site.house, ADDRESS)
    link = capsys.readouterr().out.split(ADDRESS)[2].split()[0]
    assert (await site.client.head(link)).status == 405
    assert (await site.client.get(link, allow_redirects=False)).status == 303


async def test_no_link_is_printed_once_there_are_documents(site, capsys):
    body = {"kind": "menu", "title": "Lunch", "id": "lunch"}
    await site.client.post("/api/v1/documents", json=body, headers=site.bearer("ann", "main"))
    await announce(site.house, ADDRESS)
    assert "ticket" not in capsys.readouterr().out


async def test_cookie_is_secure_behind_https(open_site: OpenSite, capsys):
    site = await open_site(public_url="https://menus.example", trusted_proxies=_loopback())
    await announce(site.house, "https://menus.example")
    link = capsys.readouterr().out.split("https://menus.example")[2].split()[0]
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "menus.example"}
    entered = await site.client.get(link, allow_redirects=False, headers=headers)
    assert entered.cookies["mirepoix_session"]["secure"] is True


def _loopback():
    from ipaddress import ip_network

    return (ip_network("127.0.0.0/8"),)
