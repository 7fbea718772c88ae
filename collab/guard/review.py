"""The fields that an update touched, compared with how they stood: what changed, what goes back.

Rule 1: whatever is no field of the schema is taken out again.
Rule 2: a register is judged and set back as a whole; a text as a whole, too.
Rule 3: a part that its author may not create goes as a whole; nobody was shown it yet.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from pycrdt import Map, Text

from collab.guard.findings import Changed, MayWrite, Refused, Review
from collab.guard.register_entries import foreign_keys, misfit_of
from collab.guard.repairs import PutMeta, PutRegister, PutText, Remake, Remove, Repair
from collab.guard.rights import text_field
from collab.guard.standing import Part, Standing
from collab.guard.structure import Resolved, Slot
from collab.menus.menu import Item, ModifierGroup, Section
from collab.menus.registers import Candidate, normal, read_registers, register_name
from collab.menus.schema import (
    GROUPS,
    ITEMS,
    META,
    NAME,
    NOTE,
    SECTIONS,
    TEXT_LIMIT_CHARACTERS,
    TEXT_MAPS,
    is_id,
)

_TEXT_CONTENT = frozenset({1, 4, 6})  # Deleted, String, Format (which no menu shows)


def review(
    standing: Standing, resolved: Resolved, touched: Collection[Slot], may_write: MayWrite | None
) -> Review:
    """Look at the touched slots; brings `standing` up to date, but for what goes back.

    may_write: None for the server's own edits, of which nothing is refused.
    """
    walk = _Walk(standing, resolved, may_write)
    by_part: dict[tuple[str, str], set[Slot]] = {}
    for slot in touched:
        standing.forget(slot)
        if slot.path[0] == META:
            walk.review_meta(slot.path[1])
        elif len(slot.path) > 1:
            by_part.setdefault((slot.path[0], slot.path[1]), set()).add(slot)
    for (root, part_id), slots in sorted(by_part.items()):
        walk.review_part(root, part_id, slots)
    return Review(tuple(walk.changed), tuple(walk.refused), tuple(walk.repairs))


class _Walk:
    def __init__(self, standing: Standing, resolved: Resolved, may_write: MayWrite | None) -> None:
        self.changed: list[Changed] = []
        self.refused: list[Refused] = []
        self.repairs: list[Repair] = []
        self._standing = standing
        self._may_write = may_write
        self._foreign = foreign_keys(resolved)
        self._odd_texts = {
            slot.path
            for item, slot in resolved.items
            if not slot.is_entry and item[3] not in _TEXT_CONTENT
        }

    def review_meta(self, key: str) -> None:
        meta = self._standing.doc.get(META, type=Map)
        now = normal(meta.get(key))
        before = self._standing.meta.get(key)
        if _is_same(now, before) and (key in meta) == (key in self._standing.meta):
            return
        if self._may_write is None:
            self._standing.meta[key] = now
            self.changed.append(Changed(META, "", key, before, now))
            return
        self.repairs.append(PutMeta(key, before))
        why = "the settings of a menu are changed over REST, not in the document"
        self._refuse(META, "", key, ("field_forbidden", why), before)

    def review_part(self, root: str, part_id: str, slots: set[Slot]) -> None:
        fields = self._standing.fields(root, part_id)
        part = self._standing.parts[root].get(part_id)
        if fields is None:
            self._review_missing(root, part_id, part)
        elif part is None:
            self._review_new(root, part_id, fields)
        else:
            self._review_fields(root, part_id, fields, slots)

    def _review_missing(self, root: str, part_id: str, part: Part | None) -> None:
        odd = part_id in self._standing.doc.get(root, type=Map)
        if odd and self._may_write is not None:
            self.repairs.append(Remove((root,), part_id))
            why = "only sections, items and modifier groups belong here"
            self._refuse(root, part_id, "", ("bad_value", why), None)
        if part is None:
            return
        if self._may_write is None:
            del self._standing.parts[root][part_id]
        else:
            self.repairs.append(Remake(root, part))

    def _review_new(self, root: str, part_id: str, fields: Map[Any]) -> None:
        problem = self._problem(root, part_id, "")
        if problem is None and not is_id(part_id) and self._may_write is not None:
            problem = ("bad_value", "an id has 1 to 64 characters, without @ and colon")
        if problem is not None:
            self.repairs.append(Remove((root,), part_id))
            self._refuse(root, part_id, "", problem, None)
            return
        before = len(self.changed)
        self._standing.parts[root][part_id] = _EMPTY[root](part_id)
        self._review_fields(root, part_id, fields, self._standing.slots_of(root, part_id))
        del self.changed[before:]  # the part as a whole is one change
        part = self._standing.parts[root][part_id]
        self.changed.append(Changed(root, part_id, "", None, _summary(part)))

    def _review_fields(self, root: str, part_id: str, fields: Map[Any], slots: set[Slot]) -> None:
        registers: dict[str, set[str]] = {}
        for within in sorted({slot.path[2:] for slot in slots}):
            match within:
                case (key,):
                    register = register_name(key)
                    if register is None:
                        self._review_key(root, part_id, fields, key)
                    else:
                        registers.setdefault(register, set()).add(key)
                case (key, locale) if key in TEXT_MAPS[root]:
                    value = self._standing.text(root, part_id, key, locale)
                    self._review_locale(root, part_id, key, locale, value)
                case _:
                    pass  # the part itself, or inside of something odd that goes as a whole
        for register, keys in registers.items():
            self._review_register(root, part_id, fields, register, keys)

    def _review_key(self, root: str, part_id: str, fields: Map[Any], key: str) -> None:
        """The map of a text, the note, or something odd."""
        value = fields.get(key)
        if key not in fields or (key in TEXT_MAPS[root] and isinstance(value, Map)):
            return
        if root == ITEMS and key == NOTE and isinstance(value, Text):
            self._review_text(root, part_id, NOTE, "", value)
        elif self._may_write is not None:
            self.repairs.append(Remove((root, part_id), key))
            why = "this field does not belong here"
            self._refuse(root, part_id, key, ("unknown_field", why), None)

    def _review_locale(self, root: str, part_id: str, key: str, locale: str, value: object) -> None:
        part = self._standing.parts[root][part_id]
        is_known = _text(part, key, locale) is not None
        is_fit = isinstance(value, Text) and (is_known or self._is_enabled(locale))
        if isinstance(value, Text) and (is_fit or self._may_write is None):
            self._review_text(root, part_id, key, locale, value)
        elif self._may_write is not None and self._holds(root, part_id, key, locale):
            self.repairs.append(Remove((root, part_id, key), locale))
            why = "the language has to be added to the menu first"
            self._refuse(root, part_id, text_field(key, locale), ("unknown_locale", why), None)

    def _review_text(self, root: str, part_id: str, key: str, locale: str, value: Text) -> None:
        part = self._standing.parts[root][part_id]
        path = (root, part_id, key, locale) if locale else (root, part_id, key)
        field = text_field(key, locale)
        now, before = str(value), _text(part, key, locale)
        is_odd = path in self._odd_texts and self._may_write is not None
        if now == before and not is_odd:
            return
        problem: tuple[str, str] | None = None
        if is_odd:
            problem = ("bad_value", "a text holds characters only")
        elif now != (before or ""):
            problem = self._text_problem(root, part_id, field, key, now)
        if problem is not None:
            self.repairs.append(PutText(path, before or ""))
            self._refuse(root, part_id, field, problem, before or "")
            now = before or ""
        elif now != (before or ""):
            self.changed.append(Changed(root, part_id, field, before, now))
        self._standing.parts[root][part_id] = _with_text(part, key, locale, now)

    def _text_problem(
        self, root: str, part_id: str, field: str, key: str, text: str
    ) -> tuple[str, str] | None:
        limit = TEXT_LIMIT_CHARACTERS[key]
        if self._may_write is not None and len(text) > limit:
            return "bad_value", f"it has at most {limit} characters"
        return self._problem(root, part_id, field)

    def _review_register(
        self, root: str, part_id: str, fields: Map[Any], register: str, keys: set[str]
    ) -> None:
        part = self._standing.parts[root][part_id]
        before: tuple[Candidate, ...] = part.registers.get(register, ())
        kept = [one for one in before if f"{register}@{one.replica}" not in keys]
        written = [(key, fields.get(key)) for key in sorted(keys) if key in fields]
        new = read_registers(written).get(register, ())
        now = tuple(sorted((*kept, *new), key=lambda one: (one.ms, one.replica), reverse=True))
        misfit = None if self._may_write is None else misfit_of(root, register, written)
        if now == before and misfit is None:
            return
        value = before[0].value if before else None
        problem = self._register_problem(root, part_id, register, written, misfit)
        if problem is not None:
            self.repairs.append(PutRegister((root, part_id), register, before, tuple(sorted(keys))))
            self._refuse(root, part_id, register, problem, value)
            return
        registers = {**part.registers, register: now}
        if not now:
            del registers[register]
        self._standing.parts[root][part_id] = replace(part, registers=registers)
        after = now[0].value if now else None
        is_quiet = after == value and len(now) == len(before)
        self.changed.append(Changed(root, part_id, register, value, after, is_quiet))

    def _register_problem(
        self,
        root: str,
        part_id: str,
        register: str,
        written: list[tuple[str, Any]],
        misfit: str | None,
    ) -> tuple[str, str] | None:
        if self._may_write is None:
            return None
        forbidden = self._problem(root, part_id, register)
        if forbidden is not None:
            return forbidden
        if misfit is not None:
            return "bad_value", misfit
        if any((root, part_id, key) in self._foreign for key, _ in written):
            return "foreign_replica", "this was written in the name of another device"
        return None

    def _problem(self, root: str, part_id: str, field: str) -> tuple[str, str] | None:
        return None if self._may_write is None else self._may_write(root, part_id, field)

    def _holds(self, root: str, part_id: str, key: str, inner: str) -> bool:
        """Whether a map in a part holds a key, be it null."""
        fields = self._standing.fields(root, part_id)
        within = None if fields is None else fields.get(key)
        return isinstance(within, Map) and inner in within

    def _is_enabled(self, locale: str) -> bool:
        further = self._standing.meta.get("locales")
        is_further = isinstance(further, list) and locale in further
        return is_further or locale == self._standing.meta.get("default_locale")

    def _refuse(
        self, root: str, part_id: str, field: str, problem: tuple[str, str], kept: object
    ) -> None:
        self.refused.append(Refused(root, part_id, field, *problem, kept))


_EMPTY: dict[str, Callable[[str], Part]] = {
    SECTIONS: lambda id: Section(id, {}, {}, {}),
    ITEMS: lambda id: Item(id, {}, {}, {}),
    GROUPS: lambda id: ModifierGroup(id, {}),
}


def _is_same(one: object, other: object) -> bool:
    """Whether two values are equal for JavaScript too: for Python alone, True is 1."""
    return one == other and repr(one) == repr(other)


def _text(part: Part, key: str, locale: str) -> str | None:
    """A text as it stood; None when there was none."""
    if isinstance(part, ModifierGroup):
        return None
    if key == NOTE:
        return part.note if isinstance(part, Item) else None
    return (part.name if key == NAME else part.description).get(locale)


def _with_text(part: Part, key: str, locale: str, text: str) -> Part:
    if isinstance(part, ModifierGroup):
        return part
    if key == NOTE:
        return replace(part, note=text) if isinstance(part, Item) else part
    if key == NAME:
        return replace(part, name=dict(sorted({**part.name, locale: text}.items())))
    return replace(part, description=dict(sorted({**part.description, locale: text}.items())))


def _summary(part: Part) -> dict[str, object]:
    """A new part as its history shows it."""
    texts: dict[str, object] = {} if isinstance(part, ModifierGroup) else {"name": dict(part.name)}
    values = {name: part.registers[name][0].value for name in part.registers}
    return {**texts, **values}
