"""Webhooks are told of every event at least once and in order, and none waits for another."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from sqlalchemy import insert, select

from api import webhooks as module
from api.upkeep import OrderUpkeep, Upkeep
from api.webhooks import Courier, Delivered, Letter, Undelivered, WebhookDeliverer, trial_letter
from collab.records import Document, DocumentKind, NumberedEvent, Restaurant, StreamEvent, stream_of
from rooms.clock import Clock
from storage.database import Database, open_database
from storage.dead_letters import DeadLetterStore
from storage.documents import DocumentStore
from storage.history import HistoryStore
from storage.menu_tables import menu_changes, outbox
from storage.order_tables import order_commands
from storage.orders import OrderStore
from storage.outbox import OutboxStore
from storage.retention import RetentionStore
from storage.streams import StreamStore
from storage.visits import VisitStore
from storage.webhooks import Webhook, WebhookStore

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SECRET = "a secret to sign with"

Answer = Callable[[dict[str, Any]], Awaitable[web.Response]]


async def accept(_: dict[str, Any]) -> web.Response:
    return web.Response(status=204)


class Receiver:
    """A real HTTP server that keeps what it is posted and answers as the test says."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.headers: list[Any] = []
        self.bodies: list[bytes] = []
        self.answer: Answer = accept
        self.open = 0
        self.most_open = 0
        self.url = ""

    @property
    def offsets(self) -> list[int]:
        return [one["offset"] for one in self.got]

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.bodies.append(body)
        self.headers.append(request.headers)
        letter = json.loads(body)
        self.got.append(letter)
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            return await self.answer(letter)
        finally:
            self.open -= 1


class Meter:
    def __init__(self) -> None:
        self.outcomes: list[str] = []

    def webhook(self, outcome: str) -> None:
        self.outcomes.append(outcome)


@dataclass
class Scene:
    """A database, a clock moved by hand, and receivers."""

    database: Database
    stack: AsyncExitStack
    now: datetime = NOW
    meter: Meter = field(default_factory=Meter)

    def __post_init__(self) -> None:
        self.store = WebhookStore(self.database)
        self.dead_letters = DeadLetterStore(self.database)
        self.streams = StreamStore(self.database)
        self.clock = Clock(utc=lambda: self.now)

    async def receiver(self) -> Receiver:
        receiver = Receiver()
        app = web.Application()
        app.router.add_post("/hook", receiver.take)
        server = TestServer(app)
        await self.stack.enter_async_context(server)
        receiver.url = str(server.make_url("/hook"))
        return receiver

    async def webhook(self, url: str, id: str = "w1", *types: str) -> Webhook:
        webhook = Webhook(id, "bistro", url, SECRET, types, self.now, "ann")
        await self.store.create(webhook)
        return webhook

    async def events(self, count: int, menu: str = "lunch", type: str = "menu.changed") -> None:
        body = {"parts": ["ä"]}
        events = [StreamEvent(type, "ann", body, self.now) for _ in range(count)]
        await self.streams.append(stream_of(menu), events)

    def deliverer(self) -> WebhookDeliverer:
        courier = Courier(self.clock, allows_private=True)
        return WebhookDeliverer(
            self.store, self.streams, courier, self.meter, self.clock, lambda: 1.0
        )

    @asynccontextmanager
    async def delivering(self) -> AsyncIterator[WebhookDeliverer]:
        """A deliverer that runs; leaving the block is as a crash is: nothing is finished."""
        deliverer = self.deliverer()
        running = asyncio.create_task(deliverer.run())
        try:
            yield deliverer
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    def later(self, **more: float) -> None:
        self.now += timedelta(**more)


@pytest.fixture
async def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.02)
    async with AsyncExitStack() as stack:
        database = await open_database(tmp_path / "menu.db")
        stack.push_async_callback(database.close)
        await database.migrate()
        documents = DocumentStore(database)
        for restaurant in ("bistro", "other"):
            await documents.create_restaurant(Restaurant(restaurant, restaurant, NOW))
        for menu, restaurant in (("lunch", "bistro"), ("dinner", "bistro"), ("far", "other")):
            document = Document(menu, DocumentKind.MENU, restaurant, menu, 1, NOW)
            await documents.create(document, None, "ann")
        yield Scene(database, stack)


async def until(is_so: Callable[[], object], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not is_so():
            await asyncio.sleep(0.005)


async def settled(scene: Scene, seconds: float = 20) -> None:
    """Until every event was dealt with."""
    async with asyncio.timeout(seconds):
        while await scene.store.errands(scene.now + timedelta(days=9)):
            await asyncio.sleep(0.01)


async def test_events_arrive_in_order_signed_and_named(scene: Scene) -> None:
    receiver = await scene.receiver()
    await scene.webhook(receiver.url)
    await scene.events(2)
    await scene.events(1, type="menu.published")
    async with scene.delivering():
        await until(lambda: len(receiver.got) == 3)
        await settled(scene)
    epoch = (await scene.streams.read(stream_of("lunch"), 0, 1)).epoch
    assert receiver.got[2] == {
        "id": f"lunch.{epoch}.3",
        "menu": "lunch",
        "epoch": epoch,
        "offset": 3,
        "type": "menu.published",
        "at": "2026-01-02T03:04:05Z",
        "actor": "ann",
        "body": {"parts": ["ä"]},
    }
    assert receiver.offsets == [1, 2, 3]
    headers, body = receiver.headers[2], receiver.bodies[2]
    assert headers["Mirepoix-Event"] == "menu.published"
    assert headers["Mirepoix-Delivery"] == f"lunch.{epoch}.3"
    unix = int(NOW.timestamp())
    digest = hmac.new(SECRET.encode(), f"{unix}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["Mirepoix-Signature"] == f"t={unix},v1={digest}"
    assert scene.meter.outcomes == ["delivered"] * 3


async def test_webhook_begins_where_the_streams_end_when_it_is_made(scene: Scene) -> None:
    receiver = await scene.receiver()
    await scene.events(5)
    await scene.webhook(receiver.url)
    await scene.events(1)
    await scene.events(1, "dinner")  # a stream that was not there yet
    await scene.events(1, "far")  # another restaurant's
    async with scene.delivering():
        await until(lambda: len(receiver.got) == 2)
        await settled(scene)
    assert {(one["menu"], one["offset"]) for one in receiver.got} == {("lunch", 6), ("dinner", 1)}


async def test_only_the_types_asked_for_are_told(scene: Scene) -> None:
    receiver = await scene.receiver()
    await scene.webhook(receiver.url, "w1", "menu.published")
    for type in ("menu.changed", "menu.published", "lock.taken", "menu.published", "menu.changed"):
        await scene.events(1, type=type)
    async with scene.delivering():
        await settled(scene)
    assert receiver.offsets == [2, 4]


async def test_failure_holds_up_what_follows_until_it_is_tried_again(scene: Scene) -> None:
    receiver = await scene.receiver()
    webhook = await scene.webhook(receiver.url)
    await scene.events(3)

    async def refuse_second(letter: dict[str, Any]) -> web.Response:
        return web.Response(status=500 if letter["offset"] == 2 else 200)

    async def tried(times: int) -> None:
        await until(lambda: receiver.offsets[1:] == [2] * times)

    receiver.answer = refuse_second
    async with scene.delivering():
        for attempt, pause in enumerate((5, 10, 20, 40), 1):
            await tried(attempt)
            async with asyncio.timeout(20):
                while [one.attempts for one in await scene.store.failing(["w1"])] != [attempt]:
                    await asyncio.sleep(0.005)
            [failing] = await scene.store.failing([webhook.id])
            assert (failing.reason, failing.since) == ("answered with 500", NOW)
            assert failing.next_at == scene.now + timedelta(seconds=pause)
            scene.later(seconds=pause - 0.1)
            await asyncio.sleep(0.1)
            assert receiver.offsets[1:] == [2] * attempt  # not before its time
            if attempt < 4:
                scene.now = failing.next_at
            else:
                receiver.answer = accept
                scene.now = failing.next_at
        await until(lambda: receiver.offsets == [1, 2, 2, 2, 2, 2, 3])
        await settled(scene)
    assert await scene.store.failing([webhook.id]) == []


def test_pauses_grow_to_an_hour_and_are_spread() -> None:
    assert [module.pause_seconds(n, 1.0) for n in (1, 2, 3, 10, 11, 500)] == [
        5,
        10,
        20,
        2560,
        3600,
        3600,
    ]
    assert module.pause_seconds(1, 0.0) == 3.75


async def test_after_a_day_the_event_is_dead_and_the_next_has_its_turn(scene: Scene) -> None:
    receiver = await scene.receiver()
    await scene.webhook(receiver.url)
    await scene.events(2)

    async def refuse_first(letter: dict[str, Any]) -> web.Response:
        return web.Response(status=503 if letter["offset"] == 1 else 200)

    async def more_than(seen: int) -> None:
        await until(lambda: len(receiver.got) > seen)

    receiver.answer = refuse_first
    async with scene.delivering():
        tries = 0
        while 2 not in receiver.offsets:
            tries += 1
            assert tries < 60
            await more_than(len(receiver.got))
            await asyncio.sleep(0.05)
            scene.later(hours=1)
        await settled(scene)
    assert scene.now - NOW <= timedelta(hours=27)
    [letter] = await scene.dead_letters.of_webhook("w1")
    assert (letter.stream_id, letter.offset) == (stream_of("lunch"), 1)
    assert letter.reason == "answered with 503"
    assert letter.at - NOW >= timedelta(hours=24)
    assert scene.meter.outcomes[-2:] == ["dead", "delivered"]


async def test_webhook_that_hangs_holds_up_nobody(scene: Scene, monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "TIMEOUT_SECONDS", 60)
    hanging, quick = await scene.receiver(), await scene.receiver()
    never = asyncio.Event()

    async def hang(_: dict[str, Any]) -> web.Response:
        await never.wait()
        return web.Response()

    hanging.answer = hang
    for number in range(7):
        await scene.webhook(hanging.url, f"a{number}")
    await scene.webhook(quick.url, "z")
    for menu in ("lunch", "dinner"):
        await scene.events(15, menu)
    async with scene.delivering():
        await until(lambda: len(quick.got) == 30, 30)
        for menu in ("lunch", "dinner"):
            offsets = [one["offset"] for one in quick.got if one["menu"] == menu]
            assert offsets == list(range(1, 16))
        assert hanging.open == 14  # two at once to each, not more
    never.set()
    assert hanging.most_open <= module.AT_ONCE


async def test_one_webhook_does_not_take_every_place(scene: Scene, monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "TIMEOUT_SECONDS", 60)
    monkeypatch.setattr(module, "AT_ONCE", 2)
    monkeypatch.setattr(module, "AT_ONCE_PER_WEBHOOK", 1)
    hanging, quick = await scene.receiver(), await scene.receiver()
    never = asyncio.Event()

    async def hang(_: dict[str, Any]) -> web.Response:
        await never.wait()
        return web.Response()

    hanging.answer = hang
    await scene.webhook(hanging.url, "a")
    await scene.webhook(quick.url, "z")
    for menu in ("lunch", "dinner"):
        await scene.events(3, menu)
    async with scene.delivering():
        await until(lambda: len(quick.got) == 6 and hanging.open == 1)
    never.set()


async def test_slow_answer_counts_as_none(scene: Scene, monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "TIMEOUT_SECONDS", 0.2)
    receiver = await scene.receiver()

    async def be_slow(_: dict[str, Any]) -> web.Response:
        await asyncio.sleep(0.5)
        return web.Response()

    receiver.answer = be_slow
    await scene.webhook(receiver.url)
    await scene.events(1)
    async with scene.delivering():
        async with asyncio.timeout(20):
            while not (failing := await scene.store.failing(["w1"])):
                await asyncio.sleep(0.01)
    assert failing[0].reason == "no answer within 0.2 s"


async def test_redirect_is_not_followed(scene: Scene) -> None:
    receiver, other = await scene.receiver(), await scene.receiver()

    async def redirect(_: dict[str, Any]) -> web.Response:
        return web.Response(status=307, headers={"Location": other.url})

    receiver.answer = redirect
    webhook = await scene.webhook(receiver.url)
    courier = Courier(scene.clock, allows_private=True)
    async with courier.open():
        outcome = await courier.post(webhook, trial_letter(NOW, "ann"))
    assert outcome == Undelivered("answered with 307", 307)
    assert other.got == []


async def test_answer_without_end_is_not_read(scene: Scene) -> None:
    receiver = await scene.receiver()

    async def flood(_: dict[str, Any]) -> web.Response:
        return web.Response(body=b"x" * 50_000_000)

    receiver.answer = flood
    webhook = await scene.webhook(receiver.url)
    courier = Courier(scene.clock, allows_private=True)
    async with courier.open():
        outcome = await courier.post(webhook, trial_letter(NOW, "ann"))
    assert outcome == Delivered(200)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:{port}/hook", "the address is not public"),
        ("http://[::ffff:127.0.0.1]:{port}/hook", "the address is not public"),
        ("http://localhost:{port}/hook", "the address is not public"),
        ("http://2130706433:{port}/hook", "no answer (InvalidUrlClientError)"),
    ],
)
async def test_private_address_is_not_called(scene: Scene, url: str, reason: str) -> None:
    receiver = await scene.receiver()
    port = receiver.url.rpartition(":")[2].partition("/")[0]
    webhook = await scene.webhook(url.format(port=port))
    courier = Courier(scene.clock, allows_private=False)
    async with courier.open():
        assert await courier.post(webhook, trial_letter(NOW, "ann")) == Undelivered(reason)
    assert receiver.got == []


async def test_nobody_there_is_a_reason_and_no_crash(scene: Scene) -> None:
    courier = Courier(scene.clock, allows_private=True)
    webhook = await scene.webhook(f"http://127.0.0.1:{unused_port()}/")
    letter = Letter("lunch", "e", NumberedEvent(1, StreamEvent("t.t", "a", {}, NOW)))
    assert await courier.post(webhook, letter) == Undelivered("the server is stopping")
    async with courier.open():
        assert await courier.post(webhook, letter) == Undelivered("no connection")
        for url in ("http://no-such-name.invalid/", "http://" + "x" * 300 + "/"):
            outcome = await courier.post(replace(webhook, url=url), letter)
            assert isinstance(outcome, Undelivered)


async def test_events_survive_crashes_in_between_and_keep_their_order(scene: Scene) -> None:
    receiver = await scene.receiver()
    await scene.webhook(receiver.url)
    await scene.events(60)

    async def be_fair(_: dict[str, Any]) -> web.Response:
        await asyncio.sleep(0.01)
        return web.Response(status=200)

    async def at_least(count: int) -> None:
        await until(lambda: len(receiver.got) >= count)

    receiver.answer = be_fair
    for _ in range(8):
        wanted = len(receiver.got) + 5
        async with scene.delivering():
            await at_least(wanted)
        scene.later(seconds=31)  # the lease of whoever crashed
    async with scene.delivering():
        await settled(scene)
    # At least once: a crash repeats at most the one that was under way, and skips none.
    assert sorted(set(receiver.offsets)) == list(range(1, 61))
    assert all(b - a in (0, 1) for a, b in pairwise(receiver.offsets))
    repeated = [b for a, b in pairwise(receiver.offsets) if a == b]
    assert len(repeated) <= 8
    ids = {(one["offset"], one["id"]) for one in receiver.got}
    assert len(ids) == 60  # a repeated one has the same id


async def test_two_nodes_do_not_tell_the_same_stream_at_once(scene: Scene) -> None:
    receiver = await scene.receiver()
    await scene.webhook(receiver.url)
    await scene.events(30)
    async with scene.delivering(), scene.delivering():
        await settled(scene)
    assert receiver.offsets == list(range(1, 31))


async def test_who_answers_gone_is_never_called_again(scene: Scene) -> None:
    receiver = await scene.receiver()

    async def gone(_: dict[str, Any]) -> web.Response:
        return web.Response(status=410)

    receiver.answer = gone
    await scene.webhook(receiver.url)
    await scene.events(2)
    async with scene.delivering():
        # Before time goes on: the courier holds the webhook for half a minute only.
        async with asyncio.timeout(20):
            while (found := await scene.store.find("w1")) is None or found.disabled_at is None:
                await asyncio.sleep(0.01)
        scene.later(days=2)
        await asyncio.sleep(0.1)
    assert receiver.offsets == [1]
    webhook = await scene.store.find("w1")
    assert webhook is not None and webhook.disabled_at == NOW


async def test_deleted_webhook_gets_nothing_more(scene: Scene) -> None:
    receiver = await scene.receiver()
    await scene.webhook(receiver.url)
    await scene.events(20)

    async def delete_it(letter: dict[str, Any]) -> web.Response:
        if letter["offset"] == 3:
            await scene.store.delete("w1")
        return web.Response()

    receiver.answer = delete_it
    async with scene.delivering():
        await until(lambda: 3 in receiver.offsets)
        await asyncio.sleep(0.1)
    assert receiver.offsets == [1, 2, 3]
    assert await scene.store.find("w1") is None


async def test_events_that_were_trimmed_are_listed_as_dead(scene: Scene) -> None:
    receiver = await scene.receiver()
    await scene.webhook(receiver.url)
    await scene.events(3)
    scene.later(days=8)
    await scene.events(2)
    assert await scene.streams.trim(scene.now - timedelta(days=7)) == 3
    async with scene.delivering():
        await settled(scene)
    assert receiver.offsets == [4, 5]
    [letter] = await scene.dead_letters.of_webhook("w1")
    assert (letter.offset, letter.reason) == (3, "events 1 to 3 are no longer kept")


async def test_upkeep_tells_of_changes_and_forgets_what_is_old(scene: Scene) -> None:
    told: list[str] = []
    upkeep = Upkeep(
        OutboxStore(scene.database),
        scene.streams,
        HistoryStore(scene.database),
        scene.dead_letters,
        OrderUpkeep(
            OrderStore(scene.database), VisitStore(scene.database), RetentionStore(scene.database)
        ),
        scene.clock,
        history_days=90,
        on_told=told.append,
    )
    entry = {
        "document_id": "lunch", "root": "items", "part_id": "i", "field": "price",
        "before": 1, "after": 2, "user_id": "ann", "session_id": "s", "door": "y",
    }  # fmt: skip
    ages = {"old": NOW - timedelta(days=91), "young": NOW - timedelta(days=89)}
    async with scene.database.write() as connection:
        row = {"document_id": "lunch", "since": NOW, "at": NOW, "parts": ["i"]}
        await connection.execute(insert(outbox).values(row))
        for id, at in ages.items():
            await connection.execute(
                insert(menu_changes).values({**entry, "id": id, "since": at, "at": at})
            )
        for days in (6, 8):
            answer = {"restaurant_id": "bistro", "command_id": f"{days} days", "result": {}}
            answer |= {"fingerprint": b"f" * 32, "at": NOW - timedelta(days=days)}
            await connection.execute(insert(order_commands).values(answer))
    await scene.events(1, "dinner")
    await upkeep.tell()
    assert told == []
    scene.later(seconds=2)
    await upkeep.tell()
    assert told == ["lunch"]
    scene.later(days=0.5)
    await upkeep.trim()
    history = HistoryStore(scene.database)
    assert await history.find("lunch", "old") is None
    assert await history.find("lunch", "young") is not None
    async with scene.database.read() as connection:
        kept = await connection.scalars(select(order_commands.c.command_id))
        assert kept.all() == ["6 days"], "an answer about the stock is kept for a week"
    assert (await scene.streams.read(stream_of("dinner"), 0, 9)).events
    scene.later(days=7)
    await upkeep.trim()
    assert (await scene.streams.read(stream_of("dinner"), 0, 9)).events == []
