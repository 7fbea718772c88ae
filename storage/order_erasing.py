"""Rewriting the stored log of orders without certain people, inside a transaction.

Rule 1: whoever rewrites holds the desk of the restaurant, so no command comes in between.
Rule 2: positions, seqs and times stay; the state of an order is folded anew from what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.orders.applying import fold
from collab.orders.erasing import Erasure, erased
from collab.orders.ledger import LogEntry
from collab.orders.plain import order_json
from storage.order_rows import entry_of
from storage.order_tables import order_log, orders

_COLUMNS = (order_log.c.position, *(order_log.c[each.name] for each in fields(LogEntry)))


async def rewrite_orders(
    connection: AsyncConnection,
    order_ids: Sequence[str],
    erasure_of: Callable[[Sequence[LogEntry]], Erasure],
) -> int:
    """Take people out of whole orders; how many entries changed.

    erasure_of: given all entries of one order, whom to take out.
    """
    query = select(*_COLUMNS).where(order_log.c.order_id.in_(order_ids))
    rows = (await connection.execute(query.order_by(order_log.c.order_id, order_log.c.seq))).all()
    by_order: dict[str, list[Row[Any]]] = {}
    for row in rows:
        by_order.setdefault(row.order_id, []).append(row)
    count = 0
    for order_id, own in by_order.items():
        entries = [entry_of(row) for row in own]
        erasure = erasure_of(entries)
        kept = [erased(entry, erasure) for entry in entries]
        count += await _save(connection, own, entries, kept)
        if kept != entries:
            state = update(orders).where(orders.c.id == order_id)
            await connection.execute(state.values(state=order_json(fold(kept))))
    return count


async def rewrite_entries(
    connection: AsyncConnection, rows: Sequence[Row[Any]], erasure: Erasure
) -> int:
    """Take people out of single entries, such as those about the stock; how many changed."""
    entries = [entry_of(row) for row in rows]
    return await _save(connection, rows, entries, [erased(one, erasure) for one in entries])


async def _save(
    connection: AsyncConnection,
    rows: Sequence[Row[Any]],
    before: Sequence[LogEntry],
    after: Sequence[LogEntry],
) -> int:
    changed = [
        {
            "restaurant": row.restaurant_id,
            "place": row.position,
            "new_actor": new.actor_id,
            "new_device": new.device,
            "new_body": dict(new.body),
        }
        for row, old, new in zip(rows, before, after, strict=True)
        if old != new
    ]
    if changed:
        await connection.execute(_CHANGE, changed)
    return len(changed)


ENTRIES = select(*_COLUMNS)
_CHANGE = (
    update(order_log)
    .where(
        order_log.c.restaurant_id == bindparam("restaurant"),
        order_log.c.position == bindparam("place"),
    )
    .values(
        actor_id=bindparam("new_actor"), device=bindparam("new_device"), body=bindparam("new_body")
    )
)
