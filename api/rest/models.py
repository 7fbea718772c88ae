"""What goes in and out over REST: one struct for each body, query and answer.

The structs validate, encode, and become the OpenAPI document. What comes in is refused when it
has a field that is not known; what goes out may grow.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from collab.identity import Access
from collab.records import DocumentKind, SessionStatus
from storage.access import RevocationKind

PAGE_LIMIT = 500

Title = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
DocumentId = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._~-]{1,64}$")]
Subject = Annotated[str, msgspec.Meta(min_length=1, max_length=180)]
Page = Annotated[int, msgspec.Meta(ge=1, le=PAGE_LIMIT)]


class Incoming(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A body or query."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A body that goes out."""


class DocumentChange(Incoming, frozen=True):
    """What may be changed of a document besides its content."""

    title: Title


class NewDocument(Incoming, frozen=True):
    """A document to create. A menu starts empty, with a currency and a first language."""

    kind: DocumentKind
    title: Title
    id: DocumentId | None = None  # drawn when missing
    restaurant: Id | None = None  # the asker's when missing
    locale: str | None = None  # menus only
    currency: str | None = None  # menus only


class DocumentQuery(Incoming, frozen=True):
    """Which documents to list."""

    kind: DocumentKind | None = None
    restaurant: Id | None = None
    after: str | None = None
    limit: Page = 100


class DocumentAnswer(Answer, frozen=True):
    """One document, and what the asker may do with it."""

    id: str
    kind: DocumentKind
    title: str
    restaurant: str
    epoch: int
    created_at: datetime
    access: Access


class SizeAnswer(Answer, frozen=True):
    """What a document takes in the store."""

    updates: int  # rows in the log
    log_bytes: int
    snapshot_bytes: int
    acknowledged: int  # updates ever acknowledged
    quarantined: int  # updates set aside because the engine must not see them


class DocumentDetail(DocumentAnswer, frozen=True):
    """One document with its size."""

    size: SizeAnswer


class DocumentList(Answer, frozen=True):
    """One page of documents by id; `next` is the `after` of the next page."""

    documents: list[DocumentAnswer]
    next: str | None


class PersonAnswer(Answer, frozen=True):
    """One awareness entry: a client and its state, with the verified user in it."""

    client_id: int
    state: dict[str, Any]


class SeatAnswer(Answer, frozen=True):
    """One connection to a document."""

    id: str
    user: str
    name: str
    door: str
    status: SessionStatus
    started_at: datetime
    last_activity_at: datetime


class PresenceAnswer(Answer, frozen=True):
    """Who is at a document now."""

    people: list[PersonAnswer]
    sessions: list[SeatAnswer]


class SessionQuery(Incoming, frozen=True):
    """Which sessions to list."""

    restaurant: Id | None = None
    user: str | None = None
    document: str | None = None
    status: SessionStatus | None = None
    after: str | None = None
    limit: Page = 100


class SessionAnswer(SeatAnswer, frozen=True):
    """One connection, past or present."""

    restaurant: str
    resource_type: str
    resource: str
    ended_at: datetime | None
    metadata: dict[str, str]


class SessionList(Answer, frozen=True):
    """One page of sessions by id; `next` is the `after` of the next page."""

    sessions: list[SessionAnswer]
    next: str | None


class TicketAnswer(Answer, frozen=True):
    """A one-time ticket for `?ticket=`."""

    ticket: str
    expires_in_seconds: float


class TokenAnswer(Answer, frozen=True):
    """A fresh token; it is in the cookie too."""

    token: str
    expires_in_seconds: float


class NewRevocation(Incoming, frozen=True):
    """Whom to shut out: a user id, a session id, or the `jti` of a token."""

    kind: RevocationKind
    value: Subject
    restaurant: Id | None = None  # the asker's when missing


class RevocationAnswer(Answer, frozen=True):
    """Who was shut out of which restaurant."""

    kind: RevocationKind
    value: str
    restaurant: str


class YSweetRequest(msgspec.Struct, frozen=True, rename="camel"):
    """What a y-sweet client posts; its other fields mean nothing here."""

    doc_id: DocumentId


class YSweetAnswer(Answer, frozen=True, rename="camel"):
    """A y-sweet client token."""

    url: str  # the client appends the document id
    base_url: str
    doc_id: str
    token: str  # empty: none is needed (--dev)
    authorization: str  # "full" or "read-only"


class Problem(Answer, frozen=True):
    """A refusal (RFC 9457). `code` is stable; `detail` is a sentence for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
