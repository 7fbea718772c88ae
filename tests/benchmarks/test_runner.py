"""The runner measures what it says: a tiny run against our own server, without asserting speed."""

from __future__ import annotations

from random import Random

import pytest
from pycrdt import Doc, Text

from benchmarks.connection import client_frame
from benchmarks.fanout import Plan, doubts, fanout
from benchmarks.figures import milliseconds, percentile
from benchmarks.keystrokes import client_ids, keystrokes
from benchmarks.report import report
from benchmarks.subjects import SUBJECTS
from benchmarks.workloads import WORKLOADS, Workload

TINY = Workload("tiny", rooms=2, clients=3, per_second=10)


@pytest.mark.parametrize("name", ["mirepoix", "mirepoix-hocuspocus"])
def test_tiny_run_delivers_and_acknowledges_every_keystroke(name: str) -> None:
    plan = Plan(
        subjects=[SUBJECTS[name]],
        workloads=[TINY],
        runs=1,
        seconds=1.0,
        warm_seconds=0.2,
        seed=7,
        cursors_per_second=2.0,
    )
    (result,) = fanout(plan)
    strokes = result["strokes"]
    assert isinstance(strokes, int)
    assert strokes == pytest.approx(TINY.connections * TINY.per_second, abs=TINY.connections)
    assert result["deliveries"] == result["expected"] == strokes * (TINY.clients - 1)
    assert result["acks"] == strokes
    assert result["samples_lost"] == 0


def test_keystrokes_are_contiguous_and_rebuild_the_text_in_any_interleaving() -> None:
    random = Random(3)
    typed = [keystrokes(client, 20, random) for client in client_ids(3, random)]
    one_by_one, in_turns = Doc[Text](), Doc[Text]()
    for strokes in typed:
        for stroke in strokes:
            one_by_one.apply_update(stroke.update)
    for strokes_at_once in zip(*typed, strict=True):
        for stroke in strokes_at_once:
            in_turns.apply_update(stroke.update)
    text = str(one_by_one.get("text", type=Text))
    assert len(text) == 60
    assert text == str(in_turns.get("text", type=Text))


def test_same_seed_makes_the_same_load() -> None:
    first = keystrokes(5, 10, Random(1))
    assert first == keystrokes(5, 10, Random(1))
    assert first != keystrokes(5, 10, Random(2))


def test_named_workloads_have_the_documented_rates() -> None:
    rates = {name: round(one.deliveries_per_second, -3) for name, one in WORKLOADS.items()}
    assert rates == {"W1": 49_000, "W2": 38_000, "W3": 119_000, "W4": 198_000}


@pytest.mark.parametrize(("size", "head"), [(125, 6), (126, 8), (65_535, 8), (65_536, 14)])
def test_client_frame_has_the_head_its_size_needs(size: int, head: int) -> None:
    frame = client_frame(bytes(size))
    assert len(frame) == head + size
    assert frame[0] == 0x82
    assert frame[1] & 0x80


def test_busy_generator_and_lost_deliveries_are_said() -> None:
    bad = {"generator_load": 0.81, "deliveries": 9, "expected": 10, "others_load": 0.6}
    assert len(doubts(bad | {"samples_lost": 1})) == 4
    fine = {"generator_load": 0.8, "deliveries": 10, "expected": 10, "others_load": 0.5}
    fine["samples_lost"] = 0
    assert doubts(fine) == []


def test_percentile_is_a_value_that_was_seen() -> None:
    values = [0.004, 0.001, 0.003, 0.002]
    assert percentile(values, 0.5) == 0.002
    assert percentile(values, 0.99) == 0.004
    assert milliseconds(values)["p95"] == 4.0
    assert milliseconds([])["p50"] is None


def test_report_takes_medians_and_names_the_missing_peer() -> None:
    run = '{{"verb": "fanout", "subject": "a", "workload": "W1", "cpu_us_per_delivery": {}}}'
    lines = [run.format(value) for value in (1.0, 3.0, 2.0)]
    lines.append('{"verb": "fanout", "subject": "b", "missing": "b is not installed: npm ci"}')
    text = report(lines)
    assert "| W1 | a | 3 | 2 |" in text
    assert "- b is not installed: npm ci" in text
