"""Programs and people at one menu at once: nothing is lost.

Every value that was accepted over REST and every letter that somebody typed is there at the end.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any, Final

import aiohttp
import pytest

from collab.identity import Role
from tests.live.conftest import StartServer
from tests.live.menu_clients import Edit, NodePerson, Person, PythonPerson
from tests.live.menu_house import MENU, OWNER, SETTINGS, import_sample, token_of
from tests.live.server import LiveServer
from tests.live.visitors import ask, bearer
from tests.peers.stock import Kind, StockClients

pytestmark = pytest.mark.node

PROGRAMS: Final = 10
SECONDS: Final = 5.0
LETTERS: Final = "abcdefghij"
SHARED: Final = "i1"
NODE: Final[tuple[Kind, ...]] = ("y-websocket-3.1", "hocuspocus-4", "hocuspocus-4")


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
    assert all(accepted), "some program did not come to a word"
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
