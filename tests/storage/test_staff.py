"""The staff of a restaurant: rows of people, page by page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from collab.identity import Role
from collab.records import Restaurant
from storage.staff import StaffMember, StaffStore
from tests.storage.conftest import NOW

WIL = StaffMember(
    "bistro", "wil", "Wil", (Role.WAITER, Role.KITCHEN), ("bar",), ("de",), True, NOW, NOW
)


@pytest.fixture
def staff(store: Any) -> StaffStore:
    return StaffStore(store.database)


async def test_person_comes_back_as_written(staff: StaffStore) -> None:
    assert await staff.create(WIL)
    assert not await staff.create(replace(WIL, name="Other"))
    assert await staff.find("bistro", "wil") == WIL
    assert await staff.find("bistro", "bo") is None
    assert await staff.count("bistro") == 1


async def test_saved_person_keeps_the_day_they_came(staff: StaffStore) -> None:
    await staff.create(WIL)
    later = NOW + timedelta(days=1)
    assert not await staff.save(replace(WIL, user_id="bo"))
    assert await staff.save(
        replace(WIL, is_active=False, roles=(), created_at=later, updated_at=later)
    )
    expected = replace(WIL, is_active=False, roles=(), updated_at=later)
    assert await staff.find("bistro", "wil") == expected


async def test_list_comes_in_pages(staff: StaffStore) -> None:
    for number in range(5):
        await staff.create(replace(WIL, user_id=f"u{number}"))
    first = await staff.list("bistro", limit=3)
    rest = await staff.list("bistro", after=first[-1].user_id, limit=3)
    assert [one.user_id for one in first + rest] == [f"u{number}" for number in range(5)]


async def test_same_person_in_another_restaurant_is_another_row(
    staff: StaffStore, store: Any
) -> None:
    await store.documents.create_restaurant(Restaurant("other", "Other", NOW))
    await staff.create(WIL)
    assert await staff.create(replace(WIL, restaurant_id="other", name="Wilma"))
    assert await staff.delete("bistro", "wil")
    assert not await staff.delete("bistro", "wil")
    assert [one.name for one in await staff.list("other")] == ["Wilma"]
