"""Restaurants and documents, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from collab.errors import DocumentExists, StoreError
from collab.records import Document, DocumentKind, Restaurant
from storage.documents import DocumentSize
from storage.projection import ProjectionStore

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
LUNCH = Document("lunch", DocumentKind.MENU, "bistro", "Déjeuner 昼 🍜", 1, NOW)


async def test_restaurant_is_created_once(store: Any) -> None:
    first = Restaurant("thai", "Thai", NOW)
    assert await store.documents.create_restaurant(first) == first
    assert await store.documents.create_restaurant(replace(first, name="Other")) == first
    assert await store.documents.find_restaurant("thai") == first
    assert await store.documents.find_restaurant("none") is None
    assert [each.id for each in await store.documents.list_restaurants()] == ["bistro", "thai"]


async def test_document_comes_back_as_it_was(store: Any) -> None:
    assert await store.documents.create(LUNCH, b"first", "ann") == LUNCH
    assert await store.documents.find("lunch") == LUNCH
    stored = await store.updates.load("lunch")
    (row,) = stored.updates
    assert (row.seq, row.data, row.user_id, row.at) == (1, b"first", "ann", NOW)


async def test_any_allowed_id_works(store: Any) -> None:
    for document_id in ("a/b c?d#e%41'\"\\", "é" * 100, "🍜", "x" * 200, "[1,2]"):
        await store.document(document_id, b"1")
        assert dict((await store.append(document_id, b"2")).tops) == {document_id: 2}


async def test_time_in_another_zone_comes_back_as_utc(store: Any) -> None:
    there = NOW.astimezone(timezone(timedelta(hours=9)))
    await store.documents.create(replace(LUNCH, created_at=there), None, "ann")
    found = await store.documents.find("lunch")
    assert found.created_at == NOW and found.created_at.utcoffset() == timedelta(0)


async def test_taken_id_is_refused_and_nothing_changes(store: Any) -> None:
    await store.documents.create(LUNCH, b"first", "ann")
    with pytest.raises(DocumentExists):
        await store.documents.create(replace(LUNCH, title="Other"), b"second", "bob")
    assert await store.documents.find("lunch") == LUNCH
    assert await store.log("lunch") == [(1, b"first")]


async def test_of_two_that_create_at_once_one_wins(store: Any) -> None:
    results = await asyncio.gather(
        *(store.documents.create(LUNCH, b"first", "ann") for _ in range(5)),
        return_exceptions=True,
    )
    assert results.count(LUNCH) == 1
    assert sum(isinstance(result, DocumentExists) for result in results) == 4
    assert await store.log("lunch") == [(1, b"first")]


async def test_document_of_an_unknown_restaurant_is_rejected(store: Any) -> None:
    with pytest.raises(StoreError) as failure:
        await store.documents.create(replace(LUNCH, restaurant_id="none"), None, "ann")
    assert failure.value.reason == "rejected"
    assert await store.documents.find("lunch") is None


async def test_deleted_document_is_hidden_and_its_id_stays_taken(store: Any) -> None:
    await store.documents.create(LUNCH, b"first", "ann")
    assert await store.documents.delete("lunch", NOW) is True
    assert await store.documents.delete("lunch", NOW) is False
    assert await store.documents.delete("none", NOW) is False
    assert await store.documents.find("lunch") is None
    assert await store.documents.list() == []
    assert await store.documents.size("lunch") is None
    with pytest.raises(DocumentExists):
        await store.documents.create(LUNCH, None, "ann")


async def test_list_goes_page_by_page_within_a_restaurant(store: Any) -> None:
    await store.documents.create_restaurant(Restaurant("thai", "Thai", NOW))
    for name in ("e", "c", "a", "d", "b"):
        await store.document(name)
    await store.documents.create(replace(LUNCH, id="bb", restaurant_id="thai"), None, "ann")
    first = await store.documents.list("bistro", limit=3)
    second = await store.documents.list("bistro", after=first[-1].id, limit=3)
    assert [each.id for each in first + second] == ["a", "b", "c", "d", "e"]
    assert [each.id for each in await store.documents.list("thai")] == ["bb"]
    assert len(await store.documents.list()) == 6


async def test_size_counts_rows_bytes_and_snapshot(store: Any) -> None:
    assert await store.documents.size("lunch") is None
    await store.document("lunch")
    assert await store.documents.size("lunch") == DocumentSize(0, 0, 0, 0, 0, 0)
    await store.append("lunch", b"1", b"22", b"333", b"4444")
    await store.updates.compact("lunch", b"snap!", 2, keep=[])
    await store.updates.quarantine("lunch", [3], "test")
    assert await store.documents.size("lunch") == DocumentSize(1, 4, 2, 5, 4, 1)


async def test_new_menu_with_content_has_its_rows_made_later(store: Any) -> None:
    for name, kind, first in (
        ("filled", DocumentKind.MENU, b"1"),
        ("empty", DocumentKind.MENU, None),
        ("notes", DocumentKind.FREE, b"1"),
    ):
        document = Document(name, kind, "bistro", "Lunch", 1, NOW)
        await store.documents.create(document, first, "ann")
    assert await ProjectionStore(store.database).dirty() == ["filled"]
