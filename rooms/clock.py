"""Time as an argument: the two clocks that rooms need."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _utc() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """monotonic: seconds, for leases, expiry and latency. utc: wall time, for records only."""

    monotonic: Callable[[], float] = time.monotonic
    utc: Callable[[], datetime] = _utc
