"""What goes in and out about webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from api.rest.models import Answer, Id, Incoming, Page

EventType = Annotated[str, msgspec.Meta(pattern=r"^[a-z_]{1,30}\.[a-z_]{1,30}$")]


class NewWebhook(Incoming, frozen=True):
    """Where to post events."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    types: Annotated[tuple[EventType, ...], msgspec.Meta(max_length=50)] = ()  # empty: all
    # To check signatures with; drawn when missing.
    secret: Annotated[str, msgspec.Meta(min_length=16, max_length=200)] | None = None
    restaurant: Id | None = None  # the asker's when missing


class WebhookQuery(Incoming, frozen=True):
    """Whose webhooks to list."""

    restaurant: Id | None = None


class DeadQuery(Incoming, frozen=True):
    """Which dead letters to list."""

    after: Annotated[str, msgspec.Meta(max_length=300)] | None = None  # `next` of the page before
    limit: Page = 100


class FailingAnswer(Answer, frozen=True):
    """A menu whose next event the webhook does not take."""

    menu: str
    attempts: int
    since: datetime
    reason: str  # of the last attempt
    next_at: datetime | None


class WebhookAnswer(Answer, frozen=True):
    """One webhook. Its secret is not shown again."""

    id: str
    restaurant: str
    url: str
    types: list[str]
    created_at: datetime
    created_by: str
    disabled_at: datetime | None  # it answered 410 then, and is not called any more
    failing: list[FailingAnswer]


class MadeWebhook(WebhookAnswer, frozen=True):
    """The answer to making it: the only time that its secret is shown."""

    secret: str


class WebhookList(Answer, frozen=True):
    """All webhooks of a restaurant."""

    webhooks: list[WebhookAnswer]


class DeadAnswer(Answer, frozen=True):
    """An event that could not be delivered for 24 hours."""

    menu: str
    offset: int
    reason: str
    at: datetime


class DeadList(Answer, frozen=True):
    """One page of dead letters by menu and offset."""

    dead: list[DeadAnswer]
    next: str | None


class DeliveryAnswer(Answer, frozen=True):
    """What became of a delivery that was made at once."""

    delivered: bool
    status: int | None  # what the other side answered; null: nothing
    reason: str | None  # why not
