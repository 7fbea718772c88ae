"""Advisory locks of fields: leases that somebody holds while editing. Pure rules.

Rule 1: a lock warns; merging never waits for one. Only a menu with strict locks sets back what
        others write to a held field.
Rule 2: a lock is a lease. Who does not renew it loses it; who lost it cannot renew it, and is told
        by the next renewal.
Rule 3: every lock has a fencing token, larger than that of every lock before on the same menu, for
        ever. Of two that say they hold a field, the larger token is right.
Rule 4: leases are measured on a clock that only runs forward (`rooms.lease_clock`); the wall clock
        is for records.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from collab.errors import ProtocolViolation
from collab.menus.schema import ITEMS, META, NOTE, PARTS, TEXT_MAPS, form_of, is_id, is_locale

LEASE_SECONDS = 30.0
RENEW_SECONDS = 10.0  # how often a holder renews: two renewals may get lost
GRACE_SECONDS = 5.0  # how long a lock outlives the holder's socket: time to come back
LOCKS_PER_USER = 20
SKEW_SECONDS = 5.0  # how far two servers' clocks may be apart before one corrects the other's rows
PATH_LIMIT_CHARACTERS = 255

_META_KEY = re.compile(r"[a-z_]{1,64}")


@dataclass(frozen=True, slots=True)
class LockedField:
    """One field of a menu, named as in `FieldChange`."""

    root: str  # "meta", "sections", "items" or "modgroups"
    part_id: str  # "" for meta
    field: str  # a register, "name:<locale>", "desc:<locale>" or "note"

    @property
    def path(self) -> str:
        """`items/soup/price`; a slash inside an id or a field is written as %2F."""
        parts = (self.root, self.field) if self.root == META else (
            self.root, self.part_id, self.field
        )  # fmt: skip
        return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)


@dataclass(frozen=True, slots=True)
class LockHolder:
    """Who holds a lock, or wants to."""

    session_id: str
    user_id: str
    user_name: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, twice."""

    lease: datetime  # for judging leases; only runs forward
    wall: datetime  # for records


@dataclass(frozen=True, slots=True)
class Lock:
    """One row of `resource_locks`, live or not."""

    document_id: str
    path: str  # of the field
    holder: LockHolder
    token: int
    acquired_at: datetime  # lease time, like `expires_at`
    expires_at: datetime

    def is_live(self, now: datetime) -> bool:
        """Whether it still holds. now: lease time."""
        return self.expires_at > now

    def seconds_left(self, now: datetime) -> float:
        """How long it holds if nobody renews it; 0 when it does not."""
        return max(0.0, (self.expires_at - now).total_seconds())


class Claim(Enum):
    """What becomes of somebody's wish to hold a field."""

    FREE = auto()  # a new lock
    OWN = auto()  # the same session holds it already: renew it
    HELD = auto()  # somebody else holds it, or the same person in another window
    FULL = auto()  # this person holds as many as one may


@dataclass(frozen=True, slots=True)
class Taken:
    """The field is the claimant's now."""

    lock: Lock


@dataclass(frozen=True, slots=True)
class Renewed:
    """The field was the claimant's already; the lease begins again."""

    lock: Lock


@dataclass(frozen=True, slots=True)
class Held:
    """The field is somebody else's."""

    lock: Lock


@dataclass(frozen=True, slots=True)
class TooMany:
    """The claimant holds so many fields already."""

    count: int


TakeOutcome = Taken | Renewed | Held | TooMany


def judge_claim(found: Lock | None, claimant: LockHolder, others: int, now: datetime) -> Claim:
    """Decide about a wish to hold a field.

    found: the row of that field, live or not. others: live locks of the claimant's user on other
    fields. now: lease time.
    """
    if found is not None and found.is_live(now):
        is_own = (found.holder.session_id, found.holder.user_id) == (
            claimant.session_id,
            claimant.user_id,
        )
        return Claim.OWN if is_own else Claim.HELD
    return Claim.FULL if others >= LOCKS_PER_USER else Claim.FREE


def lease_end(now: datetime) -> datetime:
    """When a lease that begins now ends."""
    return now + timedelta(seconds=LEASE_SECONDS)


def read_field(path: str) -> LockedField:
    """The field of a path such as `items/soup/price` or `meta/currency`.

    Raises ProtocolViolation for anything that cannot be a field of a menu.
    """
    parts = [part.replace("%2F", "/").replace("%25", "%") for part in path.split("/")]
    match parts:
        case ["meta", key] if _META_KEY.fullmatch(key):
            field = LockedField(META, "", key)
        case [root, part_id, name] if root in PARTS and is_id(part_id) and _is_field(root, name):
            field = LockedField(root, part_id, name)
        case _:
            raise _bad_field()
    # Only one way to write a field, or two people could hold the same one.
    if field.path != path or len(path) > PATH_LIMIT_CHARACTERS:
        raise _bad_field()
    return field


def _is_field(root: str, name: str) -> bool:
    if not name.isprintable():
        return False
    family, _, rest = name.partition(":")
    if family in TEXT_MAPS[root]:
        return is_locale(rest)
    return (root, name) == (ITEMS, NOTE) or form_of(root, name) is not None


def _bad_field() -> ProtocolViolation:
    return ProtocolViolation(
        "A field is named like items/soup/price or meta/currency.", reason="bad_field"
    )
