"""Invitations and devices: in with a link once, back without one, out for good when shut out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, DummyCookieJar
from yarl import URL

from api.revocations import RevocationKind
from api.session_cookie import DEVICE_PATHS
from collab.identity import Role
from storage.devices import LIFE
from tests.api.conftest import Site
from tests.api.setup import ask

DEVICE, SESSION = "mirepoix_device", "mirepoix_session"
WANTED: dict[str, Any] = {"name": "Kim", "roles": ["kitchen"], "stations": ["bar"]}


@dataclass
class Browser:
    """A browser that keeps its cookies by path; `keys` are all device keys it ever got."""

    site: Site
    session: ClientSession
    cookies: dict[str, str]
    keys: list[str]

    async def post(self, path: str, *, origin: bool = True, **options: Any) -> ClientResponse:
        url = self.site.client.make_url(path)
        kept = {SESSION, DEVICE} if path in DEVICE_PATHS else {SESSION}
        pairs = (f"{name}={value}" for name, value in self.cookies.items() if name in kept)
        headers = {"Cookie": "; ".join(pairs), "User-Agent": "Tablet 7"}
        if origin:
            headers["Origin"] = str(url.origin())
        answer = await self.session.post(url, headers=headers, allow_redirects=False, **options)
        self.take(answer)
        return answer

    def take(self, answer: ClientResponse) -> None:
        for line in answer.headers.getall("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                    continue
                self.cookies[name] = morsel.value
                if name == DEVICE and morsel.value not in self.keys:
                    self.keys.append(morsel.value)

    async def come_in(self, url: str) -> ClientResponse:
        query = URL(url).query
        return await self.post("/enter", data={**query})

    async def renew(self) -> int:
        return (await self.post("/api/v1/token")).status

    async def me(self) -> Any:
        headers = {"Cookie": f"{SESSION}={self.cookies.get(SESSION, '')}"}
        url = self.site.client.make_url("/api/v1/me")
        answer = await self.session.get(url, headers=headers)
        return await answer.json() if answer.status == 200 else answer.status


@pytest.fixture
async def bistro(site: Site) -> Site:
    assert (await ask(site, "POST", "/restaurants", body={"id": "bistro", "name": "B"}))[0] == 201
    return site


@pytest.fixture
async def browser(bistro: Site) -> AsyncIterator[Browser]:
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        yield Browser(bistro, session, {}, [])


async def invite(site: Site, **more: Any) -> Any:
    status, made = await ask(site, "POST", "/invites", body={**WANTED, **more})
    assert status == 201, made
    return made


async def device_of(site: Site) -> Any:
    status, found = await ask(site, "GET", "/devices")
    assert status == 200
    (device,) = found["devices"]
    return device


# -- links -------------------------------------------------------------------------------------


async def test_link_lets_somebody_in_as_what_it_says(bistro: Site, browser: Browser):
    made = await invite(bistro)
    assert made["qr"].startswith("<svg")
    entered = await browser.come_in(made["url"])
    assert (entered.status, entered.headers["Location"]) == (303, "/kitchen")
    me = await browser.me()
    assert (me["name"], me["roles"], me["stations"]) == ("Kim", ["kitchen"], ["bar"])
    assert me["restaurant"] == "bistro" and me["user"].startswith("staff-")
    _, staff = await ask(bistro, "GET", f"/staff/{me['user']}")
    assert (staff["name"], staff["roles"], staff["is_active"]) == ("Kim", ["kitchen"], True)


async def test_link_for_somebody_of_the_staff_is_another_device_of_the_same_person(
    bistro: Site, browser: Browser
):
    await browser.come_in((await invite(bistro))["url"])
    first = await browser.me()
    status, made = await ask(bistro, "POST", "/invites", body={"user": first["user"]})
    assert status == 201
    _, found = await ask(bistro, "GET", "/invites")
    assert [one["user"] for one in found["invites"]] == [first["user"]]
    browser.cookies.clear()
    assert (await browser.come_in(made["url"])).status == 303
    again = await browser.me()
    assert {one: again[one] for one in ("user", "name", "roles", "stations")} == {
        one: first[one] for one in ("user", "name", "roles", "stations")
    }


async def test_link_names_a_person_or_describes_one(bistro: Site):
    for body in ({}, {"name": "Kim"}, {**WANTED, "user": "kim"}):
        status, problem = await ask(bistro, "POST", "/invites", body=body)
        assert (status, problem["code"]) == (422, "bad_invite")
    status, problem = await ask(bistro, "POST", "/invites", body={"user": "nobody"})
    assert (status, problem["code"]) == (404, "staff_not_found")


async def test_link_works_as_often_as_it_says_and_each_time_for_another_person(
    bistro: Site, browser: Browser
):
    made = await invite(bistro, uses=2)
    people = set()
    for _ in range(2):
        assert (await browser.come_in(made["url"])).status == 303
        people.add((await browser.me())["user"])
    assert len(people) == 2
    assert (await browser.come_in(made["url"])).status == 401


async def test_open_links_are_listed_without_what_lets_in(bistro: Site, browser: Browser):
    made = await invite(bistro, hours=1)
    status, found = await ask(bistro, "GET", "/invites")
    (listed,) = found["invites"]
    assert status == 200
    assert listed["id"] == made["id"] and listed["created_by"] == "mia"
    assert (listed["uses_left"], listed["expires_at"]) == (1, made["expires_at"])
    secret = URL(made["url"]).query["ticket"].partition("~")[2]
    assert secret not in str(found)
    await browser.come_in(made["url"])
    assert (await ask(bistro, "GET", "/invites"))[1]["invites"] == []


async def test_link_that_was_taken_back_or_is_too_old_lets_nobody_in(
    bistro: Site, browser: Browser
):
    made = await invite(bistro)
    assert (await ask(bistro, "DELETE", f"/invites/{made['id']}"))[0] == 204
    assert (await browser.come_in(made["url"])).status == 401
    assert (await ask(bistro, "DELETE", "/invites/none"))[0] == 404
    old = await invite(bistro, hours=1e-7)
    assert (await browser.come_in(old["url"])).status == 401
    assert (await ask(bistro, "GET", "/invites"))[1]["invites"] == []


async def test_somebody_elses_secret_does_not_open_a_link(bistro: Site, browser: Browser):
    first, second = [URL((await invite(bistro))["url"]).query["ticket"] for _ in range(2)]
    mixed = first.partition("~")[0] + "~" + second.partition("~")[2]
    assert (await browser.post("/enter", data={"ticket": mixed})).status == 401
    assert (await browser.post("/enter", data={"ticket": second})).status == 303


@pytest.mark.parametrize(
    ("role", "wanted", "status"),
    [
        (Role.OWNER, {"roles": ["owner"]}, 201),
        (Role.MANAGER, {"roles": ["owner"]}, 403),
        (Role.MANAGER, {"roles": ["waiter", "owner"]}, 403),
        (Role.MANAGER, {"roles": ["manager"]}, 201),
        (Role.WAITER, {}, 403),
        (Role.MANAGER, {"roles": ["guest"]}, 422),
        (Role.MANAGER, {"roles": []}, 422),
        (Role.MANAGER, {"uses": 0}, 422),
        (Role.MANAGER, {"hours": 0}, 422),
        (Role.MANAGER, {"restaurant": "elsewhere"}, 403),
    ],
)
async def test_who_may_invite_whom(bistro: Site, role: Role, wanted: dict[str, Any], status: int):
    who = bistro.bearer("x", "bistro", role)
    assert (await ask(bistro, "POST", "/invites", who, {**WANTED, **wanted}))[0] == status


async def test_links_of_another_restaurant_cannot_be_taken_back(bistro: Site):
    made = await invite(bistro)
    other = bistro.bearer("o", "other")
    assert (await ask(bistro, "DELETE", f"/invites/{made['id']}", other))[0] == 404
    assert len((await ask(bistro, "GET", "/invites"))[1]["invites"]) == 1


# -- devices -----------------------------------------------------------------------------------


async def test_device_comes_back_without_a_token(bistro: Site, browser: Browser):
    await browser.come_in((await invite(bistro))["url"])
    before = await browser.me()
    del browser.cookies[SESSION]
    assert await browser.me() == 401
    assert await browser.renew() == 201
    after = await browser.me()
    assert (after["user"], after["roles"]) == (before["user"], before["roles"])


async def test_key_of_a_device_goes_to_two_addresses_only_and_no_script_reads_it(
    bistro: Site, browser: Browser
):
    entered = await browser.come_in((await invite(bistro))["url"])
    lines = [one for one in entered.headers.getall("Set-Cookie") if one.startswith(DEVICE)]
    assert len(lines) == len(DEVICE_PATHS)
    for line, path in zip(lines, DEVICE_PATHS, strict=True):
        morsel = SimpleCookie(line)[DEVICE]
        assert (morsel["path"], morsel["samesite"]) == (path, "Strict")
        assert (morsel["httponly"], morsel["max-age"]) == (True, str(int(LIFE.total_seconds())))


async def later(site: Site, **by: float) -> None:
    """Let time pass for all devices, by setting back what the store remembers."""
    from sqlalchemy import select, update

    from storage.sign_in_tables import devices

    step = timedelta(**by)
    async with site.house.database.write() as connection:
        for row in (await connection.execute(select(devices))).all():
            columns = ("rotated_at", "used_at", "expires_at")
            values = {name: getattr(row, name) - step for name in columns}
            moved = update(devices).where(devices.c.id == row.id).values(values)
            await connection.execute(moved)


async def test_key_is_replaced_and_a_lost_answer_does_no_harm(bistro: Site, browser: Browser):
    await browser.come_in((await invite(bistro))["url"])
    await later(bistro, minutes=15)
    assert await browser.renew() == 201
    first, second = browser.keys
    browser.cookies[DEVICE] = first  # the answer did not arrive
    await later(bistro, days=3)
    assert await browser.renew() == 201
    assert browser.cookies[DEVICE] == second
    assert await browser.renew() == 201


async def test_pages_that_renew_at_once_end_up_with_the_same_key(bistro: Site, browser: Browser):
    await browser.come_in((await invite(bistro))["url"])
    for _ in range(3):
        assert await browser.renew() == 201
    assert len(browser.keys) == 1


async def test_copied_key_shuts_the_device_out(bistro: Site, browser: Browser):
    await browser.come_in((await invite(bistro))["url"])
    for _ in range(2):
        await later(bistro, minutes=15)
        assert await browser.renew() == 201
    newest = browser.cookies[DEVICE]
    browser.cookies = {DEVICE: browser.keys[0]}
    assert await browser.renew() == 401
    browser.cookies = {DEVICE: newest}
    assert await browser.renew() == 401


async def test_device_that_was_away_for_too_long_has_to_be_invited_anew(
    bistro: Site, browser: Browser
):
    await browser.come_in((await invite(bistro))["url"])
    await later(bistro, days=59)
    assert await browser.renew() == 201
    await later(bistro, days=59)  # sixty days count from the last use
    assert await browser.renew() == 201
    await later(bistro, days=61)
    browser.cookies.pop(SESSION)
    assert await browser.renew() == 401


@pytest.mark.parametrize("key", ["", "x", "0" * 32 + ".1." + "A" * 43, "0" * 32 + ".1.é"])
async def test_made_up_key_lets_nobody_in(browser: Browser, key: str):
    browser.cookies[DEVICE] = key
    assert await browser.renew() == 401


async def test_key_of_another_server_lets_nobody_in(bistro: Site, browser: Browser):
    await browser.come_in((await invite(bistro))["url"])
    device_id, generation, mac = browser.cookies[DEVICE].split(".")
    for forged in (f"{device_id}.{int(generation) + 1}.{mac}", f"{'0' * 32}.{generation}.{mac}"):
        browser.cookies = {DEVICE: forged}
        assert await browser.renew() == 401


async def test_cookie_without_an_origin_renews_nothing(bistro: Site, browser: Browser):
    await browser.come_in((await invite(bistro))["url"])
    assert (await browser.post("/api/v1/token", origin=False)).status == 403


async def test_manager_sees_the_devices_and_shuts_one_out(bistro: Site, browser: Browser):
    await browser.come_in((await invite(bistro))["url"])
    device = await device_of(bistro)
    assert (device["label"], device["name"], device["is_this"]) == ("Tablet 7", "Kim", False)
    waiter = bistro.bearer("w", "bistro", Role.WAITER)
    assert (await ask(bistro, "GET", "/devices", waiter))[1]["devices"] == []
    assert (await ask(bistro, "DELETE", f"/devices/{device['id']}", waiter))[0] == 403
    stranger = bistro.bearer("s", "other")
    assert (await ask(bistro, "DELETE", f"/devices/{device['id']}", stranger))[0] == 404
    assert (await ask(bistro, "DELETE", f"/devices/{device['id']}"))[0] == 204
    assert await browser.me() == 401  # at once: its tokens carry its id
    assert await browser.renew() == 401
    assert (await ask(bistro, "GET", "/devices"))[1]["devices"] == []


async def test_person_sees_and_ends_their_own_device(bistro: Site, browser: Browser):
    await browser.come_in((await invite(bistro))["url"])
    mine = {"Authorization": f"Bearer {browser.cookies[SESSION]}"}
    (device,) = (await ask(bistro, "GET", "/devices", mine))[1]["devices"]
    assert device["is_this"] is True
    assert (await ask(bistro, "DELETE", f"/devices/{device['id']}", mine))[0] == 204
    assert await browser.renew() == 401


async def test_person_who_is_revoked_does_not_come_back(bistro: Site, browser: Browser):
    await browser.come_in((await invite(bistro))["url"])
    user = (await browser.me())["user"]
    await bistro.house.revocations.revoke(RevocationKind.USER, user, "bistro")
    assert await browser.renew() == 401
    assert (await ask(bistro, "GET", "/devices"))[1]["devices"] == []


async def test_what_the_staff_list_says_holds_at_the_next_renewal(bistro: Site, browser: Browser):
    await browser.come_in((await invite(bistro))["url"])
    user = (await browser.me())["user"]
    change = {"roles": ["waiter", "owner"], "stations": [], "name": "Kim R."}
    assert (await ask(bistro, "PATCH", f"/staff/{user}", body=change))[0] == 200
    assert await browser.renew() == 201
    me = await browser.me()
    assert (me["roles"], me["stations"], me["name"]) == (["waiter"], [], "Kim R.")
    assert (await ask(bistro, "PATCH", f"/staff/{user}", body={"is_active": False}))[0] == 200
    assert await browser.renew() == 401


async def test_signing_out_ends_the_device_and_drops_its_cookies(bistro: Site, browser: Browser):
    await browser.come_in((await invite(bistro))["url"])
    before = dict(browser.cookies)
    assert (await browser.post("/api/v1/sign-out")).status == 204
    assert browser.cookies == {}
    browser.cookies = before
    assert await browser.me() == 401
    assert await browser.renew() == 401


async def test_guest_who_signs_out_leaves_the_others_at_the_table_in(
    bistro: Site, browser: Browser
):
    guest = {"table": "t1", "token_id": "visit-1"}
    token = bistro.bearer("g", "bistro", Role.GUEST, **guest)["Authorization"].partition(" ")[2]
    browser.cookies[SESSION] = token
    assert (await browser.post("/api/v1/sign-out")).status == 204
    browser.cookies[SESSION] = token
    assert (await browser.me())["roles"] == ["guest"]


async def test_signing_out_without_being_in_is_fine_but_not_from_elsewhere(browser: Browser):
    assert (await browser.post("/api/v1/sign-out")).status == 204
    url = browser.site.client.make_url("/api/v1/sign-out")
    answer = await browser.session.post(url, headers={"Origin": "https://evil.example"})
    assert answer.status == 403
