"""The doorbell between servers that share a database: "there is something new in these streams".

Rule 1: Redis carries no events, only names of streams; the log in the database is the truth. So a
        bell that is lost, doubled or late costs time and nothing else: rooms also look by
        themselves every so often.
Rule 2: nobody waits for Redis. Names wait in a bounded set; when Redis is away they are dropped,
        and everything is looked at again when it is back.
Rule 3: what arrives is checked like what a client sends; a bad message is counted and skipped.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable

import msgpack
from redis.asyncio import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from rooms.ports import Meter

LIMIT_NAMES = 10_000  # that wait to be published
LIMIT_MESSAGE_BYTES = 64 * 1024
NAMES_A_MESSAGE = 200
RETRY_FIRST_SECONDS = 0.2
RETRY_LAST_SECONDS = 5.0
CONNECT_SECONDS = 2.0
HEALTH_SECONDS = 5  # a Redis that hangs is noticed so soon

log = logging.getLogger("mirepoix.doorbell")


class Doorbell:
    """Rings at the other servers and hears them ring.

    address: `redis://...`. channel: the same for all servers of one database, and for no others.
    on_ring: called with the names of streams that another server wrote to; None: any of them.
    """

    def __init__(
        self, address: str, channel: str, on_ring: Callable[[list[str] | None], None], meter: Meter
    ) -> None:
        self._address = address
        self._channel = f"mirepoix:{channel}:streams"
        self._on_ring = on_ring
        self._meter = meter
        self._node = secrets.token_hex(8)
        self._waiting: dict[str, None] = {}
        self._bell = asyncio.Event()
        self.is_connected = False

    def ring(self, stream_ids: Iterable[str]) -> None:
        """Tell the others that these streams have something new. Never waits."""
        for stream_id in stream_ids:
            if len(self._waiting) >= LIMIT_NAMES:
                self._meter.refused("doorbell_full")
                break
            self._waiting[stream_id] = None
        self._bell.set()

    async def run(self) -> None:
        """Ring and listen for ever; a Redis that is away is tried again. Safe to cancel."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep(self._publish))
            group.create_task(self._keep(self._listen))

    async def _keep(self, work: Callable[[Redis], Awaitable[None]]) -> None:
        delay_seconds = RETRY_FIRST_SECONDS
        while True:
            redis = self._connect()
            started = asyncio.get_running_loop().time()
            try:
                await work(redis)
            except (RedisError, OSError, TimeoutError) as error:
                if self.is_connected or delay_seconds == RETRY_FIRST_SECONDS:
                    log.warning("no doorbell", extra={"action": "doorbell", "why": str(error)})
                self.is_connected = False
                self._meter.refused("doorbell_away")
            finally:
                await redis.aclose()
            if asyncio.get_running_loop().time() - started > RETRY_LAST_SECONDS:
                delay_seconds = RETRY_FIRST_SECONDS
            await asyncio.sleep(delay_seconds)
            delay_seconds = min(delay_seconds * 2, RETRY_LAST_SECONDS)

    def _connect(self) -> Redis:
        return Redis.from_url(
            self._address,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=None,
            health_check_interval=HEALTH_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )

    async def _publish(self, redis: Redis) -> None:
        while True:
            await self._bell.wait()
            self._bell.clear()
            while self._waiting:
                names = list(self._waiting)[:NAMES_A_MESSAGE]
                for name in names:
                    del self._waiting[name]
                async with asyncio.timeout(CONNECT_SECONDS):
                    await redis.publish(self._channel, msgpack.packb([self._node, names]))

    async def _listen(self, redis: Redis) -> None:
        async with redis.pubsub() as subscription:
            await subscription.subscribe(self._channel)
            self.is_connected = True
            self._on_ring(None)  # what rang while nobody listened
            is_asked = False
            while True:
                message = await subscription.get_message(timeout=HEALTH_SECONDS)
                if message is None and is_asked:
                    raise TimeoutError("Redis does not answer")
                is_asked = message is None
                if message is None:
                    await subscription.ping()
                elif message["type"] == "message":
                    self._hear(message["data"])

    def _hear(self, data: bytes) -> None:
        names = read_bell(data, self._node)
        if names is None:
            self._meter.refused("doorbell_message")
        elif names:
            self._on_ring(names)


def read_bell(data: bytes, own_node: str) -> list[str] | None:
    """The names in a message; none of one's own; None when it is no message of a doorbell."""
    if len(data) > LIMIT_MESSAGE_BYTES:
        return None
    try:
        message = msgpack.unpackb(data, max_ext_len=0)
    except (ValueError, msgpack.exceptions.ExtraData, msgpack.exceptions.UnpackException):
        return None
    match message:
        case [str() as node, list() as names] if all(isinstance(name, str) for name in names):
            return [] if node == own_node else names
    return None
