"""The shape of a menu is refused, not repaired, and whoever breaks it breaks it for nobody else.

A stock client that deletes or replaces what is nested, or adds a root, is sent away with 4422;
the others see nothing of it and work on. Thousands of damaged updates of menus never make an
invalid value visible, nor end the room.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Any, Final

import pytest

from collab.identity import Role
from collab.updates.admission import STORED_LIMITS, read_update
from tests.live.conftest import StartServer
from tests.live.menu_clients import Edit, MenuReplica, NodePerson, PythonPerson
from tests.live.menu_house import LOCALES, MENU, OWNER, SETTINGS, import_sample, token_of
from tests.live.menu_plans import Plans
from tests.live.menu_watch import MenuWatch
from tests.live.mutations import Mutations, framing, with_length
from tests.live.raw_yjs import STEP_2, RawYjs
from tests.live.server import LiveServer
from tests.live.test_hostile import attack
from tests.live.visitors import ask, bearer
from tests.peers.stock import Kind, StockClients

pytestmark = pytest.mark.node

STRUCTURE: Final = 4422
ITEM, SECTION = "i1", "s1"  # of the imported menu
HOSTILE_ID: Final = 7
FRAMES: Final = 5_000
MODELS: Final = 500  # genuine updates that are damaged


def in_items(kind: str, path: list[str], key: str, **more: Any) -> Edit:
    return {"kind": kind, "root": "items", "path": path, "key": key, **more}


BREAKS: Final[Mapping[str, Edit]] = {
    "deletes an item": in_items("drop", [], ITEM),
    "deletes a section": {"kind": "drop", "root": "sections", "path": [], "key": SECTION},
    "deletes a text": in_items("drop", [ITEM, "name"], "de"),
    "deletes all texts": in_items("drop", [ITEM], "desc"),
    "deletes the note": in_items("drop", [ITEM], "note"),
    "replaces an item": in_items("nest", [], ITEM),
    "replaces an item by a number": in_items("put", [], ITEM, value=5),
    "replaces a text": in_items("nest", [ITEM, "name"], "de", text="new"),
    "replaces a text by a string": in_items("put", [ITEM, "name"], "de", value="new"),
    "adds a root": {"kind": "new_root", "root": "secrets", "key": "a", "value": 1},
    "adds a document": in_items("nest", [ITEM], "more", type="document"),
    "adds XML": in_items("nest", [ITEM], "more", type="xml"),
}
DOORS: Final[tuple[Kind, ...]] = ("y-websocket-3.1", "hocuspocus-4")


@pytest.fixture
async def server(start_server: StartServer) -> LiveServer:
    started: LiveServer = await start_server(settings=SETTINGS, dev=False)
    return started


async def menu_of(server: LiveServer) -> Any:
    status, shown = await ask(server, "GET", f"/api/v1/menus/{MENU}", OWNER)
    assert status == 200, shown
    return shown


async def stored_updates(server: LiveServer) -> int:
    status, shown = await ask(server, "GET", f"/api/v1/documents/{MENU}", OWNER)
    assert status == 200, shown
    return int(shown["size"]["acknowledged"])


async def observer(server: LiveServer, stack: list[PythonPerson]) -> MenuWatch:
    """Somebody in Python who looks at everything."""
    person = PythonPerson("observer", f"{server.y_door}/{MENU}", token_of("vera", Role.VIEWER))
    await person.arrive()
    stack.append(person)
    settings = dict(person.replica.roots["meta"].to_py() or {})
    watch = MenuWatch(person.replica, settings)
    person.seen = watch.look
    return watch


async def state_of(server: LiveServer) -> tuple[bytes, dict[str, Any]]:
    """The document, and what `meta` says in it."""
    async with RawYjs(f"{server.y_door}/{MENU}", bearer(OWNER)) as socket:
        state = await socket.full_state()
    replica = MenuReplica()
    replica.apply(state)
    return state, dict(replica.roots["meta"].to_py() or {})


def complaints_about(state: bytes, settings: Mapping[str, Any]) -> list[str]:
    """What a newcomer with pycrdt finds wrong."""
    replica = MenuReplica()
    replica.apply(state)
    return MenuWatch(replica, settings).complaints


async def closed_with(clients: StockClients, name: str) -> list[int]:
    """The codes of all closes of a client that was sent away."""
    closes = (await clients.call("wait_closed", name))["closes"]
    return [one["code"] for one in closes]


@pytest.mark.parametrize("is_offline", [False, True], ids=["live", "after a while offline"])
@pytest.mark.parametrize("kind", DOORS)
async def test_who_breaks_the_shape_is_sent_away_and_nobody_else_notices(
    server: LiveServer, clients: StockClients, kind: Kind, is_offline: bool
) -> None:
    await import_sample(server)
    before = await menu_of(server)
    people: list[PythonPerson] = []
    watch = await observer(server, people)
    witness = NodePerson("witness", clients)
    await witness.arrive(server, "hocuspocus-4", MENU, token_of("wanda", Role.EDITOR))
    clocks = await witness.clocks()
    for number, (what, edit) in enumerate(BREAKS.items()):
        culprit = NodePerson(f"culprit {number}", clients)
        await culprit.arrive(server, kind, MENU, token_of("carl", Role.OWNER))
        if is_offline:
            await culprit.go_offline()
            already = len(await closed_with(clients, culprit.name))
        (made,) = await culprit.edit([edit])
        assert made.is_done, what
        if is_offline:
            await culprit.come_back()
            await clients.call("wait_closed", culprit.name, count=already + 1)
        assert STRUCTURE in await closed_with(clients, culprit.name), what
        await clients.call("destroy", culprit.name)
    assert await menu_of(server) == before
    assert await witness.clocks() == clocks, "somebody was shown something"
    assert await stored_updates(server) == 1  # the import
    assert watch.complaints == [] and people[0].close_codes == []
    price = {"kind": "set", "root": "items", "id": ITEM, "register": "price", "user": "wanda"}
    await witness.edit([{**price, "value": 4711}])
    await clients.call("wait_saved", "witness")
    status = await clients.call("status", "witness")
    assert status["closes"] == []
    assert [
        item["price"]
        for section in (await menu_of(server))["sections"]
        for item in section["items"]
        if item["id"] == ITEM
    ] == [4711]
    for person in people:
        await person.go_offline()


def models(state: bytes, sections: list[str], items: list[str], random: Random) -> list[bytes]:
    """Updates of menus as clients make them, good and bad ones, each by a client of its own."""
    plans = Plans(random, items, sections, items[:20], LOCALES)
    found: list[bytes] = []
    while len(found) < MODELS:
        replica = MenuReplica()
        replica.apply(state)
        edit = plans.good("mallory") if len(found) % 3 else plans.bad("mallory")
        _, update = replica.carry_out(edit)
        if update is not None:
            found.append(update)
    return found


@pytest.mark.parametrize("field", ["kcal", "spice"])
async def test_hole_that_is_filled_later_shows_nobody_what_was_not_looked_at(
    server: LiveServer, clients: StockClients, field: str
) -> None:
    """The engine would show what lies behind a hole at once, and Yjs waits until it is filled."""
    await import_sample(server)
    state, settings = await state_of(server)
    watcher = NodePerson("watcher", clients)
    await watcher.arrive(server, "y-websocket-3.1", MENU, token_of("viktor", Role.VIEWER))
    await clients.call("menu_watch", "watcher", settings=settings)
    second, first = one_write(state, "kcal", 590), one_write(state, field, "evil")
    at = 3  # the clock: behind the numbers of clients and structs, and a client id of one byte
    assert second[at] == first[at] == 0
    async with RawYjs(f"{server.y_door}/{MENU}", bearer(token_of("eve", Role.EDITOR))) as socket:
        await socket.send_sync(STEP_2, second[:at] + b"\x01" + second[at + 1 :])
        await socket.send_sync(STEP_2, first)
        await asyncio.sleep(1.0)
        assert socket.is_open
    assert (await clients.call("menu_watched", "watcher"))["complaints"] == []
    held, _ = await state_of(server)
    assert complaints_about(held, settings) == []
    shown = (await clients.state("watcher"))["map"]["items"][ITEM]
    replica = MenuReplica()
    replica.apply(held)
    assert {key for key in shown if "@" in key} == {
        key for key in replica.at("items", [ITEM]).keys() if "@" in key
    }


async def test_answer_that_waits_for_something_shows_nobody_what_was_not_looked_at(
    server: LiveServer, clients: StockClients
) -> None:
    """One client's write is complete and bad, another one's lies in a map that nobody has."""
    await import_sample(server)
    state, settings = await state_of(server)
    watcher = NodePerson("watcher", clients)
    await watcher.arrive(server, "y-websocket-3.1", MENU, token_of("viktor", Role.VIEWER))
    await clients.call("menu_watch", "watcher", settings=settings)
    bad = one_write(state, "spice", "evil")
    assert (bad[:1], bad[-1:]) == (b"\x01", b"\x00")  # one client; nothing deleted
    # One struct of client 8: a number under the key x of the map that is struct 0 of client 9.
    lost = b"\x01\x08\x00\x28\x00\x09\x00\x01x\x01\x7d\x01"
    async with RawYjs(f"{server.y_door}/{MENU}", bearer(token_of("eve", Role.EDITOR))) as socket:
        await socket.send_sync(STEP_2, b"\x02" + lost + bad[1:])
        await asyncio.sleep(1.0)
    assert (await clients.call("menu_watched", "watcher"))["complaints"] == []


def one_write(state: bytes, field: str, value: object) -> bytes:
    """An update with one register of an item and nothing else, by a client whose id is known."""
    replica = MenuReplica(HOSTILE_ID)
    replica.apply(state)
    entry = [value, "eve", 1]
    _, update = replica.carry_out(in_items("put", [ITEM], f"{field}@own", value=entry))
    assert update is not None
    return update


@pytest.mark.parametrize("seed", [1])
async def test_damaged_updates_of_menus_show_nobody_anything_invalid(
    server: LiveServer, clients: StockClients, seed: int
) -> None:
    shown = await import_sample(server)
    state, settings = await state_of(server)
    watcher = NodePerson("watcher", clients)
    await watcher.arrive(server, "y-websocket-3.1", MENU, token_of("viktor", Role.VIEWER))
    await clients.call("menu_watch", "watcher", settings=settings)
    random = Random(seed)
    items = [item["id"] for section in shown["sections"] for item in section["items"]]
    sections = [section["id"] for section in shown["sections"]]
    genuine = models(state, sections, items, random)
    damage = Mutations(seed)
    token = token_of("mallory", Role.EDITOR)
    address = with_length(MENU.encode())
    closes: Counter[str] = Counter()
    async with asyncio.TaskGroup() as group:
        for url, opening, prefix in (
            (f"{server.y_door}/{MENU}?token={token}", (), b""),
            (
                server.hocuspocus_door,
                (address + b"\x02\x00" + with_length(token.encode()),),
                address,
            ),
        ):
            wrap = framing(prefix + b"\x00\x02")
            payloads = [wrap(damage.damaged(random.choice(genuine))) for _ in range(FRAMES // 2)]
            group.create_task(attack(url, opening, payloads, closes))
    assert sum(closes.values()) > FRAMES / 10, closes
    witness = NodePerson("witness", clients)
    await witness.arrive(server, "hocuspocus-4", MENU, token_of("wanda", Role.EDITOR))
    await clients.call("menu_watch", "witness", settings=settings)
    (made,) = await witness.edit([Plans(random, items, sections, items, LOCALES).good("wanda")])
    assert made.is_done
    await clients.call("wait_saved", "witness")
    for name in ("watcher", "witness"):
        seen = await clients.call("menu_watched", name)
        assert seen["complaints"] == [], name
        assert seen["checked"] > 7 * len(items), "hardly anything got through"
    held, _ = await state_of(server)
    assert complaints_about(held, settings) == []
    await server.stop()
    await server.start()
    stored, _ = await state_of(server)
    assert ids_in(stored) == ids_in(held), "the room held what was not saved"


def ids_in(state: bytes) -> tuple[Any, Any]:
    """What a document holds, and what was deleted in it."""
    outline = read_update(state, STORED_LIMITS)
    clocks = {client: end for client, _, end in outline.blocks}
    deleted = sorted((client, at) for client, *span in outline.deletes for at in range(*span))
    return clocks, deleted
