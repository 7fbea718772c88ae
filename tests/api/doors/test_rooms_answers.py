"""What the server says it sends is what it sends: every frame, and the body of every event.

`RoomsClient` refuses what does not fit; here everything happens at least once.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from api.doors.rooms_answers import ANSWERS, read_answer
from api.doors.rooms_bodies import (
    FLOOR_EVENTS,
    KITCHEN_EVENTS,
    MENU_EVENTS,
    ORDER_EVENTS,
    ROOMS,
    STOCK_EVENTS,
    USER_EVENTS,
)
from collab.identity import Role
from collab.orders.applying import ORDER_EVENTS as ALL_ORDER_EVENTS
from collab.room_names import RoomKind
from tests.api.conftest import Site
from tests.api.doors.rooms_site import RoomsSite, open_rooms
from tests.api.setup import open_table
from tests.live.rooms_client import RoomsClient

# Told by clocks: the kitchen's figures once a minute, conflicts and schedules in tests of theirs.
NOT_HERE = {"metrics.updated", "queue.updated", "alarm.raised", "alarm.cleared"}


@pytest.fixture
async def doors(site: Site) -> RoomsSite:
    return await open_rooms(site)


def test_every_kind_of_room_and_every_event_of_orders_is_described() -> None:
    assert ROOMS.keys() == {
        kind.value.partition(":")[0] for kind in RoomKind if kind is not RoomKind.MENU_EVENTS
    }
    assert ORDER_EVENTS.keys() == ALL_ORDER_EVENTS


@pytest.mark.parametrize("op", sorted(ANSWERS))
def test_field_that_nobody_described_does_not_fit(op: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        read_answer(op, {"h": 1, "surprise": True})


async def test_everything_that_can_happen_to_orders_fits(doors: RoomsSite) -> None:
    async with doors.client("mia") as mia:
        names = ("kitchen:bistro", "kitchen:bistro:expo", "floor:bistro", "stock:bistro",
                 "user:mia", "presence:bistro")  # fmt: skip
        rooms = {name: await mia.sub(name) for name in names}
        await evening(doors)
        order = await mia.sub("order:o1")
        assert order.snapshots
        told = await mia.sub("order:o1", epoch=order.epoch, offset=0)
        await heard(mia, told, set(ORDER_EVENTS))
        wanted = {
            "kitchen:bistro": KITCHEN_EVENTS.keys() - NOT_HERE,
            "floor:bistro": FLOOR_EVENTS.keys() - NOT_HERE,
            "stock:bistro": STOCK_EVENTS.keys(),
            "user:mia": USER_EVENTS.keys(),
        }
        for name, types in wanted.items():
            await heard(mia, rooms[name], set(types))
    await open_table(doors.site)
    await doors.order("o2", "soup", "beer")
    await doors.say("staff.assign", "order:o2", user="mia")
    await doors.say("note.add", "order:o2", note="n", text="soon")
    async with doors.client("mia") as again:  # and as much of it as a snapshot shows
        for name in names:
            assert (await again.sub(name)).snapshots, name
    async with doors.client("wim", Role.WAITER) as wim:
        for name in ("user:wim", "floor:bistro"):
            assert (await wim.sub(name)).snapshots


async def heard(client: RoomsClient, room: Any, types: set[str]) -> None:
    try:
        await client.until(lambda: types <= set(room.types), seconds=5)
    except TimeoutError:
        raise AssertionError(f"{room.name} lacks {sorted(types - set(room.types))}") from None


async def evening(doors: RoomsSite) -> None:
    """Everything that can happen to an order and to the stock, in a possible order."""
    await doors.say("stock.set", "stock:bistro", target="item:beer", remaining=7)
    await doors.order("o1", "soup", "soup", "soup", "beer", "beer", place=False)
    order = "order:o1"
    kim = doors.identity("kim", Role.KITCHEN)
    wim = doors.identity("wim", Role.WAITER)
    steps: list[tuple[str, Any, dict[str, Any]]] = [
        ("staff.assign", None, {"user": "mia"}),
        ("staff.assign", wim, {}),
        ("staff.unassign", wim, {}),
        ("line.change", None, {"line": "o1-2", "note": "no salt", "course": 2}),
        ("line.change", None, {"line": "o1-5", "quantity": 2}),
        ("line.add", None, {"line": "gone", "menu": "lunch", "item": "soup"}),
        ("line.remove", None, {"line": "gone"}),
        ("order.place", None, {}),
        ("course.fire", None, {"course": 2}),
        ("course.hold", None, {"course": 2}),
        ("line.start", kim, {"line": "o1-1"}),
        ("line.ready", kim, {"line": "o1-1"}),
        ("line.recall", kim, {"line": "o1-1"}),
        ("line.ready", kim, {"line": "o1-1"}),
        ("line.serve", wim, {"line": "o1-1"}),
        ("line.start", kim, {"line": "o1-3"}),
        ("line.void", wim, {"line": "o1-3", "reason": "spilt"}),
        ("line.void", None, {"line": "o1-3", "reason": "spilt"}),
        ("line.reject", kim, {"line": "o1-5", "reason": "keg is empty"}),
        ("line.comp", None, {"line": "o1-4", "reason": "birthday"}),
        ("note.add", wim, {"note": "n1", "text": "by the window"}),
        ("bill.request", None, {}),
        ("payment.record", None, {"payment": "p1", "amount": 100, "method": "cash", "tip": 5}),
        ("payment.refund", None, {"payment": "p2", "amount": 50, "method": "cash"}),
        ("staff.unassign", None, {"user": "mia"}),
    ]
    for type, who, body in steps:
        done = await doors.say(type, order, who, **body)
        assert done.code is None, (type, done)
    for ticket in await tickets(doors):
        done = await doors.say("ticket.bump", order, kim, ticket=ticket)
        assert done.code is None, done
    for type in ("order.close", "order.reopen"):
        done = await doors.say(type, order, **({"force": True, "reason": "x"}
                                               if type == "order.close" else {}))  # fmt: skip
        assert done.code is None, (type, done)
    for type in ("item.86", "item.un86"):
        done = await doors.say(type, "stock:bistro", target="item:soup")
        assert done.code is None, (type, done)


async def tickets(doors: RoomsSite) -> list[str]:
    async with doors.client("kim", Role.KITCHEN) as screen:
        room = await screen.sub("kitchen:bistro")
        return [ticket["id"] for ticket in room.snapshots[0]["body"]["tickets"]]


async def test_everything_that_happens_beside_a_menu_fits(doors: RoomsSite) -> None:
    boss = doors.site.bearer("mia", "bistro", Role.MANAGER)
    client = doors.site.client
    async with doors.client("mia") as mia, doors.client("ann") as ann:
        menu, events = await mia.sub("menu:lunch"), await mia.sub("menu:lunch:events")
        await ann.sub("menu:lunch")
        assert menu.subd is not None
        place = {"item": "soup", "field": "price"}
        taken = await mia.cmd("menu:lunch", "lock.take", place)
        assert (await ann.cmd("menu:lunch", "lock.ask", place))["result"] == "ok"
        await ann.cmd("menu:lunch", "lock.break", place)
        again = await mia.cmd("menu:lunch", "lock.take", place)
        token = again["current"]["token"]
        assert token > taken["current"]["token"]
        await mia.cmd("menu:lunch", "lock.release", {**place, "token": token})
        api = "/api/v1/menus/lunch"
        made = await client.post(f"{api}/versions", json={"name": "Two"}, headers=boss)
        publication = (await made.json())["publication"]["id"]
        await client.delete(f"{api}/publications/{publication}", headers=boss)
        await client.put(f"{api}/strict-locks", json={"on": True}, headers=boss)
        wanted = {"lock.taken", "lock.asked", "lock.broken", "lock.released", "lock.strict",
                  "menu.published", "publication.cancelled"}  # fmt: skip
        assert wanted <= MENU_EVENTS.keys()
        await heard(mia, events, wanted)
