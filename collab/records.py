"""Frozen records that cross a port between rooms, storage and the doors.

Times are aware datetimes in UTC; durations carry their unit in the name. Bytes stay bytes.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class DocumentKind(StrEnum):
    """What a document may hold."""

    MENU = "menu"  # the menu schema; only the server seeds
    FREE = "free"  # any Yjs content


class SessionStatus(StrEnum):
    """What a connection is doing."""

    ACTIVE = "active"
    IDLE = "idle"  # connected, nothing typed for a while
    OFFLINE = "offline"  # socket gone, or stale


@dataclass(frozen=True, slots=True)
class Restaurant:
    """A tenant: every document belongs to one."""

    id: str
    name: str
    created_at: datetime
    time_zone: str = "UTC"  # IANA name; daily windows are in it


@dataclass(frozen=True, slots=True)
class Document:
    """One Yjs document, without its content."""

    id: str
    kind: DocumentKind
    restaurant_id: str
    title: str
    epoch: int  # changes only when the CRDT history is replaced
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a menu changed, as its history keeps it.

    Changes of one text by one person within 30 s are one entry: the same `id` comes again, with a
    later `at` and another `after`.
    """

    id: str  # of the entry
    root: str  # "meta", "sections", "items" or "modgroups"
    part_id: str  # of the section, item or group; "" for meta
    field: str  # "price", "name:de", "allergen:Sesam"; "" : the whole part was created
    before: object  # plain JSON; None: there was nothing
    after: object
    user_id: str
    session_id: str
    door: str  # "y", "hocuspocus", "rest", ...
    since: datetime  # of the first change in this entry
    at: datetime  # of the last one


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item as plain data, for those who read the database with SQL."""

    item_id: str
    section_id: str  # "" when it is unplaced
    position: str  # order key within the section
    name: Mapping[str, str]  # by locale
    description: Mapping[str, str]
    price: int | None  # minor units
    currency: str
    is_hidden: bool
    is_deleted: bool
    body: Mapping[str, object]  # the item as plain menu JSON


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """Something about a menu that a person should look at."""

    id: str  # stable while it stands; another one when it comes back later
    key: str  # what it is about: the same conflict has the same key in Python and in the browser
    kind: str
    severity: str  # "error", "warning" or "info"
    root: str
    part_id: str
    field: str
    candidates: tuple[Mapping[str, object], ...]  # plain JSON: value, user, ms, ...
    opened_at: datetime
    closed_at: datetime | None = None  # None: it stands
    resolved_by: str | None = None  # a user id; None: it went away by itself
    resolution: Mapping[str, object] | None = None  # how it was resolved


@dataclass(frozen=True, slots=True)
class MenuState:
    """What a menu's room has to know beside the bytes, as stored."""

    conflicts: tuple[ConflictRow, ...] = ()  # those that stand
    published: Mapping[str, object] | None = None  # plain JSON of the published version
    # (root, part id) -> (user id, time) of the last edit of any text of a part, of the last hour
    text_edits: Mapping[tuple[str, str], tuple[str, datetime]] = field(default_factory=dict)
    stream_top: int = 0  # offset of the last event of its stream


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event of a stream such as `menu:{id}:events`, before it has its number."""

    type: str  # "conflict.opened", "menu.published", ...
    actor: str  # user id; in rooms that guests hear, what somebody is ("waiter")
    body: Mapping[str, object]
    at: datetime
    seq: int = 0  # within the order that it is about; 0: it is about none


@dataclass(frozen=True, slots=True)
class NumberedEvent:
    """One event as the log holds it."""

    offset: int  # 1, 2, 3, ... per stream, without gaps
    event: StreamEvent


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a stream's events add up to, read at one moment."""

    epoch: str
    at: int  # offset of the last event that is in it
    body: Mapping[str, object]  # plain JSON


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a batch of updates of a menu means; saved in the commit that saves the bytes."""

    changes: tuple[FieldChange, ...] = ()
    items: tuple[ItemRow, ...] = ()  # rows to insert or replace
    conflicts: tuple[ConflictRow, ...] = ()  # rows to insert or replace, by id
    events: tuple[StreamEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class NewUpdate:
    """Raw admitted bytes on their way to the log."""

    data: bytes  # one Yjs update_v1, exactly as the client sent it
    user_id: str
    session_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DocumentUpdates:
    """Updates of one document, in the order they were applied."""

    document_id: str
    updates: tuple[NewUpdate, ...]
    client_ids: tuple[tuple[int, str], ...] = ()  # (Yjs client id, user id) newly bound
    consequences: tuple[Consequences, ...] = ()  # in order; only menus have any


@dataclass(frozen=True, slots=True)
class Appended:
    """What one commit did."""

    tops: Mapping[str, int]  # document id -> seq of its last update
    gone: frozenset[str]  # documents that do not exist any more; their updates were not saved
    # Document id -> offset of its first new event in the stream `menu:{id}:events`.
    first_offsets: Mapping[str, int] = field(default_factory=dict)
    # Documents whose updates were saved, but not what they mean: their rows must be rebuilt.
    dirty: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LoggedUpdate:
    """One row of the update log."""

    seq: int  # 1, 2, 3, ... per document, without gaps
    data: bytes
    user_id: str
    session_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """Everything needed to rebuild a document."""

    document: Document
    snapshot: bytes | None  # one Yjs update_v1 that covers seq 1..snapshot_seq
    snapshot_seq: int  # 0 when there is no snapshot
    # Ascending seq: rows kept below the snapshot (they still waited for something when it was
    # made), then everything above it.
    updates: tuple[LoggedUpdate, ...]
    top: int  # seq of the last update ever acknowledged
    missing: tuple[
        tuple[int, int], ...
    ]  # (first, last) seq that the head promises but the log lacks
    client_ids: Mapping[int, str] = field(default_factory=dict)  # Yjs client id -> user id
    # Yjs client ids of earlier epochs: whoever still uses one holds a history that was replaced.
    former_client_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class UserSession:
    """One connection of one person to one resource."""

    id: str
    user_id: str
    user_name: str
    restaurant_id: str
    resource_type: str  # "menu" or "free" for documents
    resource_id: str
    door: str  # "y", "hocuspocus", ...
    status: SessionStatus
    started_at: datetime
    last_activity_at: datetime
    ended_at: datetime | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EditSession:
    """A stretch of editing within one connection."""

    id: str
    session_id: str
    document_id: str
    user_id: str
    started_at: datetime
    last_edit_at: datetime
    updates: int
    ended_at: datetime | None = None


def stream_of(menu_id: str) -> str:
    """The stream of a menu's events: conflicts, publications, locks."""
    return f"menu:{menu_id}:events"


def epoch_of(drawn: str, stream_id: str) -> str:
    """The epoch of a stream that is made with others from one draw.

    Streams that are born in one commit must not share one: a cursor of the one would be followed
    in the other.
    """
    return f"{drawn}{zlib.crc32(stream_id.encode()):08x}"
