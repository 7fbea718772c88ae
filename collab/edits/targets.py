"""What a named edit is about: finding it in the draft, and finding a place beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collab.edits.draft import Draft
from collab.edits.named_edits import Spot, Target
from collab.menus.menu import Choice
from collab.menus.order_keys import key_between, rearranged
from collab.menus.schema import GROUPS, ITEMS, SECTIONS


class Impossible(Exception):
    """The edit cannot be done; says why, without a full stop."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a target turned out to be."""

    root: str
    id: str
    start: str = ""  # of register names: "var:<id>:" or "opt:<id>:"
    is_deleted: bool = False

    @property
    def kind(self) -> str:
        """What people call it."""
        kinds = {"": {SECTIONS: "section", ITEMS: "item", GROUPS: "modifier group"}}
        names = kinds.get(self.start) or {ITEMS: "variation", GROUPS: "option"}
        return names[self.root]


class Targets:
    """Finds targets in a draft. Every method raises Impossible."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    def found(self, target: Target) -> Found:
        """What it is, perhaps deleted."""
        match target:
            case Target(section=str(id), item=None, group=None, variation=None, option=None):
                return self._part(SECTIONS, id)
            case Target(section=None, item=str(id), group=None, variation=variation, option=None):
                part = self._part(ITEMS, id)
                return part if variation is None else self._choice(part, "var:", variation)
            case Target(section=None, item=None, group=str(id), variation=None, option=option):
                part = self._part(GROUPS, id)
                return part if option is None else self._choice(part, "opt:", option)
            case _:
                raise Impossible(
                    "name one section, item or group, or a variation of an item, or an option of"
                    " a group"
                )

    def living(self, target: Target) -> Found:
        """What it is; refused when it is deleted, or what it is in."""
        found = self.found(target)
        if found.is_deleted or self._draft.part(found.root, found.id).is_deleted:
            raise Impossible(f"this {found.kind} is deleted; restore it first")
        return found

    def choices(self, part: Found) -> tuple[Choice, ...]:
        """The variations of an item or the options of a group, deleted ones too."""
        if part.root == ITEMS:
            return self._draft.items[part.id].all_variations
        return self._draft.groups[part.id].all_options

    def _part(self, root: str, id: str) -> Found:
        try:
            part = self._draft.part(root, id)
        except KeyError:
            raise Impossible(f"there is no {Found(root, id).kind} {id!r}") from None
        return Found(root, id, is_deleted=part.is_deleted)

    def _choice(self, part: Found, family: str, id: str) -> Found:
        for known in self.choices(part):
            if known.id == id:
                return Found(part.root, part.id, f"{family}{id}:", known.is_deleted)
        kind = Found(part.root, part.id, f"{family}{id}:").kind
        raise Impossible(f"there is no {kind} {id!r} in this {part.kind}")


def arranged(known: Mapping[str, str], id: str, spot: Spot) -> dict[str, str]:
    """New keys that bring an id to a spot of a list. known: id -> key of what is in it."""
    others = [one for one in sorted(known, key=lambda one: (known[one], one)) if one != id]
    place = _place_in(others, spot)
    wanted = [*others[:place], id, *others[place:]]
    made = rearranged(wanted, known)
    if len(made) <= 1 and id in (made or {id: ""}):
        return made
    # Just as few keys could change another one; what was named is what moves.
    before = known[others[place - 1]] if place else None
    after = known[others[place]] if place < len(others) else None
    try:
        return {id: key_between(before, after)}
    except ValueError:
        return made


def _place_in(others: Sequence[str], spot: Spot) -> int:
    given = [one for one in (spot.before, spot.after, spot.position) if one is not None]
    if len(given) > 1:
        raise Impossible("give one of before, after and position")
    if spot.position is not None:
        if not 0 <= spot.position <= len(others):
            raise Impossible(f"position must be from 0 to {len(others)}")
        return spot.position
    named = spot.before if spot.before is not None else spot.after
    if named is None:
        return len(others)
    if named not in others:
        raise Impossible(f"there is no {named!r} beside it")
    return others.index(named) + (spot.after is not None)
