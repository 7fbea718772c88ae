"""What turns a menu into another one: deletions, moves and changed fields, as few as can be.

Rule 1: the same section, item, group, variation or option is the one with the same id; what has
        no id is new. What the target does not have is deleted, what it has and is deleted comes
        back. Nothing is ever taken out of the document.
Rule 2: of a list in another order, the fewest order keys change (longest rising subsequence).
Rule 3: of a text, only the stretch that differs; a field that reads the same is not written.
So whatever else others change meanwhile survives. Restoring an old version is this, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from collab.edits.changes import Change
from collab.edits.draft import Draft
from collab.edits.merging import legend_value
from collab.edits.shaping import Shaper
from collab.menus.menu import Menu
from collab.menus.order_keys import rearranged
from collab.menus.plain_menu import PlainItem, PlainMenu
from collab.menus.reading import in_sign_order
from collab.menus.schema import GROUPS, ITEMS, SECTIONS


def plan_target(menu: Menu, target: PlainMenu, make_id: Callable[[], str]) -> list[Change]:
    """The changes after which the menu reads as `target`; empty when it does already.

    target: a whole menu that `check_plain` let pass; None in it means "no value". make_id: a new
    random id.
    """
    draft = Draft(menu)
    draft.add_locales(target.all_locales())
    _set_meta(draft, menu, target)
    _Targeting(draft, target, make_id).run()
    return draft.changes


def _set_meta(draft: Draft, menu: Menu, target: PlainMenu) -> None:
    locales = list(target.all_locales())
    if set(locales) != set(draft.locales):  # one less: its texts stay, nobody is asked for more
        draft.set_meta("locales", locales)
    for key, now, wanted in (
        ("currency", menu.currency, target.currency),
        ("default_locale", menu.locale, target.locale),
        ("source", menu.source, target.source or None),
    ):
        if now != wanted:
            draft.set_meta(key, wanted)
    if menu.legend != target.legend:
        draft.set_meta("legend", legend_value(target.legend))


class _Targeting:
    """One walk through a target."""

    def __init__(self, draft: Draft, target: PlainMenu, make_id: Callable[[], str]) -> None:
        self._draft = draft
        self._target = target
        self._make_id = make_id
        self._given = set(target.ids())
        self._shaper = Shaper(
            draft, target.locale, in_sign_order(target.legend), self._fresh, is_complete=True
        )

    def run(self) -> None:
        self._bring_groups()
        sections = self._bring_sections()
        for section, id in zip(self._target.sections, sections, strict=True):
            self._bring_items(section.items, id)
        self._bring_unplaced(set(sections))
        wanted = {item.id for item in self._target.items()}
        self._delete(ITEMS, (one.id for one in self._draft.menu.live_items()), wanted)

    def _bring_groups(self) -> None:
        for group in self._target.modifier_groups:
            if group.id in self._draft.groups:
                self._shaper.change_group(group.id, group)
            else:
                self._shaper.new_group(group.id or self._fresh("g"), group)
        wanted = {group.id for group in self._target.modifier_groups}
        self._delete(GROUPS, (one.id for one in self._draft.menu.modifier_groups), wanted)

    def _bring_sections(self) -> list[str]:
        """Their ids, in order."""
        ids = [section.id or self._fresh("s") for section in self._target.sections]
        placed = {
            id: self._draft.sections[id].order_key for id in ids if id in self._draft.sections
        }
        moved = rearranged(ids, placed)
        for id, section in zip(ids, self._target.sections, strict=True):
            if id not in self._draft.sections:
                self._shaper.new_section(id, section, moved[id])
                continue
            self._shaper.change_section(id, section)
            if id in moved:
                self._draft.set(SECTIONS, id, "pos", moved[id])
        self._delete(SECTIONS, (one.id for one in self._draft.menu.sections), set(ids))
        return ids

    def _bring_items(self, items: Sequence[PlainItem], section_id: str) -> None:
        ids, places = self._places_of(items)
        placed = {id: key for id, (section, key) in places.items() if section == section_id}
        self._bring(ids, items, section_id, rearranged(ids, placed))

    def _bring_unplaced(self, sections: set[str]) -> None:
        """Items of no section; one whose section is deleted has its place already."""
        items = self._target.unplaced
        ids, places = self._places_of(items)
        placed = {id: key for id, (section, key) in places.items() if section not in sections}
        self._bring(ids, items, "", rearranged(ids, placed))

    def _places_of(
        self, items: Sequence[PlainItem]
    ) -> tuple[list[str], dict[str, tuple[str, str]]]:
        """The ids of items, and the places of those that are there."""
        ids = [item.id or self._fresh("i") for item in items]
        return ids, {id: self._draft.items[id].place for id in ids if id in self._draft.items}

    def _bring(
        self,
        ids: Sequence[str],
        items: Sequence[PlainItem],
        section_id: str,
        moved: Mapping[str, str],
    ) -> None:
        for id, item in zip(ids, items, strict=True):
            if id not in self._draft.items:
                self._shaper.new_item(id, item, section_id, moved[id])
                continue
            self._shaper.change_item(id, item)
            if id in moved:
                self._draft.set(ITEMS, id, "loc", [section_id, moved[id]])

    def _delete(self, root: str, there: Iterable[str], wanted: set[str | None] | set[str]) -> None:
        for id in there:
            if id not in wanted:
                self._draft.set(root, id, "deleted", True)

    def _fresh(self, kind: str) -> str:
        while True:
            id = self._make_id()
            if id not in self._given and not self._draft.has_id(id):
                return id
