"""Migrations build the tables that the code uses, whole or not at all."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from collab.errors import StoreError
from storage import migrations
from storage.database import open_database
from storage.menu_tables import menu_items
from storage.order_tables import orders
from storage.sign_in_tables import devices
from storage.tables import restaurants

metadata = orders.metadata  # of all tables: the others are imported for it
assert devices.metadata is metadata
assert menu_items.metadata is metadata

NEXT = """
from alembic import op
import sqlalchemy as sa
revision = "9999"
down_revision = "{before}"
branch_labels = depends_on = None

def upgrade():
    op.add_column("restaurants", sa.Column("city", sa.Text))
    {more}
"""


def scripts_with(folder: Path, more: str = "pass") -> Path:
    scripts = folder / "migrations"
    shutil.copytree(migrations.HERE, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    source = NEXT.format(before=migrations.latest(), more=more)
    (scripts / "versions" / "9999_next.py").write_text(source, encoding="utf-8")
    return scripts


async def test_migrated_database_has_exactly_the_tables(store: Any) -> None:
    def differences(connection: Any) -> list[Any]:
        return compare_metadata(MigrationContext.configure(connection), metadata)

    async with store.database.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrated_sqlite_has_the_same_statements_as_the_tables(
    sqlite_store: Any, tmp_path: Path
) -> None:
    # Alembic's comparison does not look at CHECK constraints, actions of keys or WITHOUT ROWID.
    engine = create_engine(f"sqlite:///{tmp_path}/wanted.db")
    metadata.create_all(engine)
    engine.dispose()

    def statements(path: Path) -> dict[str, list[str]]:
        connection = sqlite3.connect(path)
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_master "
            "WHERE sql IS NOT NULL AND name != 'alembic_version'"
        ).fetchall()
        connection.close()
        return {name: parts_of(sql) for name, sql in rows}

    assert statements(sqlite_store.database.path) == statements(tmp_path / "wanted.db")


def parts_of(sql: str) -> list[str]:
    """Columns and constraints, sorted: their order means nothing, and later columns come last."""
    start, end = sql.index("("), sql.rindex(")")
    parts, depth = [sql[:start], sql[end:], ""], 0
    for character in sql[start + 1 : end]:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return sorted(" ".join(part.split()) for part in parts)


async def test_migrating_again_changes_nothing(store: Any) -> None:
    assert await store.database.migrate() == migrations.latest()
    assert await store.database.migrate() == migrations.latest()


async def test_upgrade_keeps_a_copy_and_the_content(sqlite_store: Any, tmp_path: Path) -> None:
    await sqlite_store.document("lunch", b"first")
    scripts = await asyncio.to_thread(scripts_with, tmp_path / "100% new")
    assert await sqlite_store.database.migrate(scripts) == "9999"
    assert await sqlite_store.log("lunch") == [(1, b"first")]
    async with sqlite_store.database.read() as connection:
        assert await connection.scalar(text("SELECT city FROM restaurants")) is None
    copy = await open_database(tmp_path / f"menu.db.before-{migrations.latest()}", lock=False)
    try:
        async with copy.read() as connection:
            assert await connection.run_sync(migrations.revision) == migrations.latest()
            assert await connection.scalar(text("SELECT count(*) FROM menu_updates")) == 1
    finally:
        await copy.close()


async def test_content_of_the_first_revision_survives(address: str) -> None:
    database = await open_database(address)
    try:
        async with database.write() as connection:
            await connection.run_sync(upgrade_to, "0001")
            for statement in CONTENT_OF_0001:
                blob = "BLOB" if database.dialect == "sqlite" else "BYTEA"
                await connection.execute(text(statement.format(blob=blob)))
        assert await database.migrate() == migrations.latest()
        async with database.read() as connection:
            rows = await connection.execute(text("SELECT id, projection_dirty FROM menus"))
            assert sorted((row.id, bool(row.projection_dirty)) for row in rows) == [
                ("lunch", True),
                ("notes", False),
            ]
            assert await connection.scalar(text("SELECT data FROM menu_updates")) == b"first"
            assert await connection.scalar(text("SELECT time_zone FROM restaurants")) == "UTC"
            differences = await connection.run_sync(
                lambda inner: compare_metadata(MigrationContext.configure(inner), metadata)
            )
            assert differences == []
    finally:
        await database.close()


def upgrade_to(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations.HERE))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


CONTENT_OF_0001 = (
    "INSERT INTO restaurants VALUES ('bistro', 'Bistro', '2026-01-02 03:04:05')",
    "INSERT INTO menus VALUES ('lunch', 'menu', 'bistro', 'Lunch', 1, '2026-01-02 03:04:05', NULL)",
    "INSERT INTO menus VALUES ('notes', 'free', 'bistro', 'Notes', 1, '2026-01-02 03:04:05', NULL)",
    "INSERT INTO heads VALUES ('lunch', 1), ('notes', 0)",
    "INSERT INTO menu_updates VALUES "
    "('lunch', 1, CAST('first' AS {blob}), 'ann', 's', '2026-01-02 03:04:05')",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "old.db")
    url: str = request.getfixturevalue("postgres_url")
    return url


async def test_upgrade_that_fails_leaves_the_old_tables(store: Any, tmp_path: Path) -> None:
    scripts = await asyncio.to_thread(
        scripts_with, tmp_path, 'op.execute("INSERT INTO nowhere VALUES (1)")'
    )
    with pytest.raises(StoreError):
        await store.database.migrate(scripts)
    async with store.database.read() as connection:
        assert await connection.run_sync(migrations.revision) == migrations.latest()
        columns = (await connection.execute(text("SELECT * FROM restaurants"))).keys()
    assert set(columns) == set(restaurants.columns.keys())


async def test_database_of_a_newer_version_is_refused(store: Any) -> None:
    async with store.database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'f00'"))
    with pytest.raises(StoreError, match="newer version") as failure:
        await store.database.migrate()
    assert failure.value.reason == "newer"


async def test_two_nodes_that_migrate_at_once_both_succeed(postgres_url: str) -> None:
    nodes = [await open_database(postgres_url) for _ in range(2)]
    try:
        found = await asyncio.gather(*(node.migrate() for node in nodes))
    finally:
        for node in nodes:
            await node.close()
    assert found == [migrations.latest()] * 2


def test_migrations_run_from_what_the_wheel_carries(tmp_path: Path) -> None:
    # Only the packages and data that pyproject.toml declares, in a folder of their own, started
    # from elsewhere: a revision that is not declared, or is found by working directory, fails.
    root, site = Path(__file__).parents[2], tmp_path / "site"
    declared = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    for package in declared["packages"]:
        folder = root.joinpath(*package.split("."))
        target = site.joinpath(*package.split("."))
        target.mkdir(parents=True, exist_ok=True)
        for pattern in ("*.py", *declared["package-data"].get(package, [])):
            for file in folder.glob(pattern):
                if file.is_file() and package.startswith(("collab", "storage")):
                    shutil.copy(file, target)
    done = subprocess.run(
        [sys.executable, "-P", "-c", MIGRATE, str(site), str(tmp_path / "menu.db")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == migrations.latest(), done.stderr


MIGRATE = """
import asyncio, storage, sys
from storage.database import open_database
assert storage.__file__.startswith(sys.argv[1]), storage.__file__

async def main():
    database = await open_database(sys.argv[2])
    print(await database.migrate())
    await database.close()

asyncio.run(main())
"""
