"""Advisory locks: one row per held field, and the row decides.

Rule 1: whoever changes a lock does it with one statement that names what must still be true (the
token, the end of the lease), so of two processes that act at once one does nothing.
Rule 2: tokens come from `fencing_tokens`, which only grows, also over restarts and releases.
Rule 3: what happens to a lock is an event of its menu's stream, in the same transaction.
Rule 4: time is an argument. A row that claims to live longer than a lease was written by a clock
that was wrong; it is cut to one lease from now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import assert_never

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from collab.errors import StoreError
from collab.guard.locks import (
    LEASE_SECONDS,
    SKEW_SECONDS,
    Claim,
    Held,
    Lock,
    LockHolder,
    Moment,
    Renewed,
    Taken,
    TakeOutcome,
    TooMany,
    judge_claim,
    lease_end,
)
from collab.records import StreamEvent, stream_of
from storage import lock_rows
from storage.database import Database
from storage.lock_rows import MENU, is_row, lock_of, lock_or_none
from storage.menu_tables import resource_locks
from storage.streams import append_events, draw_epoch
from storage.tables import menus

SERVER = "server"  # the actor of what nobody did
SWEPT_AT_ONCE = 200

_rows = resource_locks.c
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:user, 0))")


@dataclass(frozen=True, slots=True)
class _Told:
    """Something that happened to a lock."""

    type: str
    actor: str
    lock: Lock
    more: Mapping[str, object]

    def event(self, at: datetime) -> StreamEvent:
        """The event of it."""
        holder = self.lock.holder
        body = {
            "field": self.lock.path,
            "user": holder.user_id,
            "name": holder.user_name,
            "session": holder.session_id,
            "token": self.lock.token,
        }
        return StreamEvent(self.type, self.actor, {**body, **self.more}, at)


class LockStore:
    """The locks of all menus. Every call may be cancelled: it is done or not done.

    moment, now: lease time judges leases, wall time dates events. path: `LockedField.path`.
    Every method raises StoreError.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(
        self, document_id: str, path: str, claimant: LockHolder, moment: Moment
    ) -> TakeOutcome:
        """Take a field, or renew it for the session that holds it already."""
        dialect = self._database.dialect

        async def work(connection: AsyncConnection) -> TakeOutcome:
            await self._one_at_a_time(connection, claimant.user_id)
            before = await lock_rows.find(connection, document_id, path)
            others = await lock_rows.count_others(
                connection, document_id, path, claimant.user_id, moment.lease
            )
            claim = judge_claim(before, claimant, others, moment.lease)
            match claim:
                case Claim.FREE:
                    begun = await lock_rows.begin(
                        connection, dialect, document_id, path, claimant, moment.lease
                    )
                    lock = _or_again(begun)
                    await self._tell(connection, _begun(before, lock), moment.wall)
                    return Taken(lock)
                case Claim.OWN:
                    assert before is not None
                    kept = await lock_rows.extend(
                        connection, document_id, path, before.token, claimant.user_id, moment.lease
                    )
                    return Renewed(_or_again(kept))
                case Claim.HELD:
                    assert before is not None
                    return Held(before)
                case Claim.FULL:
                    return TooMany(others)
                case _:
                    assert_never(claim)

        return await self._database.transact(work)

    async def renew(
        self,
        document_id: str,
        path: str,
        token: int,
        user_id: str,
        now: datetime,
        session_id: str | None = None,
    ) -> Lock | None:
        """Begin the lease again; None when it is over, or was never this user's with this token.

        session_id: the connection that holds it from now on; None: the same as before.
        """
        return await self._database.transact(
            lambda connection: lock_rows.extend(
                connection, document_id, path, token, user_id, now, session_id
            )
        )

    async def release(
        self, document_id: str, path: str, token: int, user_id: str, moment: Moment
    ) -> Lock | None:
        """Give a field back; None when the lock was over already."""
        condition = and_(is_row(document_id, path), _rows.token == token, _rows.user_id == user_id)
        return await self._end(condition, "lock.released", user_id, {}, moment)

    async def break_(
        self, document_id: str, path: str, by: LockHolder, moment: Moment
    ) -> Lock | None:
        """Take a field away from whoever holds it; None when nobody does.

        by: who does it; kept in the event.
        """
        more = {"by": by.user_id, "by_name": by.user_name}
        return await self._end(is_row(document_id, path), "lock.broken", by.user_id, more, moment)

    async def ask(self, document_id: str, path: str, by: LockHolder, moment: Moment) -> Lock | None:
        """Ask whoever holds a field to give it back; None when nobody does."""

        async def work(connection: AsyncConnection) -> Lock | None:
            lock = await lock_rows.find(connection, document_id, path)
            if lock is None or not lock.is_live(moment.lease):
                return None
            more = {"by": by.user_id, "by_name": by.user_name}
            await self._tell(connection, [_Told("lock.asked", by.user_id, lock, more)], moment.wall)
            return lock

        return await self._database.transact(work)

    async def live(self, document_ids: Collection[str], now: datetime) -> list[Lock]:
        """The live locks of some menus, by menu and field."""
        query = (
            select(resource_locks)
            .where(
                _rows.resource_type == MENU,
                _rows.resource_id.in_(document_ids),
                _rows.expires_at > now,
            )
            .order_by(_rows.resource_id, _rows.field)
        )
        async with self._database.read() as connection:
            return [lock_of(row) for row in await connection.execute(query)]

    async def shorten(self, session_ids: Collection[str], until: datetime) -> list[Lock]:
        """The sockets of these sessions are gone: their locks end at `until`, unless renewed.

        until: lease time. Returns the locks that are shorter now.
        """
        statement = (
            update(resource_locks)
            .where(
                _rows.resource_type == MENU,
                _rows.session_id.in_(session_ids),
                _rows.expires_at > until,
            )
            .values(expires_at=until)
            .returning(resource_locks)
        )

        async def work(connection: AsyncConnection) -> list[Lock]:
            return [lock_of(row) for row in await connection.execute(statement)]

        return await self._database.transact(work)

    async def sweep(self, moment: Moment) -> list[Lock]:
        """Remove locks that are over, and cut those that a wrong clock made too long.

        Returns what was removed, at most `SWEPT_AT_ONCE`. Does not write when there is nothing.
        """
        now = moment.lease
        too_long = _rows.expires_at > now + timedelta(seconds=LEASE_SECONDS + SKEW_SECONDS)
        due = select(resource_locks).where(
            _rows.resource_type == MENU, or_(_rows.expires_at <= now, too_long)
        )
        # In one order everywhere, so that two servers sweeping at once do not block each other.
        due = due.order_by(_rows.resource_id, _rows.field).limit(SWEPT_AT_ONCE)
        async with self._database.read() as connection:
            found = [lock_of(row) for row in await connection.execute(due)]

        async def work(connection: AsyncConnection) -> list[Lock]:
            await connection.execute(
                update(resource_locks)
                .where(_rows.resource_type == MENU, too_long)
                .values(expires_at=lease_end(now))
            )
            over = [lock for lock in found if await lock_rows.remove_if_over(connection, lock, now)]
            told = [_Told("lock.expired", SERVER, lock, _NOTHING) for lock in over]
            await self._tell(connection, told, moment.wall)
            return over

        return await self._database.transact(work) if found else []

    async def is_strict(self, document_id: str) -> bool:
        """Whether the menu's locks are strict."""
        query = select(menus.c.strict_locks).where(menus.c.id == document_id)
        async with self._database.read() as connection:
            return bool(await connection.scalar(query))

    async def set_strict(
        self, document_id: str, is_strict: bool, by: LockHolder, moment: Moment
    ) -> bool:
        """Make a menu's locks strict or not; False when they were so already, or it is gone."""
        statement = update(menus).where(
            menus.c.id == document_id, menus.c.strict_locks.is_not(is_strict)
        )

        async def work(connection: AsyncConnection) -> bool:
            changed = await connection.execute(statement.values(strict_locks=is_strict))
            if changed.rowcount == 0:
                return False
            event = StreamEvent("lock.strict", by.user_id, {"on": is_strict}, moment.wall)
            await self._append(connection, document_id, [event])
            return True

        return await self._database.transact(work)

    async def database_time(self) -> datetime:
        """What the database server's clock shows; for several servers on one database."""
        async with self._database.read() as connection:
            shown = await connection.scalar(select(func.current_timestamp()))
        assert isinstance(shown, datetime)
        return shown.replace(tzinfo=UTC) if shown.tzinfo is None else shown.astimezone(UTC)

    # -- inside a transaction ------------------------------------------------------------------

    async def _one_at_a_time(self, connection: AsyncConnection, user_id: str) -> None:
        # Two takes of one person on two menus touch no common row, and both would count 19.
        # SQLite has one writer anyway.
        if self._database.dialect == "postgresql":
            await connection.execute(_ONE_AT_A_TIME, {"user": user_id})

    async def _end(
        self,
        condition: ColumnElement[bool],
        event: str,
        actor: str,
        more: Mapping[str, object],
        moment: Moment,
    ) -> Lock | None:
        statement = delete(resource_locks).where(condition).returning(resource_locks)

        async def work(connection: AsyncConnection) -> Lock | None:
            lock = lock_or_none((await connection.execute(statement)).first())
            if lock is None:
                return None
            is_live = lock.is_live(moment.lease)
            told = _Told(event, actor, lock, more)
            if not is_live:
                told = _Told("lock.expired", SERVER, lock, _NOTHING)
            await self._tell(connection, [told], moment.wall)
            return lock if is_live else None

        return await self._database.transact(work)

    async def _tell(
        self,
        connection: AsyncConnection,
        told: Iterable[_Told],
        at: datetime,
    ) -> None:
        by_menu: dict[str, list[StreamEvent]] = defaultdict(list)
        for one in told:
            by_menu[one.lock.document_id].append(one.event(at))
        for document_id in sorted(by_menu):
            await self._append(connection, document_id, by_menu[document_id])

    async def _append(
        self, connection: AsyncConnection, document_id: str, events: list[StreamEvent]
    ) -> None:
        stream = stream_of(document_id)
        await append_events(connection, stream, draw_epoch(), events)


_NOTHING: Mapping[str, object] = {}


def _begun(before: Lock | None, lock: Lock) -> list[_Told]:
    over = [] if before is None else [_Told("lock.expired", SERVER, before, _NOTHING)]
    more = {"seconds": LEASE_SECONDS}
    return [*over, _Told("lock.taken", lock.holder.user_id, lock, more)]


def _or_again(lock: Lock | None) -> Lock:
    # Another process changed the row since this transaction read it; only PostgreSQL has two
    # writers, and `Database.transact` begins again at this reason.
    if lock is None:
        raise StoreError("Somebody else was faster.", reason="conflict")
    return lock
