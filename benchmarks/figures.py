"""Percentiles and medians as they are reported."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0..1) of all are not above; nan of nothing."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def milliseconds(seconds: Sequence[float]) -> dict[str, float | None]:
    """p50, p95, p99 and max, in ms; None of nothing."""
    if not seconds:
        return {"p50": None, "p95": None, "p99": None, "max": None}
    found = {f"p{share:.0f}": percentile(seconds, share / 100) for share in (50, 95, 99)}
    found["max"] = max(seconds)
    return {name: round(value * 1000, 3) for name, value in found.items()}


def median(values: Sequence[float]) -> float:
    """The middle one, or the mean of the two in the middle; nan of nothing."""
    if not values:
        return math.nan
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
