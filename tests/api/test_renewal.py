"""A renewed menu: the same to everybody who asks, and closed to who holds the old history."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Doc, Map

from api.cli import main
from api.renewal import renew_menu
from collab.edits.writing import SEED_CLIENT_ID
from collab.errors import StoreError
from collab.identity import Role
from collab.records import DocumentUpdates, NewUpdate, stream_of
from collab.updates.state_vector import read_state_vector, write_state_vector
from collab.wire import messages
from collab.wire.hocuspocus import address
from collab.wire.lib0 import var_bytes, var_string
from storage.renewal import RenewalStore
from tests.api.conftest import OpenSite, Site
from tests.api.devices import Device, devices
from tests.live.raw_socket import RawSocket

FILE: dict[str, Any] = {
    "locale": "de",
    "currency": "EUR",
    "sections": [
        {
            "id": "soups",
            "name": "Suppen",
            "items": [
                {"id": "soup", "name": "Suppe", "price": 450, "allergens": ["Sesam"]},
                {"id": "broth", "name": "Brühe", "price": 300},
            ],
        }
    ],
}
NOON_MS = 1_767_268_800_000
RENEWAL = "/api/v1/documents/lunch/renewal"
MENU = "/api/v1/menus/lunch"
DOCUMENT = "/api/v1/documents/lunch"
STEP1, STEP2 = b"\x00\x00", b"\x00\x01"


@pytest.fixture
async def lunch(site: Site) -> Site:
    answer = await site.client.post(f"{MENU}/import", json=FILE, headers=site.bearer("boss"))
    assert answer.status == 201
    return site


async def renew(site: Site, body: Any = None, **headers: str) -> tuple[int, Any]:
    answer = await site.client.post(
        RENEWAL, json={} if body is None else body, headers=headers or site.bearer("mia")
    )
    return answer.status, await answer.json()


async def got(site: Site, path: str) -> tuple[str | None, Any]:
    """(ETag, JSON)"""
    answer = await site.client.get(path, headers=site.bearer())
    assert answer.status == 200
    return answer.headers.get("ETag"), await answer.json()


async def state_tag(site: Site) -> str:
    answer = await site.client.get(f"{DOCUMENT}/state", headers=site.bearer())
    return answer.headers["ETag"]


async def price_of(site: Site, item: int = 0) -> Any:
    return (await got(site, MENU))[1]["sections"][0]["items"][item]["price"]


async def wear_out(site: Site, edits: int) -> Device:
    """Somebody writes two prices in turns."""
    device = await Device(site, "lunch", "ana").fetch()
    for number in range(edits):
        device.set("items", ("soup", "broth")[number % 2], "price", 100 + number, NOON_MS + number)
    await device.send()
    return device


async def close_code_on_y(site: Site, *frames: bytes, user: dict[str, str] | None = None) -> int:
    """Connect, say something, and wait for the end."""
    headers = user or site.bearer("ana")
    async with site.client.ws_connect("/ws/y/lunch", headers=headers) as socket:
        for frame in frames:
            await socket.send_bytes(frame)
        async with asyncio.timeout(5):
            while not (await socket.receive()).type.name.startswith("CLOS"):
                pass
        assert socket.close_code is not None
        return socket.close_code


async def close_code_on_hocuspocus(site: Site, *bodies: bytes) -> int:
    token = site.bearer("ana")["Authorization"].removeprefix("Bearer ")
    url = f"ws://127.0.0.1:{site.client.server.port}/ws/hocuspocus"
    async with RawSocket(url) as socket:
        prefix = address("lunch")
        await socket.send(prefix + b"\x02\x00" + var_string(token))
        for body in bodies:
            await socket.send(prefix + body)
        return (await socket.receive_close(5)).code


# -- what stays ------------------------------------------------------------------------------


async def test_a_renewed_menu_reads_the_same_and_is_smaller(lunch):
    await wear_out(lunch, 400)
    before, old_state = await got(lunch, MENU), await state_tag(lunch)
    status, done = await renew(lunch)
    assert (status, done["epoch"]) == (200, 2)
    assert done["bytes_after"] < done["bytes_before"] / 4
    assert await got(lunch, MENU) == before
    assert await state_tag(lunch) != old_state
    shown = (await got(lunch, DOCUMENT))[1]
    assert (shown["epoch"], shown["size"]["quarantined"]) == (2, 0)
    assert shown["size"]["snapshot_bytes"] == done["bytes_after"]


async def test_it_is_told_of_in_the_events_of_the_menu(lunch):
    _, done = await renew(lunch)
    page = await lunch.house.streams.read(stream_of("lunch"), 0, 100)
    (event,) = [one.event for one in page.events if one.event.type == "menu.renewed"]
    assert (event.actor, event.body) == ("mia", done)


async def test_an_open_conflict_stays_the_same_one_and_can_be_resolved(lunch):
    ana, bo = await devices(lunch, "lunch", "ana", "bo")
    ana.set("items", "soup", "price", 1250, NOON_MS)
    bo.set("items", "soup", "price", 1150, NOON_MS + 60_000)
    await ana.send()
    await bo.send()
    (before,) = (await got(lunch, f"{MENU}/conflicts"))[1]["conflicts"]
    await renew(lunch)
    (after,) = (await got(lunch, f"{MENU}/conflicts"))[1]["conflicts"]
    assert (after["id"], after["opened_at"]) == (before["id"], before["opened_at"])
    for one in (*before["candidates"], *after["candidates"]):
        del one["replica"]
    assert after["candidates"] == before["candidates"]
    path = f"/api/v1/conflicts/{after['id']}/resolve"
    answer = await lunch.client.post(path, json={"keep": 1}, headers=lunch.bearer("mia"))
    assert (answer.status, await price_of(lunch)) == (200, 1250)
    assert (await got(lunch, f"{MENU}/conflicts"))[1]["conflicts"] == []


async def test_history_and_locks_stay(lunch):
    await wear_out(lunch, 1)
    lock = {"field": "items/soup/price"}
    await lunch.client.post(f"{MENU}/locks", json=lock, headers=lunch.bearer("bo"))
    history, locks = await got(lunch, f"{MENU}/history"), await got(lunch, f"{MENU}/locks")
    await renew(lunch)
    assert (await got(lunch, f"{MENU}/history"))[1] == history[1]
    assert [one["user"] for one in (await got(lunch, f"{MENU}/locks"))[1]["locks"]] == ["bo"]
    assert len(locks[1]["locks"]) == 1


async def test_edits_go_on_and_survive_a_restart(open_site: OpenSite, tmp_path: Path):
    site = await open_site()
    await site.client.post(f"{MENU}/import", json=FILE, headers=site.bearer())
    await renew(site)
    (device,) = await devices(site, "lunch", "ana")
    device.set("items", "soup", "price", 777, NOON_MS)
    await device.send()
    assert await price_of(site) == 777
    await renew(site)
    (device,) = await devices(site, "lunch", "ana")
    device.set("items", "broth", "price", 888, NOON_MS)
    await device.send()
    assert (await price_of(site), await price_of(site, 1)) == (777, 888)
    assert (await got(site, DOCUMENT))[1]["epoch"] == 3


# -- who is refused --------------------------------------------------------------------------


async def test_who_manages_no_documents_may_not(lunch):
    status, problem = await renew(lunch, **lunch.bearer("bo", "bistro", Role.EDITOR))
    assert (status, (await got(lunch, DOCUMENT))[1]["epoch"]) == (403, 1)
    assert problem["code"] != ""
    assert (await renew(lunch, **lunch.bearer("eve", "trattoria")))[0] == 403


async def test_only_menus_can_be_renewed(site):
    body = {"id": "lunch", "kind": "free", "title": "Notes"}
    assert (await site.client.post("/api/v1/documents", json=body, headers=site.bearer())).ok
    status, problem = await renew(site)
    assert (status, problem["code"]) == (422, "not_a_menu")
    assert "free document" in problem["detail"]


async def test_an_unknown_document_is_not_found(site):
    assert (await renew(site))[0] == 404


async def test_a_menu_that_somebody_has_open_is_left_alone(lunch):
    async with lunch.client.ws_connect("/ws/y/lunch", headers=lunch.bearer("ana")) as socket:
        await socket.receive_bytes()
        status, problem = await renew(lunch)
        assert (status, problem["code"]) == (409, "in_use")
        assert not socket.closed
    assert (await got(lunch, DOCUMENT))[1]["epoch"] == 1


async def test_edits_that_wait_for_others_are_not_thrown_away(lunch):
    device = await Device(lunch, "lunch", "ana").fetch()
    device.set("items", "soup", "price", 1, NOON_MS)
    lacked = device.doc.get_state()
    device.set("items", "soup", "price", 2, NOON_MS)
    late = device.doc.get_update(lacked)
    # A room of today would not take it, but a log may hold such rows.
    update = NewUpdate(late, "ana", "session", lunch.house.clock.utc())
    await lunch.house.updates.append([DocumentUpdates("lunch", (update,))])
    answer = await renew(lunch)
    assert (answer[0], answer[1]["code"]) == (409, "edits_waiting")


# -- who held the old history ----------------------------------------------------------------


async def test_everybody_is_sent_away_when_it_is_forced(lunch):
    leaving = [
        asyncio.create_task(close_code_on_y(lunch)),
        asyncio.create_task(close_code_on_hocuspocus(lunch, STEP1 + var_bytes(b"\x00"))),
    ]
    async with asyncio.timeout(5):
        while (room := lunch.house.lobby.room_of("lunch")) is None or len(room.seats) < 2:
            await asyncio.sleep(0.01)
    status, done = await renew(lunch, {"force": True})
    assert (status, done["epoch"]) == (200, 2)
    assert await asyncio.gather(*leaving) == [4409, 4409]


async def test_a_client_with_the_old_history_is_refused_and_a_fresh_one_is_not(lunch):
    old = await wear_out(lunch, 10)
    await renew(lunch)
    step1 = messages.sync_step1(old.doc.get_state())
    assert await close_code_on_y(lunch, step1) == 4409
    assert await close_code_on_hocuspocus(lunch, STEP1 + var_bytes(old.doc.get_state())) == 4409
    fresh = await Device(lunch, "lunch", "ana").fetch()
    fresh.set("items", "soup", "price", 4711, NOON_MS * 2)
    await fresh.send()
    other = await Device(lunch, "lunch", "bo").fetch()
    assert await price_of(lunch) == 4711
    assert set(other.doc.get("items", type=Map).keys()) == {"soup", "broth"}


async def test_one_who_only_read_the_first_content_is_refused(lunch):
    reader: Doc[Any] = Doc()
    answer = await lunch.client.get(f"{DOCUMENT}/state", headers=lunch.bearer())
    reader.apply_update(await answer.read())
    vector = reader.get_state()
    assert read_state_vector(vector).keys() == {SEED_CLIENT_ID}
    await renew(lunch)
    # Nothing but the fixed id of first contents: the case in which two histories would mix unseen.
    viewer = lunch.bearer("vera", "bistro", Role.VIEWER)
    assert await close_code_on_y(lunch, messages.sync_step1(vector), user=viewer) == 4409
    assert await close_code_on_hocuspocus(lunch, STEP1 + var_bytes(vector)) == 4409
    shorter = write_state_vector({SEED_CLIENT_ID: 1})
    assert await close_code_on_y(lunch, messages.sync_step1(shorter)) == 4409


async def test_the_content_of_the_old_history_is_refused_whoever_brings_it(lunch):
    answer = await lunch.client.get(f"{DOCUMENT}/state", headers=lunch.bearer())
    old = await answer.read()
    before = await got(lunch, MENU)
    await renew(lunch)
    assert await close_code_on_y(lunch, messages.sync_step2(old)) == 4409
    assert await close_code_on_y(lunch, messages.update(old)) == 4409
    assert await close_code_on_hocuspocus(lunch, STEP2 + var_bytes(old)) == 4409
    assert await got(lunch, MENU) == before


async def test_an_edit_on_top_of_the_old_history_changes_nothing(lunch):
    tablet = await Device(lunch, "lunch", "ana").fetch()
    known = tablet.doc.get_state()
    tablet.set("items", "soup", "price", 1, NOON_MS * 2)
    edit = tablet.doc.get_update(known)
    before = await got(lunch, MENU)
    await renew(lunch)
    async with lunch.client.ws_connect("/ws/y/lunch", headers=lunch.bearer("ana")) as socket:
        await socket.send_bytes(messages.update(edit))
        asked = [messages.decode(await socket.receive_bytes()) for _ in range(2)]
        assert any(isinstance(one, messages.SyncStep1) for one in asked)
        await socket.send_bytes(messages.sync_step2(tablet.doc.get_update(b"\x00")))
        async with asyncio.timeout(5):
            while not (await socket.receive()).type.name.startswith("CLOS"):
                pass
        assert socket.close_code == 4409
    assert await got(lunch, MENU) == before


# -- at the same time ------------------------------------------------------------------------


async def test_an_edit_of_another_process_is_read_before_it_is_tried_again(
    lunch, monkeypatch: pytest.MonkeyPatch
):
    device = await Device(lunch, "lunch", "ana").fetch()
    known = device.doc.get_state()
    device.set("items", "soup", "price", 999, NOON_MS)
    edit = NewUpdate(device.doc.get_update(known), "ana", "elsewhere", lunch.house.clock.utc())
    replace, tried = RenewalStore.replace, []

    async def edited_meanwhile(self: RenewalStore, *arguments: Any) -> int | None:
        if not tried:
            await lunch.house.updates.append([DocumentUpdates("lunch", (edit,))])
        done = await replace(self, *arguments)
        tried.append(done)
        return done

    monkeypatch.setattr(RenewalStore, "replace", edited_meanwhile)
    done = await renew_menu(lunch.house, "lunch", "mia")
    assert (tried, done.epoch) == ([None, 2], 2)
    assert await price_of(lunch) == 999


async def test_it_gives_up_when_another_process_keeps_editing(
    lunch, monkeypatch: pytest.MonkeyPatch
):
    async def never(self: RenewalStore, *arguments: Any) -> int | None:
        return None

    monkeypatch.setattr(RenewalStore, "replace", never)
    with pytest.raises(StoreError):
        await renew_menu(lunch.house, "lunch", "mia")
    assert await price_of(lunch) == 450


async def test_nobody_gets_in_between_and_a_failure_leaves_the_old_menu(
    lunch, monkeypatch: pytest.MonkeyPatch
):
    async def fail(self: RenewalStore, *arguments: Any) -> int | None:
        assert lunch.house.lobby.room_of("lunch") is None
        raise StoreError("the disk is full", reason="disk_full")

    (old,) = await devices(lunch, "lunch", "ana")
    monkeypatch.setattr(RenewalStore, "replace", fail)
    assert (await renew(lunch))[0] == 503
    old.set("items", "soup", "price", 123, NOON_MS)
    await old.send()  # its history is still the one
    assert await price_of(lunch) == 123


async def test_requests_during_renewals_are_answered_from_one_or_the_other(lunch):
    async def edit(number: int) -> int:
        patch = {"sections": {"soups": {"items": {"broth": {"price": 1000 + number}}}}}
        kind = {"Content-Type": "application/merge-patch+json", **lunch.bearer(f"p{number}")}
        answer = await lunch.client.patch(MENU, json=patch, headers=kind)
        return answer.status

    statuses = await asyncio.gather(
        *(edit(number) for number in range(8)), *(_status(lunch) for _ in range(3))
    )
    assert set(statuses) == {200}
    assert await price_of(lunch, 1) in range(1000, 1008)
    assert (await got(lunch, DOCUMENT))[1]["epoch"] == 4


async def _status(site: Site) -> int:
    return (await renew(site))[0]


# -- the command line ------------------------------------------------------------------------


async def test_the_command_line_renews_a_menu_that_no_server_uses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    database = str(tmp_path / "menus.db")
    sample = Path(__file__).parents[2] / "api" / "samples" / "asia_bistro_de.json"
    loaded = ["import", str(sample), "--restaurant", "bistro", "--menu", "lunch"]

    def run(*arguments: str) -> tuple[int, str]:
        code = main([*arguments, "--database", database])
        said = capsys.readouterr()
        return code, said.out + said.err

    def both() -> list[tuple[int, str]]:
        commands = (loaded, ["export", "--menu", "lunch"], ["renew", "lunch"])
        done = [run(*one) for one in commands]
        return [*done, run("export", "--menu", "lunch"), run("doctor"), run("renew", "none")]

    imported, before, renewed, after, doctor, unknown = await asyncio.to_thread(both)
    assert (imported[0], renewed[0]) == (0, 0)
    assert before == after
    assert "Menu lunch took" in renewed[1] and "load it afresh" in renewed[1]
    assert doctor[0] == 0 and "alarm" not in doctor[1] and "was renewed" in doctor[1]
    assert (unknown[0], unknown[1].strip()) == (2, "mirepoix: There is no such document.")
