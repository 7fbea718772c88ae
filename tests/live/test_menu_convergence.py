"""A real menu, edited by people with different clients, some of them offline for a while.

In the end all hold the same menu, and every register holds exactly the writes that nobody else had
seen; the conflicts that the server lists are those and no others. Some edits are bad (wrong types,
forbidden fields, junk): two observers, who look at every value they are ever shown, see none.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import pytest

from collab.identity import Role
from tests.live.conftest import StartServer
from tests.live.menu_clients import (
    MENU_ROOTS,
    Edit,
    Made,
    NodePerson,
    Person,
    PythonPerson,
)
from tests.live.menu_house import (
    LOCALES,
    MENU,
    OWNER,
    SETTINGS,
    import_sample,
    read_in_javascript,
    read_in_python,
    token_of,
)
from tests.live.menu_plans import Plans
from tests.live.menu_truth import (
    ASKING,
    Target,
    entries_in,
    expected_conflicts,
    possible_conflicts,
    standing,
    writes_of,
)
from tests.live.menu_watch import MenuWatch
from tests.live.server import LiveServer
from tests.live.visitors import ask
from tests.peers.stock import StockClients

pytestmark = pytest.mark.node

WATCHER: Final = "observer in Node"
EDITS: Final = 5000
ROUNDS: Final = 10
SETTLE_SECONDS: Final = 30.0
ASKED: Final = {kind for _, kind in ASKING} | {"deleted"}
BAD_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who takes part. absent: rounds without a connection."""

    person: Person
    user: str
    role: Role
    absent: frozenset[int] = frozenset()


@dataclass(slots=True)
class Company:
    """Everybody at the menu."""

    server: LiveServer
    clients: StockClients
    plans: Plans
    guests: list[Guest]
    observer: PythonPerson
    watch: MenuWatch
    made: list[Made] = field(default_factory=list)
    bad: list[Made] = field(default_factory=list)

    @property
    def node_names(self) -> list[str]:
        return [one.person.name for one in self.guests if isinstance(one.person, NodePerson)]

    @property
    def python(self) -> list[PythonPerson]:
        people = [one.person for one in self.guests if isinstance(one.person, PythonPerson)]
        return [*people, self.observer]

    async def edit(self, total: int) -> None:
        """Rounds of edits by everybody at once, while some are away."""
        share = -(-total // (ROUNDS * len(self.guests)))
        for number in range(ROUNDS):
            for one in self.guests:
                if number in one.absent and number - 1 not in one.absent:
                    await one.person.go_offline()
                elif number not in one.absent and number - 1 in one.absent:
                    await one.person.come_back()
            async with asyncio.TaskGroup() as group:
                for one in self.guests:
                    group.create_task(self._edit(one, share))
        for one in self.guests:
            if ROUNDS - 1 in one.absent:
                await one.person.come_back()

    async def converged(self) -> dict[str, Any]:
        """Wait until everybody holds the same; the state that they share."""
        names = [*self.node_names, WATCHER]
        state = await self.clients.converge(names, timeout_seconds=SETTLE_SECONDS)
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            states = {"node": (await self.clients.state(WATCHER))}
            for person in self.python:
                person.check()
                update = base64.b64encode(person.replica.missing_for(b"\x00")).decode()
                found = await self.clients.call("inspect", updates=[update], roots=MENU_ROOTS)
                states[person.name] = found["state"]
            difference = await self.clients.compare(states)
            if difference is None:
                return state
            assert time.monotonic() < deadline, difference
            await asyncio.sleep(0.1)
            names = [*self.node_names, WATCHER]
            state = await self.clients.converge(names, timeout_seconds=SETTLE_SECONDS)

    async def _edit(self, guest: Guest, count: int) -> None:
        planned = [self._plan(guest) for _ in range(count)]
        made = await guest.person.edit([edit for edit, _ in planned], 0.002)
        for one, (_, is_good) in zip(made, planned, strict=True):
            (self.made if is_good else self.bad).append(one)

    def _plan(self, guest: Guest) -> tuple[Edit, bool]:
        """An edit, and whether its author may make it."""
        is_good = self.plans.random.random() >= BAD_SHARE
        match guest.role, is_good:
            case Role.TRANSLATOR, True:
                return self.plans.text("en"), True
            case Role.WAITER, True:
                return self.plans.note(), True
            case Role.TRANSLATOR | Role.WAITER, False:
                return self.plans.forbidden(guest.user, "de"), False
            case _, True:
                return self.plans.good(guest.user), True
            case _:
                return self.plans.bad(guest.user), False


def settings_of(person: PythonPerson) -> dict[str, Any]:
    """What the menu says about itself."""
    return dict(person.replica.roots["meta"].to_py() or {})


@asynccontextmanager
async def company(server: LiveServer, clients: StockClients, seed: int) -> AsyncIterator[Company]:
    """Four editors, two of them away for a while; a translator, a waiter and two observers."""
    shown = await import_sample(server)
    random = Random(seed)
    items = [item["id"] for section in shown["sections"] for item in section["items"]]
    sections = [section["id"] for section in shown["sections"]]
    plans = Plans(random, items, sections, random.sample(items, len(items) // 5), LOCALES)
    url = f"{server.y_door}/{MENU}"
    async with AsyncExitStack() as stack:
        observer = PythonPerson("observer in Python", url, token_of("vera", Role.VIEWER))
        await observer.arrive()
        stack.push_async_callback(observer.go_offline)
        settings = settings_of(observer)
        watch = MenuWatch(observer.replica, settings)
        observer.seen = watch.look
        watcher = NodePerson(WATCHER, clients)
        await watcher.arrive(server, "y-websocket-3.1", MENU, token_of("viktor", Role.VIEWER))
        await clients.call("menu_watch", WATCHER, settings=settings)
        guests = []
        for name, kind, role, absent in (
            ("ana", "y-websocket-3.1", Role.OWNER, ()),
            ("bo", "hocuspocus-4", Role.EDITOR, (1, 2, 3, 6, 7, 9)),
            ("tom", "hocuspocus-4", Role.TRANSLATOR, ()),
        ):
            node = NodePerson(name, clients)
            await node.arrive(server, kind, MENU, token_of(name, role, ("en",)))
            guests.append(Guest(node, name, role, frozenset(absent)))
        for name, role, absent in (
            ("cem", Role.EDITOR, ()),
            ("dora", Role.MANAGER, (2, 3, 4, 5, 9)),
            ("will", Role.WAITER, ()),
        ):
            python = PythonPerson(name, url, token_of(name, role))
            await python.arrive()
            stack.push_async_callback(python.go_offline)
            guests.append(Guest(python, name, role, frozenset(absent)))
        yield Company(server, clients, plans, guests, observer, watch)


async def listed_conflicts(server: LiveServer) -> set[Target]:
    """What the server lists now, of the kinds that registers make."""
    found: set[Target] = set()
    after = ""
    while True:
        path = f"/api/v1/menus/{MENU}/conflicts?state=open&limit=100{after}"
        status, answer = await ask(server, "GET", path, OWNER)
        assert status == 200, answer
        found |= {
            (one["kind"], one["root"], one["part"], one["field"]) for one in answer["conflicts"]
        }
        if answer.get("next") is None:
            return {one for one in found if one[0] in ASKED}
        after = f"&after={answer['next']}"


async def check_registers_and_conflicts(everybody: Company) -> None:
    """Registers hold what nobody else had seen; conflicts are listed there and nowhere else."""
    writes = writes_of(everybody.made)
    # Elsewhere what was set back counts as written anew, by the server.
    aimed_at = set(everybody.plans.targets)
    held = {key: standing(writes[key]) for key in writes if key[1] not in aimed_at}
    replica = everybody.observer.replica
    for register, entries in held.items():
        assert entries_in(replica, register) == entries, register
    wanted = expected_conflicts(held)
    found = {one for one in await listed_conflicts(everybody.server) if one[2] not in aimed_at}
    assert not wanted - found, "not listed"
    clean = {register: made for register, made in writes.items() if register in held}
    assert not found - wanted - possible_conflicts(clean), "listed without a reason"
    assert {"prices", "moves", "deleted"} <= {kind for kind, _, _, _ in wanted}, "too few to tell"


async def check_nothing_bad_was_shown(everybody: Company) -> None:
    """Both observers looked at a lot, and at nothing that is out of form."""
    seen = await everybody.clients.call("menu_watched", WATCHER)
    assert seen["complaints"] == []
    assert everybody.watch.complaints == []
    assert min(seen["checked"], everybody.watch.checked) > len(everybody.made) / 2
    assert len([one for one in everybody.bad if one.is_done]) > len(everybody.made) / 20


async def check_plain_menus(everybody: Company) -> None:
    """The server's REST, its own code and the browser client read the same in the document."""
    update = everybody.observer.replica.missing_for(b"\x00")
    status, shown = await ask(everybody.server, "GET", f"/api/v1/menus/{MENU}", OWNER)
    assert status == 200
    assert read_in_python(update) == shown
    assert await read_in_javascript(update) == shown


async def run(server: LiveServer, clients: StockClients, edits: int, seed: int) -> None:
    async with company(server, clients, seed) as everybody:
        await everybody.edit(edits)
        await everybody.converged()
        await check_nothing_bad_was_shown(everybody)
        await check_registers_and_conflicts(everybody)
        await check_plain_menus(everybody)


async def test_a_real_menu_converges_and_lists_its_conflicts(
    start_server: StartServer, clients: StockClients
) -> None:
    server = await start_server(settings=SETTINGS, dev=False)
    await run(server, clients, EDITS, seed=1)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(2, 10))
async def test_a_real_menu_converges_whatever_is_edited(
    start_server: StartServer, clients: StockClients, seed: int
) -> None:
    server = await start_server(settings=SETTINGS, dev=False)
    await run(server, clients, EDITS, seed=seed)
