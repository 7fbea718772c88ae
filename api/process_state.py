"""What the operating system says of this process. Cheap enough for once a second."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from api.metrics import Metrics
from rooms.clock import Clock

SECOND = 1.0
_STATM = Path("/proc/self/statm")  # Linux; elsewhere the memory is not known


def memory_bytes() -> int | None:
    """The resident memory; None where it is not to be had."""
    try:
        pages = _STATM.read_text(encoding="ascii").split()[1]
    except OSError:
        return None
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


async def watch_figures(metrics: Metrics, clock: Clock) -> None:
    """End a second of the figures every second, for ever; cancelling is how it ends."""
    began, used = clock.monotonic(), time.process_time()
    while True:
        await asyncio.sleep(SECOND)
        now = clock.monotonic()
        at_ms = int(clock.utc().timestamp() * 1000)
        cpu = time.process_time()
        metrics.figures.close_second(at_ms, now - began, memory_bytes(), cpu - used)
        began, used = now, cpu
