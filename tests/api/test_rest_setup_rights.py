"""Who may do what: every operation of setting up and reading orders, for every role."""

from __future__ import annotations

from typing import Any

import pytest

from collab.identity import Access, Role
from tests.api.conftest import Site
from tests.api.setup import ask
from tests.storage.order_house import House

MANAGING = {Role.OWNER, Role.MANAGER}
FLOOR = {*MANAGING, Role.WAITER}
KITCHEN = {*FLOOR, Role.KITCHEN}
ALL = set(Role)
DAY = "/reports/day?business_day=2026-01-02"

OPERATIONS: list[tuple[str, str, Any, set[Role]]] = [
    ("GET", "/restaurants", None, ALL),
    ("GET", "/restaurants/bistro", None, ALL),
    ("PATCH", "/restaurants/bistro", {"tax": 700}, MANAGING),
    ("POST", "/restaurants", {"id": "bistro", "name": "B"}, MANAGING),
    ("GET", "/stations", None, KITCHEN),
    ("POST", "/stations", {"id": "grill", "name": "G"}, MANAGING),
    ("PATCH", "/stations/bar", {"name": "B"}, MANAGING),
    ("DELETE", "/stations/bar", None, MANAGING),
    ("GET", "/tables", None, KITCHEN),
    ("POST", "/tables", {"name": "T"}, MANAGING),
    ("PATCH", "/tables/t2", {"seats": 3}, MANAGING),
    ("DELETE", "/tables/t3", None, MANAGING),
    ("POST", "/tables/t2/open", None, FLOOR),
    ("POST", "/tables/t2/rotate", None, FLOOR),
    ("POST", "/tables/t2/close", None, FLOOR),
    ("GET", "/staff", None, MANAGING),
    ("POST", "/staff", {"user_id": "bo", "name": "Bo", "roles": []}, MANAGING),
    ("GET", "/staff/bo", None, MANAGING),
    ("PATCH", "/staff/bo", {"name": "B"}, MANAGING),
    ("DELETE", "/staff/bo", None, MANAGING),
    ("GET", "/orders", None, FLOOR),
    ("GET", "/orders/o1", None, KITCHEN),
    ("GET", "/orders/o1/events", None, FLOOR),
    ("GET", "/tickets", None, KITCHEN),
    ("GET", "/tickets?station=bar", None, KITCHEN),
    ("GET", "/tickets/all-day", None, KITCHEN),
    ("GET", "/tickets/deliveries", None, KITCHEN),
    ("GET", "/stock", None, ALL),
    ("GET", DAY, None, MANAGING),
    ("POST", "/erasures", {"user_id": "nobody"}, MANAGING),
]
# What an allowed request may answer where the same call of another role was there before it.
REPEATED = {404, 409}


@pytest.fixture
async def house(site: Site) -> House:
    house = House(site.house.database)
    await house.furnish()
    await house.say(house.open("o1", "t1"), house.add("o1", "a"), house.place("o1"))
    return house


@pytest.mark.parametrize(
    ("method", "path", "body", "allowed"), OPERATIONS, ids=[f"{a} {b}" for a, b, *_ in OPERATIONS]
)
async def test_every_role_at_every_operation(site: Site, house: House, method, path, body, allowed):
    for role in Role:
        who = site.bearer(role.value, "bistro", role)
        status, answer = await ask(site, method, path, who, body)
        if role in allowed:
            assert status in (200, 201, 204, *REPEATED), (role, answer)
        elif role is Role.GUEST and path == "/orders/o1":
            assert (status, answer["code"]) == (404, "order_not_found")
        else:
            assert (status, answer["code"]) == (403, "forbidden_act"), role


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [one[:3] for one in OPERATIONS if "orders/o1" not in one[1] and "/restaurants" not in one[1]],
)
async def test_nobody_acts_in_another_restaurant(site: Site, house: House, method, path, body):
    eve = site.bearer("eve", "other", Role.OWNER)
    asked = {**body, "restaurant": "bistro"} if path == "/erasures" else body
    there = path if path == "/erasures" else f"{path}{'&' if '?' in path else '?'}restaurant=bistro"
    status, problem = await ask(site, method, there, eve, asked)
    assert (status, problem["code"]) == (403, "forbidden_act")


@pytest.mark.parametrize(("method", "path", "body"), [one[:3] for one in OPERATIONS])
async def test_nobody_acts_without_a_token(site: Site, house: House, method, path, body):
    status, problem = await ask(site, method, path, {}, body)
    assert (status, problem["code"]) == (401, "no_token")


@pytest.mark.parametrize(
    ("method", "path", "body"), [one[:3] for one in OPERATIONS if one[3] != ALL]
)
async def test_token_for_one_menu_does_nothing_else(site: Site, house: House, method, path, body):
    narrow = site.bearer("ann", "bistro", Role.OWNER, menus={"menu-bistro": Access.WRITE})
    status, problem = await ask(site, method, path, narrow, body)
    assert (status, problem["code"]) == (403, "forbidden_act")
