"""The tables of signing in: links that let somebody in, and the devices that came in.

The same rules as in `storage.tables`, whose `metadata` they join. Nothing here lets anybody in by
itself: of a link its hash is kept, and what a device shows is made with the server's key.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from storage.tables import Id, UtcDateTime, metadata

invites = Table(
    "invites",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("restaurant_id", Id, ForeignKey("restaurants.id"), nullable=False),
    Column("secret_hash", LargeBinary(32), nullable=False),
    Column("name", Text, nullable=False),  # of whoever comes in, as others see it
    Column("roles", JSON, nullable=False),
    Column("stations", JSON, nullable=False),
    Column("uses_left", Integer, nullable=False),
    Column("user_id", Id),  # the person whose device it is; null: somebody new
    Column("created_by", Id, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    CheckConstraint("uses_left >= 0", name="uses_left"),
    Index(None, "restaurant_id"),
)

devices = Table(
    "devices",
    metadata,
    Column("id", String(64), primary_key=True),  # `jti` of its tokens
    Column("restaurant_id", Id, ForeignKey("restaurants.id"), nullable=False),
    Column("user_id", Id, nullable=False),
    Column("name", Text),
    Column("roles", JSON, nullable=False),
    Column("stations", JSON, nullable=False),
    Column("label", Text, nullable=False),  # what the browser calls itself
    Column("generation", Integer, nullable=False),  # of the newest key that it was given
    Column("rotated_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    CheckConstraint("generation >= 1", name="generation"),
    Index(None, "restaurant_id", "user_id"),
)
