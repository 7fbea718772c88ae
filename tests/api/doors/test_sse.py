"""Event streams over plain HTTP: the same events, the same cursors, for who has no socket."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from api.app import Restarting
from api.doors.sse_cursor import decode_cursors, encode_cursors
from api.revocations import RevocationKind
from collab.errors import ProtocolViolation
from collab.identity import Role
from rooms.event_room import Cursor
from tests.api.conftest import Site
from tests.api.doors.rooms_site import RoomsSite, open_rooms
from tests.live.raw_socket import RawSocket

Message = dict[str, Any]


@pytest.fixture
async def doors(site: Site) -> RoomsSite:
    return await open_rooms(site)


class Stream:
    """What a browser's EventSource does with an answer."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer
        self.last_event_id = ""
        self.retry_ms = 0

    async def next(self) -> tuple[str, Message]:
        """(event, data) of the next message. Raises ConnectionError at the end."""
        event, data = "message", ""
        async with asyncio.timeout(10):
            while line := (await self.answer.content.readline()).decode():
                name, _, value = line.rstrip("\n").partition(": ")
                match name:
                    case "event":
                        event = value
                    case "data":
                        data += value
                    case "id":
                        self.last_event_id = value
                    case "retry":
                        self.retry_ms = int(value)
                    case "" if data:
                        return event, json.loads(data)
        raise ConnectionError("the stream ended")

    async def until(self, type: str) -> Message:
        """The next event of a type."""
        while True:
            _, data = await self.next()
            if data.get("type") == type:
                return data


@asynccontextmanager
async def listening(
    doors: RoomsSite, rooms: str, *roles: Role, last: str = "", query: str = "", **claims: Any
) -> AsyncIterator[Stream]:
    identity = doors.identity("wim", *(roles or (Role.WAITER,)), **claims)
    headers = {"Authorization": f"Bearer {doors.token(identity)}"}
    if last:
        headers["Last-Event-ID"] = last
    url = f"{doors.http}/sse?rooms={rooms}{query}"
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        yield Stream(answer)


async def status_of(doors: RoomsSite, path: str, headers: dict[str, str]) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(doors.http + path, headers=headers) as answer,
    ):
        return answer.status, (await answer.json())["code"]


async def test_a_stream_begins_with_snapshots_and_goes_on_with_events(doors: RoomsSite) -> None:
    await doors.order("o1", "soup")
    async with listening(doors, "order:o1,stock:bistro") as stream:
        assert stream.answer.headers["Content-Type"] == "text/event-stream"
        assert stream.answer.headers["Cache-Control"] == "no-store"
        first, second = await stream.next(), await stream.next()
        assert 1000 <= stream.retry_ms <= 5000
        assert [first[0], second[0]] == ["snapshot", "snapshot"]
        assert [first[1]["room"], second[1]["room"]] == ["order:o1", "stock:bistro"]
        assert first[1]["body"]["order"]["id"] == "o1"
        await doors.say("note.add", "order:o1", note="n1", text="hot")
        event = await stream.until("note.added")
        assert (event["room"], event["epoch"]) == ("order:o1", first[1]["epoch"])
        assert (event["offset"], event["actor"]) == (first[1]["at"] + 1, "manager")
        assert decode_cursors(stream.last_event_id) == {
            "order:o1": Cursor(first[1]["epoch"], event["offset"]),
            "stock:bistro": Cursor(second[1]["epoch"], second[1]["at"]),
        }


@pytest.mark.parametrize("way", ["header", "query"])
async def test_all_rooms_go_on_where_they_were(doors: RoomsSite, way: str) -> None:
    await doors.order("o1", "soup")
    async with listening(doors, "order:o1,stock:bistro") as stream:
        await stream.next()
        await stream.next()
        last = stream.last_event_id
    await doors.say("note.add", "order:o1", note="n1", text="hot")
    await doors.say("item.86", "stock:bistro", target="item:beer")
    await doors.say("bill.request", "order:o1")
    place: Any = {"last": last} if way == "header" else {"query": f"&last_event_id={last}"}
    async with listening(doors, "order:o1,stock:bistro", **place) as stream:
        found = [(await stream.next())[1] for _ in range(3)]
        assert sorted(one["type"] for one in found) == ["bill.requested", "item.86", "note.added"]
        assert all("at" not in one for one in found)
        last = stream.last_event_id
    async with listening(doors, "order:o1,stock:bistro", last=last) as stream:
        await doors.say("item.un86", "stock:bistro", target="item:beer")
        assert (await stream.next())[1]["type"] == "item.un86"  # and nothing again


async def test_a_cursor_that_leads_nowhere_is_a_gap_with_a_snapshot(doors: RoomsSite) -> None:
    await doors.order("o1", "soup")
    async with listening(doors, "order:o1") as stream:
        snapshot = (await stream.next())[1]
    epoch, top = snapshot["epoch"], snapshot["at"]
    for cursor, why in (
        (Cursor("another", 1), "epoch"),
        (Cursor(epoch, top + 100), "future"),
        (Cursor(epoch, -1), "negative"),
    ):
        last = encode_cursors({"order:o1": cursor}).decode()
        async with listening(doors, "order:o1", last=last) as stream:
            event, gap = await stream.next()
            assert (event, gap["why"], gap["room"]) == ("gap", why, "order:o1")
            event, again = await stream.next()
            assert (event, again["at"]) == ("snapshot", top)
            assert decode_cursors(stream.last_event_id) == {"order:o1": Cursor(epoch, top)}
            await doors.say("note.add", "order:o1", note=f"n-{why}", text="hot")
            assert (await stream.next())[1]["offset"] == top + 1
            top += 1
    for nonsense in ("x", "e30x!", base64.b64encode(b'{"order:o1":5}').decode(), "A" * 8001):
        place = {"last": nonsense} if len(nonsense) < 8000 else {}
        query = "" if place else f"&last_event_id={nonsense[:7900]}"
        async with listening(doors, "order:o1", query=query, **place) as stream:
            event, gap = await stream.next()
            assert (event, gap["why"]) == ("gap", "bad_cursor")
            assert (await stream.next())[0] == "snapshot"


async def test_whoever_may_not_hear_a_room_gets_a_status(doors: RoomsSite) -> None:
    await doors.order("o1", "soup")
    wim = doors.site.bearer("wim", "bistro", Role.WAITER)
    eve = doors.site.bearer("eve", "other", Role.MANAGER)
    kim = doors.site.bearer("kim", "bistro", Role.KITCHEN)
    for path, who, expected in (
        ("/sse?rooms=order:o1", {}, (401, "no_token")),
        ("/sse?rooms=order:o1", eve, (404, "room_not_found")),
        ("/sse?rooms=order:none", wim, (404, "room_not_found")),
        ("/sse?rooms=stock:bistro,order:o1", kim, (403, "forbidden_room")),
        ("/sse?rooms=menu:lunch", wim, (400, "bad_room")),
        ("/sse?rooms=nonsense", wim, (400, "bad_room")),
        ("/sse?rooms=", wim, (400, "bad_rooms")),
        ("/sse", wim, (400, "bad_rooms")),
        ("/sse?rooms=" + ",".join(f"order:{n}" for n in range(21)), wim, (400, "bad_rooms")),
    ):
        assert await status_of(doors, path, who) == expected, path


async def test_a_guest_hears_own_order_and_stock_only(doors: RoomsSite) -> None:
    await doors.order("o1", "soup")
    await doors.order("o2", "soup")
    guest: Any = {"table": "t1", "order": "o1", "token_id": "v1"}
    async with listening(doors, "order:o1,stock:bistro", Role.GUEST, **guest) as stream:
        assert (await stream.next())[1]["room"] == "order:o1"
    headers = doors.site.bearer("g", "bistro", Role.GUEST, **guest)
    for room in ("order:o2", "kitchen:bistro", "floor:bistro", "presence:bistro"):
        found = await status_of(doors, f"/sse?rooms={room}", headers)
        assert found == (404, "room_not_found")


async def test_a_full_server_answers_503_and_when_to_come_back(open_site: Any) -> None:
    doors = await open_rooms(await open_site(connections_total=1))
    headers = doors.site.bearer("wim", "bistro", Role.WAITER)
    async with listening(doors, "stock:bistro"):
        async with (
            aiohttp.ClientSession() as session,
            session.get(doors.http + "/sse?rooms=stock:bistro", headers=headers) as answer,
        ):
            assert (answer.status, (await answer.json())["code"]) == (503, "overloaded")
            assert int(answer.headers["Retry-After"]) > 0


async def test_everybody_is_sent_away_and_told_when_to_come_back(doors: RoomsSite) -> None:
    async with listening(doors, "stock:bistro") as stream:
        await stream.next()
        await doors.rooms.sockets.send_away(Restarting("the server restarts"))
        event, bye = await stream.next()
        assert (event, bye["code"], bye["reconnect"]) == ("bye", 1012, True)
        assert stream.retry_ms == bye["after_ms"] <= 500
        with pytest.raises(ConnectionError):
            await stream.next()
    assert len(doors.rooms.sockets) == 0


async def test_a_right_that_is_withdrawn_ends_the_stream(doors: RoomsSite) -> None:
    async with listening(doors, "stock:bistro") as stream:
        await stream.next()
        await doors.house.revocations.revoke(RevocationKind.USER, "wim", "bistro")
        event, bye = await stream.next()
        assert (event, bye["code"], bye["reconnect"]) == ("bye", 4403, False)


async def test_a_listener_that_went_away_leaves_no_session(doors: RoomsSite) -> None:
    async with listening(doors, "stock:bistro") as stream:
        await stream.next()
        living = [(one.door, one.resource_type) for one in doors.house.sessions.living()]
        assert living == [("sse", "stock")]
    async with asyncio.timeout(5):
        while doors.house.sessions.living():
            await asyncio.sleep(0.05)


async def test_a_slow_reader_holds_up_nobody_and_gets_everything_from_the_log(
    open_site: Any,
) -> None:
    doors = await open_rooms(await open_site(outbox_limit_bytes=16 * 1024))
    orders = [f"o{number}" for number in range(20)]
    for order in orders:
        await doors.order(order, place=False)
    token = doors.token(doors.identity("wim", Role.WAITER))
    url = f"{doors.http.replace('http', 'ws')}/sse"
    request = f"GET /sse?rooms=floor:bistro&token={token} HTTP/1.1\r\nHost: x\r\n\r\n"
    slow = RawSocket(url, receive_buffer_bytes=4096)
    await slow.connect()
    try:
        await slow.write(request.encode())
        async with listening(doors, "floor:bistro") as quick:
            await quick.next()
            text = "x" * 400
            for number in range(20):
                notes = (
                    doors.say("note.add", f"order:{order}", note=f"n{number}", text=text)
                    for order in orders
                )
                assert {done.code for done in await asyncio.gather(*notes)} == {None}
            for _ in range(400):
                await quick.until("note.added")
        slow.widen(1 << 20)
        loop, received = asyncio.get_running_loop(), b""
        async with asyncio.timeout(20):
            while received.count(b'"type":"note.added"') < 400:
                received += await loop.sock_recv(slow._socket, 1 << 16)
        offsets = [int(part.split(b",")[0]) for part in received.split(b'"offset":')[1:]]
        assert offsets == list(range(offsets[0], offsets[0] + 400))
        assert b"event: gap" not in received
    finally:
        slow.close()


def test_cursors_come_back_as_they_were() -> None:
    cursors = {"order:o1": Cursor("abc", 5), "user:é": Cursor("", 2**53)}
    word = encode_cursors(cursors).decode()
    assert word.isascii() and "=" not in word
    assert decode_cursors(word) == cursors
    assert decode_cursors(encode_cursors({}).decode()) == {}


@pytest.mark.parametrize("text", ["!", "A", "é", "A" * 8001, "bnVsbA", "eyJhIjpbMSwxXX0", "_w"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(ProtocolViolation):
        decode_cursors(text)
