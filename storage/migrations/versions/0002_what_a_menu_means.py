"""What a menu means: rows, history, conflicts, versions, locks, photos, events.

Columns are added in place: rebuilding `menus` would drop it, and on SQLite that takes the rows of
every table that points to it (foreign keys are on inside the transaction).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DOCUMENT_ID = sa.String(200)
ID = sa.String(255)
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add columns to restaurants and menus; create the tables of what a menu means."""
    _columns()
    _projection()
    _conflicts()
    _streams()
    _webhooks()
    _versions()
    _locks()
    _photos()
    _shares()


def _columns() -> None:
    zone = sa.Column("time_zone", sa.String(64), nullable=False, server_default="UTC")
    op.add_column("restaurants", zone)
    for name in ("projection_dirty", "strict_locks"):
        flag = sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())
        op.add_column("menus", flag)
    # Menus of before have no rows yet.
    op.execute("UPDATE menus SET projection_dirty = true WHERE kind = 'menu'")


def _projection() -> None:
    op.create_table(
        "menu_items",
        sa.Column("document_id", DOCUMENT_ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("section_id", ID, nullable=False),
        sa.Column("position", sa.Text, nullable=False),
        sa.Column("name", sa.JSON, nullable=False),
        sa.Column("description", sa.JSON, nullable=False),
        sa.Column("price", sa.BigInteger),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("is_hidden", sa.Boolean, nullable=False),
        sa.Column("is_deleted", sa.Boolean, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("document_id", "item_id", name="pk_menu_items"),
        _of("menu_items", "document_id", "menus"),
    )
    op.create_table(
        "menu_changes",
        sa.Column("document_id", DOCUMENT_ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("root", sa.String(16), nullable=False),
        sa.Column("part_id", ID, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("before", sa.JSON),
        sa.Column("after", sa.JSON),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("door", sa.String(32), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("document_id", "id", name="pk_menu_changes"),
        _of("menu_changes", "document_id", "menus"),
    )
    _index("menu_changes", "document_id", "at")
    _index("menu_changes", "document_id", "part_id", "at")


def _conflicts() -> None:
    op.create_table(
        "menu_conflicts",
        sa.Column("id", ID, nullable=False),
        sa.Column("document_id", DOCUMENT_ID, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("root", sa.String(16), nullable=False),
        sa.Column("part_id", ID, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("candidates", sa.JSON, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("closed_at", TIME),
        sa.Column("resolved_by", ID),
        sa.Column("resolution", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_menu_conflicts"),
        _check("menu_conflicts", "severity", "severity IN ('error', 'warning', 'info')"),
        _of("menu_conflicts", "document_id", "menus"),
    )
    _index("menu_conflicts", "document_id", "closed_at")


def _streams() -> None:
    op.create_table(
        "streams",
        sa.Column("id", sa.String(255), nullable=False),
        sa.Column("epoch", ID, nullable=False),
        sa.Column("top", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_streams"),
        _check("streams", "top", "top >= 0"),
    )
    op.create_table(
        "stream_events",
        sa.Column("stream_id", sa.String(255), nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("actor", ID, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("stream_id", "offset", name="pk_stream_events"),
        _of("stream_events", "stream_id", "streams"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_stream_events_at", "stream_events", ["at"])
    op.create_table(
        "outbox",
        sa.Column("document_id", DOCUMENT_ID, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("parts", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("document_id", name="pk_outbox"),
        _of("outbox", "document_id", "menus"),
    )


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", ID, nullable=False),
        sa.Column("restaurant_id", ID, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("types", sa.JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", ID, nullable=False),
        sa.Column("disabled_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
        _of("webhooks", "restaurant_id", "restaurants"),
    )
    _index("webhooks", "restaurant_id")
    op.create_table(
        "webhook_cursors",
        sa.Column("webhook_id", ID, nullable=False),
        sa.Column("stream_id", sa.String(255), nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("failing_since", TIME),
        sa.Column("reason", sa.Text),
        sa.Column("next_at", TIME),
        sa.PrimaryKeyConstraint("webhook_id", "stream_id", name="pk_webhook_cursors"),
        _of("webhook_cursors", "webhook_id", "webhooks", ondelete="CASCADE"),
        _of("webhook_cursors", "stream_id", "streams"),
    )
    op.create_table(
        "dead_letters",
        sa.Column("webhook_id", ID, nullable=False),
        sa.Column("stream_id", sa.String(255), nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("webhook_id", "stream_id", "offset", name="pk_dead_letters"),
        _of("dead_letters", "webhook_id", "webhooks", ondelete="CASCADE"),
    )


def _versions() -> None:
    op.create_table(
        "menu_versions",
        sa.Column("document_id", DOCUMENT_ID, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("state_vector", sa.LargeBinary, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", ID, nullable=False),
        sa.PrimaryKeyConstraint("document_id", "number", name="pk_menu_versions"),
        _check("menu_versions", "kind", "kind IN ('published', 'automatic', 'named')"),
        _of("menu_versions", "document_id", "menus"),
    )
    _index("menu_versions", "document_id", "created_at")
    op.create_table(
        "publications",
        sa.Column("id", ID, nullable=False),
        sa.Column("document_id", DOCUMENT_ID, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME),
        sa.Column("daily_from", sa.String(5)),
        sa.Column("daily_to", sa.String(5)),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", ID, nullable=False),
        sa.Column("cancelled_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_publications"),
        _of("publications", "document_id", "menus"),
    )
    _index("publications", "document_id", "starts_at")


def _locks() -> None:
    op.create_table(
        "resource_locks",
        sa.Column("resource_type", sa.String(32), nullable=False),
        sa.Column("resource_id", DOCUMENT_ID, nullable=False),
        sa.Column("field", sa.String(255), nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("token", sa.BigInteger, nullable=False),
        sa.Column("acquired_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("resource_type", "resource_id", "field", name="pk_resource_locks"),
    )
    _index("resource_locks", "user_id")
    _index("resource_locks", "expires_at")
    op.create_table(
        "fencing_tokens",
        sa.Column("resource_type", sa.String(32), nullable=False),
        sa.Column("resource_id", DOCUMENT_ID, nullable=False),
        sa.Column("top", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("resource_type", "resource_id", name="pk_fencing_tokens"),
    )


def _photos() -> None:
    op.create_table(
        "photos",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("restaurant_id", ID, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", ID, nullable=False),
        sa.Column("unused_since", TIME),
        sa.PrimaryKeyConstraint("sha256", name="pk_photos"),
        _of("photos", "restaurant_id", "restaurants"),
    )
    _index("photos", "restaurant_id")
    op.create_table(
        "photo_files",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.String(16), nullable=False),
        sa.Column("media_type", sa.String(32), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sha256", "size", name="pk_photo_files"),
        sa.ForeignKeyConstraint(
            ["sha256"], ["photos.sha256"], name="fk_photo_files_sha256_photos", ondelete="CASCADE"
        ),
    )


def _shares() -> None:
    op.create_table(
        "menu_shares",
        sa.Column("document_id", DOCUMENT_ID, nullable=False),
        sa.Column("restaurant_id", ID, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", ID, nullable=False),
        sa.PrimaryKeyConstraint("document_id", "restaurant_id", name="pk_menu_shares"),
        _of("menu_shares", "document_id", "menus"),
        _of("menu_shares", "restaurant_id", "restaurants"),
    )
    _index("menu_shares", "restaurant_id")
    op.create_table(
        "menu_overrides",
        sa.Column("document_id", DOCUMENT_ID, nullable=False),
        sa.Column("restaurant_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("variation_id", ID, nullable=False),
        sa.Column("price", sa.BigInteger),
        sa.Column("is_hidden", sa.Boolean),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("changed_by", ID, nullable=False),
        sa.PrimaryKeyConstraint(
            "document_id", "restaurant_id", "item_id", "variation_id", name="pk_menu_overrides"
        ),
        _of("menu_overrides", "document_id", "menus"),
        _of("menu_overrides", "restaurant_id", "restaurants"),
    )


def _index(table: str, *columns: str) -> None:
    op.create_index("_".join(("ix", table, *columns)), table, list(columns))


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _of(
    table: str, column: str, other: str, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{other}"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)
