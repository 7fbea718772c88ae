"""A menu is renewed while stock clients have it open: they are told so, and nothing is mixed.

Who was there, who was offline with an edit of the old menu, and who only ever read it are sent away
with 4409 at every return; whoever loads the menu afresh works on as if nothing had happened.
"""

from __future__ import annotations

from typing import Any, Final

import pytest

from collab.identity import Role
from tests.live.conftest import StartServer
from tests.live.menu_clients import MENU_ROOTS, NodePerson, clocks_in_base64
from tests.live.menu_house import MENU, OWNER, SETTINGS, import_sample, token_of
from tests.live.server import LiveServer
from tests.live.visitors import ask
from tests.peers.stock import Kind, StockClients

pytestmark = pytest.mark.node

REPLACED: Final = 4409
PRICE: Final = {"kind": "set", "root": "items", "id": "i1", "register": "price"}
KINDS: Final[tuple[Kind, ...]] = ("y-websocket-2.1", "y-websocket-3.1", "hocuspocus-4")


@pytest.fixture
async def server(start_server: StartServer) -> LiveServer:
    started: LiveServer = await start_server(settings=SETTINGS, dev=False)
    return started


async def renew(server: LiveServer, *, force: bool) -> tuple[int, Any]:
    path = f"/api/v1/documents/{MENU}/renewal"
    return await ask(server, "POST", path, OWNER, json_body={"force": force})


async def items_of(server: LiveServer) -> dict[str, Any]:
    status, shown = await ask(server, "GET", f"/api/v1/menus/{MENU}", OWNER)
    assert status == 200, shown
    return {item["id"]: item for section in shown["sections"] for item in section["items"]}


async def arrive(
    server: LiveServer, clients: StockClients, name: str, kind: Kind, role: Role = Role.EDITOR
) -> NodePerson:
    person = NodePerson(name, clients)
    await person.arrive(server, kind, MENU, token_of(name, role))
    return person


async def closes_of(clients: StockClients, name: str) -> list[int]:
    return [one["code"] for one in (await clients.call("wait_closed", name))["closes"]]


@pytest.mark.parametrize("kind", KINDS)
async def test_who_held_the_old_menu_is_sent_away_and_fresh_clients_go_on(
    server: LiveServer, clients: StockClients, kind: Kind
) -> None:
    await import_sample(server)
    here = await arrive(server, clients, "here", kind)
    tablet = await arrive(server, clients, "tablet", kind)
    reader = await arrive(server, clients, "reader", kind, Role.VIEWER)
    await tablet.go_offline()
    await reader.go_offline()
    await tablet.edit([{**PRICE, "value": 1, "user": "tablet"}])  # it never gets there
    gone = {name: len(await closes_of(clients, name)) for name in ("tablet", "reader")}
    await here.edit([{**PRICE, "value": 4711, "user": "here"}])
    await clients.call("wait_saved", "here")

    assert (await renew(server, force=False))[1]["code"] == "in_use"
    before = await items_of(server)
    status, done = await renew(server, force=True)
    assert (status, done["epoch"]) == (200, 2)
    assert await items_of(server) == before and before["i1"]["price"] == 4711

    assert REPLACED in await closes_of(clients, "here")
    for person in (tablet, reader):
        await person.come_back()
        await clients.call("wait_closed", person.name, count=gone[person.name] + 1)
        assert REPLACED in (await closes_of(clients, person.name))[gone[person.name] :]
    assert await items_of(server) == before

    for name in ("here", "tablet", "reader"):
        await clients.call("destroy", name)
    fresh = [await arrive(server, clients, name, kind) for name in ("first", "second")]
    await fresh[0].edit([{**PRICE, "value": 815, "user": "first"}])
    await clients.call("wait_saved", "first")
    await clients.converge(["first", "second"])
    state = await clients.state("second", MENU_ROOTS)
    assert set(state["map"]["items"]) == set(before)
    assert len(clocks_in_base64(state["state_vector"])) == 2, "the new menu and one edit"
    assert (await items_of(server))["i1"]["price"] == 815
    for name in ("first", "second"):
        assert (await clients.call("status", name))["closes"] == []
