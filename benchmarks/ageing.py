"""`age`: the real menu of 255 items after a few edits, and after many: its size and its opening.

People edit it through its room, with the guard, history and conflicts on, and compaction runs as
it does in a server. Edits are what people do: half of them prices, the rest words in texts,
places, allergens, deleting and bringing back. Every person opens a new tab now and then, because a
register keeps one key for each tab that wrote it last, and a document remembers every tab.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from pycrdt import Doc, Map

from api.config import Config
from api.exchange import create_document
from api.house import House, open_house
from api.menu_file import read_sample
from benchmarks.figures import median, milliseconds
from benchmarks.rooms_path import sit
from collab.edits import first_update, replace_text
from collab.records import DocumentKind
from collab.registers import replica_of
from rooms.compaction import compact
from rooms.menu_room import MenuRoom

MENU = "menu"
PEOPLE = 6
OPENINGS = 20
ROUND = 50  # edits between two looks of the event loop

Doing = Callable[[Doc[Any], Random, int], None]


@dataclass(frozen=True, slots=True)
class Age:
    """How long a menu was edited."""

    edits: int
    edits_per_tab: int  # then its person opens a new one


async def ageing(ages: list[Age], seed: int) -> list[dict[str, object]]:
    """Edit one menu for each age and open it afterwards."""
    return [await _measure(age, seed) for age in ages]


async def _measure(age: Age, seed: int) -> dict[str, object]:
    with TemporaryDirectory(prefix="benchmark-") as folder:
        config = Config(database=str(Path(folder) / "benchmark.db"), dev=True, idle_evict_seconds=0)
        async with open_house(config) as house:
            first = first_update(read_sample(), MENU, "benchmark")
            await create_document(
                house, DocumentKind.MENU, "benchmark", MENU, MENU, first, "benchmark"
            )
            begun = time.process_time()
            async with house.lobby.lease(MENU) as room:
                await _edit(house, room, age, Random(seed))
                await house.journal.flush()
            used = time.process_time() - begun
            await compact(house.updates, MENU)
            size = await house.documents.size(MENU)
            assert size is not None
            return {
                "verb": "age",
                "edits": age.edits,
                "edits_per_tab": age.edits_per_tab,
                "snapshot_bytes": size.snapshot_bytes,
                "log_bytes": size.log_bytes,
                "edit_cpu_us": round(used / max(age.edits, 1) * 1e6, 1),
                **await _openings(house),
            }


async def _openings(house: House) -> dict[str, object]:
    walls: list[float] = []
    cpus: list[float] = []
    for _ in range(OPENINGS):
        while house.lobby.room_of(MENU) is not None:
            await asyncio.sleep(0.05)
        begun, used = time.monotonic(), time.process_time()
        async with house.lobby.lease(MENU):
            walls.append(time.monotonic() - begun)
            cpus.append(time.process_time() - used)
    return {"wall_ms": milliseconds(walls), "cpu_ms": round(median(cpus) * 1000, 3)}


async def _edit(house: House, room: MenuRoom, age: Age, random: Random) -> None:
    tabs = [_Tab(room, number) for number in range(PEOPLE)]
    shown: list[tuple[_Tab, bytes]] = []
    for done in range(age.edits):
        person = done % PEOPLE
        if tabs[person].edits >= age.edits_per_tab:
            tabs[person].close()
            tabs[person] = _Tab(room, person)
        shown += [(tabs[person], update) for update in tabs[person].edit(random, done)]
        if done % ROUND == 0:
            room.turns.flush()
            await house.journal.flush()  # nobody is behind for longer than for a commit
            for tab in tabs:
                tab.see([update for author, update in shown if author is not tab])
            shown.clear()
    for tab in tabs:
        tab.close()
    room.turns.flush()


class _Tab:
    """One person's document, as a browser tab has it."""

    def __init__(self, room: MenuRoom, person: int) -> None:
        self.edits = 0
        self._room = room
        self._seat = sit(room, person)
        self._doc: Doc[Any] = Doc()
        self._doc.apply_update(room.document.full_state())

    def see(self, updates: list[bytes]) -> None:
        """Get what the others wrote."""
        for update in updates:
            self._doc.apply_update(update)

    def edit(self, random: Random, number: int) -> list[bytes]:
        """One edit, sent at once."""
        doing = random.choices((_price, _word, _place, _allergen, _deleted), (50, 25, 10, 10, 5))
        made: list[bytes] = []
        watching = self._doc.observe(lambda event: made.append(event.update))
        with self._doc.transaction():
            doing[0](self._doc, random, number)
        self._doc.unobserve(watching)
        for update in made:
            self._room.receive(self._seat, update)
        self.edits += 1
        return made

    def close(self) -> None:
        """The person leaves."""
        self._room.leave(self._seat)


def _some_item(doc: Doc[Any], random: Random) -> Map[Any]:
    items = doc.get("items", type=Map)
    item = items[f"i{random.randrange(1, len(items) + 1)}"]
    assert isinstance(item, Map)
    return item


def _write(doc: Doc[Any], fields: Map[Any], register: str, value: object, number: int) -> None:
    own = f"{register}@{replica_of(doc.client_id)}"
    for key in list(fields.keys()):
        if key.startswith(f"{register}@") and key != own:
            del fields[key]
    fields[own] = [value, "benchmark", number]


def _price(doc: Doc[Any], random: Random, number: int) -> None:
    _write(doc, _some_item(doc, random), "price", random.randrange(100, 5000, 10), number)


def _place(doc: Doc[Any], random: Random, number: int) -> None:
    fields = _some_item(doc, random)
    place = [f"s{random.randrange(1, 5)}", f"a{random.randrange(1, 10)}V"]
    _write(doc, fields, "loc", place, number)


def _allergen(doc: Doc[Any], random: Random, number: int) -> None:
    level = random.choice(("contains", "may", "free"))
    _write(doc, _some_item(doc, random), "allergen:Sesam", level, number)


def _deleted(doc: Doc[Any], random: Random, number: int) -> None:
    _write(doc, _some_item(doc, random), "deleted", number % 2 == 0, number)


def _word(doc: Doc[Any], random: Random, number: int) -> None:
    text = _some_item(doc, random)["desc"]["de"]
    words = str(text).split(" ")[:8]
    words[random.randrange(len(words))] = random.choice(("mit", "frisch", "scharf", "🌶", "Reis"))
    replace_text(text, " ".join(words))
