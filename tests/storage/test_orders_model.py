"""Random evenings: batches with repeats, failures in the middle, and restarts, on a real database.

What must hold afterwards: every command that was answered `ok` is in the log exactly once, every
repeat got the first answer, orders and stock are what the log adds up to, and no number is
missing anywhere.
"""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collab.orders.command import Command, Outcome, Result
from storage import orders
from storage.database import open_database
from storage.doctor import examine
from storage.menu_tables import streams
from storage.streams import StreamStore
from tests.storage.order_house import COOK, MANAGER, WAITER, House

ORDERS = ("o1", "o2", "o3", "o4")
LINES = ("a", "b", "c")
ITEMS = ("soup", "steak", "beer")


class Evening:
    """One restaurant, and what a client knows of it: its commands and their answers."""

    def __init__(self, house: House, chance: random.Random) -> None:
        self.house = house
        self.chance = chance
        self.given: list[Command] = []
        self.answers: dict[str, Result] = {}

    def batch(self) -> list[Command]:
        commands = []
        for _ in range(self.chance.randrange(1, 9)):
            is_repeat = bool(self.given) and self.chance.random() < 0.25
            commands.append(self.chance.choice(self.given) if is_repeat else self.command())
            self.given.append(commands[-1])
        return commands

    def command(self) -> Command:
        house, pick = self.house, self.chance.choice
        order, line, item = pick(ORDERS), pick(LINES), pick(ITEMS)
        key = None
        if self.given and self.chance.random() < 0.03:
            key = pick(self.given).id  # somebody's key, for something else
        name = pick(("open", "add", "add", "add", "place", "place", "kitchen", "stock", "money"))
        if name == "open":
            return house.open(order, id=key)
        if name == "add":
            return house.add(order, f"{line}{self.chance.randrange(9)}", item, 2, id=key)
        if name == "place":
            return house.place(order, id=key)
        if name == "kitchen":
            type = pick(("ticket.start", "ticket.bump", "ticket.recall"))
            ticket = f"{order}.1.1.{pick(('kitchen', 'bar'))}"
            return house.command(type, order, {"ticket": ticket}, COOK, id=key)
        if name == "stock":
            body = {"target": f"item:{item}", "remaining": self.chance.randrange(12)}
            return house.command("stock.set", None, body, COOK, id=key)
        type = pick(("payment.record", "order.close", "order.reopen"))
        pay = {"payment": f"p{self.chance.randrange(99)}", "amount": 900, "method": "cash"}
        body = pay if type == "payment.record" else {}
        return house.command(type, order, body, pick((WAITER, MANAGER)), id=key)

    def answered(self, commands: list[Command], results: tuple[Result, ...]) -> None:
        """Compare answers with those of before; what was said first is what counts."""
        assert [one.command_id for one in results] == [one.id for one in commands]
        first_of = {one.id: one for one in reversed(self.given)}
        for command, result in zip(commands, results, strict=True):
            before = self.answers.get(command.id)
            if before is None:
                assert result.outcome is not Outcome.DUP
                self.answers[command.id] = result
            elif command.fingerprint != first_of[command.id].fingerprint:
                assert result.code == "key_reused"
            elif before.outcome is Outcome.REJECTED:
                assert result == before
            else:
                assert result == replace(before, outcome=Outcome.DUP)


async def run_evening(house: House, chance: random.Random, reopen: Any = None) -> None:
    evening = Evening(house, chance)
    for _ in range(40):
        commands = evening.batch()
        if chance.random() < 0.15:
            await _fail(house, commands, chance)
        evening.answered(commands, (await house.do(*commands)).results)
        if reopen is not None and chance.random() < 0.1:
            house.database = await reopen()
            house.orders = orders.OrderStore(house.database)
    await _check(evening)


async def _fail(house: House, commands: list[Command], chance: random.Random) -> None:
    """Lose a transaction after some of its statements; the same batch comes again."""
    step = chance.choice(("save_stock", "save_visits", "save_answers", "save_orders"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(orders.order_rows, step, _break)
        with pytest.raises(ZeroDivisionError):
            await house.do(*commands)


def _break(*arguments: object) -> None:
    raise ZeroDivisionError


async def _check(evening: Evening) -> None:
    house = evening.house
    await house.check()
    assert await examine(house.database) == []  # orders are what their log adds up to
    log = await house.orders.log("bistro", 0, 100_000)
    done = {id: one for id, one in evening.answers.items() if one.outcome is Outcome.OK}
    assert len(done) > 15
    assert {one.entry.command_id for one in log} == set(done)
    last = {one.entry.command_id: one.entry.seq for one in log if one.entry.seq is not None}
    assert last == {id: one.seq for id, one in done.items() if one.seq is not None}
    async with house.database.read() as connection:
        rows = (await connection.execute(streams.select())).all()
    assert len(rows) > 5
    store = StreamStore(house.database)
    for row in rows:
        page = await store.read(row.id, 0, 100_000)
        assert [one.offset for one in page.events] == list(range(1, row.top + 1))
    for id in ORDERS:
        page = await store.read(f"order:{id}", 0, 100_000)
        found = {one.event.seq: one.offset for one in page.events}
        for answer in done.values():
            if answer.seq is not None and _order_of(evening, answer) == id:
                assert found[answer.seq] == answer.offset
    assert all(
        entry.remaining is None or entry.remaining >= 0
        for entry in await house.orders.stock("bistro")
    )


def _order_of(evening: Evening, answer: Result) -> str | None:
    first = next(one for one in evening.given if one.id == answer.command_id)
    return first.order_id


@pytest.mark.parametrize("seed", range(6))
async def test_random_evenings_on_sqlite_with_restarts(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "menu.db"
    database = await open_database(path)
    await database.migrate()
    house = House(database)
    await house.furnish()

    async def reopen() -> Any:
        await house.database.close()
        return await open_database(path)

    try:
        await run_evening(house, random.Random(seed), reopen)
    finally:
        await house.database.close()


@pytest.mark.parametrize("seed", range(2))
async def test_random_evenings_on_postgresql(postgres_url: str, seed: int) -> None:
    database = await open_database(postgres_url)
    try:
        await database.migrate()
        house = House(database)
        await house.furnish()
        await run_evening(house, random.Random(100 + seed))
    finally:
        await database.close()
