"""All tables, once (SQLAlchemy Core).

Rule 1: `migrations/` builds exactly these tables; tests/storage/test_migrations.py compares them.
Rule 2: numbers that must have no gaps (`heads.top`, `menu_updates.seq`) come from no sequence and
no identity column: both skip numbers on a rollback.
Rule 3: times go in and come out as aware datetimes in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
)
from sqlalchemy.dialects import postgresql, sqlite

# Fixed names: a later migration can only drop a constraint that it can name.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC: timestamptz on PostgreSQL, ISO text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware datetime into UTC; a naive one is a mistake of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give a datetime its zone back (SQLite stores none)."""
        if value is None:
            return None
        assert isinstance(value, datetime)
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def upsert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say ON CONFLICT; SQLAlchemy has one class per dialect.

    dialect: `Database.dialect`.
    """
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


# A document id has at most 200 bytes of UTF-8; user ids come from foreign token issuers.
DocumentId = String(200)
Id = String(255)

restaurants = Table(
    "restaurants",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("time_zone", String(64), nullable=False, server_default="UTC"),  # IANA name
    # How it takes orders; `collab.orders.terms.Terms` says what each of them means.
    Column("currency", String(3), nullable=False, server_default="EUR"),
    Column("business_day_hour", Integer, nullable=False, server_default="4"),
    Column("tax", Integer, nullable=False, server_default="0"),
    Column("price_grace_seconds", Integer, nullable=False, server_default="1800"),
    Column("recall_seconds", Integer, nullable=False, server_default="900"),
    Column("low_stock", Integer, nullable=False, server_default="5"),
    Column("guest_session_seconds", Integer, nullable=False, server_default="10800"),
    Column("order_retention_days", Integer, nullable=False, server_default="3650"),
    # How long names of guests and the like stay in what is kept of an order.
    Column("personal_retention_days", Integer, nullable=False, server_default="90"),
)

menus = Table(
    "menus",
    metadata,
    Column("id", DocumentId, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("restaurant_id", Id, ForeignKey("restaurants.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("deleted_at", UtcDateTime),  # set: the document is gone, its id stays taken
    # The rows in `menu_items` and its history may lag behind the bytes: rebuild them.
    Column("projection_dirty", Boolean, nullable=False, server_default=false()),
    Column("strict_locks", Boolean, nullable=False, server_default=false()),
    CheckConstraint("kind IN ('menu', 'free')", name="kind"),
    CheckConstraint("epoch >= 1", name="epoch"),
    Index(None, "restaurant_id", "id"),
)

# Apart from `menus`, so that a commit touches this small row and never a title.
heads = Table(
    "heads",
    metadata,
    Column("document_id", DocumentId, ForeignKey("menus.id"), primary_key=True),
    Column("top", BigInteger, nullable=False),  # seq of the last update ever acknowledged
    CheckConstraint("top >= 0", name="top"),
)

# WITHOUT ROWID: SQLite keeps the rows of one document together in one tree, so an insert writes
# one tree instead of two and a load reads neighbouring pages.
menu_updates = Table(
    "menu_updates",
    metadata,
    Column("document_id", DocumentId, ForeignKey("menus.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("session_id", Id, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("document_id", "seq"),
    CheckConstraint("seq >= 1", name="seq"),
    sqlite_with_rowid=False,
)

menu_snapshots = Table(
    "menu_snapshots",
    metadata,
    Column("document_id", DocumentId, ForeignKey("menus.id"), nullable=False),
    Column("upto_seq", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("document_id", "upto_seq"),
    CheckConstraint("upto_seq >= 1", name="upto_seq"),
    CheckConstraint("length(sha256) = 32", name="sha256"),
)

quarantined_updates = Table(
    "quarantined_updates",
    metadata,
    Column("document_id", DocumentId, ForeignKey("menus.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("part", String(16), nullable=False),  # what `data` was: an update, or a whole snapshot
    Column("data", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("document_id", "seq", "part"),
    CheckConstraint("part IN ('update', 'snapshot')", name="part"),
)

# Stretches of the log that were promised and then lost; they stay listed after a compaction.
holes = Table(
    "holes",
    metadata,
    Column("document_id", DocumentId, ForeignKey("menus.id"), nullable=False),
    Column("first_seq", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("document_id", "first_seq"),
    CheckConstraint("last_seq >= first_seq", name="last_seq"),
)

client_ids = Table(
    "client_ids",
    metadata,
    Column("document_id", DocumentId, ForeignKey("menus.id"), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("client_id", BigInteger, nullable=False),  # Yjs client id, 53 bits
    Column("user_id", Id, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("document_id", "epoch", "client_id"),
)

# No foreign keys out of user_sessions: these rows are written behind, in batches, and one row of
# a restaurant that is only named in a foreign token must not hold up the rest.
user_sessions = Table(
    "user_sessions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, nullable=False),
    Column("user_name", Text, nullable=False),
    Column("restaurant_id", Id, nullable=False),
    Column("resource_type", String(32), nullable=False),
    Column("resource_id", DocumentId, nullable=False),
    Column("door", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("last_activity_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("metadata", JSON, nullable=False),
    CheckConstraint("status IN ('active', 'idle', 'offline')", name="status"),
    Index(None, "restaurant_id", "id"),
    Index(None, "user_id", "id"),
    Index(None, "resource_id", "id"),
    Index(None, "status", "last_activity_at"),
)

menu_edit_sessions = Table(
    "menu_edit_sessions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("session_id", Id, ForeignKey("user_sessions.id", ondelete="CASCADE"), nullable=False),
    Column("document_id", DocumentId, ForeignKey("menus.id"), nullable=False),
    Column("user_id", Id, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("last_edit_at", UtcDateTime, nullable=False),
    Column("updates", Integer, nullable=False),
    Column("ended_at", UtcDateTime),
    CheckConstraint("updates >= 0", name="updates"),
    Index(None, "session_id"),
    Index(None, "document_id", "started_at"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),  # SHA-256; the ticket itself is not kept
    Column("claims", JSON, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Index(None, "expires_at"),
)

revocations = Table(
    "revocations",
    metadata,
    Column("kind", String(16), nullable=False),
    Column("value", Id, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("kind", "value"),
    CheckConstraint("kind IN ('user', 'session', 'token')", name="kind"),
    Index(None, "at"),
)

# Facts about this database as a whole, such as its `instance` id.
meta = Table(
    "meta",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
