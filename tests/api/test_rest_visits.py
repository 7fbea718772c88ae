"""The guests' door: codes that work, codes that do not, and how often one may be wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.auth import SESSION_COOKIE
from collab.identity import Role
from tests.api.conftest import OpenSite, Site
from tests.api.setup import API, ask, furnish_bistro, open_table


@pytest.fixture
async def bistro(site: Site) -> Site:
    return await furnish_bistro(site)


async def test_guest_gets_a_token_for_the_table(bistro: Site):
    opened = await open_table(bistro)
    answer = await bistro.client.post(f"{API}/visits", json={"code": opened["code"]})
    guest = await answer.json()
    assert answer.status == 201
    assert (guest["restaurant"], guest["table"], guest["order"]) == ("bistro", "t1", None)
    assert guest["user"].startswith("guest-")
    assert guest["restaurant_name"] and guest["table_name"] and guest["time_zone"]
    assert 10_790 < guest["expires_in_seconds"] <= 10_800
    cookie = answer.cookies[SESSION_COOKIE]
    assert cookie.value == guest["token"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"


async def test_every_guest_is_somebody_else(bistro: Site):
    opened = await open_table(bistro)
    users = set()
    for _ in range(3):
        _, guest = await ask(bistro, "POST", "/visits", {}, {"code": opened["code"]})
        users.add(guest["user"])
    assert len(users) == 3


async def test_session_of_a_guest_is_as_long_as_the_restaurant_says(bistro: Site):
    await ask(bistro, "PATCH", "/restaurants/bistro", body={"guest_session_seconds": 60})
    opened = await open_table(bistro)
    _, guest = await ask(bistro, "POST", "/visits", {}, {"code": opened["code"]})
    assert 50 < guest["expires_in_seconds"] <= 60
    until = datetime.fromisoformat(opened["visit"]["expires_at"])
    assert until - datetime.now(UTC) <= timedelta(seconds=60)


async def test_session_of_a_guest_is_not_made_longer_by_renewing(bistro: Site):
    await ask(bistro, "PATCH", "/restaurants/bistro", body={"guest_session_seconds": 60})
    opened = await open_table(bistro)
    await bistro.client.post(f"{API}/visits", json={"code": opened["code"]})
    origin = {"Origin": str(bistro.client.make_url("/")).rstrip("/")}
    answer = await bistro.client.post(f"{API}/token", headers=origin)  # with the cookie
    assert answer.status == 201
    assert (await answer.json())["expires_in_seconds"] <= 60


async def test_codes_that_do_not_work_are_told_apart_by_nothing(bistro: Site):
    opened = await open_table(bistro)
    await ask(bistro, "POST", "/tables/t1/close")
    ended = await ask(bistro, "POST", "/visits", {}, {"code": opened["code"]})
    unknown = await ask(bistro, "POST", "/visits", {}, {"code": "x" * 32})
    assert ended == unknown and ended[0] == 404
    assert ended[1]["code"] == "code_not_valid"


async def test_code_is_worthless_after_the_time_of_the_visit(bistro: Site, monkeypatch):
    opened = await open_table(bistro)
    later = datetime.now(UTC) + timedelta(hours=3)
    clock = bistro.house.clock
    monkeypatch.setattr(
        bistro.house.visit_desk, "_clock", type(clock)(clock.monotonic, lambda: later)
    )
    status, problem = await ask(bistro, "POST", "/visits", {}, {"code": opened["code"]})
    assert (status, problem["code"]) == (404, "code_not_valid")


async def test_address_that_is_wrong_too_often_has_to_wait(bistro: Site):
    opened = await open_table(bistro)
    statuses = [
        (await ask(bistro, "POST", "/visits", {}, {"code": f"wrong{n}"}))[0] for n in range(21)
    ]
    assert statuses == [404] * 20 + [429]
    assert (await ask(bistro, "POST", "/visits", {}, {"code": opened["code"]}))[0] == 429


async def test_whoever_is_right_is_never_held_up(bistro: Site):
    opened = await open_table(bistro)
    for _ in range(25):
        assert (await ask(bistro, "POST", "/visits", {}, {"code": opened["code"]}))[0] == 201


async def test_foreign_page_signs_nobody_in(bistro: Site):
    opened = await open_table(bistro)
    foreign = {"Origin": "https://evil.example"}
    status, problem = await ask(bistro, "POST", "/visits", foreign, {"code": opened["code"]})
    assert (status, problem["code"]) == (403, "wrong_origin")


@pytest.mark.parametrize("body", [{}, {"code": ""}, {"code": 1}, {"code": "x" * 101}])
async def test_body_without_a_code_is_refused(bistro: Site, body):
    assert (await ask(bistro, "POST", "/visits", {}, body))[0] == 422


async def test_guests_stay_shut_out_after_a_restart(open_site: OpenSite):
    site = await furnish_bistro(await open_site())
    opened = await open_table(site)
    _, guest = await ask(site, "POST", "/visits", {}, {"code": opened["code"]})
    identity = site.house.authenticator.identify_token(guest["token"])
    # Closed by another process, or by this one right before it was killed: nobody was told.
    await site.house.visit_desk._visits.close("bistro", "t1", datetime.now(UTC))
    assert not site.house.revocations.is_revoked(identity)
    await site.house.visit_desk.catch_up()
    assert site.house.revocations.is_revoked(identity)


@pytest.mark.parametrize(("role", "keeps"), [(Role.WAITER, True), (Role.GUEST, False)])
async def test_staff_who_try_a_code_stay_signed_in(bistro: Site, role: Role, keeps: bool):
    opened = await open_table(bistro)
    token = bistro.bearer("wil", "bistro", role)["Authorization"].removeprefix("Bearer ")
    cookies = {SESSION_COOKIE: token}
    body = {"code": opened["code"]}
    answer = await bistro.client.post(f"{API}/visits", json=body, cookies=cookies)
    assert answer.status == 201
    assert (SESSION_COOKIE not in answer.cookies) is keeps


async def test_page_that_keeps_the_token_itself_gets_no_cookie(bistro: Site):
    opened = await open_table(bistro)
    body = {"code": opened["code"], "cookie": False}
    answer = await bistro.client.post(f"{API}/visits", json=body)
    assert answer.status == 201
    assert SESSION_COOKIE not in answer.cookies
    assert (await answer.json())["token"]
