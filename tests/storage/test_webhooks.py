"""Cursors of webhooks: begun at the top, taken by one at a time, and never going back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from collab.errors import StoreError
from collab.records import StreamEvent, stream_of
from storage.menu_tables import dead_letters, webhook_cursors
from storage.streams import StreamStore
from storage.webhooks import Errand, Webhook, WebhookStore
from tests.storage.conftest import NOW
from tests.storage.test_consequences import rows_of

MINUTE = timedelta(minutes=1)


def hook(id: str = "w1", restaurant: str = "bistro") -> Webhook:
    return Webhook(id, restaurant, "https://example.com", "secret", ("a.b",), NOW, "ann")


@pytest.fixture
async def hooks(store: Any) -> WebhookStore:
    await store.document("lunch")
    await store.document("dinner")
    await add(store, "lunch", 3)
    hooks = WebhookStore(store.database)
    await hooks.create(hook())
    return hooks


async def add(store: Any, menu: str, count: int) -> None:
    events = [StreamEvent("a.b", "ann", {}, NOW)] * count
    await StreamStore(store.database).append(stream_of(menu), events)


async def only_errand(hooks: WebhookStore, after: timedelta = timedelta()) -> Errand:
    [errand] = await hooks.errands(NOW + after)
    return errand


async def test_webhook_comes_back_as_it_was_made(hooks: WebhookStore) -> None:
    assert await hooks.find("w1") == hook()
    assert await hooks.find("w2") is None
    assert await hooks.of_restaurant("bistro") == [hook()]
    assert await hooks.of_restaurant("other") == []


async def test_webhook_of_no_restaurant_is_refused(hooks: WebhookStore) -> None:
    with pytest.raises(StoreError) as failure:
        await hooks.create(hook("w2", "nowhere"))
    assert failure.value.reason == "rejected"


async def test_errands_are_what_came_since_it_was_made(hooks: WebhookStore, store: Any) -> None:
    assert await hooks.errands(NOW) == []
    await add(store, "lunch", 1)
    await add(store, "dinner", 1)
    found = {errand.document_id: errand.told for errand in await hooks.errands(NOW)}
    assert found == {"lunch": 3, "dinner": 0}


@pytest.mark.parametrize("menu", ["lunch", "dinner"])  # with a cursor, and without
async def test_one_of_many_takes_an_errand(hooks: WebhookStore, store: Any, menu: str) -> None:
    await add(store, menu, 1)
    errand = await only_errand(hooks)
    taken = await asyncio.gather(*(hooks.claim(errand, NOW, NOW + MINUTE) for _ in range(5)))
    assert sorted(taken) == [False] * 4 + [True]
    assert await hooks.errands(NOW) == []
    assert await only_errand(hooks, MINUTE) == errand  # the lease has ended


async def test_errand_that_moved_on_is_not_taken(hooks: WebhookStore, store: Any) -> None:
    await add(store, "lunch", 2)
    errand = await only_errand(hooks)
    assert await hooks.told(errand, 4, None)
    assert not await hooks.claim(errand, NOW, NOW + MINUTE)
    assert (await only_errand(hooks)).told == 4


async def test_cursor_never_goes_back(hooks: WebhookStore, store: Any) -> None:
    await add(store, "lunch", 4)
    errand = await only_errand(hooks)
    assert await hooks.told(errand, 6, None)
    assert not await hooks.told(errand, 5, None)
    assert not await hooks.bury(errand, 6, "late", NOW, NOW)
    await hooks.failed(errand, "late", NOW, NOW + MINUTE)
    assert (await only_errand(hooks)).told == 6
    assert await rows_of(store, dead_letters) == []


async def test_failures_are_counted_from_the_first(hooks: WebhookStore, store: Any) -> None:
    await add(store, "lunch", 2)
    errand = await only_errand(hooks)
    await hooks.failed(errand, "answered with 500", NOW, NOW + MINUTE)
    assert await hooks.errands(NOW) == []
    errand = await only_errand(hooks, MINUTE)
    assert (errand.attempts, errand.failing_since) == (1, NOW)
    await hooks.failed(errand, "no answer", NOW + MINUTE, NOW + 2 * MINUTE)
    [failing] = await hooks.failing(["w1", "w2"])
    assert (failing.attempts, failing.since, failing.reason) == (2, NOW, "no answer")
    assert await hooks.told(replace(errand, attempts=2), 4, None)
    assert await hooks.failing(["w1"]) == []


async def test_cursor_goes_on_behind_a_buried_event(hooks: WebhookStore, store: Any) -> None:
    await add(store, "lunch", 3)
    errand = await only_errand(hooks)
    for offset in (4, 5):
        assert await hooks.bury(errand, offset, "tired", NOW, NOW + MINUTE)
    assert (await only_errand(hooks, MINUTE)).told == 5


async def test_disabled_webhook_has_no_errands(hooks: WebhookStore, store: Any) -> None:
    await add(store, "lunch", 1)
    await hooks.disable("w1", NOW)
    assert await hooks.errands(NOW) == []
    found = await hooks.find("w1")
    assert found is not None and found.disabled_at == NOW


async def test_deleting_takes_cursors_and_dead_letters_along(
    hooks: WebhookStore, store: Any
) -> None:
    await add(store, "lunch", 1)
    errand = await only_errand(hooks)
    assert await hooks.bury(errand, 4, "tired", NOW, NOW)
    assert await hooks.delete("w1")
    assert not await hooks.delete("w1")
    assert not await hooks.claim(errand, NOW, NOW + MINUTE)
    assert not await hooks.told(errand, 5, None)
    assert await rows_of(store, webhook_cursors) == await rows_of(store, dead_letters) == []


async def test_errand_of_a_webhook_disabled_since_cannot_be_claimed(
    hooks: WebhookStore, store: Any
) -> None:
    # Found by the test of whole deliveries: one round read its errands just before another had
    # been answered 410, and the receiver that is gone was called again.
    await add(store, "lunch", 1)
    errand = await only_errand(hooks)
    await hooks.disable("w1", NOW)
    assert not await hooks.claim(errand, NOW, NOW + MINUTE)
