"""The restaurant of a test: a small menu on a running server, staff to let in, what is stored."""

from __future__ import annotations

from typing import Any, Final

from collab.identity import Role
from tests.live.server import LiveServer
from tests.live.visitors import Mint, ask
from tests.web.person import Person

RESTAURANT: Final = "demo"
MINT: Final = Mint.with_secret()
DISHES: Final = ("Soup", "Salad", "Squid", "Steak", "Sorbet")


class Bistro:
    """A menu of a server with the demo restaurant; requests are made as its developer."""

    def __init__(self, server: LiveServer, menu: str) -> None:
        self.server = server
        self.menu = menu

    @property
    def path(self) -> str:
        """Where the menu is edited."""
        return f"/menus/{self.menu}"

    async def write_menu(self, dishes: tuple[str, ...] = DISHES) -> None:
        """Make the menu: one section, a dish for each name, with its name in lower case as id."""
        items = [
            {
                "id": name.lower(),
                "name": {"en": name},
                "description": {"en": f"The {name.lower()} of the day"},
                "price": 900 + 10 * number,
            }
            for number, name in enumerate(dishes)
        ]
        section = {"id": "dishes", "name": {"en": "Dishes"}, "items": items}
        plain = {"locale": "en", "locales": ["de"], "currency": "EUR", "sections": [section]}
        path = f"/menus/{self.menu}/import?restaurant={RESTAURANT}&title=Bistro"
        await self.asked("POST", path, plain)

    async def asked(self, method: str, path: str, body: object = None) -> Any:
        """The answer to a request below /api/v1, which must succeed."""
        status, answer = await ask(self.server, method, f"/api/v1{path}", json_body=body)
        assert status < 400, f"{method} {path}: {status} {answer}"
        return answer

    async def dishes(self) -> dict[str, dict[str, Any]]:
        """What the server has stored, by the id of the dish."""
        menu = await self.asked("GET", f"/menus/{self.menu}")
        return {item["id"]: item for section in menu["sections"] for item in section["items"]}

    async def history(self) -> list[dict[str, Any]]:
        """Every entry of the history, the newest first."""
        entries: list[dict[str, Any]] = []
        after = ""
        while True:
            page = await self.asked("GET", f"/menus/{self.menu}/history?limit=100{after}")
            entries += [entry for session in page["sessions"] for entry in session["changes"]]
            if page["next"] is None:
                return entries
            after = f"&after={page['next']}"

    async def admit(self, person: Person, *roles: str) -> None:
        """Let somebody in with an invitation, as if they had pressed its button."""
        invite = {"name": person.name, "roles": roles, "restaurant": RESTAURANT}
        url = (await self.asked("POST", "/invites", invite))["url"]
        ticket = url.partition("ticket=")[2].partition("&")[0]
        answer = await person.context.request.post(
            f"{person.cable.http}/enter",
            form={"ticket": ticket, "next": "/manifest.webmanifest"},
            headers={"Origin": person.cable.http},
        )
        assert answer.ok, f"{person.name} was not let in: {answer.status}"

    async def ticket(self, user: str, name: str) -> str:
        """What lets somebody in once who has been here before, as a manager."""
        token = MINT.token(user, Role.MANAGER, restaurant=RESTAURANT, name=name)
        status, answer = await ask(self.server, "POST", "/api/v1/tickets", token)
        assert status == 201, answer
        ticket: str = answer["ticket"]
        return ticket

    async def renew(self) -> None:
        """Give the menu another history with the same content; nobody's edits are waited for."""
        await self.asked("POST", f"/documents/{self.menu}/renewal", {"force": True})
