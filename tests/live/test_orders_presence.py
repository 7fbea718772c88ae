"""Who is here: the same for everybody, by every door, gone soon after whoever is gone.

People come through `/ws`, `/sse` and the editor's own door; the roster follows their connections,
not what they say about themselves.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import aiohttp
import pytest

from collab.identity import Role
from tests.live.conftest import StartServer
from tests.live.order_histories import Shown
from tests.live.order_house import OWNER, SETTINGS, WAITER, House, furnished, token_of
from tests.live.order_notes import Notes, settled
from tests.live.order_roads import Fault, Road
from tests.live.order_tablets import Tablet, running
from tests.live.server import LiveServer
from tests.live.visitors import ELSEWHERE, HOME, Visitor, ask, bearer

PRESENCE: Final = f"presence:{HOME}"
HALF_OPEN_SECONDS: Final = 35.0


@dataclass(slots=True)
class Watcher:
    """Somebody who looks at the roster: a snapshot, then differences."""

    tablet: Tablet
    people: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    types: list[str] = field(default_factory=list)

    def begin(self, snapshot: Any) -> None:
        self.people = {one["user"]["id"]: one for one in snapshot["people"]}

    def hear(self, event: Shown) -> None:
        self.types.append(f"{event.type} {event.body['user']['id']}")
        self.people[event.body["user"]["id"]] = event.body

    def status(self, user: str) -> str:
        return str(self.people[user]["status"]) if user in self.people else "unknown"

    def doors(self, user: str) -> set[str]:
        return {one["door"] for one in self.people[user]["resources"]}


def tablet(server: LiveServer, name: str, token: str, port: int | None = None) -> Tablet:
    return Tablet(name, lambda: port or server.port, token, Notes(), Random(name))


@asynccontextmanager
async def watching(server: LiveServer, *names: str) -> AsyncIterator[list[Watcher]]:
    """So many people of the floor who look at the roster."""
    watchers = [
        Watcher(tablet(server, f"tablet-{one}", token_of(one, Role.WAITER))) for one in names
    ]
    followed = [one.tablet.follow(PRESENCE, one.hear, one.begin) for one in watchers]
    async with running(*(one.tablet for one in watchers)):
        await settled(lambda: all(one.is_live.is_set() for one in followed), "they watch", 10)
        yield watchers


@asynccontextmanager
async def listening(server: LiveServer, token: str, room: str) -> AsyncIterator[None]:
    """Somebody at /sse."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{server.http}/sse", params={"rooms": room}, headers=bearer(token)) as answer,
    ):
        assert answer.status == 200
        yield


async def house_of(start_server: StartServer) -> House:
    return await furnished(await start_server(settings=SETTINGS, dev=False, supervised=False))


async def test_everybody_sees_the_same_people_by_whatever_door(start_server: StartServer) -> None:
    server = (await house_of(start_server)).server
    async with AsyncExitStack() as stack:
        first, second = await stack.enter_async_context(watching(server, "wanda", "walter"))
        cook = token_of("kim", Role.KITCHEN)
        screen = tablet(server, "wall", cook)
        screen.follow(f"kitchen:{HOME}")
        await stack.enter_async_context(running(screen))
        phone = await stack.enter_async_context(AsyncExitStack())
        await phone.enter_async_context(listening(server, cook, f"stock:{HOME}"))
        editor = token_of("ed", Role.EDITOR)
        desk = await stack.enter_async_context(AsyncExitStack())
        await desk.enter_async_context(Visitor(server, "y", "card", editor))
        third = (await stack.enter_async_context(watching(server, "wim")))[0]

        def is_same() -> bool:
            return all(
                one.status(user) == "active"
                for one in (first, second, third)
                for user in ("wanda", "walter", "wim", "kim", "ed")
            )

        await settled(is_same, "all see all", 10)
        await settled(lambda: len(first.doors("kim")) == 2, "both devices of the cook", 5)
        assert first.people["kim"]["devices"] == ["wall"]
        assert {one["type"] for one in first.people["ed"]["resources"]} == {"menu"}
        await phone.aclose()
        await settled(lambda: len(first.doors("kim")) == 1, "one device is left", 10)
        assert first.status("kim") == "active", "closing one device is not going home"
        await desk.aclose()
        await settled(lambda: third.status("ed") == "offline", "the editor left", 10)
        assert {one.people["ed"]["status"] for one in (first, second)} == {"offline"}
    assert "person.left ed" in first.types


async def test_away_is_idle_until_somebody_appears(start_server: StartServer) -> None:
    server = (await house_of(start_server)).server
    async with watching(server, "wanda", "walter") as (wanda, walter):
        await wanda.tablet.do(PRESENCE, "presence.set", status="away")
        await settled(lambda: walter.status("wanda") == "idle", "wanda is away", 5)
        await asyncio.sleep(0.2)
        assert walter.status("wanda") == "idle"
        await wanda.tablet.do(PRESENCE, "presence.set", status="active")
        await settled(lambda: walter.status("wanda") == "active", "wanda is back", 5)


async def test_no_restaurant_and_no_guest_sees_anothers_people(start_server: StartServer) -> None:
    house = await house_of(start_server)
    server = house.server
    stranger_token = token_of("sam", Role.MANAGER, restaurant=ELSEWHERE)
    body = {"id": ELSEWHERE, "name": "Trattoria"}
    await ask(server, "POST", "/api/v1/restaurants", stranger_token, json_body=body)
    stranger = Watcher(tablet(server, "s", stranger_token))
    stranger.tablet.follow(f"presence:{ELSEWHERE}", stranger.hear, stranger.begin)
    spy = stranger.tablet.follow(PRESENCE)
    status, _ = await ask(server, "POST", "/api/v1/tables", OWNER,
                          json_body={"id": "t1", "name": "1"})  # fmt: skip
    assert status == 201
    guest = tablet(server, "g", (await house.enter(await house.open_table("t1", WAITER)))["token"])
    guest_spy = guest.follow(PRESENCE)
    at_stock = guest.follow(f"stock:{HOME}")
    async with watching(server, "wanda") as (wanda,), running(stranger.tablet, guest):
        await settled(lambda: stranger.status("sam") == "active", "the stranger is here", 5)
        await settled(at_stock.is_live.is_set, "the guest is here", 5)
        await asyncio.sleep(0.3)
        assert set(stranger.people) == {"sam"}
        assert set(wanda.people) == {"wanda"}, "a guest is nobody of the staff"
        assert not spy.is_live.is_set()
        assert not guest_spy.is_live.is_set()


async def test_killed_client_is_offline_at_once_and_back_when_it_returns(
    start_server: StartServer,
) -> None:
    server = (await house_of(start_server)).server
    async with Road(server.port, Random(1)) as road, watching(server, "wanda") as (wanda,):
        screen = tablet(server, "wall", token_of("kim", Role.KITCHEN), road.port)
        screen.follow(f"kitchen:{HOME}")
        async with running(screen):
            for _ in range(3):
                await settled(lambda: wanda.status("kim") == "active", "kim is here", 10)
                await road.suffer(Fault.CUT, 0)
                await settled(lambda: "person.left kim" in wanda.types, "kim was gone", 10)
                wanda.types.clear()


async def test_killed_server_leaves_no_ghosts(start_server: StartServer) -> None:
    server = (await house_of(start_server)).server
    async with watching(server, "wanda") as (wanda,):
        async with watching(server, "walter"):
            await settled(lambda: wanda.status("walter") == "active", "walter is here", 10)
            await server.kill()
        await server.start()
        await settled(lambda: wanda.tablet.notes.connections == 2, "wanda is back", 20)
        await settled(lambda: set(wanda.people) == {"wanda"}, "walter is no ghost", 10)
        body = await House(server, HOME, {}, 0).get("/sessions?limit=100")
        living = {one["user"] for one in body["sessions"] if one["status"] != "offline"}
        assert living == {"wanda"}


@pytest.mark.full
async def test_half_open_connection_is_offline_within_35_seconds(
    start_server: StartServer,
) -> None:
    server = (await house_of(start_server)).server
    async with Road(server.port, Random(1)) as road, watching(server, "wanda") as (wanda,):
        screen = tablet(server, "wall", token_of("kim", Role.KITCHEN), road.port)
        screen.follow(f"kitchen:{HOME}")
        async with asyncio.TaskGroup() as group:
            async with running(screen):
                await settled(lambda: wanda.status("kim") == "active", "kim is here", 10)
                frozen = group.create_task(road.suffer(Fault.FROZEN, 120))
                await asyncio.sleep(0)
            began = time.monotonic()  # the screen is gone, and nobody tells the server
            await settled(
                lambda: "person.left kim" in wanda.types, "kim is gone", HALF_OPEN_SECONDS
            )
            took = time.monotonic() - began
            frozen.cancel()
        print(f"gone after {took:.1f} s")
        assert took > 1, "somebody told the server"
