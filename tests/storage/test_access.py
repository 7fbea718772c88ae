"""One-time tickets and revocations."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from storage.access import AccessStore, Revocation, RevocationKind

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CLAIMS = {"sub": "ann", "roles": ["owner"], "menus": {"lunch": "write"}}


@pytest.fixture
def access(store: Any) -> AccessStore:
    return AccessStore(store.database)


async def test_ticket_gives_its_claims_exactly_once(access: AccessStore) -> None:
    ticket = await access.issue_ticket(CLAIMS, 30, NOW)
    assert await access.redeem_ticket(ticket, NOW) == CLAIMS
    assert await access.redeem_ticket(ticket, NOW) is None


async def test_of_many_that_redeem_at_once_one_wins(access: AccessStore) -> None:
    ticket = await access.issue_ticket(CLAIMS, 30, NOW)
    found = await asyncio.gather(*(access.redeem_ticket(ticket, NOW) for _ in range(12)))
    assert sorted(found, key=str) == [*[None] * 11, CLAIMS] or found.count(CLAIMS) == 1
    assert found.count(None) == 11


async def test_ticket_ends(access: AccessStore) -> None:
    ticket = await access.issue_ticket(CLAIMS, 30, NOW)
    assert await access.redeem_ticket(ticket, NOW + 30 * SECOND) is None
    assert await access.redeem_ticket(ticket, NOW + 29 * SECOND) == CLAIMS


@pytest.mark.parametrize("wrong", ["", "x", "\ud800", "' OR 1=1 --", "a" * 100_000])
async def test_unknown_ticket_is_none(access: AccessStore, wrong: str) -> None:
    await access.issue_ticket(CLAIMS, 30, NOW)
    assert await access.redeem_ticket(wrong, NOW) is None


async def test_ticket_is_not_readable_in_the_database(store: Any, access: AccessStore) -> None:
    tickets = {await access.issue_ticket(CLAIMS, 30, NOW) for _ in range(20)}
    assert len(tickets) == 20 and all(len(ticket) >= 43 for ticket in tickets)
    async with store.database.read() as connection:
        hashes = (await connection.execute(text("SELECT hash FROM tickets"))).scalars().all()
    assert all(len(each) == 32 for each in hashes)
    assert not any(ticket.encode() in bytes(each) for ticket in tickets for each in hashes)


async def test_ended_tickets_are_removed(store: Any, access: AccessStore) -> None:
    await access.issue_ticket(CLAIMS, 30, NOW)
    await access.issue_ticket(CLAIMS, 30, NOW + 31 * SECOND)
    async with store.database.read() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM tickets")) == 1


async def test_revocations_come_back_in_order_since_a_moment(access: AccessStore) -> None:
    until = NOW + timedelta(days=1)
    await access.revoke(RevocationKind.USER, "ann", until, NOW)
    await access.revoke(RevocationKind.SESSION, "s1", until, NOW + SECOND)
    await access.revoke(RevocationKind.TOKEN, "jti", until, NOW + 2 * SECOND)
    assert await access.revocations(NOW + SECOND) == [
        Revocation(RevocationKind.SESSION, "s1", NOW + SECOND, until),
        Revocation(RevocationKind.TOKEN, "jti", NOW + 2 * SECOND, until),
    ]
    assert len(await access.revocations(NOW)) == 3


async def test_second_revocation_is_new_again_and_keeps_the_later_end(access: AccessStore) -> None:
    await access.revoke(RevocationKind.USER, "ann", NOW + 100 * SECOND, NOW)
    await access.revoke(RevocationKind.USER, "ann", NOW + 50 * SECOND, NOW + SECOND)
    found = Revocation(RevocationKind.USER, "ann", NOW + SECOND, NOW + 100 * SECOND)
    assert await access.revocations(NOW + SECOND) == [found]


async def test_ended_revocations_are_removed(access: AccessStore) -> None:
    await access.revoke(RevocationKind.USER, "ann", NOW + SECOND, NOW)
    await access.revoke(RevocationKind.USER, "bob", NOW + 9 * SECOND, NOW + SECOND)
    assert [each.value for each in await access.revocations(NOW)] == ["bob"]
