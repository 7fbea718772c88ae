"""The history over REST: what was changed by whom, and putting it back as an ordinary edit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pycrdt import Map

from api.menu_edits import change_menu
from api.rest.history import plan_restore
from collab.edits.changes import Change, Create, SetMeta, SetRegister, SetText
from collab.edits.writing import edit_of
from collab.errors import DocumentGone, StructureRefused
from collab.identity import Identity, Role
from collab.menus.menu import Menu
from collab.menus.plain_menu import PlainItem, PlainMenu, PlainSection
from collab.menus.reading import read_menu
from collab.menus.registers import replica_of
from collab.records import FieldChange, SessionStatus, UserSession
from collab.updates.admission import read_update
from tests.api.conftest import Site
from tests.collab.sample_menus import client_of, menu_document

FILE = {
    "locale": "de",
    "currency": "EUR",
    "sections": [
        {"id": "s1", "name": "Suppen", "items": [{"id": "i1", "name": "Suppe", "price": 450}]}
    ],
}
PRICE = SetRegister("items", "i1", "price", 500)
NAME = SetText("items", "i1", "name", "de", "Tagessuppe")


async def edit(site: Site, user: str, *changes: Change, role: Role = Role.EDITOR) -> None:
    document = await site.house.documents.find("lunch")
    assert document is not None
    who = Identity(user, user.title(), "bistro", frozenset({role}))
    await change_menu(site.house, document, who, lambda _: changes)


async def get(site: Site, what: str = "history", menu: str = "lunch", **headers: str) -> Any:
    path = f"/api/v1/menus/{menu}/{what}"
    answer = await site.client.get(path, headers=headers or site.bearer())
    return answer.status, await answer.json()


async def entries(site: Site, query: str = "") -> list[dict[str, Any]]:
    status, answer = await get(site, f"history?{query}")
    assert status == 200, answer
    return [one for each in answer["sessions"] for one in each["changes"]]


async def restore(site: Site, entry: str, **headers: str) -> tuple[int, dict[str, Any]]:
    path = f"/api/v1/menus/lunch/history/{entry}/restore"
    answer = await site.client.post(path, headers=headers or site.bearer())
    return answer.status, await answer.json()


async def menu_of(site: Site) -> Menu:
    async with site.house.lobby.lease("lunch") as room:
        return read_menu(room.document)


def item_of(menu: Menu) -> Any:
    return next(item for item in menu.live_items() if item.id == "i1")


@pytest.fixture
async def lunch(site: Site) -> Site:
    answer = await site.client.post(
        "/api/v1/menus/lunch/import", json=FILE, headers=site.bearer("boss")
    )
    assert answer.status == 201
    return site


async def test_every_change_names_who_what_and_through_which_door(lunch: Site) -> None:
    await edit(lunch, "ann", PRICE)
    [entry] = await entries(lunch)
    assert entry["id"] and entry["since"] == entry["at"]
    del entry["id"], entry["since"], entry["at"], entry["session"]
    assert entry == {
        "root": "items",
        "item": "i1",
        "field": "price",
        "before": 450,
        "after": 500,
        "user": "ann",
        "door": "rest",
    }


async def test_history_is_found_by_item_field_person_and_time(lunch: Site) -> None:
    await edit(lunch, "ann", PRICE)
    await edit(lunch, "bo", NAME, SetText("sections", "s1", "name", "de", "Warmes"))
    for query, fields in (
        ("item=i1", {"name:de", "price"}),
        ("item=s1", {"name:de"}),
        ("field=price", {"price"}),
        ("user=bo&item=i1", {"name:de"}),
        ("user=eve", set()),
        ("door=y", set()),
        ("since=2020-01-01T00:00:00Z", {"name:de", "price"}),
        ("until=2020-01-01T00:00:00Z", set()),
        ("since=2020-01-01T00:00:00%2B01:00&door=rest&item=i1&field=price", {"price"}),
    ):
        assert {one["field"] for one in await entries(lunch, query)} == fields, query


async def test_pages_hold_everything_once(lunch: Site) -> None:
    for price in range(1, 8):
        await edit(lunch, f"u{price % 2}", SetRegister("items", "i1", "price", price))
    found: list[int] = []
    query = "history?limit=3"
    while True:
        _, page = await get(lunch, query)
        found += [one["after"] for each in page["sessions"] for one in each["changes"]]
        if page["next"] is None:
            break
        query = f"history?limit=3&after={page['next'].replace('+', '%2B')}"
    assert sorted(found) == [1, 2, 3, 4, 5, 6, 7]


async def test_blame_names_the_last_writer_of_each_field(lunch: Site) -> None:
    await edit(lunch, "ann", PRICE, NAME)
    await edit(lunch, "bo", SetRegister("items", "i1", "price", 600))
    await edit(lunch, "cy", SetText("sections", "s1", "name", "de", "Warmes"))
    _, answer = await get(lunch, "blame")
    writers = {
        (part["root"], part["item"], one["field"]): one["user"]
        for part in answer["parts"]
        for one in part["fields"]
    }
    assert writers == {
        ("items", "i1", "name:de"): "ann",
        ("items", "i1", "price"): "bo",
        ("sections", "s1", "name:de"): "cy",
    }
    _, answer = await get(lunch, "blame?item=s1")
    assert [part["item"] for part in answer["parts"]] == ["s1"]


async def test_restoring_puts_back_what_was_and_is_an_edit_like_any_other(lunch: Site) -> None:
    await edit(lunch, "ann", PRICE, NAME)
    await edit(lunch, "bo", SetText("items", "i1", "desc", "de", "heiß"))
    by_field = {one["field"]: one["id"] for one in await entries(lunch)}
    assert await restore(lunch, by_field["price"]) == (200, {"changes": 1})
    assert await restore(lunch, by_field["name:de"]) == (200, {"changes": 1})
    item = item_of(await menu_of(lunch))
    assert (item.price, item.name["de"], item.description["de"]) == (450, "Suppe", "heiß")
    assert await restore(lunch, by_field["price"]) == (200, {"changes": 0})
    again = await entries(lunch, "field=price")
    assert [(one["user"], one["before"], one["after"]) for one in again] == [
        ("ann", 500, 450),
        ("ann", 450, 500),
    ]


async def test_restoring_needs_the_right_to_write_the_field(lunch: Site) -> None:
    await edit(lunch, "ann", PRICE)
    [entry] = await entries(lunch)
    for role in (Role.WAITER, Role.TRANSLATOR, Role.VIEWER):
        status, _ = await restore(lunch, entry["id"], **lunch.bearer("wendy", "bistro", role))
        assert status == 403
    assert item_of(await menu_of(lunch)).price == 500


async def test_history_is_for_those_who_may_open_the_menu(lunch: Site) -> None:
    await edit(lunch, "ann", PRICE)
    [entry] = await entries(lunch)
    stranger = lunch.bearer("eve", "other")
    for what in ("history", "blame", "writers"):
        assert (await get(lunch, what, **stranger))[0] == 403
        assert (await get(lunch, what, **lunch.bearer("v", "bistro", Role.VIEWER)))[0] == 200
        assert (await get(lunch, what, "none"))[0] == 404
    assert (await restore(lunch, entry["id"], **stranger))[0] == 403


async def test_names_of_writers_are_those_of_the_staff_else_of_who_had_the_menu_open(
    lunch: Site,
) -> None:
    now = lunch.house.clock.utc()
    was_here = UserSession(
        "s1", "bo", "Bo", "bistro", "menu", "lunch", "y", SessionStatus.OFFLINE, now, now
    )
    once_called = replace(was_here, id="s2", user_id="wil", user_name="Wilhelm")
    await lunch.house.session_store.write([was_here, once_called], [])
    await edit(lunch, "ida", PRICE)
    await edit(lunch, "gone-7", NAME)
    for user, name in (("wil", "Wil"), ("ida", "Ida"), ("gone-7", "gone-7"), ("eve", "Eve")):
        row = {"user_id": user, "name": name, "roles": ["editor"]}
        path = "/api/v1/staff?restaurant=bistro"
        assert (await lunch.client.post(path, json=row, headers=lunch.bearer())).status == 201
    assert await get(lunch, "writers") == (
        200,
        {
            "writers": [
                {"user": "bo", "name": "Bo"},
                {"user": "ida", "name": "Ida"},
                {"user": "wil", "name": "Wil"},
            ]
        },
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("after=x", 400),
        ("after=2026-01-01T00:00:00~x", 400),
        ("since=2026-01-01T00:00:00", 422),
        ("since=yesterday", 422),
        ("limit=0", 422),
        ("colour=red", 422),
    ],
)
async def test_odd_query_is_refused(lunch: Site, query: str, expected: int) -> None:
    assert (await get(lunch, f"history?{query}"))[0] == expected


async def test_entry_that_is_not_there_is_not_found(lunch: Site) -> None:
    status, problem = await restore(lunch, "nothing")
    assert (status, problem["code"]) == (404, "entry_not_found")


async def test_change_is_told_when_the_menu_is_quiet(lunch: Site) -> None:
    await edit(lunch, "ann", PRICE)
    path = "/api/v1/menus/lunch/events?wait_seconds=20"
    async with asyncio.timeout(10):
        answer = await lunch.client.get(path, headers=lunch.bearer())
        told = [one for one in (await answer.json())["events"] if one["type"] == "menu.changed"]
    assert "i1" in told[0]["body"]["parts"]


PLAIN = PlainMenu(
    "de",
    "EUR",
    sections=(
        PlainSection({"de": "Suppen"}, id="s1", items=(PlainItem({"de": "Suppe"}, id="i1"),)),
    ),
)


def planned(entry: FieldChange, *before: Change) -> Sequence[Change]:
    document = menu_document(PLAIN)
    if before:
        document.changed_by(edit_of(before, "ann", 1))
    return plan_restore(read_menu(document), entry)


DAY = datetime(2026, 1, 1, tzinfo=UTC)
ENTRY = FieldChange("e", "items", "i1", "price", 450, 500, "ann", "s", "y", DAY, DAY)


@pytest.mark.parametrize(
    ("entry", "change"),
    [
        ({}, SetRegister("items", "i1", "price", 450)),
        ({"before": None}, None),  # it holds none already
        ({"field": "name:de", "before": "Brühe"}, SetText("items", "i1", "name", "de", "Brühe")),
        ({"field": "name:de", "before": "Suppe"}, None),
        ({"field": "name:fr", "before": None}, None),
        ({"field": "note", "before": "alt"}, SetText("items", "i1", "note", "", "alt")),
        ({"field": "", "before": None}, SetRegister("items", "i1", "deleted", True)),
        (
            {"root": "sections", "part_id": "s1", "field": "desc:de", "before": "x"},
            SetText("sections", "s1", "desc", "de", "x"),
        ),
        ({"root": "meta", "part_id": "", "field": "currency"}, SetMeta("currency", 450)),
    ],
)
def test_plan_of_a_restore(entry: dict[str, Any], change: Change | None) -> None:
    found = planned(replace(ENTRY, **entry))
    assert found == (() if change is None else (change,))


def test_restoring_the_name_of_a_group_writes_its_register() -> None:
    group = Create("modgroups", "g1", {}, {}, (), {"name:de": "Beilagen"})
    entry = replace(ENTRY, root="modgroups", part_id="g1", field="name:de", before="Extras")
    assert planned(entry, group) == (SetRegister("modgroups", "g1", "name:de", "Extras"),)


def test_what_is_deleted_can_be_restored_by_its_entry() -> None:
    entry = replace(ENTRY, field="deleted", before=None, after=True)
    gone = SetRegister("items", "i1", "deleted", True)
    assert planned(entry, gone) == (SetRegister("items", "i1", "deleted", None),)


def test_part_that_is_not_there_cannot_be_restored() -> None:
    with pytest.raises(DocumentGone):
        planned(replace(ENTRY, part_id="i9"))
    with pytest.raises(StructureRefused):
        planned(replace(ENTRY, root="meta", part_id="", field="legend", before=None))


def test_restoring_ends_a_disagreement_also_with_the_value_that_shows() -> None:
    document, client = client_of(PLAIN)
    document.changed_by(edit_of([SetRegister("items", "i1", "price", 5)], "ann", 1))
    price = SetRegister("items", "i1", "price", 5)
    assert plan_restore(read_menu(document), replace(ENTRY, before=5)) == ()
    with client.transaction():
        fields = client.get("items", type=Map)["i1"]
        fields[f"price@{replica_of(client.client_id)}"] = [7, "bo", 0]
    update = client.get_update()
    document.receive(update, read_update(update), answers_step1=True)
    assert plan_restore(read_menu(document), replace(ENTRY, before=5)) == (price,)
