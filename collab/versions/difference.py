"""What differs between two versions of a menu, said as people say it.

Rule 1: sections, items and groups are the same when their ids are. One is added, removed, moved to
        another section, put elsewhere in its list, or some of its fields changed.
Rule 2: fields are called as in the history and in conflicts: "price", "name:de",
        "allergen:Sesam", "var:large:price". So what is shown here can be restored by its name.
Rule 3: of a list in another order, the fewest that explain it were put elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from collab.menus.order_keys import keys, rearranged

Plain = Mapping[str, Any]  # plain JSON


class PartChange(StrEnum):
    """What happened to a section, an item or a group."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"  # it is in both


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field that reads differently; None: it is not there."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class PartDifference:
    """One section, item or group that differs."""

    root: str  # "sections", "items" or "modgroups"
    id: str
    name: str  # in the default language, to be shown
    change: PartChange
    # Section ids of an item before and after, when they differ; "" is unplaced.
    moved_from: str | None = None
    moved_to: str | None = None
    is_reordered: bool = False  # it has another place in the same list
    fields: tuple[FieldDifference, ...] = ()  # of a part that is in both


@dataclass(frozen=True, slots=True)
class MenuDifference:
    """Everything that differs; empty when both read the same."""

    settings: tuple[FieldDifference, ...] = ()  # currency, languages, legend
    sections: tuple[PartDifference, ...] = ()
    items: tuple[PartDifference, ...] = ()
    groups: tuple[PartDifference, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.settings or self.sections or self.items or self.groups)


def difference(before: Plain, after: Plain) -> MenuDifference:
    """What has to be done to `before` to get `after`. Both: plain menu JSON with ids."""
    old, new = _Menu(before), _Menu(after)
    return MenuDifference(
        settings=tuple(_fields(old.settings(), new.settings())),
        sections=tuple(_parts("sections", old, new)),
        items=tuple(_parts("items", old, new)),
        groups=tuple(_parts("modgroups", old, new)),
    )


class _Menu:
    """Plain JSON by root and id."""

    def __init__(self, plain: Plain) -> None:
        self.plain = plain
        self.locale = str(plain.get("locale"))
        sections = plain.get("sections") or []
        placed = {str(section["id"]): section.get("items") or [] for section in sections}
        placed[""] = plain.get("unplaced") or []
        self.parts: dict[str, dict[str, Plain]] = {
            "sections": {str(one["id"]): one for one in sections},
            "items": {str(one["id"]): one for items in placed.values() for one in items},
            "modgroups": {str(one["id"]): one for one in plain.get("modifiers") or []},
        }
        self.section_of = {str(one["id"]): id for id, items in placed.items() for one in items}
        self.lists: dict[str, list[list[str]]] = {
            "sections": [list(self.parts["sections"])],
            "items": [[str(one["id"]) for one in items] for items in placed.values()],
            "modgroups": [],  # they come by id
        }

    def settings(self) -> dict[str, object]:
        plain = self.plain
        settings: dict[str, object] = {
            "currency": plain.get("currency"),
            "default_locale": plain.get("locale"),
            "locales": plain.get("locales") or [],
            "source": plain.get("source"),
        }
        for kind, signs in (plain.get("legend") or {}).items():
            settings.update({f"legend:{kind}:{label}": sign for label, sign in signs.items()})
        return settings

    def fields(self, root: str, id: str) -> dict[str, object]:
        part = self.parts[root][id]
        match root:
            case "sections":
                found = self._section(part)
            case "items":
                found = self._item(part)
            case _:
                found = {"min": part.get("min"), "max": part.get("max")}
                found |= self._texts("name", part.get("name"))
                found |= self._choices("opt", part.get("options"))
        return {field: value for field, value in found.items() if value not in (None, "", [])}

    def name(self, root: str, id: str) -> str:
        texts = self._texts("name", self.parts[root][id].get("name"))
        return str(texts.get(f"name:{self.locale}") or next(iter(texts.values()), ""))

    def _section(self, part: Plain) -> dict[str, object]:
        found: dict[str, object] = {
            "hours": part.get("available_at"),
            "station": part.get("station"),
        }
        found |= self._texts("name", part.get("name"))
        return found | self._texts("desc", part.get("description"))

    def _item(self, part: Plain) -> dict[str, object]:
        found: dict[str, object] = {
            register: part.get(key) for key, register in _ITEM_REGISTERS.items()
        }
        found |= self._texts("name", part.get("name"))
        found |= self._texts("desc", part.get("description"))
        for key, family, value in _ITEM_CODES:
            found |= {f"{family}:{code}": value for code in part.get(key) or ()}
        modifiers = [str(id) for id in part.get("modifiers") or ()]
        found |= {f"mod:{id}": True for id in modifiers}
        return found | self._choices("var", part.get("variations"))

    def _choices(self, family: str, choices: Iterable[Plain] | None) -> dict[str, object]:
        found: dict[str, object] = {}
        for one in choices or ():
            start = f"{family}:{one['id']}:"
            found[f"{start}price"] = one.get("price")
            found |= self._texts(f"{start}name", one.get("name"))
        return found

    def _texts(self, field: str, text: object) -> dict[str, object]:
        if isinstance(text, str):
            return {f"{field}:{self.locale}": text} if text else {}
        texts = text if isinstance(text, dict) else {}
        return {f"{field}:{locale}": texts[locale] for locale in texts}


# Keys of plain JSON -> the registers that they come from.
_ITEM_REGISTERS: Mapping[str, str] = {
    "price": "price",
    "spiciness": "spice",
    "tax": "tax",
    "station": "station",
    "preparation_seconds": "prep_s",
    "kcal": "kcal",
    "alcohol": "abv",
    "photo": "photo",
    "hidden": "hidden",
    "note": "note",
}
_ITEM_CODES: Sequence[tuple[str, str, object]] = (
    ("allergens", "allergen", "contains"),
    ("may_contain", "allergen", "may"),
    ("additives", "additive", True),
    ("traits", "tag", True),
    ("diets", "diet", True),
)
# Lists inside of a part, of which the order counts: key -> (root, how its order is called).
_ORDERED: Mapping[str, tuple[str, str]] = {
    "variations": ("items", "var:order"),
    "modifiers": ("items", "mod:order"),
    "options": ("modgroups", "opt:order"),
}


def _parts(root: str, old: _Menu, new: _Menu) -> Iterator[PartDifference]:
    """Removed ones first, then as they come in the new menu."""
    before, after = old.parts[root], new.parts[root]
    for id in before:
        if id not in after:
            yield PartDifference(root, id, old.name(root, id), PartChange.REMOVED)
    reordered = _reordered(root, old, new)
    for id in after:
        if id not in before:
            yield PartDifference(root, id, new.name(root, id), PartChange.ADDED)
            continue
        fields = (
            *_fields(old.fields(root, id), new.fields(root, id)),
            *_orders(root, before[id], after[id]),
        )
        place = (old.section_of[id], new.section_of[id]) if root == "items" else ("", "")
        is_moved = place[0] != place[1]
        if not (fields or is_moved or id in reordered):
            continue
        yield PartDifference(
            root,
            id,
            new.name(root, id),
            PartChange.CHANGED,
            place[0] if is_moved else None,
            place[1] if is_moved else None,
            id in reordered,
            fields,
        )


def _fields(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[FieldDifference]:
    for field in sorted(before.keys() | after.keys()):
        was, now = before.get(field), after.get(field)
        if was != now:
            yield FieldDifference(field, was, now)


def _orders(root: str, before: Plain, after: Plain) -> Iterator[FieldDifference]:
    for key, (owner, field) in _ORDERED.items():
        if owner != root:
            continue
        was, now = (
            [str(one["id"]) if isinstance(one, dict) else str(one) for one in part.get(key) or ()]
            for part in (before, after)
        )
        if _out_of_order(was, now):
            yield FieldDifference(field, was, now)


def _reordered(root: str, old: _Menu, new: _Menu) -> set[str]:
    """Ids of what has another place among those that stayed in its list."""
    before = [id for ids in old.lists[root] for id in ids]
    places = {id: number for number, id in enumerate(before)}
    found: set[str] = set()
    for ids in new.lists[root]:
        stayed = [id for id in ids if id in places and _stayed(root, id, old, new)]
        found |= _out_of_order(sorted(stayed, key=places.__getitem__), stayed)
    return found


def _stayed(root: str, id: str, old: _Menu, new: _Menu) -> bool:
    return root != "items" or old.section_of[id] == new.section_of[id]


def _out_of_order(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The fewest ids that have to be put elsewhere; what is in one list only does not count."""
    common = [id for id in before if id in set(after)]
    wanted = [id for id in after if id in set(common)]
    return set(rearranged(wanted, dict(zip(common, keys(len(common)), strict=True))))
