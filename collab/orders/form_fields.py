"""What may stand in a field of a command: checks of single values.

A check takes the name of the field and its value, and returns the value as the form holds it.
Raises BadField for anything else. True is no number, and a float is no price.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeGuard

Check = Callable[[str, object], object]

AMOUNT_LIMIT = 1_000_000_000  # minor units: enough for a wedding in any currency
QUANTITY_LIMIT = 99
COURSE_LIMIT = 20
VERSION_LIMIT = 2**31 - 1
COUNT_LIMIT = 100_000
NOTE_LIMIT_CHARACTERS = 500
LABEL_LIMIT_CHARACTERS = 40
OPTION_LIMIT = 50
LINE_LIMIT = 200
_TIME_LIMIT_MS = 253_402_300_799_000  # the year 9999: where datetime ends

_ID = re.compile(r"[A-Za-z0-9._~-]{1,64}")
# Part ids inside a menu are free text (collab/menus/schema.py), as long as they can be shown.
_PART_ID_LIMIT = 200
_CONTROL = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff]")
TARGETS = ("item", "variation", "option")


class BadField(Exception):
    """A field is not what it has to be. The message is a sentence for people."""


def is_identifier(value: object) -> TypeGuard[str]:
    """Whether it can be an id of the server's, or one that a client draws."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def identifier(name: str, value: object) -> str:
    """An id that a client draws, or one of the server's."""
    if not is_identifier(value):
        raise BadField(f"`{name}` must be 1 to 64 letters, digits or . _ ~ -.")
    return value


def part_id(name: str, value: object) -> str:
    """The id of something on a menu."""
    if not isinstance(value, str) or not 1 <= len(value) <= _PART_ID_LIMIT or _is_odd(value):
        raise BadField(f"`{name}` must be the id of something on a menu.")
    return value


def target(name: str, value: object) -> str:
    """What can be sold out: `item:ID`, `variation:ID` or `option:ID`."""
    if isinstance(value, str):
        kind, _, id = value.partition(":")
        if kind in TARGETS and 1 <= len(id) <= _PART_ID_LIMIT and not _is_odd(id):
            return value
    raise BadField(f"`{name}` must be item:ID, variation:ID or option:ID.")


def text(limit_characters: int) -> Check:
    """A text of one line."""

    def check(name: str, value: object) -> str:
        if not isinstance(value, str) or len(value) > limit_characters or _is_odd(value):
            raise BadField(
                f"`{name}` must be a text of at most {limit_characters} characters "
                "without control characters."
            )
        return value.strip()

    return check


def needed_text(limit_characters: int) -> Check:
    """A text of one line with something in it."""
    check_text = text(limit_characters)

    def check(name: str, value: object) -> object:
        found = check_text(name, value)
        if not found:
            raise BadField(f"`{name}` must say something.")
        return found

    return check


def whole(least: int, most: int) -> Check:
    """A whole number."""

    def check(name: str, value: object) -> int:
        if type(value) is not int or not least <= value <= most:
            raise BadField(f"`{name}` must be a whole number from {least} to {most}.")
        return value

    return check


def flag(name: str, value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise BadField(f"`{name}` must be true or false.")
    return value


def moment(name: str, value: object) -> datetime:
    """Milliseconds since 1970 in UTC."""
    if type(value) is not int or not 0 <= value <= _TIME_LIMIT_MS:
        raise BadField(f"`{name}` must be a time in milliseconds since 1970.")
    return datetime.fromtimestamp(value // 1000, UTC).replace(microsecond=value % 1000 * 1000)


def maybe(check: Check) -> Check:
    """The same, or null."""

    def check_maybe(name: str, value: object) -> object:
        return None if value is None else check(name, value)

    return check_maybe


def many(check: Check, limit: int) -> Check:
    """A list of the same."""

    def check_many(name: str, value: object) -> tuple[object, ...]:
        if not isinstance(value, list | tuple) or len(value) > limit:
            raise BadField(f"`{name}` must be a list of at most {limit} entries.")
        return tuple([check(f"{name}[{place}]", one) for place, one in enumerate(value)])

    return check_many


def _is_odd(text: str) -> bool:
    """Whether it has characters that are not for people."""
    if text.isascii() and text.isprintable():
        return False
    return _CONTROL.search(text) is not None
