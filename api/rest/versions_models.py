"""What goes in and out about versions and publications."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from api.rest.models import Answer, Id, Incoming, Page, Title
from collab.menus.plain_menu import LIMIT_ID_CHARACTERS
from collab.versions.difference import PartChange
from collab.versions.version import VersionKind

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Wall = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
        description="HH:MM in the time zone of the restaurant",
    ),
]
Number = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
PartId = Annotated[str, msgspec.Meta(min_length=1, max_length=LIMIT_ID_CHARACTERS)]
FieldName = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class PublishedQuery(Incoming, frozen=True):
    """Whose prices and selection to show."""

    restaurant: Id | None = None  # one that shows this menu of another restaurant


class ShownMenu(Answer, frozen=True):
    """A menu that guests of a restaurant see now."""

    menu: str
    title: str
    version: int
    locales: list[str]  # the first one is that of the menu
    etag: str  # of `getPublishedMenu` there, without quotes


class NewPublication(Incoming, frozen=True):
    """When guests shall see a version; without anything: from now on."""

    starts_at: Moment | None = None  # now
    ends_at: Moment | None = None  # until something later
    daily_from: Wall | None = None
    daily_to: Wall | None = None


class NewVersion(NewPublication, frozen=True):
    """A version to be made of the menu as it stands, and published."""

    name: Title | None = None


class VersionName(Incoming, frozen=True):
    """The name of a version; null takes it away."""

    name: Title | None


class VersionQuery(Incoming, frozen=True):
    """Which versions to list."""

    kind: VersionKind | None = None
    after: Number | None = None  # the last number of the page before
    limit: Page = 100


class VersionAnswer(Answer, frozen=True):
    """One version. Named and published ones are kept for ever, automatic ones get thinner."""

    number: int
    kind: VersionKind
    name: str | None
    sha256: str  # of its canonical JSON
    created_at: datetime
    created_by: str


class FullVersionAnswer(VersionAnswer, frozen=True):
    """One version with its content."""

    content: dict[str, Any]  # plain menu JSON


class VersionList(Answer, frozen=True):
    """One page of versions, the newest first; `next` is the `after` of the next page."""

    versions: list[VersionAnswer]
    next: int | None


class PublicationAnswer(Answer, frozen=True):
    """A version that guests are to see."""

    id: str
    version: int
    starts_at: datetime
    ends_at: datetime | None
    daily_from: str | None
    daily_to: str | None
    created_at: datetime
    created_by: str
    is_effective: bool  # guests see it now


class PublicationList(Answer, frozen=True):
    """All that stand, in the order in which they were made."""

    publications: list[PublicationAnswer]
    time_zone: str
    next_change_at: datetime | None  # when guests will see another one


class PublishedAnswer(Answer, frozen=True):
    """What was published."""

    version: VersionAnswer
    publication: PublicationAnswer


class FieldDifferenceAnswer(Answer, frozen=True):
    """One field that reads differently; null: it is not there."""

    field: str  # as in the history: "price", "name:de", "allergen:Sesam", "var:large:price"
    before: Any
    after: Any


class PartDifferenceAnswer(Answer, frozen=True):
    """One section, item or modifier group that differs."""

    root: str
    id: str
    name: str
    change: PartChange
    moved_from: str | None  # section ids; "" is unplaced
    moved_to: str | None
    is_reordered: bool
    fields: list[FieldDifferenceAnswer]


class DifferenceAnswer(Answer, frozen=True):
    """What has to be done to one version to get the other. Fields are called as in the history."""

    settings: list[FieldDifferenceAnswer]
    sections: list[PartDifferenceAnswer]
    items: list[PartDifferenceAnswer]
    groups: list[PartDifferenceAnswer]


class Restored(StrEnum):
    """What to bring back."""

    EVERYTHING = "everything"
    SECTION = "section"  # with the items that it had
    ITEM = "item"
    GROUP = "group"  # a modifier group
    FIELD = "field"


class FieldOwner(StrEnum):
    """Where a field is."""

    SECTIONS = "sections"
    ITEMS = "items"
    GROUPS = "modgroups"


class NewRestore(Incoming, frozen=True):
    """What to bring back from which version."""

    version: Number
    what: Restored
    id: PartId | None = None  # of the section, item or group
    root: FieldOwner = FieldOwner.ITEMS  # where the field is
    # As in the history: "price", "name:de", "allergen:Sesam"; "name" is the name in all languages.
    field: FieldName | None = None


class RestoreAnswer(Answer, frozen=True):
    """What a restore did."""

    changes: int  # 0: it was all like that already
