"""`orders`: durable commands a second, how soon screens know, and coming back to 10,000 events.

One fresh server with everything on (tokens, rights, prices, stock, group commit with fsync), on an
empty folder; the load is a process of its own.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.fanout import GENERATOR_LIMIT
from benchmarks.orders_house import ORDERS_SUBJECT
from benchmarks.orders_load import OrdersOrder, command
from benchmarks.subjects import PEERS, started

OTHERS_LIMIT = 0.5  # of a core
RUN_MARGIN_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class OrdersPlan:
    """What to run."""

    runs: int = 1
    per_second: float = 100.0
    pace_seconds: float = 10.0
    listeners: int = 300
    connections: int = 24
    window: int = 32
    rush_seconds: float = 8.0
    resumed: int = 10_000
    resumes: int = 5
    seed: int = 1


def orders(plan: OrdersPlan) -> Iterator[dict[str, object]]:
    """Run the plan; three results a run."""
    for run in range(1, plan.runs + 1):
        with started(ORDERS_SUBJECT) as running:
            measured = generate(
                OrdersOrder(
                    port=running.port,
                    pids=running.pids,
                    per_second=plan.per_second,
                    pace_seconds=plan.pace_seconds,
                    listeners=plan.listeners,
                    connections=plan.connections,
                    window=plan.window,
                    rush_seconds=plan.rush_seconds,
                    resumed=plan.resumed,
                    resumes=plan.resumes,
                    seed=plan.seed + run,
                )
            )
        for phase, result in measured.items():
            about = {"verb": "orders", "phase": phase, "run": run, "seed": plan.seed + run}
            yield {**about, **result, "doubts": order_doubts(result)}


def generate(order: OrdersOrder) -> dict[str, dict[str, object]]:
    """Run the load in a process of its own. Raises RuntimeError with what it said when it fails."""
    done = subprocess.run(
        command(order),
        cwd=PEERS.parent.parent,
        capture_output=True,
        text=True,
        timeout=order.pace_seconds + order.rush_seconds + RUN_MARGIN_SECONDS,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the load failed: {done.stderr[-3000:]}")
    measured: dict[str, dict[str, object]] = json.loads(done.stdout)
    return measured


def order_doubts(result: dict[str, object]) -> list[str]:
    """Why a result should not be trusted, in sentences; empty when there is no reason."""
    found: list[str] = []
    if (load := float(str(result.get("generator_load", 0)))) > GENERATOR_LIMIT:
        found.append(f"the load generator itself used {load:.0%} of a core")
    if (others := float(str(result.get("others_load", 0)))) > OTHERS_LIMIT:
        found.append(f"other processes used {others:.0%} of a core")
    if result.get("refused"):
        found.append(f"{result['refused']} commands were refused")
    if result.get("listener_tops", 1) != 1:
        found.append("not every listener has everything")
    return found
