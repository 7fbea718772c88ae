"""Tickets, tokens, revocations, sessions, and what y-sweet's client asks."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import aiohttp
import pytest

from collab.identity import Identity, Role
from collab.records import SessionStatus, UserSession

MENU = {"kind": "menu", "title": "Lunch", "id": "lunch"}


async def test_ticket_signs_in_once_as_the_asker(site):
    headers = site.bearer("bo", "bistro", Role.EDITOR)
    issued = await site.client.post("/api/v1/tickets", headers=headers)
    body = await issued.json()
    assert (issued.status, body["expires_in_seconds"]) == (201, 30)
    path = f"/api/v1/documents?ticket={body['ticket']}"
    assert (await site.client.get(path)).status == 200
    assert (await site.client.get(path)).status == 401


async def test_ticket_of_the_developer_works_under_dev(dev_site):
    ticket = (await (await dev_site.client.post("/api/v1/tickets")).json())["ticket"]
    assert (await dev_site.client.get(f"/api/v1/documents?ticket={ticket}")).status == 200


async def test_renewed_token_is_in_the_answer_and_the_cookie(site):
    old = site.bearer("bo", "bistro", Role.EDITOR)["Authorization"].removeprefix("Bearer ")
    ours = str(site.client.make_url("/")).rstrip("/")
    answer = await site.client.post(
        "/api/v1/token", headers={"Cookie": f"mirepoix_session={old}", "Origin": ours}
    )
    body = await answer.json()
    assert (answer.status, body["expires_in_seconds"]) == (201, 900)
    cookie = answer.cookies["mirepoix_session"]
    assert cookie.value == body["token"]
    assert (cookie["max-age"], cookie["httponly"]) == ("900", True)
    identity = site.house.authenticator.identify_token(body["token"])
    assert (identity.user_id, identity.roles) == ("bo", frozenset({Role.EDITOR}))


async def test_cookie_is_renewed_from_our_own_pages_only(site):
    token = site.bearer()["Authorization"].removeprefix("Bearer ")
    headers = {"Cookie": f"mirepoix_session={token}"}
    assert (await site.client.post("/api/v1/token", headers=headers)).status == 403
    ours = str(site.client.make_url("/")).rstrip("/")
    renewed = await site.client.post("/api/v1/token", headers={**headers, "Origin": ours})
    assert renewed.status == 201


async def test_token_from_elsewhere_is_exchanged_for_one_that_ends_no_later(site):
    identity = Identity("ann", "Ann", "bistro", frozenset({Role.OWNER}), token_id="first")
    token = site.house.issuer.mint(identity, 60, site.house.clock.utc())
    answer = await site.client.post("/api/v1/token", headers={"Authorization": f"Bearer {token}"})
    assert (await answer.json())["expires_in_seconds"] <= 60


async def test_revoking_a_token_ends_the_one_it_was_exchanged_for(site):
    identity = Identity("bo", "Bo", "bistro", frozenset({Role.EDITOR}), token_id="first")
    token = site.house.issuer.mint(identity, 60, site.house.clock.utc())
    answer = await site.client.post("/api/v1/token", headers={"Authorization": f"Bearer {token}"})
    fresh = (await answer.json())["token"]
    body = {"kind": "token", "value": "first"}
    await site.client.post("/api/v1/revocations", json=body, headers=site.bearer())
    later = await site.client.get("/api/v1/documents", headers={"Authorization": f"Bearer {fresh}"})
    assert (later.status, (await later.json())["code"]) == (401, "revoked")


async def test_expired_token_is_not_renewed(site):
    identity = Identity("ann", "Ann", "bistro", frozenset({Role.OWNER}))
    long_ago = site.house.clock.utc() - timedelta(hours=1)
    token = site.house.issuer.mint(identity, 60, long_ago)
    answer = await site.client.post("/api/v1/token", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status, (await answer.json())["code"]) == (401, "token_expired")


async def test_developer_gets_no_token(dev_site):
    answer = await dev_site.client.post("/api/v1/token")
    assert (answer.status, (await answer.json())["code"]) == (403, "no_token_needed")


async def test_revoked_user_is_out_on_live_sockets_and_new_requests(site):
    await site.client.post("/api/v1/documents", json=MENU, headers=site.bearer())
    bo = site.bearer("bo", "bistro", Role.EDITOR)
    async with site.client.ws_connect("/ws/y/lunch", headers=bo) as socket:
        await socket.receive()
        body = {"kind": "user", "value": "bo"}
        answer = await site.client.post("/api/v1/revocations", json=body, headers=site.bearer())
        assert (answer.status, await answer.json()) == (201, {**body, "restaurant": "bistro"})
        async with asyncio.timeout(5):
            while (await socket.receive()).type is not aiohttp.WSMsgType.CLOSE:
                pass
        assert socket.close_code in (4401, 4403)
    assert (await site.client.get("/api/v1/documents", headers=bo)).status == 401


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (("bo", "bistro", Role.EDITOR), {"kind": "user", "value": "ann"}, 403),
        (("eve", "other"), {"kind": "user", "value": "ann", "restaurant": "bistro"}, 403),
        (("ann", "bistro"), {"kind": "house", "value": "ann"}, 422),
        (("ann", "bistro"), {"kind": "user", "value": ""}, 422),
    ],
)
async def test_revocation_is_for_owners_and_managers_of_the_restaurant(site, headers, body, status):
    answer = await site.client.post("/api/v1/revocations", json=body, headers=site.bearer(*headers))
    assert answer.status == status
    assert (await site.client.get("/api/v1/documents", headers=site.bearer())).status == 200


async def test_ysweet_client_gets_an_address_that_it_can_open(site):
    await site.client.post("/api/v1/documents", json=MENU, headers=site.bearer())
    for headers, authorization in (
        (site.bearer(), "full"),
        (site.bearer("bo", "bistro", Role.VIEWER), "read-only"),
    ):
        answer = await site.client.post(
            "/api/v1/ysweet/auth", json={"docId": "lunch"}, headers=headers
        )
        body = await answer.json()
        assert (body["docId"], body["authorization"]) == ("lunch", authorization)
        assert body["url"].startswith("ws://")
        assert body["baseUrl"].startswith("http://")
        # As its client does: url + "/" + docId, and the token in the query.
        url = f"{body['url']}/{body['docId']}?token={body['token']}"
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
            async with asyncio.timeout(5):
                while (await socket.receive_bytes())[:2] != b"\x00\x00":  # SyncStep1
                    pass


async def test_ysweet_client_under_dev_makes_a_free_document_without_a_token(dev_site):
    answer = await dev_site.client.post("/api/v1/ysweet/auth", json={"docId": "mine", "offset": 0})
    body = await answer.json()
    assert (body["token"], body["authorization"]) == ("", "full")
    assert (await dev_site.house.documents.find("mine")).kind.value == "free"


async def test_ysweet_token_for_a_cookie_ends_with_the_cookie(site):
    await site.client.post("/api/v1/documents", json=MENU, headers=site.bearer())
    token = site.bearer()["Authorization"].removeprefix("Bearer ")
    ours = str(site.client.make_url("/")).rstrip("/")
    headers = {"Cookie": f"mirepoix_session={token}", "Origin": ours}
    answer = await site.client.post("/api/v1/ysweet/auth", json={"docId": "lunch"}, headers=headers)
    given = (await answer.json())["token"]
    assert given != token
    identify = site.house.authenticator.identify_token
    assert identify(given).expires_at <= identify(token).expires_at


async def test_ysweet_refuses_what_the_door_would_refuse(site):
    await site.client.post("/api/v1/documents", json=MENU, headers=site.bearer())
    for headers, name, status in (
        (site.bearer("eve", "other"), "lunch", 403),
        (site.bearer(), "none", 404),
        ({}, "lunch", 401),
    ):
        answer = await site.client.post(
            "/api/v1/ysweet/auth", json={"docId": name}, headers=headers
        )
        assert answer.status == status


def stored_session(site, number: int, **more) -> UserSession:
    now = site.house.clock.utc()
    values = {
        "id": f"00000000-{number:04}",
        "user_id": "bo",
        "user_name": "Bo",
        "restaurant_id": "bistro",
        "resource_type": "menu",
        "resource_id": "lunch",
        "door": "y",
        "status": SessionStatus.OFFLINE,
        "started_at": now,
        "last_activity_at": now,
        "ended_at": now,
        **more,
    }
    return UserSession(**values)


async def test_sessions_are_the_stored_and_the_living_page_by_page(site):
    await site.client.post("/api/v1/documents", json=MENU, headers=site.bearer())
    rows = [stored_session(site, number) for number in range(5)]
    other = stored_session(site, 9, restaurant_id="other", user_id="eve")
    await site.house.session_store.write([*rows, other], [])
    async with site.client.ws_connect("/ws/y/lunch", headers=site.bearer("cy")) as socket:
        await socket.receive()
        seen = []
        after = ""
        while True:
            path = f"/api/v1/sessions?limit=2{after}"
            page = await (await site.client.get(path, headers=site.bearer())).json()
            seen += page["sessions"]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        living = [one for one in seen if one["status"] == "active"]
        assert [one["user"] for one in living] == ["cy"]
        assert sorted(one["id"] for one in seen if one["user"] == "bo") == [one.id for one in rows]
        assert len(seen) == 6
        filtered = "/api/v1/sessions?status=active&document=lunch&user=cy"
        page = await (await site.client.get(filtered, headers=site.bearer())).json()
        assert [one["user"] for one in page["sessions"]] == ["cy"]
        assert page["sessions"][0]["metadata"]["address"] == "127.0.0.1"


async def test_living_session_is_not_shown_as_the_row_says_it_was(site):
    await site.client.post("/api/v1/documents", json=MENU, headers=site.bearer())
    async with site.client.ws_connect("/ws/y/lunch", headers=site.bearer("cy")) as socket:
        await socket.receive()
        [living] = site.house.sessions.living()
        stale = stored_session(site, 0, id=living.id, user_id="cy", user_name="Cy")
        await site.house.session_store.write([stale], [])
        path = "/api/v1/sessions?status=offline"
        page = await (await site.client.get(path, headers=site.bearer())).json()
        assert page["sessions"] == []


async def test_sessions_are_for_owners_and_managers_of_the_restaurant(site):
    for headers, query, status in (
        (site.bearer("bo", "bistro", Role.EDITOR), "", 403),
        (site.bearer("eve", "other"), "?restaurant=bistro", 403),
        (site.bearer("mo", "bistro", Role.MANAGER), "", 200),
        ({}, "", 401),
    ):
        answer = await site.client.get(f"/api/v1/sessions{query}", headers=headers)
        assert answer.status == status
