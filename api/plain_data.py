"""Data from outside as both JSON and JavaScript can hold it: the last look before it goes on."""

from __future__ import annotations

import math
from collections.abc import Mapping

LARGEST_INT = 2**53  # JavaScript holds no larger ones exactly


def check_plain(value: object, depth: int) -> None:
    """Raises ValueError unless `value` is plain: null, booleans, numbers, text, lists, maps.

    depth: how far lists and maps may be nested. Numbers are finite, whole ones at most 2^53; text
    has neither lone surrogates nor NUL, which no text column of PostgreSQL takes; keys are text.
    """
    match value:
        case None | bool():
            pass
        case str():
            _check_text(value)
        case int() if abs(value) <= LARGEST_INT:
            pass
        case float() if math.isfinite(value):
            pass
        case Mapping() if depth > 0:
            for key, one in value.items():
                if not isinstance(key, str):
                    raise ValueError("Keys are text.")
                _check_text(key)
                check_plain(one, depth - 1)
        case list() if depth > 0:
            for one in value:
                check_plain(one, depth - 1)
        case int() | float():
            raise ValueError("Numbers are finite, and whole ones at most 2^53.")
        case Mapping() | list():
            raise ValueError("This is nested too deeply.")
        case _:
            raise ValueError("This is no JSON.")


def _check_text(text: str) -> None:
    if "\0" in text:
        raise ValueError("Text has no NUL characters.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValueError("Text is UTF-8.") from None
