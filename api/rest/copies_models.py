"""What goes in and out about copies and shared menus."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from api.rest.models import Answer, Id, Incoming, Title
from collab.menus.plain_menu import LIMIT_CHOICES, PRICE_LIMIT

Price = Annotated[
    int,
    msgspec.Meta(ge=0, le=PRICE_LIMIT, description="in minor units of the master's currency"),
]


class NewCopy(Incoming, frozen=True):
    """A menu to make out of another one."""

    id: Id | None = None  # drawn when missing
    title: Title | None = None
    restaurant: Id | None = None  # that of the original when missing


class CopyAnswer(Answer, frozen=True):
    """The new menu."""

    id: str
    title: str
    restaurant: str
    copy_of: str
    sections: int
    items: int


class NewShare(Incoming, frozen=True):
    """A restaurant that is to show the menu."""

    restaurant: Id


class ShareAnswer(Answer, frozen=True):
    """A restaurant that shows the menu."""

    restaurant: str
    created_at: datetime
    created_by: str


class ShareList(Answer, frozen=True):
    """All of them, by id."""

    shares: list[ShareAnswer]


class SharedQuery(Incoming, frozen=True):
    """For which restaurant."""

    restaurant: Id | None = None  # the asker's when missing


class SharedMenu(Answer, frozen=True):
    """A menu of another restaurant that this one shows. `published` reads it; nobody edits it."""

    id: str
    title: str
    restaurant: str  # whose it is
    published: str  # the address of the menu with this restaurant's prices


class SharedMenuList(Answer, frozen=True):
    """All of them, by id."""

    menus: list[SharedMenu]


class OverrideQuery(Incoming, frozen=True):
    """In which restaurant."""

    restaurant: Id | None = None  # the asker's when missing


class VariationOverride(Incoming, frozen=True):
    """What differs of a variation."""

    price: Price


class NewOverride(Incoming, frozen=True):
    """All that differs of an item; nothing: it is as in the master again."""

    price: Price | None = None
    hidden: bool | None = None
    variations: Annotated[dict[str, VariationOverride], msgspec.Meta(max_length=LIMIT_CHOICES)] = (
        msgspec.field(default_factory=dict)
    )


class OverrideAnswer(Answer, frozen=True):
    """What differs of an item or a variation."""

    item: str
    variation: str | None
    price: int | None
    hidden: bool | None
    is_orphan: bool  # it is in the menu neither as published nor as it stands
    changed_at: datetime | None
    changed_by: str


class OverrideList(Answer, frozen=True):
    """All that differs in one restaurant."""

    restaurant: str
    currency: str
    overrides: list[OverrideAnswer]
