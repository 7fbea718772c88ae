"""What goes in and out about tables and the visits of guests."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from api.rest.models import Answer, Id, Incoming

TableName = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Seats = Annotated[int, msgspec.Meta(ge=0, le=1000)]
Area = Annotated[str, msgspec.Meta(max_length=100)]
Position = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class NewTable(Incoming, frozen=True):
    """A table to set up."""

    name: TableName
    id: Id | None = None  # drawn when missing
    seats: Seats = 2
    area: Area = ""
    position: Position | None = None  # order in lists; at the end when missing


class TableChange(Incoming, frozen=True):
    """What to change of a table; what is missing stays."""

    name: TableName | None = None
    seats: Seats | None = None
    area: Area | None = None
    position: Position | None = None


class TableAnswer(Answer, frozen=True):
    """One table."""

    id: str
    name: str
    seats: int
    area: str
    position: int


class VisitAnswer(Answer, frozen=True):
    """An open table: guests get in with its code."""

    id: str
    order: str | None  # the order of its guests; null: nobody has ordered yet
    opened_by: str
    opened_at: datetime
    expires_at: datetime


class TableStateAnswer(TableAnswer, frozen=True):
    """One table and what goes on there."""

    visit: VisitAnswer | None  # null: it is not open for guests
    orders: list[str]  # ids of open orders, the oldest first


class TableList(Answer, frozen=True):
    """All tables of a restaurant in their order."""

    tables: list[TableStateAnswer]


class CodeAnswer(Answer, frozen=True):
    """A visit and its code, which is shown this once."""

    table: str
    visit: VisitAnswer
    code: str
    url: str  # what guests open
    qr_svg: str  # the same as a QR code


class NewGuest(Incoming, frozen=True):
    """What a guest brings.

    cookie: false for a page that keeps the token itself, because the browser's cookie may be a
    colleague's who is signed in there.
    """

    code: Code
    cookie: bool = True


class GuestAnswer(Answer, frozen=True):
    """A guest who came in. The token is in the cookie too, unless that was declined."""

    token: str
    expires_in_seconds: float
    user: str
    restaurant: str
    table: str
    order: str | None  # null: nobody at the table has ordered yet
    restaurant_name: str
    table_name: str
    time_zone: str  # of the restaurant, whose clock says what is served now
