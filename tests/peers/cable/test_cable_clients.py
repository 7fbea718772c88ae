"""Unmodified @rails/actioncable 7 and 8 against the real server: every channel and every action."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from collab.identity import Identity, Role
from tests.live.server import LiveServer
from tests.live.visitors import HOME, SECRET, Mint, ask
from tests.peers import stock
from tests.peers.cable.cable_clients import KINDS, CableClients

Json = dict[str, Any]

pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(stock.unavailable() is not None, reason=str(stock.unavailable())),
]

MINT: Final = Mint.with_secret()
MENU: Final[Json] = {
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
PRICE: Final = "items/soup/price"
RETRIES: Final = 0.5  # seconds after which the client asks again for what was not confirmed
RECONNECT_SECONDS: Final = 40.0  # the client looks every 6 s and more whether it is connected

_numbers = count(1)


def token_of(user: str, role: Role, **claims: Any) -> str:
    identity = Identity(user, user.title(), HOME, frozenset({role}), **claims)
    return MINT.issuer.mint(identity, 3600, datetime.now(UTC))


OWNER: Final = token_of("olga", Role.OWNER)
MANAGER: Final = token_of("mia", Role.MANAGER)
WAITER: Final = token_of("wil", Role.WAITER)
COOK: Final = token_of("kim", Role.KITCHEN)


@dataclass(frozen=True, slots=True)
class Bistro:
    """A real server with a menu and a table, and the clients."""

    server: LiveServer
    clients: CableClients

    @property
    def door(self) -> str:
        return f"ws://127.0.0.1:{self.server.port}/cable"

    async def connect(self, client: str, kind: str, token: str | None) -> None:
        """Connect; the token goes in the address, as those pages would do it."""
        url = self.door if token is None else f"{self.door}?token={token}"
        await self.clients.call("connect", client, kind=kind, url=url)

    async def command(self, room: str, type: str, **body: object) -> Json:
        """Give one command over REST, as a manager."""
        wanted = {"id": f"rest-{next(_numbers)}", "room": room, "type": type, "body": body}
        _, answer = await ask(self.server, "POST", "/api/v1/commands", MANAGER, json_body=wanted)
        assert answer["result"] == "ok", answer
        return dict(answer)

    async def order(self, order_id: str, *items: str) -> None:
        """Open an order and put dishes on it, not placed yet."""
        room = f"order:{order_id}"
        await self.command(room, "order.open", table="t1")
        for item in items:
            line = {"line": f"{order_id}-{item}", "menu": "lunch", "menu_version": 1}
            await self.command(room, "line.add", **line, item=item)

    async def read(self, path: str) -> Any:
        """Read something over REST."""
        status, answer = await ask(self.server, "GET", f"/api/v1{path}", OWNER)
        assert status == 200, answer
        return answer


@pytest.fixture
async def bistro(tmp_path: Path) -> AsyncIterator[Bistro]:
    async with AsyncExitStack() as stack:
        settings = {"jwt_secret": SECRET}
        server = LiveServer(tmp_path, settings=settings, dev=False, supervised=False)
        await stack.enter_async_context(server)
        for path, body in (
            ("/restaurants", {"id": HOME, "name": "Bistro"}),
            ("/tables", {"id": "t1", "name": "Window"}),
            ("/stations", {"id": "bar", "name": "Bar"}),
            ("/menus/lunch/import", MENU),
            ("/menus/lunch/versions", {}),
        ):
            status, answer = await ask(server, "POST", f"/api/v1{path}", OWNER, json_body=body)
            assert status == 201, answer
        yield Bistro(server, await stack.enter_async_context(CableClients()))


def named(event: str, **fields: object) -> Any:
    """A test of messages: this event, with these fields."""
    wanted = {"event": event, **fields}
    return lambda message: all(message.get(name) == wanted[name] for name in wanted)


async def test_the_packages_are_of_the_versions_they_are_named_after() -> None:
    async with CableClients() as clients:
        versions = (await clients.call("versions"))["versions"]
        assert versions == {"actioncable-7": "7.1.600", "actioncable-8": "8.1.300"}


@pytest.mark.parametrize("kind", KINDS)
async def test_every_channel_and_every_action_works(bistro: Bistro, kind: str) -> None:
    clients = bistro.clients
    await bistro.order("o1", "soup", "beer")
    guest = token_of("guest-1", Role.GUEST, table="t1", order="o1")
    for client, token in (("mia", MANAGER), ("kim", COOK), ("wil", WAITER), ("guest", guest)):
        await bistro.connect(client, kind, token)
    for client, name, channel, params in (
        ("mia", "board", "KitchenChannel", {"restaurant_id": HOME}),
        ("mia", "menu", "MenuEditingChannel", {"menu_id": "lunch"}),
        ("kim", "kitchen", "StationChannel", {"restaurant_id": HOME, "station": "kitchen"}),
        ("kim", "bar", "StationChannel", {"restaurant_id": HOME, "station": "bar"}),
        ("kim", "people", "PresenceChannel", {}),
        ("wil", "own", "UserChannel", {}),
        ("wil", "people", "PresenceChannel", {}),
        ("wil", "menu", "MenuEditingChannel", {"menu_id": "lunch"}),
        ("guest", "order", "OrdrChannel", {"order_id": "o1"}),
    ):
        await clients.subscribe(client, name, channel, **params)
        await clients.event("connected", client, name)

    # KitchenChannel and StationChannel, with `perform` and with `send({action})`.
    await clients.perform("mia", "board", "update_status", order_id="o1", new_status="ordered")
    await clients.message("mia", "board", named("action_result", action="update_status"))
    new = await clients.message("mia", "board", named("new_order"))
    assert (new["order"]["total"], new["order"]["total_cents"]) == (8.4, 840)
    ticket = (await clients.message("kim", "kitchen", named("new_ticket")))["ticket"]
    assert (ticket["order_id"], ticket["items"][0]["name"]) == ("o1", "Soup")
    assert (await clients.message("kim", "bar", named("new_ticket")))["ticket"]["station"] == "bar"
    step = {"ordr_id": "o1", "station": "kitchen", "from_status": "ordered"}
    data = {"action": "advance_station", **step, "to_status": "preparing"}
    await clients.call("send", "kim", name="kitchen", data=data)
    await clients.message("kim", "kitchen", named("status_change", new_status="preparing"))
    await clients.perform("mia", "board", "assign_staff", order_id="o1", staff_id="wil")
    for client, name in (("mia", "board"), ("wil", "own")):
        said = await clients.message(client, name, named("staff_assignment"))
        assert (said["order_id"], said["staff"]) == ("o1", {"id": "wil"})
    await bistro.command(f"stock:{HOME}", "item.86", target="item:beer")
    alert = await clients.message("mia", "board", named("inventory_alert"))
    assert alert["severity"] == "critical"

    # OrdrChannel: the whole state at first and after each event.
    states = [one["state"]["order"] for one in clients.received("guest", "order") if "state" in one]
    assert states[0]["status"] == "opened"
    dish = await clients.message(
        "guest", "order", named("order_item_status_changed", to_status="preparing")
    )
    assert (dish["item_name"], dish["customer_status_label"]) == ("Soup", "Being prepared")
    await clients.message(
        "guest",
        "order",
        lambda one: one.get("state", {}).get("order", {}).get("preparingCount") == 1,
    )

    # PresenceChannel: who was here first, then every change.
    await clients.message("wil", "people", lambda one: one.get("user_id") == "kim")
    await clients.perform("kim", "people", "away")
    await clients.message(
        "wil", "people", lambda one: (one.get("user_id"), one.get("event")) == ("kim", "idle")
    )
    since = len(clients.events)
    await clients.perform("kim", "people", "appear")
    await clients.message(
        "wil",
        "people",
        lambda one: (one.get("user_id"), one.get("event")) == ("kim", "online"),
        since=since,
    )

    # MenuEditingChannel.
    await clients.perform("mia", "menu", "lock_field", field=PRICE)
    locked = await clients.message("wil", "menu", named("field_locked", field=PRICE))
    assert locked["user"]["id"] == "mia"
    await clients.perform("mia", "menu", "update_field", field=PRICE, value=520)
    changed = await clients.message("wil", "menu", named("menu_change"))
    assert (changed["menu_id"], changed["changes"]) == ("lunch", {PRICE: 520})
    await clients.perform("mia", "menu", "unlock_field", field=PRICE)
    await clients.message("wil", "menu", named("field_unlocked", field=PRICE))
    menu = await bistro.read("/menus/lunch")
    assert menu["sections"][0]["items"][0]["price"] == 520

    # An unknown action is answered to whoever asked.
    await clients.perform("mia", "board", "explode")
    await clients.message("mia", "board", named("error", code="unknown_action"))
    assert not any("explode" in str(one) for one in clients.received("kim", "kitchen"))


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_rejected_is_not_asked_for_again_and_a_double_is_confirmed(
    bistro: Bistro, kind: str
) -> None:
    clients = bistro.clients
    await bistro.order("o1", "soup")
    await bistro.connect("a", kind, WAITER)
    for name, channel, params in (
        ("unknown", "OrderChannel", {"order_id": "o1"}),
        ("foreign", "KitchenChannel", {"restaurant_id": "trattoria"}),
        ("missing", "OrdrChannel", {}),
    ):
        await clients.subscribe("a", name, channel, **params)
        await clients.event("rejected", "a", name)
    # Two subscriptions of one name, as two scripts of one page make them.
    first = await clients.subscribe("a", "one", "OrdrChannel", order_id="o1")
    await clients.event("connected", "a", "one")
    assert await clients.subscribe("a", "two", "OrdrChannel", order_id="o1") == first
    await clients.event("connected", "a", "two")
    for name in ("one", "two"):
        await clients.message("a", name, lambda one: "state" in one)
    await asyncio.sleep(3 * RETRIES)
    frames = (await clients.call("frames", "a"))["frames"]
    sent = [frame for way, frame in frames if way == "out"]
    assert len([one for one in sent if one["command"] == "subscribe"]) == 5
    # Leaving once leaves the other subscription alone; the last one leaves the server.
    await clients.call("unsubscribe", "a", name="one")
    await bistro.command("order:o1", "order.place")
    await clients.message("a", "two", named("status_change", new_status="ordered"))
    await clients.call("unsubscribe", "a", name="two")
    await bistro.command("order:o1", "bill.request")
    await asyncio.sleep(RETRIES)
    told = [one.get("new_status") for one in clients.received("a", "two")]
    assert "ordered" in told and "billrequested" not in told


@pytest.mark.parametrize("kind", KINDS)
async def test_clients_without_a_right_stop_asking(bistro: Bistro, kind: str) -> None:
    clients = bistro.clients
    await bistro.connect("nobody", kind, None)
    await bistro.connect("forger", kind, "not.a.token")
    for client in ("nobody", "forger"):
        closed = await clients.event("close", client)
        assert closed["code"] == 4401
        assert not (await clients.call("is_running", client))["running"]


async def test_clients_come_back_after_a_restart_and_miss_nothing(bistro: Bistro) -> None:
    clients = bistro.clients
    await bistro.order("o1", "soup")
    for kind in KINDS:
        await bistro.connect(kind, kind, COOK)
        await clients.subscribe(
            kind, "kitchen", "StationChannel", restaurant_id=HOME, station="kitchen"
        )
        await clients.event("connected", kind, "kitchen")
    assert await bistro.server.stop() == 0
    for kind in KINDS:
        gone = await clients.event("disconnected", kind, "kitchen")
        assert gone["willAttemptReconnect"]
        frames = (await clients.call("frames", kind))["frames"]
        goodbye = {"type": "disconnect", "reason": "server_restart", "reconnect": True}
        assert frames[-1] == ["in", goodbye]
    since = len(clients.events)
    await bistro.server.start()
    await bistro.command("order:o1", "order.place")  # while they are away
    for kind in KINDS:
        back = await clients.event(
            "connected", kind, "kitchen", since=since, seconds=RECONNECT_SECONDS
        )
        assert back["reconnected"]
        ticket = await clients.message(kind, "kitchen", named("new_ticket"), since=since)
        assert ticket["ticket"]["order_id"] == "o1"


async def test_clients_come_back_after_a_crash(bistro: Bistro) -> None:
    clients = bistro.clients
    await bistro.order("o1", "soup")
    for kind in KINDS:
        await bistro.connect(kind, kind, WAITER)
        await clients.subscribe(kind, "order", "OrdrChannel", order_id="o1")
        await clients.message(kind, "order", lambda one: "state" in one)
    await bistro.server.kill()
    since = len(clients.events)
    await bistro.server.start()
    await bistro.command("order:o1", "order.place")
    for kind in KINDS:
        await clients.message(
            kind,
            "order",
            lambda one: one.get("state", {}).get("order", {}).get("status") == "ordered",
            since=since,
            seconds=RECONNECT_SECONDS,
        )


@pytest.mark.parametrize("kind", KINDS)
async def test_pings_keep_an_idle_client_connected(bistro: Bistro, kind: str) -> None:
    clients = bistro.clients
    await bistro.connect("a", kind, WAITER)
    await clients.subscribe("a", "own", "UserChannel")
    await clients.event("connected", "a", "own")
    await asyncio.sleep(14)  # more than the client waits for a sign of life, twice
    assert not [event for event in clients.events if event["event"] == "close"]
    frames = (await clients.call("frames", "a"))["frames"]
    assert len([one for way, one in frames if one.get("type") == "ping"]) >= 4
