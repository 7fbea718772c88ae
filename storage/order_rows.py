"""The rows of orders: what a batch of commands loads, and what it saves.

Statements to be run inside a transaction of `storage.orders`; each of them serves a whole batch.
Rule 1: desks first, by restaurant id ascending, then everything else, streams last: whoever
        writes about orders takes their locks in this order.
Rule 2: what is loaded under the desk is what is saved upon: nobody else writes in between.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    func,
    literal,
    select,
    update,
)

from collab.errors import StoreError
from collab.orders.command import Command, Result
from collab.orders.ledger import Answered, LogEntry
from collab.orders.order import Order
from collab.orders.plain import order_json, order_of, result_json, result_of
from collab.orders.stock import StockEntry
from collab.orders.terms import Visit
from storage.bulk import insert_rows
from storage.order_tables import (
    desks,
    dining_tables,
    order_commands,
    order_log,
    orders,
    stock,
    visits,
)
from storage.tables import restaurants, upsert
from storage.visits import VISIT_COLUMNS, visit_of

Key = tuple[str, str]


def lock_desks(connection: Connection, restaurant_ids: Collection[str]) -> dict[str, int]:
    """Hold the desks of restaurants until the end; restaurant id -> position of its last entry.

    Restaurants that do not exist are missing.
    """
    key = {"ids": sorted(restaurant_ids)}
    tops = {row.restaurant_id: row.top for row in connection.execute(_LOCK, key)}
    if len(tops) == len(key["ids"]):
        return tops
    connection.execute(_OPEN_DESKS[connection.dialect.name], key)
    return {row.restaurant_id: row.top for row in connection.execute(_LOCK, key)}


def load_answers(connection: Connection, keys: Collection[Key]) -> dict[Key, Answered]:
    """Answers that were given before, by (restaurant id, command id)."""
    return {
        (row.restaurant_id, row.command_id): Answered(
            row.fingerprint, result_of(row.command_id, row.result)
        )
        for key in _by_restaurant(keys)
        for row in connection.execute(_ANSWERS, key).all()
    }


def load_orders(connection: Connection, ids: Collection[str]) -> dict[str, Order]:
    """Orders as they stand, by id."""
    if not ids:
        return {}
    found = connection.execute(_ORDERS, {"ids": sorted(ids)})
    return {row.id: order_of(row.state) for row in found.all()}


def load_stock(
    connection: Connection, restaurant_ids: Collection[str]
) -> dict[str, dict[str, StockEntry]]:
    """All entries of restaurants, by restaurant id and target."""
    entries: dict[str, dict[str, StockEntry]] = {one: {} for one in restaurant_ids}
    found = connection.execute(_STOCK, {"ids": sorted(restaurant_ids)})
    for row in found.all():
        entries[row.restaurant_id][row.target] = stock_entry_of(row)
    return entries


def load_tables(connection: Connection, keys: Collection[Key]) -> dict[Key, str | None]:
    """Tables that exist -> the order that is open there, by (restaurant id, table id)."""
    return {
        (row.restaurant_id, row.id): row.order_id
        for key in _by_restaurant(keys)
        for row in connection.execute(_TABLES, key).all()
    }


def load_visits(connection: Connection, keys: Collection[Key], now: datetime) -> dict[Key, Visit]:
    """Visits that are live, by (restaurant id, table id)."""
    return {
        (row.restaurant_id, row.table_id): visit_of(row)
        for key in _by_restaurant(keys)
        for row in connection.execute(_VISITS, {**key, "now": now}).all()
    }


def save_entries(
    connection: Connection, tops: Mapping[str, int], entries: Sequence[LogEntry]
) -> None:
    """Append to the logs, and raise the desks. tops: from `lock_desks`."""
    raised = dict(tops)
    rows = []
    for entry in entries:
        raised[entry.restaurant_id] += 1
        rows.append(_entry_row(entry, raised[entry.restaurant_id]))
    grown = [
        {"restaurant_id": one, "top": top}
        for one, top in sorted(raised.items())
        if top != tops[one]
    ]
    insert_rows(connection, desks, grown, ("top",))
    insert_rows(connection, order_log, rows)


def save_orders(
    connection: Connection, changed: Mapping[str, Order], known: Collection[str], now: datetime
) -> None:
    """Insert or update what orders fold to. known: ids that were there before.

    Raises StoreError, reason "conflict", when another restaurant made an order of the same id at
    this moment (PostgreSQL only): repeated, the batch sees it.
    """
    # By id: two nodes that take the same ids crosswise would wait for each other.
    rows = {id: _order_row(order, now) for id, order in sorted(changed.items())}
    new = [row for id, row in rows.items() if id not in known]
    if new and connection.dialect.name == "postgresql":
        if len(connection.execute(_NEW_ORDERS, new).all()) != len(new):
            raise StoreError("Another order took this id meanwhile.", reason="conflict")
    else:
        insert_rows(connection, orders, new)
    insert_rows(connection, orders, [row for id, row in rows.items() if id in known], _CHANGEABLE)


def save_stock(connection: Connection, changed: Mapping[Key, StockEntry | None]) -> None:
    """Insert or replace entries; drop those that are None."""
    rows = [_stock_row(key[0], entry) for key, entry in changed.items() if entry is not None]
    insert_rows(connection, stock, rows, _STOCK_VALUES)
    for key in _by_restaurant([key for key, entry in changed.items() if entry is None]):
        connection.execute(_DROP_STOCK, key)


def save_visits(connection: Connection, changed: Collection[Visit]) -> None:
    """Update visits: their order, and their end."""
    rows = [
        {"visit": one.id, "order": one.order_id, "expires": one.expires_at, "closed": one.closed_at}
        for one in changed
    ]
    if rows:
        connection.execute(_UPDATE_VISITS, rows)


def save_answers(
    connection: Connection, answers: Sequence[tuple[Command, Result]], now: datetime
) -> None:
    """Keep answers, so that the same commands get them again."""
    rows = [
        {
            "restaurant_id": command.restaurant_id,
            "command_id": command.id,
            "fingerprint": command.fingerprint,
            "result": result_json(result),
            "order_id": command.order_id,
            "at": now,
        }
        for command, result in answers
    ]
    insert_rows(connection, order_commands, rows)


def entry_of(row: Row[Any]) -> LogEntry:
    """The record of a row of `order_log`."""
    values = dict(row._mapping)
    del values["position"]
    return LogEntry(**values)


def stock_entry_of(row: Row[Any]) -> StockEntry:
    """The record of a row of `stock`."""
    return StockEntry(
        target=row.target,
        is_sold_out=row.is_sold_out,
        remaining=row.remaining,
        until=row.until,
        reason=row.reason,
        by=row.by,
        at=row.at,
    )


def _entry_row(entry: LogEntry, position: int) -> dict[str, Any]:
    return {
        "restaurant_id": entry.restaurant_id,
        "position": position,
        "order_id": entry.order_id,
        "seq": entry.seq,
        "command_id": entry.command_id,
        "type": entry.type,
        "actor_kind": entry.actor_kind,
        "actor_id": entry.actor_id,
        "device": entry.device,
        "client_at": entry.client_at,
        "at": entry.at,
        "body": dict(entry.body),
    }


def _order_row(order: Order, now: datetime) -> dict[str, Any]:
    return {
        "id": order.id,
        "restaurant_id": order.restaurant_id,
        "table_id": order.table_id,
        "is_open": order.closed_at is None,
        "payment_state": order.payment_state.value,
        "total": order.total,
        "last_seq": order.last_seq,
        "business_day": order.business_day.isoformat(),
        "opened_at": order.opened_at,
        "updated_at": now,
        "closed_at": order.closed_at,
        "state": order_json(order),
    }


def _stock_row(restaurant_id: str, entry: StockEntry) -> dict[str, Any]:
    return {
        "restaurant_id": restaurant_id,
        "target": entry.target,
        "is_sold_out": entry.is_sold_out,
        "remaining": entry.remaining,
        "until": entry.until,
        "reason": entry.reason,
        "by": entry.by,
        "at": entry.at,
    }


def _ids() -> Any:
    return bindparam("ids", expanding=True)


def _by_restaurant(keys: Collection[Key]) -> list[dict[str, Any]]:
    """Parameters of one question a restaurant.

    Not one question for all, `(restaurant, id) IN (pairs)`: SQLite reads the whole table for it.
    """
    found: dict[str, list[str]] = {}
    for restaurant_id, id in sorted(keys):
        found.setdefault(restaurant_id, []).append(id)
    return [{"restaurant": one, "ids": ids} for one, ids in found.items()]


def _opening(dialect: str) -> Any:
    found = select(restaurants.c.id, literal(0)).where(restaurants.c.id.in_(_ids()))
    added = upsert(dialect, desks).from_select(
        ["restaurant_id", "top"], found.order_by(restaurants.c.id)
    )
    return added.on_conflict_do_nothing()


_restaurant: BindParameter[str] = bindparam("restaurant")
_DIALECTS = ("sqlite", "postgresql")
_LOCK = (
    select(desks)
    .where(desks.c.restaurant_id.in_(_ids()))
    .order_by(desks.c.restaurant_id)
    .with_for_update()
)
_OPEN_DESKS = {dialect: _opening(dialect) for dialect in _DIALECTS}
_ANSWERS = select(
    order_commands.c.restaurant_id,
    order_commands.c.command_id,
    order_commands.c.fingerprint,
    order_commands.c.result,
).where(order_commands.c.restaurant_id == _restaurant, order_commands.c.command_id.in_(_ids()))
_ORDERS = select(orders.c.id, orders.c.state).where(orders.c.id.in_(_ids()))
_STOCK = select(stock).where(stock.c.restaurant_id.in_(_ids()))
_TABLES = (
    select(
        dining_tables.c.restaurant_id, dining_tables.c.id, func.max(orders.c.id).label("order_id")
    )
    .outerjoin(
        orders,
        and_(
            orders.c.table_id == dining_tables.c.id,
            orders.c.restaurant_id == dining_tables.c.restaurant_id,
            orders.c.is_open,
        ),
    )
    .where(
        dining_tables.c.restaurant_id == _restaurant,
        dining_tables.c.id.in_(_ids()),
        dining_tables.c.deleted_at.is_(None),
    )
    .group_by(dining_tables.c.restaurant_id, dining_tables.c.id)
)
_VISITS = (
    select(*VISIT_COLUMNS)
    .where(
        visits.c.restaurant_id == _restaurant,
        visits.c.table_id.in_(_ids()),
        visits.c.closed_at.is_(None),
        visits.c.expires_at > bindparam("now", type_=visits.c.expires_at.type),
    )
    .order_by(visits.c.opened_at, visits.c.id)  # of two the later one counts
)
_CHANGEABLE = tuple(column.name for column in orders.columns if column.name != "id")
_NEW_ORDERS = upsert("postgresql", orders).on_conflict_do_nothing().returning(orders.c.id)
_STOCK_VALUES = ("is_sold_out", "remaining", "until", "reason", "by", "at")
_DROP_STOCK = delete(stock).where(stock.c.restaurant_id == _restaurant, stock.c.target.in_(_ids()))
_UPDATE_VISITS = (
    update(visits)
    .where(visits.c.id == bindparam("visit"))
    .values(
        order_id=bindparam("order"),
        expires_at=bindparam("expires", type_=visits.c.expires_at.type),
        closed_at=bindparam("closed", type_=visits.c.closed_at.type),
    )
)
