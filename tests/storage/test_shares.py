"""Shares of menus and what differs in each."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from collab.errors import StoreError
from collab.records import Restaurant, stream_of
from collab.versions.overrides import Override
from storage.shares import Share, ShareStore
from storage.streams import StreamStore
from tests.storage.conftest import Store

NOW = datetime(2026, 1, 2, tzinfo=UTC)
NORTH = Share("master", "north", NOW, "ann")


@pytest.fixture
async def shares(store: Store) -> ShareStore:
    await store.documents.create_restaurant(Restaurant("north", "North", NOW))
    await store.documents.create_restaurant(Restaurant("south", "South", NOW))
    await store.document("master")
    await store.document("other")
    return ShareStore(store.database)


async def told(store: Store) -> list[tuple[str, object]]:
    page = await StreamStore(store.database).read(stream_of("master"), 0, 100)
    return [(each.event.type, dict(each.event.body)) for each in page.events]


async def test_sharing_is_told_once_and_ends(store: Store, shares: ShareStore):
    assert await shares.share(NORTH)
    assert not await shares.share(NORTH)
    assert await shares.list("master") == [NORTH]
    assert [one.id for one in await shares.shared_with("north")] == ["master"]
    assert list(await shares.shared_with("south")) == []
    assert await shares.unshare("master", "north", "ann", NOW)
    assert not await shares.unshare("master", "north", "ann", NOW)
    assert await shares.list("master") == []
    assert await told(store) == [
        ("menu.shared", {"restaurant": "north"}),
        ("menu.unshared", {"restaurant": "north"}),
    ]


async def test_restaurant_has_to_be_known(shares: ShareStore):
    with pytest.raises(StoreError) as refused:
        await shares.share(Share("master", "nowhere", NOW, "ann"))
    assert refused.value.reason == "rejected"


async def test_deleted_menu_is_not_listed(store: Store, shares: ShareStore):
    await shares.share(NORTH)
    await store.documents.delete("master", NOW)
    assert list(await shares.shared_with("north")) == []


async def test_overrides_of_an_item_replace_each_other(store: Store, shares: ShareStore):
    await shares.share(NORTH)
    first = [Override("i1", "", 900, True), Override("i1", "v1", 950)]
    assert await shares.override("master", "north", "i1", first, "bo", NOW)
    assert await shares.override("master", "north", "i2", [Override("i2", "", 5)], "bo", NOW)
    assert await shares.override("master", "north", "i1", [Override("i1", "v2", 7)], "bo", NOW)
    assert await shares.overrides("master", "north") == [
        Override("i1", "v2", 7, None, NOW, "bo"),
        Override("i2", "", 5, None, NOW, "bo"),
    ]
    assert await shares.override("master", "north", "i1", [], "bo", NOW)
    assert [one.item_id for one in await shares.overrides("master", "north") or ()] == ["i2"]
    assert (await told(store))[-1] == ("menu.overridden", {"restaurant": "north", "item": "i1"})


async def test_without_a_share_there_are_no_overrides(store: Store, shares: ShareStore):
    assert await shares.overrides("master", "south") is None
    assert not await shares.override("master", "south", "i1", [Override("i1", "", 1)], "bo", NOW)
    assert await told(store) == []


async def test_overrides_are_there_again_when_the_share_comes_back(shares: ShareStore):
    await shares.share(NORTH)
    await shares.override("master", "north", "i1", [Override("i1", "", 900)], "bo", NOW)
    await shares.unshare("master", "north", "ann", NOW)
    assert await shares.overrides("master", "north") is None
    await shares.share(NORTH)
    assert [one.price for one in await shares.overrides("master", "north") or ()] == [900]


async def test_restaurants_do_not_see_each_others_overrides(shares: ShareStore):
    for restaurant, price in (("north", 1), ("south", 2)):
        await shares.share(Share("master", restaurant, NOW, "ann"))
        await shares.override("master", restaurant, "i1", [Override("i1", "", price)], "bo", NOW)
    assert [one.price for one in await shares.overrides("master", "north") or ()] == [1]
    assert [one.price for one in await shares.overrides("master", "south") or ()] == [2]
