"""Taking people out of the log: who is named goes, what belongs to the books stays."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from collab.orders.applying import ORDER_EVENTS
from collab.orders.erasing import Erasure, erased
from collab.orders.ledger import LogEntry
from collab.orders.stock_rules import STOCK_EVENTS

NOW = datetime(2026, 1, 2, tzinfo=UTC)
LINE = {"id": "a", "added_by": "gus", "seat": "Gus", "note": "hot", "quantity": 2}
BODIES: dict[str, dict[str, Any]] = {
    "order.opened": {"staff": ["wil", "gus"], "table_id": "gus"},
    "line.added": {"line": LINE},
    "line.changed": {"line": LINE},
    "note.added": {"note": "n", "text": "Gus"},
    "line.void_asked": {"lines": ["gus"], "reason": "Gus left"},
    "staff.assigned": {"user": "gus"},
    "staff.unassigned": {"user": "gus"},
    "item.86": {"target": "item:gus", "entry": {"by": "gus", "target": "item:gus"}},
    "item.un86": {"target": "item:gus", "entry": None},
    "stock.set": {"target": "item:gus", "entry": {"target": "item:gus"}},
    "stock.counted": {"target": "item:gus", "entry": {"by": "gus", "remaining": 2}},
    "payment.recorded": {"payment": "gus", "amount": 100, "method": "gus", "tip": 0},
    "line.voided": {"lines": ["gus"], "reason": "gus"},
}
RENAMED = Erasure({"gus": "nobody"})
WITH_TEXTS = Erasure({"gus": "nobody"}, texts_of=frozenset({"gus"}))


def entry(type: str, actor: str = "gus") -> LogEntry:
    return LogEntry(
        "bistro", "o", 1, "c", type, "guest", actor, "phone", None, NOW, BODIES.get(type, {})
    )


@pytest.mark.parametrize("type", sorted(ORDER_EVENTS | STOCK_EVENTS))
def test_entry_about_others_is_left_alone(type: str) -> None:
    one = entry(type, "wil")
    assert erased(one, Erasure({"eve": "nobody"}, texts_of=frozenset({"eve"}))) == one


@pytest.mark.parametrize("type", sorted(ORDER_EVENTS | STOCK_EVENTS))
def test_actor_becomes_a_pseudonym_and_the_device_goes(type: str) -> None:
    one = erased(entry(type), RENAMED)
    assert (one.actor_id, one.device, one.at, one.seq) == ("nobody", "", NOW, 1)


@pytest.mark.parametrize(
    ("type", "expected"),
    [
        ("order.opened", {"staff": ["wil", "nobody"], "table_id": "gus"}),
        ("line.added", {"line": {**LINE, "added_by": "nobody"}}),
        ("note.added", BODIES["note.added"]),
        ("staff.assigned", {"user": "nobody"}),
        ("staff.unassigned", {"user": "nobody"}),
        ("item.86", {"target": "item:gus", "entry": {"by": "nobody", "target": "item:gus"}}),
        ("item.un86", BODIES["item.un86"]),
        ("stock.set", BODIES["stock.set"]),
        ("stock.counted", {"target": "item:gus", "entry": {"by": "nobody", "remaining": 2}}),
        ("payment.recorded", BODIES["payment.recorded"]),
        ("line.voided", BODIES["line.voided"]),
    ],
)
def test_names_in_bodies_go_and_what_only_looks_like_one_stays(
    type: str, expected: dict[str, Any]
) -> None:
    assert erased(entry(type), RENAMED).body == expected


def test_texts_go_with_whoever_typed_them() -> None:
    assert erased(entry("note.added"), WITH_TEXTS).body == {"note": "n", "text": ""}
    assert erased(entry("line.void_asked"), WITH_TEXTS).body == {"lines": ["gus"], "reason": ""}
    kept = {"id": "a", "added_by": "nobody", "quantity": 2}
    assert erased(entry("line.added"), WITH_TEXTS).body == {"line": kept}
    # Somebody else changed the guest's line: the note on it is still the guest's.
    assert erased(entry("line.changed", "wil"), WITH_TEXTS).body == {"line": kept}


def test_all_texts_go_and_names_of_others_stay() -> None:
    one = erased(entry("note.added", "wil"), Erasure({}, is_all_texts=True))
    assert (one.actor_id, one.device, one.body["text"]) == ("wil", "", "")


def test_erasing_twice_changes_nothing_more() -> None:
    for type in BODIES:
        once = erased(entry(type), WITH_TEXTS)
        assert erased(once, WITH_TEXTS) == once
