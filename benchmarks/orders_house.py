"""The restaurant that the loads order in: set up over REST, on a server with tokens and rights."""

from __future__ import annotations

import json
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from api.config import Config
from api.keyring import Keyring
from api.tokens import TokenIssuer
from benchmarks.orders_mix import STATIONS, Mix, Wish, dishes_of, menu_file
from benchmarks.subjects import Subject
from collab.identity import Identity, Role

RESTAURANT = "benchmark"
MENU = "card"
SECRET = "a-secret-that-only-this-benchmark-knows"
TOKEN_SECONDS = 3600.0


def _command(port: int, folder: Path) -> list[str]:
    database = str(folder / "benchmark.db")
    serve = (sys.executable, "-m", "api", "serve")
    return [*serve, "--port", str(port), "--database", database]


ORDERS_SUBJECT = Subject(
    "mirepoix", "rooms", "/ws", _command, environment=lambda _port: {"MIREPOIX_JWT_SECRET": SECRET}
)


def token_of(user: str, role: Role) -> str:
    """A token that the server accepts."""
    config = Config(jwt_secret=SECRET)
    issuer = TokenIssuer(config, Keyring.from_config(config))
    identity = Identity(user, user.title(), RESTAURANT, frozenset({role}))
    return issuer.mint(identity, TOKEN_SECONDS, datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Step:
    """One command."""

    room: str
    type: str
    body: Mapping[str, object]


class OrderBook:
    """Orders as tables give them: every order is eight commands or more, from open to close.

    menu: as imported. name: goes into ids.
    """

    def __init__(self, menu: Mapping[str, Any], random: Random, name: str) -> None:
        self._mix = Mix(menu, random)
        self._name = name
        self._numbers = count(1)
        self._stations = {
            dish["id"]: section["station"]
            for section in menu["sections"]
            for dish in section["items"]
        }
        self._dishes = {dish["id"]: dish for dish in dishes_of(menu)}
        self._options = {
            (group["id"], one["id"]): one["price"] or 0
            for group in menu["modifiers"]
            for one in group["options"]
        }

    def order(self) -> Iterator[Step]:
        """The commands of one order, in their order: a manager's, so that one device does all."""
        order = f"{self._name}-{next(self._numbers)}"
        room = f"order:{order}"
        wishes = self._mix.order()
        yield Step(room, "order.open", {})
        for number, wish in enumerate(wishes):
            yield Step(room, "line.add", _line(f"l{number}", wish))
        yield Step(room, "order.place", {})
        tickets = sorted({self._stations[wish.item] for wish in wishes})
        for type in ("ticket.start", "ticket.bump"):
            for station in tickets:
                yield Step(room, type, {"ticket": f"{order}.1.1.{station}"})
        for number in range(len(wishes)):
            yield Step(room, "line.serve", {"line": f"l{number}"})
        total = sum(self._price(wish) for wish in wishes)
        yield Step(room, "payment.record", {"payment": "p", "amount": total, "method": "card"})
        yield Step(room, "order.close", {})

    def _price(self, wish: Wish) -> int:
        price: int = self._dishes[wish.item]["price"]
        for size in self._dishes[wish.item].get("variations", ()):
            if size["id"] == wish.variation:
                price = size["price"]
        options = sum(self._options[group, one] * times for group, one, times in wish.options)
        return (price + options) * wish.quantity


def furnish(port: int, seed: int) -> dict[str, Any]:
    """Set the restaurant up; its menu, published. Raises urllib.error.HTTPError."""
    owner = token_of("owner", Role.OWNER)
    _ask(port, "/restaurants", owner, {"id": RESTAURANT, "name": "Benchmark"})
    menu = menu_file(seed)
    _ask(port, f"/menus/{MENU}/import", owner, menu)
    for station in STATIONS:
        _ask(port, "/stations", owner, {"id": station, "name": station.title()})
    _ask(port, f"/menus/{MENU}/versions", owner, {})
    return menu


def _line(id: str, wish: Wish) -> dict[str, object]:
    options = [
        {"group": group, "option": option, "quantity": times}
        for group, option, times in wish.options
    ]
    body: dict[str, object] = {"line": id, "menu": MENU, "menu_version": 1, "item": wish.item}
    body |= {"quantity": wish.quantity, "options": options}
    return body if wish.variation is None else body | {"variation": wish.variation}


def _ask(port: int, path: str, token: str, body: Mapping[str, object]) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1{path}",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    urllib.request.urlopen(request).close()
