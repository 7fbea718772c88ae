"""A menu under kill -9: what was acknowledged is there, and all its tables say the same as it.

People with pycrdt and programs over REST edit the real menu until the server is killed. Then the
file is read as it was left: rows, history, events and outbox must agree with the bytes at once,
not only after repairs. After the start, conflicts must be those that a fresh look finds.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import aiohttp

from collab.admission import read_update
from collab.document import STORED_LIMITS
from collab.identity import Role
from tests.live.checks import clocks_in
from tests.live.conftest import StartServer
from tests.live.menu_clients import MenuReplica, PythonPerson
from tests.live.menu_disk import (
    MenuOnDisk,
    check_conflicts,
    check_events,
    check_history,
    check_items,
)
from tests.live.menu_house import LOCALES, OWNER, SETTINGS, import_sample, token_of
from tests.live.menu_plans import Plans
from tests.live.server import LiveServer
from tests.live.visitors import ask

KILLS: Final = int(os.environ.get("TESTS_KILLS", "3"))
KILLS_PER_MENU: Final = 3  # or its log would be compacted, which is then no witness any more
PEOPLE: Final = ("ana", "bo", "cem", "dora")
PROGRAMS: Final = ("pat", "quin", "rex")
PAUSE_SECONDS: Final = 0.012
SETTLE_SECONDS: Final = 15.0


class AckedReplica(MenuReplica):
    """Knows how much of its own was acknowledged: what the server shows it of itself is saved."""

    def __init__(self) -> None:
        super().__init__()
        self.acknowledged = 0  # its own clock up to here

    def apply(self, update: bytes) -> None:
        super().apply(update)
        for client, _, end in read_update(update, STORED_LIMITS).blocks:
            if client == self.doc.client_id:
                self.acknowledged = max(self.acknowledged, end)

    @property
    def clock(self) -> int:
        return clocks_in(self.state_vector()).get(self.doc.client_id, 0)


@dataclass(slots=True)
class Program:
    """Changes the prices of its own items by PATCH."""

    user: str
    places: list[tuple[str, str]]  # (section id, item id)
    acknowledged: list[tuple[str, int]] = field(default_factory=list)  # (item id, price)
    asked: int = 0

    async def run(self, server: LiveServer, menu: str) -> None:
        """Until the server is gone."""
        token = token_of(self.user, Role.EDITOR)
        while True:
            self.asked += 1
            section, item = self.places[self.asked % len(self.places)]
            price = 10_000 + self.asked
            body = {"sections": {section: {"items": {item: {"price": price}}}}}
            try:
                status, answer = await ask(
                    server, "PATCH", f"/api/v1/menus/{menu}", token, json_body=body
                )
            except (aiohttp.ClientError, ConnectionError):
                return
            assert status == 200, answer
            self.acknowledged.append((item, price))


@dataclass(slots=True)
class Evening:
    """One menu, the people and programs at it, and the tops of its log when it was killed."""

    server: LiveServer
    menu: str
    random: Random
    plans: Plans
    people: list[PythonPerson]
    programs: list[Program]
    lives: list[int] = field(default_factory=list)

    async def edit_until_killed(self) -> None:
        """Everybody edits; the server dies in the middle of it."""
        async with asyncio.TaskGroup() as group:
            for person in self.people:
                group.create_task(self._type(person))
            for program in self.programs:
                group.create_task(program.run(self.server, self.menu))
            await asyncio.sleep(self.random.uniform(0.7, 1.5))
            await self.server.kill()
        for person in self.people:
            await person.go_offline()

    async def _type(self, person: PythonPerson) -> None:
        for _ in range(90):
            await person.edit([self.plans.good(person.name)], PAUSE_SECONDS)

    async def come_back(self) -> None:
        """Everybody brings what was not saved, and waits until it is."""
        for person in self.people:
            await person.come_back()
        await settled(lambda: all(one.clock == one.acknowledged for one in self.replicas))

    @property
    def replicas(self) -> list[AckedReplica]:
        found = [one.replica for one in self.people]
        assert all(isinstance(one, AckedReplica) for one in found)
        return found  # type: ignore[return-value]

    def disk(self) -> MenuOnDisk:
        return MenuOnDisk.read(self.server.database, self.menu)

    def check_disk(self) -> MenuOnDisk:
        """Nothing acknowledged is lost, and all tables agree with the bytes."""
        disk = self.disk()
        clocks = clocks_in(disk.document().get_state())
        for replica in self.replicas:
            assert clocks.get(replica.doc.client_id, 0) >= replica.acknowledged
        written = {
            (row["user_id"], row["part_id"], row["after"])
            for row in disk.changes
            if (row["field"], row["door"]) == ("price", "rest")
        }
        for program in self.programs:
            for item, price in program.acknowledged:
                assert (program.user, item, price) in written
        check_items(disk, disk.parts())
        check_history(disk, self.lives)
        check_events(disk)
        return disk

    async def check_conflicts(self) -> int:
        """Nobody edits: the conflicts in the tables are those that stand; how many."""
        await listed(self.server, self.menu)
        disk = self.disk()
        check_events(disk)
        return check_conflicts(disk, disk.parts())


async def begin(server: LiveServer, menu: str, random: Random, stack: AsyncExitStack) -> Evening:
    shown = await import_sample(server, menu)
    places = [(section["id"], item["id"]) for section in shown["sections"]
              for item in section["items"]]  # fmt: skip
    programs = [Program(user, places[2 * n : 2 * n + 2]) for n, user in enumerate(PROGRAMS)]
    others = [item for _, item in places[2 * len(programs) :]]
    sections = [section["id"] for section in shown["sections"]]
    plans = Plans(random, random.sample(others, 40), sections, [], LOCALES)
    people = []
    for name in PEOPLE:
        token = token_of(name, Role.EDITOR)
        person = PythonPerson(name, f"{server.y_door}/{menu}", token)
        person.replica = AckedReplica()
        await person.arrive()
        stack.push_async_callback(person.go_offline)
        people.append(person)
    evening = Evening(server, menu, random, plans, people, programs)
    await settled(lambda: not evening.disk().is_dirty)
    return evening


async def listed(server: LiveServer, menu: str) -> dict[str, Any]:
    """The conflicts that the server says stand, by id."""
    found: dict[str, Any] = {}
    after = ""
    while True:
        path = f"/api/v1/menus/{menu}/conflicts?state=open&limit=100{after}"
        status, answer = await ask(server, "GET", path, OWNER)
        assert status == 200, answer
        found |= {one["id"]: one for one in answer["conflicts"]}
        if answer.get("next") is None:
            return found
        after = f"&after={answer['next']}"


async def settled(is_so: Callable[[], bool], seconds: float = SETTLE_SECONDS) -> None:
    """Wait until something is so. Raises AssertionError."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it never settled"
        await asyncio.sleep(0.05)


async def test_all_tables_agree_with_the_bytes_after_every_kill(start_server: StartServer) -> None:
    server = await start_server(settings=SETTINGS, dev=False, supervised=False)
    random = Random(31)
    kills = edits = requests = unsaved = conflicts = 0
    while kills < KILLS:
        async with AsyncExitStack() as stack:
            evening = await begin(server, f"menu-{kills}", random, stack)
            for _ in range(min(KILLS_PER_MENU, KILLS - kills)):
                await evening.edit_until_killed()
                kills += 1
                unsaved += sum(one.clock > one.acknowledged for one in evening.replicas)
                disk = evening.check_disk()
                evening.lives.append(len(disk.log))
                await server.start()
                conflicts = max(conflicts, await evening.check_conflicts())
                await evening.come_back()
            evening.check_disk()
            for person in evening.people:
                await person.go_offline()
            await evening.check_conflicts()
            edits += len(evening.disk().log)
            requests += sum(len(one.acknowledged) for one in evening.programs)
    print(f"{kills} kills, {edits} updates, {requests} PATCHes, at most {conflicts} conflicts")
    assert requests > 20 * kills, "too few to prove anything"
    assert edits > 150 * kills, "too few to prove anything"
    assert unsaved > kills, "the kills came when nothing was under way"
    assert conflicts > 10, "too few to prove anything"
