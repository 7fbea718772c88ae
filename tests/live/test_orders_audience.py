"""Who may hear which room and read which page: guests their own order, the kitchen no money.

What is expected is written out here; nothing is taken from the server's own tables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random
from typing import Final

import aiohttp

from tests.live.conftest import StartServer
from tests.live.order_audience import MONEY, keys_in
from tests.live.order_house import House
from tests.live.order_notes import Notes, settled
from tests.live.order_scene import (
    EXPO,
    GRILL,
    GU,
    KI,
    MAN,
    OTHER_GU,
    OWN,
    SEATS,
    STRANGER,
    WA,
    connected,
    heard,
    opened,
)
from tests.live.order_tablets import Tablet, running
from tests.live.visitors import ELSEWHERE, HOME, ask, bearer

FLOOR: Final = frozenset({OWN, MAN, WA})
ORDERING: Final = FLOOR | {GU}

# Room -> who may hear it. {order}: the guest's. A station's room is that of the grill.
ROOMS: Final[Mapping[str, frozenset[str]]] = {
    "order:{order}": ORDERING,
    f"kitchen:{HOME}": FLOOR | {KI, EXPO},
    f"kitchen:{HOME}:grill": FLOOR | {KI, GRILL},
    f"kitchen:{HOME}:expo": FLOOR | {KI, EXPO},
    f"stock:{HOME}": frozenset(SEATS) - {STRANGER},
    f"floor:{HOME}": FLOOR,
    f"presence:{HOME}": frozenset(SEATS) - {GU, OTHER_GU, STRANGER},
    "user:wanda": frozenset({WA}),
    "menu:card:events": frozenset(SEATS) - {GU, OTHER_GU, STRANGER},
    "order:nothing": frozenset(),
    f"floor:{ELSEWHERE}": frozenset({STRANGER}),
}


async def test_every_room_by_everybody_through_both_doors(start_server: StartServer) -> None:
    async with opened(start_server, 3) as scene:
        place = await scene.place((), with_guest=True)
        wrong = []
        for pattern, allowed in ROOMS.items():
            room = pattern.replace("{order}", place.order)
            for seat in SEATS:
                found = {
                    "ws": await subscribes(scene.house, place.tokens[seat], room),
                    "sse": await streams(scene.house, place.tokens[seat], room),
                }
                wrong += [
                    f"{room} by {seat} through {door}: {is_in}"
                    for door, is_in in found.items()
                    if is_in != (seat in allowed)
                ]
        assert not wrong, "\n".join(wrong)


async def subscribes(house: House, token: str, room: str) -> bool:
    async with connected(house.server, token) as socket:
        await socket.send_json(["sub", {"h": 1, "room": room}])
        return bool((await heard(socket, "subd", "notice"))["op"] == "subd")


async def streams(house: House, token: str, room: str) -> bool:
    """Whether /sse opens a room."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(
            f"{house.server.http}/sse", params={"rooms": room}, headers=bearer(token)
        ) as answer,
    ):
        if answer.status != 200:
            assert answer.status in (401, 403, 404), answer.status
            return False
        async for line in answer.content:
            if line.startswith(b"event:"):
                return b"notice" not in line
    raise AssertionError("the stream ended without a word")


SECRET_METHOD: Final = "canary-card"


async def test_kitchen_sees_no_money_in_any_room_or_page(start_server: StartServer) -> None:
    async with opened(start_server, 3) as scene:
        cook = Tablet("cook", lambda: scene.house.server.port, scene.tokens[KI], Notes(), Random(2))
        cook.keeps_frames = True
        rooms = [f"kitchen:{HOME}", f"kitchen:{HOME}:grill", f"kitchen:{HOME}:expo",
                 f"stock:{HOME}", f"presence:{HOME}", "user:kim"]  # fmt: skip
        followed = [cook.follow(room) for room in rooms]
        async with running(cook):
            await settled(lambda: all(one.is_live.is_set() for one in followed), "rooms", 10)
            place = await scene.place(("place",), with_guest=True)
            room = f"order:{place.order}"
            await cook.do(room, "staff.assign")
            for step in ("bump", "pay"):
                type, body = scene._step(step, place.order)
                await scene.must(room, type, **{**body, **(
                    {"method": SECRET_METHOD, "tip": 777} if step == "pay" else {}
                )})  # fmt: skip
            await scene.must(room, "note.add", note="n", text="thanks")
            await scene.must(room, "line.serve", line=place.line)
            await settled(lambda: sum(one.offset for one in followed) >= 6, "events", 10)
            refused = cook.follow(room)
            await scene.must(room, "order.close")
            shown = list(cook.heard)
        assert not refused.is_live.is_set()
        assert not MONEY & set(keys_in(shown)), MONEY & set(keys_in(shown))
        assert SECRET_METHOD not in json.dumps(shown)
        for path in ("/orders", f"/orders/{place.order}", f"/orders/{place.order}/events",
                     "/tickets", "/tickets/all-day", "/tickets/deliveries", "/tables", "/stock",
                     "/reports/day?business_day=2026-01-01"):  # fmt: skip
            status, answer = await ask(
                scene.house.server, "GET", f"/api/v1{path}", scene.tokens[KI]
            )
            assert status in (200, 403), (path, status)
            if status == 200:
                assert not MONEY & set(keys_in(answer)), (path, answer)
                assert SECRET_METHOD not in json.dumps(answer)


async def test_guests_see_their_own_order_and_no_other(start_server: StartServer) -> None:
    async with opened(start_server, 3) as scene:
        place = await scene.place(("place",), with_guest=True)
        token, server = place.tokens[GU], scene.house.server
        status, own = await ask(server, "GET", f"/api/v1/orders/{place.order}", token)
        assert (status, own["order"]["id"]) == (200, place.order)
        assert "wanda" not in json.dumps(own) and "olga" not in json.dumps(own)
        for path in ("/orders", "/orders/others", f"/orders/{place.order}/events", "/tickets",
                     "/tables", "/staff", "/sessions"):  # fmt: skip
            status, answer = await ask(server, "GET", f"/api/v1{path}", token)
            assert status in (403, 404), (path, status, answer)
