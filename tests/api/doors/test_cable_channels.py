"""What the channels say, with the field names of the original, and what their actions really do."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from collab.identity import Role
from collab.orders.order import LineState
from collab.records import StreamEvent
from tests.api.conftest import Site
from tests.api.doors.cable_orders_made import NOON
from tests.api.doors.cable_site import CableSite, open_cable

Json = dict[str, Any]


@pytest.fixture
async def bistro(site: Site) -> CableSite:
    return await open_cable(site)


def cook(bistro: CableSite, *stations: str) -> Any:
    return bistro.identity("kim", Role.KITCHEN, stations=stations)


def manager(bistro: CableSite) -> Any:
    return bistro.identity("mia", Role.MANAGER)


def waiter(bistro: CableSite, user: str = "wil") -> Any:
    return bistro.identity(user, Role.WAITER)


async def states(bistro: CableSite, order_id: str) -> dict[str, LineState]:
    order = await bistro.house.orders.load(order_id)
    assert order is not None
    return {line.item_id: line.state for line in order.lines.values()}


# -- KitchenChannel -----------------------------------------------------------------------------


async def test_the_kitchen_hears_of_an_order_when_it_is_placed_and_at_every_step(
    bistro: CableSite,
) -> None:
    async with bistro.cable(manager(bistro)) as cable:
        await cable.subscribe("KitchenChannel", restaurant_id="bistro")
        assert (await cable.message(event="queue_update"))["queue_length"] == 0
        await bistro.order("o1", "soup", "beer", place=False)
        assert await cable.settled() == []
        await bistro.say("order.place", "order:o1")
        new = await cable.message(event="new_order")
        assert new["order"] == {
            "id": "o1",
            "status": "ordered",
            "ordered_at": new["order"]["ordered_at"],
            "table": "Window",
            "items_count": 2,
            "total": 8.4,
            "total_cents": 840,
            "created_at": new["order"]["created_at"],
        }
        assert new["timestamp"].endswith("Z")
        changed = await cable.message(event="status_change")
        assert (changed["order_id"], changed["old_status"], changed["new_status"]) == (
            "o1",
            "opened",
            "ordered",
        )
        done = await cable.perform("update_status", order_id="o1", new_status="preparing")
        assert (done["event"], done["result"]) == ("action_result", "ok")
        await cable.message(event="status_change", new_status="preparing")
        assert set((await states(bistro, "o1")).values()) == {LineState.PREPARING}


async def test_the_kitchen_sees_no_money_and_nothing_of_the_bill(bistro: CableSite) -> None:
    async with bistro.cable(cook(bistro)) as cable:
        await cable.subscribe("KitchenChannel", restaurant_id="bistro")
        await bistro.order("o1", "soup")
        order = (await cable.message(event="new_order"))["order"]
        assert not any("total" in name for name in order)
        await bistro.say("bill.request", "order:o1")
        await bistro.say("payment.record", "order:o1", payment="p1", amount=450, method="cash")
        await asyncio.sleep(0.1)
        await cable.settled()
        for frame in cable.frames:
            text = json.dumps(frame)
            for word in ("total", "cents", "450", "4.5", "billrequested", "paid"):
                assert word not in text


async def test_every_status_that_can_be_set_is_reached_by_real_commands(
    bistro: CableSite,
) -> None:
    await bistro.order("o1", "soup", "beer", place=False)
    async with bistro.cable(manager(bistro)) as cable:
        await cable.subscribe("KitchenChannel", restaurant_id="bistro")
        for status, state in (
            ("ordered", LineState.FIRED),
            ("preparing", LineState.PREPARING),
            ("ready", LineState.READY),
            ("preparing", LineState.PREPARING),
            ("ready", LineState.READY),
            ("delivered", LineState.SERVED),
        ):
            done = await cable.perform("update_status", order_id="o1", new_status=status)
            assert (status, done["event"]) == (status, "action_result"), done
            assert set((await states(bistro, "o1")).values()) == {state}
        for status in ("billrequested", "paid", "closed"):
            done = await cable.perform("update_status", order_id="o1", new_status=status)
            assert (status, done.get("result")) == (status, "ok"), done
            await cable.message(event="status_change", new_status=status)
        order = await bistro.house.orders.load("o1")
        assert order is not None and order.closed_at is not None
        assert [payment.amount for payment in order.payments] == [840]


async def test_a_cook_cannot_take_money_and_is_told_so(bistro: CableSite) -> None:
    await bistro.order("o1", "soup")
    async with bistro.cable(cook(bistro)) as cable:
        await cable.subscribe("KitchenChannel", restaurant_id="bistro")
        answer = await cable.perform("update_status", order_id="o1", new_status="paid")
        assert (answer["event"], answer["code"]) == ("error", "forbidden")
    order = await bistro.house.orders.load("o1")
    assert order is not None and order.payments == ()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"order_id": "o1", "new_status": "burnt"}, "bad_status"),
        ({"order_id": "o1"}, "bad_status"),
        ({"order_id": "nobody", "new_status": "ready"}, "unknown_order"),
        ({"order_id": ["o1"], "new_status": "ready"}, "unknown_order"),
        ({"new_status": "ready"}, "unknown_order"),
        ({"order_id": "o1", "new_status": "ready", "command_id": "not an id!"}, "bad_command"),
    ],
)
async def test_an_action_that_makes_no_sense_is_answered_and_does_nothing(
    bistro: CableSite, data: Json, code: str
) -> None:
    await bistro.order("o1", "soup")
    async with bistro.cable(manager(bistro)) as cable:
        await cable.subscribe("KitchenChannel", restaurant_id="bistro")
        answer = await cable.perform("update_status", **data)
        assert (answer["event"], answer["code"]) == ("error", code)
    assert await states(bistro, "o1") == {"soup": LineState.FIRED}


async def test_an_action_with_a_command_id_is_done_once(bistro: CableSite) -> None:
    await bistro.order("o1", "soup", "beer")
    async with bistro.cable(manager(bistro)) as cable:
        await cable.subscribe("KitchenChannel", restaurant_id="bistro")
        wish = {"order_id": "o1", "staff_id": "wil", "command_id": "k1"}
        first = await cable.perform("assign_staff", **wish)
        again = await cable.perform("assign_staff", **wish)
        assert (first["result"], again["result"]) == ("ok", "dup")
        assert first["command_id"] == "k1" == first["results"][0]["id"]
        other = await cable.perform("assign_staff", **{**wish, "staff_id": "bo"})
        assert (other["event"], other["code"]) == ("error", "key_reused")
        # Two tickets, so two commands with keys of their own.
        ready = {"order_id": "o1", "new_status": "ready", "command_id": "k2"}
        done = await cable.perform("update_status", **ready)
        assert len({one["id"] for one in done["results"]}) == 2
        assert (await cable.perform("update_status", **ready))["result"] == "noop"
    order = await bistro.house.orders.load("o1")
    assert order is not None and order.staff == ("wil",)


async def test_an_assignment_reaches_the_kitchen_and_the_person(bistro: CableSite) -> None:
    await bistro.order("o1", "soup")
    async with bistro.cable(cook(bistro)) as board, bistro.cable(waiter(bistro)) as own:
        await board.subscribe("KitchenChannel", restaurant_id="bistro")
        await own.subscribe("UserChannel")
        assert (await board.perform("assign_staff", order_id="o1", staff_id="wil"))[
            "result"
        ] == "ok"
        await asyncio.sleep(0.2)
        await board.settled()
        told = [frame["message"] for frame in board.frames if "message" in frame]
        (shown,) = [one for one in told if one["event"] == "staff_assignment"]
        for said in (shown, await own.message(event="staff_assignment")):
            assert (said["order_id"], said["staff"]) == ("o1", {"id": "wil"})
        await bistro.say("ticket.bump", "order:o1", ticket="o1.1.1.kitchen")
        assert (await own.message(event="line.ready"))["order_id"] == "o1"


async def test_what_runs_out_is_an_inventory_alert_by_name(bistro: CableSite) -> None:
    async with bistro.cable(cook(bistro)) as cable:
        await cable.subscribe("KitchenChannel", restaurant_id="bistro")
        await bistro.say("stock.set", "stock:bistro", target="item:soup", remaining=6)
        await bistro.order("o1", "soup")
        low = await cable.message(event="inventory_alert")
        assert low["item_name"] == "Soup"
        assert (low["current_level"], low["threshold"], low["severity"]) == (5, 5, "warning")
        await bistro.say("item.86", "stock:bistro", target="item:beer")
        gone = await cable.message(event="inventory_alert")
        assert (gone["item_name"], gone["current_level"], gone["severity"]) == (
            "Beer",
            0,
            "critical",
        )


async def test_queue_and_metrics_come_as_they_change(bistro: CableSite) -> None:
    async with bistro.cable(cook(bistro)) as cable:
        await cable.subscribe("KitchenChannel", restaurant_id="bistro")
        await cable.message(event="queue_update", queue_length=0)
        await bistro.order("o1", "soup", "beer")
        queue = await cable.until(is_queue_of_one, seconds=10)
        (order,) = queue["message"]["orders"]
        assert (order["id"], order["status"], order["table"]) == ("o1", "ordered", "Window")
        assert "total" not in order
        event = StreamEvent("metrics.updated", "server", {"open_tickets": 2}, NOON)
        await bistro.house.streams.append("kitchen:bistro", [event])
        bistro.desk.rooms.ring("kitchen:bistro")
        told = await cable.until(lambda frame: has_metrics(frame, {"open_tickets": 2}))
        assert told["message"]["timestamp"] == "2026-01-02T12:00:00.000Z"


def is_queue_of_one(frame: Json) -> bool:
    said = frame.get("message", {})
    return (said.get("event"), said.get("queue_length")) == ("queue_update", 1)


def has_metrics(frame: Json, metrics: Json) -> bool:
    said = frame.get("message", {})
    return (said.get("event"), said.get("metrics")) == ("metrics_update", metrics)


async def test_an_order_that_is_over_is_no_news(bistro: CableSite) -> None:
    await bistro.order("o1", "soup", place=False)
    await bistro.order("o2", "soup", table=None)
    money = {"amount": 450, "method": "cash"}
    async with bistro.cable(manager(bistro)) as cable:
        await cable.subscribe("KitchenChannel", restaurant_id="bistro")
        await cable.message(event="queue_update")
        await bistro.say("payment.record", "order:o2", payment="p1", **money)
        for order_id in ("o1", "o2"):
            closed = await bistro.say(
                "order.close", f"order:{order_id}", force=True, reason="they left"
            )
            assert closed.code is None, closed
        await cable.message(event="status_change", order_id="o2", new_status="closed")
        refund = await bistro.say("payment.refund", "order:o2", payment="p2", **money)
        assert refund.code is None, refund
        await asyncio.sleep(0.2)
        await cable.settled()
        told = [frame["message"] for frame in cable.frames if "message" in frame]
        steps = [
            (one["order_id"], one["old_status"], one["new_status"])
            for one in told
            if one["event"] == "status_change"
        ]
        assert steps == [
            ("o2", "ordered", "paid"),
            ("o1", "opened", "closed"),
            ("o2", "paid", "closed"),
        ]
        assert not [one for one in told if one["event"] == "new_order"]


# -- StationChannel -----------------------------------------------------------------------------


async def test_a_station_hears_of_its_own_tickets_with_everything_a_cook_needs(
    bistro: CableSite,
) -> None:
    async with bistro.cable(cook(bistro, "kitchen")) as cable:
        await cable.subscribe("StationChannel", restaurant_id="bistro", station="kitchen")
        await bistro.order("o1", "soup", "beer")
        new = await cable.message(event="new_ticket")
        ticket = new["ticket"]
        assert {name: ticket[name] for name in ("id", "station", "status", "sequence")} == {
            "id": "o1.1.1.kitchen",
            "station": "kitchen",
            "status": "ordered",
            "sequence": 1,
        }
        assert (ticket["order_id"], ticket["table"]) == ("o1", "Window")
        (item,) = ticket["items"]
        assert {name: item[name] for name in ("id", "name", "quantity", "allergens")} == {
            "id": "o1-1",
            "name": "Soup",
            "quantity": 1,
            "allergens": ["celery"],
        }
        assert item.keys() >= {"size", "notes", "course"}
        step = {"ordr_id": "o1", "station": "kitchen"}
        done = await cable.perform(
            "advance_station", **step, from_status="ordered", to_status="preparing"
        )
        assert done["result"] == "ok"
        assert cable.frames[-2]["message"]["new_status"] == "preparing" or (
            await cable.message(event="status_change", new_status="preparing")
        )
        done = await cable.perform(
            "advance_station", **step, from_status="preparing", to_status="ready"
        )
        assert done["result"] == "ok"
        await bistro.order("o2", "steak", table=None)
        await cable.message(event="new_ticket")
        said = [frame["message"] for frame in cable.frames if "message" in frame]
        steps = [
            (one["old_status"], one["new_status"])
            for one in said
            if one["event"] == "status_change"
        ]
        assert steps == [("ordered", "preparing"), ("preparing", "ready")]
        assert "Beer" not in json.dumps(cable.frames)
        assert await states(bistro, "o1") == {"soup": LineState.READY, "beer": LineState.FIRED}


async def test_a_newcomer_is_told_of_open_tickets_and_a_recalled_one_comes_back(
    bistro: CableSite,
) -> None:
    await bistro.order("o1", "soup")
    await bistro.order("o2", "steak", table=None)
    await bistro.say("ticket.bump", "order:o1", ticket="o1.1.1.kitchen")
    async with bistro.cable(cook(bistro)) as cable:
        await cable.subscribe("StationChannel", restaurant_id="bistro", station="kitchen")
        assert [frame["message"]["ticket"]["id"] for frame in await cable.settled()] == [
            "o2.1.1.kitchen"
        ]
        await cable.perform(
            "advance_station",
            ordr_id="o1",
            station="kitchen",
            from_status="ready",
            to_status="preparing",
        )
        await bistro.say("ticket.recall", "order:o1", ticket="o1.1.1.kitchen")
        await asyncio.sleep(0.1)
        await cable.settled()
        said = [frame["message"] for frame in cable.frames if "ticket" in frame.get("message", {})]
        assert [(one["event"], one["ticket"]["id"]) for one in said] == [
            ("new_ticket", "o2.1.1.kitchen"),
            ("new_ticket", "o1.1.1.kitchen"),
        ]


async def test_the_expediter_sees_all_tickets_until_they_are_served(bistro: CableSite) -> None:
    await bistro.order("o1", "soup", "beer")
    expo = bistro.identity("eva", Role.KITCHEN, stations=("expo",))
    async with bistro.cable(expo) as cable:
        await cable.subscribe("StationChannel", restaurant_id="bistro", station="expo")
        first = await cable.settled()
        assert {frame["message"]["ticket"]["station"] for frame in first} == {"kitchen", "bar"}
        await bistro.say("ticket.bump", "order:o1", ticket="o1.1.1.bar")
        await cable.message(event="status_change", new_status="ready")
        step = {"ordr_id": "o1", "station": "expo"}
        done = await cable.perform(
            "advance_station", **step, from_status="ready", to_status="collected"
        )
        assert done["result"] == "ok", done
    assert (await states(bistro, "o1"))["beer"] is LineState.SERVED


async def test_a_void_after_firing_stays_on_the_ticket_as_removed(bistro: CableSite) -> None:
    await bistro.order("o1", "soup", "steak")
    async with bistro.cable(cook(bistro)) as cable:
        await cable.subscribe("StationChannel", restaurant_id="bistro", station="kitchen")
        await cable.message(event="new_ticket")
        await bistro.say("line.void", "order:o1", line="o1-2", reason="changed mind")
        changed = await cable.message(event="status_change")
        assert [item["status"] for item in changed["ticket"]["items"]] == ["ordered", "removed"]


# -- OrdrChannel --------------------------------------------------------------------------------


async def test_an_order_is_told_whole_at_first_and_after_every_event(bistro: CableSite) -> None:
    await bistro.order("o1", "soup", "soup", "beer", place=False)
    guest = bistro.identity("guest-1", Role.GUEST, table="t1", order="o1")
    async with bistro.cable(guest) as cable:
        await cable.subscribe("OrdrChannel", order_id="o1")
        state = (await cable.next_frame())["message"]["state"]
        assert (state["version"], state["tableId"], state["menuId"]) == (1, "t1", "lunch")
        order = state["order"]
        assert (order["id"], order["status"]) == ("o1", "opened")
        assert (order["openedCount"], order["totalCount"], order["orderedCount"]) == (3, 3, 0)
        assert order["items"][0] == {
            "id": "o1-1",
            "menuitem_id": "soup",
            "name": "Soup",
            "price": 4.5,
            "price_cents": 450,
            "line_total": 4.5,
            "line_total_cents": 450,
            "quantity": 1,
            "status": "opened",
            "size_name": None,
            "notes": "",
        }
        assert state["flags"] == {
            "displayRequestBill": False,
            "payVisible": False,
            "menuItemsEnabled": True,
        }
        await bistro.say("order.place", "order:o1")
        dish = await cable.message(event="order_item_status_changed")
        assert (dish["ordr_id"], dish["ordritem_id"], dish["item_name"]) == ("o1", "o1-1", "Soup")
        assert (dish["from_status"], dish["to_status"]) == ("opened", "ordered")
        assert dish["customer_status_label"] == "Order received"
        assert dish["order_summary"] == {"status": "ordered", "label": "Order received"}
        changed = await cable.message(event="status_change")
        assert changed["order"]["total_cents"] == 1290
        said = await cable.until(lambda frame: "state" in frame.get("message", {}))
        totals = said["message"]["state"]["totals"]
        assert (totals["gross"], totals["gross_cents"], totals["currency"]) == (
            12.9,
            1290,
            {"code": "EUR"},
        )
        assert said["message"]["state"]["flags"]["displayRequestBill"]
        await bistro.say("bill.request", "order:o1")
        await cable.message(event="status_change", new_status="billrequested")


async def test_guests_read_no_notes_of_the_staff_and_no_user_ids(bistro: CableSite) -> None:
    await bistro.order("o1", "soup")
    await bistro.say("note.add", "order:o1", waiter(bistro), note="n1", text="watch out for him")
    guest = bistro.identity("guest-1", Role.GUEST, table="t1", order="o1")
    async with bistro.cable(guest) as cable, bistro.cable(waiter(bistro)) as own:
        await cable.subscribe("OrdrChannel", order_id="o1")
        await own.subscribe("OrdrChannel", order_id="o1")
        state = (await own.next_frame())["message"]["state"]
        assert [note["text"] for note in state["notes"]] == ["watch out for him"]
        await bistro.say("staff.assign", "order:o1", user="wil")
        await cable.until(lambda frame: "state" in frame.get("message", {}))
        text = json.dumps(cable.frames)
        assert "watch out" not in text and '"wil"' not in text and '"mia"' not in text


async def test_a_second_subscription_of_the_same_name_is_told_the_state_too(
    bistro: CableSite,
) -> None:
    await bistro.order("o1", "soup")
    async with bistro.cable(waiter(bistro)) as cable:
        for _ in range(2):
            assert await cable.subscribe("OrdrChannel", order_id="o1") == "confirm_subscription"
            assert "state" in (await cable.next_frame())["message"]
        await bistro.say("bill.request", "order:o1")
        await cable.message(event="status_change")
        await asyncio.sleep(0.1)
        after = await cable.settled()
        assert len([frame for frame in after if "state" in frame["message"]]) == 1


# -- PresenceChannel ----------------------------------------------------------------------------


async def test_a_newcomer_is_told_who_is_here_and_then_of_every_change(bistro: CableSite) -> None:
    async with bistro.cable(waiter(bistro)) as first:
        await first.subscribe("PresenceChannel")
        own = await first.message(user_id="wil")
        assert (own["status"], own["event"]) == ("active", "online")
        async with bistro.cable(cook(bistro)) as second:
            await second.subscribe("PresenceChannel")
            listed = {
                (await second.next_frame())["message"]["user_id"],
                (await second.next_frame())["message"]["user_id"],
            }
            assert listed == {"wil", "kim"}
            assert (await first.message(user_id="kim"))["event"] == "online"
            assert (await second.perform("away"))["result"] == "ok"
            assert (await first.message(user_id="kim"))["event"] == "idle"
            await second.perform("appear")
            assert (await first.message(user_id="kim"))["status"] == "active"
        assert (await first.message(user_id="kim"))["event"] == "offline"
        text = json.dumps(first.frames)
        assert "email" not in text and "@" not in text


async def test_presence_at_a_menu_is_of_those_who_are_at_it(bistro: CableSite) -> None:
    async with bistro.cable(waiter(bistro)) as elsewhere, bistro.cable(manager(bistro)) as cable:
        await elsewhere.subscribe("PresenceChannel")
        await cable.subscribe("PresenceChannel", resource_type="Menu", resource_id="lunch")
        assert (await cable.message(status="active"))["user_id"] == "mia"
        await elsewhere.subscribe("MenuEditingChannel", menu_id="lunch")
        assert (await cable.message(user_id="wil"))["event"] == "online"
        await elsewhere.send(command="unsubscribe", identifier=elsewhere.identifier)
        assert (await cable.message(user_id="wil"))["event"] == "offline"


# -- MenuEditingChannel -------------------------------------------------------------------------

PRICE = "items/soup/price"


async def test_a_field_is_locked_for_real_until_it_is_unlocked(bistro: CableSite) -> None:
    async with (
        bistro.cable(manager(bistro)) as mia,
        bistro.cable(bistro.identity("ed", Role.EDITOR)) as ed,
    ):
        await mia.subscribe("MenuEditingChannel", menu_id="lunch")
        await ed.subscribe("MenuEditingChannel", menu_id="lunch")
        assert (await mia.perform("lock_field", field=PRICE))["result"] == "ok"
        locked = await ed.message(event="field_locked")
        assert (locked["menu_id"], locked["field"]) == ("lunch", PRICE)
        assert locked["user"] == {"id": "mia", "name": "Mia"}
        answer = await ed.perform("lock_field", field=PRICE)
        assert (answer["event"], answer["code"]) == ("error", "lock_held")
        assert (await ed.perform("unlock_field", field=PRICE))["result"] == "noop"
        async with bistro.cable(bistro.identity("tom", Role.EDITOR)) as late:
            await late.subscribe("MenuEditingChannel", menu_id="lunch")
            assert (await late.message(event="field_locked"))["field"] == PRICE
        assert (await mia.perform("unlock_field", field=PRICE))["result"] == "ok"
        assert (await ed.message(event="field_unlocked"))["field"] == PRICE
        assert (await ed.perform("lock_field", field=PRICE))["result"] == "ok"


async def test_a_lock_ends_with_the_connection(bistro: CableSite) -> None:
    async with bistro.cable(bistro.identity("ed", Role.EDITOR)) as ed:
        await ed.subscribe("MenuEditingChannel", menu_id="lunch")
        async with bistro.cable(manager(bistro)) as mia:
            await mia.subscribe("MenuEditingChannel", menu_id="lunch")
            await mia.perform("lock_field", field=PRICE)
            await ed.message(event="field_locked")
        assert (await ed.until(is_unlocked, seconds=10))["message"]["field"] == PRICE


def is_unlocked(frame: Json) -> bool:
    return bool(frame.get("message", {}).get("event") == "field_unlocked")


async def test_an_update_really_edits_the_menu_and_everybody_is_told(bistro: CableSite) -> None:
    async with bistro.cable(manager(bistro)) as mia, bistro.cable(waiter(bistro)) as wil:
        await mia.subscribe("MenuEditingChannel", menu_id="lunch")
        await wil.subscribe("MenuEditingChannel", menu_id="lunch")
        assert (await mia.perform("update_field", field=PRICE, value=520))["result"] == "ok"
        changed = await wil.message(event="menu_change")
        assert (changed["menu_id"], changed["changes"]) == ("lunch", {PRICE: 520})
        assert changed["user"]["id"] == "mia"
        assert (await mia.perform("update_field", field=PRICE, value=520))["result"] == "noop"
        done = await mia.perform("update_field", field="items/soup/name:en", value="Broth")
        assert done["result"] == "ok"
        assert (await wil.message(event="menu_change"))["changes"] == {
            "items/soup/name:en": "Broth"
        }
        status = await bistro.site.client.get(
            "/api/v1/menus/lunch", headers=bistro.site.bearer("mia", "bistro", Role.MANAGER)
        )
        item = (await status.json())["sections"][0]["items"][0]
        assert (item["price"], item["name"]) == (520, "Broth")
        await asyncio.sleep(0.5)
        await mia.settled()
        assert len([one for one in mia.frames if is_change(one)]) == 2


def is_change(frame: Json) -> bool:
    return bool(frame.get("message", {}).get("event") == "menu_change")


async def test_an_edit_through_another_door_is_told_too(bistro: CableSite) -> None:
    async with bistro.cable(waiter(bistro)) as cable:
        await cable.subscribe("MenuEditingChannel", menu_id="lunch")
        headers = {
            **bistro.site.bearer("ann", "bistro", Role.OWNER),
            "Content-Type": "application/merge-patch+json",
        }
        patch = {"sections": {"food": {"items": {"soup": {"price": 555}}}}}
        answer = await bistro.site.client.patch(
            "/api/v1/menus/lunch", data=json.dumps(patch), headers=headers
        )
        assert answer.status == 200, await answer.text()
        bistro.desk.menu_bell.ring("lunch")
        changed = await cable.message(event="menu_change")
        assert (changed["changes"], changed["user"]) == ({PRICE: 555}, {"id": "ann"})


@pytest.mark.parametrize(
    ("role", "action", "data", "code"),
    [
        (Role.WAITER, "update_field", {"field": PRICE, "value": 1}, "field_forbidden"),
        (Role.WAITER, "lock_field", {"field": PRICE}, "field_forbidden"),
        (Role.VIEWER, "update_field", {"field": PRICE, "value": 1}, "read_only"),
        (Role.MANAGER, "update_field", {"field": PRICE, "value": 4.5}, "bad_edit"),
        (Role.MANAGER, "update_field", {"field": PRICE, "value": "4"}, "bad_edit"),
        (Role.MANAGER, "update_field", {"field": PRICE}, "missing_parameter"),
        (Role.MANAGER, "update_field", {"field": "price", "value": 1}, "bad_field"),
        (Role.MANAGER, "update_field", {"value": 1}, "bad_field"),
        (Role.MANAGER, "update_field", {"field": "items/pie/price", "value": 1}, "bad_edit"),
        (Role.MANAGER, "update_field", {"field": "items/soup/loc", "value": []}, "bad_field"),
        (Role.MANAGER, "update_field", {"field": "meta/schema", "value": "2"}, "bad_field"),
        (Role.MANAGER, "update_field", {"field": "items/soup/name:en", "value": 5}, "bad_value"),
        (Role.MANAGER, "lock_field", {"field": "price"}, "bad_field"),
    ],
)
async def test_what_may_not_be_edited_is_refused_with_a_reason(
    bistro: CableSite, role: Role, action: str, data: Json, code: str
) -> None:
    async with bistro.cable(bistro.identity("pat", role)) as cable:
        await cable.subscribe("MenuEditingChannel", menu_id="lunch")
        answer = await cable.perform(action, **data)
        assert (answer["event"], answer["code"]) == ("error", code), answer


# -- who may do what ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "claims", "allowed"),
    [
        (Role.OWNER, {}, {"start", "bump", "serve", "assign", "bill", "pay"}),
        (Role.MANAGER, {}, {"start", "bump", "serve", "assign", "bill", "pay"}),
        (Role.WAITER, {}, {"serve", "bill", "pay"}),
        (Role.KITCHEN, {}, {"start", "bump", "serve", "assign"}),
        (Role.KITCHEN, {"stations": ("expo",)}, {"serve", "assign"}),
    ],
)
async def test_actions_have_the_rights_of_whoever_asks(
    bistro: CableSite, role: Role, claims: Json, allowed: set[str]
) -> None:
    steps = {
        "start": ("update_status", {"new_status": "preparing"}),
        "bump": ("update_status", {"new_status": "ready"}),
        "serve": ("update_status", {"new_status": "delivered"}),
        "assign": ("assign_staff", {"staff_id": "somebody else"}),
        "bill": ("update_status", {"new_status": "billrequested"}),
        "pay": ("update_status", {"new_status": "paid"}),
    }
    by_others = {"start": "ticket.start", "bump": "ticket.bump"}
    await bistro.order("o1", "soup")
    async with bistro.cable(bistro.identity("pat", role, **claims)) as cable:
        await cable.subscribe("KitchenChannel", restaurant_id="bistro")
        found = set()
        for name, (action, data) in steps.items():
            answer = await cable.perform(action, order_id="o1", **data)
            if answer["event"] == "action_result":
                assert answer["result"] == "ok", answer
                found.add(name)
            else:
                assert answer["code"] == "forbidden", answer
                if name in by_others:
                    await bistro.say(by_others[name], "order:o1", ticket="o1.1.1.kitchen")
    assert found == allowed
