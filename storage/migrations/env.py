"""Run by Alembic inside `storage.migrations.upgrade`; it never opens a connection itself."""

from __future__ import annotations

from alembic import context

from storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter a column; batch mode rebuilds the table
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
