"""Conflicts over REST: listed with who and when, resolved by an ordinary edit."""

from __future__ import annotations

from typing import Any

import pytest

from collab.identity import Role
from collab.records import stream_of
from tests.api.conftest import Site
from tests.api.devices import devices

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
PRICE = "prices/items/soup/price"


@pytest.fixture
async def lunch(site: Site) -> Site:
    path = "/api/v1/menus/lunch/import"
    answer = await site.client.post(path, json=FILE, headers=site.bearer("boss"))
    assert answer.status == 201
    return site


async def listed(site: Site, query: str = "", **headers: str) -> Any:
    path = f"/api/v1/menus/lunch/conflicts?{query}"
    answer = await site.client.get(path, headers=headers or site.bearer())
    return answer.status, await answer.json()


async def resolve(site: Site, id: str, body: dict[str, Any], **headers: str) -> tuple[int, Any]:
    path = f"/api/v1/conflicts/{id}/resolve"
    answer = await site.client.post(path, json=body, headers=headers or site.bearer("mia"))
    return answer.status, await answer.json()


async def disagree(site: Site, register: str, first: object, second: object) -> dict[str, Any]:
    """Ana and Bo write a register without seeing each other; the conflict."""
    ana, bo = await devices(site, "lunch", "ana", "bo")
    ana.set("items", "soup", register, first, NOON_MS)
    bo.set("items", "soup", register, second, NOON_MS + 60_000)
    await ana.send()
    await bo.send()
    status, page = await listed(site)
    assert status == 200
    (conflict,) = page["conflicts"]
    return dict(conflict)


async def price_of(site: Site) -> Any:
    answer = await site.client.get("/api/v1/menus/lunch", headers=site.bearer())
    return (await answer.json())["sections"][0]["items"][0]["price"]


async def test_two_prices_are_listed_with_who_and_when(lunch):
    conflict = await disagree(lunch, "price", 1250, 1150)
    assert (conflict["key"], conflict["kind"], conflict["severity"]) == (PRICE, "prices", "error")
    assert (conflict["root"], conflict["part"], conflict["field"]) == ("items", "soup", "price")
    shown = [(one["value"], one["user"], one["ms"]) for one in conflict["candidates"]]
    assert shown == [(1150, "bo", NOON_MS + 60_000), (1250, "ana", NOON_MS)]
    assert conflict["closed_at"] is None


async def test_resolving_is_an_edit_that_everybody_gets(lunch):
    conflict = await disagree(lunch, "price", 1250, 1150)
    (device,) = await devices(lunch, "lunch", "ana")
    status, done = await resolve(lunch, conflict["id"], {"keep": 1, "expected": 1250})
    assert (status, done["changes"]) == (200, 1)
    after = done["conflict"]
    assert (after["resolved_by"], after["resolution"]["keep"]) == ("mia", 1)
    assert after["closed_at"] is not None
    assert await price_of(lunch) == 1250
    assert (await listed(lunch))[1]["conflicts"] == []
    device.set("items", "soup", "hidden", True, NOON_MS)
    await device.send()
    prices = [key for key in device.doc["items"]["soup"] if key.startswith("price@")]
    assert len(prices) == 1


async def test_opening_and_resolving_are_told_in_order(lunch):
    conflict = await disagree(lunch, "price", 1250, 1150)
    await resolve(lunch, conflict["id"], {"value": 1200})
    page = await lunch.house.streams.read(stream_of("lunch"), 0, 100)
    told = [one.event for one in page.events if one.event.type.startswith("conflict.")]
    assert [(one.type, one.body["id"]) for one in told] == [
        ("conflict.opened", conflict["id"]),
        ("conflict.closed", conflict["id"]),
    ]
    assert await price_of(lunch) == 1200


async def test_closed_ones_can_be_listed_page_by_page(lunch):
    first = await disagree(lunch, "price", 1250, 1150)
    await resolve(lunch, first["id"], {"keep": 0})
    second = await disagree(lunch, "price", 1300, 1400)
    assert second["id"] != first["id"]
    _, page = await listed(lunch, "state=all&limit=1")
    assert ([one["id"] for one in page["conflicts"]], page["next"]) == (
        [second["id"]],
        second["id"],
    )
    _, page = await listed(lunch, f"state=all&limit=1&after={page['next']}")
    assert [one["id"] for one in page["conflicts"]] == [first["id"]]
    _, page = await listed(lunch, "state=closed")
    assert [one["id"] for one in page["conflicts"]] == [first["id"]]
    _, page = await listed(lunch, "state=all&severity=warning")
    assert page["conflicts"] == []


async def test_menu_that_nobody_opened_is_looked_at(site):
    item = {"id": "x", "name": "Neu", "price": 0}
    file = {**FILE, "sections": [{"id": "s", "name": "S", "items": [item]}]}
    await site.client.post("/api/v1/menus/lunch/import", json=file, headers=site.bearer())
    _, page = await listed(site)
    assert [one["key"] for one in page["conflicts"]] == ["price_free/items/x/price"]


async def test_resolved_once_is_resolved(lunch):
    conflict = await disagree(lunch, "price", 1250, 1150)
    assert (await resolve(lunch, conflict["id"], {"keep": 0}))[0] == 200
    status, problem = await resolve(lunch, conflict["id"], {"keep": 1})
    assert (status, problem["code"]) == (409, "conflict_closed")
    assert await price_of(lunch) == 1150


async def test_candidate_that_is_another_one_by_now_is_not_kept(lunch):
    conflict = await disagree(lunch, "price", 1250, 1150)
    status, problem = await resolve(lunch, conflict["id"], {"keep": 0, "expected": 1250})
    assert (status, problem["code"]) == (409, "conflict_changed")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (400, "bad_resolution")),
        ({"keep": 0, "value": 3}, (400, "bad_resolution")),
        ({"keep": 7}, (422, "bad_choice")),
        ({"choice": "restore"}, (422, "bad_choice")),
        ({"choice": "explode"}, (422, "invalid_fields")),
        ({"value": "cheap"}, (422, "bad_value")),
        ({"value": -1}, (422, "bad_value")),
    ],
)
async def test_bad_resolution_is_refused_and_changes_nothing(lunch, body, expected):
    conflict = await disagree(lunch, "price", 1250, 1150)
    status, problem = await resolve(lunch, conflict["id"], body)
    assert (status, problem["code"]) == expected
    assert [one["id"] for one in (await listed(lunch))[1]["conflicts"]] == [conflict["id"]]


async def test_allergens_are_decided_by_managers_only(lunch):
    conflict = await disagree(lunch, "allergen:Sesam", "contains", "free")
    editor = lunch.bearer("ed", "bistro", Role.EDITOR)
    status, problem = await resolve(lunch, conflict["id"], {"keep": 0}, **editor)
    assert (status, problem["code"]) == (403, "forbidden_act")
    answer = await lunch.client.get("/api/v1/menus/lunch", headers=lunch.bearer())
    shown = (await answer.json())["sections"][0]["items"][0]
    assert shown["allergens"] == ["Sesam"]  # meanwhile the strictest is shown
    manager = lunch.bearer("mia", "bistro", Role.MANAGER)
    assert (await resolve(lunch, conflict["id"], {"value": "may"}, **manager))[0] == 200


async def test_price_is_decided_by_those_who_may_write_it(lunch):
    conflict = await disagree(lunch, "price", 1250, 1150)
    waiter = lunch.bearer("wes", "bistro", Role.WAITER)
    status, problem = await resolve(lunch, conflict["id"], {"keep": 0}, **waiter)
    assert (status, problem["code"]) == (403, "field_forbidden")
    editor = lunch.bearer("ed", "bistro", Role.EDITOR)
    assert (await resolve(lunch, conflict["id"], {"keep": 0}, **editor))[0] == 200


async def test_item_deleted_by_one_and_edited_by_another_can_come_back(lunch):
    ana, bo = await devices(lunch, "lunch", "ana", "bo")
    ana.set("items", "soup", "deleted", True, NOON_MS)
    bo.set("items", "soup", "price", 500, NOON_MS + 60_000)
    await ana.send()
    await bo.send()
    (conflict,) = (await listed(lunch))[1]["conflicts"]
    assert conflict["key"] == "deleted/items/soup/deleted"
    status, _ = await resolve(lunch, conflict["id"], {"choice": "restore"})
    assert (status, await price_of(lunch)) == (200, 500)


async def test_conflicts_of_other_restaurants_are_out_of_reach(lunch):
    conflict = await disagree(lunch, "price", 1250, 1150)
    eve = lunch.bearer("eve", "other")
    status, problem = await listed(lunch, **eve)
    assert (status, problem["code"]) == (403, "forbidden_document")
    status, problem = await resolve(lunch, conflict["id"], {"keep": 0}, **eve)
    assert (status, problem["code"]) == (403, "forbidden_document")
    status, problem = await resolve(lunch, "nobody", {"keep": 0})
    assert (status, problem["code"]) == (404, "conflict_not_found")
