"""A restaurant of a test's own on a running server: its menu, stations, tables, orders, staff."""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

import aiohttp

from tests.live.server import LiveServer
from tests.live.visitors import ask
from tests.web.person import Person

NAME: Final = "Chez Test"
MENU: Final[dict[str, Any]] = {
    "locale": "en",
    "currency": "EUR",
    "sections": [
        {
            "id": "mains",
            "name": "Mains",
            "station": "grill",
            "items": [
                {"id": "soup", "name": "Soup", "price": 950, "allergens": ["milk"]},
                {"id": "salad", "name": "Salad", "price": 833, "may_contain": ["milk"]},
                {"id": "bread", "name": "Bread", "price": 319},
                {
                    "id": "steak",
                    "name": "Steak",
                    "price": 1890,
                    "modifiers": ["doneness", "sauces"],
                },
            ],
        },
        {
            "id": "drinks",
            "name": "Drinks",
            "station": "bar",
            "items": [{"id": "beer", "name": "Beer", "price": 450}],
        },
    ],
    "modifiers": [
        {
            "id": "doneness",
            "name": "Doneness",
            "min": 1,
            "max": 1,
            "options": [{"id": "rare", "name": "Rare"}, {"id": "medium", "name": "Medium"}],
        },
        {
            "id": "sauces",
            "name": "Sauces",
            "min": 0,
            "max": 2,
            "options": [
                {"id": "pepper", "name": "Pepper", "price": 155},
                {"id": "herb", "name": "Herb", "price": 120},
                {"id": "garlic", "name": "Garlic", "price": 99},
            ],
        },
    ],
}


class Restaurant:
    """Requests are made as the developer of --dev. Its id is also the id of its menu."""

    def __init__(self, server: LiveServer, id: str) -> None:
        self.server = server
        self.id = id
        self.code = ""  # of the open table
        self._waiter: dict[str, str] = {}  # headers of somebody who serves

    async def furnish(self, **rules: Any) -> None:
        """Make it, with a published menu and table 4 open. rules: e.g. price_grace_seconds."""
        await self.asked("POST", "/restaurants", {"id": self.id, "name": NAME, **rules})
        for station in ("grill", "bar"):
            await self._made("/stations", {"id": station, "name": station.title()})
        await self._made("/tables", {"id": "t4", "name": "4", "seats": 4})
        await self._made("/tables", {"id": "t5", "name": "5", "seats": 2})
        path = f"/menus/{self.id}/import?restaurant={self.id}&title=Card"
        await self.asked("POST", path, MENU)
        await self.publish()
        self.code = await self.open_table("t4")

    async def asked(self, method: str, path: str, body: object = None) -> Any:
        """The answer to a request below /api/v1, which must succeed."""
        status, answer = await ask(self.server, method, f"/api/v1{path}", json_body=body)
        assert status < 400, f"{method} {path}: {status} {answer}"
        return answer

    async def publish(self) -> None:
        """What the live menu says, guests see from now on."""
        await self.asked("POST", f"/menus/{self.id}/versions", {})

    async def change_price(self, section: str, item: str, price: int) -> None:
        """A new published version with another price."""
        change = {"sections": {section: {"items": {item: {"price": price}}}}}
        await self.asked("PATCH", f"/menus/{self.id}", change)
        await self.publish()

    async def open_table(self, table: str) -> str:
        """Open a table for guests; the code on it."""
        answer = await self.asked("POST", f"/tables/{table}/open?restaurant={self.id}")
        return str(answer["code"])

    async def close_table(self, table: str) -> None:
        """End the visit at a table."""
        await self.asked("POST", f"/tables/{table}/close?restaurant={self.id}")

    async def admit(self, person: Person, *roles: str) -> None:
        """Let somebody in with an invitation, as if they had pressed its button."""
        answer = await person.context.request.post(
            f"{person.cable.http}/enter",
            form={
                "ticket": await self._ticket(person.name, *roles),
                "next": "/manifest.webmanifest",
            },
            headers={"Origin": person.cable.http},
        )
        assert answer.ok, f"{person.name} was not let in: {answer.status}"

    # -- orders --------------------------------------------------------------------------------

    async def order(self, table: str | None, *dishes: str) -> str:
        """A stock REST client orders dishes without choices; the id of the order.

        table: None for a pickup.
        """
        order = str(uuid4())
        opening = {} if table is None else {"table": table}
        answer = await self.say(f"order:{order}", "order.open", opening)
        order = str((answer.get("current") or {}).get("order", order))
        await self.add(order, *dishes)
        return order

    async def add(self, order: str, *dishes: str) -> list[str]:
        """Put dishes on an order and send them to the kitchen; the ids of their lines."""
        lines = [f"l-{uuid4().hex[:12]}" for _ in dishes]
        for line, dish in zip(lines, dishes, strict=True):
            body = {"line": line, "menu": self.id, "item": dish}
            await self.say(f"order:{order}", "line.add", body)
        await self.say(f"order:{order}", "order.place", {"lines": lines})
        return lines

    async def say(self, room: str, type: str, body: dict[str, Any]) -> dict[str, Any]:
        """One command of a waiter, which must not be rejected."""
        command = {"id": str(uuid4()), "room": room, "type": type, "body": body}
        headers = self._waiter or await self._sign_in()
        status, answer = await ask(
            self.server, "POST", "/api/v1/commands", headers=headers, json_body=command
        )
        assert status == 200, f"{type}: {answer}"
        assert answer["result"] != "rejected", f"{type}: {answer}"
        return dict(answer)

    async def orders(self) -> list[dict[str, Any]]:
        """Every order, whole, the newest first."""
        answer = await self.asked("GET", f"/orders?restaurant={self.id}")
        return [await self.shown(one["order_id"]) for one in answer["orders"]]

    async def lines(self) -> list[dict[str, Any]]:
        """The lines of all orders."""
        return [line for order in await self.orders() for line in order["lines"]]

    async def shown(self, order: str) -> dict[str, Any]:
        """One order as the floor sees it."""
        found: dict[str, Any] = (await self.asked("GET", f"/orders/{order}"))["order"]
        return found

    async def events(self, order: str) -> list[dict[str, Any]]:
        """Everything that happened to an order."""
        found: list[dict[str, Any]] = (await self.asked("GET", f"/orders/{order}/events"))["events"]
        return found

    async def tickets(self) -> list[dict[str, Any]]:
        """The open tickets of the kitchen."""
        answer = await self.asked("GET", f"/tickets?restaurant={self.id}")
        return [one["ticket"] for one in answer["tickets"]]

    async def _sign_in(self) -> dict[str, str]:
        ticket = await self._ticket("Wanda", "manager")
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                f"{self.server.http}/enter",
                data={"ticket": ticket, "next": "/"},
                headers={"Origin": self.server.http},
                allow_redirects=False,
            ) as answer,
        ):
            cookies = "; ".join(f"{name}={one.value}" for name, one in answer.cookies.items())
        self._waiter = {"Cookie": cookies, "Origin": self.server.http}
        return self._waiter

    async def _ticket(self, name: str, *roles: str) -> str:
        """What a link of an invitation carries."""
        invite = {"name": name, "roles": roles, "restaurant": self.id}
        url = str((await self.asked("POST", "/invites", invite))["url"])
        return url.partition("ticket=")[2].partition("&")[0]

    async def _made(self, path: str, body: dict[str, Any]) -> None:
        await self.asked("POST", f"{path}?restaurant={self.id}", body)
