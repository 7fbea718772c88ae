"""Menus in and out as plain JSON: what REST, the command line and the first start share.

A menu that is there is changed in its live room, so open editors see an import at once; one that
is not there is created with its content in one transaction.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from pathlib import Path

from api.config import Config
from api.house import House, open_house
from api.menu_file import read_menu_file
from collab.edits import edit_of, first_update, rehearse
from collab.errors import DocumentGone, StructureRefused, TooLarge
from collab.menu import read_menu
from collab.merging import plan_merge
from collab.plain_json import plain_json
from collab.plain_menu import PlainMenu, check_plain
from collab.records import Document, DocumentKind, Restaurant

COMMAND_LINE_USER = "import"
FIRST_EPOCH = 1


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    is_new: bool  # the menu was created
    changes: int  # small changes to a menu that was there; 0: it was all there already
    sections: int  # in the file
    items: int


async def import_menu(config: Config, file: Path, restaurant: str, menu: str) -> Imported:
    """The command line's way: read a file into a menu of a database that no server uses.

    Raises OSError, msgspec.MsgspecError or MirepoixError with a sentence for the operator.
    """
    plain = read_menu_file(await asyncio.to_thread(file.read_bytes))
    async with open_house(config) as house:
        found = await house.documents.find(menu)
        if found is None:
            return await create_menu(house, plain, restaurant, menu, menu, COMMAND_LINE_USER)
        if found.restaurant_id != restaurant:
            raise StructureRefused(
                f"The menu {menu} belongs to the restaurant {found.restaurant_id}.",
                reason="wrong_restaurant",
            )
        return await merge_menu(house, plain, found, COMMAND_LINE_USER)


async def export_menu(config: Config, menu: str) -> dict[str, object]:
    """The command line's way: a menu as plain JSON values.

    Raises DocumentGone when there is none, or StoreError.
    """
    async with open_house(config) as house:
        found = await house.documents.find(menu)
        if found is None or found.kind is not DocumentKind.MENU:
            raise DocumentGone(f"There is no menu {menu}.", reason="menu_not_found")
        async with house.lobby.lease(menu) as room:
            return plain_json(read_menu(room.document))


async def create_menu(
    house: House, plain: PlainMenu, restaurant_id: str, menu_id: str, title: str, user_id: str
) -> Imported:
    """Create a menu with its content; the restaurant too, if it is not known yet.

    Raises DocumentExists when the id is taken (also by a deleted one), StructureRefused, TooLarge,
    StoreError. Safe to cancel: then it is there wholly or not at all.
    """
    first = first_update(plain, menu_id, user_id)
    if len(first) > house.config.document_limit_bytes:
        raise TooLarge("This menu is larger than a document may be.", reason="document_full")
    await create_document(house, DocumentKind.MENU, restaurant_id, menu_id, title, first, user_id)
    return _report(plain, is_new=True, changes=0)


async def create_document(
    house: House,
    kind: DocumentKind,
    restaurant_id: str,
    document_id: str,
    title: str,
    first: bytes | None,
    user_id: str,
) -> Document:
    """Create a document; the restaurant too, if it is not known yet. Errors as `create_menu`."""
    now = house.clock.utc()
    await house.documents.create_restaurant(Restaurant(restaurant_id, restaurant_id, now))
    document = Document(document_id, kind, restaurant_id, title, FIRST_EPOCH, now)
    return await house.documents.create(document, first, user_id)


async def merge_menu(house: House, plain: PlainMenu, found: Document, user_id: str) -> Imported:
    """Bring a file into a menu that is there; returns when it is on disk.

    Raises StructureRefused, TooLarge, DocumentGone, StoreError; then nothing was changed.
    Cancelling leaves it changed, but perhaps not saved yet.
    """
    if found.kind is not DocumentKind.MENU:
        raise StructureRefused("This document is not a menu.", reason="not_a_menu")
    check_plain(plain)
    async with house.lobby.lease(found.id) as room:
        # From here to `room.edit` nothing waits, so nobody changes the menu in between.
        changes = plan_merge(read_menu(room.document), plain, _random_id)
        if changes:
            ms = int(house.clock.utc().timestamp() * 1000)
            edit = edit_of(changes, user_id, ms)
            rehearse(room.document, edit, house.config.document_limit_bytes)
            room.edit(edit, user_id)
        await house.journal.flush()
    return _report(plain, is_new=False, changes=len(changes))


def _report(plain: PlainMenu, *, is_new: bool, changes: int) -> Imported:
    return Imported(is_new, changes, len(plain.sections), sum(1 for _ in plain.items()))


def _random_id() -> str:
    return secrets.token_hex(8)
