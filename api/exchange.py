"""Menus in and out: what REST, the command line and the first start share.

A menu that is there is changed in its live room, so open editors see an import at once; one that
is not there is created with its content in one transaction.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from api.composition import open_house
from api.config import Config
from api.house import House
from api.menu_edits import change_menu
from api.menu_formats import FormatName, read_file, write_file
from collab.edits.merging import plan_merge
from collab.edits.writing import first_update
from collab.errors import DocumentGone, StructureRefused, TooLarge
from collab.formats.report import Exported, Known, Remark
from collab.identity import Identity, Role
from collab.menus.plain_menu import PlainMenu, check_plain
from collab.records import Document, DocumentKind, Restaurant

COMMAND_LINE_USER = "import"
NOTHING_KNOWN = Known()
FIRST_EPOCH = 1


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    is_new: bool  # the menu was created
    changes: int  # small changes to a menu that was there; 0: it was all there already
    sections: int  # in the file
    items: int
    report: tuple[Remark, ...] = ()  # what was not taken as it stands in the file


async def import_menu(
    config: Config,
    file: Path,
    restaurant: str,
    menu: str,
    format: FormatName = FormatName.PLAIN,
    known: Known = NOTHING_KNOWN,
) -> Imported:
    """The command line's way: read a file into a menu of a database that no server uses.

    known: language and currency, where neither the file nor the menu says them.
    Raises OSError, msgspec.MsgspecError or MirepoixError with a sentence for the operator.
    """
    content = await asyncio.to_thread(file.read_bytes)
    async with open_house(config) as house:
        found = await house.documents.find(menu)
        read = await read_file(format, content, await known_of(house, found, known))
        done = await _bring_in(house, read.plain, restaurant, menu, found)
        return replace(done, report=read.report)


async def _bring_in(
    house: House, plain: PlainMenu, restaurant: str, menu: str, found: Document | None
) -> Imported:
    if found is None:
        return await create_menu(house, plain, restaurant, menu, menu, COMMAND_LINE_USER)
    if found.restaurant_id != restaurant:
        raise StructureRefused(
            f"The menu {menu} belongs to the restaurant {found.restaurant_id}.",
            reason="wrong_restaurant",
        )
    roles = frozenset({Role.OWNER})
    operator = Identity(COMMAND_LINE_USER, COMMAND_LINE_USER, restaurant, roles)
    return await merge_menu(house, plain, found, operator)


async def known_of(house: House, found: Document | None, known: Known) -> Known:
    """What a file need not say: what is known already, else what the menu that is there says."""
    if found is None or found.kind is not DocumentKind.MENU:
        return known
    async with house.lobby.lease(found.id) as room:
        menu = room.keeper.menu()
    return Known(known.locale or menu.locale, known.currency or menu.currency)


async def export_menu(
    config: Config,
    menu: str,
    format: FormatName = FormatName.PLAIN,
    *,
    decimal_comma: bool = False,
) -> Exported:
    """The command line's way: a menu as a file, and what the file cannot carry.

    Raises DocumentGone when there is none, or StoreError.
    """
    async with open_house(config) as house:
        found = await house.documents.find(menu)
        if found is None or found.kind is not DocumentKind.MENU:
            raise DocumentGone(f"There is no menu {menu}.", reason="menu_not_found")
        async with house.lobby.lease(menu) as room:
            return await write_file(format, room.keeper.menu(), decimal_comma=decimal_comma)


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


async def merge_menu(
    house: House, plain: PlainMenu, found: Document, identity: Identity
) -> Imported:
    """Bring a file into a menu that is there; returns when it is on disk.

    Raises StructureRefused, TooLarge, RightWithdrawn, DocumentGone, StoreError; then nothing was
    changed. Cancelling leaves it changed, but perhaps not saved yet.
    """
    check_plain(plain)
    done = await change_menu(
        house, found, identity, lambda menu: plan_merge(menu, plain, _random_id), door="import"
    )
    return _report(plain, is_new=False, changes=done.changes)


def _report(plain: PlainMenu, *, is_new: bool, changes: int) -> Imported:
    return Imported(is_new, changes, len(plain.sections), sum(1 for _ in plain.items()))


def _random_id() -> str:
    return secrets.token_hex(8)
