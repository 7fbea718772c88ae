"""The conflicts of one menu, kept up to date edit by edit.

Rule 1: at every moment the book holds what `collab.conflicts.issues` would find; the work of a
        refresh grows with what was touched, not with the menu.
Rule 2: conflicts lie in slots: one for each part, one for each item that may be unplaced, one for
        each name in a section, one for each locale. A touched part makes some slots dirty; these
        are emptied, all of them, and only then filled again: a conflict may wander from one slot
        to another and keep its key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from collab.conflicts.kinds import Conflict, Facts
from collab.conflicts.rules import (
    Part,
    currency_conflict,
    folded_names,
    missing_locales,
    names_conflict,
    part_conflicts,
    published_of,
    translations_conflict,
    unplaced_conflict,
)
from collab.menus.menu import Item, Parts
from collab.menus.reading import assemble

K = TypeVar("K")
Slot = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """What one refresh changed."""

    opened: tuple[Conflict, ...] = ()
    changed: tuple[Conflict, ...] = ()  # the same key, other candidates
    closed: tuple[Conflict, ...] = ()  # as they stood last

    def __bool__(self) -> bool:
        return bool(self.opened or self.changed or self.closed)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What the book remembers of a part, to take it back."""

    section: str | None = None  # of an item that is not deleted
    names: frozenset[tuple[str, str]] = frozenset()  # (locale, folded name)
    missing: frozenset[str] = frozenset()  # locales


@dataclass(slots=True)
class _Index:
    """What depends on more than one part."""

    entries: dict[tuple[str, str], _Entry] = field(default_factory=dict)
    live_sections: set[str] = field(default_factory=set)
    members: dict[str, set[str]] = field(default_factory=dict)  # section id -> item ids
    named: dict[Slot, set[str]] = field(default_factory=dict)  # slot of a name -> item ids
    missing: Counter[str] = field(default_factory=Counter)  # locale -> parts that lack a text


class ConflictBook:
    """The conflicts of one menu.

    parts: the menu as read. published: plain JSON of the published version; None: there is none.
    facts: what was noticed so far.
    """

    def __init__(self, parts: Parts, published: Mapping[str, object] | None, facts: Facts) -> None:
        self._conflicts: dict[str, Conflict] = {}
        self._published = published_of(published)
        self._fill_all(parts, facts)

    @property
    def conflicts(self) -> Mapping[str, Conflict]:
        """All that stand, by key."""
        return MappingProxyType(self._conflicts)

    def refresh(self, parts: Parts, touched: Collection[tuple[str, str]], facts: Facts) -> Delta:
        """Look at what was touched.

        parts: the menu as it is now. touched: (root, part id) of everything that was edited,
        created, or has other facts than before; ("meta", "") for the menu itself.
        """
        before = _Watch(self._conflicts)
        if any(root == "meta" for root, _ in touched) and _settings(parts) != self._settings:
            old = dict(self._conflicts)
            self._fill_all(parts, facts)
            return _difference(old, self._conflicts)
        dirty: set[Slot] = set()
        for key in touched:
            if key[0] != "meta":
                dirty |= self._reindex(parts, key)
        self._refill(parts, facts, dirty, before)
        return _difference(before.old, before.standing())

    def republish(
        self, parts: Parts, published: Mapping[str, object] | None, facts: Facts
    ) -> Delta:
        """Compare with another published version."""
        old = dict(self._conflicts)
        self._published = published_of(published)
        self._fill_all(parts, facts)
        return _difference(old, self._conflicts)

    def _fill_all(self, parts: Parts, facts: Facts) -> None:
        self._settings = _settings(parts)
        self._index = _Index()
        self._slots: dict[Slot, tuple[Conflict, ...]] = {}
        self._conflicts.clear()
        dirty: set[Slot] = {("currency",)}
        for root in ("sections", "items", "modgroups"):
            for id in _parts_of(parts, root):
                dirty |= self._reindex(parts, (root, id))
        self._refill(parts, facts, dirty, _Watch(self._conflicts))

    def _reindex(self, parts: Parts, key: tuple[str, str]) -> set[Slot]:
        """Bring the index up to date with one part; returns the slots that may change."""
        root, id = key
        part = _parts_of(parts, root).get(id)
        dirty: set[Slot] = {("part", root, id)}
        if root == "sections":
            dirty |= self._flip_section(id, part is not None and not part.is_deleted)
        old = self._index.entries.pop(key, _Entry())
        new = self._entry(part)
        if new is not None:
            self._index.entries[key] = new
        dirty |= self._replace(id, old, new or _Entry(), is_item=root == "items")
        return dirty

    def _entry(self, part: Part | None) -> _Entry | None:
        if part is None or part.is_deleted:
            return None
        missing = missing_locales(part, self._settings[1])
        if not isinstance(part, Item):
            return _Entry(missing=missing)
        return _Entry(part.place[0], frozenset(folded_names(part).items()), missing)

    def _replace(self, id: str, old: _Entry, new: _Entry, *, is_item: bool) -> set[Slot]:
        index = self._index
        dirty: set[Slot] = {("locale", one) for one in old.missing ^ new.missing}
        index.missing.subtract(old.missing - new.missing)
        index.missing.update(new.missing - old.missing)
        if not is_item:
            return dirty
        dirty.add(("unplaced", id))
        for section, names, is_there in (
            (old.section, old.names, False),
            (new.section, new.names, True),
        ):
            if section is None:
                continue
            _put(index.members, section, id, is_there)
            for locale, name in names:
                slot = ("names", section, locale, name)
                _put(index.named, slot, id, is_there)
                dirty.add(slot)
        return dirty

    def _flip_section(self, id: str, is_live: bool) -> set[Slot]:
        index = self._index
        if is_live == (id in index.live_sections):
            return set()
        if is_live:
            index.live_sections.add(id)
        else:
            index.live_sections.discard(id)
        dirty: set[Slot] = set()
        for item in index.members.get(id, ()):
            dirty.add(("unplaced", item))
            names = index.entries["items", item].names
            dirty |= {("names", id, locale, name) for locale, name in names}
        return dirty

    def _refill(self, parts: Parts, facts: Facts, dirty: set[Slot], before: _Watch) -> None:
        for slot in dirty:
            for one in self._slots.pop(slot, ()):
                before.note(one.key)
                del self._conflicts[one.key]
        for slot in dirty:
            found = tuple(self._judge(slot, parts, facts))
            if found:
                self._slots[slot] = found
            for one in found:
                before.note(one.key)
                self._conflicts[one.key] = one

    def _judge(self, slot: Slot, parts: Parts, facts: Facts) -> Iterable[Conflict]:
        index = self._index
        match slot:
            case ("part", root, id):
                part = _parts_of(parts, root).get(id)
                return () if part is None else part_conflicts(root, part, self._published, facts)
            case ("unplaced", id):
                section = index.entries.get(("items", id), _Entry()).section
                if not section or section in index.live_sections:
                    return ()
                return (unplaced_conflict(parts.items[id]),)
            case ("names", section, locale, _):
                ids = index.named.get(slot, set())
                is_shared = section in index.live_sections and len(ids) > 1
                return (names_conflict(locale, sorted(ids)),) if is_shared else ()
            case ("locale", locale):
                return (translations_conflict(locale),) if index.missing[locale] > 0 else ()
            case _:
                found = currency_conflict(self._settings[0], self._published)
                return () if found is None else (found,)


class _Watch:
    """What the conflicts that a refresh meets were before it."""

    def __init__(self, conflicts: dict[str, Conflict]) -> None:
        self.old: dict[str, Conflict] = {}
        self._conflicts = conflicts
        self._met: set[str] = set()

    def note(self, key: str) -> None:
        """Remember how the key stands, the first time that it is met."""
        if key not in self._met:
            self._met.add(key)
            if key in self._conflicts:
                self.old[key] = self._conflicts[key]

    def standing(self) -> dict[str, Conflict]:
        """The same keys as they stand now."""
        return {key: self._conflicts[key] for key in self._met if key in self._conflicts}


def _difference(old: Mapping[str, Conflict], new: Mapping[str, Conflict]) -> Delta:
    return Delta(
        opened=tuple(new[key] for key in sorted(new.keys() - old.keys())),
        changed=tuple(new[key] for key in sorted(new.keys() & old.keys()) if new[key] != old[key]),
        closed=tuple(old[key] for key in sorted(old.keys() - new.keys())),
    )


def _settings(parts: Parts) -> tuple[str, tuple[str, ...]]:
    """(currency, locales) of a menu."""
    bare = assemble(Parts(parts.meta, {}, {}, {}))
    return bare.currency, bare.locales


def _parts_of(parts: Parts, root: str) -> Mapping[str, Part]:
    found: Mapping[str, Mapping[str, Part]] = {
        "sections": parts.sections,
        "items": parts.items,
        "modgroups": parts.groups,
    }
    return found.get(root, {})


def _put(index: dict[K, set[str]], key: K, id: str, is_there: bool) -> None:
    if is_there:
        index.setdefault(key, set()).add(id)
        return
    index[key].discard(id)
    if not index[key]:
        del index[key]
