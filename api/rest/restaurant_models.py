"""What goes in and out about restaurants."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from api.rest.models import Answer, Id, Incoming, Title

TimeZone = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]  # IANA name
Currency = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$")]  # ISO 4217
DaySeconds = Annotated[int, msgspec.Meta(ge=0, le=86_400)]


class RestaurantQuery(Incoming, frozen=True):
    """Which restaurant is asked about."""

    restaurant: Id | None = None  # the asker's when missing


class RestaurantChange(Incoming, frozen=True):
    """What to change of a restaurant; what is missing stays."""

    name: Title | None = None
    time_zone: TimeZone | None = None
    currency: Currency | None = None
    # A business day begins at this hour by the restaurant's clock.
    business_day_hour: Annotated[int, msgspec.Meta(ge=0, le=23)] | None = None
    # Basis points, contained in the price of dishes that name none.
    tax: Annotated[int, msgspec.Meta(ge=0, le=10_000)] | None = None
    price_grace_seconds: DaySeconds | None = None  # how long an older price holds
    recall_seconds: DaySeconds | None = None  # how long a bump can be undone
    low_stock: Annotated[int, msgspec.Meta(ge=0, le=10_000)] | None = None
    guest_session_seconds: Annotated[int, msgspec.Meta(ge=60, le=86_400)] | None = None
    # Closed orders are forgotten after so long; retries of commands are known for a week.
    order_retention_days: Annotated[int, msgspec.Meta(ge=7, le=36_500)] | None = None
    # What closed orders say about people is forgotten after so long.
    personal_retention_days: Annotated[int, msgspec.Meta(ge=0, le=36_500)] | None = None


class NewRestaurant(RestaurantChange, frozen=True, kw_only=True):
    """A restaurant to make; what is missing is as in any new one."""

    id: Id
    name: Title


class RestaurantAnswer(Answer, frozen=True):
    """One restaurant and how it is set up."""

    id: str
    name: str
    created_at: datetime
    time_zone: str
    currency: str
    currency_exponent: int  # decimals of the currency: amounts are whole numbers of 10^-exponent
    business_day_hour: int
    tax: int
    price_grace_seconds: int
    recall_seconds: int
    low_stock: int
    guest_session_seconds: int
    order_retention_days: int
    personal_retention_days: int


class RestaurantList(Answer, frozen=True):
    """The restaurants that the asker belongs to, by id."""

    restaurants: list[RestaurantAnswer]
