"""A restaurant for tables of rights: somebody in every seat, and an order in any state."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any, Final

import aiohttp

from collab.identity import Role
from tests.live.conftest import StartServer
from tests.live.order_house import MANAGER, OWNER, SETTINGS, WAITER, House, furnished, token_of
from tests.live.order_notes import Notes
from tests.live.order_tablets import Tablet, running
from tests.live.server import LiveServer
from tests.live.visitors import ELSEWHERE, ask, bearer

OWN, MAN, ED, TR, WA, VI = "owner", "manager", "editor", "translator", "waiter", "viewer"
KI, GRILL, BAR, EXPO = "kitchen", "grill", "bar", "expo"  # of all stations, of one, of the pass
GU, OTHER_GU, STRANGER = "guest", "other guest", "stranger"
SEATS: Final = (OWN, MAN, ED, TR, WA, VI, KI, GRILL, BAR, EXPO, GU, OTHER_GU, STRANGER)

LINE_ITEM: Final = "dish-36"  # plain, of the grill (the first section has every third dish)


# Not even let in: a guest whose visit has ended.
SIGNED_OUT: Final = {"result": "rejected", "code": "signed_out"}


@dataclass(slots=True)
class Place:
    """One order, and who comes to it."""

    order: str
    line: str
    tokens: Mapping[str, str]


@dataclass(slots=True)
class Scene:
    """A house in which every command gets an order of its own, guests a table."""

    house: House
    owner: Tablet
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    tables: Iterator[int] = field(default_factory=lambda: count(1))
    other_guest: str = ""  # token of a guest of another table

    async def place(self, before: tuple[str, ...], *, with_guest: bool) -> Place:
        """An order with one dish on its list, and what has to have happened to it."""
        order, line, token = f"o{next(self.numbers)}", "a", ""
        table = f"t{next(self.tables)}" if with_guest else None
        if table is not None:
            token = (await self.house.enter(await self.house.open_table(table)))["token"]
        room = f"order:{order}"
        await self.must(room, "order.open", table=table)
        await self.must(
            room, "line.add", line=line, menu="card", menu_version=1, item=LINE_ITEM,
            options=[],
        )  # fmt: skip
        for step in before:
            type, body = self._step(step, order)
            await self.must(room, type, **body)
        return Place(order, line, {**self.tokens, GU: token})

    async def must(self, room: str, type: str, **body: Any) -> None:
        answer = await self.owner.do(room, type, **body)
        assert answer.result == "ok", (type, answer)

    def _step(self, step: str, order: str) -> tuple[str, dict[str, Any]]:
        price = next(
            dish["price"]
            for section in self.house.menu["sections"]
            for dish in section["items"]
            if dish["id"] == LINE_ITEM
        )
        pay = {"payment": "first", "amount": price, "method": "cash"}
        steps: dict[str, tuple[str, dict[str, Any]]] = {
            "place": ("order.place", {}),
            "hold": ("course.hold", {"course": 1}),
            "bump": ("ticket.bump", {"ticket": f"{order}.1.1.grill"}),
            "pay": ("payment.record", pay),
            "close": ("order.close", {}),
        }
        return steps[step]

    @property
    def tokens(self) -> dict[str, str]:
        return {
            OWN: OWNER,
            MAN: MANAGER,
            WA: WAITER,
            ED: token_of("ed", Role.EDITOR),
            TR: token_of("tara", Role.TRANSLATOR),
            VI: token_of("vic", Role.VIEWER),
            KI: token_of("kim", Role.KITCHEN),
            GRILL: token_of("greta", Role.KITCHEN, stations=("grill",)),
            BAR: token_of("bert", Role.KITCHEN, stations=("bar",)),
            EXPO: token_of("eva", Role.KITCHEN, stations=("expo",)),
            OTHER_GU: self.other_guest,
            STRANGER: token_of("sam", Role.MANAGER, restaurant=ELSEWHERE),
        }

    async def give(
        self, door: str, token: str, room: str, type: str, body: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """One command through one door; its answer."""
        id = f"{door}-{next(self.numbers)}"
        if door == "rest":
            command = {"id": id, "room": room, "type": type, "body": body}
            status, answer = await ask(
                self.house.server, "POST", "/api/v1/commands", token, json_body=command
            )
            return SIGNED_OUT if status == 401 else dict(answer)
        try:
            async with connected(self.house.server, token) as socket:
                command = {"id": id, "room": room, "type": type, "body": body}
                await socket.send_json(["cmd", command])
                return await heard(socket, "res")
        except aiohttp.WSServerHandshakeError as error:
            assert error.status == 401, error
            return SIGNED_OUT


@asynccontextmanager
async def connected(
    server: LiveServer, token: str
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A connection of somebody, by the JSON twin of the protocol."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(
            f"{server.http}/ws", protocols=("mirepoix.v1.json",), headers=bearer(token)
        ) as socket,
    ):
        await socket.send_json(["hello", {"v": 1, "device": "d", "app": "tests"}])
        await heard(socket, "welcome")
        yield socket


async def heard(socket: aiohttp.ClientWebSocketResponse, *ops: str) -> Mapping[str, Any]:
    """The content of the next frame of one of these kinds, with its kind as `op`."""
    while True:
        op, content = await socket.receive_json(timeout=15)
        if op in ops:
            return {"op": op, **content}


@asynccontextmanager
async def opened(start_server: StartServer, tables: int) -> AsyncIterator[Scene]:
    server = await start_server(settings=SETTINGS, dev=False, supervised=False)
    house = await furnished(server, tables=tables)
    await ask(
        server, "POST", "/api/v1/restaurants", token_of("sam", Role.MANAGER, restaurant=ELSEWHERE),
        json_body={"id": ELSEWHERE, "name": "Trattoria"},
    )  # fmt: skip
    owner = Tablet("owner", lambda: server.port, OWNER, Notes(), Random(1))
    async with running(owner):
        scene = Scene(house, owner)
        code = await house.open_table(f"t{tables}")
        scene.other_guest = (await house.enter(code))["token"]
        await scene.must("order:others", "order.open", table=f"t{tables}")
        yield scene
