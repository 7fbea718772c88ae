"""What a SQLite file says about one menu, and whether its tables agree with the bytes.

`history_of` replays the log with pycrdt, update by update, and says which history that must have
made. It reads neither the server's review nor its ledger, only how registers are read.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pycrdt

from collab.conflicts.issues import issues
from collab.conflicts.kinds import Facts, TextClash, TextEdit
from collab.documents.document import MenuDocument
from collab.menus.menu import Item, Parts
from collab.menus.reading import assemble, read_parts
from collab.menus.registers import normal, value_of
from collab.updates.admission import STORED_LIMITS, read_update

ROOTS: Final = ("sections", "items", "modgroups")
TEXTS: Final = ("name", "desc")
PARTS_LIMIT: Final = 100  # ids that one `menu.changed` names

Row = Mapping[str, Any]
# root, part, field, before, after, user, session; values as JSON
Entry = tuple[str, str, str, str, str, str, str]
Place = tuple[str, str]  # root, part id


@dataclass(frozen=True, slots=True)
class MenuOnDisk:
    """The rows of one menu, all of one moment."""

    log: Sequence[Row]
    items: Sequence[Row]
    changes: Sequence[Row]
    conflicts: Sequence[Row]
    events: Sequence[Row]
    outbox: Row | None
    stream_top: int
    is_dirty: bool

    @classmethod
    def read(cls, file: Path, menu: str) -> MenuOnDisk:
        """Read them in one transaction, whether the server runs or not."""
        address = f"file:{quote(str(file))}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("BEGIN")

            def rows(statement: str, key: str = menu) -> list[Row]:
                return [dict(row) for row in connection.execute(statement, (key,))]

            of_menu = "WHERE document_id = ?"
            stream = f"menu:{menu}:events"
            assert not rows(f"SELECT 1 FROM menu_snapshots {of_menu}"), "the log was compacted"
            tops = rows("SELECT top FROM streams WHERE id = ?", stream)
            head = rows(f"SELECT top FROM heads {of_menu}")[0]["top"]
            log = rows(f"SELECT * FROM menu_updates {of_menu} ORDER BY seq")
            assert [row["seq"] for row in log] == list(range(1, head + 1))
            return cls(
                log,
                rows(f"SELECT * FROM menu_items {of_menu}"),
                rows(f"SELECT * FROM menu_changes {of_menu} ORDER BY at"),
                rows(f"SELECT * FROM menu_conflicts {of_menu}"),
                rows('SELECT * FROM stream_events WHERE stream_id = ? ORDER BY "offset"', stream),
                next(iter(rows(f"SELECT * FROM outbox {of_menu}")), None),
                tops[0]["top"] if tops else 0,
                bool(rows("SELECT projection_dirty AS it FROM menus WHERE id = ?")[0]["it"]),
            )

    def document(self) -> pycrdt.Doc[Any]:
        """The document in the log."""
        doc: pycrdt.Doc[Any] = pycrdt.Doc()
        for row in self.log:
            doc.apply_update(row["data"])
        return doc

    def parts(self) -> Parts:
        """The menu in the log, as the server's code reads it."""
        state = self.document().get_update()
        document = MenuDocument(limit_bytes=None)
        document.receive(state, read_update(state, STORED_LIMITS), answers_step1=True)
        return read_parts(document)


# -- the checks --------------------------------------------------------------------------------


def check_items(disk: MenuOnDisk, parts: Parts) -> None:
    """Raises AssertionError unless the rows say of every item what the bytes say."""
    assert not disk.is_dirty
    found = {row["item_id"]: _decoded(row, ("name", "description", "body")) for row in disk.items}
    assert found.keys() == parts.items.keys()
    for item in parts.items.values():
        wanted = _item_row(item, str(parts.meta["currency"]))
        assert {key: found[item.id][key] for key in wanted} == wanted


def check_history(disk: MenuOnDisk, lives: Iterable[int]) -> None:
    """Raises AssertionError unless the history says exactly what the log says.

    lives: the tops of the log when the server was killed.
    """
    found = Counter(
        (
            row["root"],
            row["part_id"],
            row["field"],
            _same(row["before"]),
            _same(row["after"]),
            row["user_id"],
            row["session_id"],
        )
        for row in disk.changes
    )
    wanted = history_of(disk.log, lives)
    assert not wanted - found, "the history lacks what the log has"
    assert not found - wanted, "the history tells of what the log does not have"


def check_events(disk: MenuOnDisk) -> None:
    """Raises AssertionError unless all was told, or waits to be, once and without a gap."""
    offsets = [row["offset"] for row in disk.events]
    assert offsets == list(range(1, disk.stream_top + 1))
    tellings = [_decoded(one, ("body",)) for one in disk.events if one["type"] == "menu.changed"]
    told = [(one["at"], one["body"]["parts"]) for one in tellings]
    if disk.outbox is not None:
        told.append((disk.outbox["at"], json.loads(disk.outbox["parts"])))
    for row in disk.changes:
        part = row["part_id"] or row["root"]
        assert any(
            at >= row["at"] and (part in parts or len(parts) >= PARTS_LIMIT) for at, parts in told
        ), f"nobody is told of {dict(row)}"
    ids = Counter((row["type"], json.loads(row["body"]).get("id")) for row in disk.events)
    for row in disk.conflicts:
        assert ids["conflict.opened", row["id"]] == 1
        assert ids["conflict.closed", row["id"]] == (row["closed_at"] is not None)
    known = {row["id"] for row in disk.conflicts}
    assert {id for type, id in ids if type.startswith("conflict.")} <= known


def check_conflicts(disk: MenuOnDisk, parts: Parts) -> int:
    """Raises AssertionError unless the rows are what a fresh look finds; how many stand.

    To be called when nobody edits and the server was asked for its conflicts.
    """
    rows = [_decoded(row, ("candidates",)) for row in disk.conflicts if row["closed_at"] is None]
    clashes = tuple(
        TextClash(row["root"], row["part_id"], row["field"], tuple(row["candidates"]))
        for row in rows
        if row["kind"] == "double_replace"
    )
    facts = Facts(_last_edits(disk.changes, rows), clashes)
    fresh = issues(assemble(parts), None, facts)
    wanted = {one.key: _plain([dict(shown) for shown in one.candidates]) for one in fresh}
    found = {row["key"]: _plain(row["candidates"]) for row in rows}
    assert len(found) == len(rows), "one conflict stands twice"
    for key in found.keys() | wanted.keys():
        assert found.get(key) == wanted.get(key), key
    return len(rows)


def history_of(log: Sequence[Row], lives: Iterable[int]) -> Counter[Entry]:
    """The entries that a log must have made; the first row is what the menu was created with.

    Letters of one text by one connection are one entry, as long as the server lives.
    """
    ends = sorted(lives)
    replay = Replay()
    replay.apply(log[0]["data"])
    entries: list[list[str]] = []
    texts: dict[tuple[object, ...], list[str]] = {}
    for row in log[1:]:
        life = sum(end < row["seq"] for end in ends)
        for root, part, field, before, after in replay.apply(row["data"]):
            entry = [root, part, field, before, after, row["user_id"], row["session_id"]]
            is_text = field == "note" or field.partition(":")[0] in TEXTS
            if is_text and root != "modgroups":
                known = texts.setdefault((life, *entry[:3], *entry[5:]), entry)
                known[4] = after
                if known is not entry:
                    continue
            entries.append(entry)
    return Counter((a, b, c, d, e, f, g) for a, b, c, d, e, f, g in entries)


class Replay:
    """A document that says what each update changed, field by field."""

    def __init__(self) -> None:
        self.doc: pycrdt.Doc[Any] = pycrdt.Doc()
        self._roots = {name: self.doc.get(name, type=pycrdt.Map) for name in ROOTS}
        self._known: dict[Place, dict[str, tuple[Any, int]]] = {}
        self._touched: set[Place] = set()
        self._watching = [
            root.observe_deep(self._noting(name)) for name, root in self._roots.items()
        ]

    def apply(self, update: bytes) -> list[tuple[str, str, str, str, str]]:
        """Apply one; (root, part, field, before, after) of what it changed."""
        self._touched.clear()
        self.doc.apply_update(update)
        found = []
        for root, part in sorted(self._touched):
            before, after = self._known.get((root, part)), self._read(root, part)
            self._known[root, part] = after
            if before is None:
                found.append((root, part, "", "null", _plain(_summary(root, after))))
                continue
            for field in sorted({*before, *after}):
                was, now = before.get(field, (None, 0)), after.get(field, (None, 0))
                if not _is_text(field):
                    is_changed = was != now
                else:
                    is_changed = (was[0] or "") != (now[0] or "")
                if is_changed:
                    found.append((root, part, field, _plain(was[0]), _plain(now[0])))
        return found

    def _noting(self, root: str) -> Callable[[list[Any]], None]:
        def note(events: list[Any]) -> None:
            for event in events:
                parts = event.path[:1] or event.keys.keys()
                self._touched.update((root, part) for part in parts)

        return note

    def _read(self, root: str, part: str) -> dict[str, tuple[Any, int]]:
        """Field -> (its value, how many values its register holds)."""
        fields = self._roots[root][part]
        found: dict[str, tuple[Any, int]] = {}
        registers: dict[str, list[tuple[float, str, Any]]] = {}
        for key in fields.keys():
            name, at, replica = key.rpartition("@")
            if at:
                value, _, ms = fields[key]
                registers.setdefault(name, []).append((ms, replica, normal(value)))
            elif key in TEXTS:
                for locale in fields[key].keys():
                    found[f"{key}:{locale}"] = str(fields[key][locale]), 0
            else:
                found[key] = str(fields[key]), 0
        for name, held in registers.items():
            found[name] = max(held, key=lambda one: one[:2])[2], len(held)
        return found


def _is_text(field: str) -> bool:
    return field == "note" or field.partition(":")[0] in TEXTS


def _summary(root: str, fields: Mapping[str, tuple[Any, int]]) -> dict[str, Any]:
    """A new part as its history shows it."""
    values = {name: value for name, (value, count) in fields.items() if count}
    if root == "modgroups":
        return values
    names = {name[5:]: value for name, (value, _) in fields.items() if name.startswith("name:")}
    return {"name": names, **values}


def _item_row(item: Item, currency: str) -> dict[str, Any]:
    body = {name: value_of(item.registers, name) for name in item.registers}
    return {
        "section_id": item.place[0],
        "position": item.place[1],
        "name": dict(item.name),
        "description": dict(item.description),
        "price": item.price,
        "currency": currency,
        "is_hidden": item.is_hidden,
        "is_deleted": item.is_deleted,
        "body": body | ({"note": item.note} if item.note else {}),
    }


def _last_edits(changes: Iterable[Row], conflicts: Iterable[Row]) -> dict[Place, TextEdit]:
    """The last edit of each part that registers do not tell of: of texts, or of what was deleted.

    conflicts: those that stand; one of a deletion names such an edit.
    """
    found = [
        ((row["root"], row["part_id"]), TextEdit(one["user"], one["ms"]))
        for row in conflicts
        for one in row["candidates"]
        if row["kind"] == "deleted" and one.get("field") == "text"
    ]
    for row in changes:
        if row["root"] in ("sections", "items") and _is_text(row["field"]):
            at = datetime.fromisoformat(row["at"]).replace(tzinfo=UTC)
            edit = TextEdit(row["user_id"], int(at.timestamp() * 1000))
            found.append(((row["root"], row["part_id"]), edit))
    return dict(sorted(found, key=lambda one: one[1].ms))


def _decoded(row: Row, names: Iterable[str]) -> dict[str, Any]:
    return dict(row) | {name: json.loads(row[name]) for name in names}


def _same(stored: object) -> str:
    """A JSON column, written as `_plain` writes."""
    # A column of the type JSON turns what looks like a number into one.
    return _plain(json.loads(stored) if isinstance(stored, str) else stored)


def _plain(value: Any) -> str:
    return json.dumps(normal(value), sort_keys=True, ensure_ascii=False)
