"""What is sold out or counted right now, read inside a transaction.

An entry without an end is over with its business day (collab/orders/stock.py); its row stays until
the next one is written.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from collab.orders.stock import StockEntry, standing_stock
from storage.order_rows import load_stock
from storage.terms import read_terms


def read_shelf(connection: Connection, restaurant_id: str, now: datetime) -> tuple[StockEntry, ...]:
    """The entries of a restaurant that are not over, by target. now: aware."""
    terms = read_terms(connection, [restaurant_id]).get(restaurant_id)
    if terms is None:
        return ()
    return standing_stock(load_stock(connection, [restaurant_id])[restaurant_id], terms, now)
