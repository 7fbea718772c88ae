"""Alembic, driven by the program: no alembic.ini, no working directory, no second connection.

Every upgrade runs inside the caller's transaction: after a crash the old tables are there or
the new ones. New revisions go into `versions/`; write them by hand, and keep them apart from
`storage.tables`, which moves on while a revision must not.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from collab.errors import StoreError

HERE = Path(__file__).parent
# Any number: it only has to be the same in each process that migrates one PostgreSQL database.
ADVISORY_LOCK = 7_309_241


def revision(connection: Connection) -> str | None:
    """The revision the database is at; None when it has no tables of ours."""
    return MigrationContext.configure(connection).get_current_revision()


def latest(scripts: Path = HERE) -> str:
    """The revision this program wants."""
    head = _revisions(scripts).get_current_head()
    assert head is not None, "there is at least one revision"
    return head


def check_known(found: str, scripts: Path = HERE) -> None:
    """Raise StoreError (reason "newer") for a revision that this program does not know."""
    try:
        _revisions(scripts).get_revision(found)
    except CommandError as error:
        raise StoreError(
            f"The database was written by a newer version of mirepoix (revision {found}); "
            "install that version.",
            reason="newer",
        ) from error


def upgrade(connection: Connection, scripts: Path = HERE) -> None:
    """Bring the database to the latest revision, inside the transaction of `connection`."""
    if connection.dialect.name == "postgresql":
        # Two nodes that start together: the second waits, then finds nothing to do.
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@cache
def _revisions(scripts: Path) -> ScriptDirectory:
    # It imports every revision when it is asked, and a start asks three times.
    return ScriptDirectory(str(scripts))
