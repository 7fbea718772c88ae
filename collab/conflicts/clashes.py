"""Two people who replaced the same text at once: both texts now stand one after the other.

A merge of "Soup" -> "Broth" and "Soup" -> "Potage" reads "BrothPotage". Nothing is lost, but
nobody meant it, so it is shown to them.
"""

from __future__ import annotations

from collab.conflicts.kinds import TextClash
from collab.documents.document import MenuDocument
from collab.guard.structure import Resolved, StructureIndex
from collab.records import FieldChange
from collab.updates.ranges import IdRanges

REPLACED_SHARE = 0.8  # of the text that both removed


def removed_twice(
    resolved: Resolved, index: StructureIndex, document: MenuDocument, path: tuple[str, ...]
) -> int:
    """How many characters of a text an update deletes that were deleted before, if it also writes.

    To be called before it is applied. path: of the text. Result in UTF-16 units, as Yjs counts.
    """
    if not any(slot.path == path and item[3] == _STRING for item, slot in resolved.items):
        return 0
    deleted: IdRanges | None = None
    count = 0
    for client, start, end in resolved.outline.deletes:
        for first, last in index.within(path, client, start, end):
            deleted = document.deleted() if deleted is None else deleted
            count += sum(b - a for a, b in deleted.within(client, first, last))
    return count


def clash_of(
    before: FieldChange, removed: int, now: str, user_id: str, ms: int
) -> TextClash | None:
    """The clash of somebody's replacement with an earlier one by somebody else, if it is one.

    before: the last change of this text. removed: from `removed_twice`. now: the merged text.
    """
    base, theirs = str(before.before or ""), str(before.after or "")
    length = len(base.encode("utf-16-le")) // 2
    if before.user_id == user_id or length == 0 or removed < REPLACED_SHARE * length:
        return None
    if not theirs or theirs not in now or now == theirs:
        return None
    mine = now.replace(theirs, "", 1)
    at = int(before.at.timestamp() * 1000)
    return TextClash(
        before.root,
        before.part_id,
        before.field,
        (
            {"value": theirs, "user": before.user_id, "ms": at},
            {"value": mine, "user": user_id, "ms": ms},
            {"value": now},
        ),
    )


def stands(clash: TextClash, now: str) -> bool:
    """Whether both texts are still there, one beside the other."""
    theirs, mine = (str(one["value"]) for one in clash.candidates[:2])
    return theirs in now and mine in now.replace(theirs, "", 1)


_STRING = 4
