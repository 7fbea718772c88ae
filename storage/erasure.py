"""Taking one person out of everything that is stored of one restaurant.

Rule 1: the user id becomes a pseudonym, the same everywhere, that is drawn for this erasure and
        kept nowhere beside it; names and devices go, of a guest also the texts they typed.
Rule 2: what is not about people stays as it is: dishes, amounts, times, what menus say.
Rule 3: it is done in small transactions. Cut off in the middle, the same erasure finds the rest.
Rule 4: what stays for a while: events that rooms were told of (seven days), tokens and revocations
        (until they end), and user ids inside the edit history of live menus (until the menu is
        renewed, `mirepoix renew`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, String, Table, cast, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.orders.command import ActorKind
from collab.orders.erasing import Erasure
from collab.orders.ledger import LogEntry
from storage.database import Database
from storage.menu_tables import (
    menu_changes,
    menu_conflicts,
    menu_overrides,
    menu_shares,
    menu_versions,
    photos,
    publications,
    resource_locks,
    stream_events,
    streams,
    webhooks,
)
from storage.order_erasing import ENTRIES, rewrite_entries, rewrite_orders
from storage.order_tables import order_log, screen_marks, staff, stock, visits
from storage.sign_in_tables import devices, invites
from storage.tables import (
    client_ids,
    menu_edit_sessions,
    menu_updates,
    menus,
    user_sessions,
)
from storage.visits import lock_desk

STEP = 50  # orders in one transaction

# Column with the user id, and how its row belongs to a restaurant: by a column of its own, or by
# its document.
_OWN: tuple[tuple[Column[str], Column[str]], ...] = (
    (visits.c.opened_by, visits.c.restaurant_id),
    (invites.c.created_by, invites.c.restaurant_id),
    (webhooks.c.created_by, webhooks.c.restaurant_id),
    (photos.c.created_by, photos.c.restaurant_id),
    (menu_shares.c.created_by, menu_shares.c.restaurant_id),
    (menu_overrides.c.changed_by, menu_overrides.c.restaurant_id),
)
_OF_DOCUMENTS: tuple[tuple[Column[str], Column[str]], ...] = (
    (menu_changes.c.user_id, menu_changes.c.document_id),
    (menu_conflicts.c.resolved_by, menu_conflicts.c.document_id),
    (menu_versions.c.created_by, menu_versions.c.document_id),
    (publications.c.created_by, publications.c.document_id),
    (menu_updates.c.user_id, menu_updates.c.document_id),
    (menu_edit_sessions.c.user_id, menu_edit_sessions.c.document_id),
    (client_ids.c.user_id, client_ids.c.document_id),
)


class ErasureStore:
    """Erases people."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def erase(self, restaurant_id: str, user_id: str, pseudonym: str) -> Mapping[str, int]:
        """Take a person out of a restaurant; table -> how many rows changed, without zeros.

        Shut the person out before: whoever goes on working leaves new traces. Cancelling is safe:
        what was not done yet is done by the next call. Raises StoreError.
        """
        changed: Counter[str] = Counter()
        changed["order_log"] += await self._orders(restaurant_id, user_id, pseudonym)

        async def rows(connection: AsyncConnection) -> Mapping[str, int]:
            return await _rows(connection, restaurant_id, user_id, pseudonym)

        async def stocked(connection: AsyncConnection) -> Mapping[str, int]:
            await lock_desk(connection, self._database.dialect, restaurant_id)
            return await _stock(connection, restaurant_id, user_id, pseudonym)

        changed.update(await self._database.transact(stocked))
        changed.update(await self._database.transact(rows))
        return {name: count for name, count in sorted(changed.items()) if count}

    async def _orders(self, restaurant_id: str, user_id: str, pseudonym: str) -> int:
        traces = or_(order_log.c.actor_id == user_id, _mentions(order_log.c.body, user_id))
        query = (
            select(order_log.c.order_id)
            .where(
                order_log.c.restaurant_id == restaurant_id,
                order_log.c.order_id.is_not(None),
                traces,
            )
            .distinct()
        )
        async with self._database.read() as connection:
            ids = sorted((await connection.execute(query)).scalars())
        count = 0

        def without(entries: Sequence[LogEntry]) -> Erasure:
            return _without(entries, user_id, pseudonym)

        for start in range(0, len(ids), STEP):
            step = ids[start : start + STEP]

            async def work(connection: AsyncConnection, step: list[str] = step) -> int:
                await lock_desk(connection, self._database.dialect, restaurant_id)
                return await rewrite_orders(connection, step, without)

            count += await self._database.transact(work)
        return count


def _without(entries: Sequence[LogEntry], user_id: str, pseudonym: str) -> Erasure:
    """A guest's own texts go; what staff noted about an order belongs to it."""
    is_guest = any(one.actor_id == user_id and one.actor_kind == ActorKind.GUEST for one in entries)
    return Erasure({user_id: pseudonym}, texts_of=frozenset({user_id} if is_guest else ()))


async def _stock(
    connection: AsyncConnection, restaurant_id: str, user_id: str, pseudonym: str
) -> Mapping[str, int]:
    query = ENTRIES.where(
        order_log.c.restaurant_id == restaurant_id,
        order_log.c.order_id.is_(None),
        or_(order_log.c.actor_id == user_id, _mentions(order_log.c.body, user_id)),
    )
    found = (await connection.execute(query)).all()
    entries = await rewrite_entries(connection, found, Erasure({user_id: pseudonym}))
    set_by = update(stock).where(stock.c.restaurant_id == restaurant_id, stock.c.by == user_id)
    rows = (await connection.execute(set_by.values(by=pseudonym))).rowcount
    return {"order_log": entries, "stock": rows}


async def _rows(
    connection: AsyncConnection, restaurant_id: str, user_id: str, pseudonym: str
) -> Mapping[str, int]:
    changed: Counter[str] = Counter()
    own_documents = select(menus.c.id).where(menus.c.restaurant_id == restaurant_id)
    for column, place in _OWN:
        changed[_name(column)] += await _rename(
            connection, column, place == restaurant_id, user_id, pseudonym
        )
    for column, place in _OF_DOCUMENTS:
        changed[_name(column)] += await _rename(
            connection, column, place.in_(own_documents), user_id, pseudonym
        )
    changed["menu_conflicts"] += await _conflicts(connection, own_documents, user_id, pseudonym)
    person = {"user_id": pseudonym, "user_name": pseudonym}
    sessions = update(user_sessions).where(
        user_sessions.c.restaurant_id == restaurant_id, user_sessions.c.user_id == user_id
    )
    changed["user_sessions"] += (
        await connection.execute(sessions.values(**person, metadata={}))
    ).rowcount
    locks = update(resource_locks).where(
        resource_locks.c.resource_id.in_(own_documents), resource_locks.c.user_id == user_id
    )
    changed["resource_locks"] += (await connection.execute(locks.values(person))).rowcount
    employed = update(staff).where(
        staff.c.restaurant_id == restaurant_id, staff.c.user_id == user_id
    )
    gone = {"user_id": pseudonym, "name": pseudonym, "is_active": False}
    changed["staff"] += (await connection.execute(employed.values(gone))).rowcount
    known = update(devices).where(
        devices.c.restaurant_id == restaurant_id, devices.c.user_id == user_id
    )
    without = {"user_id": pseudonym, "name": pseudonym, "label": ""}
    changed["devices"] += (await connection.execute(known.values(without))).rowcount
    changed["screen_marks"] += await _screens(connection, restaurant_id, user_id)
    changed["streams"] += await _own_room(connection, f"user:{restaurant_id}:{user_id}")
    return changed


def _name(column: Column[str]) -> str:
    table = column.table
    assert isinstance(table, Table)
    return table.name


async def _rename(
    connection: AsyncConnection, column: Column[str], own: Any, user_id: str, pseudonym: str
) -> int:
    renamed = update(column.table).where(own, column == user_id).values({column.name: pseudonym})
    return (await connection.execute(renamed)).rowcount


async def _conflicts(
    connection: AsyncConnection, own_documents: Any, user_id: str, pseudonym: str
) -> int:
    """Candidates of conflicts say whose they are."""
    query = select(menu_conflicts.c.id, menu_conflicts.c.candidates).where(
        menu_conflicts.c.document_id.in_(own_documents),
        _mentions(menu_conflicts.c.candidates, user_id),
    )
    count = 0
    for row in (await connection.execute(query)).all():
        candidates = [
            {**one, "user": pseudonym} if one.get("user") == user_id else one
            for one in row.candidates
        ]
        if candidates != row.candidates:
            kept = update(menu_conflicts).where(menu_conflicts.c.id == row.id)
            await connection.execute(kept.values(candidates=candidates))
            count += 1
    return count


async def _screens(connection: AsyncConnection, restaurant_id: str, user_id: str) -> int:
    """Marks of the person's screens: proof of what was shown a while ago, of no use later."""
    room = f"kitchen:{restaurant_id}"
    own = or_(
        screen_marks.c.stream_id == room,
        screen_marks.c.stream_id.startswith(f"{room}:", autoescape=True),
    )
    theirs = screen_marks.c.screen_id.startswith(f"{user_id}/", autoescape=True)
    return (await connection.execute(delete(screen_marks).where(own, theirs))).rowcount


async def _own_room(connection: AsyncConnection, stream_id: str) -> int:
    """The person's room carries the user id in its name; nobody listens there any more."""
    await connection.execute(delete(stream_events).where(stream_events.c.stream_id == stream_id))
    return (await connection.execute(delete(streams).where(streams.c.id == stream_id))).rowcount


def _mentions(column: Column[Any], user_id: str) -> Any:
    """Whether JSON holds a text as a whole string; a rough look that spares reading all rows."""
    return cast(column, String).contains(json.dumps(user_id), autoescape=True)
