"""Locks against a model: people, dead sockets, restarts, and a wall clock that jumps.

The model knows one thing per field: who holds it, with which token, until when. Time is real time
(the monotonic clock); what the wall clock shows must not matter while a server runs, and after a
restart by no more than one lease.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from api.lock_desk import LockDesk
from collab.guard.locks import (
    GRACE_SECONDS,
    LEASE_SECONDS,
    LOCKS_PER_USER,
    SKEW_SECONDS,
    Held,
    LockedField,
    LockHolder,
    Renewed,
    Taken,
    TooMany,
)
from collab.records import Document, DocumentKind, stream_of
from rooms.clock import Clock
from rooms.lease_clock import LeaseClock
from rooms.lock_table import LockTable
from storage.database import open_database
from storage.locks import LockStore
from storage.streams import StreamStore

MENU = "lunch"
START = datetime(2026, 1, 2, tzinfo=UTC)
FIELDS = [LockedField("items", f"i{number}", "price") for number in range(LOCKS_PER_USER + 4)]
WINDOWS = {"a1": "ann", "a2": "ann", "b1": "bo", "c": "cy"}  # of three people
SOCKETLESS = "c"
BOSS = LockHolder("token:boss", "boss", "The boss")

fields = st.sampled_from(FIELDS[:3])
windows = st.sampled_from(sorted(WINDOWS))


@dataclass(frozen=True)
class Holding:
    holder: LockHolder
    token: int
    ends_at: float  # real time


class Room:
    """As much of a menu's room as the desk sees."""

    def __init__(self) -> None:
        self.record = Document(MENU, DocumentKind.MENU, "bistro", "", 1, START)
        self.locks = LockTable()

    def tell(self, message: Mapping[str, object]) -> None:
        assert message["type"] == "locks"


class LockMachine(RuleBasedStateMachine):
    """One server over one database file; the people outlive it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.now = 1000.0  # real time
        self.wall_offset = 0.0  # how wrong the wall clock is
        self.anchored_with = 0.0  # how wrong it was when the server started
        self.model: dict[str, Holding] = {}  # the rows; one that is over stays until it is swept
        self.top = 0  # the largest token ever seen
        self.broken = 0
        self.connections = 0
        self.sockets: dict[str, LockHolder] = {}  # window -> who sits there now

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        self.run(self._start())

    async def _start(self) -> None:
        self.database = await open_database(Path(self.folder.name) / "menu.db")
        await self.database.migrate()
        self.room = Room()
        self.sockets = {SOCKETLESS: LockHolder("token:c", "cy", "cy")}
        clock = Clock(
            monotonic=lambda: self.now,
            utc=lambda: START + timedelta(seconds=self.now + self.wall_offset),
        )
        self.desk = LockDesk(
            LockStore(self.database),
            LeaseClock(clock),
            room_of=lambda id: self.room if id == MENU else None,
            open_rooms=lambda: [self.room],
            is_living=lambda id: any(one.session_id == id for one in self.sockets.values()),
            ring=lambda document_id: None,
            is_shared=False,
        )
        self.desk.opened(self.room)
        await self.desk.tick()

    def _tick(self) -> None:
        self.run(self.desk.tick())
        self.model = self.live()

    def live(self) -> dict[str, Holding]:
        return {path: one for path, one in self.model.items() if one.ends_at > self.now}

    # -- people --------------------------------------------------------------------------------

    @rule(window=windows)
    def connect(self, window: str) -> None:
        if window not in self.sockets:
            self.connections += 1
            user = WINDOWS[window]
            self.sockets[window] = LockHolder(f"{window}-{self.connections}", user, user)

    @rule(window=windows)
    def socket_dies(self, window: str) -> None:
        gone = None if window == SOCKETLESS else self.sockets.pop(window, None)
        if gone is None:
            return
        self.desk.session_ended(gone.session_id)
        self._tick()
        for path, one in self.model.items():
            if one.holder == gone:
                ends_at = min(one.ends_at, self.now + GRACE_SECONDS)
                self.model[path] = replace(one, ends_at=ends_at)

    @rule(field=fields, window=windows)
    def take(self, field: LockedField, window: str) -> None:
        self._take(field, window)

    @rule(window=windows, count=st.integers(15, len(FIELDS)))
    def take_many(self, window: str, count: int) -> None:
        for field in FIELDS[:count]:
            self._take(field, window)

    def _take(self, field: LockedField, window: str) -> None:
        claimant = self.sockets.get(window)
        if claimant is None:
            return
        live = self.live()
        known = live.get(field.path)
        mine = sum(one.holder.user_id == claimant.user_id for one in live.values())
        outcome = self.run(self.desk.take(MENU, field, claimant))
        match outcome:
            case Taken(lock):
                assert known is None and mine < LOCKS_PER_USER
                assert lock.token > self.top, "tokens only grow, also over restarts"
                self.top = lock.token
                self._holds(field, claimant, lock.token)
            case Renewed(lock):
                assert known is not None and known.holder == claimant
                assert lock.token == known.token
                self._holds(field, claimant, lock.token)
            case Held(lock):
                assert known is not None and known.holder != claimant
                assert (lock.holder, lock.token) == (known.holder, known.token)
            case TooMany(count):
                assert known is None and mine == count == LOCKS_PER_USER

    @rule(field=fields, window=windows, age=st.integers(0, 3))
    def renew(self, field: LockedField, window: str, age: int) -> None:
        """With the right token or an older one: of a holder that was away for a while."""
        known, token = self._known(field, age)
        user = WINDOWS[window]
        lock = self.run(self.desk.renew(MENU, field, token, user))
        may = known is not None and (known.holder.user_id, known.token) == (user, token)
        assert (lock is not None) == may
        if may and known is not None:
            self._holds(field, known.holder, token)

    @rule(field=fields, window=windows)
    def go_on_in_another_window(self, field: LockedField, window: str) -> None:
        known, person = self.live().get(field.path), self.sockets.get(window)
        if known is None or person is None or known.holder.user_id != person.user_id:
            return
        work = self.desk.renew(MENU, field, known.token, person.user_id, person.session_id)
        assert self.run(work).holder == person
        self._holds(field, person, known.token)

    @rule(field=fields, window=windows, age=st.integers(0, 2))
    def release(self, field: LockedField, window: str, age: int) -> None:
        known, token = self._known(field, age)
        user = WINDOWS[window]
        done = self.run(self.desk.release(MENU, field, token, user))
        may = known is not None and (known.holder.user_id, known.token) == (user, token)
        assert done == may
        row = self.model.get(field.path)
        if row is not None and (row.holder.user_id, row.token) == (user, token):
            del self.model[field.path]

    @rule(field=fields)
    def break_(self, field: LockedField) -> None:
        known = self.live().get(field.path)
        lock = self.run(self.desk.break_(MENU, field, BOSS))
        assert (lock is None) == (known is None)
        self.model.pop(field.path, None)
        if known is not None:
            self.broken += 1
            work = self.desk.renew(MENU, field, known.token, known.holder.user_id)
            assert self.run(work) is None, "who lost a field cannot keep it"

    @rule(field=fields)
    def ask(self, field: LockedField) -> None:
        known = self.live().get(field.path)
        lock = self.run(self.desk.ask(MENU, field, BOSS))
        assert (None if lock is None else lock.token) == (None if known is None else known.token)

    # -- machines ------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([0.5, 4.0, 6.0, 10.0, 25.0, 31.0]), sweep=st.booleans())
    def advance(self, seconds: float, sweep: bool) -> None:
        """Time passes; everybody who does not renew is a holder that was paused."""
        self.now += seconds
        if sweep:
            self._tick()

    @rule(seconds=st.sampled_from([-3600.0, -40.0, -3.0, 3.0, 40.0, 3600.0]))
    def wall_clock_jumps(self, seconds: float) -> None:
        self.wall_offset += seconds

    @rule()
    def crash_and_restart(self) -> None:
        """All sockets die with the server, and nobody tells the store."""
        self.run(self.database.close())
        self.run(self._start())
        jump, self.anchored_with = self.wall_offset - self.anchored_with, self.wall_offset
        for path, one in self.model.items():
            ends_at = one.ends_at - jump
            if ends_at - self.now > LEASE_SECONDS + SKEW_SECONDS:
                ends_at = self.now + LEASE_SECONDS
            self.model[path] = replace(one, ends_at=ends_at)
        self.model = self.live()

    # -- what always holds ---------------------------------------------------------------------

    @invariant()
    def store_and_room_know_what_the_model_knows(self) -> None:
        live = self.live()
        found = self.run(self.desk.list(MENU))
        assert {lock.path: (lock.holder, lock.token) for lock in found} == {
            path: (one.holder, one.token) for path, one in live.items()
        }
        for lock in found:
            left = self.desk.seconds_left(lock)
            assert left == pytest.approx(live[lock.path].ends_at - self.now, abs=0.001)
            assert left <= LEASE_SECONDS + SKEW_SECONDS
        for field in FIELDS:
            holder = self.room.locks.holder(field.root, field.part_id, field.field, self.now)
            known = live.get(field.path)
            assert holder == (None if known is None else known.holder)

    @invariant()
    def nobody_holds_too_many(self) -> None:
        holders = [lock.holder.user_id for lock in self.run(self.desk.list(MENU))]
        assert all(holders.count(user) <= LOCKS_PER_USER for user in holders)

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.run(self._last_words())
            self.run(self.database.close())
        self.runner.close()
        self.folder.cleanup()

    async def _last_words(self) -> None:
        await self.desk.tick()
        page = await StreamStore(self.database).read(stream_of(MENU), 0, 10_000)
        told: dict[str, int] = {}  # what somebody who only hears the events believes
        for each in page.events:
            path, token = each.event.body.get("field"), each.event.body.get("token")
            match each.event.type:
                case "lock.taken":
                    assert path not in told, "one holder at a time, also in the events"
                    told[path] = token
                case "lock.released" | "lock.expired" | "lock.broken":
                    assert told.pop(path) == token
        held = {lock.path: lock.token for lock in await self.desk.list(MENU)}
        assert told == held
        broken = [each.event for each in page.events if each.event.type == "lock.broken"]
        assert [event.body["by"] for event in broken] == ["boss"] * self.broken
        # Whoever waits is served as soon as nobody renews.
        self.now += LEASE_SECONDS + SKEW_SECONDS
        for field in FIELDS[:3]:
            waiter = LockHolder("token:w", "waiter", "")
            assert isinstance(await self.desk.take(MENU, field, waiter), Taken)

    def _known(self, field: LockedField, age: int) -> tuple[Holding | None, int]:
        """Who holds a field, and a token: that one or one that is so much older."""
        known = self.live().get(field.path)
        return known, max(1, (known.token if known else self.top) - age)

    def _holds(self, field: LockedField, holder: LockHolder, token: int) -> None:
        self.model[field.path] = Holding(holder, token, self.now + LEASE_SECONDS)


@pytest.mark.parametrize(
    "examples", [25, pytest.param(1000, marks=pytest.mark.full)], ids=["short", "full"]
)
def test_locks_behave_like_the_model(examples: int) -> None:
    run_state_machine_as_test(
        LockMachine,
        settings=settings(max_examples=examples, stateful_step_count=40, deadline=None),
    )


def test_room_filled_after_the_clock_was_set_back_keeps_a_field_no_longer_than_the_store() -> None:
    machine = LockMachine()
    try:
        machine.begin()
        machine.connect("a1")
        machine.take(FIELDS[0], "a1")
        machine.wall_clock_jumps(-3600.0)
        machine.crash_and_restart()
        machine.store_and_room_know_what_the_model_knows()
        machine.advance(31.0, False)
        machine.store_and_room_know_what_the_model_knows()
    finally:
        machine.teardown()
