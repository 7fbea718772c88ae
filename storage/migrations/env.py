"""Run by Alembic inside `storage.migrations.upgrade`; it never opens a connection itself."""

from __future__ import annotations

from alembic import context

from storage.menu_tables import menu_items

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=menu_items.metadata,
    render_as_batch=True,  # SQLite cannot alter a column; batch mode rebuilds the table
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
