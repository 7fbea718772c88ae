"""How guests get in: staff open a table, its code lets guests in, and the end shuts them out.

Rule 1: a code is drawn here, shown once and kept as its hash; it is worthless as soon as the table
        is closed, the order is closed, or the code was changed.
Rule 2: every guest of a visit has a token with the id of the visit, so one revocation ends all of
        them. It ends with the visit's time at the latest.
Rule 3: whoever closed a visit, and whenever this process was stopped in between, its guests are
        shut out: what was closed is read from the store again and again, not only announced.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never
from uuid import uuid4

from api.attempts import Attempts
from api.revocations import RevocationKind, Revocations
from collab.errors import DocumentGone, Settled, StoreError
from collab.identity import Identity, Role
from collab.orders.executed import Executed
from collab.orders.terms import Visit
from rooms.clock import Clock
from storage.restaurant_terms import RestaurantStore
from storage.visits import Closed, Ended, OpenAlready, Opened, OrderStands, VisitStore

CODE_BYTES = 24  # 192 bits: 32 characters in an address
SWEEP_SECONDS = 30.0
RETRY_SECONDS = 1.0
# Another node's clock may be behind, and its row is seen only when it is committed.
OVERLAP = timedelta(seconds=60)
NO_SUCH_CODE = "This code does not work; ask the staff for the one that is valid now."

log = logging.getLogger("mirepoix.visits")


@dataclass(frozen=True, slots=True)
class NewCode:
    """A visit and its code, which is nowhere else."""

    visit: Visit
    code: str


class VisitDesk:
    """Opens and closes tables, and lets guests in. One per house.

    keep_seconds: as long as a token can live. on_ended: called when guests were shut out, so that
    live sockets are looked at at once.
    """

    def __init__(
        self,
        visits: VisitStore,
        restaurants: RestaurantStore,
        revocations: Revocations,
        clock: Clock,
        *,
        keep_seconds: float,
        on_ended: Callable[[], None],
    ) -> None:
        self._visits = visits
        self._restaurants = restaurants
        self._revocations = revocations
        self._clock = clock
        self._on_ended = on_ended
        self._longest = timedelta(seconds=keep_seconds)
        self._attempts = Attempts(clock.monotonic)
        self._read_from = clock.utc() - self._longest
        # Visits whose guests were shut out; None: nobody looked yet.
        self._done: frozenset[str] | None = None
        self._rung = asyncio.Event()

    async def open(self, restaurant_id: str, table_id: str, user_id: str) -> NewCode:
        """Open a table for guests.

        Raises DocumentGone (restaurant or table), Settled (reason table_open) when it is open,
        StoreError. Cancelling is safe; the table may be open then.
        """
        now = self._clock.utc()
        until = now + await self._session(restaurant_id)
        code = secrets.token_urlsafe(CODE_BYTES)
        visit = Visit(str(uuid4()), restaurant_id, table_id, None, user_id, now, until)
        outcome = await self._visits.open(visit, code)
        match outcome:
            case Opened(made):
                return NewCode(made, code)
            case OpenAlready():
                raise Settled(
                    "The table is open already; change its code, or close it first.",
                    reason="table_open",
                )
            case None:
                raise _no_table()
            case _:
                assert_never(outcome)

    async def rotate(self, restaurant_id: str, table_id: str) -> NewCode:
        """Draw another code for an open table; the time of the visit begins again.

        Raises DocumentGone (restaurant), Settled (reason table_closed), StoreError. Cancelling is
        safe; the code before may be worthless then.
        """
        now = self._clock.utc()
        until = now + await self._session(restaurant_id)
        code = secrets.token_urlsafe(CODE_BYTES)
        visit = await self._visits.rotate(restaurant_id, table_id, code, until, now)
        if visit is None:
            raise Settled("The table is not open; open it first.", reason="table_closed")
        return NewCode(visit, code)

    async def close(self, restaurant_id: str, table_id: str) -> None:
        """End the visit of a table and shut its guests out; one that has none stays so.

        Raises Settled (reason order_open) when its order is not closed, StoreError. Cancelling is
        safe; the guests are then shut out by `run`.
        """
        outcome = await self._visits.close(restaurant_id, table_id, self._clock.utc())
        match outcome:
            case Closed():
                await self.catch_up()
            case OrderStands():
                raise Settled("The table has an open order; close that first.", reason="order_open")
            case None:
                pass
            case _:
                assert_never(outcome)

    async def enter(self, code: str, address: str) -> Identity:
        """Who comes in with a code: a new guest of its visit.

        address: of the client. Raises TooManyAttempts; DocumentGone, with one sentence whatever is
        wrong with the code; StoreError. Safe to cancel.
        """
        self._attempts.begin(address)
        visit = await self._visits.find_by_code(code)
        now = self._clock.utc()
        if visit is None or visit.closed_at is not None or visit.expires_at <= now:
            raise DocumentGone(NO_SUCH_CODE, reason="code_not_valid")
        self._attempts.right(address)
        session = await self._session(visit.restaurant_id)
        return Identity(
            user_id=f"guest-{secrets.token_hex(8)}",
            name=None,
            restaurant_id=visit.restaurant_id,
            roles=frozenset({Role.GUEST}),
            table=visit.table_id,
            order=visit.order_id,
            token_id=visit.id,
            expires_at=min(now + session, visit.expires_at),
        )

    def on_executed(self, executed: Executed) -> None:
        """Look whether a commit of commands closed orders; cheap, and never raises."""
        for stream_id, told in executed.told.items():
            if stream_id.startswith("floor:") and any(
                event.type == "order.closed" for event in told.events
            ):
                self._rung.set()
                return

    async def run(self) -> None:
        """Shut out the guests of visits that were closed, for ever. Safe to cancel."""
        while True:
            self._rung.clear()
            pause_seconds = SWEEP_SECONDS
            try:
                await self.catch_up()
            except StoreError as error:
                # Must go on: whoever was closed out is found again at the next turn.
                extra = {"action": "visits_unread", "reason": error.reason}
                log.warning("ended visits cannot be read", extra=extra)
                pause_seconds = RETRY_SECONDS
            try:
                async with asyncio.timeout(pause_seconds):
                    await self._rung.wait()
            except TimeoutError:
                pass  # nobody rang; another process may have closed something

    async def catch_up(self) -> None:
        """Shut out the guests of all visits closed since the last time.

        Raises StoreError; the same are found again at the next call. Safe to cancel.
        """
        now = self._clock.utc()
        found = await self._visits.ended_since(self._read_from)
        if self._done is None:  # this process was just started: most were shut out long ago
            self._done = frozenset(one.visit_id for one in found if self._is_out(one))
        fresh = [one for one in found if one.visit_id not in self._done]
        for one in fresh:
            await self._revocations.revoke(RevocationKind.TOKEN, one.visit_id, one.restaurant_id)
        self._done = frozenset(one.visit_id for one in found)
        self._read_from = self._next_start(now)
        if fresh:
            self._on_ended()

    def _is_out(self, ended: Ended) -> bool:
        anybody = Identity("", None, ended.restaurant_id, token_id=ended.visit_id)
        return self._revocations.is_revoked(anybody)

    def _next_start(self, now: datetime) -> datetime:
        return max(self._read_from, now - OVERLAP)

    async def _session(self, restaurant_id: str) -> timedelta:
        """How long a guest's session may last there."""
        settings = await self._restaurants.find(restaurant_id)
        if settings is None:
            raise DocumentGone("There is no such restaurant.", reason="restaurant_not_found")
        return min(timedelta(seconds=settings.guest_session_seconds), self._longest)


def _no_table() -> DocumentGone:
    return DocumentGone("There is no such table.", reason="table_not_found")
