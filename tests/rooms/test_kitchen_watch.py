"""The kitchen's watch: marks that prove delivery, alarms on the floor, figures without noise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collab.errors import StoreError
from collab.orders.executed import Executed, Mark, Told
from collab.orders.order import Line, LineState, Order
from collab.orders.tickets import tickets_of
from collab.orders.views import ticket_json
from collab.records import StreamEvent
from rooms.kitchen_watch import KitchenWatch, OpenTicket
from storage.database import open_database
from storage.marks import MarkStore
from storage.streams import StreamStore

GRILL = "kitchen:bistro:grill"
ALL = "kitchen:bistro"


class Store:
    """A real database's streams and marks, that fail when they are told to."""

    def __init__(self, streams: StreamStore, marks: MarkStore) -> None:
        self._streams, self._marks = streams, marks
        self.failing = 0

    def __getattr__(self, name: str) -> Any:
        owner = self._marks if name in ("mark", "marks") else self._streams

        async def call(*arguments: Any) -> Any:
            if self.failing:
                self.failing -= 1
                raise StoreError("the disk is busy", reason="busy")
            return await getattr(owner, name)(*arguments)

        return call


class Service:
    """One evening: tickets come, screens look, time passes."""

    def __init__(self, store: Any, meter: Any, time: Any) -> None:
        self.store, self.meter, self.time = store, meter, time
        self.rung: list[str] = []
        self.restart()

    def restart(self) -> None:
        """The server starts again: what was in memory is gone."""
        self.watch = KitchenWatch(
            self.store, self.store, self.rung.append, self.meter, self.time.clock
        )

    @property
    def now(self) -> datetime:
        now: datetime = self.time.clock.utc()
        return now

    def ticket(self, order_id: str = "o1", state: LineState = LineState.FIRED) -> dict[str, Any]:
        """A ticket as the model tells it."""
        line = Line(
            "l1", "soup", 1, "lunch", 1, 900, {"de": "Suppe"}, "grill",
            state=state, batch=1, placed_at=self.now, fired_at=self.now,
        )  # fmt: skip
        order = Order(
            order_id, "bistro", "t1", "EUR", "ann", self.now, self.now.date(), 1, {"l1": line}
        )
        (ticket,) = tickets_of(order)
        return ticket_json(ticket)

    async def tell(self, type: str, ticket: dict[str, Any]) -> None:
        """A commit tells of a ticket in the kitchen's room and in its station's."""
        event = StreamEvent(type, "ann", {"ticket": ticket, "cause": "line.fired"}, self.now, 1)
        told = {}
        for stream_id in (ALL, GRILL):
            first = await self.store.append(stream_id, [event])
            told[stream_id] = Told((await self.store.open(stream_id)).epoch, first, (event,))
        self.watch.executed(Executed((), told))

    async def see(self, stream_id: str, offset: int | None = None, epoch: str = "") -> None:
        """A screen says that it has everything."""
        place = await self.store.open(stream_id)
        offset = place.top if offset is None else offset
        self.watch.seen(stream_id, epoch or place.epoch, "kai/screen", offset)

    async def wait(self, seconds: float) -> None:
        """Time passes, and the watch looks."""
        self.time.seconds += seconds
        await self.watch.look()

    async def events(self, stream_id: str) -> list[tuple[str, dict[str, Any]]]:
        page = await self.store.read(stream_id, 0, 1000)
        return [(one.event.type, dict(one.event.body)) for one in page.events]

    async def alarms(self) -> list[str]:
        """What the floor heard: "warn", "alarm" or "cleared"."""
        heard = await self.events("floor:bistro")
        return [body.get("level", type.removeprefix("alarm.")) for type, body in heard]


@pytest.fixture
async def service(tmp_path: Path, meter: Any, hand_time: Any) -> AsyncIterator[Service]:
    database = await open_database(tmp_path / "m.db")
    try:
        await database.migrate()
        yield Service(Store(StreamStore(database), MarkStore(database)), meter, hand_time)
    finally:
        await database.close()


async def test_ticket_that_no_screen_has_seen_is_a_warning_then_an_alarm(service: Service) -> None:
    opened = service.now
    await service.tell("ticket.opened", service.ticket())
    await service.wait(2.9)
    assert await service.alarms() == []
    await service.wait(0.2)
    await service.wait(1)
    assert await service.alarms() == ["warn"]
    await service.wait(11)
    await service.wait(60)
    assert await service.alarms() == ["warn", "alarm"]
    (type, body), _ = await service.events("floor:bistro")
    since = int(opened.timestamp() * 1000)
    assert type == "alarm.raised" and body == {
        "ticket": "o1.1.1.grill",
        "order": "o1",
        "table": "t1",
        "station": "grill",
        "level": "warn",
        "since": since,
    }
    assert "floor:bistro" in service.rung


@pytest.mark.parametrize("stream_id", [ALL, GRILL])
async def test_any_screen_of_the_kitchen_or_of_the_station_acknowledges(
    stream_id: str, service: Service
) -> None:
    await service.tell("ticket.opened", service.ticket())
    await service.wait(1)
    await service.see(stream_id)
    await service.wait(60)
    assert await service.alarms() == []


@pytest.mark.parametrize(
    ("stream_id", "offset", "epoch"),
    [
        ("kitchen:bistro:bar", 9, ""),
        ("kitchen:bistro:expo", 9, ""),
        ("kitchen:thai", 9, ""),
        (ALL, 0, ""),
        (ALL, 9, "another epoch"),
    ],
)
async def test_other_stations_restaurants_offsets_and_epochs_acknowledge_nothing(
    stream_id: str, offset: int, epoch: str, service: Service
) -> None:
    await service.tell("ticket.opened", service.ticket())
    await service.see(stream_id, offset, epoch)
    await service.wait(4)
    assert await service.alarms() == ["warn"]


async def test_alarm_is_cleared_when_a_screen_has_the_ticket(service: Service) -> None:
    await service.tell("ticket.opened", service.ticket())
    await service.wait(20)
    await service.see(GRILL)
    await service.wait(1)
    await service.wait(1)
    assert await service.alarms() == ["alarm", "cleared"]


async def test_alarm_is_cleared_when_the_ticket_leaves_the_screens(service: Service) -> None:
    await service.tell("ticket.opened", service.ticket())
    await service.wait(4)
    await service.tell("ticket.closed", service.ticket(state=LineState.VOIDED))
    await service.wait(1)
    assert await service.alarms() == ["warn", "cleared"]


async def test_change_that_nobody_has_seen_is_an_alarm_although_the_ticket_was_seen(
    service: Service,
) -> None:
    await service.tell("ticket.opened", service.ticket())
    await service.see(ALL)
    await service.wait(10)
    await service.tell("ticket.changed", service.ticket(state=LineState.VOIDED))
    await service.wait(2)
    assert await service.alarms() == []
    await service.wait(2)
    assert await service.alarms() == ["warn"]
    await service.see(ALL)
    await service.wait(1)
    assert await service.alarms() == ["warn", "cleared"]


async def test_marks_are_stored_in_batches_and_only_rise(service: Service) -> None:
    await service.tell("ticket.opened", service.ticket())
    for offset in (1, 3, 2):
        await service.see(GRILL, offset)
    service.store.failing = 1
    await service.wait(1)
    assert service.meter.reasons["kitchen_not_watched"] == 1
    await service.wait(1)
    (mark,) = await service.store.marks([GRILL])
    assert (mark.screen_id, mark.offset) == ("kai/screen", 3)
    assert service.watch.marks(GRILL)["kai/screen"].offset == 3


async def test_screen_on_another_server_acknowledges_by_its_stored_mark(service: Service) -> None:
    await service.tell("ticket.opened", service.ticket())
    place = await service.store.open(GRILL)
    mark = Mark(GRILL, place.epoch, "kai/other", place.top, service.now)
    await service.store.mark([mark])
    await service.wait(20)
    assert await service.alarms() == []


async def test_alarm_that_could_not_be_saved_is_raised_later_and_once(service: Service) -> None:
    await service.tell("ticket.opened", service.ticket())
    service.store.failing = 3
    for _ in range(3):
        await service.wait(4)
    assert service.store.failing == 0 and await service.alarms() == []
    await service.wait(0)
    await service.wait(1)
    assert await service.alarms() == ["warn"]


def open_ticket(service: Service) -> OpenTicket:
    return OpenTicket("bistro", "o1.1.1.grill", "o1", "t1", "grill", service.now)


async def test_after_a_restart_stored_marks_and_raised_alarms_still_count(service: Service) -> None:
    await service.tell("ticket.opened", service.ticket())
    await service.wait(4)
    await service.see(GRILL)
    await service.watch._marks.store()
    service.restart()
    await service.watch.load([open_ticket(service)])
    await service.wait(1)
    assert await service.alarms() == ["warn", "cleared"]
    await service.wait(60)
    assert await service.alarms() == ["warn", "cleared"]


async def test_after_a_restart_a_ticket_that_nobody_saw_alarms_again_only_after_its_time(
    service: Service,
) -> None:
    await service.tell("ticket.opened", service.ticket())
    await service.see(ALL, 0)
    service.restart()
    await service.watch.load([open_ticket(service)])
    await service.wait(2)
    assert await service.alarms() == []
    await service.wait(2)
    assert await service.alarms() == ["warn"]


async def test_alarm_of_a_ticket_that_is_gone_after_a_restart_is_cleared(service: Service) -> None:
    await service.tell("ticket.opened", service.ticket())
    await service.wait(4)
    service.restart()
    await service.watch.load([], ["bistro"])
    await service.wait(1)
    assert await service.alarms() == ["warn", "cleared"]


async def test_queue_and_pace_are_told_when_they_changed_and_not_too_often(
    service: Service,
) -> None:
    async def figures(type: str) -> list[dict[str, Any]]:
        return [body for found, body in await service.events(ALL) if found == type]

    await service.tell("ticket.opened", service.ticket())
    await service.see(ALL)
    await service.wait(1)
    await service.tell("ticket.opened", service.ticket("o2"))
    await service.see(ALL)
    await service.wait(1)
    assert [one["queue_length"] for one in await figures("queue.updated")] == [1]
    await service.wait(4)
    for _ in range(50):
        await service.wait(1)
    queue = await figures("queue.updated")
    assert [one["queue_length"] for one in queue] == [1, 2], "age alone is no change"
    assert queue[1]["oldest_seconds"] == 6
    assert [one["order_id"] for one in queue[1]["orders"]] == ["o1", "o2"]
    assert len(await figures("metrics.updated")) == 1
    done = {**service.ticket(state=LineState.READY), "opened_at": queue[1]["orders"][0]["since"]}
    await service.tell("ticket.closed", done)
    await service.wait(60)
    _, pace = await figures("metrics.updated")
    assert pace["open_tickets"] == 1 and pace["ready_last_hour"] == 1
    assert pace["median_seconds_to_ready"] == 56
    service.time.seconds += timedelta(hours=2).total_seconds()
    await service.wait(0)
    assert (await figures("metrics.updated"))[-1]["median_seconds_to_ready"] is None


async def test_watch_looks_by_itself(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rooms.kitchen_watch.LOOK_SECONDS", 0.001)
    await service.tell("ticket.opened", service.ticket())
    service.time.seconds += 4
    running = asyncio.create_task(service.watch.run())
    async with asyncio.timeout(5):
        while await service.alarms() != ["warn"]:
            await asyncio.sleep(0.001)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert running.cancelled()
