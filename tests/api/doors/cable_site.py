"""The bistro with a menu, tables and orders, its Action Cable door, and a client of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from types import TracebackType
from typing import Any, Self

import aiohttp

from api.doors.cable_desk import CableDesk
from api.house import House
from api.order_desk import RawCommand
from collab.identity import Identity, Role
from collab.orders.command import Result
from tests.api.conftest import Site
from tests.api.setup import ask, furnish_bistro

Json = dict[str, Any]

PROTOCOLS = ("actioncable-v1-json", "actioncable-unsupported")
PATIENCE_SECONDS = 5.0
MENU: Json = {
    "locale": "en",
    "currency": "EUR",
    "sections": [
        {
            "id": "food",
            "name": "Food",
            "station": "kitchen",
            "items": [
                {"id": "soup", "name": "Soup", "price": 450, "allergens": ["celery"]},
                {"id": "steak", "name": "Steak", "price": 2400},
            ],
        },
        {
            "id": "drinks",
            "name": "Drinks",
            "station": "bar",
            "items": [{"id": "beer", "name": "Beer", "price": 390}],
        },
    ],
}

_numbers = count(1)


@dataclass(frozen=True)
class CableSite:
    """A site with `/cable`."""

    site: Site
    desk: CableDesk
    url: str

    @property
    def house(self) -> House:
        return self.site.house

    def identity(
        self, user: str, *roles: Role, restaurant: str = "bistro", **claims: Any
    ) -> Identity:
        return Identity(user, user.title(), restaurant, frozenset(roles), **claims)

    def token(self, identity: Identity, seconds: float = 600, hours_ago: float = 0) -> str:
        at = self.house.clock.utc() - timedelta(hours=hours_ago)
        return self.house.issuer.mint(identity, seconds, at)

    def cable(self, identity: Identity | None = None, **options: Any) -> Cable:
        """A connection of somebody; not opened yet."""
        headers = {}
        if identity is not None:
            headers["Authorization"] = f"Bearer {self.token(identity)}"
        return Cable(self.url, headers, **options)

    async def say(
        self, type: str, room: str, who: Identity | None = None, **body: object
    ) -> Result:
        """Give one command; a manager when nobody is named."""
        raw = RawCommand(f"c{next(_numbers)}", room, type, body)
        identity = who or self.identity("mia", Role.MANAGER)
        return await self.desk.commands.submit(identity, raw)

    async def order(
        self, order_id: str, *items: str, place: bool = True, table: str | None = "t1"
    ) -> None:
        """Open an order, at the window, with one line an item."""
        room = f"order:{order_id}"
        assert (await self.say("order.open", room, table=table)).seq == 1
        for number, item in enumerate(items, 1):
            line = {"line": f"{order_id}-{number}", "menu": "lunch", "menu_version": 1}
            added = await self.say("line.add", room, **line, item=item)
            assert added.code is None, added
        if place:
            placed = await self.say("order.place", room)
            assert placed.code is None, placed


async def open_cable(site: Site) -> CableSite:
    """Furnish the bistro: a table `t1`, a bar, and a published menu."""
    await furnish_bistro(site)
    assert (await ask(site, "POST", "/menus/lunch/import", body=MENU))[0] == 201
    status, answer = await ask(site, "POST", "/menus/lunch/versions", body={})
    assert status == 201, answer
    await site.house.projector.look()  # names of dishes are rows
    url = str(site.client.make_url("/cable")).replace("http", "ws", 1)
    return CableSite(site, site.house.wing.cable, url)


class Cable:
    """A connection; an async context manager that opens it and waits for the welcome."""

    def __init__(
        self,
        url: str,
        headers: dict[str, str],
        *,
        protocols: tuple[str, ...] = PROTOCOLS,
        waits: bool = True,
    ) -> None:
        self.frames: list[Json] = []  # everything but pings
        self._url, self._headers = url, headers
        self._protocols, self._waits = protocols, waits
        self._taken = 0

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        try:
            self.socket = await self._session.ws_connect(
                self._url, protocols=self._protocols, headers=self._headers
            )
            if self._waits:
                assert await self.next_frame() == {"type": "welcome"}
        except BaseException:
            await self._session.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.socket.close()
        await self._session.close()

    async def next_frame(self, seconds: float = PATIENCE_SECONDS) -> Json:
        """The next frame but a ping. Raises TimeoutError, ConnectionError at the end."""
        async with asyncio.timeout(seconds):
            while True:
                message = await self.socket.receive()
                if message.type is not aiohttp.WSMsgType.TEXT:
                    raise ConnectionError(f"{message.type.name} {self.socket.close_code}")
                frame: Json = json.loads(message.data)
                if frame.get("type") != "ping":
                    self.frames.append(frame)
                    return frame

    async def until(
        self, matching: Callable[[Json], bool], seconds: float = PATIENCE_SECONDS
    ) -> Json:
        """The next frame that matches, those that came before it left out."""
        async with asyncio.timeout(seconds):
            while True:
                frame = await self.next_frame(seconds)
                if matching(frame):
                    return frame

    async def message(self, **fields: object) -> Json:
        """The next message with these fields."""

        def fits(frame: Json) -> bool:
            said = frame.get("message")
            return isinstance(said, dict) and all(
                said.get(name) == value for name, value in fields.items()
            )

        found: Json = (await self.until(fits))["message"]
        return found

    async def send(self, **frame: object) -> None:
        """Send one frame."""
        await self.socket.send_str(json.dumps(frame))

    async def subscribe(self, channel: str, **params: object) -> str:
        """Subscribe and wait for the answer; "confirm_subscription" or "reject_subscription"."""
        self.identifier = json.dumps({"channel": channel, **params})
        await self.send(command="subscribe", identifier=self.identifier)
        frame = await self.until(
            lambda frame: frame.get("identifier") == self.identifier and "type" in frame
        )
        return str(frame["type"])

    async def perform(self, action: str, **data: object) -> Json:
        """Do something in the last subscription; the answer."""
        said = json.dumps({**data, "action": action})
        await self.send(command="message", identifier=self.identifier, data=said)
        return await self.message(action=action)

    async def settled(self) -> list[Json]:
        """What came until everything sent so far was handled: messages of the rest."""
        before = len(self.frames)
        await self.send(command="subscribe", identifier="settled")
        await self.until(lambda frame: frame.get("identifier") == "settled")
        return self.frames[before:-1]
