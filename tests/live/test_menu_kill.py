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

from collab.identity import Role
from collab.updates.admission import STORED_LIMITS, read_update
from tests.live.checks import clocks_in
from tests.live.conftest import StartServer
from tests.live.menu_clients import Edit, MenuReplica, PythonPerson
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
PATCHES_PER_KILL: Final = (10, 20)
EDITS_PER_KILL: Final = 130  # of each person at most; the log must stay below 2,000 updates
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
        done = sum(len(one.acknowledged) for one in self.programs)
        until = done + self.random.randint(*PATCHES_PER_KILL)
        is_over = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for person in self.people:
                group.create_task(self._type(person, is_over))
            for program in self.programs:
                group.create_task(program.run(self.server, self.menu))
            await settled(lambda: sum(len(one.acknowledged) for one in self.programs) >= until)
            await asyncio.sleep(0.05 * self.random.random())
            await self.server.kill()
            await asyncio.sleep(0.1)  # what is typed now waits
            is_over.set()
        for person in self.people:
            await person.go_offline()

    async def _type(self, person: PythonPerson, is_over: asyncio.Event) -> None:
        for _ in range(EDITS_PER_KILL):
            if is_over.is_set():
                return
            await person.edit([self.plans.good(person.name)], PAUSE_SECONDS)

    async def come_back(self) -> None:
        """Everybody brings what was not saved, and waits until it is."""
        for person in self.people:
            await person.come_back()
        await settled(lambda: all(one.clock == one.acknowledged for one in self.replicas))

    @property
    def replicas(self) -> list[AckedReplica]:
        found = [one.replica for one in self.people if isinstance(one.replica, AckedReplica)]
        assert len(found) == len(self.people)
        return found

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


async def arrive(server: LiveServer, menu: str, name: str, stack: AsyncExitStack) -> PythonPerson:
    """An editor at a menu."""
    person = PythonPerson(name, f"{server.y_door}/{menu}", token_of(name, Role.EDITOR))
    person.replica = AckedReplica()
    await person.arrive()
    stack.push_async_callback(person.go_offline)
    return person


async def begin(server: LiveServer, menu: str, random: Random, stack: AsyncExitStack) -> Evening:
    shown = await import_sample(server, menu)
    places = [(section["id"], item["id"]) for section in shown["sections"]
              for item in section["items"]]  # fmt: skip
    programs = [Program(user, places[2 * n : 2 * n + 2]) for n, user in enumerate(PROGRAMS)]
    others = [item for _, item in places[2 * len(programs) :]]
    sections = [section["id"] for section in shown["sections"]]
    plans = Plans(random, random.sample(others, 40), sections, [], LOCALES)
    people = [await arrive(server, menu, name, stack) for name in PEOPLE]
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
    # On a busy machine a kill may find everything saved: then there are some more.
    while kills < KILLS or (unsaved <= kills and kills < 4 * KILLS):
        async with AsyncExitStack() as stack:
            evening = await begin(server, f"menu-{kills}", random, stack)
            for _ in range(KILLS_PER_MENU):
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
    assert requests >= PATCHES_PER_KILL[0] * kills
    assert edits > 80 * kills, "too few to prove anything"
    assert unsaved > kills, "the kills came when nothing was under way"
    assert conflicts > 10, "too few to prove anything"


def written(item: str, register: str, value: object, user: str, *, late_seconds: float = 0) -> Edit:
    """A register of an item, set by somebody whose clock is that much behind."""
    ms = int((time.time() - late_seconds) * 1000)
    key, entry = f"{register}@own", [value, user, ms]
    return {"kind": "put", "root": "items", "path": [item], "key": key, "value": entry}


def typed(item: str, gone: int, come: str) -> Edit:
    path = [item, "name", "de"]
    return {"kind": "text", "root": "items", "path": path, "place": 0, "gone": gone, "come": come}


async def saved(*people: PythonPerson) -> None:
    """Wait until everything that they did is acknowledged."""
    replicas: list[Any] = [one.replica for one in people]
    await settled(lambda: all(one.clock == one.acknowledged for one in replicas))


DELETED_AS_KNOWN, DELETED_LATE, DELETED_TYPED, DELETED_SLOWLY, PRICED, REPLACED = (
    "i11", "i12", "i13", "i14", "i15", "i16",
)  # fmt: skip


async def make_conflicts(ana: PythonPerson, bo: PythonPerson) -> None:
    """Some of each kind that is not just seen in the document; bo is away for a while."""
    await bo.edit([typed(DELETED_TYPED, 0, "neu "), typed(DELETED_SLOWLY, 0, "neu ")])
    await saved(bo)
    await ana.edit([written(DELETED_SLOWLY, "deleted", True, "ana", late_seconds=60)])
    await saved(ana)
    await bo.go_offline()
    await bo.edit([written(one, "price", 990, "bo") for one in (DELETED_LATE, DELETED_TYPED)])
    await bo.edit([written(PRICED, "price", 1990, "bo"), typed(REPLACED, 99, "Brühe")])
    await asyncio.sleep(0.01)
    await ana.edit([written(one, "deleted", True, "ana") for one in (DELETED_LATE, DELETED_TYPED)])
    await ana.edit([written(PRICED, "price", 2990, "ana"), typed(REPLACED, 99, "Eintopf")])
    await ana.edit([written(DELETED_AS_KNOWN, "deleted", True, "ana")])
    await saved(ana)
    await bo.come_back()
    await saved(bo)


WANTED: Final = {
    ("deleted", DELETED_LATE, "deleted"),
    ("deleted", DELETED_TYPED, "deleted"),
    ("deleted", DELETED_SLOWLY, "deleted"),  # by the clocks it was edited afterwards
    ("prices", PRICED, "price"),
    ("double_replace", REPLACED, "name:de"),
}
NOTICED: Final = {"deleted", "double_replace", "prices"}


def about(conflicts: dict[str, Any]) -> set[tuple[str, str, str]]:
    found = {(one["kind"], one["part"], one["field"]) for one in conflicts.values()}
    return {one for one in found if one[0] in NOTICED}


async def test_conflicts_that_stand_outlive_a_kill(start_server: StartServer) -> None:
    server = await start_server(settings=SETTINGS, dev=False, supervised=False)
    await import_sample(server, "menu")
    async with AsyncExitStack() as stack:
        ana, bo = [await arrive(server, "menu", name, stack) for name in ("ana", "bo")]
        await make_conflicts(ana, bo)
    before = await listed(server, "menu")
    assert about(before) == WANTED
    await server.kill()
    await server.start()
    after = await listed(server, "menu")
    assert about(after) == WANTED
    assert after == before


async def test_conflicts_that_nobody_looked_for_yet_outlive_a_kill(
    start_server: StartServer,
) -> None:
    server = await start_server(settings=SETTINGS, dev=False, supervised=False)
    await import_sample(server, "menu")
    async with AsyncExitStack() as stack:
        ana, bo = [await arrive(server, "menu", name, stack) for name in ("ana", "bo")]
        await make_conflicts(ana, bo)
        await server.kill()
    await server.start()
    assert about(await listed(server, "menu")) == WANTED
