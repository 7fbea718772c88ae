"""Start the server with one thing broken on purpose: python launch.py VARIANT serve ...

Each variant changes the running program in memory, parent and child alike; `test_mutants.py`
proves that the check that guards the broken rule turns red. docs/testing.md has the table.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).parents[3])

EXIT_DIED = 137  # as after kill -9


def put(owner: Any, name: str, broken: object) -> None:
    """Put something in the place of what is there."""
    setattr(owner, name, broken)


def acknowledge_before_commit() -> None:
    """Promises are kept at once, whatever is on disk."""
    from rooms.promises import Promises

    due = Promises.due
    put(Promises, "due", lambda self, durable: due(self, sys.maxsize))


def trim_before_snapshot() -> None:
    """A compaction first deletes the rows, and dies before the snapshot is in."""
    from sqlalchemy import delete

    from storage.tables import menu_updates
    from storage.updates import UpdateStore

    async def compact(
        self: UpdateStore, document_id: str, snapshot: bytes, upto_seq: int, keep: Any = ()
    ) -> None:
        covered = (menu_updates.c.document_id == document_id) & (menu_updates.c.seq <= upto_seq)
        await self._database.transact(
            lambda writer: writer.execute(delete(menu_updates).where(covered))
        )
        os._exit(EXIT_DIED)

    put(UpdateStore, "compact", compact)


def die_in_compaction() -> None:
    """Not broken: dies at the end of a compaction's transaction, right before its commit."""
    from storage.updates import UpdateStore

    compact = UpdateStore.compact

    async def die(self: UpdateStore, *arguments: Any) -> None:
        transact = self._database.transact

        async def transact_and_die(work: Callable[[Any], Any]) -> None:
            async def work_and_die(connection: Any) -> None:
                await work(connection)
                os._exit(EXIT_DIED)

            await transact(work_and_die)

        put(self._database, "transact", transact_and_die)
        await compact(self, *arguments)

    put(UpdateStore, "compact", die)


def die_after_compaction() -> None:
    """Not broken: dies right after a compaction."""
    from storage.updates import UpdateStore

    compact = UpdateStore.compact

    async def die(self: UpdateStore, *arguments: Any) -> None:
        await compact(self, *arguments)
        os._exit(EXIT_DIED)

    put(UpdateStore, "compact", die)


def save_engine_events() -> None:
    """What is saved is the engine's `event.update`, not the bytes that the client sent."""
    from dataclasses import replace

    from collab.documents.document import EMPTY_UPDATE, MenuDocument
    from rooms import turns

    receive = MenuDocument.receive
    updates_of = turns.updates_of
    made: dict[bytes, bytes] = {}

    def observed(self: MenuDocument, update: bytes, *rest: Any, **more: Any) -> Any:
        events: list[bytes] = []
        watching = self.engine().observe(lambda event: events.append(event.update))
        try:
            return receive(self, update, *rest, **more)
        finally:
            self.engine().unobserve(watching)
            made[update] = events[0] if events else EMPTY_UPDATE

    def rewritten(*arguments: Any) -> Any:
        saved = updates_of(*arguments)
        if saved is None:
            return None
        updates = tuple(replace(one, data=made.get(one.data, one.data)) for one in saved.updates)
        return replace(saved, updates=updates)

    put(MenuDocument, "receive", observed)
    turns.updates_of = rewritten


def let_readers_write() -> None:
    """The check of the right to write is skipped."""
    from rooms.seat import Seat

    put(Seat, "may_write", property(lambda self: True))


def sync_normal() -> None:
    """SQLite syncs its log only at checkpoints."""
    _synchronous("NORMAL", 1)


def sync_off() -> None:
    """SQLite never syncs."""
    _synchronous("OFF", 0)


def _synchronous(name: str, number: int) -> None:
    from storage import engines

    engines.WRITER_PRAGMAS["synchronous"] = name
    engines.DURABLE_PRAGMAS["synchronous"] = number


def die_between_commit_and_broadcast() -> None:
    """Not broken: dies when commands were committed, before a screen or their sender hears of it.

    TESTS_COMMITS says after how many commits.
    """
    from storage.orders import OrderStore

    execute = OrderStore.execute
    left = int(os.environ["TESTS_COMMITS"])

    async def execute_and_die(self: OrderStore, *arguments: Any) -> Any:
        nonlocal left
        executed = await execute(self, *arguments)
        left -= 1
        if left <= 0:
            os._exit(EXIT_DIED)
        return executed

    put(OrderStore, "execute", execute_and_die)


def tell_before_commit() -> None:
    """Screens and senders hear of commands a moment before they are on disk."""
    from rooms.desk import Desk
    from storage.orders import OrderStore

    commit = Desk._commit
    execute = OrderStore._execute
    desks: list[Desk] = []
    loops: list[asyncio.AbstractEventLoop] = []

    async def remember(self: Desk) -> None:
        desks[:], loops[:] = [self], [asyncio.get_running_loop()]
        await commit(self)

    def tell(executed: Any) -> None:
        (desk,) = desks
        desk._deliver(executed.told)
        for one, result in zip(desk._pending, executed.results, strict=False):
            if not one.answer.done():
                one.answer.set_result(result)

    def execute_and_tell(self: OrderStore, *arguments: Any) -> Any:
        executed = execute(self, *arguments)
        loops[0].call_soon_threadsafe(tell, executed)
        time.sleep(0.05)  # in the thread of the store: what was told is on its way
        return executed

    put(OrderStore, "_execute", execute_and_tell)
    put(Desk, "_commit", remember)


def forget_stock() -> None:
    """Nobody looks at the stock when an order is placed."""
    from collab.orders import draft_rules, order_rules

    put(order_rules, "shortage", lambda lines, shelf: {})
    put(draft_rules, "shortage", lambda lines, shelf: {})


VARIANTS: dict[str, Callable[[], None]] = {
    variant.__name__: variant
    for variant in (
        acknowledge_before_commit,
        trim_before_snapshot,
        die_in_compaction,
        die_after_compaction,
        save_engine_events,
        let_readers_write,
        sync_normal,
        sync_off,
        die_between_commit_and_broadcast,
        tell_before_commit,
        forget_stock,
    )
}


def main() -> int:
    """Break what the first argument names, then run the command line."""
    from api import serving
    from api.cli import main as run

    name, *arguments = sys.argv[1:]
    VARIANTS[name]()
    serving.child_command = lambda typed, descriptor: [
        *(sys.executable, __file__, name, *typed),
        *("--ping-descriptor", str(descriptor)),
    ]
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
