"""The session book: batches, idleness, edit sessions, and what happens when a write fails."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collab.errors import StoreError
from collab.identity import Identity
from collab.records import Document, DocumentKind, EditSession, SessionStatus, UserSession
from rooms.sessions import EDIT_PAUSE_SECONDS, IDLE_SECONDS, STALE_SECONDS, SessionBook

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LUNCH = Document("lunch", DocumentKind.MENU, "bistro", "Lunch", 1, NOW)
DINNER = Document("dinner", DocumentKind.MENU, "bistro", "Dinner", 1, NOW)


class Store:
    """Keeps the newest of each row; fails when told."""

    def __init__(self) -> None:
        self.sessions: dict[str, UserSession] = {}
        self.edits: dict[str, EditSession] = {}
        self.writes: list[int] = []
        self.fail = 0
        self.swept: list[tuple[datetime, datetime]] = []
        self.gate: asyncio.Event | None = None

    async def write(self, sessions: Sequence[UserSession], edits: Sequence[EditSession]) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.fail:
            self.fail -= 1
            raise StoreError("the disk is full")
        self.writes.append(len(sessions) + len(edits))
        self.sessions |= {session.id: session for session in sessions}
        self.edits |= {edit.id: edit for edit in edits}
        assert all(edit.session_id in self.sessions for edit in edits)

    async def sweep(self, stale_before: datetime, now: datetime) -> int:
        if self.fail:
            self.fail -= 1
            raise StoreError("the disk is full")
        self.swept.append((stale_before, now))
        return 1


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def book(store: Store, meter: Any, hand_time: Any) -> SessionBook:
    return SessionBook(store, meter, hand_time.clock)


def join(book: SessionBook, user: str = "ann", name: str | None = "Ann") -> str:
    return book.open(
        Identity(user, name, "bistro"), "bistro", "menu", "lunch", "y", {"agent": "test"}
    )


async def test_a_connection_is_one_row_from_its_begin_to_its_end(
    book: SessionBook, store: Store, hand_time: Any
) -> None:
    id = join(book)
    assert store.sessions == {}, "nothing waits for the store"
    await book.write()
    row = store.sessions[id]
    assert (row.user_id, row.user_name, row.restaurant_id) == ("ann", "Ann", "bistro")
    assert (row.resource_type, row.resource_id, row.door) == ("menu", "lunch", "y")
    assert row.status is SessionStatus.ACTIVE and row.ended_at is None
    assert [session.id for session in book.living()] == [id]
    hand_time.seconds += 5
    book.close(id)
    book.close(id)
    await book.write()
    assert store.sessions[id].status is SessionStatus.OFFLINE
    assert store.sessions[id].ended_at == NOW + timedelta(seconds=5) and book.living() == []


async def test_many_changes_are_few_small_writes_and_no_change_is_none(
    book: SessionBook, store: Store
) -> None:
    ids = [join(book, f"user-{number}", None) for number in range(130)]
    for id in ids * 10:
        book.edited(id, LUNCH)
    await book.write()
    await book.write()
    assert store.writes == [100, 100, 60], "no commit of updates waits for many rows"
    assert {edit.updates for edit in store.edits.values()} == {10}
    assert store.sessions[ids[0]].user_name == "user-0"


async def test_a_connection_becomes_idle_and_active_again(
    book: SessionBook, store: Store, hand_time: Any
) -> None:
    id = join(book)
    hand_time.seconds += IDLE_SECONDS
    book._look(hand_time.seconds)
    await book.write()
    assert store.sessions[id].status is SessionStatus.IDLE
    book.active(id)
    await book.write()
    assert store.sessions[id].status is SessionStatus.ACTIVE
    book.active("unknown")
    book.edited("unknown", LUNCH)
    await book.write()
    assert store.edits == {}


async def test_a_living_row_gives_signs_of_life_before_anybody_sweeps_it(
    book: SessionBook, store: Store, hand_time: Any
) -> None:
    id = join(book)
    for _ in range(1000):
        hand_time.seconds += 1
        book._look(hand_time.seconds)
        await book.write()
        age = hand_time.clock.utc() - store.sessions[id].last_activity_at
        assert age < timedelta(seconds=STALE_SECONDS)
    assert len(store.writes) < 30


async def test_an_edit_after_a_long_pause_begins_a_new_edit_session(
    book: SessionBook, store: Store, hand_time: Any
) -> None:
    id = join(book)
    book.edited(id, LUNCH)
    hand_time.seconds += EDIT_PAUSE_SECONDS - 1
    book.edited(id, LUNCH)
    hand_time.seconds += EDIT_PAUSE_SECONDS
    book.edited(id, LUNCH)
    book.edited(id, DINNER)
    book.close(id)
    await book.write()
    first, second, dinner = store.edits.values()
    assert (first.updates, second.updates, dinner.updates) == (2, 1, 1)
    assert first.ended_at == first.last_edit_at < second.started_at
    assert second.ended_at is not None and dinner.document_id == "dinner"


async def test_a_write_that_failed_is_written_later_and_newer_states_win(
    book: SessionBook, store: Store, meter: Any
) -> None:
    id = join(book)
    book.edited(id, LUNCH)
    store.fail = 2
    await book.write()
    book.edited(id, LUNCH)
    await book.write()
    book.close(id)
    await book.write()
    assert store.sessions[id].status is SessionStatus.OFFLINE
    assert [edit.updates for edit in store.edits.values()] == [2]
    assert meter.reasons["sessions_not_written"] == 2


async def test_a_write_that_was_cancelled_is_written_later(book: SessionBook, store: Store) -> None:
    id = join(book)
    store.gate = asyncio.Event()
    writing = asyncio.create_task(book.write())
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    store.gate.set()
    await book.write()
    assert id in store.sessions


async def test_the_book_writes_and_sweeps_by_itself(
    book: SessionBook, store: Store, monkeypatch: pytest.MonkeyPatch, hand_time: Any
) -> None:
    monkeypatch.setattr("rooms.sessions.WRITE_SECONDS", 0.001)
    id = join(book)
    store.fail = 1
    running = asyncio.create_task(book.run())
    async with asyncio.timeout(5):
        while not (id in store.sessions and store.swept):
            await asyncio.sleep(0.001)
            hand_time.seconds += 20
    running.cancel()
    stale_before, now = store.swept[0]
    assert now - stale_before == timedelta(seconds=STALE_SECONDS)


async def test_who_says_that_they_are_away_stays_idle_until_they_appear_or_edit(
    book: SessionBook,
) -> None:
    id = join(book)

    def status() -> SessionStatus:
        session = book.find(id)
        assert session is not None
        return session.status

    book.away(id)
    assert status() is SessionStatus.IDLE
    book.active(id)
    assert status() is SessionStatus.IDLE, "a hidden page goes on sending by itself"
    book.appear(id)
    assert status() is SessionStatus.ACTIVE
    book.away(id)
    book.edited(id, LUNCH)
    assert status() is SessionStatus.ACTIVE
    book.away("unknown")
    book.appear("unknown")


async def test_a_watcher_hears_of_everything_that_others_see_and_of_nothing_else(
    store: Store, meter: Any, hand_time: Any
) -> None:
    heard: list[tuple[str, str, SessionStatus]] = []

    class Watcher:
        def opened(self, session: UserSession, identity: Identity) -> None:
            heard.append(("opened", identity.user_id, session.status))

        def changed(self, session: UserSession) -> None:
            heard.append(("changed", session.user_id, session.status))

        def closed(self, session: UserSession) -> None:
            heard.append(("closed", session.user_id, session.status))

    book = SessionBook(store, meter, hand_time.clock, watcher=Watcher())
    id = join(book)
    for _ in range(100):
        hand_time.seconds += 5
        book.active(id)
        book._look(hand_time.seconds)
    hand_time.seconds += IDLE_SECONDS
    book._look(hand_time.seconds)
    book._look(hand_time.seconds + 1)
    book.active(id)
    book.close(id)
    book.close(id)
    assert heard == [
        ("opened", "ann", SessionStatus.ACTIVE),
        ("changed", "ann", SessionStatus.IDLE),
        ("changed", "ann", SessionStatus.ACTIVE),
        ("closed", "ann", SessionStatus.OFFLINE),
    ]
