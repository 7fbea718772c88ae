"""What goes in and out about kitchen stations."""

from __future__ import annotations

from typing import Annotated

import msgspec

from api.rest.models import Answer, Id, Incoming, Title
from collab.orders.terms import Station

Seconds = Annotated[int, msgspec.Meta(ge=1, le=86_400)]
Position = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
_DEFAULT = Station("", "")


class NewStation(Incoming, frozen=True):
    """A station to set up. `expo` is the expediter's: it sees the tickets of all others."""

    id: Id  # what menus say, such as "bar"
    name: Title
    warn_seconds: Seconds = _DEFAULT.warn_seconds  # an older ticket is shown amber
    late_seconds: Seconds = _DEFAULT.late_seconds  # and an even older one red
    position: Position | None = None  # order on screens; at the end when missing


class StationChange(Incoming, frozen=True):
    """What to change of a station; what is missing stays."""

    name: Title | None = None
    warn_seconds: Seconds | None = None
    late_seconds: Seconds | None = None
    position: Position | None = None


class StationAnswer(Answer, frozen=True):
    """One station."""

    id: str
    name: str
    warn_seconds: int
    late_seconds: int
    position: int


class StationList(Answer, frozen=True):
    """The stations of a restaurant, as screens show them."""

    stations: list[StationAnswer]
