"""The visit desk: who is shut out when, whoever closed the visit and whatever failed on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api import visit_desk
from api.revocations import Revocations
from api.visit_desk import VisitDesk
from collab.errors import DocumentGone, Settled, StoreError
from collab.identity import Identity, Role
from collab.orders.executed import Executed, Told
from collab.orders.terms import Visit
from collab.records import StreamEvent
from rooms.clock import Clock
from storage.access import Revocation, RevocationKind
from storage.restaurant_terms import RestaurantSettings
from storage.visits import Closed, Ended, OpenAlready, Opened, OrderStands

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOTHING = Executed((), {})


class Book:
    """Visits as the store answers them."""

    def __init__(self) -> None:
        self.ended: list[Ended] = []
        self.visit: Visit | None = None
        self.outcome: object = None
        self.asked: list[datetime] = []
        self.failures = 0

    async def open(self, visit: Visit, code: str) -> object:
        self.visit = visit
        return Opened(visit) if self.outcome is None else self.outcome

    async def rotate(self, *_: object) -> Visit | None:
        return None

    async def close(self, *_: object) -> object:
        return self.outcome

    async def find_by_code(self, code: str) -> Visit | None:
        return self.visit if code == "right" else None

    async def ended_since(self, since: datetime) -> list[Ended]:
        self.asked.append(since)
        if self.failures:
            self.failures -= 1
            raise StoreError("away", reason="unavailable")
        return [one for one in self.ended if one.closed_at >= since]


class Restaurants:
    async def find(self, restaurant_id: str) -> RestaurantSettings | None:
        return None if restaurant_id == "nowhere" else RestaurantSettings(restaurant_id, "B", NOW)


class Shut:
    """A store of revocations that counts."""

    def __init__(self) -> None:
        self.values: list[str] = []
        self.failures = 0

    async def revoke(self, kind: RevocationKind, value: str, until: object, now: object) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreError("away", reason="unavailable")
        self.values.append(value)

    async def revocations(self, since: datetime) -> Sequence[Revocation]:
        return [
            Revocation(RevocationKind.TOKEN, value, NOW, datetime.now(UTC) + HOUR)
            for value in self.values
        ]


class Desk:
    """A desk with its surroundings."""

    def __init__(self) -> None:
        self.book, self.shut = Book(), Shut()
        self.now = NOW
        self.looks = 0
        self.looked = asyncio.Event()
        self.revocations = Revocations(self.shut)
        self.desk = self.build()

    def build(self) -> VisitDesk:
        visits: Any = self.book
        restaurants: Any = Restaurants()
        return VisitDesk(
            visits,
            restaurants,
            self.revocations,
            Clock(lambda: 0.0, lambda: self.now),
            keep_seconds=24 * 3600,
            on_ended=self.look,
        )

    def look(self) -> None:
        self.looks += 1
        self.looked.set()

    def is_out(self, visit_id: str) -> bool:
        guest = Identity("gus", None, "bistro", frozenset({Role.GUEST}), token_id=visit_id)
        return self.revocations.is_revoked(guest)


@pytest.fixture
async def at() -> Desk:
    return Desk()


def visit(**more: Any) -> Visit:
    return Visit("v1", "bistro", "t1", "o1", "wil", NOW, NOW + 3 * HOUR, **more)


async def test_guests_of_a_closed_visit_are_shut_out_once(at: Desk) -> None:
    at.book.ended = [Ended("v1", "bistro", NOW)]
    await at.desk.catch_up()
    assert at.is_out("v1") and at.looks == 1
    at.now = NOW + timedelta(seconds=10)
    await at.desk.catch_up()
    assert (at.shut.values, at.looks) == (["bistro/v1"], 1)


async def test_visit_whose_row_comes_late_is_found(at: Desk) -> None:
    await at.desk.catch_up()
    at.now = NOW + timedelta(seconds=30)
    await at.desk.catch_up()
    at.book.ended = [Ended("v1", "bistro", NOW - timedelta(seconds=20))]  # a clock that is behind
    await at.desk.catch_up()
    assert at.is_out("v1")


async def test_first_look_goes_back_as_far_as_a_token_lives(at: Desk) -> None:
    await at.desk.catch_up()
    assert at.book.asked == [NOW - 24 * HOUR]


async def test_process_that_starts_again_shuts_out_only_who_is_not(at: Desk) -> None:
    at.book.ended = [Ended("v1", "bistro", NOW)]
    await at.desk.catch_up()
    at.book.ended.append(Ended("v2", "bistro", NOW))
    again = at.build()
    await again.catch_up()
    assert at.shut.values == ["bistro/v1", "bistro/v2"]


async def test_failure_of_the_store_forgets_nobody(at: Desk) -> None:
    at.book.ended = [Ended("v1", "bistro", NOW)]
    at.shut.failures = 1
    with pytest.raises(StoreError):
        await at.desk.catch_up()
    await at.desk.catch_up()
    assert at.shut.values == ["bistro/v1"]


def told(stream: str, kind: str) -> Executed:
    event = StreamEvent(kind, "wil", {}, NOW)
    return Executed((), {stream: Told("e", 1, (event,))})


async def test_closed_order_is_heard_at_once_and_others_are_not(at: Desk) -> None:
    async with asyncio.TaskGroup() as group:
        running = group.create_task(at.desk.run())
        while not at.book.asked:
            await asyncio.sleep(0)
        for other in (
            NOTHING,
            told("floor:bistro", "order.placed"),
            told("order:o1", "order.closed"),
        ):
            at.desk.on_executed(other)
        for _ in range(10):
            await asyncio.sleep(0)
        assert len(at.book.asked) == 1
        at.book.ended = [Ended("v1", "bistro", NOW)]
        at.desk.on_executed(told("floor:bistro", "order.closed"))
        async with asyncio.timeout(5):
            await at.looked.wait()
        running.cancel()
    assert at.is_out("v1")


async def test_run_goes_on_after_the_store_failed(
    at: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit_desk, "RETRY_SECONDS", 0.001)
    at.book.ended = [Ended("v1", "bistro", NOW)]
    at.book.failures = 2
    async with asyncio.TaskGroup() as group:
        running = group.create_task(at.desk.run())
        async with asyncio.timeout(5):
            await at.looked.wait()
        running.cancel()
    assert len(at.book.asked) == 3 and at.is_out("v1")


async def test_code_has_more_than_128_bits_and_is_new_each_time(at: Desk) -> None:
    codes = {(await at.desk.open("bistro", "t1", "wil")).code for _ in range(10)}
    assert len(codes) == 10 and all(len(code) == 32 for code in codes)


async def test_table_that_is_open_is_not_opened_again(at: Desk) -> None:
    at.book.outcome = OpenAlready(visit())
    with pytest.raises(Settled) as refusal:
        await at.desk.open("bistro", "t1", "wil")
    assert refusal.value.reason == "table_open"


async def test_table_of_no_restaurant_is_not_opened(at: Desk) -> None:
    with pytest.raises(DocumentGone) as refusal:
        await at.desk.open("nowhere", "t1", "wil")
    assert refusal.value.reason == "restaurant_not_found" and at.book.visit is None


async def test_closing_a_table_shuts_its_guests_out_before_it_is_answered(at: Desk) -> None:
    at.book.outcome = Closed(("v1",))
    at.book.ended = [Ended("v1", "bistro", NOW)]
    await at.desk.close("bistro", "t1")
    assert at.is_out("v1")


async def test_table_with_an_open_order_is_not_closed(at: Desk) -> None:
    at.book.outcome = OrderStands("o1")
    with pytest.raises(Settled) as refusal:
        await at.desk.close("bistro", "t1")
    assert refusal.value.reason == "order_open" and at.book.asked == []


async def test_guest_stands_for_visit_table_and_order(at: Desk) -> None:
    at.book.visit = visit()
    guest = await at.desk.enter("right", "192.0.2.1")
    assert (guest.token_id, guest.table, guest.order) == ("v1", "t1", "o1")
    assert (guest.roles, guest.restaurant_id) == (frozenset({Role.GUEST}), "bistro")
    assert guest.expires_at == NOW + 3 * HOUR
    at.now = NOW + 2 * HOUR
    assert (await at.desk.enter("right", "192.0.2.1")).expires_at == NOW + 3 * HOUR


@pytest.mark.parametrize(
    ("code", "visit", "after"),
    [
        ("wrong", visit(), timedelta()),
        ("right", None, timedelta()),
        ("right", visit(closed_at=NOW), timedelta()),
        ("right", visit(), 3 * HOUR),
    ],
)
async def test_whatever_is_wrong_with_a_code_is_told_in_the_same_words(
    at: Desk, code: str, visit: Visit | None, after: timedelta
) -> None:
    at.book.visit = visit
    at.now = NOW + after
    with pytest.raises(DocumentGone) as refusal:
        await at.desk.enter(code, "192.0.2.1")
    assert (refusal.value.reason, str(refusal.value)) == ("code_not_valid", visit_desk.NO_SUCH_CODE)
