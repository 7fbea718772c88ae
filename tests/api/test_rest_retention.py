"""Erasing people over REST: shut out, taken out, and told what was changed."""

from __future__ import annotations

import asyncio

import pytest

from api.rest import retention
from collab.identity import Role
from tests.api.conftest import Site
from tests.api.setup import ask
from tests.storage.order_house import House


@pytest.fixture
async def house(site: Site) -> House:
    house = House(site.house.database)
    await house.furnish()
    await house.say(house.open("o1", "t1"))
    body = {"user_id": "wil", "name": "Wil", "roles": ["waiter"]}
    assert (await ask(site, "POST", "/staff", body=body))[0] == 201
    return house


async def test_erased_person_is_shut_out_and_named_nowhere(site: Site, house: House):
    wil = site.bearer("wil", "bistro", Role.WAITER)
    status, erased = await ask(site, "POST", "/erasures", body={"user_id": "wil"})
    assert status == 201 and erased["pseudonym"].startswith("erased-")
    assert erased["changed"] == {"order_log": 1, "staff": 1}
    assert erased["stays"]
    assert (await ask(site, "GET", "/tables", wil))[1]["code"] == "revoked"
    _, shown = await ask(site, "GET", "/orders/o1")
    assert shown["order"]["opened_by"] == erased["pseudonym"]
    _, staff = await ask(site, "GET", "/staff")
    [row] = staff["staff"]
    assert (row["user_id"], row["is_active"]) == (erased["pseudonym"], False)


async def test_open_connection_is_ended_and_leaves_no_name(site: Site, house: House):
    wil = site.bearer("wil", "bistro", Role.WAITER)
    async with site.client.ws_connect("/ws/y/menu-bistro", headers=wil) as socket:
        await socket.receive()
        while not site.house.sessions.living():
            await asyncio.sleep(0.01)
        reading = asyncio.create_task(drained(socket))
        status, erased = await ask(site, "POST", "/erasures", body={"user_id": "wil"})
        await reading
    assert status == 201 and erased["changed"]["user_sessions"] == 1
    await site.house.sessions.write()
    _, page = await ask(site, "GET", "/sessions")
    assert [one["user"] for one in page["sessions"]] == [erased["pseudonym"]]


async def drained(socket) -> None:
    async for _ in socket:
        pass


async def test_person_who_does_not_leave_is_not_half_erased(site: Site, house: House, monkeypatch):
    monkeypatch.setattr(retention, "LOOKS", 1)
    wil = site.bearer("wil", "bistro", Role.WAITER)
    async with site.client.ws_connect("/ws/y/menu-bistro", headers=wil) as socket:
        await socket.receive()
        monkeypatch.setattr(type(site.house.live), "look", lambda self: None)
        status, problem = await ask(site, "POST", "/erasures", body={"user_id": "wil"})
        assert (status, problem["code"]) == (409, "still_connected")
    _, shown = await ask(site, "GET", "/orders/o1")
    assert shown["order"]["opened_by"] == "wil"


async def test_restaurant_must_be_there(site: Site):
    status, problem = await ask(site, "POST", "/erasures", body={"user_id": "wil"})
    assert (status, problem["code"]) == (404, "restaurant_not_found")
