"""Who may do what through the Action Cable door: channel by channel, action by action.

The frames are those of `@rails/actioncable`; that its unmodified clients understand each other
with this door is shown in tests/peers.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp

from tests.live.conftest import StartServer
from tests.live.order_house import House
from tests.live.order_scene import (
    EXPO,
    GRILL,
    GU,
    KI,
    MAN,
    OTHER_GU,
    OWN,
    SEATS,
    WA,
    Place,
    Scene,
    opened,
)
from tests.live.visitors import HOME, bearer

FLOOR: Final = frozenset({OWN, MAN, WA})
STAFF: Final = frozenset(SEATS) - {GU, OTHER_GU}
KITCHEN: Final = {"channel": "KitchenChannel", "restaurant_id": HOME}
STATION: Final = {"channel": "StationChannel", "restaurant_id": HOME, "station": "grill"}

# Channel -> who is let in. {order}: the guest's.
CHANNELS: Final[tuple[tuple[Mapping[str, str], frozenset[str]], ...]] = (
    (KITCHEN, FLOOR | {KI, EXPO}),
    (STATION, FLOOR | {KI, GRILL}),
    ({"channel": "OrdrChannel", "order_id": "{order}"}, FLOOR | {GU}),
    ({"channel": "OrdrChannel", "order_id": "others"}, FLOOR | {OTHER_GU}),
    ({"channel": "OrdrChannel", "order_id": "nothing"}, frozenset()),
    ({"channel": "UserChannel"}, STAFF),
    ({"channel": "PresenceChannel"}, STAFF),
    ({"channel": "NoSuchChannel"}, frozenset()),
)
# Channel, action, what has to have happened, data, who of those in the channel may.
ACTIONS: Final[
    tuple[tuple[Mapping[str, str], str, tuple[str, ...], Mapping[str, str], frozenset[str]], ...]
] = (
    (KITCHEN, "update_status", ("place",), {"new_status": "preparing"}, frozenset({OWN, MAN, KI})),
    (KITCHEN, "update_status", ("place",), {"new_status": "ready"}, frozenset({OWN, MAN, KI})),
    (
        KITCHEN, "update_status", ("place", "bump"), {"new_status": "delivered"},
        FLOOR | {KI, EXPO},
    ),
    (KITCHEN, "update_status", ("place",), {"new_status": "paid", "method": "cash"}, FLOOR),
    (KITCHEN, "update_status", ("place", "bump", "pay"), {"new_status": "closed"}, FLOOR),
    (KITCHEN, "assign_staff", ("place",), {"staff_id": "walter"}, frozenset({OWN, MAN, KI, EXPO})),
    (
        STATION, "advance_station", ("place",),
        {"station": "grill", "from_status": "ordered", "to_status": "preparing"},
        frozenset({OWN, MAN, KI, GRILL}),
    ),
)  # fmt: skip


class Cable:
    """One connection as the original's pages have it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def subscribe(self, channel: Mapping[str, str]) -> bool:
        """Whether the channel let us in."""
        identifier = json.dumps(channel)
        await self._socket.send_json({"command": "subscribe", "identifier": identifier})
        while True:
            said = await self._heard(identifier)
            if "type" in said:
                return bool(said["type"] == "confirm_subscription")

    async def perform(
        self, channel: Mapping[str, str], action: str, data: Mapping[str, str]
    ) -> Mapping[str, Any]:
        """What became of an action."""
        identifier = json.dumps(channel)
        content = json.dumps({**data, "action": action})
        message = {"command": "message", "identifier": identifier, "data": content}
        await self._socket.send_json(message)
        while True:
            said = (await self._heard(identifier)).get("message", {})
            if said.get("event") in ("action_result", "error"):
                return dict(said)

    async def _heard(self, identifier: str) -> Mapping[str, Any]:
        while True:
            said = await self._socket.receive_json(timeout=15)
            if said.get("identifier") == identifier:
                return dict(said)


@asynccontextmanager
async def cable(house: House, token: str) -> AsyncIterator[Cable]:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(
            f"{house.server.http}/cable", protocols=("actioncable-v1-json",), headers=bearer(token)
        ) as socket,
    ):
        assert (await socket.receive_json(timeout=15)) == {"type": "welcome"}
        yield Cable(socket)


def named(channel: Mapping[str, str], place: Place) -> dict[str, str]:
    return {name: value.replace("{order}", place.order) for name, value in channel.items()}


async def test_every_channel_lets_in_whom_its_rooms_do(start_server: StartServer) -> None:
    async with opened(start_server, 2) as scene:
        place = await scene.place(("place",), with_guest=True)
        wrong = []
        for channel, allowed in CHANNELS:
            for seat in SEATS:
                async with cable(scene.house, place.tokens[seat]) as there:
                    is_in = await there.subscribe(named(channel, place))
                    if is_in != (seat in allowed):
                        wrong.append(f"{named(channel, place)} by {seat}: {is_in}")
        assert not wrong, "\n".join(wrong)


async def test_every_action_is_decided_like_the_commands_it_means(
    start_server: StartServer,
) -> None:
    async with opened(start_server, 1) as scene:
        wrong = []
        for channel, action, before, data, allowed in ACTIONS:
            (members,) = [seats for named, seats in CHANNELS if named == channel]
            for seat in sorted(members):
                wrong += await acted(scene, channel, action, before, data, seat, seat in allowed)
        assert not wrong, "\n".join(wrong)


async def acted(
    scene: Scene, channel: Mapping[str, str], action: str, before: tuple[str, ...],
    data: Mapping[str, str], seat: str, is_allowed: bool,
) -> list[str]:  # fmt: skip
    """One action by one person on an order of its own; what was wrong about it."""
    place = await scene.place(before, with_guest=False)
    seq = (await scene.house.get(f"/orders/{place.order}"))["order"]["seq"]
    async with cable(scene.house, place.tokens[seat]) as there:
        assert await there.subscribe(channel)
        content = {**data, "order_id": place.order, "ordr_id": place.order}
        said = await there.perform(channel, action, content)
    after = (await scene.house.get(f"/orders/{place.order}"))["order"]["seq"]
    is_done = said["event"] == "action_result" and said["result"] == "ok" and after > seq
    is_refused = said["event"] == "error" and said["code"] == "forbidden" and after == seq
    if (is_allowed and is_done) or (not is_allowed and is_refused):
        return []
    return [f"{action} {data} by {seat}: {said}, seq {seq} to {after}"]
