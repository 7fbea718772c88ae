"""What one seat may write in a menu now, and how its person hears of what was set back."""

from __future__ import annotations

from collections.abc import Callable

from collab.guard.findings import MayWrite, Refused
from collab.guard.rights import may_write
from rooms.lock_table import LockTable
from rooms.ports import Meter
from rooms.seat import Seat

NOTICES = 20  # about one update; more would only bury the person


def writer(seat: Seat, locks: LockTable, monotonic: Callable[[], float]) -> MayWrite:
    """The rights of a seat as a function, for one review."""
    identity = seat.identity
    now = monotonic()

    def why_not(root: str, part_id: str, field: str) -> tuple[str, str] | None:
        if not may_write(identity, root, field):
            return "field_forbidden", "your role does not change this field"
        if locks.is_strict:
            holder = locks.holder(root, part_id, field, now)
            if holder is not None and holder.session_id != seat.session_id:
                return "locked", f"{holder.user_name or holder.user_id} is working on this field"
        return None

    return why_not


def tell_refused(seat: Seat, refused: tuple[Refused, ...], meter: Meter) -> None:
    """Count what was set back, and tell its author field, reason and kept value."""
    for one in refused:
        meter.refused(one.code)
    for one in refused[:NOTICES]:
        place = "/".join(part for part in (one.root, one.part_id, one.field) if part)
        seat.notice(one.code, one.reason, {"field": place, "kept": one.kept})
    if len(refused) > NOTICES:
        more = len(refused) - NOTICES
        seat.notice("more_set_back", f"{more} more fields were set back", {"count": more})
