"""The doorbell between servers, with a real Redis."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgpack
import pytest
from redis.asyncio import Redis

from api.metrics import Metrics
from rooms.doorbell import LIMIT_NAMES, Doorbell, read_bell


class Ears:
    """What one server heard."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.all = 0

    def __call__(self, names: list[str] | None) -> None:
        if names is None:
            self.all += 1
        else:
            self.names += names


@asynccontextmanager
async def running(*bells: Doorbell) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(bell.run()) for bell in bells]
    try:
        await until(lambda: all(bell.is_connected for bell in bells))
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not holds():
            await asyncio.sleep(0.01)


async def test_other_servers_hear_the_names_and_the_ringer_does_not(redis_address: str) -> None:
    here, there, elsewhere = Ears(), Ears(), Ears()
    one = Doorbell(redis_address, "a", here, Metrics())
    two = Doorbell(redis_address, "a", there, Metrics())
    other = Doorbell(redis_address, "b", elsewhere, Metrics())
    async with running(one, two, other):
        one.ring(["kitchen:r1", "order:o1"])
        await until(lambda: len(there.names) == 2)
        two.ring(["stock:r1"])
        await until(lambda: len(here.names) == 1)
    assert there.names == ["kitchen:r1", "order:o1"]
    assert here.names == ["stock:r1"]
    assert elsewhere.names == []


async def test_a_bad_message_is_counted_and_skipped(redis_address: str) -> None:
    ears, metrics = Ears(), Metrics()
    one = Doorbell(redis_address, "a", ears, metrics)
    async with running(one):
        redis = Redis.from_url(redis_address)
        await redis.publish("mirepoix:a:streams", b"\xc1 nonsense")
        await redis.publish("mirepoix:a:streams", msgpack.packb(["other", ["floor:r1"]]))
        await redis.aclose()
        await until(lambda: ears.names == ["floor:r1"])
    assert b'mirepoix_refused_total{reason="doorbell_message"} 1.0' in metrics.render()


async def test_a_redis_that_hangs_is_given_up_and_everything_is_looked_at_when_it_is_back(
    redis_address: str, redis_process: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.doorbell.HEALTH_SECONDS", 0.2)
    ears = Ears()
    one = Doorbell(redis_address, "a", ears, Metrics())
    async with running(one):
        assert ears.all == 1
        redis_process.send_signal(signal.SIGSTOP)
        try:
            await until(lambda: not one.is_connected)
            one.ring(["order:o1"])  # nobody waits for it
        finally:
            redis_process.send_signal(signal.SIGCONT)
        await until(lambda: one.is_connected)
        assert ears.all >= 2


async def test_without_redis_ringing_neither_waits_nor_grows(tmp_path: Path) -> None:
    bell = Doorbell(f"unix://{tmp_path}/nobody", "a", Ears(), Metrics())
    bell.ring(f"order:{n}" for n in range(LIMIT_NAMES + 5))
    assert len(bell._waiting) == LIMIT_NAMES


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        msgpack.packb("name"),
        msgpack.packb(["node", "order:1"]),
        msgpack.packb(["node", [1]]),
        msgpack.packb([b"node", ["order:1"]]),
        msgpack.packb(["node", ["order:1"], 3]),
        msgpack.packb(["node", ["order:1"]]) + b"x",
        msgpack.packb(msgpack.ExtType(4, b"x")),
        b"x" * 70_000,
    ],
)
def test_what_is_no_ring_is_no_ring(data: bytes) -> None:
    assert read_bell(data, "me") is None


def test_ones_own_ring_says_nothing() -> None:
    assert read_bell(msgpack.packb(["me", ["order:1"]]), "me") == []
