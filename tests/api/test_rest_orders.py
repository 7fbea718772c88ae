"""Orders, tickets, stock and the day's report over REST: each role sees its own side."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from collab.identity import Role
from collab.orders.command import Actor, ActorKind
from collab.orders.executed import Mark
from tests.api.conftest import Site
from tests.api.setup import ask, guest_of, open_table
from tests.storage.order_house import MANAGER, NOON, House

DAY = "2026-01-02"
MONEY = ("price", "total", "paid", "amount", "payment", "currency", "tip")


@pytest.fixture
async def house(site: Site) -> House:
    """An evening: two open orders and a closed one, of the waiter `wil`."""
    house = House(site.house.database)
    await house.furnish()
    pay = {"payment": "p", "amount": 1800, "method": "cash", "tip": 200}
    results = await house.say(
        house.open("o1", "t1"),
        house.add("o1", "a", "soup", 2),
        house.add("o1", "b", "beer"),
        house.command("note.add", "o1", {"note": "n", "text": "allergic"}),
        house.place("o1"),
        house.command("item.86", None, {"target": "item:steak", "reason": "gone"}),
    )
    results += await house.say(
        house.open("o2", "t2"),
        house.add("o2", "c", "soup", 2),
        house.place("o2"),
        house.command("payment.record", "o2", pay),
        house.command("order.close", "o2", {"force": True, "reason": "test"}, actor=MANAGER),
        house.open("o3"),
        at=NOON + timedelta(minutes=5),
    )
    assert [one.code for one in results] == [None] * len(results)
    return house


def who(site: Site, role: Role, **claims: Any) -> dict[str, str]:
    return site.bearer(role.value, "bistro", role, **claims)


def has_money(content: Any) -> bool:
    return any(f'"{word}' in json.dumps(content) for word in MONEY)


async def test_list_shows_orders_opened_last_first(site: Site, house: House):
    wil = who(site, Role.WAITER)
    status, page = await ask(site, "GET", "/orders", wil)
    assert (status, page["next"]) == (200, None)
    assert [one["order_id"] for one in page["orders"]] == ["o3", "o2", "o1"]
    assert [one["total"] for one in page["orders"]] == [0, 1800, 2250]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("open=true", ["o3", "o1"]),
        ("open=false", ["o2"]),
        ("table=t1", ["o1"]),
        ("table=t9", []),
        (f"business_day={DAY}", ["o3", "o2", "o1"]),
        ("business_day=2026-01-01", []),
    ],
)
async def test_list_is_filtered(site: Site, house: House, query: str, expected: list[str]):
    _, page = await ask(site, "GET", f"/orders?{query}")
    assert [one["order_id"] for one in page["orders"]] == expected


async def test_list_comes_in_pages(site: Site, house: House):
    found, after = [], ""
    for _ in range(4):
        _, page = await ask(site, "GET", f"/orders?limit=1{after}")
        found += [one["order_id"] for one in page["orders"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert found == ["o3", "o2", "o1"]
    assert (await ask(site, "GET", "/orders?open=perhaps"))[0] == 422


async def test_floor_sees_people_and_money(site: Site, house: House):
    status, shown = await ask(site, "GET", "/orders/o2", who(site, Role.WAITER))
    order = shown["order"]
    assert status == 200
    assert (order["total"], order["opened_by"], order["staff"]) == (1800, "wil", ["wil"])
    assert order["payments"][0]["user"] == "wil"
    _, shown = await ask(site, "GET", "/orders/o1", who(site, Role.MANAGER))
    assert [note["text"] for note in shown["order"]["notes"]] == ["allergic"]


async def test_kitchen_sees_tickets_and_no_money(site: Site, house: House):
    status, shown = await ask(site, "GET", "/orders/o1", who(site, Role.KITCHEN))
    assert status == 200 and not has_money(shown)
    assert {one["station"] for one in shown["order"]["tickets"]} == {"kitchen", "bar"}
    assert shown["order"]["notes"][0]["text"] == "allergic"


async def test_guest_sees_the_order_of_their_visit_only(site: Site, house: House):
    opened = await open_table(site, "t1")
    assert opened["visit"]["order"] == "o1"
    guest = await guest_of(site, opened["code"])
    status, shown = await ask(site, "GET", "/orders/o1", guest)
    assert status == 200 and shown["order"]["total"] == 2250
    assert "wil" not in json.dumps(shown) and "allergic" not in json.dumps(shown)
    unknown = await ask(site, "GET", "/orders/o9", guest)
    assert await ask(site, "GET", "/orders/o2", guest) == unknown
    assert (unknown[0], unknown[1]["code"]) == (404, "order_not_found")


async def test_guest_who_came_before_the_first_order_sees_it_when_it_is_there(
    site: Site, house: House
):
    opened = await open_table(site, "t3")
    guest = await guest_of(site, opened["code"])
    assert (await ask(site, "GET", "/orders/o4", guest))[0] == 404
    gus = Actor(ActorKind.GUEST, "gus", table_id="t3", guest_session_id=opened["visit"]["id"])
    now = site.house.clock.utc()
    [result] = (await house.do(house.open("o4", "t3", actor=gus), at=now)).results
    assert result.code is None
    assert (await ask(site, "GET", "/orders/o4", guest))[0] == 200
    _, page = await ask(site, "GET", "/tables")
    assert {one["id"]: one["orders"] for one in page["tables"]}["t3"] == ["o4"]
    assert (await ask(site, "POST", "/tables/t3/close"))[1]["code"] == "order_open"


async def test_closing_the_order_shuts_the_guests_out(site: Site, house: House):
    opened = await open_table(site, "t1")
    guest = await guest_of(site, opened["code"])
    forced = {"force": True, "reason": "test"}
    now = site.house.clock.utc()
    done = await house.do(house.command("order.close", "o1", forced, actor=MANAGER), at=now)
    site.house.visit_desk.on_executed(done)
    await site.house.visit_desk.catch_up()
    assert (await ask(site, "GET", "/orders/o1", guest))[1]["code"] == "revoked"
    assert (await ask(site, "POST", "/visits", {}, {"code": opened["code"]}))[0] == 404


async def test_foreign_order_is_as_one_that_is_not_there(site: Site, house: House):
    eve = site.bearer("eve", "other", Role.OWNER)
    for path in ("/orders/o1", "/orders/o1/events"):
        status, problem = await ask(site, "GET", path, eve)
        assert (status, problem["code"]) == (404, "order_not_found")
    assert (await ask(site, "GET", "/orders?restaurant=bistro", eve))[0] == 403
    assert await ask(site, "GET", "/orders", eve) == (200, {"orders": [], "next": None})


async def test_log_of_an_order_is_whole_and_comes_in_pages(site: Site, house: House):
    _, whole = await ask(site, "GET", "/orders/o1/events")
    assert [one["seq"] for one in whole["events"]] == list(range(1, len(whole["events"]) + 1))
    assert whole["events"][0]["type"] == "order.opened" and whole["next"] is None
    assert whole["events"][0]["actor"] == "wil"
    _, first = await ask(site, "GET", "/orders/o1/events?limit=2")
    assert first["next"] == 2
    _, rest = await ask(site, "GET", "/orders/o1/events?after=2")
    assert first["events"] + rest["events"] == whole["events"]


async def test_tickets_are_those_on_the_screen_with_their_age(site: Site, house: House):
    kim = who(site, Role.KITCHEN)
    status, page = await ask(site, "GET", "/tickets", kim)
    assert status == 200 and not has_money(page)
    assert {one["ticket"]["station"] for one in page["tickets"]} == {"kitchen", "bar"}
    assert {one["age"] for one in page["tickets"]} == {"late"}
    _, page = await ask(site, "GET", "/tickets?station=bar", kim)
    [ticket] = page["tickets"]
    assert ticket["ticket"]["lines"][0]["item_id"] == "beer" and ticket["age_seconds"] > 0
    _, page = await ask(site, "GET", "/tickets?station=grill", kim)
    assert page == {"tickets": []}


async def test_screen_of_a_station_sees_that_station(site: Site, house: House):
    bar = who(site, Role.KITCHEN, stations=("bar",))
    assert (await ask(site, "GET", "/tickets?station=bar", bar))[0] == 200
    for path in ("/tickets", "/tickets?station=kitchen", "/tickets/all-day"):
        status, problem = await ask(site, "GET", path, bar)
        assert (status, problem["code"]) == (403, "forbidden_station")
    expo = who(site, Role.KITCHEN, stations=("expo",))
    assert len((await ask(site, "GET", "/tickets?station=expo", expo))[1]["tickets"]) == 2


async def test_all_day_counts_what_still_has_to_be_cooked(site: Site, house: House):
    _, page = await ask(site, "GET", "/tickets/all-day", who(site, Role.KITCHEN))
    assert [(one["station"], one["item"], one["quantity"]) for one in page["counts"]] == [
        ("bar", "beer", 1),
        ("kitchen", "soup", 2),
    ]
    _, page = await ask(site, "GET", "/tickets/all-day?station=bar")
    assert [one["item"] for one in page["counts"]] == ["beer"]


async def test_proof_of_delivery_says_how_far_screens_have_seen(site: Site, house: House):
    page = await site.house.streams.read("kitchen:bistro:bar", 0, 1)
    await site.house.marks.mark(
        [Mark("kitchen:bistro:bar", page.epoch, "kim/wall", page.top - 1, NOON)]
    )
    _, shown = await ask(site, "GET", "/tickets/deliveries")
    [screen] = shown["screens"]
    assert (screen["room"], screen["screen"]) == ("kitchen:bistro:bar", "kim/wall")
    assert (screen["offset"], screen["behind"]) == (page.top - 1, 1)


async def test_stock_is_for_everybody_and_who_set_it_for_staff(site: Site, house: House):
    site.house.orders._database.clock = lambda: NOON + timedelta(hours=1)  # the same business day
    _, page = await ask(site, "GET", "/stock", who(site, Role.KITCHEN))
    [entry] = page["stock"]
    assert (entry["target"], entry["is_sold_out"], entry["by"]) == ("item:steak", True, "wil")
    _, page = await ask(site, "GET", "/stock", who(site, Role.GUEST))
    assert "by" not in page["stock"][0] and page["stock"][0]["reason"] == "gone"


async def test_report_of_the_day_is_right_to_the_cent(site: Site, house: House):
    status, report = await ask(site, "GET", f"/reports/day?business_day={DAY}")
    assert status == 200
    [totals] = report["totals"]
    assert (totals["currency"], totals["currency_exponent"]) == ("EUR", 2)
    assert (totals["orders"], totals["open_orders"]) == (3, 2)
    assert (totals["gross"], totals["paid"], totals["tips"]) == (2250 + 1800, 1800, 200)
    assert sum(one["gross"] for one in totals["taxes"]) == totals["gross"]
    cash = {"method": "cash", "payments": 1, "amount": 1800}
    assert totals["methods"] == [{**cash, "refunds": 0, "refunded": 0, "tips": 200}]
    _, empty = await ask(site, "GET", "/reports/day?business_day=2026-01-03")
    assert empty["totals"] == []
    assert (await ask(site, "GET", "/reports/day"))[0] == 422


async def test_report_reads_days_of_any_size(site: Site, house: House, monkeypatch):
    from api.rest import orders

    _, whole = await ask(site, "GET", f"/reports/day?business_day={DAY}")
    monkeypatch.setattr(orders, "REPORT_PAGE", 1)
    assert (await ask(site, "GET", f"/reports/day?business_day={DAY}"))[1] == whole
