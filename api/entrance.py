"""From a name on the wire to a document somebody may open.

Rule 1: what is authorised is the parsed, canonical id, and nothing else is used afterwards.
Rule 2: a document of another restaurant is refused in the same words as one of one's own.
Rule 3: under --dev an unknown name becomes a document of kind `free`, so that people can try
        their own Yjs application.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from api.config import Config
from collab.errors import DocumentExists, DocumentGone, ProtocolViolation, RightWithdrawn
from collab.identity import Access, Identity, access_to
from collab.records import Document, DocumentKind
from rooms.clock import Clock
from rooms.lobby import Lobby
from storage.documents import DocumentStore

DEMO_RESTAURANT = "demo"
NAME_LIMIT_BYTES = 200

_ID = re.compile(r"[A-Za-z0-9._~-]{1,64}")


@dataclass(frozen=True, slots=True)
class Admission:
    """A document and what may be done with it."""

    document: Document
    access: Access


class Entrance:
    """Finds documents and checks rights. One per application."""

    def __init__(
        self, config: Config, documents: DocumentStore, lobby: Lobby, clock: Clock
    ) -> None:
        self._config = config
        self._documents = documents
        self._lobby = lobby
        self._clock = clock

    async def admit(self, identity: Identity, name: str) -> Admission:
        """Find a document and the access to it.

        name: as on the wire, decoded once. Raises ProtocolViolation (a bad name), DocumentGone,
        RightWithdrawn, StoreError. Safe to cancel.
        """
        check_name(name)
        document = await self.find(name)
        if document is None:
            if not self._config.dev or identity.restaurant_id is not None:
                raise DocumentGone("There is no such document.", reason="document_not_found")
            document = await self._create(name)
        access = access_to(identity, document)
        if access is None:
            raise RightWithdrawn("This document is not open to you.", reason="forbidden_document")
        return Admission(document, access)

    async def find(self, name: str) -> Document | None:
        """The document of a name; None when there is none."""
        room = self._lobby.room_of(name)
        return room.record if room is not None else await self._documents.find(name)

    async def _create(self, name: str) -> Document:
        document = Document(
            id=name,
            kind=DocumentKind.FREE,
            restaurant_id=DEMO_RESTAURANT,
            title=name,
            epoch=1,
            created_at=self._clock.utc(),
        )
        try:
            return await self._documents.create(document, None, "server")
        except DocumentExists:  # two first visitors at once, or it was deleted before
            found = await self._documents.find(name)
            if found is None:
                raise DocumentGone("The document was deleted.", reason="deleted") from None
            return found


def check_name(name: str) -> None:
    """Raises ProtocolViolation unless it can name a document."""
    size = len(name.encode(errors="replace"))
    is_printable = all(unicodedata.category(character) not in _UNFIT for character in name)
    if not 1 <= size <= NAME_LIMIT_BYTES or not is_printable or not name.strip():
        raise ProtocolViolation(
            f"A document name has 1 to {NAME_LIMIT_BYTES} bytes and no control characters.",
            reason="bad_document_name",
        )


def check_id(text: str, what: str, refuse: Callable[[str], Exception]) -> None:
    """Raises what `refuse` makes unless `text` is an id as menus and restaurants have."""
    if _ID.fullmatch(text) is None:
        raise refuse(f"{what} must be 1 to 64 of the characters A-Z a-z 0-9 . _ ~ -")


_UNFIT = frozenset({"Cc", "Cs"})  # control characters, lone surrogates
