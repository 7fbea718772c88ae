"""Rows of locks: one live holder a field, tokens that only grow, and what clocks may do to them."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from collab.guard.locks import (
    GRACE_SECONDS,
    LEASE_SECONDS,
    LOCKS_PER_USER,
    Held,
    Lock,
    LockHolder,
    Moment,
    Renewed,
    Taken,
    TakeOutcome,
    TooMany,
)
from collab.records import stream_of
from storage import engines
from storage.database import Database, open_database
from storage.lock import FileLock
from storage.locks import LockStore
from storage.menu_tables import resource_locks
from storage.streams import StreamStore
from tests.storage.conftest import Store

START = datetime(2026, 1, 2, 12, tzinfo=UTC)
PRICE = "items/soup/price"
ANN = LockHolder("session-a", "ann", "Ann")
BO = LockHolder("session-b", "bo", "Bo")


def at(seconds: float = 0) -> Moment:
    """So long after the start; the wall clock is three hours off."""
    lease = START + timedelta(seconds=seconds)
    return Moment(lease, lease - timedelta(hours=3))


def taken(outcome: TakeOutcome) -> Lock:
    assert isinstance(outcome, Taken), outcome
    return outcome.lock


async def events(store: Store, menu: str = "lunch") -> list[tuple[str, str]]:
    page = await StreamStore(store.database).read(stream_of(menu), 0, 100)
    return [(each.event.type, each.event.actor) for each in page.events]


@pytest.fixture
def locks(store: Store) -> LockStore:
    return LockStore(store.database)


async def test_one_person_holds_a_field_and_the_next_has_to_wait(store: Store, locks: LockStore):
    lock = taken(await locks.take("lunch", PRICE, ANN, at()))
    assert (lock.token, lock.holder, lock.seconds_left(START)) == (1, ANN, LEASE_SECONDS)
    assert await locks.take("lunch", PRICE, BO, at(29)) == Held(lock)
    after = taken(await locks.take("lunch", PRICE, BO, at(LEASE_SECONDS)))
    assert (after.token, after.holder) == (2, BO)
    assert await events(store) == [
        ("lock.taken", "ann"),
        ("lock.expired", "server"),
        ("lock.taken", "bo"),
    ]


async def test_taking_again_in_the_same_session_renews(store: Store, locks: LockStore):
    first = taken(await locks.take("lunch", PRICE, ANN, at()))
    again = await locks.take("lunch", PRICE, ANN, at(20))
    assert isinstance(again, Renewed)
    assert (again.lock.token, again.lock.expires_at) == (first.token, at(50).lease)
    assert await events(store) == [("lock.taken", "ann")]


async def test_another_window_of_the_same_person_waits_like_anybody(locks: LockStore):
    lock = taken(await locks.take("lunch", PRICE, ANN, at()))
    other = LockHolder("session-c", "ann", "Ann")
    assert await locks.take("lunch", PRICE, other, at(1)) == Held(lock)


async def test_renewing_needs_the_token_the_user_and_a_live_lease(locks: LockStore):
    lock = taken(await locks.take("lunch", PRICE, ANN, at()))
    assert await locks.renew("lunch", PRICE, lock.token + 1, "ann", at(1).lease) is None
    assert await locks.renew("lunch", PRICE, lock.token, "bo", at(1).lease) is None
    assert await locks.renew("dinner", PRICE, lock.token, "ann", at(1).lease) is None
    renewed = await locks.renew("lunch", PRICE, lock.token, "ann", at(29.999).lease)
    assert renewed is not None and renewed.expires_at == at(59.999).lease
    assert await locks.renew("lunch", PRICE, lock.token, "ann", at(59.999).lease) is None


async def test_released_owner_cannot_renew_and_cannot_release_twice(store: Store, locks: LockStore):
    lock = taken(await locks.take("lunch", PRICE, ANN, at()))
    assert await locks.release("lunch", PRICE, lock.token, "bo", at(1)) is None
    assert await locks.release("lunch", PRICE, lock.token, "ann", at(1)) == lock
    assert await locks.release("lunch", PRICE, lock.token, "ann", at(1)) is None
    assert await locks.renew("lunch", PRICE, lock.token, "ann", at(1).lease) is None
    assert taken(await locks.take("lunch", PRICE, ANN, at(1))).token == 2
    assert [type for type, _ in await events(store)] == [
        "lock.taken",
        "lock.released",
        "lock.taken",
    ]


async def test_release_of_an_expired_lock_is_an_expiry(store: Store, locks: LockStore):
    lock = taken(await locks.take("lunch", PRICE, ANN, at()))
    assert await locks.release("lunch", PRICE, lock.token, "ann", at(30)) is None
    assert (await events(store))[-1] == ("lock.expired", "server")


async def test_breaking_says_who_did_it(store: Store, locks: LockStore):
    lock = taken(await locks.take("lunch", PRICE, ANN, at()))
    assert await locks.break_("lunch", PRICE, BO, at(1)) == lock
    assert await locks.break_("lunch", PRICE, BO, at(1)) is None
    page = await StreamStore(store.database).read(stream_of("lunch"), 1, 10)
    [broken] = page.events
    assert (broken.event.type, broken.event.actor) == ("lock.broken", "bo")
    assert broken.event.body == {
        "field": PRICE,
        "user": "ann",
        "name": "Ann",
        "session": "session-a",
        "token": 1,
        "by": "bo",
        "by_name": "Bo",
    }
    assert broken.event.at == at(1).wall
    assert await locks.renew("lunch", PRICE, lock.token, "ann", at(2).lease) is None


async def test_asking_changes_nothing_but_is_told(store: Store, locks: LockStore):
    assert await locks.ask("lunch", PRICE, BO, at()) is None
    lock = taken(await locks.take("lunch", PRICE, ANN, at()))
    assert await locks.ask("lunch", PRICE, BO, at(1)) == lock
    assert (await events(store))[-1] == ("lock.asked", "bo")
    assert await locks.live(["lunch"], at(1).lease) == [lock]


async def test_nobody_holds_more_than_twenty_fields_in_all_menus(locks: LockStore):
    for number in range(LOCKS_PER_USER):
        taken(await locks.take(f"menu-{number % 3}", f"items/i{number}/price", ANN, at()))
    assert await locks.take("lunch", PRICE, ANN, at(1)) == TooMany(LOCKS_PER_USER)
    again = await locks.take("menu-0", "items/i0/price", ANN, at(1))
    assert isinstance(again, Renewed), "what one holds can be kept"
    taken(await locks.take("lunch", PRICE, BO, at(1)))
    # i0 was renewed at 1 s, the other nineteen end at 30 s.
    taken(await locks.take("lunch", "items/i1/price", ANN, at(30)))


async def test_sweep_removes_what_is_over_and_tells_each_menu(store: Store, locks: LockStore):
    old = taken(await locks.take("lunch", PRICE, ANN, at()))
    other = taken(await locks.take("dinner", PRICE, ANN, at()))
    young = taken(await locks.take("lunch", "items/soup/note", BO, at(10)))
    assert await locks.sweep(at(29)) == []
    assert await locks.sweep(at(30)) == [other, old]
    assert await locks.sweep(at(30)) == []
    assert await locks.live(["lunch", "dinner"], at(30).lease) == [young]
    assert (await events(store))[-1] == (await events(store, "dinner"))[-1]
    assert (await events(store))[-1] == ("lock.expired", "server")


async def test_dead_session_keeps_its_fields_for_five_seconds(locks: LockStore):
    lock = taken(await locks.take("lunch", PRICE, ANN, at()))
    [short] = await locks.shorten(["session-a", "session-x"], at(GRACE_SECONDS).lease)
    assert short.seconds_left(START) == GRACE_SECONDS
    assert await locks.shorten(["session-a"], at(20).lease) == [], "it never makes one longer"
    assert isinstance(await locks.take("lunch", PRICE, BO, at(4.9)), Held)
    back = await locks.renew("lunch", PRICE, lock.token, "ann", at(4.9).lease, "session-new")
    assert back is not None and back.holder.session_id == "session-new"
    assert await locks.shorten(["session-a"], at(5).lease) == []
    assert isinstance(await locks.take("lunch", PRICE, BO, at(34)), Held)


async def test_clock_that_was_wrong_keeps_a_field_for_one_lease_at_most(
    store: Store, locks: LockStore
):
    # The server's clock was an hour ahead when it took the lock; then it was set right.
    lock = taken(await locks.take("lunch", PRICE, ANN, at(3600)))
    assert await locks.sweep(at()) == []
    [cut] = await locks.live(["lunch"], at().lease)
    assert (cut.token, cut.expires_at) == (lock.token, at(LEASE_SECONDS).lease)
    taken(await locks.take("lunch", PRICE, BO, at(LEASE_SECONDS)))


async def test_sweep_leaves_a_lock_alone_that_another_server_took_a_moment_ahead(
    store: Store, locks: LockStore
):
    lock = taken(await locks.take("lunch", PRICE, ANN, at(4)))
    assert await locks.sweep(at()) == []
    assert await locks.live(["lunch"], at().lease) == [lock]


async def test_token_grows_over_a_restart(tmp_path: Path, opener) -> None:
    store = await opener(tmp_path / "menu.db")
    locks = LockStore(store.database)
    first = taken(await locks.take("lunch", PRICE, ANN, at()))
    await locks.release("lunch", PRICE, first.token, "ann", at())
    second = taken(await locks.take("lunch", "items/soup/note", ANN, at()))
    await store.database.close()
    again = await opener(tmp_path / "menu.db")
    third = taken(await LockStore(again.database).take("lunch", PRICE, BO, at()))
    assert [first.token, second.token, third.token] == [1, 2, 3]
    live = await LockStore(again.database).live(["lunch"], at().lease)
    assert {lock.token for lock in live} == {2, 3}


async def test_strict_is_kept_and_told_once(store: Store, locks: LockStore):
    await store.document("lunch")
    assert not await locks.is_strict("lunch")
    assert await locks.set_strict("lunch", True, ANN, at())
    assert not await locks.set_strict("lunch", True, BO, at())
    assert await locks.is_strict("lunch")
    assert await events(store) == [("lock.strict", "ann")]
    assert not await locks.set_strict("none", True, ANN, at())


async def second_process(store: Store, stack: AsyncExitStack, tmp_path: Path) -> Database:
    """The same database opened again, with connections of its own."""
    if store.database.dialect == "postgresql":
        database = await open_database(store.url)
    else:
        # The file lock keeps a second server off an SQLite file; here it is to be one.
        path = Path(store.url)
        database = Database(
            path,
            engines.sqlite_writer(path),
            engines.sqlite_readers(path),
            FileLock(tmp_path / "another"),
            lambda: START,
        )
    stack.push_async_callback(database.close)
    return database


async def test_of_two_processes_that_take_one_field_exactly_one_gets_it(
    store: Store, tmp_path: Path
):
    async with AsyncExitStack() as stack:
        other = await second_process(store, stack, tmp_path)
        desks = [LockStore(store.database), LockStore(other)]
        for number in range(20):
            path = f"items/i{number}/price"
            claims = [
                desk.take("lunch", path, LockHolder(f"s{who}", f"u{who}-{number}", ""), at())
                for who, desk in enumerate(desks * 3)
            ]
            outcomes = await asyncio.gather(*claims)
            winners = [one.lock for one in outcomes if isinstance(one, Taken)]
            losers = [one.lock for one in outcomes if isinstance(one, Held)]
            assert len(winners) == 1 and len(losers) == 5
            assert set(losers) == set(winners), "everybody is told the same holder"


async def test_of_two_processes_that_take_over_an_expired_lock_exactly_one_gets_it(
    store: Store, tmp_path: Path
):
    async with AsyncExitStack() as stack:
        other = await second_process(store, stack, tmp_path)
        desks = [LockStore(store.database), LockStore(other)]
        tokens = [0]
        for number in range(20):
            moment = at(number * LEASE_SECONDS)
            claims = [
                desk.take("lunch", PRICE, LockHolder(f"s{who}", f"u{who}", ""), moment)
                for who, desk in enumerate(desks * 2)
            ]
            sweeps = [desk.sweep(moment) for desk in desks]
            outcomes = await asyncio.gather(*claims, *sweeps)
            winners = [one.lock for one in outcomes if isinstance(one, Taken)]
            assert len(winners) == 1
            assert winners[0].token > tokens[-1]
            tokens.append(winners[0].token)


async def test_two_processes_together_give_one_person_no_more_than_twenty(
    store: Store, tmp_path: Path
):
    async with AsyncExitStack() as stack:
        other = await second_process(store, stack, tmp_path)
        desks = [LockStore(store.database), LockStore(other)]
        claims = [
            desks[number % 2].take(f"menu-{number}", PRICE, ANN, at()) for number in range(30)
        ]
        outcomes = await asyncio.gather(*claims)
        assert sum(isinstance(one, Taken) for one in outcomes) == LOCKS_PER_USER
        assert sum(isinstance(one, TooMany) for one in outcomes) == 10


async def test_of_breaking_renewing_and_releasing_at_once_the_row_tells_one_story(
    store: Store, tmp_path: Path
):
    async with AsyncExitStack() as stack:
        other = LockStore(await second_process(store, stack, tmp_path))
        locks = LockStore(store.database)
        for number in range(10):
            lock = taken(await locks.take("lunch", f"items/i{number}/price", ANN, at()))
            broken, _, released = await asyncio.gather(
                other.break_("lunch", lock.path, BO, at(1)),
                locks.renew("lunch", lock.path, lock.token, "ann", at(1).lease),
                locks.release("lunch", lock.path, lock.token, "ann", at(1)),
            )
            assert (broken is None) != (released is None)
            assert await locks.renew("lunch", lock.path, lock.token, "ann", at(2).lease) is None
    told = [type for type, _ in await events(store)]
    assert told.count("lock.broken") + told.count("lock.released") == 10


async def test_lock_of_a_menu_says_nothing_about_rows_of_other_kinds(
    store: Store, locks: LockStore
):
    taken(await locks.take("lunch", PRICE, ANN, at()))
    async with store.database.write() as connection:
        await connection.execute(update(resource_locks).values(resource_type="table"))
    assert await locks.live(["lunch"], at().lease) == []
    assert await locks.sweep(at(99)) == []
    taken(await locks.take("lunch", PRICE, BO, at()))
    async with store.database.read() as connection:
        kinds = await connection.scalars(select(resource_locks.c.resource_type))
        assert sorted(kinds) == ["menu", "table"]


async def test_database_tells_the_time(locks: LockStore):
    shown = await locks.database_time()
    assert abs((shown - datetime.now(UTC)).total_seconds()) < 60
