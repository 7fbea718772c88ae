"""Real answers about setting up and orders have the form that the OpenAPI document says."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.api.conftest import Site
from tests.api.setup import API, open_table
from tests.api.test_rest_openapi import described, faults
from tests.storage.order_house import MANAGER, House

PAY = {"payment": "p", "amount": 100, "method": "cash"}
REQUESTS: list[tuple[str, str, str, Any]] = [
    ("GET", "/restaurants", "/restaurants", None),
    ("POST", "/restaurants", "/restaurants", {"id": "bistro", "name": "B"}),
    ("GET", "/restaurants/bistro", "/restaurants/{id}", None),
    ("PATCH", "/restaurants/bistro", "/restaurants/{id}", {"currency": "KWD"}),
    ("PATCH", "/restaurants/bistro", "/restaurants/{id}", {"currency": "XXX"}),
    ("GET", "/stations", "/stations", None),
    ("POST", "/stations", "/stations", {"id": "grill", "name": "G"}),
    ("PATCH", "/stations/bar", "/stations/{id}", {"position": 3}),
    ("GET", "/tables", "/tables", None),
    ("POST", "/tables", "/tables", {"name": "T"}),
    ("PATCH", "/tables/t2", "/tables/{id}", {"seats": 3}),
    ("DELETE", "/tables/t1", "/tables/{id}", None),
    ("POST", "/tables/t2/open", "/tables/{id}/open", None),
    ("POST", "/tables/t1/rotate", "/tables/{id}/rotate", None),
    ("POST", "/tables/t1/close", "/tables/{id}/close", None),
    ("GET", "/staff", "/staff", None),
    ("POST", "/staff", "/staff", {"user_id": "bo", "name": "Bo", "roles": ["waiter"]}),
    ("GET", "/staff/none", "/staff/{id}", None),
    ("POST", "/visits", "/visits", {"code": "wrong"}),
    ("GET", "/orders", "/orders", None),
    ("GET", "/orders/o1", "/orders/{id}", None),
    ("GET", "/orders/o1/events", "/orders/{id}/events", None),
    ("GET", "/tickets", "/tickets", None),
    ("GET", "/tickets/all-day", "/tickets/all-day", None),
    ("GET", "/tickets/deliveries", "/tickets/deliveries", None),
    ("GET", "/stock", "/stock", None),
    ("GET", "/reports/day?business_day=2026-01-02", "/reports/day", None),
    ("POST", "/erasures", "/erasures", {"user_id": "wil"}),
]


@pytest.fixture
async def house(site: Site) -> House:
    house = House(site.house.database)
    await house.furnish()
    await house.say(
        house.open("o1", "t1"),
        house.add("o1", "a", "soup"),
        house.place("o1"),
        house.command("payment.record", "o1", PAY),
        house.command("line.comp", "o1", {"line": "a", "reason": "late"}, actor=MANAGER),
        house.command("item.86", None, {"target": "item:beer"}),
    )
    return house


@pytest.mark.parametrize(("method", "path", "pattern", "body"), REQUESTS)
async def test_answer_has_the_form_that_is_described(
    site: Site, house: House, method: str, path: str, pattern: str, body: Any
):
    await open_table(site, "t1")
    answer = await site.client.request(method, API + path, json=body, headers=site.bearer())
    document = await described(site)
    responses = document["paths"][API + pattern][method.lower()]["responses"]
    content = await answer.text()
    if answer.status == 204:
        assert "204" in responses and content == ""
        return
    form = responses[str(answer.status)]["content"][answer.content_type]["schema"]
    assert list(faults(json.loads(content), form, document["components"]["schemas"])) == []


async def test_every_refusal_of_these_operations_is_described(site: Site):
    document = await described(site)
    for _, _, pattern, _ in REQUESTS:
        for method, operation in document["paths"][API + pattern].items():
            assert "401" in operation["responses"] or operation["security"] == [], (method, pattern)
            is_about_one = re.search(r"\{\w+\}", pattern) is not None
            assert not is_about_one or "404" in operation["responses"], (method, pattern)
