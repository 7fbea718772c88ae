"""Event rooms: every listener is shown a run without a hole, or told of the gap."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collab.errors import MirepoixError, StoreError
from collab.orders.executed import Told
from collab.records import StreamEvent
from rooms.event_room import MEMORY_EVENTS, PAGE_EVENTS, Cursor, CursorGap, Subscription
from rooms.event_rooms import EventRooms
from rooms.listener import EventBatch
from rooms.memory_stream import MemoryStream
from rooms.ports import StreamLog, StreamPage
from storage.database import open_database
from storage.streams import StreamStore

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
STREAM = "kitchen:bistro"


@dataclass
class Ear:
    """Listens; says `full` for a peer that reads too slowly."""

    full: bool = False
    batches: list[EventBatch] = field(default_factory=list)
    gaps: list[tuple[str, str, int]] = field(default_factory=list)
    ended: list[MirepoixError] = field(default_factory=list)

    def show(self, batch: EventBatch) -> bool:
        if not self.full:
            self.batches.append(batch)
        return not self.full

    @property
    def has_room(self) -> bool:
        return not self.full

    def gap(self, why: str, epoch: str, top: int) -> None:
        self.gaps.append((why, epoch, top))

    def end(self, error: MirepoixError) -> None:
        self.ended.append(error)

    @property
    def heard(self) -> list[int]:
        return [one.offset for batch in self.batches for one in batch.events]


class Log:
    """A log in memory that fails, waits and counts when it is told to."""

    def __init__(self, log: StreamLog) -> None:
        self.log = log
        self.calls: list[str] = []
        self.failing = 0
        self.gate: Callable[[], Any] | None = None

    async def open(self, stream_id: str) -> StreamPage:
        page = await self.log.open(stream_id)
        await self._pass("open")
        return page

    async def read(self, stream_id: str, after: int, limit: int) -> StreamPage:
        page = await self.log.read(stream_id, after, limit)
        await self._pass("read")  # what was read is old by the time it arrives
        return page

    async def append(self, stream_id: str, events: Sequence[StreamEvent]) -> int:
        return await self.log.append(stream_id, events)

    async def tops(self, stream_ids: Sequence[str]) -> Mapping[str, int]:
        await self._pass("tops")
        return await self.log.tops(stream_ids)

    async def _pass(self, call: str) -> None:
        self.calls.append(call)
        if self.gate is not None:
            await self.gate()
        if self.failing:
            self.failing -= 1
            raise StoreError("the disk is busy", reason="busy")


class Kitchen:
    """Event rooms over one log, and somebody who writes into it."""

    def __init__(self, log: StreamLog, meter: Any, time: Any, **options: Any) -> None:
        self.log = Log(log)
        self.rooms = EventRooms(self.log, meter, time.clock, **options)

    async def write(self, count: int = 1, at: datetime = NOW) -> Told:
        """Commit events without telling the rooms."""
        page = await self.log.log.open(STREAM)
        events = tuple(StreamEvent("ticket.opened", "server", {"n": n}, at) for n in range(count))
        return Told(page.epoch, await self.log.log.append(STREAM, events), events)

    async def tell(self, count: int = 1) -> Told:
        """Commit events and tell the rooms."""
        told = await self.write(count)
        self.rooms.deliver({STREAM: told})
        return told

    async def enter(
        self, ear: Ear, cursor: Cursor | None = None, after: int | None = None
    ) -> Subscription:
        """Subscribe and start."""
        subscription = await self.rooms.subscribe(STREAM, ear, cursor)
        assert isinstance(subscription, Subscription)
        subscription.start(after)
        return subscription

    async def epoch(self) -> str:
        return (await self.log.log.open(STREAM)).epoch


@asynccontextmanager
async def running(kitchen: Kitchen) -> AsyncIterator[Kitchen]:
    work = asyncio.create_task(kitchen.rooms.run())
    await asyncio.sleep(0)
    try:
        yield kitchen
    finally:
        work.cancel()
        assert isinstance((await asyncio.gather(work, return_exceptions=True))[0], BaseException)
        assert work.cancelled(), work.exception()


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not done():
            await asyncio.sleep(0.002)


@pytest.fixture
async def streams(tmp_path: Path) -> AsyncIterator[StreamStore]:
    """Streams in a real database."""
    database = await open_database(tmp_path / "m.db")
    try:
        await database.migrate()
        yield StreamStore(database)
    finally:
        await database.close()


@pytest.fixture
async def kitchen(meter: Any, hand_time: Any) -> AsyncIterator[Kitchen]:
    """Rooms over a log in memory."""
    async with running(Kitchen(MemoryStream("e1", limit=100_000), meter, hand_time)) as one:
        yield one


# -- cursors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (3, "trimmed"),
        (4, [5, 6, 7, 8, 9, 10]),  # just below the oldest that is kept: nothing was missed
        (5, [6, 7, 8, 9, 10]),
        (10, []),
        (11, "future"),
        (2**63, "future"),
        (-1, "negative"),
        (-(2**63), "negative"),
    ],
)
async def test_cursor_goes_on_where_it_ended_or_the_gap_has_a_name(
    offset: int, expected: object, streams: StreamStore, meter: Any, hand_time: Any
) -> None:
    async with running(Kitchen(streams, meter, hand_time)) as kitchen:
        await kitchen.write(4, NOW - timedelta(days=8))
        await kitchen.write(6)
        assert await streams.trim(NOW - timedelta(days=7)) == 4
        ear, epoch = Ear(), await kitchen.epoch()
        answer = await kitchen.rooms.subscribe(STREAM, ear, Cursor(epoch, offset))
        if isinstance(answer, CursorGap):
            assert (answer.why, answer.epoch, answer.top) == (expected, epoch, 10)
            await kitchen.tell()
            assert ear.heard == []
            return
        assert (answer.epoch, answer.top, answer.after) == (epoch, 10, offset)
        assert answer.is_recovered
        answer.start()
        assert ear.heard == expected
        await kitchen.tell()
        assert ear.heard[-1] == 11


async def test_emptied_stream_has_no_gap_for_whoever_missed_nothing(
    streams: StreamStore, meter: Any, hand_time: Any
) -> None:
    async with running(Kitchen(streams, meter, hand_time)) as kitchen:
        await kitchen.write(5, NOW - timedelta(days=8))
        assert await streams.trim(NOW) == 5
        epoch = await kitchen.epoch()
        missed = await kitchen.rooms.subscribe(STREAM, Ear(), Cursor(epoch, 4))
        assert missed == CursorGap("trimmed", epoch, 5)
        ear = Ear()
        await kitchen.enter(ear, Cursor(epoch, 5))
        await kitchen.tell(2)
        assert ear.heard == [6, 7]


async def test_cursor_of_another_epoch_or_another_room_is_a_gap_and_reveals_nothing(
    streams: StreamStore, meter: Any, hand_time: Any
) -> None:
    async with running(Kitchen(streams, meter, hand_time)) as kitchen:
        await kitchen.write(3)
        event = StreamEvent("note.added", "guest", {}, NOW)
        await streams.append("order:one", [event] * 9)
        other = (await streams.open("order:one")).epoch
        epoch = await kitchen.epoch()
        for cursor in (Cursor(other, 1), Cursor("", 0), Cursor("x" * 500, 2)):
            gap = await kitchen.rooms.subscribe(STREAM, Ear(), cursor)
            assert gap == CursorGap("epoch", epoch, 3)


async def test_stream_that_nobody_wrote_to_has_an_epoch_and_a_cursor_holds(
    streams: StreamStore, meter: Any, hand_time: Any
) -> None:
    async with running(Kitchen(streams, meter, hand_time)) as kitchen:
        ear = Ear()
        subscription = await kitchen.enter(ear)
        assert (subscription.top, subscription.after, subscription.is_recovered) == (0, 0, False)
        subscription.leave()
        await kitchen.tell(2)
        assert ear.heard == []
        await kitchen.enter(ear, Cursor(subscription.epoch, 0))
        assert ear.heard == [1, 2]


async def test_event_that_another_node_told_of_is_no_future(kitchen: Kitchen) -> None:
    await kitchen.enter(Ear())
    await kitchen.write(3)  # by another node: this one was not told
    ear = Ear()
    await kitchen.enter(ear, Cursor("e1", 3))
    await until(lambda: kitchen.rooms._rooms[STREAM].head == 3)
    await kitchen.tell()
    assert ear.heard == [4]


# -- live ------------------------------------------------------------------------------------------


async def test_what_a_commit_told_is_shown_at_once_to_all_as_one_batch(kitchen: Kitchen) -> None:
    ears = [Ear(), Ear()]
    for ear in ears:
        await kitchen.enter(ear)
    kitchen.log.calls.clear()
    await kitchen.tell(3)
    await kitchen.tell(2)
    assert [ear.heard for ear in ears] == [[1, 2, 3, 4, 5]] * 2
    assert ears[0].batches[1] is ears[1].batches[1], "a door encodes it once"
    assert kitchen.log.calls == [], "nobody read the log for that"


async def test_what_was_shown_already_is_not_shown_again(kitchen: Kitchen) -> None:
    ear = Ear()
    await kitchen.enter(ear)
    told = await kitchen.tell(3)
    kitchen.rooms.deliver({STREAM: told})
    more = await kitchen.write(1)
    both = Told(told.epoch, 2, (*told.events[1:], *more.events))
    kitchen.rooms.deliver({STREAM: both})
    assert ear.heard == [1, 2, 3, 4]
    kitchen.rooms.ring(STREAM)
    kitchen.rooms.ring("order:nobody")
    await asyncio.sleep(0.02)
    assert ear.heard == [1, 2, 3, 4]


async def test_hole_is_filled_from_the_log_before_anything_else_is_shown(kitchen: Kitchen) -> None:
    ear = Ear()
    await kitchen.enter(ear)
    await kitchen.write(PAGE_EVENTS * 2)
    await kitchen.tell()
    assert ear.heard == []
    await until(lambda: len(ear.heard) > PAGE_EVENTS * 2)
    assert ear.heard == list(range(1, PAGE_EVENTS * 2 + 2))
    await kitchen.tell()
    assert ear.heard[-1] == PAGE_EVENTS * 2 + 2


async def test_page_that_was_read_before_a_commit_was_told_shows_nothing_twice(
    kitchen: Kitchen,
) -> None:
    ear = Ear()
    await kitchen.enter(ear)
    gate = asyncio.Event()
    kitchen.log.gate = gate.wait
    kitchen.rooms.ring(STREAM)
    told = await kitchen.write(3)
    await until(lambda: "read" in kitchen.log.calls)
    kitchen.rooms.deliver({STREAM: told})
    assert ear.heard == [1, 2, 3]
    gate.set()
    await until(lambda: not kitchen.rooms._rooms[STREAM].is_paged)
    await kitchen.tell()
    assert ear.heard == [1, 2, 3, 4]


async def test_page_that_was_read_before_newer_events_is_no_gap(kitchen: Kitchen) -> None:
    ear = Ear()
    await kitchen.enter(ear)
    gate = asyncio.Event()
    kitchen.log.gate = gate.wait
    kitchen.rooms.ring(STREAM)
    await until(lambda: "read" in kitchen.log.calls)
    await kitchen.write(2)  # after the page was read; its offsets are heard of before it arrives
    await kitchen.tell()
    gate.set()
    await until(lambda: ear.heard == [1, 2, 3])
    assert ear.gaps == []


async def test_ring_shows_what_another_node_wrote(kitchen: Kitchen) -> None:
    ear = Ear()
    await kitchen.enter(ear)
    await kitchen.write(3)
    kitchen.rooms.ring_all()
    await until(lambda: ear.heard == [1, 2, 3])


async def test_shared_log_is_looked_at_without_any_ring(
    streams: StreamStore, meter: Any, hand_time: Any
) -> None:
    shared = Kitchen(streams, meter, hand_time, is_shared=True, poll_seconds=0.005)
    async with running(shared) as kitchen:
        ear = Ear()
        await kitchen.enter(ear)
        kitchen.log.failing = 2
        await kitchen.write(3)
        await until(lambda: ear.heard == [1, 2, 3])
        assert meter.reasons["events_not_polled"] == 2


async def test_who_left_or_never_started_is_shown_nothing(kitchen: Kitchen) -> None:
    left, waits = Ear(), Ear()
    gone = await kitchen.enter(left)
    waiting = await kitchen.rooms.subscribe(STREAM, waits, None)
    assert isinstance(waiting, Subscription)
    gone.leave()
    gone.leave()
    await kitchen.tell()
    waiting.leave()
    waiting.start()
    await kitchen.tell()
    assert left.heard == waits.heard == []


# -- snapshots -------------------------------------------------------------------------------------


async def test_snapshot_and_live_events_leave_no_hole_and_no_double_whichever_is_first(
    kitchen: Kitchen,
) -> None:
    await kitchen.tell(2)
    ear = Ear()
    subscription = await kitchen.rooms.subscribe(STREAM, ear, None)
    assert isinstance(subscription, Subscription)
    await kitchen.tell(2)  # shown to the others while the snapshot is read
    ahead = await kitchen.write(3)  # committed and not told yet: the snapshot has two of them
    subscription.start(after=6, epoch="e1")
    kitchen.rooms.deliver({STREAM: ahead})
    await until(lambda: ear.heard == [7])
    await kitchen.tell()
    assert ear.heard == [7, 8]


async def test_snapshot_older_than_the_room_is_brought_up_to_date(kitchen: Kitchen) -> None:
    await kitchen.write(3)
    ear = Ear()
    subscription = await kitchen.rooms.subscribe(STREAM, ear, None)
    assert isinstance(subscription, Subscription) and subscription.top == 3
    subscription.start(after=1, epoch="e1")
    assert ear.heard == [2, 3]


async def test_snapshot_of_another_epoch_is_a_gap_at_once(kitchen: Kitchen) -> None:
    ear = Ear()
    subscription = await kitchen.rooms.subscribe(STREAM, ear, None)
    assert isinstance(subscription, Subscription)
    subscription.start(after=7, epoch="e2")
    assert ear.gaps == [("epoch", "e2", 7)]
    await kitchen.tell()
    assert ear.heard == []


# -- gaps under a listener -------------------------------------------------------------------------


async def test_new_epoch_is_a_gap_for_everybody_and_the_next_one_opens_the_room_afresh(
    meter: Any, hand_time: Any
) -> None:
    async with running(Kitchen(MemoryStream("e1"), meter, hand_time)) as kitchen:
        ears = [Ear(), Ear(full=True)]
        for ear in ears:
            await kitchen.enter(ear)
        waits = Ear()
        waiting = await kitchen.rooms.subscribe(STREAM, waits, None)
        assert isinstance(waiting, Subscription)
        await kitchen.tell(5)
        kitchen.log.log = MemoryStream("e2")  # a backup was restored
        await kitchen.tell(2)
        assert ears[0].heard == [1, 2, 3, 4, 5], "nothing of another numbering is shown"
        await until(lambda: all(ear.gaps == [("epoch", "e2", 2)] for ear in ears))
        waiting.start()
        assert waits.gaps == [("epoch", "e2", 2)]
        fresh = Ear()
        await kitchen.enter(fresh)
        await kitchen.tell()
        assert fresh.heard == [3] and ears[0].heard == [1, 2, 3, 4, 5]


async def test_new_epoch_is_noticed_by_whoever_comes_with_its_cursor(kitchen: Kitchen) -> None:
    old, new = Ear(), Ear()
    await kitchen.enter(old)
    await kitchen.tell(2)
    kitchen.log.log = MemoryStream("e2")
    await kitchen.write(4)
    await kitchen.enter(new, Cursor("e2", 3))
    assert new.heard == [4] and old.gaps == [("epoch", "e2", 4)]


async def test_events_that_were_trimmed_under_a_slow_listener_are_a_gap(
    meter: Any, hand_time: Any
) -> None:
    short = MemoryStream("e1", limit=10)
    async with running(Kitchen(short, meter, hand_time)) as kitchen:
        slow, quick = Ear(full=True), Ear()
        await kitchen.enter(slow)
        await kitchen.enter(quick)
        for _ in range(3 * MEMORY_EVENTS):
            await kitchen.tell()
        slow.full = False
        await until(lambda: slow.gaps == [("trimmed", "e1", 3 * MEMORY_EVENTS)])
        await kitchen.tell()
        assert slow.heard == [] and quick.heard == list(range(1, 3 * MEMORY_EVENTS + 2))


async def test_events_that_were_trimmed_before_the_room_saw_them_are_a_gap_for_all(
    meter: Any, hand_time: Any
) -> None:
    async with running(Kitchen(MemoryStream("e1", limit=10), meter, hand_time)) as kitchen:
        ear = Ear()
        await kitchen.enter(ear)
        await kitchen.write(50)
        kitchen.rooms.ring(STREAM)
        await until(lambda: ear.gaps == [("trimmed", "e1", 50)])
        again = Ear()
        await kitchen.enter(again)
        await kitchen.tell()
        assert again.heard == [51] and ear.heard == []


# -- slow listeners --------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [5, 3 * MEMORY_EVENTS])
async def test_slow_listener_holds_up_nobody_and_misses_nothing(
    count: int, streams: StreamStore, meter: Any, hand_time: Any
) -> None:
    async with running(Kitchen(streams, meter, hand_time)) as kitchen:
        slow, quick = Ear(), Ear()
        await kitchen.enter(slow)
        await kitchen.enter(quick)
        await kitchen.tell()
        slow.full = True
        for _ in range(count // 5):
            await kitchen.tell(5)
        assert slow.heard == [1] and len(quick.heard) == count // 5 * 5 + 1
        slow.full = False
        await until(lambda: len(slow.heard) == len(quick.heard))
        await kitchen.tell()
        assert slow.heard == quick.heard == list(range(1, count // 5 * 5 + 3))


async def test_listener_without_progress_for_too_long_is_ended(
    kitchen: Kitchen, hand_time: Any
) -> None:
    slow = Ear(full=True)
    await kitchen.enter(slow)
    await kitchen.tell()
    await asyncio.sleep(0.12)
    hand_time.seconds += 29
    await asyncio.sleep(0.12)
    assert slow.ended == []
    hand_time.seconds += 1.1
    await until(lambda: bool(slow.ended))
    assert (slow.ended[0].reason, slow.ended[0].close_code) == ("too_slow", 1013)
    slow.full = False
    await kitchen.tell()
    assert slow.heard == []


async def test_listener_that_makes_some_progress_is_not_ended(
    kitchen: Kitchen, hand_time: Any
) -> None:
    slow = Ear(full=True)

    async def heard(count: int) -> None:
        await until(lambda: slow.heard == list(range(1, count + 1)))

    await kitchen.enter(slow)
    for n in range(1, 4):
        await kitchen.tell()
        await asyncio.sleep(0.12)
        hand_time.seconds += 29
        slow.full = False
        await heard(n)
        slow.full = True
    assert slow.ended == []


# -- the log fails ---------------------------------------------------------------------------------


async def test_room_that_cannot_be_opened_now_can_be_later(kitchen: Kitchen) -> None:
    await kitchen.write(2)
    kitchen.log.failing = 1
    with pytest.raises(StoreError):
        await kitchen.rooms.subscribe(STREAM, Ear(), None)
    ear = Ear()
    await kitchen.enter(ear, Cursor("e1", 0))
    assert ear.heard == [1, 2]


async def test_failing_log_is_read_again_and_nobody_is_sent_away(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch, meter: Any
) -> None:
    monkeypatch.setattr("rooms.event_rooms.RETRY_SECONDS", 0.001)
    ear, late = Ear(), Ear()
    await kitchen.enter(ear)
    await kitchen.write(5)
    kitchen.log.failing = 3
    kitchen.rooms.ring(STREAM)
    await until(lambda: ear.heard == [1, 2, 3, 4, 5])
    await kitchen.tell(3 * MEMORY_EVENTS)
    subscription = await kitchen.rooms.subscribe(STREAM, late, Cursor("e1", 0))
    assert isinstance(subscription, Subscription)
    kitchen.log.failing = 2
    subscription.start()
    await until(lambda: late.heard == list(range(1, 3 * MEMORY_EVENTS + 6)))
    assert meter.reasons["events_not_read"] == 5


async def test_many_open_one_room_once_and_one_of_them_may_go_away(kitchen: Kitchen) -> None:
    gate = asyncio.Event()
    kitchen.log.gate = gate.wait
    ears = [Ear() for _ in range(20)]
    coming = [asyncio.create_task(kitchen.enter(ear)) for ear in ears]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    coming[0].cancel()
    # A commit while the room opens: what the log said by then may be older than that.
    await kitchen.tell(2)
    gate.set()
    await asyncio.gather(*coming, return_exceptions=True)
    assert kitchen.log.calls.count("open") == 1
    await kitchen.tell()
    await until(lambda: all(ear.heard[-1:] == [3] for ear in ears[1:]))
    assert all(ear.heard == list(range(ear.heard[0], 4)) for ear in ears[1:])
    assert ears[0].heard == []


async def test_nothing_is_opened_when_the_rooms_are_closed(meter: Any, hand_time: Any) -> None:
    kitchen = Kitchen(MemoryStream("e1"), meter, hand_time)
    with pytest.raises(StoreError):
        await kitchen.rooms.subscribe(STREAM, Ear(), None)
    async with running(kitchen):
        kitchen.log.gate = asyncio.Event().wait
        waiting = asyncio.create_task(kitchen.rooms.subscribe(STREAM, Ear(), None))
        await asyncio.sleep(0.01)
    with pytest.raises(StoreError):
        await waiting


# -- memory ----------------------------------------------------------------------------------------


async def test_resume_of_a_few_events_needs_no_log_even_right_after_a_start(
    streams: StreamStore, meter: Any, hand_time: Any
) -> None:
    async with running(Kitchen(streams, meter, hand_time)) as kitchen:
        await kitchen.write(MEMORY_EVENTS + 500)
        await kitchen.enter(Ear())
        kitchen.log.calls.clear()
        epoch, ears = await kitchen.epoch(), [Ear(), Ear()]
        for ear in ears:
            await kitchen.enter(ear, Cursor(epoch, MEMORY_EVENTS + 400))
        assert kitchen.log.calls == []
        assert ears[0].heard == list(range(MEMORY_EVENTS + 401, MEMORY_EVENTS + 501))
        assert ears[0].batches == ears[1].batches, "those who come together share a batch"


async def test_memory_of_a_room_is_bounded(kitchen: Kitchen) -> None:
    await kitchen.enter(Ear())
    for _ in range(5 * MEMORY_EVENTS):
        await kitchen.tell()
        assert len(kitchen.rooms._rooms[STREAM]._memory) <= 2 * MEMORY_EVENTS


async def test_room_is_closed_when_nobody_listened_for_a_while(
    kitchen: Kitchen, hand_time: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = await kitchen.enter(Ear())
    kitchen.rooms._close_idle(hand_time.seconds)
    kitchen.rooms._close_idle(hand_time.seconds + 1000)
    assert kitchen.rooms.open_streams() == [STREAM]
    subscription.leave()
    kitchen.rooms._close_idle(hand_time.seconds)
    kitchen.rooms._close_idle(hand_time.seconds + 59)
    assert kitchen.rooms.open_streams() == [STREAM]
    kitchen.rooms._close_idle(hand_time.seconds + 60)
    assert kitchen.rooms.open_streams() == []
    ear = Ear()
    await kitchen.tell()
    await kitchen.enter(ear, Cursor("e1", 0))
    assert ear.heard == [1]


async def test_a_night_away_is_resumed_in_pages(
    streams: StreamStore, meter: Any, hand_time: Any
) -> None:
    async with running(Kitchen(streams, meter, hand_time)) as kitchen:
        await kitchen.write(10_000)
        ear = Ear()
        await kitchen.enter(ear, Cursor(await kitchen.epoch(), 0))
        await kitchen.tell()
        await until(lambda: len(ear.heard) == 10_001)
        assert ear.heard == list(range(1, 10_002))
        assert max(len(batch.events) for batch in ear.batches) <= PAGE_EVENTS


# -- everything at once ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
async def test_whatever_happens_every_listener_hears_a_run_that_reaches_the_end(
    seed: int, meter: Any, hand_time: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M4: writers here and on another node, listeners at any cursor, slow ones, a failing log."""
    dice = random.Random(seed)
    monkeypatch.setattr("rooms.event_rooms.RETRY_SECONDS", 0)
    monkeypatch.setattr("rooms.event_rooms.LOOK_SECONDS", 0)
    monkeypatch.setattr("rooms.event_room.MEMORY_EVENTS", 8)
    monkeypatch.setattr("rooms.event_rooms.PAGE_EVENTS", 5)
    monkeypatch.setattr("rooms.event_room.PAGE_EVENTS", 5)
    late: list[Told] = []  # committed, and the rooms are told later
    heard: list[tuple[Ear, int]] = []  # and after which offset it began
    async with running(Kitchen(MemoryStream("e1", limit=10_000), meter, hand_time)) as kitchen:

        async def some_turns() -> None:
            for _ in range(dice.randrange(4)):
                await asyncio.sleep(0)

        async def come(ear: Ear) -> None:
            top = (await kitchen.log.log.open(STREAM)).top
            cursor = None if dice.random() < 0.3 else Cursor("e1", dice.randint(0, top))
            subscription: Any = None
            while subscription is None:
                try:
                    subscription = await kitchen.rooms.subscribe(STREAM, ear, cursor)
                except StoreError:
                    await some_turns()
            assert isinstance(subscription, Subscription), subscription
            await some_turns()
            after = cursor.offset if cursor else (await kitchen.log.log.open(STREAM)).top
            heard.append((ear, after))
            subscription.start(after if cursor is None else None)

        kitchen.log.gate = some_turns
        visits = []
        for _ in range(150):
            match dice.randrange(7):
                case 0 | 1:
                    late.append(await kitchen.write(dice.randint(1, 4)))
                case 2 if late:
                    for told in late:  # in the order of the commits
                        kitchen.rooms.deliver({STREAM: told})
                    late.clear()
                case 3 if late:
                    late.clear()  # another node's: this one only hears a bell
                    kitchen.rooms.ring(STREAM)
                case 4:
                    visits.append(asyncio.create_task(come(Ear(full=dice.random() < 0.3))))
                case 5 if heard:
                    ear, _ = dice.choice(heard)
                    ear.full = not ear.full
                case 6:
                    kitchen.log.failing += dice.random() < 0.3
            await some_turns()
        await asyncio.gather(*visits)
        for ear, _ in heard:
            ear.full = False
        kitchen.rooms.ring(STREAM)
        top = (await kitchen.log.log.open(STREAM)).top
        await until(lambda: all(ear.heard[-1:] == [top] or at == top for ear, at in heard))
        for ear, after in heard:
            assert ear.heard == list(range(after + 1, top + 1))
            assert ear.gaps == [] and ear.ended == []
