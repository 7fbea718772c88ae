"""Staff over REST: written down by managers, shut out when they leave."""

from __future__ import annotations

import pytest

from api.rest import staff
from collab.identity import Role
from tests.api.conftest import Site
from tests.api.setup import ask, furnish_bistro

WIL = {"user_id": "wil", "name": "Wil", "roles": ["waiter"]}


@pytest.fixture
async def bistro(site: Site) -> Site:
    await furnish_bistro(site)
    assert (await ask(site, "POST", "/staff", body=WIL))[0] == 201
    return site


async def test_life_of_a_row(bistro: Site):
    status, shown = await ask(bistro, "GET", "/staff/wil")
    assert status == 200 and shown["created_at"] == shown["updated_at"]
    expected = {**WIL, "stations": [], "locales": [], "is_active": True}
    assert {key: shown[key] for key in expected} == expected
    change = {"roles": ["kitchen", "waiter"], "stations": ["bar"], "name": "Wilma"}
    status, changed = await ask(bistro, "PATCH", "/staff/wil", body=change)
    assert status == 200 and {key: changed[key] for key in change} == change
    assert (await ask(bistro, "GET", "/staff"))[1] == {"staff": [changed], "next": None}
    assert await ask(bistro, "DELETE", "/staff/wil") == (204, None)
    for method in ("GET", "DELETE"):
        status, problem = await ask(bistro, method, "/staff/wil")
        assert (status, problem["code"]) == (404, "staff_not_found")
    assert (await ask(bistro, "PATCH", "/staff/wil", body=change))[0] == 404


async def test_list_comes_in_pages(bistro: Site):
    await ask(bistro, "POST", "/staff", body={**WIL, "user_id": "Ärger/1"})
    _, first = await ask(bistro, "GET", "/staff?limit=1")
    assert [one["user_id"] for one in first["staff"]] == ["wil"]
    _, rest = await ask(bistro, "GET", f"/staff?limit=1&after={first['next']}")
    assert [one["user_id"] for one in rest["staff"]] == ["Ärger/1"]
    assert (await ask(bistro, "GET", "/staff/%C3%84rger%2F1"))[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("PATCH", "/staff/wil", {"is_active": False}), ("DELETE", "/staff/wil", None)],
)
async def test_whoever_leaves_is_shut_out_at_once(bistro: Site, method, path, body):
    wil = bistro.bearer("wil", "bistro", Role.WAITER)
    assert (await ask(bistro, "GET", "/tables", wil))[0] == 200
    assert (await ask(bistro, method, path, body=body))[0] in (200, 204)
    status, problem = await ask(bistro, "GET", "/tables", wil)
    assert (status, problem["code"]) == (401, "revoked")
    elsewhere = bistro.bearer("wil", "other", Role.WAITER)
    assert (await ask(bistro, "GET", "/tables", elsewhere))[0] == 200


async def test_other_changes_shut_nobody_out(bistro: Site):
    wil = bistro.bearer("wil", "bistro", Role.WAITER)
    await ask(bistro, "PATCH", "/staff/wil", body={"name": "Will", "is_active": True})
    assert (await ask(bistro, "GET", "/tables", wil))[0] == 200


async def test_row_that_cannot_be_is_refused(bistro: Site, monkeypatch):
    assert (await ask(bistro, "POST", "/staff", body=WIL))[1]["code"] == "staff_exists"
    guest = {**WIL, "user_id": "gus", "roles": ["guest"]}
    assert (await ask(bistro, "POST", "/staff", body=guest))[1]["code"] == "bad_roles"
    status, problem = await ask(bistro, "PATCH", "/staff/wil", body={"roles": ["guest"]})
    assert (status, problem["code"]) == (422, "bad_roles")
    assert (await ask(bistro, "POST", "/staff", body={**WIL, "roles": ["king"]}))[0] == 422
    assert (await ask(bistro, "POST", "/staff", body={**WIL, "user_id": "a\nb"}))[0] == 422
    monkeypatch.setattr(staff, "STAFF_LIMIT", 1)
    bo = {**WIL, "user_id": "bo"}
    assert (await ask(bistro, "POST", "/staff", body=bo))[1]["code"] == "too_many_staff"
