"""Semantic conflicts: what a clean merge leaves for a person to decide.

`issues` finds everything in a menu at once; `ConflictBook` keeps the same set up to date edit by
edit; `resolve` turns a person's choice into ordinary changes. Kinds and severities are in
collab/conflicts/kinds.py, the rules in collab/conflicts/rules.py. Nothing of it is stored in the
document: the same document has the same conflicts everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from collab.conflicts.kinds import (
    Conflict,
    Facts,
    Severity,
)
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
from collab.menus.menu import Menu, Section

_NOTHING = Facts.none()
_ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFO)


def issues(
    menu: Menu, published: Mapping[str, object] | None, facts: Facts = _NOTHING
) -> list[Conflict]:
    """All conflicts of a menu, the worst first, then by key.

    published: plain JSON of the published version; None: there is none. facts: what was noticed
    while edits arrived.
    """
    before = published_of(published)
    found = [
        one for root, part in _parts(menu) for one in part_conflicts(root, part, before, facts)
    ]
    currency = currency_conflict(menu.currency, before)
    found += [] if currency is None else [currency]
    found += [unplaced_conflict(item) for item in menu.unplaced if item.place[0]]
    for section in menu.sections:
        found += _same_names(section)
    found += _untranslated(menu)
    return sorted(found, key=lambda one: (_ORDER.index(one.severity), one.key))


def blocking(conflicts: Iterable[Conflict]) -> list[Conflict]:
    """Those that keep the menu from being published."""
    return [one for one in conflicts if one.severity is Severity.ERROR]


def _parts(menu: Menu) -> Iterator[tuple[str, Part]]:
    for section in (*menu.sections, *menu.deleted_sections):
        yield "sections", section
    for item in (*menu.live_items(), *menu.deleted_items):
        yield "items", item
    for group in (*menu.modifier_groups, *menu.deleted_groups):
        yield "modgroups", group


def _same_names(section: Section) -> list[Conflict]:
    found: dict[tuple[str, str], list[str]] = {}
    for item in section.items:
        for entry in folded_names(item).items():
            found.setdefault(entry, []).append(item.id)
    return [
        names_conflict(locale, sorted(ids)) for (locale, _), ids in found.items() if len(ids) > 1
    ]


def _untranslated(menu: Menu) -> list[Conflict]:
    missing = Counter[str]()
    for _, part in _parts(menu):
        if not part.is_deleted:
            missing.update(missing_locales(part, menu.locales))
    return [translations_conflict(locale) for locale in missing]
