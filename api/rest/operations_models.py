"""What goes in and out about operating the server. Times are UTC, in milliseconds since 1970."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from api.rest.models import Answer, Incoming

CONNECTIONS_LIMIT = 500


class ProcessAnswer(Answer, frozen=True):
    """The process that answered."""

    version: str
    build: str  # of the pages; clients of another one are old
    started_at_ms: int
    uptime_seconds: int
    memory_bytes: int | None  # resident; null where the system does not say
    cpu_share: float | None  # of one core, in the last second
    loop_lag_ms: float | None  # the worst in the last second


class ConnectionCounts(Answer, frozen=True):
    """How many sockets and event streams are open."""

    total: int
    limit: int
    people: int
    by_door: dict[str, int]
    slow: int  # their peers read too slowly
    old: int  # of our own pages, of another build


class RoomCounts(Answer, frozen=True):
    """How many rooms are open."""

    documents: int
    events: int
    read_only: int
    slow_seats: int


class StoreAnswer(Answer, frozen=True):
    """What saving is like."""

    state: str  # "saving", or "paused": nothing can be saved
    kind: str  # "sqlite" or "postgresql"
    last_commit_at_ms: int | None
    waiting: int  # updates of documents that are not on disk yet
    waiting_commands: int


class CommandCounts(Answer, frozen=True):
    """Commands about orders and stock since the start."""

    results: dict[str, int]  # "ok", "noop", "dup", "rejected"
    duplicates: int  # the same idempotency key came again, and was answered as before
    rejections: dict[str, int]  # by code


class OperationsAnswer(Answer, frozen=True):
    """The server at a glance."""

    at_ms: int
    process: ProcessAnswer
    connections: ConnectionCounts
    rooms: RoomCounts
    store: StoreAnswer
    commands: CommandCounts
    updates: int  # since the start
    deliveries: int
    refusals: dict[str, int]  # of frames and requests, by reason


class OpenRoom(Answer, frozen=True):
    """One document or event room in memory."""

    id: str
    kind: str
    title: str | None
    restaurant: str | None  # null: nobody is there who would say
    people: int
    connections: int
    slow: int  # connections that read too slowly
    is_document: bool
    is_open: bool  # a read-only document may be closed
    is_read_only: bool
    size_bytes: int | None  # of a document, at most
    per_second_10: float  # edits or events, over the last 10 s
    per_second_60: float
    saved_at_ms: int | None
    waiting: int  # edits that are not on disk yet


class OpenRoomList(Answer, frozen=True):
    """The rooms that the asker may see."""

    rooms: list[OpenRoom]
    at_ms: int


class ConnectionsQuery(Incoming, frozen=True):
    """Which connections to show: slow, old and unsynced ones come first."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=CONNECTIONS_LIMIT)] = 200
    search: Annotated[str, msgspec.Meta(max_length=100)] | None = None  # in names and rooms


class OpenConnection(Answer, frozen=True):
    """One socket or event stream."""

    id: str
    user: str | None  # null: nobody signed in yet
    name: str | None
    roles: list[str]
    restaurant: str | None
    device: str
    app: str
    is_old: bool
    door: str
    since_ms: int
    status: str  # "active" or "idle"
    rtt_ms: float | None  # as the client measured it
    unsynced: int | None  # what waits on the device, as it says
    is_slow: bool
    rooms: list[str]


class OpenConnectionList(Answer, frozen=True):
    """Some connections, and how many there are."""

    connections: list[OpenConnection]
    total: int
    at_ms: int


class FiguresQuery(Incoming, frozen=True):
    """From when on."""

    after: Annotated[int, msgspec.Meta(ge=0, le=4_102_444_800_000)] = 0  # `at_ms` of the last one


class FiguresAnswer(Answer, frozen=True):
    """The seconds of the last five minutes that come after the one asked for, as columns.

    Null: nothing was measured in that second. Latencies are from receiving an update or a command
    to acknowledging it.
    """

    at_ms: list[int]
    updates: list[float]  # a second, as are the next two
    commands: list[float]
    deliveries: list[float]
    p50_ms: list[float | None]
    p95_ms: list[float | None]
    p99_ms: list[float | None]
    lag_ms: list[float | None]
    memory_bytes: list[int | None]
    cpu_share: list[float]
    kept_seconds: int


class ReadOnly(Incoming, frozen=True):
    """Whether a document takes no edits."""

    on: bool


class Operated(Answer, frozen=True):
    """What an action did: to so many connections; of a snapshot: 1 when one was made."""

    count: int


class DiagnosticsAnswer(Answer, frozen=True):
    """For whoever helps from afar: no names, no ids, no contents, no secrets."""

    at_ms: int
    versions: dict[str, str]
    settings: dict[str, Any]
    operations: OperationsAnswer
    connections: list[dict[str, Any]]
    rooms: list[dict[str, Any]]
    last_minutes: dict[str, Any]
