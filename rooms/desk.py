"""The one way of commands into the log: group commit, then the rooms, then the answers.

Rule 1: a command that comes while nothing is saved is saved at once; what comes meanwhile is
        saved together, so a busy evening commits batches.
Rule 2: rooms are told right after each commit, in the order of the commits, and before anybody is
        answered. Nothing is told or answered that is not on disk.
Rule 3: what could not be saved is tried again, in its place, until it has waited
        `give_up_seconds`; then its sender is told, and may send the same command again: it is
        done once, whatever happened.
Rule 4: too much is refused at the door, with an answer, and never dropped.
Rule 5: a command that no decision comes out of, through a mistake of ours, costs itself only.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from collab.errors import Overloaded, StoreError
from collab.orders.command import Command, Outcome, Result
from collab.orders.executed import Executed, Told
from rooms.clock import Clock
from rooms.journal import GIVE_UP_REASONS
from rooms.ports import Meter, OrderLog

BATCH_LIMIT = 500  # commands in one commit
PENDING_LIMIT = 5000  # commands that may wait
GIVE_UP_SECONDS = 5.0
RETRY_SECONDS = 0.05

log = logging.getLogger("mirepoix.desk")


@dataclass(frozen=True, slots=True)
class _Waiting:
    command: Command
    answer: asyncio.Future[Result]
    since: float  # monotonic seconds


class Desk:
    """Takes commands, saves them in batches, tells the rooms and answers.

    deliver: `EventRooms.deliver`. on_executed: told of every commit after the rooms were.
    """

    def __init__(
        self,
        orders: OrderLog,
        deliver: Callable[[Mapping[str, Told]], None],
        meter: Meter,
        clock: Clock,
        *,
        on_executed: Callable[[Executed], None] = lambda executed: None,
        pending_limit: int = PENDING_LIMIT,
        batch_limit: int = BATCH_LIMIT,
        give_up_seconds: float = GIVE_UP_SECONDS,
    ) -> None:
        self._orders = orders
        self._deliver = deliver
        self._meter = meter
        self._clock = clock
        self._on_executed = on_executed
        self._pending_limit = pending_limit
        self._batch_limit = batch_limit
        self._give_up_seconds = give_up_seconds
        self._pending: deque[_Waiting] = deque()  # in the order in which they came
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._is_closed = False
        self._alone = 0  # so many of the oldest are decided one by one

    @property
    def waiting(self) -> int:
        """How many commands are not answered yet."""
        return len(self._pending)

    async def submit(self, command: Command) -> Result:
        """Do one command; its answer, once it is on disk and the rooms were told.

        Raises Overloaded (reason `overloaded`) when too many wait, StoreError when it could not
        be saved in time: the same command may be sent again. Safe to cancel: it may still be done.
        """
        (result,) = await self.submit_all([command])
        return result

    async def submit_all(self, commands: Sequence[Command]) -> list[Result]:
        """The same for several, done in their order; all are taken or none is."""
        if self._is_closed:
            raise _stopping()
        if len(self._pending) + len(commands) > self._pending_limit:
            self._meter.refused("overloaded")
            raise Overloaded("Too many commands wait; send it again soon.", reason="overloaded")
        loop, now = asyncio.get_running_loop(), self._clock.monotonic()
        taken = [_Waiting(command, loop.create_future(), now) for command in commands]
        if taken:
            self._pending += taken
            self._idle.clear()
            self._wake.set()
        return await asyncio.gather(*(one.answer for one in taken))

    async def run(self) -> None:
        """Commit what is submitted, for ever. Cancelling it leaves the batch under way undecided.

        Raises StoreError when the store can never save again (reason `fsync_failed`).
        """
        try:
            while True:
                await self._wake.wait()
                if self._pending:
                    await self._commit()
                if not self._pending:
                    self._wake.clear()
                    self._idle.set()
        finally:
            self._is_closed = True
            self._refuse(len(self._pending), _stopping())
            self._idle.set()

    async def flush(self) -> None:
        """Wait until everything that was submitted is answered. Safe to cancel."""
        await self._idle.wait()

    async def _commit(self) -> None:
        """Save what waits now, as far as it fits into one batch."""
        self._alone = min(self._alone, len(self._pending))
        limit = 1 if self._alone else self._batch_limit
        batch = list(islice(self._pending, limit))
        started = self._clock.monotonic()
        try:
            executed = await self._orders.execute([one.command for one in batch], self._clock.utc())
        except StoreError as error:
            if error.reason in GIVE_UP_REASONS:
                raise
            await self._put_off(error)
        except Exception:
            # A mistake of ours in deciding one command must not end the server, for the command
            # would come again after every start. Nothing was saved; alone it shows which it was.
            log.exception("batch failed", extra={"action": "command_failed"})
            self._meter.refused("command_failed")
            self._take_apart(len(batch))
        else:
            self._meter.committed(self._clock.monotonic() - started, len(batch))
            self._settle(batch, executed)

    def _take_apart(self, size: int) -> None:
        """After a batch that no decision came out of: one by one, and without the one that is bad.

        size: of that batch.
        """
        if size > 1:
            self._alone = size
            return
        bad = self._pending.popleft()
        self._alone = max(self._alone - 1, 0)
        if not bad.answer.done():
            sentence = "The server could not decide this; it was not done."
            bad.answer.set_result(
                Result(bad.command.id, Outcome.REJECTED, code="internal_error", reason=sentence)
            )

    def _settle(self, batch: Sequence[_Waiting], executed: Executed) -> None:
        """Tell the rooms, then whoever asked."""
        for _ in batch:
            self._pending.popleft()
        self._alone = max(self._alone - len(batch), 0)
        self._deliver(executed.told)
        self._on_executed(executed)
        now = self._clock.monotonic()
        for one, result in zip(batch, executed.results, strict=True):
            if not one.answer.done():  # whoever asked may be gone
                one.answer.set_result(result)
                self._meter.acknowledged(now - one.since)

    async def _put_off(self, error: StoreError) -> None:
        """Nothing was saved: tell those who waited too long, and try the others again soon."""
        self._meter.refused("commands_not_saved")
        log.warning(
            "commands not saved", extra={"action": "commands_not_saved", "reason": error.reason}
        )
        late = self._clock.monotonic() - self._give_up_seconds
        self._refuse(sum(one.since <= late for one in self._pending), error)
        if self._pending:
            await asyncio.sleep(RETRY_SECONDS)

    def _refuse(self, count: int, error: StoreError) -> None:
        """Answer the oldest with an error."""
        for _ in range(count):
            answer = self._pending.popleft().answer
            if not answer.done():
                answer.set_exception(error)
                answer.exception()  # taken: `submit_all` raises only the first of several


def _stopping() -> StoreError:
    return StoreError("The server stops; send it again.", reason="stopping")
