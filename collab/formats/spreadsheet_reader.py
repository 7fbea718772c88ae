"""A spreadsheet file (CSV) as a plain menu.

Rule 1: an empty cell says nothing: what the menu has there stays.
Rule 2: a row with a variation belongs to the item with its id, else to the last one of the same
        name in the same section; what it says about that item counts where the item has nothing.
Rule 3: an id comes once. A second row with it, not of a variation, is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from collab.errors import StructureRefused
from collab.formats.intake import Intake, imported, locale_of
from collab.formats.money import is_currency, typed_price
from collab.formats.report import Imported, Known, Report, shown
from collab.formats.spreadsheet import LISTS, parted
from collab.formats.spreadsheet_rows import Row, read_rows
from collab.plain_menu import (
    ALCOHOL_LIMIT,
    KCAL_LIMIT,
    LIMIT_DESCRIPTION_CHARACTERS,
    LIMIT_NAME_CHARACTERS,
    LIMIT_NOTE_CHARACTERS,
    LIMIT_STATION_CHARACTERS,
    PREPARATION_LIMIT_SECONDS,
    SPICE_LIMIT,
    TAX_LIMIT,
    PlainItem,
    PlainMenu,
    PlainSection,
    PlainVariation,
)

_YES = ("yes", "true", "1", "x")
_NO = ("no", "false", "0")
_PERCENT = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?\s*%?")


def read_csv(content: bytes, known: Known) -> Imported:
    """Read a file.

    Raises StructureRefused (broken quotes, no names, no currency), TooLarge.
    """
    report = Report()
    rows = list(read_rows(content, report))
    return imported(_Reader(rows, known, report).read(), report)


@dataclass(slots=True)
class _Dish:
    """An item whose rows are still coming."""

    item: dict[str, object]  # arguments of PlainItem
    variations: list[PlainVariation] = field(default_factory=list)

    def plain(self) -> PlainItem:
        return PlainItem(**self.item, variations=tuple(self.variations) or None)  # type: ignore[arg-type]


@dataclass(slots=True)
class _Heading:
    """A section whose rows are still coming."""

    id: str | None
    name: dict[str, str]
    dishes: list[_Dish] = field(default_factory=list)


class _Reader:
    def __init__(self, rows: list[Row], known: Known, report: Report) -> None:
        self._rows = rows
        self._report = report
        self._intake = Intake(report)
        self._locale = self._main_locale(known)
        self._currency = self._main_currency(known)
        self._headings: dict[tuple[str, str], _Heading] = {}
        self._unplaced = _Heading(None, {})
        self._by_id: dict[str, _Dish] = {}
        self._by_name: dict[tuple[int, str], _Dish] = {}  # of each section, the last one

    def read(self) -> PlainMenu:
        for row in self._rows:
            self._read_row(row)
        sections = tuple(
            PlainSection(one.name, id=one.id, items=tuple(dish.plain() for dish in one.dishes))
            for one in self._headings.values()
        )
        unplaced = tuple(dish.plain() for dish in self._unplaced.dishes)
        return PlainMenu(self._locale, self._currency, sections=sections, unplaced=unplaced)
