"""Random evenings: several devices, retries, duplicates, crashes, commands in random batches."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from collab.orders.applying import ORDER_EVENTS, fold
from collab.orders.command import Actor, ActorKind, Command, Outcome
from collab.orders.ledger import LogEntry
from collab.orders.order import LineState
from collab.orders.plain import order_json, order_of, result_json, result_of
from collab.orders.stock_rules import STOCK_EVENTS, apply_stock
from collab.orders.table_of_rights import RIGHTS
from collab.orders.tickets import tickets_of
from tests.collab.orders.evening import (
    BISTRO,
    EXPEDITER,
    GUEST,
    KITCHEN,
    MANAGER,
    NOON,
    WAITER,
    Evening,
    command,
    on_sale,
    visit,
)

COOK = Actor(ActorKind.KITCHEN, "kai")
ACTORS = [WAITER, MANAGER, KITCHEN, EXPEDITER, GUEST, COOK]
ORDERS = ["o1", "o1", "o1", "o2", "o3"]
LINES = [f"l{n}" for n in range(12)]
PRICES = {
    1: {"soup": 650, "beer": 420, "steak": 2400, "pizza": 800},
    2: {"soup": 750, "beer": 520, "steak": 2500, "pizza": 800},
}

TARGETS = ["item:soup", "item:soup", "item:beer", "option:fries", "variation:small"]
STOCK = ("item.86", "item.un86", "stock.set")
# Ordering and cooking come more often than the rest, or nothing would ever be served.
OFTEN = ["line.add"] * 12 + ["order.place"] * 6 + ["ticket.bump"] * 6 + ["line.serve"] * 8
OFTEN += ["line.start"] * 4 + ["line.ready"] * 4 + ["course.fire"] * 3 + ["payment.record"] * 3
OFTEN += ["stock.set"] * 6 + ["order.reopen"] * 3
# A rush for what is nearly sold out: little else happens.
RUSH = ["line.add"] * 8 + ["order.place"] * 2 + ["stock.set", "line.void", "line.reject"]


@dataclass
class Writer:
    """Writes the commands of an evening: the same ones for the same seed."""

    chance: Random
    types: Sequence[str]

    def evening(self, length: int) -> list[Command]:
        """So many commands; some come again later, some keys are used for something else."""
        sent = [self.command(f"k{n}") for n in range(length)]
        sent[:0] = [
            command("open1", "order.open", WAITER, "o1", table="t1"),
            command("open2", "order.open", WAITER, "o2", table="t2"),
        ]
        for _ in range(self.chance.randrange(1 + length // 4)):
            place = self.chance.randrange(len(sent))
            again = sent[place]
            if self.chance.random() < 0.1:
                again = self.command(again.id)
            sent.insert(self.chance.randint(place, len(sent)), again)
        return sent

    def command(self, key: str) -> Command:
        """One command, most often by somebody who may give it."""
        type = self.chance.choice(self.types)
        allowed = [one for one in ACTORS if one.kind in RIGHTS[type]]
        actor = self.chance.choice(allowed if self.chance.random() < 0.9 else ACTORS)
        order = None if type in STOCK else self.chance.choice(ORDERS)
        return command(key, type, actor, order, **self.body(type, order))

    def body(self, type: str, order: str | None) -> dict[str, Any]:
        """A body that fits the form."""
        chance = self.chance
        match type:
            case "line.add":
                return self.dish()
            case "line.change":
                return {"line": self.line(), "quantity": chance.randint(1, 5)}
            case "line.void" | "line.reject" | "line.comp":
                return {"line": self.line(), "reason": chance.choice(["", "cold"])}
            case "order.open":
                return {"table": chance.choice(["t1", "t2", None])}
            case "order.close":
                return chance.choice([{}, {}, {}, {"force": True, "reason": "gone"}])
            case "ticket.start" | "ticket.bump" | "ticket.recall":
                batch, course = chance.choice([1, 1, 2]), chance.choice([1, 1, 2, 3])
                station = chance.choice(["kitchen", "bar"])
                return {"ticket": f"{order}.{batch}.{course}.{station}"}
            case "course.fire" | "course.hold":
                return {"course": chance.randint(1, 3)}
            case "note.add":
                return {"note": chance.choice(["n1", "n2"]), "text": "no salt"}
            case "payment.record":
                amount = chance.choice([500, 5000])
                return {"payment": chance.choice("abc"), "amount": amount, "method": "cash"}
            case "payment.refund":
                return {"payment": chance.choice("xyz"), "amount": 500, "method": "cash"}
            case "staff.assign" | "staff.unassign":
                return {"user": chance.choice(["wanda", "will"])}
            case "item.86" | "item.un86":
                return {"target": chance.choice(TARGETS)}
            case "stock.set":
                remaining = chance.choice([0, 3, 6, 6, None])
                return {"target": chance.choice(TARGETS), "remaining": remaining}
            case _ if type.startswith("line."):
                return {"line": self.line()}
            case _:
                return {}

    def dish(self) -> dict[str, Any]:
        """A dish that can be had that way."""
        item = self.chance.choice(["soup", "soup", "soup", "beer", "steak", "pizza"])
        wish: dict[str, Any] = {
            "line": self.line(),
            "item": item,
            "menu": "menu",
            "menu_version": self.chance.choice([1, 1, 2, 3]),  # nobody has ever seen 3
            "quantity": self.chance.choice([1, 2, 4]),
            "course": self.chance.choice([1, 1, 2, 3]),
            "accept_price": self.chance.random() < 0.5,
        }
        if item == "steak":
            sides = self.chance.randint(0, 2)
            wish["options"] = [{"group": "doneness", "option": "rare"}]
            if sides:
                wish["options"].append({"group": "sides", "option": "fries", "quantity": sides})
        if item == "pizza":
            wish["variation"] = "small"
        return wish

    def line(self) -> str:
        return self.chance.choice(LINES)


def written(seed: int, length: int) -> list[Command]:
    types = RUSH if seed % 3 == 0 else OFTEN + list(RIGHTS)
    return Writer(Random(seed), types).evening(length)


def evenings() -> st.SearchStrategy[list[Command]]:
    return st.builds(written, st.integers(0, 2**32), st.integers(1, 160))


@st.composite
def cuts(draw: st.DrawFn, total: int) -> list[slice]:
    """A way to cut so many commands into batches."""
    marks = sorted(draw(st.sets(st.integers(1, total - 1), max_size=12)))
    return [slice(a, b) for a, b in pairwise([0, *marks, total])]


def new_evening() -> Evening:
    # Version 1 was superseded while the first guests sat.
    menu = on_sale(2, {1: NOON + timedelta(minutes=1)})
    return Evening(visits={(BISTRO, "t1"): visit()}, menu=menu)


def run(sent: Sequence[Command], batches: Sequence[slice]) -> tuple[Evening, list[str]]:
    """The evening after all batches, and every answer as its client reads it."""
    evening, answers = new_evening(), []
    for batch in batches:
        settlement = evening.settle(sent[batch])
        for result in settlement.results:
            assert result_of(result.command_id, result_json(result)) == result
            answers.append(json.dumps({"id": result.command_id, **result_json(result)}))
    return evening, answers


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_accepted_command_happens_exactly_once_and_nothing_is_oversold(
    data: st.DataObject,
) -> None:
    sent = data.draw(evenings())
    evening, answers = run(sent, data.draw(cuts(len(sent))))
    check_keys(sent, answers, evening)
    check_orders(evening)
    check_streams(evening)
    check_stock(evening.log)
    assert stock_of_log(evening.log) == evening.stock


@settings(max_examples=75, deadline=None)
@given(st.data())
def test_batches_that_are_cut_differently_have_the_same_outcome(data: st.DataObject) -> None:
    sent = data.draw(evenings())
    one, answers = run(sent, [slice(n, n + 1) for n in range(len(sent))])
    other, other_answers = run(sent, data.draw(cuts(len(sent))))
    assert one.log == other.log
    assert one.orders == other.orders and one.stock == other.stock
    assert one.streams == other.streams and one.visits == other.visits
    # Who repeats a command in one batch gets its offset from the store.
    assert answers == [with_offset_of(answer, other) for answer in other_answers]


@settings(max_examples=40, deadline=None)
@given(evenings())
def test_a_whole_evening_sent_again_changes_nothing(sent: list[Command]) -> None:
    evening, _ = run(sent, [slice(0, len(sent))])
    log, orders, stock = list(evening.log), dict(evening.orders), dict(evening.stock)
    settlement = evening.settle(sent)
    assert not settlement.entries and not settlement.told
    assert evening.log == log and evening.orders == orders and evening.stock == stock
    assert {one.outcome for one in settlement.results} <= {Outcome.DUP, Outcome.REJECTED}


def test_the_evenings_reach_every_event_and_most_refusals() -> None:
    events, codes = set(), set()
    for seed in range(150):
        sent = written(seed, 150)
        evening, answers = run(sent, [slice(0, len(sent))])
        events |= {entry.type for entry in evening.log}
        codes |= {json.loads(answer).get("code") for answer in answers}
    assert events == ORDER_EVENTS | STOCK_EVENTS
    assert codes >= {
        None,
        "forbidden",
        "key_reused",
        "line_exists",
        "nothing_to_place",
        "order_closed",
        "order_exists",
        "price_changed",
        "sold_out",
        "table_closed",
        "unknown_line",
        "unknown_order",
        "unpaid",
        "wrong_state",
    }


def with_offset_of(answer: str, evening: Evening) -> str:
    plain = json.loads(answer)
    if plain["result"] == "dup" and "offset" not in plain:
        kept = evening.answered[(BISTRO, plain["id"])].result
        again = replace(kept, outcome=Outcome.DUP)
        return json.dumps({"id": plain["id"], **result_json(again)})
    return answer


def check_keys(sent: Sequence[Command], answers: list[str], evening: Evening) -> None:
    """One accepted command, one place in the log; what is refused leaves nothing there."""
    in_log = {entry.command_id for entry in evening.log}
    firsts: dict[str, bytes] = {}
    for one, answer in zip(sent, answers, strict=True):
        plain = json.loads(answer)
        is_first = one.id not in firsts
        firsts.setdefault(one.id, one.fingerprint)
        if firsts[one.id] != one.fingerprint:
            assert plain["code"] == "key_reused"
        elif is_first:
            assert plain["result"] != "dup"
            assert (one.id in in_log) == (plain["result"] == "ok")
        else:
            first = evening.answered[(BISTRO, one.id)].result
            is_refused = first.outcome is Outcome.REJECTED
            assert plain["result"] == ("rejected" if is_refused else "dup")
            assert plain.get("seq") == first.seq
    # All events of one command stand together, so it cannot have been done twice.
    runs = [entry.command_id for n, entry in enumerate(evening.log)
            if n == 0 or evening.log[n - 1].command_id != entry.command_id]  # fmt: skip
    assert len(runs) == len(set(runs))


def lines_of(entry: LogEntry) -> list[str]:
    lines: Any = entry.body["lines"]
    return list(lines)


def check_orders(evening: Evening) -> None:
    for id, order in evening.orders.items():
        entries = [entry for entry in evening.log if entry.order_id == id]
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        assert fold(entries) == order
        stored = json.loads(json.dumps(order_json(order)))
        assert order_of(stored) == order
        total = 0
        for line in order.lines.values():
            assert line.unit_price == PRICES[line.menu_version][line.item_id]
            fries = sum(one.quantity for one in line.options if one.option_id == "fries")
            assert line.options_price == 350 * fries
            counts = line.state.value not in ("draft", "rejected", "voided")
            if counts and not line.is_comped:
                total += (line.unit_price + line.options_price) * line.quantity
            if line.state is LineState.SERVED:
                assert line.placed_at and line.fired_at and line.ready_at
        assert order.total == total
        shown = {line.id for ticket in tickets_of(order) for line in ticket.lines}
        cooking = {"fired", "preparing", "ready", "served"}
        assert {id for id, one in order.lines.items() if one.state.value in cooking} <= shown
        placed = [one for one in entries if one.type == "order.placed"]
        was_placed = {id for one in placed for id in lines_of(one)}
        for entry in entries:
            if entry.type == "line.served":
                assert set(lines_of(entry)) <= was_placed


def check_streams(evening: Evening) -> None:
    """Every event of an order is in its room once, in order; the kitchen hears of no money."""
    for id in evening.orders:
        told = evening.streams[f"order:{id}"]
        written = [entry for entry in evening.log if entry.order_id == id]
        assert [(one.seq, one.type) for one in told] == [(one.seq, one.type) for one in written]
        guests = json.dumps([one.body for one in told])
        for user in ("wanda", "mona", "kim", "eva", "kai", "guest-1"):
            assert f'"{user}"' not in guests
    for stream, events in evening.streams.items():
        if stream.startswith(("kitchen:", "user:")):
            written_down = json.dumps([one.body for one in events])
            for word in ("price", "total", "paid", "amount", "payment"):
                assert word not in written_down, (stream, word)
    check_tickets(evening)


def check_tickets(evening: Evening) -> None:
    """Whoever only follows a kitchen room shows exactly the tickets that are open."""
    for station, attribute in (("", "is_open"), (":expo", "is_on_expo")):
        screen: dict[str, Any] = {}
        for event in evening.streams.get(f"kitchen:{BISTRO}{station}", []):
            ticket = event.body["ticket"]
            assert isinstance(ticket, dict)
            known = ticket["id"] in screen
            assert known == (event.type != "ticket.opened")
            screen[ticket["id"]] = ticket
            if event.type == "ticket.closed":
                del screen[ticket["id"]]
        there = {
            ticket.id: len(ticket.lines)
            for order in evening.orders.values()
            for ticket in tickets_of(order)
            if getattr(ticket, attribute)
        }
        assert {id: len(one["lines"]) for id, one in screen.items()} == there


def check_stock(log: Sequence[LogEntry]) -> None:
    """Between two settings of a count no more is placed than was there."""
    lines: dict[tuple[str | None, str], Any] = {}
    counts: dict[str, int] = {}
    for number, entry in enumerate(log):
        body: Any = entry.body
        if entry.type in ("line.added", "line.changed"):
            lines[(entry.order_id, body["line"]["id"])] = body["line"]
        elif entry.type == "order.placed":
            for id in body["lines"]:
                for target, taken in takes(lines[(entry.order_id, id)]).items():
                    if target in counts:
                        counts[target] -= taken
                        assert counts[target] >= 0, (target, number)
        elif entry.order_id is None:
            target, now = apply_stock(entry)
            before = counts.pop(target, 0)
            if entry.type == "stock.counted":
                assert now is not None and now.remaining is not None
                was_placed = any(
                    one.type == "order.placed" and one.command_id == entry.command_id
                    for one in log[max(number - 12, 0) : number]
                )
                assert now.remaining == before if was_placed else now.remaining > before
            if now is not None and now.remaining is not None:
                counts[target] = now.remaining
            if now is not None and now.is_sold_out:
                counts[target] = 0


def takes(line: Any) -> dict[str, int]:
    found = {f"item:{line['item_id']}": line["quantity"]}
    if line.get("variation_id"):
        found[f"variation:{line['variation_id']}"] = line["quantity"]
    for option in line.get("options", ()):
        found[f"option:{option['option_id']}"] = option["quantity"] * line["quantity"]
    return found


def stock_of_log(log: Sequence[LogEntry]) -> dict[str, object]:
    stock: dict[str, object] = {}
    for entry in log:
        if entry.order_id is None:
            target, now = apply_stock(entry)
            stock.pop(target, None)
            if now is not None:
                stock[target] = now
    return stock
