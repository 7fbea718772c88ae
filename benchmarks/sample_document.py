"""A menu-like document of 255 items, about 115 KB as one update, for joining and opening."""

from __future__ import annotations

from random import Random
from typing import Any

from pycrdt import Array, Doc, Map, Text

ITEMS = 255
_WORDS = "rice noodle duck lemon ginger crispy broth garden pepper sesame basil river".split()


def sample_update(seed: int, items: int = ITEMS) -> bytes:
    """One update_v1 that makes the whole document."""
    random = Random(seed)
    doc: Doc[Map[Any]] = Doc(client_id=random.randrange(1 << 28, 1 << 32))
    menu = doc.get("items", type=Map)
    with doc.transaction():
        for number in range(items):
            menu[f"item-{number:04}"] = Map(
                {
                    "name:de": Text(_phrase(random, 3)),
                    "name:en": Text(_phrase(random, 3)),
                    "description:de": Text(_phrase(random, 14)),
                    "description:en": Text(_phrase(random, 14)),
                    "price@1": float(random.randrange(300, 3000)),
                    "position": f"a{number:04}",
                    "section": f"section-{number % 20}",
                    "available": True,
                    "tags": Array([random.choice(_WORDS), random.choice(_WORDS)]),
                }
            )
    return doc.get_update()


def _phrase(random: Random, words: int) -> str:
    return " ".join(random.choice(_WORDS) for _ in range(words))
