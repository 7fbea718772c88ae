"""The bistro with a menu, a table and orders, and its doors of the rooms protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from api.doors.rooms_reception import RoomsReception
from api.house import House
from api.order_desk import RawCommand
from collab.identity import Identity, Role
from collab.orders.command import Result
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
    http: str

    @property
    def house(self) -> House:
        return self.site.house

    @property
    def rooms(self) -> RoomsReception:
        return self.house.wing.rooms

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
            line: dict[str, Any] = {
                "line": f"{order_id}-{number}",
                "menu": "lunch",
                "menu_version": 1,
            }
            added = await self.say("line.add", room, **line, item=item)
            assert added.code is None, added
        if place:
            placed = await self.say("order.place", room)
            assert placed.code is None, placed


_CLAIMS = ("restaurant", "stations", "table", "order", "menus", "locales", "token_id")


async def open_rooms(site: Site) -> RoomsSite:
    """Furnish the bistro."""
    await furnish_bistro(site)
    assert (await ask(site, "POST", "/menus/lunch/import", body=MENU))[0] == 201
    status, answer = await ask(site, "POST", "/menus/lunch/versions", body={})
    assert status == 201, answer
    return RoomsSite(site, str(site.client.make_url("")).rstrip("/"))
