"""An evening in a restaurant, sixty times as fast: tables, waiters, guests, a kitchen, sold-outs.

People order what the order mix says, some through waiters whose tablets are on bad roads, some by
the code on their table. What each order must cost is added up beside it (`Bill`), from what was
acknowledged to those who ordered and from the published menus alone.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any, Final

from benchmarks.orders_mix import Mix, Wish
from tests.live.order_histories import Shown
from tests.live.order_house import House, add_body
from tests.live.order_ledger import Bill
from tests.live.order_notes import Answer, Followed, Notes, settled
from tests.live.order_tablets import Tablet

SPEED: Final = 60.0
PATIENCE_SECONDS: Final = 60.0  # for a table to be served; dishes take eight seconds at most
OVER: Final = frozenset({"served", "rejected", "voided"})
DRAFTED: Final = frozenset({"line.added", "line.changed"})


@dataclass(frozen=True, slots=True)
class Plan:
    """How an evening goes. Shares are of orders, or of lines."""

    tables: int = 20
    waiters: int = 6
    open_seconds: float = 16.0  # during which new guests come; those who are in may stay
    eating_seconds: tuple[float, float] = (1.0, 6.0)  # after each round
    with_code: float = 0.4  # orders by guests who used the code of their table
    second_course: float = 0.15
    voided: float = 0.06
    comped: float = 0.03
    changed_mind: float = 0.08  # a line that is added and removed again


@dataclass(slots=True, eq=False)
class Sitting:
    """One table's order, from the first dish to the last coin."""

    order: str
    table: str
    tablet: Tablet  # of whoever orders
    waiter: Tablet
    bill: Bill = field(default_factory=Bill)
    states: dict[str, str] = field(default_factory=dict)  # line -> state, as its room tells
    total: int | None = None  # as its room tells
    is_closed: bool = False

    @property
    def room(self) -> str:
        return f"order:{self.order}"

    @property
    def waiting(self) -> dict[str, str]:
        """What was ordered and is not on the table: line -> state, as far as its room told."""
        placed = [line for line, entry in self.bill.entries.items() if entry.is_placed]
        known = {line: self.states.get(line, "unknown") for line in placed}
        return {line: state for line, state in known.items() if state not in OVER}

    def begin(self, snapshot: Any) -> None:
        """From a snapshot of the room."""
        order = snapshot["order"]
        self.states = {line["id"]: line["state"] for line in order["lines"]}
        self._take(order)

    def hear(self, event: Shown) -> None:
        """An event of the room."""
        body = event.body
        if "line" in body and event.type == "line.removed":
            del self.states[body["line"]]
        for line in (*body.get("lines", ()), *([body["line"]] if event.type in DRAFTED else ())):
            self.states[line["id"]] = line["state"]
        self._take(body["order"])

    def _take(self, totals: Mapping[str, Any]) -> None:
        self.total = totals["total"]
        self.is_closed = totals["status"] == "closed"


class Evening:
    """Everybody but the kitchen. `run` lasts until the last guest has paid."""

    def __init__(
        self,
        house: House,
        plan: Plan,
        notes: Notes,
        random: Random,
        waiters: list[Tablet],
        manager: Tablet,
    ) -> None:
        self.sittings: dict[str, Sitting] = {}
        self.answers: Counter[str] = Counter()  # by code, or by result
        self.events: Counter[str] = Counter()
        self._house = house
        self._plan = plan
        self._notes = notes
        self._random = random
        self._mix = Mix(house.menu, random)
        self._waiters = waiters
        self._manager = manager
        self._numbers = count(1)
        self._sold_out: set[str] = set()  # as the stock room tells
        manager.follow(f"stock:{house.id}", self._hear_stock)

    async def run(self) -> None:
        """Open, serve, close. Raises AssertionError when somebody waits in vain."""
        until = time.monotonic() + self._plan.open_seconds
        async with asyncio.TaskGroup() as group:
            scarcity = group.create_task(self._run_out())
            prices = group.create_task(self._change_prices())
            async with asyncio.TaskGroup() as tables:
                for number in range(1, self._plan.tables + 1):
                    tables.create_task(self._table(f"t{number}", until))
            scarcity.cancel()
            await prices

    def rejected(self, line: str) -> None:
        """The kitchen cannot make a line."""
        self.sittings[line.rpartition(".")[0]].bill.freed(line)

    # -- tables --------------------------------------------------------------------------------

    async def _table(self, table: str, until: float) -> None:
        waiter = self._random.choice(self._waiters)
        await asyncio.sleep(self._random.random() * self._plan.open_seconds / 4)
        while time.monotonic() < until:
            if self._random.random() < self._plan.with_code:
                await self._guests(table, waiter)
            else:
                order = f"o-{table}-{next(self._numbers)}"
                await self._serve(Sitting(order, table, waiter, waiter))

    async def _guests(self, table: str, waiter: Tablet) -> None:
        """Guests come in with the code on their table and order themselves."""
        code = await self._house.open_table(table, waiter.token)
        guest = await self._house.enter(code)
        order = f"o-{table}-{next(self._numbers)}"
        port = self._house.server.port
        tablet = Tablet(f"phone-{order}", lambda: port, guest["token"], self._notes, self._random)
        running = asyncio.create_task(tablet.run())
        try:
            await self._serve(Sitting(order, table, tablet, waiter))
        finally:
            running.cancel()
            await asyncio.wait([running])
        self.events["guests"] += 1

    async def _serve(self, sitting: Sitting) -> None:
        """One order from the first dish to the last coin."""
        self.sittings[sitting.order] = sitting
        opened = await sitting.tablet.do(sitting.room, "order.open", table=sitting.table)
        assert opened.is_done, opened
        assert opened.current.get("order", sitting.order) == sitting.order, opened
        followed = sitting.waiter.follow(sitting.room, sitting.hear, sitting.begin)
        for wishes in self._rounds():
            await self._order(sitting, wishes)
            await self._bring(sitting)
            await asyncio.sleep(self._random.uniform(*self._plan.eating_seconds))
        await self._settle(sitting, followed)

    def _rounds(self) -> list[list[Wish]]:
        rounds = [self._mix.order()]
        while self._random.random() < 0.4 and len(rounds) < 3:
            rounds.append([self._mix.wish()])
        return rounds

    # -- ordering ------------------------------------------------------------------------------

    async def _order(self, sitting: Sitting, wishes: list[Wish]) -> None:
        lines = [line for wish in wishes if (line := await self._add(sitting, wish)) is not None]
        if lines and self._random.random() < self._plan.changed_mind:
            line = lines.pop()
            self._count(await sitting.tablet.do(sitting.room, "line.remove", line=line))
            sitting.bill.removed(line)
        if not lines:
            return
        placed = await sitting.tablet.do(sitting.room, "order.place", lines=lines)
        self._count(placed)
        if placed.is_done:
            short = [one["line"] for one in placed.current.get("rejected", ())]
            sitting.bill.placed(short, lines)
            return
        assert placed.code == "sold_out", placed
        for line in lines:  # nothing of it was left; they order something else next time
            removed = await sitting.tablet.do(sitting.room, "line.remove", line=line)
            assert removed.is_done, removed
            sitting.bill.removed(line)

    async def _add(self, sitting: Sitting, wish: Wish) -> str | None:
        """Put a wish on the list; the line, or None when it cannot be had."""
        line = f"{sitting.order}.{next(self._numbers)}"
        version = self._random.choice(list(self._house.books))  # perhaps an old page
        body = add_body(line, wish, self._house, version)
        if self._random.random() < self._plan.second_course:
            body["course"] = 2
        answer = await sitting.tablet.do(sitting.room, "line.add", **body)
        self._count(answer)
        if answer.code == "price_changed":
            version = answer.current["version"]
            assert answer.current["price"] == self._house.books[version].price(wish), answer
            body |= {"menu_version": version, "accept_price": True}
            answer = await sitting.tablet.do(sitting.room, "line.add", **body)
            self._count(answer)
        if not answer.is_done:
            assert answer.code == "sold_out", answer
            return None
        sitting.bill.added(line, wish, self._house.books[version])
        return line

    # -- serving -------------------------------------------------------------------------------

    async def _bring(self, sitting: Sitting) -> None:
        """Bring what is ready until everything is on the table."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while waiting := sitting.waiting:
            assert time.monotonic() < deadline, (sitting.order, waiting)
            await self._correct(sitting, list(waiting))
            for line, state in waiting.items():
                if state == "ready":
                    self._count(await sitting.waiter.do(sitting.room, "line.serve", line=line))
            if set(sitting.waiting.values()) == {"placed"}:
                fired = await sitting.waiter.do(sitting.room, "course.fire", course=2)
                self._count(fired)
            await asyncio.sleep(0.1)

    async def _correct(self, sitting: Sitting, waiting: list[str]) -> None:
        """Now and then something goes wrong: the manager takes it off the bill."""
        random, plan = self._random, self._plan
        for share, type in ((plan.voided, "line.void"), (plan.comped, "line.comp")):
            # Asked ten times a second, for about five seconds.
            if random.random() < share / 50:
                line = random.choice(waiting)
                answer = await self._manager.do(sitting.room, type, line=line, reason="a complaint")
                self._count(answer)
                if answer.result in ("ok", "dup"):
                    self.events[type] += 1
                    sitting.bill.freed(line)

    async def _settle(self, sitting: Sitting, followed: Followed) -> None:
        """Bill, payment in one or two parts, and good-bye."""
        room, due = sitting.room, sitting.bill.total
        self._count(await sitting.tablet.do(room, "bill.request"))
        parts = [due // 2, due - due // 2] if self._random.random() < 0.3 else [due]
        for number, amount in enumerate(parts):
            if amount:
                paid = await sitting.waiter.do(
                    room,
                    "payment.record",
                    payment=f"{sitting.order}-p{number}",
                    amount=amount,
                    method="cash",
                    tip=self._random.choice((0, 100, 250)),
                )
                assert paid.is_done, paid
        closed = await sitting.waiter.do(room, "order.close")
        assert closed.is_done, (closed, sitting.bill)
        await settled(lambda: sitting.is_closed, f"{room} hears that it is closed", 20)
        assert sitting.total == due, (sitting.order, sitting.total, due)
        sitting.waiter.leave(followed)
        self.events["orders"] += 1

    # -- what runs out -------------------------------------------------------------------------

    async def _run_out(self) -> None:
        """Dishes are sold out and come back, and some are counted."""
        room, do, random = f"stock:{self._house.id}", self._manager.do, self._random
        dishes = [wish.item for wish in self._mix.order()] + [
            self._mix.wish().item for _ in range(200)
        ]
        while True:
            item = f"item:{random.choice(dishes)}"
            if random.random() < 0.5:
                await do(room, "item.86", target=item, reason="sold out")
                await asyncio.sleep(random.uniform(1, 3))
                await do(room, "item.un86", target=item)
                self.events["sold out"] += 1
            else:
                await do(room, "stock.set", target=item, remaining=random.randint(1, 4))
                self.events["counted"] += 1
            await asyncio.sleep(random.uniform(0.2, 0.6))

    async def _change_prices(self) -> None:
        """In the middle of the evening some prices go up."""
        await asyncio.sleep(self._plan.open_seconds / 2)
        for number in range(0, 50, 4):
            section = self._house.menu["sections"][number % 3]
            item = section["items"][number // 4]
            await self._house.change_price(section["id"], item["id"], item["price"] + 30)
        await self._house.publish()

    def _hear_stock(self, event: Shown) -> None:
        self.events[event.type] += 1

    def _count(self, answer: Answer) -> None:
        self.answers[answer.code or answer.result] += 1
