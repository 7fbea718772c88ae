"""What an import or export could not do as asked: remarks, each with a place and a sentence.

Rule 1: nothing is dropped silently. What a file says and the menu does not take becomes a remark.
Rule 2: the same thing at many places is one remark with the first place and a count, and there
        are at most `LIMIT_REMARKS` of them: a report is read by a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from collab.menus.plain_menu import PlainMenu

LIMIT_REMARKS = 200
_SHOWN_CHARACTERS = 40
_WHERE_CHARACTERS = 200


class Action(StrEnum):
    """What was done with something odd."""

    IGNORED = "ignored"  # it means nothing here
    CHANGED = "changed"  # it was taken, but not as it stood
    REFUSED = "refused"  # it means something, but not this: a wrong type, range or id


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that is not as it was in the file, or will not be in it."""

    where: str  # "objects[3].item_data.name", "line 7, column price"; "" for the whole
    what: str  # a sentence
    action: Action
    times: int = 1  # how often; `where` is the first place


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the file: from the menu that is there, or said by whoever imports."""

    locale: str | None = None  # for texts whose language the file does not say
    currency: str | None = None  # for prices without one


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file means. The menu has passed `check_plain`."""

    plain: PlainMenu
    report: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Exported:
    """A menu as a file."""

    content: bytes
    report: tuple[Remark, ...] = ()


class Report:
    """Gathers the remarks of one import or export."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Action], Remark] = {}
        self._more = 0

    def ignored(self, where: str, what: str) -> None:
        self._add(where, what, Action.IGNORED)

    def changed(self, where: str, what: str) -> None:
        self._add(where, what, Action.CHANGED)

    def refused(self, where: str, what: str) -> None:
        self._add(where, what, Action.REFUSED)

    def remarks(self) -> tuple[Remark, ...]:
        """All remarks, in the order in which they were made first."""
        found = list(self._found.values())
        if self._more:
            what = "There are more remarks of other kinds than are listed here."
            found.append(Remark("", what, Action.IGNORED, self._more))
        return tuple(found)

    def _add(self, where: str, what: str, action: Action) -> None:
        known = self._found.get((what, action))
        if known is not None:
            self._found[what, action] = replace(known, times=known.times + 1)
        elif len(self._found) < LIMIT_REMARKS:
            self._found[what, action] = Remark(where[:_WHERE_CHARACTERS], what, action)
        else:
            self._more += 1


def shown(value: object) -> str:
    """Something from a file as it may stand in a sentence: short, on one line, printable."""
    text = str(value) if not isinstance(value, str) else value
    text = "".join(one if one.isprintable() else "?" for one in text[: _SHOWN_CHARACTERS + 1])
    return f"“{text}”" if len(text) <= _SHOWN_CHARACTERS else f"“{text[:_SHOWN_CHARACTERS]}…”"


def say_lost(report: Report, where: str, part: object, fields: Iterable[str], format: str) -> None:
    """Remark on every field that a part has and a format has no place for."""
    for name in fields:
        if getattr(part, name) not in (None, "", (), {}):
            report.ignored(where, f"{shown(name)} has no place in {format}.")
