"""What is set for a restaurant comes back, and only what is changed changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from storage.restaurant_terms import RestaurantSettings, RestaurantStore
from tests.storage.conftest import NOW

KYOTO = RestaurantSettings(
    "kyoto", "Kyōto", NOW, "Asia/Tokyo", "JPY", 5, 1000, 60, 30, 3, 900, 9, 2
)


@pytest.fixture
def restaurants(store: Any) -> RestaurantStore:
    return RestaurantStore(store.database)


async def test_restaurant_comes_back_as_it_was_made(restaurants: RestaurantStore) -> None:
    assert await restaurants.create(KYOTO)
    assert await restaurants.find("kyoto") == KYOTO
    assert [one.id for one in await restaurants.list()] == ["bistro", "kyoto"]
    assert await restaurants.find("nowhere") is None


async def test_taken_id_changes_nothing(restaurants: RestaurantStore) -> None:
    assert await restaurants.create(KYOTO)
    assert not await restaurants.create(replace(KYOTO, name="Osaka"))
    assert await restaurants.find("kyoto") == KYOTO


async def test_restaurant_of_before_has_the_settings_of_a_new_one(
    restaurants: RestaurantStore,
) -> None:
    assert await restaurants.find("bistro") == RestaurantSettings("bistro", "Bistro", NOW)


async def test_change_touches_only_what_is_given(restaurants: RestaurantStore) -> None:
    await restaurants.create(KYOTO)
    changed = await restaurants.change("kyoto", {"tax": 800, "low_stock": 0})
    assert changed == replace(KYOTO, tax=800, low_stock=0)
    assert await restaurants.find("kyoto") == changed
    assert await restaurants.change("kyoto", {}) == changed
    assert await restaurants.find("bistro") == RestaurantSettings("bistro", "Bistro", NOW)
    assert await restaurants.change("nowhere", {"tax": 1}) is None


async def test_id_is_not_changeable(restaurants: RestaurantStore) -> None:
    with pytest.raises(ValueError, match="id"):
        await restaurants.change("bistro", {"id": "other"})
