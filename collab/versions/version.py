"""Versions of a menu: what is kept of one, what guests see of it, and which are kept for how long.

Rule 1: the content of a version is plain menu JSON and never changes; equal menus have equal
        fingerprints, whoever made them, because keys are sorted before they are hashed.
Rule 2: guests never see what is hidden or unplaced, and nothing that is written for the staff.
Rule 3: what was published or named is kept for ever. Automatic versions get thinner with age: all
        of the last day, then the newest of each hour for a week, of each day for three months, of
        each month after that. The newest of all is always kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ALL_FOR = timedelta(days=1)
HOURLY_FOR = timedelta(days=7)
DAILY_FOR = timedelta(days=90)

# What the kitchen and the waiters need to know about an item or a section.
_FOR_STAFF = frozenset({"note", "hidden", "station", "preparation_seconds"})


class VersionKind(StrEnum):
    """Why a version is there."""

    PUBLISHED = "published"
    AUTOMATIC = "automatic"  # after somebody edited
    NAMED = "named"  # an automatic one that somebody gave a name


@dataclass(frozen=True, slots=True)
class Version:
    """One version, without its content."""

    number: int  # 1, 2, 3, ... per menu; thinning leaves holes
    kind: VersionKind
    name: str | None
    sha256: str  # of the canonical JSON
    created_at: datetime
    created_by: str


def canonical_json(content: Mapping[str, object]) -> bytes:
    """The one form of plain JSON that is hashed: keys sorted, no spaces, UTF-8."""
    return json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def fingerprint(content: Mapping[str, object]) -> str:
    """The sha256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical_json(content)).hexdigest()


def guests_view(content: Mapping[str, object]) -> dict[str, object]:
    """What guests see of plain menu JSON."""
    used: set[str] = set()
    sections = []
    for section in _objects(content.get("sections")):
        items = [_shown(item) for item in _objects(section.get("items")) if not _is_hidden(item)]
        for item in items:
            modifiers = item.get("modifiers")
            used |= {str(id) for id in modifiers} if isinstance(modifiers, list) else set()
        sections.append({**_shown(section), "items": items})
    shown = {
        key: value
        for key, value in content.items()
        if key not in ("sections", "unplaced", "modifiers")
    }
    shown["sections"] = sections
    groups = [one for one in _objects(content.get("modifiers")) if one.get("id") in used]
    return {**shown, "modifiers": groups} if groups else shown


def thinned(versions: Iterable[Version], now: datetime) -> list[int]:
    """The numbers of the versions that need not be kept any more. now: aware, UTC."""
    newest_first = sorted(versions, key=lambda one: one.number, reverse=True)
    taken: set[tuple[str, str]] = set()
    gone = []
    for version in newest_first:
        slot = _slot(version.created_at, now)
        if version.kind is not VersionKind.AUTOMATIC or slot is None:
            continue
        if slot in taken:
            gone.append(version.number)
        taken.add(slot)
    return sorted(gone)


def _slot(created_at: datetime, now: datetime) -> tuple[str, str] | None:
    """The stretch of time of which one automatic version is kept; None: all are."""
    age = now - created_at
    if age <= ALL_FOR:
        return None
    if age <= HOURLY_FOR:
        return "hour", created_at.strftime("%Y-%m-%d %H")
    if age <= DAILY_FOR:
        return "day", created_at.strftime("%Y-%m-%d")
    return "month", created_at.strftime("%Y-%m")


def _shown(part: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in part.items() if key not in _FOR_STAFF}


def _is_hidden(item: Mapping[str, object]) -> bool:
    return item.get("hidden") is True


def _objects(value: object) -> list[Mapping[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
