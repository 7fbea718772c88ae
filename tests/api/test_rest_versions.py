"""Versions over REST: publish, look back, compare, roll back, restore; what guests read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.publishing import published_content
from api.version_keeper import VersionKeeper, snapshot_of
from collab.identity import Role
from collab.records import EditSession, SessionStatus, UserSession, stream_of
from collab.versions.version import VersionKind, fingerprint
from rooms.clock import Clock
from storage.menu_state import MenuStateStore
from tests.api.conftest import Site
from tests.api.devices import devices

NOON_MS = 1_767_268_800_000
ITEMS: list[dict[str, Any]] = [
    {"id": "soup", "name": "Suppe", "price": 450, "note": "salt"},
    {"id": "broth", "name": "Brühe", "price": 300, "hidden": True},
    {"id": "rice", "name": "Reis", "price": 200},
]
FILE: dict[str, Any] = {
    "locale": "de",
    "currency": "EUR",
    "sections": [{"id": "main", "name": "Suppen", "items": ITEMS}],
}

Ask = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture
async def lunch(site: Site) -> Site:
    path = "/api/v1/menus/lunch/import"
    answer = await site.client.post(path, json=FILE, headers=site.bearer("boss"))
    assert answer.status == 201
    return site


@pytest.fixture
def ask(lunch: Site) -> Ask:
    """Asks about the menu `lunch`: method, path below it, body; as an owner unless said."""

    async def send(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        answer = await lunch.client.request(
            method, f"/api/v1/menus/lunch{path}", json=body, headers=headers or lunch.bearer("mia")
        )
        return answer.status, None if answer.status == 204 else await answer.json()

    return send


async def price(ask: Ask, item: str, amount: int) -> None:
    status, _ = await ask("POST", "/edits", {"edits": [set_price(item, amount)]})
    assert status == 200


def set_price(item: str, amount: int) -> dict[str, Any]:
    return {"edit": "set", "item": item, "field": "price", "value": amount}


async def publish(ask: Ask, **body: Any) -> dict[str, Any]:
    status, done = await ask("POST", "/versions", body)
    assert status == 201, done
    return dict(done)


async def guests(site: Site, **headers: str) -> Any:
    return await site.client.get("/api/v1/menus/lunch/published", headers=headers)


async def shown_prices(site: Site) -> dict[str, int]:
    plain = await (await guests(site)).json()
    return {item["id"]: item["price"] for item in plain["sections"][0]["items"]}


async def told(site: Site) -> list[tuple[str, Any]]:
    page = await site.house.streams.read(stream_of("lunch"), 0, 100)
    events = [one.event for one in page.events]
    kinds = ("menu.published", "menu.effective", "publication.cancelled")
    return [(one.type, one.body["effective"]) for one in events if one.type in kinds]


async def test_guests_read_what_is_published_and_not_what_is_edited(lunch, ask):
    assert (await guests(lunch)).status == 404
    done = await publish(ask, name="Summer")
    assert (done["version"]["number"], done["version"]["name"]) == (1, "Summer")
    assert done["publication"]["is_effective"] is True
    await price(ask, "soup", 999)
    assert await shown_prices(lunch) == {"soup": 450, "rice": 200}
    await publish(ask)
    assert await shown_prices(lunch) == {"soup": 999, "rice": 200}
    assert await told(lunch) == [("menu.published", 1), ("menu.published", 2)]


async def test_guests_see_nothing_hidden_and_no_notes(lunch, ask):
    await publish(ask)
    plain = await (await guests(lunch)).json()
    assert [sorted(item) for item in plain["sections"][0]["items"]] == [
        ["additives", "allergens", "description", "id", "name", "price", "spiciness", "traits"]
    ] * 2


async def test_published_menu_may_be_kept_by_anybody(lunch, ask):
    await publish(ask)
    first = await guests(lunch)
    tag = first.headers["ETag"]
    content, sha256 = await published_content(lunch.house, "lunch", datetime.now(UTC)) or ({}, "")
    assert tag == f'W/"{sha256}"' == f'W/"{fingerprint(content)}"'
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert first.headers["Menu-Version"] == "1", "what an order names"
    assert "Menu-Version" in first.headers["Access-Control-Expose-Headers"]
    again = await guests(lunch, **{"If-None-Match": tag})
    assert (again.status, await again.read()) == (304, b"")
    assert again.headers["Cache-Control"] == "public, max-age=60"
    packed = await lunch.client.get(
        "/api/v1/menus/lunch/published", headers={"Accept-Encoding": "gzip"}, auto_decompress=False
    )
    assert packed.headers["Content-Encoding"] == "gzip"
    await price(ask, "soup", 1)
    await publish(ask)
    assert (await guests(lunch, **{"If-None-Match": tag})).status == 200


async def test_nothing_is_kept_longer_than_the_schedule_allows(lunch, ask):
    await publish(ask)
    soon = datetime.now(UTC) + timedelta(seconds=20)
    await publish(ask, starts_at=soon.isoformat())
    _, _, seconds = (await guests(lunch)).headers["Cache-Control"].partition("max-age=")
    assert 0 <= int(seconds) <= 20


@pytest.mark.parametrize("menu", ["lunch", "nobody", "%00", "x" * 300])
async def test_guests_are_told_in_the_same_words_that_nothing_is_published(lunch, menu):
    answer = await lunch.client.get(f"/api/v1/menus/{menu}/published")
    assert (answer.status, (await answer.json())["code"]) == (404, "not_published")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


async def test_bad_token_does_not_keep_guests_out(lunch, ask):
    await publish(ask)
    assert (await guests(lunch, Authorization="Bearer nonsense")).status == 200


async def test_nothing_is_published_while_an_error_stands_and_the_errors_are_listed(lunch, ask):
    ana, bo = await devices(lunch, "lunch", "ana", "bo")
    ana.set("items", "soup", "price", 500, NOON_MS)
    bo.set("items", "soup", "price", 600, NOON_MS)
    await ana.send()
    await bo.send()
    status, problem = await ask("POST", "/versions", {})
    assert (status, problem["code"]) == (409, "conflicts_open")
    (conflict,) = problem["conflicts"]
    assert conflict["key"] == "prices/items/soup/price"
    assert (await ask("GET", "/versions"))[1]["versions"] == []
    path = f"/api/v1/conflicts/{conflict['id']}/resolve"
    body = {"value": 550}
    assert (await lunch.client.post(path, json=body, headers=lunch.bearer())).status == 200
    await publish(ask)
    assert (await shown_prices(lunch))["soup"] == 550


async def test_warnings_do_not_block_and_publishing_confirms_them(lunch, ask):
    await price(ask, "soup", 0)
    (conflict,) = (await ask("GET", "/conflicts"))[1]["conflicts"]
    assert (conflict["kind"], conflict["severity"]) == ("price_free", "warning")
    await publish(ask)
    assert (await ask("GET", "/conflicts"))[1]["conflicts"] == []


@pytest.mark.parametrize("role", [Role.EDITOR, Role.TRANSLATOR, Role.WAITER, Role.VIEWER])
async def test_only_managers_publish(lunch, ask, role):
    who = lunch.bearer("ed", "bistro", role)
    for method, path, body in (
        ("POST", "/versions", {}),
        ("PATCH", "/versions/1", {"name": "x"}),
        ("POST", "/versions/1/publish", {}),
        ("DELETE", "/publications/x", None),
    ):
        status, problem = await ask(method, path, body, **who)
        assert (status, problem["code"]) == (403, "forbidden_act")
    assert (await ask("GET", "/versions", **who))[0] == 200


async def test_versions_are_listed_read_and_named(lunch, ask):
    for amount in (1, 2, 3):
        await price(ask, "soup", amount)
        await publish(ask)
    _, page = await ask("GET", "/versions?limit=2")
    assert ([one["number"] for one in page["versions"]], page["next"]) == ([3, 2], 2)
    _, page = await ask("GET", f"/versions?limit=2&after={page['next']}")
    assert ([one["number"] for one in page["versions"]], page["next"]) == ([1], None)
    _, version = await ask("GET", "/versions/2")
    assert version["content"]["sections"][0]["items"][0]["price"] == 2
    assert version["sha256"] == fingerprint(version["content"])
    status, named = await ask("PATCH", "/versions/2", {"name": "Summer"})
    assert (status, named["name"], named["kind"]) == (200, "Summer", "published")
    for number in ("9", "0", "x", "²", "9" * 30):
        status, problem = await ask("GET", f"/versions/{number}")
        assert (status, problem["code"]) == (404, "version_not_found")


async def test_rolling_back_shows_the_older_version_at_once(lunch, ask):
    await publish(ask)
    await price(ask, "soup", 999)
    await publish(ask)
    status, done = await ask("POST", "/versions/1/publish", {})
    assert (status, done["version"]["number"]) == (201, 1)
    assert (await shown_prices(lunch))["soup"] == 450
    assert len((await ask("GET", "/versions"))[1]["versions"]) == 2
    assert (await ask("POST", "/versions/7/publish", {}))[0] == 404


async def test_cancelled_publication_gives_way_to_the_one_before(lunch, ask):
    await publish(ask)
    await price(ask, "soup", 999)
    second = await publish(ask)
    id = second["publication"]["id"]
    assert (await ask("DELETE", f"/publications/{id}"))[0] == 204
    assert (await shown_prices(lunch))["soup"] == 450
    status, problem = await ask("DELETE", f"/publications/{id}")
    assert (status, problem["code"]) == (404, "publication_not_found")
    _, page = await ask("GET", "/publications")
    assert [one["version"] for one in page["publications"]] == [1]
    assert (await told(lunch))[-1] == ("publication.cancelled", 1)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"daily_from": "07:00"}, "bad_window"),
        ({"daily_from": "07:00", "daily_to": "07:00"}, "bad_window"),
        ({"daily_from": "7:00", "daily_to": "11:00"}, "invalid_fields"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "bad_window"),
        ({"starts_at": "2026-01-01T00:00:00"}, "invalid_fields"),
        ({"name": ""}, "invalid_fields"),
    ],
)
async def test_window_that_cannot_be_is_refused(ask, body, code):
    status, problem = await ask("POST", "/versions", body)
    assert (status, problem["code"]) == (422, code)
    assert (await ask("GET", "/versions"))[1]["versions"] == []


async def test_schedule_follows_the_time_zone_of_the_restaurant(lunch, ask):
    path = "/api/v1/restaurants/bistro"
    answer = await lunch.client.patch(
        path, json={"time_zone": "Asia/Tokyo"}, headers=lunch.bearer("mia")
    )
    assert (answer.status, (await answer.json())["time_zone"]) == (200, "Asia/Tokyo")
    await publish(ask, daily_from="07:00", daily_to="11:00")
    _, page = await ask("GET", "/publications")
    assert page["time_zone"] == "Asia/Tokyo"
    change = datetime.fromisoformat(page["next_change_at"])
    assert change.astimezone(UTC).strftime("%H:%M") in ("22:00", "02:00")


@pytest.mark.parametrize(
    ("restaurant", "body", "expected"),
    [
        ("bistro", {"time_zone": "Mars/Olympus"}, (422, "bad_time_zone")),
        ("bistro", {"colour": "red"}, (422, "invalid_fields")),
        ("other", {"name": "Mine"}, (403, "forbidden_act")),
    ],
)
async def test_change_of_a_restaurant_that_cannot_be_is_refused(lunch, restaurant, body, expected):
    path = f"/api/v1/restaurants/{restaurant}"
    answer = await lunch.client.patch(path, json=body, headers=lunch.bearer())
    assert (answer.status, (await answer.json())["code"]) == expected


async def test_restaurant_gets_a_name(lunch):
    path = "/api/v1/restaurants/bistro"
    answer = await lunch.client.patch(path, json={"name": "Bistro 7"}, headers=lunch.bearer())
    shown = await answer.json()
    assert (shown["name"], shown["time_zone"]) == ("Bistro 7", "UTC")


async def test_difference_of_versions_and_of_the_draft(lunch, ask):
    await publish(ask)
    await price(ask, "soup", 500)
    await publish(ask)
    await price(ask, "rice", 300)
    status, found = await ask("GET", "/versions/1/difference/2")
    assert status == 200
    (part,) = found["items"]
    assert (part["id"], part["name"], part["change"]) == ("soup", "Suppe", "changed")
    assert part["fields"] == [{"field": "price", "before": 450, "after": 500}]
    _, found = await ask("GET", "/versions/2/difference/draft")
    assert [part["id"] for part in found["items"]] == ["rice"]
    _, found = await ask("GET", "/versions/published/difference/draft")
    assert [part["id"] for part in found["items"]] == ["rice"]
    _, found = await ask("GET", "/versions/draft/difference/1")
    assert [part["id"] for part in found["items"]] == ["soup", "rice"]
    assert (await ask("GET", "/versions/1/difference/9"))[0] == 404


async def test_difference_with_what_guests_see_when_they_see_nothing(ask):
    status, problem = await ask("GET", "/versions/published/difference/draft")
    assert (status, problem["code"]) == (404, "not_published")


async def test_field_item_and_section_come_back(lunch, ask):
    await publish(ask)
    await price(ask, "soup", 500)
    await price(ask, "rice", 300)
    body = {"version": 1, "what": "field", "id": "soup", "field": "price"}
    assert await ask("POST", "/restore", body) == (200, {"changes": 1})
    assert await ask("POST", "/restore", body) == (200, {"changes": 0})
    _, plain = await ask("GET", "")
    assert [item["price"] for item in plain["sections"][0]["items"]] == [450, 300, 300]
    body = {"version": 1, "what": "section", "id": "main"}
    assert await ask("POST", "/restore", body) == (200, {"changes": 1})


async def test_restoring_everything_can_be_taken_back(lunch, ask):
    await publish(ask)
    await price(ask, "soup", 500)
    await ask("POST", "/restore", {"version": 1, "what": "everything"})
    _, page = await ask("GET", "/versions")
    assert [(one["number"], one["kind"]) for one in page["versions"]] == [
        (2, "automatic"),
        (1, "published"),
    ]
    await ask("POST", "/restore", {"version": 2, "what": "everything"})
    _, plain = await ask("GET", "")
    assert plain["sections"][0]["items"][0]["price"] == 500


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"version": 9, "what": "everything"}, (404, "version_not_found")),
        ({"version": 1, "what": "item"}, (400, "id_missing")),
        ({"version": 1, "what": "field", "id": "soup"}, (400, "field_missing")),
        ({"version": 1, "what": "item", "id": "zz"}, (422, "not_in_version")),
        ({"version": 1, "what": "dish", "id": "soup"}, (422, "invalid_fields")),
    ],
)
async def test_restore_that_cannot_be_is_refused(ask, body, expected):
    await publish(ask)
    status, problem = await ask("POST", "/restore", body)
    assert (status, problem["code"]) == expected


async def test_restore_is_for_those_who_may_write_the_field(lunch, ask):
    await publish(ask)
    await price(ask, "soup", 500)
    body = {"version": 1, "what": "item", "id": "soup"}
    waiter = lunch.bearer("wes", "bistro", Role.WAITER)
    status, problem = await ask("POST", "/restore", body, **waiter)
    assert (status, problem["code"]) == (403, "field_forbidden")
    viewer = lunch.bearer("vi", "bistro", Role.VIEWER)
    everything = {"version": 1, "what": "everything"}
    assert (await ask("POST", "/restore", everything, **viewer))[0] == 403
    assert len((await ask("GET", "/versions"))[1]["versions"]) == 1


async def two_days_old(site: Site) -> int:
    """A version of the menu as it stands, made two days ago."""
    async with site.house.lobby.lease("lunch") as room:
        old = snapshot_of(room)
    at = datetime.now(UTC) - timedelta(days=2)
    version = await site.house.versions.save_automatic("lunch", old, "ann", at)
    assert version is not None
    return version.number


async def test_item_of_an_old_version_comes_back_while_two_type_elsewhere(lunch, ask):
    number = await two_days_old(lunch)
    await price(ask, "soup", 500)
    ana, bo, cy = await devices(lunch, "lunch", "ana", "bo", "cy")
    cy.write("items", "soup", "desc", "de", "hot")  # offline until after the restore
    cy.set("items", "rice", "price", 222, NOON_MS)
    body = {"version": number, "what": "item", "id": "soup"}
    _, _, (status, done) = await asyncio.gather(
        ana.type("items", "rice", "desc", "de", "with butter and salt" * 4),
        bo.type("items", "broth", "name", "de", " vom Huhn" * 8),
        ask("POST", "/restore", body),
    )
    assert (status, done["changes"]) == (200, 1)
    await cy.send()
    _, plain = await ask("GET", "")
    soup, broth, rice = plain["sections"][0]["items"]
    assert (soup["price"], soup["description"]) == (450, "hot")
    assert (rice["price"], rice["description"]) == (222, "with butter and salt" * 4)
    assert broth["name"] == "Brühe" + " vom Huhn" * 8


async def test_everything_of_an_old_version_comes_back_while_two_type(lunch, ask):
    number = await two_days_old(lunch)
    for item, amount in (("soup", 500), ("rice", 250)):
        await price(ask, item, amount)
    ana, bo = await devices(lunch, "lunch", "ana", "bo")
    ana.write("items", "soup", "desc", "de", "written before, seen after")
    status, done = await ask("POST", "/restore", {"version": number, "what": "everything"})
    assert (status, done["changes"]) == (200, 2)
    await asyncio.gather(
        ana.type("items", "soup", "desc", "de", "!" * 20),
        bo.type("items", "rice", "desc", "de", "typed on" * 3),
    )
    _, plain = await ask("GET", "")
    soup, _, rice = plain["sections"][0]["items"]
    assert (soup["price"], soup["description"]) == (450, "written before, seen after" + "!" * 20)
    assert (rice["price"], rice["description"]) == (200, "typed on" * 3)


# -- what happens by itself ----------------------------------------------------------------------


async def never() -> float:
    await asyncio.Event().wait()
    raise AssertionError


class Hands:
    """A wall clock that is set by hand, and a keeper that reads it."""

    def __init__(self, site: Site) -> None:
        self.at = datetime.now(UTC)
        house = site.house
        house.version_keeper.keep = never  # it reads the real clock, and would tell otherwise
        self.keeper = VersionKeeper(
            house.versions,
            house.publications,
            MenuStateStore(house.database),
            house.lobby,
            house.journal,
            replace(Clock(), utc=lambda: self.at),
            ring_events=house.events.ring,
        )


async def test_event_tells_when_a_schedule_shows_another_version(lunch, ask):
    hands = Hands(lunch)
    start, end = hands.at + timedelta(hours=1), hands.at + timedelta(hours=2)
    await publish(ask)
    hands.at += timedelta(minutes=1)
    await price(ask, "soup", 999)
    await publish(ask, starts_at=start.isoformat(), ends_at=end.isoformat())
    for moment in (hands.at, start, start, end, end):
        hands.at = moment
        await hands.keeper.keep()
    assert await told(lunch) == [
        ("menu.published", 1),
        ("menu.published", 1),
        ("menu.effective", 2),
        ("menu.effective", 1),
    ]
    hands.at = start - timedelta(seconds=10)
    assert 0 <= await hands.keeper.keep() <= 10


async def test_server_shows_a_scheduled_version_and_tells_by_itself(lunch, ask):
    await publish(ask)
    await price(ask, "soup", 999)
    await publish(ask, starts_at=(datetime.now(UTC) + timedelta(seconds=0.3)).isoformat())
    async with asyncio.timeout(5):
        while (await told(lunch))[-1] != ("menu.effective", 2):
            await asyncio.sleep(0.05)
    assert (await shown_prices(lunch))["soup"] == 999


async def test_two_keepers_tell_once(lunch, ask):
    one, other = Hands(lunch), Hands(lunch)
    await publish(ask)
    await publish(ask, starts_at=(one.at + timedelta(hours=1)).isoformat())
    one.at = other.at = one.at + timedelta(hours=2)
    await one.keeper.keep()
    await other.keeper.keep()
    assert [kind for kind, _ in await told(lunch)].count("menu.effective") == 1


async def test_conflicts_are_judged_against_what_guests_see(lunch, ask):
    hands = Hands(lunch)
    await publish(ask)
    await price(ask, "soup", 9000)
    assert [one["kind"] for one in (await ask("GET", "/conflicts"))[1]["conflicts"]] == [
        "price_jump"
    ]
    await publish(ask, starts_at=(hands.at + timedelta(hours=1)).isoformat())
    assert len((await ask("GET", "/conflicts"))[1]["conflicts"]) == 1


async def test_editing_leaves_one_version_when_it_ended(lunch, ask):
    hands = Hands(lunch)
    await publish(ask)
    await price(ask, "soup", 500)
    await end_editing(lunch, "e1", "ana", hands.at + timedelta(minutes=1))
    hands.at += timedelta(minutes=2)
    await hands.keeper.keep()
    await hands.keeper.keep()
    newest, first = await lunch.house.versions.list("lunch")
    assert (first.number, newest.kind, newest.created_by) == (1, VersionKind.AUTOMATIC, "ana")
    await end_editing(lunch, "e2", "bo", hands.at + timedelta(minutes=1))
    hands.at += timedelta(minutes=2)
    await hands.keeper.keep()  # nothing differs
    assert len(await lunch.house.versions.list("lunch")) == 2


async def test_old_automatic_versions_get_thinner(lunch, ask):
    hands = Hands(lunch)
    today = hands.at
    for step in range(4):
        await price(ask, "soup", 100 + step)
        hands.at = today - timedelta(days=100) + timedelta(minutes=step)
        await hands.keeper.save("lunch", "ana")
    hands.at = today
    await price(ask, "soup", 999)
    await hands.keeper.save("lunch", "ana")
    kept = [one.number for one in await lunch.house.versions.list("lunch")]
    assert kept == [5, 4]


async def end_editing(site: Site, id: str, user: str, at: datetime) -> None:
    session = UserSession(
        id, user, user, "bistro", "menu", "lunch", "y", SessionStatus.OFFLINE, at, at, at
    )
    await site.house.session_store.write(
        [session], [EditSession(id, id, "lunch", user, at, at, 1, at)]
    )
