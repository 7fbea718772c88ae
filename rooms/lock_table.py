"""Who holds which field of one open menu, in memory: what the room asks at every write.

The rows in the store decide; this is their reflection, kept by whoever changes them. Messages about
one field may come in any order: the larger fencing token is the newer lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from collab.guard.locks import Lock, LockedField, LockHolder


@dataclass(frozen=True, slots=True)
class _Entry:
    lock: Lock
    ends_at: float  # monotonic seconds


class LockTable:
    """The locks of one menu room. Empty until it is filled."""

    def __init__(self) -> None:
        self._is_strict = False
        self.version = 0  # changes with every change here
        self._entries: dict[str, _Entry] = {}
        self._ended: dict[str, int] = {}  # path -> token of the last lock that is known to be over

    @property
    def is_strict(self) -> bool:
        """Whether the room sets back what others write to a held field."""
        return self._is_strict

    @is_strict.setter
    def is_strict(self, is_strict: bool) -> None:
        self._is_strict = is_strict
        self.version += 1

    def holder(
        self, root: str, part_id: str, field: str, now_monotonic: float
    ) -> LockHolder | None:
        """Who holds a field; None when nobody does.

        root, part_id, field: as in `FieldChange`. now_monotonic: seconds.
        """
        if not self._entries:  # nearly always, and asked for every write
            return None
        entry = self._entries.get(LockedField(root, part_id, field).path)
        if entry is None or entry.ends_at <= now_monotonic:
            return None
        return entry.lock.holder

    def listed(self, now_monotonic: float) -> list[dict[str, object]]:
        """The live locks as JSON values, by field: what a newcomer is told."""
        return [
            {
                "field": path,
                "user": entry.lock.holder.user_id,
                "name": entry.lock.holder.user_name,
                "session": entry.lock.holder.session_id,
                "token": entry.lock.token,
                "seconds_left": round(entry.ends_at - now_monotonic, 3),
            }
            for path, entry in sorted(self._entries.items())
            if entry.ends_at > now_monotonic
        ]

    def put(self, lock: Lock, ends_at: float) -> None:
        """A lock was taken or renewed. ends_at: monotonic seconds."""
        known = self._entries.get(lock.path)
        is_old = known is not None and known.lock.token > lock.token
        if not is_old and self._ended.get(lock.path, 0) < lock.token:
            self._entries[lock.path] = _Entry(lock, ends_at)
            self.version += 1

    def drop(self, path: str, token: int) -> None:
        """The lock with this token is over, and with it all before it."""
        known = self._entries.get(path)
        if known is not None and known.lock.token <= token:
            del self._entries[path]
        self._ended[path] = max(token, self._ended.get(path, 0))
        self.version += 1

    def fill(self, locks: Iterable[tuple[Lock, float]]) -> None:
        """Take over what the store says about the whole menu: (lock, monotonic end)."""
        self._entries = {lock.path: _Entry(lock, ends_at) for lock, ends_at in locks}
        self.version += 1
