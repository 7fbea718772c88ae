"""The ordered log of orders and stock: `rooms.ports.OrderLog` on the database.

Rule 1: a batch of commands is one transaction: everything that they did, and their answers, or
        nothing. It is decided by `collab.orders.settling`, under the desks of the restaurants.
Rule 2: per restaurant positions have no gaps, per order seqs have none, per room offsets have
        none; a rollback takes all of them back.
Rule 3: the state of an order and the stock are what the log folds to, saved beside it.
Rule 4: an answer is kept as long as its order, and for at least seven days.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.orders.command import Command, Outcome, Result
from collab.orders.executed import Executed, Told
from collab.orders.ledger import Ledger, LogEntry, Needs, Settlement
from collab.orders.order import Order, PaymentState
from collab.orders.plain import order_of
from collab.orders.settling import needs, settle
from collab.orders.stock import StockEntry
from storage import order_rows
from storage.database import Database
from storage.on_sale import OnSaleReader
from storage.order_tables import order_commands, order_log, orders, stock
from storage.shelf import read_shelf
from storage.streams import append_streams, draw_epoch
from storage.terms import read_terms

ANSWERS_KEPT = timedelta(days=7)
KEY_LIMIT_CHARACTERS = 255
NUMBER_LIMIT = 2**31  # of a version; the column has 32 bits


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders a list is to show; None: it does not matter."""

    is_open: bool | None = None
    table_id: str | None = None
    payment_state: PaymentState | None = None
    business_day: date | None = None


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """One entry of a restaurant's log, with its place in it."""

    position: int  # 1, 2, 3, ... per restaurant, without gaps
    entry: LogEntry


class OrderStore:
    """Orders, their log, and the stock. Satisfies `rooms.ports.OrderLog`."""

    def __init__(self, database: Database, make_epoch: Callable[[], str] = draw_epoch) -> None:
        """make_epoch: for streams that are not there yet."""
        self._database = database
        self._make_epoch = make_epoch
        self._on_sale = OnSaleReader()

    async def execute(self, commands: Sequence[Command], now: datetime) -> Executed:
        """Decide and save all commands in one transaction, in their order.

        now: aware; the time of everything that they do. Every command has one answer; commands
        about a restaurant that does not exist are rejected as `forbidden`.
        Cancelling is safe: it waits for the end of the transaction. Raises StoreError; then
        nothing was changed.
        """
        if not commands:
            return Executed((), {})

        return await self._database.transact_sync(
            lambda connection: self._execute(connection, commands, now)
        )

    async def load(self, order_id: str) -> Order | None:
        """One order as it stands, or None. Cancelling is safe. Raises StoreError."""
        async with self._database.read() as connection:
            found = await connection.run_sync(order_rows.load_orders, [order_id])
            return found.get(order_id)

    async def restaurant_of(self, order_id: str) -> str | None:
        """Whose order it is; None when there is none. Cancelling is safe. Raises StoreError."""
        query = select(orders.c.restaurant_id).where(orders.c.id == order_id)
        async with self._database.read() as connection:
            return await connection.scalar(query)

    async def open_orders(self, restaurant_id: str) -> list[Order]:
        """All orders of a restaurant that are open, the oldest first.

        Cancelling is safe. Raises StoreError.
        """
        async with self._database.read() as connection:
            rows = await connection.execute(open_orders_of(restaurant_id))
            return [order_of(row.state) for row in rows]

    async def list(
        self,
        restaurant_id: str,
        wanted: OrderFilter,
        after: str | None = None,
        limit: int = 100,
    ) -> list[Order]:
        """Orders of a restaurant, those opened last first.

        after: the id of the last order of the page before; an unknown one is as none.
        limit: rows of one page. Cancelling is safe. Raises StoreError.
        """
        query = (
            _matching(restaurant_id, wanted)
            .order_by(orders.c.opened_at.desc(), orders.c.id.desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            if after is not None:
                last = select(orders.c.opened_at).where(orders.c.id == after)
                opened_at = await connection.scalar(last)
                if opened_at is not None:
                    same = and_(orders.c.opened_at == opened_at, orders.c.id < after)
                    query = query.where(or_(orders.c.opened_at < opened_at, same))
            rows = await connection.execute(query)
            return [order_of(row.state) for row in rows]

    async def log(self, restaurant_id: str, after: int, limit: int) -> Sequence[StoredEntry]:
        """Entries of a restaurant's log with positions above `after`, ascending.

        Cancelling is safe. Raises StoreError.
        """
        query = (
            select(order_log)
            .where(order_log.c.restaurant_id == restaurant_id, order_log.c.position > after)
            .order_by(order_log.c.position)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [_stored(row) for row in await connection.execute(query)]

    async def log_of(self, order_id: str) -> Sequence[StoredEntry]:
        """All entries about one order, by seq. Cancelling is safe. Raises StoreError."""
        async with self._database.read() as connection:
            return [_stored(row) for row in await connection.execute(entries_of(order_id))]

    async def stock(self, restaurant_id: str) -> Sequence[StockEntry]:
        """What is sold out or counted, by target. Cancelling is safe. Raises StoreError."""
        query = select(stock).where(stock.c.restaurant_id == restaurant_id)
        async with self._database.read() as connection:
            rows = await connection.execute(query.order_by(stock.c.target))
            return [order_rows.stock_entry_of(row) for row in rows]

    async def standing_stock(self, restaurant_id: str) -> Sequence[StockEntry]:
        """The same without what is over. Cancelling is safe. Raises StoreError."""
        async with self._database.read() as connection:
            return await connection.run_sync(read_shelf, restaurant_id, self._database.clock())

    async def forget_commands(self, before: datetime) -> int:
        """Drop answers older than `before` whose order is not there any more; how many.

        before: at least `ANSWERS_KEPT` ago. Of commands about the stock, and of those that named
        an order that never was, there is no order to wait for.
        Cancelling is safe: it waits for the end of the transaction. Raises StoreError.
        """
        of_order = exists().where(orders.c.id == order_commands.c.order_id)
        old = and_(order_commands.c.at < before, ~of_order)

        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(delete(order_commands).where(old))).rowcount

        return await self._database.transact(work)

    def _execute(
        self, connection: Connection, commands: Sequence[Command], now: datetime
    ) -> Executed:
        wanted = {command.restaurant_id for command in commands}
        tops = order_rows.lock_desks(connection, wanted)
        known = [command for command in commands if command.restaurant_id in tops]
        if not known:
            return Executed(tuple(map(_nowhere, commands)), {})
        ledger = self._load(connection, needs(known), now)
        done = settle(ledger, known, now)
        # Before the log: an id that another restaurant takes at this moment is noticed here.
        order_rows.save_orders(connection, done.orders, ledger.orders, now)
        order_rows.save_entries(connection, tops, done.entries)
        order_rows.save_stock(connection, done.stock)
        order_rows.save_visits(connection, done.visits.values())
        told = append_streams(connection, done.told, self._make_epoch())
        results = numbered(done, told)
        answers = [(known[index], results[index]) for index in sorted(done.kept)]
        order_rows.save_answers(connection, answers, now)
        return Executed(_in_place(commands, known, results), told)

    def _load(self, connection: Connection, wanted: Needs, now: datetime) -> Ledger:
        terms = read_terms(connection, wanted.restaurants)
        found = order_rows.load_orders(connection, wanted.orders)
        tables = {key for key in wanted.tables if all(map(_is_key, key))}
        menus = {
            (menu_id, number if number is None or 0 < number < NUMBER_LIMIT else None)
            for menu_id, number in wanted.menus
            if _is_key(menu_id)
        }
        for order_id in wanted.tables_of & found.keys():
            order = found[order_id]
            if order.table_id is not None:
                tables.add((order.restaurant_id, order.table_id))
        return Ledger(
            terms=terms,
            answered=order_rows.load_answers(connection, wanted.keys),
            orders=found,
            stock=order_rows.load_stock(connection, wanted.restaurants),
            menus=self._on_sale.load(connection, menus, terms, now),
            visits=order_rows.load_visits(connection, tables, now),
            tables=order_rows.load_tables(connection, tables),
        )


def open_orders_of(restaurant_id: str) -> Select[Any]:
    """The states of a restaurant's open orders, the oldest first."""
    return (
        select(orders.c.state)
        .where(orders.c.restaurant_id == restaurant_id, orders.c.is_open)
        .order_by(orders.c.opened_at, orders.c.id)
    )


def entries_of(order_id: str) -> Select[Any]:
    """The rows of one order's log, by seq."""
    return select(order_log).where(order_log.c.order_id == order_id).order_by(order_log.c.seq)


def numbered(done: Settlement, told: dict[str, Told]) -> tuple[Result, ...]:
    """The results of a batch, each with the offset of its last event where there is one."""
    results = list(done.results)
    for index, place in done.places.items():
        stream = done.kept[index]
        assert stream is not None, "a result with a place names its stream"
        results[index] = replace(results[index], offset=told[stream].first + place)
    for index, first in done.repeats.items():
        results[index] = replace(results[index], offset=results[first].offset)
    return tuple(results)


def _is_key(text: str) -> bool:
    """Whether a name out of a body that nobody has checked can be asked for at all.

    Drivers raise for a NUL and for half a surrogate pair, and the whole batch would fail.
    """
    return len(text) <= KEY_LIMIT_CHARACTERS and text.isprintable()


def _matching(restaurant_id: str, wanted: OrderFilter) -> Select[Any]:
    query = select(orders.c.state).where(orders.c.restaurant_id == restaurant_id)
    if wanted.is_open is not None:
        query = query.where(orders.c.is_open if wanted.is_open else ~orders.c.is_open)
    if wanted.table_id is not None:
        query = query.where(orders.c.table_id == wanted.table_id)
    if wanted.payment_state is not None:
        query = query.where(orders.c.payment_state == wanted.payment_state.value)
    if wanted.business_day is not None:
        query = query.where(orders.c.business_day == wanted.business_day.isoformat())
    return query


def _stored(row: Row[Any]) -> StoredEntry:
    return StoredEntry(row.position, order_rows.entry_of(row))


def _in_place(
    commands: Sequence[Command], known: Sequence[Command], results: Sequence[Result]
) -> tuple[Result, ...]:
    if len(known) == len(commands):
        return tuple(results)
    restaurants = {command.restaurant_id for command in known}
    answers = iter(results)
    return tuple(
        next(answers) if command.restaurant_id in restaurants else _nowhere(command)
        for command in commands
    )


def _nowhere(command: Command) -> Result:
    reason = "There is no such restaurant; it has to be set up first."
    return Result(command.id, Outcome.REJECTED, code="forbidden", reason=reason)
