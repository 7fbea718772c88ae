"""Locks over REST: who gets one, who may break one, and what open editors see of it."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote

import pytest

from collab.identity import Access, Role
from tests.api.conftest import Site

SMALL: dict[str, Any] = {
    "locale": "de",
    "currency": "EUR",
    "sections": [
        {"id": "s1", "name": "Suppen", "items": [{"id": "i1", "name": "Suppe", "price": 450}]}
    ],
}
PRICE = "items/i1/price"
LOCKS = "/api/v1/menus/lunch/locks"


@pytest.fixture
async def menu(site: Site) -> Site:
    path = "/api/v1/menus/lunch/import"
    answer = await site.client.post(path, json=SMALL, headers=site.bearer())
    assert answer.status == 201
    return site


async def ask(site: Site, method: str, path: str, who: dict[str, str], body: Any = None) -> Any:
    """(status, JSON)"""
    answer = await site.client.request(method, path, json=body, headers=who)
    text = await answer.text()
    return answer.status, json.loads(text) if text else None


def one(field: str = PRICE) -> str:
    return f"{LOCKS}/{quote(field, safe='')}"


async def told(site: Site) -> list[tuple[str, str]]:
    page = await site.house.streams.read("menu:lunch:events", 0, 100)
    found = [(each.event.type, each.event.actor) for each in page.events]
    return [each for each in found if each[0].startswith("lock.")]


async def test_life_of_a_lock(menu: Site):
    ann, bo = menu.bearer("ann"), menu.bearer("bo", "bistro", Role.EDITOR)
    status, lock = await ask(menu, "POST", LOCKS, ann, {"field": PRICE})
    assert (status, lock["field"], lock["user"], lock["name"]) == (201, PRICE, "ann", "Ann")
    assert 29 < lock["seconds_left"] <= 30
    status, problem = await ask(menu, "POST", LOCKS, bo, {"field": PRICE})
    assert (status, problem["code"]) == (409, "lock_held")
    assert await ask(menu, "GET", LOCKS, bo) == (
        200,
        {
            "locks": [{**lock, "seconds_left": pytest.approx(30, abs=2)}],
            "strict": False,
            "lease_seconds": 30.0,
            "renew_seconds": 10.0,
        },
    )
    status, again = await ask(menu, "POST", LOCKS, ann, {"field": PRICE})
    assert (status, again["token"]) == (200, lock["token"])
    status, renewed = await ask(menu, "PUT", one(), ann, {"token": lock["token"]})
    assert (status, renewed["token"]) == (200, lock["token"])
    assert (await ask(menu, "PUT", one(), bo, {"token": lock["token"]}))[0] == 409
    assert (await ask(menu, "POST", f"{one()}/ask", bo))[0] == 200
    path = f"{one()}?fencing_token={lock['token']}"
    assert (await ask(menu, "DELETE", path, bo))[1]["code"] == "lock_over"
    assert await ask(menu, "DELETE", path, ann) == (204, None)
    assert (await ask(menu, "PUT", one(), ann, {"token": lock["token"]}))[1]["code"] == "lock_over"
    status, next_lock = await ask(menu, "POST", LOCKS, bo, {"field": PRICE})
    assert status == 201 and next_lock["token"] > lock["token"]
    assert await told(menu) == [
        ("lock.taken", "ann"),
        ("lock.asked", "bo"),
        ("lock.released", "ann"),
        ("lock.taken", "bo"),
    ]


async def test_only_managers_break_a_lock_and_that_is_kept(menu: Site):
    bo = menu.bearer("bo", "bistro", Role.EDITOR)
    boss = menu.bearer("boss", "bistro", Role.MANAGER)
    _, lock = await ask(menu, "POST", LOCKS, bo, {"field": PRICE})
    status, problem = await ask(
        menu, "POST", f"{one()}/break", menu.bearer("cy", "bistro", Role.EDITOR)
    )
    assert (status, problem["code"]) == (403, "forbidden_act")
    assert (await ask(menu, "POST", f"{one()}/break", boss))[0] == 200
    assert (await ask(menu, "POST", f"{one()}/break", boss))[1]["code"] == "lock_not_found"
    assert (await ask(menu, "POST", f"{one()}/ask", boss))[1]["code"] == "lock_not_found"
    status, problem = await ask(menu, "PUT", one(), bo, {"token": lock["token"]})
    assert (status, problem["code"]) == (409, "lock_over")
    assert (await told(menu))[-1] == ("lock.broken", "boss")


@pytest.mark.parametrize(
    ("role", "field", "status"),
    [
        (Role.EDITOR, "items/i1/price", 201),
        (Role.EDITOR, "items/i1/tax", 403),
        (Role.EDITOR, "meta/currency", 403),
        (Role.MANAGER, "meta/currency", 201),
        (Role.TRANSLATOR, "items/i1/name:de", 201),
        (Role.TRANSLATOR, "items/i1/price", 403),
        (Role.WAITER, "items/i1/note", 201),
        (Role.WAITER, "items/i1/name:de", 403),
        (Role.KITCHEN, "items/i1/note", 403),
        (Role.VIEWER, "items/i1/note", 403),
        (Role.GUEST, "items/i1/note", 403),
        (Role.OWNER, "items/i1/colour", 400),
        (Role.OWNER, "nowhere", 400),
        (Role.OWNER, "", 422),
    ],
)
async def test_one_holds_only_what_one_may_write(menu: Site, role: Role, field: str, status: int):
    who = menu.bearer("bo", "bistro", role)
    assert (await ask(menu, "POST", LOCKS, who, {"field": field}))[0] == status


async def test_reader_of_one_menu_takes_no_lock_but_sees_them(menu: Site):
    who = menu.bearer("bo", "bistro", Role.EDITOR, menus={"lunch": Access.READ})
    assert (await ask(menu, "POST", LOCKS, who, {"field": PRICE}))[0] == 403
    assert (await ask(menu, "GET", LOCKS, who))[0] == 200


async def test_other_restaurant_and_other_documents_are_closed(menu: Site):
    eve = menu.bearer("eve", "other")
    for method, path, body in (
        ("GET", LOCKS, None),
        ("POST", LOCKS, {"field": PRICE}),
        ("PUT", one(), {"token": 1}),
        ("DELETE", f"{one()}?fencing_token=1", None),
        ("POST", f"{one()}/ask", None),
        ("POST", f"{one()}/break", None),
        ("PUT", "/api/v1/menus/lunch/strict-locks", {"on": True}),
    ):
        assert (await ask(menu, method, path, eve, body))[0] == 403
        missing = path.replace("lunch", "none")
        assert (await ask(menu, method, missing, menu.bearer(), body))[0] == 404
    free = {"kind": "free", "title": "Notes", "id": "notes"}
    await ask(menu, "POST", "/api/v1/documents", menu.bearer(), free)
    status, problem = await ask(menu, "GET", "/api/v1/menus/notes/locks", menu.bearer())
    assert (status, problem["code"]) == (404, "menu_not_found")


async def test_slash_inside_an_id_is_written_twice_encoded(menu: Site):
    field = "items/a%2Fb/price"
    status, lock = await ask(menu, "POST", LOCKS, menu.bearer(), {"field": field})
    assert (status, lock["field"]) == (201, field)
    path = one(field)
    assert "%252F" in path
    assert (await ask(menu, "PUT", path, menu.bearer(), {"token": lock["token"]}))[0] == 200


async def test_twenty_first_lock_is_refused(menu: Site):
    for number in range(20):
        body = {"field": f"items/i{number}/price"}
        assert (await ask(menu, "POST", LOCKS, menu.bearer(), body))[0] == 201
    status, problem = await ask(menu, "POST", LOCKS, menu.bearer(), {"field": "items/x/price"})
    assert (status, problem["code"]) == (409, "too_many_locks")


async def session_of(site: Site, user: str) -> str:
    async with asyncio.timeout(5):
        while True:
            for session in site.house.sessions.living():
                if session.user_id == user:
                    return session.id
            await asyncio.sleep(0.01)


async def test_lock_of_a_connection_is_only_for_whom_it_belongs_to(menu: Site):
    async with menu.client.ws_connect("/ws/y/lunch", headers=menu.bearer("ann")):
        session = await session_of(menu, "ann")
        body = {"field": PRICE, "session": session}
        bo = menu.bearer("bo", "bistro", Role.EDITOR)
        status, problem = await ask(menu, "POST", LOCKS, bo, body)
        assert (status, problem["code"]) == (403, "forbidden_session")
        status, lock = await ask(menu, "POST", LOCKS, menu.bearer("ann"), body)
        assert (status, lock["session"]) == (201, session)
        room = menu.house.lobby.room_of("lunch")
        assert room is not None
        now = menu.house.clock.monotonic()
        holder = room.locks.holder("items", "i1", "price", now)
        assert holder is not None and holder.session_id == session
    async with asyncio.timeout(5):
        while True:
            [left] = (await ask(menu, "GET", LOCKS, menu.bearer()))[1]["locks"]
            if left["seconds_left"] <= 5:
                break
            await asyncio.sleep(0.05)
    status, problem = await ask(menu, "POST", LOCKS, menu.bearer("ann"), body)
    assert (status, problem["code"]) == (403, "forbidden_session"), "the connection is gone"


async def test_strict_is_for_managers_and_reaches_the_open_room(menu: Site):
    path = "/api/v1/menus/lunch/strict-locks"
    bo = menu.bearer("bo", "bistro", Role.EDITOR)
    assert (await ask(menu, "PUT", path, bo, {"on": True}))[0] == 403
    async with menu.client.ws_connect("/ws/y/lunch", headers=menu.bearer("ann")):
        await session_of(menu, "ann")
        assert await ask(menu, "PUT", path, menu.bearer(), {"on": True}) == (200, {"on": True})
        async with asyncio.timeout(5):  # a room that is just opening looks again when it is open
            while (room := menu.house.lobby.room_of("lunch")) is None or not room.locks.is_strict:
                await asyncio.sleep(0.01)
    assert (await ask(menu, "GET", LOCKS, bo))[1]["strict"] is True
    assert (await told(menu))[-1] == ("lock.strict", "ann")


async def test_lock_that_was_there_first_is_known_to_a_room_that_opens(menu: Site):
    await ask(menu, "POST", LOCKS, menu.bearer(), {"field": PRICE})
    menu.house.lobby.forget("lunch")
    async with menu.client.ws_connect("/ws/y/lunch", headers=menu.bearer("bo")):
        await session_of(menu, "bo")
        async with asyncio.timeout(5):
            while True:
                room = menu.house.lobby.room_of("lunch")
                assert room is not None
                if room.locks.holder("items", "i1", "price", menu.house.clock.monotonic()):
                    break
                await asyncio.sleep(0.01)


async def test_program_does_not_write_what_somebody_holds_under_strict_locks(menu: Site):
    bo = menu.bearer("bo", "bistro", Role.EDITOR)
    edits = {"edits": [{"edit": "set", "item": "i1", "field": "price", "value": 500}]}
    path = "/api/v1/menus/lunch/edits"
    await ask(menu, "POST", LOCKS, bo, {"field": PRICE})
    assert (await ask(menu, "POST", path, menu.bearer(), edits))[0] == 200, "advisory"
    strict = "/api/v1/menus/lunch/strict-locks"
    await ask(menu, "PUT", strict, menu.bearer(), {"on": True})
    menu.house.lobby.forget("lunch")  # a room that opens for this very edit knows the locks, too
    edits["edits"][0]["value"] = 600
    status, problem = await ask(menu, "POST", path, menu.bearer(), edits)
    assert (status, problem["code"]) == (409, "locked")
    assert (await ask(menu, "POST", path, bo, edits))[0] == 200
    await ask(menu, "POST", f"{one()}/break", menu.bearer())
    edits["edits"][0]["value"] = 700
    assert (await ask(menu, "POST", path, menu.bearer(), edits))[0] == 200
