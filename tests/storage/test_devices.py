"""Devices and the links that make them, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from collab.errors import StoreError
from collab.identity import Role
from collab.records import Restaurant
from storage.access import AccessStore, RevocationKind
from storage.devices import LIFE, ROTATE_AFTER, Device, DeviceStore
from storage.erasure import ErasureStore
from storage.invites import KEPT, Invite, InviteStore
from storage.sign_in_tables import devices, invites
from storage.staff import StaffStore

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
async def house(store: Any) -> Any:
    await store.documents.create_restaurant(Restaurant("bistro", "B", NOW))
    return store


def device(id: str = "d1", at: datetime = NOW, user: str = "ann") -> Device:
    return Device(
        id, "bistro", user, "Ann", (Role.WAITER,), ("bar",), "Tablet", 1, at, at, at, at + LIFE
    )


def invite(id: str = "i1", uses: int = 1, at: datetime = NOW) -> Invite:
    return Invite(id, "bistro", "Kim", (Role.KITCHEN,), ("bar",), uses, "mia", at, at + HOUR)


async def test_device_is_what_was_put_in(house: Any) -> None:
    known = DeviceStore(house.database)
    await known.create(device())
    assert await known.find("d1") == device()
    assert await known.list("bistro", NOW) == [device()]
    assert await known.list("bistro", NOW, "bob") == []
    assert await known.list("bistro", NOW + LIFE) == []


async def test_use_of_the_newest_key_gives_the_next_one_and_the_one_before_the_same(
    house: Any,
) -> None:
    known = DeviceStore(house.database)
    await known.create(device())
    later = NOW + ROTATE_AFTER
    used = await known.use("d1", 1, later)
    assert used is not None
    assert (used.generation, used.used_at, used.expires_at) == (2, later, later + LIFE)
    again = await known.use("d1", 1, later + HOUR)
    assert again is not None and again.generation == 2
    soon = await known.use("d1", 2, later + HOUR)
    assert soon is not None and soon.generation == 3


async def test_key_that_is_two_behind_ends_the_device(house: Any) -> None:
    known = DeviceStore(house.database)
    await known.create(device())
    await known.use("d1", 1, NOW + HOUR)
    await known.use("d1", 2, NOW + 2 * HOUR)
    assert await known.use("d1", 1, NOW + 3 * HOUR) is None
    assert await known.use("d1", 3, NOW + 3 * HOUR) is None


async def test_key_that_is_ahead_of_a_restored_backup_is_right(house: Any) -> None:
    known = DeviceStore(house.database)
    await known.create(device())
    used = await known.use("d1", 5, NOW + HOUR)
    assert used is not None and used.generation == 6


async def test_pages_that_come_at_once_get_one_key(house: Any) -> None:
    known = DeviceStore(house.database)
    await known.create(device())
    found = await asyncio.gather(*(known.use("d1", 1, NOW + HOUR) for _ in range(5)))
    assert {one.generation for one in found if one is not None} == {2}
    assert None not in found


async def test_unknown_and_ended_devices_are_none(house: Any) -> None:
    known = DeviceStore(house.database)
    await known.create(device())
    assert await known.use("none", 1, NOW) is None
    assert await known.use("d1", 1, NOW + LIFE) is None


@pytest.mark.parametrize(
    ("kind", "value", "is_out"),
    [
        (RevocationKind.USER, "bistro/ann", True),
        (RevocationKind.TOKEN, "bistro/d1", True),
        (RevocationKind.USER, "other/ann", False),
        (RevocationKind.USER, "bistro/bob", False),
        (RevocationKind.TOKEN, "other/d1", False),
        (RevocationKind.SESSION, "bistro/d1", False),
    ],
)
async def test_revocation_shuts_out_the_devices_that_it_names(
    house: Any, kind: RevocationKind, value: str, is_out: bool
) -> None:
    known = DeviceStore(house.database)
    await known.create(device())
    await AccessStore(house.database).revoke(kind, value, NOW + HOUR, NOW)
    # Long after the revocation itself was forgotten.
    assert (await known.use("d1", 1, NOW + 30 * 24 * HOUR) is None) is is_out


async def test_devices_that_ended_long_ago_are_forgotten(house: Any) -> None:
    known = DeviceStore(house.database)
    await known.create(device())
    await known.create(device("d2", NOW + 3 * LIFE))
    async with house.database.read() as connection:
        assert (await connection.execute(select(devices.c.id))).scalars().all() == ["d2"]


async def test_of_many_that_use_the_last_use_one_gets_in(house: Any) -> None:
    links = InviteStore(house.database)
    await links.create(invite(), "secret")
    made = await asyncio.gather(
        *(
            links.redeem("i1", "secret", NOW, lambda _, n=n: device(f"d{n}", user=f"u{n}"))
            for n in range(6)
        )
    )
    (winner,) = [one for one in made if one is not None]
    assert [one.id for one in await DeviceStore(house.database).list("bistro", NOW)] == [winner.id]
    staff = await StaffStore(house.database).list("bistro")
    assert [(one.user_id, one.roles) for one in staff] == [(winner.user_id, (Role.WAITER,))]


async def test_link_is_refused_unless_all_is_right(house: Any) -> None:
    links = InviteStore(house.database)
    await links.create(invite(), "secret")
    wrong = [
        ("i2", "secret", NOW),
        ("i1", "other", NOW),
        ("i1", "\ud800", NOW),
        ("i1", "secret", NOW + HOUR),
    ]
    for id, secret, at in wrong:
        assert await links.redeem(id, secret, at, lambda _: device()) is None
    assert await links.list("bistro", NOW) == [invite()]
    assert not await links.revoke("other", "i1", NOW)
    assert await links.revoke("bistro", "i1", NOW)
    assert await links.redeem("i1", "secret", NOW, lambda _: device()) is None
    assert await links.list("bistro", NOW) == []


async def test_failure_after_a_use_gives_it_back(house: Any) -> None:
    links = InviteStore(house.database)
    await links.create(invite(), "secret")
    await DeviceStore(house.database).create(device())
    with pytest.raises(StoreError):  # the id is taken
        await links.redeem("i1", "secret", NOW, lambda _: device())
    assert await links.list("bistro", NOW) == [invite()]


async def test_links_that_ended_long_ago_are_forgotten(house: Any) -> None:
    links = InviteStore(house.database)
    await links.create(invite(), "secret")
    await links.create(invite("i2", at=NOW + KEPT + 2 * HOUR), "secret")
    async with house.database.read() as connection:
        assert (await connection.execute(select(invites.c.id))).scalars().all() == ["i2"]


async def test_erased_person_is_on_no_device_and_made_no_link(house: Any) -> None:
    await DeviceStore(house.database).create(device(user="mia"))
    await InviteStore(house.database).create(invite(), "secret")
    await ErasureStore(house.database).erase("bistro", "mia", "erased-1")
    found = await DeviceStore(house.database).find("d1")
    assert found is not None
    assert (found.user_id, found.name, found.label) == ("erased-1", "erased-1", "")
    (link,) = await InviteStore(house.database).list("bistro", NOW)
    assert link.created_by == "erased-1"
