"""What is on sale, and which prices guests saw within the grace."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, update

from collab.orders.terms import OnSale, Terms
from collab.records import Document, DocumentKind, Restaurant
from collab.versions.schedule import Publication, Window, effective
from collab.versions.version import fingerprint
from storage.on_sale import OnSaleReader, shown_since
from storage.publications import PublicationStore
from storage.tables import menus
from storage.versions import Snapshot, VersionStore
from tests.storage.conftest import Store

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
GRACE = timedelta(minutes=30)
MINUTE = timedelta(minutes=1)
UTC_ZONE = ZoneInfo("UTC")
BISTRO = Terms("bistro")


def snapshot(price: int) -> Snapshot:
    content: dict[str, object] = {
        "locale": "de",
        "currency": "EUR",
        "sections": [{"id": "s", "name": "S", "items": [{"id": "a", "name": "A", "price": price}]}],
    }
    return Snapshot(content, fingerprint(content), b"\x00")


class Board:
    """The stores, and short ways to use them on the menu `lunch`."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.publications = PublicationStore(store.database)
        self.versions = VersionStore(store.database, self.publications)
        self.reader = OnSaleReader()

    async def publish(self, price: int, at: datetime, **window: Any) -> str:
        starts = window.pop("starts_at", at)
        made = await self.versions.publish(
            "lunch", snapshot(price), None, Window(starts, **window), "ann", at
        )
        return made.publication.id

    async def again(self, number: int, at: datetime) -> None:
        await self.versions.publish_again("lunch", number, Window(at), "ann", at)

    async def sale(
        self, now: datetime, seen: int | None = None, terms: Terms = BISTRO
    ) -> OnSale | None:
        async with self.store.database.read() as connection:
            found = await connection.run_sync(
                self.reader.load, {("lunch", seen)}, {terms.restaurant_id: terms}, now
            )
        return found.get("lunch")

    async def shown(self, now: datetime) -> tuple[int | None, dict[int, datetime]]:
        found = await self.sale(now)
        assert found is not None
        return found.effective, dict(found.superseded_at)


@pytest.fixture
async def board(store: Store) -> Board:
    await store.documents.create(
        Document("lunch", DocumentKind.MENU, "bistro", "Lunch", 1, NOON), None, "ann"
    )
    return Board(store)


async def test_menu_that_was_never_published_has_nothing_on_sale(board: Board) -> None:
    assert await board.sale(NOON) == OnSale("bistro", None)


async def test_menu_of_another_restaurant_is_as_one_that_is_not_there(board: Board) -> None:
    await board.publish(100, NOON)
    assert await board.sale(NOON, terms=Terms("cantina")) is None


async def test_deleted_menu_is_not_there(board: Board) -> None:
    await board.publish(100, NOON)
    assert await board.sale(NOON) is not None
    async with board.store.database.write() as connection:
        await connection.execute(update(menus).values(deleted_at=NOON))
    assert await board.sale(NOON) is None


async def test_replaced_version_counts_until_the_grace_is_over(board: Board) -> None:
    await board.publish(100, NOON - 5 * GRACE)
    assert await board.shown(NOON - MINUTE) == (1, {})
    await board.publish(200, NOON)
    assert await board.shown(NOON) == (2, {1: NOON})
    assert await board.shown(NOON + GRACE - MINUTE) == (2, {1: NOON})
    assert await board.shown(NOON + GRACE) == (2, {})


async def test_longer_grace_finds_what_was_left_out_before(board: Board) -> None:
    await board.publish(100, NOON - 5 * GRACE)
    await board.publish(200, NOON)
    assert await board.shown(NOON + 2 * GRACE) == (2, {})
    longer = Terms("bistro", price_grace_seconds=3 * 3600)
    found = await board.sale(NOON + 2 * GRACE, terms=longer)
    assert found is not None and found.superseded_at == {1: NOON}


async def test_rolling_back_makes_the_newer_version_the_superseded_one(board: Board) -> None:
    await board.publish(100, NOON - 5 * GRACE)
    await board.publish(200, NOON - 10 * MINUTE)
    await board.again(1, NOON)
    assert await board.shown(NOON + MINUTE) == (1, {2: NOON})


async def test_cancelled_publication_counts_until_it_was_cancelled(board: Board) -> None:
    await board.publish(100, NOON - 5 * GRACE)
    second = await board.publish(200, NOON - 2 * GRACE)
    await board.publications.cancel("lunch", second, "ann", NOON)
    assert await board.shown(NOON + MINUTE) == (1, {2: NOON})


async def test_breakfast_counts_within_the_grace_of_its_end(board: Board) -> None:
    await board.publish(100, NOON - 5 * GRACE)
    await board.publish(200, NOON - 5 * GRACE, daily_from="06:00", daily_to="11:00")
    eleven = NOON.replace(hour=11)
    assert await board.shown(eleven - MINUTE) == (2, {})
    assert await board.shown(eleven) == (1, {2: eleven})
    assert await board.shown(eleven + GRACE - MINUTE) == (1, {2: eleven})
    assert await board.shown(eleven + GRACE) == (1, {})
    six = NOON.replace(hour=6) + timedelta(days=1)
    assert await board.shown(six - MINUTE) == (1, {})
    assert await board.shown(six + MINUTE) == (2, {1: six})


async def test_daily_windows_are_by_the_clock_of_the_restaurant(board: Board) -> None:
    await board.publish(100, NOON - 9 * GRACE)
    await board.publish(200, NOON - 9 * GRACE, daily_from="06:00", daily_to="11:00")
    berlin = Terms("bistro", time_zone="Europe/Berlin")
    ten_utc = NOON.replace(hour=10)
    found = await board.sale(ten_utc, terms=berlin)
    assert found is not None and (found.effective, found.superseded_at) == (1, {2: ten_utc})
    assert await board.shown(ten_utc) == (2, {})  # the zone was changed back


async def test_publication_that_begins_in_the_past_was_not_shown_before_it_was_made(
    board: Board,
) -> None:
    await board.publish(100, NOON - 5 * GRACE)
    await board.publish(200, NOON, starts_at=NOON - 3 * GRACE)
    assert await board.shown(NOON + MINUTE) == (2, {1: NOON})


async def test_publication_for_later_takes_over_when_it_begins(board: Board) -> None:
    await board.publish(100, NOON - 5 * GRACE)
    await board.publish(200, NOON - 4 * GRACE, starts_at=NOON)
    assert await board.shown(NOON - MINUTE) == (1, {})
    assert await board.shown(NOON) == (2, {1: NOON})


async def test_end_without_a_successor_leaves_nothing_on_sale(board: Board) -> None:
    await board.publish(100, NOON - 5 * GRACE, ends_at=NOON)
    assert await board.shown(NOON) == (None, {1: NOON})


async def test_prices_of_the_effective_and_of_the_seen_version_are_there(board: Board) -> None:
    await board.publish(100, NOON - 5 * GRACE)
    await board.publish(200, NOON)
    found = await board.sale(NOON, seen=1)
    assert found is not None
    assert {number: one.items["a"].price for number, one in found.lists.items()} == {1: 100, 2: 200}
    alone = await board.sale(NOON)
    assert alone is not None and list(alone.lists) == [2]


async def test_draft_that_guests_never_saw_has_no_prices(board: Board) -> None:
    await board.publish(100, NOON)
    await board.versions.save_automatic("lunch", snapshot(1), "ann", NOON)
    for number in (2, 77):
        found = await board.sale(NOON, seen=number)
        assert found is not None and list(found.lists) == [1]


async def test_second_look_reads_no_schedule_and_no_prices(sqlite_store: Store) -> None:
    await sqlite_store.documents.create(
        Document("lunch", DocumentKind.MENU, "bistro", "Lunch", 1, NOON), None, "ann"
    )
    board = Board(sqlite_store)
    await board.publish(100, NOON)
    await board.sale(NOON)
    statements: list[str] = []
    async with sqlite_store.database.read() as connection:
        event.listen(
            connection.sync_connection,
            "before_cursor_execute",
            lambda *args: statements.append(args[2]),
        )
        await connection.run_sync(
            board.reader.load, {("lunch", 1)}, {"bistro": BISTRO}, NOON + MINUTE
        )
    assert len(statements) == 1 and "FROM menus" in statements[0]


async def test_menus_of_several_restaurants_are_read_together(board: Board) -> None:
    await board.publish(100, NOON)
    await board.store.documents.create_restaurant(Restaurant("cantina", "Cantina", NOON))
    await board.store.documents.create(
        Document("dinner", DocumentKind.MENU, "cantina", "Dinner", 1, NOON), None, "ann"
    )
    async with board.store.database.read() as connection:
        found = await connection.run_sync(
            board.reader.load,
            {("lunch", None), ("dinner", 4), ("nothing", 1)},
            {"bistro": BISTRO, "cantina": Terms("cantina")},
            NOON,
        )
    assert {id: sale.restaurant_id for id, sale in found.items()} == {
        "lunch": "bistro",
        "dinner": "cantina",
    }


def test_what_was_shown_is_what_looking_every_minute_saw() -> None:
    chance = random.Random(7)
    for _ in range(150):
        publications = [_random_publication(chance, number) for number in range(1, 6)]
        now = NOON
        shown = shown_since(publications, now - GRACE, now, UTC_ZONE)
        minutes = [now - GRACE + n * MINUTE for n in range(30)]
        seen = [(minute, _seen_at(publications, minute)) for minute in minutes]
        last = {number: minute + MINUTE for minute, number in seen if number is not None}
        if shown.effective is not None:
            last.pop(shown.effective, None)
        assert shown.ended_at == last
        assert shown.effective == _seen_at(publications, now)


def _random_publication(chance: random.Random, number: int) -> Publication:
    # Whole minutes, so that looking every minute misses nothing; each made at another minute.
    created = NOON - chance.randrange(1, 15) * 5 * MINUTE + number * MINUTE
    starts = created + chance.choice([-20, 0, 0, 0, 10]) * MINUTE
    window = Window(starts, chance.choice([None, None, starts + 25 * MINUTE]))
    if chance.random() < 0.3:
        window = Window(starts, window.ends_at, "11:40", "11:50")
    cancelled = chance.choice([None, None, created + 7 * MINUTE])
    if cancelled is not None and cancelled > NOON:
        cancelled = None
    if created > NOON:
        created = NOON
    return Publication(str(number), number, window, created, "ann", cancelled)


def _seen_at(publications: list[Publication], at: datetime) -> int | None:
    there = [
        Publication(one.id, one.number, one.window, one.created_at, one.created_by)
        for one in publications
        if one.created_at <= at and (one.cancelled_at is None or one.cancelled_at > at)
    ]
    found = effective(there, at, UTC_ZONE)
    return None if found is None else found.number
