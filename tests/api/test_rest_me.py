"""Who am I: for staff, for guests, for the developer of --dev."""

from __future__ import annotations

from pathlib import Path

from api.composition import open_house
from api.config import Config
from api.pages import built_pages
from collab.identity import Role
from tests.api.conftest import SECRET, OpenSite, Site
from tests.api.setup import ask, furnish_bistro, guest_of, open_table


async def test_staff_see_their_roles_and_their_restaurant(site: Site):
    await furnish_bistro(site)
    kim = site.bearer("kim", "bistro", Role.KITCHEN, Role.WAITER, stations=("bar",))
    status, me = await ask(site, "GET", "/me", kim)
    assert status == 200
    left_ms = me.pop("expires_at_ms") - site.house.clock.utc().timestamp() * 1000
    assert 590_000 < left_ms <= 600_000
    assert len(me.pop("server_id")) == 20
    assert me == {
        "user": "kim",
        "name": "Kim",
        "roles": ["kitchen", "waiter"],
        "restaurant": "bistro",
        "restaurants": [{"id": "bistro", "name": "B", "currency": "EUR"}],
        "stations": ["bar"],
        "locales": [],
        "table": None,
        "order": None,
        "is_developer": False,
        "build": built_pages(Config().pages).build,
        "secure_url": None,
    }


async def test_restaurant_that_nobody_made_yet_is_not_listed(site: Site):
    _, me = await ask(site, "GET", "/me", site.bearer("kim", "elsewhere"))
    assert (me["restaurant"], me["restaurants"]) == ("elsewhere", [])


async def test_guest_sees_the_table(site: Site):
    await furnish_bistro(site)
    guest = await guest_of(site, (await open_table(site))["code"])
    _, me = await ask(site, "GET", "/me", guest)
    assert (me["roles"], me["table"], me["name"]) == (["guest"], "t1", "")


async def test_developer_is_at_home_everywhere(dev_site: Site):
    _, me = await ask(dev_site, "GET", "/me", {})
    assert (me["is_developer"], me["restaurant"], me["expires_at_ms"]) == (True, None, None)
    assert [one["id"] for one in me["restaurants"]] == ["demo"]


async def test_nobody_is_told_nothing(site: Site):
    assert (await ask(site, "GET", "/me", {}))[0] == 401


async def test_server_is_named_by_its_database_and_does_not_show_its_inner_id(
    tmp_path: Path,
):
    config = Config(database=str(tmp_path / "a.db"), jwt_secret=SECRET)
    async with open_house(config) as house:
        first = house.server_id
        inner = await house.database.instance()
    async with open_house(config) as house:
        assert house.server_id == first
    other = Config(database=str(tmp_path / "b.db"), jwt_secret=SECRET)
    async with open_house(other) as house:
        assert house.server_id != first
    assert first not in inner


async def test_public_address_with_https_is_named(open_site: OpenSite):
    site = await open_site(public_url="https://menus.example")
    _, me = await ask(site, "GET", "/me")
    assert me["secure_url"] == "https://menus.example"
