"""From rows to a document: what waits survives, poison is set aside, nothing admitted is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from pycrdt import Doc, Map, Text

from collab.documents.document import PENDING_LIMIT_UPDATES, MenuDocument
from collab.documents.rebuild import rebuild
from collab.errors import EngineFailed, StoreError, TooLarge
from collab.records import Document, DocumentKind, LoggedUpdate, StoredDocument
from collab.updates.admission import read_update
from collab.wire.lib0 import write_var_uint

NOW = datetime(2026, 1, 2, tzinfo=UTC)
RECORD = Document("lunch", DocumentKind.FREE, "bistro", "Lunch", 1, NOW)


def stored(
    updates: Sequence[bytes], snapshot: bytes | None = None, snapshot_seq: int = 0
) -> StoredDocument:
    rows = tuple(
        LoggedUpdate(seq, data, "ann", "s", NOW)
        for seq, data in enumerate(updates, snapshot_seq + 1)
    )
    return StoredDocument(RECORD, snapshot, snapshot_seq, rows, snapshot_seq + len(rows), ())


def made(client_id: int, *edits: Callable[[Doc[Any]], object]) -> list[bytes]:
    doc: Doc[Any] = Doc(client_id=client_id)
    updates: list[bytes] = []
    subscription = doc.observe(lambda event: updates.append(event.update))
    for edit in edits:
        with doc.transaction():
            edit(doc)
    doc.unobserve(subscription)
    return updates


def setting(key: str, value: object = 1) -> Callable[[Doc[Any]], object]:
    return lambda doc: doc.get("m", type=Map).__setitem__(key, value)


def typing(text: str) -> Callable[[Doc[Any]], object]:
    return lambda doc: doc.get("t", type=Text).insert(0, text)


def map_of(document: MenuDocument) -> dict[str, Any]:
    return dict(document.engine().get("m", type=Map))


def test_an_empty_document_is_built_from_nothing() -> None:
    rebuilt = rebuild(stored([]))
    assert rebuilt.document.is_empty and not rebuilt.poison and not rebuilt.waiting


def test_snapshot_and_rows_make_the_document() -> None:
    a, b, c = made(100, *map(setting, "abc"))
    whole = rebuild(stored([a, b, c])).document
    half = rebuild(stored([a, b])).document
    again = rebuild(stored([c], half.full_state(), 2)).document
    assert again.digest() == whole.digest() and map_of(again).keys() == {"a", "b", "c"}


def test_what_waits_survives_saving_and_loading_and_heals() -> None:
    bob: Doc[Any] = Doc(client_id=200)
    first, _ = made(100, setting("price", 900), setting("x"))
    bob.apply_update(first)
    before = bob.get_state()
    bob.get("m", type=Map)["price"] = 950
    overwrite = bob.get_update(before)

    rebuilt = rebuild(stored([overwrite]))
    assert rebuilt.waiting == (1,) and [part.data for part in rebuilt.document.pending] == [
        overwrite
    ]
    # The engine's own encoding would have lost it: the reason for keeping raw rows.
    reloaded = rebuild(stored([overwrite, first]))
    assert map_of(reloaded.document) == {"price": 950} and reloaded.waiting == ()


def test_a_row_that_the_check_refuses_is_set_aside_and_the_rest_opens() -> None:
    a, b, c = made(100, *map(setting, "abc"))
    bomb = b"\x01\x01\x07\x00\x08\x01\x01t\x01" + b"\x75\x01" * 26_652 + b"\x7e\x00"
    rebuilt = rebuild(stored([a, bomb, b, b"\xff", c]))
    assert rebuilt.poison == ((2, "too_deep"), (4, "truncated"))
    assert map_of(rebuilt.document).keys() == {"a", "b", "c"}


def test_a_row_that_panics_the_engine_is_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    updates = made(100, setting("a")) + made(200, setting("b")) + made(300, setting("c"))
    genuine = MenuDocument.receive

    def panic(self: MenuDocument, update: bytes, *rest: Any, **options: Any) -> Any:
        if update == updates[1]:
            raise EngineFailed("the engine panicked")
        return genuine(self, update, *rest, **options)

    monkeypatch.setattr(MenuDocument, "receive", panic)
    rebuilt = rebuild(stored(updates))
    assert rebuilt.poison == ((2, "engine_failed"),)
    assert map_of(rebuilt.document).keys() == {"a", "c"}


def test_a_snapshot_that_cannot_be_read_is_an_error_of_the_store() -> None:
    with pytest.raises(StoreError) as raised:
        rebuild(stored([], b"\xff\xff", 3))
    assert raised.value.reason == "snapshot_broken"


def test_what_was_admitted_once_is_not_refused_for_its_size() -> None:
    # The limit was lowered, or edits of our own went past it: nothing of that may be lost.
    updates = made(100, *[typing("x" * 100)] * 50)
    rebuilt = rebuild(stored(updates), limit_bytes=1000)
    assert not rebuilt.poison and len(rebuilt.document.full_state()) > 5000
    snapshot = rebuilt.document.full_state()
    rebuilt = rebuild(stored([], snapshot, 50), limit_bytes=1000)
    (more,) = made(200, typing("y"))
    with pytest.raises(TooLarge):
        rebuilt.document.receive(more, read_update(more))


def test_rows_behind_a_lost_one_wait_however_many_they_are() -> None:
    # A damaged disk lost row 2. The rows behind it were acknowledged: they are not poison.
    updates = made(100, *[typing("x")] * (PENDING_LIMIT_UPDATES + 50))
    rebuilt = rebuild(stored(updates[:1] + updates[2:]))
    assert not rebuilt.poison and len(rebuilt.waiting) == len(updates) - 2
    lost = updates[1]
    rebuilt.document.receive(lost, read_update(lost))
    assert len(str(rebuilt.document.engine().get("t", type=Text))) == len(updates)
    assert not rebuilt.document.pending


def test_a_snapshot_may_delete_more_ranges_than_one_update_may() -> None:
    (typed,) = made(9, typing("x" * 120_000))

    def every_other(start: int) -> bytes:
        ranges = b"".join(write_var_uint(start + 2 * n) + b"\x01" for n in range(30_000))
        return b"\x00\x01\x09" + write_var_uint(30_000) + ranges

    rows = rebuild(stored([typed, every_other(0), every_other(60_000)]))
    assert not rows.poison
    again = rebuild(stored([], rows.document.full_state(), 3))
    assert again.document.digest() == rows.document.digest()


def test_client_id_of_our_own_is_one_that_nobody_used() -> None:
    used = Doc(client_id=5)
    used.get("t", type=Text).insert(0, "x")
    draws = iter([5, 5, 6])
    rebuilt = rebuild(stored([used.get_update()]), draw_client_id=lambda: next(draws))
    assert rebuilt.document.engine().client_id == 6
    assert str(rebuilt.document.engine().get("t", type=Text)) == "x"
