"""Forgetting: closed orders go when they are old, their guests before, and nothing else does."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from collab.orders.applying import fold
from collab.orders.order import Order
from storage.menu_tables import stream_events, streams
from storage.order_tables import order_commands, order_log, orders
from storage.restaurant_terms import RestaurantStore
from storage.retention import RetentionStore
from tests.storage.order_house import MANAGER, NOON, WAITER, House

DAY = timedelta(days=1)
FORCED = {"force": True, "reason": "walked out"}


@pytest.fixture
async def house(store: Any) -> House:
    house = House(store.database)
    await house.furnish()
    days = {"order_retention_days": 30, "personal_retention_days": 10}
    await RestaurantStore(store.database).change("bistro", days)
    return house


@pytest.fixture
def retention(house: House) -> RetentionStore:
    return RetentionStore(house.database)


async def dinner(house: House, order_id: str, at: datetime = NOON, closes: bool = True) -> None:
    """An order of a guest at a table, with notes of guest and waiter; closed unless told."""
    add = {"menu": house.menu_id, "menu_version": 1, "item": "soup", "seat": "Gus", "note": "hot"}
    await house.say(
        house.open(order_id),
        house.command("line.add", order_id, {**add, "line": "a"}),
        house.command("note.add", order_id, {"note": "n", "text": "birthday of Gus"}),
        house.place(order_id),
        at=at,
    )
    if closes:
        await house.say(house.command("order.close", order_id, FORCED, actor=MANAGER), at=at)


async def loaded(house: House, order_id: str) -> Order:
    """An order that is what its log folds to."""
    order = await house.orders.load(order_id)
    assert order is not None
    assert order == fold([one.entry for one in await house.orders.log_of(order_id)])
    return order


async def as_guest(house: House, order_id: str) -> None:
    """Rewrite who acted, as if a guest had done it: what matters here is the log."""
    async with house.database.write() as connection:
        await connection.execute(
            order_log.update()
            .where(order_log.c.order_id == order_id, order_log.c.type == "note.added")
            .values(actor_kind="guest", actor_id="gus", device="Gus' phone")
        )


async def test_old_order_goes_as_a_whole(house: House, retention: RetentionStore) -> None:
    await dinner(house, "old")
    await dinner(house, "new", NOON + DAY)
    assert await retention.forget_orders(NOON + 30 * DAY) == 0  # not a moment too early
    assert await retention.forget_orders(NOON + 30 * DAY + DAY / 2) == 1
    assert await house.orders.load("old") is None
    assert await house.orders.log_of("old") == []
    assert (await loaded(house, "new")).closed_at == NOON + DAY
    assert await retention.forget_orders(NOON + 30 * DAY + DAY / 2) == 0


async def test_open_order_stays_however_old_it_is(house: House, retention: RetentionStore) -> None:
    await dinner(house, "open", closes=False)
    assert await retention.forget(NOON + 9999 * DAY) == 0
    assert (await loaded(house, "open")).notes[0].text == "birthday of Gus"


async def test_room_of_a_forgotten_order_goes_when_it_is_empty(
    house: House, retention: RetentionStore
) -> None:
    await dinner(house, "old")
    await dinner(house, "older")
    async with house.database.write() as connection:
        told = delete(stream_events).where(stream_events.c.stream_id == "order:old")
        await connection.execute(told)
    await retention.forget_orders(NOON + 31 * DAY)
    async with house.database.read() as connection:
        names = set((await connection.execute(select(streams.c.id))).scalars())
    assert "order:old" not in names
    assert {"order:older", "floor:bistro"} <= names


async def test_answers_go_with_their_order_and_the_log_goes_on(
    house: House, retention: RetentionStore
) -> None:
    await dinner(house, "old")
    await retention.forget_orders(NOON + 31 * DAY)
    assert await house.orders.forget_commands(NOON + 31 * DAY) > 0
    async with house.database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(order_commands)) == 0
    top = 6
    await dinner(house, "next", NOON + 32 * DAY)
    positions = [one.position for one in await house.orders.log("bistro", 0, 100)]
    assert positions == list(range(top + 1, top + 1 + len(positions)))


async def test_order_loses_its_people_and_keeps_its_amounts(
    house: House, retention: RetentionStore
) -> None:
    await dinner(house, "o")
    await as_guest(house, "o")
    before = await house.orders.load("o")
    assert before is not None
    assert await retention.forget_people(NOON + 10 * DAY) == 0
    assert await retention.forget_people(NOON + 11 * DAY) == 1
    after = await loaded(house, "o")
    assert after.total == before.total > 0
    assert (after.notes[0].text, after.lines["a"].note, after.lines["a"].seat) == ("", "", "")
    assert after.notes[0].by.startswith("erased-")
    assert after.opened_by == WAITER.user_id  # the staff stays, for the books
    async with house.database.read() as connection:
        rows = (await connection.execute(select(order_log))).all()
        states = (await connection.execute(select(orders.c.state))).scalars().all()
    text = json.dumps([[row.actor_id, row.device, row.body] for row in rows] + [list(states)])
    assert "Gus" not in text and "gus" not in text and "tablet" not in text


async def test_order_is_looked_at_once_and_again_after_it_was_reopened(
    house: House, retention: RetentionStore
) -> None:
    for number in range(5):
        await dinner(house, f"o{number}")  # all closed at the same moment
    later = NOON + 20 * DAY
    assert [await retention.forget_people(later, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    for number in range(5):
        assert (await loaded(house, f"o{number}")).notes[0].text == ""
    note = {"note": "m", "text": "Gus called"}
    await house.say(
        house.command("order.reopen", "o1", actor=MANAGER),
        house.command("note.add", "o1", note),
        house.command("order.close", "o1", FORCED, actor=MANAGER),
        at=later,
    )
    assert await retention.forget_people(later) == 0
    assert await retention.forget_people(later + 11 * DAY) == 1
    assert [note.text for note in (await loaded(house, "o1")).notes] == ["", ""]


async def test_each_order_has_pseudonyms_of_its_own(
    house: House, retention: RetentionStore
) -> None:
    for order_id in ("o1", "o2"):
        await dinner(house, order_id)
        await as_guest(house, order_id)
    await retention.forget_people(NOON + 11 * DAY)
    first, second = [(await loaded(house, id)).notes[0].by for id in ("o1", "o2")]
    assert first != second


async def test_every_restaurant_has_its_own_time(house: House, retention: RetentionStore) -> None:
    other = House(house.database, "other")
    await other.furnish()
    await dinner(house, "here")
    await dinner(other, "there")
    assert await retention.forget(NOON + 31 * DAY, limit=1) == 1
    assert await house.orders.load("here") is None
    assert (await loaded(other, "there")).notes[0].text == "birthday of Gus"
