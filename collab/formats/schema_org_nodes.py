"""The nodes of a JSON-LD file: where its menus are, what its references refer to.

Everything comes out once, however often the file refers to it, so nothing can hold itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from collab.formats.json_tree import Node, nodes_of
from collab.formats.money import is_currency
from collab.formats.report import Report
from collab.formats.schema_org import has_type
from collab.menus.schema import is_locale

_HOLDERS = ("hasMenu", "menu", "mainEntity")


class Graph:
    """One file."""

    def __init__(self, tree: object, report: Report) -> None:
        self._tree = tree
        self._report = report
        self._by_id: dict[str, dict[str, object]] = {}
        self._currencies: Counter[str] = Counter()
        self._tags: dict[str, None] = {}  # languages of texts, in the order of the file
        self._seen: set[int] = set()  # id() of what came out; `_tree` keeps them alive
        self._index()

    def menus(self) -> Iterator[Node]:
        """At the top, in `@graph`, and under what holds menus."""
        tops = list(nodes_of(self._tree, "$", self._report))
        for top in list(tops):
            tops += top.nodes("@graph")
        for top in tops:
            for holder in _HOLDERS:
                if isinstance(top.value.get(holder), (dict, list)):
                    found = self.linked(top, holder)
                    yield from (node for node in found if has_type(node.value, "Menu"))
        for top in tops:  # a menu that somebody refers to came already
            if has_type(top.value, "Menu") and id(top.value) not in self._seen:
                yield from self._once(top)

    def linked(self, node: Node, key: str) -> Iterator[Node]:
        """The nodes at a property, each of them once in the whole file."""
        for found in node.nodes(key):
            yield from self._once(self.resolved(found))

    def resolved(self, node: Node) -> Node:
        """What a mere reference refers to, if the file has it."""
        id = node.value.get("@id")
        known = self._by_id.get(id) if len(node.value) == 1 and isinstance(id, str) else None
        return node if known is None else Node(known, node.where, self._report)

    def currency(self) -> str | None:
        """The one of most prices; of several, the first in the alphabet."""
        found = self._currencies
        return min(found, key=lambda one: (-found[one], one), default=None)

    def tags(self) -> tuple[str, ...]:
        """The languages that texts are tagged with, in the order of the file."""
        return tuple(self._tags)

    def context_languages(self) -> Iterator[object]:
        """What `@context` says about texts without a tag."""
        context = self._tree.get("@context") if isinstance(self._tree, dict) else None
        for part in context if isinstance(context, list) else [context]:
            if isinstance(part, dict):
                yield part.get("@language")

    def _index(self) -> None:
        """One walk through everything. Not recursive: a file may be deep."""
        waiting = [self._tree]
        while waiting:
            value = waiting.pop()
            if isinstance(value, list):
                waiting.extend(reversed(value))
            elif isinstance(value, dict):
                waiting.extend(reversed(value.values()))
                self._note(value)

    def _note(self, value: dict[str, object]) -> None:
        id, currency, tag = (value.get(key) for key in ("@id", "priceCurrency", "@language"))
        if isinstance(id, str) and len(value) > 1:
            self._by_id.setdefault(id, value)
        if isinstance(currency, str) and is_currency(currency):
            self._currencies[currency] += 1
        if isinstance(tag, str) and is_locale(tag):
            self._tags[tag] = None

    def _once(self, node: Node) -> Iterator[Node]:
        if id(node.value) in self._seen:
            self._report.ignored(node.where, "What stands in the menu already came again.")
            return
        self._seen.add(id(node.value))
        yield node
