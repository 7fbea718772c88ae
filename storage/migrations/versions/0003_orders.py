"""Orders: the log, what it folds to, the answers, the stock, and how a restaurant is set up.

Columns are added in place, for the reason that revision 0002 gives.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.String(255)
TIME = sa.DateTime(timezone=True)

TERMS = {
    "business_day_hour": "4",
    "tax": "0",
    "price_grace_seconds": "1800",
    "recall_seconds": "900",
    "low_stock": "5",
    "guest_session_seconds": "10800",
    "order_retention_days": "3650",
    "personal_retention_days": "90",
}


def upgrade() -> None:
    """Add columns to restaurants and stream_events; create the tables of orders."""
    _columns()
    _orders()
    _log()
    _stock()
    _rooms_of_the_house()
    _visits()
    _staff()


def _columns() -> None:
    currency = sa.Column("currency", sa.String(3), nullable=False, server_default="EUR")
    op.add_column("restaurants", currency)
    for name, default in TERMS.items():
        term = sa.Column(name, sa.Integer, nullable=False, server_default=default)
        op.add_column("restaurants", term)
    seq = sa.Column("seq", sa.BigInteger, nullable=False, server_default="0")
    op.add_column("stream_events", seq)


def _orders() -> None:
    op.create_table(
        "desks",
        sa.Column("restaurant_id", ID, nullable=False),
        sa.Column("top", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("restaurant_id", name="pk_desks"),
        _check("desks", "top", "top >= 0"),
        _restaurant("desks"),
    )
    op.create_table(
        "orders",
        sa.Column("id", ID, nullable=False),
        sa.Column("restaurant_id", ID, nullable=False),
        sa.Column("table_id", ID),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("payment_state", sa.String(16), nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("last_seq", sa.BigInteger, nullable=False),
        sa.Column("business_day", sa.String(10), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("closed_at", TIME),
        sa.Column("state", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        _check("orders", "last_seq", "last_seq >= 1"),
        _restaurant("orders"),
    )
    for column in ("is_open", "business_day", "opened_at"):
        _index("orders", "restaurant_id", column)
    _index("orders", "table_id")


def _log() -> None:
    op.create_table(
        "order_log",
        sa.Column("restaurant_id", ID, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("order_id", ID),
        sa.Column("seq", sa.BigInteger),
        sa.Column("command_id", ID, nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("actor_kind", sa.String(16), nullable=False),
        sa.Column("actor_id", ID, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("client_at", TIME),
        sa.Column("at", TIME, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("restaurant_id", "position", name="pk_order_log"),
        _check("order_log", "position", "position >= 1"),
        _restaurant("order_log"),
        sqlite_with_rowid=False,
    )
    _index("order_log", "order_id", "seq", unique=True)
    op.create_table(
        "order_commands",
        sa.Column("restaurant_id", ID, nullable=False),
        sa.Column("command_id", ID, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(32), nullable=False),
        sa.Column("result", sa.JSON, nullable=False),
        sa.Column("order_id", ID),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("restaurant_id", "command_id", name="pk_order_commands"),
        _check("order_commands", "fingerprint", "length(fingerprint) = 32"),
        _restaurant("order_commands"),
        sqlite_with_rowid=False,
    )
    _index("order_commands", "order_id", "at")


def _stock() -> None:
    op.create_table(
        "stock",
        sa.Column("restaurant_id", ID, nullable=False),
        sa.Column("target", ID, nullable=False),
        sa.Column("is_sold_out", sa.Boolean, nullable=False),
        sa.Column("remaining", sa.Integer),
        sa.Column("until", TIME),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("at", TIME),
        sa.PrimaryKeyConstraint("restaurant_id", "target", name="pk_stock"),
        _check("stock", "remaining", "remaining >= 0"),
        _restaurant("stock"),
    )


def _rooms_of_the_house() -> None:
    op.create_table(
        "stations",
        sa.Column("restaurant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("warn_seconds", sa.Integer, nullable=False),
        sa.Column("late_seconds", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("restaurant_id", "id", name="pk_stations"),
        _restaurant("stations"),
    )
    op.create_table(
        "dining_tables",
        sa.Column("restaurant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("seats", sa.Integer, nullable=False),
        sa.Column("area", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("deleted_at", TIME),
        sa.PrimaryKeyConstraint("restaurant_id", "id", name="pk_dining_tables"),
        _restaurant("dining_tables"),
    )
    op.create_table(
        "screen_marks",
        sa.Column("stream_id", sa.String(255), nullable=False),
        sa.Column("screen_id", ID, nullable=False),
        sa.Column("epoch", ID, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("stream_id", "screen_id", name="pk_screen_marks"),
    )


def _visits() -> None:
    op.create_table(
        "visits",
        sa.Column("id", ID, nullable=False),
        sa.Column("restaurant_id", ID, nullable=False),
        sa.Column("table_id", ID, nullable=False),
        sa.Column("order_id", ID),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("opened_by", ID, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("closed_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
        _restaurant("visits"),
    )
    _index("visits", "code_hash", unique=True)
    _index("visits", "restaurant_id", "table_id")


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("restaurant_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("stations", sa.JSON, nullable=False),
        sa.Column("locales", sa.JSON, nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("restaurant_id", "user_id", name="pk_staff"),
        _restaurant("staff"),
    )


def _index(table: str, *columns: str, unique: bool = False) -> None:
    op.create_index("_".join(("ix", table, *columns)), table, list(columns), unique=unique)


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _restaurant(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_restaurant_id_restaurants"
    return sa.ForeignKeyConstraint(["restaurant_id"], ["restaurants.id"], name=name)
