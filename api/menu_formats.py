"""The formats that a menu comes in and goes out in, in one table.

Reading and writing are pure and may take a second for the largest file, so they run in a thread;
the menu that is written is immutable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from api.menu_file import read_menu_file
from collab.formats.report import Exported, Imported, Known
from collab.formats.schema_org_reader import read_schema_org
from collab.formats.schema_org_writer import write_schema_org
from collab.formats.spreadsheet_reader import read_csv
from collab.formats.spreadsheet_writer import write_csv
from collab.formats.square_reader import read_square
from collab.formats.square_writer import write_square
from collab.menus.menu import Menu
from collab.menus.plain_json import plain_json


class FormatName(StrEnum):
    """How REST and the command line name the formats."""

    PLAIN = "plain"
    SCHEMA_ORG = "schema.org"
    SQUARE = "square"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class MenuFormat:
    """One format."""

    media_type: str
    extension: str  # of a file to keep
    read: Callable[[bytes, Known], Imported]
    write: Callable[[Menu, bool], Exported]  # the flag: numbers with a decimal comma


async def read_file(format: FormatName, content: bytes, known: Known) -> Imported:
    """What a file means. Raises what the reader of the format raises; msgspec errors for plain."""
    return await asyncio.to_thread(FORMATS[format].read, content, known)


async def write_file(format: FormatName, menu: Menu, *, decimal_comma: bool = False) -> Exported:
    """A menu as a file."""
    return await asyncio.to_thread(FORMATS[format].write, menu, decimal_comma)


def format_of(media_type: str) -> FormatName:
    """The format that a media type names; plain when it names none of the others."""
    return _BY_MEDIA_TYPE.get(media_type, FormatName.PLAIN)


def _read_plain(content: bytes, _known: Known) -> Imported:
    return Imported(read_menu_file(content))


def _write_plain(menu: Menu, _decimal_comma: bool) -> Exported:
    content = msgspec.json.format(msgspec.json.encode(plain_json(menu)), indent=2)
    return Exported(content + b"\n")


def _write_csv(menu: Menu, decimal_comma: bool) -> Exported:
    return write_csv(menu, decimal_comma=decimal_comma)


FORMATS: Mapping[FormatName, MenuFormat] = {
    FormatName.PLAIN: MenuFormat("application/json", "json", _read_plain, _write_plain),
    FormatName.SCHEMA_ORG: MenuFormat(
        "application/ld+json", "jsonld", read_schema_org, lambda menu, _: write_schema_org(menu)
    ),
    FormatName.SQUARE: MenuFormat(
        "application/json", "square.json", read_square, lambda menu, _: write_square(menu)
    ),
    FormatName.CSV: MenuFormat("text/csv", "csv", read_csv, _write_csv),
}
_BY_MEDIA_TYPE = {
    FORMATS[name].media_type: name for name in (FormatName.SCHEMA_ORG, FormatName.CSV)
}
