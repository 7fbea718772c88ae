"""The operations API: who sees what, what the figures say, and what the actions do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType
from pycrdt import Doc, Text

from collab.identity import Role
from collab.wire import messages
from rooms.menu_room import MenuRoom
from tests.api.conftest import OpenSite, Site
from tests.api.doors.rooms_site import RoomsSite, open_rooms

ROOT = "/api/v1/operations"
LOOKING = ("", "/figures", "/rooms", "/connections", "/diagnostics")
OF_THE_PROCESS = ("", "/figures", "/diagnostics")


async def ask(
    site: Site, method: str, path: str, who: dict[str, str], body: Any = None
) -> tuple[int, Any]:
    answer = await site.client.request(method, ROOT + path, json=body, headers=who)
    text = await answer.text()
    return answer.status, json.loads(text) if text else None


async def until(is_so: Callable[[], object], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not is_so():
            await asyncio.sleep(0.02)


def room_path(room: str, action: str) -> str:
    return f"/rooms/{quote(room, safe='')}/{action}"


@pytest.fixture
async def doors(site: Site) -> RoomsSite:
    doors = await open_rooms(site)
    body = {"kind": "free", "title": "Notes", "id": "notes"}
    answer = await site.client.post("/api/v1/documents", json=body, headers=site.bearer())
    assert answer.status == 201
    return doors


def notes_room(doors: RoomsSite) -> MenuRoom:
    room = doors.house.lobby.room_of("notes")
    assert room is not None
    return room


class Typist:
    """Somebody at /ws/y/notes who types and counts what comes back."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.doc: Doc[Any] = Doc()
        self.text = self.doc.get("text", type=Text)

    async def type(self, text: str) -> None:
        before = self.doc.get_state()
        self.text += text
        await self.socket.send_bytes(messages.update(self.doc.get_update(before)))

    async def answer(self) -> None:
        """Answer the SyncStep1 of the server, whenever it comes."""
        while True:
            message = await self.socket.receive(timeout=5)
            assert message.type is WSMsgType.BINARY, message
            match messages.decode(message.data):
                case messages.SyncStep1(state_vector):
                    update = self.doc.get_update(state_vector)
                    await self.socket.send_bytes(messages.sync_step2(update))
                    return
                case _:
                    pass


@pytest.mark.parametrize("role", list(Role))
async def test_rooms_are_for_managers_and_the_process_is_for_owners(
    doors: RoomsSite, role: Role
) -> None:
    who = doors.site.bearer("bo", "bistro", role)
    for path in LOOKING:
        is_owners = path in OF_THE_PROCESS
        may = role is Role.OWNER or (role is Role.MANAGER and not is_owners)
        assert (await ask(doors.site, "GET", path, who))[0] == (200 if may else 403), (path, role)
    is_managing = role in (Role.OWNER, Role.MANAGER)
    for action, body in (("read-only", {"on": False}), ("snapshot", None)):
        status, _ = await ask(doors.site, "POST", room_path("menu:notes", action), who, body)
        assert status == (200 if is_managing else 403), action
    for path in (room_path("menu:notes", "drain"), "/connections/none/disconnect"):
        status, _ = await ask(doors.site, "POST", path, who)
        assert status == (404 if is_managing else 403), path


async def test_nobody_without_a_token_sees_anything(site: Site) -> None:
    for path in LOOKING:
        assert (await ask(site, "GET", path, {}))[0] == 401


async def test_connection_says_who_where_and_how_well(doors: RoomsSite) -> None:
    client = doors.client("kim", Role.KITCHEN, device="tablet 3", app="kitchen/aaaaaaaaaaaa")
    async with client:
        await client.sub("kitchen:bistro")
        await client.send("ping", t=1, unsynced=4, rtt_ms=12.5)
        await until(lambda: client.pongs)
        status, found = await ask(doors.site, "GET", "/connections", doors.site.bearer())
        assert (status, found["total"]) == (200, 1)
        [one] = found["connections"]
        expected = {
            "user": "kim",
            "name": "Kim",
            "roles": ["kitchen"],
            "restaurant": "bistro",
            "device": "tablet 3",
            "app": "kitchen/aaaaaaaaaaaa",
            "is_old": True,
            "door": "rooms",
            "status": "active",
            "rtt_ms": 12.5,
            "unsynced": 4,
            "is_slow": False,
            "rooms": ["kitchen:bistro"],
        }
        assert {name: one[name] for name in expected} == expected
        _, seen = await ask(doors.site, "GET", "", doors.site.bearer())
        assert seen["connections"]["by_door"] == {"rooms": 1}
        assert (seen["connections"]["old"], seen["connections"]["people"]) == (1, 1)
    await until(lambda: not len(doors.house.reception.connections))
    assert (await ask(doors.site, "GET", "/connections", doors.site.bearer()))[1]["total"] == 0


async def test_connections_are_searched_and_limited(doors: RoomsSite) -> None:
    async with doors.client("ann") as ann, doors.client("bo", Role.WAITER) as bo:
        await ann.sub("floor:bistro")
        await bo.sub("stock:bistro")
        boss = doors.site.bearer()
        for search, users in (
            ("BO", {"bo"}),
            ("floor", {"ann"}),
            ("waiter", {"bo"}),
            ("x9", set()),
        ):
            _, found = await ask(doors.site, "GET", f"/connections?search={search}", boss)
            assert {one["user"] for one in found["connections"]} == users, search
        _, found = await ask(doors.site, "GET", "/connections?limit=1", boss)
        assert (len(found["connections"]), found["total"]) == (1, 2)
        assert (await ask(doors.site, "GET", "/connections?limit=0", boss))[0] == 422


async def test_other_restaurant_is_neither_seen_nor_touched(doors: RoomsSite) -> None:
    eve = doors.site.bearer("eve", "other")
    async with doors.client("ann") as ann:
        await ann.sub("floor:bistro")
        await ann.sub("menu:notes")
        assert (await ask(doors.site, "GET", "/rooms", eve))[1]["rooms"] == []
        assert (await ask(doors.site, "GET", "/connections", eve))[1]["total"] == 0
        [mine] = [one.id for one in doors.house.reception.connections]
        for path, body, status in (
            (f"/connections/{mine}/disconnect", None, 404),
            (room_path("menu:notes", "read-only"), {"on": True}, 403),
            (room_path("menu:notes", "snapshot"), None, 403),
            (room_path("menu:notes", "drain"), None, 404),
            (room_path("floor:bistro", "drain"), None, 404),
        ):
            assert (await ask(doors.site, "POST", path, eve, body))[0] == status, path
        await ann.send("ping", t=1)
        await until(lambda: ann.pongs)


async def test_rooms_tell_of_people_pace_and_saving(doors: RoomsSite) -> None:
    bearer = doors.site.bearer("ann", "bistro")
    async with (
        doors.site.client.ws_connect("/ws/y/notes", headers=bearer) as socket,
        doors.client("bo") as bo,
    ):
        typist = Typist(socket)
        await typist.answer()
        await bo.sub("menu:notes")
        await bo.sub("stock:bistro")
        for _ in range(10):
            await typist.type("hello ")
        await until(lambda: notes_room(doors).saved_at)
        await asyncio.sleep(1.0)  # the second in which it happened is over
        _, found = await ask(doors.site, "GET", "/rooms", doors.site.bearer())
        rooms = {room["id"]: room for room in found["rooms"]}
        notes = rooms["menu:notes"]
        assert (notes["people"], notes["connections"], notes["title"]) == (2, 2, "Notes")
        assert notes["per_second_10"] >= 1 and notes["size_bytes"] > 60
        assert (notes["is_read_only"], notes["slow"], notes["waiting"]) == (False, 0, 0)
        assert notes["saved_at_ms"] is not None
        stock = rooms["stock:bistro"]
        assert (stock["is_document"], stock["people"], stock["size_bytes"]) == (False, 1, None)


async def test_commands_are_counted_by_outcome_and_repetitions_as_duplicates(
    doors: RoomsSite,
) -> None:
    async with doors.client("mia") as client:
        for _ in range(2):
            await client.cmd("order:o1", "order.open", id="the-same-key")
        await client.cmd("order:o1", "nonsense", id="bad")
        await client.cmd("order:none", "order.place", id="unknown")
    _, found = await ask(doors.site, "GET", "", doors.site.bearer())
    commands = found["commands"]
    assert commands["results"] == {"ok": 1, "dup": 1, "rejected": 2}
    assert commands["duplicates"] == 1
    assert commands["rejections"] == {"bad_command": 1, "unknown_order": 1}


async def test_figures_come_second_by_second_and_only_the_new_ones(doors: RoomsSite) -> None:
    figures = doors.house.metrics.figures
    await until(lambda: len(figures.history) >= 2)
    await doors.order("o1", "soup")
    seen = len(figures.history)
    await until(lambda: len(figures.history) >= seen + 2)
    _, found = await ask(doors.site, "GET", "/figures", doors.site.bearer())
    count = len(found["at_ms"])
    assert found["kept_seconds"] == 300 and count >= 4
    assert all(len(column) == count for column in found.values() if isinstance(column, list))
    assert max(found["commands"]) > 0 and max(filter(None, found["p99_ms"])) > 0
    after = found["at_ms"][-2]
    _, rest = await ask(doors.site, "GET", f"/figures?after={after}", doors.site.bearer())
    assert rest["at_ms"][0] == found["at_ms"][-1]


async def test_disconnected_client_is_told_to_come_back(doors: RoomsSite) -> None:
    async with doors.client("ann") as ann, doors.client("bo") as bo:
        await ann.sub("floor:bistro")
        [mine] = [
            one for one in doors.house.reception.connections if _user(one.identity()) == "ann"
        ]
        path = f"/connections/{mine.id}/disconnect"
        assert await ask(doors.site, "POST", path, doors.site.bearer()) == (200, {"count": 1})
        ended = await ann.until_ended()
        assert (ended.code, ended.bye and ended.bye["reconnect"]) == (1012, True)
        await bo.send("ping", t=1)
        await until(lambda: bo.pongs)
        assert (await ask(doors.site, "POST", path, doors.site.bearer()))[0] == 404
    assert 'mirepoix_operations_total{action="disconnected"} 1.0' in _metrics(doors.site)


async def test_drain_sends_everybody_in_the_room_away_and_nobody_else(doors: RoomsSite) -> None:
    headers = doors.site.bearer("yjs", "bistro")
    async with (
        doors.client("ann") as ann,
        doors.client("bo") as bo,
        doors.site.client.ws_connect("/ws/y/notes", headers=headers) as stock,
    ):
        await ann.sub("menu:notes")
        await bo.sub("floor:bistro")
        path = room_path("menu:notes", "drain")
        assert await ask(doors.site, "POST", path, doors.site.bearer()) == (200, {"count": 2})
        assert (await ann.until_ended()).code == 1012
        while (await stock.receive(timeout=5)).type is WSMsgType.BINARY:
            pass
        assert stock.close_code == 1012
        await bo.send("ping", t=1)
        await until(lambda: bo.pongs)
        again = room_path("floor:bistro", "drain")
        assert await ask(doors.site, "POST", again, doors.site.bearer()) == (200, {"count": 1})
        assert (await bo.until_ended()).code == 1012


async def test_read_only_document_takes_nothing_until_it_is_switched_back(doors: RoomsSite) -> None:
    boss, path = doors.site.bearer(), room_path("menu:notes", "read-only")
    async with (
        doors.site.client.ws_connect("/ws/y/notes", headers=doors.site.bearer("ann")) as socket,
        doors.client("bo") as bo,
    ):
        typist = Typist(socket)
        await typist.answer()
        room = await bo.sub("menu:notes")
        assert await ask(doors.site, "POST", path, boss, {"on": True}) == (200, {"count": 2})
        await until(lambda: room.notices)
        notice = room.notices[-1]
        assert (notice["code"], notice["access"]) == ("access_changed", "read")
        await typist.type("refused for now")
        await until(lambda: doors.house.metrics.figures.refusals["read_only"])
        assert not notes_room(doors).document.clocks
        assert await ask(doors.site, "POST", path, boss, {"on": False}) == (200, {"count": 2})
        await typist.answer()
        await until(lambda: notes_room(doors).document.clocks)
        await until(lambda: room.notices[-1]["access"] == "write")


async def test_read_only_outlives_the_room_and_holds_for_programs(doors: RoomsSite) -> None:
    site, boss = doors.site, doors.site.bearer()
    path = room_path("menu:lunch", "read-only")
    assert (await ask(site, "POST", path, boss, {"on": True}))[0] == 200
    edits = {"edits": [{"edit": "set", "item": "soup", "field": "price", "value": 500}]}
    menu = "/api/v1/menus/lunch/edits"
    answer = await site.client.post(menu, json=edits, headers=boss)
    assert (answer.status, (await answer.json())["code"]) == (403, "read_only_room")
    async with doors.client("late") as late:
        room = await late.sub("menu:lunch")
        assert room.subd is not None and room.subd["access"] == "read"
    assert (await ask(site, "GET", "", boss))[1]["rooms"]["read_only"] == 1
    assert (await ask(site, "POST", path, boss, {"on": False}))[0] == 200
    assert (await site.client.post(menu, json=edits, headers=boss)).status == 200


async def test_snapshot_replaces_the_log_and_keeps_the_content(doors: RoomsSite) -> None:
    site = doors.site
    async with site.client.ws_connect("/ws/y/notes", headers=site.bearer("ann")) as socket:
        typist = Typist(socket)
        await typist.answer()
        for _ in range(5):
            await typist.type("x")
        room = doors.house.lobby.room_of("notes")
        assert room is not None
        await until(lambda: room.turns.logged_updates and room.turns.is_settled)
        path = room_path("menu:notes", "snapshot")
        assert await ask(site, "POST", path, site.bearer()) == (200, {"count": 1})
        stored = await doors.house.updates.load("notes")
        assert stored is not None and not stored.updates and stored.snapshot
        await typist.type("!")
    status, problem = await ask(site, "POST", room_path("stock:bistro", "snapshot"), site.bearer())
    assert (status, problem["code"]) == (422, "not_a_document")
    assert (await ask(site, "POST", room_path("menu:no", "snapshot"), site.bearer()))[0] == 404


async def test_diagnostics_name_nobody_and_give_nothing_away(doors: RoomsSite) -> None:
    token = doors.site.bearer("annabelle", "bistro")
    async with doors.client("annabelle", device="Annas tablet") as client:
        await client.sub("menu:notes")
        await client.sub("user:annabelle")
        status, found = await ask(doors.site, "GET", "/diagnostics", token)
    assert status == 200
    text = json.dumps(found).casefold()
    for private in ("annabelle", "annas", "bistro", "notes", "127.0.0.1", "secret", "menus.db"):
        assert private not in text, private
    assert found["operations"]["connections"]["total"] == 1
    assert found["versions"]["pycrdt"] != "unknown"
    assert {"kind": "free", "connections": 1}.items() <= found["rooms"][0].items()


async def test_developer_sees_everything(open_site: OpenSite) -> None:
    site = await open_site(dev=True)
    async with site.client.ws_connect("/ws/y/scratch") as socket:
        await Typist(socket).answer()
        for path in LOOKING:
            assert (await ask(site, "GET", path, {}))[0] == 200
        rooms = {room["id"]: room for room in (await ask(site, "GET", "/rooms", {}))[1]["rooms"]}
        scratch = rooms["menu:scratch"]  # the demo menu may be open, too
        assert (scratch["kind"], scratch["people"]) == ("free", 1)


def _user(identity: Any) -> str | None:
    return None if identity is None else identity.user_id


def _metrics(site: Site) -> str:
    return site.house.metrics.render().decode()
