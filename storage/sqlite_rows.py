"""Many rows into SQLite in few steps of the driver.

The driver gives the interpreter lock back for each step, and gets it again only when the event
loop lets go: one row a step made a commit wait dozens of times.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.dialects import sqlite

ROWS_AT_ONCE = (64, 16, 4, 1)  # few statements, so that the driver keeps all of them prepared


class Insert:
    """An INSERT of whole rows, perhaps with what to do when their key is taken."""

    def __init__(self, table: Table, replaced: Sequence[str] = ()) -> None:
        """replaced: columns that take the new value when there is a row with the same key."""
        self._forms = {column.name: _form(column) for column in table.columns}
        names = ", ".join(f'"{name}"' for name in self._forms)
        row = f"({', '.join('?' * len(self._forms))})"
        end = _replacing([column.name for column in table.primary_key], replaced)
        self._statements = {
            rows: f"INSERT INTO {table.name} ({names}) VALUES {', '.join([row] * rows)}{end}"
            for rows in ROWS_AT_ONCE
        }

    def run(self, connection: sqlite3.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows by column name, as SQLAlchemy would store them."""
        self.run_stored(
            connection,
            [tuple(form(row[name]) for name, form in self._forms.items()) for row in rows],
        )

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


_DIALECT = sqlite.dialect()


def _form(column: Column[Any]) -> Callable[[Any], object]:
    stored = column.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
    return stored or (lambda value: value)


def _replacing(keys: Sequence[str], columns: Sequence[str]) -> str:
    if not columns:
        return ""
    changes = ", ".join(f'"{column}" = excluded."{column}"' for column in columns)
    return f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}"
