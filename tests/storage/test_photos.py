"""Photos in the store: stored once, limited, and cleared away when nobody uses them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update

from collab.errors import StoreError, TooLarge
from collab.records import Restaurant
from storage.menu_tables import (
    menu_changes,
    menu_items,
    menu_versions,
    photo_files,
    photos,
)
from storage.photos import Photo, PhotoFile, PhotoStore
from storage.tables import menus
from tests.storage.conftest import Store

NOW = datetime(2026, 1, 2, tzinfo=UTC)
DAY = timedelta(hours=24)
FILES = [PhotoFile("list", "image/webp", b"small"), PhotoFile("detail", "image/webp", b"large")]


def id_of(number: int) -> str:
    return f"{number:064x}"


def photo(number: int = 1, restaurant: str = "bistro", at: datetime = NOW) -> Photo:
    return Photo(id_of(number), restaurant, 1280, 960, at, "ann")


async def sweep(store: PhotoStore, after: timedelta) -> None:
    """Look at everything, so long after the start."""
    place: str | None = ""
    while place is not None:
        place = await store.sweep(NOW + after, NOW + after - DAY, place)


async def run(store: Store, *statements: Any) -> None:
    async with store.database.write() as connection:
        for statement in statements:
            await connection.execute(statement)


async def kept(store: Store) -> Sequence[str]:
    async with store.database.read() as connection:
        return list(await connection.scalars(select(photos.c.sha256).order_by(photos.c.sha256)))


def item(number: int) -> Any:
    return insert(menu_items).values(
        document_id="lunch",
        item_id=f"i{number}",
        section_id="",
        position="",
        name={},
        description={},
        currency="EUR",
        is_hidden=False,
        is_deleted=True,
        body={"id": f"i{number}", "photo": id_of(number)},
    )


def change(number: int, before: object, after: object) -> Any:
    return insert(menu_changes).values(
        document_id="lunch",
        id=f"c{number}",
        root="items",
        part_id="i1",
        field="photo",
        before=before,
        after=after,
        user_id="ann",
        session_id="s",
        door="rest",
        since=NOW,
        at=NOW,
    )


def version(number: int) -> Any:
    return insert(menu_versions).values(
        document_id="lunch",
        number=number,
        kind="automatic",
        content={"sections": [{"items": [{"photo": id_of(number)}]}]},
        sha256="0" * 64,
        state_vector=b"",
        created_at=NOW,
        created_by="ann",
    )


@pytest.fixture
async def pictures(store: Store) -> PhotoStore:
    await store.document("lunch")
    await run(store, update(menus).values(projection_dirty=False))
    return PhotoStore(store.database)


async def test_photo_comes_back_in_both_sizes(pictures: PhotoStore):
    assert await pictures.add(photo(), FILES, 10)
    assert await pictures.find(id_of(1)) == photo()
    assert [await pictures.file(id_of(1), file.size) for file in FILES] == FILES
    assert await pictures.file(id_of(1), "huge") is None
    assert await pictures.file(id_of(2), "list") is None
    assert await pictures.find(id_of(2)) is None


async def test_photo_is_stored_once_whoever_brings_it(store: Store, pictures: PhotoStore):
    await store.documents.create_restaurant(Restaurant("other", "Other", NOW))
    assert await pictures.add(photo(), FILES, 1)
    assert not await pictures.add(photo(), FILES, 1), "also where there is no room for another"
    assert not await pictures.add(photo(restaurant="other"), FILES, 1)
    found = await pictures.find(id_of(1))
    assert found is not None and found.restaurant_id == "bistro"


async def test_restaurant_has_so_many_photos_and_no_more(store: Store, pictures: PhotoStore):
    await store.documents.create_restaurant(Restaurant("other", "Other", NOW))
    for number in range(3):
        assert await pictures.add(photo(number), FILES, 3)
    with pytest.raises(TooLarge) as refused:
        await pictures.add(photo(3), FILES, 3)
    assert refused.value.reason == "too_many_photos"
    assert await pictures.add(photo(3, "other"), FILES, 3)


async def test_photo_of_an_unknown_restaurant_is_refused_whole(store: Store, pictures: PhotoStore):
    with pytest.raises(StoreError) as refused:
        await pictures.add(photo(restaurant="none"), FILES, 3)
    assert refused.value.reason == "rejected"
    assert await kept(store) == []


async def test_photo_that_nobody_uses_goes_after_a_day(store: Store, pictures: PhotoStore):
    await pictures.add(photo(), FILES, 9)
    await sweep(pictures, DAY - timedelta(seconds=1))
    assert await kept(store) == [id_of(1)]
    await sweep(pictures, DAY)
    assert await kept(store) == []
    async with store.database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(photo_files)) == 0


async def test_bringing_it_again_gives_it_another_day(store: Store, pictures: PhotoStore):
    await pictures.add(photo(), FILES, 9)
    await pictures.add(photo(at=NOW + DAY / 2), FILES, 9)
    await sweep(pictures, DAY)
    assert await kept(store) == [id_of(1)]
    await sweep(pictures, DAY * 1.5)
    assert await kept(store) == []


async def test_what_an_item_a_version_or_the_history_shows_stays(
    store: Store, pictures: PhotoStore
):
    for number in range(1, 7):
        await pictures.add(photo(number), FILES, 9)
    await run(
        store,
        item(1),
        version(2),
        change(3, None, id_of(3)),
        change(4, id_of(4), None),
        change(5, {"not": "a photo"}, "nor this"),
    )
    for days in (1, 2, 50):
        await sweep(pictures, DAY * days)
        assert await kept(store) == [id_of(number) for number in (1, 2, 3, 4)]


async def test_day_begins_when_a_photo_falls_out_of_use(store: Store, pictures: PhotoStore):
    await pictures.add(photo(), FILES, 9)
    await run(store, item(1))
    await sweep(pictures, DAY * 5)
    await run(store, delete(menu_items))
    await sweep(pictures, DAY * 6)
    assert await kept(store) == [id_of(1)]
    await sweep(pictures, DAY * 6.9)
    assert await kept(store) == [id_of(1)]
    await run(store, item(1))
    await sweep(pictures, DAY * 8)
    await run(store, delete(menu_items))
    await sweep(pictures, DAY * 8.5)
    assert await kept(store) == [id_of(1)], "it was used in between"
    await sweep(pictures, DAY * 9.5)
    assert await kept(store) == []


async def test_used_photo_that_is_brought_again_is_not_marked(store: Store, pictures: PhotoStore):
    await pictures.add(photo(), FILES, 9)
    await run(store, item(1))
    await sweep(pictures, DAY)
    await pictures.add(photo(at=NOW + DAY), FILES, 9)
    async with store.database.read() as connection:
        assert await connection.scalar(select(photos.c.unused_since)) is None


async def test_nothing_is_cleared_while_rows_lag_behind(store: Store, pictures: PhotoStore):
    await pictures.add(photo(), FILES, 9)
    await run(store, update(menus).values(projection_dirty=True))
    await sweep(pictures, DAY * 9)
    assert await kept(store) == [id_of(1)]
    await run(store, update(menus).values(deleted_at=NOW))
    await sweep(pictures, DAY * 9)
    assert await kept(store) == [], "rows of deleted menus are never made anew"


async def test_all_photos_are_looked_at(store: Store, pictures: PhotoStore):
    for number in range(120):
        await pictures.add(photo(number), FILES, 200)
    await run(store, item(7), item(60), item(119))
    await sweep(pictures, DAY)
    assert await kept(store) == [id_of(number) for number in (7, 60, 119)]
