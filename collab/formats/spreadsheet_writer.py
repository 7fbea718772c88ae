"""A menu as CSV for spreadsheets: one row for each item, one more for each of its variations.

Rows of variations repeat the id, the section and the name of their item and say nothing else about
it. A section without items has a row of its own.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import SimpleNamespace

from collab.formats.money import amount_text
from collab.formats.report import Exported, Report, say_lost
from collab.formats.settled import settled
from collab.formats.spreadsheet import (
    FORMAT,
    LISTS,
    NUMBERS,
    PERCENTS,
    TEXTS,
    guarded,
    joined,
)
from collab.menus.menu import Menu
from collab.menus.plain_menu import PlainItem, PlainMenu, PlainSection, PlainVariation

_BOM = b"\xef\xbb\xbf"  # without it Excel takes the file for Windows-1252

Row = dict[str, str]


def write_csv(menu: Menu, *, decimal_comma: bool = False) -> Exported:
    """The menu as CSV in UTF-8 with a byte order mark.

    decimal_comma: prices with a comma and cells parted by semicolons, as spreadsheets expect it
    where people write so.
    """
    report = Report()
    plain = settled(menu, report)
    writer = _Writer(plain, report, "," if decimal_comma else ".")
    lines: list[str] = []
    sheet = csv.DictWriter(
        SimpleNamespace(write=lines.append),
        writer.columns(),
        restval="",
        delimiter=";" if decimal_comma else ",",
        lineterminator="\r\n",
    )
    sheet.writeheader()
    sheet.writerows(writer.rows())
    return Exported(_BOM + "".join(lines).encode(), report.remarks())


class _Writer:
    def __init__(self, plain: PlainMenu, report: Report, point: str) -> None:
        self._plain = plain
        self._report = report
        self._point = point
        self._locales = plain.all_locales()

    def columns(self) -> list[str]:
        texts = {name: [f"{name}:{locale}" for locale in self._locales] for name in TEXTS}
        head = ["section_id", *texts["section"], "id", *texts["name"], *texts["description"]]
        head += ["variation_id", *texts["variation"], "price", "currency"]
        return [*head, *LISTS, *NUMBERS, *PERCENTS, "station", "hidden", "note"]

    def rows(self) -> Iterator[Row]:
        """Raises nothing: what has no place is in the report."""
        say_lost(self._report, "", self._plain, ("source", "modifier_groups"), FORMAT)
        say_lost(self._report, "legend", self._plain.legend, ("allergens", "additives"), FORMAT)
        for section in self._plain.sections:
            where = f"section {section.id}"
            say_lost(self._report, where, section, ("description", "hours", "station"), FORMAT)
            place = self._place(section)
            if not section.items:
                yield {**place, "currency": self._plain.currency}
            for item in section.items:
                yield from self._rows(item, place)
        for item in self._plain.unplaced:
            yield from self._rows(item, {})

    def _place(self, section: PlainSection) -> Row:
        return {
            "section_id": guarded(section.id or ""),
            **self._texts("section", section.name),
        }

    def _rows(self, item: PlainItem, place: Row) -> Iterator[Row]:
        say_lost(self._report, f"item {item.id}", item, ("photo", "modifiers"), FORMAT)
        known = {**place, "id": guarded(item.id or ""), **self._texts("name", item.name)}
        row = {**known, **self._texts("description", item.description), **self._price(item.price)}
        for name in LISTS:
            row[name] = guarded(joined(getattr(item, name) or ()))
        for name in NUMBERS:
            number = getattr(item, name)
            row[name] = "" if number is None else str(number)
        for name in PERCENTS:
            row[name] = self._percent(getattr(item, name))
        row["station"] = guarded(item.station or "")
        row["hidden"] = "yes" if item.is_hidden else ""
        row["note"] = guarded(item.note or "")
        yield row
        for variation in item.variations or ():
            yield {**known, **self._variation(variation)}

    def _variation(self, variation: PlainVariation) -> Row:
        return {
            "variation_id": guarded(variation.id or ""),
            **self._texts("variation", variation.name),
            **self._price(variation.price),
        }

    def _texts(self, column: str, texts: Mapping[str, str]) -> Row:
        return {f"{column}:{locale}": guarded(text) for locale, text in texts.items()}

    def _price(self, price: int | None) -> Row:
        if price is None:
            return {"price": "", "currency": self._plain.currency}
        amount = amount_text(price, self._plain.currency).replace(".", self._point)
        return {"price": amount, "currency": self._plain.currency}

    def _percent(self, hundredths: int | None) -> str:
        if hundredths is None:
            return ""
        return f"{Decimal(hundredths).scaleb(-2).normalize():f}".replace(".", self._point)
