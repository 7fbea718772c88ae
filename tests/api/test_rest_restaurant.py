"""A restaurant over REST: made, shown with the decimals of its currency, and changed."""

from __future__ import annotations

import pytest

from collab.identity import Role
from tests.api.conftest import Site
from tests.api.setup import ask

NEW = {"id": "bistro", "name": "Bistro"}


@pytest.fixture
async def bistro(site: Site) -> Site:
    assert (await ask(site, "POST", "/restaurants", body=NEW))[0] == 201
    return site


async def test_new_restaurant_has_settings_that_make_sense(bistro: Site):
    status, shown = await ask(bistro, "GET", "/restaurants/bistro")
    assert status == 200
    del shown["created_at"]
    assert shown == {
        **NEW,
        "time_zone": "UTC",
        "currency": "EUR",
        "currency_exponent": 2,
        "business_day_hour": 4,
        "tax": 0,
        "price_grace_seconds": 1800,
        "recall_seconds": 900,
        "low_stock": 5,
        "guest_session_seconds": 10800,
        "order_retention_days": 3650,
        "personal_retention_days": 90,
    }


async def test_restaurant_is_made_once(bistro: Site):
    status, problem = await ask(bistro, "POST", "/restaurants", body=NEW)
    assert (status, problem["code"]) == (409, "restaurant_exists")


@pytest.mark.parametrize(("currency", "exponent"), [("JPY", 0), ("EUR", 2), ("KWD", 3)])
async def test_amounts_have_the_decimals_of_the_currency(bistro: Site, currency, exponent):
    body = {"currency": currency}
    status, shown = await ask(bistro, "PATCH", "/restaurants/bistro", body=body)
    assert (status, shown["currency"], shown["currency_exponent"]) == (200, currency, exponent)


async def test_change_touches_only_what_is_named(bistro: Site):
    _, before = await ask(bistro, "GET", "/restaurants/bistro")
    body = {"tax": 1900, "low_stock": 0, "time_zone": "Europe/Berlin", "business_day_hour": 0}
    status, changed = await ask(bistro, "PATCH", "/restaurants/bistro", body=body)
    assert (status, changed) == (200, {**before, **body})
    assert (await ask(bistro, "GET", "/restaurants/bistro"))[1] == changed


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"time_zone": "Mars/Olympus"}, "bad_time_zone"),
        ({"currency": "EUE"}, "bad_currency"),
        ({"currency": "eur"}, "invalid_fields"),
        ({"tax": 10_001}, "invalid_fields"),
        ({"business_day_hour": 24}, "invalid_fields"),
        ({"order_retention_days": 6}, "invalid_fields"),
        ({"guest_session_seconds": 86_401}, "invalid_fields"),
        ({"id": "other"}, "invalid_fields"),
    ],
)
async def test_setting_that_cannot_be_is_refused(bistro: Site, body, code):
    _, before = await ask(bistro, "GET", "/restaurants/bistro")
    status, problem = await ask(bistro, "PATCH", "/restaurants/bistro", body=body)
    assert (status, problem["code"]) == (422, code)
    assert (await ask(bistro, "GET", "/restaurants/bistro"))[1] == before
    assert (await ask(bistro, "POST", "/restaurants", body={**NEW, **body}))[0] in (403, 422)


async def test_everybody_sees_their_own_restaurant_only(bistro: Site):
    guest = bistro.bearer("gus", "bistro", Role.GUEST)
    assert (await ask(bistro, "GET", "/restaurants", guest))[1]["restaurants"][0]["id"] == "bistro"
    assert (await ask(bistro, "GET", "/restaurants/bistro", guest))[0] == 200
    eve = bistro.bearer("eve", "other")
    assert await ask(bistro, "GET", "/restaurants", eve) == (200, {"restaurants": []})
    assert (await ask(bistro, "GET", "/restaurants/bistro", eve))[0] == 403
    assert (await ask(bistro, "GET", "/restaurants/other", eve))[0] == 404
    assert (await ask(bistro, "PATCH", "/restaurants/other", eve, {"tax": 1}))[0] == 404
    assert (await ask(bistro, "POST", "/restaurants", eve, {**NEW, "id": "third"}))[0] == 403


async def test_developer_makes_and_sees_all(dev_site: Site):
    assert (await ask(dev_site, "POST", "/restaurants", {}, {"id": "thai", "name": "T"}))[0] == 201
    _, page = await ask(dev_site, "GET", "/restaurants", {})
    assert [one["id"] for one in page["restaurants"]] == ["demo", "thai"]
