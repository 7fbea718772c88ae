"""Documents of the two Python bindings, behind one small face, with seeded random edits.

The roots are those of the stock clients in Node (text, map, list), so all can edit one document.
Both bindings count text in UTF-8 bytes; cuts are made between code points, because half a
surrogate pair would be replaced by Yjs and hide a real difference.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from random import Random
from typing import Any, Protocol

import pycrdt

WORDS = ("a", "bé", "ñandú ", "Suppe", "🍜", "Ärger", "辣椒", "\n", "zwölf ", "0")


class Replica(Protocol):
    """One document in memory."""

    def state_vector(self) -> bytes: ...

    def missing_for(self, state_vector: bytes) -> bytes: ...

    def apply(self, update: bytes) -> None: ...

    def edit(self, random: Random, *, nested: bool) -> bytes | None:
        """One random edit; the update it made, None when there was nothing to delete.

        nested: also maps in the map.
        """
        ...

    def content(self) -> dict[str, Any]:
        """Text, map and list as this binding itself shows them."""
        ...


def text_cut(text: str, random: Random) -> tuple[int, int]:
    """A random stretch as (offset, length) in UTF-8 bytes, between code points."""
    first = random.randrange(len(text))
    last = min(len(text), first + random.randint(1, 4))
    return len(text[:first].encode()), len(text[first:last].encode())


def text_offset(text: str, random: Random) -> int:
    return len(text[: random.randint(0, len(text))].encode())


def plain_value(random: Random) -> Any:
    choices: tuple[Any, ...] = (
        random.randrange(100_000),
        random.randrange(2000) / 8 - 100,
        random.random() < 0.5,
        None,
        [random.choice(WORDS), random.randrange(100), "dev"],
        random.choice(WORDS) + random.choice(WORDS),
    )
    return random.choice(choices)


class PycrdtReplica:
    """A document of pycrdt.

    Its client id has 32 bits, as those of Yjs have: pycrdt would take 53, which y-py 0.6 cuts off.
    """

    def __init__(self) -> None:
        self.doc: pycrdt.Doc[Any] = pycrdt.Doc(client_id=secrets.randbits(32))
        self.text = self.doc.get("text", type=pycrdt.Text)
        self.map = self.doc.get("map", type=pycrdt.Map)
        self.list = self.doc.get("list", type=pycrdt.Array)

    def state_vector(self) -> bytes:
        return self.doc.get_state()

    def missing_for(self, state_vector: bytes) -> bytes:
        return self.doc.get_update(state_vector)

    def apply(self, update: bytes) -> None:
        self.doc.apply_update(update)

    def content(self) -> dict[str, Any]:
        return {"text": str(self.text), "map": self.map.to_py(), "list": self.list.to_py()}

    def type(self, words: str) -> bytes:
        """Add to the end of the text; the update."""
        update = self._made(lambda: self.text.insert(len(str(self.text).encode()), words))
        assert update is not None
        return update

    def cut(self, offset: int, length: int) -> bytes:
        """Take bytes out of the text; the update."""

        def change() -> None:
            del self.text[offset : offset + length]

        update = self._made(change)
        assert update is not None
        return update

    def edit(self, random: Random, *, nested: bool = True) -> bytes | None:
        return self._made(lambda: self._edit(random, nested))

    def _made(self, change: Callable[[], None]) -> bytes | None:
        updates: list[bytes] = []
        watching = self.doc.observe(lambda event: updates.append(event.update))
        try:
            with self.doc.transaction():
                change()
        finally:
            self.doc.unobserve(watching)
        return updates[0] if updates else None

    def _edit(self, random: Random, nested: bool) -> None:
        kind = random.randrange(10)
        text = str(self.text)
        if kind < 3:
            self.text.insert(text_offset(text, random), random.choice(WORDS))
        elif kind < 5 and text:
            offset, length = text_cut(text, random)
            del self.text[offset : offset + length]
        elif kind < 7 or (kind < 8 and not nested):
            self.map[f"k{random.randrange(12)}"] = plain_value(random)
        elif kind < 8:
            inner = self.map.get(f"n{random.randrange(4)}")
            if isinstance(inner, pycrdt.Map):
                inner[f"v{random.randrange(5)}"] = plain_value(random)
            else:
                value = pycrdt.Map({f"v{random.randrange(5)}": plain_value(random)})
                self.map[f"n{random.randrange(4)}"] = value
        elif kind < 9 or not len(self.list):
            self.list.insert(random.randint(0, len(self.list)), plain_value(random))
        else:
            del self.list[random.randrange(len(self.list))]


class YpyReplica:
    """A document of y-py, the binding before pycrdt: an old release of the same engine.

    y-py 0.6.2 cannot live with a nested type that others delete: it loses edits of other places
    and panics ("Couldn't get item's parent") when it encodes the document.
    """

    def __init__(self) -> None:
        import y_py

        self._y = y_py
        self.doc: Any = y_py.YDoc()
        self.text = self.doc.get_text("text")
        self.map = self.doc.get_map("map")
        self.list = self.doc.get_array("list")
        self._updates: list[bytes] | None = None
        self.doc.observe_after_transaction(self._transaction_ended)

    def state_vector(self) -> bytes:
        return bytes(self._y.encode_state_vector(self.doc))

    def missing_for(self, state_vector: bytes) -> bytes:
        return bytes(self._y.encode_state_as_update(self.doc, state_vector))

    def apply(self, update: bytes) -> None:
        self._y.apply_update(self.doc, update)

    def content(self) -> dict[str, Any]:
        return {
            "text": str(self.text),
            "map": json.loads(self.map.to_json()),
            "list": json.loads(self.list.to_json()),
        }

    def edit(self, random: Random, *, nested: bool = False) -> bytes | None:
        assert not nested, "y-py cannot do it"
        self._updates = []
        try:
            with self.doc.begin_transaction() as transaction:
                self._edit(transaction, random)
            return self._updates[0] if self._updates else None
        finally:
            self._updates = None

    def _transaction_ended(self, event: Any) -> None:
        if self._updates is not None:
            self._updates.append(bytes(event.get_update()))

    def _edit(self, transaction: Any, random: Random) -> None:
        kind = random.randrange(10)
        text = str(self.text)
        if kind < 3:
            self.text.insert(transaction, text_offset(text, random), random.choice(WORDS))
        elif kind < 5 and text:
            self.text.delete_range(transaction, *text_cut(text, random))
        elif kind < 8:
            self.map.set(transaction, f"k{random.randrange(12)}", plain_value(random))
        elif kind < 9 or not len(self.list):
            position = random.randint(0, len(self.list))
            self.list.insert_range(transaction, position, [plain_value(random)])
        else:
            self.list.delete(transaction, random.randrange(len(self.list)))
