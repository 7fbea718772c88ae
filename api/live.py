"""Everybody who sits somewhere now, and how long they may.

Rights were checked when they sat down; this looks again every second, so that a token that ends,
or a user, session or token that was revoked, takes effect on a live socket within 5 s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.revocations import Revocations
from collab.errors import MirepoixError, RightWithdrawn, TokenEnded
from collab.identity import Identity
from rooms.clock import Clock

LOOK_SECONDS = 1.0
RENEW_BEFORE_SECONDS = 60.0  # a door that can ask for a new token does it so long before


@dataclass(slots=True, eq=False)
class Live:
    """One seat's identity. The door changes `identity` when the token is renewed."""

    identity: Identity
    session_id: str
    end: Callable[[MirepoixError], None]
    renew: Callable[[], None] | None = None  # ask the client for a new token
    renew_asked_for: datetime | None = None  # the expiry for which it was asked


class LiveSeats:
    """The seats of this process."""

    def __init__(self, revocations: Revocations, clock: Clock) -> None:
        self._revocations = revocations
        self._clock = clock
        self._seats: set[Live] = set()

    def add(self, live: Live) -> None:
        """Somebody sat down."""
        self._seats.add(live)

    def remove(self, live: Live) -> None:
        """Somebody left. Calling it twice is harmless."""
        self._seats.discard(live)

    async def run(self) -> None:
        """Look again every second, for ever. Safe to cancel."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """End every seat whose right is gone; ask for new tokens in time."""
        now = self._clock.utc()
        for live in list(self._seats):
            if live.identity.is_expired(now):
                live.end(TokenEnded("the token has expired; sign in again", reason="token_expired"))
            elif self._revocations.is_revoked(live.identity, live.session_id):
                live.end(RightWithdrawn("the access was withdrawn", reason="revoked"))
            else:
                _ask_in_time(live, now)


def _ask_in_time(live: Live, now: datetime) -> None:
    expires = live.identity.expires_at
    if expires is None or live.renew is None or live.renew_asked_for == expires:
        return
    if expires - now <= timedelta(seconds=RENEW_BEFORE_SECONDS):
        live.renew_asked_for = expires
        live.renew()
