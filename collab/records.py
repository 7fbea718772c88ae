"""Frozen records that cross a port between rooms, storage and the doors.

Times are aware datetimes in UTC; durations carry their unit in the name. Bytes stay bytes.
"""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Appended:
    """What one commit did."""

    tops: Mapping[str, int]  # document id -> seq of its last update
    gone: frozenset[str]  # documents that do not exist any more; their updates were not saved


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
