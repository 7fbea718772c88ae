"""Asides in the rooms of orders: who says them, who hears them, how often, how large."""

from __future__ import annotations

from typing import Any

import pytest

from api.doors.rooms_asides import BODY_LIMIT_BYTES, PER_SECOND, AsidePace, Asides
from api.doors.rooms_forms import Say
from collab.identity import Role
from tests.api.conftest import Site
from tests.api.doors.rooms_site import RoomsSite, open_rooms
from tests.live.rooms_client import JSON, MSGPACK, Room, RoomsClient

GUEST: Any = {"table": "t1", "order": "o1", "token_id": "v1"}


class Ear:
    """A subscription that remembers what it heard."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Say]] = []

    def hear(self, said_by: str, aside: Say) -> None:
        self.heard.append((said_by, aside))


@pytest.fixture
async def doors(site: Site) -> RoomsSite:
    doors = await open_rooms(site)
    await doors.order("o1", "soup")
    return doors


async def settled(client: RoomsClient) -> None:
    """Everything that was sent before has been handled."""
    count = len(client.pongs)
    await client.send("ping", t=count)
    await client.until(lambda: len(client.pongs) > count)


async def joined(client: RoomsClient, name: str = "order:o1") -> Room:
    room = await client.sub(name)
    assert room.subd is not None
    return room


def test_everybody_but_the_speaker_hears_until_they_leave() -> None:
    asides, ears = Asides(), [Ear(), Ear(), Ear()]
    for ear in ears[:2]:
        asides.join("order:o1", ear)
    asides.join("order:o2", ears[2])
    here = Say(h=1, kind="here")
    asides.say("order:o1", ears[0], "a1", here)
    assert [ear.heard for ear in ears] == [[], [("a1", here)], []]
    asides.leave("order:o1", ears[1])
    asides.leave("order:o1", ears[1])
    asides.say("order:o1", ears[0], "a1", here)
    assert len(ears[1].heard) == 1
    for name, ear in (("order:o1", ears[0]), ("order:o2", ears[2])):
        asides.leave(name, ear)
    assert asides._hearers == {}


def test_pace_lets_so_many_a_second_pass_and_recovers() -> None:
    now = 100.0
    pace = AsidePace(lambda: now)
    assert [pace.allows() for _ in range(PER_SECOND + 2)] == [True] * PER_SECOND + [False] * 2
    now += 1 / PER_SECOND
    assert [pace.allows() for _ in range(2)] == [True, False]
    now += 60
    assert [pace.allows() for _ in range(PER_SECOND + 1)] == [True] * PER_SECOND + [False]


@pytest.mark.parametrize("subprotocol", [MSGPACK, JSON])
async def test_what_a_guest_says_reaches_the_others_at_the_order_and_nobody_else(
    doors: RoomsSite, subprotocol: str
) -> None:
    await doors.order("o2", "soup")
    async with (
        doors.client("ana", Role.GUEST, **GUEST) as ana,
        doors.client("ben", Role.GUEST, **GUEST, subprotocol=subprotocol) as ben,
        doors.client("wim", Role.WAITER) as wim,
    ):
        own, room = await joined(ana), await joined(ben)
        at_table, elsewhere = await joined(wim), await joined(wim, "order:o2")
        await ana.send("say", h=own.h, kind="here", body={"name": "Ana", "since": 7})
        await ben.until(lambda: bool(room.said))
        await wim.until(lambda: bool(at_table.said))
        [said] = room.said
        assert said["kind"] == "here" and said["body"] == {"name": "Ana", "since": 7}
        assert said["from"] and "ana" not in said["from"]
        assert at_table.said[0]["from"] == said["from"]
        await settled(ana)
        assert own.said == [] and elsewhere.said == []
        await wim.send("say", h=at_table.h, kind="gone", body={})
        await ana.until(lambda: bool(own.said))
        assert own.said[0]["from"] != said["from"]


async def test_whoever_left_hears_nothing_and_nothing_is_kept_for_later(doors: RoomsSite) -> None:
    async with (
        doors.client("ana", Role.GUEST, **GUEST) as ana,
        doors.client("ben", Role.GUEST, **GUEST) as ben,
    ):
        own, room = await joined(ana), await joined(ben)
        await ben.unsub(room)
        await settled(ben)
        await ana.send("say", h=own.h, kind="here", body={})
        await settled(ana)
        again = await joined(ben)
        await settled(ben)
        assert room.said == [] and again.said == []
        await ana.drop()
        await ben.send("say", h=again.h, kind="here", body={})
        await settled(ben)


async def test_what_is_said_too_fast_is_dropped_and_counted(doors: RoomsSite) -> None:
    async with (
        doors.client("ana", Role.GUEST, **GUEST) as ana,
        doors.client("ben", Role.GUEST, **GUEST) as ben,
    ):
        own, room = await joined(ana), await joined(ben)
        for number in range(50):
            await ana.send("say", h=own.h, kind="here", body={"n": number})
        await settled(ana)
        await settled(ben)
        heard = [said["body"]["n"] for said in room.said]
        assert heard[:PER_SECOND] == list(range(PER_SECOND))
        assert len(heard) < 50
        text = (await doors.site.client.get("/metrics")).text
        assert f'mirepoix_refused_total{{reason="said_too_fast"}} {50 - len(heard)}.0' in (
            await text()
        )


@pytest.mark.parametrize("name", ["stock:bistro", "kitchen:bistro", "floor:bistro"])
async def test_only_orders_have_asides(doors: RoomsSite, name: str) -> None:
    async with doors.client("wim", Role.WAITER) as wim:
        room = await joined(wim, name)
        await wim.send("say", h=room.h, kind="here", body={})
        await wim.until(lambda: bool(room.notices))
        assert [notice["code"] for notice in room.notices] == ["cannot_say"]


async def test_a_body_that_is_too_large_ends_the_socket(doors: RoomsSite) -> None:
    async with doors.client("ana", Role.GUEST, **GUEST) as ana:
        room = await joined(ana)
        await ana.send("say", h=room.h, kind="here", body={"x": "y" * (BODY_LIMIT_BYTES - 6)})
        await settled(ana)
        await ana.send("say", h=room.h, kind="here", body={"x": "y" * BODY_LIMIT_BYTES})
        assert (await ana.until_ended()).code == 4413


@pytest.mark.parametrize(
    "content",
    [
        {"kind": "here"},
        {"h": 1, "kind": "shout", "body": {}},
        {"h": 1, "kind": "here", "body": []},
        {"h": 1, "kind": "here", "body": {}, "to": "ben"},
    ],
)
async def test_what_is_out_of_form_ends_the_socket(
    doors: RoomsSite, content: dict[str, Any]
) -> None:
    async with doors.client("ana", Role.GUEST, **GUEST) as ana:
        await joined(ana)
        await ana.send("say", **content)
        assert (await ana.until_ended()).code == 4400


async def test_a_room_that_was_left_and_a_document_are_told_apart(doors: RoomsSite) -> None:
    async with doors.client("wim", Role.WAITER) as wim:
        await wim.send("say", h=99, kind="here", body={})
        await settled(wim)
        menu = await joined(wim, "menu:lunch")
        await wim.send("say", h=menu.h, kind="here", body={})
        assert (await wim.until_ended()).code == 4400
