"""`python -m benchmarks VERB ...`: every result is one JSON line on standard output.

`--out FILE` appends the lines to a file as well; `report FILE` turns such a file into Markdown.
"""

from __future__ import annotations

import asyncio
import cProfile
import json
import pstats
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.ageing import WORKLOADS as HABITS
from benchmarks.ageing import Age, ageing
from benchmarks.fanout import Plan, fanout
from benchmarks.joining import joining
from benchmarks.opening import opening
from benchmarks.orders import OrdersPlan, orders
from benchmarks.report import report
from benchmarks.rooms_path import admission, room_path
from benchmarks.subjects import SUBJECTS
from benchmarks.workloads import WORKLOADS, Workload


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; the exit code."""
    chosen = _parser().parse_args(arguments)
    results: Iterable[dict[str, object]] | None = chosen.run(chosen)
    for result in results or ():
        line = json.dumps(result)
        print(line, flush=True)
        if chosen.out is not None:
            chosen.out.parent.mkdir(parents=True, exist_ok=True)
            with chosen.out.open("a") as sink:
                sink.write(line + "\n")
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="benchmarks", description="Measure servers side by side.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    spread = verbs.add_parser("fanout", help="CPU per delivery and latency under typing")
    _add_subjects(spread)
    spread.add_argument("--workload", dest="workloads", action="append", choices=WORKLOADS)
    spread.add_argument("--rooms", type=int, help="a workload of your own, with the next two")
    spread.add_argument("--clients", type=int, help="in each room")
    spread.add_argument("--per-second", type=float, help="characters each client types")
    spread.add_argument("--runs", type=int, default=3)
    spread.add_argument("--seconds", type=float, default=6.0)
    spread.add_argument("--warm-seconds", type=float, default=2.0)
    spread.add_argument("--cursors-per-second", type=float, default=0.0, help="of each client")
    spread.set_defaults(run=_fanout)

    rooms = verbs.add_parser("rooms", help="the hot path of a room without sockets")
    rooms.add_argument("--seats", type=int, action="append")
    rooms.add_argument("--updates", type=int, default=2000)
    rooms.add_argument("--per-turn", type=int, default=1)
    rooms.add_argument("--profile", action="store_true", help="top functions on standard error")
    rooms.set_defaults(run=_rooms)

    check = verbs.add_parser("admission", help="the structural check of one small update")
    check.add_argument("--updates", type=int, default=5000)
    check.set_defaults(run=lambda chosen: [admission(chosen.updates, chosen.seed)])

    join = verbs.add_parser("join", help="joining a warm document; memory of idle connections")
    _add_subjects(join)
    join.add_argument("--joins", type=int, default=300)
    join.add_argument("--idle", type=int, default=500)
    join.set_defaults(run=_join)

    cold = verbs.add_parser("open", help="opening a stored document")
    cold.add_argument("--documents", type=int, default=30)
    cold.set_defaults(run=lambda chosen: asyncio.run(opening(chosen.documents, chosen.seed)))

    age = verbs.add_parser("age", help="a menu after a few edits and after many")
    age.add_argument("--edits", type=int, action="append")
    age.add_argument("--edits-per-tab", type=int, default=500)
    age.add_argument("--workload", dest="workloads", action="append", choices=HABITS)
    age.set_defaults(run=_age)

    house = verbs.add_parser("orders", help="durable commands, how soon screens know, resuming")
    house.add_argument("--runs", type=int, default=3)
    house.add_argument("--per-second", type=float, default=100.0, help="commands at an even pace")
    house.add_argument("--listeners", type=int, default=300, help="of the floor, at that pace")
    house.add_argument("--seconds", type=float, default=10.0, help="of the even pace, of the rush")
    house.add_argument("--connections", type=int, default=24, help="in the rush")
    house.add_argument("--window", type=int, default=32, help="unanswered commands of each")
    house.set_defaults(run=_orders)

    pages = verbs.add_parser("browser", help="pages in a slowed Chromium")
    pages.add_argument("--throttle", type=float, default=4.0, help="times slower than this CPU")
    pages.add_argument("--runs", type=int, default=3)
    pages.set_defaults(run=_browser)

    tables = verbs.add_parser("report", help="Markdown from JSON lines")
    tables.add_argument("file", type=Path)
    tables.set_defaults(run=_report, out=None)

    for verb in (spread, rooms, check, join, cold, age, house, pages):
        verb.add_argument("--seed", type=int, default=1)
        verb.add_argument("--out", type=Path, help="append the lines to this file too")
    return parser


def _add_subjects(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--subject", dest="subjects", action="append", choices=SUBJECTS, help="default: all"
    )


def _fanout(chosen: Namespace) -> Iterable[dict[str, object]]:
    own = (chosen.rooms, chosen.clients, chosen.per_second)
    workloads = [WORKLOADS[name] for name in chosen.workloads or ()]
    if all(value is not None for value in own):
        workloads.append(Workload(f"{own[0]}x{own[1]} {own[2]:g}/s", *own))
    return fanout(
        Plan(
            subjects=[SUBJECTS[name] for name in chosen.subjects or SUBJECTS],
            workloads=workloads or list(WORKLOADS.values()),
            runs=chosen.runs,
            seconds=chosen.seconds,
            warm_seconds=chosen.warm_seconds,
            seed=chosen.seed,
            cursors_per_second=chosen.cursors_per_second,
        )
    )


def _rooms(chosen: Namespace) -> Iterable[dict[str, object]]:
    profile = cProfile.Profile() if chosen.profile else None
    if profile is not None:
        profile.enable()
    for seats in chosen.seats or (2, 20, 50, 100):
        yield asyncio.run(room_path(seats, chosen.updates, chosen.per_turn, chosen.seed))
    if profile is not None:
        profile.disable()
        pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(30)


def _join(chosen: Namespace) -> Iterable[dict[str, object]]:
    for name in chosen.subjects or SUBJECTS:
        yield joining(SUBJECTS[name], chosen.joins, chosen.idle, chosen.seed)


def _age(chosen: Namespace) -> Iterable[dict[str, object]]:
    for workload in chosen.workloads or HABITS:
        for edits in chosen.edits or (100, 100_000):
            age = Age(edits, chosen.edits_per_tab, workload)
            yield from asyncio.run(ageing([age], chosen.seed))


def _orders(chosen: Namespace) -> Iterable[dict[str, object]]:
    return orders(
        OrdersPlan(
            runs=chosen.runs,
            per_second=chosen.per_second,
            pace_seconds=chosen.seconds,
            listeners=chosen.listeners,
            connections=chosen.connections,
            window=chosen.window,
            rush_seconds=chosen.seconds,
            seed=chosen.seed,
        )
    )


def _browser(chosen: Namespace) -> Iterable[dict[str, object]]:
    # Only this verb needs a browser.
    from benchmarks.browsing import browsing

    return asyncio.run(browsing(chosen.throttle, chosen.runs))


def _report(chosen: Namespace) -> None:
    print(report(chosen.file.read_text().splitlines()), end="")


if __name__ == "__main__":
    sys.exit(main())
