"""Two servers on one PostgreSQL, with Redis as their doorbell and without it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from api.composition import open_house
from api.config import Config
from api.first_start import furnish
from api.house import House
from api.order_desk import RawCommand
from collab.errors import MirepoixError
from collab.identity import Identity, Role
from collab.orders.command import Outcome
from collab.records import StreamEvent, stream_of
from rooms.event_room import Subscription
from rooms.event_rooms import POLL_SECONDS
from rooms.listener import EventBatch

SECRET = "a secret that is long enough for HS256"
WAITER = Identity("wil", "Wil", "demo", frozenset({Role.WAITER}))


class Screen:
    """What one screen was shown."""

    has_room = True

    def __init__(self) -> None:
        self.shown: list[tuple[int, str]] = []

    def show(self, batch: EventBatch) -> bool:
        self.shown += [(one.offset, one.event.type) for one in batch.events]
        return True

    def gap(self, why: str, epoch: str, top: int) -> None:
        raise AssertionError(why)

    def end(self, error: MirepoixError) -> None:
        raise error


@asynccontextmanager
async def server(url: str, redis: str | None) -> AsyncIterator[House]:
    config = Config(database=url, redis=redis, dev=True, jwt_secret=SECRET)
    async with open_house(config) as house:
        await furnish(house)
        yield house


async def listening(house: House, stream_id: str) -> Screen:
    screen = Screen()
    subscribed = await house.wing.hall.events.subscribe(stream_id, screen, None)
    assert isinstance(subscribed, Subscription)
    subscribed.start()
    return screen


async def until(holds: Callable[[], bool]) -> float:
    """How long it took."""
    started = time.monotonic()
    async with asyncio.timeout(15):
        while not holds():
            await asyncio.sleep(0.005)
    return time.monotonic() - started


async def open_order(house: House, order_id: str) -> None:
    raw = RawCommand(f"open-{order_id}", f"order:{order_id}", "order.open", {})
    result = await house.wing.rooms.orders.submit(WAITER, raw)
    assert result.outcome is Outcome.OK, result


async def test_servers_show_each_others_orders_at_once_through_redis(
    postgres_url: str, redis_address: str
) -> None:
    async with (
        server(postgres_url, redis_address) as one,
        server(postgres_url, redis_address) as two,
    ):
        bell = two.wing.hall.doorbell
        assert bell is not None
        await until(lambda: bell.is_connected)
        screen = await listening(two, "floor:demo")
        menu = await listening(two, stream_of("asia-bistro"))
        await open_order(one, "o1")
        await open_order(two, "o2")
        await open_order(one, "o3")
        seconds = await until(lambda: len(screen.shown) == 3)
        assert screen.shown == [(1, "order.opened"), (2, "order.opened"), (3, "order.opened")]
        assert seconds < POLL_SECONDS, "the bell rang, nobody had to look"
        before = len(menu.shown)
        told = StreamEvent("menu.published", "ann", {}, one.clock.utc())
        await one.streams.append(stream_of("asia-bistro"), [told])
        one.wing.hall.ring(stream_of("asia-bistro"))
        assert await until(lambda: len(menu.shown) > before) < POLL_SECONDS


@pytest.mark.parametrize(
    "redis", [None, "redis://127.0.0.1:1/0"], ids=["no redis", "redis is away"]
)
async def test_without_redis_they_look_by_themselves(postgres_url: str, redis: str | None) -> None:
    async with server(postgres_url, redis) as one, server(postgres_url, redis) as two:
        screen = await listening(two, "floor:demo")
        await open_order(one, "o1")
        await until(lambda: screen.shown == [(1, "order.opened")])
