"""The rules that find conflicts, each for one part of a menu.

Rule 1: candidates that say the same are no conflict.
Rule 2: what is deleted has no other conflict than that somebody edited it after.
Rule 3: "after" is what the clocks of the writers say. A register does not tell whether its writer
        knew of the deletion, so an edit from before it counts as seen.
Rule 4: what was published is confirmed: a price of 0 that guests see already is meant.
Rule 5: names are compared after upper, then lower case, which Python and JavaScript do alike;
        `casefold` JavaScript does not have.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from collab.conflicts.kinds import Conflict, ConflictKind, Facts, TextEdit, conflict
from collab.menus.menu import Choice, Item, ModifierGroup, Section
from collab.menus.plain_menu import PRICE_LIMIT
from collab.menus.registers import Candidate, Registers, integer_of, value_of

STALE_MS = 10 * 60 * 1000  # candidates further apart than this were written without a connection
JUMP_FACTOR = 10

Part = Section | Item | ModifierGroup
Shown = Mapping[str, object]  # one candidate as plain JSON

# The order in which a file listed codes says nothing to anybody; it only serves exports.
_SILENT = frozenset({"order"})


@dataclass(frozen=True, slots=True)
class Published:
    """What the rules need of the published version."""

    currency: str | None = None  # None: nothing is published
    # (item id, variation id or "") -> minor units.
    prices: Mapping[tuple[str, str], int] = field(default_factory=dict)


def published_of(content: Mapping[str, object] | None) -> Published:
    """The currency and the prices of plain menu JSON; None: nothing is published."""
    if content is None:
        return Published()
    prices: dict[tuple[str, str], int] = {}
    for item in _items_in(content):
        id = str(item.get("id"))
        for key, entry in [("", item), *((str(one.get("id")), one) for one in _variations(item))]:
            price = integer_of(entry.get("price"))
            if price is not None:
                prices[id, key] = price
    currency = content.get("currency")
    return Published(currency if isinstance(currency, str) else None, prices)


def part_conflicts(root: str, part: Part, published: Published, facts: Facts) -> Iterator[Conflict]:
    """All conflicts that one part has by itself."""
    edited = facts.text_edits.get((root, part.id))
    yield from _deletions(root, part, "", edited)
    if part.is_deleted:
        return
    for found in _families(part.registers):
        yield from _deletions(root, part, found, None)
    gone = tuple(start for start in _families(part.registers) if _is_gone(part.registers, start))
    for name in part.registers:
        if not name.startswith(gone):
            yield from _several_values(root, part, name)
    for clash in facts.clashes:
        if (clash.root, clash.part_id) == (root, part.id):
            yield conflict(
                ConflictKind.DOUBLE_REPLACE, root, part.id, clash.field, clash.candidates
            )
    match part:
        case Item():
            yield from _prices(part, published)
        case ModifierGroup():
            yield from _choices(part)
        case Section():
            pass


def currency_conflict(currency: str, published: Published) -> Conflict | None:
    """The menu has another currency than what is published of it."""
    if published.currency in (None, currency):
        return None
    candidates = ({"value": currency}, {"value": published.currency})
    return conflict(ConflictKind.CURRENCY, "meta", "", "currency", candidates)


def unplaced_conflict(item: Item) -> Conflict:
    """The section that the item names is deleted or unknown."""
    shown = tuple(_shown(one) for one in item.registers["loc"])
    return conflict(ConflictKind.UNPLACED, "items", item.id, "loc", shown)


def names_conflict(locale: str, item_ids: list[str]) -> Conflict:
    """Items of one section with the same name. item_ids: sorted; the first one has the key."""
    candidates = tuple({"value": id} for id in item_ids)
    return conflict(ConflictKind.NAMES, "items", item_ids[0], f"name:{locale}", candidates)


def translations_conflict(locale: str) -> Conflict:
    """Some text is missing in a locale.

    One for each locale, not for each text: a locale that is added to a menu of 1,000 texts would
    be 1,000 of them.
    """
    return conflict(ConflictKind.TRANSLATIONS, "meta", "", f"locale:{locale}")


def missing_locales(part: Part, locales: tuple[str, ...]) -> frozenset[str]:
    """The locales in which a part that is not deleted lacks a text that it should have.

    A name should be there always; everything else where some locale has it.
    """
    texts: list[Mapping[str, str]] = []
    match part:
        case Section():
            texts = [part.description]
        case Item():
            texts = [part.description, *(one.name for one in part.variations)]
        case ModifierGroup():
            texts = [one.name for one in part.options]
    wanted = [part.name, *(text for text in texts if any(text.values()))]
    return frozenset(one for one in locales if not all(text.get(one) for text in wanted))


def folded_names(item: Item) -> dict[str, str]:
    """Locale -> the name of an item in the form in which names are compared."""
    found = {locale: fold(text) for locale, text in item.name.items()}
    return {locale: text for locale, text in found.items() if text}


def fold(name: str) -> str:
    """A name without case and without spaces that nobody sees."""
    plain = unicodedata.normalize("NFC", name.upper().lower()).replace("\u00a0", " ")
    return " ".join(part for part in plain.split(" ") if part)


def _several_values(root: str, part: Part, name: str) -> Iterator[Conflict]:
    candidates = part.registers[name]
    if len(candidates) < 2 or not _disagree(candidates) or name in _SILENT:
        return
    is_stale = candidates[0].ms - min(one.ms for one in candidates) > STALE_MS
    kind = _asking_kind(name, is_stale)
    if kind is not None:
        shown = tuple(_shown(one, candidates[0].ms) for one in candidates)
        yield conflict(kind, root, part.id, name, shown)


def _asking_kind(name: str, is_stale: bool) -> ConflictKind | None:
    """What it is called when this register holds several values; None: nobody is asked."""
    if is_money(name):
        return ConflictKind.PRICES
    if name.startswith("allergen:"):
        return ConflictKind.ALLERGENS
    if name.startswith("diet:"):
        return ConflictKind.DIETS
    if name == "loc":
        return ConflictKind.MOVES
    if name == "deleted" or name.endswith(":deleted"):
        return None  # judged with what else was written
    return ConflictKind.STALE if is_stale else None


def is_money(register: str) -> bool:
    """Whether the register holds an amount: of an item, a variation or an option."""
    family = register.startswith(("var:", "opt:"))
    return register == "price" or (family and register.endswith(":price"))


def _deletions(root: str, part: Part, start: str, text_edit: TextEdit | None) -> Iterator[Conflict]:
    """Deleted by one, written by another. start: "" or, for a choice, "var:<id>:"."""
    name = f"{start}deleted"
    marks = part.registers.get(name, ())
    if _disagree(marks):
        shown = tuple(_shown(one, marks[0].ms) for one in marks)
        yield conflict(ConflictKind.DELETED, root, part.id, name, shown)
        return
    if not marks or marks[0].value is not True:
        return
    edit = _edited_after(part.registers, start, marks[0], text_edit)
    if edit is not None:
        shown = (*(_shown(one) for one in marks), edit)
        yield conflict(ConflictKind.DELETED, root, part.id, name, shown)


def _edited_after(
    registers: Registers, start: str, mark: Candidate, text_edit: TextEdit | None
) -> Shown | None:
    """The last edit by another person after the deletion."""
    late = [
        (one.ms, one.replica, name, one)
        for name, candidates in registers.items()
        if name.startswith(start) and name != f"{start}deleted"
        for one in candidates
        if one.ms > mark.ms and one.user_id != mark.user_id
    ]
    last = max(late, key=lambda entry: entry[:3], default=None)
    if text_edit is not None and text_edit.user_id != mark.user_id and text_edit.ms > mark.ms:
        if last is None or text_edit.ms >= last[0]:
            return {"field": "text", "user": text_edit.user_id, "ms": text_edit.ms}
    return None if last is None else {"field": last[2], **_shown(last[3])}


def _prices(item: Item, published: Published) -> Iterator[Conflict]:
    own = item.registers.get("price", ())
    has_own = bool(own) and own[0].value is not None
    live = item.variations
    if live:
        for one in live:
            before = published.prices.get((item.id, one.id))
            yield from _amount("items", item, f"var:{one.id}:price", before, not has_own)
    elif not has_own and any(_families(item.registers)):
        yield conflict(ConflictKind.VARIATIONS, "items", item.id, "price")
        return
    before = published.prices.get((item.id, ""))
    yield from _amount("items", item, "price", before, is_required=not live, is_spare=bool(live))


def _amount(
    root: str,
    part: Part,
    name: str,
    before: int | None,
    is_required: bool,
    is_spare: bool = False,
) -> Iterator[Conflict]:
    """One amount. before: as published. is_spare: a price that no guest is asked for."""
    shown = tuple(_shown(one) for one in part.registers.get(name, ()))
    value = value_of(part.registers, name)
    whole = integer_of(value)
    kind = None
    if value is None:
        kind = ConflictKind.PRICE_MISSING if is_required else None
    elif whole is None or whole > PRICE_LIMIT:
        kind = ConflictKind.MONEY
    elif whole < 0:
        kind = ConflictKind.PRICE_NEGATIVE
    elif is_spare:
        kind = None
    elif whole == 0:
        kind = ConflictKind.PRICE_FREE if before != 0 else None
    elif before and not before <= whole * JUMP_FACTOR <= before * JUMP_FACTOR**2:
        kind = ConflictKind.PRICE_JUMP
        shown = (*shown, {"value": before, "published": True})
    if kind is not None:
        yield conflict(kind, root, part.id, name, shown)


def _choices(group: ModifierGroup) -> Iterator[Conflict]:
    minimum, maximum, options = group.minimum, group.maximum, group.options
    if maximum is not None and minimum > maximum:
        yield conflict(ConflictKind.CHOICE_RANGE, "modgroups", group.id, "min")
    if minimum > len(options):
        yield conflict(ConflictKind.CHOICE_MISSING, "modgroups", group.id, "min")
    for option in options:
        # An option without a price costs nothing more, and one for 0 is usual.
        yield from _extra(group, option)


def _extra(group: ModifierGroup, option: Choice) -> Iterator[Conflict]:
    name = f"opt:{option.id}:price"
    yield from _amount("modgroups", group, name, None, is_required=False, is_spare=True)


def _families(registers: Registers) -> list[str]:
    """`var:<id>:` and `opt:<id>:` for each choice that the registers describe."""
    starts = {
        ":".join(name.split(":")[:2]) + ":"
        for name in registers
        if name.startswith(("var:", "opt:")) and name.count(":") >= 2
    }
    return sorted(starts)


def _is_gone(registers: Registers, start: str) -> bool:
    return value_of(registers, f"{start}deleted") is True


def _disagree(candidates: tuple[Candidate, ...]) -> bool:
    if len(candidates) < 2:
        return False
    first = _comparable(candidates[0].value)
    return any(_comparable(one.value) != first for one in candidates[1:])


def _comparable(value: object) -> str:
    # Python alone would say that True is 1.
    return json.dumps(value, sort_keys=True)


def _shown(candidate: Candidate, newest_ms: int | None = None) -> Shown:
    """A candidate as plain JSON. newest_ms: of all of them; much older ones are marked."""
    shown: dict[str, object] = {
        "value": candidate.value,
        "user": candidate.user_id,
        "ms": candidate.ms,
        "replica": candidate.replica,
    }
    if newest_ms is not None and newest_ms - candidate.ms > STALE_MS:
        shown["stale"] = True
    return shown


def _items_in(content: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    for section in _objects(content.get("sections")):
        yield from _objects(section.get("items"))
    yield from _objects(content.get("unplaced"))


def _variations(item: Mapping[str, object]) -> list[Mapping[str, object]]:
    return _objects(item.get("variations"))


def _objects(value: object) -> list[Mapping[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
