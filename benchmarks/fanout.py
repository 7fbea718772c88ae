"""`fanout`: what a delivered keystroke costs the server, and how long it takes.

Every run is a fresh server on an empty folder and a fresh load process. Subjects alternate
(A B A B), so that whatever else the machine does hits all of them alike.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from benchmarks.generator import Order, command
from benchmarks.subjects import PEERS, Subject, started
from benchmarks.workloads import Workload

GENERATOR_LIMIT = 0.8  # of a core; above it the load, not the server, sets the pace
RUN_MARGIN_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run."""

    subjects: Sequence[Subject]
    workloads: Sequence[Workload]
    runs: int
    seconds: float
    warm_seconds: float
    seed: int
    cursors_per_second: float


def fanout(plan: Plan) -> Iterator[dict[str, object]]:
    """Run the plan; one result a run, and one for each subject that is missing."""
    present: list[Subject] = []
    for subject in plan.subjects:
        reason = subject.missing()
        if reason is None:
            present.append(subject)
        else:
            yield {"verb": "fanout", "subject": subject.name, "missing": reason}
    for workload in plan.workloads:
        for run in range(1, plan.runs + 1):
            for subject in present:
                yield _run(plan, workload, subject, run)


def _run(plan: Plan, workload: Workload, subject: Subject, run: int) -> dict[str, object]:
    result: dict[str, object] = {
        "verb": "fanout",
        "subject": subject.name,
        "workload": workload.name,
        "rooms": workload.rooms,
        "clients": workload.clients,
        "per_second": workload.per_second,
        "run": run,
        "seconds": plan.seconds,
        "seed": plan.seed + run,
    }
    with started(subject) as running:
        order = Order(
            port=running.port,
            pids=running.pids,
            dialect=subject.dialect,
            path=subject.path,
            rooms=workload.rooms,
            clients=workload.clients,
            per_second=workload.per_second,
            warm_seconds=plan.warm_seconds,
            seconds=plan.seconds,
            seed=plan.seed + run,
            cursors_per_second=plan.cursors_per_second,
        )
        result |= generate(order)
    return result


def generate(order: Order) -> dict[str, object]:
    """Run the load in a process of its own; what it measured, with its doubts about itself.

    Raises RuntimeError with what the process said when it fails.
    """
    done = subprocess.run(
        command(order),
        cwd=PEERS.parent.parent,
        capture_output=True,
        text=True,
        timeout=order.seconds + order.warm_seconds + RUN_MARGIN_SECONDS,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the load failed on {asdict(order)}: {done.stderr[-2000:]}")
    result: dict[str, object] = json.loads(done.stdout)
    result["doubts"] = doubts(result)
    return result


def doubts(result: dict[str, object]) -> list[str]:
    """Why a result should not be trusted, in sentences; empty when there is no reason."""
    found: list[str] = []
    load = float(str(result["generator_load"]))
    if load > GENERATOR_LIMIT:
        found.append(f"the load generator itself used {load:.0%} of a core")
    if result["deliveries"] != result["expected"]:
        found.append(f"{result['deliveries']} of {result['expected']} deliveries arrived")
    if result["samples_lost"]:
        found.append(f"{result['samples_lost']} of the timed deliveries were not recognised")
    others = float(str(result["others_load"]))
    if others > 0.5:
        found.append(f"other processes used {others:.0%} of a core")
    return found
