"""The server at a glance, and the same for passing on: without anybody or anything in it.

Diagnostics name no person, restaurant, document, device or address: rooms by their kind, clients
by door, role and version. Of the settings only those are in it that are no secret and no path.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from api.config import Config
from api.figures import Second
from api.house import House
from api.pages import built_pages
from api.rest.operations_models import (
    CommandCounts,
    ConnectionCounts,
    DiagnosticsAnswer,
    OperationsAnswer,
    ProcessAnswer,
    RoomCounts,
    StoreAnswer,
)
from api.rest.operations_view import connections, counted, is_old, rooms

_PACKAGES = ("mirepoix", "aiohttp", "pycrdt", "SQLAlchemy", "aiosqlite", "msgspec")
_PLAIN = (bool, int, float)  # settings of these types say nothing of a place or a person


def overview(house: House) -> OperationsAnswer:
    """Everything that is one number."""
    figures, open_rooms = house.metrics.figures, house.lobby.open_rooms()
    found = list(house.reception.connections)
    people = {identity.user_id for one in found if (identity := one.identity()) is not None}
    event_rooms = house.wing.hall.events.open_rooms()
    slow_seats = sum(seat.behind is not None for room in open_rooms for seat in room.seats)
    return OperationsAnswer(
        at_ms=int(house.clock.utc().timestamp() * 1000),
        process=_process(house),
        connections=ConnectionCounts(
            total=len(found),
            limit=house.config.connections_total,
            people=len(people),
            by_door=counted(one.door for one in found),
            slow=sum(one.is_behind() for one in found),
            old=sum(is_old(house, one) for one in found),
        ),
        rooms=RoomCounts(
            documents=len(open_rooms),
            events=len(event_rooms),
            read_only=len(house.lobby.read_only_documents()),
            slow_seats=slow_seats + sum(room.behind for room in event_rooms),
        ),
        store=StoreAnswer(
            state="paused" if house.journal.is_paused else "saving",
            kind="postgresql" if house.database.path is None else "sqlite",
            last_commit_at_ms=figures.committed_at_ms,
            waiting=house.journal.waiting_updates().total(),
            waiting_commands=house.wing.desk.waiting,
        ),
        commands=CommandCounts(
            results=dict(figures.results),
            duplicates=figures.results["dup"],
            rejections=dict(figures.rejections.most_common()),
        ),
        updates=figures.updates_total,
        deliveries=figures.deliveries_total,
        refusals=dict(figures.refusals.most_common()),
    )


def diagnostics(house: House) -> DiagnosticsAnswer:
    """What may be passed on."""
    return DiagnosticsAnswer(
        at_ms=int(house.clock.utc().timestamp() * 1000),
        versions={
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.release()} {platform.machine()}",
            **{name: _version(name) for name in _PACKAGES},
        },
        settings=_settings(house.config),
        operations=overview(house),
        connections=[
            {
                "door": one.door,
                "roles": one.roles,
                "is_old": one.is_old,
                "rtt_ms": one.rtt_ms,
                "unsynced": one.unsynced,
                "is_slow": one.is_slow,
                "rooms": len(one.rooms),
                "since_ms": one.since_ms,
            }
            for one in connections(house, None, "")[:100]
        ],
        rooms=[
            {
                "kind": one.kind,
                "people": one.people,
                "connections": one.connections,
                "size_bytes": one.size_bytes,
                "per_second_60": one.per_second_60,
                "waiting": one.waiting,
                "slow": one.slow,
                "is_read_only": one.is_read_only,
            }
            for one in rooms(house, None)[:100]
        ],
        last_minutes=_last_minutes(house.metrics.figures.history),
    )


def _process(house: House) -> ProcessAnswer:
    history = house.metrics.figures.history
    last = history[-1] if history else None
    now, opened_at = house.clock.utc(), house.health.opened_at or house.clock.utc()
    return ProcessAnswer(
        version=_version("mirepoix"),
        build=built_pages(house.config.pages).build,
        started_at_ms=int(opened_at.timestamp() * 1000),
        uptime_seconds=int((now - opened_at).total_seconds()),
        memory_bytes=None if last is None else last.memory_bytes,
        cpu_share=None if last is None else round(last.cpu_share, 3),
        loop_lag_ms=None if last is None else _ms(last.lag_seconds),
    )


def _last_minutes(history: Iterable[Second]) -> dict[str, Any]:
    """The worst and the mean of what is kept."""
    seconds = list(history)
    long = sum(one.seconds for one in seconds) or 1.0
    return {
        "seconds": round(sum(one.seconds for one in seconds)),
        "updates_per_second": round(sum(one.updates for one in seconds) / long, 2),
        "commands_per_second": round(sum(one.commands for one in seconds) / long, 2),
        "deliveries_per_second": round(sum(one.deliveries for one in seconds) / long, 2),
        "worst_p99_ms": _ms(_largest(one.latencies[2] for one in seconds)),
        "worst_lag_ms": _ms(_largest(one.lag_seconds for one in seconds)),
        "most_memory_bytes": _largest(one.memory_bytes for one in seconds),
        "longest_second": round(max((one.seconds for one in seconds), default=0.0), 3),
    }


def _largest(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 2)


def _settings(config: Config) -> dict[str, Any]:
    return {
        each.name: getattr(config, each.name)
        for each in fields(config)
        if not each.metadata.get("secret") and isinstance(getattr(config, each.name), _PLAIN)
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
