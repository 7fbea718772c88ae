"""Webhooks over REST: managers make them, the secret is shown once, the dead can be revived."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from collab.identity import Role
from collab.records import StreamEvent, stream_of
from storage.webhooks import Errand
from tests.api.conftest import Site

PATH = "/api/v1/webhooks"


class Receiver:
    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.status = 200
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(json.loads(await request.read()))
        return web.Response(status=self.status)


@pytest.fixture
async def receiver() -> Any:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    async with TestServer(app) as server:
        receiver.url = str(server.make_url("/hook"))
        yield receiver


@pytest.fixture
async def open_net(open_site: Any) -> Site:
    """A site whose webhooks may call this machine, with a menu."""
    site: Site = await open_site(webhook_private_networks=True)
    await make_menu(site)
    return site


async def make_menu(site: Site) -> None:
    body = {"kind": "menu", "title": "Lunch", "id": "lunch"}
    answer = await site.client.post("/api/v1/documents", json=body, headers=site.bearer())
    assert answer.status == 201


async def make(site: Site, **body: Any) -> tuple[int, dict[str, Any]]:
    answer = await site.client.post(PATH, json=body, headers=site.bearer())
    return answer.status, await answer.json()


async def call(site: Site, method: str, path: str, **headers: str) -> tuple[int, Any]:
    signed = headers or site.bearer()
    answer = await site.client.request(method, f"{PATH}/{path}".rstrip("/"), headers=signed)
    return answer.status, None if answer.status == 204 else await answer.json()


async def until(is_so: Any, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not is_so():
            await asyncio.sleep(0.01)


async def test_secret_is_shown_once(open_net: Site, receiver: Receiver) -> None:
    status, made = await make(open_net, url=receiver.url, types=["menu.published"])
    assert status == 201 and made["secret"].startswith("whsec_") and len(made["secret"]) > 40
    _, listed = await call(open_net, "GET", "")
    _, shown = await call(open_net, "GET", made["id"])
    del made["secret"]
    assert listed == {"webhooks": [made]} and shown == made
    assert made["types"] == ["menu.published"] and made["created_by"] == "ann"


async def test_own_secret_is_taken(open_net: Site, receiver: Receiver) -> None:
    _, made = await make(open_net, url=receiver.url, secret="s" * 16)
    assert made["secret"] == "s" * 16
    webhook = await open_net.house.webhooks.find(made["id"])
    assert webhook is not None and webhook.secret == "s" * 16


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "ftp://example.com"}, "bad_webhook_url"),
        ({"url": "http://127.0.0.1/hook"}, "bad_webhook_url"),
        ({"url": "http://[::1]/hook"}, "bad_webhook_url"),
        ({"url": "https://example.com", "types": ["Menu Changed"]}, "invalid_fields"),
        ({"url": "https://example.com", "secret": "short"}, "invalid_fields"),
        ({"url": "https://example.com", "colour": "red"}, "invalid_fields"),
        ({}, "invalid_fields"),
    ],
)
async def test_odd_webhook_is_refused(site: Site, body: dict[str, Any], code: str) -> None:
    await make_menu(site)
    status, problem = await make(site, **body)
    assert (status, problem["code"]) == (422, code)


async def test_a_restaurant_has_a_limited_number(open_net: Site, receiver: Receiver) -> None:
    for _ in range(50):
        assert (await make(open_net, url=receiver.url))[0] == 201
    status, problem = await make(open_net, url=receiver.url)
    assert (status, problem["code"]) == (422, "too_many_webhooks")


@pytest.mark.parametrize("role", [Role.EDITOR, Role.WAITER, Role.VIEWER])
async def test_webhooks_are_for_owners_and_managers(
    open_net: Site, receiver: Receiver, role: Role
) -> None:
    _, made = await make(open_net, url=receiver.url)
    headers = open_net.bearer("bo", "bistro", role)
    answer = await open_net.client.post(PATH, json={"url": receiver.url}, headers=headers)
    assert answer.status == 403
    for method, path in (("GET", ""), ("GET", made["id"]), ("DELETE", made["id"])):
        assert (await call(open_net, method, path, **headers))[0] == 403
    stranger = open_net.bearer("eve", "other")
    for path in (made["id"], f"{made['id']}/dead"):
        assert (await call(open_net, "GET", path, **stranger))[0] == 403
    assert (await call(open_net, "POST", f"{made['id']}/test", **stranger))[0] == 403
    assert receiver.got == []


async def test_trial_is_posted_at_once(open_net: Site, receiver: Receiver) -> None:
    _, made = await make(open_net, url=receiver.url)
    status, answer = await call(open_net, "POST", f"{made['id']}/test")
    assert (status, answer) == (200, {"delivered": True, "status": 200, "reason": None})
    [letter] = receiver.got
    assert (letter["type"], letter["menu"], letter["offset"]) == ("webhook.test", "", 0)
    receiver.status = 404
    _, answer = await call(open_net, "POST", f"{made['id']}/test")
    assert answer == {"delivered": False, "status": 404, "reason": "answered with 404"}


async def test_private_address_is_noticed_when_it_is_called(site: Site, receiver: Receiver) -> None:
    await make_menu(site)
    port = receiver.url.rpartition(":")[2].partition("/")[0]
    status, made = await make(site, url=f"http://localhost:{port}/hook")
    assert status == 201
    _, answer = await call(site, "POST", f"{made['id']}/test")
    assert answer["reason"] == "the address is not public" and receiver.got == []


async def test_events_of_the_menu_arrive(open_net: Site, receiver: Receiver) -> None:
    await make(open_net, url=receiver.url)
    now = open_net.house.clock.utc()
    await open_net.house.streams.append(
        stream_of("lunch"), [StreamEvent("menu.published", "ann", {"number": 1}, now)]
    )
    open_net.house.deliverer.ring()
    await until(lambda: receiver.got)
    assert (receiver.got[0]["menu"], receiver.got[0]["body"]) == ("lunch", {"number": 1})
    metrics = open_net.house.metrics.render().decode()
    assert 'mirepoix_webhooks_total{outcome="delivered"} 1.0' in metrics


async def test_what_is_not_taken_is_shown(open_net: Site, receiver: Receiver) -> None:
    receiver.status = 500
    _, made = await make(open_net, url=receiver.url)
    now = open_net.house.clock.utc()
    event = StreamEvent("menu.published", "ann", {}, now)
    await open_net.house.streams.append(stream_of("lunch"), [event])
    open_net.house.deliverer.ring()
    async with asyncio.timeout(20):
        while not (failing := (await call(open_net, "GET", made["id"]))[1]["failing"]):
            await asyncio.sleep(0.01)
    assert [(one["menu"], one["attempts"], one["reason"]) for one in failing] == [
        ("lunch", 1, "answered with 500")
    ]


async def test_dead_letters_are_listed_and_revived(open_net: Site, receiver: Receiver) -> None:
    receiver.status = 500
    house = open_net.house
    _, made = await make(open_net, url=receiver.url, types=["none.such"])
    now = house.clock.utc()
    events = [StreamEvent("menu.published", "ann", {"n": n}, now) for n in range(3)]
    await house.streams.append(stream_of("lunch"), events)
    webhook = await house.webhooks.find(made["id"])
    assert webhook is not None
    await asyncio.sleep(1.2)  # the deliverer has passed over them
    for offset in (2, 3):
        await bury(open_net, Errand(webhook, "lunch", offset - 1, 0, None), offset)
    path = f"{made['id']}/dead"
    _, first = await call(open_net, "GET", f"{path}?limit=1")
    _, second = await call(open_net, "GET", f"{path}?limit=2&after={first['next']}")
    found = [*first["dead"], *second["dead"]]
    assert [(one["menu"], one["offset"], one["reason"]) for one in found] == [
        ("lunch", 2, "tired"),
        ("lunch", 3, "tired"),
    ]
    status, answer = await call(open_net, "POST", f"{path}/lunch/2/retry")
    assert (status, answer["delivered"]) == (200, False)
    receiver.status = 200
    status, answer = await call(open_net, "POST", f"{path}/lunch/2/retry")
    assert (status, answer["delivered"]) == (200, True)
    assert (receiver.got[-1]["offset"], receiver.got[-1]["body"]) == (2, {"n": 1})
    _, left = await call(open_net, "GET", path)
    assert [one["offset"] for one in left["dead"]] == [3] and left["next"] is None
    status, problem = await call(open_net, "POST", f"{path}/lunch/2/retry")
    assert (status, problem["code"]) == (404, "dead_letter_not_found")
    await house.streams.trim(now + timedelta(days=1))
    status, problem = await call(open_net, "POST", f"{path}/lunch/3/retry")
    assert (status, problem["code"]) == (404, "event_not_kept")
    for odd in ("x", "-1", "9" * 30):
        assert (await call(open_net, "POST", f"{path}/lunch/{odd}/retry"))[0] == 400


async def bury(site: Site, errand: Errand, offset: int) -> None:
    # As if the deliverer had tried for a day; it has skipped the offset, so the cursor goes back.
    now = site.house.clock.utc()
    async with site.house.database.write() as connection:
        await connection.exec_driver_sql(f'UPDATE webhook_cursors SET "offset" = {offset - 1}')
    assert await site.house.webhooks.bury(errand, offset, "tired", now, now + timedelta(hours=1))


async def test_deleted_webhook_is_gone(open_net: Site, receiver: Receiver) -> None:
    _, made = await make(open_net, url=receiver.url)
    assert (await call(open_net, "DELETE", made["id"]))[0] == 204
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/test"), ("GET", "/dead")):
        status, problem = await call(open_net, method, made["id"] + path)
        assert (status, problem["code"]) == (404, "webhook_not_found")
