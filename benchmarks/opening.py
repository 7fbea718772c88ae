"""`open`: a stored document of 255 items comes into memory, cold, through the lobby.

Two shapes: one first update (as compaction leaves it), and the same with 400 single edits behind.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from api.composition import open_house
from api.config import Config
from api.house import House
from benchmarks.figures import median, milliseconds
from benchmarks.keystrokes import one_typist
from benchmarks.sample_document import sample_update
from collab.records import Document, DocumentKind, DocumentUpdates, NewUpdate, Restaurant

RESTAURANT = "benchmark"


@dataclass(frozen=True, slots=True)
class Shape:
    """What lies in the log behind the first update."""

    name: str
    edits: int


SHAPES = (Shape("one update", 0), Shape("with 400 edits behind it", 400))


async def opening(documents: int, seed: int) -> list[dict[str, object]]:
    """Open `documents` of each shape once."""
    with TemporaryDirectory(prefix="benchmark-") as folder:
        database = str(Path(folder) / "benchmark.db")
        async with open_house(Config(database=database, dev=True)) as house:
            await house.documents.create_restaurant(
                Restaurant(RESTAURANT, "Benchmark", house.clock.utc())
            )
            return [await _measure(house, shape, documents, seed) for shape in SHAPES]


async def _measure(house: House, shape: Shape, documents: int, seed: int) -> dict[str, object]:
    ids = [f"{shape.edits}-{number}" for number in range(documents)]
    for number, document_id in enumerate(ids):
        await _store(house, document_id, shape, seed + number)
    walls: list[float] = []
    cpus: list[float] = []
    for document_id in ids:
        begun, used = time.monotonic(), time.process_time()
        async with house.lobby.lease(document_id) as room:
            walls.append(time.monotonic() - begun)
            cpus.append(time.process_time() - used)
            assert not room.document.is_empty
    return {
        "verb": "open",
        "shape": shape.name,
        "documents": documents,
        "wall_ms": milliseconds(walls),
        "cpu_ms": round(median(cpus) * 1000, 3),
    }


async def _store(house: House, document_id: str, shape: Shape, seed: int) -> None:
    now = house.clock.utc()
    document = Document(document_id, DocumentKind.FREE, RESTAURANT, document_id, 1, now)
    await house.documents.create(document, sample_update(seed), "benchmark")
    strokes = one_typist(shape.edits, seed)
    if strokes:
        updates = tuple(NewUpdate(one.update, "benchmark", "benchmark", now) for one in strokes)
        await house.updates.append([DocumentUpdates(document_id, updates)])
