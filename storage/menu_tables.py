"""The tables of what a menu means: rows, history, conflicts, versions, locks, photos, events.

The same rules as in `storage.tables`, whose `metadata` they join.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from storage.tables import DocumentId, Id, UtcDateTime, metadata

# The menu as plain rows, for SQL readers. `menus.projection_dirty` says that they must be rebuilt.
menu_items = Table(
    "menu_items",
    metadata,
    Column("document_id", DocumentId, ForeignKey("menus.id"), nullable=False),
    Column("item_id", Id, nullable=False),
    Column("section_id", Id, nullable=False),  # "" when it is unplaced
    Column("position", Text, nullable=False),
    Column("name", JSON, nullable=False),  # by locale
    Column("description", JSON, nullable=False),
    Column("price", BigInteger),
    Column("currency", String(3), nullable=False),
    Column("is_hidden", Boolean, nullable=False),
    Column("is_deleted", Boolean, nullable=False),
    Column("body", JSON, nullable=False),  # plain menu JSON
    PrimaryKeyConstraint("document_id", "item_id"),
)

menu_changes = Table(
    "menu_changes",
    metadata,
    Column("document_id", DocumentId, ForeignKey("menus.id"), nullable=False),
    Column("id", Id, nullable=False),
    Column("root", String(16), nullable=False),
    Column("part_id", Id, nullable=False),
    Column("field", Text, nullable=False),
    Column("before", JSON),
    Column("after", JSON),
    Column("user_id", Id, nullable=False),
    Column("session_id", Id, nullable=False),
    Column("door", String(32), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("document_id", "id"),
    Index(None, "document_id", "at"),
    Index(None, "document_id", "part_id", "at"),
)

menu_conflicts = Table(
    "menu_conflicts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("document_id", DocumentId, ForeignKey("menus.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("root", String(16), nullable=False),
    Column("part_id", Id, nullable=False),
    Column("field", Text, nullable=False),
    Column("candidates", JSON, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("resolved_by", Id),
    Column("resolution", JSON),
    CheckConstraint("severity IN ('error', 'warning', 'info')", name="severity"),
    Index(None, "document_id", "closed_at"),
)

# Ordered logs of events, one per room: `menu:{id}:events`. An epoch changes when a backup is
# restored; offsets have no gaps.
streams = Table(
    "streams",
    metadata,
    Column("id", String(255), primary_key=True),
    Column("epoch", Id, nullable=False),
    Column("top", BigInteger, nullable=False),
    CheckConstraint("top >= 0", name="top"),
)

stream_events = Table(
    "stream_events",
    metadata,
    Column("stream_id", String(255), ForeignKey("streams.id"), nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("type", String(64), nullable=False),
    Column("actor", Id, nullable=False),
    Column("body", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # Within the order that it is about; 0: it is about none.
    Column("seq", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("stream_id", "offset"),
    Index(None, "at"),
    sqlite_with_rowid=False,
)

# Menus with changes that no `menu.changed` event has told of yet.
outbox = Table(
    "outbox",
    metadata,
    Column("document_id", DocumentId, ForeignKey("menus.id"), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("parts", JSON, nullable=False),  # ids of what changed, at most 100
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("restaurant_id", Id, ForeignKey("restaurants.id"), nullable=False),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("types", JSON, nullable=False),  # of events; empty: all
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Id, nullable=False),
    Column("disabled_at", UtcDateTime),
    Index(None, "restaurant_id"),
)

# How far one webhook was told of one stream: at least once, in order.
webhook_cursors = Table(
    "webhook_cursors",
    metadata,
    Column("webhook_id", Id, ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("stream_id", String(255), ForeignKey("streams.id"), nullable=False),
    Column("offset", BigInteger, nullable=False),  # told up to here
    Column("attempts", Integer, nullable=False),  # failed ones for the next event
    Column("failing_since", UtcDateTime),  # the first of them
    Column("reason", Text),  # of the last of them
    # Nobody delivers before: a pause after a failure, or the lease of whoever delivers now.
    Column("next_at", UtcDateTime),
    PrimaryKeyConstraint("webhook_id", "stream_id"),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("webhook_id", Id, ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("stream_id", String(255), nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("webhook_id", "stream_id", "offset"),
)

menu_versions = Table(
    "menu_versions",
    metadata,
    Column("document_id", DocumentId, ForeignKey("menus.id"), nullable=False),
    Column("number", Integer, nullable=False),  # 1, 2, 3, ... per menu, published and automatic
    Column("kind", String(16), nullable=False),
    Column("name", Text),
    Column("content", JSON, nullable=False),  # plain menu JSON
    Column("sha256", String(64), nullable=False),  # of the canonical JSON
    Column("state_vector", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Id, nullable=False),
    PrimaryKeyConstraint("document_id", "number"),
    CheckConstraint("kind IN ('published', 'automatic', 'named')", name="kind"),
    Index(None, "document_id", "created_at"),
)

# Which version guests see when. The latest row that applies wins.
publications = Table(
    "publications",
    metadata,
    Column("id", Id, primary_key=True),
    Column("document_id", DocumentId, ForeignKey("menus.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime),  # None: until something later
    Column("daily_from", String(5)),  # HH:MM in the restaurant's time zone; None: all day
    Column("daily_to", String(5)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Id, nullable=False),
    Column("cancelled_at", UtcDateTime),
    Index(None, "document_id", "starts_at"),
)

resource_locks = Table(
    "resource_locks",
    metadata,
    Column("resource_type", String(32), nullable=False),
    Column("resource_id", DocumentId, nullable=False),
    Column("field", String(255), nullable=False),
    Column("session_id", Id, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("user_name", Text, nullable=False),
    Column("token", BigInteger, nullable=False),  # fencing token
    Column("acquired_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("resource_type", "resource_id", "field"),
    Index(None, "user_id"),
    Index(None, "expires_at"),
)

# The last fencing token ever given out, per resource: it only grows, also over restarts.
fencing_tokens = Table(
    "fencing_tokens",
    metadata,
    Column("resource_type", String(32), nullable=False),
    Column("resource_id", DocumentId, nullable=False),
    Column("top", BigInteger, nullable=False),
    PrimaryKeyConstraint("resource_type", "resource_id"),
)

photos = Table(
    "photos",
    metadata,
    Column("sha256", String(64), primary_key=True),  # of the re-encoded large size
    Column("restaurant_id", Id, ForeignKey("restaurants.id"), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Id, nullable=False),
    Column("unused_since", UtcDateTime),  # set by the sweep; then deleted after a while
    Index(None, "restaurant_id"),
)

photo_files = Table(
    "photo_files",
    metadata,
    Column("sha256", String(64), ForeignKey("photos.sha256", ondelete="CASCADE"), nullable=False),
    Column("size", String(16), nullable=False),  # "list" or "detail"
    Column("media_type", String(32), nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("sha256", "size"),
)

# A chain's master menu in its restaurants: who shows it, and what differs there.
menu_shares = Table(
    "menu_shares",
    metadata,
    Column("document_id", DocumentId, ForeignKey("menus.id"), nullable=False),
    Column("restaurant_id", Id, ForeignKey("restaurants.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Id, nullable=False),
    PrimaryKeyConstraint("document_id", "restaurant_id"),
    Index(None, "restaurant_id"),
)

menu_overrides = Table(
    "menu_overrides",
    metadata,
    Column("document_id", DocumentId, ForeignKey("menus.id"), nullable=False),
    Column("restaurant_id", Id, ForeignKey("restaurants.id"), nullable=False),
    Column("item_id", Id, nullable=False),
    Column("variation_id", Id, nullable=False),  # "": the item itself
    Column("price", BigInteger),  # None: that of the master
    Column("is_hidden", Boolean),  # None: as in the master
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", Id, nullable=False),
    PrimaryKeyConstraint("document_id", "restaurant_id", "item_id", "variation_id"),
)
