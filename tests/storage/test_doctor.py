"""The doctor finds what is wrong, and nothing in a healthy database."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Doc, Map
from sqlalchemy import delete, text, update

from collab.edits.renewing import WORTHWHILE_FROM_BYTES
from collab.edits.writing import first_update
from collab.menus.plain_menu import PlainMenu
from collab.records import Document, DocumentKind, StreamEvent, stream_of
from storage.database import open_database
from storage.doctor import Finding, examine
from storage.menu_tables import stream_events
from storage.streams import StreamStore
from storage.tables import menus
from storage.webhooks import Webhook, WebhookStore
from tests.storage.conftest import NOW


async def healthy(store: Any) -> None:
    await store.document("lunch", b"1")
    await store.append("lunch", b"2", b"3", b"4")
    await store.updates.compact("lunch", b"snapshot", 2, keep=[1])
    await store.document("empty")


async def changed(store: Any, *statements: str) -> list[Finding]:
    async with store.database.write() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    return await examine(store.database)


async def test_healthy_database_has_no_findings(store: Any) -> None:
    await healthy(store)
    assert await examine(store.database) == []


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "DELETE FROM menu_updates WHERE seq = 3",
            Finding("alarm", "lunch", "Edits 3 to 3 are missing in the log."),
        ),
        (
            "DELETE FROM menu_snapshots",
            Finding("alarm", "lunch", "Edits 2 to 2 are missing in the log."),
        ),
        ("DELETE FROM heads WHERE top = 0", Finding("alarm", "empty", "The document has no head.")),
        (
            "UPDATE heads SET top = 3 WHERE top = 4",
            Finding("warning", "lunch", "The log goes to 4, the head says 3."),
        ),
        (
            "INSERT INTO holes VALUES ('lunch', 5, 9, '2026-01-02 00:00:00')",
            Finding(
                "warning",
                "lunch",
                "Edits 5 to 9 were found missing at 2026-01-02 00:00:00+00:00; "
                "clients that still had them gave them back under new numbers.",
            ),
        ),
    ],
)
async def test_damage_is_found(store: Any, statement: str, expected: Finding) -> None:
    await healthy(store)
    assert expected in await changed(store, statement)


async def test_damaged_snapshot_is_found(store: Any) -> None:
    await healthy(store)
    wrong = "X'00'" if store.database.dialect == "sqlite" else r"'\x00'"
    findings = await changed(store, f"UPDATE menu_snapshots SET data = {wrong}")
    assert findings[0] == Finding("alarm", "lunch", "The snapshot of edits 1 to 2 is damaged.")


async def test_quarantined_updates_are_listed_by_reason(store: Any) -> None:
    await healthy(store)
    await store.updates.quarantine("lunch", [3, 4], "the engine panicked")
    assert await examine(store.database) == [
        Finding("warning", "lunch", "2 update(s) are set aside: the engine panicked.")
    ]


async def test_database_without_our_tables_is_named(tmp_path: Path) -> None:
    database = await open_database(tmp_path / "menu.db")
    try:
        (finding,) = await examine(database)
        assert finding.severity == "warning" and "mirepoix migrate" in finding.sentence
    finally:
        await database.close()


async def test_heads_file_that_promises_more_is_believed(sqlite_store: Any) -> None:
    await healthy(sqlite_store)
    sqlite_store.database.heads.write({"lunch": 9, "lost": 3})
    assert await examine(sqlite_store.database) == [
        Finding("alarm", "lost", "The heads file knows 3 edits of a document that is not there."),
        Finding("alarm", "lunch", "Edits 5 to 9 were saved and are not in the database."),
    ]


async def test_doctor_works_beside_a_running_server_and_changes_nothing(
    sqlite_store: Any,
) -> None:
    await healthy(sqlite_store)
    sqlite_store.database.heads.write({"lunch": 9})
    reader = await open_database(sqlite_store.url, lock=False)
    try:
        assert len(await examine(reader)) == 1
        assert len(await examine(reader)) == 1
    finally:
        await reader.close()


async def test_damaged_page_of_the_file_is_found(sqlite_store: Any, opener: Any) -> None:
    await healthy(sqlite_store)
    await sqlite_store.append("lunch", *[b"x" * 900] * 200)
    await sqlite_store.database.close()
    path = sqlite_store.database.path

    def damage() -> None:
        content = bytearray(path.read_bytes())
        place = content.rindex(b"x" * 900)
        page = place // 4096 * 4096
        content[page : page + 64] = random.Random(1).randbytes(64)
        path.write_bytes(content)

    await asyncio.to_thread(damage)
    reader = await open_database(path, lock=False)
    try:
        findings = await examine(reader)
    finally:
        await reader.close()
    assert any(f.document_id is None and "damaged" in f.sentence for f in findings)


async def test_hole_in_a_stream_is_found(store: Any) -> None:
    events = [StreamEvent("a.b", "ann", {}, NOW)] * 5
    for menu in ("lunch", "dinner"):
        await StreamStore(store.database).append(stream_of(menu), events)
    async with store.database.write() as connection:
        await connection.execute(
            delete(stream_events).where(
                stream_events.c.stream_id == stream_of("lunch"), stream_events.c.offset <= 2
            )
        )
    assert await examine(store.database) == []  # the oldest may be gone
    async with store.database.write() as connection:
        await connection.execute(delete(stream_events).where(stream_events.c.offset == 4))
    found = await examine(store.database)
    assert [(one.severity, one.sentence) for one in found] == [
        ("alarm", "The stream menu:dinner:events lacks events between 1 and 5."),
        ("alarm", "The stream menu:lunch:events lacks events between 3 and 5."),
    ]


async def test_menu_whose_rows_lag_behind_is_noted(store: Any) -> None:
    await store.document("lunch")
    async with store.database.write() as connection:
        await connection.execute(update(menus).values(projection_dirty=True))
    [found] = await examine(store.database)
    assert (found.severity, found.document_id) == ("note", "lunch")


async def test_dead_letters_are_noted(store: Any) -> None:
    hooks = WebhookStore(store.database)
    await hooks.create(Webhook("w1", "bistro", "https://example.com", "s", (), NOW, "ann"))
    await store.document("lunch")
    await StreamStore(store.database).append(
        stream_of("lunch"), [StreamEvent("a.b", "ann", {}, NOW)]
    )
    [errand] = await hooks.errands(NOW)
    assert await hooks.claim(errand, NOW, NOW)
    assert await hooks.bury(errand, 1, "tired", NOW, NOW)
    [found] = await examine(store.database)
    assert found.sentence == "1 event(s) could not be delivered to webhook w1."


async def test_a_menu_far_larger_than_its_content_is_named(sqlite_store: Any) -> None:
    first = first_update(PlainMenu("de", "EUR"), "lunch", "ann")
    record = Document("lunch", DocumentKind.MENU, "bistro", "Lunch", 1, NOW)
    await sqlite_store.documents.create(record, first, "ann")
    tab: Doc[Any] = Doc()
    tab.apply_update(first)
    for _ in range(2):
        tab.get("meta", type=Map)["source"] = "x" * WORTHWHILE_FROM_BYTES
    large = tab.get_update()
    tab.get("meta", type=Map)["source"] = ""
    await sqlite_store.append("lunch", large, tab.get_update())
    found = [one for one in await examine(sqlite_store.database) if "renew" in one.sentence]
    assert [(one.severity, one.document_id) for one in found] == [("note", "lunch")]
    await sqlite_store.updates.compact("lunch", tab.get_update(), 3, keep=[])
    assert not [one for one in await examine(sqlite_store.database) if "renew" in one.sentence]
