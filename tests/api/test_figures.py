"""The figures of the last five minutes: seconds, percentiles, and what they cost."""

from __future__ import annotations

import time

import pytest

from api.figures import BOUNDS_SECONDS, KEPT_SECONDS, Figures, percentiles
from api.metrics import Metrics
from api.process_state import memory_bytes


def test_second_holds_what_happened_in_it_and_the_next_one_begins_empty() -> None:
    figures = Figures()
    figures.updates(3)
    figures.deliveries(40)
    figures.answered("ok", None)
    figures.committed()
    figures.acknowledged(0.004)
    figures.lagged(0.02)
    figures.lagged(0.01)
    figures.close_second(1_000, 1.0, 50_000, 0.25)
    figures.close_second(2_000, 2.0, None, 0.5)
    busy, quiet = figures.history
    assert (busy.updates, busy.deliveries, busy.commands, busy.commits) == (3, 40, 1, 1)
    assert (busy.lag_seconds, busy.memory_bytes, busy.cpu_share) == (0.02, 50_000, 0.25)
    assert busy.acknowledged == 1 and busy.latencies[0] == pytest.approx(0.004, rel=0.25)
    assert (quiet.updates, quiet.latencies, quiet.lag_seconds) == (0, (None, None, None), None)
    assert (figures.updates_total, figures.deliveries_total) == (3, 40)
    assert figures.committed_at_ms == 1_000


def test_only_five_minutes_are_kept() -> None:
    figures = Figures()
    for second in range(KEPT_SECONDS + 50):
        figures.close_second(second, 1.0, None, 0)
    assert len(figures.history) == KEPT_SECONDS
    assert figures.history[0].at_ms == 50


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99, 1.0])
def test_percentile_is_never_too_good_and_at_most_a_quarter_too_bad(share: float) -> None:
    figures = Figures()
    values = [0.001 + 0.0005 * number for number in range(1000)]
    for value in values:
        figures.acknowledged(value)
    figures.close_second(0, 1.0, None, 0)
    second = figures.history[0]
    found = {0.5: 0, 0.95: 1, 0.99: 2}
    told = second.slowest if share == 1.0 else second.latencies[found[share]]
    truth = values[int(share * len(values)) - 1]
    assert told is not None and truth <= told <= truth * 1.25


def test_what_is_slower_than_everything_counts_as_the_slowest() -> None:
    figures = Figures()
    figures.acknowledged(3600)
    figures.close_second(0, 1.0, None, 0)
    assert figures.history[0].slowest == BOUNDS_SECONDS[-1]
    assert percentiles([0, 0], (0.5, 0.99)) == (None, None)


def test_outcomes_of_commands_are_counted_by_code() -> None:
    metrics = Metrics()
    metrics.answered("ok", None)
    metrics.answered("dup", None)
    metrics.answered("rejected", "sold_out")
    metrics.answered("rejected", "what a client typed")
    metrics.operated("room_drained")
    assert metrics.figures.results == {"ok": 1, "dup": 1, "rejected": 2}
    assert metrics.figures.rejections == {"sold_out": 1, "other": 1}
    shown = metrics.render().decode()
    assert 'mirepoix_commands_total{result="rejected"} 2.0' in shown
    assert 'mirepoix_commands_rejected_total{code="sold_out"} 1.0' in shown
    assert 'mirepoix_operations_total{action="room_drained"} 1.0' in shown


def test_memory_is_that_of_a_python_process() -> None:
    memory = memory_bytes()
    assert memory is None or 5_000_000 < memory < 100_000_000_000


def test_figures_cost_next_to_nothing() -> None:
    # An update costs the server more than 100 us (benchmarks/README.md). What is added to it here
    # is one latency and its share of the counters of a turn; 5 us would be 5 %, and this takes a
    # tenth of that on any machine the tests run on.
    figures = Figures()
    count = 20_000
    began = time.perf_counter()
    for _ in range(count):
        figures.updates(1)
        figures.deliveries(1)
        figures.acknowledged(0.012)
    each = (time.perf_counter() - began) / count
    assert each < 5e-6
