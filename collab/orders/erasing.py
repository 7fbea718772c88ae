"""Taking people out of the log of orders, so that it still folds to what is stored beside it.

Rule 1: user ids become pseudonyms; what devices call themselves goes; texts that people typed
        freely (notes, seat names, a guest's reasons) become empty.
Rule 2: dishes, amounts, times and states stay, and so do the reasons that staff gave for a void, a
        comp or a forced closing: they belong to the books.
Rule 3: the state is not changed here. It is folded anew from the entries, so both always agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from collab.orders.ledger import LogEntry

Plain = dict[str, Any]
_TEXTS = ("note", "seat")  # of a line


@dataclass(frozen=True, slots=True)
class Erasure:
    """Who is taken out, and whose texts and devices."""

    names: Mapping[str, str]  # user id -> pseudonym
    is_all_texts: bool = False  # of everybody; False: of those in `texts_of`
    texts_of: frozenset[str] = frozenset()  # user ids

    def takes_texts_of(self, user_id: str) -> bool:
        """Whether what somebody typed becomes empty."""
        return self.is_all_texts or user_id in self.texts_of


def erased(entry: LogEntry, erasure: Erasure) -> LogEntry:
    """An entry without the people that an erasure names."""
    takes_texts = erasure.takes_texts_of(entry.actor_id)
    is_named = entry.actor_id in erasure.names
    return replace(
        entry,
        actor_id=erasure.names.get(entry.actor_id, entry.actor_id),
        device="" if takes_texts or is_named else entry.device,
        body=_body(entry, erasure, takes_texts),
    )


def _body(entry: LogEntry, erasure: Erasure, takes_texts: bool) -> Plain:
    body: Plain = dict(entry.body)
    names = erasure.names
    match entry.type:
        case "order.opened":
            body["staff"] = [names.get(user, user) for user in body["staff"]]
        case "staff.assigned" | "staff.unassigned":
            body["user"] = names.get(body["user"], body["user"])
        case "line.added" | "line.changed":
            body["line"] = _line(body["line"], erasure, takes_texts)
        case "note.added" if takes_texts:
            body["text"] = ""
        case "line.void_asked" if takes_texts:
            body["reason"] = ""
        case "item.86" | "item.un86" | "stock.set" | "stock.counted":
            body["entry"] = _stock_entry(body["entry"], names)
    return body


def _line(line: Plain, erasure: Erasure, takes_texts: bool) -> Plain:
    """What has its default value is left out of a line (collab/orders/plain.py)."""
    author = line.get("added_by", "")
    kept = dict(line)
    if author:
        kept["added_by"] = erasure.names.get(author, author)
    if takes_texts or erasure.takes_texts_of(author):
        for name in _TEXTS:
            kept.pop(name, None)
    return kept


def _stock_entry(entry: Plain | None, names: Mapping[str, str]) -> Plain | None:
    if entry is None or "by" not in entry:
        return entry
    return {**entry, "by": names.get(entry["by"], entry["by"])}
