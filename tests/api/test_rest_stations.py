"""Stations over REST: set up by managers, with thresholds that make sense."""

from __future__ import annotations

import pytest

from api.rest import stations
from tests.api.conftest import Site
from tests.api.setup import ask, furnish_bistro


@pytest.fixture
async def bistro(site: Site) -> Site:
    return await furnish_bistro(site)


async def test_life_of_a_station(bistro: Site):
    bar = {"id": "bar", "name": "Bar", "warn_seconds": 300, "late_seconds": 600, "position": 0}
    body = {"id": "grill", "name": "Grill", "warn_seconds": 60, "late_seconds": 60}
    status, grill = await ask(bistro, "POST", "/stations", body=body)
    assert (status, grill) == (201, {**body, "position": 1})
    assert (await ask(bistro, "GET", "/stations"))[1] == {"stations": [bar, grill]}
    change = {"name": "Theke", "position": 9, "late_seconds": 900}
    status, changed = await ask(bistro, "PATCH", "/stations/bar", body=change)
    assert (status, changed) == (200, {**bar, **change})
    assert (await ask(bistro, "GET", "/stations"))[1] == {"stations": [grill, changed]}
    assert await ask(bistro, "DELETE", "/stations/bar") == (204, None)
    assert (await ask(bistro, "DELETE", "/stations/bar"))[1]["code"] == "station_not_found"
    assert (await ask(bistro, "PATCH", "/stations/bar", body=change))[0] == 404


async def test_taken_id_and_wrong_thresholds_are_refused(bistro: Site):
    again = {"id": "bar", "name": "Other"}
    status, problem = await ask(bistro, "POST", "/stations", body=again)
    assert (status, problem["code"]) == (409, "station_exists")
    late = {"late_seconds": 299}
    status, problem = await ask(bistro, "PATCH", "/stations/bar", body=late)
    assert (status, problem["code"]) == (422, "bad_thresholds")
    status, problem = await ask(bistro, "POST", "/stations", body={"id": "x", "name": "X", **late})
    assert (status, problem["code"]) == (422, "bad_thresholds")
    assert (await ask(bistro, "POST", "/stations", body={"id": "a:b", "name": "X"}))[0] == 422


async def test_kitchen_has_so_many_stations_at_most(bistro: Site, monkeypatch):
    monkeypatch.setattr(stations, "STATIONS_LIMIT", 1)
    status, problem = await ask(bistro, "POST", "/stations", body={"id": "x", "name": "X"})
    assert (status, problem["code"]) == (422, "too_many_stations")


async def test_restaurant_must_be_there(site: Site):
    status, problem = await ask(site, "POST", "/stations", body={"id": "x", "name": "X"})
    assert (status, problem["code"]) == (404, "restaurant_not_found")
