"""Revocations: at once here, soon elsewhere, in one restaurant, and never forgotten by accident."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.revocations import RevocationKind, Revocations
from collab.errors import StoreError
from collab.identity import Identity
from storage.access import AccessStore, Revocation
from storage.database import open_database

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
MAI = Identity("mai", "Mai", "asia", token_id="t-1")


class Store:
    """A store that can fail."""

    def __init__(self) -> None:
        self.rows: list[Revocation] = []
        self.since: list[datetime] = []
        self.is_down = False
        self.failures = 0
        self.failed_thrice = asyncio.Event()

    async def revoke(
        self, kind: RevocationKind, value: str, until: datetime, now: datetime
    ) -> None:
        self._check()
        self.rows.append(Revocation(kind, value, now, until))

    async def revocations(self, since: datetime) -> list[Revocation]:
        self._check()
        self.since.append(since)
        return [row for row in self.rows if row.at >= since]

    def _check(self) -> None:
        if self.is_down:
            self.failures += 1
            if self.failures == 3:
                self.failed_thrice.set()
            raise StoreError("down")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (RevocationKind.USER, "mai"),
        (RevocationKind.TOKEN, "t-1"),
        (RevocationKind.SESSION, "s-1"),
    ],
)
async def test_a_revocation_hits_whom_it_names_and_nobody_else(
    kind: RevocationKind, subject: str
) -> None:
    view = Revocations(Store(), wall_clock=Clock())
    assert not view.is_revoked(MAI, "s-1")
    await view.revoke(kind, subject, "asia")
    assert view.is_revoked(MAI, "s-1")
    assert view.is_revoked(MAI) is (kind is not RevocationKind.SESSION)
    assert not view.is_revoked(Identity("lan", None, "asia", token_id="t-2"), "s-2")
    # The same names in another restaurant are other people.
    assert not view.is_revoked(Identity("mai", None, "roma", token_id="t-1"), "s-1")
    assert not view.is_revoked(Identity.developer(), "s-1")


async def test_an_empty_token_id_is_nobodys() -> None:
    view = Revocations(Store(), wall_clock=Clock())
    await view.revoke(RevocationKind.TOKEN, "", "asia")
    assert not view.is_revoked(Identity("mai", None, "asia"))


async def test_what_another_process_revoked_is_seen_with_the_next_refresh() -> None:
    store, clock = Store(), Clock()
    here, there = Revocations(store, wall_clock=clock), Revocations(store, wall_clock=clock)
    heard: list[bool] = []
    here.subscribe(lambda: heard.append(here.is_revoked(MAI)))
    await there.revoke(RevocationKind.USER, "mai", "asia")
    assert not here.is_revoked(MAI)
    await here.refresh()
    await here.refresh()
    assert here.is_revoked(MAI)
    assert heard == [True]


async def test_reading_overlaps_because_clocks_differ() -> None:
    store, clock = Store(), Clock()
    view = Revocations(store, wall_clock=clock)
    await view.refresh()
    clock.now += timedelta(seconds=2)
    store.rows.append(
        Revocation(
            RevocationKind.USER, "asia/mai", NOW - timedelta(seconds=50), NOW + timedelta(days=1)
        )
    )
    await view.refresh()
    assert view.is_revoked(MAI)
    assert store.since[0] < NOW - timedelta(days=365)


async def test_a_failing_store_leaves_the_view_and_revoking_holds_here() -> None:
    store = Store()
    view = Revocations(store, wall_clock=Clock())
    store.is_down = True
    with pytest.raises(StoreError):
        await view.revoke(RevocationKind.USER, "mai", "asia")
    with pytest.raises(StoreError):
        await view.refresh()
    assert view.is_revoked(MAI)


async def test_a_revocation_ends_when_no_token_can_be_left() -> None:
    store, clock = Store(), Clock()
    view = Revocations(store, keep_seconds=60, wall_clock=clock)
    await view.revoke(RevocationKind.USER, "mai", "asia")
    clock.now += timedelta(seconds=60)
    await view.refresh()
    assert not view.is_revoked(MAI)


async def test_watching_survives_a_store_that_is_down_and_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = Store()
    view = Revocations(store, refresh_seconds=0.001, wall_clock=Clock())
    changed = asyncio.Event()
    view.subscribe(changed.set)
    store.is_down = True
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(view.watch())
        async with asyncio.timeout(5):
            await store.failed_thrice.wait()
        store.is_down = False
        store.rows.append(
            Revocation(RevocationKind.USER, "asia/mai", NOW, NOW + timedelta(hours=1))
        )
        async with asyncio.timeout(5):
            await changed.wait()
        watching.cancel()
    assert view.is_revoked(MAI)
    assert [record.levelname for record in caplog.records] == ["ERROR"]


async def test_whoever_unsubscribed_is_not_called() -> None:
    view = Revocations(Store(), wall_clock=Clock())
    heard: list[str] = []
    stop = view.subscribe(lambda: heard.append("one"))
    view.subscribe(lambda: heard.append("two"))
    stop()
    await view.revoke(RevocationKind.USER, "mai", "asia")
    assert heard == ["two"]


async def test_it_works_with_the_real_store(tmp_path: Path) -> None:
    database = await open_database(tmp_path / "menus.db")
    try:
        await database.migrate()
        clock = Clock()
        await Revocations(AccessStore(database), wall_clock=clock).revoke(
            RevocationKind.TOKEN, "t-1", "asia"
        )
        after_a_restart = Revocations(AccessStore(database), wall_clock=clock)
        await after_a_restart.refresh()
        assert after_a_restart.is_revoked(MAI)
    finally:
        await database.close()
