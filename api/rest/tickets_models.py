"""What goes in and out about tickets of the kitchen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from api.rest.models import Answer, Id, Incoming
from collab.orders.tickets import Age


class TicketQuery(Incoming, frozen=True):
    """Whose tickets."""

    restaurant: Id | None = None  # the asker's when missing
    station: Id | None = None  # `expo`: the expediter's; missing: all


class TicketAnswer(Answer, frozen=True):
    """One ticket as in the room `kitchen`, and how long it has waited."""

    ticket: dict[str, Any]
    age: Age  # by the thresholds of its station
    age_seconds: float


class TicketList(Answer, frozen=True):
    """What is on a screen, the oldest first."""

    tickets: list[TicketAnswer]


class CountAnswer(Answer, frozen=True):
    """So many of one dish wait at one station."""

    station: str
    item: str
    variation: str | None
    name: dict[str, str]
    variation_name: dict[str, str] | None
    quantity: int


class AllDay(Answer, frozen=True):
    """What still has to be cooked, by station and dish."""

    counts: list[CountAnswer]


class DeliveryProof(Answer, frozen=True):
    """How far one screen has seen the events of one room."""

    room: str
    screen: str
    epoch: str
    offset: int
    behind: int  # events of the room that it has not seen
    at: datetime


class DeliveryProofs(Answer, frozen=True):
    """The proof of delivery, by room and screen."""

    screens: list[DeliveryProof]
