"""The life cycle of rooms: one opening, eviction, compaction, healing, poison, on a log in memory
that fails and waits when told, and on a real database."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Doc, Map, Text

from collab.documents.document import MenuDocument
from collab.documents.rebuild import rebuild
from collab.errors import (
    DocumentGone,
    DocumentInUse,
    EngineFailed,
    EpochChanged,
    MirepoixError,
    StoreError,
)
from collab.identity import Access, Identity
from collab.records import (
    Document,
    DocumentKind,
    DocumentUpdates,
    LoggedUpdate,
    NewUpdate,
    Restaurant,
)
from collab.updates.admission import read_update
from collab.wire import messages
from rooms import lobby as lobby_module
from rooms.clock import Clock
from rooms.compaction import compact, snapshot_of
from rooms.journal import Journal
from rooms.lobby import Lobby
from rooms.menu_room import MenuRoom
from rooms.outbox import Outbox
from rooms.seat import Seat
from storage.database import open_database
from storage.documents import DocumentStore
from storage.updates import UpdateStore

NOW = datetime(2026, 1, 2, tzinfo=UTC)


class Wire:
    """A transport nobody looks at."""

    def write(self, data: bytes) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return False

    def abort(self) -> None:
        pass


def seat_of(user: str = "ann", ended: list[Any] | None = None) -> Seat:
    return Seat(
        "session",
        Identity(user, user, "bistro"),
        Access.WRITE,
        b"",
        Outbox(Wire()),
        (ended if ended is not None else []).append,
        lambda code, reason, details: None,
    )


@dataclass
class Running:
    """A lobby and a journal at work."""

    store: Any
    meter: Any
    journal: Journal
    lobby: Lobby
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        for task in self.tasks:
            with suppress(asyncio.CancelledError):
                await task

    async def edit(self, document_id: str = "lunch", key: str = "a", value: Any = 1) -> None:
        async with self.lobby.lease(document_id) as room:
            room.edit(lambda doc: doc.get("m", type=Map).__setitem__(key, value), "ann")
        await self.journal.flush()


@asynccontextmanager
async def running(store: Any, meter: Any, idle_seconds: float = 0.0) -> AsyncIterator[Running]:
    clock = Clock()
    journal = Journal(store, meter, monotonic=clock.monotonic, interval_seconds=0)
    lobby = Lobby(store, journal, meter, clock, on_edit=lambda *_: None, idle_seconds=idle_seconds)
    work = Running(store, meter, journal, lobby)
    work.tasks = [asyncio.create_task(journal.run()), asyncio.create_task(lobby.run())]
    await asyncio.sleep(0)
    try:
        yield work
    finally:
        failures = [task.exception() for task in work.tasks if task.done()]
        await work.stop()
    assert failures == [], "background work failed"


@pytest.fixture(autouse=True)
def _quick_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lobby_module, "TICK_SECONDS", 0.001)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.001)


def map_of(document: MenuDocument) -> dict[str, Any]:
    return dict(document.engine().get("m", type=Map))


def rows_of(*updates: bytes, first: int = 1) -> list[LoggedUpdate]:
    return [LoggedUpdate(seq, data, "ann", "s", NOW) for seq, data in enumerate(updates, first)]


def made(count: int, client_id: int = 100, prefix: str = "k") -> list[bytes]:
    doc: Doc[Any] = Doc(client_id=client_id)
    updates: list[bytes] = []
    subscription = doc.observe(lambda event: updates.append(event.update))
    for number in range(count):
        doc.get("m", type=Map)[f"{prefix}{number}"] = number
    doc.unobserve(subscription)
    return updates


def fill(log: Any, updates: list[bytes], document_id: str = "lunch") -> None:
    log.rows[document_id] = rows_of(*updates)
    log.tops[document_id] = len(updates)


@pytest.fixture
async def work(memory_log: Any, meter: Any) -> AsyncIterator[Running]:
    async with running(memory_log, meter) as work:
        yield work


@pytest.fixture
async def patient(memory_log: Any, meter: Any) -> AsyncIterator[Running]:
    """A lobby that evicts nothing."""
    async with running(memory_log, meter, idle_seconds=1000) as work:
        yield work


# -- opening ---------------------------------------------------------------------------------


async def test_two_first_visitors_share_one_opening(patient: Running) -> None:
    async def visit() -> MenuRoom:
        async with patient.lobby.lease("lunch") as room:
            await asyncio.sleep(0)
            return room

    rooms = await asyncio.gather(*(visit() for _ in range(50)))
    assert len(set(rooms)) == 1 and patient.store.loads == 1
    assert patient.lobby.room_of("lunch") is rooms[0] and patient.lobby.open_rooms() == rooms[:1]


async def test_a_failed_opening_is_told_to_all_and_tried_again_later(patient: Running) -> None:
    patient.store.failing["load"] = 1

    async def visit() -> None:
        async with patient.lobby.lease("lunch"):
            pass

    results = await asyncio.gather(*(visit() for _ in range(5)), return_exceptions=True)
    assert [type(result) for result in results] == [StoreError] * 5
    await visit()
    assert patient.store.loads == 2 and patient.meter.counts["rooms"] == 1


async def test_there_is_no_room_for_a_document_that_does_not_exist(patient: Running) -> None:
    with pytest.raises(DocumentGone):
        async with patient.lobby.lease("nothing"):
            pass
    assert patient.lobby.room_of("nothing") is None and patient.meter.counts["rooms"] == 0


async def test_a_visitor_who_gives_up_does_not_spoil_the_opening(patient: Running) -> None:
    gate = asyncio.Event()
    patient.store.gates["load"] = gate.wait

    async def visit() -> MenuRoom:
        async with patient.lobby.lease("lunch") as room:
            return room

    impatient, other = asyncio.create_task(visit()), asyncio.create_task(visit())
    await asyncio.sleep(0.005)
    impatient.cancel()
    gate.set()
    assert await other is patient.lobby.room_of("lunch")


async def test_a_document_deleted_while_it_opens_leaves_no_room_behind(patient: Running) -> None:
    gate = asyncio.Event()
    patient.store.gates["load"] = gate.wait

    async def visit() -> None:
        async with patient.lobby.lease("lunch"):
            pass

    visitor = asyncio.create_task(visit())
    await asyncio.sleep(0.005)
    patient.lobby.forget("lunch")
    gate.set()
    with pytest.raises(DocumentGone):
        await visitor
    assert not patient.journal._savers and patient.meter.counts["rooms"] == 0


async def test_a_deleted_document_ends_its_room(patient: Running) -> None:
    ended: list[MirepoixError] = []
    async with patient.lobby.lease("lunch") as room:
        room.join(seat_of(ended=ended))
        patient.lobby.forget("lunch")
        patient.lobby.forget("lunch")
    assert [type(error) for error in ended] == [DocumentGone]
    assert patient.meter.counts["rooms"] == 0 and not patient.journal._savers


async def test_poison_is_set_aside_when_a_document_opens(patient: Running) -> None:
    a, b, c = made(3)
    fill(patient.store, [a, b"\xff\xff", b, c])
    async with patient.lobby.lease("lunch") as room:
        assert map_of(room.document).keys() == {"k0", "k1", "k2"}
    assert [(seq, reason) for _, seq, reason in patient.store.aside] == [(2, "truncated")]
    assert patient.meter.counts["quarantined"] == 1


# -- eviction --------------------------------------------------------------------------------


async def test_a_room_is_evicted_when_nobody_uses_it_and_opens_with_everything(
    work: Running,
) -> None:
    await work.edit(key="a")
    await until(lambda: work.lobby.room_of("lunch") is None)
    assert work.meter.counts["rooms"] == 0 and not work.journal._savers
    async with work.lobby.lease("lunch") as room:
        assert map_of(room.document) == {"a": 1}


async def test_a_leased_room_and_an_unsaved_room_stay(work: Running) -> None:
    gate = asyncio.Event()
    work.store.gates["append"] = gate.wait
    async with work.lobby.lease("lunch") as room:
        await asyncio.sleep(0.02)
        assert work.lobby.room_of("lunch") is room
        room.edit(lambda doc: doc.get("m", type=Map).__setitem__("a", 1), "ann")
    await asyncio.sleep(0.02)
    assert work.lobby.room_of("lunch") is room, "not saved yet"
    gate.set()
    await until(lambda: work.lobby.room_of("lunch") is None)


async def test_who_comes_while_a_room_closes_waits_and_opens_it_afresh(work: Running) -> None:
    await work.edit()
    gate = asyncio.Event()
    work.store.gates["load"] = gate.wait  # the comparison before eviction
    first = work.lobby.room_of("lunch")
    await until(lambda: work.store.loads == 2)
    leased = asyncio.create_task(work.edit(key="b"))
    await asyncio.sleep(0.01)
    assert not leased.done()
    gate.set()
    await leased
    await until(lambda: work.lobby.room_of("lunch") is None)
    stored = rebuild(work.store.stored()).document
    assert map_of(stored) == {"a": 1, "b": 1} and first is not None


@pytest.mark.parametrize("step", range(20))
async def test_no_edit_is_lost_whenever_somebody_comes_back(
    memory_log: Any, meter: Any, step: int
) -> None:
    # hocuspocus #995 and #971: unloading while saving, reloading while unloading.
    async def slow() -> None:
        await asyncio.sleep(0.002)

    for call in ("load", "append", "compact"):
        memory_log.gates[call] = slow
    async with running(memory_log, meter) as work:
        live: weakref.WeakSet[MenuRoom] = weakref.WeakSet()
        for number in range(10):
            async with work.lobby.lease("lunch") as room:
                live.add(room)
                assert work.lobby.room_of("lunch") is room, "one room a document"
                expected = {f"k{before}": before for before in range(number)}
                assert map_of(room.document) == expected
                room.edit(
                    lambda doc, n=number: doc.get("m", type=Map).__setitem__(f"k{n}", n), "ann"
                )
            await asyncio.sleep(step * 0.001)
        await work.journal.flush()
    assert map_of(rebuild(memory_log.stored()).document) == {f"k{n}": n for n in range(10)}


async def test_a_document_deleted_while_its_room_closes_is_counted_once(work: Running) -> None:
    await work.edit()
    gate = asyncio.Event()
    work.store.gates["load"] = gate.wait
    await until(lambda: work.store.loads == 2)
    work.lobby.forget("lunch")
    gate.set()
    await asyncio.sleep(0.01)
    assert work.meter.counts["rooms"] == 0


async def test_what_the_log_lacks_is_saved_before_eviction(work: Running) -> None:
    await work.edit(key="a")
    async with work.lobby.lease("lunch") as room:
        # A bug: something is in memory that was never journaled. Only a delete, which no state
        # vector shows.
        before = room.document.state_vector()
        room.document.changed_by(lambda doc: doc.get("m", type=Map).__delitem__("a"))
        assert room.document.state_vector() == before
    await until(lambda: work.lobby.room_of("lunch") is None)
    assert map_of(rebuild(work.store.stored()).document) == {}
    assert work.meter.reasons["log_lacked_edits"] == 1


async def test_what_waits_is_not_taken_for_lacking(work: Running) -> None:
    updates = made(3)
    async with work.lobby.lease("lunch") as room:
        seat = seat_of()
        room.join(seat)
        for update in (updates[0], updates[2]):
            room.receive(seat, update, answers_step1=True)
        room.leave(seat)
    await until(lambda: work.lobby.room_of("lunch") is None)
    assert work.meter.reasons["log_lacked_edits"] == 0
    assert [row.data for row in work.store.rows["lunch"]] == [updates[0], updates[2]]


async def test_a_room_that_could_not_be_compared_stays_and_is_tried_again(work: Running) -> None:
    await work.edit()
    work.store.failing["load"] = 3
    await until(lambda: work.lobby.room_of("lunch") is None)
    assert work.store.failing["load"] == 0


async def test_a_failing_compaction_neither_keeps_a_room_nor_ends_the_others(
    work: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lobby_module, "AFTER_UPDATES_AT_CLOSE", 1)
    work.store.failing["compact"] = 10**6
    await work.edit()
    await until(lambda: work.lobby.room_of("lunch") is None)
    assert work.meter.reasons["disk_full"] >= 1

    def panic(stored: Any) -> None:
        raise EngineFailed("the engine panicked")

    monkeypatch.setattr("rooms.compaction.snapshot_of", panic)
    await work.edit(key="b")
    await until(lambda: work.lobby.room_of("lunch") is None)
    assert work.meter.reasons["engine_failed"] >= 1
    assert map_of(rebuild(work.store.stored()).document) == {"a": 1, "b": 1}


async def test_a_thousand_rooms_open_and_close_without_a_trace(work: Running) -> None:
    references = []
    for number in range(1000):
        work.store.rows[f"menu-{number}"] = []
    for number in range(1000):
        async with work.lobby.lease(f"menu-{number}") as room:
            room.edit(lambda doc: doc.get("m", type=Map).__setitem__("a", 1), "ann")
            references.append((weakref.ref(room), weakref.ref(room.document.engine())))
        del room
    await until(lambda: not work.lobby._entries)
    await asyncio.sleep(0.01)
    assert work.meter.counts["rooms"] == 0 and not work.journal._savers
    gc.collect()
    alive = [one for pair in references for one in pair if one() is not None]
    assert len(alive) <= 2, "the loop over the rooms may still name the last one"


# -- the engine fails ------------------------------------------------------------------------


async def test_a_broken_room_is_rebuilt_from_the_log_with_everybody_seated(
    patient: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    await patient.edit(key="a")
    async with patient.lobby.lease("lunch") as room:
        ended: list[MirepoixError] = []
        stays = seat_of(ended=ended)
        room.join(stays)
        broken = room.document

        def fail(*arguments: object, **options: object) -> None:
            raise EngineFailed("the engine panicked")

        monkeypatch.setattr(broken, "receive", fail)
        patient.store.failing["load"] = 2
        with pytest.raises(EngineFailed):
            room.receive(seat_of("eve"), made(1)[0])
        await until(lambda: not room.is_holding)
        assert room.document is not broken and map_of(room.document) == {"a": 1}
        assert stays in room.seats and not ended and stays.asked


async def test_what_waited_while_the_engine_gave_up_is_set_aside(patient: Running) -> None:
    a, _, c = made(3)
    fill(patient.store, [a, c])
    async with patient.lobby.lease("lunch") as room:
        assert room.document.pending
        room._condition.engine_failed()
        await until(lambda: not room.is_holding)
        assert not room.document.pending and map_of(room.document).keys() == {"k0"}
    assert [(seq, reason) for _, seq, reason in patient.store.aside] == [(2, "clashed")]


async def test_a_broken_room_of_a_deleted_document_is_forgotten(
    patient: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with patient.lobby.lease("lunch") as room:
        ended: list[MirepoixError] = []
        room.join(seat_of(ended=ended))
        del patient.store.rows["lunch"]
        room._condition.engine_failed()
        await until(lambda: ended)
    assert patient.lobby.room_of("lunch") is None and isinstance(ended[0], DocumentGone)


# -- compaction ------------------------------------------------------------------------------


async def test_a_long_log_becomes_a_snapshot_while_the_room_is_used(
    patient: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.compaction.AFTER_UPDATES", 20)
    monkeypatch.setattr(lobby_module, "PAUSE_SECONDS", 0.0)
    for number in range(50):
        await patient.edit(key=f"k{number}", value=number)
    # Not below 20 for certain: what was logged and not yet stored when it began stays in the log.
    await until(lambda: len(patient.store.rows["lunch"]) < 50)
    assert map_of(rebuild(patient.store.stored()).document) == {f"k{n}": n for n in range(50)}


async def test_what_is_written_during_a_compaction_stays_in_the_log(memory_log: Any) -> None:
    updates = made(30)
    fill(memory_log, updates[:20])
    gate = asyncio.Event()
    memory_log.gates["compact"] = gate.wait
    task = asyncio.create_task(compact(memory_log, "lunch"))
    await asyncio.sleep(0.01)
    memory_log.rows["lunch"] += rows_of(*updates[20:], first=21)
    gate.set()
    assert await task
    assert [row.seq for row in memory_log.rows["lunch"]] == list(range(21, 31))
    document = rebuild(memory_log.stored()).document
    assert map_of(document) == {f"k{n}": n for n in range(30)}


async def test_a_compaction_that_fails_leaves_the_log(memory_log: Any) -> None:
    fill(memory_log, made(20))
    memory_log.failing["compact"] = 1
    with pytest.raises(StoreError):
        await compact(memory_log, "lunch")
    assert len(memory_log.rows["lunch"]) == 20 and not memory_log.snapshots


async def test_rows_that_wait_and_rows_that_build_on_them_survive_compactions(
    memory_log: Any,
) -> None:
    first, *lost_and_later = made(4)
    ann: Doc[Any] = Doc(client_id=200)
    ann.apply_update(first)
    before = ann.get_state()
    ann.get("m", type=Map)["k0"] = "overwritten"
    overwrite = ann.get_update(before)
    # `first` is lost: the overwrite waits for it, and so do the later edits.
    fill(memory_log, [overwrite, *lost_and_later, *made(5, 300, "other")])
    for _ in range(3):
        assert await compact(memory_log, "lunch")
    assert {row.seq for row in memory_log.rows["lunch"]} >= {1, 2, 3, 4}
    memory_log.rows["lunch"] += rows_of(first, first=10)
    memory_log.tops["lunch"] = 10
    assert await compact(memory_log, "lunch")
    document = rebuild(memory_log.stored()).document
    assert map_of(document)["k0"] == "overwritten" and len(map_of(document)) == 9
    assert memory_log.rows["lunch"] == [] and not document.pending


async def test_a_log_with_poison_or_a_hole_is_left_alone(memory_log: Any) -> None:
    fill(memory_log, [*made(3), b"\xff"])
    assert not await compact(memory_log, "lunch")
    assert snapshot_of(memory_log.stored()) is None and len(memory_log.rows["lunch"]) == 4
    assert not await compact(memory_log, "nothing")


async def test_an_old_offline_client_still_merges_after_three_compactions(memory_log: Any) -> None:
    offline: Doc[Any] = Doc(client_id=1)
    updates = made(10)
    for update in updates:
        offline.apply_update(update)
    server = rebuild(memory_log.stored()).document
    fill(memory_log, updates)
    for key in ("k1", "k2", "k3"):
        server = rebuild(memory_log.stored()).document
        gone = server.changed_by(lambda doc, k=key: doc.get("m", type=Map).__delitem__(k))
        assert gone is not None
        top = memory_log.tops["lunch"] = memory_log.tops["lunch"] + 1
        memory_log.rows["lunch"] += rows_of(gone, first=top)
        assert await compact(memory_log, "lunch")
    offline.get("m", type=Map)["new"] = 1
    server = rebuild(memory_log.stored()).document
    diff = offline.get_update(server.state_vector())
    server.receive(diff, read_update(diff), answers_step1=True)
    assert map_of(server).keys() == {"new", "k0", *(f"k{n}" for n in range(4, 10))}


# -- on a real database ----------------------------------------------------------------------


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[tuple[DocumentStore, UpdateStore]]:
    async with AsyncExitStack() as stack:
        database = await open_database(tmp_path / "menu.db")
        stack.push_async_callback(database.close)
        await database.migrate()
        documents = DocumentStore(database)
        await documents.create_restaurant(Restaurant("bistro", "Bistro", NOW))
        await documents.create(
            Document("lunch", DocumentKind.FREE, "bistro", "Lunch", 1, NOW), None, "ann"
        )
        yield documents, UpdateStore(database)


async def test_edits_survive_eviction_compaction_and_restart_on_disk(
    database: tuple[DocumentStore, UpdateStore], meter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lobby_module, "AFTER_UPDATES_AT_CLOSE", 5)
    _, store = database
    for life in range(3):
        async with running(store, meter) as work:
            for number in range(10):
                await work.edit(key=f"{life}-{number}")
            await until(lambda work=work: work.lobby.room_of("lunch") is None)
    stored = await store.load("lunch")
    assert stored is not None and stored.snapshot is not None and not stored.missing
    assert len(stored.updates) < 10 and stored.top == 30
    assert len(map_of(rebuild(stored).document)) == 30


async def test_poison_on_disk_is_set_aside_once(
    database: tuple[DocumentStore, UpdateStore], meter: Any
) -> None:
    _, store = database
    async with running(store, meter) as work:
        await work.edit(key="a")
        poison = messages.KEEPALIVE + b"\xff"
        async with work.lobby.lease("lunch") as room:
            row = NewUpdate(poison, "ann", "s", NOW)
            work.journal.add(DocumentUpdates("lunch", (row,)), room)
            await work.journal.flush()
    for _ in range(2):
        async with running(store, meter) as work, work.lobby.lease("lunch") as room:
            assert map_of(room.document) == {"a": 1}
    assert meter.counts["quarantined"] == 1


async def test_a_document_deleted_on_disk_sends_its_seats_away(
    database: tuple[DocumentStore, UpdateStore], meter: Any
) -> None:
    documents, store = database
    async with running(store, meter) as work:
        ended: list[MirepoixError] = []
        async with work.lobby.lease("lunch") as room:
            seat = seat_of(ended=ended)
            room.join(seat)
            await documents.delete("lunch", NOW)
            doc: Doc[Any] = Doc(client_id=5)
            doc.get("t", type=Text).insert(0, "soup")
            room.receive(seat, doc.get_update())
            await until(lambda: ended)
        assert isinstance(ended[0], DocumentGone)


# -- kept closed -----------------------------------------------------------------------------

REPLACED = EpochChanged("the document was replaced; load it afresh")


async def test_a_closed_document_has_no_room_and_newcomers_wait_for_the_end(
    patient: Running,
) -> None:
    await patient.edit(key="a")
    old = patient.lobby.room_of("lunch")
    async with patient.lobby.closed("lunch"):
        assert patient.lobby.room_of("lunch") is None and patient.lobby.open_rooms() == []
        assert patient.meter.counts["rooms"] == 0 and not patient.journal._savers
        visitor = asyncio.create_task(patient.edit(key="b"))
        await asyncio.sleep(0.01)
        assert not visitor.done() and map_of(rebuild(patient.store.stored()).document) == {"a": 1}
    await visitor
    assert patient.lobby.room_of("lunch") is not old
    assert map_of(rebuild(patient.store.stored()).document) == {"a": 1, "b": 1}


async def test_a_document_that_was_not_open_is_kept_closed_too(patient: Running) -> None:
    async with patient.lobby.closed("lunch"):
        visitor = asyncio.create_task(patient.edit())
        await asyncio.sleep(0.01)
        assert patient.store.loads == 0
    await visitor


async def test_a_document_that_somebody_has_open_is_not_closed(patient: Running) -> None:
    ended: list[MirepoixError] = []
    async with patient.lobby.lease("lunch") as room:
        room.join(seat_of(ended=ended))
        with pytest.raises(DocumentInUse):
            async with patient.lobby.closed("lunch"):
                raise AssertionError("somebody is still there")
        assert patient.lobby.room_of("lunch") is room and ended == []
    await patient.edit()


async def test_who_has_it_open_is_sent_away_with_everything_saved(patient: Running) -> None:
    ended: list[MirepoixError] = []
    gone = asyncio.Event()

    async def sit_down() -> None:
        async with patient.lobby.lease("lunch") as room:
            seat = seat_of(ended=ended)
            room.join(seat)
            room.receive(seat, made(1)[0])
            await gone.wait()  # a socket takes a moment to close

    visitor = asyncio.create_task(sit_down())
    await until(lambda: patient.lobby.room_of("lunch"))
    asyncio.get_running_loop().call_later(0.05, gone.set)
    async with patient.lobby.closed("lunch", REPLACED):
        assert ended == [REPLACED] and visitor.done()
        assert map_of(rebuild(patient.store.stored()).document) == {"k0": 0}
    await visitor


async def test_who_sits_down_at_the_last_moment_is_sent_away_too(patient: Running) -> None:
    ended: list[MirepoixError] = []
    accepted = asyncio.Event()

    async def sit_down() -> None:
        async with patient.lobby.lease("lunch") as room:
            await accepted.wait()  # the socket is being accepted meanwhile
            room.join(seat_of(ended=ended))
            await until(lambda: ended)

    visitor = asyncio.create_task(sit_down())
    await until(lambda: patient.lobby.room_of("lunch"))
    asyncio.get_running_loop().call_later(0.05, accepted.set)
    async with patient.lobby.closed("lunch", REPLACED):
        assert ended == [REPLACED]
    await visitor


async def test_edits_of_a_request_under_way_are_saved_before_it_closes(patient: Running) -> None:
    finish = asyncio.Event()

    async def request() -> None:
        async with patient.lobby.lease("lunch") as room:
            await finish.wait()
            room.edit(lambda doc: doc.get("m", type=Map).__setitem__("late", 1), "ann")

    task = asyncio.create_task(request())
    await until(lambda: patient.lobby.room_of("lunch"))
    asyncio.get_running_loop().call_later(0.05, finish.set)
    async with patient.lobby.closed("lunch"):
        assert task.done() and map_of(rebuild(patient.store.stored()).document) == {"late": 1}


async def test_a_document_in_use_all_the_time_is_given_up(
    patient: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lobby_module, "EMPTY_SECONDS", 0.05)
    async with patient.lobby.lease("lunch") as room:
        with pytest.raises(DocumentInUse):
            async with patient.lobby.closed("lunch", REPLACED):
                raise AssertionError("it is still leased")
        assert patient.lobby.room_of("lunch") is room
    await patient.edit()


async def test_what_cannot_be_saved_is_not_closed(
    patient: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lobby_module, "EMPTY_SECONDS", 0.05)
    patient.store.failing["append"] = 10_000
    async with patient.lobby.lease("lunch") as room:
        room.edit(lambda doc: doc.get("m", type=Map).__setitem__("a", 1), "ann")
        room.pause()
    with pytest.raises(StoreError):
        async with patient.lobby.closed("lunch"):
            raise AssertionError("an edit is not saved")
    assert patient.lobby.room_of("lunch") is room
    patient.store.failing["append"] = 0
    room.resume()
    await patient.journal.flush()
    async with patient.lobby.closed("lunch"):
        assert map_of(rebuild(patient.store.stored()).document) == {"a": 1}


async def test_two_who_want_it_closed_take_turns(patient: Running) -> None:
    inside: list[int] = []

    async def close(number: int) -> None:
        async with patient.lobby.closed("lunch"):
            inside.append(number)
            await asyncio.sleep(0.005)
            assert inside[-1] == number

    await patient.edit()
    await asyncio.gather(*(close(number) for number in range(4)), patient.edit(key="b"))
    assert sorted(inside) == [0, 1, 2, 3]
    assert map_of(rebuild(patient.store.stored()).document) == {"a": 1, "b": 1}


async def test_a_document_deleted_while_it_is_emptied_stays_deleted(patient: Running) -> None:
    finish = asyncio.Event()

    async def request() -> None:
        async with patient.lobby.lease("lunch"):
            await finish.wait()

    task = asyncio.create_task(request())
    await until(lambda: patient.lobby.room_of("lunch"))
    asyncio.get_running_loop().call_later(0.03, patient.lobby.forget, "lunch")
    asyncio.get_running_loop().call_later(0.06, finish.set)
    with pytest.raises(DocumentGone):
        async with patient.lobby.closed("lunch"):
            raise AssertionError("it is not there any more")
    await task
    assert patient.meter.counts["rooms"] == 0


async def test_one_who_gives_up_closing_leaves_the_room_as_it_was(patient: Running) -> None:
    async def close() -> None:
        async with patient.lobby.closed("lunch"):
            raise AssertionError("it is still leased")

    async with patient.lobby.lease("lunch") as room:
        task = asyncio.create_task(close())
        await asyncio.sleep(0.03)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert patient.lobby.room_of("lunch") is room
    await patient.edit()


async def test_a_room_never_draws_a_client_id_of_an_earlier_epoch(
    patient: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    draws = iter([7, 8, 9])
    monkeypatch.setattr("rooms.loading.secrets.randbits", lambda bits: next(draws))
    stored = patient.store.stored

    def renewed(document_id: str = "lunch") -> Any:
        return replace(stored(document_id), former_client_ids=frozenset({7, 8}))

    monkeypatch.setattr(patient.store, "stored", renewed)
    async with patient.lobby.lease("lunch") as room:
        assert room.document.engine().client_id == 9
