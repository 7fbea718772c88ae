"""What every importer checks before something goes into a menu: ids, texts, codes.

Rule 1: what comes out passes `check_plain` and the schema, so one odd field never stops a file.
Rule 2: an id is given once. Whoever comes second with it gets none, and is found by name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from collab.errors import TooLarge
from collab.formats.json_tree import is_unicode
from collab.formats.report import Imported, Known, Report, shown
from collab.menus.menu import FALLBACK_LOCALE
from collab.menus.plain_menu import (
    LIMIT_CODE_CHARACTERS,
    LIMIT_CODES,
    LIMIT_ITEMS,
    PlainMenu,
    check_plain,
)
from collab.menus.schema import is_id, is_locale


class Intake:
    """Checks the parts of one file."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self._given: set[tuple[str, str]] = set()
        self._items = 0

    def id(self, kind: str, id: str | None, where: str) -> str | None:
        """The id, if a menu can have it and no other part of this kind has it yet."""
        if not id:
            return None
        if not is_id(id):
            self.report.changed(where, f"The id {shown(id)} has a wrong form; it is known by name.")
            return None
        if (kind, id) in self._given:
            self.report.changed(
                where, f"The id {shown(id)} is given twice; the first one keeps it."
            )
            return None
        self._given.add((kind, id))
        return id

    def count_item(self) -> None:
        """Raises TooLarge as soon as there are more items than a menu holds."""
        self._items += 1
        if self._items > LIMIT_ITEMS:
            raise TooLarge(f"A menu has at most {LIMIT_ITEMS} items.", reason="menu_too_large")

    def text(self, text: str, limit: int, where: str) -> str | None:
        """The text, if it is no longer than `limit` characters and whole; else None."""
        if len(text) > limit:
            self.report.refused(where, f"A text has more than {limit} characters.")
            return None
        if not is_unicode(text):
            self.report.refused(where, "A text holds half a character.")
            return None
        return text

    def codes(self, codes: Iterable[str], where: str) -> tuple[str, ...]:
        """The codes of a list, each once."""
        found: dict[str, None] = {}
        for code in codes:
            if not 0 < len(code) <= LIMIT_CODE_CHARACTERS or not is_unicode(code):
                limit = f"1 to {LIMIT_CODE_CHARACTERS} characters"
                self.report.refused(where, f"{shown(code)} was left out: it must have {limit}.")
            elif len(found) < LIMIT_CODES:
                found[code] = None
            else:
                self.report.refused(where, f"A list has more than {LIMIT_CODES} entries.")
        return tuple(found)

    def locale(self, text: object, where: str) -> str | None:
        """A language tag; `en_us` is taken as `en-us`."""
        if not isinstance(text, str) or not text:
            return None
        tag = text.replace("_", "-")
        if is_locale(tag):
            return tag
        self.report.refused(where, f"{shown(text)} is no language.")
        return None


def locale_of(first: str | None, known: Known, used: Iterable[str], report: Report) -> str:
    """The language of a file's texts: what it says, what is known, what its texts are in."""
    found = first or known.locale or next(iter(used), None)
    if found is None:
        found = FALLBACK_LOCALE
        report.changed("", f"The file does not say its language; it was taken as {found}.")
    return found


def made_id(*parts: str) -> str:
    """An id for something that has none: the same parts give the same one in every import."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def imported(plain: PlainMenu, report: Report) -> Imported:
    """The end of every import. Raises StructureRefused, TooLarge."""
    check_plain(plain)
    return Imported(plain, report.remarks())
