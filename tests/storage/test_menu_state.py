"""What a menu's room reads beside the bytes when it opens."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import insert

from collab.records import (
    ConflictRow,
    Consequences,
    DocumentUpdates,
    FieldChange,
    MenuState,
    StreamEvent,
)
from storage.menu_state import LOOK_BACK, MenuStateStore
from storage.menu_tables import menu_versions, publications
from tests.storage.conftest import Store


def change(id: str, field: str, user: str, at: datetime, part: str = "soup") -> FieldChange:
    return FieldChange(id, "items", part, field, "a", "b", user, "s", "y", at, at)


async def save(store: Store, meaning: Consequences) -> None:
    await store.updates.append([DocumentUpdates("lunch", (), consequences=(meaning,))])


async def test_menu_without_a_past_has_an_empty_state(store: Store) -> None:
    await store.document("lunch")
    assert await MenuStateStore(store.database).load_menu("lunch") == MenuState()


async def test_standing_conflicts_and_the_top_of_the_stream_are_read(store: Store) -> None:
    await store.document("lunch")
    now = store.database.clock()
    row = ConflictRow("c1", "k", "prices", "error", "items", "soup", "price", ({"value": 1},), now)
    closed = replace(row, id="c2", closed_at=now, resolved_by="ann", resolution={"by": "edit"})
    event = StreamEvent("conflict.opened", "server", {"id": "c1"}, now)
    await save(store, Consequences(conflicts=(row, closed), events=(event, event)))
    state = await MenuStateStore(store.database).load_menu("lunch")
    assert state.conflicts == (row,) and state.stream_top == 2


async def test_last_person_at_a_text_is_known_for_an_hour(store: Store) -> None:
    await store.document("lunch")
    now = store.database.clock()
    later = now - timedelta(minutes=1)
    await save(
        store,
        Consequences(
            (
                change("1", "name:de", "ann", later - timedelta(minutes=5)),
                change("2", "desc:en", "bob", later),
                change("3", "price", "cem", now),
                change("4", "note", "dee", now - LOOK_BACK - timedelta(minutes=1), "roll"),
            )
        ),
    )
    state = await MenuStateStore(store.database).load_menu("lunch")
    assert state.text_edits == {("items", "soup"): ("bob", later)}


async def test_draft_is_compared_with_the_newest_version_that_guests_were_shown(
    store: Store,
) -> None:
    await store.document("lunch")
    now = store.database.clock()
    async with store.database.write() as connection:
        for number in (1, 2, 3):
            await connection.execute(
                insert(menu_versions).values(
                    document_id="lunch",
                    number=number,
                    kind="published",
                    content={"number": number},
                    sha256="0" * 64,
                    state_vector=b"\x00",
                    created_at=now,
                    created_by="ann",
                )
            )
        for number, starts in ((1, -2), (2, -1), (3, 1)):
            await connection.execute(
                insert(publications).values(
                    id=f"p{number}",
                    document_id="lunch",
                    number=number,
                    starts_at=now + timedelta(days=starts),
                    created_at=now,
                    created_by="ann",
                )
            )
    state = await MenuStateStore(store.database).load_menu("lunch")
    assert state.published == {"number": 2}
