"""Signing in: links that let somebody in, and the devices that came in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.String(255)
SHORT_ID = sa.String(64)
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of signing in."""
    _invites()
    _devices()


def _invites() -> None:
    op.create_table(
        "invites",
        sa.Column("id", SHORT_ID, nullable=False),
        sa.Column("restaurant_id", ID, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("stations", sa.JSON, nullable=False),
        sa.Column("uses_left", sa.Integer, nullable=False),
        sa.Column("user_id", ID),
        sa.Column("created_by", ID, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("revoked_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_invites"),
        sa.CheckConstraint("uses_left >= 0", name=op.f("ck_invites_uses_left")),
        _restaurant("invites"),
    )
    op.create_index("ix_invites_restaurant_id", "invites", ["restaurant_id"])


def _devices() -> None:
    op.create_table(
        "devices",
        sa.Column("id", SHORT_ID, nullable=False),
        sa.Column("restaurant_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("stations", sa.JSON, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("rotated_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("revoked_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_devices"),
        sa.CheckConstraint("generation >= 1", name=op.f("ck_devices_generation")),
        _restaurant("devices"),
    )
    op.create_index("ix_devices_restaurant_id_user_id", "devices", ["restaurant_id", "user_id"])


def _restaurant(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_restaurant_id_restaurants"
    return sa.ForeignKeyConstraint(["restaurant_id"], ["restaurants.id"], name=name)
