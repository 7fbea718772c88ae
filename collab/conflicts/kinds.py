"""What can be wrong with a menu after a clean merge: the kinds, and how bad each is.

Rule 1: one table, SEVERITIES, says how bad a kind is. An ERROR keeps a menu from being published,
        a WARNING is shown before, an INFO is told once.
Rule 2: the key of a conflict is `kind/root/part id/field`. The browser makes the same keys from the
        same rules (tests/vectors/conflicts.json), so both sides speak of the same conflict.
Published dishes in open orders are judged where the orders are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a conflict is."""

    ERROR = "error"  # nothing is published while it stands
    WARNING = "warning"
    INFO = "info"


class ConflictKind(StrEnum):
    """What a conflict is about."""

    PRICES = "prices"  # two wrote a price and had not seen each other's
    ALLERGENS = "allergens"  # the same for an allergen; the strictest is shown
    DIETS = "diets"
    DELETED = "deleted"  # deleted by one, edited or restored by another
    UNPLACED = "unplaced"  # the section of the item is deleted or unknown
    MOVES = "moves"  # two moved the same item
    DOUBLE_REPLACE = "double_replace"  # two replaced the same text; it holds both now
    STALE = "stale"  # a quiet field was written without knowing of a much later or earlier value
    NAMES = "names"  # two items of one section have the same name
    PRICE_MISSING = "price_missing"
    PRICE_NEGATIVE = "price_negative"
    PRICE_FREE = "price_free"  # 0, and not published as 0 before
    PRICE_JUMP = "price_jump"  # more than ten times what is published, or less than a tenth
    MONEY = "money"  # a price that is no whole number of minor units
    CURRENCY = "currency"  # another one than the published menu has
    CHOICE_RANGE = "choice_range"  # a modifier group asks for more options than it allows
    CHOICE_MISSING = "choice_missing"  # ... or for more than it has left
    VARIATIONS = "variations"  # all variations are deleted, and the item has no price of its own
    TRANSLATIONS = "translations"  # texts are missing in a locale; guests see the default one


SEVERITIES: Mapping[ConflictKind, Severity] = {
    ConflictKind.PRICES: Severity.ERROR,
    ConflictKind.ALLERGENS: Severity.ERROR,
    ConflictKind.DIETS: Severity.WARNING,
    ConflictKind.DELETED: Severity.WARNING,
    ConflictKind.UNPLACED: Severity.WARNING,
    ConflictKind.MOVES: Severity.INFO,
    ConflictKind.DOUBLE_REPLACE: Severity.WARNING,
    ConflictKind.STALE: Severity.INFO,
    ConflictKind.NAMES: Severity.WARNING,
    ConflictKind.PRICE_MISSING: Severity.ERROR,
    ConflictKind.PRICE_NEGATIVE: Severity.ERROR,
    ConflictKind.PRICE_FREE: Severity.WARNING,
    ConflictKind.PRICE_JUMP: Severity.WARNING,
    ConflictKind.MONEY: Severity.ERROR,
    ConflictKind.CURRENCY: Severity.ERROR,
    ConflictKind.CHOICE_RANGE: Severity.ERROR,
    ConflictKind.CHOICE_MISSING: Severity.ERROR,
    ConflictKind.VARIATIONS: Severity.ERROR,
    ConflictKind.TRANSLATIONS: Severity.WARNING,
}


@dataclass(frozen=True, slots=True)
class TextClash:
    """A text that two people replaced at once.

    The document does not show it; whoever sees both edits arrive notices it, and forgets it as
    soon as somebody edits that text again.
    """

    root: str
    part_id: str
    field: str  # "name:de"
    candidates: tuple[Mapping[str, object], ...]  # the two texts, and who wrote them when


@dataclass(frozen=True, slots=True)
class TextEdit:
    """The last edit of any text of a part: texts, unlike registers, do not say who wrote them."""

    user_id: str
    ms: int  # milliseconds since 1970


@dataclass(frozen=True, slots=True)
class Facts:
    """What was noticed while edits arrived, and cannot be read from the document."""

    text_edits: Mapping[tuple[str, str], TextEdit]  # (root, part id) -> ...
    clashes: tuple[TextClash, ...]

    @classmethod
    def none(cls) -> Facts:
        """Nothing was noticed."""
        return cls({}, ())


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something about a menu that a person should look at."""

    key: str
    kind: ConflictKind
    severity: Severity
    root: str  # "meta", "sections", "items" or "modgroups"
    part_id: str  # "" for meta
    field: str  # "price", "var:large:price", "allergen:Sesam", "name:de", ...
    # {"value": ..., "user": ..., "ms": ..., "replica": ...}, the one that is read first.
    candidates: tuple[Mapping[str, object], ...] = ()


def conflict(
    kind: ConflictKind,
    root: str,
    part_id: str,
    field: str,
    candidates: tuple[Mapping[str, object], ...] = (),
) -> Conflict:
    """A conflict with the key and the severity that belong to it."""
    key = f"{kind}/{root}/{part_id}/{field}"
    return Conflict(key, kind, SEVERITIES[kind], root, part_id, field, candidates)
