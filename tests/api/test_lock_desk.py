"""The lock desk beside the rows: clocks, sockets that die, rooms that are told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.lock_desk import LockDesk
from collab.guard.locks import LEASE_SECONDS, Held, LockedField, LockHolder, Taken
from collab.records import Document, DocumentKind, Restaurant, stream_of
from rooms.clock import Clock
from rooms.lease_clock import LeaseClock
from rooms.lock_table import LockTable
from storage.database import Database, open_database
from storage.documents import DocumentStore
from storage.locks import LockStore
from storage.streams import StreamStore

START = datetime(2026, 1, 2, 12, tzinfo=UTC)
PRICE = LockedField("items", "soup", "price")
ANN = LockHolder("session-a", "ann", "Ann")
BO = LockHolder("token:bo", "bo", "Bo")


class Room:
    def __init__(self, menu: str) -> None:
        self.record = Document(menu, DocumentKind.MENU, "bistro", "", 1, START)
        self.locks = LockTable()
        self.told: list[Mapping[str, object]] = []

    def tell(self, message: Mapping[str, object]) -> None:
        self.told.append(message)


class Desk:
    """A desk with hands on everything around it."""

    def __init__(
        self, database: Database, *, is_shared: bool = False, wall: datetime = START
    ) -> None:
        self.seconds = 100.0
        self.wall = wall
        self.living = {ANN.session_id}
        self.room = Room("lunch")
        self.rung: list[str] = []
        self.store = LockStore(database)
        self.clock = LeaseClock(Clock(monotonic=lambda: self.seconds, utc=lambda: self.wall))
        self.desk = LockDesk(
            self.store,
            self.clock,
            room_of=lambda id: self.room if id == "lunch" else None,
            open_rooms=lambda: [self.room],
            is_living=lambda session_id: session_id in self.living,
            ring=self.rung.append,
            is_shared=is_shared,
        )

    def holder(self) -> LockHolder | None:
        return self.room.locks.holder("items", "soup", "price", self.seconds)

    async def end_session(self, session_id: str) -> None:
        self.living.discard(session_id)
        self.desk.session_ended(session_id)
        await self.desk.tick()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await open_database(tmp_path / "menu.db")
    try:
        await database.migrate()
        documents = DocumentStore(database)
        await documents.create_restaurant(Restaurant("bistro", "Bistro", START))
        menu = Document("lunch", DocumentKind.MENU, "bistro", "Lunch", 1, START)
        await documents.create(menu, None, "ann")
        yield database
    finally:
        await database.close()


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.mark.parametrize("jump_hours", [1, -1])
async def test_jump_of_the_wall_clock_neither_frees_nor_prolongs_a_lock(desk: Desk, jump_hours):
    await desk.desk.take("lunch", PRICE, ANN)
    desk.wall += timedelta(hours=jump_hours)
    desk.seconds += LEASE_SECONDS - 1
    await desk.desk.tick()
    assert desk.holder() == ANN
    assert isinstance(await desk.desk.take("lunch", PRICE, BO), Held)
    desk.seconds += 1
    await desk.desk.tick()
    assert desk.holder() is None
    assert isinstance(await desk.desk.take("lunch", PRICE, BO), Taken)


@pytest.mark.parametrize(("jump_hours", "seconds"), [(1, 0), (-1, LEASE_SECONDS)])
async def test_jump_over_a_restart_keeps_a_lock_for_one_lease_at_most(
    desk: Desk, database: Database, jump_hours: int, seconds: float
):
    await desk.desk.take("lunch", PRICE, ANN)
    after = Desk(database, wall=START + timedelta(hours=jump_hours))
    await after.desk.tick()
    left = [after.desk.seconds_left(lock) for lock in await after.desk.list("lunch")]
    assert left == ([seconds] if seconds else [])


async def test_lock_ends_five_seconds_after_its_socket(desk: Desk):
    await desk.desk.take("lunch", PRICE, ANN)
    await desk.end_session(ANN.session_id)
    desk.seconds += 4.9
    await desk.desk.tick()
    assert desk.holder() == ANN
    desk.seconds += 0.1
    await desk.desk.tick()
    assert desk.holder() is None
    assert await desk.desk.list("lunch") == []


async def test_grace_begins_when_the_socket_dies_not_when_somebody_looks(desk: Desk):
    await desk.desk.take("lunch", PRICE, ANN)
    desk.living.clear()
    desk.desk.session_ended(ANN.session_id)
    desk.seconds += 5
    await desk.desk.tick()
    assert await desk.desk.list("lunch") == []


async def test_person_who_comes_back_within_five_seconds_goes_on_holding(desk: Desk):
    taken = await desk.desk.take("lunch", PRICE, ANN)
    assert isinstance(taken, Taken)
    await desk.end_session(ANN.session_id)
    desk.seconds += 4
    desk.living.add("session-new")
    back = await desk.desk.renew("lunch", PRICE, taken.lock.token, "ann", "session-new")
    assert back is not None
    desk.seconds += 20
    await desk.desk.tick()
    holder = desk.holder()
    assert holder is not None and holder.session_id == "session-new"
    await desk.end_session("session-new")
    desk.seconds += 5
    assert await desk.desk.list("lunch") == []


async def test_socket_that_dies_while_the_store_works_does_not_keep_its_lock(desk: Desk):
    desk.living.clear()  # gone between the check at the door and the commit
    await desk.desk.take("lunch", PRICE, ANN)
    await desk.desk.tick()
    desk.seconds += 5
    assert await desk.desk.list("lunch") == []


async def test_holder_without_a_socket_keeps_the_whole_lease(desk: Desk):
    await desk.desk.take("lunch", PRICE, BO)
    await desk.desk.tick()
    desk.seconds += LEASE_SECONDS - 0.1
    assert len(await desk.desk.list("lunch")) == 1


async def test_end_of_a_session_without_locks_writes_nothing(desk: Desk, monkeypatch):
    async def never(*_: Any) -> None:
        raise AssertionError("nothing to shorten")

    monkeypatch.setattr(desk.store, "shorten", never)
    await desk.end_session("session-x")


async def test_made_up_token_frees_nothing_in_memory_either(desk: Desk):
    await desk.desk.take("lunch", PRICE, ANN)
    assert not await desk.desk.release("lunch", PRICE, 999, "bo")
    assert not await desk.desk.release("lunch", PRICE, 999, "ann")
    assert desk.holder() == ANN


async def test_room_that_opens_later_is_filled_and_its_people_are_told(desk: Desk):
    taken = await desk.desk.take("lunch", PRICE, ANN)
    assert isinstance(taken, Taken)
    await desk.desk.set_strict("lunch", True, ANN)
    desk.room = Room("lunch")
    desk.desk.opened(desk.room)
    await desk.desk.tick()
    assert desk.holder() == ANN
    assert desk.room.locks.is_strict
    [message] = desk.room.told
    assert message == {
        "type": "locks",
        "locks": [
            {
                "field": "items/soup/price",
                "user": "ann",
                "name": "Ann",
                "session": "session-a",
                "token": taken.lock.token,
                "seconds_left": LEASE_SECONDS,
            }
        ],
    }


async def test_room_without_locks_opens_quietly(desk: Desk):
    desk.desk.opened(desk.room)
    await desk.desk.tick()
    assert desk.room.told == []
    assert not desk.room.locks.is_strict


async def test_take_during_the_filling_of_a_room_is_not_lost(desk: Desk, monkeypatch):
    read = desk.store.live
    calls: list[int] = []

    async def slow(*arguments: Any) -> Any:
        found = await read(*arguments)
        calls.append(len(found))
        if len(calls) == 1:
            await desk.desk.take("lunch", PRICE, ANN)  # after the reading, before the filling
        return found

    monkeypatch.setattr(desk.store, "live", slow)
    await desk.desk.load(desk.room)
    assert calls == [0, 1]
    assert desk.holder() == ANN


async def test_strictness_set_during_the_filling_of_a_room_is_not_lost(desk: Desk, monkeypatch):
    read = desk.store.live
    calls: list[int] = []

    async def slow(*arguments: Any) -> Any:
        calls.append(len(calls))
        if len(calls) == 1:
            await desk.desk.set_strict("lunch", True, ANN)  # after it was read that they are not
        return await read(*arguments)

    monkeypatch.setattr(desk.store, "live", slow)
    await desk.desk.load(desk.room)
    assert calls == [0, 1]
    assert desk.room.locks.is_strict


async def test_asking_again_at_once_tells_nobody_anything(desk: Desk, database: Database):
    await desk.desk.take("lunch", PRICE, ANN)
    for _ in range(3):
        held = await desk.desk.ask("lunch", PRICE, BO)
        assert held is not None and held.holder == ANN
    desk.seconds += 6
    await desk.desk.ask("lunch", PRICE, BO)
    page = await StreamStore(database).read(stream_of("lunch"), 0, 10)
    assert [each.event.type for each in page.events] == ["lock.taken", "lock.asked", "lock.asked"]
    assert set(desk.rung) == {"lunch"}


async def test_other_server_on_the_same_database_is_followed(database: Database):
    here, there = Desk(database, is_shared=True), Desk(database, is_shared=True)
    for desk in (here, there):
        await desk.desk.tick()  # both take over the database's clock
    await there.desk.take("lunch", PRICE, ANN)
    assert here.holder() is None
    here.seconds += 2
    await here.desk.tick()
    assert here.holder() == ANN
    taken = (await there.desk.list("lunch"))[0]
    await there.desk.release("lunch", PRICE, taken.token, "ann")
    here.seconds += 2
    await here.desk.tick()
    assert here.holder() is None


async def test_servers_with_different_wall_clocks_agree_about_a_lease(database: Database):
    here, there = Desk(database, is_shared=True), Desk(database, is_shared=True)
    there.clock.follow(START + timedelta(hours=1))
    for desk in (here, there):
        await desk.desk.tick()
    await there.desk.take("lunch", PRICE, ANN)
    [lock] = await here.desk.list("lunch")
    assert here.desk.seconds_left(lock) == pytest.approx(LEASE_SECONDS, abs=2)
