"""Publishing a menu: from the live room to what guests read.

Rule 1: what is published is what the room holds and what is on disk: the snapshot is taken first,
        then everything before it is waited for.
Rule 2: nothing is published while an error stands; the refusal says which.
Rule 3: whatever changes what guests see ends with `VersionKeeper.shown_anew`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from api.house import House
from api.menu_file import MenuFile, plain_of
from api.version_keeper import snapshot_of
from collab.conflicts.kinds import Severity
from collab.menus.plain_menu import PlainMenu, check_plain
from collab.records import ConflictRow, Document
from collab.versions.schedule import Window, check_window
from storage.versions import Published


@dataclass(frozen=True, slots=True)
class Blocked:
    """Nothing was published: these errors stand."""

    conflicts: tuple[ConflictRow, ...]


async def publish_menu(
    house: House, document: Document, name: str | None, window: Window, user_id: str
) -> Published | Blocked:
    """Make a version of the menu as it stands, and publish it; returns when it is on disk.

    Raises StructureRefused (a bad window, or no menu), TooLarge, DocumentGone, StoreError.
    Cancelling is safe: it is published wholly or not at all.
    """
    check_window(window)
    async with house.lobby.lease(document.id) as room:
        # Nothing waits in between: the content is the one that was judged.
        errors = tuple(one for one in room.keeper.settle() if one.severity == Severity.ERROR)
        snapshot = snapshot_of(room)
        room.turns.flush()
        await house.journal.flush()
        if errors:
            return Blocked(errors)
        plain_menu(snapshot.content)  # raises unless it can be read back
        now = house.clock.utc()
        done = await house.versions.publish(document.id, snapshot, name, window, user_id, now)
        await house.version_keeper.shown_anew(document.id)
    return done


async def publish_again(
    house: House, document: Document, number: int, window: Window, user_id: str
) -> Published | None:
    """Publish an older version again, or schedule it; None when there is none of that number.

    Raises StructureRefused (a bad window), DocumentGone, StoreError. Cancelling is safe.
    """
    check_window(window)
    now = house.clock.utc()
    done = await house.versions.publish_again(document.id, number, window, user_id, now)
    if done is not None:
        await house.version_keeper.shown_anew(document.id)
    return done


async def published_content(
    house: House, menu_id: str, at: datetime
) -> tuple[dict[str, Any], str] | None:
    """What guests see of a menu at a moment, and the sha256 of its canonical JSON.

    at: aware. None when nothing is published, or there is no such menu. The content is not to be
    changed. Raises StoreError. Safe to cancel.
    """
    view = await house.guests_views.find(menu_id, at)
    return None if view is None else (view.content, view.sha256)


def plain_menu(content: Any) -> PlainMenu:
    """The menu that plain JSON describes. Raises msgspec.ValidationError, StructureRefused."""
    plain = plain_of(msgspec.convert(content, MenuFile))
    check_plain(plain)
    return plain
