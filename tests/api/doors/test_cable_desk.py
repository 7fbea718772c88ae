"""Orders that twenty screens ask for are read once, and are never older than what was told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from api.doors.cable_desk import ORDERS_KEPT, OrderShelf
from collab.orders.order import Order
from tests.api.doors.cable_orders_made import of


class Store:
    """Orders that count how often they were read."""

    def __init__(self) -> None:
        self.seq = 1
        self.reads = 0

    async def load(self, order_id: str) -> Order | None:
        self.reads += 1
        found = of(id=order_id, last_seq=self.seq)
        await asyncio.sleep(0)
        return None if order_id == "nobody" else found

    async def open_orders(self, restaurant_id: str) -> Sequence[Order]:
        return []


async def test_what_many_ask_for_at_once_is_read_once() -> None:
    store = Store()
    shelf = OrderShelf(store)
    found = await asyncio.gather(*(shelf.load("o1", 1) for _ in range(20)))
    assert store.reads == 1
    assert {order.id for order in found if order is not None} == {"o1"}


async def test_an_older_one_than_asked_for_is_read_again() -> None:
    store = Store()
    shelf = OrderShelf(store)
    await shelf.load("o1", 1)
    store.seq = 3
    order = await shelf.load("o1", 2)
    assert order is not None and order.last_seq == 3
    await shelf.load("o1", 3)
    assert store.reads == 2


async def test_whoever_comes_new_gets_what_is_stored_now() -> None:
    store = Store()
    shelf = OrderShelf(store)
    await shelf.load("o1", 1)
    store.seq = 2
    order = await shelf.load("o1", 0)
    assert order is not None and order.last_seq == 2


async def test_an_order_that_is_not_there_is_none_and_the_shelf_stays_small() -> None:
    store = Store()
    shelf = OrderShelf(store)
    assert await shelf.load("nobody", 1) is None
    for number in range(ORDERS_KEPT + 10):
        await shelf.load(f"o{number}", 1)
    assert len(shelf._kept) == ORDERS_KEPT
