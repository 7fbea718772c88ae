"""Changes of a menu as messages, and leases that the door renews for pages that know none."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from api.doors import cable_menu
from api.doors.cable_menu import change_messages
from collab.identity import Role
from collab.records import FieldChange
from tests.api.conftest import Site
from tests.api.doors.cable_site import open_cable

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
PRICE = "items/soup/price"


def change(number: int, user: str, field: str, after: object, part: str = "soup") -> FieldChange:
    at = NOON + timedelta(seconds=number)
    root = "items" if part else "meta"
    return FieldChange(f"c{number}", root, part, field, None, after, user, "s", "y", at, at)


def test_changes_of_one_person_in_a_row_are_one_message() -> None:
    found = change_messages(
        "lunch",
        [
            change(1, "ann", "price", 100),
            change(2, "ann", "name:de", "Suppe"),
            change(3, "bo", "price", 200),
            change(4, "ann", "currency", "CHF", part=""),
        ],
    )
    assert found == [
        {
            "event": "menu_change",
            "menu_id": "lunch",
            "changes": {PRICE: 100, "items/soup/name:de": "Suppe"},
            "user": {"id": "ann"},
            "timestamp": "2026-01-02T12:00:02.000Z",
        },
        {
            "event": "menu_change",
            "menu_id": "lunch",
            "changes": {PRICE: 200},
            "user": {"id": "bo"},
            "timestamp": "2026-01-02T12:00:03.000Z",
        },
        {
            "event": "menu_change",
            "menu_id": "lunch",
            "changes": {"meta/currency": "CHF"},
            "user": {"id": "ann"},
            "timestamp": "2026-01-02T12:00:04.000Z",
        },
    ]


def test_nothing_that_changed_is_no_message() -> None:
    assert change_messages("lunch", []) == []


@pytest.mark.parametrize(("hold_seconds", "is_renewed"), [(600.0, True), (0.0, False)])
async def test_a_lease_is_renewed_while_its_field_is_in_use(
    site: Site, monkeypatch: pytest.MonkeyPatch, hold_seconds: float, is_renewed: bool
) -> None:
    monkeypatch.setattr(cable_menu, "RENEW_SECONDS", 0.05)
    monkeypatch.setattr(cable_menu, "HOLD_SECONDS", hold_seconds)
    bistro = await open_cable(site)
    async with bistro.cable(bistro.identity("mia", Role.MANAGER)) as cable:
        await cable.subscribe("MenuEditingChannel", menu_id="lunch")
        await cable.perform("lock_field", field=PRICE)
        (before,) = await site.house.locks.list("lunch")
        await asyncio.sleep(0.3)
        (after,) = await site.house.locks.list("lunch")
        assert (after.expires_at > before.expires_at) is is_renewed
        assert after.token == before.token
