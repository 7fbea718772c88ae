"""A spreadsheet file (CSV) as a plain menu.

Rule 1: an empty cell says nothing: what the menu has there stays.
Rule 2: a row with a variation belongs to the item with its id, else to the last one of the same
        name in the same section; what it says about that item counts where the item has nothing.
Rule 3: an id comes once. A second row with it, not of a variation, is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from collab.errors import StructureRefused
from collab.formats.intake import Intake, imported, locale_of
from collab.formats.money import is_currency, typed_price
from collab.formats.report import Imported, Known, Report, shown
from collab.formats.spreadsheet import LISTS, NUMBERS, PERCENTS, parted
from collab.formats.spreadsheet_rows import Row, Sheet, read_sheet
from collab.menus.plain_menu import (
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
_OF_ITEMS = (*LISTS, *NUMBERS, *PERCENTS, "description", "station", "note", "is_hidden")
_OF_SECTIONS = {"section", "section_id", "currency"}  # all that the row of a section says
_PERCENT = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?\s*%?")


def read_csv(content: bytes, known: Known) -> Imported:
    """Read a file.

    Raises StructureRefused (broken quotes, no names, no currency), TooLarge.
    """
    report = Report()
    sheet = read_sheet(content, report)
    return imported(_Reader(sheet, known, report).read(), report)


@dataclass(slots=True)
class _Dish:
    """An item whose variations are still coming."""

    item: PlainItem
    variations: list[PlainVariation] = field(default_factory=list)
    is_of_variation: bool = False  # no row of its own yet

    def plain(self) -> PlainItem:
        return replace(self.item, variations=tuple(self.variations) or None)


@dataclass(slots=True)
class _Heading:
    """A section whose items are still coming."""

    id: str | None = None
    name: dict[str, str] = field(default_factory=dict)
    dishes: list[_Dish] = field(default_factory=list)
    by_name: dict[str, _Dish] = field(default_factory=dict)  # the last one of each name

    def items(self) -> tuple[PlainItem, ...]:
        return tuple(dish.plain() for dish in self.dishes)


class _Reader:
    def __init__(self, sheet: Sheet, known: Known, report: Report) -> None:
        self._sheet = sheet
        self._report = report
        self._intake = Intake(report)
        self._locale = self._main_locale(known)
        self._currency = self._main_currency(known)
        self._headings: list[_Heading] = []
        self._by_section_id: dict[str, _Heading] = {}
        self._by_title: dict[str, _Heading] = {}
        self._unplaced = _Heading()
        self._by_id: dict[str, _Dish] = {}

    def read(self) -> PlainMenu:
        for row in self._sheet.rows:
            self._read_row(row)
        return PlainMenu(
            locale=self._locale,
            currency=self._currency,
            locales=tuple(locale for locale in self._sheet.locales if locale),
            sections=tuple(
                PlainSection(one.name, id=one.id, items=one.items()) for one in self._headings
            ),
            unplaced=self._unplaced.items(),
        )

    def _main_locale(self, known: Known) -> str:
        said = self._sheet.locales
        if "" in said or known.locale in said:
            return locale_of(None, known, (), self._report)
        return said[0]

    def _main_currency(self, known: Known) -> str:
        said = Counter(row.cells.get("currency", "").strip() for row in self._sheet.rows)
        found = [one for one, _ in said.most_common() if is_currency(one)]
        if found:
            return found[0]
        if known.currency is None:
            raise StructureRefused(
                "This file does not say its currency: add a column “currency”, or say it beside "
                "the file.",
                reason="unusable_file",
            )
        return known.currency

    def _read_row(self, row: Row) -> None:
        heading = self._heading(row)
        name = self._texts(row, "name", LIMIT_NAME_CHARACTERS)
        id = row.cells.get("id", "").strip()
        if not name and not id:
            if heading is self._unplaced or {*row.texts, *row.cells} - _OF_SECTIONS:
                self._report.refused(row.where("name"), "A row without a name was left out.")
            return
        title = name.get(self._locale, "")
        known = self._by_id.get(id) if id else heading.by_name.get(title) if title else None
        is_variation = "variation" in row.texts or "variation_id" in row.cells
        if known is None or not (is_variation or id):
            known = self._new_dish(row, heading, id, name, is_variation)
        elif not is_variation and known.is_of_variation:
            known.item = self._item(row, known.item.id, name)
            known.is_of_variation = False
        elif not is_variation:
            self._report.refused(row.where("id"), f"The id {shown(id)} came already.")
            return
        if is_variation:
            self._complete(row, known)
            self._add_variation(row, known)

    def _new_dish(
        self, row: Row, heading: _Heading, id: str, name: dict[str, str], is_variation: bool
    ) -> _Dish:
        self._intake.count_item()
        kept = self._intake.id("item", id, row.where("id"))
        item = self._item(row, kept, name)
        if is_variation:
            item = replace(item, price=None)  # that of the variation
        dish = _Dish(item, is_of_variation=is_variation)
        heading.dishes.append(dish)
        heading.by_name[name.get(self._locale, "")] = dish
        if id:
            self._by_id[id] = dish
        return dish

    def _complete(self, row: Row, dish: _Dish) -> None:
        """What the row of a variation says about its item counts where nothing was said yet."""
        said = self._item(row, dish.item.id, dict(dish.item.name))
        for name in _OF_ITEMS:
            value, now = getattr(said, name), getattr(dish.item, name)
            if value in (None, {}) or value == now:
                continue
            if now in (None, {}):
                dish.item = replace(dish.item, **{name: value})
            else:
                what = f"{shown(name)} differs from an earlier row of the same dish, which counts."
                self._report.refused(row.where(name), what)

    def _add_variation(self, row: Row, dish: _Dish) -> None:
        id = row.cells.get("variation_id", "").strip() or None
        if any(one.id == id for one in dish.variations if id is not None):
            self._report.refused(row.where("variation_id"), f"{shown(id)} came already.")
            return
        kept = Intake(self._report).id("variation", id, row.where("variation_id"))
        name = self._texts(row, "variation", LIMIT_NAME_CHARACTERS)
        dish.variations.append(PlainVariation(name, kept, self._price(row)))

    def _heading(self, row: Row) -> _Heading:
        id = row.cells.get("section_id", "").strip()
        name = self._texts(row, "section", LIMIT_NAME_CHARACTERS)
        if not id and not name:
            return self._unplaced
        title = name.get(self._locale) or str(sorted(name.items()))
        named = self._by_title.get(title) if name else None
        found = self._by_section_id.get(id) if id else named
        if found is None and named is not None and named.id is None:
            found = named
        if found is None:
            found = _Heading(self._intake.id("section", id, row.where("section_id")), name)
            self._headings.append(found)
            self._by_title.setdefault(title, found)
        if id:
            self._by_section_id.setdefault(id, found)
        return found

    def _item(self, row: Row, id: str | None, name: dict[str, str]) -> PlainItem:
        lists = {column: self._codes(row, column) for column in LISTS}
        return PlainItem(
            name=name,
            description=self._texts(row, "description", LIMIT_DESCRIPTION_CHARACTERS),
            id=id,
            price=self._price(row),
            allergens=lists["allergens"],
            may_contain=lists["may_contain"],
            additives=lists["additives"],
            traits=lists["traits"],
            diets=lists["diets"],
            spiciness=self._number(row, "spiciness", _whole, SPICE_LIMIT),
            preparation_seconds=self._number(
                row, "preparation_seconds", _whole, PREPARATION_LIMIT_SECONDS
            ),
            kcal=self._number(row, "kcal", _whole, KCAL_LIMIT),
            tax=self._number(row, "tax", _hundredths, TAX_LIMIT),
            alcohol=self._number(row, "alcohol", _hundredths, ALCOHOL_LIMIT),
            station=self._text(row, "station", LIMIT_STATION_CHARACTERS),
            note=self._text(row, "note", LIMIT_NOTE_CHARACTERS),
            is_hidden=self._flag(row, "hidden"),
        )

    def _price(self, row: Row) -> int | None:
        cell = row.cells.get("price", "").strip()
        if not cell:
            return None
        if row.cells.get("currency", self._currency).strip() != self._currency:
            what = f"A price in another currency than {self._currency} was left out."
            self._report.refused(row.where("price"), what)
            return None
        price = typed_price(cell, self._currency)
        if price is None:
            self._report.refused(row.where("price"), f"{shown(cell)} is no price, or doubtful.")
        return price

    def _codes(self, row: Row, column: str) -> tuple[str, ...] | None:
        cell = row.cells.get(column)
        return None if cell is None else self._intake.codes(parted(cell), row.where(column))

    def _number(
        self, row: Row, column: str, read: Callable[[str], int | None], limit: int
    ) -> int | None:
        cell = row.cells.get(column, "").strip()
        number = read(cell) if cell else None
        if cell and (number is None or number > limit):
            self._report.refused(row.where(column), f"{shown(cell)} is no number that fits here.")
            return None
        return number

    def _flag(self, row: Row, column: str) -> bool | None:
        cell = row.cells.get(column, "").strip().casefold()
        if cell and cell not in (*_YES, *_NO):
            self._report.refused(row.where(column), f"{shown(cell)} is neither yes nor no.")
        return cell in _YES if cell in (*_YES, *_NO) else None

    def _text(self, row: Row, column: str, limit: int) -> str | None:
        cell = row.cells.get(column)
        return None if cell is None else self._intake.text(cell, limit, row.where(column))

    def _texts(self, row: Row, column: str, limit: int) -> dict[str, str]:
        found: dict[str, str] = {}
        for locale, cell in sorted(row.texts.get(column, {}).items(), reverse=True):
            text = self._intake.text(cell, limit, row.where(column))
            if (locale or self._locale) in found:  # the column without a language comes last
                what = "There is a column with the language of the menu too, which counts."
                self._report.refused(row.where(column), what)
            elif text is not None:
                found[locale or self._locale] = text
        return found


def _whole(cell: str) -> int | None:
    return int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 10 else None


def _hundredths(cell: str) -> int | None:
    match = _PERCENT.fullmatch(cell)
    return None if match is None else int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
