"""Who hears what: guests no names, the kitchen no money, and everybody in order."""

from __future__ import annotations

import json
from dataclasses import replace

from collab.records import StreamEvent
from tests.collab.orders.evening import (
    GUEST,
    KITCHEN,
    MANAGER,
    WAITER,
    Evening,
    command,
    fired,
    seated,
)


def bodies(evening: Evening, stream: str) -> list[dict[str, object]]:
    return [dict(event.body) for event in evening.streams.get(stream, [])]


def staff_on(event: StreamEvent) -> object:
    ticket = event.body["ticket"]
    assert isinstance(ticket, dict)
    return ticket["staff"]


def test_the_room_of_an_order_hears_everything_with_totals_and_kinds_of_people() -> None:
    evening = fired("soup", "beer")
    events = evening.streams["order:o1"]
    assert [(one.seq, one.type, one.actor) for one in events] == [
        (1, "order.opened", "waiter"),
        (2, "line.added", "waiter"),
        (3, "line.added", "waiter"),
        (4, "order.placed", "waiter"),
        (5, "line.fired", "waiter"),
    ]
    assert events[-1].body == {
        "course": 1,
        "lines": [
            {"id": "l1", "state": "fired", "price": 650},
            {"id": "l2", "state": "fired", "price": 420},
        ],
        "order": {
            "status": "placed",
            "total": 1070,
            "paid": 0,
            "payment_state": "unpaid",
            "is_bill_requested": False,
        },
    }


def test_guests_read_their_own_notes_and_not_those_of_the_staff() -> None:
    evening = fired()
    evening.done("note.add", GUEST, note="n1", text="a window seat")
    evening.done("note.add", WAITER, note="n2", text="in a bad mood")
    evening.done("staff.assign", MANAGER, user="will")
    evening.done("order.close", MANAGER, force=True, reason="walked out")
    heard = json.dumps(bodies(evening, "order:o1"))
    assert "a window seat" in heard
    for secret in ("in a bad mood", "walked out", "will", "wanda", "mona", "guest-1"):
        assert f'"{secret}"' not in heard
    floor = json.dumps(bodies(evening, "floor:bistro"))
    assert "in a bad mood" in floor and '"will"' in floor


def test_the_kitchen_hears_whole_tickets_without_money() -> None:
    evening = fired("soup", "beer")
    evening.done("payment.record", payment="p1", amount=500, method="cash")
    evening.done("line.start", KITCHEN, line="l1")
    evening.done("line.comp", MANAGER, line="l1")
    assert evening.types("kitchen:bistro") == ["ticket.opened", "ticket.opened", "ticket.changed"]
    assert evening.types("kitchen:bistro:bar") == ["ticket.opened"]
    event = evening.streams["kitchen:bistro:kitchen"][-1]
    assert (event.seq, event.actor, event.body["cause"]) == (7, "kim", "line.started")
    ticket = event.body["ticket"]
    assert isinstance(ticket, dict)
    assert ticket["id"] == "o1.1.1.kitchen" and ticket["table_id"] == "t1"
    assert ticket["lines"][0]["name"] == {"en": "Soup", "de": "Suppe"}
    assert ticket["lines"][0]["allergens"] == ["celery"]
    for stream in evening.streams:
        if stream.startswith("kitchen:"):
            heard = json.dumps(bodies(evening, stream))
            assert not any(word in heard for word in ("price", "total", "paid", "650", "420"))


def test_the_expediter_sees_tickets_until_they_are_served() -> None:
    evening = fired()
    evening.done("ticket.bump", KITCHEN, ticket="o1.1.1.kitchen")
    evening.done("line.serve", line="l1")
    evening.done("line.recall", line="l1")
    assert evening.types("kitchen:bistro:expo") == [
        "ticket.opened",
        "ticket.changed",
        "ticket.closed",
        "ticket.opened",
    ]
    assert evening.types("kitchen:bistro:kitchen") == ["ticket.opened", "ticket.closed"]


def test_the_floor_hears_orders_and_stock_with_people() -> None:
    evening = fired()
    evening.done("item.86", KITCHEN, None, target="item:beer", reason="keg")
    first, *_, last = evening.streams["floor:bistro"]
    assert (first.type, first.actor) == ("order.opened", "wanda")
    assert first.body["order"] == "o1" and first.body["table"] == "t1"
    summary = first.body["summary"]
    assert isinstance(summary, dict) and summary["opened_by"] == "wanda"
    assert (last.type, last.actor, last.seq) == ("item.86", "kim", 0)
    (heard,) = evening.streams["stock:bistro"]
    assert heard.actor == "kitchen"
    assert heard.body == {
        "target": "item:beer",
        "is_sold_out": True,
        "remaining": None,
        "until": None,
        "reason": "keg",
    }


def test_whoever_looks_after_an_order_hears_what_is_ready() -> None:
    evening = fired()
    evening.done("staff.assign", KITCHEN, user="will")
    evening.done("ticket.bump", KITCHEN, ticket="o1.1.1.kitchen")
    evening.done("staff.unassign", MANAGER, user="will")
    assert evening.types("user:bistro:wanda") == ["line.ready"]
    types = ["staff.assigned", "line.ready", "staff.unassigned"]
    assert evening.types("user:bistro:will") == types
    ready = evening.streams["user:bistro:will"][1].body
    assert (ready["order"], ready["table"]) == ("o1", "t1")
    assert "price" not in json.dumps(ready)


def test_tickets_say_who_looks_after_their_order() -> None:
    evening = fired()
    kitchen = "kitchen:bistro:kitchen"
    assert staff_on(evening.streams[kitchen][-1]) == ["wanda"]
    evening.done("staff.assign", MANAGER, user="will")
    told = evening.streams[kitchen][-1]
    assert (told.type, told.body["cause"]) == ("ticket.changed", "staff.assigned")
    assert staff_on(told) == ["wanda", "will"]
    evening.done("staff.unassign", MANAGER, user="wanda")
    assert staff_on(evening.streams[kitchen][-1]) == ["will"]


def test_low_stock_is_told_once_when_the_mark_is_passed() -> None:
    evening = seated()
    evening.terms = replace(evening.terms, low_stock=2)
    evening.done("stock.set", KITCHEN, None, target="item:soup", remaining=4)
    for line in ("l1", "l2", "l3"):
        evening.add(line)
        evening.done("order.place")
    assert evening.types("stock:bistro").count("stock.low") == 1
    low = evening.streams["stock:bistro"][-2]
    assert (low.type, low.body["remaining"]) == ("stock.low", 2)


def test_a_client_can_follow_the_offset_of_its_command() -> None:
    evening = seated()
    batch = [
        command("a", "line.add", WAITER, line="l1", item="soup", menu="menu", menu_version=1),
        command("b", "order.place"),
        command("c", "item.86", KITCHEN, None, target="item:beer"),
    ]
    settlement = evening.settle(batch)
    for index, one in enumerate(batch):
        kept = evening.answered[("bistro", one.id)].result
        stream = settlement.kept[index]
        assert stream is not None and kept.offset is not None
        event = evening.streams[stream][kept.offset - 1]
        assert event.type == ("line.added", "line.fired", "item.86")[index]
        assert (kept.seq or 0) == event.seq
