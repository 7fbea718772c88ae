"""Copies of menus, and a master menu that other restaurants show with their own prices."""

from __future__ import annotations

import json
from typing import Any

import pytest

from collab.identity import Role
from tests.api.conftest import Site
from tests.collab.sample_menus import SAMPLE

MASTER: dict[str, Any] = {
    "locale": "de",
    "currency": "EUR",
    "sections": [
        {
            "id": "s1",
            "name": "Pizza",
            "items": [
                {"id": "i1", "name": "Margherita", "price": 900, "note": "nur intern"},
                {
                    "id": "i2",
                    "name": "Funghi",
                    "variations": [{"id": "v1", "name": "klein", "price": 800}],
                },
                {"id": "i3", "name": "Neu", "price": 100, "hidden": True},
            ],
        }
    ],
}
OVERRIDES = "/api/v1/menus/master/overrides"


async def ask(site: Site, method: str, path: str, who: dict[str, str], body: Any = None) -> Any:
    """(status, JSON)"""
    answer = await site.client.request(method, path, json=body, headers=who)
    text = await answer.text()
    return answer.status, json.loads(text) if text else None


async def put(site: Site, menu: str, file: Any) -> None:
    path = f"/api/v1/menus/{menu}/import"
    status, report = await ask(site, "POST", path, site.bearer(), file)
    assert status in (200, 201), report


@pytest.fixture
async def chain(site: Site) -> Site:
    """A published master menu that the restaurant `north` shows."""
    await put(site, "master", MASTER)
    status, done = await ask(site, "POST", "/api/v1/menus/master/versions", site.bearer(), {})
    assert status == 201, done
    path = "/api/v1/menus/master/shares"
    status, _ = await ask(site, "POST", path, site.bearer(), {"restaurant": "north"})
    assert status == 201
    return site


async def shown(site: Site, restaurant: str | None) -> Any:
    """(status, {item: price}, ETag) as guests see it."""
    path = "/api/v1/menus/master/published"
    answer = await site.client.get(path, params={"restaurant": restaurant} if restaurant else {})
    if answer.status != 200:
        return answer.status, None, None
    content = await answer.json()
    prices = {
        item["id"]: item["price"] for section in content["sections"] for item in section["items"]
    }
    return 200, prices, answer.headers["ETag"]


async def test_copy_has_the_same_content_and_a_life_of_its_own(site: Site):
    await put(site, "lunch", json.loads(SAMPLE.read_bytes()))
    status, copied = await ask(
        site, "POST", "/api/v1/menus/lunch/copies", site.bearer(), {"id": "dinner"}
    )
    assert (status, copied) == (
        201,
        {
            "id": "dinner",
            "title": "lunch (copy)",
            "restaurant": "bistro",
            "copy_of": "lunch",
            "sections": 24,
            "items": 255,
        },
    )
    before = await ask(site, "GET", "/api/v1/menus/lunch", site.bearer())
    assert await ask(site, "GET", "/api/v1/menus/dinner", site.bearer()) == before
    await put(site, "dinner", {**MASTER, "sections": []} | {"sections": MASTER["sections"]})
    assert await ask(site, "GET", "/api/v1/menus/lunch", site.bearer()) == before
    document = await site.house.documents.find("dinner")
    assert document is not None and document.epoch == 1


async def test_copy_carries_everything_that_an_item_may_have(chain: Site):
    path = "/api/v1/menus/master/copies"
    status, copied = await ask(chain, "POST", path, chain.bearer(), {"title": "Zweite"})
    assert (status, copied["title"]) == (201, "Zweite")
    copied_menu = await ask(chain, "GET", f"/api/v1/menus/{copied['id']}", chain.bearer())
    assert copied_menu == await ask(chain, "GET", "/api/v1/menus/master", chain.bearer())


@pytest.mark.parametrize(
    ("who", "body", "status", "code"),
    [
        (("bo", "bistro", Role.EDITOR), {}, 403, "forbidden_act"),
        (("eve", "other"), {}, 403, "forbidden_document"),
        (("ann", "bistro"), {"restaurant": "other"}, 403, "forbidden_act"),
        (("ann", "bistro"), {"id": "master"}, 409, "exists"),
        (("ann", "bistro"), {"id": "a/b"}, 422, "invalid_fields"),
    ],
)
async def test_copies_are_made_by_managers_where_they_manage(chain, who, body, status, code):
    path = "/api/v1/menus/master/copies"
    found, problem = await ask(chain, "POST", path, chain.bearer(*who), body)
    assert (found, problem["code"]) == (status, code)


async def test_restaurant_of_the_chain_shows_its_own_prices(chain: Site):
    north = chain.bearer("nina", "north", Role.MANAGER)
    assert (await shown(chain, "north"))[:2] == (200, {"i1": 900, "i2": None})
    status, done = await ask(chain, "PUT", f"{OVERRIDES}/north/i1", north, {"price": 990})
    assert (status, done["restaurant"], done["currency"]) == (200, "north", "EUR")
    [one] = done["overrides"]
    assert (one["item"], one["variation"], one["price"], one["is_orphan"]) == (
        "i1", None, 990, False
    )  # fmt: skip
    await ask(chain, "PUT", f"{OVERRIDES}/north/i2", north, {"variations": {"v1": {"price": 1}}})
    await ask(chain, "PUT", f"{OVERRIDES}/north/i3", north, {"hidden": False})
    status, prices, tag = await shown(chain, "north")
    assert prices == {"i1": 990, "i2": None, "i3": 100}
    assert (await shown(chain, None))[1] == {"i1": 900, "i2": None}
    assert tag != (await shown(chain, None))[2]
    path = "/api/v1/menus/master/published?restaurant=north"
    again = await chain.client.get(path, headers={"If-None-Match": tag})
    assert again.status == 304
    await ask(chain, "PUT", f"{OVERRIDES}/north/i1", north, {"hidden": True})
    assert (await shown(chain, "north"))[1] == {"i2": None, "i3": 100}
    again = await chain.client.get(path, headers={"If-None-Match": tag})
    assert again.status == 200, "the tag covers the overrides"
    assert "nur intern" not in await again.text()
    await ask(chain, "PUT", f"{OVERRIDES}/north/i1", north, {})
    assert (await shown(chain, "north"))[1] == {"i1": 900, "i2": None, "i3": 100}
    page = await chain.house.streams.read("menu:master:events", 0, 100)
    overridden = [each.event for each in page.events if each.event.type == "menu.overridden"]
    assert len(overridden) == 5
    assert overridden[0].actor == "nina"
    assert overridden[0].body == {"restaurant": "north", "item": "i1"}


async def test_new_version_of_the_master_keeps_the_local_prices(chain: Site):
    north = chain.bearer("nina", "north", Role.MANAGER)
    await ask(chain, "PUT", f"{OVERRIDES}/north/i1", north, {"price": 990})
    items = [{**MASTER["sections"][0]["items"][0], "price": 950}]
    await put(chain, "master", {**MASTER, "sections": [{**MASTER["sections"][0], "items": items}]})
    assert (await shown(chain, "north"))[1]["i1"] == 990
    await ask(chain, "POST", "/api/v1/menus/master/versions", chain.bearer(), {})
    assert (await shown(chain, None))[1]["i1"] == 950
    assert (await shown(chain, "north"))[1]["i1"] == 990


async def test_restaurant_that_does_not_show_it_sees_nothing(chain: Site):
    assert (await shown(chain, "south"))[0] == 404
    south = chain.bearer("sam", "south", Role.MANAGER)
    status, problem = await ask(chain, "PUT", f"{OVERRIDES}/south/i1", south, {"price": 1})
    assert (status, problem["code"]) == (404, "not_shared")
    status, problem = await ask(chain, "GET", f"{OVERRIDES}?restaurant=south", south)
    assert (status, problem["code"]) == (404, "not_shared")


@pytest.mark.parametrize(
    ("item", "body", "status", "code"),
    [
        ("none", {"price": 1}, 404, "item_not_found"),
        ("i2", {"variations": {"v9": {"price": 1}}}, 404, "item_not_found"),
        ("i1", {"variations": {"": {"price": 1}}}, 400, "bad_variation"),
        ("i1", {"price": -1}, 422, "invalid_fields"),
        ("i1", {"price": 10**13}, 422, "invalid_fields"),
        ("i1", {"price": 1.5}, 422, "invalid_fields"),
        ("i1", {"currency": "USD"}, 422, "invalid_fields"),
        ("i1", {"variations": {"v1": {}}}, 422, "invalid_fields"),
    ],
)
async def test_bad_overrides_are_refused(chain: Site, item, body, status, code):
    north = chain.bearer("nina", "north", Role.MANAGER)
    found, problem = await ask(chain, "PUT", f"{OVERRIDES}/north/{item}", north, body)
    assert (found, problem["code"]) == (status, code)


async def test_override_of_an_item_that_is_gone_is_listed_not_lost(chain: Site):
    north = chain.bearer("nina", "north", Role.MANAGER)
    await put(chain, "lunch", MASTER)
    added = {"id": "i9", "name": "Bald", "price": 5}
    section = {"id": "s1", "name": "Pizza", "items": [added]}
    await put(chain, "master", {**MASTER, "sections": [section]})
    status, done = await ask(chain, "PUT", f"{OVERRIDES}/north/i9", north, {"price": 7})
    assert status == 200 and not done["overrides"][0]["is_orphan"], "known though not published"
    patch = [{"edit": "delete", "item": "i9"}]
    path = "/api/v1/menus/master/edits"
    status, answer = await ask(chain, "POST", path, chain.bearer(), {"edits": patch})
    assert status == 200, answer
    status, done = await ask(chain, "GET", f"{OVERRIDES}?restaurant=north", north)
    assert (status, [one["is_orphan"] for one in done["overrides"]]) == (200, [True])
    assert (await ask(chain, "PUT", f"{OVERRIDES}/north/i9", north, {}))[1]["overrides"] == []


async def test_who_may_share_and_override(chain: Site):
    north = chain.bearer("nina", "north", Role.MANAGER)
    cook = chain.bearer("kim", "north", Role.EDITOR)
    eve = chain.bearer("eve", "south")
    shares = "/api/v1/menus/master/shares"
    for who in (north, eve, chain.bearer("bo", "bistro", Role.EDITOR)):
        assert (await ask(chain, "POST", shares, who, {"restaurant": "south"}))[0] == 403
        assert (await ask(chain, "GET", shares, who))[0] == 403
    for who in (cook, eve, chain.bearer()):
        path = f"{OVERRIDES}/north/i1"
        assert (await ask(chain, "PUT", path, who, {"price": 1}))[0] == 403
    assert (await ask(chain, "GET", f"{OVERRIDES}?restaurant=north", eve))[0] == 403
    assert (await ask(chain, "GET", f"{OVERRIDES}?restaurant=north", chain.bearer()))[0] == 200
    assert (await ask(chain, "GET", "/api/v1/menus/master", north))[0] == 403, "live: closed"


async def test_shares_are_listed_on_both_sides_and_end(chain: Site):
    north = chain.bearer("nina", "north", Role.VIEWER)
    shares = "/api/v1/menus/master/shares"
    _, found = await ask(chain, "GET", shares, chain.bearer())
    assert [one["restaurant"] for one in found["shares"]] == ["north"]
    again = await ask(chain, "POST", shares, chain.bearer(), {"restaurant": "north"})
    assert again == (200, found["shares"][0])
    assert await ask(chain, "GET", "/api/v1/shared-menus", north) == (
        200,
        {
            "menus": [
                {
                    "id": "master",
                    "title": "master",
                    "restaurant": "bistro",
                    "published": "/api/v1/menus/master/published?restaurant=north",
                }
            ]
        },
    )
    guest = chain.bearer("gus", "north", Role.GUEST)
    assert (await ask(chain, "GET", "/api/v1/shared-menus", guest))[0] == 403
    own = await ask(chain, "POST", shares, chain.bearer(), {"restaurant": "bistro"})
    assert own[1]["code"] == "own_menu"
    eve = chain.bearer("eve", "south")
    assert (await ask(chain, "DELETE", f"{shares}/north", eve))[0] == 403
    assert (await ask(chain, "DELETE", f"{shares}/north", chain.bearer()))[0] == 204
    assert (await ask(chain, "DELETE", f"{shares}/north", chain.bearer()))[0] == 404
    assert (await shown(chain, "north"))[0] == 404
    assert await ask(chain, "GET", "/api/v1/shared-menus", north) == (200, {"menus": []})
