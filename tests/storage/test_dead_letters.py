"""Dead letters: listed in pages, found, revived once, forgotten when they are old."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from collab.records import stream_of
from storage.dead_letters import DeadLetterStore
from storage.webhooks import WebhookStore
from tests.storage.conftest import NOW
from tests.storage.test_webhooks import add, hook, only_errand

MINUTE = timedelta(minutes=1)
LUNCH = stream_of("lunch")


@pytest.fixture
async def dead(store: Any) -> DeadLetterStore:
    """Of the events of lunch, 2 and 3 could not be told."""
    await store.document("lunch")
    await add(store, "lunch", 1)
    hooks = WebhookStore(store.database)
    await hooks.create(hook())
    await add(store, "lunch", 3)
    errand = await only_errand(hooks)
    for offset in (2, 3):
        assert await hooks.bury(errand, offset, "tired", NOW, NOW + MINUTE)
    return DeadLetterStore(store.database)


async def test_letters_are_listed_in_pages(dead: DeadLetterStore) -> None:
    letters = await dead.of_webhook("w1")
    assert [(one.stream_id, one.offset, one.reason, one.at) for one in letters] == [
        (LUNCH, 2, "tired", NOW),
        (LUNCH, 3, "tired", NOW),
    ]
    assert await dead.of_webhook("w1", limit=1) == letters[:1]
    assert await dead.of_webhook("w1", (LUNCH, 2)) == letters[1:]
    assert await dead.of_webhook("w2") == []


async def test_letter_is_found_and_revived_once(dead: DeadLetterStore) -> None:
    letter = await dead.find("w1", LUNCH, 3)
    assert letter is not None and letter.offset == 3
    assert await dead.find("w1", LUNCH, 4) is None
    assert await dead.revived(letter)
    assert not await dead.revived(letter)
    assert [one.offset for one in await dead.of_webhook("w1")] == [2]


async def test_old_letters_are_forgotten(dead: DeadLetterStore) -> None:
    assert await dead.forget(NOW) == 0
    assert await dead.forget(NOW + MINUTE) == 2
