"""What a decision may look at beside the order itself, and what it says.

A rule is a function of (order, form, actor, scene) and returns a `Verdict`: a `Decision` with the
events, or a `Refusal`. It changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from collab.orders.refusal import Refusal
from collab.orders.stock import Shelf
from collab.orders.terms import OnSale, Terms, Visit


@dataclass(frozen=True, slots=True)
class Scene:
    """The restaurant at the moment of a command."""

    terms: Terms
    at: datetime  # aware, UTC
    shelf: Shelf
    menus: Mapping[str, OnSale] = field(default_factory=dict)  # by menu id
    # (restaurant id, table id): the live visit, and the open order of tables that exist.
    visits: Mapping[tuple[str, str], Visit] = field(default_factory=dict)
    tables: Mapping[tuple[str, str], str | None] = field(default_factory=dict)

    def unclosed_visit_at(self, table_id: str | None) -> Visit | None:
        """The visit at a table that nobody has closed, even if it has expired."""
        if table_id is None:
            return None
        visit = self.visits.get((self.terms.restaurant_id, table_id))
        return visit if visit is not None and visit.closed_at is None else None

    def visit_at(self, table_id: str | None) -> Visit | None:
        """The visit that lasts at a table now."""
        visit = self.unclosed_visit_at(table_id)
        return visit if visit is not None and self.at < visit.expires_at else None

    def order_at(self, table_id: str | None) -> str | None:
        """The order that is open at a table."""
        if table_id is None:
            return None
        visit = self.visit_at(table_id)
        if visit is not None and visit.order_id is not None:
            return visit.order_id
        return self.tables.get((self.terms.restaurant_id, table_id))


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened to an order, or to the stock; `apply` needs no more than this."""

    type: str
    body: Mapping[str, object]  # plain JSON


@dataclass(frozen=True, slots=True)
class Decision:
    """A command is done, and these are its events; without any it was so already."""

    events: tuple[Event, ...] = ()  # of the order
    stock: tuple[Event, ...] = ()
    visit: Visit | None = None  # as it is from now on
    current: Mapping[str, object] | None = None


Verdict = Decision | Refusal
NOOP = Decision()


def happened(event_type: str, **body: object) -> Decision:
    """One event of the order."""
    return Decision((Event(event_type, body),))
