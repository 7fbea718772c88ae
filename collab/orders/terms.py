"""What a restaurant and its menus say about orders at the moment of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from collab.orders.order import Texts

DEFAULT_STATION = "kitchen"
EXPO = "expo"


@dataclass(frozen=True, slots=True)
class Station:
    """One place in the kitchen."""

    id: str
    name: str
    warn_seconds: int = 300  # a ticket older than this is shown amber
    late_seconds: int = 600  # and older than this red


@dataclass(frozen=True, slots=True)
class Terms:
    """How a restaurant takes orders."""

    restaurant_id: str
    currency: str = "EUR"
    time_zone: str = "UTC"
    business_day_hour: int = 4  # a business day begins at this hour by the restaurant's clock
    tax: int = 0  # basis points, of dishes that name none; contained in the price
    price_grace_seconds: int = 1800  # how long an older price holds for whoever sat before
    recall_seconds: int = 900  # how long a bump can be undone
    low_stock: int = 5  # `stock.low` is told when so many are left
    guest_session_seconds: int = 3 * 3600
    stations: Mapping[str, Station] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PricedOption:
    """An option as a version has it."""

    name: Texts
    price: int


@dataclass(frozen=True, slots=True)
class PricedGroup:
    """A modifier group as a version has it."""

    name: Texts
    minimum: int
    maximum: int | None
    options: Mapping[str, PricedOption]


@dataclass(frozen=True, slots=True)
class PricedVariation:
    """A variation as a version has it. price: None is that of the dish."""

    name: Texts
    price: int | None


@dataclass(frozen=True, slots=True)
class PricedItem:
    """A dish as a version has it."""

    name: Texts
    price: int | None  # None: it cannot be ordered without a variation that has one
    station: str | None  # its own, else its section's
    tax: int | None
    is_hidden: bool
    allergens: tuple[str, ...]
    may_contain: tuple[str, ...]
    variations: Mapping[str, PricedVariation]
    groups: tuple[str, ...]  # ids of modifier groups
    hours: tuple[tuple[int, str, str], ...] | None  # (day 1..7, from, to) of its section


@dataclass(frozen=True, slots=True)
class PriceList:
    """One published version, by id."""

    menu_id: str
    number: int
    currency: str
    items: Mapping[str, PricedItem]
    groups: Mapping[str, PricedGroup]


@dataclass(frozen=True, slots=True)
class OnSale:
    """What of a menu can be ordered at this moment."""

    restaurant_id: str
    effective: int | None  # number of the version that guests see; None: nothing
    # Number -> its prices: the effective one, and the one that the client saw.
    lists: Mapping[int, PriceList] = field(default_factory=dict)
    # Number -> until when guests last saw it, of versions that were shown within the grace.
    superseded_at: Mapping[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Visit:
    """A table that was opened: the code on it works until the visit ends."""

    id: str
    restaurant_id: str
    table_id: str
    order_id: str | None  # None: nobody has ordered yet
    opened_by: str
    opened_at: datetime
    expires_at: datetime
    closed_at: datetime | None = None
