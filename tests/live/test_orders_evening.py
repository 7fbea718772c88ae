"""A whole evening: twenty tables, six waiters on bad connections, three kitchen screens, guests.

Sixty times as fast as real, with dishes that run out, prices that change in the middle, and voids
and comps. Afterwards every total is right to the cent by a bill that was added up by hand, every
ticket is bumped, nothing was done twice, nothing was sold that was not there, and the kitchen never
saw any money.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from functools import partial
from operator import attrgetter
from random import Random
from typing import Any

import pytest

from benchmarks.orders_mix import STATIONS, Wish, dishes_of
from collab.identity import Role
from tests.live.conftest import StartServer
from tests.live.evening import Evening, Plan
from tests.live.order_audience import MONEY, keys_in
from tests.live.order_disk import OrdersOnDisk, check_disk
from tests.live.order_histories import check_commands, check_real_time, check_viewing
from tests.live.order_house import MANAGER, SETTINGS, House, add_body, furnished, token_of
from tests.live.order_kitchen import KitchenScreen
from tests.live.order_notes import Notes, settled
from tests.live.order_roads import Fault, Road
from tests.live.order_tablets import Tablet, running
from tests.live.order_truth import Oversold
from tests.live.visitors import HOME

COOK_SECONDS = (1.0, 5.0)  # one to five minutes, sixty times as fast
FAULT_EVERY_SECONDS, FAULT_SECONDS = 4.0, 2.0  # of each waiter; kitchens half as often


async def evening(start_server: StartServer, plan: Plan, seed: int) -> None:
    server = await start_server(settings=SETTINGS, dev=False, supervised=False)
    random, notes = Random(seed), Notes()
    house = await furnished(server, tables=plan.tables, seed=seed)
    async with AsyncExitStack() as stack:
        roads = [
            await stack.enter_async_context(Road(server.port, Random(f"{seed}-{number}")))
            for number in range(plan.waiters + len(STATIONS))
        ]
        waiters = [
            Tablet(
                f"waiter-{number}",
                partial(attrgetter("port"), road),
                token_of(f"waiter-{number}", Role.WAITER),
                notes,
                random,
            )
            for number, road in enumerate(roads[: plan.waiters])
        ]
        manager = Tablet("manager", lambda: server.port, MANAGER, notes, random)
        people = Evening(house, plan, notes, random, waiters, manager)
        screens = [
            KitchenScreen(
                Tablet(
                    f"screen-{station}",
                    partial(attrgetter("port"), road),
                    token_of(f"cook-{station}", Role.KITCHEN, stations=(station,)),
                    notes,
                    random,
                ),
                HOME,
                station,
                COOK_SECONDS,
                random,
                people.rejected,
            )
            for station, road in zip(STATIONS, roads[plan.waiters :], strict=True)
        ]
        for screen in screens:
            screen.tablet.keeps_frames = True
        followed = [screen.followed for screen in screens]
        followed += [manager.follow(f"floor:{HOME}"), waiters[0].follow(f"kitchen:{HOME}")]
        tablets = [*waiters, manager, *(screen.tablet for screen in screens)]
        await stack.enter_async_context(running(*tablets))
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(screen.run()) for screen in screens]
            for number, road in enumerate(roads):
                every = FAULT_EVERY_SECONDS * (1 if number < plan.waiters else 2)
                beside.append(group.create_task(road.misbehave(every, FAULT_SECONDS)))
            await people.run()
            for task in beside[len(screens) :]:
                task.cancel()
            await settled(lambda: all(one.is_done for one in screens), "all is bumped", 30)
            for task in beside:
                task.cancel()
        await settled(lambda: not any(one.unsent for one in tablets), "all is answered", 20)
        await settled(lambda: is_at_top(house, followed), "screens stand at the top", 20)
    await check(house, people, notes, screens)
    say(people, notes, screens, roads)
    assert people.events["orders"] >= plan.tables
    assert people.events["guests"] > 2
    met = {fault for road in roads for fault in road.met}
    assert met == set(Fault), f"only {met} happened"
    assert notes.resends > 5, "the roads were too good to prove anything"
    assert people.answers["sold_out"] + people.events["item.86"] > 3


def is_at_top(house: House, followed: list[Any]) -> bool:
    tops = OrdersOnDisk.read(house.server.database, HOME).tops
    return all(one.offset == tops.get(one.room, 0) for one in followed)


async def check(house: House, people: Evening, notes: Notes, screens: list[KitchenScreen]) -> None:
    disk = OrdersOnDisk.read(house.server.database, HOME)
    check_disk(disk)
    check_commands(notes.asked, disk.log)
    check_real_time(notes.asked, disk.log)
    for viewing in notes.viewings:
        check_viewing(viewing, disk.streams.get(viewing.room, ()))
    for order, sitting in people.sittings.items():
        row = disk.orders[order]
        assert row["total"] == sitting.bill.total, (order, row["total"], sitting.bill)
        assert row["payment_state"] == ("paid" if sitting.bill.total else "unpaid"), order
        assert not row["is_open"], order
    assert disk.orders.keys() == people.sittings.keys()
    assert (await house.get("/tickets"))["tickets"] == []
    assert (await house.get("/tickets/all-day"))["counts"] == []
    for screen in screens:
        assert not screen.tickets
        assert not MONEY & set(keys_in(screen.tablet.heard)), screen.station
    proofs = (await house.get("/tickets/deliveries"))["screens"]
    for screen in screens:
        own = [one for one in proofs if one["room"] == screen.followed.room]
        assert [one["behind"] for one in own] == [0], own


def say(people: Evening, notes: Notes, screens: list[KitchenScreen], roads: list[Road]) -> None:
    told = {
        "events": dict(people.events),
        "answers": dict(people.answers),
        "turnover": sum(one.bill.total for one in people.sittings.values()),
        "commands": len(notes.asked),
        "sent again": notes.resends,
        "repeats": notes.repeats,
        "connections": notes.connections,
        "rooms resumed": notes.resumed,
        "bumped": sum(one.bumped for one in screens),
        "undone": sum(one.undone for one in screens),
        "refused": sum(one.refused for one in screens),
        "faults": sum(sum(road.met.values()) for road in roads),
    }
    print(json.dumps(told))


async def test_evening_ends_with_every_cent_and_every_ticket(start_server: StartServer) -> None:
    await evening(start_server, Plan(), seed=1)


@pytest.mark.full
@pytest.mark.parametrize("seed", [2, 3])
async def test_long_evening_ends_with_every_cent_and_every_ticket(
    start_server: StartServer, seed: int
) -> None:
    await evening(start_server, Plan(open_seconds=240.0), seed)


async def test_selling_what_is_not_there_is_found(start_server: StartServer) -> None:
    """The test of the test: a server that never looks at the stock is caught by the same check."""
    server = await start_server(
        settings=SETTINGS, dev=False, supervised=False, mutant="forget_stock"
    )
    house = await furnished(server)
    manager = Tablet("manager", lambda: server.port, MANAGER, Notes(), Random(1))
    async with running(manager):
        dish = next(one["id"] for one in dishes_of(house.menu) if not one.get("modifiers"))
        wish = Wish(dish, 3, next(iter(sizes_of(house, dish)), None))
        stock = await manager.do(f"stock:{HOME}", "stock.set", target=f"item:{dish}", remaining=2)
        assert stock.result == "ok"
        await manager.do("order:o", "order.open")
        added = await manager.do("order:o", "line.add", **add_body("a", wish, house))
        assert added.result == "ok", added
        assert (await manager.do("order:o", "order.place")).result == "ok"
    with pytest.raises(Oversold):
        check_disk(OrdersOnDisk.read(server.database, HOME))


def sizes_of(house: House, dish: str) -> list[str]:
    (found,) = [one for one in dishes_of(house.menu) if one["id"] == dish]
    return [one["id"] for one in found.get("variations", ())]
