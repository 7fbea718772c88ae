"""`report`: Markdown tables from JSON lines. Medians over runs; doubts are said below the table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

from benchmarks.figures import median

Result = Mapping[str, object]


def report(lines: Iterable[str]) -> str:
    """One table for each verb that occurs in the lines."""
    results: list[Result] = [json.loads(line) for line in lines if line.strip()]
    parts = [
        make([one for one in results if one["verb"] == verb and "missing" not in one])
        for verb, make in _TABLES.items()
        if any(one["verb"] == verb for one in results)
    ]
    notes = sorted({str(one["missing"]) for one in results if "missing" in one})
    notes += sorted(_doubts(results))
    if notes:
        parts.append("\n".join(f"- {note}" for note in notes))
    return "\n\n".join(part for part in parts if part) + "\n"


def _fanout(results: Sequence[Result]) -> str:
    heads = [
        *("workload", "server", "runs", "us CPU per delivery", "us CPU per update"),
        *("deliveries/s", "p50 ms", "p99 ms", "ack p95 ms", "ack p99 ms", "RSS MiB"),
        *("server load", "generator load"),
    ]
    rows = []
    for (workload, subject), group in _grouped(results, "workload", "subject").items():
        row = [workload, subject, str(len(group))]
        for path in (
            "cpu_us_per_delivery cpu_us_per_update deliveries_per_second latency_ms.p50 "
            "latency_ms.p99 ack_ms.p95 ack_ms.p99 rss_mib server_load generator_load"
        ).split():
            row.append(_middle(group, path))
        rows.append(row)
    return _table(heads, rows)


def _flat(*keys: str) -> Callable[[Sequence[Result]], str]:
    def make(results: Sequence[Result]) -> str:
        return _table(keys, [[_shown(_at(one, key)) for key in keys] for one in results])

    return make


def _orders(results: Sequence[Result]) -> str:
    heads = ["phase", "runs", "what", "median"]
    rows = []
    for (phase,), group in _grouped(results, "phase").items():
        for path in _ORDER_FIGURES[phase].split():
            rows.append([phase, str(len(group)), path, _middle(group, path)])
    return _table(heads, rows)


_ORDER_FIGURES = {
    "pace": (
        "per_second listeners answer_ms.p50 answer_ms.p99 screen_ms.p50 screen_ms.p99 "
        "last_listener_ms.p50 last_listener_ms.p99 server_load generator_load"
    ),
    "rush": (
        "connections window commands_per_second answer_ms.p50 answer_ms.p99 server_load "
        "generator_load"
    ),
    "resume": "events megabytes ms worst_ms",
}

_TABLES: dict[str, Callable[[Sequence[Result]], str]] = {
    "fanout": _fanout,
    "rooms": _flat(
        *("seats", "per_turn", "receive_us_per_update", "flush_us_per_update"),
        *("keep_us_per_update", "us_per_update", "us_per_delivery"),
    ),
    "admission": _flat("updates", "us_per_update"),
    "join": _flat(
        *("subject", "state_bytes", "cpu_ms_per_join", "wall_ms.p50", "wall_ms.p99"),
        "kib_per_idle_connection",
    ),
    "orders": _orders,
    "open": _flat("shape", "documents", "wall_ms.p50", "wall_ms.p99", "cpu_ms"),
}


def _grouped(results: Sequence[Result], *keys: str) -> dict[tuple[str, ...], list[Result]]:
    groups: dict[tuple[str, ...], list[Result]] = {}
    for one in results:
        groups.setdefault(tuple(str(one[key]) for key in keys), []).append(one)
    return groups


def _doubts(results: Sequence[Result]) -> set[str]:
    return {
        f"{one.get('workload', one['verb'])} {one.get('subject', one.get('phase'))} "
        f"run {one.get('run')}: {doubt}"
        for one in results
        for doubt in _listed(one.get("doubts"))
    }


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _at(result: Result, path: str) -> object:
    value: object = result
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _middle(group: Sequence[Result], path: str) -> str:
    found = [_at(one, path) for one in group]
    return _shown(median([float(value) for value in found if isinstance(value, int | float)]))


def _shown(value: object) -> str:
    match value:
        case float() if value != value:  # nan: nothing was measured
            return "-"
        case float():
            return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
        case None:
            return "-"
        case _:
            return str(value)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
