"""What goes in and out about staff."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from api.rest.models import Answer, Id, Incoming, Page
from collab.identity import Role

UserId = Annotated[str, msgspec.Meta(max_length=180, pattern=r"^[^\x00-\x1f\x7f]+$")]
PersonName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Roles = Annotated[tuple[Role, ...], msgspec.Meta(max_length=10)]
Names = Annotated[
    tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=64)], ...],
    msgspec.Meta(max_length=100),
]


class StaffQuery(Incoming, frozen=True):
    """Whose staff to list."""

    restaurant: Id | None = None  # the asker's when missing
    after: str | None = None  # `next` of the page before
    limit: Page = 100


class NewStaffMember(Incoming, frozen=True):
    """Somebody who works here. The row gives no right: their token does."""

    user_id: UserId  # `sub` of their tokens
    name: PersonName
    roles: Roles
    stations: Names = ()  # kitchen screens; empty: all
    locales: Names = ()  # what a translator may write; empty: all


class StaffChange(Incoming, frozen=True):
    """What to change; what is missing stays."""

    name: PersonName | None = None
    roles: Roles | None = None
    stations: Names | None = None
    locales: Names | None = None
    is_active: bool | None = None  # false ends all tokens of the person here


class StaffAnswer(Answer, frozen=True):
    """One person of the staff."""

    user_id: str
    name: str
    roles: list[Role]
    stations: list[str]
    locales: list[str]
    is_active: bool
    created_at: datetime
    updated_at: datetime


class StaffList(Answer, frozen=True):
    """One page of the staff by user id; `next` is the `after` of the next page."""

    staff: list[StaffAnswer]
    next: str | None
