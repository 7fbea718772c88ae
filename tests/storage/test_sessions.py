"""Rows of who is and was connected."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from collab.errors import StoreError
from collab.records import EditSession, SessionStatus, UserSession
from storage.sessions import SessionStore
from storage.tables import menu_edit_sessions

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANN = UserSession(
    id="s1",
    user_id="ann",
    user_name="Ann",
    restaurant_id="bistro",
    resource_type="menu",
    resource_id="lunch",
    door="y",
    status=SessionStatus.ACTIVE,
    started_at=NOW,
    last_activity_at=NOW,
    metadata={"device": "täblet"},
)
EDIT = EditSession("e1", "s1", "lunch", "ann", NOW, NOW, updates=3)


@pytest.fixture
async def sessions(store: Any) -> SessionStore:
    await store.document("lunch")
    return SessionStore(store.database)


async def edits(store: Any) -> list[EditSession]:
    query = select(menu_edit_sessions).order_by(menu_edit_sessions.c.id)
    async with store.database.read() as connection:
        return [EditSession(**row._mapping) for row in await connection.execute(query)]


async def test_session_comes_back_as_it_was(store: Any, sessions: SessionStore) -> None:
    await sessions.write([ANN], [EDIT])
    assert await sessions.list() == [ANN]
    assert await edits(store) == [EDIT]


async def test_second_write_replaces_and_the_last_of_a_batch_counts(
    store: Any, sessions: SessionStore
) -> None:
    ended = replace(ANN, status=SessionStatus.OFFLINE, ended_at=NOW + MINUTE, metadata={})
    await sessions.write([ANN], [EDIT])
    await sessions.write([replace(ANN, door="x"), ended], [replace(EDIT, updates=9)])
    assert await sessions.list() == [ended]
    assert await edits(store) == [replace(EDIT, updates=9)]


async def test_edit_of_an_unknown_session_is_rejected_with_the_whole_call(
    sessions: SessionStore,
) -> None:
    with pytest.raises(StoreError) as failure:
        await sessions.write([ANN], [replace(EDIT, session_id="none")])
    assert failure.value.reason == "rejected"
    assert await sessions.list() == []


async def test_empty_write_does_nothing(sessions: SessionStore) -> None:
    await sessions.write([], [])
    assert await sessions.list() == []


async def test_sweep_ends_only_what_is_stale(store: Any, sessions: SessionStore) -> None:
    fresh = replace(ANN, id="s2", last_activity_at=NOW + 5 * MINUTE)
    gone = replace(ANN, id="s3", status=SessionStatus.OFFLINE, ended_at=NOW)
    later = NOW + 9 * MINUTE
    await sessions.write(
        [ANN, fresh, gone],
        [EDIT, replace(EDIT, id="e2", session_id="s2", last_edit_at=NOW)],
    )
    assert await sessions.sweep(stale_before=NOW + MINUTE, now=later) == 1
    swept = replace(ANN, status=SessionStatus.OFFLINE, ended_at=later)
    assert await sessions.list() == [swept, fresh, gone]
    assert [edit.ended_at for edit in await edits(store)] == [later, None]
    assert await sessions.sweep(stale_before=NOW + MINUTE, now=later) == 0


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["s1", "s2", "s3"]),
        ({"restaurant_id": "thai"}, ["s3"]),
        ({"user_id": "ann"}, ["s1", "s3"]),
        ({"user_id": "ann", "restaurant_id": "bistro"}, ["s1"]),
        ({"resource_id": "dinner"}, ["s2"]),
        ({"status": SessionStatus.IDLE}, ["s2"]),
        ({"after": "s1", "limit": 1}, ["s2"]),
        ({"user_id": "nobody"}, []),
    ],
)
async def test_list_filters(
    sessions: SessionStore, wanted: dict[str, Any], expected: list[str]
) -> None:
    bob = replace(ANN, id="s2", user_id="bob", resource_id="dinner", status=SessionStatus.IDLE)
    await sessions.write([replace(ANN, id="s3", restaurant_id="thai"), bob, ANN], [])
    assert [session.id for session in await sessions.list(**wanted)] == expected


async def test_names_are_the_last_ones_of_those_who_were_there(sessions: SessionStore) -> None:
    rows = [
        ANN,
        replace(ANN, id="s0", user_name="Ann Lee", started_at=NOW + MINUTE),
        replace(ANN, id="s2", user_id="bo", user_name="Bo", resource_id="dinner"),
        replace(ANN, id="s3", user_id="cy", user_name=""),
        replace(ANN, id="s4", user_id="gone-1", user_name="gone-1"),
    ]
    await sessions.write(rows, [])
    assert await sessions.names("lunch") == {"ann": "Ann Lee"}
    assert await sessions.names("dinner") == {"bo": "Bo"}
    assert await sessions.names("supper") == {}
