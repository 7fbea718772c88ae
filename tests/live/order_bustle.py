"""Work without an end: waiters who order, pay and close; to be interrupted at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

from benchmarks.orders_mix import STATIONS, Mix
from tests.live.order_disk import OrdersOnDisk, check_disk
from tests.live.order_histories import (
    UnequalScreens,
    check_commands,
    check_real_time,
    check_viewing,
)
from tests.live.order_house import House, add_body
from tests.live.order_kitchen import KitchenScreen
from tests.live.order_ledger import Bill
from tests.live.order_notes import Notes, settled
from tests.live.order_tablets import Tablet
from tests.live.visitors import HOME

COOK_SECONDS = (0.01, 0.05)


@dataclass(slots=True)
class Tally:
    """What the checks looked at."""

    acknowledged: int = 0
    compared: int = 0  # pairs of commands that were one after the other
    seen: int = 0  # events on screens


@dataclass(slots=True)
class Bustle:
    """A house with people at work. bills: what orders must cost, of those that were finished."""

    house: House
    notes: Notes
    random: Random
    bills: dict[str, Bill] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: count(1))

    async def wait_tables(self, tablet: Tablet, closer: Tablet) -> None:
        """One order after the other, until cancelled. closer: a manager, for what is not cooked."""
        mix = Mix(self.house.menu, self.random)
        while True:
            order = f"o{next(self._numbers)}-{tablet.name}"
            room, bill = f"order:{order}", Bill()
            opened = await tablet.do(room, "order.open")
            assert opened.is_done, opened
            for number, wish in enumerate(mix.order()):
                line = f"l{number}"
                added = await tablet.do(room, "line.add", **add_body(line, wish, self.house))
                assert added.is_done, added
                bill.added(line, wish, self.house.book)
            placed = await tablet.do(room, "order.place")
            assert placed.is_done, placed
            bill.placed()
            self.bills[order] = bill
            paid = await tablet.do(
                room, "payment.record", payment="p", amount=bill.total, method="card"
            )
            assert paid.is_done, paid
            await asyncio.sleep(self.random.random() * 0.3)
            closed = await closer.do(room, "order.close", force=True, reason="they ran away")
            assert closed.is_done, closed

    def screens(self, port: Callable[[], int], tokens: Sequence[str]) -> list[KitchenScreen]:
        """One kitchen screen a station."""
        return [
            KitchenScreen(
                Tablet(f"screen-{station}", port, token, self.notes, self.random),
                HOME,
                station,
                COOK_SECONDS,
                self.random,
                lambda line: None,
                refuses=False,
            )
            for station, token in zip(STATIONS, tokens, strict=True)
        ]

    def check(self, *, whole: bool = False) -> Tally:
        """What is on disk now against everything that was asked, answered and shown.

        whole: everybody has settled, so finished orders must cost what their bills say.
        Raises LostCommand, DoubledCommand, OutOfOrder, UnequalScreens, Oversold, AssertionError.
        """
        disk = OrdersOnDisk.read(self.house.server.database, HOME)
        tally = Tally(check_commands(self.notes.asked, disk.log))
        tally.compared = check_real_time(self.notes.asked, disk.log)
        for viewing in self.notes.viewings:
            tally.seen += check_viewing(viewing, disk.streams.get(viewing.room, ()))
        check_disk(disk)
        if whole:
            for order, bill in self.bills.items():
                assert disk.orders[order]["total"] == bill.total, order
        return tally

    async def check_screens(
        self, screens: Sequence[KitchenScreen], followers: Sequence[Any]
    ) -> None:
        """Everybody who follows a room stands at its top; boards show what REST lists."""

        def tops() -> bool:
            disk = OrdersOnDisk.read(self.house.server.database, HOME)
            return all(one.offset == disk.tops.get(one.room, 0) for one in followers)

        await settled(tops, "screens stand at the top of their rooms", 20)
        for screen in screens:
            listed = await self.house.get(f"/tickets?station={screen.station}")
            tickets = {one["ticket"]["id"]: one["ticket"] for one in listed["tickets"]}
            if tickets != screen.tickets:
                raise UnequalScreens(f"{screen.station}: {screen.tickets} is not {tickets}")
