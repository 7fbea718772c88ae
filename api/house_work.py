"""What runs in a house beside the requests, and how it comes to its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from api.metrics import watch_loop_lag
from api.process_state import watch_figures

if TYPE_CHECKING:
    from api.house import House

log = logging.getLogger("mirepoix.house")


async def work(house: House) -> None:
    """Run everything, for ever. When one part fails, the server stops. Safe to cancel."""
    parts: tuple[Callable[[], Coroutine[Any, Any, None]], ...] = (
        house.journal.run,
        house.lobby.run,
        house.sessions.run,
        house.live.run,
        house.revocations.watch,
        house.events.run,
        house.locks.run,
        house.photos.run,
        house.projector.run,
        house.upkeep.run,
        house.version_keeper.run,
        house.deliverer.run,
        house.visit_desk.run,
        *house.wing.work(),
        lambda: watch_loop_lag(house.metrics),
        lambda: watch_figures(house.metrics, house.clock),
    )
    try:
        async with asyncio.TaskGroup() as group:
            for part in parts:
                group.create_task(part())
    except Exception:
        house.health.is_open = False
        log.critical("background work failed", exc_info=True, extra={"action": "work_failed"})
        house.health.failed.set()


async def settle(house: House) -> None:
    """Save what can be saved within half of the deadline, and say what could not.

    Call it while `work` still runs. Cancelling leaves the rest unsaved, and unacknowledged.
    """
    if house.health.failed.is_set():
        return
    for room in house.lobby.open_rooms():
        room.turns.flush()
    try:
        async with asyncio.timeout(house.config.shutdown_seconds / 2):
            await house.journal.flush()
            await house.wing.desk.flush()
            await house.sessions.write()
    except TimeoutError:
        log.error(
            "stopped before everything was saved; nothing of it was acknowledged",
            extra={"action": "stopped_unsaved", "waiting": house.journal.waiting},
        )
