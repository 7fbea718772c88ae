"""Writing a menu anew, so that it lets go of a long history.

A menu remembers every overwritten value; after tens of thousands of edits that is most of it. Its
renewal keeps the content and drops the history of the CRDT. Whoever holds the old history is
refused from then on (4409) and has to start with a fresh document, so nobody may have it open
meanwhile, and it is never done without being asked for.

Versions, history, open conflicts and locks stay as they are: they are rows, not part of the bytes.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass

from api.composition import open_house
from api.config import Config
from api.house import House
from collab.edits.renewing import Renewed, renew
from collab.errors import DocumentGone, EpochChanged, StoreError, StructureRefused
from collab.records import DocumentKind, StoredDocument, StreamEvent
from storage.renewal import Replacement

COMMAND_LINE_USER = "renewal"
MENU_RENEWED = "menu.renewed"
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a renewal did."""

    epoch: int  # of the document from now on
    bytes_before: int  # of the whole state
    bytes_after: int


async def renew_menu(
    house: House, document_id: str, user_id: str, *, force: bool = False
) -> Renewal:
    """Write a menu anew; returns when it is on disk.

    force: send everybody away who has it open (4409); else it is refused while somebody has.
    Raises DocumentGone, StructureRefused when it is no menu, DocumentInUse, NotRenewable,
    StoreError; then it is as it was. Cancelling leaves it wholly renewed or as it was.
    """
    goodbye = EpochChanged("the document was replaced; load it afresh") if force else None
    await _check_kind(house, document_id)
    async with house.lobby.closed(document_id, goodbye):
        for _ in range(ATTEMPTS):
            done = await _attempt(house, document_id, user_id)
            if done is not None:
                house.events.ring(document_id)
                return done
    raise StoreError("another process keeps editing this menu", reason="conflict")


async def renew_offline(config: Config, menu_id: str) -> Renewal:
    """The command line's way: a menu of a database that no server uses. Errors as `renew_menu`."""
    async with open_house(config) as house:
        return await renew_menu(house, menu_id, COMMAND_LINE_USER)


async def _check_kind(house: House, document_id: str) -> None:
    document = await house.documents.find(document_id)
    if document is None:
        raise DocumentGone("There is no such document.", reason="document_not_found")
    if document.kind is not DocumentKind.MENU:
        raise StructureRefused(
            "Only a menu can be renewed: what is in a free document only its own editors know.",
            reason="not_a_menu",
        )


async def _attempt(house: House, document_id: str, user_id: str) -> Renewal | None:
    """Renew what is stored; None when it was changed meanwhile, by another process."""
    stored = await house.updates.load(document_id)
    if stored is None:
        raise DocumentGone("There is no such document.", reason="document_not_found")
    made = await asyncio.to_thread(renew, stored, _draw_client_id)
    event = _event(house, stored, made, user_id)
    epoch = await house.renewals.replace(
        Replacement(
            document_id, stored.document.epoch, stored.top, made.before, made.after, made.client_ids
        ),
        event,
    )
    return None if epoch is None else Renewal(epoch, len(made.before), len(made.after))


def _event(house: House, stored: StoredDocument, made: Renewed, user_id: str) -> StreamEvent:
    body = {
        "epoch": stored.document.epoch + 1,
        "bytes_before": len(made.before),
        "bytes_after": len(made.after),
    }
    return StreamEvent(MENU_RENEWED, user_id, body, house.clock.utc())


def _draw_client_id() -> int:
    return secrets.randbits(32)
