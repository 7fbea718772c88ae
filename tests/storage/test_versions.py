"""Versions and publications: numbers, names, thinning, schedules, and the events about them."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from collab.errors import DocumentGone
from collab.records import (
    Document,
    DocumentKind,
    EditSession,
    SessionStatus,
    UserSession,
    stream_of,
)
from collab.versions.schedule import Window
from collab.versions.version import VersionKind, fingerprint
from storage.publications import PublicationStore
from storage.sessions import SessionStore
from storage.streams import StreamStore
from storage.tables import restaurants
from storage.versions import Snapshot, VersionStore
from tests.storage.conftest import NOW, Store

HOUR = timedelta(hours=1)


def snapshot(price: int) -> Snapshot:
    content = {"locale": "de", "sections": [{"id": "s", "items": [{"id": "a", "price": price}]}]}
    return Snapshot(content, fingerprint(content), b"\x00")


class Desk:
    """The stores, and short ways to use them on the menu `lunch`."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.publications = PublicationStore(store.database)
        self.versions = VersionStore(store.database, self.publications)

    async def publish(self, price: int, at: datetime = NOW, **window: Any) -> int:
        starts = window.pop("starts_at", at)
        made = await self.versions.publish(
            "lunch", snapshot(price), None, Window(starts, **window), "ann", at
        )
        return made.version.number

    async def automatic(self, price: int, at: datetime = NOW) -> int | None:
        made = await self.versions.save_automatic("lunch", snapshot(price), "bo", at)
        return None if made is None else made.number

    async def told(self) -> list[tuple[str, Any, Any]]:
        """Of each event: type, number, what guests see from then on."""
        page = await StreamStore(self.store.database).read(stream_of("lunch"), 0, 100)
        events = [one.event for one in page.events]
        return [(one.type, one.body.get("number"), one.body["effective"]) for one in events]


@pytest.fixture
async def desk(store: Store) -> Desk:
    await store.documents.create(
        Document("lunch", DocumentKind.MENU, "bistro", "Lunch", 1, NOW), None, "ann"
    )
    async with store.database.write() as connection:
        await connection.execute(update(restaurants).values(time_zone="Europe/Berlin"))
    return Desk(store)


async def test_versions_are_numbered_one_by_one_whatever_they_are(desk):
    numbers = [await desk.publish(1), await desk.automatic(2), await desk.publish(3)]
    assert numbers == [1, 2, 3]
    found = await desk.versions.find("lunch", 2)
    assert found is not None
    assert (found.content, found.version.kind) == (snapshot(2).content, VersionKind.AUTOMATIC)
    assert (found.version.created_by, found.version.created_at) == ("bo", NOW)
    assert await desk.versions.find("lunch", 4) is None


async def test_publishing_at_once_gives_each_its_own_number(desk):
    numbers = await asyncio.gather(*(desk.publish(price) for price in range(8)))
    assert sorted(numbers) == list(range(1, 9))
    assert [number for _, number, _ in await desk.told()] == list(range(1, 9))


async def test_version_its_publication_and_its_event_appear_together(desk):
    await desk.publish(450)
    schedule = await desk.publications.load("lunch")
    assert schedule is not None
    (made,) = schedule.publications
    assert (made.number, made.window, made.created_by) == (1, Window(NOW), "ann")
    assert schedule.zone.key == "Europe/Berlin"
    assert await desk.told() == [("menu.published", 1, 1)]


async def test_nothing_is_published_of_a_menu_that_is_not_there(desk):
    with pytest.raises(DocumentGone):
        await desk.versions.publish("supper", snapshot(1), None, Window(NOW), "ann", NOW)
    assert await desk.publications.load("supper") is None


async def test_rolling_back_is_publishing_an_older_version_again(desk):
    await desk.publish(1)
    await desk.publish(2, NOW + HOUR)
    done = await desk.versions.publish_again(
        "lunch", 1, Window(NOW + 2 * HOUR), "ann", NOW + 2 * HOUR
    )
    assert done is not None
    assert done.version.number == 1
    assert await desk.told() == [
        ("menu.published", 1, 1),
        ("menu.published", 2, 2),
        ("menu.published", 1, 1),
    ]
    assert len(await desk.versions.list("lunch")) == 2
    assert await desk.versions.publish_again("lunch", 9, Window(NOW), "ann", NOW) is None


async def test_publication_that_is_made_last_wins_also_when_the_clock_was_set_back(desk):
    await desk.publish(1)
    await desk.publish(2, NOW - HOUR)
    await desk.publications.tell_effective("lunch", NOW)
    assert await desk.told() == [("menu.published", 1, 1), ("menu.published", 2, 2)]
    assert not await desk.publications.tell_effective("lunch", NOW)


async def test_automatic_version_that_is_published_stays(desk):
    await desk.automatic(1)
    await desk.versions.publish_again("lunch", 1, Window(NOW), "ann", NOW)
    (version,) = await desk.versions.list("lunch")
    assert version.kind is VersionKind.PUBLISHED
    assert await desk.versions.thin("lunch", [1]) == 0


async def test_automatic_version_is_only_made_of_what_is_new(desk):
    assert await desk.automatic(1) == 1
    assert await desk.automatic(1, NOW + HOUR) is None
    assert await desk.automatic(2, NOW + HOUR) == 2
    assert await desk.automatic(1, NOW + HOUR) == 3


async def test_named_version_is_kept_and_loses_that_with_its_name(desk):
    await desk.automatic(1)
    await desk.automatic(2)
    named = await desk.versions.name("lunch", 1, "Before summer")
    assert named is not None
    assert (named.kind, named.name) == (VersionKind.NAMED, "Before summer")
    assert await desk.versions.thin("lunch", [1]) == 0
    plain = await desk.versions.name("lunch", 1, None)
    assert plain is not None
    assert (plain.kind, plain.name) == (VersionKind.AUTOMATIC, None)
    assert await desk.versions.thin("lunch", [1]) == 1
    assert await desk.versions.name("lunch", 1, "x") is None
    assert await desk.automatic(3) == 3  # no number comes back


async def test_name_of_a_published_version_leaves_it_published(desk):
    await desk.publish(1)
    named = await desk.versions.name("lunch", 1, "Summer")
    assert named is not None
    assert (named.kind, named.name) == (VersionKind.PUBLISHED, "Summer")
    assert await desk.versions.list("lunch") == [named]


async def test_versions_are_listed_the_newest_first_by_kind_and_page(desk):
    for price in range(5):
        await (desk.publish(price) if price % 2 else desk.automatic(price))
    assert [one.number for one in await desk.versions.list("lunch", limit=2)] == [5, 4]
    older = await desk.versions.list("lunch", before=4, limit=2)
    assert [one.number for one in older] == [3, 2]
    published = await desk.versions.list("lunch", kind=VersionKind.PUBLISHED)
    assert [one.number for one in published] == [4, 2]


async def test_scheduled_publication_is_told_when_its_time_comes(desk):
    await desk.publish(1)
    start, end = NOW + HOUR, NOW + 2 * HOUR
    await desk.publish(2, starts_at=start, ends_at=end)
    assert [one.document_id for one in await desk.publications.scheduled(NOW)] == ["lunch"]
    tell = desk.publications.tell_effective
    assert [await tell("lunch", NOW), await tell("lunch", start)] == [False, True]
    assert [await tell("lunch", start), await tell("lunch", end)] == [False, True]
    assert await desk.told() == [
        ("menu.published", 1, 1),
        ("menu.published", 2, 1),
        ("menu.effective", None, 2),
        ("menu.effective", None, 1),
    ]
    with pytest.raises(DocumentGone):
        await tell("supper", NOW)


async def test_schedule_that_passed_while_nobody_watched_is_still_told(desk):
    await desk.publish(1)
    await desk.publish(2, starts_at=NOW + HOUR)
    later = NOW + timedelta(days=2)
    assert [one.document_id for one in await desk.publications.scheduled(later)] == ["lunch"]
    assert await desk.publications.tell_effective("lunch", later)
    assert (await desk.told())[-1] == ("menu.effective", None, 2)
    assert await desk.publications.scheduled(NOW + timedelta(days=30)) == []


async def test_menu_without_a_schedule_is_not_watched(desk):
    await desk.publish(1)
    assert await desk.publications.scheduled(NOW + HOUR) == []
    await desk.publish(2, NOW + HOUR, daily_from="07:00", daily_to="11:00")
    assert len(await desk.publications.scheduled(NOW + HOUR)) == 1
    await desk.store.documents.delete("lunch", NOW)
    assert await desk.publications.scheduled(NOW + HOUR) == []


async def test_publications_that_nothing_can_bring_back_are_left_out(desk):
    start = NOW - timedelta(days=3)
    await desk.publish(1, start)
    await desk.publish(2, start + HOUR, daily_from="07:00", daily_to="11:00")
    await desk.publish(3, start + 2 * HOUR, ends_at=start + 3 * HOUR)
    await desk.publish(4, start + 4 * HOUR)
    await desk.publish(5, start + 5 * HOUR, starts_at=NOW + 50 * HOUR)
    (schedule,) = await desk.publications.scheduled(NOW)
    assert [one.number for one in schedule.publications] == [2, 4, 5]


async def test_cancelled_publication_ends_at_once_and_only_once(desk):
    await desk.publish(1)
    await desk.publish(2)
    schedule = await desk.publications.load("lunch")
    assert schedule is not None
    id = schedule.publications[-1].id
    assert await desk.publications.cancel("lunch", id, "mia", NOW + HOUR)
    assert not await desk.publications.cancel("lunch", id, "mia", NOW + HOUR)
    assert (await desk.told())[-1] == ("publication.cancelled", 2, 1)
    found = await desk.publications.find("lunch", id)
    assert found is not None
    assert found.cancelled_at == NOW + HOUR


async def test_editing_that_ended_after_the_newest_version_asks_for_another(desk):
    sessions = SessionStore(desk.store.database)
    for number, minutes in ((1, 10), (2, 20)):
        await ended(sessions, number, NOW + timedelta(minutes=minutes))
    found = await desk.versions.ended_editing()
    assert [(one.document_id, one.user_id) for one in found] == [("lunch", "user2")]
    await desk.automatic(1, NOW + timedelta(minutes=15))
    assert len(await desk.versions.ended_editing()) == 1
    await desk.automatic(2, NOW + timedelta(minutes=20))
    assert await desk.versions.ended_editing() == []


async def ended(sessions: SessionStore, number: int, at: datetime) -> None:
    user = f"user{number}"
    session = UserSession(
        f"s{number}", user, user, "bistro", "menu", "lunch", "y", SessionStatus.OFFLINE, NOW, at, at
    )
    edit = EditSession(f"e{number}", session.id, "lunch", user, NOW, at, 3, at)
    await sessions.write([session], [edit])
