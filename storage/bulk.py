"""Many rows into a table in one statement, whatever the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, insert

from storage.engines import dump_json
from storage.sqlite_rows import Insert
from storage.tables import upsert


def insert_rows(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    replaced: tuple[str, ...] = (),
) -> None:
    """Insert rows. replaced: columns that take the new value where the key is there already.

    In the driver's thread of SQLite (`Database.transact_sync`) many rows are one step: see
    `storage.sqlite_rows` for why that matters.
    """
    if not rows:
        return
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        _sqlite_insert(table, replaced).run(driver, rows)
        return
    connection.execute(_insert(table, replaced, connection.dialect.name), list(rows))


@cache
def _sqlite_insert(table: Table, replaced: tuple[str, ...]) -> Insert:
    return Insert(table, replaced, dump_json)


@cache
def _insert(table: Table, replaced: tuple[str, ...], dialect: str) -> Any:
    if not replaced:
        return insert(table)
    statement = upsert(dialect, table)
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: statement.excluded[name] for name in replaced},
    )
