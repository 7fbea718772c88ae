"""Snapshots: a place in a stream and what everything up to it adds up to, at one moment."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from collab.orders.views import milliseconds
from collab.records import Snapshot, StreamEvent
from collab.room_names import parse_room
from storage.menu_tables import menu_conflicts, resource_locks
from storage.order_tables import visits
from storage.snapshots import SnapshotStore
from tests.storage.conftest import Store
from tests.storage.order_house import COOK, MANAGER, NOON, House


@pytest.fixture
async def house(store: Store) -> House:
    made = House(store.database)
    await made.furnish()
    made.database.clock = lambda: NOON
    return made


async def snapshot(house: House, room: str, restaurant_id: str = "bistro") -> Snapshot:
    name = parse_room(room)
    store = SnapshotStore(house.database)
    return await store.read(name, name.stream(restaurant_id), restaurant_id)


async def placed(house: House) -> None:
    await house.say(
        house.open("o", "t1"), house.add("o", "a"), house.add("o", "b", "beer", 3), house.place("o")
    )


async def test_room_where_nothing_happened_has_an_epoch_and_nothing_in_it(house: House) -> None:
    found = await snapshot(house, "kitchen:bistro")
    assert (found.at, found.body) == (0, {"tickets": [], "all_day": []})
    opened = await house.streams.open("kitchen:bistro")
    assert found.epoch == opened.epoch != ""


async def test_kitchen_shows_open_tickets_and_what_is_to_cook(house: House) -> None:
    await placed(house)
    everything = await snapshot(house, "kitchen:bistro")
    assert everything.at == 2
    tickets: Any = everything.body["tickets"]
    assert sorted(one["id"] for one in tickets) == ["o.1.1.bar", "o.1.1.kitchen"]
    assert "900" not in json.dumps(everything.body)  # no money
    bar = (await snapshot(house, "kitchen:bistro:bar")).body
    tickets, all_day = bar["tickets"], bar["all_day"]
    assert [one["id"] for one in tickets] == ["o.1.1.bar"]
    assert all_day == [
        {
            "station": "bar",
            "item_id": "beer",
            "variation_id": None,
            "name": {"de": "Beer"},
            "variation_name": None,
            "quantity": 3,
        }
    ]


async def test_bumped_ticket_is_only_on_the_screen_of_the_expediter(house: House) -> None:
    await placed(house)
    await house.say(house.command("ticket.bump", "o", {"ticket": "o.1.1.bar"}, COOK))
    bar = (await snapshot(house, "kitchen:bistro:bar")).body
    assert bar == {"tickets": [], "all_day": []}
    expo: Any = (await snapshot(house, "kitchen:bistro:expo")).body
    assert len(expo["tickets"]) == 2 and len(expo["all_day"]) == 1


async def test_order_is_shown_without_user_ids(house: House) -> None:
    await placed(house)
    found = await snapshot(house, "order:o")
    order: Any = found.body["order"]
    assert (found.at, order["seq"], order["total"]) == (5, 5, 900 + 3 * 450)
    assert "wil" not in json.dumps(found.body)
    assert (await snapshot(house, "order:none")).body == {"order": None}


async def test_floor_shows_orders_stock_and_visits(house: House) -> None:
    await placed(house)
    await house.say(house.open("shut"), house.command("order.close", "shut", actor=MANAGER))
    await house.say(house.command("item.86", None, {"target": "item:steak"}, COOK))
    now = house.database.clock()
    rows = [("live", now + timedelta(hours=1), None), ("late", NOON, None)]
    rows.append(("over", now + timedelta(hours=1), NOON))
    async with house.database.write() as connection:
        for n, (id, expires_at, closed_at) in enumerate(rows):
            await connection.execute(
                insert(visits).values(
                    id=id,
                    restaurant_id="bistro",
                    table_id="t1",
                    order_id="o",
                    code_hash=bytes([n]) * 32,
                    opened_by="wil",
                    opened_at=NOON,
                    expires_at=expires_at,
                    closed_at=closed_at,
                )
            )
    body: Any = (await snapshot(house, "floor:bistro")).body
    assert [(one["order_id"], one["total"]) for one in body["orders"]] == [("o", 2250)]
    assert [one["target"] for one in body["stock"]] == ["item:steak"]
    (visit,) = body["visits"]
    assert (visit["id"], visit["order_id"]) == ("live", "o")
    assert visit["opened_at"] == milliseconds(NOON)


async def test_floor_shows_the_alarms_that_stand(house: House) -> None:
    def told(type: str, ticket: str, level: str = "warn") -> StreamEvent:
        return StreamEvent(type, "server", {"ticket": ticket, "level": level}, NOON)

    events = [told("alarm.raised", "a"), told("alarm.raised", "b"), told("alarm.cleared", "a")]
    await house.streams.append("floor:bistro", [*events, told("alarm.raised", "b", "alarm")])
    body: Any = (await snapshot(house, "floor:bistro")).body
    assert body["alarms"] == [{"ticket": "b", "level": "alarm"}]


async def test_stock_is_shown_without_who_set_it(house: House) -> None:
    await house.say(house.command("item.86", None, {"target": "item:steak"}, COOK))
    found = await snapshot(house, "stock:bistro")
    stock: Any = found.body["stock"]
    assert found.at == 1 and stock[0]["is_sold_out"] and "kim" not in json.dumps(stock)


async def test_what_was_sold_out_yesterday_is_not_shown_today(house: House) -> None:
    await house.say(house.command("item.86", None, {"target": "item:steak"}, COOK))
    body: Any = (await snapshot(house, "stock:bistro")).body
    assert [one["target"] for one in body["stock"]] == ["item:steak"]
    house.database.clock = lambda: NOON + timedelta(days=1)
    assert (await snapshot(house, "stock:bistro")).body == {"stock": []}
    assert await house.orders.standing_stock("bistro") == ()


async def test_user_sees_the_open_orders_that_they_look_after(house: House) -> None:
    await house.say(house.open("o"), house.open("p", actor=MANAGER))
    body: Any = (await snapshot(house, "user:wil")).body
    assert [one["order_id"] for one in body["orders"]] == ["o"]
    assert body["orders"][0].keys().isdisjoint({"total", "paid", "payment_state"}), "cooks hear it"
    elsewhere = await snapshot(house, "user:wil", "cantina")
    assert elsewhere.body == {"orders": []}


async def test_menu_shows_conflicts_that_stand_and_locks(house: House) -> None:
    menu = house.menu_id
    conflict = {
        "document_id": menu,
        "kind": "price",
        "severity": "error",
        "root": "items",
        "part_id": "soup",
        "field": "price",
        "candidates": [{"value": 1}],
        "opened_at": NOON,
    }
    lock = {
        "resource_type": "menu",
        "field": "items/soup/price",
        "session_id": "s",
        "user_id": "ann",
        "user_name": "Ann",
        "token": 7,
        "acquired_at": NOON,
        "expires_at": NOON,
    }
    async with house.database.write() as connection:
        for id, closed_at in (("c1", None), ("c2", NOON)):
            row = {**conflict, "id": id, "key": id, "closed_at": closed_at}
            await connection.execute(insert(menu_conflicts).values(row))
        for resource in (menu, "another"):
            await connection.execute(insert(resource_locks).values(resource_id=resource, **lock))
    found = await snapshot(house, f"menu:{menu}:events")
    assert found.body == {
        "conflicts": [
            {
                "id": "c1",
                "kind": "price",
                "severity": "error",
                "target": {"root": "items", "id": "soup", "field": "price"},
                "candidates": [{"value": 1}],
            }
        ],
        "locks": [
            {
                "field": "items/soup/price",
                "user": "ann",
                "name": "Ann",
                "session": "s",
                "token": 7,
            }
        ],
    }


@pytest.mark.parametrize("room", ["menu:lunch", "presence:bistro"])
async def test_room_without_a_log_has_no_snapshot(house: House, room: str) -> None:
    with pytest.raises(ValueError, match="no log"):
        await snapshot(house, room)


async def test_snapshot_and_the_events_after_it_are_everything(house: House) -> None:
    # While somebody orders, each snapshot plus the events after its place is the last state.
    await house.say(house.open("o"))
    stop = asyncio.Event()

    async def order() -> None:
        for n in range(60):
            await house.say(house.add("o", f"l{n}"))
        stop.set()

    async def look() -> list[Snapshot]:
        seen = []
        while not stop.is_set():
            seen.append(await snapshot(house, "order:o"))
        return seen

    async with asyncio.TaskGroup() as group:
        group.create_task(order())
        looking = group.create_task(look())
    assert len(looking.result()) > 3
    for found in looking.result():
        shown: Any = found.body["order"]
        assert shown["seq"] == found.at  # in this room every event of the order is one offset
        page = await house.streams.read("order:o", found.at, 1000)
        added = [one.event.type for one in page.events]
        assert len(shown["lines"]) + added.count("line.added") == 60


async def test_snapshot_of_a_stream_with_events_of_others_only_counts_its_own(
    house: House,
) -> None:
    await house.streams.append("floor:bistro", [StreamEvent("note", "server", {}, NOON)])
    assert (await snapshot(house, "floor:bistro")).at == 1
    assert (await snapshot(house, "stock:bistro")).at == 0
