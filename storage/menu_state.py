"""What a menu's room has to know beside the bytes: `rooms.ports.MenuLog` on the database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, RowMapping, bindparam, func, or_, select

from collab.records import ConflictRow, MenuState, stream_of
from storage.database import Database
from storage.menu_tables import (
    menu_changes,
    menu_conflicts,
    menu_versions,
    publications,
    streams,
)

# Of edits before, the conflicts that stand tell; these are for a crash before they were found.
LOOK_BACK = timedelta(hours=1)


class MenuStateStore:
    """Reads the state of menus. Satisfies `rooms.ports.MenuLog`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load_menu(self, document_id: str) -> MenuState:
        """Read it; an empty state when there is nothing. Raises StoreError. Safe to cancel."""
        now = self._database.clock()
        key = {"document_id": document_id, "now": now, "since": now - LOOK_BACK}
        async with self._database.read() as connection:
            conflicts = (await connection.execute(_CONFLICTS, key)).mappings().all()
            published = await connection.scalar(_PUBLISHED, key)
            edits = (await connection.execute(_TEXT_EDITS, key)).all()
            top = await connection.scalar(
                select(streams.c.top).where(streams.c.id == stream_of(document_id))
            )
        latest: dict[tuple[str, str], tuple[str, datetime]] = {}
        for root, part_id, user_id, at in edits:
            known = latest.get((root, part_id))
            if known is None or known[1] < at:
                latest[(root, part_id)] = (user_id, at)
        return MenuState(
            conflicts=tuple(_conflict(row) for row in conflicts),
            published=published,
            text_edits=latest,
            stream_top=top or 0,
        )


def _conflict(row: RowMapping) -> ConflictRow:
    values: dict[str, Any] = dict(row)
    values.pop("document_id")
    values["candidates"] = tuple(values["candidates"])
    return ConflictRow(**values)


_ID: BindParameter[str] = bindparam("document_id")
_NOW: BindParameter[datetime] = bindparam("now")
_SINCE: BindParameter[datetime] = bindparam("since")
_CONFLICTS = select(menu_conflicts).where(
    menu_conflicts.c.document_id == _ID, menu_conflicts.c.closed_at.is_(None)
)
# The newest version that guests were shown: what the draft is compared with.
_PUBLISHED = (
    select(menu_versions.c.content)
    .join(
        publications,
        (publications.c.document_id == menu_versions.c.document_id)
        & (publications.c.number == menu_versions.c.number),
    )
    .where(
        menu_versions.c.document_id == _ID,
        publications.c.cancelled_at.is_(None),
        publications.c.starts_at <= _NOW,
    )
    .order_by(publications.c.starts_at.desc(), publications.c.created_at.desc())
    .limit(1)
)
_TEXT_EDITS = (
    select(
        menu_changes.c.root,
        menu_changes.c.part_id,
        menu_changes.c.user_id,
        func.max(menu_changes.c.at),
    )
    .where(
        menu_changes.c.document_id == _ID,
        menu_changes.c.at >= _SINCE,
        menu_changes.c.root.in_(("sections", "items")),
        or_(
            menu_changes.c.field.like("name:%"),
            menu_changes.c.field.like("desc:%"),
            menu_changes.c.field == "note",
        ),
    )
    .group_by(menu_changes.c.root, menu_changes.c.part_id, menu_changes.c.user_id)
)
