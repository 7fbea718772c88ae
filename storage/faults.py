"""What went wrong in the driver, as a `StoreError` with a reason.

Reasons that pass by themselves (the caller repeats): `disk_full`, `locked`, `io_error`,
`conflict`, `unavailable`, `busy`. Reasons that need a person: `fsync_failed`, `damaged`,
`read_only`, `rejected` (the statement breaks a constraint; repeating it will not help).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from collab.errors import StoreError

# https://www.sqlite.org/rescode.html; the low byte is the primary code.
SQLITE_REASONS = {
    5: "locked",  # BUSY
    6: "locked",  # LOCKED
    8: "read_only",
    10: "io_error",
    11: "damaged",  # CORRUPT
    13: "disk_full",
    14: "unavailable",  # CANTOPEN
    26: "damaged",  # NOTADB
}
# IOERR_FSYNC and IOERR_DIR_FSYNC: the kernel may have dropped the dirty pages and call the next
# fsync a success, so "it works again" would prove nothing.
SQLITE_FSYNC_CODES = frozenset({1034, 1290})

# https://www.postgresql.org/docs/current/errcodes-appendix.html; longest prefix wins.
POSTGRES_REASONS = {
    "40001": "conflict",
    "40P01": "conflict",
    "53100": "disk_full",
    "55P03": "locked",
    "58030": "io_error",
    "25006": "read_only",
    "XX001": "damaged",
    "XX002": "damaged",
    "08": "unavailable",
    "53": "unavailable",
    "57": "unavailable",
}

SENTENCES = {
    "disk_full": "The disk of the database is full; free some space.",
    "locked": "Another program holds the database locked.",
    "io_error": "The disk of the database reports an error; see the system log.",
    "fsync_failed": "The disk failed to confirm a write. Check the disk, then restart the server.",
    "damaged": "The database file is damaged; run `mirepoix doctor` and restore a backup.",
    "conflict": "Two transactions met; the same call may be repeated.",
    "unavailable": "The database cannot be reached.",
    "busy": "All database connections are in use.",
    "read_only": "The database can only be read.",
    "rejected": "The database refused the statement.",
}


@contextmanager
def driver_errors() -> Iterator[None]:
    """Turn what the drivers raise inside the block into `StoreError`."""
    try:
        yield
    except DBAPIError as error:
        raise _store_error(_reason(error)) from error
    except sqlite3.Error as error:  # from the hot statements that skip SQLAlchemy
        raise _store_error(_sqlite_reason(error)) from error
    except PoolTimeout as error:
        raise _store_error("busy") from error
    except OSError as error:  # asyncpg: connection refused, host unknown, socket gone
        raise _store_error("unavailable") from error


def reason_of(error: DBAPIError | sqlite3.Error) -> str:
    """The reason of what a driver raised."""
    return _reason(error) if isinstance(error, DBAPIError) else _sqlite_reason(error)


def _store_error(reason: str) -> StoreError:
    return StoreError(SENTENCES[reason], reason=reason)


def _reason(error: DBAPIError) -> str:
    if isinstance(error.orig, sqlite3.Error):
        return _sqlite_reason(error.orig)
    if error.connection_invalidated:
        return "unavailable"
    state = getattr(error.orig, "sqlstate", None) or ""
    return POSTGRES_REASONS.get(state) or POSTGRES_REASONS.get(state[:2]) or "rejected"


def _sqlite_reason(error: sqlite3.Error) -> str:
    # Python's own checks raise sqlite3 errors too, and these carry no code.
    code: int = getattr(error, "sqlite_errorcode", 0)
    if code in SQLITE_FSYNC_CODES:
        return "fsync_failed"
    return SQLITE_REASONS.get(code & 0xFF, "rejected")
