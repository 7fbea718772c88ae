"""A restaurant on a real server, set up for orders over REST as its owner would."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from benchmarks.orders_mix import STATIONS, Wish, menu_file
from collab.identity import Identity, Role
from tests.live.order_ledger import PriceBook
from tests.live.server import LiveServer
from tests.live.visitors import HOME, SECRET, Mint, ask

MENU: Final = "card"
SETTINGS: Final[Mapping[str, object]] = {"jwt_secret": SECRET}
MINT: Final = Mint.with_secret()


def token_of(
    user: str,
    role: Role | None,
    *,
    restaurant: str = HOME,
    stations: tuple[str, ...] = (),
    table: str | None = None,
    order: str | None = None,
    token_id: str = "",
) -> str:
    """A token as an issuer of one's own would make it."""
    roles = frozenset() if role is None else frozenset({role})
    identity = Identity(
        user,
        user.title(),
        restaurant,
        roles,
        stations=stations,
        table=table,
        order=order,
        token_id=token_id,
    )
    return MINT.issuer.mint(identity, 3600, datetime.now(UTC))


OWNER: Final = token_of("olga", Role.OWNER)
MANAGER: Final = token_of("mia", Role.MANAGER)
WAITER: Final = token_of("wanda", Role.WAITER)


@dataclass(slots=True)
class House:
    """One restaurant. books: prices by the number of the version."""

    server: LiveServer
    id: str
    menu: dict[str, Any]  # as published last
    version: int
    books: dict[int, PriceBook] = field(default_factory=dict)

    @property
    def book(self) -> PriceBook:
        """What guests see now."""
        return self.books[self.version]

    async def publish(self) -> None:
        """Publish the menu as it stands, and read it as guests do."""
        path = f"/api/v1/menus/{MENU}"
        status, made = await ask(self.server, "POST", f"{path}/versions", OWNER, json_body={})
        assert status == 201, made
        status, self.menu = await ask(self.server, "GET", f"{path}/published")
        assert status == 200
        self.version = made["version"]["number"]
        self.books[self.version] = PriceBook(self.menu)

    async def change_price(self, section: str, item: str, price: int) -> None:
        """In the live menu; guests see it with the next `publish`."""
        status, answer = await ask(
            self.server,
            "PATCH",
            f"/api/v1/menus/{MENU}",
            OWNER,
            json_body={"sections": {section: {"items": {item: {"price": price}}}}},
        )
        assert status == 200, answer

    async def open_table(self, table: str, token: str = WAITER) -> str:
        """Open a table for guests; the code on its screen."""
        path = f"/api/v1/tables/{table}/open"
        status, answer = await ask(self.server, "POST", path, token)
        assert status == 201, answer
        return str(answer["code"])

    async def enter(self, code: str) -> dict[str, Any]:
        """Come in as a guest with a code."""
        path = "/api/v1/visits"
        status, answer = await ask(self.server, "POST", path, json_body={"code": code})
        assert status == 201, answer
        return dict(answer)

    async def get(self, path: str, token: str = OWNER) -> Any:
        """Read something over REST."""
        status, answer = await ask(self.server, "GET", f"/api/v1{path}", token)
        assert status == 200, answer
        return answer


async def furnished(server: LiveServer, *, tables: int = 0, seed: int = 1, **rules: Any) -> House:
    """A restaurant with the made-up menu published, its stations and its tables.

    rules: of the restaurant, e.g. price_grace_seconds.
    """
    body = {"id": HOME, "name": "Bistro", "currency": "EUR", **rules}
    await _made(server, "/restaurants", body)
    path = f"/menus/{MENU}/import"
    await _made(server, path, menu_file(seed))
    for station in STATIONS:
        await _made(server, "/stations", {"id": station, "name": station.title()})
    async with asyncio.TaskGroup() as group:
        for number in range(1, tables + 1):
            table = {"id": f"t{number}", "name": f"Table {number}"}
            group.create_task(_made(server, "/tables", table))
    house = House(server, HOME, {}, 0)
    await house.publish()
    return house


async def _made(server: LiveServer, path: str, body: Mapping[str, Any]) -> None:
    status, answer = await ask(server, "POST", f"/api/v1{path}", OWNER, json_body=body)
    assert status == 201, answer


def add_body(line: str, wish: Wish, house: House, version: int | None = None) -> dict[str, Any]:
    """What `line.add` says."""
    body: dict[str, Any] = {
        "line": line,
        "menu": MENU,
        "menu_version": version or house.version,
        "item": wish.item,
        "quantity": wish.quantity,
        "options": [
            {"group": group, "option": option, "quantity": quantity}
            for group, option, quantity in wish.options
        ],
    }
    if wish.variation is not None:
        body["variation"] = wish.variation
    return body
