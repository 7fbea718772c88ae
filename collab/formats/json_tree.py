"""JSON of others, walked carefully: every property that nobody asked for ends up in the report.

Rule 1: numbers are exact (`Decimal`), never floats; NaN and Infinity are refused.
Rule 2: a value of another type than expected is reported and left out, it stops nothing.
Rule 3: `Node.finish` reports what was not understood; call it when a node has been read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from collab.errors import StructureRefused, TooLarge
from collab.formats.report import Report, shown

LIMIT_FILE_BYTES = 9 * 1024 * 1024
LIMIT_DEPTH = 64
# A menu of 3,000 items has some 30,000. Walking through so many holds up others for seconds.
LIMIT_NODES = 200_000
_LISTED_PROPERTIES = 50  # of one object, that were not understood


class Node:
    """One JSON object, and where it stands in the file."""

    def __init__(self, value: Mapping[str, object], where: str, report: Report) -> None:
        self.value = value
        self.where = where
        self.report = report
        self._asked: set[str] = set()

    def get(self, key: str) -> object:
        """Whatever stands there; None when nothing does."""
        self._asked.add(key)
        return self.value.get(key)

    def text(self, key: str) -> str | None:
        """A text; None when there is none or it is something else."""
        found = self.get(key)
        if found is None or (isinstance(found, str) and is_unicode(found)):
            return found
        self.refuse(key, "is no text")
        return None

    def whole(self, key: str, limit: int) -> int | None:
        """A whole number from 0 to `limit`."""
        found = self.get(key)
        if found is None:
            return None
        if isinstance(found, Decimal) and found.is_finite() and abs(found.adjusted()) < 20:
            found = int(found) if found == int(found) else found
        if isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= limit:
            return found
        self.refuse(key, f"is no whole number from 0 to {limit}")
        return None

    def integer(self, key: str) -> int | None:
        """Any whole number."""
        found = self.get(key)
        if found is None or (isinstance(found, int) and not isinstance(found, bool)):
            return found
        self.refuse(key, "is no whole number")
        return None

    def flag(self, key: str) -> bool | None:
        """True or false."""
        found = self.get(key)
        if found is None or isinstance(found, bool):
            return found
        self.refuse(key, "is neither true nor false")
        return None

    def node(self, key: str) -> Node | None:
        """An object."""
        found = self.get(key)
        if found is None:
            return None
        if isinstance(found, dict):
            return Node(found, f"{self.where}.{key}", self.report)
        self.refuse(key, "is no object")
        return None

    def nodes(self, key: str) -> list[Node]:
        """A list of objects, or a single one."""
        return list(nodes_of(self.get(key), f"{self.where}.{key}", self.report))

    def refuse(self, key: str, problem: str) -> None:
        """Report that what stands at `key` cannot be taken."""
        self.report.refused(f"{self.where}.{key}", f"{shown(key)} {problem} and was left out.")

    def known(self, *keys: str) -> None:
        """These were understood, or say nothing that could be lost."""
        self._asked.update(keys)

    def finish(self) -> None:
        """Report every property that was not asked for."""
        unknown = [
            key
            for key, value in self.value.items()
            if key not in self._asked and value not in (None, "", [], {})
        ]
        for key in unknown[:_LISTED_PROPERTIES]:
            self.report.ignored(f"{self.where}.{key}", f"{shown(key)} is not understood.")
        if len(unknown) > _LISTED_PROPERTIES:
            self.report.ignored(self.where, "Further properties are not understood.")


def nodes_of(found: object, where: str, report: Report) -> Iterator[Node]:
    """The objects of a list, or a single object; what is none is reported."""
    if found is None:
        return
    entries = found if isinstance(found, list) else [found]
    if len(entries) > LIMIT_NODES:
        raise _too_many()
    for place, entry in enumerate(entries):
        at = f"{where}[{place}]" if isinstance(found, list) else where
        if isinstance(entry, dict):
            yield Node(entry, at, report)
        else:
            report.refused(
                at, f"{shown(where.rpartition('.')[2])} holds something else than an object."
            )


def decode_tree(content: bytes) -> object:
    """The values of a JSON file; its numbers are int or Decimal.

    Raises StructureRefused (it says where it is broken), TooLarge.
    """
    if len(content) > LIMIT_FILE_BYTES:
        raise TooLarge(f"A file has at most {LIMIT_FILE_BYTES} bytes.", reason="file_too_large")
    if content.count(b"{") + content.count(b"[") > LIMIT_NODES:
        raise _too_many()
    try:
        return json.loads(
            content.decode("utf-8-sig"), parse_float=_decimal, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError:
        raise _unusable("This JSON is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise _unusable(f"This is no JSON: line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise _unusable("This JSON is nested too deeply.") from None
    except ValueError:  # an integer of more digits than Python reads
        raise _unusable("This JSON holds a number that is far too long.") from None


def is_unicode(text: str) -> bool:
    """Whether it has no half of a surrogate pair, on which the engine panics."""
    return not any("\ud800" <= one <= "\udfff" for one in text)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent of more digits than there are
        return Decimal("Infinity")


def _refuse_constant(name: str) -> object:
    raise _unusable(f"{name} is no JSON.")


def _too_many() -> TooLarge:
    return TooLarge(f"A file has at most {LIMIT_NODES} objects and lists.", reason="file_too_large")


def _unusable(sentence: str) -> StructureRefused:
    return StructureRefused(sentence, reason="unusable_file")
