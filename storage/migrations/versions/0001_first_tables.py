"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

DOCUMENT_ID = sa.String(200)
ID = sa.String(255)
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create documents and their log, sessions, tickets and revocations."""
    _documents()
    _log()
    _sessions()
    _access()


def _documents() -> None:
    op.create_table(
        "restaurants",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_restaurants"),
    )
    op.create_table(
        "menus",
        sa.Column("id", DOCUMENT_ID, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("restaurant_id", ID, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_menus"),
        sa.CheckConstraint("kind IN ('menu', 'free')", name=op.f("ck_menus_kind")),
        sa.CheckConstraint("epoch >= 1", name=op.f("ck_menus_epoch")),
        sa.ForeignKeyConstraint(
            ["restaurant_id"], ["restaurants.id"], name="fk_menus_restaurant_id_restaurants"
        ),
    )
    op.create_index("ix_menus_restaurant_id_id", "menus", ["restaurant_id", "id"])
    op.create_table(
        "heads",
        sa.Column("document_id", DOCUMENT_ID, nullable=False),
        sa.Column("top", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("document_id", name="pk_heads"),
        sa.CheckConstraint("top >= 0", name=op.f("ck_heads_top")),
        _of_document("heads"),
    )


def _log() -> None:
    op.create_table(
        "menu_updates",
        sa.Column("document_id", DOCUMENT_ID, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("document_id", "seq", name="pk_menu_updates"),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_menu_updates_seq")),
        _of_document("menu_updates"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "menu_snapshots",
        sa.Column("document_id", DOCUMENT_ID, nullable=False),
        sa.Column("upto_seq", sa.BigInteger, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("document_id", "upto_seq", name="pk_menu_snapshots"),
        sa.CheckConstraint("upto_seq >= 1", name=op.f("ck_menu_snapshots_upto_seq")),
        sa.CheckConstraint("length(sha256) = 32", name=op.f("ck_menu_snapshots_sha256")),
        _of_document("menu_snapshots"),
    )
    op.create_table(
        "quarantined_updates",
        sa.Column("document_id", DOCUMENT_ID, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("part", sa.String(16), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("document_id", "seq", "part", name="pk_quarantined_updates"),
        sa.CheckConstraint(
            "part IN ('update', 'snapshot')", name=op.f("ck_quarantined_updates_part")
        ),
        _of_document("quarantined_updates"),
    )
    op.create_table(
        "holes",
        sa.Column("document_id", DOCUMENT_ID, nullable=False),
        sa.Column("first_seq", sa.BigInteger, nullable=False),
        sa.Column("last_seq", sa.BigInteger, nullable=False),
        sa.Column("found_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("document_id", "first_seq", name="pk_holes"),
        sa.CheckConstraint("last_seq >= first_seq", name=op.f("ck_holes_last_seq")),
        _of_document("holes"),
    )
    op.create_table(
        "client_ids",
        sa.Column("document_id", DOCUMENT_ID, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("client_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("document_id", "epoch", "client_id", name="pk_client_ids"),
        _of_document("client_ids"),
    )


def _sessions() -> None:
    op.create_table(
        "user_sessions",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("restaurant_id", ID, nullable=False),
        sa.Column("resource_type", sa.String(32), nullable=False),
        sa.Column("resource_id", DOCUMENT_ID, nullable=False),
        sa.Column("door", sa.String(32), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("last_activity_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.Column("metadata", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user_sessions"),
        sa.CheckConstraint(
            "status IN ('active', 'idle', 'offline')", name=op.f("ck_user_sessions_status")
        ),
    )
    for first, second in (
        ("restaurant_id", "id"),
        ("user_id", "id"),
        ("resource_id", "id"),
        ("status", "last_activity_at"),
    ):
        op.create_index(f"ix_user_sessions_{first}_{second}", "user_sessions", [first, second])
    op.create_table(
        "menu_edit_sessions",
        sa.Column("id", ID, nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("document_id", DOCUMENT_ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("last_edit_at", TIME, nullable=False),
        sa.Column("updates", sa.Integer, nullable=False),
        sa.Column("ended_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_menu_edit_sessions"),
        sa.CheckConstraint("updates >= 0", name=op.f("ck_menu_edit_sessions_updates")),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["user_sessions.id"],
            name="fk_menu_edit_sessions_session_id_user_sessions",
            ondelete="CASCADE",
        ),
        _of_document("menu_edit_sessions"),
    )
    op.create_index("ix_menu_edit_sessions_session_id", "menu_edit_sessions", ["session_id"])
    op.create_index(
        "ix_menu_edit_sessions_document_id_started_at",
        "menu_edit_sessions",
        ["document_id", "started_at"],
    )


def _access() -> None:
    op.create_table(
        "tickets",
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("claims", sa.JSON, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME),
        sa.PrimaryKeyConstraint("hash", name="pk_tickets"),
    )
    op.create_index("ix_tickets_expires_at", "tickets", ["expires_at"])
    op.create_table(
        "revocations",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("value", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("kind", "value", name="pk_revocations"),
        sa.CheckConstraint(
            "kind IN ('user', 'session', 'token')", name=op.f("ck_revocations_kind")
        ),
    )
    op.create_index("ix_revocations_at", "revocations", ["at"])
    op.create_table(
        "meta",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )


def _of_document(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["document_id"], ["menus.id"], name=f"fk_{table}_document_id_menus"
    )
