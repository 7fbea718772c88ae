"""Who was shut out: the revocations of the store, held in memory.

Rule 1: looking somebody up is synchronous and never waits for the store.
Rule 2: what was revoked here holds at once; what another process revoked, after the next refresh
        (2 s), which leaves room under the promised 5 s.
Rule 3: when the store cannot be read the last known view stays in force; it never empties itself.
Rule 4: a revocation reaches one restaurant. User and token ids come from foreign issuers, so an
        owner of one restaurant could otherwise shut out people of another.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from collab.errors import StoreError
from collab.identity import Identity
from storage.access import Revocation, RevocationKind

__all__ = ["RevocationKind", "RevocationStore", "Revocations"]

log = logging.getLogger(__name__)

# Read again what is so old: another node's clock may be behind, and its row is seen only when it
# is committed (storage/access.py).
OVERLAP = timedelta(seconds=60)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

_Entry = tuple[RevocationKind, str]


class RevocationStore(Protocol):
    """What this view needs from the store; `storage.access.AccessStore` has it."""

    async def revoke(
        self, kind: RevocationKind, value: str, until: datetime, now: datetime
    ) -> None: ...

    async def revocations(self, since: datetime) -> Sequence[Revocation]: ...


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class Revocations:
    """The view. One per application; call `refresh` once before the first request."""

    def __init__(
        self,
        store: RevocationStore,
        *,
        refresh_seconds: float = 2.0,
        keep_seconds: float = 86_400.0 + 60.0,
        wall_clock: Callable[[], datetime] = _wall_clock,
    ) -> None:
        """keep_seconds: as long as a token can live; afterwards nothing is left to revoke."""
        self._store = store
        self._refresh_seconds = refresh_seconds
        self._keep = timedelta(seconds=keep_seconds)
        self._wall_clock = wall_clock
        self._revoked: dict[_Entry, datetime] = {}  # until when
        self._read_from = _BEGINNING
        self._subscribers: list[Callable[[], None]] = []

    def is_revoked(self, identity: Identity, session_id: str | None = None) -> bool:
        """Whether this person, token or (if given) connection was shut out."""
        restaurant = identity.restaurant_id
        if restaurant is None:
            return False  # the developer of --dev, who has no token to revoke
        named = (
            (RevocationKind.USER, identity.user_id),
            (RevocationKind.TOKEN, identity.token_id),
            (RevocationKind.SESSION, session_id),
        )
        return any(
            subject and (kind, _value(restaurant, subject)) in self._revoked
            for kind, subject in named
        )

    async def revoke(self, kind: RevocationKind, subject: str, restaurant_id: str) -> None:
        """Shut somebody out of one restaurant.

        subject: user id, session id or token id. Returns when it is saved; here it holds before
        that. Raises StoreError when it could not be saved: it then holds in this process only.
        Cancelling is safe; whether it was saved stays open.
        """
        now = self._wall_clock()
        until = now + self._keep
        value = _value(restaurant_id, subject)
        self._add({(kind, value): until})
        await self._store.revoke(kind, value, until, now)
        log.info("access revoked", extra={"action": "revoked", "kind": kind.value})

    async def refresh(self) -> None:
        """Read what is new. Raises StoreError; the view stays as it was. Cancelling is safe."""
        now = self._wall_clock()
        found = await self._store.revocations(self._read_from)
        self._read_from = now - OVERLAP
        self._revoked = {entry: until for entry, until in self._revoked.items() if until > now}
        self._add({(one.kind, one.value): one.expires_at for one in found if one.expires_at > now})

    async def watch(self) -> None:
        """Refresh for ever; cancelling is how it ends."""
        is_failing = False
        while True:
            await asyncio.sleep(self._refresh_seconds)
            try:
                await self.refresh()
            except StoreError as error:
                # Must go on: revocations of other processes arrive again when the store does.
                if not is_failing:
                    extra = {"action": "revocations_unread"}
                    log.error("revocations cannot be read: %s", error, extra=extra)
                is_failing = True
            else:
                is_failing = False

    def subscribe(self, on_change: Callable[[], None]) -> Callable[[], None]:
        """Have `on_change` called whenever somebody was shut out; the result ends that."""
        self._subscribers.append(on_change)
        return lambda: self._subscribers.remove(on_change)

    def _add(self, entries: dict[_Entry, datetime]) -> None:
        is_news = not entries.keys() <= self._revoked.keys()
        self._revoked.update(entries)
        if is_news:
            for on_change in tuple(self._subscribers):
                on_change()


def _value(restaurant_id: str, subject: str) -> str:
    """Unambiguous, as a restaurant id holds no slash."""
    return f"{restaurant_id}/{subject}"
