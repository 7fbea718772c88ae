"""Tells webhooks of events: in order for each menu, at least once, and none waits for another.

Rule 1: an event is told when it was answered with 2xx; then the cursor is saved, then the next.
        A crash in between tells it again, with the same `Mirepoix-Delivery`.
Rule 2: what fails is tried again after 5 s, 10 s, ... 1 h; after 24 h it becomes a dead letter
        and the next event has its turn. Whoever answers 410 (Gone) is never called again.
Rule 3: only some deliveries at once, and only few to one webhook, so that one that hangs takes
        neither all connections nor the turn of others.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import aiohttp
import msgspec
from yarl import URL

from api.public_addresses import NotPublic, PublicResolver, is_literal_private
from collab.errors import StoreError
from collab.records import NumberedEvent, StreamEvent
from rooms.clock import Clock
from storage.streams import StreamPage, StreamStore
from storage.webhooks import Errand, Webhook, WebhookStore

TIMEOUT_SECONDS = 10.0
CONNECT_SECONDS = 5.0
LEASE = timedelta(seconds=3 * TIMEOUT_SECONDS)
FIRST_PAUSE_SECONDS = 5.0
LAST_PAUSE_SECONDS = 3600.0
GIVE_UP = timedelta(hours=24)
PAGE = 50  # events of one stream; then others have their turn
AT_ONCE = 16
AT_ONCE_PER_WEBHOOK = 2
LOOK_SECONDS = 1.0
TEST_EVENT = "webhook.test"

log = logging.getLogger("mirepoix.webhooks")


class DeliveryMeter(Protocol):
    """What is counted."""

    def webhook(self, outcome: str) -> None:
        """One delivery was "delivered", "failed" or became "dead"."""
        ...


@dataclass(frozen=True, slots=True)
class Letter:
    """One event on its way to a webhook."""

    document_id: str  # "" for a test
    epoch: str
    numbered: NumberedEvent

    @property
    def id(self) -> str:
        """The same for every attempt; receivers drop what they have seen."""
        return f"{self.document_id}.{self.epoch}.{self.numbered.offset}"

    def body(self) -> bytes:
        """What is posted."""
        event = self.numbered.event
        return msgspec.json.encode(
            {
                "id": self.id,
                "menu": self.document_id,
                "epoch": self.epoch,
                "offset": self.numbered.offset,
                "type": event.type,
                "at": event.at,
                "actor": event.actor,
                "body": event.body,
            }
        )


@dataclass(frozen=True, slots=True)
class Delivered:
    """It was answered with 2xx."""

    status: int


@dataclass(frozen=True, slots=True)
class Undelivered:
    """It was not."""

    reason: str  # a phrase for people
    status: int | None = None  # None: there was no answer


Outcome = Delivered | Undelivered


def signature(secret: str, at: datetime, body: bytes) -> str:
    """The value of `Mirepoix-Signature`: HMAC-SHA256 over the time, a dot and the body."""
    unix = int(at.timestamp())
    digest = hmac.new(secret.encode(), b"%d." % unix + body, hashlib.sha256).hexdigest()
    return f"t={unix},v1={digest}"


def pause_seconds(attempts: int, chance: float) -> float:
    """How long to wait after so many failures. chance: 0..1, spreads those that failed at once."""
    longest = min(LAST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(attempts - 1, 20))
    return longest * (0.75 + 0.25 * chance)


class Courier:
    """Posts one letter. Usable inside `open`."""

    def __init__(self, clock: Clock, *, allows_private: bool) -> None:
        """allows_private: also call addresses that are not public."""
        self._clock = clock
        self._allows_private = allows_private
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Hold the connections for as long as the context lasts."""
        connector = aiohttp.TCPConnector(
            resolver=PublicResolver(allows_private=self._allows_private),
            use_dns_cache=False,  # the next call may go elsewhere
            force_close=True,
            limit=0,  # whoever calls says how many at once
        )
        async with aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS, connect=CONNECT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,  # a proxy would resolve the name again
        ) as self._session:
            try:
                yield
            finally:
                self._session = None

    async def post(self, webhook: Webhook, letter: Letter) -> Outcome:
        """Deliver one letter, or say why not. Never follows a redirect. Safe to cancel."""
        if self._session is None:
            return Undelivered("the server is stopping")
        url = URL(webhook.url)
        # The connector does not ask the resolver about what is an address already.
        if not self._allows_private and is_literal_private(url.host or ""):
            return Undelivered("the address is not public")
        body = letter.body()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "mirepoix",
            "Mirepoix-Event": letter.numbered.event.type,
            "Mirepoix-Delivery": letter.id,
            "Mirepoix-Signature": signature(webhook.secret, self._clock.utc(), body),
        }
        try:
            async with self._session.post(
                url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                status = answer.status
        except TimeoutError:
            return Undelivered(f"no answer within {TIMEOUT_SECONDS:g} s")
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, NotPublic):
                return Undelivered("the address is not public")
            return Undelivered("no connection")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Undelivered(f"no answer ({type(error).__name__})")
        if 200 <= status < 300:
            return Delivered(status)
        return Undelivered(f"answered with {status}", status)


class WebhookDeliverer:
    """Delivers what is in the streams, for ever. One per house.

    chance: gives numbers from 0 to 1.
    """

    def __init__(
        self,
        store: WebhookStore,
        streams: StreamStore,
        courier: Courier,
        meter: DeliveryMeter,
        clock: Clock,
        chance: Callable[[], float],
    ) -> None:
        self.courier = courier
        self._store = store
        self._streams = streams
        self._meter = meter
        self._clock = clock
        self._chance = chance
        self._bell = asyncio.Event()
        self._busy: dict[tuple[str, str], None] = {}  # (webhook id, stream id)

    def ring(self) -> None:
        """There may be something to deliver."""
        self._bell.set()

    async def run(self) -> None:
        """Deliver for ever. Cancelling leaves events that will be told again."""
        async with self.courier.open(), asyncio.TaskGroup() as group:
            while True:
                self._bell.clear()
                for errand in await self._startable():
                    key = (errand.webhook.id, errand.stream_id)
                    self._busy[key] = None
                    group.create_task(self._run(errand, key))
                try:
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._bell.wait()
                except TimeoutError:
                    pass

    async def send(self, webhook: Webhook, letter: Letter) -> Outcome:
        """Deliver one letter now, out of order. Safe to cancel."""
        outcome = await self.courier.post(webhook, letter)
        self._meter.webhook("delivered" if isinstance(outcome, Delivered) else "failed")
        return outcome

    async def _startable(self) -> list[Errand]:
        if len(self._busy) >= AT_ONCE:
            return []
        try:
            waiting = await self._store.errands(self._clock.utc())
        except StoreError as error:
            _log_failure(error)
            return []
        chosen: list[Errand] = []
        running = Counter(webhook_id for webhook_id, _ in self._busy)
        for errand in waiting:
            id = errand.webhook.id
            if len(self._busy) + len(chosen) >= AT_ONCE:
                break
            if running[id] < AT_ONCE_PER_WEBHOOK and (id, errand.stream_id) not in self._busy:
                running[id] += 1
                chosen.append(errand)
        return chosen

    async def _run(self, errand: Errand, key: tuple[str, str]) -> None:
        try:
            now = self._clock.utc()
            if await self._store.claim(errand, now, now + LEASE):
                await self._deliver(errand)
            self.ring()  # there is a free place
        except StoreError as error:  # not rung: it would fail again at once
            _log_failure(error)
        finally:
            del self._busy[key]

    async def _deliver(self, errand: Errand) -> None:
        page = await self._streams.read(errand.stream_id, errand.told, PAGE)
        if page.first > errand.told + 1:
            errand = await self._bury_trimmed(errand, page)
        for numbered in page.events:
            if not errand.webhook.types or numbered.event.type in errand.webhook.types:
                if not await self._deliver_one(
                    errand, Letter(errand.document_id, page.epoch, numbered)
                ):
                    return
                errand = replace(errand, attempts=0, failing_since=None)
            errand = replace(errand, told=numbered.offset)
        await self._store.told(errand, errand.told, None)

    async def _deliver_one(self, errand: Errand, letter: Letter) -> bool:
        """Whether the next event has its turn."""
        offset = letter.numbered.offset
        outcome = await self.courier.post(errand.webhook, letter)
        now = self._clock.utc()
        match outcome:
            case Delivered():
                self._meter.webhook("delivered")
                return await self._store.told(errand, offset, now + LEASE)
            case Undelivered(reason, status):
                self._meter.webhook("failed")
                if status == 410:
                    await self._store.disable(errand.webhook.id, now)
                    await self._store.failed(errand, reason, now, now)
                    return False
                if errand.failing_since is not None and now - errand.failing_since >= GIVE_UP:
                    self._meter.webhook("dead")
                    return await self._store.bury(errand, offset, reason, now, now + LEASE)
                pause = timedelta(seconds=pause_seconds(errand.attempts + 1, self._chance()))
                await self._store.failed(errand, reason, now, now + pause)
                return False

    async def _bury_trimmed(self, errand: Errand, page: StreamPage) -> Errand:
        last, now = page.first - 1, self._clock.utc()
        reason = f"events {errand.told + 1} to {last} are no longer kept"
        self._meter.webhook("dead")
        await self._store.bury(errand, last, reason, now, now + LEASE)
        return replace(errand, told=last, attempts=0, failing_since=None)


def trial_letter(at: datetime, actor: str) -> Letter:
    """A letter that says nothing but that it arrives."""
    return Letter("", "", NumberedEvent(0, StreamEvent(TEST_EVENT, actor, {}, at)))


def _log_failure(error: StoreError) -> None:
    log.warning("webhooks wait", extra={"action": "webhooks_wait", "reason": error.reason})
