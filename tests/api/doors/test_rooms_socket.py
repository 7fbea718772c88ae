"""The rooms protocol over a real socket: greeting, rooms, commands, and every way it ends."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import msgpack
import pytest

from api.app import Restarting
from api.doors.rooms_codec import MSGPACK as MSGPACK_CODEC
from api.doors.rooms_places import SUBS_LIMIT
from api.revocations import RevocationKind
from collab.errors import Overloaded
from collab.identity import Access, Role
from tests.api.conftest import Site
from tests.api.doors.rooms_site import RoomsSite, open_rooms
from tests.live.raw_socket import RawSocket
from tests.live.rooms_client import JSON, MSGPACK, Ended, RoomsClient

BOTH = pytest.mark.parametrize("subprotocol", [MSGPACK, JSON])


@pytest.fixture
async def doors(site: Site) -> RoomsSite:
    return await open_rooms(site)


async def end_after(client: RoomsClient, frame: bytes) -> Ended:
    await client.send_raw(frame)
    return await client.until_ended()


@BOTH
async def test_hello_is_answered_with_who_one_is_and_what_one_may(
    doors: RoomsSite, subprotocol: str
) -> None:
    options: Any = {"subprotocol": subprotocol, "stations": ("bar",)}
    async with doors.client("kim", Role.KITCHEN, **options) as kim:
        assert kim.subprotocol == subprotocol
        assert (
            kim.welcome["user"].items()
            >= {
                "id": "kim",
                "name": "Kim",
                "restaurant": "bistro",
                "roles": ["kitchen"],
            }.items()
        )
        assert kim.welcome["limits"]["subs"] == SUBS_LIMIT
        assert kim.welcome["limits"]["command_bytes"] == 16 * 1024
        assert kim.welcome["ping_ms"] == 10_000
        await kim.send("ping", t=7)
        await kim.until(lambda: bool(kim.pongs))
        assert kim.pongs[0]["t"] == 7 and kim.pongs[0]["now"] >= kim.welcome["now"]


async def test_a_token_may_come_with_the_request_in_every_place(doors: RoomsSite) -> None:
    token = doors.token(doors.identity("wim", Role.WAITER))
    ways: list[dict[str, Any]] = [
        {"headers": {"Authorization": f"Bearer {token}"}},
        {"url": f"{doors.url}?token={token}"},
        {"subprotocol": f"{MSGPACK}, mirepoix.token.{token}"},
    ]
    for way in ways:
        client = RoomsClient(way.pop("url", doors.url), **way)
        async with client:
            assert client.welcome["user"]["id"] == "wim"
            if "subprotocol" in way:
                assert client.subprotocol == MSGPACK


async def test_the_token_in_hello_wins_and_a_bad_one_ends_the_socket(doors: RoomsSite) -> None:
    header = {"Authorization": f"Bearer {doors.token(doors.identity('wim', Role.WAITER))}"}
    async with doors.client("kim", Role.KITCHEN, headers=header) as kim:
        assert kim.welcome["user"]["id"] == "kim"
    with pytest.raises(Ended) as ended:
        await RoomsClient(doors.url, "no token").connect()
    assert ended.value.code == 4401
    assert ended.value.bye is not None
    assert (ended.value.bye["code"], ended.value.bye["reconnect"]) == (4401, False)
    with pytest.raises(Ended) as ended:
        await RoomsClient(doors.url).connect()
    assert ended.value.code == 4401


async def test_whoever_says_nothing_is_sent_away(open_site: Any) -> None:
    doors = await open_rooms(await open_site(pre_auth_seconds=0.2))
    async with aiohttp.ClientSession() as session, session.ws_connect(doors.url) as socket:
        message = await socket.receive(5)
        assert b"auth_timeout" in message.data
        assert (await socket.receive(5)).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 4401


@BOTH
async def test_what_is_no_frame_ends_the_socket(doors: RoomsSite, subprotocol: str) -> None:
    packed = subprotocol == MSGPACK
    nested = b"\x91" * 2000 + b"\xc0" if packed else b"[" * 2000 + b"]" * 2000
    wrong: list[bytes] = [
        b"\xc1" if packed else b"{",
        nested,
        b"\x92\xa4ping\x81\xa1t\xd4\x01\x00" if packed else b'["ping",{"t":1,"t":2}]',
        b"\x92\xa4ping\x81\xa1t\xcb\x7f\xf8" + b"\0" * 6 if packed else b'["ping",{"t":NaN}]',
        b"\x92\xa4ping\x81\xa1t\xcf" + b"\xff" * 8
        if packed
        else b'["ping",{"t":9223372036854775808}]',
        b"\x92\xa4ping\x82\xa1t\x01\xa1t\x02" if packed else b'["ping",{"t":Infinity}]',
        b"\x92\xa4pin" if packed else b'["ping"',
        b"\xc0" if packed else b"null",
        b"\x92\xa4nope\x80" if packed else b'["nope",{}]',
        b"\x92\xa3sub\x80" if packed else b'["sub",{}]',
        b"\x92\xa4ping\x81\xa1x\x01" if packed else b'["ping",{"x":1}]',
    ]
    for frame in wrong:
        async with doors.client("wim", Role.WAITER, subprotocol=subprotocol) as client:
            ended = await end_after(client, frame)
            assert (ended.code, frame) == (4400, frame)
            assert ended.bye is not None and ended.bye["reconnect"] is False


async def test_the_other_kind_of_message_ends_the_socket(doors: RoomsSite) -> None:
    async with doors.client("wim", Role.WAITER) as client:
        assert client._socket is not None
        await client._socket.send_str('["ping",{}]')
        assert (await client.until_ended()).code == 4400
    async with doors.client("wim", Role.WAITER, subprotocol=JSON) as client:
        assert client._socket is not None
        await client._socket.send_bytes(b"\x92\xa4ping\x80")
        assert (await client.until_ended()).code == 4400


async def test_a_large_frame_that_is_no_sync_ends_the_socket(doors: RoomsSite) -> None:
    async with doors.client("wim", Role.WAITER) as client:
        ended = await end_after(client, client.encode("cmd", {"id": "a", "body": "x" * 70_000}))
        assert ended.code == 4413


async def test_hello_comes_once_and_first(doors: RoomsSite) -> None:
    async with doors.client("wim", Role.WAITER) as client:
        await client.send("hello", v=1)
        assert (await client.until_ended()).code == 4400
    async with aiohttp.ClientSession() as session, session.ws_connect(doors.url) as socket:
        await socket.send_bytes(b"\x92\xa4ping\x80")
        await socket.receive(5)
        await socket.receive(5)
        assert socket.close_code == 4400


@BOTH
async def test_events_of_an_order_reach_its_rooms_and_a_drop_loses_none(
    doors: RoomsSite, subprotocol: str
) -> None:
    await doors.order("o1", "soup")
    async with doors.client("wim", Role.WAITER, subprotocol=subprotocol) as wim:
        order = await wim.sub("order:o1")
        floor = await wim.sub("floor:bistro")
        assert order.subd is not None and order.subd["recovered"] is False
        assert order.snapshots[0]["body"]["order"]["id"] == "o1"
        at = order.offset
        answer = await wim.cmd("order:o1", "note.add", {"note": "n1", "text": "no salt"})
        assert answer["result"] == "ok" and answer["offset"] == at + 1
        await wim.until(lambda: "note.added" in order.types and "note.added" in floor.types)
        assert order.events[-1].actor == "waiter"
        await wim.drop()
        assert (await doors.say("bill.request", "order:o1")).code is None
        await wim.connect()
        await wim.until(lambda: "bill.requested" in order.types)
        assert order.subd["recovered"] is True
        assert [event.offset for event in order.events] == [at + 1, at + 2]
        assert len(order.snapshots) == 1 and not order.gaps


async def test_a_cursor_that_leads_nowhere_is_a_gap_and_a_new_start_brings_a_snapshot(
    doors: RoomsSite,
) -> None:
    await doors.order("o1", "soup")
    async with doors.client("wim", Role.WAITER) as wim:
        room = await wim.sub("order:o1")
        epoch, top = room.epoch, room.offset

        async def caught_up(room: Any) -> None:
            await wim.until(lambda: room.offset == top)

        for cursor, why in (
            (("another", 1), "epoch"),
            ((epoch, top + 1), "future"),
            ((epoch, 2**53), "future"),
            ((epoch, -1), "negative"),
        ):
            gone = await wim.sub("order:o1", epoch=cursor[0], offset=cursor[1])
            assert [gap["why"] for gap in gone.gaps] == [why]
            assert (gone.gaps[0]["epoch"], gone.gaps[0]["top"]) == (epoch, top)
            assert gone.subd is None
            await wim._subscribe(gone)
            assert gone.subd is not None and gone.snapshots[0]["at"] == top
        for offset in (0, top - 1, top):
            back = await wim.sub("order:o1", epoch=epoch, offset=offset)
            await caught_up(back)
            assert back.subd is not None and back.subd["recovered"] is True
            assert [event.offset for event in back.events] == list(range(offset + 1, top + 1))


async def test_rooms_one_may_not_hear_are_refused_and_the_socket_stays(doors: RoomsSite) -> None:
    await doors.order("o1", "soup")
    foreign: Any = {"restaurant": "other"}
    async with doors.client("eve", Role.MANAGER, **foreign) as eve:
        for name in ("order:o1", "order:none", "kitchen:bistro", "floor:bistro", "menu:lunch",
                     "menu:none", "menu:lunch:events", "stock:bistro"):  # fmt: skip
            room = await eve.sub(name)
            assert [notice["code"] for notice in room.notices] == ["room_not_found"], name
        for name in ("", "x", "kitchen:", "table:1", "order:\u0000", "order:" + "x" * 65):
            room = await eve.sub(name) if "\0" not in name else await eve.sub("order:é")
            assert [notice["code"] for notice in room.notices] == ["bad_room"], name
        await eve.send("ping", t=1)
        await eve.until(lambda: bool(eve.pongs))
    async with doors.client("kim", Role.KITCHEN, stations=("bar",)) as kim:
        room = await kim.sub("order:o1")
        assert [notice["code"] for notice in room.notices] == ["forbidden_room"]
        assert [n["code"] for n in (await kim.sub("kitchen:bistro:kitchen")).notices] == [
            "forbidden_room"
        ]
        assert (await kim.sub("kitchen:bistro:bar")).subd is not None


async def test_a_guest_hears_own_order_and_stock_only(doors: RoomsSite) -> None:
    await doors.order("o1", "soup")
    await doors.order("o2", "soup")
    guest: Any = {"table": "t1", "order": "o1", "token_id": "v1"}
    async with doors.client("visit", Role.GUEST, **guest) as visitor:
        assert (await visitor.sub("order:o1")).subd is not None
        assert (await visitor.sub("stock:bistro")).subd is not None
        for name in ("order:o2", "order:none", "kitchen:bistro", "floor:bistro", "menu:lunch",
                     "presence:bistro", "menu:lunch:events", "user:visit"):  # fmt: skip
            room = await visitor.sub(name)
            assert [notice["code"] for notice in room.notices] == ["room_not_found"], name


async def test_a_socket_has_so_many_rooms(doors: RoomsSite) -> None:
    async with doors.client("wim", Role.WAITER) as wim:
        for _ in range(SUBS_LIMIT):
            assert (await wim.sub("stock:bistro")).subd is not None
        room = await wim.sub("stock:bistro")
        assert [notice["code"] for notice in room.notices] == ["too_many_subs"]
        await wim.unsub(wim.rooms[1])
        assert (await wim.sub("stock:bistro")).subd is not None
        for number in range(10_000):
            await wim.send("sub", h=1000 + number, room="stock:bistro")
        await wim.send("ping", t=1)
        await wim.until(lambda: bool(wim.pongs))
        living = [one for one in doors.house.sessions.living() if one.user_id == "wim"]
        assert len(living) == SUBS_LIMIT
    async with asyncio.timeout(5):
        while doors.house.sessions.living():
            await asyncio.sleep(0.01)


async def test_a_handle_in_use_is_given_up_for_the_new_room(doors: RoomsSite) -> None:
    async with doors.client("wim", Role.WAITER) as wim:
        room = await wim.sub("stock:bistro")
        await wim.send("sub", h=room.h, room="floor:bistro")
        await wim.until(lambda: room.subd is not None and room.subd["room"] == "floor:bistro")
        living = [one.resource_type for one in doors.house.sessions.living()]
        assert living == ["floor"]


@BOTH
async def test_a_command_is_done_once_however_often_it_comes(
    doors: RoomsSite, subprotocol: str
) -> None:
    async with doors.client("wim", Role.WAITER, subprotocol=subprotocol) as wim:
        first = await wim.cmd("order:o1", "order.open", {}, id="k1")
        assert first["result"] == "ok" and first["seq"] == 1
        again = await wim.cmd("order:o1", "order.open", {}, id="k1")
        assert (again["result"], again["seq"]) == ("dup", 1)
        other = await wim.cmd("order:o1", "order.open", {"table": "t1"}, id="k1")
        assert (other["result"], other["code"]) == ("rejected", "key_reused")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ({"id": "a b", "room": "order:o1", "type": "order.open"}, "bad_command"),
        ({"id": "a", "room": "order:o1", "type": "ORDER"}, "bad_command"),
        ({"id": "a", "room": "order:o1", "type": "order.nonsense"}, "bad_command"),
        ({"id": "a", "room": "order:o1", "type": 1}, "bad_command"),
        ({"id": "a", "room": "order:o1"}, "bad_command"),
        ({"id": "a", "room": "order:o1", "type": "order.open", "body": []}, "bad_command"),
        ({"id": "a", "room": "order:o1", "type": "order.open", "more": 1}, "bad_command"),
        ({"id": "a", "room": "kitchen:bistro", "type": "order.open"}, "bad_command"),
        ({"id": "a", "room": "stock:other", "type": "item.86", "body": {}}, "forbidden"),
        ({"id": "a", "room": "menu:lunch", "type": "order.open"}, "bad_command"),
        ({"id": "a", "room": "nonsense", "type": "lock.take"}, "bad_command"),
        ({"id": "a", "room": "menu:lunch", "type": "lock.take"}, "not_subscribed"),
        ({"id": "a", "room": "presence:other", "type": "presence.set"}, "forbidden"),
        ({"id": "a", "room": "presence:bistro", "type": "presence.set"}, "bad_command"),
        (
            {"id": "a", "room": "order:o1", "type": "order.open", "body": {"x": "y" * 20_000}},
            "bad_command",
        ),
    ],
)
async def test_a_command_that_is_none_is_answered_and_the_socket_stays(
    doors: RoomsSite, command: dict[str, Any], code: str
) -> None:
    async with doors.client("wim", Role.WAITER) as wim:
        await wim.send("cmd", **command)
        await wim.until(lambda: command["id"] in wim._answers)
        answer = wim._answers[command["id"]]
        assert (answer["result"], answer["code"]) == ("rejected", code)
        await wim.send("ping", t=1)
        await wim.until(lambda: bool(wim.pongs))


async def test_a_command_without_an_id_ends_the_socket(doors: RoomsSite) -> None:
    async with doors.client("wim", Role.WAITER) as wim:
        await wim.send("cmd", room="order:o1", type="order.open")
        assert (await wim.until_ended()).code == 4400


async def test_locks_are_taken_over_the_socket_and_told_in_the_events_of_the_menu(
    doors: RoomsSite,
) -> None:
    field = {"item": "soup", "field": "price"}
    async with doors.client("ann", Role.EDITOR) as ann, doors.client("bo", Role.EDITOR) as bo:
        menu = await ann.sub("menu:lunch:events")
        await bo.sub("menu:lunch")
        taken = await ann.cmd("menu:lunch", "lock.take", field)
        assert taken["result"] == "ok" and menu.subd is not None
        assert taken["current"]["session"] == menu.subd["session"]
        token = taken["current"]["token"]
        assert (await ann.cmd("menu:lunch", "lock.take", field))["result"] == "noop"
        held = await bo.cmd("menu:lunch", "lock.take", {"field": "items/soup/price"})
        assert (held["code"], held["current"]["user"]) == ("lock_held", "ann")
        assert (await bo.cmd("menu:lunch", "lock.ask", field))["result"] == "ok"
        assert (await bo.cmd("menu:lunch", "lock.break", field))["code"] == "forbidden"
        renewed = await ann.cmd("menu:lunch", "lock.renew", {**field, "token": token})
        assert renewed["current"]["token"] == token
        foreign = await bo.cmd("menu:lunch", "lock.release", {**field, "token": token})
        assert foreign["code"] == "lock_over"
        released = await ann.cmd("menu:lunch", "lock.release", {**field, "token": token})
        assert released["result"] == "ok"
        over = await ann.cmd("menu:lunch", "lock.renew", {**field, "token": token})
        assert over["code"] == "lock_over"
        assert (await ann.cmd("menu:lunch", "lock.ask", field))["code"] == "lock_not_found"
        bad = await ann.cmd("menu:lunch", "lock.take", {"field": "nowhere"})
        assert bad["code"] == "bad_command"
        assert (await ann.cmd("menu:lunch", "lock.renew", field))["code"] == "bad_command"
        await ann.until(lambda: "lock.released" in menu.types)
        assert menu.types == ["lock.taken", "lock.asked", "lock.released"]
    async with doors.client("tom", Role.TRANSLATOR) as tom:
        await tom.sub("menu:lunch")
        assert (await tom.cmd("menu:lunch", "lock.take", field))["code"] == "forbidden"


async def test_presence_says_who_is_here_and_who_is_away(doors: RoomsSite) -> None:
    async with doors.client("ann", Role.WAITER) as ann, doors.client("bo", Role.WAITER) as bo:
        presence = await ann.sub("presence:bistro")
        await bo.sub("stock:bistro")
        await ann.until(lambda: "person.joined" in presence.types)
        done = await bo.cmd("presence:bistro", "presence.set", {"status": "away"})
        assert done["result"] == "ok"
        await ann.until(lambda: "person.changed" in presence.types)
        assert presence.events[-1].body["status"] == "idle"
        await bo.cmd("presence:bistro", "presence.set", {"status": "active"})
        await ann.until(lambda: presence.events[-1].body["status"] == "active")


async def test_a_kitchen_screen_says_what_it_has_seen(doors: RoomsSite) -> None:
    async with (
        doors.client("kim", Role.KITCHEN, device="grill") as kim,
        doors.client("wim", Role.WAITER) as wim,
    ):
        seen = await wim.sub("kitchen:bistro:kitchen")
        room = await kim.sub("kitchen:bistro:kitchen")
        await doors.order("o1", "soup")
        await kim.until(lambda: bool(room.events))
        await wim.until(lambda: bool(seen.events))
        await wim.send("seen", h=seen.h, offset=1)
        await kim.send("seen", h=room.h, offset=room.offset + 5)  # not sent yet: not believed
        await kim.send("seen", h=room.h, offset=room.offset)
        await kim.send("ping", t=1)
        await kim.until(lambda: bool(kim.pongs))
        marks = doors.rooms.watch.marks("kitchen:bistro:kitchen")
        assert {screen: mark.offset for screen, mark in marks.items()} == {"kim/grill": room.offset}


async def test_a_renewed_token_goes_on_in_place_and_leaves_what_it_does_not_open(
    doors: RoomsSite,
) -> None:
    async with doors.client("kim", Role.KITCHEN, Role.WAITER) as kim:
        floor, kitchen = await kim.sub("floor:bistro"), await kim.sub("kitchen:bistro")
        await kim.send("token", token=doors.token(doors.identity("kim", Role.KITCHEN)))
        await kim.until(lambda: bool(kim.roles))
        assert kim.roles[0]["roles"] == ["kitchen"] and kim.roles[0]["exp"] > 0
        assert [notice["code"] for notice in floor.notices] == ["forbidden_room"]
        assert kitchen.notices == []
        assert (await kim.cmd("order:o1", "order.open"))["code"] == "forbidden"
        await kim.send("token", token=doors.token(doors.identity("eve", Role.MANAGER)))
        ended = await kim.until_ended()
        assert (ended.code, ended.bye and ended.bye["reason"].split(":")[0]) == (
            4403,
            "other_identity",
        )


async def test_a_token_that_ends_or_is_revoked_ends_the_socket(doors: RoomsSite) -> None:
    house = doors.house
    short = RoomsClient(doors.url, doors.token(doors.identity("wim", Role.WAITER), 3))
    async with short:
        assert (await short.until_ended()).code == 4401
        assert [notice["code"] for notice in short.notices] == ["token_ends"]
    async with doors.client("kim", Role.KITCHEN) as kim:
        await kim.sub("kitchen:bistro")
        await house.revocations.revoke(RevocationKind.USER, "kim", "bistro")
        assert (await kim.until_ended()).code == 4403


async def test_everybody_is_sent_away_with_a_time_to_come_back(doors: RoomsSite) -> None:
    async with doors.client("ann", Role.WAITER) as ann, doors.client("bo", Role.WAITER) as bo:
        assert len(doors.rooms.sockets) == 2
        await doors.rooms.sockets.send_away(Restarting("the server restarts"))
        for client in (ann, bo):
            ended = await client.until_ended()
            assert ended.code == 1012 and ended.bye is not None
            assert ended.bye["reconnect"] is True and 0 <= ended.bye["after_ms"] <= 500
    assert len(doors.rooms.sockets) == 0


async def test_reader_of_one_menu_hears_its_events_and_nothing_else(doors: RoomsSite) -> None:
    only: Any = {"menus": {"lunch": Access.READ}}
    async with doors.client("rea", Role.EDITOR, **only) as rea:
        assert (await rea.sub("menu:lunch:events")).subd is not None
        assert (await rea.sub("menu:lunch")).subd is not None
        room = await rea.sub("stock:bistro")
        assert [notice["code"] for notice in room.notices] == ["forbidden_room"]


async def test_a_slow_reader_holds_up_nobody_and_gets_everything_from_the_log(
    open_site: Any,
) -> None:
    doors = await open_rooms(await open_site(outbox_limit_bytes=16 * 1024))
    orders = [f"o{number}" for number in range(20)]
    for order in orders:
        await doors.order(order, place=False)
    token = doors.token(doors.identity("slow", Role.WAITER))
    slow = RawSocket(f"{doors.url}?token={token}", receive_buffer_bytes=4096)
    async with slow, doors.client("wim", Role.WAITER) as quick:
        await slow.send(quick.encode("hello", {"v": 1}))
        await slow.send(quick.encode("sub", {"h": 1, "room": "floor:bistro"}))
        for _ in range(2):
            await slow.receive()
        floor = await quick.sub("floor:bistro")
        for number in range(20):
            notes = (
                doors.say("note.add", f"order:{order}", note=f"n{number}", text="x" * 400)
                for order in orders
            )
            assert {done.code for done in await asyncio.gather(*notes)} == {None}
        await quick.until(lambda: len(floor.events) == 400)
        slow.widen(1 << 20)
        offsets: list[int] = []
        while len(offsets) < 400:
            op, content = msgpack.unpackb((await slow.receive()).payload)
            assert op == "ev"
            offsets += range(content["first"], content["first"] + len(content["events"]))
        assert offsets == [event.offset for event in floor.events]


async def test_a_desk_that_cannot_is_an_answer_and_the_command_may_come_again(
    doors: RoomsSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(commands: Any) -> Any:
        raise Overloaded("full")

    async with doors.client("wim", Role.WAITER) as wim:
        monkeypatch.setattr(doors.house.wing.desk, "submit_all", refuse)
        for number, kind in enumerate(("order.open", "bill.request"), 1):
            await wim.send("cmd", id=f"k{number}", room="order:o1", type=kind, device_seq=number)
        await wim.until(lambda: len(wim._answers) == 2)
        assert {one["code"] for one in wim._answers.values()} == {"overloaded"}
        monkeypatch.undo()
        await wim.send("cmd", id="k2", room="order:o1", type="bill.request", device_seq=2)
        wim._answers.clear()
        await wim.until(lambda: "k2" in wim._answers)
        assert wim._answers["k2"]["code"] == "overloaded"  # the order is not there yet
        wim._answers.clear()
        for number, kind in enumerate(("order.open", "bill.request"), 1):
            await wim.send("cmd", id=f"k{number}", room="order:o1", type=kind, device_seq=number)
        await wim.until(lambda: len(wim._answers) == 2)
        assert [wim._answers[key]["result"] for key in ("k1", "k2")] == ["ok", "ok"]


async def test_a_command_under_way_is_done_once_over_a_lost_connection(doors: RoomsSite) -> None:
    async with doors.client("wim", Role.WAITER) as wim:
        await wim.send("cmd", id="k1", room="order:o1", type="order.open")
        await wim.drop()
        await wim.connect()
        answer = await wim.cmd("order:o1", "order.open", id="k1")
        assert answer["result"] in ("ok", "dup") and answer["seq"] == 1


async def test_whoever_is_too_many_gets_a_status(open_site: Any) -> None:
    doors = await open_rooms(await open_site(connections_per_ip=1))
    async with doors.client("wim", Role.WAITER):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await doors.client("kim", Role.KITCHEN).connect()
        assert refused.value.status == 429
    async with doors.client("kim", Role.KITCHEN) as kim:
        assert kim.welcome["user"]["id"] == "kim"


async def test_a_foreign_page_is_refused_before_the_upgrade(doors: RoomsSite) -> None:
    headers = {"Origin": "https://evil.example"}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await doors.client("wim", Role.WAITER, headers=headers).connect()
    assert refused.value.status == 403


async def test_what_comes_before_hello_is_small(doors: RoomsSite) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(doors.url) as socket:
        await socket.send_bytes(MSGPACK_CODEC.sync(1, bytes(131_072)))
        await socket.receive(5)
        await socket.receive(5)
        assert socket.close_code == 4413
