"""Cells of a spreadsheet file (CSV): columns, lists, and formulas that must not run.

Rule 1: a cell that a spreadsheet would take for a formula gets an apostrophe in front, which an
        import takes away again.
Rule 2: a list is parted by semicolons, bars or line ends, or by commas when it has none of these.
        A backslash takes the next character as it is. A lone `-` is the empty list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

FORMAT = "a spreadsheet"
EMPTY_LIST = "-"

# Columns of texts come once for each language: `name:de`, `name:en`.
TEXTS = ("section", "name", "description", "variation")
LISTS = ("allergens", "may_contain", "additives", "traits", "diets")
NUMBERS = ("spiciness", "preparation_seconds", "kcal")
PERCENTS = ("tax", "alcohol")  # hundredths of a percent in the menu
PLAIN = ("section_id", "id", "variation_id", "price", "currency", "station", "hidden", "note")

# LibreOffice and Excel look at the first character, behind spaces too; the wide ones are typed in
# East Asia.
_FORMULA = re.compile(r"'*\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_PROTECTED = re.compile(r"'+\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_SPECIAL = re.compile(r"([\\;|,\n\r])|^\s|\s$|^-$")


def guarded(text: str) -> str:
    """A text as a cell that no spreadsheet computes."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text that `guarded` was given."""
    return cell[1:] if _PROTECTED.match(cell) else cell


def joined(codes: Iterable[str]) -> str:
    """Codes as one cell; "" for none."""
    return "; ".join(_SPECIAL.sub(r"\\\g<0>", code) for code in codes)


def parted(cell: str) -> list[str]:
    """The codes of a cell, without empty ones."""
    if cell.strip() == EMPTY_LIST:
        return []
    signs = ";|\n\r" if re.search(r"(?<!\\)(\\\\)*[;|\n\r]", cell) else ","
    found: list[list[str]] = [[]]  # codes as characters; what was escaped has its backslash still
    characters = iter(cell)
    for one in characters:
        if one == "\\":
            found[-1].append(one + next(characters, ""))
        elif one in signs:
            found.append([])
        else:
            found[-1].append(one)
    return [code for code in map(_trimmed, found) if code]


def _trimmed(characters: list[str]) -> str:
    first, last = 0, len(characters)
    while first < last and characters[first].isspace():
        first += 1
    while first < last and characters[last - 1].isspace():
        last -= 1
    return "".join(one[-1] if len(one) > 1 else one for one in characters[first:last])
