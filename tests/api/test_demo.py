"""The house of the demo: everything a visitor needs is there at once, and again at each start."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.demo import DEMO_CODE, DEMO_MENU, guest_path
from api.demo_menu import BAR, SUSHI, WOK, demo_menu
from api.first_start import announce, furnish
from api.menu_file import read_sample
from collab.identity import Role
from collab.menus.plain_menu import check_plain
from tests.api.conftest import Site
from tests.api.setup import ask, guest_of

ADDRESS = "http://127.0.0.1:8123"


def test_menu_is_the_sample_with_two_languages_stations_sizes_and_choices() -> None:
    menu, sample = demo_menu(), read_sample()
    check_plain(menu)
    assert [one.name["de"] for one in menu.items()] == [one.name["de"] for one in sample.items()]
    assert {section.station for section in menu.sections} == {WOK, SUSHI, BAR}
    assert all({"de", "en"} <= section.name.keys() for section in menu.sections)
    assert sum("en" in item.name for item in menu.items()) >= 20
    for item in menu.items():
        assert item.name["de"], item
        assert item.description.get("de") or not any(item.description.values()), item
    assert sum(bool(item.variations) for item in menu.items()) == 3
    chosen = [group for item in menu.items() for group in item.modifiers or ()]
    assert set(chosen) == {group.id for group in menu.modifier_groups}
    assert any(item.allergens for item in menu.items())


async def test_guests_see_the_menu_in_both_languages(dev_site: Site):
    status, (shown,) = await ask(dev_site, "GET", "/restaurants/demo/published", {})
    assert (status, shown["menu"], shown["version"]) == (200, DEMO_MENU, 1)
    assert shown["locales"] == ["de", "en"]


async def test_kitchen_and_floor_are_set_up(dev_site: Site):
    _, stations = await ask(dev_site, "GET", "/stations", {})
    assert [one["id"] for one in stations["stations"]] == [WOK, SUSHI, BAR, "expo"]
    _, tables = await ask(dev_site, "GET", "/tables", {})
    assert [one["id"] for one in tables["tables"]] == list("12345678")
    assert [one["id"] for one in tables["tables"] if one["visit"]] == ["4"]


async def test_guest_orders_with_the_printed_address_and_the_kitchen_has_it(
    dev_site: Site, capsys: pytest.CaptureFixture[str]
):
    await announce(dev_site.house, ADDRESS)
    assert f"order as a guest: {ADDRESS}/t/{DEMO_CODE}" in capsys.readouterr().out
    guest = await guest_of(dev_site, DEMO_CODE)
    _, menu = await ask(dev_site, "GET", f"/menus/{DEMO_MENU}/published", {})
    soup = menu["sections"][1]["items"][0]
    line = {"line": "l1", "menu": DEMO_MENU, "item": soup["id"]}
    commands = [
        {"id": "c1", "room": "order:o1", "type": "order.open", "body": {"table": "4"}},
        {"id": "c2", "room": "order:o1", "type": "line.add", "body": line},
        {"id": "c3", "room": "order:o1", "type": "order.place", "body": {}},
    ]
    status, answers = await ask(dev_site, "POST", "/commands", guest, commands)
    assert (status, [one["result"] for one in answers]) == (200, ["ok"] * 3), answers
    kim = dev_site.bearer("kim", "demo", Role.KITCHEN)
    _, tickets = await ask(dev_site, "GET", "/tickets", kim)
    assert [one["ticket"]["station"] for one in tickets["tickets"]] == [WOK]


async def test_second_start_changes_nothing_but_the_end_of_the_visit(dev_site: Site):
    before = await _everything(dev_site)
    await furnish(dev_site.house)
    assert await _everything(dev_site) == before


async def test_table_that_was_closed_is_open_under_the_same_code_at_the_next_start(dev_site: Site):
    assert (await ask(dev_site, "POST", "/tables/4/close", {}))[0] == 204
    assert await guest_path(dev_site.house) is None
    await furnish(dev_site.house)
    assert await guest_path(dev_site.house) == f"/t/{DEMO_CODE}"
    await guest_of(dev_site, DEMO_CODE)


async def test_visit_that_ended_by_itself_is_begun_anew(dev_site: Site):
    house = dev_site.house
    now = house.clock.utc()
    await house.visits.rotate("demo", "4", DEMO_CODE, now - timedelta(seconds=1), now)
    assert await guest_path(house) is None
    await furnish(house)
    await guest_of(dev_site, DEMO_CODE)


async def test_deleted_menu_stays_deleted_and_the_rest_works(dev_site: Site):
    await ask(dev_site, "DELETE", f"/documents/{DEMO_MENU}", {})
    await furnish(dev_site.house)
    assert (await ask(dev_site, "GET", "/restaurants/demo/published", {}))[1] == []


async def _everything(site: Site) -> list[object]:
    _, tables = await ask(site, "GET", "/tables", {})
    for table in tables["tables"]:
        if table["visit"] is not None:
            del table["visit"]["expires_at"]
    _, versions = await ask(site, "GET", f"/menus/{DEMO_MENU}/versions", {})
    return [tables, versions, await ask(site, "GET", "/stations", {})]
