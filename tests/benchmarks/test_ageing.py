"""An old menu is as large as a young one once it is renewed, whatever people did to it."""

from __future__ import annotations

from typing import Any

import pytest

from api.menu_file import read_sample
from benchmarks import ageing as ageing_module
from benchmarks.ageing import WORKLOADS, Age, ageing
from collab.edits.writing import first_update

FRESH_BYTES = len(first_update(read_sample(), "menu", "benchmark"))


async def aged(workload: str, edits: int) -> Any:
    (result,) = await ageing([Age(edits, 60, workload)], 1)
    return result


@pytest.fixture(autouse=True)
def _few_openings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ageing_module, "OPENINGS", 1)


@pytest.mark.parametrize("workload", WORKLOADS)
async def test_a_renewed_menu_is_about_as_large_as_a_fresh_one(workload: str) -> None:
    result = await aged(workload, 600)
    assert result["edits"] == 600 and result["workload"] == workload
    assert result["renewed"]["bytes"] < result["bytes"]
    assert result["renewed"]["bytes"] == pytest.approx(FRESH_BYTES, rel=0.15)
    assert result["wall_ms"]["p50"] > 0 and result["renewed"]["cpu_ms"] > 0


async def test_what_is_written_in_a_row_takes_less_than_what_is_scattered() -> None:
    in_runs, scattered = await aged("runs", 600), await aged("scattered", 600)
    assert in_runs["bytes"] - FRESH_BYTES < 0.7 * (scattered["bytes"] - FRESH_BYTES)
