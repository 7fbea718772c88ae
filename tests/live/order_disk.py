"""What a SQLite file says about the orders of a restaurant, and whether its tables agree.

`check_disk` holds the log against everything that was made from it: the streams of rooms, the state
of orders, the stock. How lines come and go is read off the log's events here; only the last word,
that folding the log gives the stored state, is left to the server's own fold.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from collab.orders.applying import fold
from collab.orders.ledger import LogEntry
from collab.orders.plain import order_of
from tests.live.order_histories import LogRow, Shown, by_order, check_numbers
from tests.live.order_truth import Replay

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OrdersOnDisk:
    """The rows of one restaurant, all of one moment."""

    log: Sequence[LogRow]
    entries: Sequence[LogEntry]  # the same rows, as the server's fold wants them
    top: int  # of the log, as the desk's row says
    streams: Mapping[str, Sequence[Shown]]  # of the whole file
    tops: Mapping[str, int]
    epochs: Mapping[str, str]
    orders: Mapping[str, Row]  # rows of `orders`, `state` decoded
    commands: Mapping[str, Row]  # rows of `order_commands`, `result` decoded
    stock: Mapping[str, Row]
    marks: Sequence[Row]

    @classmethod
    def read(cls, file: Path, restaurant: str) -> OrdersOnDisk:
        """Read them in one transaction, whether the server runs or not."""
        address = f"file:{quote(str(file))}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("BEGIN")

            def rows(statement: str, *values: str) -> list[Row]:
                return [dict(row) for row in connection.execute(statement, values)]

            def of_restaurant(table: str) -> list[Row]:
                return rows(f"SELECT * FROM {table} WHERE restaurant_id = ?", restaurant)

            log = sorted(of_restaurant("order_log"), key=lambda row: int(row["position"]))
            heads = rows("SELECT * FROM streams")
            events = rows('SELECT * FROM stream_events ORDER BY stream_id, "offset"')
            return cls(
                log=[_log_row(row) for row in log],
                entries=[_entry(row) for row in log],
                top=next((row["top"] for row in of_restaurant("desks")), 0),
                streams=_by_stream(events),
                tops={row["id"]: row["top"] for row in heads},
                epochs={row["id"]: row["epoch"] for row in heads},
                orders={row["id"]: _decoded(row, "state") for row in of_restaurant("orders")},
                commands={
                    row["command_id"]: _decoded(row, "result")
                    for row in of_restaurant("order_commands")
                },
                stock={row["target"]: row for row in of_restaurant("stock")},
                marks=rows("SELECT * FROM screen_marks"),
            )

    @property
    def events(self) -> Counter[str]:
        """How often each type of event is in the log."""
        return Counter(row.type for row in self.log)


def check_disk(disk: OrdersOnDisk) -> None:
    """Raises AssertionError unless all tables agree with the log, and the log with itself."""
    check_numbers(disk.log, disk.streams)
    assert disk.top == len(disk.log)
    for stream, top in disk.tops.items():
        assert top == len(disk.streams.get(stream, ())), f"{stream} has {top} by its head"
    check_rooms_follow(disk)
    check_answers(disk)
    check_fold(disk)
    replay = Replay()
    for row in disk.log:
        replay.add(row)
    replay.check_steps()
    for order, stored in disk.orders.items():
        assert stored["total"] == replay.total(order), f"{order} costs {stored['total']}"
        assert stored["last_seq"] == replay.seqs[order]
        assert bool(stored["is_open"]) == (order not in replay.closed)
    assert {order for order, _ in by_order(disk.log)} == disk.orders.keys()


def check_rooms_follow(disk: OrdersOnDisk) -> None:
    """The room of an order and the floor heard every event, in the order of the log."""
    for order, rows in by_order(disk.log):
        heard = [(one.seq, one.type) for one in disk.streams[f"order:{order}"]]
        assert heard == [(row.seq, row.type) for row in rows], order
    restaurant = disk.entries[0].restaurant_id if disk.entries else ""
    floor = [
        (one.type, one.body["order"], one.seq)
        for one in disk.streams.get(f"floor:{restaurant}", ())
        if "change" in one.body
    ]
    logged = [(row.type, row.order, row.seq) for row in disk.log if row.order is not None]
    assert floor == logged


def check_answers(disk: OrdersOnDisk) -> None:
    """Every command in the log has one answer, and it names the place of its last event."""
    last = {row.command: row for row in disk.log if row.order is not None}
    restaurant = disk.entries[0].restaurant_id if disk.entries else ""
    logged = {row.command for row in disk.log}
    for command in logged:
        result = disk.commands[command]["result"]
        assert result["result"] == "ok", (command, result)
        if command in last:
            row = last[command]
            assert result["seq"] == row.seq
            shown = disk.streams[f"order:{row.order}"][result["offset"] - 1]
            assert shown.seq == row.seq
        else:
            assert "seq" not in result
            assert result["offset"] <= disk.tops[f"stock:{restaurant}"]
    for command, answer in disk.commands.items():
        is_done = answer["result"]["result"] == "ok"
        assert (command in logged) == is_done, (command, answer["result"])


def check_fold(disk: OrdersOnDisk) -> None:
    """Folding the log of an order gives its stored state."""
    entries: dict[str, list[LogEntry]] = {}
    for entry in disk.entries:
        if entry.order_id is not None:
            entries.setdefault(entry.order_id, []).append(entry)
    for order, row in disk.orders.items():
        assert fold(entries[order]) == order_of(row["state"]), order


def _log_row(row: Row) -> LogRow:
    return LogRow(
        row["position"],
        row["order_id"],
        row["seq"],
        row["command_id"],
        row["type"],
        json.loads(row["body"]),
    )


def _by_stream(events: Sequence[Row]) -> dict[str, list[Shown]]:
    found: dict[str, list[Shown]] = {}
    for row in events:
        found.setdefault(row["stream_id"], []).append(
            Shown(
                row["offset"],
                row["type"],
                row["seq"],
                row["actor"],
                milliseconds(row["at"]),
                json.loads(row["body"]),
            )
        )
    return found


def milliseconds(stored: str) -> int:
    """A time as SQLite keeps it, as clients get it."""
    return int(moment(stored).timestamp() * 1000)


def moment(stored: str) -> datetime:
    """A time as SQLite keeps it."""
    return datetime.fromisoformat(stored).replace(tzinfo=UTC)


def _decoded(row: Row, column: str) -> Row:
    return {**row, column: json.loads(row[column])}


def _entry(row: Row) -> LogEntry:
    """What the server's fold wants of a row of `order_log`."""
    return LogEntry(
        row["restaurant_id"],
        row["order_id"],
        row["seq"],
        row["command_id"],
        row["type"],
        row["actor_kind"],
        row["actor_id"],
        row["device"],
        None if row["client_at"] is None else moment(row["client_at"]),
        moment(row["at"]),
        json.loads(row["body"]),
    )
