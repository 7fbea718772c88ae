"""What a room adds up to at one moment, for whoever joins without a cursor.

Rule 1: the place in the stream and the state are one consistent read, so the events after `at`
        are exactly those that the state lacks.
Rule 2: bodies hold what the events of the room hold: no money for the kitchen, no user ids for
        guests. Times are milliseconds since 1970.
"""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from sqlalchemy import Connection, select

from collab.orders.order import Order
from collab.orders.plain import order_of
from collab.orders.terms import EXPO
from collab.orders.tickets import (
    ALARM_CLEARED,
    ALARM_RAISED,
    ALARMS_READ,
    Count,
    all_day,
    open_tickets,
)
from collab.orders.views import (
    bare_summary_json,
    milliseconds,
    order_view,
    stock_view,
    summary_json,
    ticket_json,
)
from collab.records import Snapshot
from collab.room_names import RoomKind, RoomName
from storage.database import Database
from storage.lock_rows import MENU
from storage.menu_tables import menu_conflicts, resource_locks, stream_events, streams
from storage.order_rows import load_orders
from storage.order_tables import visits
from storage.orders import open_orders_of
from storage.shelf import read_shelf
from storage.streams import StreamStore

Plain = dict[str, object]


class SnapshotStore:
    """Snapshots of rooms whose events are in the log."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._streams = StreamStore(database)

    async def read(self, room: RoomName, stream_id: str, restaurant_id: str) -> Snapshot:
        """What a room adds up to now; its stream is made when it is not there yet.

        restaurant_id: of whoever asks; of the menu's or the order's when they ask for one.
        Cancelling is safe. Raises StoreError; ValueError for a room without a log (`menu`,
        `presence`).
        """
        if room.kind in (RoomKind.MENU, RoomKind.PRESENCE):
            raise ValueError(f"{room} has no log")
        while True:
            async with self._database.read() as connection:
                query = select(streams.c.epoch, streams.c.top).where(streams.c.id == stream_id)
                stands = (await connection.execute(query)).first()
                if stands is not None:
                    body = await connection.run_sync(self._body, room, restaurant_id)
                    return Snapshot(stands.epoch, stands.top, body)
            # A reader cannot make it, and what was read before it was there is no snapshot.
            await self._streams.open(stream_id)

    def _body(self, connection: Connection, room: RoomName, restaurant_id: str) -> Plain:
        match room.kind:
            case RoomKind.KITCHEN:
                return _kitchen(_open_orders(connection, room.id), room.station)
            case RoomKind.ORDER:
                order = (load_orders(connection, [room.id])).get(room.id)
                return {"order": None if order is None else order_view(order)}
            case RoomKind.STOCK:
                return {"stock": _stock(connection, room.id, self._database.clock())}
            case RoomKind.FLOOR:
                return {
                    "orders": [summary_json(one) for one in _open_orders(connection, room.id)],
                    "stock": _stock(connection, room.id, self._database.clock()),
                    "visits": _visits(connection, room.id, self._database.clock()),
                    "alarms": _alarms(connection, str(room)),
                }
            case RoomKind.USER:
                found = _open_orders(connection, restaurant_id)
                own = [one for one in found if room.id in one.staff]
                return {"orders": [bare_summary_json(one) for one in own]}  # cooks hear it too
            case RoomKind.MENU_EVENTS:
                return {
                    "conflicts": _conflicts(connection, room.id),
                    "locks": _locks(connection, room.id),
                }
            case RoomKind.MENU | RoomKind.PRESENCE:
                raise AssertionError("they have no log")
            case _:
                assert_never(room.kind)


def _kitchen(orders: list[Order], station: str | None) -> Plain:
    tickets = [ticket for order in orders for ticket in open_tickets(order, station)]
    tickets.sort(key=lambda one: (one.opened_at, one.id))
    counts = [one for one in all_day(orders) if station in (None, EXPO, one.station)]
    return {
        "tickets": [ticket_json(one) for one in tickets],
        "all_day": [_count_json(one) for one in counts],
    }


def _count_json(count: Count) -> Plain:
    return {
        "station": count.station,
        "item_id": count.item_id,
        "variation_id": count.variation_id,
        "name": dict(count.name),
        "variation_name": None if count.variation_name is None else dict(count.variation_name),
        "quantity": count.quantity,
    }


def _open_orders(connection: Connection, restaurant_id: str) -> list[Order]:
    rows = connection.execute(open_orders_of(restaurant_id))
    return [order_of(row.state) for row in rows]


def _stock(connection: Connection, restaurant_id: str, now: datetime) -> list[Plain]:
    return [stock_view(entry) for entry in read_shelf(connection, restaurant_id, now)]


def _visits(connection: Connection, restaurant_id: str, now: datetime) -> list[Plain]:
    query = (
        select(visits)
        .where(
            visits.c.restaurant_id == restaurant_id,
            visits.c.closed_at.is_(None),
            visits.c.expires_at > now,
        )
        .order_by(visits.c.opened_at, visits.c.id)
    )
    return [
        {
            "id": row.id,
            "table_id": row.table_id,
            "order_id": row.order_id,
            "opened_by": row.opened_by,
            "opened_at": milliseconds(row.opened_at),
            "expires_at": milliseconds(row.expires_at),
        }
        for row in connection.execute(query)
    ]


def _alarms(connection: Connection, stream_id: str) -> list[Plain]:
    """Those that stand, each as `alarm.raised` told it; by the newest events of the floor."""
    top = select(streams.c.top).where(streams.c.id == stream_id).scalar_subquery()
    query = (
        select(stream_events.c.type, stream_events.c.body)
        .where(
            stream_events.c.stream_id == stream_id,
            stream_events.c.offset > top - ALARMS_READ,
            stream_events.c.type.in_((ALARM_RAISED, ALARM_CLEARED)),
        )
        .order_by(stream_events.c.offset)
    )
    standing: dict[str, Plain] = {}
    for row in connection.execute(query):
        if row.type == ALARM_RAISED:
            standing[row.body["ticket"]] = row.body
        else:
            standing.pop(row.body["ticket"], None)
    return list(standing.values())


def _conflicts(connection: Connection, menu_id: str) -> list[Plain]:
    """Those that stand, each as `conflict.opened` told it."""
    query = (
        select(menu_conflicts)
        .where(menu_conflicts.c.document_id == menu_id, menu_conflicts.c.closed_at.is_(None))
        .order_by(menu_conflicts.c.opened_at, menu_conflicts.c.id)
    )
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "severity": row.severity,
            "target": {"root": row.root, "id": row.part_id, "field": row.field},
            "candidates": row.candidates,
        }
        for row in connection.execute(query)
    ]


def _locks(connection: Connection, menu_id: str) -> list[Plain]:
    """All locks that no event has ended yet, each as `lock.taken` told it."""
    query = (
        select(resource_locks)
        .where(resource_locks.c.resource_type == MENU, resource_locks.c.resource_id == menu_id)
        .order_by(resource_locks.c.field)
    )
    return [
        {
            "field": row.field,
            "user": row.user_id,
            "name": row.user_name,
            "session": row.session_id,
            "token": row.token,
        }
        for row in connection.execute(query)
    ]
