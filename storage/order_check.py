"""Whether orders are what their log says: folded anew and compared, order by order. Only reads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.orders.applying import fold
from collab.orders.plain import order_of
from storage.order_rows import entry_of
from storage.order_tables import desks, order_log, orders
from storage.orders import entries_of

# What reading a damaged log or state can raise; anything else is a mistake of the program.
_UNREADABLE = (LookupError, TypeError, ValueError, AttributeError)


async def order_faults(connection: AsyncConnection) -> AsyncIterator[str]:
    """A sentence for each order whose log and state differ, and each desk behind its log."""
    async for sentence in _desk_faults(connection):
        yield sentence
    ids = (await connection.execute(select(orders.c.id).order_by(orders.c.id))).scalars().all()
    for order_id in ids:
        row = (await connection.execute(select(orders).where(orders.c.id == order_id))).one()
        entries = (await connection.execute(entries_of(order_id))).all()
        fault = _fault(row, entries)
        if fault is not None:
            yield f"Order {order_id}: {fault}"
    lost = (
        select(order_log.c.order_id)
        .outerjoin(orders, orders.c.id == order_log.c.order_id)
        .where(order_log.c.order_id.is_not(None), orders.c.id.is_(None))
        .distinct()
        .order_by(order_log.c.order_id)
    )
    for order_id in (await connection.execute(lost)).scalars().all():
        yield f"Order {order_id} is in the log and not among the orders."


async def _desk_faults(connection: AsyncConnection) -> AsyncIterator[str]:
    last = func.max(order_log.c.position)
    query = (
        select(order_log.c.restaurant_id, last.label("last"), desks.c.top)
        .outerjoin(desks, desks.c.restaurant_id == order_log.c.restaurant_id)
        .group_by(order_log.c.restaurant_id, desks.c.top)
        .order_by(order_log.c.restaurant_id)
    )
    for row in (await connection.execute(query)).all():
        # Old orders are forgotten in time, so only the end of a log can be told to be right.
        if row.top is None or row.last > row.top:
            yield (
                f"The orders of {row.restaurant_id} go to position {row.last}, "
                f"its desk says {row.top}."
            )


def _fault(row: Row[Any], entries: Sequence[Row[Any]]) -> str | None:
    seqs = [entry.seq for entry in entries]
    if seqs != list(range(1, row.last_seq + 1)):
        return f"its log has {len(seqs)} of {row.last_seq} events."
    try:
        folded, stored = fold([entry_of(entry) for entry in entries]), order_of(row.state)
    except _UNREADABLE as error:
        return f"its log or its state cannot be read ({type(error).__name__})."
    if folded != stored or list(folded.lines) != list(stored.lines):
        return "its state is not what its log adds up to."
    if (row.total, row.is_open) != (stored.total, stored.closed_at is None):
        return "its columns say something else than its state."
    return None
