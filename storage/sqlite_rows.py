"""Many rows into SQLite in few steps of the driver.

The driver gives the interpreter lock back for each step, and gets it again only when the event
loop lets go: one row a step made a commit wait dozens of times.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Dialect, Table
from sqlalchemy.dialects import sqlite

from storage.tables import UtcDateTime

ROWS_AT_ONCE = (64, 16, 4, 1)  # few statements, so that the driver keeps all of them prepared


class Insert:
    """An INSERT of whole rows, perhaps with what to do when their key is taken."""

    def __init__(
        self, table: Table, replaced: Sequence[str] = (), dumps: Callable[[Any], str] | None = None
    ) -> None:
        """replaced: columns that take the new value when there is a row with the same key.

        dumps: writes JSON columns; None: as SQLAlchemy does.
        """
        dialect = sqlite.dialect(json_serializer=dumps)
        columns = [column.name for column in table.columns]
        self._values = itemgetter(*columns)
        forms = [_form(column, dialect) for column in table.columns]
        self._forms = [(place, form) for place, form in enumerate(forms) if form is not None]
        names = ", ".join(f'"{name}"' for name in columns)
        row = f"({', '.join('?' * len(columns))})"
        end = _replacing([column.name for column in table.primary_key], replaced)
        self._statements = {
            rows: f"INSERT INTO {table.name} ({names}) VALUES {', '.join([row] * rows)}{end}"
            for rows in ROWS_AT_ONCE
        }

    def run(self, connection: sqlite3.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows by column name, as SQLAlchemy would store them."""
        self.run_stored(connection, [self._stored(row) for row in rows])

    def _stored(self, row: Mapping[str, Any]) -> list[object]:
        values = list(self._values(row))
        for place, form in self._forms:
            values[place] = form(values[place])
        return values

    def run_stored(self, connection: sqlite3.Connection, rows: Sequence[Sequence[object]]) -> None:
        """Insert rows whose values are in the order of the table and in the form it stores."""
        start = 0
        for size in ROWS_AT_ONCE:
            while len(rows) - start >= size:
                chunk = rows[start : start + size]
                values = [value for row in chunk for value in row]
                connection.execute(self._statements[size], values)
                start += size


def sqlite_time(at: datetime) -> str:
    """A time in the form in which SQLAlchemy stores and expects a DateTime on SQLite."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _form(column: Column[Any], dialect: Dialect) -> Callable[[Any], object] | None:
    """What makes a value one that SQLite stores; None: it is one already."""
    if isinstance(column.type, UtcDateTime):  # the same in a third of the time
        return lambda at: None if at is None else sqlite_time(at)
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _replacing(keys: Sequence[str], columns: Sequence[str]) -> str:
    if not columns:
        return ""
    changes = ", ".join(f'"{column}" = excluded."{column}"' for column in columns)
    return f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}"
