"""What a restaurant shows its guests: published menus, its own and shared ones."""

from __future__ import annotations

from tests.api.conftest import Site
from tests.api.setup import ask

FILE = {
    "locale": "de",
    "locales": ["de", "en"],
    "currency": "EUR",
    "sections": [{"id": "main", "name": "Suppen", "items": [{"id": "a", "name": "A", "price": 1}]}],
}


async def publish(site: Site, menu: str, restaurant: str) -> None:
    who = site.bearer("boss", restaurant)
    assert (await ask(site, "POST", f"/menus/{menu}/import", who, FILE))[0] == 201
    assert (await ask(site, "POST", f"/menus/{menu}/versions", who, {}))[0] == 201


async def shown(site: Site, restaurant: str) -> list[dict[str, object]]:
    status, found = await ask(site, "GET", f"/restaurants/{restaurant}/published", {})
    assert status == 200, found
    return list(found)


async def test_guests_see_which_menus_are_published(site: Site):
    await publish(site, "lunch", "bistro")
    await ask(site, "POST", "/menus/draft/import", site.bearer("boss", "bistro"), FILE)
    (lunch,) = await shown(site, "bistro")
    answer = await site.client.get("/api/v1/menus/lunch/published")
    etag = answer.headers["ETag"].removeprefix("W/").strip('"')
    assert lunch == {
        "menu": "lunch",
        "title": "lunch",
        "version": 1,
        "locales": ["de", "en"],
        "etag": etag,
    }


async def test_shared_menu_is_listed_where_it_is_shown(site: Site):
    await publish(site, "master", "chain")
    new = {"id": "branch", "name": "B"}
    await ask(site, "POST", "/restaurants", site.bearer("o", "branch"), new)
    assert await shown(site, "branch") == []
    share = {"restaurant": "branch"}
    boss = site.bearer("boss", "chain")
    assert (await ask(site, "POST", "/menus/master/shares", boss, share))[0] == 201
    assert [one["menu"] for one in await shown(site, "branch")] == ["master"]


async def test_unknown_restaurant_is_not_found(site: Site):
    assert (await ask(site, "GET", "/restaurants/nowhere/published", {}))[0] == 404
