"""One Hocuspocus socket, message by message: who is let in, what is queued, what is never said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from collab.identity import Access, Role
from collab.wire.hocuspocus import address
from collab.wire.lib0 import var_bytes, var_string
from tests.live.raw_socket import Closed, RawSocket
from tests.live.replicas import PycrdtReplica

AUTHENTICATED = b"\x02\x02" + var_string("read-write")
DENIED = b"\x02\x01"
STEP1, STEP2, UPDATE, AWARENESS, STATELESS = b"\x00\x00", b"\x00\x01", b"\x00\x02", b"\x01", b"\x05"
APPLIED = b"\x08\x01"


def sign_in(name: str, token: str = "", session: str | None = None) -> bytes:
    return address(name, session) + b"\x02\x00" + var_string(token)


def update(name: str, text: str = "x", session: str | None = None) -> bytes:
    return address(name, session) + UPDATE + var_bytes(PycrdtReplica().type(text))


def said(frames: list[bytes], prefix: bytes) -> list[bytes]:
    """What was said to one address."""
    return [frame.removeprefix(prefix) for frame in frames if frame.startswith(prefix)]


def url_of(site: Any) -> str:
    return f"ws://127.0.0.1:{site.client.server.port}/ws/hocuspocus"


@pytest.fixture
async def socket(dev_site: Any) -> AsyncIterator[RawSocket]:
    """A socket on which nobody has signed in yet."""
    async with RawSocket(url_of(dev_site)) as socket:
        yield socket


async def end_of(socket: RawSocket) -> tuple[int, str]:
    closed = await socket.receive_close(5)
    return closed.code, closed.reason.partition(":")[0]


def refused(site: Any, reason: str) -> float:
    for line in site.house.metrics.render().decode().splitlines():
        if line.startswith(f'mirepoix_refused_total{{reason="{reason}"}}'):
            return float(line.split()[-1])
    return 0.0


# -- coming in ---------------------------------------------------------------------------------


async def test_what_came_before_the_token_is_taken_in_order_after_it(socket: RawSocket) -> None:
    prefix = address("menu")
    await socket.send(update("menu", "early"))
    await socket.send(prefix + STEP1 + var_bytes(b"\x00"))
    await socket.settled()
    await socket.send(sign_in("menu"))
    await asyncio.sleep(0.1)
    heard = said(await socket.settled(), prefix)
    assert heard[0] == AUTHENTICATED
    kinds = [one[:2] for one in heard[1:]]
    assert kinds.index(STEP1) < kinds.index(STEP2), "our own question comes first"
    assert heard.count(APPLIED) == 1
    answer = next(one for one in heard if one[:2] == STEP2)
    assert b"early" in answer


async def test_each_document_is_authorised_alone(site: Any) -> None:
    for name in ("mine", "capped", "closed"):
        body = {"kind": "free", "title": name, "id": name}
        made = await site.client.post("/api/v1/documents", json=body, headers=site.bearer())
        assert made.status == 201
    claims = {"mine": Access.WRITE, "capped": Access.READ}
    signed = site.bearer("eve", "bistro", Role.EDITOR, menus=claims)
    token = signed["Authorization"].removeprefix("Bearer ")
    stranger = site.bearer("stan", "trattoria")["Authorization"].removeprefix("Bearer ")
    async with RawSocket(url_of(site)) as socket:
        for name, shown in (
            ("mine", token),
            ("capped", token),
            ("closed", token),
            ("unknown", token),
            ("mine/../closed", token),
            ("foreign", stranger),
        ):
            await socket.send(sign_in(name, shown))
        frames = await socket.settled()
        assert said(frames, address("mine"))[0] == AUTHENTICATED
        assert said(frames, address("capped"))[0] == b"\x02\x02" + var_string("readonly")
        for name in ("closed", "unknown", "mine/../closed", "foreign"):
            (only,) = said(frames, address(name))
            assert only.startswith(DENIED), name
        await socket.send(update("closed"))
        await socket.send(update("mine"))
        await asyncio.sleep(0.1)
        frames = await socket.settled()
        assert said(frames, address("closed")) == []
        assert APPLIED in said(frames, address("mine"))
    assert refused(site, "not_attached") == 1
    assert site.house.lobby.room_of("closed") is None


async def test_one_who_was_denied_may_try_again(site: Any) -> None:
    body = {"kind": "free", "title": "Menu", "id": "menu"}
    await site.client.post("/api/v1/documents", json=body, headers=site.bearer())
    token = site.bearer()["Authorization"].removeprefix("Bearer ")
    async with RawSocket(url_of(site)) as socket:
        await socket.send(sign_in("menu", "nonsense"))
        await socket.send(update("menu"))
        (denied,) = said(await socket.settled(), address("menu"))
        assert denied.startswith(DENIED) and b"malformed_token" in denied
        await socket.send(sign_in("menu", token))
        assert said(await socket.settled(), address("menu"))[0] == AUTHENTICATED


async def test_sessions_of_one_document_hear_each_other_under_their_own_address(
    socket: RawSocket,
) -> None:
    first, second = address("menu", "one"), address("menu", "two")
    await socket.send(sign_in("menu", session="one"))
    await socket.send(sign_in("menu", session="two"))
    await socket.settled()
    await socket.send(update("menu", "hello", session="one"))
    await asyncio.sleep(0.1)
    frames = await socket.settled()
    assert said(frames, first) == [APPLIED]
    (shown,) = said(frames, second)
    assert shown[:2] == UPDATE and b"hello" in shown


async def test_one_who_left_hears_nothing_more_and_may_come_back(socket: RawSocket) -> None:
    await socket.send(sign_in("menu"))
    await socket.settled()
    await socket.send(address("menu") + b"\x07")
    await socket.send(update("menu"))
    await socket.send(sign_in("menu"))
    frames = said(await socket.settled(), address("menu"))
    assert AUTHENTICATED in frames and APPLIED not in frames


# -- what only servers say ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        b"\x04\x00" + var_bytes(b"\x00"),  # SyncReply
        b"\x04\x02" + var_bytes(PycrdtReplica().type("smuggled")),
        b"\x06" + var_string("to everybody"),  # BroadcastStateless
        b"\x08\x01",  # SyncStatus
        b"\x66\x01\x05",  # y-sweet's, on the wrong door
        b"\x7f",
    ],
    ids=["sync reply", "its update", "broadcast", "sync status", "y-sweet", "unknown"],
)
async def test_what_only_servers_say_is_ignored_and_never_passed_on(
    dev_site: Any, message: bytes
) -> None:
    async with RawSocket(url_of(dev_site)) as other, RawSocket(url_of(dev_site)) as socket:
        for one in (other, socket):
            await one.send(sign_in("menu"))
            await one.settled()
        await socket.send(address("menu") + message)
        assert said(await socket.settled(), address("menu")) == []
        await asyncio.sleep(0.05)
        assert said(await other.settled(), address("menu")) == []
    assert refused(dev_site, "server_only_message") == 1


async def test_application_messages_stay_with_the_server(dev_site: Any) -> None:
    async with RawSocket(url_of(dev_site)) as other, RawSocket(url_of(dev_site)) as socket:
        for one in (other, socket):
            await one.send(sign_in("menu"))
            await one.settled()
        await socket.send(address("menu") + STATELESS + var_string("hello"))
        assert await socket.settled() == []
        assert await other.settled() == []


@pytest.mark.parametrize("reply", [b"\x02\x01\x02no", AUTHENTICATED, b"\x02\x03"])
async def test_an_answer_to_a_token_from_a_client_ends_the_socket(
    socket: RawSocket, reply: bytes
) -> None:
    await socket.send(address("menu") + reply)
    assert await end_of(socket) == (4400, "unknown_auth_type")


# -- pings and nonsense ------------------------------------------------------------------------


async def test_a_ping_is_answered_before_and_after_signing_in(socket: RawSocket) -> None:
    await socket.send(b"\x09")
    assert await socket.settled() == [b"\x0a"]
    await socket.send(sign_in("menu"))
    await socket.settled()
    await socket.send(b"\x09")
    await socket.send(b"\x0a")
    assert await socket.settled() == [b"\x0a"]


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (b"", "truncated"),
        (b"\x00", "empty_document_name"),
        (b"\x01 \x00", "empty_document_name"),
        (b"\x02\x00s\x00", "empty_document_name"),
        (b"\x04menu", "truncated"),
        (b"\x04menu\x00", "truncated"),
        (b"\x04menu\x00\x09\x00", "unknown_sync_type"),
        (b"\x04menu\x03\x00", "trailing_bytes"),
        (b"\x02\xff\xfe\x00", "bad_utf8"),
        (var_string("n" * 1100) + b"\x03", "address_too_long"),
        (b"\xff" * 9, "varint_too_long"),
    ],
)
async def test_nonsense_ends_the_socket_with_a_reason(
    socket: RawSocket, frame: bytes, reason: str
) -> None:
    await socket.send(frame)
    assert await end_of(socket) == (4400, reason)


async def test_a_request_that_is_no_websocket_is_told_so(dev_site: Any) -> None:
    answer = await dev_site.client.get("/ws/hocuspocus")
    assert answer.status == 400
    assert dev_site.house.reception.occupancy.total == 0


async def test_everything_is_given_back_when_a_socket_drops(dev_site: Any) -> None:
    house = dev_site.house
    async with RawSocket(url_of(dev_site)) as socket:
        for name in ("a", "b"):
            await socket.send(sign_in(name))
        await socket.settled()
        assert house.reception.occupancy.total == 1
        assert len(house.sessions.living()) == 2
    async with asyncio.timeout(5):
        while house.reception.occupancy.total or house.sessions.living():
            await asyncio.sleep(0.01)
    assert all(not room.seats for room in house.lobby.open_rooms())
    assert not house.live._seats


async def test_a_bad_update_in_one_document_says_why_and_harms_no_other_socket(
    dev_site: Any,
) -> None:
    async with RawSocket(url_of(dev_site)) as other, RawSocket(url_of(dev_site)) as socket:
        for one in (other, socket):
            await one.send(sign_in("menu"))
            await one.settled()
        await socket.send(address("menu") + UPDATE + var_bytes(b"\x01\x01\x01"))
        assert await end_of(socket) == (4400, "truncated")
        await other.send(update("menu"))
        await asyncio.sleep(0.1)
        assert APPLIED in said(await other.settled(), address("menu"))


async def test_a_bad_update_that_waited_for_the_token_ends_the_socket_too(
    socket: RawSocket,
) -> None:
    await socket.send(address("menu") + UPDATE + var_bytes(b"\x01\x01\x01"))
    await socket.send(sign_in("menu"))
    with pytest.raises(Closed) as caught:
        await socket.settled()
        await socket.settled()
    assert caught.value.code == 4400
