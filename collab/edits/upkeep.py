"""What the server alone does to keep a menu in order: new languages, short order keys."""

from __future__ import annotations

from collections.abc import Mapping

from collab.edits.changes import Change
from collab.edits.draft import Draft
from collab.menus.menu import Menu
from collab.menus.order_keys import keys
from collab.menus.plain_menu import check_locale
from collab.menus.schema import GROUPS, ITEMS, SECTIONS

REBALANCE_FROM_CHARACTERS = 40


def plan_locale(menu: Menu, locale: str) -> list[Change]:
    """A further language, with empty texts for every part, also for the deleted ones.

    Empty when the menu has it already. Raises StructureRefused when it is no language tag.
    """
    check_locale(locale)
    draft = Draft(menu)
    draft.add_locales((locale,))
    return draft.changes


def plan_rebalance(menu: Menu) -> list[Change]:
    """Short keys for every list in which one has grown longer than 40 characters.

    Inserting at the same place again and again makes keys longer by a character every few times.
    Clients never do this: two that do it at once would mix two orders.
    """
    draft = Draft(menu)
    for id, key in _shorter({one.id: one.order_key for one in menu.sections}).items():
        draft.set(SECTIONS, id, "pos", key)
    for section in menu.sections:
        for id, key in _shorter({one.id: one.place[1] for one in section.items}).items():
            draft.set(ITEMS, id, "loc", [section.id, key])
    for item in menu.live_items():
        for id, key in _shorter(item.modifier_keys).items():
            draft.set(ITEMS, item.id, f"mod:{id}", key)
        for id, key in _shorter({one.id: one.order_key for one in item.variations}).items():
            draft.set(ITEMS, item.id, f"var:{id}:pos", key)
    for group in menu.modifier_groups:
        for id, key in _shorter({one.id: one.order_key for one in group.options}).items():
            draft.set(GROUPS, group.id, f"opt:{id}:pos", key)
    return draft.changes


def _shorter(known: Mapping[str, str]) -> dict[str, str]:
    """known: id -> key, in order. Returns the keys that change."""
    if all(len(key) <= REBALANCE_FROM_CHARACTERS for key in known.values()):
        return {}
    new = zip(known, keys(len(known)), strict=True)
    return {id: key for id, key in new if known[id] != key}
