"""The bistro with a menu, a table and orders, and its doors of the rooms protocol."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from aiohttp import web
from aiohttp.test_utils import TestServer

from api.doors.rooms_reception import RoomsReception
from api.doors.rooms_socket import rooms_socket
from api.doors.rooms_sockets import RoomsSockets
from api.doors.sse import sse
from api.errors import problem_middleware
from api.house import House
from api.order_desk import OrderDesk, RawCommand
from api.room_entrance import RoomEntrance
from collab.identity import Identity, Role
from collab.orders.command import Result
from collab.records import stream_of
from rooms.desk import Desk
from rooms.event_rooms import EventRooms
from rooms.kitchen_watch import KitchenWatch
from rooms.memory_stream import MemoryStream, SwitchedLog
from rooms.roster import Roster
from storage.snapshots import SnapshotStore
from tests.api.conftest import Site
from tests.api.setup import ask, furnish_bistro
from tests.live.rooms_client import RoomsClient

MENU: dict[str, Any] = {
    "locale": "en",
    "currency": "EUR",
    "sections": [
        {
            "id": "food",
            "name": "Food",
            "station": "kitchen",
            "items": [{"id": "soup", "name": "Soup", "price": 450}],
        },
        {
            "id": "drinks",
            "name": "Drinks",
            "station": "bar",
            "items": [{"id": "beer", "name": "Beer", "price": 390}],
        },
    ],
}


@dataclass(frozen=True)
class RoomsSite:
    """A site with `/ws` and `/sse`."""

    site: Site
    rooms: RoomsReception
    desk: Desk
    http: str

    @property
    def house(self) -> House:
        return self.site.house

    @property
    def url(self) -> str:
        return self.http.replace("http", "ws", 1) + "/ws"

    def identity(
        self, user: str = "mia", *roles: Role, restaurant: str = "bistro", **claims: Any
    ) -> Identity:
        """A manager when no role is given."""
        named = frozenset(roles or {Role.MANAGER})
        return Identity(user, user.title(), restaurant, named, **claims)

    def token(self, identity: Identity, seconds: float = 600) -> str:
        return self.house.issuer.mint(identity, seconds, self.house.clock.utc())

    def client(self, user: str = "mia", *roles: Role, **options: Any) -> RoomsClient:
        """A connection of somebody; not opened yet."""
        claims = {name: options.pop(name) for name in list(options) if name in _CLAIMS}
        token = self.token(self.identity(user, *roles, **claims))
        return RoomsClient(self.url, token, **options)

    async def say(
        self, type: str, room: str, who: Identity | None = None, **body: object
    ) -> Result:
        """Give one command; a manager when nobody is named."""
        raw = RawCommand(uuid4().hex, room, type, body)
        return await self.rooms.orders.submit(who or self.identity(), raw)

    async def order(self, order_id: str, *items: str, place: bool = True) -> None:
        """Open an order with one line an item."""
        room = f"order:{order_id}"
        opened = await self.say("order.open", room)
        assert opened.code is None, opened
        for number, item in enumerate(items, 1):
            line = {"line": f"{order_id}-{number}", "menu": "lunch", "menu_version": 1}
            added = await self.say("line.add", room, **line, item=item)
            assert added.code is None, added
        if place:
            placed = await self.say("order.place", room)
            assert placed.code is None, placed

    def replace(self, **parts: Any) -> RoomsReception:
        """The same doors with other parts behind them."""
        return replace(self.rooms, **parts)


_CLAIMS = ("restaurant", "stations", "table", "order", "menus", "locales", "token_id")


@asynccontextmanager
async def open_rooms(site: Site, **limits: Any) -> AsyncIterator[RoomsSite]:
    """Furnish the bistro and open its doors. limits: of the event rooms."""
    await furnish_bistro(site)
    assert (await ask(site, "POST", "/menus/lunch/import", body=MENU))[0] == 201
    status, answer = await ask(site, "POST", "/menus/lunch/versions", body={})
    assert status == 201, answer
    house = site.house
    memory = MemoryStream(lambda: uuid4().hex)
    log = SwitchedLog(house.streams, memory)
    events = EventRooms(log, house.metrics, house.clock, **limits)
    roster = Roster(memory, events.deliver, house.clock)
    house.sessions._watcher = roster
    ring = house.locks._ring
    house.locks._ring = lambda menu_id: (ring(menu_id), events.ring(stream_of(menu_id)))
    watch = KitchenWatch(house.streams, house.marks, events.ring, house.metrics, house.clock)
    desk = Desk(
        house.orders, events.deliver, house.metrics, house.clock, on_executed=watch.executed
    )
    rooms = RoomsReception(
        reception=house.reception,
        entrance=RoomEntrance(house.entrance, house.orders, house.visits),
        events=events,
        snapshots=SnapshotStore(house.database),
        roster=roster,
        orders=OrderDesk(desk, house.orders),
        watch=watch,
        locks=house.locks,
        sockets=RoomsSockets(random.random),
    )
    app = web.Application(middlewares=[problem_middleware(house.metrics.refused)])
    app.router.add_get("/ws", rooms_socket(rooms))
    app.router.add_get("/sse", sse(rooms))
    parts = (events.run, desk.run, roster.run, watch.run)
    work = [asyncio.create_task(part()) for part in parts]
    try:
        await asyncio.sleep(0)
        async with TestServer(app) as server:
            yield RoomsSite(site, rooms, desk, f"http://127.0.0.1:{server.port}")
    finally:
        for one in work:
            one.cancel()
        await asyncio.gather(*work, return_exceptions=True)
