"""Programs and people at one menu at once, and a server killed in the middle: nothing is lost.

Every value that was accepted over REST and every letter that somebody typed is there at the end.
After `kill -9` the plain rows, the history and the events say what the stored bytes say.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any, Final

import aiohttp
import pytest

from collab.admission import read_update
from collab.document import MenuDocument
from collab.identity import Role
from collab.item_rows import item_row
from collab.menu_reading import read_parts
from collab.records import ItemRow
from tests.live.conftest import StartServer
from tests.live.menu_clients import Edit, NodePerson, Person, PythonPerson
from tests.live.menu_house import LOCALES, MENU, OWNER, SETTINGS, import_sample, token_of
from tests.live.menu_plans import Plans
from tests.live.server import LiveServer
from tests.live.visitors import ask, bearer
from tests.peers.stock import Kind, StockClients

pytestmark = pytest.mark.node

PROGRAMS: Final = 10
SECONDS: Final = 5.0
LETTERS: Final = "abcdefghij"
SHARED: Final = "i1"
NODE: Final[tuple[Kind, ...]] = ("y-websocket-3.1", "hocuspocus-4", "hocuspocus-4")
KILLS: Final = 5


def items_of(shown: Any) -> dict[str, Any]:
    """The items of a plain menu, by id."""
    return {item["id"]: item for section in shown["sections"] for item in section["items"]}


async def run_program(
    server: LiveServer, section: str, items: Sequence[str], until: float, number: int
) -> dict[str, dict[str, Any]]:
    """Patch items of one's own again and again; what was accepted last, by item."""
    accepted: dict[str, dict[str, Any]] = {}
    url = f"{server.http}/api/v1/menus/{MENU}"
    token = token_of(f"program-{number}", Role.EDITOR)
    async with aiohttp.ClientSession(headers=bearer(token)) as session:
        count = 0
        while time.monotonic() < until:
            count += 1
            item = items[count % len(items)]
            wanted = {"price": 1000 * number + count, "name": {"de": f"🍜 {number}/{count}"}}
            patch = {"sections": {section: {"items": {item: wanted}}}}
            async with session.patch(url, json=patch) as answer:
                said = await answer.json()
                assert answer.status == 200, said
            accepted[item] = wanted
    return accepted


async def type_letters(person: Person, letter: str, until: float, random: Random) -> int:
    """Type one letter again and again, somewhere in the description that all share."""
    count = 0
    while time.monotonic() < until:
        edits: list[Edit] = [
            {
                "kind": "text",
                "root": "items",
                "path": [SHARED, "desc", "de"],
                "place": random.random(),
                "gone": 0,
                "come": letter,
            }
            for _ in range(5)
        ]
        made = await person.edit(edits, 0.01)
        count += sum(one.is_done for one in made)
    return count


async def arrive(server: LiveServer, clients: StockClients, count: int) -> list[Person]:
    """People with different clients."""
    people: list[Person] = []
    for number in range(count):
        token = token_of(f"person-{number}", Role.EDITOR)
        if number < len(NODE):
            node = NodePerson(f"node {number}", clients)
            await node.arrive(server, NODE[number], MENU, token)
            people.append(node)
        else:
            url = f"{server.y_door}/{MENU}"
            python = PythonPerson(f"python {number}", url, token)
            await python.arrive()
            people.append(python)
    return people


async def leave(people: Sequence[Person]) -> None:
    for person in people:
        await person.go_offline()


async def test_patches_and_letters_of_many_at_once_are_all_there(
    start_server: StartServer, clients: StockClients
) -> None:
    server = await start_server(settings=SETTINGS, dev=False)
    shown = await import_sample(server)
    items = items_of(shown)
    before = Counter(items[SHARED]["description"])
    places = [
        (section["id"], item["id"])
        for section in shown["sections"]
        for item in section["items"]
        if item["id"] != SHARED
    ]
    people = await arrive(server, clients, len(LETTERS))
    until = time.monotonic() + SECONDS
    async with asyncio.TaskGroup() as group:
        programs = [
            group.create_task(run_program(server, section, own, until, number))
            for number, (section, own) in enumerate(own_items(places), 1)
        ]
        typing = [
            group.create_task(type_letters(person, letter, until, Random(letter)))
            for person, letter in zip(people, LETTERS, strict=True)
        ]
    wanted = before + Counter(
        {letter: task.result() for letter, task in zip(LETTERS, typing, strict=True)}
    )
    deadline = time.monotonic() + 15
    while True:
        status, after = await ask(server, "GET", f"/api/v1/menus/{MENU}", OWNER)
        assert status == 200
        now = items_of(after)
        if Counter(now[SHARED]["description"]) == wanted:
            break
        assert time.monotonic() < deadline, wanted - Counter(now[SHARED]["description"])
        await asyncio.sleep(0.1)
    accepted = [task.result() for task in programs]
    assert all(len(own) == 3 for own in accepted), "some program hardly came to a word"
    assert all(task.result() > 20 for task in typing)
    for own in accepted:
        for item, values in own.items():
            assert now[item]["price"] == values["price"]
            assert now[item]["name"] == values["name"]["de"]
    await leave(people)


def own_items(places: Sequence[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """For each program a section and three items in it that no other program has."""
    by_section: dict[str, list[str]] = {}
    for section, item in places:
        by_section.setdefault(section, []).append(item)
    found = [
        (section, items[at : at + 3])
        for section, items in by_section.items()
        for at in range(0, len(items) - 2, 3)
    ]
    return found[:PROGRAMS]


# -- killed in the middle ----------------------------------------------------------------------


class Stored:
    """What the database holds of the menu, read while no server runs."""

    def __init__(self, server: LiveServer) -> None:
        self._database = sqlite3.connect(f"file:{server.database}?mode=ro", uri=True)
        self._database.row_factory = sqlite3.Row

    def all(self, query: str, *values: Any) -> list[sqlite3.Row]:
        return self._database.execute(query, values).fetchall()

    def document(self) -> MenuDocument:
        """The menu as its bytes say."""
        document = MenuDocument(limit_bytes=None)
        snapshots = self.all("SELECT data FROM menu_snapshots WHERE document_id = ?", MENU)
        updates = self.all("SELECT data FROM menu_updates WHERE document_id = ? ORDER BY seq", MENU)
        for row in (*snapshots, *updates):
            document.receive(row["data"], read_update(row["data"]), answers_step1=True)
        return document

    def close(self) -> None:
        self._database.close()


def check_rows(stored: Stored) -> int:
    """The plain rows are those of the document; how many there are."""
    (menu,) = stored.all("SELECT projection_dirty FROM menus WHERE id = ?", MENU)
    assert not menu["projection_dirty"]
    parts = read_parts(stored.document())
    wanted = {id: _as_stored(item_row(parts.meta, item)) for id, item in parts.items.items()}
    rows = stored.all("SELECT * FROM menu_items WHERE document_id = ?", MENU)
    found = {
        row["item_id"]: (
            row["section_id"],
            row["position"],
            json.loads(row["name"]),
            row["price"],
            bool(row["is_deleted"]),
            json.loads(row["body"]),
        )
        for row in rows
    }
    assert found == wanted
    return len(found)


def _as_stored(row: ItemRow) -> tuple[Any, ...]:
    body = json.loads(json.dumps(row.body))
    return row.section_id, row.position, dict(row.name), row.price, row.is_deleted, body


def check_history(stored: Stored) -> int:
    """The last entry about each price says what the document says; how many entries there are."""
    parts = read_parts(stored.document())
    last: dict[str, Any] = {}
    changes = stored.all(
        "SELECT part_id, field, CAST(after AS TEXT) AS after FROM menu_changes"
        " WHERE document_id = ? AND root = 'items' ORDER BY at, rowid",
        MENU,
    )
    for row in changes:
        if row["field"] == "price":
            last[row["part_id"]] = json.loads(row["after"])
    assert {id: parts.items[id].price for id in last} == last
    return len(changes)


def check_events(stored: Stored) -> int:
    """Offsets have no gaps, and the head of the stream is its last event."""
    stream = f"menu:{MENU}:events"
    offsets = [
        row["offset"]
        for row in stored.all(
            "SELECT offset FROM stream_events WHERE stream_id = ? ORDER BY offset", stream
        )
    ]
    heads = [row["top"] for row in stored.all("SELECT top FROM streams WHERE id = ?", stream)]
    assert offsets == list(range(1, len(offsets) + 1))
    assert heads == [len(offsets)]
    return len(offsets)


def check_told(stored: Stored) -> None:
    """Every change was told of, or waits in the outbox to be."""
    waiting = stored.all("SELECT parts FROM outbox WHERE document_id = ?", MENU)
    told = stored.all(
        "SELECT body FROM stream_events WHERE stream_id = ? AND type = 'menu.changed'",
        f"menu:{MENU}:events",
    )
    assert waiting or told


async def test_rows_history_and_events_agree_with_the_bytes_after_a_kill(
    start_server: StartServer, clients: StockClients
) -> None:
    server = await start_server(settings=SETTINGS, dev=False)
    shown = await import_sample(server)
    random = Random(7)
    items = [*items_of(shown)]
    sections = [section["id"] for section in shown["sections"]]
    plans = Plans(random, items, sections, items[:20], LOCALES)
    await rows_made(server)
    people = await arrive(server, clients, 5)
    entries = 0
    for _ in range(KILLS):
        async with asyncio.TaskGroup() as group:
            for person in people:
                user = person.name.replace(" ", "-")
                edits = [
                    plans.good(user) if random.random() < 0.9 else plans.bad(user)
                    for _ in range(100)
                ]
                group.create_task(person.edit(edits, 0.005))
            await asyncio.sleep(random.uniform(0.2, 0.6))
            await server.kill()
        stored = Stored(server)
        assert check_rows(stored) >= len(items_of(shown))
        known, entries = entries, check_history(stored)
        assert entries > known
        check_events(stored)
        check_told(stored)
        stored.close()
        await server.start()
    await leave(people)


async def rows_made(server: LiveServer) -> None:
    """Wait until the rows of an imported menu are made."""
    deadline = time.monotonic() + 15
    while True:
        stored = Stored(server)
        (menu,) = stored.all("SELECT projection_dirty FROM menus WHERE id = ?", MENU)
        stored.close()
        if not menu["projection_dirty"]:
            return
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
