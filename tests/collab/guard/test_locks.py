"""Names of fields, and who gets one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.errors import ProtocolViolation
from collab.guard.locks import (
    LEASE_SECONDS,
    LOCKS_PER_USER,
    Claim,
    Lock,
    LockedField,
    LockHolder,
    judge_claim,
    lease_end,
    read_field,
)

NOW = datetime(2026, 1, 2, tzinfo=UTC)
ANN = LockHolder("session-a", "ann", "Ann")


def lock(seconds: float = 10, holder: LockHolder = ANN) -> Lock:
    return Lock("lunch", "items/soup/price", holder, 7, NOW, NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("items/soup/price", LockedField("items", "soup", "price")),
        ("items/soup/name:de-AT", LockedField("items", "soup", "name:de-AT")),
        ("items/soup/note", LockedField("items", "soup", "note")),
        ("items/soup/var:v1:price", LockedField("items", "soup", "var:v1:price")),
        ("items/soup/mod:g1", LockedField("items", "soup", "mod:g1")),
        ("items/a%2Fb/allergen:N%2F%25", LockedField("items", "a/b", "allergen:N/%")),
        ("items/%252F/price", LockedField("items", "%2F", "price")),
        ("sections/s1/hours", LockedField("sections", "s1", "hours")),
        ("modgroups/g1/opt:o1:name:de", LockedField("modgroups", "g1", "opt:o1:name:de")),
        ("meta/currency", LockedField("meta", "", "currency")),
    ],
)
def test_path_names_a_field(path: str, field: LockedField) -> None:
    assert read_field(path) == field
    assert field.path == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "items",
        "items/soup",
        "items/soup/",
        "items//price",
        "items/soup/price/more",
        "items/soup/price@1",
        "items/soup/colour",
        "items/soup/name",
        "items/soup/name:",
        "items/so:up/price",
        "items/soup/allergen:a\0b",
        "items/soup/allergen:\ud800",
        "items/" + "x" * 65 + "/price",
        "items/soup/allergen:" + "%2F" * 80,
        "items/%41/price",
        "items/soup%2fprice/price",
        "sections/s1/price",
        "sections/s1/note",
        "modgroups/g1/name",
        "orders/o1/price",
        "meta//currency",
        "meta/Currency",
        "meta/" + "x" * 65,
    ],
)
def test_anything_else_is_no_field(path: str) -> None:
    with pytest.raises(ProtocolViolation) as refused:
        read_field(path)
    assert refused.value.reason == "bad_field"


@given(st.text(max_size=60))
def test_every_field_has_one_path_only(text: str) -> None:
    try:
        field = read_field("items/soup/" + text)
    except ProtocolViolation:
        return
    assert field.path == "items/soup/" + text


@given(st.text(min_size=1, max_size=20))
def test_path_of_a_field_is_read_back(id: str) -> None:
    field = LockedField("items", id, "price")
    try:
        assert read_field(field.path) == field
    except ProtocolViolation:
        assert set(":@") & set(id) or not id.isprintable()


def test_free_field_is_given_to_whoever_comes() -> None:
    assert judge_claim(None, ANN, 0, NOW) is Claim.FREE
    assert judge_claim(lock(0), ANN, 0, NOW) is Claim.FREE, "a lease ends on the dot"
    assert judge_claim(lock(0.001), LockHolder("s", "bo", ""), 0, NOW) is Claim.HELD


def test_session_decides_whose_lock_it_is() -> None:
    assert judge_claim(lock(), ANN, 0, NOW) is Claim.OWN
    assert judge_claim(lock(), LockHolder("session-b", "ann", "Ann"), 0, NOW) is Claim.HELD
    assert judge_claim(lock(), LockHolder("session-a", "bo", "Bo"), 0, NOW) is Claim.HELD


def test_limit_stops_new_locks_only() -> None:
    assert judge_claim(None, ANN, LOCKS_PER_USER - 1, NOW) is Claim.FREE
    assert judge_claim(None, ANN, LOCKS_PER_USER, NOW) is Claim.FULL
    assert judge_claim(lock(), ANN, LOCKS_PER_USER + 5, NOW) is Claim.OWN


def test_lease_is_thirty_seconds() -> None:
    assert (lease_end(NOW) - NOW).total_seconds() == LEASE_SECONDS == 30
    assert lock(12.5).seconds_left(NOW) == 12.5
    assert lock(-3).seconds_left(NOW) == 0
