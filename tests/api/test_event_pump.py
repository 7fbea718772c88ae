"""Events of a menu reach everybody who sits there, in order, once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from api.composition import open_house
from api.config import Config
from api.exchange import create_menu
from api.house import House
from collab.errors import DocumentInUse, StoreError
from collab.identity import Access, Identity
from collab.menus.plain_menu import PlainMenu
from collab.records import StreamEvent, stream_of
from rooms.event_room import CursorGap
from rooms.menu_room import MenuRoom
from rooms.outbox import Outbox
from rooms.seat import Seat
from storage.streams import StreamPage


def sit(room: MenuRoom, told: list[Mapping[str, Any]]) -> Seat:
    wire: Any = SimpleNamespace(
        write=lambda data: None, get_write_buffer_size=lambda: 0, is_closing=lambda: False
    )
    seat = Seat(
        "session",
        Identity.developer(),
        Access.WRITE,
        b"",
        Outbox(wire),
        lambda error: None,
        lambda code, reason, details: None,
        tell=told.append,
    )
    room.join(seat)
    return seat


async def append(house: House, *types: str) -> None:
    now = house.clock.utc()
    events = [StreamEvent(type, "ann", {"n": 1}, now) for type in types]
    await house.streams.append(stream_of("lunch"), events)


def offsets(told: list[Mapping[str, Any]]) -> list[int]:
    return [message["offset"] for message in told if message["type"] == "event"]


async def until(done: Any) -> None:
    async with asyncio.timeout(5):
        while not done():
            await asyncio.sleep(0.01)


async def test_events_are_shown_in_order_and_once_however_often_it_rings(tmp_path: Path) -> None:
    async with open_house(Config(database=str(tmp_path / "m.db"), dev=True)) as house:
        await create_menu(house, PlainMenu("de", "EUR"), "bistro", "lunch", "Lunch", "ann")
        told: list[Mapping[str, Any]] = []
        await append(house, "before")
        async with house.lobby.lease("lunch") as room:
            seat = sit(room, told)
            for number in range(5):
                await append(house, f"a{number}", f"b{number}")
                house.events.ring("lunch")
                house.events.ring("lunch")
            await until(lambda: len(offsets(told)) == 10)
            room.leave(seat)
        assert offsets(told) == list(range(2, 12))
        first = next(one for one in told if one["type"] == "event")
        assert first["event"]["type"] == "a0" and first["room"] == "menu:lunch:events"


async def test_newcomer_gets_what_comes_and_reads_the_rest_from_the_log(tmp_path: Path) -> None:
    async with open_house(Config(database=str(tmp_path / "m.db"), dev=True)) as house:
        await create_menu(house, PlainMenu("de", "EUR"), "bistro", "lunch", "Lunch", "ann")
        async with house.lobby.lease("lunch") as room:
            early: list[Mapping[str, Any]] = []
            sit(room, early)
            await append(house, "one")
            house.events.ring("lunch")
            await until(lambda: offsets(early) == [1])
            late: list[Mapping[str, Any]] = []
            sit(room, late)
            await append(house, "two")
            house.events.ring("lunch")
            await until(lambda: offsets(late) == [2])
            assert offsets(early) == [1, 2]
            page = await house.streams.read(stream_of("lunch"), 0, 10)
            assert [one.event.type for one in page.events] == ["one", "two"]


async def test_menu_that_is_closed_and_opened_again_is_listened_to_once(tmp_path: Path) -> None:
    config = Config(database=str(tmp_path / "m.db"), dev=True)
    async with open_house(config) as house:
        await create_menu(house, PlainMenu("de", "EUR"), "bistro", "lunch", "Lunch", "ann")
        for round in range(3):
            told: list[Mapping[str, Any]] = []
            async with house.lobby.lease("lunch") as room:
                sit(room, told)
                await append(house, "one", "two")
                house.events.ring("lunch")
                await until(lambda told=told: len(offsets(told)) >= 2)
                await asyncio.sleep(0.05)
                assert offsets(told) == [2 * round + 1, 2 * round + 2]
            async with house.lobby.closed("lunch", DocumentInUse("a test closes it")):
                pass


async def test_after_a_gap_a_menu_is_shown_what_comes_then(tmp_path: Path) -> None:
    async with open_house(Config(database=str(tmp_path / "m.db"), dev=True)) as house:
        await create_menu(house, PlainMenu("de", "EUR"), "bistro", "lunch", "Lunch", "ann")
        told: list[Mapping[str, Any]] = []
        async with house.lobby.lease("lunch") as room:
            sit(room, told)
            await append(house, "one")
            house.events.ring("lunch")
            await until(lambda: offsets(told) == [1])
            stream = house.wing.hall.events._rooms[stream_of("lunch")]
            stream.end(CursorGap("epoch", "another", 1))
            house.wing.hall.events._forget(stream)
            await until(lambda: stream_of("lunch") in house.wing.hall.events.open_streams())
            await append(house, "two")
            house.events.ring("lunch")
            await until(lambda: offsets(told) == [1, 2])


async def test_log_that_fails_while_a_menu_is_opened_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.event_pump.RETRY_SECONDS", 0.001)
    async with open_house(Config(database=str(tmp_path / "m.db"), dev=True)) as house:
        await create_menu(house, PlainMenu("de", "EUR"), "bistro", "lunch", "Lunch", "ann")
        open_stream, failures = house.streams.open, iter(range(3))

        async def fail_first(stream_id: str) -> StreamPage:
            if next(failures, None) is not None:
                raise StoreError("the disk is busy")
            return await open_stream(stream_id)

        monkeypatch.setattr(house.streams, "open", fail_first)
        told: list[Mapping[str, Any]] = []
        async with house.lobby.lease("lunch") as room:
            sit(room, told)
            await append(house, "one")
            house.events.ring("lunch")  # it may be listening already
            await until(lambda: offsets(told) == [1])
