"""The objects of a Square-like catalog, sorted by type.

Rule 1: an id is given once in the whole catalog; whoever comes second with it is left out.
Rule 2: what is deleted in the catalog is left out; importing never deletes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from collab.errors import StructureRefused
from collab.formats.json_tree import Node, nodes_of
from collab.formats.money import is_currency
from collab.formats.report import Report, shown

_LISTS = ("objects", "related_objects")
_DATA = {
    "CATEGORY": "category_data",
    "ITEM": "item_data",
    "ITEM_VARIATION": "item_variation_data",
    "MODIFIER_LIST": "modifier_list_data",
    "MODIFIER": "modifier_data",
    "TAX": "tax_data",
}
# What the catalog keeps about itself: it says nothing about a dish.
_BOOKKEEPING = ("version", "updated_at", "created_at", "present_at_all_locations")


@dataclass(frozen=True, slots=True)
class CatalogObject:
    """One object: its id ("" when it stands within another and has none), itself and its data."""

    id: str
    outer: Node
    data: Node

    def finish(self) -> None:
        """Report what nobody asked for, here and in the data."""
        self.outer.known(*_BOOKKEEPING)
        self.outer.finish()
        self.data.finish()


class Catalog:
    """All objects of a file. Raises StructureRefused when it is no catalog."""

    def __init__(self, tree: object, report: Report) -> None:
        self._tree = tree
        self._report = report
        self._ids: set[str] = set()
        self._objects: dict[str, list[CatalogObject]] = {type: [] for type in _DATA}
        for node in _tops(tree, report):
            type = node.text("type") or ""
            if type not in _DATA:
                what = f"Objects of type {shown(type)} are not understood."
                report.ignored(node.where, what)
                continue
            found = self._object(node, type)
            if found is not None and found.id:
                self._objects[type].append(found)
            elif found is not None:
                report.refused(node.where, "An object without an id was left out.")

    def of_type(self, type: str) -> list[CatalogObject]:
        """The objects of a type, in the order of the file."""
        return self._objects[type]

    def by_owner(self, type: str, key: str) -> dict[str, list[CatalogObject]]:
        """Objects that name their owner at `key`, instead of standing in it."""
        found: dict[str, list[CatalogObject]] = {}
        for one in self._objects[type]:
            found.setdefault(one.data.text(key) or "", []).append(one)
        return found

    def within(self, owner: CatalogObject, key: str, type: str) -> list[CatalogObject]:
        """The objects that stand in another one."""
        found = [self._object(node, type) for node in owner.data.nodes(key)]
        return [one for one in found if one is not None]

    def currency(self) -> str | None:
        """The one of most prices; of several, the first in the alphabet."""
        found: Counter[str] = Counter()
        waiting = [self._tree]  # not recursive: a file may be deep
        while waiting:
            value = waiting.pop()
            if isinstance(value, list):
                waiting.extend(value)
            elif isinstance(value, dict):
                waiting.extend(value.values())
                money = value.get("price_money")
                currency = money.get("currency") if isinstance(money, dict) else None
                if isinstance(currency, str) and is_currency(currency):
                    found[currency] += 1
        return min(found, key=lambda one: (-found[one], one), default=None)

    def _object(self, outer: Node, type: str) -> CatalogObject | None:
        id = outer.text("id") or ""
        outer.known("type")
        if outer.flag("is_deleted"):
            self._report.ignored(outer.where, "An object that is deleted there was left out.")
            return None
        data = outer.node(_DATA[type])
        if data is None:
            self._report.refused(outer.where, "An object without its data was left out.")
            return None
        if id in self._ids:
            self._report.refused(outer.where, "An object whose id came already was left out.")
            return None
        self._ids.update({id} if id else ())
        return CatalogObject(id, outer, data)


def _tops(tree: object, report: Report) -> Iterator[Node]:
    if isinstance(tree, list):
        yield from nodes_of(tree, "$", report)
    elif isinstance(tree, dict) and any(name in tree for name in _LISTS):
        top = Node(tree, "$", report)
        for name in _LISTS:
            yield from top.nodes(name)
        top.known("cursor", "errors", "latest_time")
        top.finish()
    else:
        raise StructureRefused(
            "This file is no catalog: it has no objects.", reason="unusable_file"
        )
