"""Stations: each belongs to one restaurant, and is shown in its place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from collab.errors import StoreError
from collab.records import Restaurant
from storage.stations import KitchenStation, StationStore
from tests.storage.conftest import NOW

BAR = KitchenStation("bistro", "bar", "Bar", 120, 240, 2)
GRILL = KitchenStation("bistro", "grill", "Grill", 300, 600, 1)


@pytest.fixture
def stations(store: Any) -> StationStore:
    return StationStore(store.database)


async def test_stations_come_back_in_their_order(stations: StationStore) -> None:
    assert await stations.create(BAR) and await stations.create(GRILL)
    assert await stations.list("bistro") == [GRILL, BAR]
    assert await stations.find("bistro", "bar") == BAR
    assert await stations.count("bistro") == 2
    assert await stations.list("other") == []
    assert await stations.find("other", "bar") is None


async def test_taken_id_is_not_overwritten_by_making_one(stations: StationStore) -> None:
    await stations.create(BAR)
    assert not await stations.create(replace(BAR, name="Other"))
    assert await stations.find("bistro", "bar") == BAR


async def test_saved_station_replaces_the_one_before(stations: StationStore) -> None:
    await stations.create(BAR)
    changed = replace(BAR, name="Theke", warn_seconds=1, late_seconds=2, position=0)
    assert await stations.save(changed)
    assert await stations.list("bistro") == [changed]
    assert not await stations.save(GRILL)
    assert await stations.list("bistro") == [changed]


async def test_two_restaurants_have_stations_of_one_name(
    stations: StationStore, store: Any
) -> None:
    await store.documents.create_restaurant(Restaurant("other", "Other", NOW))
    assert await stations.create(BAR)
    assert await stations.create(replace(BAR, restaurant_id="other"))
    assert await stations.delete("other", "bar")
    assert not await stations.delete("other", "bar")
    assert await stations.list("bistro") == [BAR]


async def test_station_of_no_restaurant_is_refused(stations: StationStore) -> None:
    with pytest.raises(StoreError) as failure:
        await stations.create(replace(BAR, restaurant_id="nowhere"))
    assert failure.value.reason == "rejected"
