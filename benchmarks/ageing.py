"""`age`: the real menu of 255 items after a few edits, and after many: its size and its opening.

People edit it through its room, with the guard, history and conflicts on, and compaction runs as
it does in a server. Every person opens a new tab now and then, because a register keeps one key for
each tab that wrote it last, and a document remembers every tab. Afterwards the menu is renewed.

Half of the edits are prices, the rest texts, places, allergens, deleting and bringing back. Under
`runs` a person picks a field and writes it 5 to 15 times before the next, as people do: letter by
letter, or a price until it is right. Under `scattered` every edit is in another field: the worst
case, because the engine joins what was overwritten only where it lies in a row.
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

from api.composition import open_house
from api.config import Config
from api.exchange import create_document
from api.house import House
from api.menu_file import read_sample
from api.renewal import renew_menu
from benchmarks.figures import median, milliseconds
from benchmarks.rooms_path import sit
from collab.edits.writing import first_update, replace_text
from collab.menus.registers import replica_of
from collab.records import DocumentKind
from rooms.compaction import compact
from rooms.menu_room import MenuRoom

MENU = "menu"
PEOPLE = 6
OPENINGS = 9
ROUND = 50  # edits between two looks of the event loop
SHORTEST_RUN, LONGEST_RUN = 5, 15

# (document, fields of an item, chance, number of the edit, how many came before it in its run)
Doing = Callable[[Doc[Any], Map[Any], Random, int, int], None]


@dataclass(frozen=True, slots=True)
class Age:
    """How long a menu was edited, and how."""

    edits: int
    edits_per_tab: int  # then its person opens a new one
    workload: str = "scattered"


async def ageing(ages: list[Age], seed: int) -> list[dict[str, object]]:
    """Edit one menu for each age and open it afterwards, before a renewal and after it."""
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
            before = {"bytes": await _size(house), **await _openings(house)}
            begun = time.monotonic()
            await renew_menu(house, MENU, "benchmark")
            return {
                "verb": "age",
                "workload": age.workload,
                "edits": age.edits,
                "edits_per_tab": age.edits_per_tab,
                "edit_cpu_us": round(used / max(age.edits, 1) * 1e6, 1),
                **before,
                "renewal_ms": round((time.monotonic() - begun) * 1000, 1),
                "renewed": {"bytes": await _size(house), **await _openings(house)},
            }


async def _size(house: House) -> int:
    size = await house.documents.size(MENU)
    assert size is not None
    return size.snapshot_bytes + size.log_bytes


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
        tab = tabs[person]
        if tab.run is None or tab.run.left == 0:
            tab.run = WORKLOADS[age.workload](tab.doc, random)
        shown += [(tab, update) for update in tab.edit(random, done)]
        if done % ROUND == 0:
            room.turns.flush()
            await house.journal.flush()  # nobody is behind for longer than for a commit
            for other in tabs:
                other.see([update for author, update in shown if author is not other])
            shown.clear()
    for tab in tabs:
        tab.close()
    room.turns.flush()


@dataclass(slots=True)
class _Run:
    """Somebody at one field of one item."""

    doing: Doing
    item: str
    left: int
    done: int = 0


def _scattered(doc: Doc[Any], random: Random) -> _Run:
    (doing,) = random.choices((_price, _word, _place, _allergen, _deleted), WEIGHTS)
    return _Run(doing, _some_item(doc, random), 1)


def _in_runs(doc: Doc[Any], random: Random) -> _Run:
    (doing,) = random.choices((_price, _letter, _place, _allergen, _deleted), WEIGHTS)
    return _Run(doing, _some_item(doc, random), random.randint(SHORTEST_RUN, LONGEST_RUN))


WEIGHTS = (50, 25, 10, 10, 5)
WORKLOADS = {"scattered": _scattered, "runs": _in_runs}


class _Tab:
    """One person's document, as a browser tab has it."""

    def __init__(self, room: MenuRoom, person: int) -> None:
        self.edits = 0
        self.run: _Run | None = None
        self.doc: Doc[Any] = Doc()
        self._room = room
        self._seat = sit(room, person)
        self.doc.apply_update(room.document.full_state())
        self._items: Map[Any] = self.doc.get("items", type=Map)

    def see(self, updates: list[bytes]) -> None:
        """Get what the others wrote."""
        with self.doc.transaction():
            for update in updates:
                self.doc.apply_update(update)

    def edit(self, random: Random, number: int) -> list[bytes]:
        """One edit, sent at once."""
        run = self.run
        assert run is not None
        made: list[bytes] = []
        watching = self.doc.observe(lambda event: made.append(event.update))
        with self.doc.transaction():
            run.doing(self.doc, self._items[run.item], random, number, run.done)
        self.doc.unobserve(watching)
        run.left, run.done = run.left - 1, run.done + 1
        for update in made:
            self._room.receive(self._seat, update)
        self.edits += 1
        return made

    def close(self) -> None:
        """The person leaves."""
        self._room.leave(self._seat)


def _some_item(doc: Doc[Any], random: Random) -> str:
    return f"i{random.randrange(1, len(doc.get('items', type=Map)) + 1)}"


def _write(doc: Doc[Any], fields: Map[Any], register: str, value: object, number: int) -> None:
    own = f"{register}@{replica_of(doc.client_id)}"
    for key in list(fields.keys()):
        if key.startswith(f"{register}@") and key != own:
            del fields[key]
    fields[own] = [value, "benchmark", number]


def _price(doc: Doc[Any], fields: Map[Any], random: Random, number: int, _: int) -> None:
    _write(doc, fields, "price", random.randrange(100, 5000, 10), number)


def _place(doc: Doc[Any], fields: Map[Any], random: Random, number: int, _: int) -> None:
    place = [f"s{random.randrange(1, 5)}", f"a{random.randrange(1, 10)}V"]
    _write(doc, fields, "loc", place, number)


def _allergen(doc: Doc[Any], fields: Map[Any], random: Random, number: int, _: int) -> None:
    level = random.choice(("contains", "may", "free"))
    _write(doc, fields, "allergen:Sesam", level, number)


def _deleted(doc: Doc[Any], fields: Map[Any], random: Random, number: int, _: int) -> None:
    _write(doc, fields, "deleted", random.random() < 0.5, number)


def _word(_doc: Doc[Any], fields: Map[Any], random: Random, _number: int, _: int) -> None:
    """Another word in the place of one."""
    text = fields["desc"]["de"]
    words = str(text).split(" ")[:8]
    words[random.randrange(len(words))] = random.choice(("mit", "frisch", "scharf", "🌶", "Reis"))
    replace_text(text, " ".join(words))


def _letter(_doc: Doc[Any], fields: Map[Any], random: Random, _number: int, done: int) -> None:
    """The last word goes, and another one is typed."""
    text = fields["desc"]["de"]
    if done == 0:
        replace_text(text, " ".join([*str(text).split(" ")[:8][:-1], ""]))
    text.insert(len(text), random.choice("aeinrstü🌶"))
