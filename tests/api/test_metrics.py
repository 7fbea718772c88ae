"""Metrics: what was told is shown, and clients cannot invent labels."""

import asyncio

import pytest

from api.metrics import LABELS_LIMIT, Metrics, watch_loop_lag


def shown(metrics: Metrics) -> dict[str, float]:
    lines = metrics.render().decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def test_everything_that_is_told_is_shown() -> None:
    metrics = Metrics()
    metrics.connection_opened("y")
    metrics.connection_opened("y")
    metrics.connection_closed("y")
    metrics.connection_opened("hocuspocus")
    metrics.room_opened()
    metrics.room_opened()
    metrics.room_closed()
    metrics.updates(3)
    metrics.deliveries(40)
    metrics.committed(0.012, 7)
    metrics.acknowledged(0.2)
    metrics.refused("bad_update")
    metrics.awareness(2)
    metrics.journal_pending(9)
    metrics.quarantined(1)
    metrics.rate_paused()
    metrics.saving_paused(True)
    metrics.loop_lagged(0.3)
    found = shown(metrics)
    expected = {
        'mirepoix_connections{door="y"}': 1,
        'mirepoix_connections{door="hocuspocus"}': 1,
        "mirepoix_rooms": 1,
        "mirepoix_updates_total": 3,
        "mirepoix_deliveries_total": 40,
        'mirepoix_commit_seconds_bucket{le="0.015"}': 1,
        'mirepoix_commit_seconds_bucket{le="0.01"}': 0,
        "mirepoix_commit_rows_sum": 7,
        "mirepoix_ack_seconds_sum": 0.2,
        'mirepoix_refused_total{reason="bad_update"}': 1,
        "mirepoix_awareness_total": 2,
        "mirepoix_journal_pending": 9,
        "mirepoix_quarantined_total": 1,
        "mirepoix_rate_pauses_total": 1,
        "mirepoix_saving_paused": 1,
        "mirepoix_loop_lag_seconds_count": 1,
    }
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    "reason", ["", "Bad", "a b", "a\nb", 'x"} 1', "x" * 41, "1st", "eyJhbGciOi.eyJzdWIi.sig", "ä"]
)
def test_a_reason_of_another_shape_is_other(reason: str) -> None:
    metrics = Metrics()
    metrics.refused(reason)
    assert shown(metrics)['mirepoix_refused_total{reason="other"}'] == 1


def test_labels_are_limited_in_number_and_known_ones_go_on() -> None:
    metrics = Metrics()
    for number in range(LABELS_LIMIT + 50):
        metrics.refused(f"reason_{number}")
    metrics.refused("reason_0")
    found = {name: value for name, value in shown(metrics).items() if "refused_total{" in name}
    assert len(found) == LABELS_LIMIT + 1
    assert found['mirepoix_refused_total{reason="other"}'] == 50
    assert found['mirepoix_refused_total{reason="reason_0"}'] == 2


def test_two_applications_do_not_share_counters() -> None:
    one, other = Metrics(), Metrics()
    one.updates(1)
    assert shown(other)["mirepoix_updates_total"] == 0


async def test_loop_lag_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    metrics = Metrics()
    told = asyncio.Event()
    lags: list[float] = []

    def remember(seconds: float) -> None:
        lags.append(seconds)
        told.set()

    monkeypatch.setattr(metrics, "loop_lagged", remember)
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(watch_loop_lag(metrics, interval_seconds=0.001))
        async with asyncio.timeout(5):
            await told.wait()
        watching.cancel()
    assert all(lag >= 0 for lag in lags)
