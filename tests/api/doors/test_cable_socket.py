"""The Action Cable door itself: who comes in, what is confirmed and rejected, how it ends."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest

from collab.errors import MirepoixError, RightWithdrawn
from collab.identity import Role
from tests.api.conftest import Site
from tests.api.doors.cable_site import PROTOCOLS, Cable, CableSite, open_cable
from tests.live.raw_socket import TEXT, RawSocket


@pytest.fixture
async def bistro(site: Site) -> CableSite:
    return await open_cable(site)


def refused(bistro: CableSite, reason: str) -> float:
    text = bistro.house.metrics.render().decode()
    start = f'mirepoix_refused_total{{reason="{reason}"}} '
    found = [line for line in text.splitlines() if line.startswith(start)]
    return float(found[0].removeprefix(start)) if found else 0.0


async def nobody_there(bistro: CableSite) -> None:
    house = bistro.house
    async with asyncio.timeout(5):
        while house.sessions.living() or house.live._seats or house.reception.occupancy.total:
            await asyncio.sleep(0.01)


async def test_the_protocol_is_named_and_the_client_is_welcomed_and_pinged(
    bistro: CableSite,
) -> None:
    async with bistro.cable(bistro.identity("wil", Role.WAITER), waits=False) as cable:
        assert cable.socket.protocol == "actioncable-v1-json"
        first, second = [json.loads((await cable.socket.receive()).data) for _ in range(2)]
        assert first == {"type": "welcome"}
        assert second["type"] == "ping" and isinstance(second["message"], int)


async def test_a_client_without_a_token_is_told_not_to_come_back(bistro: CableSite) -> None:
    async with bistro.cable(waits=False) as cable:
        said = await cable.next_frame()
        assert said == {"type": "disconnect", "reason": "unauthorized", "reconnect": False}
        with pytest.raises(ConnectionError, match="4401"):
            await cable.next_frame()
    await nobody_there(bistro)


async def test_an_expired_token_is_told_not_to_come_back(bistro: CableSite) -> None:
    token = bistro.token(bistro.identity("wil", Role.WAITER), hours_ago=1)
    async with Cable(f"{bistro.url}?token={token}", {}, waits=False) as cable:
        said = await cable.next_frame()
        assert said == {"type": "disconnect", "reason": "unauthorized", "reconnect": False}


@pytest.mark.parametrize("place", ["query", "subprotocol", "cookie"])
async def test_a_token_may_be_where_it_may_be_at_other_doors(bistro: CableSite, place: str) -> None:
    token = bistro.token(bistro.identity("wil", Role.WAITER))
    url, headers, protocols = bistro.url, {}, PROTOCOLS
    if place == "query":
        url += f"?token={token}"
    elif place == "subprotocol":
        protocols = (*PROTOCOLS, f"mirepoix.token.{token}")
    else:
        headers = {
            "Cookie": f"mirepoix_session={token}",
            "Origin": bistro.url.replace("ws", "http"),
        }
        headers["Origin"] = headers["Origin"].removesuffix("/cable")
    async with Cable(url, headers, protocols=protocols) as cable:
        assert cable.socket.protocol == "actioncable-v1-json"


async def test_a_page_of_another_origin_gets_no_socket(bistro: CableSite) -> None:
    token = bistro.token(bistro.identity("wil", Role.WAITER))
    cable = Cable(f"{bistro.url}?token={token}", {"Origin": "https://evil.example"})
    with pytest.raises(aiohttp.WSServerHandshakeError):
        async with cable:
            pass


async def test_a_client_of_another_protocol_is_refused_in_a_handshake(bistro: CableSite) -> None:
    identity = bistro.identity("wil", Role.WAITER)
    protocols = ("actioncable-v0", "actioncable-unsupported")
    async with bistro.cable(identity, protocols=protocols, waits=False) as cable:
        assert cable.socket.protocol == "actioncable-unsupported"
        assert (await cable.next_frame())["reconnect"] is False
        with pytest.raises(ConnectionError, match="4400"):
            await cable.next_frame()


async def test_a_client_of_no_protocol_gets_no_socket(bistro: CableSite) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError):
        async with bistro.cable(bistro.identity("wil", Role.WAITER), protocols=("other",)):
            pass
    await nobody_there(bistro)


@pytest.mark.parametrize(
    "identifier",
    [
        "",
        "UserChannel",
        "{",
        "[]",
        '{"channel":null}',
        '{"channel":"OrderChannel","order_id":"o1"}',
        '{"channel":"Channel"}',
        '{"channel":"OrdrChannel"}',
        '{"channel":"OrdrChannel","order_id":""}',
        '{"channel":"OrdrChannel","order_id":"nobody"}',
        '{"channel":"OrdrChannel","order_id":"../o1"}',
        '{"channel":"KitchenChannel"}',
        '{"channel":"KitchenChannel","restaurant_id":"trattoria"}',
        '{"channel":"StationChannel","restaurant_id":"bistro"}',
        '{"channel":"StationChannel","restaurant_id":"bistro","station":"a b"}',
        '{"channel":"MenuEditingChannel"}',
        '{"channel":"MenuEditingChannel","menu_id":"nothing"}',
        '{"channel":"PresenceChannel","resource_type":"Planet","resource_id":"mars"}',
        '{"channel":"PresenceChannel","resource_type":"Menu"}',
    ],
)
async def test_what_cannot_be_subscribed_to_is_rejected_once_and_byte_for_byte(
    bistro: CableSite, identifier: str
) -> None:
    async with bistro.cable(bistro.identity("mia", Role.MANAGER)) as cable:
        await cable.send(command="subscribe", identifier=identifier)
        rejected = {"identifier": identifier, "type": "reject_subscription"}
        assert await cable.next_frame() == rejected
        assert await cable.settled() == []
    assert bistro.house.sessions.living() == []


async def test_identifiers_are_compared_byte_for_byte_and_confirmed_again(
    bistro: CableSite,
) -> None:
    spellings = [
        '{"channel":"UserChannel"}',
        '{"channel": "UserChannel"}',
        '{"channel":"UserChannel","x":"\u00e9\u4e2d"}',
    ]
    async with bistro.cable(bistro.identity("wil", Role.WAITER)) as cable:
        for identifier in [*spellings, *spellings]:
            await cable.send(command="subscribe", identifier=identifier)
            confirmed = {"identifier": identifier, "type": "confirm_subscription"}
            assert await cable.next_frame() == confirmed
        assert len(bistro.house.sessions.living()) == len(spellings)


async def test_who_unsubscribed_hears_nothing_more_and_may_come_back(bistro: CableSite) -> None:
    await bistro.order("o1", "soup", place=False)
    async with bistro.cable(bistro.identity("wil", Role.WAITER)) as cable:
        assert await cable.subscribe("OrdrChannel", order_id="o1") == "confirm_subscription"
        await cable.settled()
        await cable.send(command="unsubscribe", identifier=cable.identifier)
        await cable.send(command="unsubscribe", identifier="never subscribed")
        assert await cable.settled() == []
        assert bistro.house.sessions.living() == []
        await bistro.say("order.place", "order:o1")
        assert await cable.settled() == []
        assert await cable.subscribe("OrdrChannel", order_id="o1") == "confirm_subscription"


async def test_an_unknown_action_is_answered_and_counted(bistro: CableSite) -> None:
    async with bistro.cable(bistro.identity("mia", Role.MANAGER)) as cable:
        await cable.subscribe("UserChannel")
        answer = await cable.perform("delete_everything", command_id="c7")
        assert (answer["event"], answer["code"]) == ("error", "unknown_action")
        assert answer["command_id"] == "c7"
        # `send` without an action is `receive`, which no channel has.
        said = json.dumps({"field": "x"})
        await cable.send(command="message", identifier=cable.identifier, data=said)
        assert (await cable.message(action="receive"))["code"] == "unknown_action"
    assert refused(bistro, "unknown_action") == 2


async def test_an_action_without_a_subscription_is_answered(bistro: CableSite) -> None:
    async with bistro.cable(bistro.identity("mia", Role.MANAGER)) as cable:
        cable.identifier = '{"channel":"KitchenChannel","restaurant_id":"bistro"}'
        answer = await cable.perform("update_status", order_id="o1", new_status="ready")
        assert answer["code"] == "not_subscribed"


@pytest.mark.parametrize("command", ["history", "pong", None])
async def test_commands_of_other_dialects_are_ignored(
    bistro: CableSite, command: str | None
) -> None:
    async with bistro.cable(bistro.identity("mia", Role.MANAGER)) as cable:
        await cable.send(command=command, identifier="x")
        assert await cable.settled() == []
    assert refused(bistro, "unknown_cable_command") == 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"command":"subscribe"}', "x" * 1_048_577])
async def test_nonsense_ends_the_connection_for_good(bistro: CableSite, text: str) -> None:
    async with bistro.cable(bistro.identity("mia", Role.MANAGER)) as cable:
        await cable.socket.send_str(text)
        said = await cable.next_frame()
        assert said == {"type": "disconnect", "reason": "invalid_request", "reconnect": False}
        with pytest.raises(ConnectionError, match="44"):
            await cable.next_frame()


async def test_a_withdrawn_right_ends_the_connection_for_good(bistro: CableSite) -> None:
    async with bistro.cable(bistro.identity("wil", Role.WAITER)) as cable:
        await cable.subscribe("UserChannel")
        for live in list(bistro.house.live._seats):
            live.end(RightWithdrawn("the access was withdrawn", reason="revoked"))
        said = await cable.next_frame()
        assert said == {"type": "disconnect", "reason": "unauthorized", "reconnect": False}
        with pytest.raises(ConnectionError, match="4403"):
            await cable.next_frame()


async def test_a_token_that_ends_sends_the_client_back_for_its_new_cookie(
    bistro: CableSite,
) -> None:
    token = bistro.token(bistro.identity("wil", Role.WAITER), seconds=1.2)
    async with Cable(f"{bistro.url}?token={token}", {}) as cable:
        said = await cable.next_frame()
        assert said == {"type": "disconnect", "reason": "unauthorized", "reconnect": True}


async def test_a_restart_sends_the_client_back(bistro: CableSite) -> None:
    class Restarting(MirepoixError):
        reason = "restarting"
        close_code = 1012

    async with bistro.cable(bistro.identity("wil", Role.WAITER)) as cable:
        for live in list(bistro.house.live._seats):
            live.end(Restarting("come back"))
        said = await cable.next_frame()
        assert said == {"type": "disconnect", "reason": "server_restart", "reconnect": True}


async def test_everything_is_given_back_when_a_connection_drops(bistro: CableSite) -> None:
    house = bistro.house
    await bistro.order("o1", "soup")
    async with bistro.cable(bistro.identity("mia", Role.MANAGER)) as cable:
        for channel, params in (
            ("KitchenChannel", {"restaurant_id": "bistro"}),
            ("StationChannel", {"restaurant_id": "bistro", "station": "bar"}),
            ("OrdrChannel", {"order_id": "o1"}),
            ("UserChannel", {}),
            ("PresenceChannel", {}),
            ("MenuEditingChannel", {"menu_id": "lunch"}),
        ):
            assert await cable.subscribe(channel, **params) == "confirm_subscription", channel
        assert len(house.sessions.living()) == 6
        assert len(house.live._seats) == 7
        connection = cable.socket._response.connection
        assert connection is not None and connection.transport is not None
        connection.transport.abort()
    await nobody_there(bistro)
    assert bistro.desk.menu_bell._ears == {}


async def test_one_connection_has_so_many_subscriptions_and_no_more(bistro: CableSite) -> None:
    async with bistro.cable(bistro.identity("wil", Role.WAITER)) as cable:
        for number in range(100):
            assert await cable.subscribe("UserChannel", n=number) == "confirm_subscription"
        assert await cable.subscribe("UserChannel", n=100) == "reject_subscription"
        assert await cable.subscribe("UserChannel", n=1) == "confirm_subscription"


# -- who may hear what --------------------------------------------------------------------------

CHANNELS = {
    "kitchen": ("KitchenChannel", {"restaurant_id": "bistro"}),
    "station": ("StationChannel", {"restaurant_id": "bistro", "station": "kitchen"}),
    "bar": ("StationChannel", {"restaurant_id": "bistro", "station": "bar"}),
    "expo": ("StationChannel", {"restaurant_id": "bistro", "station": "expo"}),
    "order": ("OrdrChannel", {"order_id": "o1"}),
    "user": ("UserChannel", {}),
    "presence": ("PresenceChannel", {}),
    "at the menu": ("PresenceChannel", {"resource_type": "Menu", "resource_id": "lunch"}),
    "menu": ("MenuEditingChannel", {"menu_id": "lunch"}),
}
ALL = frozenset(CHANNELS)
STAFF = frozenset({"user", "presence", "menu", "at the menu"})
KITCHENS = frozenset({"kitchen", "station", "bar", "expo"})


@pytest.mark.parametrize(
    ("role", "claims", "heard"),
    [
        (Role.OWNER, {}, ALL),
        (Role.MANAGER, {}, ALL),
        (Role.WAITER, {}, ALL),
        (Role.KITCHEN, {}, KITCHENS | STAFF),
        (Role.KITCHEN, {"stations": ("bar",)}, STAFF | {"bar"}),
        (Role.EDITOR, {}, STAFF),
        (Role.TRANSLATOR, {}, STAFF),
        (Role.VIEWER, {}, STAFF),
        (Role.GUEST, {"table": "t1", "order": "o1"}, {"order"}),
        (Role.GUEST, {"table": "t1", "order": "o2"}, set()),
    ],
)
async def test_who_may_subscribe_to_what(
    bistro: CableSite, role: Role, claims: dict[str, object], heard: set[str]
) -> None:
    await bistro.order("o1", "soup")
    async with bistro.cable(bistro.identity("pat", role, **claims)) as cable:
        found = {
            name
            for name, (channel, params) in CHANNELS.items()
            if await cable.subscribe(channel, **params) == "confirm_subscription"
        }
    assert found == heard


async def test_nobody_hears_of_another_restaurant(bistro: CableSite) -> None:
    await bistro.order("o1", "soup")
    stranger = bistro.identity("stan", Role.OWNER, restaurant="trattoria")
    async with bistro.cable(stranger) as cable:
        for name in ALL - {"user", "presence"}:
            channel, params = CHANNELS[name]
            assert await cable.subscribe(channel, **params) == "reject_subscription", name
        assert await cable.subscribe("PresenceChannel") == "confirm_subscription"
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(bistro.cable(bistro.identity("ann", Role.OWNER)))
        await here.subscribe("PresenceChannel")
        there = await stack.enter_async_context(bistro.cable(stranger))
        await there.subscribe("PresenceChannel")
        await asyncio.sleep(0.2)
        seen = [frame["message"]["user_id"] for frame in await here.settled()]
        assert set(seen) <= {"ann"}
        assert "@" not in json.dumps(here.frames)


async def test_one_who_asks_and_does_not_read_is_not_read_either(bistro: CableSite) -> None:
    token = bistro.token(bistro.identity("wil", Role.WAITER))
    headers = {"Sec-WebSocket-Protocol": "actioncable-v1-json"}
    frames = [
        json.dumps({"command": "subscribe", "identifier": f"{number:04}" + "x" * 990}).encode()
        for number in range(2000)
    ]
    url = f"{bistro.url}?token={token}"
    async with RawSocket(url, headers, receive_buffer_bytes=4096) as socket:
        asking = asyncio.create_task(ask_all(socket, frames))
        await asyncio.sleep(1.5)
        (live,) = bistro.house.live._seats
        end: Any = live.end  # a bound method, of the socket's voice
        outbox = end.__self__._socket.outbox
        assert outbox.is_full
        assert outbox._transport.get_write_buffer_size() < 512 * 1024
        socket.widen(4 * 1024 * 1024)
        rejected = []
        while len(rejected) < len(frames):
            said = json.loads((await socket.receive()).payload)
            if said.get("type") == "reject_subscription":
                rejected.append(said["identifier"][:4])
        await asking
    assert rejected == [f"{number:04}" for number in range(len(frames))]


async def ask_all(socket: RawSocket, frames: list[bytes]) -> None:
    for frame in frames:
        await socket.send(frame, TEXT)
