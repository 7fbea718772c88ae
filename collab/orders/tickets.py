"""What kitchen screens show: tickets, derived from the lines of an order.

Rule 1: a ticket is what one station cooks of one course, of one time that somebody placed. What
        is added later makes a ticket of its own, an add-on.
Rule 2: it stays on the station's screen until every line is ready and every void was taken note
        of; on the expediter's until everything was served, too.
Rule 3: a closed order has nothing on any screen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from collab.orders.order import Line, LineState, Order, Texts
from collab.orders.terms import EXPO, Station, Terms

_COOKING = (LineState.FIRED, LineState.PREPARING)
TicketKey = tuple[int, int, str]  # batch, course, station


class Age(StrEnum):
    """How long a ticket has waited, by the thresholds of its station."""

    FRESH = "fresh"
    WARN = "warn"
    LATE = "late"


ALARM_RAISED, ALARM_CLEARED = "alarm.raised", "alarm.cleared"  # on the floor, about a ticket
ALARMS_READ = 1000  # newest events of a floor in which standing alarms are looked for


@dataclass(frozen=True, slots=True)
class Ticket:
    """What one station has to cook of one course of an order, of one time that somebody placed."""

    id: str  # "{order}.{batch}.{course}.{station}"
    order_id: str
    table_id: str | None
    station: str
    course: int
    batch: int
    opened_at: datetime  # when the first of its lines was fired
    lines: tuple[Line, ...]  # those that were fired; not those that the kitchen rejected
    notes: tuple[str, ...] = ()  # of the order
    staff: tuple[str, ...] = ()  # user ids of those who look after the order
    # Whether its station still has to do something: cook, or take note of a void.
    is_open: bool = False
    # Whether the expediter has: wait for it, or send it out.
    is_on_expo: bool = False

    @property
    def is_add_on(self) -> bool:
        """Whether it was placed after the table's first batch."""
        return self.batch > 1


@dataclass(frozen=True, slots=True)
class Count:
    """So many of one dish wait at one station."""

    station: str
    item_id: str
    variation_id: str | None
    name: Texts
    variation_name: Texts | None
    quantity: int


def tickets_of(order: Order) -> tuple[Ticket, ...]:
    """All tickets of an order, those that are done included, oldest first."""
    keys = dict.fromkeys(key_of(line) for line in order.lines.values() if _is_on_ticket(line))
    tickets = [ticket for key in keys if (ticket := ticket_at(order, key)) is not None]
    return tuple(sorted(tickets, key=lambda one: (one.opened_at, one.batch, one.course, one.id)))


def open_tickets(order: Order, station: str | None = None) -> tuple[Ticket, ...]:
    """The tickets on the screen of a station (`expo`: the expediter's); None: of all stations."""
    tickets = tickets_of(order)
    if station == EXPO:
        return tuple(one for one in tickets if one.is_on_expo)
    return tuple(one for one in tickets if one.is_open and station in (None, one.station))


def key_of(line: Line) -> TicketKey:
    """On which ticket of its order a line is, once it is fired."""
    return line.batch, line.course, line.station


def ticket_at(order: Order, key: TicketKey) -> Ticket | None:
    """One ticket of an order; None when nothing of it was fired."""
    lines = tuple(
        [line for line in order.lines.values() if _is_on_ticket(line) and key_of(line) == key]
    )
    if not lines:
        return None
    batch, course, station = key
    is_open = order.closed_at is None and any(_is_waiting(line) for line in lines)
    is_ready = order.closed_at is None and any(one.state is LineState.READY for one in lines)
    return Ticket(
        f"{order.id}.{batch}.{course}.{station}",
        order.id,
        order.table_id,
        station,
        course,
        batch,
        min(line.fired_at for line in lines if line.fired_at is not None),
        lines,
        tuple([note.text for note in order.notes]),
        order.staff,
        is_open,
        is_open or is_ready,
    )


def all_day(orders: Iterable[Order]) -> tuple[Count, ...]:
    """What still has to be cooked, by station and dish. orders: open ones, of one restaurant."""
    found: dict[tuple[str, str, str], tuple[Line, int]] = {}
    for order in orders:
        for line in order.lines.values():
            if line.state in _COOKING and order.closed_at is None:
                key = line.station, line.item_id, line.variation_id or ""
                first, quantity = found.get(key, (line, 0))
                found[key] = first, quantity + line.quantity
    return tuple(
        Count(
            line.station, line.item_id, line.variation_id, line.name, line.variation_name, quantity
        )
        for _, (line, quantity) in sorted(found.items(), key=lambda entry: entry[0])
    )


def age_of(ticket: Ticket, terms: Terms, at: datetime) -> Age:
    """How long it has waited. at: aware."""
    station = terms.stations.get(ticket.station) or Station(ticket.station, ticket.station)
    seconds = (at - ticket.opened_at).total_seconds()
    if seconds >= station.late_seconds:
        return Age.LATE
    return Age.WARN if seconds >= station.warn_seconds else Age.FRESH


def _is_on_ticket(line: Line) -> bool:
    return line.fired_at is not None and line.state is not LineState.REJECTED


def _is_waiting(line: Line) -> bool:
    return line.state in _COOKING or is_uncleared(line)


def is_uncleared(line: Line) -> bool:
    """Whether it was voided after firing and its station has not taken note of that."""
    return line.state is LineState.VOIDED and line.fired_at is not None and not line.is_cleared
