"""The tables of orders: log, state, answers, stock, and how a restaurant is set up for them.

The same rules as in `storage.tables`, whose `metadata` they join. What happened is in `order_log`;
`orders` and `stock` are what it folds to, and the streams are what rooms were told of it.
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

from storage.tables import Id, UtcDateTime, metadata

# One small row a restaurant: whoever writes about its orders holds it, and numbers from it.
desks = Table(
    "desks",
    metadata,
    Column("restaurant_id", Id, ForeignKey("restaurants.id"), primary_key=True),
    Column("top", BigInteger, nullable=False),  # position of the last entry of `order_log`
    CheckConstraint("top >= 0", name="top"),
)

# What `order_log` folds to; the columns beside `state` are there to search by.
orders = Table(
    "orders",
    metadata,
    Column("id", Id, primary_key=True),
    Column("restaurant_id", Id, ForeignKey("restaurants.id"), nullable=False),
    Column("table_id", Id),  # None: pickup
    Column("is_open", Boolean, nullable=False),
    Column("payment_state", String(16), nullable=False),
    Column("total", BigInteger, nullable=False),  # minor units
    Column("last_seq", BigInteger, nullable=False),
    Column("business_day", String(10), nullable=False),  # YYYY-MM-DD
    Column("opened_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("state", JSON, nullable=False),  # plain JSON of the whole order
    CheckConstraint("last_seq >= 1", name="last_seq"),
    Index(None, "restaurant_id", "is_open"),
    Index(None, "restaurant_id", "business_day"),
    Index(None, "restaurant_id", "opened_at"),
    Index(None, "table_id"),
)

# One log a restaurant, of its orders and its stock; positions have no gaps.
order_log = Table(
    "order_log",
    metadata,
    Column("restaurant_id", Id, ForeignKey("restaurants.id"), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("order_id", Id),  # None: about the stock
    Column("seq", BigInteger),  # within the order, without gaps
    Column("command_id", Id, nullable=False),
    Column("type", String(64), nullable=False),
    Column("actor_kind", String(16), nullable=False),
    Column("actor_id", Id, nullable=False),
    Column("device", Text, nullable=False),
    Column("client_at", UtcDateTime),  # the client's clock
    Column("at", UtcDateTime, nullable=False),
    Column("body", JSON, nullable=False),
    PrimaryKeyConstraint("restaurant_id", "position"),
    CheckConstraint("position >= 1", name="position"),
    Index(None, "order_id", "seq", unique=True),
    sqlite_with_rowid=False,
)

# Answers that were given: the same command again gets the same one.
order_commands = Table(
    "order_commands",
    metadata,
    Column("restaurant_id", Id, ForeignKey("restaurants.id"), nullable=False),
    Column("command_id", Id, nullable=False),
    Column("fingerprint", LargeBinary(32), nullable=False),  # sha256 of type, order and body
    Column("result", JSON, nullable=False),
    Column("order_id", Id),  # None: about the stock
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("restaurant_id", "command_id"),
    CheckConstraint("length(fingerprint) = 32", name="fingerprint"),
    Index(None, "order_id", "at"),
    sqlite_with_rowid=False,
)

# What is sold out or counted; no row: it can be ordered.
stock = Table(
    "stock",
    metadata,
    Column("restaurant_id", Id, ForeignKey("restaurants.id"), nullable=False),
    Column("target", Id, nullable=False),  # "item:ID", "variation:ID" or "option:ID"
    Column("is_sold_out", Boolean, nullable=False),
    Column("remaining", Integer),  # None: not counted
    Column("until", UtcDateTime),
    Column("reason", Text, nullable=False),
    Column("by", Id, nullable=False),
    Column("at", UtcDateTime),
    PrimaryKeyConstraint("restaurant_id", "target"),
    CheckConstraint("remaining >= 0", name="remaining"),
)

stations = Table(
    "stations",
    metadata,
    Column("restaurant_id", Id, ForeignKey("restaurants.id"), nullable=False),
    Column("id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("warn_seconds", Integer, nullable=False),
    Column("late_seconds", Integer, nullable=False),
    Column("position", Integer, nullable=False),  # order on screens
    PrimaryKeyConstraint("restaurant_id", "id"),
)

dining_tables = Table(
    "dining_tables",
    metadata,
    Column("restaurant_id", Id, ForeignKey("restaurants.id"), nullable=False),
    Column("id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("area", Text, nullable=False),  # "": no area of its own
    Column("position", Integer, nullable=False),
    Column("deleted_at", UtcDateTime),
    PrimaryKeyConstraint("restaurant_id", "id"),
)

# A table that staff opened: its code lets guests in until the order is closed.
visits = Table(
    "visits",
    metadata,
    Column("id", Id, primary_key=True),
    Column("restaurant_id", Id, ForeignKey("restaurants.id"), nullable=False),
    Column("table_id", Id, nullable=False),
    Column("order_id", Id),
    Column("code_hash", LargeBinary(32), nullable=False),  # SHA-256; the code itself is not kept
    Column("opened_by", Id, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Index(None, "code_hash", unique=True),
    Index(None, "restaurant_id", "table_id"),
)

staff = Table(
    "staff",
    metadata,
    Column("restaurant_id", Id, ForeignKey("restaurants.id"), nullable=False),
    Column("user_id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("stations", JSON, nullable=False),
    Column("locales", JSON, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("restaurant_id", "user_id"),
)

# How far each kitchen screen has seen a stream.
screen_marks = Table(
    "screen_marks",
    metadata,
    Column("stream_id", String(255), nullable=False),
    Column("screen_id", Id, nullable=False),  # user id and device
    Column("epoch", Id, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("stream_id", "screen_id"),
)
