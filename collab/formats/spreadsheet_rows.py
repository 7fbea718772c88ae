"""The rows of a spreadsheet file: bytes to cells under the names of their columns.

Rule 1: the first line names the columns. Which sign parts them is seen there.
Rule 2: quotes that do not close, or a row with more cells than columns, make the file unusable:
        one cell too many shifts all that follow, and an allergen would stand among the traits.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from collab.errors import StructureRefused, TooLarge
from collab.formats.json_tree import LIMIT_FILE_BYTES
from collab.formats.report import Report, shown
from collab.formats.spreadsheet import LISTS, NUMBERS, PERCENTS, PLAIN, TEXTS, unguarded
from collab.menus.schema import is_locale

LIMIT_ROWS = 30_000
LIMIT_BLANK_ROWS = 200_000  # with the others; some programs write every row there could be
LIMIT_COLUMNS = 500

_SEPARATORS = ";,\t"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class _Lines(Protocol):
    """What `csv.reader` makes."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...


Column = tuple[str, str]  # its name, and its language if it is one of texts


@dataclass(frozen=True, slots=True)
class Row:
    """One row: cells that are not empty, by column; texts also by language ("" for no language)."""

    line: int  # where it ends in the file
    cells: dict[str, str]
    texts: dict[str, dict[str, str]]

    def where(self, column: str) -> str:
        return f"line {self.line}, column {column}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole file."""

    locales: tuple[str, ...]  # of the columns of names, in their order; "" for no language
    rows: tuple[Row, ...]  # those that hold anything


def read_sheet(content: bytes, report: Report) -> Sheet:
    """Cells under the names of their columns.

    Raises StructureRefused (it names the line), TooLarge.
    """
    first, before, lines = _lines(_decoded(content))
    reader = csv.reader(lines, delimiter=_separator(first), strict=True)
    columns: list[Column | None] | None = None
    rows: list[Row] = []
    for count, cells in enumerate(_records(reader, before)):
        if count > LIMIT_BLANK_ROWS:
            raise TooLarge("This file has too many empty rows.", reason="file_too_large")
        if not any(cell.strip() for cell in cells):
            continue
        if columns is None:
            columns = _columns(cells, report)
            continue
        if len(rows) == LIMIT_ROWS:
            raise TooLarge(f"A file has at most {LIMIT_ROWS} rows.", reason="menu_too_large")
        rows.append(_row(before + reader.line_num, cells, columns))
    if columns is None:
        raise _unusable("This file is empty.")
    locales = [one[1] for one in columns if one is not None and one[0] == "name"]
    return Sheet(tuple(locales), tuple(rows))


def _decoded(content: bytes) -> str:
    if len(content) > LIMIT_FILE_BYTES:
        raise TooLarge(f"A file has at most {LIMIT_FILE_BYTES} bytes.", reason="file_too_large")
    try:
        return content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        raise _unusable("This file is not UTF-8; save it as “CSV UTF-8”.") from None


def _lines(text: str) -> tuple[str, int, Iterator[str]]:
    """The first line that holds anything, how many lines come before, and what is to be parted."""
    lines = (match[0] for match in _LINE.finditer(text))
    first, before = "", 0
    for line in lines:
        if line.strip():
            first = line
            break
        before += 1
    if first.startswith("sep="):  # what Excel writes and nobody else knows
        return first, before + 1, lines
    return first, before, chain([first], lines)


def _separator(first: str) -> str:
    """The sign that the first line has most of, outside of quotes."""
    if first.startswith("sep=") and first[4:5] in _SEPARATORS:
        return first[4]
    bare = re.sub(r'"[^"]*"', "", first)
    return max(_SEPARATORS, key=bare.count) if any(map(bare.count, _SEPARATORS)) else ","


def _records(reader: _Lines, before: int) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error:
        line = before + reader.line_num
        raise _unusable(f"Line {line} is broken: a quote, or a cell that is too long.") from None


def _columns(cells: list[str], report: Report) -> list[Column | None]:
    """(column, language) of every cell of the first line; None: not understood."""
    if len(cells) > LIMIT_COLUMNS:
        raise TooLarge(f"A file has at most {LIMIT_COLUMNS} columns.", reason="menu_too_large")
    found: list[Column | None] = []
    for place, cell in enumerate(cells, 1):
        column = _column(cell)
        if column is None and cell.strip():
            what = f"The column {shown(cell.strip())} is not understood."
            report.ignored(f"line 1, cell {place}", what)
        if column is not None and column in found:
            report.refused(f"line 1, cell {place}", f"The column {shown(cell)} came already.")
            column = None
        found.append(column)
    if not any(column is not None and column[0] == "name" for column in found):
        raise _unusable("The first line has to name the columns, and one of them “name”.")
    return found


def _column(cell: str) -> Column | None:
    name, colon, locale = cell.strip().partition(":")
    name = name.strip().casefold().replace(" ", "_").replace("-", "_")
    locale = locale.strip().replace("_", "-")
    if name in TEXTS and (not colon or is_locale(locale)):
        return name, locale
    if not colon and name in (*PLAIN, *LISTS, *NUMBERS, *PERCENTS):
        return name, ""
    return None


def _row(line: int, cells: list[str], columns: list[Column | None]) -> Row:
    if any(cell.strip() for cell in cells[len(columns) :]):
        raise _unusable(
            f"Line {line} has {len(cells)} cells, the first line {len(columns)}: a comma that "
            "belongs to a price or a text needs quotes around its cell."
        )
    row = Row(line, {}, {})
    for column, cell in zip(columns, cells, strict=False):
        if column is None or not cell.strip():
            continue
        name, locale = column
        if name in TEXTS:
            row.texts.setdefault(name, {})[locale] = unguarded(cell)
        else:
            row.cells[name] = unguarded(cell)
    return row


def _unusable(sentence: str) -> StructureRefused:
    return StructureRefused(sentence, reason="unusable_file")
