"""What happens to a menu beside its content: locks, conflicts, publications."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType

from api.doors.bodies_orders import Body


class LockTold(Body, frozen=True):
    """A lock, and what happened to it."""

    field: str
    user: str
    name: str
    session: str
    token: int
    seconds: float | UnsetType = UNSET  # lease; of `lock.taken`
    by: str | UnsetType = UNSET  # who asked for it, or broke it
    by_name: str | UnsetType = UNSET


class LocksStrict(Body, frozen=True):
    """`lock.strict`."""

    on: bool


class ConflictTarget(Body, frozen=True):
    """The field that a conflict is about."""

    root: str
    id: str
    field: str


class ConflictTold(Body, frozen=True):
    """`conflict.opened`, `conflict.changed`, `conflict.closed`."""

    id: str
    kind: str
    severity: str
    target: ConflictTarget
    candidates: list[dict[str, Any]]
    resolution: dict[str, Any] | UnsetType = UNSET  # of `conflict.closed`


class MenuChanged(Body, frozen=True):
    """`menu.changed`."""

    parts: list[str]
    is_complete: bool  # parts are all that changed


class Effective(Body, frozen=True):
    """`menu.effective`: guests see another version."""

    effective: int | None


class MenuPublished(Effective, frozen=True):
    """`menu.published`."""

    name: str | None
    sha256: str
    publication: str
    number: int
    starts_at: str | None
    ends_at: str | None
    daily_from: str | None
    daily_to: str | None


class PublicationCancelled(Effective, frozen=True):
    """`publication.cancelled`."""

    publication: str
    number: int


class MenuRenamed(Body, frozen=True):
    """`menu.renamed`: it has another title."""

    title: str


class MenuRenewed(Body, frozen=True):
    """`menu.renewed`."""

    epoch: int
    bytes_before: int
    bytes_after: int


class MenuShared(Body, frozen=True):
    """`menu.shared`, `menu.unshared`."""

    restaurant: str


class MenuOverridden(MenuShared, frozen=True):
    """`menu.overridden`."""

    item: str


class MenuEventsSnapshot(Body, frozen=True):
    """The room of what happens to a menu beside its content."""

    conflicts: list[ConflictTold]
    locks: list[LockTold]


MENU_EVENTS: dict[str, type[Body]] = {
    **dict.fromkeys(
        ("lock.taken", "lock.released", "lock.broken", "lock.asked", "lock.expired"), LockTold
    ),
    "lock.strict": LocksStrict,
    **dict.fromkeys(("conflict.opened", "conflict.changed", "conflict.closed"), ConflictTold),
    "menu.changed": MenuChanged,
    "menu.effective": Effective,
    "menu.published": MenuPublished,
    "publication.cancelled": PublicationCancelled,
    "menu.renamed": MenuRenamed,
    "menu.renewed": MenuRenewed,
    "menu.shared": MenuShared,
    "menu.unshared": MenuShared,
    "menu.overridden": MenuOverridden,
}
